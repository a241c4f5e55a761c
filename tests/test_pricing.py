"""Pairs priced instead of listed: the same plan, and the reduced costs of the whole model."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.case.case import Case
from planner.model.blocks import block_of
from planner.model.people.listed import pooled
from planner.model.people.pricing import pairs_of
from planner.model.people.rules import PeoplePart
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Model, Row
from planner.plan.priced import priced
from planner.plan.recount import recount
from planner.plan.solve import _half, _seated, solve
from planner.plan.solved import Memo
from planner.solver.highs import Session
from tests.cases import case

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "40"))
EDU = ["high_school", "junior_college", "bachelor"]


def given(
    rng: random.Random, many: int = 18, must: bool = False, several: bool = False,
    goals: Sequence[tuple[str, float]] = (),
) -> Case:
    """A small case: scarce in one of three, kin, pins, targets that bind."""
    n, m = rng.randint(3, many), rng.randint(2, 9)
    posts = [{"post": f"J{j}", "community": rng.choice(["C1", "C2", "C3", None]), "kind": "member",
              "seats": rng.randint(1, 3), "max_age": rng.choice([45, 55, None]),
              "min_education": rng.choice([*EDU, None]), "priority": rng.choice([1, 2])}
             for j in range(m)]
    people: list[dict[str, Any]] = [
        {"candidate": f"K{i:02d}", "birth": f"{rng.randint(1966, 2001)}.0{rng.randint(1, 9)}",
         "education": rng.choice(EDU), "community": rng.choice(["C1", "C2", "C3"]),
         "sex": rng.choice(["male", "female"]),
         "capacity": rng.choice([None, None, 2, 3]) if several else None} for i in range(n)]
    people[0] |= {"birth": "2000.01", "sex": "female"}  # a group nobody is in is a mistake
    strength = ["should", "aim", "must"] if must else ["should", "aim"]
    targets = [
        {"target": "young", "group": "age <= 35", "of": "placed", "min_share": "40%",
         "scope": rng.choice(["district", "street"]), "strength": rng.choice(strength)},
        {"target": "age", "mean_of": "age", "of": rng.choice(["placed", "team"]), "max_mean": 38,
         "scope": rng.choice(["district", "street"]), "strength": rng.choice(strength)},
        {"target": "women", "group": "sex = female", "of": "placed",
         rng.choice(["min_count", "max_count"]): rng.randint(1, 4),
         "strength": rng.choice(strength)}]
    kin = {tuple(sorted(rng.sample(range(n), 2))) for _ in range(rng.randint(0, 4))}
    ranked = {"goals": [{"goal": g, "rank": k, "tolerance": tolerance}
                        for k, (g, tolerance) in enumerate(goals, 1)]} if goals else {}
    tables: dict[str, Any] = {} if rng.random() < 0.5 else {"pairs": [
        {"candidate": "K00", "post": rng.choice(posts)["post"], "fit": rng.choice([1, 33.5])}]}
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": f"C{c}", "street": f"S{c % 2}"} for c in (1, 2, 3)],
        posts=posts, candidates=people, targets=targets,
        kin=[{"person": f"K{a:02d}", "other": f"K{b:02d}"} for a, b in sorted(kin)],
        points=[{"where": "community = post.community", "points": 30},
                {"where": "education >= bachelor", "points": 10},
                {"where": "age <= 35", "points": 5}], **tables, **ranked)


def same(known: Case) -> str:
    """Both ways, goal by goal; the status they share."""
    listed = _half(known, block_of(known, "people"), Memo())
    found = priced(known, above=0)
    if found is None:  # nobody is open to any post
        assert not pairs_of(known).count()
        return "none"
    if listed.climb.status == "infeasible":
        assert found[1].status == "infeasible"
        assert _seated(known, *found).conflict == listed.conflict
        return "infeasible"
    assert found[1].status == listed.climb.status == "optimal"
    mine = [(r.goal, r.part) for r in found[1].reached]
    assert mine == [(r.goal, r.part) for r in listed.climb.reached]
    for a, b in zip(found[1].reached, listed.climb.reached, strict=True):
        assert a.value == pytest.approx(b.value, abs=1e-5), (a, b)
        assert a.proven
    part = _seated(known, *found).people
    assert isinstance(part, PeoplePart) and not list(recount(known, None, part))
    return "optimal"


@pytest.mark.parametrize("seed", range(CASES))
def test_the_same_goals_as_with_all_pairs_listed(seed: int) -> None:
    assert same(given(random.Random(seed))) in ("optimal", "none")


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_and_with_people_on_several_posts(seed: int) -> None:
    assert same(given(random.Random(1000 + seed), 8, several=True)) in ("optimal", "none")


@pytest.mark.parametrize("goals", [
    (("fit", 0.0), ("fill", 0.0), ("targets", 0.0)), (("targets", 0.0), ("fill", 0.0)),
    (("fill", 1.0), ("targets", 0.0), ("fit", 0.0)), (("fill", 0.0), ("fit", 20.0), ("targets", 0))])
def test_and_with_goals_ranked_otherwise_or_tolerant(goals: Sequence[tuple[str, float]]) -> None:
    for seed in range(max(2, CASES // 10)):
        assert same(given(random.Random(3000 + seed), 10, goals=goals)) in ("optimal", "none")


def test_and_with_targets_that_must_be_met() -> None:
    """Some cannot be: then both ways give the same account of what must give."""
    answers = {same(given(random.Random(2000 + seed), 10, must=True)) for seed in range(CASES // 4)}
    assert {"optimal", "infeasible"} <= answers


def test_pins_and_an_earlier_plan_are_in_the_pool() -> None:
    """Both are kept to, although no pool of the best pairs would have them."""
    known = replace(large(30, 12), earlier=frozenset({("K00001", "J0003"), ("K00002", "J0005")}))
    listed, found = solve(known), priced(known, above=0)
    assert found is not None and [(r.goal, r.value) for r in listed.goals] == [
        (r.goal, r.value) for r in found[1].reached]
    pinned = large(30, 12, pairs=[
        {"candidate": "K00004", "post": "J0002", "decision": "pin"}])
    found = priced(pinned, above=0)
    part = None if found is None else _seated(pinned, *found).people
    assert part is not None and ("K00004", "J0002") in {(c, p) for c, p, _ in part.placed}
    assert same(pinned) == "optimal"


def large(n: int, m: int, kin: int = 0, seed: int = 0, **tables: Any) -> Case:
    """Posts and candidates open to each other, with targets of the district and of streets."""
    rng = random.Random(seed)
    home = [f"C{c:03d}" for c in range(m // 3 + 1)]
    related = {tuple(sorted(rng.sample(range(n), 2))) for _ in range(kin)}
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": c, "street": f"S{k % 4}"} for k, c in enumerate(home)],
        posts=[{"post": f"J{j:04d}", "community": home[j // 3], "kind": "member",
                "seats": 1 + j % 2, "max_age": 58, "priority": 1 + j % 2} for j in range(m)],
        candidates=[{
            "candidate": f"K{i:05d}", "birth": f"{rng.randint(1969, 2003)}.{rng.randint(1, 12):02d}",
            "education": rng.choice(EDU), "community": rng.choice(home),
            "sex": rng.choice(["male", "female"])} for i in range(n)],
        points=[{"where": "community = post.community", "points": 30},
                {"where": "education >= bachelor", "points": 10}],
        targets=[
            {"target": "young", "group": "age <= 35", "of": "placed", "scope": "street",
             "min_share": "40%"},
            {"target": "age", "mean_of": "age", "of": "placed", "scope": "street", "max_mean": 40},
            {"target": "women", "group": "sex = female", "of": "placed", "min_share": "45%",
             "strength": "aim"}],
        kin=[{"person": f"K{a:05d}", "other": f"K{b:05d}"} for a, b in sorted(related)], **tables)


def test_reduced_costs_are_those_of_the_whole_model() -> None:
    """At the duals of a pool's linear plan: every pair priced as its own column in the matrix."""
    known = large(60, 20, kin=600)
    pairs, model = pairs_of(known), Model()
    pool = pooled(known, pairs, model)
    model.whole = [False] * len(model.whole)
    fit = {(I, J): float(pairs.people.fit[who[0], what[0]]) for I, who in enumerate(pairs.who)
           for J, what in enumerate(pairs.what)}
    costs = [*((c, fit[pair]) for pair, c in pool.v.y.items()),
             *((j, -50.0) for j in pool.v.unfilled), *((j, -40.0) for j in pool.v.short)]
    out = Session(model).optimise(costs, "max")
    mine = np.full((len(pairs.who), len(pairs.what)), np.nan)
    for block in pairs.blocks():
        mine[np.ix_(block.I, block.J)] = block.reduced(pool.prices(out.duals, 1.0)).T

    whole = block_of(known, "people")
    assert whole.people is not None and (whole.people.who, whole.people.what) == (
        pairs.who, pairs.what)
    dual = duals_by_meaning(model, pool.v, out.duals)
    of = {column: pair for pair, column in whole.people.y.items()}
    theirs = {pair: fit[pair] for pair in whole.people.y}
    for key, row in meanings(whole.model.rows[:whole.rows], whole.people):
        for j, c in row.terms:
            if j in of:
                theirs[of[j]] -= c * dual.get(key, 0.0)
    sharp = [k for k, row in enumerate(model.rows) if row.rule == "rounded"]
    for k, bound in zip(sharp, pairs.rounded, strict=True):  # rows that only the pool has
        inside = set(pairs.people.bounds[bound.g].posts)
        for I, J in theirs:
            if inside.intersection(pairs.what[J]):
                theirs[I, J] -= float(bound.weights[pairs.who[I][0]] * out.duals[k])
    assert {(int(i), int(j)) for i, j in np.argwhere(~np.isnan(mine))} == set(theirs)
    assert max(abs(mine[pair] - d) for pair, d in theirs.items()) < 1e-9
    assert any(dual.get(key, 0.0) for key in dual if key[0] == "kin")


