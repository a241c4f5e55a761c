"""Instructors and liaisons (党建指导员、党建联络员): several units each, all covered, evenly."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from planner.case.case import Case
from planner.errors import InputError
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.rules.tools import people, placed


def firms(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"post": f"F{j:02d}", "kind": "instructor", **more} for j in range(count)]


def given(units: int, capacities: list[int], **tables: Any) -> Case:
    return people(firms(units), [
        {"candidate": f"K{i}", "capacity": n} for i, n in enumerate(capacities)], **tables)


def loads(plan: Plan) -> list[int]:
    """Units by person, in order of code; who has none is left out."""
    by = Counter(plan.placements["candidate"])
    return [by[c] for c in sorted(by)]


@pytest.mark.parametrize(("units", "capacities", "expected"), [
    (6, [3, 3], [3, 3]), (6, [5, 5], [3, 3]), (7, [5, 5, 5], [2, 2, 3]), (9, [3, 6], [3, 6]),
    (6, [3, 6], [2, 4]), (3, [1, 5], [1, 2]), (2, [1, 5], [1, 1])])
def test_every_unit_is_covered_and_the_load_balanced(
    units: int, capacities: list[int], expected: list[int]
) -> None:
    plan = solve(given(units, capacities))
    assert plan.status == "optimal" and len(plan.placements) == units
    assert sorted(loads(plan)) == expected
    assert plan.placements["post"].is_unique


def test_units_left_when_capacity_ends() -> None:
    plan = solve(given(9, [3, 4]))
    assert loads(plan) == [3, 4] and len(plan.unfilled) == 2


def test_a_largest_load_that_must_be_does_not_excuse_the_others() -> None:
    """K0 alone may take five units; the four others are shared two and two all the same."""
    posts = [*({**f, "where": "education >= master"} for f in firms(5)), *(
        {"post": f"G{j}", "kind": "instructor", "where": "education <= bachelor"}
        for j in range(4))]
    pool = [{"candidate": "K0", "capacity": 5, "education": "master"},
            {"candidate": "K1", "capacity": 5}, {"candidate": "K2", "capacity": 5}]
    assert loads(solve(people(posts, pool))) == [5, 2, 2]


def test_balance_ranks_after_filling_and_before_fit() -> None:
    """K0 fits every firm best and still takes two of four; a post only K0 may have is filled."""
    fit = [{"candidate": "K0", "post": f"F{j:02d}", "fit": 9} for j in range(4)]
    assert loads(solve(given(4, [4, 4], pairs=fit))) == [2, 2]
    bars = [{"candidate": "K1", "post": f"F{j:02d}", "decision": "bar"} for j in range(3)]
    assert loads(solve(given(4, [4, 4], pairs=bars))) == [3, 1]


def test_nobody_is_passed_over_for_a_first_unit() -> None:
    """The first unit costs nobody anything: fit decides between one of capacity 1 and one of 5."""
    fit = [{"candidate": "K1", "post": "F00", "fit": 9}]
    assert placed(solve(given(1, [1, 5], pairs=fit))) == {("K1", "F00")}
    assert placed(solve(given(1, [1, 5]))) == {("K0", "F00")}


def test_one_post_of_many_seats_takes_each_once() -> None:
    posts = [{"post": "F", "kind": "liaison", "seats": 3}]
    pool = [{"candidate": "K0", "capacity": 3}, {"candidate": "K1", "capacity": 3}]
    plan = solve(people(posts, pool))
    assert placed(plan) == {("K0", "F"), ("K1", "F")} and len(plan.placements) == 2


YOUNG = {"target": "young", "group": "age <= 30", "of": "team", "min_share": "50%"}


@pytest.mark.parametrize(("more", "units"), [
    ({}, ["district"]), ({"scope": "community"}, ["C1"]), ({"where": "community = C1"}, ["district"]),
    ({"where": "kind = instructor"}, ["district"]), ({"where": "岗位类型 = 党建指导员"}, ["district"]),
    ({"scope": "kind"}, ["instructor", "member"]), ({"scope": "post"}, ["F00", "J"])])
def test_targets_count_instructors_only_when_asked(more: dict[str, str], units: list[str]) -> None:
    """One of 56 instructs, one of 26 is to be placed on the committee."""
    plan = solve(people([*firms(1), {"post": "J"}], [
        {"candidate": "K0", "birth": "1970.01", "willing": "instructor"},
        {"candidate": "K1", "birth": "2000.01", "willing": "member"}],
        targets=[{**YOUNG, **more}]))
    assert len(plan.placements) == 2 and list(plan.targets["unit"]) == units
    asked = "instructor" in str(more) or "指导员" in str(more) or more.get("scope") in (
        "kind", "post")
    actual = dict(zip(plan.targets["unit"], plan.targets["actual"], strict=True))
    assert actual == ({"district": 0.0} if asked and "where" in more else
                      {"instructor": 0.0, "member": 1.0} if more.get("scope") == "kind" else
                      {"F00": 0.0, "J": 1.0} if more.get("scope") == "post" else
                      {units[0]: 1.0})


@pytest.mark.parametrize("where", [None, "community = C1"])
def test_a_target_of_nobody_but_instructors_is_refused_unless_it_asks_for_them(
    where: str | None
) -> None:
    with pytest.raises(InputError) as refused:
        given(2, [2], targets=[{**YOUNG, "group": "age <= 40", "where": where}])
    assert [p.code for p in refused.value.problems] == ["target_outside_teams"]


def test_forty_instructors_and_a_hundred_and_eighty_firms() -> None:
    posts = [{"post": f"F{j:03d}", "kind": "instructor"} for j in range(180)]
    pool = [{"candidate": f"K{i:02d}", "capacity": 4 + i % 3} for i in range(40)]
    plan = solve(people(posts, pool))
    assert plan.status == "optimal" and len(plan.placements) == 180
    assert all(n <= 6 for n in loads(plan))
