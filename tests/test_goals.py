"""Every goal bites: the plan with it differs from the plan without it, as it should."""

from __future__ import annotations

from typing import Any

import pytest

from planner.case.case import Case
from planner.model.money.goals import payer_order
from planner.model.money.variables import money_variables
from planner.model.rule import Model
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, payer, people, placed

TWO = {"S1-A": 1000, "S1-B": 1000}


def ranked(*goals: str | tuple[str, float]) -> dict[str, Any]:
    """The table ``goals``: names in rank order, some with a tolerance."""
    pairs = [(g, None) if isinstance(g, str) else g for g in goals]
    return {"goals": [{"rank": i + 1, "goal": g, "tolerance": t} for i, (g, t) in enumerate(pairs)]}


def by_fund(plan: Plan) -> dict[str, int]:
    frame = plan.allocations.groupby("fund")["allocation_yuan"].sum()
    return {str(k): int(v) for k, v in frame.items()}


def reached(plan: Plan, goal: str) -> list[float]:
    return [pytest.approx(r.value) for r in plan.goals if r.goal == goal]


# --- money ---


@pytest.mark.parametrize(("first", "second", "expected"), [
    (1, 2, {"f": 2000, "g": 500}), (2, 1, {"f": 500, "g": 2000}), (1, 1, {"f": 1200, "g": 1200}),
])
def test_fairness_serves_priorities_in_order(
    first: int, second: int, expected: dict[str, int]
) -> None:
    plan = solve(funds(TWO, [payer("d", 2500)], {"priority": first},
                       {"fund": "g", "priority": second}))
    got = by_fund(plan)
    assert all(abs(got[k] - yuan) <= 100 for k, yuan in expected.items())


def test_fairness_raises_the_least_covered_before_all_others() -> None:
    """900 yuan carried over: B first up to A's level, then together."""
    given = funds({"S1-A": 1000, "S1-B": 1000, "S2-C": 1000}, [payer("d", 600), payer("pS2", 900)],
                  last_year=[{"payee": "S1-A", "fund": "f", "amount_yuan": 0,
                              "carried_yuan": 400}])
    plan = solve(given)
    assert amounts(plan) == {"S1-A": 100, "S1-B": 500, "S2-C": 900}
    assert reached(plan, "fairness") == [0.5]


@pytest.mark.parametrize(("budget", "least"), [(0, 0.0), (600, 0.3), (2000, 1.0), (9000, 1.0)])
def test_fairness_reaches_the_level_the_money_allows(budget: int, least: float) -> None:
    assert reached(solve(funds(TWO, [payer("d", budget)])), "fairness") == [least]


def test_coverage_counts_the_first_half_double() -> None:
    """300 cannot cover both halves; the measure is (2·300) of 1.5·2000."""
    plan = solve(funds(TWO, [payer("d", 300)], **ranked("floor", "coverage", "payer_order")))
    assert sum(amounts(plan).values()) == 300 and reached(plan, "coverage") == [0.2]
    full = solve(funds(TWO, [payer("d", 2000)], **ranked("floor", "coverage")))
    assert amounts(full) == TWO and reached(full, "coverage") == [1.0]


def test_coverage_bites_where_fairness_would_stop() -> None:
    """Coverage fills first halves wherever the money is; it does not care who is least."""
    given = {"S1-A": 1000, "S2-B": 1000}
    pay = [payer("d", 500)]
    last = {"S1-A": 1000, "S2-B": 0}
    even = solve(funds(given, pay, last=last, **ranked("fairness", "steady")))
    first = solve(funds(given, pay, last=last, **ranked("coverage", "steady")))
    assert sorted(amounts(even).values()) == [200, 300]
    assert amounts(first) == {"S1-A": 500, "S2-B": 0}
    assert sum(amounts(first).values()) == 500


