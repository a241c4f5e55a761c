"""Random cases with clashes planted among other rules: the clash minimal, the repairs smallest.

``PLANNER_INFEASIBLE_CASES`` sets how many; small ones are held against brute force over every set
of rules, stated here as plain linear models of their own.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from itertools import combinations
from math import inf
from typing import Any

import pytest

from planner.case.case import Case
from planner.model.asked import asked
from planner.model.laws import laws_of
from planner.model.rule import Model, Row
from planner.plan.plan import Plan
from planner.plan.remedy import mended, nearest
from planner.plan.solve import solve
from planner.plan.turns import TURNS
from planner.solver.elastic import FACTS
from planner.solver.highs import Session
from tests.cases import case

CASES = int(os.environ.get("PLANNER_INFEASIBLE_CASES", "24"))
Name = tuple[str, str]
KINDS = ("floor envelope", "keep ceiling", "floor growth", "share street", "envelope ceiling",
         "floor payer")


def planted(rng: random.Random) -> Case:
    """Four funds with rules that are easy to keep, and one to four that clash, each in a fund."""
    streets = [f"S{i}" for i in range(rng.randint(1, 3))]
    places = [{"community": f"C{i}", "street": rng.choice(streets),
               "households": rng.choice([40, 40, rng.randint(20, 90)])}
              for i in range(rng.randint(2, 7))]
    tables: dict[str, Any] = {
        "streets": [{"street": s} for s in streets], "communities": places, "funds": [],
        "standards": [], "payers": [], "last_year": [], "shares": []}
    funds = [f"f{k}" for k in range(4)]
    clashing = dict(zip(rng.sample(funds, rng.randint(1, 4)), rng.choices(KINDS, k=4), strict=False))
    for fund in funds:
        kind = clashing.get(fund, "")
        need = 100 * sum(p["households"] for p in places)
        tables["standards"].append({"fund": fund, "amount_yuan": 100, "per": "households"})
        row = {"fund": fund, "payee": "community", "step_yuan": rng.choice([1, 50, 100]),
               "floor": "20%", "ceiling": rng.choice([None, "95%"]), "envelope_max_yuan": 9 * need}
        easy = {"payer": f"d{fund}", "level": "district", "funds": fund,
                "appropriation_yuan": 2 * need}
        part = rng.randint(60, 90)
        if kind == "floor envelope":
            row |= {"floor": f"{part}%", "envelope_max_yuan": need * rng.randint(30, 50) // 100}
        elif kind == "keep ceiling":
            row |= {"keep_last_year": "100%", "ceiling": f"{part - 30}%"}
        elif kind == "floor growth":
            row |= {"floor": f"{part}%", "grow_at_most": rng.choice(["5%", "20%"])}
        elif kind == "envelope ceiling":
            row |= {"ceiling": f"{part}%", "envelope_min_yuan": need}
        elif kind == "floor payer":
            row["floor"], easy["appropriation_yuan"] = f"{part}%", need * rng.randint(10, 50) // 100
        elif kind == "share street":
            row["floor"] = f"{part}%"
            tables["shares"].append({"fund": fund, "level": "district", "max_share": "60%",
                                     "law": rng.choice([None, "yes"])})
            tables["payers"] += [{"payer": f"{s}{fund}", "level": "street", "street": s,
                                  "funds": fund, "appropriation_yuan": rng.randint(0, 9) * 100}
                                 for s in streets]
        paid = {"keep ceiling": 95, "floor growth": 40}.get(kind, 0)
        tables["last_year"] += [
            {"payee": p["community"], "fund": fund, "amount_yuan": p["households"] * paid}
            for p in places if paid]
        row["law"] = rng.choice([None, None, None, "floor", "ceiling, growth", "envelope"])
        easy["law"] = rng.choice([None, None, "yes"])
        tables["funds"].append(row)
        tables["payers"].append(easy)
    return case(**tables)


def people(rng: random.Random) -> Case:
    """Pins of one person, relatives pinned together, more young people wanted than there are."""
    posts = [{"post": f"J{i}", "community": f"C{i % 2}", "kind": rng.choice(["member", "deputy"]),
              "seats": rng.randint(1, 2)} for i in range(4)]
    pool = [{"candidate": f"K{i}", "education": "bachelor",
             "birth": "1995.01" if i == 4 else rng.choice(["1970.01", "1995.01"])}
            for i in range(5)]
    pairs = [{"candidate": "K0", "post": p, "decision": "pin"} for p in ("J0", "J1")]
    pairs += [{"candidate": "K1", "post": "J2", "decision": "pin"}]
    young = {"group": "age <= 40", "of": "placed", "strength": "must"}
    targets = [
        {**young, "target": "most", "max_count": rng.randint(0, 1)},
        {**young, "target": "least", "min_count": rng.randint(2, 6),
         "law": rng.choice([None, "yes"])},
        {**young, "target": "share", "scope": "community", "min_share": "50%"}]
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": f"C{i}", "street": "S"} for i in range(2)],
        posts=posts, candidates=pool, pairs=pairs[: rng.randint(1, 3)],
        targets=rng.sample(targets, rng.randint(2, 3)),
        kin=[{"person": "K0", "other": "K1"}] if rng.random() < 0.5 else [])


def of_seed(seed: int) -> Case:
    rng = random.Random(seed)
    return people(rng) if seed % 5 == 4 else planted(rng)


def asked_of(given: Case) -> Model:
    """The rows in question: in whole steps, cell by cell."""
    return asked(given, "money" if given.has_money else "people").model


def feasible(model: Model, kept: Iterable[Name]) -> bool:
    """Whether just these rules, and the facts, hold together."""
    kept = set(kept)
    rows = [r for r in model.rows if r.rule in FACTS or (r.rule, r.of) in kept]
    now = Model(list(model.lower), list(model.upper), list(model.whole), rows)
    return Session(now).optimise([], "min").status != "infeasible"


def least_total(model: Model, giving: tuple[Name, ...]) -> float:
    """The least these rules give in all, when each moves its own figure; ``inf``: not enough."""
    now = Model(list(model.lower), list(model.upper), list(model.whole))
    whole: dict[tuple[Name, str], float] = {}
    for r in model.rows:
        for side in sides(r):
            whole[(r.rule, r.of), side] = whole.get(((r.rule, r.of), side), 0.0) + r.size
    shared = {name: now.column() for name in giving}
    goal = [(j, 1.0) for j in shared.values()]
    for r in model.rows:
        name = (r.rule, r.of)
        for side in sides(r):
            low, high = (r.low, inf) if side[0] == "l" else (-inf, r.high)
            terms, sign = list(r.terms), 1.0 if side[0] == "l" else -1.0
            if name in shared and r.size:
                terms.append((shared[name], sign * r.size / whole[name, side]))
            elif name in shared:
                own = now.column()
                terms.append((own, sign))
                goal.append((own, 1.0))
            now.row(Row(r.rule, r.of, terms, low, high))
    outcome = Session(now).optimise(goal, "min")
    return outcome.value if outcome.solved else inf


def sides(row: Row) -> list[str]:
    """The bounds of a row that are there; those of nothing are a side of their own."""
    found = [("l", row.low), ("h", row.high)]
    return [name + ("0" if bound == 0 else "") for name, bound in found if abs(bound) < inf]


def check_clash(model: Model, plan: Plan) -> None:
    members = [(m.rule, m.of) for m in plan.clash]
    every = {(r.rule, r.of) for r in model.rows}
    assert members and not feasible(model, members)
    for name in members:
        assert feasible(model, set(members) - {name})
    assert set(members) <= every
    assert {(m.rule, m.of) for m in plan.clash if m.law} == set(members) & laws_of(plan.case)


def check_brute(model: Model, plan: Plan) -> None:
    """No smaller set of rules is enough, and no set of that size with a smaller total."""
    laws = laws_of(plan.case)
    able = sorted({(r.rule, r.of) for r in model.rows if r.rule in TURNS} - laws)
    every = {(r.rule, r.of) for r in model.rows}
    if not plan.repairs:
        assert not feasible(model, every - set(able))
        return
    size = len(plan.repairs[0].gives)
    for k in range(size):
        for some in combinations(able, k):
            assert not feasible(model, every - set(some)), some
    sets = {some: least_total(model, some) for some in combinations(able, size)
            if feasible(model, every - set(some))}
    scale = 10_000 if plan.case.has_money else 1
    totals = sorted(total * scale for total in sets.values())
    assert len(plan.repairs) == min(3, len(totals))
    for repair, total in zip(plan.repairs, totals, strict=False):
        assert total - 1e-3 <= repair.total <= total + size + 1e-3  # each up to a whole yuan
        assert tuple(sorted((g.rule, g.of) for g in repair.gives)) in sets


def check_repairs(plan: Plan) -> None:
    laws = laws_of(plan.case)
    found = mended(plan)
    assert len(found) == len(plan.repairs)
    assert {len(r.gives) for r in plan.repairs} <= {len(plan.repairs[0].gives)} if found else True
    assert not {(g.rule, g.of) for r in plan.repairs for g in r.gives} & laws
    assert not {(g.rule, g.of) for g in plan.must_give if g.by is not None} & laws
    for one in found:
        assert solve(one.case).status == "optimal"
        assert {(g.rule, g.of) for g in one.gives} in [
            {(g.rule, g.of) for g in r.gives} for r in plan.repairs]
    if found:
        near = nearest(found)
        assert near is not None and near.plan.status == "optimal"
        assert near.mended.total == min(m.total for m in found)


@pytest.mark.parametrize("seed", range(CASES))
def test_infeasible_case(seed: int) -> None:
    given = of_seed(seed)
    plan = solve(given)
    if plan.status == "optimal":  # some of the people cases have room after all
        assert given.has_people and not plan.clash and not plan.repairs
        return
    assert plan.status == "infeasible"
    model = asked_of(given)
    check_clash(model, plan)
    check_repairs(plan)
    if seed % 2 == 0 and (not plan.repairs or len(plan.repairs[0].gives) <= 3):
        check_brute(model, plan)
