"""``ask`` mode (申报): what each payer must find for every entitlement, against what it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.model.money.entitlement import spendable
from planner.plan.plan import Plan


@dataclass(frozen=True)
class Ask:
    """What a payer (or a level) must find, in yuan.

    ``has`` is its appropriation less its contingency, ``None`` when it was not said; then nobody
    can say how much it is ``short`` either.
    """

    payer: str
    level: str
    must_find: int
    has: int | None
    short: int | None


def asks(plan: Plan) -> tuple[Ask, ...]:
    """One a payer, in the order of their codes; none when the case does not ask."""
    if plan.case.settings.mode != "ask" or plan.money is None:
        return ()
    out = []
    for payer in plan.case.rows("payers"):
        must = plan.spent[payer.payer]
        has = spendable(payer)
        short = None if has is None else max(must - has, 0)
        out.append(Ask(payer.payer, payer.level, must, has, short))
    return tuple(out)


def by_level(found: Sequence[Ask]) -> tuple[Ask, ...]:
    """The payers of a level added up, levels in the order they come.

    What a level has, or is short of, is only known when it is of all its payers.
    """
    return tuple(total([a for a in found if a.level == level], level)
                 for level in dict.fromkeys(a.level for a in found))


def total(found: Sequence[Ask], level: str = "") -> Ask:
    """All of them added up."""
    has = [a.has for a in found]
    short = [a.short for a in found]
    return Ask("", level, sum(a.must_find for a in found), _sum(has), _sum(short))


def must_find(plan: Plan, level: str) -> int | None:
    """What the payers of a level must find; ``None`` unless the case asks."""
    found = asks(plan)
    return sum(a.must_find for a in found if a.level == level) if found else None


def short(plan: Plan) -> int | None:
    """What payers are asked for above what they have, in all; ``None`` unless the case asks."""
    return total(found).short if (found := asks(plan)) else None


def _sum(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
