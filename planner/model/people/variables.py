"""The variables of the people block, over classes of people and of posts nothing tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.model.people.bench import (
    Bench,
    BenchVariables,
    Classes,
    bench_of,
    bench_posts,
    bench_variables,
    listings,
    seen_of_people,
)
from planner.model.people.grid import kinds
from planner.model.people.match import Match, match_of
from planner.model.people.pool import Seats, check_pins, eligible, fits, pins, seats_of
from planner.model.people.targets import Bound, bounds_of
from planner.model.people.training import courses_of, opened, trainable
from planner.model.rule import Model

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class People:
    """What the people block is about, as arrays over N candidates and M posts in code order."""

    case: Case
    seats: Seats
    pins: tuple[tuple[int, int], ...]
    bounds: tuple[Bound, ...]
    capacity: Array  # (N,)
    kin: tuple[tuple[int, int], ...]  # pairs of candidates
    community: Array  # (M,) codes or None
    priority: Array  # (M,)
    bench: Bench | None = None
    earlier: tuple[tuple[int, int], ...] = ()  # placements of an earlier plan still possible
    trainable: frozenset[int] = frozenset()  # candidates whom a course gives something

    @property
    def match(self) -> Match:
        """Who is eligible and how well they fit, for any block of pairs; training aside."""
        return match_of(self.case)

    @cached_property
    def eligible(self) -> Array:
        """(N, M) booleans: eligible, if need be once trained, and a seat is vacant."""
        return np.asarray(
            (eligible(self.case) | opened(self.case)) & (self.seats.vacant > 0)[None, :])

    def open_to(self, j: int) -> Array:
        """The candidates eligible for a post, if need be once trained; nobody if none is vacant."""
        open_ = self.match.open(np.array([j]), np.arange(len(self.capacity)))[0]
        for course in courses_of(self.case):
            open_ |= course.opens[:, j]
        return np.flatnonzero(open_ & (self.seats.vacant[j] > 0))

    @property
    def fit(self) -> Array:
        """(N, M) points."""
        return fits(self.case)


@per_case
def people_of(case: Case) -> People:
    """Read the case. Raises ``InputError`` when a pinned pair is impossible."""
    seats = seats_of(case)
    check_pins(case, seats, [(i, j) for i, j in pins(case)
                             if any(course.opens[i, j] for course in courses_of(case))])
    at = {c: i for i, c in enumerate(case.frame("candidates")["candidate"])}
    kin = sorted({tuple(sorted((at[r.person], at[r.other])))
                  for r in case.rows("kin") if r.person in at and r.other in at})
    posts = case.frame("posts")
    return People(
        case, seats, tuple(pins(case)), bounds_of(case),
        case.frame("candidates")["capacity"].to_numpy(dtype=float, na_value=1).astype(int),
        tuple((i, k) for i, k in kin), posts["community"].to_numpy(),
        posts["priority"].to_numpy(dtype=float, na_value=0).astype(int),
        bench_of(case), _earlier(case, at, seats), trainable(case),
    )


def _earlier(case: Case, at: dict[str, int], seats: Seats) -> tuple[tuple[int, int], ...]:
    """What of an earlier plan could be placed again, as positions."""
    post = {p: j for j, p in enumerate(case.frame("posts")["post"])}
    known = sorted((at[c], post[p]) for c, p in case.earlier if c in at and p in post)
    i, j = np.array(known, dtype=np.int64).reshape(-1, 2).T
    open_ = match_of(case).open_at(i, j)
    for course in courses_of(case):
        open_ |= course.opens[i, j]
    open_ &= seats.vacant[j] > 0
    return tuple(pair for pair, is_open in zip(known, open_.tolist(), strict=True) if is_open)


@dataclass(frozen=True)
class PeopleVariables:
    """Columns over classes.

    ``who[I]`` and ``what[J]`` are the positions of the candidates and posts of a class; ``y[I, J]``
    how many of class I are placed on class J; ``unfilled[J]`` seats left empty; ``short[g]`` how
    far bound g is missed; ``bench`` the columns of the bench, when there is one. With training:
    ``trained[I, c]`` who goes to course c, ``near[I, s]`` list places of standard s that are
    near-term by it, ``spent`` of each purse.
    """

    people: People
    who: tuple[tuple[int, ...], ...]
    what: tuple[tuple[int, ...], ...]
    y: dict[tuple[int, int], int]
    unfilled: tuple[int, ...]
    short: tuple[int, ...]
    bench: BenchVariables | None = None
    trained: Mapping[tuple[int, int], int] = field(default_factory=dict)
    near: Mapping[tuple[int, int], int] = field(default_factory=dict)
    spent: tuple[int, ...] = ()

    def seats(self, J: int) -> int:
        """Vacant seats of a class of posts."""
        return int(sum(self.people.seats.vacant[j] for j in self.what[J]))


def _classes(keys: list[tuple[Any, ...]]) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, []).append(i)
    return tuple(tuple(members) for members in found.values())


def inside_of(p: People, bench: bool) -> list[tuple[int, ...]]:
    """The bounds that count each post: those of the bench, or those of who is in post."""
    found: list[list[int]] = [[] for _ in p.community]
    for g, bound in enumerate(p.bounds):
        for j in bound.posts if (bound.of == "bench") == bench else ():
            found[j].append(g)
    return [tuple(mine) for mine in found]


def patterns_of(p: People) -> tuple[Array, list[tuple[int, ...]]]:
    """(M,) which bounds of who is in post count each post, as numbers; the bounds by number."""
    inside = inside_of(p, bench=False)
    number = {key: k for k, key in enumerate(dict.fromkeys(inside))}
    return np.array([number[key] for key in inside], dtype=np.int64), list(number)


def people_classes(p: People) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Candidates alike in all that the model sees of them, and posts likewise.

    Alike: the same posts and benches open to them, the same fit there, the same part in every
    target; nobody who is pinned, has kin in the pool, may hold several posts, can be trained or
    had a post in an earlier plan shares a class.
    """
    alone = {i for pair in p.kin for i in pair} | {i for i, _ in (*p.pins, *p.earlier)}
    alone |= p.trainable | {int(i) for i in np.flatnonzero(p.capacity > 1)}
    shown = np.where(p.eligible, p.fit, np.nan)
    parts = [np.column_stack([b.weights for b in p.bounds]) if p.bounds
             else np.zeros((len(p.capacity), 0))]
    seen = seen_of_people(p.bench, p.fit)
    who = _classes([
        (i if i in alone else -1, shown[i].tobytes(), parts[0][i].tobytes(), seen[i])
        for i in range(len(p.capacity))
    ])
    pinned = {j for _, j in (*p.pins, *p.earlier)}
    inside = inside_of(p, bench=False)
    columns = np.ascontiguousarray(shown.T)
    apart = bool(p.kin or p.trainable or (p.capacity > 1).any())
    what = _classes([
        (j if j in pinned or apart else -1, int(p.priority[j]),
         inside[j], columns[j].tobytes())
        for j in range(len(p.community))
    ])
    return who, tuple(J for J in what if any(p.seats.vacant[j] for j in J))


