import pytest

from planner.model.money.rules import growth_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000, "S1-B": 1000}


def test_row_by_eye() -> None:
    """B was not paid last year and is free: no row."""
    given = funds(E, [payer("d", 1000)], {"grow_at_most": "10%"}, last={"S1-A": 200})
    terms, _, high = one(money_rows(given, growth_rows))
    assert list(terms.values()) == [1.0] and high == pytest.approx(0.022)


@pytest.mark.parametrize(("grow", "first"), [(None, 500), ("0%", 200), ("50%", 300), ("70%", 300),
                                             ("200%", 500)])
def test_it_bites(grow: str, first: int) -> None:
    """340 yuan are three whole steps."""
    given = funds(E, [payer("d", 1000)], {"grow_at_most": grow}, last={"S1-A": 200})
    assert amounts(solve(given)) == {"S1-A": first, "S1-B": 1000 - first}


def test_paid_nothing_last_year_is_not_the_same_as_not_paid() -> None:
    given = funds(E, [payer("d", 1000)], {"grow_at_most": "50%"}, last={"S1-A": 0})
    assert amounts(solve(given)) == {"S1-A": 0, "S1-B": 1000}


def test_recount_rejects_a_yuan_too_much() -> None:
    given = funds(E, [payer("d", 1000)], {"grow_at_most": "10%"}, last={"S1-A": 200},
                  settings={"step_yuan": 1})
    assert not money_breaches(given, {"S1-A": {"d": 220}, "S1-B": {"d": 780}})
    (breach,) = money_breaches(given, {"S1-A": {"d": 221}})
    assert str(breach) == "growth [S1-A/f] 221 yuan"


def test_clash_with_the_floor() -> None:
    """200 of 500 may be paid: one cell grows by 300, or the floor falls to 20 % for both."""
    given = funds(E, [payer("d", 2000)], {"grow_at_most": "0%", "floor": "50%"},
                  last={"S1-A": 200})
    assert must_give(solve(given)) == {("floor", "f"): 600, ("growth", "f"): 300}
