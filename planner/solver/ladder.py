"""Goals in rank order: a later goal never worsens an earlier one beyond its tolerance."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from math import inf

from planner.model.rule import Leximin, Model, Row, Stage
from planner.solver.highs import MIP_TOLERANCE, SLIP, Outcome, Session
from planner.solver.leximin import Levels
from planner.solver.stating import Array
from planner.solver.together import Together
from planner.solver.trail import Trail
from planner.solver.watch import Tell, silent

#: Large values slip in proportion, for no number has more than 15 digits.
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
    #: A limit came before the goal was done: never proven, whatever the figures.
    cut: bool = False

    @property
    def proven(self) -> bool:
        """Whether the two agree."""
        if self.cut:
            return False
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

    def __init__(
        self, model: Model, goals: tuple[Stage | Leximin, ...], asleep: tuple[int, ...] = ()
    ) -> None:
        """``asleep`` are columns that may always be 0 and that no goal before the bench counts:
        they are 0 until then, which leaves the goals before as they are and much quicker."""
        self.model, self.goals, self.asleep = model, goals, asleep
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

    def climb(
        self, time_limit: float | None = None, session: Session | None = None,
        tell: Tell = silent, trail: Trail | None = None,
    ) -> Climb:
        """Solve goal by goal; in a ``session`` of this ladder, with what was changed there.

        ``time_limit`` seconds are for all goals together; the point there is when they are over
        is kept. ``tell`` hears, while the solver runs, which goal it is at. Linear programs start
        from the ``trail`` of a model alike, or leave it.
        """
        session = session or self.session(time_limit)
        session.watch.tell = tell
        session.along(trail)
        self.held: list[Held] = []
        asleep = {j: (self.model.lower[j], self.model.upper[j]) for j in self.asleep}
        for j in asleep:
            session.fix(j, 0.0, 0.0)
        if self.goals:
            session.watch.at(self.goals[0].goal, self.goals[0].part)
        first = session.optimise([], "min")
        if not first.solved:
            return Climb(first.status, first.x)
        reached: list[Reached] = []
        last, run, until = first, Together(session, self.goals, 0), 0
        for n, (goal, rows, top) in enumerate(zip(self.goals, self.rows, self.tops, strict=True)):
            if n < until:  # reached together with one before it
                continue
            session.watch.at(goal.goal, goal.part)
            if asleep and self._wakes(goal, asleep):
                for j, bounds in asleep.items():
                    session.fix(j, *bounds)
                asleep = {}
            last = self._ask_whole(session, n, last)
            if session.whole.any() and self._decided(n, session):
                session.freeze(last.x)
            if isinstance(goal, Stage) and goal.last:
                last = self._tie(session, goal, last)
                continue
            run = Together(session, self.goals, n) if n >= run.end else run
            found = None if asleep or session.whole.any() else run.reach(n)
            if found is not None:
                last, values = found
                until = n + len(values)
                reached += self._together(session, n, values)
                continue
            if isinstance(goal, Stage):
                outcome, got = self._stage(session, goal, rows[0], self._unique(n, session))
            else:
                outcome, got = self._leximin(session, goal, rows, top)
            last = outcome or last
            if got is None:
                return self._cut_short(n, last, reached)
            reached.append(got)
        last = self._ask_whole(session, len(self.goals), last)
        status = "optimal" if all(r.proven for r in reached) else "feasible"
        return Climb(status, last.x, tuple(reached), tuple(self.held))

    @staticmethod
    def _wakes(goal: Stage | Leximin, asleep: Container[int]) -> bool:
        """Whether a goal is about columns that were 0 until now."""
        return goal.goal == "bench" or (
            isinstance(goal, Stage) and any(j in asleep for j, _ in goal.terms))

    def _ask_whole(self, session: Session, n: int, last: Outcome) -> Outcome:
        """Columns the n-th goal asks to be whole are so; those asked for until now are fixed.

        The goals those served are reached again with them: what is left is linear, and exact.
        """
        here = self.goals[n] if n < len(self.goals) else None
        columns, before = here.whole if isinstance(here, Stage) else (), session.asked
        if columns == before:
            return last
        served = [(g, rows[0]) for g, rows in zip(self.goals[:n], self.rows, strict=False)
                  if isinstance(g, Stage) and before and g.whole == before and not g.last]
        for _, row in served:
            session.hold(row)
        session.ask_whole(columns, last.x)
        fixed = frozenset(before)
        for goal, row in served:
            if any(j not in fixed for j, _ in goal.terms):
                outcome, _ = self._stage(session, goal, row)
                last = outcome or last
        return last

    def _decided(self, n: int, session: Session) -> bool:
        """Whether no goal from the n-th on asks for whole columns, and levels hold all amounts."""
        levels = [g for g in self.goals[:n] if isinstance(g, Leximin)]
        return bool(levels) and not any(g.tolerance for g in levels) and not any(
            isinstance(g, Leximin) or any(session.whole[j] for j, _ in g.terms)
            for g in self.goals[n:])

    def _unique(self, n: int, session: Session) -> bool:
        """Whether the model is linear and levels without tolerance are at rest in it."""
        return not session.whole.any() and any(
            isinstance(g, Leximin) and not g.tolerance for g in self.goals[:n])

    @staticmethod
    def _tie(session: Session, goal: Stage, last: Outcome) -> Outcome:
        """A tie broken as far as a bounded effort goes."""
        tied = session.optimise(goal.terms, goal.sense, nodes=TIE_NODES)
        last = tied if tied.solved else last
        for j in goal.fixes:
            session.fix(j, float(last.x[j]), float(last.x[j]))
        return last

    def _together(self, session: Session, n: int, values: list[float]) -> Iterator[Reached]:
        """Hold the goals from the n-th on to the values they were proven to come to."""
        for goal, rows, value in zip(self.goals[n:], self.rows[n:], values, strict=False):
            assert isinstance(goal, Stage)
            yield self._reached(session, goal, rows[0], value, value)

    def _stage(
        self, session: Session, goal: Stage, row: int, unique: bool = False
    ) -> tuple[Outcome | None, Reached | None]:
        """``unique``: levels hold most of the point, so that the last may well be the best."""
        near = unique and not session.led
        outcome = session.from_here(goal.terms, goal.sense) if near else None
        if outcome is None or outcome.status != "optimal":
            outcome = session.surely(goal.terms, goal.sense)
        if not outcome.solved:
            return None, None
        value = outcome.value
        if goal.grain:
            value = round(value / goal.grain) * goal.grain
        return outcome, self._reached(session, goal, row, value, outcome.bound)

    @staticmethod
    def _reached(session: Session, goal: Stage, row: int, value: float, bound: float) -> Reached:
        """Hold a goal to the value it came to."""
        slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + goal.tolerance / goal.unit
        if goal.whole:  # a whole column may be off by the solver's own tolerance
            slip += MIP_TOLERANCE * sum(abs(c) for _, c in goal.terms)
        if goal.sense == "max":
            session.hold(row, low=value - slip)
        else:
            session.hold(row, high=value + slip)
        value, bound = (goal.unit * figure + goal.constant for figure in (value, bound))
        return Reached(goal.goal, value, bound, goal.part)

    def _leximin(
        self, session: Session, goal: Leximin, rows: list[int], top: int
    ) -> tuple[Outcome | None, Reached | None]:
        levels = Levels(session, goal, rows, top)
        last = levels.rise()
        self.held += [Held(goal.names[i] if goal.names else str(i), height, by)
                      for i, height, by in levels.rest]
        if not levels.done:
            return last, None
        if not rows:
            return session.optimise([], "min"), Reached(goal.goal, 1.0, 1.0, goal.part)
        bound = levels.least if levels.bound is None else levels.bound
        return last, Reached(goal.goal, levels.least, bound, goal.part)

    def _cut_short(self, n: int, last: Outcome, reached: list[Reached]) -> Climb:
        """A limit came in the n-th goal: the point there is, and what it is worth for each goal.

        Of the goals from the n-th on nothing better is known to be impossible.
        """
        left = tuple(unproven(goal, last.x) for goal in self.goals[n:]
                     if not (isinstance(goal, Stage) and goal.last))
        return Climb("feasible", last.x, (*reached, *left), tuple(self.held))


def unproven(goal: Stage | Leximin, x: Array) -> Reached:
    """What a goal comes to at a point, nothing proven."""
    if isinstance(goal, Leximin):
        heights = [sum(c * x[j] for j, c in terms) + base for terms, base, _ in goal.levels]
        most = max((most for _, _, most in goal.levels), default=1.0)
        return Reached(goal.goal, float(min(heights, default=1.0)), most, goal.part, cut=True)
    value = goal.unit * float(sum(c * x[j] for j, c in goal.terms)) + goal.constant
    return Reached(goal.goal, value, inf if goal.sense == "max" else -inf, goal.part, cut=True)