def large_classes(p: People) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The same, of a case without bench and training, by what is asked of pairs and not of each.

    Whoever is named in a row of ``pairs`` shares no class either.
    """
    match, n, m = p.match, len(p.capacity), len(p.community)
    asked = [*match.walls, *(table for table, _ in match.tables)]
    alone, apart = np.full(n, -1), np.full(m, -1)
    by_name = [*(i for pair in p.kin for i in pair), *(i for i, _ in (*p.pins, *p.earlier)),
               *match.shut.i.tolist(), *match.given.i.tolist()]
    by_name += np.flatnonzero(p.capacity > 1).tolist()
    alone[by_name] = by_name
    counts = {id(c): c for b in p.bounds for c in (b.counts, b.counted)}  # targets share theirs
    posts = [j for _, j in (*p.pins, *p.earlier)]
    apart[posts] = posts
    if p.kin or (p.capacity > 1).any():
        apart = np.arange(m)
    who, _ = kinds([alone, match.own, *counts.values(), *(g.who for g in asked)], n)
    what, _ = kinds([apart, p.priority, patterns_of(p)[0], match.other,
                     *(g.what for g in asked)], m)
    vacant = p.seats.vacant > 0
    return _members(who), tuple(J for J in _members(what) if vacant[list(J)].any())


def _members(of: Array) -> tuple[tuple[int, ...], ...]:
    """The rows of each kind, kinds by their first row."""
    order = np.argsort(of, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(of[order])) + 1) if len(of) else []
    return tuple(tuple(group.tolist()) for group in groups)


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
    bench = None
    if p.bench is not None:
        lists = bench_posts(p.bench, p.fit, p.priority, inside_of(p, bench=True),
                            bool(p.kin or p.trainable))
        bench = bench_variables(model, p.bench, who, lists)
    return PeopleVariables(p, who, what, y, unfilled, short, bench,
                           *_training_columns(case, model, p, who, bench))


def _training_columns(
    case: Case, model: Model, p: People, who: Classes, bench: BenchVariables | None
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int], tuple[int, ...]]:
    """Who goes to which course, list places it makes near-term, and what each purse spends."""
    courses = courses_of(case)
    of = {members[0]: I for I, members in enumerate(who) if members[0] in p.trainable}
    trained = {
        (I, c): model.column(0, 1, whole=True)
        for i, I in of.items() for c, course in enumerate(courses)
        if course.opens[i].any() or course.ready[i]}
    near = {}
    if bench is not None:
        for i, I in of.items():
            standards = {bench.standard(J) for K, J in bench.b if K == I}
            for s in sorted(standards) if any(c.ready[i] for c in courses) else ():
                if bench.bench.standards[s].near:
                    near[I, s] = model.column(0, bench.bench.lists)
    return trained, near, tuple(model.column() for _ in {(c.fund, c.street) for c in courses})


def benched(
    v: PeopleVariables, x: list[float], placed: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The bench as (candidate, post) positions, beside these placements."""
    gone = {i for i, _ in placed}
    free = [[i for i in members if i not in gone] for members in v.who]
    return [] if v.bench is None else listings(v.bench, x, free)


def sent(v: PeopleVariables, x: list[float]) -> list[tuple[int, int]]:
    """Who is trained, as positions of candidate and course."""
    return sorted((v.who[I][0], c) for (I, c), column in v.trained.items() if round(x[column]))


def placements(v: PeopleVariables, x: list[float]) -> list[tuple[int, int]]:
    """The plan as (candidate, post) positions: classes taken apart, first codes first."""
    free = {j: int(n) for j, n in enumerate(v.people.seats.vacant)}
    left = {I: list(members) for I, members in enumerate(v.who)}
    taken: dict[int, set[int]] = {}
    out: list[tuple[int, int]] = []
    for (I, J), column in sorted(v.y.items(), key=lambda item: (item[0][1], item[0][0])):
        members = left[I]
        for _ in range(round(x[column])):
            single = len(v.who[I]) == 1
            i = members[0] if single else members.pop(0)
            mine = taken.setdefault(i, set())
            j = next(j for j in v.what[J] if free[j] > 0 and j not in mine)
            free[j] -= 1
            mine.add(j)
            out.append((i, j))
    return sorted(out)
