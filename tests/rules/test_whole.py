import pytest

from planner.model.money.rules import whole_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, payer, rules_of

E = {"S1-A": 1000}
PAY = [payer("d", 777), payer("pS2", 500)]
TWO = {"S1-A": 1000, "S2-B": 1000}


def test_no_row_settling_does_it() -> None:
    assert money_rows(funds(E, [payer("d", 777)]), whole_rows) == []


@pytest.mark.parametrize(("step", "expected"), [(1, 777), (10, 770), (50, 750), (100, 700)])
def test_it_bites(step: int, expected: int) -> None:
    one_step = funds(E, [payer("d", 777)], settings={"step_yuan": step})
    assert amounts(solve(one_step)) == {"S1-A": expected}
    of_the_fund = funds(E, [payer("d", 777)], {"step_yuan": step})
    assert amounts(solve(of_the_fund)) == {"S1-A": expected}


@pytest.mark.parametrize(("paid", "what"), [
    ({"S1-A": {"d": 150}}, "150 yuan"), ({"S1-A": {"d": 100.0}}, "not whole yuan"),
    ({"S1-A": {"d": 200, "pS2": -100}}, "not whole yuan"),
    ({"S1-A": {"pS2": 100}}, "pS2 may not pay it"), ({"S9-Z": {"d": 100}}, "no such entitlement"),
])
def test_recount_rejects(paid: dict[str, dict[str, int]], what: str) -> None:
    given = funds(TWO, PAY)
    assert not money_breaches(given, {"S1-A": {"d": 100}})
    found = money_breaches(given, paid)
    assert rules_of(found) == {"whole"} and what in [b.what for b in found]


def test_an_earmark_keeps_a_payer_out() -> None:
    pay = [payer("d", 500, funds="g"), payer("e", 500)]
    given = funds(E, pay, {}, {"fund": "g", "priority": 2})
    frame = solve(given).allocations.set_index("fund")
    assert frame.loc["f", "payer.d"] == 0 and frame.loc["g", "payer.d"] == 500
    assert rules_of(money_breaches(given, {"S1-A": {"d": 100}})) == {"whole"}


def test_no_whole_step_between_floor_and_ceiling() -> None:
    """All of 250 yuan in steps of 100 cannot be paid: an answer, not a fault."""
    plan = solve(funds({"S1-A": 250}, [payer("d", 1000)], {"floor": "100%"}))
    assert must_give(plan) == {("whole", "S1-A/f"): 100}
    fine = funds({"S1-A": 250}, [payer("d", 1000)], {"floor": "100%", "step_yuan": 50})
    assert amounts(solve(fine)) == {"S1-A": 250}
