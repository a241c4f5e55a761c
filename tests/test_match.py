"""Who may take which post, asked in blocks: the same as pair by pair, and never for all at once."""

from __future__ import annotations

import os
import random
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest

from planner.case.case import Case
from planner.case.conditions import condition, evaluate
from planner.model.people import grid, pool
from planner.model.people.match import Match, match_of, walls_of
from planner.model.people.pricing import pairs_of
from planner.model.people.rounding import rounded
from planner.model.people.seats import seats_of
from planner.model.people.targets import bounds_of
from planner.plan.priced import priced
from planner.plan.solve import solve
from tests.cases import case
from tests.test_pricing import large

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "20"))
EDU = ["high_school", "junior_college", "bachelor"]


def mixed(rng: random.Random) -> Case:
    """Conditions on the person, on the post and on both; rows of ``pairs`` and kin in post."""
    n, m = rng.randint(1, 15), rng.randint(1, 9)
    wheres = [None, "community = post.community", "education >= bachelor and sex = female",
              "not (training_hours >= 40)", "community in (C1, C2) or post.kind = member"]
    posts = [{"post": f"J{j}", "community": rng.choice(["C1", "C2", "C3", None]), "seats": 2,
              "kind": rng.choice(["secretary", "member"]), "where": rng.choice(wheres),
              "max_age": rng.choice([40, 55, None]), "min_age": rng.choice([30, None]),
              "min_education": rng.choice([*EDU, None])} for j in range(m)]
    people = [{"candidate": f"K{i:02d}", "birth": f"{rng.randint(1966, 2001)}.05",
               "education": rng.choice(EDU), "community": rng.choice(["C1", "C2", "C3", None]),
               "sex": rng.choice(["male", "female"]), "affiliation": rng.choice(
                   ["member", "probationary"]), "training_hours": rng.choice([None, 10, 56]),
               "willing": rng.choice([None, "member"])} for i in range(n)]
    pairs = [{"candidate": "K00", "post": "J0", "fit": 33.5}]
    pairs += [{"candidate": f"K{n - 1:02d}", "post": f"J{m - 1}", "decision": "bar"}] * (n > 1)
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": f"C{c}", "street": "S1"} for c in (1, 2, 3)],
        posts=posts, candidates=people, pairs=pairs,
        incumbents=[{"person": "P1", "post": "J0", "birth": "1980.01"}],
        kin=[{"person": "K00", "other": "P1"}],
        points=[{"where": "community = post.community", "points": 30},
                {"where": "education >= bachelor", "points": 10.25},
                {"where": "post.kind = secretary", "points": 5},
                {"where": "age >= 35 and post.kind = secretary", "points": 0.1}])


