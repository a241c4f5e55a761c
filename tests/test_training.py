"""Money and people in one model: the purse, the ranking, and every choice tried."""

from __future__ import annotations

import os
from itertools import product
from random import Random
from typing import Any

import pytest

from planner.case.case import Case
from planner.errors import InputError
from planner.model.people.rules import PeoplePart
from planner.model.training import training_recount
from planner.plan.solve import solve
from tests.cases import case
from tests.rules.test_trained import COURSE, K, town

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "40"))


@pytest.mark.parametrize(("award", "filled"), [(1000, 2), (500, 2), (400, 1)])
def test_a_cut_of_the_school_fund_leaves_posts_unfilled(award: int, filled: int) -> None:
    assert len(solve(town(award)).placements) == filled


def test_the_purse_is_recounted() -> None:
    given = town(800)
    money = solve(given).money
    assert money is not None
    twice = PeoplePart((), trained=(("K0", "T"), ("K1", "T")))
    (breach,) = training_recount(given, money, twice)
    assert (breach.of, breach.by) == ("school/S1", 200)


def test_filling_ranked_before_fairness_takes_the_money_and_after_it_does_not() -> None:
    """The school's even part is 400; the course costs 500."""
    def plan(goals: list[str]) -> Any:
        given = shared(800, [1000, 1000], [1], [500], goals)
        return solve(given)

    first = plan(["floor", "fill", "fairness"])
    assert len(first.placements) == 1
    paid = dict(zip(first.allocations["payee"], first.allocations["allocation_yuan"], strict=True))
    assert paid == {"S1": 500, "S2": 300}
    assert len(plan(["floor", "fairness", "fill"]).placements) == 0


def shared(budget: int, schools: list[int], needs: list[int], costs: list[int],
           goals: list[str], fit: list[int] | None = None, district: bool = False) -> Case:
    """Streets with a school each, one payer for all; ``needs[i]`` is the street of candidate i."""
    streets = [f"S{n + 1}" for n in range(len(schools))]
    born = {"birth": "1990.01", "education": "bachelor", "training_hours": 0}
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}, {"key": "step_yuan", "value": "1元"}],
        streets=[{"street": s} for s in streets],
        communities=[{"community": f"C{s}", "street": s, "residents": e}
                     for s, e in zip(streets, schools, strict=True)],
        funds=[{"fund": "school", "payee": "street"}],
        standards=[{"fund": "school", "where": f"street = {s}", "amount_yuan": e}
                   for s, e in zip(streets, schools, strict=True)],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": budget}],
        posts=[{"post": f"J{i}", "community": f"CS{n}", "kind": "member", "seats": 1,
                "where": f"training_hours >= 56 and candidate = K{i}"}
               for i, n in enumerate(needs)],
        candidates=[{**born, "candidate": f"K{i}", "community": f"CS{n}"}
                    for i, n in enumerate(needs)],
        points=[{"where": f"candidate = K{i}", "points": p} for i, p in enumerate(fit or [])],
        training=[{"course": f"T{i}", "fund": "school", "cost_yuan": cost,
                   "gives": "training_hours=56", "where": f"candidate = K{i}",
                   **({} if district else {"street": f"S{n}"})}
                  for i, (n, cost) in enumerate(zip(needs, costs, strict=True))],
        goals=[{"rank": r + 1, "goal": g} for r, g in enumerate(goals)])


def water(budget: float, full: list[int], least: list[float]) -> list[float] | None:
    """Leximin coverage of one purse with least amounts: as one level, raised where promised."""
    if sum(least) > budget + 1e-9 or any(
            n > e + 1e-9 for n, e in zip(least, full, strict=True)):
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        used = sum(max(n, middle * e) for n, e in zip(least, full, strict=True))
        low, high = (middle, high) if used <= budget else (low, middle)
    return [max(n, low * e) for n, e in zip(least, full, strict=True)]


def best(budget: int, schools: list[int], needs: list[int], costs: list[int],
         goals: list[str], fit: list[int], district: bool) -> dict[str, float]:
    """Every set of people trained and placed, and for each the evenest awards that pay for it."""
    plans = []
    for chosen in product((0, 1), repeat=len(needs)):
        least = [0.0] * len(schools)
        total = 0
        for on, n, cost in zip(chosen, needs, costs, strict=True):
            total += on * cost
            if not district:
                least[n - 1] += on * cost
        if district and total > min(budget, sum(schools)):
            continue
        awards = water(budget, schools, least)
        if awards is None:
            continue
        cover = sorted(round(a / e, 6) for a, e in zip(awards, schools, strict=True))
        plans.append({"fill": sum(chosen) - len(needs), "fairness": cover, "awards": awards,
                      "least": least, "fit": sum(f for on, f in zip(chosen, fit, strict=True) if on)})
    for goal in goals:
        if goal == "fairness":
            top = max(p["fairness"] for p in plans)
            awards = next(p["awards"] for p in plans if p["fairness"] == top)
            plans = [{**p, "fairness": top} for p in plans if all(
                n <= a + 1e-6 for n, a in zip(p["least"], awards, strict=True))]
        elif goal in ("fill", "fit"):
            top = max(p[goal] for p in plans)
            plans = [p for p in plans if p[goal] == top]
    one = plans[0]
    return {"fill": -float(one["fill"]), "fairness": one["fairness"][0], "fit": float(one["fit"])}


