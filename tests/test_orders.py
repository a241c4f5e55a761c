"""Residents' orders: the best projects for the money, proven, and against every choice there is."""

from __future__ import annotations

import io
import itertools
import os
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.errors import InputError
from planner.model.money.choice import orders_met
from planner.model.money.entitlement import cells_of
from planner.model.money.projects import Project, caps_of, projects_of
from planner.plan.compare import Comparison, Entry
from planner.plan.measures import orders_share
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.show.export import as_json
from planner.show.projects import show_projects
from planner.show.screen import make_console
from tests.cases import Rows, amounts, case

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "25"))
FIRST = ("floor", "orders", "fairness")


def ordered(
    projects: Rows, entitled: dict[str, int], district: int, *, caps: Rows = (),  # type: ignore[assignment]
    goals: tuple[str, ...] = (), carried: dict[str, int] | None = None, step: int = 1,
    tolerance: str | None = None, **fund: Any,
) -> Case:
    """One fund, ``service``, paid by the district to communities of one street."""
    return case(
        settings=[{"key": "step_yuan", "value": step}],
        communities=[{"community": c, "street": "S", "residents": e} for c, e in entitled.items()],
        funds=[{"fund": "service", "payee": "community", **fund}],
        standards=[{"fund": "service", "amount_yuan": 1, "per": "residents"}],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": district}],
        last_year=[{"payee": c, "fund": "service", "amount_yuan": 0, "carried_yuan": o}
                   for c, o in (carried or {}).items()],
        projects=[{"name": "x", **p} for p in projects],
        project_caps=[{"fund": "service", **c} for c in caps],
        goals=[{"rank": i, "goal": g, "tolerance": tolerance if g == "fairness" else None}
               for i, g in enumerate(goals, 1)])


def project(code: str, community: str, cost: int, orders: int, **more: Any) -> dict[str, Any]:
    return {"project": code, "community": community, "cost_yuan": cost, "orders": orders, **more}


def paid(plan: Plan) -> dict[str, int]:
    assert plan.money is not None
    return dict(plan.money.projects)


def why(plan: Plan) -> dict[str, str]:
    return dict(zip(plan.unpaid["project"], plan.unpaid["why"], strict=True))


def met(plan: Plan) -> Fraction:
    return orders_met(projects_of(plan.case), paid(plan))


# --- by hand ----------------------------------------------------------------------------------


def test_two_smaller_projects_beat_the_one_with_most_orders() -> None:
    plan = solve(ordered([project("P1", "A", 70, 100), project("P2", "A", 40, 60),
                          project("P3", "A", 30, 50)], {"A": 70}, 70))
    assert paid(plan) == {"P2": 40, "P3": 30} and why(plan) == {"P1": "money"}
    (orders,) = [r for r in plan.goals if r.goal == "orders"]
    assert (orders.value, orders.bound) == (110, 110) and plan.status == "optimal"
    assert orders_share(plan) == pytest.approx(110 / 210)


def test_what_is_left_goes_to_a_scalable_project_but_not_below_its_least() -> None:
    def part(money: int) -> dict[str, int]:
        return paid(solve(ordered([project("P1", "A", 70, 100),
                                   project("P2", "A", 40, 20, min_yuan=15)], {"A": money}, money)))
    assert part(95) == {"P1": 70, "P2": 25}
    assert part(84) == {"P1": 70}
    assert part(85) == {"P1": 70, "P2": 15}


def test_a_least_of_nothing_is_one_yuan() -> None:
    plan = solve(ordered([project("P1", "A", 40, 20, min_yuan=0)], {"A": 3}, 3))
    assert paid(plan) == {"P1": 3} and met(plan) == Fraction(3, 2)


def test_money_carried_over_pays_projects_too() -> None:
    plan = solve(ordered([project("P1", "A", 100, 1)], {"A": 100}, 60, carried={"A": 40}))
    assert amounts(plan) == {"A": 60} and paid(plan) == {"P1": 100}


def test_equal_orders_go_to_more_projects_then_to_the_first_code() -> None:
    plan = solve(ordered([project("P1", "A", 60, 20), project("P2", "A", 30, 10),
                          project("P3", "A", 30, 10), project("P4", "A", 30, 10)], {"A": 60}, 60))
    assert len(paid(plan)) == 2 and met(plan) == 20


