r"""The rules of the bench: rows for the solver and, beside them, the recount.

========  =======================  ======  ==================================================
symbol    in code                  unit    meaning
========  =======================  ======  ==================================================
b[i,j]    ``.b[I, J]``             places  class I of candidates on the benches of class J
short[j]  ``.short[J]``            places  left open
y[i,j]    ``v.y[I, J]``            people  placed
near[i]   ``.bench.near``          0 or 1  near-term (近期可用)
========  =======================  ======  ==================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from planner.case.case import Case
from planner.model.people.bench import BenchVariables, bench_of, bench_order
from planner.model.people.match import walls_of
from planner.model.people.part import PeoplePart
from planner.model.people.training import opened_by, readied_by
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Breach, Row, Terms


def bench_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Every post has so many successors on its bench, or they are counted as short.

    .. math:: \sum_i b_{ij} + short_j = depth_j \qquad \forall j

    A post need not be vacant to have a bench; whoever is barred from it is barred from its bench.
    Source: ``bench.depth``, ``bench.kind``, ``bench.where``.
    """
    if v.bench is None:
        return
    by_post: dict[int, Terms] = {}
    for (_, J), column in v.bench.b.items():
        by_post.setdefault(J, []).append((column, 1.0))
    for J, posts in enumerate(v.bench.what):
        code, depth = str(case.rows("posts")[posts[0]].post), float(v.bench.depth(J))
        yield Row("bench", code, [*by_post.get(J, []), (v.bench.short[J], 1.0)], depth, depth)


def bench_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Each list: its depth, nobody twice, nobody barred, and the best fit first."""
    bench = bench_of(case)
    if bench is None:
        if part.bench:
            yield Breach("bench", "all", "no bench is wanted")
        return
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    what = {p.post: j for j, p in enumerate(case.rows("posts"))}
    known = [(c, p, n) for c, p, n in part.bench if c in who and p in what]
    if len(known) < len(part.bench):
        yield Breach("bench", "all", "no such candidate or post")
    for post, n in sorted(Counter(p for _, p, _ in known).items()):
        if n > bench.depth[what[post]]:
            yield Breach("bench", post, f"{n} listed on {bench.depth[what[post]]} places")
    pairs = Counter((who[c], what[p]) for c, p, _ in known)
    i = np.array([who[c] for c, _, _ in known], dtype=int)
    j = np.array([what[p] for _, p, _ in known], dtype=int)
    given = opened_by(case, part, i, j)
    barred = {name: wall.at(i, j) for name, wall in walls_of(case).items()}
    for n, (candidate, post, _) in enumerate(known):
        if pairs[i[n], j[n]] > 1:
            yield Breach("bench", post, f"{candidate} twice")
        for name, stands in barred.items() if not given[n] else ():
            if stands[n]:
                yield Breach("bench", post, f"{candidate}: {name}")
    ranks = {(i, j): n for i, j, n in bench_order(case, list(pairs))}
    for candidate, post, n in known:
        if ranks[who[candidate], what[post]] != n:
            yield Breach("bench", post, f"{candidate} ranked {n}")


def bench_lists_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Nobody stands on more lists than allowed, and nobody who is placed on any.

    .. math:: \sum_j b_{ij} \le L \cdot (1 - placed_i) \qquad \forall i

    L is what the standard allows over its own posts, and the most any standard allows over all.
    Source: ``bench.lists_each``.
    """
    if v.bench is None:
        return
    placed: dict[int, list[int]] = {}
    for (I, _), column in v.y.items():
        placed.setdefault(I, []).append(column)
    listed: dict[int, dict[int, int]] = {}
    for (I, J), column in v.bench.b.items():
        listed.setdefault(I, {})[J] = column
    for I, columns in sorted(listed.items()):
        code = str(case.rows("candidates")[v.who[I][0]].candidate)
        posts = placed.get(I, [])
        several = bool(posts) and v.people.capacity[v.who[I][0]] > 1  # one post alone takes all
        for group, most in _limits(v.bench, len(v.who[I]), list(columns)):
            for some in [[y] for y in posts] if several else [posts]:
                terms = [*((columns[J], 1.0) for J in group), *((y, float(most)) for y in some)]
                yield Row("bench_lists", code, terms, high=float(most * len(v.who[I])))


