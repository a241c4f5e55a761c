r"""The rules of the people plan: rows for the solver and, beside them, the recount.

======  ========================  ======  =====================================================
symbol  in code                   unit    meaning
======  ========================  ======  =====================================================
y[i,j]  ``v.y[I, J]``             people  placed: class I of candidates on class J of posts
u[j]    ``v.unfilled[J]``         seats   left empty
n[j]    ``v.seats(J)``            seats   vacant
w[g]    ``v.short[g]``            people  how far a target is missed (people × years for a mean)
======  ========================  ======  =====================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from planner.case.case import Case
from planner.model.people.bench_rules import (
    bench_kin_recount,
    bench_kin_rows,
    bench_lists_recount,
    bench_lists_rows,
    bench_near_recount,
    bench_near_rows,
    bench_recount,
    bench_rows,
)
from planner.model.people.match import match_of, walls_of
from planner.model.people.part import PeoplePart
from planner.model.people.seats import seats_of
from planner.model.people.targets import Bound, bounds_of
from planner.model.people.training import opened_by, trained_recount, trained_rows
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Breach, Row, Rule, Terms

__all__ = ["PEOPLE_RULES", "PeoplePart", "counted_bounds"]


def seats_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Every vacant seat is filled or counted as unfilled.

    .. math:: \sum_i y_{ij} + u_j = n_j \qquad \forall j

    Source: ``posts.seats``, ``posts.vacant``, table ``incumbents``.
    """
    by_post: dict[int, Terms] = {}
    for (_, J), column in v.y.items():
        by_post.setdefault(J, []).append((column, 1.0))
    for J, posts in enumerate(v.what):
        n = float(v.seats(J))
        code = str(case.rows("posts")[posts[0]].post)
        yield Row("seats", code, [*by_post.get(J, []), (v.unfilled[J], 1.0)], n, n)


def seats_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """People placed on each post against its vacant seats, and eligible."""
    vacant = dict(zip((p.post for p in case.rows("posts")), seats_of(case).vacant, strict=True))
    for post, n in sorted(Counter(post for _, post, _ in part.placed).items()):
        if n > vacant.get(post, 0):
            yield Breach("seats", post, f"{n} placed on {vacant.get(post, 0)} seats")


def one_post_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""A candidate holds no more posts than their capacity, 1 unless given.

    .. math:: \sum_j y_{ij} \le \text{capacity}_i \qquad \forall i

    Source: ``candidates.capacity``.
    """
    by_person: dict[int, Terms] = {}
    for (I, _), column in v.y.items():
        by_person.setdefault(I, []).append((column, 1.0))
    for I, terms in sorted(by_person.items()):
        most = sum(int(v.people.capacity[i]) for i in v.who[I])
        first = str(case.rows("candidates")[v.who[I][0]].candidate)
        yield Row("one_post", first, terms, high=float(most))


def one_post_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Posts a candidate holds against their capacity, and no post twice."""
    capacity = {c.candidate: c.capacity or 1 for c in case.rows("candidates")}
    for candidate, n in sorted(Counter(c for c, _, _ in part.placed).items()):
        if n > capacity.get(candidate, 0):
            yield Breach("one_post", candidate, f"{n} posts")
    for pair, n in Counter((c, p) for c, p, _ in part.placed).items():
        if n > 1:
            yield Breach("one_post", pair[0], f"{n} times on {pair[1]}")


def eligible_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    """Pairs that are not eligible have no column, so there is nothing to state.

    Source: ``posts.max_age``, ``posts.min_age``, ``posts.min_education``, ``posts.where``,
    ``candidates.affiliation``, ``candidates.willing``, ``pairs.decision``, ``kin``.
    """
    return iter(())


def eligible_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Each placed pair against every barrier, training aside; its fit against the points."""
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    what = {p.post: j for j, p in enumerate(case.rows("posts"))}
    known = [(c, p, fit) for c, p, fit in part.placed if c in who and p in what]
    i = np.array([who[c] for c, _, _ in known], dtype=int)
    j = np.array([what[p] for _, p, _ in known], dtype=int)
    barred = {name: wall.at(i, j) for name, wall in walls_of(case).items()}
    given, points = opened_by(case, part, i, j), match_of(case).fit_at(i, j)
    at = {pair[:2]: n for n, pair in enumerate(known)}
    for candidate, post, fit in part.placed:
        if (candidate, post) not in at:
            yield Breach("eligible", f"{candidate}/{post}", "no such candidate or post")
            continue
        n = at[candidate, post]
        for name, stands in barred.items() if not given[n] else ():
            if stands[n]:
                yield Breach("eligible", f"{candidate}/{post}", name)
        if abs(points[n] - fit) > 1e-9:
            yield Breach("eligible", f"{candidate}/{post}", f"fit {fit}")


def kin_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Two who are kin do not both serve in one community.

    .. math:: \sum_{j \in c} (y_{ij} + y_{i'j}) \le 1 \qquad \forall c, (i, i')

    Kin of incumbents who stay are barred as pairs. One who may hold several posts may hold them
    in one community: then the row is stated for each two posts. Source: table ``kin``.
    """
    of = {i: I for I, members in enumerate(v.who) for i in members}
    for i, k in v.people.kin:
        serves: dict[str, tuple[list[int], list[int]]] = {}
        for J, posts in enumerate(v.what):
            community = v.people.community[posts[0]]
            for side, person in enumerate((i, k)):
                if community is not None and (of[person], J) in v.y:
                    both = serves.setdefault(community, ([], []))
                    both[side].append(v.y[of[person], J])
        single = v.people.capacity[i] == v.people.capacity[k] == 1
        for community, (mine, theirs) in sorted(serves.items()):
            if single:
                yield Row("kin", community, [(j, 1.0) for j in mine + theirs], high=1.0)
            else:
                for j, m in product(mine, theirs):
                    yield Row("kin", community, [(j, 1.0), (m, 1.0)], high=1.0)


