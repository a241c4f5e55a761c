"""From classes of people and posts to persons on seats, holding on to given placements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from planner.model.people.variables import PeopleVariables
from planner.model.rule import Model, Row, Stage, Terms

Pair = tuple[int, int]  # positions of a candidate and a post


def keeping(v: PeopleVariables, model: Model, pairs: Iterable[Pair]) -> tuple[Terms, list[Pair]]:
    r"""Columns :math:`k_{ij} \le y_{ij}`, 1 where a given placement is kept, for those possible.

    Rows are added so that the kept placements stand together: within the class, within what a
    person may hold and a post has vacant. Returns the columns as terms, and their pairs.
    """
    of = {i: I for I, members in enumerate(v.who) for i in members}
    at = {j: J for J, posts in enumerate(v.what) for j in posts}
    by_class: dict[int, Terms] = {}
    by_person: dict[int, Terms] = {}
    by_post: dict[int, Terms] = {}
    terms: Terms = []
    kept: list[Pair] = []
    for i, j in sorted(set(pairs)):
        column = v.y.get((of[i], at.get(j, -1)))
        if column is not None:
            term = (model.column(0, 1), 1.0)
            terms.append(term)
            kept.append((i, j))
            by_class.setdefault(column, []).append(term)
            by_person.setdefault(i, []).append(term)
            by_post.setdefault(j, []).append(term)
    for column, mine in by_class.items():
        model.row(Row("goal", "kept", [*mine, (column, -1.0)], high=0.0))
    for i, mine in by_person.items():
        model.row(Row("goal", "kept", mine, high=float(v.people.capacity[i])))
    for j, mine in by_post.items():
        model.row(Row("goal", "kept", mine, high=float(v.people.seats.vacant[j])))
    return terms, kept


def most_kept(terms: Terms) -> Stage:
    """The goal of keeping as many of them as can be."""
    return Stage("kept", "max", terms, grain=1.0)


def seat(
    v: PeopleVariables,
    x: Sequence[float],
    prefer: Iterable[Pair] = (),
    used: Mapping[Pair, int] | None = None,
) -> list[Pair]:
    """Persons on seats for the counts of ``x``: first ``prefer``, then who was ``used`` least.

    Alike people and posts may be exchanged freely, so every such choice is a plan of equal worth.
    """
    used = used or {}
    of = {i: I for I, members in enumerate(v.who) for i in members}
    at = {j: J for J, posts in enumerate(v.what) for j in posts}
    left = {pair: round(float(x[column])) for pair, column in v.y.items()}
    free = {j: int(n) for j, n in enumerate(v.people.seats.vacant)}
    holds = dict.fromkeys(of, 0)
    out: list[Pair] = []

    def take(i: int, j: int) -> None:
        left[of[i], at[j]] -= 1
        free[j] -= 1
        holds[i] += 1
        out.append((i, j))

    def able(i: int, j: int) -> bool:
        return free[j] > 0 and holds[i] < v.people.capacity[i] and (i, j) not in out

    for i, j in sorted(prefer):
        if left.get((of.get(i, -1), at.get(j, -1)), 0) > 0 and able(i, j):
            take(i, j)
    for I, J in sorted(v.y, key=lambda pair: (pair[1], pair[0])):
        while left[I, J] > 0:
            open_ = ((i, j) for i in v.who[I] for j in v.what[J] if able(i, j))
            take(*min(open_, key=lambda pair: (used.get(pair, 0), pair)))
    return sorted(out)
