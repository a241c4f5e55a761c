"""The goals of the people plan, each as stages for the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from planner.case.case import Case
from planner.model.people.variables import PeopleVariables, people_classes
from planner.model.rule import Model, Row, Stage, Terms

Goal = Callable[[Case, PeopleVariables, Model], Iterator[Stage]]


def fill(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Fewest seats left empty, posts of the highest priority first."""
    levels = sorted({int(v.people.priority[posts[0]]) for posts in v.what}, reverse=True)
    for level in levels:
        terms = [(v.unfilled[J], 1.0) for J, posts in enumerate(v.what)
                 if int(v.people.priority[posts[0]]) == level]
        yield Stage("fill", "min", terms, grain=1.0, part=str(level))
    yield from _balance(v, model)


def _balance(v: PeopleVariables, model: Model) -> Iterator[Stage]:
    r"""Where people may hold several units, the load spread as evenly as their capacity allows.

    .. math:: \min \sum_i \max(\ell_i^2 - 1, 0) / capacity_i, \qquad \ell_i = \sum_j y_{ij}

    Stated unit by unit: the first is free, so nobody is passed over for it, and the k-th adds
    (2k − 1) / capacity. Among people of one capacity no other spread has a smaller largest load.
    """
    held: dict[int, Terms] = {}
    for (I, _), column in v.y.items():
        held.setdefault(I, []).append((column, 1.0))
    terms: Terms = []
    for I, mine in sorted(held.items()):
        capacity = int(v.people.capacity[v.who[I][0]])
        if capacity == 1 or len(mine) < 2:
            continue
        units = [model.column(0, 1) for _ in range(min(capacity, len(mine)))]
        model.row(Row("goal", "load", [*mine, *((u, -1.0) for u in units)], 0.0, 0.0))
        terms += [(u, (2 * k - 1) / capacity) for k, u in enumerate(units, 1) if k > 1]
    if terms:
        yield Stage("fill", "min", terms, part="load")


def targets(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Least shortfall of the targets that should be met, then of those aimed at."""
    for strength in ("should", "aim"):
        terms = [(v.short[g], 1.0) for g, b in enumerate(v.people.bounds)
                 if b.strength == strength]
        if terms:
            yield Stage("targets", "min", terms, part=strength)


def bench(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Fewest places left open on the benches, posts of the highest priority first."""
    if v.bench is None:
        return
    priority = [int(v.people.priority[posts[0]]) for posts in v.bench.what]
    for level in sorted(set(priority), reverse=True):
        terms = [(column, 1.0) for column, p in zip(v.bench.short, priority, strict=True)
                 if p == level]
        yield Stage("bench", "min", terms, grain=1.0, part=str(level))


def fit(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Most fit of the people placed, in points."""
    i = np.array([v.who[I][0] for I, _ in v.y], dtype=int)
    j = np.array([v.what[J][0] for _, J in v.y], dtype=int)
    points = zip(v.y.values(), v.people.match.fit_at(i, j).tolist(), strict=True)
    yield Stage("fit", "max", [(column, c) for column, c in points if c])


def steady(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Fewest people moved against an earlier plan, of those it could still place."""
    of = {i: I for I, members in enumerate(v.who) for i in members}
    at = {j: J for J, posts in enumerate(v.what) for j in posts}
    kept = [(v.y[of[i], at[j]], -1.0) for i, j in v.people.earlier]
    if kept:
        yield Stage("steady", "min", kept, constant=float(len(kept)), grain=1.0)


def successors(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Most fit of the people listed: after every ranked goal, so it only chooses whom to list."""
    if v.bench is None:
        return
    fit = v.people.fit
    terms = [(column, float(fit[v.who[I][0], v.bench.what[J][0]]))
             for (I, J), column in v.bench.b.items()]
    yield Stage("bench", "max", [(j, c) for j, c in terms if c], part="fit")


def tie(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """The last tie by code: lower codes first, no two plans alike; placements, then the bench."""
    yield Stage("tie", "max", _tied(v, v.y), last=True,
                fixes=tuple(v.y.values()) if v.bench is not None else ())
    if v.bench is not None:
        yield Stage("tie", "max", _tied(v, v.bench.b), last=True)


def _tied(v: PeopleVariables, columns: dict[tuple[int, int], int]) -> Terms:
    """A weight for each column, by the number its class of candidates has without a bench."""
    plain, _ = people_classes(replace(v.people, bench=None))
    at = {i: I for I, members in enumerate(plain) for i in members}
    golden, n = 0.6180339887498949, len(plain) + 1
    of = [at[members[0]] for members in v.who]
    return [(column, (n - of[I]) / n + ((of[I] * 31 + J) * golden) % 1.0 / 8)
            for (I, J), column in columns.items()]


PEOPLE_GOALS: dict[str, Goal] = {
    "fill": fill, "targets": targets, "bench": bench, "fit": fit, "steady": steady}
