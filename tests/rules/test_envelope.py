from typing import Any

import pytest

from planner.model.money.rules import envelope_rows
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, money_breaches, money_rows, must_give, one, payer

E = {"S1-A": 1000, "S2-B": 1000}
PAY = [payer("d", 2000), payer("pS1", 300)]


def test_row_by_eye() -> None:
    """Every column of the fund, whoever pays: A from d and pS1, B from d."""
    given = funds(E, PAY, {"envelope_min_yuan": 500, "envelope_max_yuan": 1500})
    assert one(money_rows(given, envelope_rows)) == ({0: 1.0, 1: 1.0, 2: 1.0}, 0.05, 0.15)


@pytest.mark.parametrize(("bounds", "total"), [
    ({}, 2000), ({"envelope_max_yuan": 1500}, 1400), ({"envelope_max_yuan": 1400}, 1400),
    ({"envelope_max_yuan": 0}, 0), ({"envelope_min_yuan": 500}, 2000),
])
def test_it_bites(bounds: dict[str, Any], total: int) -> None:
    """Two alike communities of two streets get the same; what is left of 1500 is one step."""
    got = amounts(solve(funds(E, PAY, bounds)))
    assert sum(got.values()) in (total, total + 100) and sum(got.values()) <= bounds.get(
        "envelope_max_yuan", 2000)
    assert abs(got["S1-A"] - got["S2-B"]) <= 100


def test_least_envelope_takes_from_the_fund_served_first() -> None:
    def split(least: int) -> dict[str, int]:
        given = funds({"S1-A": 1000}, [payer("d", 1000)], {"priority": 1},
                      {"fund": "g", "priority": 2, "envelope_min_yuan": least})
        return solve(given).allocations.set_index("fund")["allocation_yuan"].to_dict()
    assert split(0) == {"f": 1000, "g": 0}
    assert split(400) == {"f": 600, "g": 400}


def test_recount_rejects_too_much_and_too_little() -> None:
    given = funds(E, PAY, {"envelope_min_yuan": 500, "envelope_max_yuan": 1500})
    assert not money_breaches(given, {"S1-A": {"d": 500}})
    (more,) = money_breaches(given, {"S1-A": {"d": 1000}, "S2-B": {"d": 600}})
    (less,) = money_breaches(given, {"S1-A": {"d": 400}})
    assert (str(more), str(less)) == ("envelope [f] 1600 yuan", "envelope [f] 400 yuan")


def test_clash_with_the_appropriation() -> None:
    given = funds(E, [payer("d", 1000)], {"envelope_min_yuan": 1500})
    assert must_give(solve(given)) == {("appropriation", "d"): 500, ("envelope", "f"): 500}


def test_clash_when_nobody_is_entitled() -> None:
    """A least envelope with no community to pay is an empty row that asks for 100 yuan."""
    given = funds({"S1-A": 0}, [payer("d", 1000)], {"envelope_min_yuan": 100})
    assert must_give(solve(given)) == {("envelope", "f"): 100}
