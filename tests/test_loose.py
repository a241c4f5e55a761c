"""Goals climbed loosely come to what they come to with whole numbers asked for at once."""

from __future__ import annotations

import random

import pytest

from planner.case.case import Case
from planner.plan.again import Again
from planner.solver.loose import Bound, Loose
from tests.rules.test_trained import town


def pool(rng: random.Random) -> Case:
    """Few courses are paid, targets and kin cut across, so that parts of people often do better."""
    posts = [{"post": f"J{n}", "where": rng.choice(["training_hours >= 56", "age > 0"]),
              "seats": rng.choice([1, 2])} for n in range(4)]
    candidates = [{"candidate": f"K{n}", "training_hours": rng.choice([8, 60]),
                   "birth": rng.choice(["1970.01", "1990.01", "2000.01"]),
                   "ready": rng.choice(["now", "later"]),
                   "education": rng.choice(["bachelor", "junior_college"])} for n in range(7)]
    return town(
        rng.choice([400, 1000, 1700]), posts=posts, candidates=candidates,
        targets=[{"target": "young", "group": "age <= 40", "of": "placed",
                  "min_share": rng.choice(["30%", "50%", "70%"]), "strength": "should"},
                 {"target": "few", "group": "education >= bachelor", "of": "placed",
                  "max_count": rng.randint(0, 2), "strength": "aim"}],
        kin=[{"person": "K0", "other": "K1"}, {"person": "K2", "other": "K3"}],
        pairs=[{"candidate": f"K{i}", "post": f"J{j}", "fit": rng.randint(0, 9)}
               for i in range(7) for j in range(4) if rng.random() < 0.5],
        bench=[{"kind": "member", "depth": 1, "near_term_share": "33.33%", "lists_each": 2}])


def asked(again: Again, rng: random.Random) -> list[tuple[Bound, ...]]:
    return [(), *((*again.without(i), *again.unlisted(i)) for i in rng.sample(range(7), 3))]


@pytest.mark.parametrize("seed", range(40))
def test_loosely_is_as_good_as_strictly_goal_by_goal(seed: int) -> None:
    rng = random.Random(seed)
    given = pool(rng)
    from planner.plan.solve import solve

    plan = solve(given)
    assert plan.people is not None
    again = Again(given, [(c, p) for c, p, _ in plan.people.placed], plan.money)
    loose = again._loose
    assert loose.plain
    for bounds in asked(again, rng):
        quick, slow = loose.climb(bounds), loose.strictly(bounds)
        assert quick.status == slow.status == "optimal"
        assert [(r.goal, r.part) for r in quick.reached] == [
            (r.goal, r.part) for r in slow.reached]
        assert [r.value for r in quick.reached] == pytest.approx(
            [r.value for r in slow.reached], abs=1e-6)
        assert loose.is_whole(quick.x) and all(r.proven for r in quick.reached)


def test_some_of_them_would_do_better_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above shows nothing."""
    onward: list[int] = []
    was = Loose._nearby

    def nearby(self: Loose, *given: object) -> object:
        found = was(self, *given)  # type: ignore[arg-type]
        onward.append(found[0] < given[2])  # type: ignore[operator, arg-type]
        return found

    monkeypatch.setattr(Loose, "_nearby", nearby)
    for seed in range(40):
        again = Again(pool(random.Random(seed)))
        assert again.base.solved
    assert any(onward)
