"""Targets in every form: share, count, mean; placed, team, bench; any scope; any column."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.columns import Column
from planner.errors import InputError
from planner.model.people.targets import bounds_of
from planner.plan.solve import solve
from tests.cases import case
from tests.rules.test_bench import claim, listed
from tests.rules.tools import people, placed, rules_of

OWN = (Column(name="score", zh="测评分", kind="number"), Column(name="source", zh="来源", kind="text"))
#: Two of 56 and 26, both on the bench of J1 when its depth is 2; the first fits better.
POOL = [{"candidate": "K0", "birth": "1970.01", "ready": "now"},
        {"candidate": "K1", "birth": "2000.01"}]
FIT = [{"candidate": "K0", "post": p, "fit": 9} for p in ("J1", "J2")]


def bench(depth: int = 1, posts: int = 1, **target: Any) -> Case:
    row = {"target": "t", "of": "bench", **target}
    if "mean_of" not in row:
        row.setdefault("group", "age <= 40")
    return people([{"post": f"J{j}", "seats": 0} for j in range(1, posts + 1)], POOL, pairs=FIT[
        :posts], targets=[row], bench=[{"kind": "member", "depth": depth}])


def own(candidates: list[dict[str, Any]], *rows: dict[str, Any], seats: int = 1) -> Case:
    """One post; candidates of 36 with columns of the user's own."""
    return case(
        OWN, settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": "C1", "street": "S1"}],
        posts=[{"post": "J1", "community": "C1", "kind": "member", "seats": seats}],
        candidates=[{"birth": "1990.01", "education": "bachelor", **c} for c in candidates],
        targets=[{"target": f"t{n}", "of": "placed", **row} for n, row in enumerate(rows)])


# --- of the bench ---


@pytest.mark.parametrize(("target", "names"), [
    ({"min_count": 0}, ["K0"]), ({"min_count": 1}, ["K1"]), ({"min_share": "50%"}, ["K1"]),
    ({"max_count": 0}, ["K0"]), ({"mean_of": "age", "max_mean": 40}, ["K1"]),
    ({"mean_of": "age", "min_mean": 40}, ["K0"])])
@pytest.mark.parametrize("strength", ["must", "should", "aim"])
def test_a_target_of_the_bench_bites(
    target: dict[str, Any], names: list[str], strength: str
) -> None:
    """Fit alone would list the older one; filling the list comes after targets."""
    plan = solve(bench(**target, strength=strength))
    assert [c for c, _, _ in listed(plan)] == names and plan.targets["met"].all()


def test_targets_of_the_bench_rank_before_its_depth() -> None:
    """Half young of two places: both are listed. All young: one place stays open."""
    half, all_ = (solve(bench(2, min_share=share)) for share in ("50%", "100%"))
    assert len(half.bench) == 2 and [c for c, _, _ in listed(all_)] == ["K1"]
    assert [r.value for r in all_.goals if r.goal == "bench" and r.part == "0"] == [1.0]


def test_places_are_counted_not_people() -> None:
    """K0 stands on both lists and counts twice."""
    given = bench(posts=2, group="age > 40", min_count=2)
    plan = solve(given)
    assert [c for c, _, _ in listed(plan)] == ["K0", "K0"]
    assert plan.targets["actual"].tolist() == [2.0] and plan.targets["before"].tolist() == [0.0]


def test_nobody_placed_and_nobody_who_stays_counts_on_the_bench() -> None:
    given = people([{"post": "J1", "seats": 2}], POOL, incumbents=[{"person": "P", "post": "J1"}],
                   targets=[{"target": "t", "of": "bench", "group": "age >= 0", "min_count": 0}],
                   bench=[{"kind": "member", "depth": 1}])
    plan = solve(given)
    assert len(plan.placements) == 1 and plan.targets["actual"].tolist() == [1.0]


def test_a_must_of_the_bench_is_counted_again() -> None:
    must = bench(min_count=1, strength="must")
    assert not claim(must, ("K1", "J1", 1))
    assert rules_of(claim(must, ("K0", "J1", 1))) == {"target"}


def test_a_must_of_the_bench_that_nobody_can_meet() -> None:
    plan = solve(bench(group="age <= 40", min_count=3, strength="must"))
    assert plan.status == "infeasible"
    assert [(g.rule, g.of, g.by) for g in plan.must_give if g.rule == "target"] == [
        ("target", "t/district", 2)]


def test_only_posts_with_a_bench_are_units() -> None:
    given = people([{"post": "J1"}, {"post": "J2", "kind": "deputy"}], POOL, targets=[
        {"target": "t", "of": "bench", "group": "age <= 40", "min_count": 0, "scope": "post"}],
        bench=[{"kind": "deputy", "depth": 1}])
    assert [b.unit for b in bounds_of(given)] == ["J2"]


@pytest.mark.parametrize(("tables", "code"), [
    ({}, "table_missing"), ({"bench": [{"kind": "deputy", "depth": 1}]}, "target_without_bench")])