def _limits(v: BenchVariables, size: int, mine: list[int]) -> Iterator[tuple[list[int], int]]:
    """Groups of classes of posts, and on how many of their lists one person may stand.

    In a class of people each may be listed once a post; that has to be said where a class of posts
    has fewer posts than one person may have lists.
    """
    yield mine, v.bench.lists
    for r, standard in enumerate(v.bench.standards):
        own = [J for J in mine if v.standard(J) == r]
        if own and standard.lists < v.bench.lists:
            yield own, standard.lists
        for J in own if size > 1 else ():
            if len(v.what[J]) < standard.lists:
                yield [J], len(v.what[J])


def bench_lists_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Lists each person stands on, by standard and in all; whether they are placed."""
    bench = bench_of(case)
    if bench is None:
        return
    of = dict(zip((p.post for p in case.rows("posts")), bench.of.tolist(), strict=True))
    placed = {c for c, _, _ in part.placed}
    for candidate, n in sorted(Counter(c for c, _, _ in part.bench).items()):
        if candidate in placed:
            yield Breach("bench_lists", candidate, "placed")
        if n > bench.lists:
            yield Breach("bench_lists", candidate, f"on {n} lists")
    by = Counter((c, of.get(p, -1)) for c, p, _ in part.bench)
    for (candidate, r), n in sorted(by.items()):
        if r >= 0 and n > bench.standards[r].lists:
            yield Breach("bench_lists", candidate, f"on {n} lists of {bench.standards[r].code}")


def bench_near_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""At least a share of the places of a standard is held by near-term candidates.

    .. math:: \sum_{i \text{ near},\, j} b_{ij} \ge \sigma \sum_{i, j} b_{ij}

    It can always be kept, by listing fewer: what that costs is told by the shortage. A person on
    two lists counts twice. Source: ``bench.near_term_share``, ``candidates.ready``.
    """
    for r, standard in enumerate(v.bench.bench.standards if v.bench else ()):
        if v.bench is None or not standard.near:
            continue
        share = float(standard.near)
        terms = [(column, (1.0 if v.bench.bench.near[v.who[I][0]] else 0.0) - share)
                 for (I, J), column in v.bench.b.items() if v.bench.standard(J) == r]
        terms += [(column, 1.0) for (_, s), column in v.near.items() if s == r]
        if terms:
            yield Row("bench_near", standard.code, terms, low=0.0)


def bench_near_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Near-term places against all places of each standard, in whole numbers."""
    bench = bench_of(case)
    if bench is None:
        return
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    of = dict(zip((p.post for p in case.rows("posts")), bench.of.tolist(), strict=True))
    readied = readied_by(case, part)
    for r, standard in enumerate(bench.standards):
        near = [bool(bench.near[who[c]]) or c in readied for c, p, _ in part.bench
                if c in who and of.get(p, -1) == r]
        if standard.near is not None and sum(near) < standard.near * len(near):
            yield Breach("bench_near", standard.code, f"{sum(near)} of {len(near)}")


def bench_kin_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Nobody is on a bench of a community where a relative is to be placed.

    .. math:: b_{ij} + y_{i'j'} \le 1 \qquad j, j' \text{ of one community}

    Two relatives may both be on benches there: only one will be placed. A relative who stays in
    post is a matter of eligibility. Source: table ``kin``.
    """
    if v.bench is None:
        return
    of = {i: I for I, members in enumerate(v.who) for i in members}
    community = v.people.community
    for pair in v.people.kin:
        for mine, other in (pair, pair[::-1]):
            for J, posts in enumerate(v.bench.what):
                home = community[posts[0]]
                if home is None or (of[mine], J) not in v.bench.b:
                    continue
                near = [v.y[of[other], K] for K, theirs in enumerate(v.what)
                        if community[theirs[0]] == home and (of[other], K) in v.y]
                listed = (v.bench.b[of[mine], J], 1.0)
                for some in [near] if v.people.capacity[other] == 1 else [[y] for y in near]:
                    if some:
                        yield Row("bench_kin", home, [listed, *((y, 1.0) for y in some)], high=1.0)


def bench_kin_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Whoever is listed in a community where a relative is placed."""
    home = {p.post: p.community for p in case.rows("posts")}
    serves: dict[str, set[str | None]] = {}
    listed: dict[str, set[str | None]] = {}
    for candidate, post, _ in part.placed:
        serves.setdefault(candidate, set()).add(home.get(post))
    for candidate, post, _ in part.bench:
        listed.setdefault(candidate, set()).add(home.get(post))
    for row in case.rows("kin"):
        for mine, other in ((row.person, row.other), (row.other, row.person)):
            both = listed.get(mine, set()) & serves.get(other, set()) - {None}
            for community in sorted(str(c) for c in both):
                yield Breach("bench_kin", community, f"{mine}, {other}")
