"""What solving one block of a case gave, and what it leaves for the cases solved after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.model.money.part import MoneyPart
from planner.model.people.part import PeoplePart
from planner.plan.plan import Trace
from planner.solver.conflict import Conflict
from planner.solver.ladder import Climb
from planner.solver.trail import Trail


@dataclass(frozen=True)
class Solved:
    """What solving one block of a case gave."""

    climb: Climb
    money: MoneyPart | None = None
    people: PeoplePart | None = None
    conflict: Conflict = field(default_factory=Conflict)
    trace: Trace = field(default_factory=Trace)
    apart: bool = False
    #: Whether what it came to was held to every rule, here and for these tables.
    recounted: bool = False


@dataclass
class Memo:
    """What is known from cases solved before.

    ``halves`` are solved blocks by what was given to them: scenarios that change only money share
    one people block, and the other way round; ``parts`` the same of what joint blocks are put
    together from. ``trail`` is where the money of the first case came through: where only amounts
    differ, that of all others starts from it.

    ``asking``: only what goals come to is wanted, so that any of plans equal in all of them will
    do, and nobody needs to know what clashes where there is none.
    """

    halves: dict[str, Solved] = field(default_factory=dict)
    parts: dict[str, Solved] = field(default_factory=dict)
    trail: Trail = field(default_factory=Trail)
    asking: bool = False