@pytest.mark.parametrize("seed", range(CASES))
def test_every_choice_tried(seed: int) -> None:
    """The joint plan is the best of all trained and placed, goal by goal, in several rankings."""
    chance = Random(seed)
    streets, people = chance.randint(1, 3), chance.randint(1, 4)
    schools = [chance.randrange(400, 1600, 100) for _ in range(streets)]
    needs = [chance.randint(1, streets) for _ in range(people)]
    costs = [chance.randrange(100, 900, 50) for _ in range(people)]
    fit = [chance.randint(1, 9) for _ in range(people)]
    budget = chance.randrange(300, sum(schools) + 200, 100)
    goals = chance.choice([["floor", "fill", "fairness", "fit"], ["floor", "fairness", "fill", "fit"],
                           ["floor", "fit", "fairness", "fill"], ["floor", "fill", "fit", "fairness"]])
    district = chance.random() < 0.3
    plan = solve(shared(budget, schools, needs, costs, goals, fit, district))
    assert plan.status == "optimal"
    found = {r.goal: r.value for r in plan.goals if r.goal in ("fill", "fairness", "fit")}
    wanted = best(budget, schools, needs, costs, goals, fit, district)
    assert {g: found.get(g, 0.0) for g in wanted} == pytest.approx(wanted, abs=2e-6)


@pytest.mark.parametrize("seed", range(max(CASES // 4, 5)))
def test_never_worse_than_apart(seed: int) -> None:
    """Against money alone, and then people within those awards: no earlier goal is lost, and the
    first that differs is better."""
    chance = Random(1000 + seed)
    schools = [chance.randrange(400, 1600, 100) for _ in range(2)]
    needs = [chance.randint(1, 2) for _ in range(4)]
    costs = [chance.randrange(100, 900, 50) for _ in range(4)]
    budget = chance.randrange(300, sum(schools), 100)
    goals = ["floor", "fill", "fairness", "fit"]
    joint = best(budget, schools, needs, costs, goals, [1] * 4, False)
    apart = best(budget, schools, needs, costs, ["fairness", "fill", "fit"], [1] * 4, False)
    plan = solve(shared(budget, schools, needs, costs, goals, [1] * 4))
    filled = sum(r.value for r in plan.goals if r.goal == "fill")
    assert filled == joint["fill"] <= apart["fill"]


def test_a_whole_fund_pays_the_district_school() -> None:
    """Neither street's award pays a course of 900, both together do."""
    assert len(solve(shared(1200, [600, 600], [1], [900], ["floor", "fill", "fairness"],
                            district=True)).placements) == 1
    assert len(solve(shared(1200, [600, 600], [1], [900], ["floor", "fill", "fairness"]
                            )).placements) == 0


def problems(**course: Any) -> set[str]:
    with pytest.raises(InputError) as raised:
        town(training=[{**COURSE, **course}])
    return {p.code for p in raised.value.problems}


def test_a_course_that_cannot_be_is_refused() -> None:
    assert problems(fund="scool") == {"unknown_code"}
    assert problems(gives="age=30") == {"training_gives_fixed"}
    assert "problem" not in problems(gives="hours=5")
    assert problems(street="S9") >= {"unknown_code"}


def test_without_money_nobody_is_trained_and_it_says_so() -> None:
    from planner.case.case import make_case

    given = town()
    kept = [s for s in given.sheets.values() if s.table.block != "money"]
    alone = make_case("people", kept, (), "people")
    assert "training_without_money" in {p.code for p in alone.notices}
    assert len(solve(alone).placements) == 1
    assert K[0]["candidate"] not in set(solve(alone).placements["candidate"])


def test_one_more_of_a_payer_is_worth_a_post() -> None:
    """Asked of the halves, as of the joint model, as of the case changed by hand."""
    from planner.plan.price import Pricing
    from planner.plan.price_tied import pricings

    goals = ["floor", "fairness", "fill"]
    given = shared(900, [1000, 1000], [1], [500], goals)
    plan = solve(given)
    assert plan.apart and len(plan.placements) == 0
    money, people = pricings(given, plan)
    assert people.block.people is not None
    for pricing in (money, Pricing(given, "joint")):
        moves = {m.goal: (m.before, m.after) for m in pricing.more("d", 100).moves if m.moved}
        assert moves["fill"] == (1, 0), pricing.name
        assert moves["fairness"] == pytest.approx((0.45, 0.5))
    by_hand = solve(shared(1000, [1000, 1000], [1], [500], goals))
    assert [r.value for r in by_hand.goals if r.goal == "fill"] == [0]


def test_a_joint_plan_cut_short_is_never_called_optimal() -> None:
    """Its proof needs every one of the solves it is made of."""
    given = shared(900, [1000, 1000], [1], [500], ["floor", "fill", "fairness"])
    assert solve(given).status == "optimal"
    assert solve(given, time_limit=1e-9).status == "stopped"