def test_steady_before_fairness_keeps_last_year() -> None:
    pay, last = [payer("d", 1000)], {"S1-A": 900, "S1-B": 100}
    fair = solve(funds(TWO, pay, last=last, **ranked("fairness", "steady")))
    steady = solve(funds(TWO, pay, last=last, **ranked("steady", "fairness")))
    assert amounts(fair) == {"S1-A": 500, "S1-B": 500} and reached(fair, "steady") == [800]
    assert amounts(steady) == last and reached(steady, "steady") == [0]


@pytest.mark.parametrize(("goals", "total"), [
    (("thrift", "fairness"), 0), (("fairness", "thrift"), 1000), (("floor", "thrift"), 0)])
def test_thrift_spends_only_what_goals_before_it_need(goals: tuple[str, ...], total: int) -> None:
    plan = solve(funds(TWO, [payer("d", 1000)], **ranked(*goals)))
    assert sum(amounts(plan).values()) == total


def test_thrift_still_pays_the_floor() -> None:
    plan = solve(funds(TWO, [payer("d", 1000)], {"floor": "30%"}, **ranked("thrift", "fairness")))
    assert amounts(plan) == {"S1-A": 300, "S1-B": 300} and reached(plan, "thrift") == [600]


@pytest.mark.parametrize(("orders", "paid"), [
    ((1, 2), (800, 200)), ((2, 1), (400, 600)), ((None, 1), (400, 600)), ((None, None), (800, 200)),
])
def test_payer_order(orders: tuple[int | None, ...], paid: tuple[int, int]) -> None:
    """Who comes first pays all it can: d has 800, e 600; without an order, by code."""
    pay = [payer("d", 800, order=orders[0]), payer("e", 600, order=orders[1])]
    frame = solve(funds({"S1-A": 1000}, pay)).allocations
    assert (int(frame["payer.d"].sum()), int(frame["payer.e"].sum())) == paid


def test_payer_order_before_thrift_spends_and_after_it_does_not() -> None:
    """Ranked first, e (order 1) pays its 600, then d its 300 of what is left."""
    pay = [payer("d", 300, order=2), payer("e", 600, order=1)]
    given = {"S1-A": 1000, "S1-B": 1000}
    spends = solve(funds(given, pay, **ranked("payer_order", "thrift")))
    spares = solve(funds(given, pay, **ranked("thrift", "payer_order")))
    assert sum(amounts(spends).values()) == 900 and reached(spends, "payer_order")[:2] == [600, 300]
    assert sum(amounts(spares).values()) == 0 and reached(spares, "thrift") == [0]


def test_who_asks_uses_what_payers_have_before_their_order() -> None:
    """d stands first and may pay all; in ask mode e pays the 400 it has, for d has only 300."""
    pay = [payer("d", 300, order=1), payer("e", 400, order=2)]
    plan = solve(funds({"S1-A": 1000}, pay, settings={"mode": "ask"}))
    frame = plan.allocations
    assert (int(frame["payer.d"].sum()), int(frame["payer.e"].sum())) == (600, 400)
    assert reached(plan, "payer_order")[0] == 300  # the shortage: 1000 less 700


def test_payers_are_used_evenly_over_the_cells_of_a_fund() -> None:
    pay = [payer("d", 1000, order=1), payer("e", 1000, order=2)]
    frame = solve(funds({"S1-A": 1000, "S2-B": 1000}, pay)).allocations
    assert list(frame["payer.d"]) == [500, 500] == list(frame["payer.e"])


