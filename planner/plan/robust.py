"""What the loss of each placed person would do: who steps in, what stays empty, what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.whatif import order
from planner.model.blocks import ranked_goals
from planner.model.people.training import is_tied
from planner.model.training import most_awarded
from planner.plan.again import Again, Bound, Reply
from planner.plan.askers import NO_PLAN, Anew, is_large
from planner.plan.cost import costs
from planner.plan.plan import Plan
from planner.plan.relaxing import quoted
from planner.solver.watch import NEVER, Deadline, Tell, silent

Pair = tuple[str, str]  # (candidate, post)
#: What is said of the awards that pay for training: nothing does; as paid, and no others could fill
#: more; as paid, and others might; decided again with everything else.
Awards = Literal["", "proven", "held", "moved"]


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
    stand elsewhere, ``empty`` seats more left empty by post, ``trained`` (candidate, course) who
    has to be trained to step in and was not to be. ``status`` ``infeasible``: without this person
    not every rule can be kept; ``stopped``: the time was over before it was looked at.
    """

    candidate: str
    posts: tuple[str, ...]
    status: str
    steps_in: tuple[Pair, ...] = ()
    moves: tuple[Pair, ...] = ()
    empty: tuple[tuple[str, int], ...] = ()
    costs: tuple[Cost, ...] = ()
    trained: tuple[Pair, ...] = ()
    awards: Awards = ""

    @property
    def thin(self) -> bool:
        """Whether nobody can make up for the loss: a seat more stays empty, or no plan is left."""
        return bool(self.empty) or self.status == "infeasible"


def losses(
    plan: Plan, deadline: Deadline = NEVER, tell: Tell = silent,
    only: Collection[str] | None = None,
) -> tuple[Loss, ...]:
    """For each placed person (of ``only`` these) the best plan without them, the hardest first.

    Each is solved again goal by goal, keeping to the plan where no goal is the worse for it; nobody
    may step in who is not eligible, if need be once trained. A pin of the lost person is dropped.
    Awards stay as paid, unless others could fill more seats and the plan's are proven without the
    joint model: then money and people are solved together. Those left when the ``deadline`` comes
    are told as ``stopped``.
    """
    if plan.people is None:
        return ()
    held: dict[str, list[str]] = {}
    for candidate, post, _ in plan.people.placed:
        held.setdefault(candidate, []).append(post)
    asked = sorted(held if only is None else {*only} & {*held})
    if not asked:
        return ()
    losing = _Anew(plan) if is_large(plan.case) and not is_tied(plan.case) else _Kept(plan)
    found = []
    for n, candidate in enumerate(asked, 1):
        if deadline.over:
            found.append(Loss(candidate, tuple(held[candidate]), "stopped"))
            continue
        tell("without_each", f"{n}/{len(asked)}", None)
        found.append(losing.of(candidate, tuple(held[candidate])))
    return tuple(sorted(found, key=lambda n: _hardest(n, ranked_goals(plan.case))))


class _Anew:
    """Each loss solved anew, as a case without the person."""

    def __init__(self, plan: Plan) -> None:
        assert plan.people is not None
        self.plan = plan
        self.before = frozenset((c, p) for c, p, _ in plan.people.placed)

    @cached_property
    def _asker(self) -> Anew:
        return Anew(self.plan.case, self.before, self.plan)

    def of(self, candidate: str, posts: tuple[str, ...]) -> Loss:
        """The loss of one person."""
        changed = self._asker.changed(_gone(self.plan.case, candidate))
        reply = NO_PLAN if changed is None else changed.base
        return self._loss(candidate, posts, reply, self._asker.base)

    def _loss(self, candidate: str, posts: tuple[str, ...], reply: Reply, base: Reply) -> Loss:
        if not reply.solved:
            return Loss(candidate, posts, reply.status)
        assert self.plan.people is not None
        before, after = self.before, reply.placed
        gone = Counter(p for _, p in before)
        gone.subtract(p for _, p in after)
        told = tuple(
            Cost(c.goal, c.part, round(c.worse * abs((c.after or 0.0) - (c.before or 0.0)), 6))
            for c in costs(base, reply) if c.worse and c.part != "even")  # only breaks ties
        stepped = {c for c, _ in after - before}
        return Loss(
            candidate, posts, reply.status, tuple(sorted(after - before)),
            tuple(sorted((c, p) for c, p in before - after if c != candidate)),
            tuple(sorted((p, n) for p, n in gone.items() if n > 0)), told,
            tuple(sorted(t for t in reply.trained - {*self.plan.people.trained}
                         if t[0] in stepped)))