def meanings(rows: list[Row], v: PeopleVariables) -> Iterator[tuple[tuple[Any, ...], Row]]:
    """Rows by what they are about; those of kin by the two people and the community."""
    of = {column: I for (I, _), column in v.y.items()}
    bounds = Counter[str]()
    for row in rows:
        key: tuple[Any, ...] = (row.rule, row.of)
        if row.rule == "kin":
            key = (*key, frozenset(of[j] for j, _ in row.terms))
        if row.rule == "target":
            bounds[row.of] += 1
            key = (*key, bounds[row.of])
        yield key, row


def duals_by_meaning(model: Model, v: PeopleVariables, duals: Any) -> dict[tuple[Any, ...], float]:
    return {key: float(duals[k]) for k, (key, _) in enumerate(meanings(model.rows, v))}


def test_kind_and_scarce_cases_of_some_size() -> None:
    """Thousands of pairs, priced: the same as listed, goal by goal."""
    for n, m in ((120, 15), (25, 30)):
        known = large(n, m, kin=10)
        listed, found = solve(known), priced(known, above=0)
        assert found is not None
        assert [(r.goal, r.part) for r in found[1].reached] == [
            (r.goal, r.part) for r in listed.goals]
        for a, b in zip(found[1].reached, listed.goals, strict=True):
            assert a.value == pytest.approx(b.value, abs=1e-5)


def test_a_small_case_is_listed_and_the_same_case_gives_the_same_plan() -> None:
    known = large(60, 20, kin=5)
    assert priced(known) is None
    once, again = (priced(large(60, 20, kin=5), above=0) for _ in range(2))
    assert once is not None and again is not None
    assert once[1].x.tolist() == again[1].x.tolist() and once[0].y == again[0].y


def test_a_large_case_comes_priced_from_solve() -> None:
    """Above the threshold by itself: recounted, proven, and nobody was asked to list the pairs."""
    known = large(900, 90, kin=20)
    found = priced(known)
    assert found is not None and len(found[0].y) < pairs_of(known).count() / 4
    plan = solve(known)
    assert plan.status == "optimal" and [(r.goal, r.value) for r in plan.goals] == [
        (r.goal, r.value) for r in found[1].reached]
