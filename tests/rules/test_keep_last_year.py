import pytest

from planner.model.money.rules import keep_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000, "S1-B": 1000}


def test_row_by_eye() -> None:
    """B was not paid last year: no row. Half of 900 yuan is 0.045 万元."""
    given = funds(E, [payer("d", 1000)], {"keep_last_year": "50%"}, last={"S1-A": 900})
    terms, low, _ = one(money_rows(given, keep_rows))
    assert list(terms.values()) == [1.0] and low == pytest.approx(0.045)


@pytest.mark.parametrize(("keep", "expected"), [
    (None, {"S1-A": 500, "S1-B": 500}), ("50%", {"S1-A": 500, "S1-B": 500}),
    ("80%", {"S1-A": 800, "S1-B": 200}), ("100%", {"S1-A": 900, "S1-B": 100}),
])
def test_it_bites(keep: str, expected: dict[str, int]) -> None:
    """Protecting 720 yuan takes a whole step: 800."""
    given = funds(E, [payer("d", 1000)], {"keep_last_year": keep}, last={"S1-A": 900})
    assert amounts(solve(given)) == expected


def test_recount_rejects_a_yuan_too_little() -> None:
    given = funds(E, [payer("d", 1000)], {"keep_last_year": "100%"}, last={"S1-A": 900},
                  settings={"step_yuan": 1})
    assert not money_breaches(given, {"S1-A": {"d": 900}})
    (breach,) = money_breaches(given, {"S1-A": {"d": 899}})
    assert str(breach) == "keep_last_year [S1-A/f] 899 yuan"


def test_clash_with_the_appropriation() -> None:
    given = funds(E, [payer("d", 700)], {"keep_last_year": "100%"}, last={"S1-A": 900})
    assert must_give(solve(given)) == {("appropriation", "d"): 200, ("keep_last_year", "f"): 200}
