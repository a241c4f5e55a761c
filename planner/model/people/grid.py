"""What is asked of pairs, held by the kinds of candidates and posts that it tells apart.

N candidates × M posts are too many cells to hold for a province. But what stands between them
sees few columns of either, and those take few values: a table over the kinds there are says it
all, and gives any block of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.case.conditions import Checked, Field, Fields, Ref, Test, evaluate
from planner.case.grammar import Not

Array = np.ndarray[Any, Any]

#: Cells a table over kinds may have; above, a condition is asked of every block anew.
HELD = 1 << 26
#: Cells up to which two tables are better made one.
MERGED = 1 << 22
#: Cells a condition is asked of at a time.
ASKED = 1 << 20

POST = "post."


@dataclass(frozen=True)
class Grid:
    """``cell[what[j], who[i]]`` for candidate i and post j: a value for each kind of the two.

    ``who`` (N,) and ``what`` (M,) number the kinds; posts come first because pairs are gone
    through post by post.
    """

    who: Array
    what: Array
    cell: Array

    def block(self, J: Array, I: Array) -> Array:
        """(len J, len I) values."""
        return np.asarray(self.cell[self.what[J]][:, self.who[I]])

    def at(self, i: Array, j: Array) -> Array:
        """The values of pairs, one by one."""
        return np.asarray(self.cell[self.what[j], self.who[i]])

    def of(self, i: Array, j: Array) -> Grid:
        """The same of some candidates and posts, in the order of their positions."""
        return Grid(self.who[i], self.what[j], self.cell)


@dataclass(frozen=True)
class Asked:
    """Conditions that tell too much apart for a table: asked of each block when it is needed.

    ``tests[which[j]]`` is asked of post j, nothing where it is −1; ``turned``: true where it does
    not hold.
    """

    tests: tuple[Checked, ...]
    which: Array
    fields: Fields
    who: Array  # every candidate is a kind of their own, and every post
    what: Array
    turned: bool

    def block(self, J: Array, I: Array) -> Array:
        """(len J, len I) booleans."""
        out = np.zeros((len(J), len(I)), dtype=bool)
        for n in np.unique(self.which[J]).tolist():
            if n >= 0:
                mine = self.which[J] == n
                out[mine] = self._ask(n, I[None, :], J[mine][:, None])
        return out

    def at(self, i: Array, j: Array) -> Array:
        """The values of pairs, one by one."""
        out = np.zeros(len(i), dtype=bool)
        for n in np.unique(self.which[j]).tolist():
            if n >= 0:
                mine = self.which[j] == n
                out[mine] = self._ask(n, i[mine], j[mine])
        return out

    def of(self, i: Array, j: Array) -> Asked:
        """The same of some candidates and posts, in the order of their positions."""
        return Asked(self.tests, self.which[j], _some(self.fields, i, j), np.arange(len(i)),
                     np.arange(len(j)), self.turned)

    def _ask(self, n: int, i: Array, j: Array) -> Array:
        return evaluate(self.tests[n], _some(self.fields, i, j)) ^ self.turned


Seen = Grid | Asked


def _some(fields: Fields, i: Array, j: Array) -> Fields:
    """The fields of some candidates and posts, in the shapes of their positions."""
    out = {}
    for key, field in fields.items():
        assert field.values is not None
        out[key] = Field(field.column, field.values.ravel()[j if key.startswith(POST) else i])
    return out


def kinds(columns: Sequence[Array], size: int) -> tuple[Array, Array]:
    """The number of the kind of each of ``size`` rows, and the first row of each kind."""
    of = np.zeros(size, dtype=np.int64)
    for column in columns:
        codes, names = pd.factorize(column, use_na_sentinel=False)
        of = np.asarray(pd.factorize(of * max(1, len(names)) + codes)[0])
    return of, np.asarray(np.unique(of, return_index=True)[1])


def merged(grids: Sequence[Grid], combine: Callable[[Array, Array], Array]) -> list[Grid]:
    """The same values in fewer tables: small ones are combined while they stay small."""
    out: list[Grid] = []
    for grid in sorted(grids, key=lambda g: g.cell.size):
        last = out[-1] if out else None
        both = None if last is None else _both(last, grid, combine)
        out[-1:] = [both] if both is not None else [*out[-1:], grid]
    return out


def _both(a: Grid, b: Grid, combine: Callable[[Array, Array], Array]) -> Grid | None:
    who, person = kinds([a.who, b.who], len(a.who))
    what, post = kinds([a.what, b.what], len(a.what))
    if len(person) * len(post) > MERGED:
        return None
    return distinct(Grid(who, what, combine(a.block(post, person), b.block(post, person))))


def distinct(grid: Grid) -> Grid:
    """The same grid with kinds that have the same values made one."""
    cell, what = _rows(grid.cell)
    turned, who = _rows(np.ascontiguousarray(cell.T))
    return Grid(who[grid.who], what[grid.what], np.ascontiguousarray(turned.T))


def _rows(cell: Array) -> tuple[Array, Array]:
    """The distinct rows, and which of them each row is."""
    known: dict[bytes, int] = {}
    of = np.array([known.setdefault(row.tobytes(), len(known)) for row in cell], dtype=np.int64)
    return cell[np.unique(of, return_index=True)[1]], of


def asked(
    tests: Sequence[Checked], which: Array, fields: Fields, size: int, turned: bool = False
) -> Seen:
    """Where ``tests[which[j]]`` holds (``turned``: where it does not) for each of ``size``
    candidates and each post j; nowhere for a post where ``which`` is −1.

    ``fields`` are columns of candidates and, as ``post.…``, of posts, in any shape.
    """
    mine = {key: fields[key] for key in sorted(frozenset().union(*map(named, tests)))}
    sides: tuple[list[Array], list[Array]] = ([], [which])
    for key, field in mine.items():
        assert field.values is not None
        sides[key.startswith(POST)].append(field.values.ravel())
    who, person = kinds(sides[0], size)
    what, post = kinds(sides[1], len(which))
    if len(person) * len(post) > HELD:
        return Asked(tuple(tests), which, mine, np.arange(size), np.arange(len(which)), turned)
    cell = np.zeros((len(post), len(person)), dtype=bool)
    step = max(1, ASKED // max(1, len(person)))
    for n, test in enumerate(tests):
        rows = np.flatnonzero(which[post] == n)
        for a in range(0, len(rows), step):
            some = _some(mine, person[None, :], post[rows[a:a + step], None])
            cell[rows[a:a + step]] = evaluate(test, some) ^ turned
    return distinct(Grid(who, what, cell))


def named(node: Checked) -> frozenset[str]:
    """The keys of the fields a condition names."""
    if isinstance(node, Test):
        return frozenset({node.key, *(v.key for v in node.values if isinstance(v, Ref))})
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return frozenset[str]().union(*map(named, parts))
