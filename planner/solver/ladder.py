"""Goals in rank order: a later goal never worsens an earlier one beyond its tolerance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from planner.model.rule import Leximin, Model, Row, Stage
from planner.solver.highs import Array, Outcome, Session

#: How far a held value may slip (万元, shares, people): above the solver's own tolerance, far below
#: a yuan. Large values slip in proportion, for no number has more than 15 digits.
SLIP = 1e-8
SLIP_IN_PROPORTION = 1e-10
#: How many branches a tie is worth: a count, not a time, so the same case gives the same bytes.
TIE_NODES = 100


@dataclass(frozen=True)
class Reached:
    """What a goal came to, and the best proven possible."""

    goal: str
    value: float
    bound: float
    part: str = ""

    @property
    def proven(self) -> bool:
        """Whether the two agree."""
        near = 1e-6 * max(1.0, abs(self.value))
        return abs(self.value - self.bound) <= near


@dataclass(frozen=True)
class Held:
    """Where a level of a leximin came to rest, and the rules that hold it there.

    ``by`` are the rules with a positive dual when the level was fixed, as (rule, what it is
    about): to raise the level one of them must give. Empty: its own most is reached.
    """

    of: str
    level: float
    by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Climb:
    """The end of a ladder: a point (when there is one), and what each goal came to."""

    status: str
    x: Array
    reached: tuple[Reached, ...] = ()
    held: tuple[Held, ...] = ()


class Ladder:
    """Adds the rows goals will need to a model, then climbs them in order."""

    def __init__(self, model: Model, goals: tuple[Stage | Leximin, ...]) -> None:
        self.model, self.goals = model, goals
        self.rows: list[list[int]] = []
        self.tops: list[int] = []
        for goal in goals:
            if isinstance(goal, Stage):
                self.rows.append([model.row(Row("goal", goal.goal, goal.terms))])
                self.tops.append(-1)
            else:
                top = model.column(-inf, inf)
                self.tops.append(top)
                self.rows.append(
                    [model.row(Row("goal", goal.goal, [*terms, (top, -1.0)]))
                     for terms, _, _ in goal.levels]
                )

    def session(self, time_limit: float | None = None) -> Session:
        """The model in the solver, to be climbed once or, restored in between, often."""
        return Session(self.model, time_limit)

    def climb(self, time_limit: float | None = None, session: Session | None = None) -> Climb:
        """Solve goal by goal; in a ``session`` of this ladder, with what was changed there."""
        session = session or self.session(time_limit)
        self.held: list[Held] = []
        first = session.optimise([], "min")
        if not first.solved:
            return Climb(first.status, first.x)
        reached: list[Reached] = []
        last = first
        for n, (goal, rows, top) in enumerate(zip(self.goals, self.rows, self.tops, strict=True)):
            if session.whole.any() and self._decided(n, session):
                session.freeze(last.x)
            if isinstance(goal, Stage) and goal.last:
                tied = session.optimise(goal.terms, goal.sense, nodes=TIE_NODES)
                last = tied if tied.solved else last
                continue
            if isinstance(goal, Stage):
                outcome, got = self._stage(session, goal, rows[0])
            else:
                outcome, got = self._leximin(session, goal, rows, top)
            if outcome is None:
                return Climb("stopped", last.x, tuple(reached))
            last = outcome
            reached.append(got)
        status = "optimal" if all(r.proven for r in reached) else "feasible"
        return Climb(status, last.x, tuple(reached), tuple(self.held))

    def _decided(self, n: int, session: Session) -> bool:
        """Whether no goal from the n-th on asks for whole columns, and levels hold all amounts."""
        levels = [g for g in self.goals[:n] if isinstance(g, Leximin)]
        return bool(levels) and not any(g.tolerance for g in levels) and not any(
            isinstance(g, Leximin) or any(session.whole[j] for j, _ in g.terms)
            for g in self.goals[n:])

    def _stage(
        self, session: Session, goal: Stage, row: int
    ) -> tuple[Outcome | None, Reached]:
        outcome = session.surely(goal.terms, goal.sense)
        if not outcome.solved:
            return None, Reached(goal.goal, np.nan, np.nan, goal.part)
        value, bound = outcome.value, outcome.bound
        if goal.grain:
            value = round(value / goal.grain) * goal.grain
        slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + goal.tolerance / goal.unit
        if goal.sense == "max":
            session.hold(row, low=value - slip)
        else:
            session.hold(row, high=value + slip)
        value, bound = (goal.unit * figure + goal.constant for figure in (value, bound))
        return outcome, Reached(goal.goal, value, bound, goal.part)

    def _leximin(
        self, session: Session, goal: Leximin, rows: list[int], top: int
    ) -> tuple[Outcome | None, Reached]:
        r"""Leximin by dual certificates.

        .. math:: \max t \quad \text{s.t.}\quad q_r \ge t \;\; (r \text{ not yet fixed})

        A row with a positive dual holds with equality in *every* optimal solution, so its level
        cannot rise: it is fixed at t and leaves. The duals of the open rows add up to 1, so each
        solve fixes at least one level. Cells whose own most is reached leave by it too.
        Source: Ogryczak & Śliwiński, On direct methods for lexicographic min-max optimization.
        """
        open_ = np.ones(len(rows), dtype=bool)
        most = np.array([m for _, _, m in goal.levels])
        base = np.array([c for _, c, _ in goal.levels])
        for i, row in enumerate(rows):
            session.hold(row, low=-base[i])
        floors = np.zeros(len(rows))
        least: float | None = None
        outcome: Outcome | None = None
        bound: float | None = None
        if session.whole.any() and open_.any():
            chosen = self._choose(session, goal, top, float(most.min()))
            if not chosen.solved:
                return None, Reached(goal.goal, np.nan, np.nan, goal.part)
            bound = chosen.bound
            session.freeze(chosen.x)
        while open_.any():
            session.fix(top, -inf, float(most[open_].min()))
            outcome = session.surely([(top, 1.0)], "max")
            if outcome.status != "optimal":  # the duals of a point that is not prove nothing
                return None, Reached(goal.goal, np.nan, np.nan, goal.part)
            level = float(outcome.x[top])
            least = level if least is None else least
            stuck = open_ & (most <= level + SLIP)
            by: tuple[tuple[str, str], ...] = ()
            if not stuck.any():
                stuck = open_ & (np.abs(outcome.duals[rows]) > 1e-7)
                by = self._holding(outcome)
            if not stuck.any():
                return None, Reached(goal.goal, np.nan, np.nan, goal.part)
            for i in np.flatnonzero(stuck).tolist():
                session.drop(rows[i], top)
                floors[i] = level - base[i] - SLIP
                session.hold(rows[i], low=floors[i])
                self.held.append(Held(goal.names[i] if goal.names else str(i), level, by))
            open_ &= ~stuck
        if goal.tolerance:  # for the goals after this one, not for its own higher levels
            for row, floor in zip(rows, floors, strict=True):
                session.hold(row, low=floor - goal.tolerance)
        session.fix(top, 0.0, 0.0)
        if bound is not None:
            session.thaw()
        if least is None:
            return session.optimise([], "min"), Reached(goal.goal, 1.0, 1.0, goal.part)
        return outcome, Reached(goal.goal, least, least if bound is None else bound, goal.part)

    def _choose(self, session: Session, goal: Leximin, top: int, most: float) -> Outcome:
        """The whole decisions to climb with: the least level as high as any decision lets it be,
        then what they take from the levels as small as can be.

        The ``bound`` is that of the least level, proven over all decisions. The levels above it
        are the best with these decisions.
        """
        session.fix(top, -inf, most)
        best = session.surely([(top, 1.0)], "max")
        if best.status != "optimal":
            return best
        session.fix(top, float(best.x[top]) - SLIP, most)
        least = session.surely([(j, 1.0) for j in goal.takes], "min")
        session.fix(top, -inf, most)
        return replace(least, bound=best.bound) if least.solved else best

    def _holding(self, outcome: Outcome) -> tuple[tuple[str, str], ...]:
        """The rules whose rows have a dual: what stands in the way."""
        rows = (self.model.rows[i] for i in np.flatnonzero(np.abs(outcome.duals) > 1e-7).tolist())
        return tuple(dict.fromkeys((r.rule, r.of) for r in rows if r.rule != "goal"))
