"""What a change does to every goal, and the changes and decisions it is told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.case.recipe import Order
from planner.plan.again import Reply
from planner.plan.near import Step

SAME = 1e-6
#: The goals of which more is better.
MOST = ("fairness", "coverage", "orders", "fit")
#: Parts of ``payer_order`` of which less is better; of what each payer pays it is more.
LEAST = ("even", "short")


@dataclass(frozen=True)
class Told(Reply):
    """A reply with, by part of ``fairness``, every coverage, the least first."""

    levels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """What one goal comes to before and after; ``worse`` is 1, or -1 where it is better.

    ``rank``, for fairness: the position from the least covered of the first level that moves,
    where that is not the least.
    """

    goal: str
    part: str
    before: float | None
    after: float | None
    worse: int
    rank: int = 0


@dataclass(frozen=True)
class Change:
    """A change that was solved again: what is changed, and what it does.

    ``orders`` are the changes of the tables that make it, ``candidate`` and ``post`` who is then
    placed where, ``out`` who no longer has a place and ``into`` who else has one. ``pin`` tells
    whether it takes a pin.
    """

    candidate: str
    post: str
    steps: tuple[Step, ...]
    pin: bool
    orders: tuple[Order, ...]
    costs: tuple[Cost, ...]
    out: tuple[str, ...]
    into: tuple[str, ...]
    proven: bool


@dataclass(frozen=True)
class Pin:
    """A decided pair and what it costs: the goals without it (before) and with it (after)."""

    candidate: str
    post: str
    decision: str
    costs: tuple[Cost, ...]
    solved: bool


def costs(before: Reply, after: Reply) -> tuple[Cost, ...]:
    """Every goal before and after, in rank order."""
    keys = [(r.goal, r.part) for r in before.goals]
    keys += [k for r in after.goals if (k := (r.goal, r.part)) not in keys]
    if after.brief or before.brief:
        both = [{(r.goal, r.part) for r in reply.goals} for reply in (before, after)]
        keys = [k for k in keys if k in both[0] & both[1]]
    return tuple(_cost(goal, part, before, after) for goal, part in keys)


def _cost(goal: str, part: str, before: Reply, after: Reply) -> Cost:
    old, new, rank = before.value(goal, part), after.value(goal, part), 0
    if goal == "fairness" and not _differ(old, new):  # the first coverage that moves tells
        for n, (was, now) in enumerate(zip(*(
                r.levels.get(part, ()) if isinstance(r, Told) else () for r in (before, after)),
                strict=False), 1):
            if _differ(was, now):
                old, new, rank = was, now, n
                break
    sign = 0 if not _differ(old, new) else 1 if (new or 0.0) > (old or 0.0) else -1
    most = goal in MOST or (goal == "payer_order" and part not in LEAST)
    return Cost(goal, part, old, new, -sign if most else sign, rank)


def _differ(old: float | None, new: float | None) -> bool:
    return abs((new or 0.0) - (old or 0.0)) > SAME * max(1.0, abs(old or 0.0))


def first_worse(found: tuple[Cost, ...]) -> Cost | None:
    """The highest goal that suffers; ``None`` when only a tie was broken."""
    return next((c for c in found if c.worse > 0), None)
