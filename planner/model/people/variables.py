"""The variables of the people block, over classes of people and of posts nothing tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.model.people.pool import Seats, check_pins, eligible, fits, pins, seats_of
from planner.model.people.targets import Bound, bounds_of
from planner.model.rule import Model

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class People:
    """What the people block is about, as arrays over N candidates and M posts in code order."""

    seats: Seats
    eligible: Array  # (N, M) booleans
    fit: Array  # (N, M) points
    pins: tuple[tuple[int, int], ...]
    bounds: tuple[Bound, ...]
    capacity: Array  # (N,)
    kin: tuple[tuple[int, int], ...]  # pairs of candidates
    community: Array  # (M,) codes or None
    priority: Array  # (M,)


@per_case
def people_of(case: Case) -> People:
    """Read the case. Raises ``InputError`` when a pinned pair is impossible."""
    seats = seats_of(case)
    open_ = eligible(case)
    check_pins(case, open_, seats)
    at = {c: i for i, c in enumerate(case.frame("candidates")["candidate"])}
    kin = sorted({tuple(sorted((at[r.person], at[r.other])))
                  for r in case.rows("kin") if r.person in at and r.other in at})
    posts = case.frame("posts")
    return People(
        seats, open_ & (seats.vacant > 0)[None, :], fits(case), tuple(pins(case)),
        bounds_of(case),
        case.frame("candidates")["capacity"].to_numpy(dtype=float, na_value=1).astype(int),
        tuple((i, k) for i, k in kin), posts["community"].to_numpy(),
        posts["priority"].to_numpy(dtype=float, na_value=0).astype(int),
    )


@dataclass(frozen=True)
class PeopleVariables:
    """Columns over classes.

    ``who[I]`` and ``what[J]`` are the positions of the candidates and posts of a class; ``y[I, J]``
    how many of class I are placed on class J; ``unfilled[J]`` seats left empty; ``short[g]`` how
    far bound g is missed.
    """

    people: People
    who: tuple[tuple[int, ...], ...]
    what: tuple[tuple[int, ...], ...]
    y: dict[tuple[int, int], int]
    unfilled: tuple[int, ...]
    short: tuple[int, ...]

    def seats(self, J: int) -> int:
        """Vacant seats of a class of posts."""
        return int(sum(self.people.seats.vacant[j] for j in self.what[J]))


def _classes(keys: list[tuple[Any, ...]]) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, []).append(i)
    return tuple(tuple(members) for members in found.values())


def people_classes(p: People) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Candidates alike in all that the model sees of them, and posts likewise.

    Alike: the same posts open to them, the same fit there, the same part in every target; nobody
    who is pinned, has kin in the pool or may hold several posts shares a class.
    """
    alone = {i for pair in p.kin for i in pair} | {i for i, _ in p.pins}
    alone |= {int(i) for i in np.flatnonzero(p.capacity > 1)}
    shown = np.where(p.eligible, p.fit, np.nan)
    parts = [np.column_stack([b.weights for b in p.bounds]) if p.bounds
             else np.zeros((len(p.capacity), 0))]
    who = _classes([
        (i if i in alone else -1, shown[i].tobytes(), parts[0][i].tobytes())
        for i in range(len(p.capacity))
    ])
    pinned = {j for _, j in p.pins}
    inside: list[list[int]] = [[] for _ in p.community]
    for g, bound in enumerate(p.bounds):
        for j in bound.posts:
            inside[j].append(g)
    columns = np.ascontiguousarray(shown.T)
    what = _classes([
        (j if j in pinned or (p.kin or (p.capacity > 1).any()) else -1, int(p.priority[j]),
         tuple(inside[j]), columns[j].tobytes())
        for j in range(len(p.community))
    ])
    return who, tuple(J for J in what if any(p.seats.vacant[j] for j in J))


def people_variables(case: Case, model: Model) -> PeopleVariables:
    """Add the columns of the people block to a model."""
    p = people_of(case)
    who, what = people_classes(p)
    y = {}
    for I, members in enumerate(who):
        for J, posts in enumerate(what):
            if p.eligible[members[0], posts[0]]:
                seats = sum(int(p.seats.vacant[j]) for j in posts)
                one_each = len(members) * len(posts)
                y[I, J] = model.column(0, min(seats, one_each), whole=True)
    unfilled = tuple(
        model.column(0, int(sum(p.seats.vacant[j] for j in posts))) for posts in what)
    short = tuple(model.column() for _ in p.bounds)
    return PeopleVariables(p, who, what, y, unfilled, short)


def placements(v: PeopleVariables, x: list[float]) -> list[tuple[int, int]]:
    """The plan as (candidate, post) positions: classes taken apart, first codes first."""
    free = {j: int(n) for j, n in enumerate(v.people.seats.vacant)}
    left = {I: list(members) for I, members in enumerate(v.who)}
    out: list[tuple[int, int]] = []
    for (I, J), column in sorted(v.y.items(), key=lambda item: (item[0][1], item[0][0])):
        members = left[I]
        for _ in range(round(x[column])):
            single = len(v.who[I]) == 1
            i = members[0] if single else members.pop(0)
            taken = {j for k, j in out if k == i} if single else set()
            j = next(j for j in v.what[J] if free[j] > 0 and j not in taken)
            free[j] -= 1
            out.append((i, j))
    return sorted(out)
