"""Why a case has no plan, told in yuan and people: what is asked of the solver and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from planner.case.case import Case
from planner.model.asked import asked
from planner.model.blocks import scale_of, unit_of
from planner.model.laws import laws_of
from planner.plan.turns import TURNS
from planner.solver.conflict import Conflict, Give, Repair, conflict_of
from planner.solver.small import OutOfTimeError
from planner.solver.watch import NEVER, Deadline


def conflict(case: Case, name: str, deadline: Deadline = NEVER) -> Conflict:
    """What clashes in a block of a case without a plan, in yuan or people.

    Empty when its rules can hold together in whole steps and it is the settling that fails; ``cut``
    when the ``deadline`` came first.
    """
    laws = laws_of(case)
    try:
        found = conflict_of(asked(case, name).model, laws, TURNS, deadline)
        if name == "money" and not found.clash:
            found = conflict_of(asked(case, name, single=True).model, laws, TURNS, deadline)
    except OutOfTimeError:
        return Conflict(cut=True)
    return Conflict(found.clash, tuple(told(give) for give in found.gives), tuple(
        Repair(tuple(told(give, _whole) for give in repair.gives)) for repair in found.repairs))


def told(give: Give, rounded: Callable[[float], float] = lambda by: round(by, 6)) -> Give:
    """What the solver says a rule gives, in yuan or people."""
    if give.by is None:
        return give
    by = rounded(give.by * scale_of(give.rule))
    if unit_of(give.rule) == "people":
        by = float(ceil(round(by, 6)))  # nobody gives a part of a person
    return replace(give, by=by)


def _whole(yuan: float) -> float:
    """Up to whole yuan or people, the solver's noise aside."""
    return float(ceil(round(yuan, 3)))