def kin_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Kin placed in the same community."""
    home = {p.post: p.community for p in case.rows("posts")}
    serves: dict[str, list[str | None]] = {}
    for candidate, post, _ in part.placed:
        serves.setdefault(candidate, []).append(home.get(post))
    for row in case.rows("kin"):
        both = set(serves.get(row.person, [])) & set(serves.get(row.other, [])) - {None}
        for community in sorted(str(c) for c in both):
            yield Breach("kin", community, f"{row.person}, {row.other}")


def pin_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""A pinned candidate takes the post: :math:`y_{ij} = 1`. Source: ``pairs.decision``."""
    of = {i: I for I, members in enumerate(v.who) for i in members}
    at = {j: J for J, posts in enumerate(v.what) for j in posts}
    for i, j in v.people.pins:
        row = case.rows("posts")[j]
        yield Row("pin", row.post, [(v.y[of[i], at[j]], 1.0)], 1.0, 1.0)


def pin_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Every pin is in the plan."""
    placed = {(c, p) for c, p, _ in part.placed}
    for row in case.rows("pairs"):
        if row.decision == "pin" and (row.candidate, row.post) not in placed:
            yield Breach("pin", f"{row.candidate}/{row.post}", "not placed")


def target_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Shares, counts and means of the people counted, in every unit of the scope.

    .. math::
        \sum_{i \in G} s_i + w_g \ge \sigma_g \sum_i s_i, \qquad
        \sum_{i \in G} s_i + w_g \ge m_g, \qquad
        \sum_i a_i s_i - \mu_g \sum_i s_i \le w_g

    s[i] is 1 for who is placed in the unit or (``team``) stays there, or (``bench``) the lists i
    stands on; the opposite bounds have the signs turned. ``must`` has no w. Filling ranks before
    targets, so an empty seat never helps a share. Source: table ``targets``.
    """
    in_post = _by_post(v.what, v.y)
    on_bench = in_post if v.bench is None else _by_post(v.bench.what, v.bench.b)
    for g, bound in enumerate(v.people.bounds):
        of = on_bench if bound.of == "bench" else in_post
        weights = bound.weights
        terms = sorted({
            column: float(weights[v.who[I][0]]) for j in bound.posts for column, I in of.get(j, ())
            if weights[v.who[I][0]]}.items())
        if bound.strength != "must":
            terms.append((v.short[g], 1.0))
        if terms or bound.constant < 0:
            yield Row("target", f"{bound.target}/{bound.unit}", terms, low=-bound.constant)


def _by_post(
    what: Sequence[Sequence[int]], columns: Mapping[tuple[int, int], int]
) -> dict[int, list[tuple[int, int]]]:
    """The columns of each post, each with its class of candidates."""
    by_class: dict[int, list[tuple[int, int]]] = {}
    for (I, J), column in columns.items():
        by_class.setdefault(J, []).append((column, I))
    return {j: by_class.get(J, []) for J, posts in enumerate(what) for j in posts}


def target_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Every ``must`` target, counted from the placements."""
    for bound, placed in counted_bounds(case, part):
        if bound.strength == "must" and bound.shortfall(placed) > 1e-9:
            yield Breach("target", f"{bound.target}/{bound.unit}",
                         f"short by {bound.shortfall(placed)}")


def counted_bounds(case: Case, part: PeoplePart) -> Iterator[tuple[Bound, list[int]]]:
    """Each bound of each target with the positions of the candidates placed in its unit.

    For a target of the bench, of the candidates listed there.
    """
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    what = {p.post: j for j, p in enumerate(case.rows("posts"))}
    for bound in bounds_of(case):
        inside = set(bound.posts)
        pairs = [(c, p) for c, p, _ in (part.bench if bound.of == "bench" else part.placed)]
        yield bound, [who[c] for c, p in pairs if c in who and what.get(p) in inside]


PEOPLE_RULES: tuple[Rule[PeopleVariables, PeoplePart], ...] = (
    Rule("seats", seats_rows, seats_recount),
    Rule("one_post", one_post_rows, one_post_recount),
    Rule("eligible", eligible_rows, eligible_recount),
    Rule("kin", kin_rows, kin_recount),
    Rule("pin", pin_rows, pin_recount),
    Rule("target", target_rows, target_recount),
    Rule("trained", trained_rows, trained_recount),
    Rule("bench", bench_rows, bench_recount),
    Rule("bench_lists", bench_lists_rows, bench_lists_recount),
    Rule("bench_near", bench_near_rows, bench_near_recount),
    Rule("bench_kin", bench_kin_rows, bench_kin_recount),
)
