"""Random small people cases against every placement there is, goal by goal."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from planner.plan.solve import solve
from tests.cases import case

EDU = ["high_school", "junior_college", "bachelor"]
KINDS = ["secretary", "member"]


def random_case(rng: random.Random) -> dict[str, Any]:
    posts = []
    for j in range(rng.randint(1, 3)):
        posts.append({
            "post": f"J{j}", "community": f"C{rng.randint(1, 2)}", "kind": rng.choice(KINDS),
            "seats": rng.randint(1, 2), "max_age": rng.choice([40, 50, None]),
            "min_education": rng.choice([*EDU, None]), "priority": rng.choice([1, 2]),
        })
    people = []
    for i in range(rng.randint(1, 5)):
        people.append({
            "candidate": f"K{i}", "birth": f"{rng.randint(1966, 2000)}.0{rng.randint(1, 9)}",
            "education": rng.choice(EDU), "community": f"C{rng.randint(1, 2)}",
            "willing": rng.choice(["secretary", "member", None]),
            "capacity": rng.choice([None, None, None, 2]),
            "affiliation": rng.choice(["member", "probationary", None]),
        })
    incumbents = [
        {"person": f"P{n}", "post": rng.choice(posts)["post"],
         "birth": f"{rng.randint(1962, 1995)}.03", "education": rng.choice(EDU),
         "leaving": rng.choice(["yes", None])}
        for n in range(rng.randint(0, 2))
    ]
    targets = [{
        "target": "young", "group": "age <= 40", "of": rng.choice(["placed", "team"]),
        "scope": rng.choice(["district", "street", "community", "kind"]),
        rng.choice(["min_share", "max_share"]): "50%", "strength": rng.choice(["should", "aim", "must"]),
    }, {
        "target": "mean", "mean_of": "age", "of": "team",
        rng.choice(["max_mean", "min_mean"]): 42, "strength": "should",
    }, {
        "target": "count", "group": "education >= bachelor", "of": "team",
        rng.choice(["min_count", "max_count"]): 1, "strength": "aim",
    }]
    kin = [{"person": "K0", "other": rng.choice(["K1", "P0"])}] if len(people) > 1 and (
        incumbents) else []
    return {
        "settings": [{"key": "as_of", "value": "2026-12-31"}],
        "communities": [{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S2"}],
        "posts": posts, "candidates": people, "incumbents": incumbents,
        "points": [{"where": "community = post.community", "points": 30},
                   {"where": "education >= bachelor", "points": 15},
                   {"where": "age <= 35", "points": 7}],
        "targets": targets, "kin": kin,
    }


class Plain:
    """The case read again with plain Python, sharing nothing with the model."""

    def __init__(self, t: dict[str, Any]) -> None:
        self.t = t
        self.street = {c["community"]: c["street"] for c in t["communities"]}
        self.post = {p["post"]: p for p in t["posts"]}
        self.cand = {c["candidate"]: c for c in t["candidates"]}
        self.stay = [p for p in t["incumbents"] if p["leaving"] is None and (
            self.post[p["post"]]["max_age"] is None
            or self.age(p) <= self.post[p["post"]]["max_age"])]
        self.vacant = {
            j: max(0, p["seats"] - sum(s["post"] == j for s in self.stay))
            for j, p in self.post.items()}

    @staticmethod
    def age(p: dict[str, Any]) -> int:
        return 2026 - int(p["birth"][:4])  # as_of is the last day of the year

    def ok(self, c: dict[str, Any], p: dict[str, Any]) -> bool:
        kin = {r["other"] for r in self.t["kin"] if r["person"] == c["candidate"]}
        return (
            (p["max_age"] is None or self.age(c) <= p["max_age"])
            and (p["min_education"] is None
                 or EDU.index(c["education"]) >= EDU.index(p["min_education"]))
            and not (c["affiliation"] == "probationary" and p["kind"] == "secretary")
            and (c["willing"] is None or c["willing"] == p["kind"])
            and not any(s["person"] in kin
                        and self.post[s["post"]]["community"] == p["community"]
                        for s in self.stay))

    def fit(self, c: dict[str, Any], p: dict[str, Any]) -> int:
        return (30 * (c["community"] == p["community"]) + 15 * (c["education"] == "bachelor")
                + 7 * (self.age(c) <= 35))

    def allowed(self, plan: tuple[tuple[str, str], ...]) -> bool:
        for j, n in self.vacant.items():
            if sum(p == j for _, p in plan) > n:
                return False
        for i, c in self.cand.items():
            if sum(k == i for k, _ in plan) > int(c["capacity"] or 1):
                return False
        for r in self.t["kin"]:
            home = [{self.post[j]["community"] for i, j in plan if i == who}
                    for who in (r["person"], r["other"])]
            if home[0] & home[1]:
                return False
        return self.short(plan, "must") == 0

    def short(self, plan: tuple[tuple[str, str], ...], strength: str) -> float:
        total = 0.0
        for t in self.t["targets"]:
            if t["strength"] != strength:
                continue
            scope = t.get("scope") or "district"
            key = {"district": lambda p: "all", "street": lambda p: self.street[p["community"]],
                   "community": lambda p: p["community"], "kind": lambda p: p["kind"]}[scope]
            for unit in {key(p) for p in self.post.values()}:
                people = [self.cand[i] for i, j in plan if key(self.post[j]) == unit]
                if t["of"] == "team":
                    people += [s for s in self.stay if key(self.post[s["post"]]) == unit]
                total += self._miss(t, people)
        return round(total, 6)

    def _miss(self, t: dict[str, Any], people: list[dict[str, Any]]) -> float:
        if "mean_of" in t:
            off = sum(self.age(p) - 42 for p in people)
            return max(0, off if "max_mean" in t else -off)
        group = sum(self.age(p) <= 40 if t["target"] == "young"
                    else p["education"] == "bachelor" for p in people)
        goal = 1 if t["target"] == "count" else 0.5 * len(people)
        low = "min_share" in t or "min_count" in t
        return max(0.0, goal - group if low else group - goal)

    def score(self, plan: tuple[tuple[str, str], ...]) -> tuple[float, ...]:
        empty = {
            level: sum(n - sum(p == j for _, p in plan) for j, n in self.vacant.items()
                       if self.post[j]["priority"] == level) for level in (2, 1)}
        load = sum(
            max(0, sum(k == i for k, _ in plan) ** 2 - 1) / int(c["capacity"] or 1)
            for i, c in self.cand.items())
        return (empty[2], empty[1], load, self.short(plan, "should"), self.short(plan, "aim"),
                -sum(self.fit(self.cand[i], self.post[j]) for i, j in plan))


@pytest.mark.parametrize("seed", range(150))
def test_every_goal_equals_the_best_of_all_placements(seed: int) -> None:
    tables = random_case(random.Random(seed))
    plain = Plain(tables)
    pairs = [(i, j) for i in plain.cand for j in plain.post
             if plain.ok(plain.cand[i], plain.post[j])]
    best = min(
        (plain.score(plan)
         for n in range(min(len(pairs), sum(plain.vacant.values())) + 1)
         for plan in itertools.combinations(pairs, n) if plain.allowed(plan)), default=None)
    try:
        plan = solve(case(**tables))
    except Exception as error:
        problems = getattr(error, "problems", None)
        assert problems and {p.code for p in problems} == {"target_group_empty"}
        return
    if best is None:
        assert plan.status == "infeasible" and plan.people is None
        assert plan.must_give and {g.rule for g in plan.must_give} <= {"target", "kin"}
        return
    got = tuple(zip(plan.placements["candidate"], plan.placements["post"], strict=True))
    assert plan.status == "optimal" and plain.allowed(got)
    assert all(plain.ok(plain.cand[i], plain.post[j]) for i, j in got)
    assert plain.score(got) == pytest.approx(best)
