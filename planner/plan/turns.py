"""How a rule gives in the tables: which cell moves, and how far.

A turn reads off a point of the elastic model what its rule must allow, and moves the figure the
rule comes from just so far: up to whole yuan, to a millionth of a share, to whole people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

from planner.case.case import Case, exact
from planner.model.asked import Asked
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.range import ranged
from planner.model.money.rules import available
from planner.model.money.variables import SCALE, MoneyVariables
from planner.model.people.variables import PeopleVariables, benched, placements
from planner.model.rule import Model
from planner.plan.figures import Sized, down, lowered, raised, up

#: What the solver's numbers may be off by, in parts of a share.
NEAR = Fraction(1, 10**9)


@dataclass(frozen=True)
class Edit:
    """One cell to change: the row by its ``key``, a column, the value; ``drop``: the whole row."""

    table: str
    key: tuple[tuple[str, Any], ...]
    column: str
    value: Any
    drop: bool = False


@dataclass(frozen=True)
class Point:
    """Where a repair was found: the columns of a model of the case, and their values."""

    case: Case
    asked: Asked
    x: tuple[float, ...]

    @property
    def money(self) -> MoneyVariables:
        """The columns of money."""
        assert self.asked.money is not None
        return self.asked.money

    @property
    def people(self) -> PeopleVariables:
        """The columns of people."""
        assert self.asked.people is not None
        return self.asked.people

    def paid(self, g: int, payers: Iterable[int] | None = None) -> Fraction:
        """Yuan a group gets, from all its payers or from some."""
        which = None if payers is None else set(payers)
        return sum((Fraction(self.x[j]) for j, _ in self.money.paid(g, which)), Fraction()) * SCALE

    @cached_property
    def placed(self) -> list[tuple[int, int]]:
        """Positions of candidates and posts."""
        return placements(self.people, list(self.x))

    @cached_property
    def listed(self) -> list[tuple[int, int]]:
        """The same of the benches."""
        return benched(self.people, list(self.x), self.placed)


Turn = Callable[[Point, str, float], list[Edit]]


def _fund(case: Case, code: str) -> Any:
    return next(f for f in case.rows("funds") if f.fund == code)


def _cells(case: Case, fund: str) -> list[MoneyCell]:
    return [c for c in cells_of(case) if c.fund == fund]


def _edit(table: str, key: str, code: str, column: str, value: Any) -> Edit:
    return Edit(table, ((key, code),), column, value)


def appropriation(p: Point, of: str, by: float) -> list[Edit]:
    """More for the payer: what is missing over (1 − contingency), up to whole yuan."""
    payers = p.case.rows("payers")
    at = next(i for i, row in enumerate(payers) if row.payer == of)
    free, have = 1 - exact(payers[at].contingency or 0.0), available(p.case)[at]
    if not free or have is None:
        return []
    return [_edit("payers", "payer", of, "appropriation_yuan", ceil((have + ceil(by)) / free))]


def _ratio(case: Case, rule: str, of: str) -> tuple[Fraction, Sized]:
    """The figure of a rule of cells as it is, and the cells it is about."""
    fund, cells = _fund(case, of), _cells(case, of)
    if rule in ("floor", "ceiling"):
        given = getattr(fund, rule)
        sized = [(c.entitlement, c.carried, c.step) for c in cells]
        return exact((1.0 if rule == "ceiling" else 0.0) if given is None else given), sized
    sized = [(c.last, 0, c.step) for c in cells if c.last]
    if rule == "keep_last_year":
        return exact(fund.keep_last_year or 0.0), sized
    return 1 + exact(fund.grow_at_most or 0.0), sized


def floor_(p: Point, of: str, by: float) -> list[Edit]:
    """A lower floor, the same percent for every cell it asks something of."""
    return [_edit("funds", "fund", of, "floor",
                  lowered(*_ratio(p.case, "floor", of), Fraction(by)))]


def ceiling(p: Point, of: str, by: float) -> list[Edit]:
    """A higher ceiling."""
    return [_edit("funds", "fund", of, "ceiling",
                  raised(*_ratio(p.case, "ceiling", of), Fraction(by)))]


def keep_last_year(p: Point, of: str, by: float) -> list[Edit]:
    """A smaller part of last year's amounts protected."""
    return [_edit("funds", "fund", of, "keep_last_year",
                  lowered(*_ratio(p.case, "keep_last_year", of), Fraction(by)))]