@pytest.mark.parametrize(("goals", "each", "rows"), [
    ((), False, 1), ((), True, 2), (("fairness", "payer_order"), False, 1),
    (("payer_order", "fairness"), False, 2), (("payer_order",), False, 2),
    ((("fairness", 0.1), "payer_order"), False, 2),
])
def test_cells_are_spread_over_as_one_only_where_their_amounts_are_decided(
    goals: tuple[Any, ...], each: bool, rows: int
) -> None:
    """Two cells of a street, apart for what they had last year; one payer."""
    given = funds({"S1-A": 1000, "S1-B": 3000}, [payer("d", 2000)], {"grow_at_most": "100%"},
                  last={"S1-A": 300, "S1-B": 700}, **(ranked(*goals) if goals else {}))
    model = Model()
    v = money_variables(given, model, steady=True)
    list(payer_order(given, v, model, each))
    assert len(v.groups) == 2
    assert [len(r.terms) for r in model.rows] == [4 - rows] * rows  # each with its peak


def test_how_evenly_payers_pay_is_told_of_cells_paid_alike_as_one() -> None:
    """A gets 600 of 1000 and B its most, 1400 of 3000: together d pays a half."""
    given = funds({"S1-A": 1000, "S1-B": 3000}, [payer("d", 2000)], {"grow_at_most": "100%"},
                  last={"S1-A": 300, "S1-B": 700})
    assert reached(solve(given), "payer_order")[-1] == 0.5


def test_the_goal_floor_is_met_or_the_case_is_infeasible() -> None:
    def given(yuan: int) -> Case:
        return funds(TWO, [payer("d", yuan)], {"floor": "50%"})
    assert reached(solve(given(1000)), "floor") == [0]
    assert solve(given(900)).status == "infeasible"


@pytest.mark.parametrize("goals", [("floor", "fairness"), ("fairness", "floor"),
                                   ("thrift", "floor"), ("fairness",)])
def test_the_floor_holds_wherever_the_goal_is_ranked(goals: tuple[str, ...]) -> None:
    """The goal is the proof; ranked, it says 0, and the rule holds with it or without it."""
    plan = solve(funds({"S1-A": 1000, "S1-B": 500}, [payer("d", 900)], {"floor": "60%"},
                       **ranked(*goals)))
    assert amounts(plan) == {"S1-A": 600, "S1-B": 300}
    assert reached(plan, "floor") == ([0] if "floor" in goals else [])


# --- tolerance ---


@pytest.mark.parametrize(("tolerance", "change"), [(0, 800), (0.1, 600), (0.2, 400), (0.4, 0),
                                                   (0.5, 0)])
def test_tolerance_of_fairness_lets_steady_in(tolerance: float, change: int) -> None:
    """Each may fall by so much coverage below 0.5: 100 yuan of 1000 for every 0.1."""
    given = funds(TWO, [payer("d", 1000)], last={"S1-A": 900, "S1-B": 100},
                  **ranked(("fairness", tolerance), "steady"))
    plan = solve(given)
    assert reached(plan, "steady") == [change]
    assert amounts(plan)["S1-B"] == 500 - round(min(tolerance, 0.4) * 1000)


def test_tolerance_is_not_spent_by_the_goal_itself() -> None:
    """S2 has its own payer: fairness must not lower S1 to raise somebody who is above it."""
    given = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 1000)],
                  last_year=[{"payee": "S1-B", "fund": "f", "amount_yuan": 0,
                              "carried_yuan": 0}],
                  **ranked(("fairness", 0.2), "floor"))
    strict = amounts(solve(funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 1000)])))
    assert amounts(solve(given)) == strict


def test_tolerance_is_not_spent_on_the_better_off() -> None:
    """A and B are served by d, B also by its street: A's 600 is not given to B."""
    given = {"S1-A": 1000, "S2-B": 1000}
    pay = [payer("d", 600, order=1), payer("pS2", 800, order=2)]
    plain = solve(funds(given, pay, **ranked("fairness")))
    loose = solve(funds(given, pay, **ranked(("fairness", 0.2))))
    assert amounts(plain) == amounts(loose) == {"S1-A": 600, "S2-B": 800}


