"""What must stay the same, or may only move one way, when a case is changed in a known way."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pandas as pd
import pytest

from planner.errors import InputError
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import case
from tests.test_brute_people import random_case

Tables = dict[str, list[dict[str, Any]]]
SEEDS = range(8)


def money_tables(seed: int) -> Tables:
    """A district with two streets and two funds, protections and shares; always feasible."""
    rng = random.Random(seed)
    communities = [
        {"community": f"C{i}", "street": f"S{1 + i % 2}", "residents": rng.randint(10, 60) * 100}
        for i in range(rng.randint(3, 6))]
    return {
        "settings": [{"key": "step_yuan", "value": "100"}],
        "communities": communities,
        "streets": [{"street": "S1"}, {"street": "S2"}],
        "funds": [{"fund": "f", "payee": "community", "priority": 1, "keep_last_year": "50%"},
                  {"fund": "g", "payee": "community", "priority": rng.randint(1, 2),
                   "where": "residents >= 2000", "grow_at_most": rng.choice(["20%", None])}],
        "standards": [{"fund": "f", "amount_yuan": 1, "per": "residents"},
                      {"fund": "g", "amount_yuan": 1000}],
        "payers": [
            {"payer": "d", "level": "district", "order": 1,
             "appropriation_yuan": rng.randint(40, 120) * 100},
            *({"payer": f"p{s}", "level": "street", "street": s, "order": 2,
               "appropriation_yuan": rng.randint(20, 60) * 100} for s in ("S1", "S2"))],
        "shares": [{"fund": "f", "level": "district", "max_share": "80%"}] if seed % 2 else [],
        "last_year": [{"payee": c["community"], "fund": "f",
                       "amount_yuan": c["residents"] // 300 * 100} for c in communities[1:]],
    }


def people_tables(seed: int) -> Tables:
    """A case of the brute force that passes the checks."""
    for more in range(20):
        tables = random_case(random.Random(1000 + 20 * seed + more))
        try:
            case(**deepcopy(tables))
        except InputError:
            continue
        return tables
    raise AssertionError("no case among twenty seeds")


def plan_of(tables: Tables) -> Plan:
    plan = solve(case(**deepcopy(tables)))
    assert plan.status == "optimal"
    return plan


def same(one: Plan, other: Plan) -> None:
    pd.testing.assert_frame_equal(one.allocations, other.allocations)
    pd.testing.assert_frame_equal(one.placements, other.placements)
    pd.testing.assert_frame_equal(one.targets, other.targets)
    assert one.goals == other.goals


BOTH = pytest.mark.parametrize("make", [money_tables, people_tables])


@BOTH
@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows_and_columns_changes_nothing(
    make: Callable[[int], Tables], seed: int
) -> None:
    tables, rng = make(seed), random.Random(seed)
    mixed = {}
    for name in rng.sample(list(tables), len(tables)):
        rows = [dict(rng.sample(list(r.items()), len(r))) for r in tables[name]]
        mixed[name] = rng.sample(rows, len(rows))
    same(plan_of(tables), plan_of(mixed))


@BOTH
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_same_case_twice_gives_the_same_plan(
    make: Callable[[int], Tables], seed: int
) -> None:
    same(plan_of(make(seed)), plan_of(make(seed)))


def renamed(tables: Tables, names: dict[str, str]) -> Tables:
    return {t: [{k: names.get(v, v) if isinstance(v, str) else v for k, v in row.items()}
                for row in rows] for t, rows in tables.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_new_codes_in_the_same_order_give_the_same_money(seed: int) -> None:
    tables = money_tables(seed)
    names = {c["community"]: f"社区{i}" for i, c in enumerate(tables["communities"])}
    names |= {"S1": "街1", "S2": "街2", "f": "x", "g": "y", "d": "k1", "pS1": "k2", "pS2": "k3"}
    before, after = plan_of(tables), plan_of(renamed(tables, names))
    pd.testing.assert_series_equal(before.allocations["allocation_yuan"],
                                   after.allocations["allocation_yuan"])
    for old, new in (("d", "k1"), ("pS1", "k2"), ("pS2", "k3")):
        assert list(before.allocations[f"payer.{old}"]) == list(after.allocations[f"payer.{new}"])


@pytest.mark.parametrize("seed", SEEDS)
def test_new_codes_in_the_same_order_give_the_same_people(seed: int) -> None:
    tables = people_tables(seed)
    names = {c["candidate"]: f"人{i}" for i, c in enumerate(tables["candidates"])}
    names |= {p["post"]: f"岗{i}" for i, p in enumerate(tables["posts"])}
    before, after = plan_of(tables), plan_of(renamed(tables, names))
    assert [(names[c], names[p]) for c, p in zip(
        before.placements["candidate"], before.placements["post"], strict=True)] == list(zip(
            after.placements["candidate"], after.placements["post"], strict=True))


@pytest.mark.parametrize("who", ["d", "pS1", "pS2"])
@pytest.mark.parametrize("seed", SEEDS)
def test_more_money_never_lowers_the_least_coverage(seed: int, who: str) -> None:
    tables = money_tables(seed)
    more = deepcopy(tables)
    for row in more["payers"]:
        if row["payer"] == who:
            row["appropriation_yuan"] += 700
    least = [next(r.value for r in plan_of(t).goals if r.goal == "fairness")
             for t in (tables, more)]
    assert least[1] >= least[0] - 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_more_money_for_all_is_spent_on_what_is_short(seed: int) -> None:
    tables = money_tables(seed)
    plain = int(plan_of(tables).allocations["allocation_yuan"].sum())
    rich = deepcopy(tables)
    for row in rich["payers"]:
        row["appropriation_yuan"] *= 100
    assert int(plan_of(rich).allocations["allocation_yuan"].sum()) >= plain


@pytest.mark.parametrize("seed", SEEDS)
def test_one_more_candidate_never_fills_fewer_seats(seed: int) -> None:
    tables = people_tables(seed)
    more = deepcopy(tables)
    more["candidates"].append({"candidate": "K9", "birth": "1990.05", "education": "bachelor",
                               "community": "C1"})
    plans = [plan_of(t) for t in (tables, more)]
    empty = [[r.value for r in p.goals if r.goal == "fill"] for p in plans]
    assert empty[1] <= empty[0]  # the highest priority first
    assert sum(empty[1]) <= sum(empty[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_money_standards_and_step_is_twice_the_plan(seed: int) -> None:
    tables = money_tables(seed)
    twice = deepcopy(tables)
    twice["settings"][0]["value"] = "200"
    for table, column in (("standards", "amount_yuan"), ("payers", "appropriation_yuan"),
                          ("last_year", "amount_yuan")):
        for row in twice[table]:
            row[column] *= 2
    one, two = plan_of(tables).allocations, plan_of(twice).allocations
    assert list(one["allocation_yuan"] * 2) == list(two["allocation_yuan"])
    for column in (c for c in one if c.startswith("payer.")):
        assert all(abs(one[column] * 2 - two[column]) <= 2)  # parts are rounded to the yuan


@pytest.mark.parametrize("seed", SEEDS)
def test_two_alike_communities_differ_by_a_step_at_most(seed: int) -> None:
    """A twin of C1: the same street, residents and last year, another code far down the list."""
    tables = money_tables(seed)
    tables["communities"].append({**tables["communities"][1], "community": "Z"})
    tables["last_year"] += [{**r, "payee": "Z"} for r in tables["last_year"] if r["payee"] == "C1"]
    frame = plan_of(tables).allocations.pivot_table(
        index="payee", columns="fund", values="allocation_yuan", aggfunc="sum")
    apart = (frame.loc["C1"] - frame.loc["Z"]).dropna()
    assert len(apart) and apart.between(0, 100).all()  # and the first code is served first


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_fund_nobody_is_entitled_to_changes_nothing(seed: int) -> None:
    tables = money_tables(seed)
    more = deepcopy(tables)
    more["funds"].append({"fund": "h", "payee": "community", "priority": 1, "floor": "100%"})
    more["standards"].append({"fund": "h", "amount_yuan": 0})
    pd.testing.assert_frame_equal(plan_of(tables).allocations, plan_of(more).allocations)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_candidate_nobody_may_place_changes_nothing(seed: int) -> None:
    tables = people_tables(seed)
    more = deepcopy(tables)
    more["candidates"].append({"candidate": "Z", "birth": "1990.05", "education": "primary",
                               "willing": "liaison"})
    pd.testing.assert_frame_equal(plan_of(tables).placements, plan_of(more).placements)
