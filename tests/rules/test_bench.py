from typing import Any

import pytest

from planner.case.whatif import with_orders
from planner.model.people.bench import bench_of
from planner.model.people.bench_rules import bench_rows
from planner.model.people.rules import PEOPLE_RULES, PeoplePart
from planner.model.rule import Breach
from planner.plan.price import Pricing
from planner.plan.solve import solve
from planner.plan.why_not import WhyNot
from tests.rules.tools import one, people, people_rows, placed, rules_of

THREE = [{"candidate": f"K{i}"} for i in range(3)]
HELD = [{"person": "P", "post": "J1"}]  # no seat of J1 is vacant


def bench(depth: int = 2, candidates: Any = THREE, **tables: Any) -> Any:
    row = {"kind": "member", "depth": depth, **tables.pop("row", {})}
    return people([{"post": "J1", **tables.pop("post", {})}], candidates,
                  **{"incumbents": HELD, "bench": [row], **tables})


def claim(given: Any, *listed: tuple[str, str, int], seated: Any = ()) -> list[Breach]:
    """What the recount of every rule says to a claim: (candidate, post, rank) of the bench."""
    part = PeoplePart(tuple((c, p, 0.0) for c, p in seated), listed)
    return [b for rule in PEOPLE_RULES for b in rule.recount(given, part)]


def listed(plan: Any) -> list[tuple[str, str, int]]:
    return list(plan.bench[["candidate", "post", "rank"]].itertuples(index=False, name=None))


def test_row_by_eye() -> None:
    """Nobody is to be placed; the three alike share a column, the other is what is short."""
    assert one(people_rows(bench(), bench_rows)) == ({0: 1.0, 1: 1.0}, 2.0, 2.0)


def test_row_of_posts_nothing_tells_apart() -> None:
    given = people([{"post": "J1", "seats": 0}, {"post": "J2", "seats": 0}], THREE,
                   bench=[{"kind": "member", "depth": 2}])
    assert one(people_rows(given, bench_rows))[1:] == (4.0, 4.0)


@pytest.mark.parametrize(("depth", "candidates", "names"), [
    (0, THREE, []), (1, THREE, ["K0"]), (2, THREE, ["K0", "K1"]), (4, THREE, ["K0", "K1", "K2"])])
def test_it_bites(depth: int, candidates: Any, names: list[str]) -> None:
    plan = solve(bench(depth, candidates))
    assert [c for c, _, _ in listed(plan)] == names and placed(plan) == set()
    assert short(plan) == max(0, depth - 3)


def test_without_the_table_there_is_no_bench() -> None:
    plan = solve(people([{"post": "J1"}], THREE))
    assert plan.bench.empty and plan.benches.empty and bench_of(plan.case) is None


@pytest.mark.parametrize(("post", "who"), [
    ({"max_age": 35}, []), ({"min_education": "master"}, []), ({"where": "community = C2"}, ["K2"]),
])
def test_whoever_is_barred_from_the_post_is_barred_from_its_bench(
    post: dict[str, Any], who: list[str]
) -> None:
    people_ = [*THREE[:2], {"candidate": "K2", "community": "C2"}]
    given = bench(2, people_, post={**post, "seats": 0}, incumbents=[])
    assert [c for c, _, _ in listed(solve(given))] == who


def test_a_relative_who_stays_bars_from_the_bench() -> None:
    plan = solve(bench(2, THREE[:2], kin=[{"person": "K0", "other": "P"}]))
    assert listed(plan) == [("K1", "J1", 1)]


def test_the_best_fit_comes_first_then_near_term_then_code() -> None:
    pool = [{"candidate": "K0"}, {"candidate": "K1", "ready": "now"}, {"candidate": "K2"}]
    pairs = [{"candidate": "K2", "post": "J1", "fit": 5}]
    assert listed(solve(bench(3, pool, pairs=pairs))) == [
        ("K2", "J1", 1), ("K1", "J1", 2), ("K0", "J1", 3)]
    assert listed(solve(bench(1, pool, pairs=pairs))) == [("K2", "J1", 1)]


def test_a_bench_nobody_ranks_chooses_among_equal_plans() -> None:
    """K0 alone may stand by for J2, so K1 has the seat of J1; told alike by all who ask."""
    given = people(
        [{"post": "J1", "kind": "deputy"}, {"post": "J2", "where": "candidate = K0"}],
        [{"candidate": "K0"}, {"candidate": "K1"}],
        incumbents=[{"person": "P", "post": "J2"}], bench=[{"kind": "member", "depth": 1}],
        goals=[{"rank": 1, "goal": "fill"}, {"rank": 2, "goal": "fit"}])
    plan = solve(given)
    assert placed(plan) == {("K1", "J1")} and listed(plan) == [("K0", "J2", 1)]
    (change,) = WhyNot(plan).would_place(0)
    assert [(c.goal, c.before, c.after) for c in change.costs if c.worse] == [("bench", 0.0, 1.0)]
    other = solve(with_orders(given, change.orders))
    assert placed(other) == {("K0", "J1")} and short(other) == 1.0
    assert [r.value for r in Pricing(given, "people").base.reached if r.goal == "bench"] == [0.0]


def short(plan: Any) -> float:
    """How many the bench lacks."""
    return sum(r.value for r in plan.goals if (r.goal, r.part) == ("bench", "0"))


def test_where_names_the_posts() -> None:
    given = people([{"post": "J1", "seats": 0}, {"post": "J2", "seats": 0, "community": "C2"}],
                   THREE, bench=[{"kind": "member", "depth": 1, "where": "community = C2"}])
    plan = solve(given)
    assert listed(plan) == [("K0", "J2", 1)]
    assert list(plan.benches.itertuples(index=False, name=None)) == [("J2", 1, 1, 0)]


def test_recount_rejects_too_many_twice_barred_and_unranked() -> None:
    given = bench(1, [*THREE, {"candidate": "K3", "birth": "1960.01"}], post={"max_age": 60})
    assert claim(given, ("K1", "J1", 1)) == []
    for wrong in ([("K0", "J1", 1), ("K1", "J1", 2)], [("K0", "J1", 1)] * 2, [("K3", "J1", 1)],
                  [("K0", "J1", 2)], [("K8", "J1", 1)]):
        assert "bench" in rules_of(claim(given, *wrong)), wrong
    none = people([{"post": "J1"}], THREE)
    assert rules_of(claim(none, ("K0", "J1", 1))) == {"bench"}
