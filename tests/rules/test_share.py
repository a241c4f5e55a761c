from typing import Any

import pytest

from planner.model.money.rules import share_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000}
BOTH = [payer("d", 1000, order=1), payer("pS1", 1000, order=2)]


def share(**bounds: Any) -> list[dict[str, Any]]:
    return [{"fund": "f", "level": "district", **bounds}]


def paid(plan: Any) -> tuple[int, int]:
    row = plan.allocations.iloc[0]
    return int(row["payer.d"]), int(row["payer.pS1"])


def test_rows_by_eye() -> None:
    """Columns: from d, from pS1. 0.6·(d + s) ≤ d is 0.4·d − 0.6·s ≥ 0."""
    terms, low, _ = one(money_rows(funds(E, BOTH, shares=share(min_share="60%")), share_rows))
    assert terms == pytest.approx({0: 0.4, 1: -0.6}) and low == 0
    terms, _, high = one(money_rows(funds(E, BOTH, shares=share(max_share="60%")), share_rows))
    assert terms == pytest.approx({0: 0.4, 1: -0.6}) and high == 0
    terms, _, high = one(money_rows(funds(E, BOTH, shares=share(max_yuan=250)), share_rows))
    assert terms == {0: 1.0} and high == 0.025


@pytest.mark.parametrize(("bounds", "expected"), [
    ({"max_share": "60%"}, (600, 400)), ({"max_share": "0%"}, (0, 1000)),
    ({"max_share": "33.3%"}, (333, 667)), ({"max_yuan": 250}, (250, 750)),
    ({"min_share": "10%"}, (1000, 0)),
])
def test_who_pays(bounds: dict[str, Any], expected: tuple[int, int]) -> None:
    assert paid(solve(funds(E, BOTH, shares=share(**bounds)))) == expected


def test_it_bites() -> None:
    assert paid(solve(funds(E, BOTH))) == (1000, 0)
    poor = [payer("d", 1000), payer("pS1", 100)]
    assert amounts(solve(funds(E, poor, shares=share(max_share="50%")))) == {"S1-A": 200}


def test_a_share_with_a_condition_overrides_the_one_without() -> None:
    rows = share(max_share="60%") + share(max_share="20%", where="residents >= 1000")
    assert paid(solve(funds(E, BOTH, shares=rows))) == (200, 800)
    assert paid(solve(funds({"S1-A": 900}, BOTH, shares=rows[:1]))) == (540, 360)


@pytest.mark.parametrize(("district", "holds"), [(600, True), (601, True), (602, False)])
def test_recount_allows_one_yuan(district: int, holds: bool) -> None:
    given = funds(E, BOTH, shares=share(max_share="60%"))
    found = money_breaches(given, {"S1-A": {"d": district, "pS1": 1000 - district}})
    assert [b.rule for b in found] == ([] if holds else ["share"])


def test_recount_of_a_fixed_amount_is_exact() -> None:
    given = funds(E, BOTH, shares=share(max_yuan=250))
    (breach,) = money_breaches(given, {"S1-A": {"d": 251, "pS1": 749}})
    assert str(breach) == "share [S1-A/f/district] 251 of 1000 yuan"


def test_clash_with_a_poor_street() -> None:
    """The street must carry 400 and has 300; at 750 in all its part is 300."""
    poor = [payer("d", 1000), payer("pS1", 300)]
    plan = solve(funds(E, poor, {"floor": "100%"}, shares=share(max_share="60%")))
    assert must_give(plan) == {
        ("appropriation", "pS1"): 100, ("share", "f/district"): 100, ("floor", "f"): 250}
