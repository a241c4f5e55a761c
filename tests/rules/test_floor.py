import pytest

from planner.model.money.rules import floor_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000, "S1-B": 3000}


def test_row_by_eye() -> None:
    """Both communities are alike, so they are one column: half of 4000 yuan is 0.2 万元."""
    given = funds(E, [payer("d", 4000)], {"floor": "50%"})
    assert one(money_rows(given, floor_rows))[:2] == ({0: 1.0}, 0.2)


@pytest.mark.parametrize(("floor", "carried", "low"), [
    ("0%", 0, None), ("50%", 0, 0.05), ("50%", 200, 0.03), ("50%", 500, None), ("100%", 0, 0.1),
])
def test_what_the_floor_asks_for(floor: str, carried: int, low: float | None) -> None:
    given = funds({"S1-A": 1000}, [payer("d", 1000)], {"floor": floor}, last_year=[
        {"payee": "S1-A", "fund": "f", "amount_yuan": 0, "carried_yuan": carried}])
    assert [row.low for row in money_rows(given, floor_rows)] == ([] if low is None else [low])


@pytest.mark.parametrize(("floor", "second"), [("0%", 0), ("30%", 300), ("50%", 500)])
def test_it_bites(floor: str, second: int) -> None:
    """The first fund is served first; only its floor gives the second anything."""
    given = funds({"S1-A": 1000}, [payer("d", 1000)], {"priority": 1},
                  {"fund": "g", "priority": 2, "floor": floor})
    frame = solve(given).allocations.set_index("fund")["allocation_yuan"]
    assert (frame["f"], frame["g"]) == (1000 - second, second)


def test_recount_rejects_a_yuan_too_little() -> None:
    given = funds(E, [payer("d", 4000)], {"floor": "50%"}, settings={"step_yuan": 1})
    assert not money_breaches(given, {"S1-A": {"d": 500}, "S1-B": {"d": 1500}})
    (breach,) = money_breaches(given, {"S1-A": {"d": 499}, "S1-B": {"d": 1500}})
    assert str(breach) == "floor [S1-A/f] 499 yuan"


def test_recount_rejects_a_cell_left_out() -> None:
    given = funds(E, [payer("d", 4000)], {"floor": "50%"})
    assert [b.of for b in money_breaches(given, {"S1-A": {"d": 500}})] == ["S1-B/f"]


def test_clash_names_the_fund() -> None:
    plan = solve(funds({"S1-A": 1000}, [payer("d", 500)], {"floor": "80%"}))
    assert must_give(plan) == {("appropriation", "d"): 300, ("floor", "f"): 300}


def test_a_floor_nobody_may_pay_is_a_clash() -> None:
    """Street S2 has no payer at all, so the floor falls to 0 there: for both, 500 yuan each."""
    given = funds({"S1-A": 1000, "S2-B": 1000}, [payer("pS1", 9000)], {"floor": "50%"})
    assert must_give(solve(given)) == {("floor", "f"): 1000}


def test_a_floor_met_to_the_yuan_when_steps_allow() -> None:
    given = funds({"S1-A": 1000}, [payer("d", 500)], {"floor": "50%"})
    assert amounts(solve(given)) == {"S1-A": 500}
