"""Random small cases with benches against every placement and every list there is, goal by goal.

All forms of targets, kin, pins, capacity, an earlier plan, and a bench ranked before fit, after it
or not at all. ``PLANNER_RANDOM_PEOPLE`` sets how many cases are drawn.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.columns import Column
from planner.errors import InputError
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import case

CASES = int(os.environ.get("PLANNER_RANDOM_PEOPLE", "60"))
EDU = ["high_school", "junior_college", "bachelor"]
KINDS = ["secretary", "member", "member", "instructor"]
OWN = (Column(name="score", zh="测评", kind="number"), Column(name="source", zh="来源", kind="text"))
#: What the door may refuse of a case drawn blindly.
REFUSED = {"target_group_empty", "target_without_post", "target_outside_teams", "bench_twice",
           "target_without_bench", "table_missing", "bench_ready_unknown", "bench_without_post", "per_not_numeric"}
RANKS = {
    "default": None,
    "after_fit": ("fill", "targets", "fit", "bench", "steady"),
    "steady_first": ("steady", "fill", "bench", "targets", "fit"),
    "unranked": ("fill", "targets", "fit"),
}
Pairs = tuple[tuple[str, str], ...]
Table = dict[str, Any]


def targets(rng: random.Random) -> list[Table]:
    rows: list[Table] = []
    for n in range(rng.randint(1, 3)):
        row: Table = {
            "target": f"t{n}", "of": rng.choice(["placed", "team", "bench", "bench"]),
            "scope": rng.choice([None, "district", "street", "community", "kind", "post"]),
            "where": rng.choice([None, None, "kind = member", "kind = instructor"]),
            "strength": rng.choice([None, "should", "aim", "must"]),
        }
        form = rng.choice(["share", "count", "mean"])
        if form == "mean":
            row["mean_of"] = rng.choice(["age", "测评"])
            figure: Any = 42 if row["mean_of"] == "age" else 5
        else:
            row["group"] = rng.choice(["age <= 40", "学历 >= 本科", "来源 = 网格员"])
            figure = "50%" if form == "share" else 1
        for side in rng.choice([["min"], ["max"], ["min", "max"]]):
            row[f"{side}_{form}"] = figure
        rows.append(row)
    return rows


def random_tables(
    rng: random.Random, most_posts: int = 3, most_people: int = 4
) -> dict[str, list[Table]]:
    places = ["C1", "C2", None]
    posts = [{
        "post": f"J{j}", "community": rng.choice(places), "kind": rng.choice(KINDS),
        "seats": rng.choice([1, 1, 2]), "max_age": rng.choice([40, 50, None]),
        "min_education": rng.choice([*EDU, None, None]), "priority": rng.choice([1, 2]),
    } for j in range(rng.randint(1, most_posts))]
    people = [{
        "candidate": f"K{i}", "birth": f"{rng.randint(1966, 2000)}.0{rng.randint(1, 9)}",
        "education": rng.choice(EDU), "community": rng.choice(["C1", "C2"]),
        "willing": rng.choice(["secretary", "member", None, None, None]),
        "capacity": rng.choice([None, None, 2, 3]), "ready": rng.choice(["now", "later", None]),
        "score": rng.choice([None, 3, 7]), "source": rng.choice(["网格员", "退役军人"]),
    } for i in range(rng.randint(1, most_people))]
    if rng.random() < 0.3:  # two people nothing tells apart
        people.append({**people[0], "candidate": "K9", "capacity": None})
        people[0]["capacity"] = None
    incumbents = [{
        "person": f"P{n}", "post": rng.choice(posts)["post"],
        "birth": f"{rng.randint(1962, 1995)}.03", "education": rng.choice(EDU),
        "leaving": rng.choice(["yes", None]),
    } for n in range(rng.randint(0, 2))]
    kin = []
    if rng.random() < 0.4 and len(people) > 1:
        kin = [{"person": "K0", "other": rng.choice(
            [people[1]["candidate"], *(p["person"] for p in incumbents[:1])])}]
    bench = [{
        "kind": kind, "depth": rng.choice([1, 1, 2]), "near_term_share": rng.choice([None, "50%"]),
        "lists_each": rng.choice([None, 1, 2]),
        "where": rng.choice([None, None, "community = C1"]),
    } for kind in sorted({p["kind"] for p in posts}) if rng.random() < 0.8]
    pairs = [{"candidate": p["candidate"], "post": "J0", "decision": "bar"}
             for p in people[:1] if rng.random() < 0.2]
    return {
        "settings": [{"key": "as_of", "value": "2026-12-31"}],
        "communities": [{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S2"}],
        "posts": posts, "candidates": people, "incumbents": incumbents,
        "points": [{"where": "community = post.community", "points": 30},
                   {"where": "education >= bachelor", "points": 15},
                   {"where": "age <= 35", "points": 7}, {"where": "ready = now", "points": 4}],
        "targets": targets(rng), "kin": kin, "bench": bench, "pairs": pairs,
    }


class Plain:
    """The case read again with plain Python, sharing nothing with the model."""

    def __init__(self, t: dict[str, list[Table]]) -> None:
        self.t = t
        self.post = {p["post"]: p for p in t["posts"]}
        self.cand = {c["candidate"]: c for c in t["candidates"]}
        self.stay = [p for p in t["incumbents"] if p["leaving"] is None and (
            self.post[p["post"]]["max_age"] is None
            or self.age(p) <= self.post[p["post"]]["max_age"])]
        self.vacant = {j: max(0, p["seats"] - sum(s["post"] == j for s in self.stay))
                       for j, p in self.post.items()}
        self.standard = {}
        for row in t["bench"]:
            for j, p in self.post.items():
                if p["kind"] == row["kind"] and row["where"] in (
                        None, f"community = {p['community']}"):
                    self.standard[j] = row
        self.ok = [(i, j) for i, c in self.cand.items() for j, p in self.post.items()
                   if self.may(c, p)]
        self.pins: Pairs = tuple((r["candidate"], r["post"]) for r in t["pairs"]
                                 if r["decision"] == "pin")

    @staticmethod
    def age(p: Table) -> int:
        return 2026 - int(p["birth"][:4])  # as_of is the last day of the year

    def may(self, c: Table, p: Table) -> bool:
        kin = {r["other"] for r in self.t["kin"] if r["person"] == c["candidate"]}
        barred = any((r["candidate"], r["post"], r["decision"]) == (
            c["candidate"], p["post"], "bar") for r in self.t["pairs"])
        return (not barred
                and (p["max_age"] is None or self.age(c) <= p["max_age"])
                and (p["min_education"] is None
                     or EDU.index(c["education"]) >= EDU.index(p["min_education"]))
                and (c["willing"] is None or c["willing"] == p["kind"])
                and not any(s["person"] in kin and p["community"] is not None
                            and self.post[s["post"]]["community"] == p["community"]
                            for s in self.stay))

    def fit(self, pair: tuple[str, str]) -> int:
        c, p = self.cand[pair[0]], self.post[pair[1]]
        return (30 * (c["community"] == p["community"]) + 15 * (c["education"] == "bachelor")
                + 7 * (self.age(c) <= 35) + 4 * (c["ready"] == "now"))

    def homes(self, who: str, pairs: Pairs) -> set[str]:
        return {self.post[j]["community"] for i, j in pairs if i == who} - {None}

    # --- what is allowed

    def placements(self) -> Iterator[Pairs]:
        open_ = [(i, j) for i, j in self.ok if self.vacant[j]]
        for n in range(min(len(open_), sum(self.vacant.values())) + 1):
            for plan in itertools.combinations(open_, n):
                if self.seated(plan):
                    yield plan

    def has_room(self, plan: Pairs) -> bool:
        return (all(sum(p == j for _, p in plan) <= n for j, n in self.vacant.items())
                and all(sum(k == i for k, _ in plan) <= int(c["capacity"] or 1)
                        for i, c in self.cand.items()))

    def seated(self, plan: Pairs) -> bool:
        return (
            self.has_room(plan)
            and not any(self.homes(r["person"], plan) & self.homes(r["other"], plan)
                        for r in self.t["kin"])
            and set(self.pins) <= set(plan) and self.short(plan, "must", {"placed", "team"}) == 0)

    def lists(self) -> Iterator[Pairs]:
        choices = []
        for j, row in self.standard.items():
            mine = [(i, j) for i, p in self.ok if p == j]
            choices.append([c for n in range(min(row["depth"], len(mine)) + 1)
                            for c in itertools.combinations(mine, n)])
        for parts in itertools.product(*choices):
            plan = tuple(itertools.chain(*parts))
            if self.listed(plan):
                yield plan

    def listed(self, plan: Pairs) -> bool:
        return self.within_lists(plan) and self.short(plan, "must", {"bench"}) == 0

    def within_lists(self, plan: Pairs) -> bool:
        each = {row["kind"]: row["lists_each"] or 2 for row in self.t["bench"]}
        for i in self.cand:
            mine = [j for k, j in plan if k == i]
            if len(mine) > max(each.values(), default=0) or any(
                    sum(self.post[j]["kind"] == kind for j in mine) > n
                    for kind, n in each.items()):
                return False
        return self.near_enough(plan)

    def near_enough(self, plan: Pairs, readied: frozenset[str] = frozenset()) -> bool:
        for row in self.t["bench"]:
            ready = [self.cand[i]["ready"] == "now" or i in readied for i, j in plan
                     if self.standard[j] is row]
            if row["near_term_share"] and 2 * sum(ready) < len(ready):
                return False
        return True

    def beside(self, plan: Pairs, bench: Pairs) -> bool:
        if {i for i, _ in plan} & {i for i, _ in bench}:
            return False
        return not any(
            self.homes(a, bench) & self.homes(b, plan)
            for r in self.t["kin"] for a, b in ((r["person"], r["other"]),
                                                (r["other"], r["person"])))

    # --- targets

    def unit(self, scope: str, p: Table) -> str | None:
        street = {"C1": "S1", "C2": "S2"}.get(p["community"])
        return {"district": "district", "street": street, "community": p["community"],
                "kind": p["kind"], "post": p["post"]}[scope]

    def counted(self, t: Table, p: Table) -> bool:
        if t["where"] and t["where"] != f"kind = {p['kind']}":
            return False
        if p["kind"] == "instructor" and not t["where"] and t["scope"] not in ("kind", "post"):
            return False
        return t["of"] != "bench" or p["post"] in self.standard

    def short(self, plan: Pairs, strength: str, of: set[str]) -> float:
        return round(sum(miss for _, _, miss in self.misses(plan, strength, of)), 6)

    def misses(
        self, plan: Pairs, strength: str, of: set[str]
    ) -> Iterator[tuple[str, str, float]]:
        """Each target, its unit and by how much it is missed there."""
        for t in self.t["targets"]:
            if (t["strength"] or "should") != strength or t["of"] not in of:
                continue
            scope = t["scope"] or "district"
            posts = [p for p in self.post.values() if self.counted(t, p)]
            for unit in sorted({u for p in posts if (u := self.unit(scope, p)) is not None}):
                here = {p["post"] for p in posts if self.unit(scope, p) == unit}
                people = [self.cand[i] for i, j in plan if j in here]
                if t["of"] == "team":
                    people += [s for s in self.stay if s["post"] in here]
                yield t["target"], unit, self.miss(t, people)

    def miss(self, t: Table, people: list[Table]) -> float:
        if "mean_of" in t:
            values = [self.age(p) if t["mean_of"] == "age" else p.get("score") for p in people]
            figure = 42 if t["mean_of"] == "age" else 5
            over = float(sum(v - figure for v in values if v is not None))
            form = "mean"
        else:
            inside = {"age <= 40": lambda p: self.age(p) <= 40,
                      "学历 >= 本科": lambda p: p["education"] == "bachelor",
                      "来源 = 网格员": lambda p: p.get("source") == "网格员"}[t["group"]]
            form = "share" if {"min_share", "max_share"} & set(t) else "count"
            over = sum(map(inside, people)) - (1 if form == "count" else 0.5 * len(people))
        return max(0.0, -over) * (f"min_{form}" in t) + max(0.0, over) * (f"max_{form}" in t)

    # --- goals

    def of_plan(self, plan: Pairs, earlier: Pairs) -> dict[str, tuple[float, ...]]:
        empty = {level: sum(n - sum(p == j for _, p in plan) for j, n in self.vacant.items()
                            if self.post[j]["priority"] == level) for level in (2, 1)}
        load = sum(max(0, sum(k == i for k, _ in plan) ** 2 - 1) / int(c["capacity"] or 1)
                   for i, c in self.cand.items())
        possible = {(i, j) for i, j in self.ok if self.vacant[j]} & set(earlier)
        return {
            "fill": (empty[2], empty[1], round(load, 6)),
            "targets": tuple(self.short(plan, s, {"placed", "team"}) for s in ("should", "aim")),
            "fit": (-sum(map(self.fit, plan)),),
            "steady": (len(possible - set(plan)),),
        }

    def of_lists(self, plan: Pairs) -> dict[str, tuple[float, ...]]:
        return {
            "targets": tuple(self.short(plan, s, {"bench"}) for s in ("should", "aim")),
            "bench": tuple(sum(row["depth"] - sum(p == j for _, p in plan)
                               for j, row in self.standard.items()
                               if self.post[j]["priority"] == level) for level in (2, 1)),
            "last": (-sum(map(self.fit, plan)),),
        }


def score(order: tuple[str, ...], a: dict[str, tuple[float, ...]],
          b: dict[str, tuple[float, ...]]) -> tuple[float, ...]:
    out: list[float] = []
    for goal in order:
        parts = [half[goal] for half in (a, b) if goal in half]
        out += [round(sum(figures), 6) for figures in zip(*parts, strict=True)]
    return tuple(out)


def got(plan: Plan, table: str) -> Pairs:
    frame = getattr(plan, table)
    return tuple(zip(frame["candidate"], frame["post"], strict=True))


@pytest.mark.parametrize("seed", range(CASES))
def test_every_goal_equals_the_best_of_all_placements_and_lists(seed: int) -> None:
    rng = random.Random(f"bench {seed}")
    for _ in range(50):
        try:
            agrees(*drawn(rng))
            return
        except InputError as error:
            assert {p.code for p in error.problems} <= REFUSED
    pytest.fail("nothing drawn passes the door")


def drawn(rng: random.Random) -> tuple[Case, Plain, Pairs, str]:
    """A case, the same read plainly, the pairs of an earlier plan, and how its goals rank."""
    tables = random_tables(rng)
    draft = Plain(tables)
    fits_a_seat = [(i, j) for i, j in draft.ok if draft.vacant[j]]
    if fits_a_seat and rng.random() < 0.25:
        i, j = rng.choice(fits_a_seat)
        tables["pairs"].append({"candidate": i, "post": j, "decision": "pin"})
    earlier = tuple(p for p in draft.ok if rng.random() < 0.3) if rng.random() < 0.5 else ()
    rank = rng.choice(list(RANKS))
    if RANKS[rank]:
        tables["goals"] = [{"rank": n, "goal": g} for n, g in enumerate(RANKS[rank] or (), 1)]
    return case(OWN, **tables).keeping(earlier), Plain(tables), earlier, rank


def agrees(given: Case, plain: Plain, earlier: Pairs, rank: str) -> None:
    order = (*(RANKS[rank] or ("fill", "targets", "bench", "fit", "steady")), "last")
    if rank == "unranked":
        order = ("fill", "targets", "fit", "steady", "bench", "last")
    of_lists = [(b, plain.of_lists(b)) for b in plain.lists()]
    of_plans = [(p, plain.of_plan(p, earlier)) for p in plain.placements()]
    scores = [score(order, a, b) for p, a in of_plans for q, b in of_lists if plain.beside(p, q)]
    plan = solve(given)
    if not scores:
        assert plan.status == "infeasible" and plan.people is None
        return
    placed, listed = got(plan, "placements"), got(plan, "bench")
    assert plan.status == "optimal" and plain.seated(placed) and plain.listed(listed)
    assert plain.beside(placed, listed) and set(placed) | set(listed) <= set(plain.ok)
    mine = score(order, plain.of_plan(placed, earlier), plain.of_lists(listed))
    assert mine == pytest.approx(min(scores))
