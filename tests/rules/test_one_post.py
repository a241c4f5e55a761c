import pytest

from planner.model.people.rules import one_post_rows
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

TWO = [{"post": "J1"}, {"post": "J2", "kind": "deputy"}]


def test_row_by_eye() -> None:
    """Two candidates alike, two posts alike: one column, and two posts between them."""
    given = people([{"post": "J1"}, {"post": "J2"}], [{"candidate": "K0"}, {"candidate": "K1"}])
    terms, _, high = one(people_rows(given, one_post_rows))
    assert terms == {0: 1.0} and high == 2.0


@pytest.mark.parametrize(("capacity", "filled"), [(None, 1), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_it_bites(capacity: int | None, filled: int) -> None:
    given = people([{"post": f"J{j}"} for j in range(3)],
                   [{"candidate": "K0", "capacity": capacity}])
    assert len(placed(solve(given))) == filled


def test_many_units_never_means_two_seats_of_one_post() -> None:
    given = people([{"post": "J1", "seats": 3}], [{"candidate": "K0", "capacity": 3}])
    assert placed(solve(given)) == {("K0", "J1")}


def test_recount_rejects_a_second_post() -> None:
    given = people(TWO, [{"candidate": "K0"}])
    assert not people_breaches(given, ("K0", "J1"))
    (breach,) = people_breaches(given, ("K0", "J1"), ("K0", "J2"))
    assert str(breach) == "one_post [K0] 2 posts"


def test_recount_rejects_the_same_post_twice() -> None:
    given = people([{"post": "J1", "seats": 2}], [{"candidate": "K0", "capacity": 2}])
    assert rules_of(people_breaches(given, ("K0", "J1"), ("K0", "J1"))) == {"one_post"}


def test_clash_of_two_pins() -> None:
    given = people(TWO, [{"candidate": "K0"}], pairs=[
        {"candidate": "K0", "post": p, "decision": "pin"} for p in ("J1", "J2")])
    assert must_give(solve(given)) == {("pin", "J1"): 1, ("pin", "J2"): 1}
