"""What the loss of each placed person would do: who steps in, what stays empty, what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from planner.model.blocks import Block
from planner.plan.again import Again, Bound, Reply, people_block
from planner.plan.plan import Plan

Pair = tuple[str, str]  # (candidate, post)
#: A change of a goal below this is none.
SMALL = 1e-6


@dataclass(frozen=True)
class Cost:
    """What the loss costs in one goal, in its unit: positive is worse."""

    goal: str
    part: str
    by: float


@dataclass(frozen=True)
class Loss:
    """The best plan without one person.

    ``steps_in`` are placements the plan did not have, ``moves`` those it had of people who now
    stand elsewhere, ``empty`` seats more left empty by post. ``status`` ``infeasible``: without
    this person not every rule can be kept.
    """

    candidate: str
    posts: tuple[str, ...]
    status: str
    steps_in: tuple[Pair, ...] = ()
    moves: tuple[Pair, ...] = ()
    empty: tuple[tuple[str, int], ...] = ()
    costs: tuple[Cost, ...] = ()

    @property
    def thin(self) -> bool:
        """Whether nobody can make up for the loss: a seat more stays empty, or no plan is left."""
        return bool(self.empty) or self.status == "infeasible"


def losses(plan: Plan) -> tuple[Loss, ...]:
    """For each placed person the best plan without them, the hardest to replace first.

    Each is solved again in the same model, goal by goal, keeping to the plan where no goal is the
    worse for it; nobody may step in who is not eligible. A pin of the lost person is dropped.
    """
    if plan.people is None:
        return ()
    held: dict[str, list[str]] = {}
    for candidate, post, _ in plan.people.placed:
        held.setdefault(candidate, []).append(post)
    if not held:
        return ()
    before = {(c, p) for c, p, _ in plan.people.placed}
    again = Again(plan.case, before, plan.money)
    block = people_block(plan.case, plan.money)
    base = again.base
    found = []
    for candidate, posts in sorted(held.items()):
        i = again.who.index(candidate)
        reply = again.ask((*again.without(i), *_unpinned(again, i), *_unlisted(again, block, i)))
        after = _exchanged(again, i, reply)
        found.append(_loss(candidate, tuple(posts), reply, before, after, base, again))
    return tuple(sorted(found, key=lambda n: _hardest(n, base)))


def _unpinned(again: Again, i: int) -> Iterator[Bound]:
    for k, j in again.v.people.pins:
        if k == i:
            yield from again.unpinned(k, j)


def _unlisted(again: Again, block: Block, i: int) -> Iterator[Bound]:
    """Who is lost stands on no bench either: lists of the class as if it had one fewer."""
    if again.v.bench is None:
        return
    members = again.alike(i)
    mine = {j for (I, _), j in again.v.y.items() if i in again.v.who[I]}
    mine |= {j for (I, _), j in again.v.bench.b.items() if i in again.v.who[I]}
    for k, row in enumerate(block.model.rows[:block.rows]):
        if row.rule == "bench_lists" and row.terms and all(j in mine for j, _ in row.terms):
            yield Bound(k, row.low, row.high * (len(members) - 1) / len(members), row=True)


def _exchanged(again: Again, i: int, reply: Reply) -> set[Pair]:
    """The placements, someone alike standing in where the lost person was seated."""
    lost = again.who[i]
    seated = {c for c, _ in reply.placed}
    spare = next((again.who[k] for k in again.alike(i)
                  if k != i and again.who[k] not in seated), "")
    return {(spare if c == lost else c, p) for c, p in reply.placed}


def _loss(
    candidate: str, posts: tuple[str, ...], reply: Reply, before: set[Pair], after: set[Pair],
    base: Reply, again: Again,
) -> Loss:
    if not reply.solved:
        return Loss(candidate, posts, reply.status)
    gone = Counter(p for _, p in before)
    gone.subtract(p for _, p in after)
    sense = {(g.goal, g.part): getattr(g, "sense", "max") for g in again.goals}
    costs = []
    for was, now in zip(base.goals, reply.goals, strict=True):
        by = (now.value - was.value) * (1 if sense[was.goal, was.part] == "min" else -1)
        if abs(by) > SMALL:
            costs.append(Cost(was.goal, was.part, round(by, 6)))
    return Loss(
        candidate, posts, reply.status, tuple(sorted(after - before)),
        tuple(sorted((c, p) for c, p in before - after if c != candidate)),
        tuple(sorted((p, n) for p, n in gone.items() if n > 0)), tuple(costs))


def _hardest(loss: Loss, base: Reply) -> tuple[object, ...]:
    """No plan left first, then the greatest cost goal by goal in rank order, then the code."""
    by = {(c.goal, c.part): c.by for c in loss.costs}
    return (loss.status in ("optimal", "feasible"),
            tuple(-by.get((g.goal, g.part), 0.0) for g in base.goals), loss.candidate)
