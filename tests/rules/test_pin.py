import pytest

from planner.errors import InputError
from planner.model.people.rules import pin_rows
from planner.plan.solve import solve
from tests.rules.tools import must_give, one, people, people_breaches, people_rows, placed

TWO = [{"candidate": "K0"}, {"candidate": "K1"}]
FIT = [{"candidate": "K0", "post": "J1", "fit": 9}]
PIN = [{"candidate": "K1", "post": "J1", "decision": "pin"}]


def test_row_by_eye() -> None:
    given = people([{"post": "J1"}], TWO, pairs=FIT + PIN)
    assert one(people_rows(given, pin_rows)) == ({1: 1.0}, 1.0, 1.0)


@pytest.mark.parametrize(("pairs", "who"), [([], "K0"), (FIT, "K0"), (PIN, "K1"),
                                            (FIT + PIN, "K1")])
def test_it_bites(pairs: list[dict[str, str]], who: str) -> None:
    """The pinned one takes the seat, though the other comes first and fits better."""
    assert placed(solve(people([{"post": "J1"}], TWO, pairs=pairs))) == {(who, "J1")}


def test_recount_rejects_a_plan_without_the_pin() -> None:
    given = people([{"post": "J1"}], TWO, pairs=PIN)
    assert not people_breaches(given, ("K1", "J1"))
    (breach,) = people_breaches(given, ("K0", "J1"))
    assert str(breach) == "pin [K1/J1] not placed"


@pytest.mark.parametrize(("post", "code"), [
    ({"max_age": 35}, "pin_not_eligible"), ({"vacant": 0}, "pin_without_seat")])
def test_an_impossible_pin_is_refused_at_the_door(post: dict[str, int], code: str) -> None:
    with pytest.raises(InputError) as refused:
        solve(people([{"post": "J1", **post}], TWO, pairs=PIN))
    (problem,) = refused.value.problems
    assert problem.code == code and problem.cell.file == "pairs.csv"


def test_clash_with_a_target() -> None:
    given = people([{"post": "J1"}], [{"candidate": "K0", "birth": "2000.01"}, TWO[1]], pairs=PIN,
                   targets=[{"target": "young", "group": "age <= 30", "of": "placed",
                             "min_count": 1, "strength": "must"}])
    assert must_give(solve(given)) == {("pin", "J1"): 1, ("target", "young/district"): 1}
