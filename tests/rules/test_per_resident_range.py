import itertools
import random
from fractions import Fraction
from typing import Any

import pytest

from planner.case.case import Case
from planner.errors import InputError
from planner.model.money.range import per_resident_range_rows
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import amounts, case
from tests.rules.tools import money_breaches, money_rows, must_give, payer

#: Two streets of 100 and 300 residents, both entitled to 1000 yuan a community.
HOMES = {"S1-A": 100, "S2-B": 200, "S2-C": 100}


def ranged(
    share: str | None, payers: Any, residents: dict[str, Any] | None = None, **fund: Any
) -> Case:
    return case(
        communities=[{"community": c, "street": c.split("-")[0], "residents": n}
                     for c, n in (residents or HOMES).items()],
        funds=[{"fund": "f", "payee": "community", "per_resident_range": share, **fund}],
        standards=[{"fund": "f", "amount_yuan": 1000}], payers=payers)


def per_head(plan: Plan, residents: dict[str, int]) -> dict[str, Fraction]:
    """Yuan a resident by street, and of all under ``""``."""
    got = amounts(plan)
    out = {}
    for street in ("", *sorted({c.split("-")[0] for c in got})):
        mine = [c for c in got if c.startswith(street)]
        out[street] = Fraction(sum(got[c] for c in mine), sum(residents[c] for c in mine))
    return out


def test_row_by_eye() -> None:
    """S1 has a quarter of the residents: 22.5 % to 27.5 % of x0 + x1 (both of S2 as one)."""
    given = ranged("10%", [payer("d", 3000)])
    rows = money_rows(given, per_resident_range_rows)
    assert [(dict(r.terms), r.low, r.high) for r in rows[:2]] == [
        ({0: pytest.approx(0.775), 1: pytest.approx(-0.225)}, 0.0, float("inf")),
        ({0: pytest.approx(0.725), 1: pytest.approx(-0.275)}, -float("inf"), 0.0)]
    assert [(r.rule, r.of, r.size) for r in rows] == [
        ("per_resident_range", "f", n) for n in (100.0, 100.0, 300.0, 300.0)]


def test_without_a_range_there_is_no_row() -> None:
    assert money_rows(ranged(None, [payer("d", 3000)]), per_resident_range_rows) == []


@pytest.mark.parametrize(("share", "expected"), [
    (None, {"S1-A": 1000, "S2-B": 1000, "S2-C": 1000}),
    ("100%", {"S1-A": 1000, "S2-B": 1000, "S2-C": 1000}),
    ("20%", {"S1-A": 800, "S2-B": 1000, "S2-C": 1000}),
    ("10%", {"S1-A": 700, "S2-B": 1000, "S2-C": 1000}),
    ("0%", {"S1-A": 600, "S2-B": 900, "S2-C": 900}),
])
def test_it_bites(share: str | None, expected: dict[str, int]) -> None:
    """S1's share of all may be a quarter, more or less: at 20 % 0.3/0.7 of what S2 gets."""
    plan = solve(ranged(share, [payer("d", 3000)]))
    got = amounts(plan)
    assert got["S1-A"] == expected["S1-A"]
    if share not in (None, "0%"):
        assert got == expected
    if share is not None:
        heads = per_head(plan, HOMES)
        least = (1 - Fraction(share.rstrip("%")) / 100) * heads[""]
        most = (1 + Fraction(share.rstrip("%")) / 100) * heads[""]
        assert all(least <= head <= most for head in heads.values())


def test_recount_rejects_a_street_above_and_one_below() -> None:
    given = ranged("10%", [payer("d", 3000)])
    assert not money_breaches(given, {"S1-A": {"d": 500}, "S2-B": {"d": 700}, "S2-C": {"d": 800}})
    found = money_breaches(given, {"S1-A": {"d": 800}, "S2-B": {"d": 600}, "S2-C": {"d": 600}})
    assert [str(b) for b in found] == [
        "per_resident_range [f/S1] 800 of 2000 yuan", "per_resident_range [f/S2] 1200 of 2000 yuan"]
    assert [b.by for b in found] == [pytest.approx(250), pytest.approx(150)]


