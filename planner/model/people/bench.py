"""The bench (后备): how many successors each post should have, and who may stand on its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from planner.case.case import Case, exact, per_case
from planner.model.people.pool import eligible, fits
from planner.model.people.training import opened
from planner.model.rule import Model

Array = np.ndarray[Any, Any]
Classes = tuple[tuple[int, ...], ...]

#: On how many benches one person may stand when the table does not say.
LISTS_EACH = 2


@dataclass(frozen=True)
class Standard:
    """One row of the table ``bench``: ``code`` is its kind, numbered when several rows share it."""

    code: str
    near: Fraction | None
    lists: int


@dataclass(frozen=True)
class Bench:
    """What the bench is about, over N candidates and M posts in code order.

    ``of`` (M,) the standard of a post, −1 without one; ``depth`` (M,) successors wanted; ``open``
    (N, M) who may be listed where: nothing bars them from the post, vacant or not, or nothing but
    what a course gives; ``near`` (N,) near-term candidates (近期可用).
    """

    standards: tuple[Standard, ...]
    of: Array
    depth: Array
    open: Array
    near: Array

    @property
    def lists(self) -> int:
        """On how many benches one person may stand in all: the most any standard allows."""
        return max(s.lists for s in self.standards)


@per_case
def bench_of(case: Case) -> Bench | None:
    """The bench of a case; ``None`` without the table.

    Source: ``bench.kind``, ``bench.where``, ``bench.depth``, ``bench.near_term_share``,
    ``bench.lists_each``, ``candidates.ready``.
    """
    if not case.has("bench"):
        return None
    kinds = case.frame("posts")["kind"].to_numpy()
    rows = case.rows("bench")
    of, depth = np.full(len(kinds), -1), np.zeros(len(kinds), dtype=int)
    standards = []
    for r, row in enumerate(rows):
        same = [k for k, other in enumerate(rows) if other.kind == row.kind]
        code = row.kind if len(same) == 1 else f"{row.kind}/{same.index(r) + 1}"
        share = None if row.near_term_share is None else exact(row.near_term_share)
        standards.append(Standard(code, share, row.lists_each or LISTS_EACH))
        mine = (kinds == row.kind) & case.matches(row.where, "posts") & (row.depth > 0)
        of[mine], depth[mine] = r, row.depth
    near = case.frame("candidates")["ready"].to_numpy() == "now"
    open_ = (eligible(case) | opened(case)) & (of >= 0)[None, :]
    return Bench(tuple(standards), of, depth, open_, near)


def bench_order(case: Case, listed: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(candidate, post, rank) of those listed: the best fit first, then near-term, then code."""
    bench = bench_of(case)
    if bench is None:
        return []
    fit, near, out, before = fits(case), bench.near, [], (-1, 0)
    for j, _, _, i in sorted((j, -fit[i, j], not near[i], i) for i, j in listed):
        before = (j, before[1] + 1 if before[0] == j else 1)
        out.append((i, j, before[1]))
    return out


@dataclass(frozen=True)
class BenchVariables:
    """Columns over classes: ``b[I, J]`` how many list places class I of candidates has on the
    benches of class J of posts; ``short[J]`` places left open.

    ``what[J]`` are the positions of the posts of a class. It is a class of its own making: the
    bench is of all posts, placements only of vacant ones.
    """

    bench: Bench
    what: Classes
    b: dict[tuple[int, int], int]
    short: tuple[int, ...]

    def depth(self, J: int) -> int:
        """Successors wanted on all posts of a class."""
        return int(self.bench.depth[self.what[J][0]]) * len(self.what[J])

    def standard(self, J: int) -> int:
        """The standard of a class of posts."""
        return int(self.bench.of[self.what[J][0]])


def seen_of_people(bench: Bench | None, fit: Array) -> list[bytes]:
    """What the bench sees of each candidate: where they may be listed, their fit, near-term."""
    if bench is None:
        return [b""] * len(fit)
    shown = np.where(bench.open, fit, np.nan)[:, bench.of >= 0]
    return [row.tobytes() + near.tobytes() for row, near in zip(shown, bench.near, strict=True)]


def bench_posts(bench: Bench, fit: Array, priority: Array, inside: Sequence[tuple[int, ...]],
                apart: bool) -> Classes:
    """Posts alike in all that the bench sees of them; each alone when ``apart``.

    ``inside`` (M,) are the targets of the bench that count a post.
    """
    shown = np.ascontiguousarray(np.where(bench.open, fit, np.nan).T)
    found: dict[tuple[Any, ...], list[int]] = {}
    for j in np.flatnonzero(bench.of >= 0).tolist():
        key = (j if apart else -1, int(bench.of[j]), int(priority[j]), inside[j],
               shown[j].tobytes())
        found.setdefault(key, []).append(j)
    return tuple(tuple(posts) for posts in found.values())


def bench_variables(model: Model, bench: Bench, who: Classes, what: Classes) -> BenchVariables:
    """Add the columns of the bench to a model."""
    b = {}
    for I, members in enumerate(who):
        for J, posts in enumerate(what):
            if bench.open[members[0], posts[0]]:
                depth = int(bench.depth[posts[0]])
                most = min(depth, len(members)) * len(posts)
                b[I, J] = model.column(0, most, whole=True)
    short = tuple(model.column(0, int(bench.depth[J[0]]) * len(J)) for J in what)
    return BenchVariables(bench, what, b, short)


def listings(
    v: BenchVariables, x: Sequence[float], free: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    """The bench as (candidate, post) positions; ``free[I]`` are those of a class not placed.

    Classes are taken apart in turns: the places of a class of posts go round its posts, and the
    places of a class of people, standard by standard and post by post, round its people. So no
    post has more than its depth, nobody stands twice on one list, and nobody on more lists than
    the rows allow the class on average.
    """
    places: dict[int, list[tuple[int, int]]] = {}
    for J, posts in enumerate(v.what):
        turn = 0
        for I in range(len(free)):
            for _ in range(round(x[v.b[I, J]]) if (I, J) in v.b else 0):
                j = posts[turn % len(posts)]
                places.setdefault(I, []).append((int(v.bench.of[j]), j))
                turn += 1
    return [
        (free[I][n % len(free[I])], j)
        for I, mine in sorted(places.items()) for n, (_, j) in enumerate(sorted(mine))
    ]
