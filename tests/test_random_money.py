"""Random money cases with every rule on at random: totals exact, recounted, equal treatment."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from planner.model.money.entitlement import cells_of
from planner.plan.solve import solve
from tests.cases import case

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "80"))


def maybe(rng: random.Random, chance: float, value: Any) -> Any:
    return value if rng.random() < chance else None


def tables(rng: random.Random) -> dict[str, Any]:
    streets = [f"S{i}" for i in range(rng.randint(1, 4))]
    communities = [
        {"community": f"C{i:03}", "street": rng.choice(streets),
         "residents": rng.randint(800, 9000),
         "households": rng.choice([600, 1200, 1200, 2500, 4100, rng.randint(500, 9000)])}
        for i in range(rng.choice([rng.randint(3, 40)] * 9 + [rng.randint(41, 300)]))
    ]
    funds, standards, shares = [], [], []
    for k in range(rng.randint(1, 3)):
        fund = f"f{k}"
        funds.append({
            "fund": fund, "payee": "community", "priority": rng.choice([1, 1, 2]),
            "floor": maybe(rng, 0.4, rng.choice(["30%", "55%"])),
            "ceiling": maybe(rng, 0.2, "90%"),
            "keep_last_year": maybe(rng, 0.4, rng.choice(["50%", "80%"])),
            "grow_at_most": maybe(rng, 0.3, rng.choice(["10%", "200%"])),
            "step_yuan": maybe(rng, 0.3, rng.choice([1, 500, 1000])),
            "envelope_max_yuan": maybe(rng, 0.2, 2_000_000),
            "per_resident_range": maybe(rng, 0.2, rng.choice(["15%", "60%"]))})
        standards.append({"fund": fund, "amount_yuan": rng.choice([2000, 50_000, 33_333])})
        if rng.random() < 0.5:
            standards.append({"fund": fund, "amount_yuan": rng.randint(1, 9999), "per": "households",
                              "every": 1000, "round": rng.choice(["up", None])})
        part = rng.choice(["50%", "70%", "33.3%"])
        rest = {"50%": "50%", "70%": "30%", "33.3%": "66.7%"}[part]
        kind = rng.random()
        if kind < 0.4:
            shares += [
                {"fund": fund, "level": "district", "min_share": part, "max_share": part},
                {"fund": fund, "level": "street", "min_share": rest, "max_share": rest}]
        elif kind < 0.7:
            shares.append({"fund": fund, "level": "district", "max_share": part})
        elif kind < 0.8:
            shares.append({"fund": fund, "level": "district", "max_yuan": 20_000})
    need = 60_000 * len(communities) * len(funds)
    payers = [{"payer": "d", "level": "district", "order": 2, "contingency": maybe(rng, 0.5, "3%"),
               "appropriation_yuan": int(need * rng.uniform(0.3, 1.2))},
              {"payer": "m", "level": "city", "order": 1, "funds": "f0",
               "appropriation_yuan": rng.randint(0, 200_000)}]
    payers += [{"payer": f"p{s}", "level": "street", "street": s, "order": 3,
                "appropriation_yuan": int(need / len(streets) * rng.uniform(0.3, 1.2))}
               for s in streets]
    last = [{"payee": c["community"], "fund": f["fund"], "amount_yuan": rng.randint(0, 400) * 100,
             "carried_yuan": maybe(rng, 0.1, rng.choice([1234, 90_000]))}
            for c in communities for f in funds if rng.random() < 0.6]
    return {"streets": [{"street": s} for s in streets], "communities": communities, "funds": funds, "standards": standards, "shares": shares,
            "payers": payers, "last_year": last}


@pytest.mark.parametrize("seed", range(CASES))
def test_random_case(seed: int) -> None:
    """``solve`` raises when its recount fails, so reaching the asserts means every rule held."""
    given = case(**tables(random.Random(seed)))
    plan = solve(given)
    if plan.status == "infeasible":
        assert plan.must_give
        return
    assert plan.status == "optimal"
    frame = plan.allocations
    by = [c for c in frame if c.startswith("payer.")]
    assert int(frame[by].to_numpy().sum()) == int(frame["allocation_yuan"].sum())
    assert sum(frame.groupby("street")["allocation_yuan"].sum()) == frame["allocation_yuan"].sum()
    groups: dict[object, list[int]] = {}
    for cell, yuan in zip(cells_of(given), frame["allocation_yuan"], strict=True):
        alike = (cell.street, cell.fund, cell.entitlement, cell.last, cell.carried, cell.step)
        groups.setdefault(alike, []).append(int(yuan))
    for (*_, step), amounts in groups.items():  # type: ignore[misc]
        assert max(amounts) - min(amounts) <= step
