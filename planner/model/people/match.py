"""Who may take which post and how well they fit: for any block of pairs, never for all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.case.conditions import condition
from planner.model.people.barriers import BARRIERS, Wall, named_pairs, pair_fields
from planner.model.people.grid import MERGED, POST, Grid, Seen, asked, kinds, merged, named
from planner.model.people.seats import seats_of

Array = np.ndarray[Any, Any]

#: Points are added in any order: what that does behind so many decimals is not meant.
DECIMALS = 9
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Named:
    """Some pairs, by post and then by candidate, each with a value; ``start`` (M + 1,)."""

    i: Array
    j: Array
    value: Array
    start: Array

    @staticmethod
    def of(i: Array, j: Array, value: Array, posts: int) -> Named:
        """Pairs in any order, over so many posts."""
        order = np.lexsort((i, j))
        start = np.searchsorted(j[order], np.arange(posts + 1))
        return Named(i[order], j[order], value[order], start)

    def inside(self, J: Array, I: Array) -> tuple[Array, Array, Array]:
        """Those in a block whose I are in order: rows, columns and values."""
        first, after = self.start[J], self.start[J + 1]
        if not len(I) or not (after > first).any():
            return _NONE, _NONE, self.value[:0]
        at = np.concatenate([np.arange(a, b) for a, b in zip(first, after, strict=True)])
        row = np.repeat(np.arange(len(J)), after - first)
        column = np.minimum(np.searchsorted(I, self.i[at]), len(I) - 1)
        here = I[column] == self.i[at]
        return row[here], column[here], self.value[at[here]]

    def which(self, i: Array, j: Array) -> Array:
        """Which of them some pairs are, one by one; −1: none."""
        if not len(self.i):
            return np.full(len(i), -1)
        size = int(max(self.i.max(), i.max(initial=0))) + 1
        key, wanted = self.j * size + self.i, j * size + i
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        return np.where(key[place] == wanted, place, -1)

    def some(self, people: Array, posts: Array, size: int) -> Named:
        """Those whose candidate and post have a new position there, not −1; ``size`` posts."""
        i, j = people[self.i], posts[self.j]
        stays = (i >= 0) & (j >= 0)
        return Named.of(i[stays], j[stays], self.value[stays], size)


@dataclass(frozen=True)
class Match:
    """N candidates against M posts; positions J of posts and I of candidates make a block.

    A pair is shut where one of ``walls`` is true or it is among ``shut``. Its fit is what the
    person has anywhere, ``own`` (N,), what the post gives anybody, ``other`` (M,), and what each
    of ``tables`` (with points for true) has for the two; or the points it is ``given``.
    """

    walls: tuple[Seen, ...]
    shut: Named
    own: Array
    other: Array
    tables: tuple[tuple[Seen, float], ...]
    given: Named

    def open(self, J: Array, I: Array) -> Array:
        """(len J, len I) booleans: nothing stands between them."""
        out = np.ones((len(J), len(I)), dtype=bool)
        for wall in self.walls:
            out &= ~wall.block(J, I)
        j, i, _ = self.shut.inside(J, I)
        out[j, i] = False
        return out

    def fit(self, J: Array, I: Array) -> Array:
        """(len J, len I) points, of pairs that are shut too."""
        out = self.own[I][None, :] + self.other[J][:, None]
        for table, each in self.tables:
            cell = table.block(J, I)
            out += cell if each == 1.0 else cell * each
        j, i, points = self.given.inside(J, I)
        out[j, i] = points
        return _rounded(out)

    def open_at(self, i: Array, j: Array) -> Array:
        """Booleans, pair by pair."""
        out = np.ones(len(i), dtype=bool)
        for wall in self.walls:
            out &= ~wall.at(i, j)
        return out & (self.shut.which(i, j) < 0)

    def fit_at(self, i: Array, j: Array) -> Array:
        """Points, pair by pair."""
        out = self.own[i] + self.other[j]
        for table, points in self.tables:
            out = out + table.at(i, j) * points
        at = self.given.which(i, j)
        if len(self.given.i):
            out = np.where(at >= 0, self.given.value[at], out)
        return _rounded(out)

    def blocks(self, cells: int, alike: Array) -> Iterator[tuple[Array, Array]]:
        """(J, I): every open pair is in one block, of not many more cells than that.

        The posts of a block are open to the same people and ``alike`` (M,); the people are those,
        in order, and somebody shut from one of the posts by name.
        """
        of, _ = kinds([alike, *(wall.what for wall in self.walls)], len(self.other))
        order = np.argsort(of, kind="stable")
        everybody = np.arange(len(self.own))
        for J in np.split(order, np.flatnonzero(np.diff(of[order])) + 1):
            shut = np.zeros(len(everybody), dtype=bool)
            for wall in self.walls if len(J) else ():
                shut |= wall.block(J[:1], everybody)[0]
            I = np.flatnonzero(~shut)
            step = max(1, cells // max(1, len(I)))
            for a in range(0, len(J) if len(I) else 0, step):
                yield J[a:a + step], I

    def of(self, i: Array, j: Array) -> Match:
        """The same of some candidates and posts, in the order of their positions."""
        people, posts = np.full(len(self.own), -1), np.full(len(self.other), -1)
        people[i], posts[j] = np.arange(len(i)), np.arange(len(j))
        return Match(
            tuple(wall.of(i, j) for wall in self.walls), self.shut.some(people, posts, len(j)),
            self.own[i], self.other[j],
            tuple((table.of(i, j), points) for table, points in self.tables),
            self.given.some(people, posts, len(j)))

    def count(self) -> int:
        """How many pairs are open."""
        blocks = self.blocks(1, np.zeros(len(self.other), dtype=np.int64))
        return sum(len(J) * len(I) - len(self.shut.inside(J, I)[0]) for J, I in blocks)

    def spread(self) -> float:
        """At most so many points lie between two pairs."""
        parts = [self.own, self.other, self.given.value]
        parts += [g.cell * points if isinstance(g, Grid) else np.array([0.0, points])
                  for g, points in self.tables]
        return sum(float(part.max() - part.min()) for part in parts if part.size)


def _rounded(points: Array) -> Array:
    return points if (points == np.rint(points)).all() else np.round(points, DECIMALS)


@per_case
def walls_of(case: Case) -> dict[str, Wall]:
    """Every barrier by its name, in the order they are named to a user."""
    seats = seats_of(case)
    return {barrier.__name__: barrier(case, seats) for barrier in BARRIERS}


@per_case
def match_of(case: Case) -> Match:
    """Who is eligible for which post, and how well they fit there.

    Source: the barriers; ``points.where``, ``points.points``; ``pairs.fit``.
    """
    walls = walls_of(case).values()
    grids = [g for wall in walls for g in wall.grids]
    size = len(case.frame("candidates")), len(case.frame("posts"))
    own, other, tables = _points(case, *size)
    by_name = {pair for wall in walls for pair in zip(
        wall.i.tolist(), wall.j.tolist(), strict=True)}
    i, j = np.array(sorted(by_name), dtype=np.int64).reshape(-1, 2).T
    shut = Named.of(i, j, np.ones(len(i)), size[1])
    fits = [(i, j, row.fit) for i, j, row in named_pairs(case) if row.fit is not None]
    i, j, points = np.array(fits, dtype=float).reshape(-1, 3).T
    given = Named.of(i.astype(np.int64), j.astype(np.int64), points, size[1])
    return Match(_less(grids), shut, own, other, tables, given)


def _less(walls: list[Seen]) -> tuple[Seen, ...]:
    """The same walls in fewer."""
    grids = [wall for wall in walls if isinstance(wall, Grid)]
    return (*merged(grids, np.logical_or), *(w for w in walls if not isinstance(w, Grid)))


def _points(
    case: Case, people: int, posts: int
) -> tuple[Array, Array, tuple[tuple[Seen, float], ...]]:
    """The points anybody has anywhere, anybody gets on a post, and those of the two."""
    own, other = np.zeros(people), np.zeros(posts)
    fields, everywhere = pair_fields(case), np.zeros(posts, dtype=np.int64)
    small, large = [], []
    for row in case.rows("points"):
        test = condition(row.where, fields)
        sides = {key.startswith(POST) for key in named(test)}
        seen = asked([test], everywhere, fields, people)
        if sides <= {False}:
            own += seen.block(np.zeros(min(1, posts), dtype=np.int64), np.arange(people)).sum(
                axis=0) * row.points
        elif sides == {True}:
            other += seen.block(np.arange(posts), np.zeros(min(1, people), dtype=np.int64)).sum(
                axis=1) * row.points
        elif isinstance(seen, Grid) and seen.cell.size <= MERGED:
            small.append(Grid(seen.who, seen.what, seen.cell * float(row.points)))
        else:
            large.append((seen, float(row.points)))
    return own, other, (*((g, 1.0) for g in merged(small, np.add)), *large)