def test_a_target_of_no_bench_is_refused(tables: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as refused:
        people([{"post": "J1"}, {"post": "J2", "kind": "deputy"}], POOL, targets=[
            {"target": "t", "of": "bench", "group": "age <= 40", "min_count": 1,
             "where": "kind = member"}], **tables)
    assert [p.code for p in refused.value.problems] == [code]


@pytest.mark.parametrize(("rows", "code"), [
    ([{"kind": "deputy", "depth": 1}], "bench_without_post"),
    ([{"kind": "member", "depth": 1}, {"kind": "member", "depth": 2, "where": "community = C1"}],
     "bench_twice"),
    ([{"kind": "member", "depth": 1, "where": "community = C9"}], "bench_without_post")])
def test_a_bench_that_cannot_be_is_refused(rows: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(InputError) as refused:
        people([{"post": "J1"}], POOL, bench=rows)
    assert {p.code for p in refused.value.problems} == {code}


def test_a_near_term_share_needs_to_know_who_is_ready() -> None:
    with pytest.raises(InputError) as refused:
        people([{"post": "J1"}], POOL[1:], bench=[
            {"kind": "member", "depth": 1, "near_term_share": "30%"}])
    assert [p.code for p in refused.value.problems] == ["bench_ready_unknown"]


# --- any column ---


SCORED = [{"candidate": "K0", "score": 3, "source": "退役军人"},
          {"candidate": "K1", "score": 8, "source": "网格员"}, {"candidate": "K2"}]


@pytest.mark.parametrize(("target", "who"), [
    ({"mean_of": "score", "min_mean": 7}, "K1"), ({"mean_of": "测评分", "min_mean": 7}, "K1"),
    ({"mean_of": "score", "max_mean": 5}, "K0"), ({"group": "来源 = 网格员", "min_count": 1}, "K1"),
    ({"group": "source is blank", "min_share": "100%"}, "K2"),
    ({"group": "测评分 >= 5 and source != 退役军人", "min_share": "100%"}, "K1"),
    ({"mean_of": "training_hours", "min_mean": 40}, "K0")])
def test_a_target_on_any_column(target: dict[str, Any], who: str) -> None:
    hours = [{**row, "training_hours": h} for row, h in zip(SCORED, [60, 20, 0], strict=True)]
    plan = solve(own(hours, target))
    assert {c for c, _ in placed(plan)} == {who} and plan.targets["met"].all()


def test_who_has_no_value_is_left_out_of_a_mean() -> None:
    plan = solve(own(SCORED, {"mean_of": "score", "min_mean": 5.5}, seats=3))
    assert plan.targets["actual"].tolist() == [5.5] and plan.targets["met"].all()


@pytest.mark.parametrize("column", ["source", "name", "来源", "nothing"])
def test_a_mean_of_what_is_no_number_is_refused(column: str) -> None:
    with pytest.raises(InputError) as refused:
        own(SCORED, {"mean_of": column, "min_mean": 1})
    assert [p.code for p in refused.value.problems] == ["per_not_numeric"]


@pytest.mark.parametrize("form", ["share", "count", "mean"])
def test_a_least_above_the_most_is_refused(form: str) -> None:
    what = {"mean_of": "age"} if form == "mean" else {"group": "age <= 40"}
    with pytest.raises(InputError) as refused:
        own(SCORED, {**what, f"min_{form}": 1, f"max_{form}": 0})
    assert [p.code for p in refused.value.problems] == ["min_above_max"]


# --- several quotas at once ---


def test_quotas_on_two_columns_hold_together() -> None:
    """One of each age and of each source: only the crossed pair will do."""
    pool = [{"candidate": f"K{n}", "birth": birth, "source": source}
            for n, (birth, source) in enumerate(itertools.product(
                ("1970.01", "2000.01"), ("退役军人", "网格员")))]
    rows = [{"group": group, "min_count": 1, "max_count": 1, "strength": "must"}
            for group in ("age <= 40", "source = 网格员")]
    plan = solve(own(pool, *rows, seats=2))
    chosen = {c for c, _ in placed(plan)}
    assert chosen in ({"K0", "K3"}, {"K1", "K2"}) and plan.targets["met"].all()


@pytest.mark.parametrize("of", ["placed", "team", "bench"])
@pytest.mark.parametrize("scope", ["district", "street", "community", "kind", "post"])
def test_every_scope_takes_everybody_it_may_count(of: str, scope: str) -> None:
    """A least and a most of one figure are two rows; both are told with what they come to."""
    given = people([{"post": "J1"}], POOL, bench=[{"kind": "member", "depth": 1}], targets=[
        {"target": "t", "of": of, "scope": scope, "group": "age <= 40", "min_count": 0,
         "max_count": 1}])
    plan = solve(given)
    unit = {"district": "district", "street": "S1", "community": "C1", "kind": "member",
            "post": "J1"}[scope]
    assert plan.targets[["unit", "bound"]].to_numpy().tolist() == [
        [unit, "min_count"], [unit, "max_count"]]
    someone = plan.bench if of == "bench" else plan.placements
    assert plan.targets["actual"].tolist() == [float("K1" in set(someone["candidate"]))] * 2