@pytest.mark.parametrize("seed", range(CASES))
def test_blocks_are_what_is_asked_pair_by_pair(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In tables over kinds, in tables made one, and where there is no room for any table."""
    if seed % 3:
        monkeypatch.setattr(grid, "HELD" if seed % 3 == 1 else "MERGED", 0)
    given = mixed(random.Random(seed))
    match, fields = match_of(given), pool.pair_fields(given)
    n, m = len(match.own), len(match.other)
    barred = np.any(list(pool.barriers_of(given).values()), axis=0)
    points = np.zeros((n, m))
    for row in given.rows("points"):
        points += row.points * np.broadcast_to(
            evaluate(condition(row.where, fields), fields), (n, m))
    points[0, 0] = 33.5
    I, J = np.arange(n), np.arange(m)
    assert (match.open(J, I) == ~barred.T).all()
    assert match.fit(J, I) == pytest.approx(points.T)
    i, j = (side.ravel() for side in np.meshgrid(I, J, indexing="ij"))
    assert (match.open_at(i, j) == ~barred.ravel()).all()
    assert match.fit_at(i, j) == pytest.approx(points.ravel())
    assert match.count() == (~barred).sum()
    blocks = list(match.blocks(3, np.zeros(m, dtype=int)))
    seen = np.zeros((m, n), dtype=int)
    for posts, people in blocks:
        seen[np.ix_(posts, people)] += match.open(posts, people)
    assert (seen == ~barred.T).all()
    half = match.of(I[::2], J[::-1])
    assert (half.open(J, np.arange(len(I[::2]))) == ~barred[::2, ::-1].T).all()
    assert half.fit(J, np.arange(len(I[::2]))) == pytest.approx(points[::2, ::-1].T)
    for name, wall in walls_of(given).items():
        whole = pool.barriers_of(given)[name]
        assert (wall.at(i, j) == whole.ravel()).all()
        assert all((wall.before(post, n) == whole[:, post]).all() for post in range(m))


def test_classes_are_alike_in_all_that_is_seen_of_them() -> None:
    for seed in range(CASES):
        given = mixed(random.Random(seed))
        pairs = pairs_of(given)
        open_, fit = pairs.people.eligible, pairs.people.fit
        for I in pairs.who:
            assert (open_[list(I)] == open_[I[0]]).all() and (fit[list(I)] == fit[I[0]]).all()
        for J in pairs.what:
            assert (open_[:, list(J)] == open_[:, [J[0]]]).all()
        assert pairs.count() == open_[np.ix_(pairs.first, pairs.at)].sum()


@pytest.mark.parametrize("bound", [
    {"min_share": "40%"}, {"max_share": "30%"}, {"of": "team", "min_share": "35%"}])
def test_a_sharpened_target_holds_for_whole_people_and_is_sharper(bound: dict[str, Any]) -> None:
    """Every number placed, in the group or not, with its true shortfall, keeps to it."""
    given = case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        posts=[{"post": f"J{j}", "kind": "member", "seats": 3} for j in range(3)],
        incumbents=[{"person": f"P{k}", "post": f"J{k}", "birth": f"{b}.01"}
                    for k, b in enumerate((1970, 1999))],
        candidates=[{"candidate": f"K{i}", "birth": f"{2000 if i % 2 else 1975}.01"}
                    for i in range(16)],
        targets=[{"target": "young", "group": "age <= 35", "of": "placed", **bound}])
    (target,), seats = bounds_of(given), seats_of(given)
    (sharp,) = rounded((target,), seats)
    n, tight = int(seats.vacant.sum()), 0
    for placed in range(n + 1):
        for young in range(min(placed, 8) + 1):
            if placed - young <= 8:
                people = [2 * k + 1 for k in range(young)] + [2 * k for k in range(placed - young)]
                left = (sum(float(sharp.weights[i]) for i in people)
                        + sharp.unfilled * (n - placed) + sharp.short * target.shortfall(people))
                assert left >= sharp.low - 1e-6
                tight += left < sharp.low + 1e-6
    assert tight >= 2
    share = (1 if target.bound.startswith("min") else -1) * target.goal
    assert sharp.low == ceil(share * n + share * Fraction(target.stay[1])
                             - (1 if share > 0 else -1) * Fraction(target.stay[0]))


def test_a_large_case_is_planned_without_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """From solving to the reasons why seats stay empty, nothing asks for candidates × posts."""
    given = large(900, 90, kin=20)
    most, match = [0], match_of(given)
    fit, open_ = Match.fit, Match.open

    def counted(ask: Any) -> Any:
        def asked(self: Match, J: Any, I: Any) -> Any:
            most[0] = max(most[0], len(J) * len(I))
            return ask(self, J, I)
        return asked

    monkeypatch.setattr(Match, "fit", counted(fit))
    monkeypatch.setattr(Match, "open", counted(open_))
    monkeypatch.setattr("planner.model.people.pricing.BLOCK", 900 * 9)
    plan = solve(given)
    assert plan.people is not None and len(plan.targets) and len(plan.unfilled) >= 0
    assert 0 < most[0] <= len(match.own) * len(match.other) / 10


def test_a_scarce_case_fills_what_it_can_first() -> None:
    """Fewer people than seats: filling and targets are proven, and no gap is kept silent."""
    found = priced(large(60, 60, kin=4), above=0)
    assert found is not None
    reached = {(r.goal, r.part): r for r in found[1].reached}
    assert reached["fill", "2"].proven and reached["fill", "1"].proven
    assert sum(r.value for (goal, _), r in reached.items() if goal == "fill") == 30
    assert found[1].status == ("optimal" if all(r.proven for r in reached.values()) else "feasible")
