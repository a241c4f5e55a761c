from typing import Any

import pytest

from planner.model.people.bench_rules import bench_lists_rows
from planner.plan.solve import solve
from tests.rules.test_bench import claim, listed
from tests.rules.tools import people, people_rows, placed, rules_of

FULL = [{"post": f"J{j}", "seats": 0} for j in range(3)]
MEMBERS = {"kind": "member", "depth": 1}


def bench(posts: Any = FULL, rows: Any = None, candidates: Any = None, **row: Any) -> Any:
    return people(posts, candidates or [{"candidate": "K0"}],
                  bench=rows or [{**MEMBERS, **row}])


def test_row_by_eye() -> None:
    """K0 is placed on J0 or on at most two of the benches, which share a column."""
    given = bench([{"post": "J0"}, *FULL[1:]])
    (row,) = people_rows(given, bench_lists_rows)
    assert sorted(c for _, c in row.terms) == [1.0, 2.0] and row.high == 2.0


def test_rows_of_one_who_may_hold_two_posts() -> None:
    """Either post alone keeps K0 off every list."""
    rows = people_rows(bench([{"post": "J0"}, {"post": "J1"}],
                             candidates=[{"candidate": "K0", "capacity": 2}]), bench_lists_rows)
    assert [sorted(c for _, c in row.terms) for row in rows] == [[1.0, 2.0]] * 2
    assert {row.high for row in rows} == {2.0}


def test_rows_of_people_alike_keep_each_once_on_a_list() -> None:
    """Two alike, one post of depth 2, two lists each: not both places for one of them."""
    pair = [{"candidate": "K0"}, {"candidate": "K1"}]
    given = bench(FULL[:1], candidates=pair, depth=2)
    rows = people_rows(given, bench_lists_rows)
    assert [row.high for row in rows] == [4.0, 2.0]
    assert listed(solve(given)) == [("K0", "J0", 1), ("K1", "J0", 2)]


@pytest.mark.parametrize(("each", "lists"), [(None, 2), (1, 1), (2, 2), (3, 3)])
def test_it_bites(each: int | None, lists: int) -> None:
    plan = solve(bench(lists_each=each))
    assert [c for c, _, _ in listed(plan)] == ["K0"] * lists


def test_whoever_is_placed_is_on_no_list() -> None:
    plan = solve(bench([{"post": "J0"}, *FULL[1:]]))
    assert placed(plan) == {("K0", "J0")} and plan.bench.empty
    assert int(plan.benches["listed"].sum()) == 0 and int(plan.benches["wanted"].sum()) == 3


def test_each_standard_has_its_own_limit_and_the_largest_holds_over_all() -> None:
    posts = [*FULL, *({"post": f"S{j}", "seats": 0, "kind": "deputy"} for j in range(3))]
    plan = solve(bench(posts, [{**MEMBERS, "lists_each": 1},
                               {"kind": "deputy", "depth": 1, "lists_each": 3}]))
    mine = [p[0] for _, p, _ in listed(plan)]
    assert len(mine) == 3 and mine.count("J") <= 1


def test_recount_rejects_too_many_lists_and_the_placed() -> None:
    given = bench([{"post": "J0"}, *FULL[1:]])
    assert not claim(given, ("K0", "J1", 1), ("K0", "J2", 1))
    assert rules_of(claim(given, ("K0", "J1", 1), seated=[("K0", "J0")])) == {"bench_lists"}
    three = claim(given, *((("K0", f"J{j}", 1)) for j in range(3)))
    assert rules_of(three) == {"bench_lists"}
    tight = bench(FULL[:2], [{**MEMBERS, "lists_each": 1}])
    assert rules_of(claim(tight, ("K0", "J0", 1), ("K0", "J1", 1))) == {"bench_lists"}
