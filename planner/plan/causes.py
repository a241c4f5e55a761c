"""What differs between two scenarios of one base, as named causes, and every case between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from typing import Literal

from planner.case.case import Case, Only
from planner.case.recipe import Order
from planner.case.scenario import Scenario
from planner.case.whatif import with_orders
from planner.errors import InputError

How = Literal["applied", "undone", "changed"]

#: Beyond so many causes a search through all their combinations is not made.
EXHAUSTIVE = 6


@dataclass(frozen=True, order=True)
class Cause:
    """One named change, or several that cannot stand apart: each with what became of it.

    ``applied``: only the second scenario has it. ``undone``: only the first has it. ``changed``:
    both have a change of this name and they differ.
    """

    changes: tuple[tuple[str, How], ...]

    @property
    def code(self) -> str:
        """``cut``; ``cut + young`` for a joint cause."""
        return " + ".join(name for name, _ in self.changes)

    @property
    def names(self) -> frozenset[str]:
        """The names of its changes."""
        return frozenset(name for name, _ in self.changes)


@dataclass(frozen=True)
class Step:
    """One change on the way: ``cause`` "" stands in both scenarios, ``adds`` in the second only."""

    order: Order
    cause: str = ""
    adds: bool = False

    def stands(self, names: frozenset[str]) -> bool:
        """Whether it is made once the causes ``names`` have come about."""
        return not self.cause or self.adds == (self.cause in names)


#: Cases by what makes them: base, half and changes. ``None`` is one that is not valid.
Cases = dict[tuple[object, ...], Case | None]


@dataclass(frozen=True)
class Between:
    """The cases between two scenarios, each made once and kept in ``made``."""

    base: Case
    steps: tuple[Step, ...]
    only: Only | None
    made: Cases = field(repr=False)

    def case(self, names: frozenset[str]) -> Case | None:
        """The case once the causes ``names`` have come about."""
        orders = [s.order for s in self.steps if s.stands(names)]
        return _case(self.base, orders, self.only, self.made)

    def causes(self) -> tuple[Cause, ...]:
        """One cause a name, by name."""
        hows: dict[str, set[bool]] = {}
        for step in self.steps:
            if step.cause:
                hows.setdefault(step.cause, set()).add(step.adds)
        return tuple(Cause(((name, _how(hows[name])),)) for name in sorted(hows))


def _how(adds: set[bool]) -> How:
    if len(adds) == 2:
        return "changed"
    return "applied" if True in adds else "undone"


def _case(base: Case, orders: Sequence[Order], only: Only | None, made: Cases) -> Case | None:
    known = (base.fingerprint, only, *map(_meaning, orders))
    if known not in made:
        try:
            made[known] = with_orders(base, orders, only=only) if orders else base
        except InputError:
            made[known] = None
    return made[known]


def between(
    baseline: Scenario, scenario: Scenario, only: Only | None = None, made: Cases | None = None
) -> Between:
    """The way from one scenario to another of the same base; ``made`` keeps cases for others.

    Changes that say the same in both, whatever their names and places, are no cause and always
    stand. Where the two make them in another order, that order is a cause only if it matters.
    """
    made = {} if made is None else made
    first, second = list(baseline.orders), list(scenario.orders)
    sorted_ = _in_order_of(first, second)
    if sorted_ != first:
        case = _case(baseline.base, sorted_, only, made)
        if case is not None and case.fingerprint == baseline.case.fingerprint:
            first = sorted_
    return Between(baseline.base, tuple(_merged(first, second)), only, made)


def _meaning(order: Order) -> object:
    """What a change does, without its name, its basis and the place it is written in."""
    rows = tuple(tuple((c.text, v.text) for c, v in row) for row in order.rows)
    return order.table.text, order.op, rows, order.where.text if order.where else ""


def _in_order_of(first: list[Order], second: list[Order]) -> list[Order]:
    """``first``, the changes it shares with ``second`` in the order they have there."""
    left = Counter(map(_meaning, first))
    shared = []
    for order in second:
        if left[_meaning(order)] > 0:
            left[_meaning(order)] -= 1
            shared.append(order)
    common = Counter(map(_meaning, shared))
    coming, out = iter(shared), []
    for order in first:
        if common[_meaning(order)] > 0:
            common[_meaning(order)] -= 1
            out.append(next(coming))
        else:
            out.append(order)
    return out


def _merged(first: list[Order], second: list[Order]) -> Iterator[Step]:
    """Both in one row that keeps the order of each."""
    said = [[_meaning(o) for o in orders] for orders in (first, second)]
    for tag, a, b, c, d in SequenceMatcher(a=said[0], b=said[1], autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Step(o) for o in second[c:d])
        else:
            yield from (Step(o, o.name, False) for o in first[a:b])
            yield from (Step(o, o.name, True) for o in second[c:d])


def joined(causes: tuple[Cause, ...], way: Between, wrong: frozenset[str]) -> tuple[Cause, ...]:
    """The causes, those that make the combination ``wrong`` possible joined with it.

    They are the fewest (then the first by name) with which the combination is a valid case. All
    causes together are one, so there always are some.
    """
    mine = [c for c in causes if c.names <= wrong]
    rest = [c for c in causes if c not in mine]
    most = len(rest) if len(causes) <= EXHAUSTIVE else min(2, len(rest))
    found = next(
        (more for size in range(1, most + 1) for more in combinations(rest, size)
         if way.case(wrong.union(*(c.names for c in more))) is not None), tuple(rest))
    one = Cause(tuple(sorted(change for c in (*mine, *found) for change in c.changes)))
    return tuple(sorted([*(c for c in rest if c not in found), one]))
