"""Quotas over seven columns at once: 25 of them, each min = max, 30 seats, 360 candidates."""

from __future__ import annotations

import random
import time

import pytest

from planner.case.case import Case
from planner.case.columns import Column
from planner.model.blocks import block_of
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.solver.ladder import Ladder
from tests.cases import case

SEATS, PEOPLE = 30, 360
#: Seven columns of the user's own; 4 + 4 + 4 + 4 + 3 + 3 + 3 words.
WORDS = {f"c{n}": [f"w{k}" for k in range(size)] for n, size in enumerate([4, 4, 4, 4, 3, 3, 3])}
OWN = tuple(Column(name=name, zh=f"列{name}", kind="text") for name in WORDS)
Quotas = dict[tuple[str, str], int]


def pool(seed: int) -> list[dict[str, str]]:
    """Candidates whose words lean to the first of each column."""
    rng = random.Random(f"quotas {seed}")
    return [{
        "candidate": f"K{i:03d}", "birth": "1990.01", "education": "bachelor",
        **{c: rng.choices(words, [2.0 ** -k for k in range(len(words))])[0]
           for c, words in WORDS.items()},
    } for i in range(PEOPLE)]


def quotas_of(panel: list[dict[str, str]]) -> Quotas:
    return {(c, w): sum(p[c] == w for p in panel) for c, words in WORDS.items() for w in words}


def given(people: list[dict[str, str]], quotas: Quotas, strength: str) -> Case:
    assert len(quotas) == 25
    return case(
        OWN, settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": "C1", "street": "S1"}],
        posts=[{"post": "J1", "community": "C1", "kind": "member", "seats": SEATS}],
        candidates=people, targets=[{
            "target": f"{c}-{w}", "group": f"{c} = {w}", "of": "placed", "min_count": n,
            "max_count": n, "strength": strength} for (c, w), n in quotas.items()])


def possible(asked: Case) -> bool:
    """Whether any panel meets what must hold."""
    block = block_of(asked, "people")
    return Ladder(block.model, block.goals).climb().status != "infeasible"


def counted(plan: Plan, people: list[dict[str, str]]) -> Quotas:
    chosen = set(plan.placements["candidate"])
    return quotas_of([p for p in people if p["candidate"] in chosen])


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize("seed", range(2))
def test_an_exact_panel_is_found_when_there_is_one(seed: int, strength: str) -> None:
    """The quotas are those of a panel drawn evenly, which the pool itself would rarely give."""
    people = pool(seed)
    quotas = quotas_of(random.Random(seed).sample(people[::-7] + people[:40], SEATS))
    plan = solve(given(people, quotas, strength))
    assert plan.status == "optimal" and counted(plan, people) == quotas
    assert plan.targets["met"].all() and len(plan.placements) == SEATS


def least_deviation(people: list[dict[str, str]], quotas: Quotas) -> int:
    """A bound anybody can add up: a column whose quotas are not the seats misses the rest."""
    available = quotas_of(people)
    total = 0
    for c, words in WORDS.items():
        over = sum(max(0, quotas[c, w] - available[c, w]) for w in words)
        total += max(abs(sum(quotas[c, w] for w in words) - SEATS), over)
    return total


def off(quotas: Quotas, have: Quotas) -> int:
    return sum(abs(n - have[k]) for k, n in quotas.items())


def proven(plan: Plan, people: list[dict[str, str]], quotas: Quotas) -> int:
    """The total deviation, proven the least and counted here from the people placed."""
    (goal,) = [r for r in plan.goals if r.goal == "targets"]
    assert plan.status == "optimal" and goal.proven and len(plan.placements) == SEATS
    found = off(quotas, counted(plan, people))
    assert goal.value == pytest.approx(found)
    return found


@pytest.mark.parametrize("scale", [1.1, 1.3])
@pytest.mark.parametrize("seed", range(2))
def test_the_least_total_deviation_when_the_quotas_are_scaled(seed: int, scale: float) -> None:
    people = pool(seed)
    quotas = {k: round(n * scale) for k, n in quotas_of(people[:SEATS]).items()}
    assert not possible(given(people, quotas, "must"))
    found = proven(solve(given(people, quotas, "should")), people, quotas)
    assert found >= least_deviation(people, quotas) > 0


def test_quotas_that_must_hold_and_cannot_are_repaired_at_the_least_total() -> None:
    """Three smallest sets of quotas, none of which gives more in all than all together would."""
    people = pool(0)
    quotas = {k: round(n * 1.1) for k, n in quotas_of(people[:SEATS]).items()}
    begun = time.process_time()
    plan = solve(given(people, quotas, "must"))
    assert time.process_time() - begun < 10
    least = proven(solve(given(people, quotas, "should")), people, quotas)
    assert plan.status == "infeasible" and len(plan.clash) == 2
    assert [(len(r.gives), r.total) for r in plan.repairs] == [(7, least)] * 3
    assert len({frozenset(g.of for g in r.gives) for r in plan.repairs}) == 3


def flat(rng: random.Random) -> Quotas:
    """Quotas that add up to the seats column by column, whoever there is to meet them."""
    quotas = {}
    for c, words in WORDS.items():
        cuts = sorted(rng.randint(0, SEATS) for _ in words[1:])
        quotas |= {(c, w): high - low for w, low, high in zip(
            words, [0, *cuts], [*cuts, SEATS], strict=True)}
    return quotas


def exchanged(people: list[dict[str, str]], quotas: Quotas, rng: random.Random) -> int:
    """How near one comes by exchanging one person at a time, from a panel drawn by lot."""
    order = rng.sample(people, len(people))
    inside, outside = order[:SEATS], order[SEATS:]
    best = off(quotas, quotas_of(inside))
    for _ in range(400):
        i, k = rng.randrange(SEATS), rng.randrange(len(outside))
        inside[i], outside[k] = outside[k], inside[i]
        now = off(quotas, quotas_of(inside))
        if now <= best:
            best = now
        else:
            inside[i], outside[k] = outside[k], inside[i]
    return best


@pytest.mark.parametrize("seed", range(3))
def test_the_least_total_deviation_when_the_columns_hang_together(seed: int) -> None:
    """Whoever has a late word in one column has one in most: quotas drawn apart cannot all hold."""
    rng = random.Random(f"apart {seed}")
    people = pool(seed)
    for n, person in enumerate(people):
        for c, words in WORDS.items():
            if rng.random() < 0.9:
                person[c] = words[n * len(words) // PEOPLE]
    quotas = flat(rng)
    assert not possible(given(people, quotas, "must"))
    found = proven(solve(given(people, quotas, "should")), people, quotas)
    assert found <= min(exchanged(people, quotas, rng) for _ in range(3))
