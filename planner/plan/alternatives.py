"""Plans nearly as good as the best that differ the most, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from planner.case.case import Case
from planner.model.money.part import MoneyPart
from planner.model.people.rules import PeoplePart
from planner.plan.alternatives_money import near_money
from planner.plan.alternatives_people import near_people
from planner.plan.farthest import Near
from planner.plan.plan import Plan
from planner.plan.robust import Loss, losses
from planner.plan.solve import solve
from planner.solver.watch import Deadline, Tell, silent

COUNT = 10
WITHIN = Fraction(1, 200)


@dataclass(frozen=True)
class Alternatives:
    """The best plan of a case and others of each half; ``losses`` only when asked for.

    A half is ``None`` when the case has no such half or no plan.
    """

    plan: Plan
    within: Fraction
    money: Near[MoneyPart] | None = None
    people: Near[PeoplePart] | None = None
    losses: tuple[Loss, ...] | None = None
    #: The time was over before all was looked into.
    cut: bool = False


def alternatives(
    case: Case, count: int = COUNT, within: Fraction = WITHIN, without_each: bool = False,
    time_limit: float | None = None, tell: Tell = silent, without: Collection[str] = (),
) -> Alternatives:
    """``count`` plans of each half besides the best, no goal worse by more than ``within`` of it.

    ``without_each`` also solves again without each placed person, to show who is hard to replace;
    ``without``: without each of these.
    ``time_limit`` seconds are for everything: plans found by then are told, losses not looked into
    are ``stopped``. ``tell`` hears which goal the solver is at.
    """
    deadline = Deadline.after(time_limit)
    plan = solve(case, time_limit, tell=tell)
    if plan.status != "optimal":
        return Alternatives(plan, within)
    return Alternatives(
        plan, within,
        near_money(plan, count, within, deadline, tell) if plan.money is not None else None,
        near_people(plan, count, within, deadline, tell) if plan.people is not None else None,
        losses(plan, deadline, tell, None if without_each else without)
        if without_each or without else None, deadline.over)
