"""What a change does to every goal, and the changes and decisions it is told of."""

from __future__ import annotations

from dataclasses import dataclass

from planner.case.recipe import Order
from planner.model.rule import Stage
from planner.plan.again import Again, Reply
from planner.plan.near import Step

SAME = 1e-6


@dataclass(frozen=True)
class Cost:
    """What one goal comes to before and after; ``worse`` is 1, or -1 where it is better."""

    goal: str
    part: str
    before: float | None
    after: float | None
    worse: int


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


def costs(again: Again, before: Reply, after: Reply) -> tuple[Cost, ...]:
    """Every goal before and after, in rank order."""
    sense = {(g.goal, g.part): g.sense if isinstance(g, Stage) else "max" for g in again.goals}
    keys = [(r.goal, r.part) for r in before.goals]
    keys += [k for r in after.goals if (k := (r.goal, r.part)) not in keys]
    if after.brief or before.brief:
        both = [{(r.goal, r.part) for r in reply.goals} for reply in (before, after)]
        keys = [k for k in keys if k in both[0] & both[1]]
    out = []
    for goal, part in keys:
        old, new = before.value(goal, part), after.value(goal, part)
        more = (new or 0.0) - (old or 0.0)
        near = SAME * max(1.0, abs(old or 0.0))
        sign = 0 if abs(more) <= near else 1 if more > 0 else -1
        out.append(Cost(goal, part, old, new,
                        -sign if sense.get((goal, part), "min") == "max" else sign))
    return tuple(out)


def first_worse(found: tuple[Cost, ...]) -> Cost | None:
    """The highest goal that suffers; ``None`` when only a tie was broken."""
    return next((c for c in found if c.worse > 0), None)