@pytest.mark.parametrize(("tolerance", "filled", "shortfall"), [(0, 2, 1.0), (1, 1, 0.0)])
def test_tolerance_of_fill_lets_targets_in(tolerance: int, filled: int, shortfall: float) -> None:
    plan = solve(people(
        [{"post": "J1", "seats": 2}], [{"candidate": "K0", "birth": "1970.01"},
                                      {"candidate": "K1", "birth": "2000.01"}],
        targets=[{"target": "t", "group": "age > 40", "of": "placed", "max_count": 0}],
        **ranked(("fill", tolerance), "targets")))
    assert len(placed(plan)) == filled and float(plan.targets["shortfall"].sum()) == shortfall


# --- people ---


@pytest.mark.parametrize(("first", "second", "post"), [(2, 1, "J1"), (1, 2, "J2"), (5, 9, "J2")])
def test_fill_takes_posts_of_the_highest_priority_first(
    first: int, second: int, post: str
) -> None:
    posts = [{"post": "J1", "priority": first}, {"post": "J2", "priority": second}]
    assert placed(solve(people(posts, [{"candidate": "K0"}]))) == {("K0", post)}


def test_one_urgent_seat_is_worth_more_than_two_others() -> None:
    """K0 is the only one for J9 and K1 would have to give up nothing; K2 fits two lesser posts."""
    posts = [{"post": "J9", "priority": 9, "where": "capacity = 2"},
             {"post": "J1", "priority": 1}, {"post": "J2", "priority": 1}]
    plan = solve(people(posts, [{"candidate": "K0", "capacity": 2}]))
    assert ("K0", "J9") in placed(plan) and len(placed(plan)) == 2


POOL = [{"candidate": "K0", "birth": "1970.01", "education": "master"},
        {"candidate": "K1", "birth": "2000.01", "education": "bachelor"},
        {"candidate": "K2", "birth": "1970.01", "education": "bachelor"}]


@pytest.mark.parametrize(("young", "learned", "who"), [
    ("should", "aim", "K1"), ("aim", "should", "K0")])
def test_targets_that_should_hold_come_before_those_aimed_at(
    young: str, learned: str, who: str
) -> None:
    targets = [{"target": "young", "group": "age <= 40", "of": "placed", "min_count": 1,
                "strength": young},
               {"target": "learned", "group": "education >= master", "of": "placed",
                "min_count": 1, "strength": learned}]
    plan = solve(people([{"post": "J1"}], POOL, targets=targets))
    assert placed(plan) == {(who, "J1")}
    assert dict(zip(plan.targets["strength"], plan.targets["met"], strict=True)) == {
        "should": True, "aim": False}


FIT = [{"candidate": "K2", "post": "J1", "fit": 9}]
YOUNG = [{"target": "young", "group": "age <= 40", "of": "placed", "min_count": 1}]


@pytest.mark.parametrize(("tables", "who"), [
    ({}, "K0"), ({"pairs": FIT}, "K2"), ({"pairs": FIT, "targets": YOUNG}, "K1"),
    ({"pairs": FIT, "targets": YOUNG, **ranked("fill", "fit", "targets")}, "K2"),
    ({"pairs": FIT, "targets": YOUNG, **ranked("fill", "targets")}, "K1"),
])
def test_fit_and_its_rank(tables: dict[str, Any], who: str) -> None:
    """Without anything said the first code; then who fits best, after targets unless ranked so."""
    assert placed(solve(people([{"post": "J1"}], POOL, **tables))) == {(who, "J1")}


def test_fit_is_never_negative_for_an_empty_seat() -> None:
    """Points below zero do not empty a seat while fill ranks before fit."""
    given = people([{"post": "J1"}], POOL[:1], points=[{"where": "age > 40", "points": -5}])
    plan = solve(given)
    assert placed(plan) == {("K0", "J1")} and reached(plan, "fit") == [-5]
    turned = people([{"post": "J1"}], POOL[:1], points=[{"where": "age > 40", "points": -5}],
                    **ranked("fit", "fill"))
    assert placed(solve(turned)) == set()
