import pytest

from planner.model.money.rules import ceiling_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000}


def test_row_by_eye() -> None:
    given = funds({"S1-A": 1000, "S1-B": 3000}, [payer("d", 4000)], {"ceiling": "80%"})
    terms, _, high = one(money_rows(given, ceiling_rows))
    assert terms == {0: 1.0} and high == pytest.approx(0.32)


@pytest.mark.parametrize(("ceiling", "carried", "expected"), [
    (None, 0, 1000), ("60%", 0, 600), ("120%", 0, 1200), ("100%", 300, 700), ("50%", 800, 0),
])
def test_the_most_a_cell_gets(ceiling: str, carried: int, expected: int) -> None:
    """A carry-over above the ceiling means no new money, never less than none."""
    given = funds(E, [payer("d", 5000)], {"ceiling": ceiling}, last_year=[
        {"payee": "S1-A", "fund": "f", "amount_yuan": 0, "carried_yuan": carried}])
    assert amounts(solve(given)) == {"S1-A": expected}


def test_it_bites() -> None:
    """What one may not have, the other gets."""
    two = {"S1-A": 1000, "S1-B": 1000}
    carried = [{"payee": "S1-A", "fund": "f", "amount_yuan": 0, "carried_yuan": 900}]
    pay = [payer("d", 1000)]
    assert amounts(solve(funds(two, pay, last_year=carried)))["S1-B"] == 900
    tight = funds(two, pay, {"ceiling": "50%"}, last_year=carried)
    assert amounts(solve(tight)) == {"S1-A": 0, "S1-B": 500}


def test_recount_rejects_a_yuan_too_much() -> None:
    given = funds(E, [payer("d", 5000)], {"ceiling": "80%"}, settings={"step_yuan": 1})
    assert not money_breaches(given, {"S1-A": {"d": 800}})
    (breach,) = money_breaches(given, {"S1-A": {"d": 801}})
    assert str(breach) == "ceiling [S1-A/f] 801 yuan"


def test_clash_with_last_years_protection() -> None:
    given = funds(E, [payer("d", 5000)], {"ceiling": "50%", "keep_last_year": "100%"},
                  last={"S1-A": 800})
    assert must_give(solve(given)) == {("ceiling", "f"): 300, ("keep_last_year", "f"): 300}
