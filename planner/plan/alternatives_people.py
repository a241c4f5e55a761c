"""Placements nearly as good as the best with as many other people as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import inf

import numpy as np

from planner.model.blocks import Block, ranked_goals
from planner.model.people.bench import bench_order
from planner.model.people.rules import PeoplePart
from planner.model.people.training import courses_of
from planner.model.people.variables import PeopleVariables, benched, sent
from planner.model.rule import Leximin, Model, Row, Stage, Terms
from planner.plan.again import people_block
from planner.plan.farthest import Key, Near, farthest, within_of, worst_allowed
from planner.plan.plan import Plan
from planner.plan.recount import recount
from planner.plan.seating import Pair, seat
from planner.plan.standing import worth
from planner.solver.highs import Outcome, Session
from planner.solver.watch import NEVER, Deadline, Tell, silent

#: Placements tried beyond those asked for; trying goes on while the common core still shrinks.
SPARE = 2
SLIP = 1e-6
#: Branches a different plan is worth: it need not be the most different, only its core is proven.
NODES = 10


def near_people(
    plan: Plan, count: int, tolerance: Fraction, deadline: Deadline = NEVER, tell: Tell = silent
) -> Near[PeoplePart]:
    """The best placements, ``count`` others within the tolerance, and the core of all.

    Within: every goal no worse than its best by more than ``tolerance`` of it; what is whole, as
    seats filled are, not at all where that is less than one. Each plan uses as few as possible of
    the placements before it (hop, skip, jump). ``proven`` tells that no plan within the tolerance
    does without a placement of the core.
    """
    assert plan.people is not None
    search = _Search(plan, tolerance, deadline, tell)
    proven = search.run(count + SPARE)
    pool = [search.part(pairs, x) for pairs, x in search.found]
    best = worth(plan.case, None, plan.people)
    pool = [plan.people, *(p for p in pool if not recount(plan.case, plan.money, p)
                           and within_of(worth(plan.case, None, p), best, tolerance))]
    pool = list({tuple(sorted((c, p) for c, p, _ in part.placed)): part for part in pool}.values())
    chosen, apart = farthest(pool, count, elsewhere)
    plans = tuple(pool[n] for n in chosen)
    return Near(plans, tuple(worth(plan.case, None, p) for p in plans),
                tuple(map(tuple, apart)), _core(pool), len(pool), count, proven)


def elsewhere(one: PeoplePart, other: PeoplePart) -> Fraction:
    """The part of the placements of ``one`` that ``other`` does not have."""
    mine, theirs = ({(c, p) for c, p, _ in part.placed} for part in (one, other))
    return Fraction(len(mine - theirs), max(len(mine), 1))


def _core(pool: list[PeoplePart]) -> tuple[Key, ...]:
    placed = [{(c, p) for c, p, _ in part.placed} for part in pool]
    return tuple(sorted(set.intersection(*placed)))


class _Search:
    """The people block with its goals held, asked again and again for other placements."""

    def __init__(
        self, plan: Plan, tolerance: Fraction, deadline: Deadline, tell: Tell
    ) -> None:
        assert plan.people is not None
        case = self.case = plan.case
        block = people_block(case, plan.money)
        assert block.people is not None
        self.v: PeopleVariables = block.people
        self.who = [str(c.candidate) for c in case.rows("candidates")]
        self.what = [str(p.post) for p in case.rows("posts")]
        at = {c: i for i, c in enumerate(self.who)}, {p: j for j, p in enumerate(self.what)}
        first = [(at[0][c], at[1][p]) for c, p, _ in plan.people.placed]
        self.used: Counter[Pair] = Counter(first)
        self.core = set(first)
        self.found: list[tuple[list[Pair], list[float]]] = []
        of = {i: I for I, members in enumerate(self.v.who) for i in members}
        place = {j: J for J, posts in enumerate(self.v.what) for j in posts}
        self.column = {(i, j): self.v.y[of[i], place[j]] for i, j in first}
        held = _held(plan, block, tolerance)
        self.asked = np.flatnonzero(held.whole)
        parts = replace(held, lower=list(held.lower), upper=list(held.upper),
                        whole=[False] * len(held.whole), rows=list(held.rows))
        self.session, self.parts = (Session(model, deadline.left) for model in (held, parts))
        for session in (self.session, self.parts):
            session.watch.tell = tell
            session.watch.at("near", "")

    def run(self, tries: int) -> bool:
        """Find other placements; returns whether the core left is proven."""
        for _ in range(tries):
            outcome = self._rounded(self._usage())
            if outcome is None or not self._note(outcome):
                break
        return self._proven()

    def part(self, pairs: list[Pair], x: list[float]) -> PeoplePart:
        """Placements by codes, with the bench beside them."""
        listed = bench_order(self.case, benched(self.v, x, pairs))
        return PeoplePart(
            tuple((self.who[i], self.what[j], float(self.v.people.fit[i, j])) for i, j in pairs),
            tuple((self.who[i], self.what[j], rank) for i, j, rank in listed),
            tuple((self.who[i], courses_of(self.case)[c].code) for i, c in sent(self.v, x)))

    def _rounded(self, terms: Terms) -> Outcome | None:
        """A plan near the best point in parts of people: it need not be the best itself."""
        out = self.parts.optimise(terms, "min")
        if not out.solved:
            return None
        whole = self.asked[np.abs(out.x[self.asked] - np.round(out.x[self.asked])) <= SLIP].tolist()
        placing = {*self.v.y.values()}
        for stays in (whole, [j for j in whole if j in placing],
                      [j for j in whole if j in placing and out.x[j] > SLIP]):
            for j in stays:
                self.session.fix(j, float(round(out.x[j])), float(round(out.x[j])))
            found = self._solve(terms, NODES)
            self.session.restore()
            if found is not None:
                return found
        return self._solve(terms, NODES)

    def _solve(self, terms: Terms, nodes: int | None = None) -> Outcome | None:
        outcome = self.session.optimise(terms, "min", nodes)
        return outcome if outcome.solved else None

    def _usage(self) -> Terms:
        """What each column of placements was used, in the mean of its pairs; the core heavier."""
        weight: dict[int, float] = {}
        for (I, J), column in self.v.y.items():
            pairs = [(i, j) for i in self.v.who[I] for j in self.v.what[J]]
            used = sum(self.used[p] + (len(self.core) if p in self.core else 0) for p in pairs)
            weight[column] = used / len(pairs)
        return [(j, w) for j, w in weight.items() if w]

    def _note(self, outcome: Outcome) -> bool:
        """Keep what was found; ``False`` when it is nothing new."""
        x = [float(value) for value in outcome.x]
        heavy = {p: n + (len(self.core) if p in self.core else 0) for p, n in self.used.items()}
        pairs = seat(self.v, x, used=heavy)
        new = all(pairs != known for known, _ in self.found)
        self.found.append((pairs, x))
        self.used.update(pairs)
        self.core &= set(pairs)
        return new

    def _proven(self) -> bool:
        """Try to do without the core until no plan does without any of it.

        Each column of one person on one post is at most 1: when the least sum of the core's
        columns is their number, each of them is 1 in every plan. Among people or posts that
        nothing tells apart there may be an exchange nobody tried, so nothing is proven of them.
        """
        while self.core:
            columns = sorted({self.column[pair] for pair in self.core})
            outcome = self._solve([(j, 1.0) for j in columns])
            if outcome is None or outcome.status != "optimal":
                return False
            before = len(self.core)
            self._note(outcome)
            if len(self.core) == before:
                return all(_single(self.v, j) for j in columns)
        return True


def _single(v: PeopleVariables, column: int) -> bool:
    """Whether a column is one person on one post."""
    return any(len(v.who[I]) == len(v.what[J]) == 1
               for (I, J), j in v.y.items() if j == column)


def _held(plan: Plan, block: Block, tolerance: Fraction) -> Model:
    """The people block with each ranked goal as a row: within the tolerance of what it came to.

    What only breaks ties, as whom to list among equals or to train at the least cost, may differ.
    """
    reached: dict[Key, list[float]] = {}
    for r in plan.goals:
        reached.setdefault((r.goal, r.part), []).append(r.value)
    ranked = {goal for goal, _ in ranked_goals(plan.case)}
    for goal in block.goals:
        values = reached.get((goal.goal, goal.part))
        if values and goal.goal in ranked and (goal.goal, goal.part) != ("bench", "fit"):
            block.model.add(_rows(goal, values.pop(0), tolerance))
    return block.model


def _rows(goal: Stage | Leximin, value: float, tolerance: Fraction) -> Iterable[Row]:
    if isinstance(goal, Leximin):
        worst = worst_allowed(value, "higher", tolerance)
        return [Row("goal", goal.goal, terms, low=min(worst, most) - constant - SLIP)
                for terms, constant, most in goal.levels]
    if not goal.terms:
        return []
    higher = goal.sense == "max"
    worst = worst_allowed(value, "higher" if higher else "lower", tolerance)
    limit = (worst - goal.constant) / goal.unit
    return [Row("goal", goal.goal, goal.terms, low=limit - SLIP if higher else -inf,
                high=inf if higher else limit + SLIP)]
