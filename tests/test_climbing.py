"""Plans with a bench climbed loosely come to what they come to with whole people from the start."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from planner.case.case import Case
from planner.model.blocks import block_of
from planner.plan import climbing
from planner.plan.solve import solve
from planner.solver import elastic
from planner.solver.ladder import Climb
from planner.solver.loose import Loose
from tests.cases import case

BIRTHS = ["1968.01", "1985.06", "1999.09"]


def drawn(rng: random.Random, must: int = 0) -> Case:
    """A few people for a few posts with a bench, targets and kin."""
    n = rng.randint(5, 8)
    targets = [{"target": "young", "group": "age <= 30", "of": "placed", "strength": "should",
                "min_share": rng.choice(["34%", "50%"])},
               {"target": "age", "mean_of": "age", "of": "placed", "max_mean": 38,
                "strength": "aim"}]
    if must:
        targets.append({"target": "many", "group": "age <= 30", "of": "placed",
                        "min_count": must, "strength": "must"})
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": c, "street": "S1"} for c in ("C1", "C2")],
        posts=[{"post": f"J{j}", "community": rng.choice(["C1", "C2"]), "kind": "member",
                "seats": rng.choice([1, 2]), "priority": rng.choice([1, 2]),
                "max_age": rng.choice([45, 60])} for j in range(3)],
        candidates=[{"candidate": f"K{i}", "birth": BIRTHS[-1] if i < 2 else rng.choice(BIRTHS),
                     "ready": rng.choice(["now", "later"])} for i in range(n)],
        pairs=[{"candidate": f"K{i}", "post": f"J{j}", "fit": rng.randint(0, 9)}
               for i in range(n) for j in range(3)],
        kin=[{"person": "K0", "other": "K1"}],
        bench=[{"kind": "member", "depth": rng.choice([1, 2]), "near_term_share": "40%",
                "lists_each": rng.choice([1, 2])}],
        targets=targets)


@pytest.fixture
def last(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Climb]]:
    """Ask for whole people last, however few pairs there are; what was so climbed."""
    climbs: list[Climb] = []

    def begin() -> list[Climb]:
        was = Loose.climb
        monkeypatch.setattr(climbing, "MANY", 0)
        monkeypatch.setattr(
            Loose, "climb", lambda self, *a: (climbs.append(was(self, *a)), climbs[-1])[1])
        return climbs

    return begin


def test_whole_people_asked_for_last_or_first_every_goal_is_as_good(
    last: Callable[[], list[Climb]],
) -> None:
    given = [drawn(random.Random(seed)) for seed in range(60)]
    first = [solve(one) for one in given]
    climbs = last()
    for one, plan in zip(given, first, strict=True):
        again = solve(one)  # held to every rule, as every plan is
        assert again.status == plan.status == "optimal"
        assert [(r.goal, r.part, r.value) for r in again.goals] == [
            (r.goal, r.part, pytest.approx(r.value, abs=1e-6)) for r in plan.goals]
        assert all(r.proven for r in again.goals)
    assert len(climbs) == len(given)


def test_time_that_is_over_proves_nothing(last: Callable[[], list[Climb]]) -> None:
    last()
    for seed in range(5):
        plan = solve(drawn(random.Random(seed)), time_limit=0.0)
        assert plan.status == "stopped"
        assert not any(r.proven for r in plan.goals)


def test_a_point_found_in_time_is_kept_with_what_is_proven_of_it() -> None:
    given = drawn(random.Random(3))
    block = block_of(given, "people")
    loose = Loose(block.model, block.goals)
    full = loose.climb(())
    cut = loose._told(full.reached[:2], full.x, len(full.reached))
    assert cut.status == "feasible"
    assert cut.reached[:2] == full.reached[:2]
    assert [r.value for r in cut.reached] == pytest.approx([r.value for r in full.reached])
    assert all(r.cut for r in cut.reached[2:])


def test_a_clash_of_many_people_is_one_that_is_found_among_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = [drawn(random.Random(seed), must=8) for seed in range(12)]
    small = [solve(one) for one in cases]
    monkeypatch.setattr(elastic, "LARGE", 0)
    for one, plan in zip(cases, small, strict=True):
        large = solve(one)
        assert large.status == plan.status == "infeasible"
        assert [(m.rule, m.of) for m in large.clash] == [(m.rule, m.of) for m in plan.clash]
        assert [g.by for g in large.must_give] == [g.by for g in plan.must_give]
        assert large.repairs and large.repairs[0].total == plan.repairs[0].total
