"""35 real projects (least, most, votes) and their budget: the proven best against plain greedy.

One community is entitled to the whole budget, so the only question is which projects it pays.
"""

from __future__ import annotations

import csv
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from planner.case.case import Case
from planner.model.money.choice import orders_met
from planner.model.money.projects import projects_of
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.test_orders import ordered, project

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("PLANNER_DATA", ROOT.parent / "shared" / "data")) / "orders-728"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real data are not here")


@dataclass(frozen=True)
class Ordered:
    """One real project."""

    code: str
    least: int
    cost: int
    votes: int


@cache
def given() -> tuple[int, tuple[Ordered, ...]]:
    budget = int((FOLDER / "budget.txt").read_text("utf-8"))
    with (FOLDER / "projects.csv").open(encoding="utf-8") as file:
        rows = [Ordered(r["project"], int(r["min"]), int(r["max"]), int(r["voters_for"]))
                for r in csv.DictReader(file)]
    return budget, tuple(rows)


@cache
def best(scalable: bool) -> Plan:
    budget, rows = given()
    more = {r.code: {"min_yuan": r.least} if scalable else {} for r in rows}
    return solve(_case([project(r.code, "A", r.cost, r.votes, **more[r.code]) for r in rows],
                       budget))


def _case(projects: list[dict[str, object]], budget: int) -> Case:
    return ordered(projects, {"A": budget}, budget, step=100)


def greedy(key: Callable[[Ordered], float], scalable: bool) -> Fraction:
    """Votes met by paying one project after another, in the order of ``key``, as far as it goes.

    A scalable project that no longer fits in full takes what is left, if that is its least.
    """
    budget, rows = given()
    votes = Fraction(0)
    for r in sorted(rows, key=lambda r: (-key(r), r.code)):
        pay = r.cost if r.cost <= budget else budget if scalable and r.least <= budget else 0
        budget -= pay
        votes += Fraction(r.votes * pay, r.cost)
    return votes


def by_votes(r: Ordered) -> float:
    return r.votes


def by_votes_a_yuan(r: Ordered) -> float:
    return r.votes / r.cost


def met(plan: Plan) -> Fraction:
    assert plan.money is not None
    return orders_met(projects_of(plan.case), plan.money.projects)


def test_all_or_nothing_equals_a_table_of_every_budget() -> None:
    """The textbook way: the most votes for every sum of money up to the budget."""
    budget, rows = given()
    grain = 2500
    assert not any(r.cost % grain for r in rows) and budget % grain == 0
    most = [0] * (budget // grain + 1)
    for r in rows:
        for money in range(budget // grain, r.cost // grain - 1, -1):
            most[money] = max(most[money], most[money - r.cost // grain] + r.votes)
    plan = best(scalable=False)
    assert plan.status == "optimal" and met(plan) == most[-1]
    (goal,) = [r for r in plan.goals if r.goal == "orders"]
    assert goal.proven and goal.value == most[-1]


def test_scalable_equals_a_table_of_every_budget() -> None:
    """At most one project is between its least and its most, the others at one of the two."""
    budget, rows = given()
    grain = 500
    assert not any(r.cost % grain or r.least % grain for r in rows)
    size = budget // grain + 1
    none: list[float] = [0.0] * size  # nobody in between yet
    some: list[float] = [0.0] * size  # one may be
    for r in rows:
        rate, low, high = r.votes / r.cost * grain, r.least // grain, r.cost // grain
        before, part = none[:], some[:]
        for money in range(size):
            if money >= high:
                none[money] = max(none[money], before[money - high] + r.votes)
                some[money] = max(some[money], part[money - high] + r.votes)
            if money >= low:
                none[money] = max(none[money], before[money - low] + low * rate)
                some[money] = max(some[money], part[money - low] + low * rate)
        _between(before, some, rate, low, high)
    plan = best(scalable=True)
    assert plan.status == "optimal" and float(met(plan)) == pytest.approx(max(some), abs=1e-6)


def _between(before: list[float], some: list[float], rate: float, low: int, high: int) -> None:
    """``some[m] = max over low ≤ v ≤ high of before[m − v] + rate · v``, by a sliding window."""
    window: deque[tuple[int, float]] = deque()
    for money in range(len(some)):
        if money >= low:
            left = money - low
            value = before[left] - rate * left
            while window and window[-1][1] <= value:
                window.pop()
            window.append((left, value))
        while window and window[0][0] < money - high:
            window.popleft()
        if window:
            some[money] = max(some[money], window[0][1] + rate * money)


@pytest.mark.parametrize("scalable", [False, True])
@pytest.mark.parametrize("key", [by_votes, by_votes_a_yuan])
def test_greedy_never_meets_more(key: Callable[[Ordered], float], scalable: bool) -> None:
    assert greedy(key, scalable) <= met(best(scalable))


def test_what_it_is_worth() -> None:
    """Of 11,814 votes: the proven best, and greedy by votes and by votes a yuan.

    Where projects can be scaled, greedy by votes a yuan happens to be the best here: its last
    project takes what is left and that is above its least.
    """
    assert sum(r.votes for r in given()[1]) == 11_814
    found = {
        scalable: tuple(round(float(votes), 1) for votes in (
            met(best(scalable)), greedy(by_votes, scalable), greedy(by_votes_a_yuan, scalable)))
        for scalable in (False, True)}
    assert found == {False: (8416.0, 4241.0, 8264.0), True: (8470.7, 3804.6, 8470.7)}