def growth(p: Point, of: str, by: float) -> list[Edit]:
    """More growth; no limit at all where what was 0 last year must grow."""
    now, cells = _ratio(p.case, "growth", of)
    from_nothing = any(
        p.paid(g) > 1 for g, group in enumerate(p.money.groups)
        if group.lead.fund == of and group.lead.last is not None and not group.last)
    if not cells or from_nothing:
        return [_edit("funds", "fund", of, "grow_at_most", None)]
    more = exact(raised(now, cells, Fraction(by))) - 1
    return [_edit("funds", "fund", of, "grow_at_most", float(more))]


def envelope(p: Point, of: str, by: float) -> list[Edit]:
    """The side of the envelope that is crossed, by as much."""
    total = sum(p.paid(g) for g, group in enumerate(p.money.groups) if group.lead.fund == of)
    row = _fund(p.case, of)
    if row.envelope_max_yuan is not None and total > row.envelope_max_yuan:
        return [_edit("funds", "fund", of, "envelope_max_yuan", row.envelope_max_yuan + ceil(by))]
    least = max((row.envelope_min_yuan or 0) - ceil(by), 0)
    return [_edit("funds", "fund", of, "envelope_min_yuan", least)]


def share(p: Point, of: str, by: float) -> list[Edit]:
    """The sides of a share that the point crosses, by the most it crosses them anywhere."""
    fund, level = of.split("/")
    return _widened(p.case, fund, level, *_crossed(p, fund, level))


def _widened(
    case: Case, fund: str, level: str, less: Fraction, more: Fraction, yuan: int
) -> list[Edit]:
    out = []
    for row in case.rows("shares"):
        if (row.fund, row.level) != (fund, level):
            continue
        key = (("fund", fund), ("level", level), ("where", row.where))
        if less > NEAR and row.min_share:
            out.append(Edit("shares", key, "min_share", down(exact(row.min_share) - less + NEAR)))
        if more > NEAR and row.max_share is not None and row.max_share < 1:
            most = min(up(exact(row.max_share) + more - NEAR), 1.0)
            out.append(Edit("shares", key, "max_share", most))
        if yuan > 0 and row.max_yuan is not None:
            out.append(Edit("shares", key, "max_yuan", row.max_yuan + yuan))
    return out


def _crossed(p: Point, fund: str, level: str) -> tuple[Fraction, Fraction, int]:
    """How far the level is below its least part, above its most, above its most yuan a cell."""
    payers = p.case.rows("payers")
    less = more = Fraction()
    yuan = 0
    for g, group in enumerate(p.money.groups):
        mine = next((s for s in group.lead.shares if s.level == level), None)
        total = p.paid(g)
        if group.lead.fund != fund or mine is None or total < 1:
            continue
        part = p.paid(g, (q for q in p.money.x[g] if payers[q].level == level))
        less, more = max(less, mine.least - part / total), max(more, part / total - mine.most)
        if mine.most_yuan is not None:
            over = part / len(group.cells) - mine.most_yuan
            yuan = max(yuan, ceil(over - Fraction(1, 1000)))
    return less, more, yuan


def per_resident_range(p: Point, of: str, by: float) -> list[Edit]:
    """A wider band: the furthest any street is from the district's mean."""
    fund = next(f for f in ranged(p.case) if f.fund == of)
    by_street: dict[str, Fraction] = {}
    for g, group in enumerate(p.money.groups):
        if group.lead.fund == of:
            street = group.lead.street
            by_street[street] = by_street.get(street, Fraction()) + p.paid(g)
    total, residents = sum(by_street.values()), sum(fund.residents.values())
    off = max(abs(by_street.get(street, Fraction()) / total * residents / n - 1)
              for street, n in fund.residents.items() if n)
    return [_edit("funds", "fund", of, "per_resident_range", up(off - NEAR))]


