from typing import Any

import pytest

from planner.model.people.pool import seats_of
from planner.model.people.rules import seats_rows
from planner.plan.solve import solve
from tests.rules.tools import one, people, people_breaches, people_rows, placed, rules_of

THREE = [{"candidate": f"K{i}"} for i in range(3)]


def test_row_by_eye() -> None:
    """Three seats, one held: two are placed or left empty. The three alike share a column."""
    given = people([{"post": "J1", "seats": 3}], THREE, incumbents=[{"person": "P", "post": "J1"}])
    assert one(people_rows(given, seats_rows)) == ({0: 1.0, 1: 1.0}, 2.0, 2.0)


@pytest.mark.parametrize(("post", "incumbent", "vacant"), [
    ({"seats": 2}, {}, 1), ({"seats": 2}, {"leaving": "yes"}, 2),
    ({"seats": 2, "max_age": 36}, {}, 1), ({"seats": 2, "max_age": 35}, {}, 2),
    ({"seats": 2, "max_age": 35}, {"stay_until_age": 40}, 1), ({"seats": 5, "vacant": 4}, {}, 4),
])
def test_vacant_seats(post: dict[str, Any], incumbent: dict[str, Any], vacant: int) -> None:
    """The incumbent is 36 at the end of 2026; the limit itself is allowed."""
    given = people([{"post": "J1", **post}], THREE,
                   incumbents=[{"person": "P", "post": "J1", **incumbent}])
    assert list(seats_of(given).vacant) == [vacant]


@pytest.mark.parametrize(("seats", "filled"), [(0, 0), (1, 1), (3, 3), (4, 3)])
def test_it_bites(seats: int, filled: int) -> None:
    unlike = [{"candidate": f"K{i}", "post": "J1", "fit": i} for i in range(3)]
    plan = solve(people([{"post": "J1", "seats": seats}], THREE, pairs=unlike))
    assert plan.status == "optimal" and plan.people is not None
    assert len(plan.placements) == filled
    assert int(plan.unfilled["seats"].sum()) == seats - filled


def test_recount_rejects_two_on_one_seat() -> None:
    given = people([{"post": "J1", "seats": 1}], THREE)
    assert not people_breaches(given, ("K0", "J1"))
    (breach,) = people_breaches(given, ("K0", "J1"), ("K1", "J1"))
    assert str(breach) == "seats [J1] 2 placed on 1 seats"


def test_recount_counts_who_stays() -> None:
    given = people([{"post": "J1", "seats": 1}], THREE, incumbents=[{"person": "P", "post": "J1"}])
    assert rules_of(people_breaches(given, ("K0", "J1"))) == {"seats"}
    assert placed(solve(given)) == set()
