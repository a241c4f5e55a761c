"""PuLP states the model; what it states is read back as arrays, all of it at once.

The only module that knows PuLP's habits. It has two lines, 3.3 (pure Python) and 4.2 (a core of its
own, on Python 3.12 and later), with different ways to what they hold and the same meaning.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import inf
from operator import attrgetter, itemgetter, methodcaller
from typing import Any

import numpy as np
import pulp

from planner.errors import SolverError
from planner.model.rule import Model, Sense

Array = np.ndarray[Any, Any]
#: What tells a variable of 3.3 from every other, read far faster than asked for.
_HASH = attrgetter("hash")


@dataclass(frozen=True)
class Rows:
    """``low ≤ A x ≤ high``: bounds (m,); A by rows: ``start`` (m + 1,), ``index``, ``value``."""

    low: Array
    high: Array
    start: Array
    index: Array
    value: Array


def state(model: Model, costs: Array | None = None, sense: Sense = "min") -> pulp.LpProblem:
    """The model as a PuLP problem, names being ``x0…`` and ``r0…``: ASCII ids, nobody's name.

    A row with two bounds is two of PuLP's, ``r`` and ``s``: its ``1 <= x <= 2`` keeps only the
    second half. Rows without a bound or without columns are left out: it takes ``0 >= 1``.
    """
    with _no_collection():
        return _stated(model, costs, sense)[0]


def rows_of(model: Model) -> Rows:
    """The rows of a model as PuLP holds them; those it does not take come from the model itself.

    Such are rows still free (they are held later) and rows without columns. Raises
    ``SolverError`` when a coefficient is not a number or a row names a column twice: PuLP 3.3
    would keep the last of the two, and 4.2 their sum.
    """
    given = _flat([row.terms for row in model.rows])
    _check(*given, len(model.lower))
    with _no_collection():
        problem, columns = _stated(model)
        return _read(problem, columns, model, *given)


def _stated(
    model: Model, costs: Array | None = None, sense: Sense = "min"
) -> tuple[pulp.LpProblem, list[Any]]:
    if hasattr(pulp, "set_v4_migration_warnings"):
        pulp.set_v4_migration_warnings(False)
    problem = pulp.LpProblem("planner", pulp.LpMaximize if sense == "max" else pulp.LpMinimize)
    new = problem.add_variable
    columns = [
        new(f"x{j}", None if low == -inf else low, None if high == inf else high,
            pulp.LpInteger if whole else pulp.LpContinuous)
        for j, (low, high, whole) in enumerate(
            zip(model.lower, model.upper, model.whole, strict=True))
    ]
    # Far faster than `lpSum` and products, which make an expression of every term.
    make = getattr(pulp.LpAffineExpression, "from_list", None) or pulp.LpAffineExpression
    add = problem.addConstraint
    for i, row in enumerate(model.rows):
        if not row.terms or (row.low == -inf and row.high == inf):
            continue
        left = make([(columns[j], c) for j, c in row.terms])
        if row.low == row.high:
            add(left == row.low, f"r{i}")
            continue
        if row.low > -inf:
            add(left >= row.low, f"r{i}")
        if row.high < inf:
            add(left <= row.high, f"s{i}")
    if costs is not None:
        problem += make([(columns[j], float(c)) for j, c in enumerate(costs) if c])
    return problem, columns


def _read(
    problem: pulp.LpProblem, columns: list[Any], model: Model,
    start: Array, index: Array, value: Array,
) -> Rows:
    held = problem.constraints()
    m, sizes = len(model.rows), np.diff(start)
    low = np.array([-inf if row.terms else row.low for row in model.rows], dtype=float)
    high = np.array([inf if row.terms else row.high for row in model.rows], dtype=float)
    row = np.fromiter((int(c.name[1:]) for c in held), np.int64, len(held))
    side = -np.fromiter(map(attrgetter("constant"), held), float, len(held))
    sense = np.fromiter(map(attrgetter("sense"), held), np.int8, len(held))
    low[row[sense >= 0]] = side[sense >= 0]
    high[row[sense <= 0]] = side[sense <= 0]
    # The rows PuLP holds, each once; their terms go where the model's own stood.
    first = np.flatnonzero(np.diff(row, prepend=-1))
    theirs, key = _terms(problem, held)
    at, named, coefficient = _flat([theirs[i].items() for i in first.tolist()], key)
    taken = np.zeros(m, dtype=bool)
    taken[row[first]] = True
    own = np.repeat(~taken, sizes)
    sizes[row[first]] = np.diff(at)
    starts = np.zeros(m + 1, dtype=np.int32)
    np.cumsum(sizes, out=starts[1:])
    mine = np.repeat(taken, sizes)
    indices, values = np.empty(len(mine), np.int32), np.empty(len(mine))
    indices[mine], values[mine] = _positions(columns, named, key), coefficient
    indices[~mine], values[~mine] = index[own], value[own]
    return Rows(low, high, starts, indices, values)


def _terms(
    problem: pulp.LpProblem, held: Sequence[Any]
) -> tuple[Sequence[Any], Callable[[Any], int]]:
    """What has the terms of each row, and what tells a variable there from every other."""
    if hasattr(problem, "toRustModel"):  # 4.2: its own wrapping makes every variable anew
        return problem.toRustModel().list_constraints(), methodcaller("id")
    return [c.expr for c in held], _HASH


def _positions(columns: list[Any], keys: Array, key: Callable[[Any], int]) -> Array:
    """The position of each variable by its key; those of 4.2 are numbered as they were made."""
    if key is not _HASH:
        return keys
    known = np.fromiter(map(_HASH, columns), np.int64, len(columns))
    order = np.argsort(known)
    return np.asarray(order[np.searchsorted(known[order], keys)])


def _flat(
    rows: Sequence[Iterable[tuple[Any, float]]], key: Callable[[Any], int] | None = None
) -> tuple[Array, Array, Array]:
    """Pairs row by row as three arrays: where each row starts, the keys, the coefficients."""
    sizes = np.fromiter(map(len, rows), np.int64, len(rows))  # type: ignore[arg-type]
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(sizes, out=start[1:])
    count = int(start[-1])
    pairs = list(chain.from_iterable(rows))
    firsts = map(itemgetter(0), pairs)
    keys = np.fromiter(firsts if key is None else map(key, firsts), np.int64, count)
    return start, keys, np.fromiter(map(itemgetter(1), pairs), float, count)


def _check(start: Array, index: Array, value: Array, n: int) -> None:
    if not np.isfinite(value).all():
        raise SolverError("a coefficient is not a number")
    named = np.repeat(np.arange(len(start) - 1), np.diff(start)) * (n + 1) + index
    named.sort(kind="stable")
    if (named[1:] == named[:-1]).any():
        raise SolverError("a row names a column twice")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Many small objects are made and none is rubbish: the collector only costs time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
