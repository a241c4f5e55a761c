from typing import Any

import pytest

from planner.model.people.rules import kin_rows
from planner.plan.solve import solve
from tests.rules.tools import must_give, one, people, people_breaches, people_rows, placed

KIN = [{"person": "K0", "other": "K1"}]
POSTS = [{"post": "J1"}, {"post": "J2"}]


def two(posts: list[dict[str, Any]] = POSTS, capacity: int | None = None, **tables: Any) -> Any:
    return people(posts, [{"candidate": "K0", "capacity": capacity}, {"candidate": "K1"}],
                  **{"kin": KIN, **tables})


def test_row_by_eye() -> None:
    """K0 and K1 each on J1 or J2, all of community C1: one of the four."""
    terms, _, high = one(people_rows(two(), kin_rows))
    assert terms == {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0} and high == 1.0


def test_rows_of_one_who_may_hold_two_posts() -> None:
    """K0 may hold both posts, so only K0 with K1 is forbidden, pair by pair."""
    rows = people_rows(two(capacity=2), kin_rows)
    assert sorted(tuple(j for j, _ in row.terms) for row in rows) == [
        (0, 2), (0, 3), (1, 2), (1, 3)]
    assert len(placed(solve(two(capacity=2)))) == 2


@pytest.mark.parametrize(("posts", "kin", "filled"), [
    (POSTS, KIN, 1), (POSTS, [], 2), ([{"post": "J1"}, {"post": "J2", "community": "C2"}], KIN, 2),
    ([{"post": "J1", "seats": 2}], KIN, 1), (POSTS, [{"person": "K1", "other": "K0"}], 1),
])
def test_it_bites(posts: list[dict[str, Any]], kin: list[dict[str, str]], filled: int) -> None:
    assert len(placed(solve(two(posts, kin=kin)))) == filled


def test_posts_of_the_district_are_nobodys_community() -> None:
    assert len(placed(solve(two([{"post": f"J{j}", "community": None} for j in (1, 2)])))) == 2


def test_recount_rejects_kin_in_one_community() -> None:
    assert not people_breaches(two(), ("K0", "J1"))
    (breach,) = people_breaches(two(), ("K0", "J1"), ("K1", "J2"))
    assert str(breach) == "kin [C1] K0, K1"


def test_clash_of_pinned_kin() -> None:
    pins = [{"candidate": "K0", "post": "J1", "decision": "pin"},
            {"candidate": "K1", "post": "J2", "decision": "pin"}]
    assert must_give(solve(two(pairs=pins))) == {
        ("kin", "C1"): 1, ("pin", "J1"): 1, ("pin", "J2"): 1}