def test_every_reason_is_told() -> None:
    plan = solve(ordered(
        [project("P1", "A", 60, 90, category="a"), project("P2", "A", 30, 50, category="b"),
         project("P3", "A", 10, 9, status="barred"), project("P4", "A", 5, 0),
         project("P5", "A", 41, 30)],
        {"A": 100}, 100, caps=[{"category": "b", "max_share": "20%"}]))
    assert paid(plan) == {"P1": 60}
    assert why(plan) == {"P2": "cap", "P3": "barred", "P4": "no_orders", "P5": "money"}
    assert list(plan.unpaid.columns) == ["project", "community", "orders", "cost_yuan", "why"]
    assert orders_share(plan) == pytest.approx(90 / 170)  # barred ones left aside


def test_a_cap_of_the_district_ties_communities() -> None:
    """30 % of 200 is 60: one of the two, the one with more orders."""
    plan = solve(ordered([project("P1", "A", 40, 50, category="a"),
                          project("P2", "B", 40, 51, category="a")],
                         {"A": 100, "B": 100}, 200, caps=[{"category": "a", "max_share": "30%"}]))
    assert paid(plan) == {"P2": 40} and why(plan) == {"P1": "cap"}


def test_a_committed_project_raises_its_community() -> None:
    given = ordered([project("P1", "A", 80, 5, status="committed")], {"A": 100, "B": 100}, 120)
    plan = solve(given)
    assert amounts(plan) == {"A": 80, "B": 40} and paid(plan) == {"P1": 80}
    free = solve(ordered([project("P1", "A", 80, 5)], {"A": 100, "B": 100}, 120))
    assert amounts(free) == {"A": 60, "B": 60} and not paid(free)


def test_a_committed_project_nobody_ordered_gets_its_least_only() -> None:
    plan = solve(ordered([project("P1", "A", 80, 0, min_yuan=30, status="committed"),
                          project("P2", "A", 70, 5)], {"A": 100}, 100))
    assert paid(plan) == {"P1": 30, "P2": 70}


# --- what is shown ----------------------------------------------------------------------------


def screen(plan: Plan, lang: str) -> str:
    out = io.StringIO()
    show_projects(plan, {}, lang, make_console(width=200, no_color=True, file=out))
    return out.getvalue()


def test_the_screen_lists_what_is_paid_and_what_is_not_and_why() -> None:
    plan = solve(ordered(
        [project("P1", "A", 60_000, 90, category="a", min_yuan=100),
         project("P2", "A", 30_000, 50, category="b", status="committed"),
         project("P3", "A", 10_000, 9, status="barred"), project("P4", "A", 5_000, 0),
         project("P5", "B", 10_000, 7, category="a")],
        {"A": 80_000, "B": 20_000}, 100_000, caps=[{"category": "a", "max_yuan": 45_000}]))
    zh, en = screen(plan, "zh"), screen(plan, "en")
    assert "共 5 个项目，安排 2 个、7.50 万元；满足点单 117.5 单，应计 147 单，满足率 79.93%" in zh
    rows = [line.split() for line in zh.splitlines()]
    assert ["A", "P1", "x", "a", "90", "6.00", "4.50", "部分"] in rows
    assert ["P2", "x", "b", "50", "3.00", "3.00", "已承诺、足额"] in rows
    assert ["A", "P3", "x", "-", "9", "1.00", "列入负面清单"] in rows
    assert ["P4", "x", "-", "0", "0.50", "无居民点单"] in rows
    assert ["B", "P5", "x", "a", "7", "1.00", "超出类别上限"] in rows
    assert "Paid: 2 of 5 projects, 7.50 × 10,000 yuan; orders met: 117.5 of 147" in en
    assert "not enough money" not in en and "cap on the category" in en


def test_the_files_hold_codes_and_whole_yuan() -> None:
    given = ordered([project("P1", "A", 60, 90), project("P2", "A", 30, 50)], {"A": 70}, 70)
    scenario = Scenario("base", "", "", "", given, (), given)
    found = as_json(Comparison((Entry(scenario, solve(given)),)))["scenarios"][0]
    assert found["projects"] == [{"project": "P1", "community": "A", "amount_yuan": 60}]
    assert found["unpaid"] == [{"project": "P2", "community": "A", "orders": 50, "cost_yuan": 30,
                                "why": "money"}]
    measures = {m["measure"]: m["value"] for m in found["measures"]}
    assert measures["projects_paid"] == 1
    assert measures["orders_met"] == pytest.approx(90 / 140)


