"""Goals in rank order over a pool of columns that grows: all others are priced, not listed.

Each goal is first solved as a linear model; columns are priced and join until none improves it:
its value then bounds the goal over all columns, listed or not. Whole answers are found over the
pool. One that comes to the bound is proven; else every column whose reduced cost is not above the
gap joins as well, for only those can be in a better answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np

from planner.model.rule import Model, Sense, Stage, Terms
from planner.solver.finishing import (
    CLOSE,
    EFFORT,
    SOON,
    TRY_NODES,
    Answer,
    Finishing,
    Linear,
    Offer,
    at,
)
from planner.solver.growing import WHOLE, Growing
from planner.solver.highs import SLIP, Array, Outcome
from planner.solver.ladder import SLIP_IN_PROPORTION, Climb, Reached
from planner.solver.watch import Tell, silent
from planner.solver.weighing import weighed, weights

#: Rounds of pricing after which a linear bound is what pricing has proven until then.
ROUNDS = 200
#: The goal that lets rules give, so that columns they need are priced: they must give nothing.
MUST = "must"
#: From so many columns on, linear programs that start from nothing are solved from their inside.
INSIDE = 50_000
#: Up to so many columns of the offer, goals that cannot all be at their linear bounds are asked for
#: one by one until each is proven.
ONE_BY_ONE = 5_000
#: How much more effort an answer is worth where a goal before the last is not at its linear bound.
MORE = 3


class Priced(Finishing):
    """Climbs stages over a pool. ``part`` names the goal the columns of the offer count in."""

    def __init__(
        self, model: Model, stages: list[Stage], rows: list[int], offer: Offer, part: str,
        time_limit: float | None = None, tell: Tell = silent,
    ) -> None:
        super().__init__(Growing(model, time_limit), offer)
        self.stages, self.rows, self.part = stages, rows, part
        self.session.watch.tell = tell

    def climb(self) -> Climb:
        """All goals; first as if whole answers came to every linear bound, else one by one.

        ``stopped`` without a point where no whole answer was found and none is proven not to be.
        """
        weigh = weights(self.stages, self.session.model, self.offer.listed())
        heavy = next((w for s, w in weigh if s.goal == self.part), 0.0)

        def together() -> Terms:
            return weighed(weigh)

        out = None
        if len(self.session.model.lower) > INSIDE:
            with self.session.inside(crossover=True):
                out = self.session.optimise(together(), "max")
        solved = out is not None and out.status == "optimal" and len(out.duals) > 0
        first = self._linear(together, "max", heavy, out if solved else None)
        if first.status != "optimal":
            return Climb("infeasible" if first.status == "infeasible" else "stopped", np.zeros(0))
        self.first = Linear(first, together, "max", heavy, first.bound)
        self.weigh = {(s.goal, s.part): w for s, w in weigh}
        found = self._climb(careful=False) or self._climb(careful=True)
        return found or Climb("infeasible" if self.sure else "stopped", np.zeros(0))

    def _climb(self, careful: bool) -> Climb | None:
        """Goal by goal. A goal without columns of the offer waits for one that has some.

        ``None`` where there is no whole answer with all that waits at its linear bound.
        """
        self.sure, x = True, np.zeros(0)
        for row in self.rows:
            self.session.hold(row)
        reached: list[Reached] = []
        waiting: list[Reached] = []
        bounds: list[float] = []
        agree = not any(s.tolerance for s in self.stages)  # with the goals weighed together
        mine = set(self.offer.listed())
        for n, (stage, row) in enumerate(zip(self.stages, self.rows, strict=True)):
            self.session.watch.at(stage.goal, stage.part)
            last = n == len(self.stages) - 1
            waits = not (careful or last or stage.tolerance) and not any(
                j in mine for j, _ in stage.terms)
            linear = self._of(stage, waits, agree and last and not careful)
            if linear.out.status != "optimal":
                self.sure = False
                return None
            bound = stage.sharp(linear.bound)
            if stage.goal == MUST and bound > WHOLE:
                return None
            if waits:
                value = max(bound, at(stage, linear.out.x))
                bounds.append(bound)
                agree = agree and not self._missed(stage, linear.out.x) and not self._missed(
                    stage, self.first.out.x, linear.out.x)
                waiting.append(_told(stage, value, bound))
                self._hold(stage, row, value)
                continue
            start = None
            if linear.terms is self.first.terms:
                start = self._together(stage, bound)
                if start is not None and self._must_do(start.x, len(mine)):
                    return self._honest(start.x, [*bounds, bound])
            if start is not None:
                worse = any(self._missed(s, start.x) for s in self.stages[:n])
                start = None if worse else Answer(at(stage, start.x), bound, start.x)
            if stage.last and len(x):
                x = self._tied(stage, linear, bound, x)
                break
            got = self._whole(stage, linear, bound, start)
            if got is None:
                return None
            reached += [*waiting, _told(stage, got.value, got.bound)]
            waiting, careful, x = [], True, got.x
            if stage.goal == MUST and got.value > WHOLE:
                self.sure = got.bound > WHOLE
                return None
            self._hold(stage, row, got.value)
        status = "optimal" if all(r.proven for r in reached) else "feasible"
        x = self._padded(x)
        return Climb(status, x, tuple(r for r in reached if r.goal != MUST))

    def _of(self, stage: Stage, waits: bool, agree: bool) -> Linear:
        """What is known of a goal with those before it held.

        A goal that waits is at its best with all goals weighed together if it cannot be better at
        all, or if that is proven from the inside of its program. Where all goals ``agree`` to that
        answer, it is one for the last of them as well, and proves what that one would alone.
        """
        first, weight = self.first, 1.0 if stage.goal == self.part else 0.0
        if waits and stage.sense == "min":
            value, least = at(stage, first.out.x), self._least(stage)
            if value <= least + WHOLE:
                return replace(first, bound=least)
            if len(self.session.model.lower) > INSIDE:
                bound = self._proven(stage, weight)
                if stage.sharp(bound) >= value - WHOLE:
                    return replace(first, bound=bound)
        if agree and (stage.goal, stage.part) in self.weigh:
            return replace(first, bound=self._given_others(stage, first.out.x),
                           scale=abs(self.weigh[stage.goal, stage.part]))

        def terms() -> Terms:
            return stage.terms

        out = self._linear(terms, stage.sense, weight)
        return Linear(out, terms, stage.sense, weight, out.bound)

    def _least(self, stage: Stage) -> float:
        """No less is possible of a goal, whatever its columns are."""
        lower = self.session.model.lower
        return sum(c * lower[j] if c > 0 else -inf for j, c in stage.terms)

    def _given_others(self, last: Stage, x: Array) -> float:
        """A bound of the last goal for whatever is no worse in all others than this point."""
        weighs = {(s.goal, s.part): s for s in self.stages}
        others = sum(w * at(weighs[key], x) for key, w in self.weigh.items()
                     if weighs[key] is not last)
        return (self.first.bound - others) / self.weigh[last.goal, last.part]

    def _proven(self, stage: Stage, weight: float) -> float:
        """A bound of a goal over all columns, by duals from the inside of its program."""
        best = -inf
        for _ in range(ROUNDS):
            with self.session.inside(crossover=False):
                out = self.session.optimise(stage.terms, stage.sense)
                reduced = self.session.reduced()
            if not len(out.duals):
                return best
            names, more = self.offer.better(out, weight, stage.sense, reduced)
            best = max(best, self.session.proven(out.duals, reduced) - more)
            if not len(names) or stage.sharp(best) >= at(stage, self.first.out.x) - WHOLE:
                return best
            self._join(names)
        return best

    def _hold(self, stage: Stage, row: int, value: float) -> None:
        slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + stage.tolerance / stage.unit
        if stage.sense == "max":
            self.session.hold(row, low=value - slip)
        else:
            self.session.hold(row, high=value + slip)

    def _linear(
        self, terms: Callable[[], Terms], sense: Sense, weight: float, out: Outcome | None = None
    ) -> Outcome:
        """The best linear answer over all columns; ``bound`` holds for each of them.

        ``terms`` are asked for every round: columns that join have their part in them. ``out`` is
        an answer over the columns there are.
        """
        best = inf if sense == "max" else -inf
        for _ in range(ROUNDS):
            out = out or self.session.surely(terms(), sense)
            if out.status != "optimal":
                return out
            names, more = self.offer.better(out, weight, sense, self.session.reduced())
            best = min(best, out.value + more) if sense == "max" else max(best, out.value - more)
            if not len(names):
                return replace(out, bound=best)
            self._join(names)
            out = None
        out = self.session.surely(terms(), sense)
        return replace(out, bound=best) if out.status == "optimal" else out

    def _together(self, last: Stage, bound: float) -> Answer | None:
        """A whole answer to the last goal with all that waits as good as in the linear answer.

        All goals are weighed together to find it: nothing is held, so every way to it is open.
        """
        values = [(stage, row, at(stage, self.first.out.x)) for stage, row in zip(
            self.stages, self.rows, strict=True) if stage is not last]
        for _, row, _ in values:
            self.session.hold(row)
        one = Stage(self.part, "max", self.first.terms())
        self.spent = 0
        best = self._better(None, self._ask(
            one, self.first.bound, self._kept(self.first.out.x), TRY_NODES), -1.0)
        near = SOON * CLOSE * abs(bound) * abs(self.weigh.get((last.goal, last.part), 1.0))
        best = self._improved(one, self.first.bound, best, -1.0, near, lambda x: EFFORT * (
            MORE if any(self._missed(s, x) for s, *_ in values) else 1))
        for stage, row, value in values:
            self._hold(stage, row, value)
        return best

    def _missed(self, stage: Stage, x: Array, against: Array | None = None) -> bool:
        """Whether a goal is worse at a point than in the linear answer, or at another point."""
        sign = -1.0 if stage.sense == "max" else 1.0
        best = at(stage, self.first.out.x if against is None else against)
        return sign * (at(stage, x) - best) > WHOLE

    def _must_do(self, x: Array, columns: int) -> bool:
        """Whether a point that is worse in some goal must do: one by one would take too long."""
        missed = [s.goal for s in self.stages[:-1] if self._missed(s, x)]
        return bool(missed) and missed[0] != MUST and columns > ONE_BY_ONE and all(
            s.sense == "min" for s in self.stages[:-1])

    def _honest(self, x: Array, bounds: list[float]) -> Climb:
        """A whole answer that does not come to all linear bounds, and what is proven of each goal:
        behind the first that does not, only with those before it as they are in the answer."""
        missed, reached = False, []
        for stage, alone in zip(self.stages, bounds, strict=True):
            last = stage is self.stages[-1]
            given = self._given_others(stage, x) if last else self._least(stage)
            reached.append(_told(stage, at(stage, x), given if missed else alone))
            missed = missed or self._missed(stage, x)
        self.sure = False
        return Climb("feasible", self._padded(x), tuple(r for r in reached if r.goal != MUST))


def _told(stage: Stage, value: float, bound: float) -> Reached:
    value, bound = (round(stage.unit * f + stage.constant, 6) + 0.0 for f in (value, bound))
    return Reached(stage.goal, value, bound, stage.part)


