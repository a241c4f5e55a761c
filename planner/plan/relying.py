"""A list of placements made by hand: the training it relies on, who pays it, recount and repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from planner.case.case import Case
from planner.errors import RecountError
from planner.model.blocks import money_apart
from planner.model.money.part import MoneyPart
from planner.model.money.settle import settle
from planner.model.money.stepped import in_steps
from planner.model.money.variables import SCALE, MoneyVariables
from planner.model.people.part import PeoplePart
from planner.model.people.pool import eligible, fits
from planner.model.people.training import courses_of, is_tied
from planner.model.rule import Breach, Model, Row, Stage, Terms
from planner.model.training import award_terms, needs_of, purses_of
from planner.plan.projects import choose
from planner.plan.recount import recount
from planner.plan.repair import nearest_places
from planner.solver.ladder import Ladder
from planner.solver.small import Climber, OutOfTimeError
from planner.solver.watch import NEVER, Deadline

Key = tuple[str, str]  # (candidate, post)


@dataclass(frozen=True)
class Relying:
    """Who must be trained for a list, as (candidate, course), and what the purses lack for it.

    ``proven``: nothing less is possible.
    """

    trained: tuple[Key, ...] = ()
    lacking: tuple[Breach, ...] = ()
    proven: bool = True


def relying(case: Case, placed: Iterable[Key], deadline: Deadline = NEVER) -> Relying:
    r"""The training that makes most of a list hold and that awards can pay for, if any can.

    .. math:: \min \text{people above the places of courses}, \quad \min \text{yuan lacking}, \quad
              \min \text{cost}

    over whom to send where and over all awards the rules of money allow. A listed pair that is not
    eligible, even trained, asks for nothing. Where no money plan exists at all, the cheapest.
    """
    needs = _needs(case, placed) if is_tied(case) else {}
    if not needs:
        return Relying()
    for paid in (True, False):
        model, t, over, lack = _model(case, needs, paid)
        cost = [(j, courses_of(case)[c].cost / SCALE) for (_, c), j in t.items()]
        goals = tuple(Stage("training", "min", terms) for terms in (over, lack, cost) if terms)
        end = Ladder(model, goals).climb(deadline.left)
        if len(end.x):
            break
    else:
        return Relying(proven=False)
    codes = [str(c.candidate) for c in case.rows("candidates")]
    sent = [(i, c) for (i, c), j in t.items() if end.x[j] > 0.5]
    missing = [ceil(round(float(end.x[j]) * SCALE, 3)) for j, _ in lack]
    return Relying(
        tuple(sorted((codes[i], courses_of(case)[c].code) for i, c in sent)),
        tuple(Breach("training", purse.of, f"{yuan} yuan lacking", yuan)
              for purse, yuan in zip(purses_of(case), missing, strict=False) if yuan),
        end.status == "optimal")


def _needs(case: Case, placed: Iterable[Key]) -> dict[tuple[int, int], list[int]]:
    """The courses that open each listed pair that only training opens, by position."""
    who = {str(c.candidate): i for i, c in enumerate(case.rows("candidates"))}
    what = {str(p.post): j for j, p in enumerate(case.rows("posts"))}
    open_, out = eligible(case), {}
    for i, j in sorted((who[c], what[p]) for c, p in placed):
        by = [n for n, course in enumerate(courses_of(case)) if course.opens[i, j]]
        if by and not open_[i, j]:
            out[i, j] = by
    return out


def _model(
    case: Case, needs: dict[tuple[int, int], list[int]], paid: bool
) -> tuple[Model, dict[tuple[int, int], int], Terms, Terms]:
    """Money's rules (where it is ``paid``) and who is sent to which course.

    Returns the model, the columns of (candidate, course), and the columns of people above the
    places of a course and of yuan that purses lack, the latter in the order of ``purses_of``.
    """
    block = money_apart(case)
    assert block.money is not None
    model = Model()
    if paid:
        model = block.bare()
        model.rows = list(in_steps(model.rows, block.money))
    t = {(i, c): model.column(0, 1, whole=True)
         for i, c in sorted({(i, c) for (i, _), by in needs.items() for c in by})}
    for (i, _), by in needs.items():
        model.row(Row("trained", "all", [(t[i, c], 1.0) for c in by], low=1.0))
    over: Terms = []
    for c, course in enumerate(courses_of(case)):
        mine = [(j, 1.0) for (_, n), j in t.items() if n == c]
        if course.most is not None and mine:
            over.append((model.column(), 1.0))
            model.row(Row("trained", course.code, [*mine, (over[-1][0], -1.0)],
                          high=float(course.most)))
    lack: Terms = [(model.column(), 1.0) for _ in purses_of(case)] if paid else []
    model.add(_purse_rows(case, block.money, t, lack) if paid else ())
    return model, t, over, lack


def _purse_rows(
    case: Case, money: MoneyVariables, t: dict[tuple[int, int], int], lack: Terms
) -> Iterator[Row]:
    """What is sent costs no more than the awards and what they lack.

    What a street's purse lacks, the purse of its whole fund would have with it.
    """
    for purse in purses_of(case):
        costs = [(j, courses_of(case)[c].cost / SCALE) for (_, c), j in t.items()
                 if c in purse.courses]
        more = [(j, -1.0) for (j, _), other in zip(lack, purses_of(case), strict=True)
                if other.fund == purse.fund and purse.street in (None, other.street)]
        awards = [(j, -c) for j, c in award_terms(purse, money)]
        yield Row("training", purse.of, [*costs, *awards, *more], high=0.0)


def trained_on(case: Case, part: PeoplePart) -> list[tuple[int, int]]:
    """Who is trained, as positions of candidate and course."""
    who = {str(c.candidate): i for i, c in enumerate(case.rows("candidates"))}
    courses = [course.code for course in courses_of(case)]
    return [(who[c], courses.index(code)) for c, code in part.trained]


def money_beside(
    case: Case, part: PeoplePart, deadline: Deadline = NEVER
) -> MoneyPart | None:
    """The best money plan that pays for the training of a people plan.

    ``None`` where there is none, or none was found in time.
    """
    needs = needs_of(case, trained_on(case, part))
    block = money_apart(case)
    assert block.money is not None
    for need in needs:
        purse = next(p for p in purses_of(case) if (p.fund, p.street) == (need.fund, need.street))
        block.model.row(Row("training", purse.of, award_terms(purse, block.money),
                            low=need.yuan / SCALE))
    end = Ladder(block.model, block.goals).climb(deadline.left)
    try:
        found = settle(case, block.money, list(end.x), Climber(deadline), needs) if len(
            end.x) else None
    except OutOfTimeError:
        return None
    chosen = choose(case, found, deadline) if found is not None and case.has("projects") else None
    return found if found is None or chosen is None else replace(found, projects=chosen.paid)


def recounted(case: Case, money: MoneyPart | None, part: PeoplePart) -> list[Breach]:
    """The recount of placements: of the bench they say nothing, so its targets are left out."""
    bench = {t.target for t in case.rows("targets") if t.of == "bench"}
    return [b for b in recount(case, money, part)
            if b.rule != "target" or b.of.split("/")[0] not in bench]


def nearest_list(
    case: Case, placed: Iterable[Key], deadline: Deadline
) -> tuple[PeoplePart | None, str]:
    """The nearest placements, recounted with the awards that pay for their training."""
    status, places, trained = nearest_places(case, placed, deadline.left)
    if places is None:
        return None, status
    fixed = replace(as_people(case, places), trained=tuple(trained))
    money = money_beside(case, fixed) if trained else None
    if trained and money is None:
        return None, "stopped"  # nothing is told that was not counted with what pays for it
    if breaches := recounted(case, money, fixed):
        raise RecountError(str(b) for b in breaches)
    return fixed, status


def as_people(case: Case, places: Iterable[Key]) -> PeoplePart:
    """Placements (candidate, post) as the people half of a plan, each with its fit."""
    points = fits(case)
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    what = {p.post: j for j, p in enumerate(case.rows("posts"))}
    return PeoplePart(tuple(
        (c, p, float(points[who[c], what[p]])) for c, p in sorted(places)))
