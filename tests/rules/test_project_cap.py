"""Caps on a category: rows by eye, what they do, and the recount."""

from __future__ import annotations

from typing import Any

import pytest

from planner.case.case import Case
from planner.model.money.part import MoneyPart
from planner.model.money.project_rules import project_cap_rows
from planner.model.money.rules import MONEY_RULES
from planner.plan.solve import solve
from tests.cases import Rows, amounts
from tests.rules.test_project import ordering, ranked
from tests.rules.tools import money_rows, must_give, one

TWO = [{"cost_yuan": 300, "category": "a"}, {"cost_yuan": 200, "category": "a", "community": "B"}]
CARRIED = [{"payee": "B", "fund": "service", "amount_yuan": 0, "carried_yuan": 100}]


def capped(cap: dict[str, Any], projects: Rows = TWO, **tables: Any) -> Case:
    return ordering(projects, project_caps=[{"fund": "service", "category": "a", **cap}], **tables)


def committed(*projects: dict[str, Any]) -> Rows:
    return [{**p, "status": "committed"} for p in projects]


def test_row_by_eye() -> None:
    """What is committed, 300, is at most a quarter of all money: 1200, of which 100 is there.

    What is only proposed counts when it is chosen, not here.
    """
    given = capped({"max_share": "25%"}, [*committed(TWO[0]), TWO[1]], last_year=CARRIED)
    terms, low, high = one(money_rows(given, project_cap_rows))
    assert terms == {0: -0.25, 1: -0.25} and low == float("-inf")
    assert high == pytest.approx((0.25 * 100 - 300) / 10_000)


def test_rows_by_eye_where_orders_move_money() -> None:
    given = capped({"max_share": "25%", "max_yuan": 400}, goals=ranked("orders", "fairness"))
    rows = [(dict(r.terms), r.high) for r in money_rows(given, project_cap_rows)]
    assert rows == [({2: 0.03, 3: 0.02}, 0.04),
                    ({2: 0.03, 3: 0.02, 0: -0.25, 1: -0.25}, 0.0)]


@pytest.mark.parametrize(("cap", "paid"), [
    ({"max_yuan": 500}, ["P1", "P2"]), ({"max_yuan": 499}, ["P1"]), ({"max_yuan": 299}, ["P2"]),
    ({"max_share": "50%"}, ["P1", "P2"]), ({"max_share": "49.9%"}, ["P1"]),
    ({"max_share": "0%"}, []), ({"max_yuan": 299, "community": "A"}, ["P2"]),
    ({"max_share": "60%", "community": "A"}, ["P1", "P2"]),
    ({"max_share": "59%", "community": "A"}, ["P2"]),
])
def test_it_bites(cap: dict[str, Any], paid: list[str]) -> None:
    """A and B have 500 each; P1 (A, 300) has more orders than P2 (B, 200)."""
    plan = solve(capped(cap, [{**TWO[0], "orders": 9}, TWO[1]]))
    assert list(plan.projects["project"]) == paid
    assert set(plan.unpaid["why"]) <= {"cap"}


def test_a_share_of_a_community_for_what_is_committed_raises_its_award() -> None:
    """300 may be at most half of A's money, so A gets 600."""
    plan = solve(capped({"max_share": "50%", "community": "A"}, committed(TWO[0])))
    assert amounts(plan) == {"A": 600, "B": 400}


def test_a_share_of_all_holds_in_whole_yuan() -> None:
    """300 are exactly 30 % of all: not one yuan of the 1000 may stay unpaid."""
    plan = solve(capped({"max_share": "30%"}, committed(TWO[0])))
    assert sum(amounts(plan).values()) == 1000 and list(plan.projects["project"]) == ["P1"]


def test_recount_rejects_too_much_of_a_category() -> None:
    def breaches(cap: dict[str, Any]) -> list[str]:
        part = MoneyPart({("A", "service"): {"d": 500}, ("B", "service"): {"d": 400}},
                         {"P1": 300, "P2": 200})
        given = capped(cap, last_year=CARRIED)
        return [str(b) for rule in MONEY_RULES for b in rule.recount(given, part)]
    assert not breaches({"max_share": "50%", "max_yuan": 500})
    assert breaches({"max_yuan": 499}) == ["project_cap [service/a] 500 > 499 yuan"]
    assert breaches({"max_share": "49.9%"}) == ["project_cap [service/a] 500 > 499 yuan"]
    assert breaches({"max_share": "39%", "community": "B"}) == [
        "project_cap [service/a/B] 200 > 195 yuan"]


def test_clash_with_what_is_committed() -> None:
    given = capped({"max_yuan": 250}, committed(TWO[0]))
    assert set(must_give(solve(given))) == {("project_cap", "service/a")}


def test_clash_of_a_share_with_the_appropriation() -> None:
    given = capped({"max_share": "25%"}, committed(TWO[0]))
    found = must_give(solve(given))
    assert found["appropriation", "d"] == 200 and ("project_cap", "service/a") in found
