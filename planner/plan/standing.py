"""What a plan, however it was made, is worth in each ranked goal: counted without a solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from planner.case.case import Case
from planner.model.blocks import ranked_goals
from planner.model.money.choice import orders_met
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.part import MoneyPart
from planner.model.money.projects import projects_of
from planner.model.people.pool import seats_of
from planner.model.people.rules import PeoplePart, counted_bounds

Name = tuple[str, str]  # goal, and its part: a priority, a payer, a strength


@dataclass(frozen=True)
class Worth:
    """The value of a plan in one goal. ``unit`` is that of a measure."""

    goal: str
    part: str
    value: float
    unit: Literal["yuan", "share", "people", "points", "count"]
    better: Literal["higher", "lower"]

    def loses(self, best: float) -> float:
        """How far it stays behind a value of the same goal; negative when it is ahead."""
        return best - self.value if self.better == "higher" else self.value - best


def worth(
    case: Case, money: MoneyPart | None = None, people: PeoplePart | None = None
) -> dict[Name, Worth]:
    """Each ranked goal by (goal, part), from the best rank down.

    Goals that nothing here can count are left out. How evenly payers are spread over cells (the
    last part of ``payer_order``) only breaks ties and is not counted.
    """
    found = []
    for goal, _ in ranked_goals(case):
        if money is not None:
            found += list(_money(case, money, goal))
        if people is not None:
            found += list(_people(case, people, goal))
    return {(w.goal, w.part): w for w in found}


def _money(case: Case, part: MoneyPart, goal: str) -> Iterator[Worth]:
    cells = [(c, part.total(c)) for c in cells_of(case)]
    if goal == "floor":
        short = sum((max(_least(c) - yuan, Fraction(0)) for c, yuan in cells), Fraction(0))
        yield Worth(goal, "", float(short), "yuan", "lower")
    elif goal == "fairness":
        for priority in sorted({c.priority for c, _ in cells}):
            least = min(_covered(c, yuan) for c, yuan in cells if c.priority == priority)
            yield Worth(goal, str(priority), float(least), "share", "higher")
    elif goal == "coverage":
        # The first half of an entitlement counts double: 2·min(q, ½) + max(q − ½, 0), weighted.
        whole = sum(c.entitlement for c, _ in cells)
        top = sum((_concave(c, yuan) for c, yuan in cells), Fraction(0))
        if whole:
            yield Worth(goal, "", float(top / whole / Fraction(3, 2)), "share", "higher")
    elif goal == "orders" and case.has("projects"):
        met = orders_met(projects_of(case), part.projects)
        yield Worth(goal, "", float(met), "count", "higher")
    elif goal == "steady":
        moved = sum(abs(yuan - c.last) for c, yuan in cells if c.last is not None)
        yield Worth(goal, "", float(moved), "yuan", "lower")
    elif goal == "thrift":
        yield Worth(goal, "", float(sum(yuan for _, yuan in cells)), "yuan", "lower")
    elif goal == "payer_order":
        spent = dict.fromkeys((case.rows("payers")[p].payer for c, _ in cells for p in c.payers), 0)
        for by in part.paid.values():
            for payer, yuan in by.items():
                if payer in spent:
                    spent[payer] += yuan
        rows = {p.payer: p for p in case.rows("payers")}
        for payer in sorted(spent, key=lambda p: (rows[p].order or 10**9, p)):
            yield Worth(goal, payer, float(spent[payer]), "yuan", "higher")


def _least(cell: MoneyCell) -> Fraction:
    return max(cell.floor * cell.entitlement - cell.carried, cell.keep * (cell.last or 0),
               Fraction(0))


def _covered(cell: MoneyCell, yuan: int) -> Fraction:
    return Fraction(yuan + cell.carried, cell.entitlement)


def _concave(cell: MoneyCell, yuan: int) -> Fraction:
    covered, half = Fraction(yuan + cell.carried), Fraction(cell.entitlement, 2)
    return 2 * min(covered, half) + max(covered - half, Fraction(0))


def _people(case: Case, part: PeoplePart, goal: str) -> Iterator[Worth]:
    posts = case.rows("posts")
    if goal == "fill":
        left = dict(zip((p.post for p in posts), map(int, seats_of(case).vacant), strict=True))
        for _, post, _ in part.placed:
            left[post] = max(left.get(post, 0) - 1, 0)
        priority = {p.post: int(p.priority or 0) for p in posts}
        vacant = [p for p, n in zip(posts, seats_of(case).vacant, strict=True) if n]
        for level in sorted({priority[p.post] for p in vacant}, reverse=True):
            empty = sum(n for post, n in left.items() if priority.get(post) == level)
            yield Worth(goal, str(level), float(empty), "people", "lower")
    elif goal == "targets":
        short: dict[str, float] = {}
        for bound, placed in counted_bounds(case, part):
            short[bound.strength] = short.get(bound.strength, 0.0) + bound.shortfall(placed)
        for strength in ("should", "aim"):
            if strength in short:
                yield Worth(goal, strength, round(short[strength], 9), "people", "lower")
    elif goal == "fit":
        yield Worth(goal, "", float(sum(f for _, _, f in part.placed)), "points", "higher")
