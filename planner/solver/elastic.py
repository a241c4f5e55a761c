"""A model whose rules can be let go one by one, to find those that cannot hold together.

A rule gives as one: its rows share one slack, each in proportion to its size, so that "the floor
gives 124,000 yuan" means the same percent for everybody. Rows without a size give by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from math import inf

import numpy as np

from planner.model.rule import Model, Row, Terms
from planner.solver.highs import Outcome, Session
from planner.solver.small import OutOfTimeError
from planner.solver.watch import NEVER, Deadline

Name = tuple[str, str]  # (rule, what it is about)
Side = tuple[Name, bool, bool]

#: Facts, not decisions: a seat is a seat and a person holds one post. Never asked to give.
#: The bench and training yield by themselves: what they miss is counted, never forbidden.
FACTS = ("goal", "seats", "one_post", "eligible", "whole", "trained", "bench", "bench_lists",
         "bench_near", "bench_kin")
#: Columns from which on questions about whole people are asked in parts first.
LARGE = 20_000


class Elastic:
    """The model, kept warm in the solver."""

    def __init__(self, model: Model, deadline: Deadline = NEVER) -> None:
        self.deadline = deadline
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
        self.session = Session(soft, self.deadline.left)
        self.whole = any(model.whole)
        self.large = self.whole and self.columns > LARGE
        self._model = model
        self._seen: list[frozenset[Name]] = []  # rules that gave in an answer: with them it holds

    @cached_property
    def _parts(self) -> Elastic | None:
        """A large model in parts: what cannot be there cannot be in whole numbers either."""
        if not self.large:
            return None
        return Elastic(replace(self._model, whole=[False] * self.columns), self.deadline)

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
        wanted = frozenset(free)
        if any(gave <= wanted for gave in self._seen):
            return True
        if self._parts is not None and not self._parts.feasible(wanted):
            return False
        self.release(wanted)
        return self.optimise([]).status != "infeasible"

    def optimise(self, terms: Terms) -> Outcome:
        """The least of ``terms``; raises ``OutOfTimeError`` when that was not found in time."""
        if self.deadline.over:
            raise OutOfTimeError
        outcome = self.session.optimise(terms, "min")
        if outcome.status not in ("optimal", "infeasible") and self.deadline.over:
            raise OutOfTimeError
        if self.large and outcome.solved:
            self._seen.append(frozenset(
                name for name in self.free if any(outcome.x[j] > 0 for j in self.slack[name])))
        return outcome

    def clash(self, free: Iterable[Name] = ()) -> frozenset[Name]:
        """A smallest-by-inclusion set of rules that cannot hold together, none of it ``free``.

        A deletion filter, first in halves, then one by one: what is not needed for the clash goes
        out. What is left clashes, and no longer does without any one of its members: each was
        tried by solving.
        """
        kept = self.suspects(free)
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

    def suspects(self, free: Iterable[Name]) -> list[Name]:
        """Rules among which there is a clash: those with a price where all of them give the least.

        Rows without a dual can go and the least stays above 0 (the duals still prove it), so the
        rules with one clash. Tried by solving, for duals are numbers. Whole people have none: of
        many, those that clash in parts are tried.
        """
        held = [name for name in self.names if name not in frozenset(free)]
        if self._parts is not None:
            fewer = self._parts.suspects(free)
            return fewer if self._clash(fewer) else held
        if self.whole:
            return held
        self.release(self.names)
        outcome = self.optimise([(j, 1.0) for n in held for j in self.slack[n]])
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