# --- orders before fairness -------------------------------------------------------------------


def test_orders_before_fairness_move_money_to_what_was_ordered() -> None:
    projects = [project("P1", "A", 80, 100), project("P2", "B", 60, 10)]
    entitled = {"A": 100, "B": 100, "C": 100}
    even = solve(ordered(projects, entitled, 150))
    assert amounts(even) == {"A": 50, "B": 50, "C": 50} and not paid(even)
    moved = solve(ordered(projects, entitled, 150, goals=FIRST))
    assert paid(moved) == {"P1": 80, "P2": 60} and moved.status == "optimal"
    assert amounts(moved) == {"A": 80, "B": 60, "C": 10}
    assert [(r.goal, round(r.value, 6)) for r in moved.goals[1:]] == [
        ("orders", 110.0), ("fairness", 0.1)]


def test_fairness_goes_on_above_what_projects_need() -> None:
    plan = solve(ordered([project("P1", "A", 80, 100)], {"A": 100, "B": 100, "C": 100}, 150,
                         goals=FIRST))
    assert amounts(plan) == {"A": 80, "B": 35, "C": 35}


def test_a_tolerance_of_fairness_is_orders_to_use() -> None:
    """Coverage may fall from 50 % to 40 %: enough for P1, not for P2."""
    projects = [project("P1", "A", 60, 10), project("P2", "A", 65, 20)]
    plan = solve(ordered(projects, {"A": 100, "B": 100}, 100, tolerance="0.1",
                         goals=("floor", "fairness", "orders")))
    assert paid(plan) == {"P1": 60} and amounts(plan) == {"A": 60, "B": 40}


def test_without_fairness_orders_move_money() -> None:
    plan = solve(ordered([project("P1", "B", 80, 1)], {"A": 100, "B": 100}, 80,
                         goals=("floor", "orders", "thrift")))
    assert amounts(plan) == {"A": 0, "B": 80} and paid(plan) == {"P1": 80}


def test_settling_never_loses_a_project_chosen_before_it() -> None:
    """45,050 yuan cannot be paid in steps of 100 from 45,080: the other project is the best."""
    projects = [project("P1", "A", 45_050, 100), project("P2", "B", 30_000, 90)]
    plan = solve(ordered(projects, {"A": 90_000, "B": 90_000}, 45_080, goals=FIRST, step=100))
    assert paid(plan) == {"P2": 30_000}
    more = solve(ordered(projects, {"A": 90_000, "B": 90_000}, 45_100, goals=FIRST, step=100))
    assert paid(more) == {"P1": 45_050} and amounts(more) == {"A": 45_100, "B": 0}


def test_a_kept_solver_answers_the_same_again() -> None:
    from planner.model.blocks import block_of
    from planner.solver.ladder import Ladder
    given = ordered([project("P1", "A", 80, 100), project("P2", "B", 60, 10, min_yuan=9)],
                    {"A": 100, "B": 100, "C": 100}, 150, goals=FIRST)
    block = block_of(given, "money")
    ladder = Ladder(block.model, block.goals)
    session = ladder.session()
    first = ladder.climb(session=session)
    session.restore()
    again = ladder.climb(session=session)
    assert first.status == "optimal" and first.reached == again.reached
    assert list(first.x) == list(again.x)


# --- against every choice ---------------------------------------------------------------------


def options(p: Project) -> list[int]:
    if p.barred:
        return [0]
    some = [p.cost] if not p.scalable else list(range(p.least, p.cost + 1))
    return some if p.committed else [0, *some]


def fitting(given: Case, money: dict[str, int]) -> Iterator[dict[str, int]]:
    """Every choice in whole yuan that the money of each community and all caps allow."""
    projects = projects_of(given)
    for combo in itertools.product(*map(options, projects)):
        spent = dict.fromkeys(money, 0)
        for p, yuan in zip(projects, combo, strict=True):
            spent[p.community] += yuan
        if any(spent[c] > money[c] for c in money):
            continue
        if all(sum(yuan for p, yuan in zip(projects, combo, strict=True) if cap.holds(p))
               <= cap.most(sum(money[c] for c in money if cap.community in (None, c)))
               for cap in caps_of(given)):
            yield {p.code: yuan for p, yuan in zip(projects, combo, strict=True) if yuan}


