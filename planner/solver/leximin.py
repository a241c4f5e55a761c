"""Leximin: raise the least of several levels as far as it goes, then the next least, and so on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from planner.model.rule import Leximin
from planner.solver.highs import SLIP, Outcome, Session
from planner.solver.stating import Array

#: Rules, as (rule, what it is about).
Rules = tuple[tuple[str, str], ...]


@dataclass
class Levels:
    r"""The levels of one leximin on their way up, fixed by dual certificates.

    .. math:: \max t \quad \text{s.t.}\quad q_r \ge \min(t, m_r) \;\; (r \text{ not yet fixed})

    A row with a positive dual holds with equality in *every* optimal solution, so its level
    cannot rise: it is fixed at t and leaves. The duals of the open rows add up to 1, so each such
    solve fixes at least one level. Levels also leave where their own most :math:`m_r` is reached:
    an aim beyond several of these is tried at once, and further the better it goes.
    Source: Ogryczak & Śliwiński, On direct methods for lexicographic min-max optimization.
    """

    session: Session
    goal: Leximin
    rows: list[int]
    top: int
    #: Each level at rest: its number, its height, and the rules that hold it there.
    rest: list[tuple[int, float, Rules]] = field(default_factory=list)
    #: The greatest least level proven possible, where whole decisions came before.
    bound: float | None = None

    def __post_init__(self) -> None:
        self.most: Array = np.array([m for _, _, m in self.goal.levels])
        self.base: Array = np.array([c for _, c, _ in self.goal.levels])
        self.open: Array = np.ones(len(self.rows), dtype=bool)

    @property
    def done(self) -> bool:
        """Whether every level has come to rest."""
        return not self.open.any()

    @property
    def least(self) -> float:
        """The lowest level at rest."""
        return min(height for _, height, _ in self.rest)

    def rise(self) -> Outcome | None:
        """Raise all levels; the last point on the way, ``None`` when there is none.

        Unless ``done`` afterwards, a limit came first.
        """
        session = self.session
        for row, base in zip(self.rows, self.base.tolist(), strict=True):
            session.hold(row, low=-base)
        if session.whole.any() and self.open.any():
            chosen = self._choose()
            if not chosen.solved:
                return None
            self.bound = chosen.bound
            session.freeze(chosen.x)
        last = self._climb()
        if self.done:
            self._hold()
        return last

    def _climb(self) -> Outcome | None:
        last: Outcome | None = None
        ahead, beyond = 1, False  # how many mosts to pass at once; whether that was too many
        while not self.done:
            mosts = np.unique(self.most[self.open])
            aim = float(mosts[min(ahead, len(mosts)) - 1])
            outcome = self._try(aim)
            if outcome.status != "optimal":  # the duals of a point that is not prove nothing
                return last
            height = float(outcome.x[self.top])
            if height >= aim - SLIP:
                for i in np.flatnonzero(self.open & (self.most <= height + SLIP)).tolist():
                    self._fix(i, min(float(self.most[i]), height), ())
                ahead, beyond = 1 if beyond else 2 * ahead, False
            elif aim > mosts[0]:
                ahead, beyond = max(int((mosts <= height).sum()), 1), True
                continue
            else:
                stuck = self.open & (np.abs(outcome.duals[self.rows]) > 1e-7)
                if not stuck.any():
                    return last
                by = self._holding(outcome)
                for i in np.flatnonzero(stuck).tolist():
                    self._fix(i, height, by)
                ahead, beyond = 1, False
            last = outcome
        return last

    def _try(self, aim: float) -> Outcome:
        """The highest t up to ``aim``, every level with a lower most held to that at the aim.

        Where the aim is missed, t is above the height that can be had: these asked for less.
        """
        session = self.session
        below = np.flatnonzero(self.open & (self.most < aim)).tolist()
        for i in below:
            session.hold(self.rows[i], low=-self.base[i] - (aim - self.most[i]))
        session.fix(self.top, -inf, aim)
        outcome = session.surely([(self.top, 1.0)], "max")
        if outcome.status != "optimal" or outcome.x[self.top] < aim - SLIP:
            for i in below:
                session.hold(self.rows[i], low=-self.base[i])
        return outcome

    def _fix(self, i: int, height: float, by: Rules) -> None:
        self.session.drop(self.rows[i], self.top)
        self.session.hold(self.rows[i], low=height - self.base[i] - SLIP)
        self.rest.append((i, height, by))
        self.open[i] = False

    def _hold(self) -> None:
        """Leave the model as the goals after this one are to find it."""
        if self.goal.tolerance:  # for them, not for its own higher levels
            for i, height, _ in self.rest:
                low = height - self.base[i] - SLIP - self.goal.tolerance
                self.session.hold(self.rows[i], low=low)
        self.session.fix(self.top, 0.0, 0.0)
        if self.bound is not None:
            self.session.thaw()

    def _choose(self) -> Outcome:
        """The whole decisions to climb with: the least level as high as any decision lets it be,
        then what they take from the levels as small as can be.

        The ``bound`` is that of the least level, proven over all decisions. The levels above it
        are the best with these decisions.
        """
        session, top, most = self.session, self.top, float(self.most.min())
        session.precisely()
        session.fix(top, -inf, most)
        best = session.surely([(top, 1.0)], "max")
        if best.status != "optimal":
            return best
        session.fix(top, float(best.x[top]) - SLIP, most)
        least = session.surely([(j, 1.0) for j in self.goal.takes], "min")
        session.fix(top, -inf, most)
        return replace(least, bound=best.bound) if least.solved else best

    def _holding(self, outcome: Outcome) -> Rules:
        """The rules whose rows have a dual: what stands in the way."""
        model = self.session.model
        rows = (model.rows[i] for i in np.flatnonzero(np.abs(outcome.duals) > 1e-7).tolist())
        return tuple(dict.fromkeys((r.rule, r.of) for r in rows if r.rule != "goal"))
