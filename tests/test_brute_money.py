"""Random small money cases against every whole-step allocation there is."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from planner.plan.solve import solve
from tests.cases import amounts, money

STEP = 100


def feasible(a: dict[str, int], district: int, streets: dict[str, int]) -> bool:
    """District and own street can pay: what streets cannot carry fits the district."""
    need = dict.fromkeys(streets, 0)
    for community, yuan in a.items():
        need[community.split("-")[0]] += yuan
    return sum(max(0, need[s] - streets[s]) for s in streets) <= district


def levels(a: dict[str, int], e: dict[str, int]) -> list[Fraction]:
    return sorted(Fraction(a[c], e[c]) for c in e)


@pytest.mark.parametrize("seed", range(60))
def test_leximin_is_not_beaten_by_any_whole_step_plan(seed: int) -> None:
    rng = random.Random(seed)
    e = {f"S{1 + i % 2}-{c}": rng.choice([200, 300, 400, 600])
         for i, c in enumerate("ABCD"[: rng.choice([2, 3, 4])])}
    streets = {s: rng.choice([0, 100, 200, 400]) for s in ("S1", "S2")}
    district = rng.choice([0, 100, 300, 500, 800])
    plan = solve(money(e, district, streets))
    got = amounts(plan)
    assert plan.status == "optimal" and feasible(got, district, streets)
    best = [float(q) for q in levels(got, e)]
    fair = next(g for g in plan.goals if g.goal == "fairness")
    for combo in itertools.product(*(range(0, e[c] + 1, STEP) for c in e)):
        a = dict(zip(e, combo, strict=True))
        if feasible(a, district, streets):
            # no plan raises the least covered above the proven bound
            assert float(levels(a, e)[0]) <= fair.bound + 1e-9
    # what settling moved is less than a step in every cell
    assert best[0] >= fair.value - STEP / min(e.values())
    # and no money is left that a step of an uncovered cell could use
    for c in e:
        more = {**got, c: got[c] + STEP}
        if more[c] <= e[c] and feasible(more, district, streets):
            spare = district + sum(streets.values()) - sum(got.values())
            assert spare < STEP, (got, e, district, streets)


@pytest.mark.parametrize("seed", range(40))
def test_continuous_leximin_levels_equal_water_filling(seed: int) -> None:
    """With one payer, leximin is water filling: everybody at one level under their own most."""
    rng = random.Random(seed)
    n = rng.randint(2, 6)
    e = {f"S1-{i}": rng.randint(3, 30) * 1000 for i in range(n)}
    last = {c: rng.randint(1, yuan // 1000) * 1000 for c, yuan in e.items()}
    budget = rng.randint(1, sum(e.values()) // 1000) * 1000
    case = money(e, budget, fund={"grow_at_most": "0%"}, last=last, settings={"step_yuan": 1})
    got = amounts(solve(case))
    most = {c: min(Fraction(last[c], e[c]), Fraction(1)) for c in e}
    low, high = Fraction(0), Fraction(1)
    for _ in range(60):
        middle = (low + high) / 2
        paid = sum(min(middle, most[c]) * e[c] for c in e)
        low, high = (middle, high) if paid <= budget else (low, middle)
    for c in e:
        assert abs(got[c] - min(low, most[c]) * e[c]) <= 1.01