def tables(rng: random.Random, share_caps: bool = True, communities: str = "AB") -> dict[str, Any]:
    projects = []
    for i in range(rng.randint(2, 7)):
        cost = rng.randint(2, 14)
        scalable = rng.random() < 0.4 and sum("min_yuan" in p for p in projects) < 3
        projects.append(project(
            f"P{i}", rng.choice(communities), cost, rng.choice([0, 3, 7, 7, rng.randint(1, 30)]),
            category=rng.choice("ab"), **({"min_yuan": rng.randint(0, cost)} if scalable else {}),
            status=rng.choice(["proposed"] * 7 + ["committed", "barred"])))
    known = sorted({str(p["category"]) for p in projects})
    caps: Rows = []
    for _ in range(rng.choice([0, 1, 2])):
        kind = {"max_share": rng.choice(["30%", "55%"])} if share_caps and rng.random() < 0.5 else {
            "max_yuan": rng.randint(4, 20)}
        caps.append({"category": rng.choice(known), **kind,
                     "community": rng.choice([None, *communities])})
    entitled = {c: rng.randint(5, 30) for c in communities}
    return {"projects": projects, "caps": caps, "entitled": entitled,
            "district": rng.randint(3, 40),
            "carried": {c: rng.randint(1, 9) for c in communities if rng.random() < 0.3}}


def money_of(plan: Plan) -> dict[str, int]:
    assert plan.money is not None
    return {c.payee: c.carried + plan.money.total(c) for c in plan.cells}


def all_amounts(given: Case, district: int) -> Iterator[dict[str, int]]:
    """Every way to pay whole yuan to each community (carry-over included)."""
    cells = cells_of(given)
    most = [max(c.entitlement - c.carried, 0) for c in cells]
    for paid_ in itertools.product(*(range(m + 1) for m in most)):
        if sum(paid_) <= district:
            yield {c.payee: a + c.carried for c, a in zip(cells, paid_, strict=True)}


@pytest.mark.parametrize("seed", range(CASES))
def test_no_choice_beats_the_plan_on_its_amounts(seed: int) -> None:
    """Goal by goal: orders met, then how many projects; and every limit holds."""
    drawn = tables(random.Random(seed))
    given = ordered(**drawn)
    plan = solve(given)
    if plan.status == "infeasible":
        assert not any(next(fitting(given, m), None) is not None
                       for m in all_amounts(given, drawn["district"]))
        return
    projects = projects_of(given)
    every = list(fitting(given, money_of(plan)))
    assert paid(plan) in every
    best = max(orders_met(projects, one) for one in every)
    assert met(plan) == best
    goal = next(r for r in plan.goals if r.goal == "orders")
    assert goal.value == float(best) and goal.bound == pytest.approx(float(best), abs=1e-5)
    wanted = [one for one in every if orders_met(projects, one) == best]
    ordered_ = {p.code for p in projects if p.orders}
    assert len(ordered_ & set(paid(plan))) == max(len(ordered_ & set(one)) for one in wanted)


@pytest.mark.parametrize("seed", range(CASES))
def test_no_amounts_and_choice_beat_orders_ranked_first(seed: int) -> None:
    rng = random.Random(1000 + seed)
    shares = rng.random() < 0.4
    drawn = tables(rng, share_caps=shares)
    given = ordered(**drawn, goals=FIRST)
    plan = solve(given)
    projects = projects_of(given)
    every = [orders_met(projects, one) for money in _largest(all_amounts(given, drawn["district"]))
             for one in fitting(given, money)]
    if plan.status == "infeasible":
        assert not every
        return
    best = max(every)
    goal = next(r for r in plan.goals if r.goal == "orders")
    assert goal.proven and goal.bound >= float(best) - 1e-5 and met(plan) <= best
    assert paid(plan) in list(fitting(given, money_of(plan)))
    if not any(cap.most_share is not None for cap in caps_of(given)):
        # whole yuan reach what parts of a yuan could: nothing is lost by settling
        assert goal.value == pytest.approx(float(best), abs=1e-5) and met(plan) == best


def _largest(every: Iterator[dict[str, int]]) -> list[dict[str, int]]:
    """More money never fits less: only amounts that spend as much as any need be tried."""
    found = list(every)
    most = max(sum(m.values()) for m in found)
    return [m for m in found if sum(m.values()) == most]


