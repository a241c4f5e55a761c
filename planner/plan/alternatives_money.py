"""Money plans nearly as good as the best that spend as much as possible elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, inf
from random import Random

import numpy as np

from planner.errors import SolverError
from planner.model.blocks import ranked_goals
from planner.model.money.goals import MONEY_GOALS, payer_order
from planner.model.money.part import MoneyPart
from planner.model.money.rules import MONEY_RULES
from planner.model.money.variables import SCALE, MoneyVariables, money_variables
from planner.model.rule import Leximin, Model, Row, Stage
from planner.plan.farthest import Key, Near, farthest, within_of, worst_allowed
from planner.plan.payers import split
from planner.plan.plan import Plan
from planner.plan.projects import choose
from planner.plan.recount import recount
from planner.plan.repair import nearest_steps
from planner.plan.standing import Name, Worth, worth
from planner.solver.highs import Array, Session
from planner.solver.small import SHARE
from planner.solver.watch import NEVER, Deadline, Tell, silent

#: Directions tried for each plan asked for, and the most steps uphill in one.
DIRECTIONS, STEPS = 2, 4


@dataclass(frozen=True)
class Range:
    """What one payee gets of one fund over several plans (yuan)."""

    payee: str
    fund: str
    least: int
    most: int
    best: int


def near_money(
    plan: Plan, count: int, tolerance: Fraction, deadline: Deadline = NEVER, tell: Tell = silent
) -> Near[MoneyPart]:
    """The best plan, ``count`` others within the tolerance, and what none of them changes.

    Within: every ranked goal as it is counted on the paid plan, and all that is paid, no worse
    than the best by more than ``tolerance`` of it. All are in whole steps and recounted.
    """
    assert plan.money is not None
    best = worth(plan.case, plan.money)
    total = Fraction(sum(_total(plan.money).values()))
    pool = [plan.money, *(
        part for part in _others(plan, count, tolerance, deadline, tell)
        if within_of(worth(plan.case, part), best, tolerance)
        and sum(_total(part).values()) >= total * (1 - tolerance))]
    pool = list({_key(part): part for part in pool}.values())
    chosen, apart = farthest(pool, count, elsewhere)
    cells = [_total(part) for part in pool]
    same = tuple(k for k, yuan in sorted(cells[0].items()) if all(c[k] == yuan for c in cells))
    plans = tuple(pool[n] for n in chosen)
    return Near(plans, tuple(worth(plan.case, p) for p in plans),
                tuple(map(tuple, apart)), same, len(pool), count)


def ranges(near: Near[MoneyPart]) -> tuple[Range, ...]:
    """Each cell that differs between the plans, the widest range first."""
    cells = [_total(part) for part in near.plans]
    found = [Range(*key, min(c[key] for c in cells), max(c[key] for c in cells), cells[0][key])
             for key in cells[0]]
    return tuple(sorted((r for r in found if r.least < r.most),
                        key=lambda r: (r.least - r.most, r.payee, r.fund)))


def elsewhere(one: MoneyPart, other: MoneyPart) -> Fraction:
    """The part of the money of ``one`` that other cells or payers have in ``other``."""
    moved = 0
    for key in {*one.paid, *other.paid}:
        mine, theirs = one.paid.get(key, {}), other.paid.get(key, {})
        moved += sum(abs(mine.get(p, 0) - theirs.get(p, 0)) for p in {*mine, *theirs})
    return Fraction(moved, 2 * max(sum(_total(one).values()), 1))


def _total(part: MoneyPart) -> dict[Key, int]:
    return {key: sum(by.values()) for key, by in part.paid.items()}


def _key(part: MoneyPart) -> tuple[object, ...]:
    return tuple((key, tuple(sorted(by.items()))) for key, by in sorted(part.paid.items()))


def _others(
    plan: Plan, count: int, tolerance: Fraction, deadline: Deadline, tell: Tell
) -> Iterator[MoneyPart]:
    """Plans in directions away from those found: the first at random, the next against it.

    To be far from given plans is to make a convex sum of distances large; each step makes its
    linear part large, as seen from the last point, so the sum never falls.
    """
    model, v = _held(plan, tolerance)
    session, rng = Session(model, deadline.left), Random(0)
    session.watch.tell = tell
    session.watch.at("near", "")
    assert plan.money is not None
    yuan = _total(plan.money)
    seen = [np.array([yuan[g.lead.payee, g.lead.fund] / SCALE for g in v.groups])]
    away = np.zeros(len(v.groups))
    for n in range(DIRECTIONS * count):
        if n % 2 and len(seen) > 1:
            away = np.sign(seen[0] - seen[-1])
        dull = np.array([rng.choice((-1.0, 1.0)) for _ in v.groups])
        away = np.where(away == 0, dull, away) if n % 2 else dull
        x = _uphill(session, v, seen, away, dull)
        if x is None or deadline.over:
            return
        seen.append(_amounts(v, x))
        part = _settled(plan, model, v, seen[-1], tolerance, deadline)
        if part is not None:
            yield part


def _uphill(
    session: Session, v: MoneyVariables, seen: list[Array], away: Array, dull: Array
) -> Array | None:
    best, height = None, -inf
    for _ in range(STEPS):
        terms = [(j, float(away[g])) for g, xs in enumerate(v.x) for j in xs.values()]
        outcome = session.optimise(terms, "max")
        if not outcome.solved:
            return best
        amounts = _amounts(v, outcome.x)
        far = [float(np.abs(amounts - other).sum()) for other in seen]
        if min(far) + sum(far) / len(far) <= height + NEARLY:
            return best
        best, height = outcome.x, min(far) + sum(far) / len(far)
        weigh = [1.0 / (f + 1.0) for f in far]
        away = np.zeros(len(amounts))
        for w, other in zip(weigh, seen, strict=True):
            away = away + w * np.sign(np.round(amounts - other, 6))
        away = np.where(np.abs(away) < NEARLY, dull * NEARLY, away)
    return best


#: Below this a direction or a gain (万元) is none.
NEARLY = 1e-6


def _amounts(v: MoneyVariables, x: Array) -> Array:
    return np.array([sum(float(x[j]) for j in xs.values()) for xs in v.x])


def _settled(
    plan: Plan, model: Model, v: MoneyVariables, amounts: Array, tolerance: Fraction,
    deadline: Deadline,
) -> MoneyPart | None:
    """The plan in whole steps nearest to a point, recounted and within the tolerance."""
    assert plan.money is not None
    best = worth(plan.case, plan.money)
    whole = Model(list(model.lower), list(model.upper), list(model.whole), list(model.rows))
    wanted = {(g.lead.payee, g.lead.fund): round(float(yuan) * SCALE)
              for g, yuan in zip(v.groups, amounts, strict=True)}
    _, steps = nearest_steps(whole, v, wanted, deadline.part(SHARE))
    if not steps:
        return None
    # What payers pay in all is a goal; whole yuan, so that settling a part cannot lose it.
    least = {part: ceil(worst_allowed(w.value, "higher", tolerance) - NEARLY)
             for (goal, part), w in best.items() if goal == "payer_order"}
    try:
        paid = split(plan.case, steps, least=least)
    except SolverError:  # no whole yuan so near the edge
        return None
    part = MoneyPart({key: paid.get(key, {}) for key in sorted(steps)})
    if plan.case.has("projects"):
        chosen = choose(plan.case, part, deadline)
        part = part if chosen is None else replace(part, projects=chosen.paid)
    if recount(plan.case, part, None) or not within_of(worth(plan.case, part), best, tolerance):
        return None
    return part


# --- the goals as rows ----------------------------------------------------------------------------


def _held(plan: Plan, tolerance: Fraction) -> tuple[Model, MoneyVariables]:
    """The money block, each cell by itself, its goals held within the tolerance of their best."""
    case, model = plan.case, Model()
    assert plan.money is not None
    best = worth(case, plan.money)
    reached = {(r.goal, r.part): r.value for r in plan.goals}
    v = money_variables(case, model, steady=True, single=True)
    for rule in MONEY_RULES:
        model.add(rule.rows(case, v))
    for goal, _ in ranked_goals(case):
        mine: Iterable[Stage | Leximin] = ()
        if goal == "payer_order":  # amounts are not unique here
            mine = payer_order(case, v, model, each=True)
        elif goal in MONEY_GOALS:
            mine = MONEY_GOALS[goal](case, v, model)
        for stage in mine:
            if isinstance(stage, Leximin):
                _hold_levels(model, v, stage, best, reached, tolerance)
            else:
                _hold(model, stage, best, reached, tolerance)
    total = sum(_total(plan.money).values()) * (1 - float(tolerance))
    model.row(Row("goal", "paid", [(j, 1.0) for xs in v.x for j in xs.values()],
                  low=total / SCALE - NEARLY / SCALE))
    return model, v


def _hold(
    model: Model, stage: Stage, best: Mapping[Name, Worth], reached: Mapping[Name, float],
    tolerance: Fraction,
) -> None:
    """A row for a goal. How evenly payers are spread only breaks ties, and is not held."""
    name = stage.goal, stage.part
    if stage.last or not stage.terms or (name not in best and stage.part == "even"):
        return
    value = best[name].value if name in best else reached.get(name)
    if value is None:
        return
    higher = stage.sense == "max"
    worst = worst_allowed(value, "higher" if higher else "lower", tolerance)
    limit = (worst - stage.constant) / stage.unit
    model.row(Row("goal", stage.goal, stage.terms, low=limit - NEARLY / SCALE if higher else -inf,
                  high=inf if higher else limit + NEARLY / SCALE))


def _hold_levels(
    model: Model, v: MoneyVariables, stage: Leximin, best: Mapping[Name, Worth],
    reached: Mapping[Name, float], tolerance: Fraction,
) -> None:
    """A row for each level: the least one within the tolerance of its best.

    Coverage is held at the next whole step, so that rounding to the step below cannot break it.
    """
    name = stage.goal, stage.part
    value = best[name].value if name in best else reached.get(name)
    if value is None:
        return
    worst = worst_allowed(value, "higher", tolerance)
    if stage.goal != "fairness":
        for terms, constant, most in stage.levels:
            model.row(Row("goal", stage.goal, terms, low=min(worst, most) - constant - NEARLY))
        return
    for g, group in enumerate(v.groups):
        if str(group.lead.priority) == stage.part:
            least = worst * group.entitlement - group.carried
            steps = ceil(round(least / group.lead.step, 6))
            if steps > 0:
                model.row(Row("goal", group.of, v.paid(g), low=steps * group.lead.step / SCALE))
