"""When nothing satisfies every rule: which rules clash, and the least that would have to give.

A rule gives as one: its rows share one slack, each in proportion to its size, so that "the floor
gives 124,000 yuan" means the same percent for everybody. Rows without a size give by themselves.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from planner.model.rule import Model, Row
from planner.solver.highs import Session
from planner.solver.hitting import hitting_set
from planner.solver.stating import Array

Name = tuple[str, str]  # (rule, what it is about)
Side = tuple[Name, bool, bool]

#: Facts, not decisions: a seat is a seat and a person holds one post. Never asked to give.
#: The bench and training yield by themselves: what they miss is counted, never forbidden.
FACTS = ("goal", "seats", "one_post", "eligible", "whole", "trained", "bench", "bench_lists",
         "bench_near", "bench_kin")
#: How many smallest sets of rules are shown, and how many are looked for to show the best.
SHOWN, FOUND = 3, 120
#: Rows a search may read in all: what bounds it on large models, a count so that it is repeatable.
EFFORT = 400_000
NOTHING = 1e-7


@dataclass(frozen=True)
class Member:
    """One rule of a clash; ``law`` when the user marked it so."""

    rule: str
    of: str
    law: bool = False


@dataclass(frozen=True)
class Give:
    """One rule of a clash; ``by`` is the least it must give if it alone gives.

    ``by`` is in the unit of the rule's rows (万元 or people); ``None`` when its giving alone is
    not enough, or when it is ``law``. ``together``: this and the others so marked must all give.
    """

    rule: str
    of: str
    by: float | None
    together: bool = False
    law: bool = False


@dataclass(frozen=True)
class Repair:
    """A smallest set of rules that, giving so much each, leave a plan; no law among them.

    ``point``: the values of the model's columns it was found at.
    """

    gives: tuple[Give, ...]
    point: tuple[float, ...] = field(default=(), repr=False, compare=False)

    @property
    def total(self) -> float:
        """What its rules give in all."""
        return sum(give.by or 0.0 for give in self.gives)


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan: one minimal clash, what each rule of it must give, and repairs.

    ``repairs`` are up to three sets of the smallest size, the least total first; none when laws
    alone clash. All empty: the rows have a point.
    """

    clash: tuple[Member, ...] = ()
    gives: tuple[Give, ...] = ()
    repairs: tuple[Repair, ...] = ()


def conflict_of(
    model: Model, laws: frozenset[Name] = frozenset(), able: Container[str] | None = None
) -> Conflict:
    """Find what clashes in a model and how it is mended.

    ``laws`` are never asked to give, nor is a rule that is not in ``able`` (``None``: all are).
    """
    elastic = Elastic(model)
    fixed = laws | {name for name in elastic.names if able is not None and name[0] not in able}
    if elastic.feasible():
        return Conflict()
    clash = elastic.clash()
    members = tuple(Member(*name, law=name in laws) for name in elastic.names if name in clash)
    alone = _alone(elastic, members, fixed)
    if any(give.by is not None for give in alone):
        singles = [Repair((give,)) for give in alone if give.by is not None]
        return Conflict(members, alone, _best(elastic, singles))
    repairs = _repairs(elastic, clash, fixed)
    return Conflict(members, _together(elastic, fixed) or alone, repairs)


def least(model: Model, giving: Iterable[Name]) -> Repair | None:
    """The least total by which just these rules must give; ``None`` when it is not enough."""
    return _least(Elastic(model), giving)


