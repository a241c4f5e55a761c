"""Climbing the goals of a block: with whole numbers from the start, or with them asked for last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planner.case.case import Case
from planner.model.blocks import Block, ranked_goals
from planner.model.rule import Leximin, Stage
from planner.plan.priced import grained
from planner.solver.ladder import Climb, Ladder
from planner.solver.loose import Loose
from planner.solver.trail import Trail
from planner.solver.watch import Tell, silent

#: Columns of placements and lists from which on whole people are asked for last.
MANY = 20_000


def climbed(
    case: Case, block: Block, time_limit: float | None = None, tell: Tell = silent,
    trail: Trail | None = None, asking: bool = False,
) -> Climb:
    """All goals of a block, each as good as can be with those before it.

    ``trail`` is where money came through in a case before, or is to be left for those after.

    Many pairs with a bench are climbed loosely: every value is the same, and proven. Only of plans
    that are equal in all goals another may be found: no tie of placements is broken by code.
    So it is of a question (``asking``), where only what goals come to is wanted.
    """
    goals = tuple(_asked(case, block)) if asking and block.money is None else block.goals
    v = block.people
    if v is not None and v.bench is not None and block.money is None and (
            len(v.y) + len(v.bench.b) > MANY):
        plain = [g for g in goals if isinstance(g, Stage)]
        if len(plain) == len(goals):
            loose = Loose(block.model, grained(case, v.people, plain), v.y.values(),
                          time_limit, tell)
            if loose.plain:
                return loose.climb(())
    return Ladder(block.model, goals, block.asleep).climb(
        time_limit, tell=tell, trail=trail if starts_anywhere(block) else None)


def _asked(case: Case, block: Block) -> Iterator[Stage | Leximin]:
    """The goals that are ranked, and of what decides among equals only the plan held on to."""
    ranked = {goal for goal, _ in ranked_goals(case)}
    for goal in block.goals:
        if goal.goal == "steady" and isinstance(goal, Stage):
            yield replace(goal, last=True)
        elif goal.goal in ranked:
            yield goal


def starts_anywhere(block: Block) -> bool:
    """Whether what is read of a block is the same wherever its programs are started.

    So it is of money without whole decisions whose amounts ``fairness`` makes unique: who pays them
    is settled after.
    """
    levels = [g for g in block.goals if isinstance(g, Leximin)]
    whole = any(block.model.whole) or any(isinstance(g, Stage) and g.whole for g in block.goals)
    return bool(levels) and not whole and not any(g.tolerance for g in levels)
