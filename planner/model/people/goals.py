"""The goals of the people plan, each as stages for the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planner.case.case import Case
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Model, Stage

Goal = Callable[[Case, PeopleVariables, Model], Iterator[Stage]]


def fill(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Fewest seats left empty, posts of the highest priority first."""
    levels = sorted({int(v.people.priority[posts[0]]) for posts in v.what}, reverse=True)
    for level in levels:
        terms = [(v.unfilled[J], 1.0) for J, posts in enumerate(v.what)
                 if int(v.people.priority[posts[0]]) == level]
        yield Stage("fill", "min", terms, grain=1.0, part=str(level))


def targets(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Least shortfall of the targets that should be met, then of those aimed at."""
    for strength in ("should", "aim"):
        terms = [(v.short[g], 1.0) for g, b in enumerate(v.people.bounds)
                 if b.strength == strength]
        if terms:
            yield Stage("targets", "min", terms, part=strength)


def fit(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """Most fit of the people placed, in points."""
    terms = [(column, float(v.people.fit[v.who[I][0], v.what[J][0]]))
             for (I, J), column in v.y.items()]
    yield Stage("fit", "max", [(j, c) for j, c in terms if c])


def tie(case: Case, v: PeopleVariables, model: Model) -> Iterator[Stage]:
    """The last tie by code: lower codes first, no two plans alike."""
    golden, n = 0.6180339887498949, len(v.who) + 1
    yield Stage("tie", "max", [
        (column, (n - I) / n + ((I * 31 + J) * golden) % 1.0 / 8)
        for (I, J), column in v.y.items()], last=True)


PEOPLE_GOALS: dict[str, Goal] = {"fill": fill, "targets": targets, "fit": fit}
