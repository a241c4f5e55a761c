"""Goals in rank order for one question after another, at first without asking for whole numbers.

Without them nothing is worse: where a whole point comes to the same as one in parts, goal by goal,
every value is proven. So whole numbers are only asked for where parts would do better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np

from planner.model.rule import Leximin, Model, Stage, Terms
from planner.solver.highs import SLIP, Outcome, Session
from planner.solver.ladder import SLIP_IN_PROPORTION, TIE_NODES, Climb, Ladder, Reached, unproven
from planner.solver.stating import Array
from planner.solver.trail import Trail
from planner.solver.watch import Deadline, Tell, silent

WHOLE = 1e-6
#: The most one goal weighs against the next when all are weighed together for a start.
HEAVIEST = 1e6


@dataclass(frozen=True)
class Bound:
    """New bounds of a column, or (``row``) of a row."""

    at: int
    low: float
    high: float
    row: bool = False


class Loose:
    """A model in two solvers, one of them asked for whole numbers.

    ``firm`` are the columns that decide the most: where nothing else helps, a whole point is looked
    for that keeps those which are whole already. Goals that are ``plain`` may be climbed loosely.
    ``time_limit`` seconds, from now on, are for all that is asked; ``tell`` hears of which goal.
    Goals that are not plain are climbed along the ``trail``.
    """

    def __init__(
        self, model: Model, stages: Sequence[Stage | Leximin], firm: Iterable[int] = (),
        time_limit: float | None = None, tell: Tell = silent, trail: Trail | None = None,
    ) -> None:
        self.stages, self.firm = tuple(stages), frozenset(firm)
        self._deadline, self._tell, self._trail = Deadline.after(time_limit), tell, trail
        self.asked = np.flatnonzero(model.whole)
        self.goals = [s for s in self.stages if isinstance(s, Stage) and not s.last]
        self.ties = [s for s in self.stages if isinstance(s, Stage) and s.last]
        self.plain = [*self.goals, *self.ties] == list(self.stages) and bool(self.goals) and not (
            any(s.tolerance for s in self.goals))
        parts = Model(list(model.lower), list(model.upper), [False] * len(model.lower),
                      list(model.rows) if self.plain else [])
        self._given = model
        ladder = Ladder(parts, self.stages if self.plain else ())
        self._rows = [rows[0] for rows in ladder.rows]
        self._parts = ladder.session(time_limit)
        self._parts.watch.tell = tell
        self._start = _weighed(self.goals)

    def ask(self, bounds: Iterable[Bound]) -> Climb:
        """All goals within these bounds."""
        return self.climb(tuple(bounds)) if self.plain else self.strictly(bounds)

    @cached_property
    def _strict(self) -> Ladder:
        return Ladder(self._given, self.stages)

    @cached_property
    def _whole(self) -> Session:
        session = self._strict.session(self._deadline.left)
        session.watch.tell = self._tell
        session.precisely()
        return session

    def strictly(self, bounds: Iterable[Bound]) -> Climb:
        """Goal by goal with whole numbers, as a ladder does."""
        _set(self._whole, bounds)
        return self._strict.climb(session=self._whole, tell=self._tell, trail=self._trail)

    def climb(self, bounds: Sequence[Bound], most: int | None = None) -> Climb:
        """All goals (or the first ``most``), which are plain, within these bounds.

        Those that whole points reach like points in parts are done at once; the first that they
        do not is asked for in whole numbers, and so on with the rest. Then ties are broken.
        ``feasible`` where the time was over first: the best whole point until then.
        """
        last = most or len(self.goals)
        _set(self._parts, bounds)
        self._parts.watch.at(self.goals[0].goal, self.goals[0].part)
        self._parts.optimise(self._start, "max")  # near all goals at once
        proven: list[Reached] = []
        point: Array | None = None
        while True:
            ahead, out = self._ahead(len(proven), last)
            if not proven and not ahead:
                return _without(out)
            whole = len(proven) + len(ahead) == last and self.is_whole(out.x)
            more, found = (len(ahead), out.x) if whole else self._nearby(
                bounds, len(proven), len(ahead), (out.x, point))
            proven += ahead[:more]
            point = point if found is None else found
            if len(proven) < last:
                n = len(proven)
                if point is not None and self._deadline.over:
                    return self._told(proven, point, last)
                out = self._ask(self._holding(bounds, n), n)
                if not out.solved:
                    return _without(out) if point is None else self._told(proven, point, last)
                proven.append(self._hold(n, out))
                point = out.x
            if point is not None and len(proven) == last:
                x = self._tied(bounds, point) if last == len(self.goals) else point
                return self._told(proven, x, last)

    def _told(self, proven: Sequence[Reached], x: Array, last: int) -> Climb:
        """What a whole point comes to, goal by goal, beside what is proven of each."""
        x = np.array(x)
        x[self.asked] = np.round(x[self.asked])
        reached = [*(counted(goal, r, x) for goal, r in zip(self.goals, proven, strict=False)),
                   *(unproven(goal, x) for goal in self.goals[len(proven):last])]
        return Climb("optimal" if all(r.proven for r in reached) else "feasible", x, tuple(reached))

    def _tied(self, bounds: Sequence[Bound], x: Array) -> Array:
        """The best of the points that have what is firm as it is here, and every goal."""
        for tie in self.ties:
            if self._deadline.over:  # a solver of whole numbers looks at the clock now and then
                break
            session = self._holding(bounds, len(self.goals))
            for j in self.firm:
                session.fix(j, float(round(x[j])), float(round(x[j])))
            out = session.optimise(tie.terms, tie.sense, TIE_NODES)
            x = out.x if out.solved else x
        return x

    def is_whole(self, x: Array) -> bool:
        """Whether everything that comes in whole numbers does."""
        return len(x) > 0 and bool((np.abs(x[self.asked] - np.round(x[self.asked])) <= WHOLE).all())

    def _ahead(self, done: int, last: int) -> tuple[list[Reached], Outcome]:
        """The goals from ``done`` on in parts, as far as they are found, and the last answer."""
        for row in self._rows[done:len(self.goals)]:
            self._parts.hold(row)
        ahead: list[Reached] = []
        out = best = self._ask(self._parts, done)
        while out.status == "optimal":
            best = out
            ahead.append(self._hold(done + len(ahead), out))
            if done + len(ahead) == last:
                break
            out = self._ask(self._parts, done + len(ahead))
        return ahead, best

    def _nearby(
        self, bounds: Sequence[Bound], done: int, ahead: int, points: tuple[Array | None, ...]
    ) -> tuple[int, Array | None]:
        """How many of the goals ahead a whole point near one of these reaches, and that point.

        First all that is whole in the first stays, then what is firm in each.
        """
        for more in range(ahead, 0, -1):
            for x, stays in self._stays(points):
                if self._deadline.over:
                    return 0, None
                session = self._holding(bounds, done + more)
                for j in stays:
                    session.fix(j, float(round(x[j])), float(round(x[j])))
                out = session.optimise([], "min")
                if out.solved:
                    return more, out.x
        return 0, None

    def _stays(self, points: Sequence[Array | None]) -> Iterator[tuple[Array, list[int]]]:
        """Points, and the columns to leave as they are there."""
        for n, x in enumerate(points):
            if x is not None:
                near = self.asked[np.abs(x[self.asked] - np.round(x[self.asked])) <= WHOLE].tolist()
                if not n:
                    yield x, near
                yield x, [j for j in near if j in self.firm]

    def _holding(self, bounds: Sequence[Bound], done: int) -> Session:
        """The solver asked for whole numbers, so many goals held as they are in the other."""
        _set(self._whole, bounds)
        for row in self._rows[:done]:
            self._whole.hold(row, float(self._parts.low[row]), float(self._parts.high[row]))
        return self._whole

    def _ask(self, session: Session, n: int) -> Outcome:
        goal = self.goals[n]
        session.watch.at(goal.goal, goal.part)
        return (session.surely if n else session.optimise)(goal.terms, goal.sense)

    def _hold(self, n: int, out: Outcome) -> Reached:
        """Hold a goal at what it came to, as the ladder does."""
        goal = self.goals[n]
        value = goal.sharp(out.value)
        slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + goal.tolerance / goal.unit
        low, high = (value - slip, inf) if goal.sense == "max" else (-inf, value + slip)
        self._parts.hold(self._rows[n], low, high)
        value, bound = (goal.unit * figure + goal.constant
                        for figure in (value, goal.sharp(out.bound)))
        return Reached(goal.goal, value, bound, goal.part)


def counted(goal: Stage, got: Reached, x: Array) -> Reached:
    """A goal counted again from a whole point, its bound sharpened to what it can take."""
    value = goal.unit * sum(c * float(x[j]) for j, c in goal.terms) + goal.constant
    bound = goal.unit * goal.sharp((got.bound - goal.constant) / goal.unit) + goal.constant
    return replace(got, value=round(value, 6) + 0.0, bound=bound)


def _without(out: Outcome) -> Climb:
    """No whole point: proven that there is none, or none found in time."""
    return Climb("infeasible" if out.status == "infeasible" else "stopped", np.zeros(0))


def _set(session: Session, bounds: Iterable[Bound]) -> None:
    """The model as at the start, but for these bounds."""
    session.restore()
    for bound in bounds:
        (session.hold if bound.row else session.fix)(bound.at, bound.low, bound.high)


def _weighed(goals: Iterable[Stage]) -> Terms:
    """All goals in one sum, the higher the heavier: to start from, never to answer with.

    A model that only counts shortfalls has so many best points that it is far slower to solve.
    """
    total: dict[int, float] = {}
    scale = 1.0
    for goal in reversed(list(goals)):
        if not goal.terms:
            continue
        sign = scale if goal.sense == "max" else -scale
        for column, c in goal.terms:
            total[column] = total.get(column, 0.0) + sign * c
        scale = min(HEAVIEST, scale * (1 + max(abs(c) for _, c in goal.terms)))
    return list(total.items())