def test_recount_is_exact_on_the_edge() -> None:
    """550 of 2000 is 27.5 % to the last digit; one yuan more is too much."""
    given = ranged("10%", [payer("d", 3000)], step_yuan=1)
    edge = {"S1-A": {"d": 550}, "S2-B": {"d": 700}, "S2-C": {"d": 750}}
    assert not money_breaches(given, edge)
    over = {"S1-A": {"d": 551}, "S2-B": {"d": 700}, "S2-C": {"d": 749}}
    assert {b.rule for b in money_breaches(given, over)} == {"per_resident_range"}


def test_only_communities_with_an_entitlement_are_counted() -> None:
    """C is not paid, so its 10,000 residents do not weigh: both streets get 1000."""
    given = ranged("0%", [payer("d", 3000)], {"S1-A": 100, "S2-B": 100, "S2-C": 10_000},
                   where="residents < 5000")
    assert amounts(solve(given)) == {"S1-A": 1000, "S2-B": 1000}


def test_clash_with_a_floor() -> None:
    """The floor gives S1 900 at least, and S2 may not get the 2700 that would ask for."""
    plan = solve(ranged("0%", [payer("d", 3000)], floor="90%"))
    assert ("per_resident_range", "f") in must_give(plan)


def far(e: dict[str, int], got: dict[str, int], homes: dict[str, int], share: Fraction) -> bool:
    """Whether a street lies outside the range, by plain arithmetic."""
    whole, people = sum(got.values()), sum(homes[c] for c in e)
    for street in {c.split("-")[0] for c in e}:
        mine = [c for c in e if c.startswith(street)]
        part = Fraction(sum(homes[c] for c in mine), people) * whole
        if not (1 - share) * part <= sum(got[c] for c in mine) <= (1 + share) * part:
            return True
    return False


@pytest.mark.parametrize("seed", range(30))
def test_brute_force(seed: int) -> None:
    """No whole-step plan within the range covers the least covered better than proven best."""
    rng = random.Random(seed)
    homes = {f"S{1 + i % 2}-{c}": rng.randint(50, 400)
             for i, c in enumerate("ABCD"[: rng.choice([2, 3, 4])])}
    share = rng.choice(["5%", "20%", "40%"])
    budget = rng.choice([800, 1500, 2600])
    given = ranged(share, [payer("d", budget)], homes, step_yuan=100)
    plan = solve(given)
    best = Fraction(-1)
    for combo in itertools.product(range(0, 1001, 100), repeat=len(homes)):
        got = dict(zip(homes, combo, strict=True))
        if sum(combo) <= budget and not far(homes, got, homes, Fraction(share[:-1]) / 100):
            best = max(best, Fraction(min(combo), 1000))
    assert plan.status == "optimal"  # nothing for anybody is always within the range
    assert not far(homes, amounts(plan), homes, Fraction(share[:-1]) / 100)
    (fair,) = [g.bound for g in plan.goals if g.goal == "fairness"]
    assert fair >= best - Fraction(1, 10**6)


@pytest.mark.parametrize(("residents", "fund", "code", "cell"), [
    ({"S1-A": None, "S2-B": 5}, {}, "range_blank_residents", "communities.csv #2"),
    ({"S1-A": 0, "S2-B": 5}, {}, "range_no_residents", "communities.csv #2"),
    ({"S1-A": 5, "S2-B": 5}, {"payee": "street"}, "range_not_community", "funds.csv #2"),
])
def test_a_bad_cell_names_itself(
    residents: dict[str, Any], fund: dict[str, Any], code: str, cell: str
) -> None:
    with pytest.raises(InputError) as error:
        ranged("10%", [payer("d", 100)], residents, **fund)
    assert [(p.code, str(p.cell)) for p in error.value.problems] == [(code, cell)]
