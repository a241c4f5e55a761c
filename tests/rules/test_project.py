"""Projects within a community's money: rows by eye, what it does, and the recount."""

from __future__ import annotations

from typing import Any

import pytest

from planner.case.case import Case
from planner.model.money.part import MoneyPart
from planner.model.money.project_rules import project_rows
from planner.model.money.rules import MONEY_RULES
from planner.plan.solve import solve
from tests.cases import Rows, amounts, case
from tests.rules.tools import money_rows, must_give, one

E = {"A": 1000, "B": 1000}


def ordering(projects: Rows, district: int = 1000, **tables: Any) -> Case:
    """Fund ``service``, due to A and B with 1000 yuan each and paid by the district."""
    return case(
        settings=[{"key": "step_yuan", "value": tables.pop("step", 1)}],
        communities=[{"community": c, "street": "S", "residents": e} for c, e in E.items()],
        funds=[{"fund": "service", "payee": "community", **tables.pop("fund", {})}],
        standards=[{"fund": "service", "amount_yuan": 1, "per": "residents"}],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": district}],
        projects=[{"project": f"P{i}", "community": "A", "name": "x", "orders": 5, **p}
                  for i, p in enumerate(projects, 1)], **tables)


def ranked(*goals: str) -> Rows:
    return [{"rank": i, "goal": g} for i, g in enumerate(goals, 1)]


def breaches(given: Case, projects: dict[str, Any]) -> list[str]:
    part = MoneyPart({("A", "service"): {"d": 500}, ("B", "service"): {}}, projects)
    return [str(b) for rule in MONEY_RULES for b in rule.recount(given, part)]


def test_row_by_eye() -> None:
    """400 of A's committed 900 are carried over; what is only proposed has no row."""
    given = ordering(
        [{"cost_yuan": 600, "status": "committed"}, {"cost_yuan": 800},
         {"cost_yuan": 900, "min_yuan": 300, "status": "committed"}],
        last_year=[{"payee": "A", "fund": "service", "amount_yuan": 0, "carried_yuan": 400}])
    assert one(money_rows(given, project_rows)) == ({0: 1.0}, 0.05, float("inf"))


def test_rows_by_eye_where_orders_move_money() -> None:
    """Columns: what A and B get, 0 and 1; z1, z2 and v2 are 2 to 4; whole steps of A are 5."""
    given = ordering([{"cost_yuan": 650}, {"cost_yuan": 900, "min_yuan": 300}], step=100,
                     goals=ranked("orders", "fairness"))
    rows = [(dict(r.terms), r.low, r.high) for r in money_rows(given, project_rows)]
    free = float("inf")
    assert rows == [
        ({4: 1.0, 3: -0.03}, 0.0, free), ({4: 1.0, 3: -0.09}, -free, 0.0),
        ({5: 0.01, 0: -1.0}, -free, 0.0),
        ({2: 0.065, 4: 1.0, 5: -0.01}, -free, 0.0)]


@pytest.mark.parametrize(("status", "a"), [("proposed", 500), ("committed", 800)])
def test_it_bites(status: str, a: int) -> None:
    plan = solve(ordering([{"cost_yuan": 800, "status": status}]))
    assert amounts(plan) == {"A": a, "B": 1000 - a}
    assert dict(plan.money.projects) == ({"P1": 800} if a == 800 else {})  # type: ignore[union-attr]


def test_a_committed_amount_between_two_steps_takes_the_next_one() -> None:
    plan = solve(ordering([{"cost_yuan": 850, "status": "committed"}], step=100))
    assert amounts(plan) == {"A": 900, "B": 100}


def test_barred_is_out_however_many_ordered_it() -> None:
    plan = solve(ordering([{"cost_yuan": 10, "orders": 999, "status": "barred"}]))
    assert list(plan.projects["project"]) == []


def test_recount_rejects_every_kind_of_wrong_amount() -> None:
    given = ordering([{"cost_yuan": 400, "min_yuan": 100}, {"cost_yuan": 300},
                      {"cost_yuan": 50, "status": "barred"},
                      {"cost_yuan": 200, "status": "committed"}])
    assert not breaches(given, {"P1": 300, "P4": 200})
    assert breaches(given, {"P1": 301, "P4": 200}) == ["project [A/service] 501 > 500 yuan"]
    assert breaches(given, {"P1": 99, "P4": 200}) == ["project [P1] 99 yuan"]
    assert breaches(given, {"P2": 299, "P4": 200}) == ["project [P2] 299 yuan"]
    assert breaches(given, {"P3": 50, "P4": 200}) == ["project [P3] 50 yuan, and is barred"]
    assert breaches(given, {"P2": 300}) == ["project [P4] committed and not paid"]
    assert breaches(given, {"P9": 1, "P4": 200}) == ["project [P9] no such project"]
    assert breaches(given, {"P1": 200.0, "P4": 200}) == ["project [P1] not whole yuan"]


def test_recount_counts_what_is_carried_over() -> None:
    given = ordering([{"cost_yuan": 600}], last_year=[
        {"payee": "A", "fund": "service", "amount_yuan": 0, "carried_yuan": 100}])
    assert not breaches(given, {"P1": 600})


def test_clash_with_the_appropriation() -> None:
    given = ordering([{"cost_yuan": 800, "status": "committed"}], district=700)
    found = must_give(solve(given))
    assert set(found) == {("appropriation", "d"), ("project", "A/service")}
    assert found["appropriation", "d"] == 100


def test_clash_with_the_ceiling() -> None:
    """The ceiling gives as one, for A and B: 20 % of both."""
    given = ordering([{"cost_yuan": 1200, "status": "committed"}], district=2000)
    found = must_give(solve(given))
    assert set(found) == {("ceiling", "service"), ("project", "A/service")}
    assert found["ceiling", "service"] == 400