def pin(p: Point, of: str, by: float) -> list[Edit]:
    """The decisions on the post that are not kept, taken back; with nothing else, the pair too."""
    who, what = p.case.rows("candidates"), p.case.rows("posts")
    placed = {(who[i].candidate, what[j].post) for i, j in p.placed}
    out = []
    for row in p.case.rows("pairs"):
        if row.decision == "pin" and row.post == of and (row.candidate, of) not in placed:
            key = (("candidate", row.candidate), ("post", of))
            out.append(Edit("pairs", key, "decision", None, drop=row.fit is None))
    return out


def kin(p: Point, of: str, by: float) -> list[Edit]:
    """The relation between those placed together in the community, no longer looked at."""
    who, what = p.case.rows("candidates"), p.case.rows("posts")
    here = {who[i].candidate for i, j in p.placed if what[j].community == of}
    return [Edit("kin", (("person", row.person), ("other", row.other)), "other", None, drop=True)
            for row in p.case.rows("kin") if {row.person, row.other} <= here]


def target(p: Point, of: str, by: float) -> list[Edit]:
    """The bound at the figure reached. A target has one bound: it moves for all its units."""
    out, placed, listed = [], p.placed, p.listed
    for bound in p.people.people.bounds:
        if f"{bound.target}/{bound.unit}" != of or bound.strength != "must":
            continue
        here = [i for i, j in (listed if bound.of == "bench" else placed) if j in bound.posts]
        actual = bound.actual(here)
        if bound.shortfall(here) > 1e-9 and actual is not None:
            out.append(_edit("targets", "target", bound.target, bound.bound,
                             _loosened(bound.bound, actual)))
    return out


def _loosened(bound: str, actual: float) -> float | int:
    """The figure reached as a bound: whole people, a hundredth of a percent, of a year."""
    side, kind = bound.split("_")
    grain = {"count": 1, "share": 10_000, "mean": 100}[kind]
    near = Fraction(actual).limit_denominator(10**9) * grain
    figure = floor(near) if side == "min" else ceil(near)
    return figure if kind == "count" else figure / grain


#: Every rule that may give, and how. What has no turn is never proposed.
TURNS: dict[str, Turn] = {
    "appropriation": appropriation, "share": share, "floor": floor_, "ceiling": ceiling,
    "keep_last_year": keep_last_year, "growth": growth, "envelope": envelope,
    "per_resident_range": per_resident_range, "pin": pin, "kin": kin, "target": target,
}


def given(before: Case, after: Case, rule: str, of: str) -> int | None:
    """What a rule of money gave in all between two cases (yuan); ``None`` where no figure says."""
    if rule == "appropriation":
        old, new = (next(row.appropriation_yuan for row in case.rows("payers") if row.payer == of)
                    for case in (before, after))
        return int(new) - int(old)
    if rule == "envelope":
        sides = ("envelope_min_yuan", "envelope_max_yuan")
        ends = [[getattr(_fund(case, of), side) or 0 for side in sides] for case in (before, after)]
        return sum(abs(int(new) - int(old)) for old, new in zip(*ends, strict=True))
    if rule not in ("floor", "ceiling", "keep_last_year", "growth"):
        return None
    if rule == "growth" and _fund(after, of).grow_at_most is None:
        return None
    now, cells = _ratio(before, rule, of)
    size = sum(base for base, off, _ in cells if rule != "floor" or now * base > off)
    return ceil(abs(_ratio(after, rule, of)[0] - now) * size)


def nudged(case: Case, rule: str, of: str, yuan: int) -> list[Edit]:
    """A rule of money moved on by some yuan: whole steps may ask for a little more."""
    empty = Point(case, Asked(Model(), MoneyVariables((), ()), None), ())
    if rule in ("appropriation", "floor", "ceiling", "keep_last_year", "growth"):
        return TURNS[rule](empty, of, float(yuan))
    if rule == "share":
        fund, level = of.split("/")
        part = Fraction(yuan, max(sum(c.entitlement for c in _cells(case, fund)), 1))
        return _widened(case, fund, level, part, part, yuan)
    if rule == "envelope":
        row = _fund(case, of)
        sides = (("envelope_max_yuan", yuan), ("envelope_min_yuan", -yuan))
        return [_edit("funds", "fund", of, column, max(getattr(row, column) + by, 0))
                for column, by in sides if getattr(row, column) is not None]
    return []