class _Kept(_Anew):
    """Losses as questions to one model of the people, within the awards as they are paid."""

    @cached_property
    def _again(self) -> Again:
        return Again(self.plan.case, self.before, self.plan.money)

    def of(self, candidate: str, posts: tuple[str, ...]) -> Loss:
        """The loss of one person."""
        again, tied = self._again, is_tied(self.plan.case)
        i = again.who.index(candidate)
        bounds = (*again.without(i), *_unpinned(again, i), *again.unlisted(i))
        reply = again.ask(bounds)
        proven = tied and self.plan.apart and not self._could_help(bounds, reply)
        if tied and self.plan.apart and not proven:
            return replace(super().of(candidate, posts), awards="moved")
        reply = replace(reply, placed=_exchanged(again, i, reply))
        found = self._loss(candidate, posts, reply, again.base)
        return replace(found, awards="proven" if proven else "held" if tied else "")

    def _could_help(self, bounds: tuple[Bound, ...], reply: Reply) -> bool:
        """Whether more money for training could make a goal ranked before the amounts suffer less.

        Where it could not, the amounts are as they were, and what is ranked after them is the best
        within them: moving money gains nothing.
        """
        names = [goal for goal, _ in ranked_goals(self.plan.case)]
        first = names[:names.index("fairness")]
        if reply.solved and not any(
                c.worse > 0 for c in costs(self._again.base, reply) if c.goal in first):
            return False
        most = self._again.ask((*bounds, *self._again.paying(most_awarded(self.plan.case))),
                               first=first)
        if not (most.solved and reply.solved):
            return most.solved
        return any(c.worse > 0 for c in costs(most, reply) if c.goal in first)


def _gone(case: Case, candidate: str) -> list[Order]:
    """A case without somebody, as changes of its tables."""
    named = {"pairs": ("candidate",), "kin": ("person", "other"), "candidates": ("candidate",)}
    return [order(table, "remove", {},
                  " or ".join(quoted(column, candidate) for column in columns), f"without_{table}")
            for table, columns in named.items()
            if any(candidate in (getattr(r, c) for c in columns) for r in case.rows(table))]


def _unpinned(again: Again, i: int) -> Iterator[Bound]:
    for k, j in again.v.people.pins:
        if k == i:
            yield from again.unpinned(k, j)


def _exchanged(again: Again, i: int, reply: Reply) -> frozenset[Pair]:
    """The placements, someone alike standing in where the lost person was seated."""
    lost = again.who[i]
    seated = {c for c, _ in reply.placed}
    spare = next((again.who[k] for k in again.alike(i)
                  if k != i and again.who[k] not in seated), "")
    return frozenset((spare if c == lost else c, p) for c, p in reply.placed)


def _hardest(loss: Loss, ranked: tuple[tuple[str, float], ...]) -> tuple[object, ...]:
    """No plan left first, then who harms the highest goal, and that the most; then the code.

    Parts of a goal are told in their own order, but posts of the highest priority come first.
    """
    rank = {goal: n for n, (goal, _) in enumerate(ranked)}
    harmed = sorted(((rank.get(c.goal, len(rank)), -int(c.part) if c.part.isdigit() else 0, -c.by)
                     for c in loss.costs if c.by > 0), key=lambda c: c[:2])
    return (loss.status in ("optimal", "feasible"), not harmed, tuple(harmed), loss.candidate)
