"""What the pool covers at a later date, against every placement there is."""

from __future__ import annotations

import itertools
import os
import random
from typing import Any

import pytest

from planner.errors import InputError
from planner.plan.ahead import people_at, put_in_post, years_on
from planner.plan.cover import open_seats, pool_cover
from planner.plan.solve import solve
from tests.cases import case
from tests.test_brute_people import Plain, random_case

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "20"))


class Later(Plain):
    """The random case so many years on; kin are kin both ways."""

    def __init__(self, tables: dict[str, Any], years: int) -> None:
        self.years = years
        super().__init__(tables)

    def age(self, p: dict[str, Any]) -> int:  # type: ignore[override]
        return 2026 + self.years - int(p["birth"][:4])

    def ok(self, c: dict[str, Any], p: dict[str, Any]) -> bool:
        kin = {r["person"] for r in self.t["kin"] if r["other"] == c["candidate"]}
        near = any(s["person"] in kin and self.post[s["post"]]["community"] == p["community"]
                   for s in self.stay)
        held = (c["candidate"], p["post"]) in self.t.get("held", ())
        return not near and not held and super().ok(c, p)

    def plans(self) -> list[tuple[tuple[str, str], ...]]:
        pairs = [(i, j) for i in self.cand for j in self.post
                 if self.ok(self.cand[i], self.post[j])]
        most = min(len(pairs), sum(self.vacant.values()))
        return [p for n in range(most + 1) for p in itertools.combinations(pairs, n)]

    def best(self, musts: bool) -> int | None:
        """Seats filled by the best plan, posts of the higher priority first."""
        bare = self if musts else Later({**self.t, "targets": []}, self.years)
        found = [tuple(bare.score(p)[:2]) for p in bare.plans() if bare.allowed(p)]
        return sum(self.vacant.values()) - int(sum(min(found))) if found else None


def followed(tables: dict[str, Any], placed: list[tuple[str, str]]) -> dict[str, Any]:
    """The tables with those placed in post, by plain Python."""
    people = {c["candidate"]: c for c in tables["candidates"]}
    new = [{"person": c, "post": p, "birth": people[c]["birth"], "leaving": None,
            "education": people[c]["education"]} for c, p in placed]
    left = {c: int(row["capacity"] or 1) - sum(k == c for k, _ in placed)
            for c, row in people.items()}
    return {**tables, "incumbents": [*tables["incumbents"], *new], "held": placed,
            "candidates": [{**row, "capacity": left[c]} for c, row in people.items() if left[c]]}


@pytest.mark.parametrize("seed", range(CASES))
def test_covers_equal_the_best_of_all_placements(seed: int) -> None:
    tables = random_case(random.Random(seed))
    try:
        plan = solve(case(**tables))
    except InputError as error:
        assert {p.code for p in error.problems} == {"target_group_empty"}
        return
    ways = [(plan.case, tables)]
    if plan.people is not None:
        placed = sorted((c, p) for c, p, _ in plan.people.placed)
        ways.append((put_in_post(plan.case, placed), followed(tables, placed)))
    for n, (begin, rows) in enumerate(ways):
        for years in (0, 1, 4, 9):
            now, plain = people_at(begin, years_on(plan.case.settings.as_of, years)), Later(rows, years)
            assert {p: k for p, k in plain.vacant.items() if k} == dict(open_seats(now))
            found, best = pool_cover(now), plain.best(musts=True)
            if not sum(plain.vacant.values()):
                assert (found.filled, found.set_aside) == (0, ())
                continue
            assert found.proven and bool(found.set_aside) == (best is None), (n, years)
            assert found.filled == (plain.best(musts=False) if best is None else best), (n, years)
            if not n and not years and plan.people is not None:
                assert found.filled == len(plan.placements)


@pytest.mark.parametrize("seed", range(CASES))
def test_a_later_date_is_the_plan_of_that_date_whatever_is_ranked_first(seed: int) -> None:
    """The same tables with a later ``as_of``, checked and solved as a case of their own."""
    chance = random.Random(5000 + seed)
    tables = random_case(chance)
    ranks = chance.choice([["targets", "fill", "fit"], ["fit", "fill"], ["fill", "bench", "fit"]])
    tables["goals"] = [{"rank": n + 1, "goal": g} for n, g in enumerate(ranks)]
    for row in tables["candidates"]:
        row["ready"] = chance.choice(["now", "later"])
    if any(p["kind"] == "member" for p in tables["posts"]):
        tables["bench"] = [{"kind": "member", "depth": 1}]
        tables["targets"].append({
            "target": "listed", "group": "age <= 45", "of": "bench", "min_count": 1,
            "strength": chance.choice(["must", "should"])})
    try:
        begin = case(**tables)
        later = [{"key": "as_of", "value": "2029-12-31"}]
        then = solve(case(**{**tables, "settings": later}))
    except InputError as error:
        assert {p.code for p in error.problems} <= {"target_group_empty", "target_without_bench"}
        return
    found = pool_cover(people_at(begin, years_on(begin.settings.as_of, 3)))
    if then.status == "infeasible":
        assert found.set_aside or not then.seats.vacant.any()
    else:
        assert not found.set_aside and found.filled == len(then.placements)
