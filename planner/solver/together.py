"""Goals in rank order reached by one solve, where its duals prove that they do not compete."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from planner.model.rule import Leximin, Stage, Terms
from planner.solver.highs import SLIP, Outcome, Session
from planner.solver.stating import Array

#: A dual this small is none.
NO_DUAL = 1e-9


def plain(stage: Stage | Leximin) -> bool:
    """Whether a goal may be asked for together with others: a linear one, and nothing special."""
    return isinstance(stage, Stage) and stage.sense == "max" and not (
        stage.tolerance or stage.grain or stage.last or stage.fixes or stage.whole)


class Together:
    r"""A run of goals :math:`\max s_1`, then :math:`\max s_2`, …, asked for all at once.

    .. math:: \max \sum_i w_i s_i, \qquad w_1 > w_2 > \dots > 0

    At its best point, :math:`\hat s`, the first goals are where they would come to one by one, up
    to the first of which neither of these is known:

    - a row of the model says :math:`s_i \le \hat s_i`;
    - rows with a dual tie i to no later goal, but such as are at their least. The duals of all
      rows that tie goals to i bound the sum of :math:`w_k s_k` over them by what it is; those
      before i are held, those after it can be no lower, so nothing is left for :math:`s_i`.
    """

    def __init__(self, session: Session, goals: Sequence[Stage | Leximin], first: int) -> None:
        """The run is the goals from ``first`` on that are alike."""
        self.session = session
        self.stages: list[Stage] = []
        for goal in goals[first:]:
            if not (isinstance(goal, Stage) and plain(goal) and goal.goal == goals[first].goal):
                break
            self.stages.append(goal)
        self.first, self.end = first, first + len(self.stages)
        self.patience, self.waits = 1, 0
        self.most = self._most()

    def _most(self) -> list[float]:
        """What rows let each goal be at most, as an appropriation does what a payer pays."""
        most = [inf] * len(self.stages)
        if len(most) < 2:
            return most
        begins = {s.terms[0]: i for i, s in enumerate(self.stages) if s.terms}
        for row, high in zip(self.session.model.rows, self.session.high.tolist(), strict=True):
            i = begins.get(row.terms[0]) if row.terms and row.rule != "goal" else None
            if i is not None and row.terms == self.stages[i].terms:
                most[i] = min(most[i], high)
        return most

    def reach(self, n: int) -> tuple[Outcome, list[float]] | None:
        """A point for the goals from the n-th on, and the values it proves; ``None``: none.

        After each vain attempt, twice as many goals must be reached one by one before the next.
        """
        mine = range(n - self.first, len(self.stages))
        if self.waits or len(mine) < 2:
            self.waits -= 1
            return None
        terms: Terms = [(j, c * (2 - k / len(mine)))
                        for k, i in enumerate(mine) for j, c in self.stages[i].terms]
        outcome = self.session.surely(terms, "max")
        values = self._proven(mine, outcome) if outcome.status == "optimal" else []
        self.patience, self.waits = (1, 0) if values else (2 * self.patience, self.patience)
        return (outcome, values) if values else None

    def _proven(self, mine: range, outcome: Outcome) -> list[float]:
        value = {i: _value(self.stages[i], outcome.x) for i in mine}
        tied = self._tied(mine, outcome)
        last = {tied[i]: i for i in mine if value[i] > self._least(i) + SLIP}
        out: list[float] = []
        for i in mine:
            if value[i] < self.most[i] - SLIP and last.get(tied[i], i) > i:
                break
            out.append(value[i])
        return out

    def _least(self, i: int) -> float:
        """What a goal is at least, by the bounds of its columns alone."""
        model = self.session.model
        return sum(c * (model.lower[j] if c > 0 else model.upper[j])
                   for j, c in self.stages[i].terms)

    def _tied(self, mine: range, outcome: Outcome) -> dict[int, int]:
        """Goals with the same number are tied by rows that have a dual."""
        model = self.session.model
        home = list(range(len(model.lower)))

        def root(j: int) -> int:
            while home[j] != j:
                home[j] = home[home[j]]
                j = home[j]
            return j

        rows = [model.rows[r].terms for r in np.flatnonzero(abs(outcome.duals) > NO_DUAL).tolist()]
        for terms in [*rows, *(self.stages[i].terms for i in mine)]:
            free = [j for j, _ in terms if model.lower[j] < model.upper[j]]
            for j in free[1:]:
                home[root(j)] = root(free[0])
        ends = {i: [j for j, _ in self.stages[i].terms] for i in mine}
        return {i: root(next((j for j in js if model.lower[j] < model.upper[j]), js[0]))
                for i, js in ends.items()}


def _value(stage: Stage, x: Array) -> float:
    return float(sum(c * x[j] for j, c in stage.terms))
