"""A pool of pairs in a model: the columns it lists and the rows they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from planner.case.case import Case
from planner.model.people.match import Named
from planner.model.people.pool import Array
from planner.model.people.pricing import Pairs, Prices, first_pool
from planner.model.people.rules import PEOPLE_RULES
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Model, Row


@dataclass(frozen=True)
class NewColumns:
    """Columns to join a model, by columns: ``start``, ``index`` (rows), ``value``."""

    upper: Array
    start: Array
    index: Array
    value: Array


@dataclass
class Pool:
    """The pairs a model lists, and the rows it has for them.

    ``rows`` are those of the rules but ``kin``: two of a family in one community meet in a row
    from when both have a pair of it in the pool, for one of them alone keeps the rule.
    """

    pairs: Pairs
    v: PeopleVariables
    keys: Array
    columns: list[int]  # by the order they came in
    order: list[int]  # their keys
    seat: Array
    post: Array
    target: Array
    fit: int = -1  # the row that holds the goal ``fit``
    met: dict[tuple[int, str], tuple[list[int], list[int]]] = field(default_factory=dict)
    kin: dict[tuple[int, str], int] = field(default_factory=dict)

    def prices(self, duals: Array, fit: float) -> Prices:
        """The duals of a solved model by what they are about; of rows that came later, none."""
        later = max(self.kin.values(), default=0) + 1 - len(duals)
        duals = np.append(duals, np.zeros(max(0, later)))
        target = np.where(self.target >= 0, duals[self.target], 0.0)
        post = np.where(self.post >= 0, duals[self.post], 0.0)
        held = duals[self.fit] if self.fit >= 0 else 0.0
        return Prices(duals[self.seat], post, target, fit - held, self._kin_prices(duals))

    def _kin_prices(self, duals: Array) -> Named:
        of = {i: I for I, members in enumerate(self.pairs.who) for i in members}
        here: dict[str, list[int]] = {}
        for J, j in enumerate(self.pairs.at.tolist()):
            here.setdefault(self.pairs.people.community[j], []).append(J)
        found = [
            (of[person], J, float(duals[row])) for (k, community), row in self.kin.items()
            if duals[row] for person in self.pairs.people.kin[k] for J in here[community]]
        I, J_, dual = np.array(found, dtype=float).reshape(-1, 3).T
        return Named.of(I.astype(np.int64), J_.astype(np.int64), dual, len(self.pairs.what))

    def join(self, keys: Array, first: int) -> NewColumns:
        """Pairs join, as columns numbered from ``first``: what they have in the rows there are."""
        pairs, n = self.pairs, len(self.pairs.what)
        I, J = keys // n, keys % n
        column = np.arange(len(keys))
        parts = [(column, self.seat[J], np.ones(len(keys))),
                 (column, self.post[I], np.ones(len(keys)))]
        for k, counted in enumerate(pairs.counted):
            mine = np.flatnonzero(pairs.pattern[J] == k)
            for g in counted if len(mine) else ():
                value = pairs.weights[pairs.weighs[g], I[mine]]
                some = np.flatnonzero(value) if self.target[g] >= 0 else mine[:0]
                parts.append((mine[some], np.full(len(some), self.target[g]), value[some]))
        if self.fit >= 0:
            value = pairs.match.fit_at(I, J)
            some = np.flatnonzero(value)
            parts.append((some, np.full(len(some), self.fit), value[some]))
        at, index, value = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.lexsort((index, at))
        start = np.searchsorted(at[order], np.arange(len(keys)))
        self._note(keys, first)
        return NewColumns(pairs.most(I, J), start, index[order], value[order])

    def _note(self, keys: Array, first: int) -> None:
        n = len(self.pairs.what)
        for k, key in enumerate(keys.tolist(), first):
            self.v.y[key // n, key % n] = k
            self.columns.append(k)
            self.order.append(key)
        self.keys = np.union1d(self.keys, keys)

    def relate(
        self, columns: list[int], keys: list[int], rows: int
    ) -> tuple[list[tuple[int, int]], list[Row]]:
        """The part of new columns in the rows of ``kin``: cells of rows there are, and new rows.

        New rows are numbered from ``rows``. The same rows as those of the rule, less those in
        which only one of the two has a pair.
        """
        p, n = self.pairs.people, len(self.pairs.what)
        of = {i: I for I, members in enumerate(self.pairs.who) for i in members}
        mine: dict[int, list[tuple[int, int]]] = {}
        for k, pair in enumerate(p.kin):
            for side, person in enumerate(pair):
                mine.setdefault(of[person], []).append((k, side))
        cells: list[tuple[int, int]] = []
        new: list[Row] = []
        for column, key in zip(columns, keys, strict=True):
            community = p.community[self.pairs.at[key % n]]
            for k, side in mine.get(key // n, []) if community is not None else ():
                sides = self.met.setdefault((k, community), ([], []))
                sides[side].append(column)
                other = sides[1 - side]
                i, m = p.kin[k]
                if not other:
                    continue
                if p.capacity[i] > 1 or p.capacity[m] > 1:
                    new += [Row("kin", community, [(column, 1.0), (j, 1.0)], high=1.0)
                            for j in other]
                elif (k, community) not in self.kin:
                    self.kin[k, community] = rows + len(new)
                    terms = [(j, 1.0) for j in (*sides[0], *sides[1])]
                    new.append(Row("kin", community, terms, high=1.0))
                elif self.kin[k, community] >= rows:
                    new[self.kin[k, community] - rows].terms.append((column, 1.0))
                else:
                    cells.append((self.kin[k, community], column))
        return cells, new


def pooled(case: Case, pairs: Pairs, model: Model) -> Pool:
    """State the rules of the people plan over the first pool."""
    keys = first_pool(pairs)
    n = len(pairs.what)
    most = pairs.most(keys // n, keys % n) if n else np.zeros(0)
    y = {(key // n, key % n): model.column(0, most_, whole=True)
         for key, most_ in zip(keys.tolist(), most.tolist(), strict=True)}
    unfilled = tuple(model.column(0, int(s)) for s in pairs.seats)
    short = tuple(model.column() for _ in pairs.people.bounds)
    v = PeopleVariables(pairs.people, pairs.who, pairs.what, y, unfilled, short)
    for rule in PEOPLE_RULES:
        if rule.name != "kin":
            model.add(rule.rows(case, v))
    seat, post, target = _found(pairs, model, y, keys)
    sharp = [model.row(row) for row in _sharpened(v, pairs, keys)]
    pool = Pool(pairs, v, keys, list(y.values()), keys.tolist(), seat, post,
                np.append(target, np.array(sharp, dtype=int)))
    _, rows = pool.relate(pool.columns, pool.order, len(model.rows))
    model.add(rows)
    return pool


def _sharpened(v: PeopleVariables, pairs: Pairs, keys: Array) -> Iterator[Row]:
    """The rows of the sharpened bounds over a pool."""
    columns, n = np.array(list(v.y.values()), dtype=int), len(pairs.what)
    I, J = keys // n, keys % n
    for k, bound in enumerate(pairs.rounded, len(pairs.people.bounds)):
        inside = np.array([k in counted for counted in pairs.counted], dtype=bool)[pairs.pattern]
        value = pairs.weights[pairs.weighs[k], I] * inside[J]
        some = np.flatnonzero(value)
        terms = list(zip(columns[some].tolist(), value[some].tolist(), strict=True))
        terms += [(v.unfilled[m], bound.unfilled) for m in np.flatnonzero(inside).tolist()]
        of = pairs.people.bounds[bound.g]
        yield Row("rounded", f"{of.target}/{of.unit}",
                  [*terms, (v.short[bound.g], bound.short)], low=bound.low)


def _found(
    pairs: Pairs, model: Model, y: dict[tuple[int, int], int], keys: Array
) -> tuple[Array, Array, Array]:
    """The numbers of the rows of seats, of candidates and of bounds; -1 where there is none."""
    of = {column: I for (I, _), column in y.items()}
    rows: dict[str, list[int]] = {"seats": [], "one_post": [], "target": []}
    for k, row in enumerate(model.rows):
        rows.setdefault(row.rule, []).append(k)
    post = np.full(len(pairs.who), -1, dtype=int)
    for k in rows["one_post"]:
        post[of[model.rows[k].terms[0][0]]] = k
    target = np.full(len(pairs.people.bounds), -1, dtype=int)
    stated = [g for g, b in enumerate(pairs.people.bounds) if b.strength != "must"
              or b.constant < 0 or _counts(pairs, keys, g)]
    target[stated] = rows["target"]
    return np.array(rows["seats"], dtype=int), post, target


def _counts(pairs: Pairs, keys: Array, g: int) -> bool:
    """Whether any pair of the pool counts in a bound."""
    n = len(pairs.what)
    inside = np.array([g in counted for counted in pairs.counted], dtype=bool)
    return bool((inside[pairs.pattern[keys % n]]
                 & (pairs.weights[pairs.weighs[g], keys // n] != 0)).any())
