"""The plan that keeps every rule and changes a given one least."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd

from planner.case.case import Case
from planner.model.asked import asked
from planner.model.money.rules import MONEY_RULES
from planner.model.money.variables import SCALE, MoneyVariables, money_variables
from planner.model.people.training import courses_of
from planner.model.people.variables import sent
from planner.model.rule import Model, Row, Stage, Terms
from planner.model.training import cost_terms
from planner.plan.seating import keeping, most_kept, seat
from planner.solver.ladder import Ladder

Key = tuple[str, str]  # (payee, fund), or (candidate, post)


def nearest_amounts(
    case: Case, amounts: Mapping[Key, int], time_limit: float | None = None
) -> tuple[str, dict[Key, int]]:
    r"""Whole steps a cell that obey every rule, nearest to ``amounts`` in yuan.

    .. math:: \min \sum_r |a_r - d_r|, \quad a_r = s_r n_r, \; n_r \in \mathbb{N}

    Among the nearest, what is taken is taken from the best covered and what is given goes to the
    least covered. Returns the status of the solver with the amounts: ``optimal`` when nothing
    nearer exists.
    """
    model = Model()
    v = money_variables(case, model, steady=False, single=True)
    for rule in MONEY_RULES:
        model.add(rule.rows(case, v))
    return nearest_steps(model, v, amounts, time_limit)


def nearest_steps(
    model: Model, v: MoneyVariables, amounts: Mapping[Key, int], time_limit: float | None = None
) -> tuple[str, dict[Key, int]]:
    """The same within any model of single cells, to which columns and rows are added."""
    steps, off = _steps(model, v, amounts)
    # Whole numbers of the greatest common yuan: the solver can then tell the last gap is none.
    grain = 0
    for _, yuan in off:
        grain = gcd(grain, round(yuan))
    grain = grain or 1
    covered = [(amounts.get((g.lead.payee, g.lead.fund), 0) + g.carried) / g.entitlement
               for g in v.groups]
    kind = [(j, coefficient * covered[g] / SCALE)
            for g, mine in enumerate(steps) for j, coefficient in mine]
    goals = (Stage("repair", "min", [(j, c / grain) for j, c in off], grain=1.0),
             Stage("repair", "min", kind, last=True))
    end = Ladder(model, goals).climb(time_limit)
    if end.status == "infeasible" or not len(end.x):
        return end.status, {}
    return end.status, {
        (group.lead.payee, group.lead.fund):
            _base(group.lead.step, amounts.get((group.lead.payee, group.lead.fund), 0))
            + round(sum(c * round(float(end.x[j])) for j, c in steps[g]))
        for g, group in enumerate(v.groups)}


def _base(step: int, yuan: int) -> int:
    return yuan // step * step


def _steps(
    model: Model, v: MoneyVariables, amounts: Mapping[Key, int]
) -> tuple[list[Terms], Terms]:
    """Columns of whole steps away from the given amounts.

    By group, what its columns add to the whole step below the given amount (yuan); and what each
    costs. An amount between two steps is ``rest`` above the lower, so the first step up takes
    ``step − rest`` and saves ``rest``.
    """
    steps: list[Terms] = []
    off: Terms = []
    for g, group in enumerate(v.groups):
        step = group.lead.step
        want = amounts.get((group.lead.payee, group.lead.fund), 0)
        base, rest = _base(step, want), want % step
        mine: Terms = [(model.column(whole=True), float(step)),
                       (model.column(high=base // step, whole=True), float(-step))]
        off += [(j, float(step)) for j, _ in mine]
        if rest:
            first = model.column(high=1, whole=True)
            mine.append((first, float(step)))
            off.append((first, float(step - 2 * rest)))
        steps.append(mine)
        model.row(Row("whole", group.of, [
            *v.paid(g), *((j, -c / SCALE) for j, c in mine)], base / SCALE, base / SCALE))
    return steps, off


def nearest_places(
    case: Case, placed: Iterable[Key], time_limit: float | None = None
) -> tuple[str, list[Key] | None, list[Key]]:
    """Placements that obey every rule, nearest to those given.

    Most of the given ones are kept; then the fewest others are added: a seat that had to be
    vacated stays empty unless a rule needs it filled. Where training ties people to money, awards
    must pay for who is then trained, at the least cost. Returns the status of the solver, the
    placements as (candidate, post) and who is trained as (candidate, course).
    """
    now = asked(case, "people")
    model, v = now.model, now.people
    assert v is not None
    candidates = [str(c.candidate) for c in case.rows("candidates")]
    posts = [str(p.post) for p in case.rows("posts")]
    who, what = ({code: n for n, code in enumerate(codes)} for codes in (candidates, posts))
    terms, pairs = keeping(v, model, [(who[c], what[p]) for c, p in placed])
    fewest = Stage("kept", "min", [(column, 1.0) for column in v.y.values()], grain=1.0)
    cheapest = [Stage("training", "min", cost_terms(case, v))] if v.trained else []
    end = Ladder(model, (most_kept(terms), fewest, *cheapest)).climb(time_limit)
    if end.status == "infeasible" or not len(end.x):
        return end.status, None, []
    kept = [pair for pair, (j, _) in zip(pairs, terms, strict=True) if end.x[j] > 0.5]
    courses = [course.code for course in courses_of(case)]
    return (end.status, [(candidates[i], posts[j]) for i, j in seat(v, list(end.x), kept)],
            [(candidates[i], courses[c]) for i, c in sent(v, list(end.x))])
