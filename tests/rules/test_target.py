from typing import Any

import pytest

from planner.model.people.rules import target_rows
from planner.model.people.targets import bounds_of
from planner.plan.solve import solve
from tests.rules.tools import (
    must_give,
    one,
    people,
    people_breaches,
    people_rows,
    placed,
    rules_of,
)

#: Ages at the end of 2026: 26, 46, 56.
POOL = [{"candidate": "K0", "birth": "1970.01"}, {"candidate": "K1", "birth": "1980.01"},
        {"candidate": "K2", "birth": "2000.01"}]
STAY = [{"person": "P0", "post": "J1", "birth": "1976.01"}]  # 50
FIT = [{"candidate": "K0", "post": "J1", "fit": 9}]  # the oldest fits best


def team(seats: int = 2, **target: Any) -> Any:
    row = {"target": "t", "of": "team", **target}
    if "mean_of" not in row:
        row.setdefault("group", "age <= 40")
    return people([{"post": "J1", "seats": seats}], POOL, incumbents=STAY, targets=[row],
                  pairs=FIT)


@pytest.mark.parametrize(("strength", "short"), [("must", []), ("should", [1.0]), ("aim", [1.0])])
def test_row_by_eye(strength: str, short: list[float]) -> None:
    """Half of who stays and is placed ≤ 40: 0.5·y2 − 0.5·y0 − 0.5·y1 + w ≥ 0.5."""
    terms, low, _ = one(people_rows(team(min_share="50%", strength=strength), target_rows))
    assert list(terms.values()) == [-0.5, 0.5, *short] or list(terms.values()) == [
        -0.5, -0.5, 0.5, *short]
    assert low == 0.5


@pytest.mark.parametrize(("target", "shortfall", "actual"), [
    ({"min_share": "50%"}, [0.5, 1.0, 0.0], [0.0, 0.0, 0.5]),
    ({"max_share": "30%"}, [0.0, 0.0, 0.4], [0.0, 0.0, 0.5]),
    ({"min_count": 1}, [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
    ({"max_count": 0}, [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]),
    ({"mean_of": "age", "max_mean": 45}, [5.0, 16.0, 0.0], [50.0, 53.0, 38.0]),
    ({"mean_of": "age", "min_mean": 45}, [0.0, 0.0, 14.0], [50.0, 53.0, 38.0]),
])
def test_arithmetic(target: dict[str, Any], shortfall: list[float], actual: list[float]) -> None:
    """Nobody placed, the one of 56, the one of 26 – beside the one of 50 who stays."""
    given = team(**target)
    (bound,) = bounds_of(given)
    claims: list[list[int]] = [[], [0], [2]]
    assert [bound.shortfall(c) for c in claims] == pytest.approx(shortfall)
    assert [bound.actual(c) for c in claims] == pytest.approx(actual)


@pytest.mark.parametrize(("target", "who"), [
    ({"min_count": 0}, "K0"), ({"min_count": 1}, "K2"), ({"min_share": "50%"}, "K2"),
    ({"mean_of": "age", "max_mean": 48}, "K1"), ({"mean_of": "age", "max_mean": 40}, "K2"),
])
@pytest.mark.parametrize("strength", ["must", "should", "aim"])
def test_it_bites(target: dict[str, Any], who: str, strength: str) -> None:
    """Fit alone would take the oldest."""
    assert placed(solve(team(**{**target, "strength": strength}))) == {(who, "J1")}


@pytest.mark.parametrize(("scope", "units"), [
    ("district", ["district"]), ("street", ["S1", "S2"]), ("community", ["C1", "C2"]),
    ("kind", ["deputy", "member"]), ("post", ["J1", "J2", "J3"])])
def test_every_unit_of_the_scope_has_its_own_row(scope: str, units: list[str]) -> None:
    given = people(
        [{"post": "J1"}, {"post": "J2", "kind": "deputy"}, {"post": "J3", "community": "C2"}],
        POOL, targets=[{"target": "t", "group": "age <= 40", "of": "placed", "scope": scope,
                        "min_share": "50%"}])
    assert [row.of for row in people_rows(given, target_rows)] == [f"t/{u}" for u in units]


def test_an_empty_seat_never_helps_a_share() -> None:
    """Leaving the seat empty would be nearer to "at most none above 40"; it is filled."""
    only = people([{"post": "J1"}], POOL[:2], targets=[
        {"target": "t", "group": "age > 40", "of": "placed", "max_count": 0}])
    plan = solve(only)
    assert len(placed(plan)) == 1 and not plan.targets["met"].any()


def test_recount_rejects_only_what_must() -> None:
    must, should = (team(min_count=1, strength=s) for s in ("must", "should"))
    assert not people_breaches(must, ("K2", "J1"))
    assert rules_of(people_breaches(must, ("K1", "J1"))) == {"target"}
    assert not people_breaches(should, ("K1", "J1"))


def test_clash_when_nobody_is_young_enough() -> None:
    given = people([{"post": "J1", "max_age": 60, "min_age": 40}], POOL, targets=[
        {"target": "t", "group": "age <= 30", "of": "placed", "min_count": 1,
         "strength": "must"}])
    assert must_give(solve(given)) == {("target", "t/district"): 1}


def test_clash_of_who_stays() -> None:
    """No seat is vacant and the one who stays is 50: five person-years too many."""
    given = team(seats=1, mean_of="age", max_mean=45, strength="must")
    assert must_give(solve(given)) == {("target", "t/district"): 5}
