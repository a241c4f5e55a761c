"""Targets for the structure of the people in post, one unit of the scope at a time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from planner.case.asking import numeric_column, team_posts
from planner.case.case import Case, exact, per_case
from planner.model.people.bench import bench_of
from planner.model.people.pool import Seats, seats_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Bound:
    """``sign · (Σ weight + constant) ≤ shortfall``: one bound of a target in one unit.

    ``weights`` (N,) is what placing each candidate adds, ``constant`` what those who stay add;
    the shortfall is in people, or people × years for a mean. Of the bench, places on lists are
    counted: a person on two lists counts twice, as one on two posts does.
    """

    target: str
    unit: str
    bound: str
    goal: Fraction
    strength: str
    posts: tuple[int, ...]
    weights: Array
    constant: float
    counts: Array  # (N,) 1 in the group, or the value of a mean (0 when blank)
    counted: Array  # (N,) 1 when the person counts at all
    stay: tuple[float, float]  # the same two, summed over those who stay
    of: str = "team"

    def actual(self, placed: list[int]) -> float | None:
        """The figure the target is about, with these candidates placed in the unit."""
        top = self.stay[0] + sum(float(self.counts[i]) for i in placed)
        if self.bound.endswith("count"):
            return top
        whole = self.stay[1] + sum(float(self.counted[i]) for i in placed)
        return top / whole if whole else None

    def shortfall(self, placed: list[int]) -> float:
        """How far from the target, in people (or people × years); 0 when it is met."""
        value = self.constant + sum(float(self.weights[i]) for i in placed)
        return max(0.0, round(-value, 9))


@per_case
def bounds_of(case: Case) -> tuple[Bound, ...]:
    """Every bound of every target, in every unit of its scope."""
    seats = seats_of(case)
    out = []
    for target in case.rows("targets"):
        within = _counted_posts(case, target)
        people = _values(case, target, "candidates"), _values(case, target, "incumbents")
        for unit, posts in _units(case, target.scope or "district"):
            mine = [j for j in posts if within[j]]
            if mine:
                out += _bounds(seats, target, people, unit, mine)
    return tuple(out)


def _counted_posts(case: Case, target: Any) -> Array:
    """(M,) the posts a target counts: a target of the bench, those that have one."""
    within = case.matches(target.where, "posts") & team_posts(case, target)
    if target.of == "bench":
        bench = bench_of(case)
        within = within & (False if bench is None else bench.of >= 0)
    return np.asarray(within)


def _units(case: Case, scope: str) -> list[tuple[str, list[int]]]:
    """The units of a scope that have posts, and the positions of those."""
    streets = dict(zip(case.frame("communities")["community"], case.frame("communities")["street"],
                       strict=True))
    found: dict[str, list[int]] = {}
    for j, post in enumerate(case.rows("posts")):
        unit = {
            "district": "district", "kind": post.kind, "post": post.post,
            "community": post.community,
            "street": streets.get(post.community) if post.community else post.street,
        }[scope]
        if unit is not None:
            found.setdefault(unit, []).append(j)
    return sorted(found.items())


def _values(case: Case, target: Any, table: str) -> tuple[Array, Array]:
    """(what each person counts for, whether each counts at all)."""
    size = len(case.frame(table))
    if target.group is not None:
        return case.matches_person(target.group, table).astype(float), np.ones(size)
    if target.mean_of in ("age", "年龄"):
        return case.ages(table).astype(float), np.ones(size)
    column = numeric_column(case, target.mean_of, table)
    if column is None:
        return np.zeros(size), np.zeros(size)
    value = case.frame(table)[column].to_numpy(dtype=float, na_value=np.nan)
    return np.nan_to_num(value), (~np.isnan(value)).astype(float)


def _bounds(
    seats: Seats,
    target: Any,
    people: tuple[tuple[Array, Array], tuple[Array, Array]],
    unit: str,
    posts: list[int],
) -> list[Bound]:
    (counts, counted), (top, whole) = people
    stay = (0.0, 0.0)
    if target.of == "team":
        mine = [i for i in seats.staying if seats.held[i] in set(posts)]
        stay = (float(top[mine].sum()), float(whole[mine].sum()))
    out = []
    for bound in ("min_share", "max_share", "min_count", "max_count", "min_mean", "max_mean"):
        value = getattr(target, bound)
        if value is None:
            continue
        goal, sign = exact(value), 1.0 if bound.startswith("min") else -1.0
        if bound.endswith("count"):
            weights, constant = counts, stay[0] - float(goal)
        else:
            weights, constant = counts - float(goal) * counted, stay[0] - float(goal) * stay[1]
        out.append(Bound(
            target.target, unit, bound, goal, target.strength or "should", tuple(posts),
            sign * weights, sign * constant, counts, counted, stay, target.of))
    return out