@pytest.mark.parametrize("seed", range(20))
def test_committed_money_is_one_more_floor_of_fairness(seed: int) -> None:
    """Not even the best whole-yuan amounts lift the least coverage above the proven level."""
    rng = random.Random(2000 + seed)
    drawn = tables(rng, communities="ABC")
    for p in drawn["projects"][::2]:
        p["status"] = "committed"
    given = ordered(**drawn)
    plan = solve(given)
    cells = {c.payee: c.entitlement for c in cells_of(given)}
    committed = ordered(**{**drawn, "projects": [
        {**p, "cost_yuan": p.get("min_yuan") or (1 if "min_yuan" in p else p["cost_yuan"]),
         "min_yuan": None} if p["status"] == "committed" else {**p, "status": "barred"}
        for p in drawn["projects"]]})
    found = [m for m in all_amounts(given, drawn["district"])
             if next(fitting(committed, m), None) is not None]
    assert bool(found) == (plan.status != "infeasible")
    if found:
        best = max(min(m[c] / e for c, e in cells.items()) for m in found)
        fair = next(r for r in plan.goals if r.goal == "fairness")
        assert fair.value >= best - 1e-9
        assert min(money_of(plan)[c] / e for c, e in cells.items()) >= fair.value - 1 / min(
            cells.values())


# --- at the door ------------------------------------------------------------------------------


@pytest.mark.parametrize(("projects", "caps", "code", "cell"), [
    ([project("P1", "A", 10, 1, min_yuan=11)], [], "min_above_max", "min_yuan"),
    ([project("P1", "B", 10, 1)], [], "project_not_entitled", "community"),
    ([project("P1", "A", 10, 1, fund="g")], [], "project_not_entitled", "community"),
    ([project("P1", "A", 10, 1, fund="x")], [], "unknown_code", "fund"),
    ([project("P1", "A", 10, 1, category="环境整治")], [{"category": "环境整洁", "max_yuan": 1}],
     "unknown_category", "category"),
    ([project("P1", "A", 10, 1, category="a")], [{"category": "a"}], "cap_says_nothing",
     "max_yuan"),
])
def test_what_is_refused(projects: Rows, caps: Rows, code: str, cell: str) -> None:
    with pytest.raises(InputError) as caught:
        case(
            communities=[{"community": "A", "street": "S", "kind": "urban"},
                         {"community": "B", "street": "S", "kind": "village"}],
            funds=[{"fund": "service", "payee": "community", "where": "kind = urban"},
                   {"fund": "g", "payee": "street"}],
            standards=[{"fund": "service", "amount_yuan": 9}, {"fund": "g", "amount_yuan": 9}],
            payers=[{"payer": "d", "level": "district", "appropriation_yuan": 9}],
            projects=[{"name": "x", **p} for p in projects],
            project_caps=[{"fund": "service", **c} for c in caps])
    (found,) = [p for p in caught.value.problems if not p.notice]
    assert found.code == code and found.cell.row == 2
    for lang in ("zh", "en"):
        assert found.message(lang) and found.remedy(lang)


def test_the_nearest_category_is_named() -> None:
    with pytest.raises(InputError) as caught:
        ordered([project("P1", "A", 10, 1, category="环境整治")], {"A": 9}, 9,
                caps=[{"category": "环境整洁", "max_yuan": 1}])
    assert "环境整治" in caught.value.problems[0].remedy("zh")


def test_a_cap_on_a_community_without_such_a_project_is_said() -> None:
    given = ordered([project("P1", "A", 10, 1, category="a")], {"A": 9, "B": 9}, 9,
                    caps=[{"category": "a", "community": "B", "max_yuan": 1}])
    assert [n.code for n in given.notices] == ["cap_without_project"]


def test_a_project_that_costs_nothing_is_refused() -> None:
    from planner.case.dictionary import BY_NAME
    assert BY_NAME["projects"].column("cost_yuan").low == 1


def test_a_cap_or_a_project_without_the_table_it_needs() -> None:
    with pytest.raises(InputError) as caught:
        case(communities=[{"community": "A", "street": "S"}],
             projects=[project("P1", "A", 10, 1, name="x")])
    assert "table_missing" in {p.code for p in caught.value.problems}
    with pytest.raises(InputError) as caught:
        ordered([], {"A": 9}, 9, caps=[{"category": "a", "max_yuan": 1}])
    assert {p.code for p in caught.value.problems} == {"table_missing"}