class Elastic:
    """A model whose rules can be let go one by one, kept warm in the solver."""

    def __init__(self, model: Model) -> None:
        soft = Model(list(model.lower), list(model.upper), list(model.whole))
        self.columns = len(model.lower)
        self.slack: dict[Name, list[int]] = {}
        self.rule: list[Name] = []  # of each row
        sides = _sides(model.rows)
        for row in model.rows:
            for part in _parts(row):
                self._soften(soft, part, sides)
        self.names = tuple(self.slack)
        self.free: frozenset[Name] = frozenset()
        self.session = Session(soft)
        self.whole = any(model.whole)

    def _soften(self, soft: Model, row: Row, sides: Mapping[Side, float]) -> None:
        name, terms = (row.rule, row.of), row.terms
        if row.rule not in FACTS:
            columns = self.slack.setdefault(name, [])
            if row.size > 0:
                if not columns:
                    columns.append(soft.column(0.0, 0.0))
                part = row.size / sides[_side(row)]
                terms = [*terms, (columns[0], part if row.low > -inf else -part)]
            else:
                more, less = soft.column(0.0, 0.0), soft.column(0.0, 0.0)
                columns += [more, less]
                terms = [*terms, (more, 1.0), (less, -1.0)]
        soft.row(Row(row.rule, row.of, terms, row.low, row.high))
        self.rule.append(name)

    def release(self, free: Iterable[Name]) -> None:
        """Let these rules give without limit, and hold every other."""
        wanted = frozenset(free)
        for name in sorted(wanted ^ self.free):
            for j in self.slack[name]:
                self.session.fix(j, 0.0, inf if name in wanted else 0.0)
        self.free = wanted

    def feasible(self, free: Iterable[Name] = ()) -> bool:
        """Whether the other rules can hold together."""
        self.release(free)
        return self.session.optimise([], "min").status != "infeasible"

    def clash(self, free: Iterable[Name] = ()) -> frozenset[Name]:
        """A smallest-by-inclusion set of rules that cannot hold together, none of it ``free``.

        A deletion filter, first in halves, then one by one: what is not needed for the clash goes
        out. What is left clashes, and no longer does without any one of its members: each was
        tried by solving.
        """
        kept = self._suspects(free)
        chunk = max(len(kept) // 2, 1)
        while chunk:
            i = 0
            while i < len(kept):
                rest = kept[:i] + kept[i + chunk:]
                if self._clash(rest):
                    kept = rest
                else:
                    i += chunk
            chunk //= 2
        return frozenset(kept)

    def _clash(self, kept: Iterable[Name]) -> bool:
        return not self.feasible(frozenset(self.names).difference(kept))

    def _suspects(self, free: Iterable[Name]) -> list[Name]:
        """Rules among which there is a clash: those with a price where all of them give the least.

        Rows without a dual can go and the least stays above 0 (the duals still prove it), so the
        rules with one clash. Tried by solving, for duals are numbers. Whole people have none.
        """
        held = [name for name in self.names if name not in frozenset(free)]
        if self.whole:
            return held
        self.release(self.names)
        outcome = self.session.optimise([(j, 1.0) for n in held for j in self.slack[n]], "min")
        priced = {self.rule[i] for i in np.flatnonzero(np.abs(outcome.duals) > 1e-9).tolist()}
        fewer = [name for name in held if name in priced]
        return fewer if self._clash(fewer) else held


def _side(row: Row) -> Side:
    """Rows of a rule that share what it gives: its least ones, its most ones, those in yuan."""
    return (row.rule, row.of), row.low > -inf, row.low in (0, -inf) and row.high in (0, inf)


def _sides(rows: Iterable[Row]) -> dict[Side, float]:
    sizes: dict[Side, float] = {}
    for row in rows:
        for part in _parts(row):
            sizes[_side(part)] = sizes.get(_side(part), 0.0) + part.size
    return sizes


def _parts(row: Row) -> Iterator[Row]:
    """The row; one with a size and both bounds as two, for one slack cannot turn both ways."""
    if row.size > 0 and row.low > -inf and row.high < inf:
        yield replace(row, high=inf)
        yield replace(row, low=-inf)
    else:
        yield row


def _least(elastic: Elastic, giving: Iterable[Name]) -> Repair | None:
    some = frozenset(giving)
    elastic.release(some)
    goal = [(j, 1.0) for name in sorted(some) for j in elastic.slack[name]]
    outcome = elastic.session.optimise(goal, "min")
    if not outcome.solved:
        return None
    given = {name: float(sum(outcome.x[j] for j in elastic.slack[name]))
             for name in elastic.names if name in some}
    return Repair(tuple(Give(*name, by) for name, by in given.items() if by > NOTHING),
                  _point(outcome.x, elastic.columns))


def _point(x: Array, columns: int) -> tuple[float, ...]:
    return tuple(float(value) for value in x[:columns])


def _alone(
    elastic: Elastic, clash: tuple[Member, ...], fixed: frozenset[Name]
) -> tuple[Give, ...]:
    """For each rule of a clash, the least it must give when every other rule holds.

    A rule that is enough alone is in every clash, so these are all the repairs of one rule.
    """
    alone = []
    for m in clash:
        name = (m.rule, m.of)
        found = None if name in fixed else _least(elastic, [name])
        alone.append(Give(m.rule, m.of, found.total if found else None, law=m.law))
    return tuple(alone)


def _together(elastic: Elastic, fixed: frozenset[Name]) -> tuple[Give, ...]:
    """Where no rule is enough alone: the rules that give together, at the least total of all.

    Applied, they leave a plan, for the same model was solved with them.
    """
    every = _least(elastic, [name for name in elastic.names if name not in fixed])
    return tuple(replace(give, together=True) for give in every.gives) if every else ()


# --- smallest repairs -------------------------------------------------------------------------


def _repairs(
    elastic: Elastic, first: frozenset[Name], fixed: frozenset[Name]
) -> tuple[Repair, ...]:
    """The smallest sets of rules that mend every clash, by implicit hitting sets.

    A set that meets every clash known so far is tried; when it is not enough, there is a clash it
    does not meet, which is then known too. The first set that is enough has the smallest size, as
    every set must meet the known clashes; further sets of its size follow.
    """
    clashes = [first - fixed, *_forced(elastic, fixed)]
    enough: list[frozenset[Name]] = []
    tries = max(12, min(FOUND, EFFORT // max(len(elastic.rule), 1)))
    while all(clashes) and len(enough) < tries:
        pick = hitting_set(clashes, frozenset(enough), len(enough[0]) if enough else None)
        if pick is None:
            break
        if elastic.feasible(pick):
            enough.append(pick)
        else:
            clashes.append(elastic.clash(pick) - fixed)
    if not all(clashes):
        return ()  # what may not give clashes by itself
    found = (_least(elastic, pick) for pick in enough)
    return _best(elastic, [repair for repair in found if repair is not None])


def _best(elastic: Elastic, repairs: list[Repair]) -> tuple[Repair, ...]:
    """The first few by their total, then in the order of the rules."""
    rank = {name: i for i, name in enumerate(elastic.names)}
    repairs.sort(key=lambda r: (round(r.total, 6), [rank[g.rule, g.of] for g in r.gives]))
    return tuple(repairs[:SHOWN])


def _forced(elastic: Elastic, fixed: frozenset[Name]) -> list[frozenset[Name]]:
    """Rules that clash with what may not give: each is in every repair.

    Looked for among those that give where all may, at the least total; one solve each.
    """
    every = _least(elastic, [name for name in elastic.names if name not in fixed])
    some = [(give.rule, give.of) for give in every.gives] if every else []
    return [frozenset([name]) for name in some
            if not elastic.feasible(set(elastic.names) - fixed - {name})]
