import pytest

from planner.model.money.rules import appropriation_rows, available
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, payer, rules_of

TWO = {"S1-A": 1000, "S2-B": 1000}


def test_row_by_eye() -> None:
    """Columns: A from d, A from pS1, B from d. 500 yuan are 0.05 万元."""
    district, street = money_rows(
        funds(TWO, [payer("d", 500), payer("pS1", 300)]), appropriation_rows)
    assert (district.of, district.terms, district.high) == ("d", [(0, 1.0), (2, 1.0)], 0.05)
    assert (street.of, street.terms, street.high) == ("pS1", [(1, 1.0)], 0.03)


@pytest.mark.parametrize(("yuan", "contingency", "mode", "expected"), [
    (1000, None, "ceiling", 1000), (1000, "10%", "ceiling", 900), (999, "10%", "ceiling", 899),
    (0, None, "ceiling", 0), (1000, "100%", "ceiling", 0), (1000, None, "ask", None),
])
def test_what_a_payer_may_spend(yuan: int, contingency: str, mode: str, expected: int) -> None:
    given = funds(TWO, [payer("d", yuan, contingency=contingency)], settings={"mode": mode})
    assert available(given) == [expected]


def test_it_bites() -> None:
    assert amounts(solve(funds(TWO, [payer("d", 1000)]))) == {"S1-A": 500, "S2-B": 500}
    assert amounts(solve(funds(TWO, [payer("d", 2000)]))) == TWO
    asked = funds(TWO, [payer("d", 1000)], settings={"mode": "ask"})
    assert amounts(solve(asked)) == TWO


def test_recount_rejects_a_yuan_too_much() -> None:
    given = funds(TWO, [payer("d", 999)], settings={"step_yuan": 1})
    assert not money_breaches(given, {"S1-A": {"d": 500}, "S2-B": {"d": 499}})
    (breach,) = money_breaches(given, {"S1-A": {"d": 500}, "S2-B": {"d": 500}})
    assert str(breach) == "appropriation [d] 1000 > 999 yuan"


def test_recount_counts_contingency() -> None:
    given = funds(TWO, [payer("d", 1000, contingency="10%")])
    assert rules_of(money_breaches(given, {"S1-A": {"d": 1000}})) == {"appropriation"}


def test_clash_names_the_payer() -> None:
    plan = solve(funds(TWO, [payer("d", 1000)], {"floor": "80%"}))
    assert must_give(plan) == {("appropriation", "d"): 600, ("floor", "f"): 600}
