"""Goals in rank order over a pool of columns that grows: all others are priced, not listed.

Each goal is first solved as a linear model; columns are priced and join until none improves it:
its value then bounds the goal over all columns, listed or not. Whole answers are found over the
pool. One that comes to the bound is proven; else every column whose reduced cost is not above the
gap joins as well, for only those can be in a better answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Protocol

import numpy as np

from planner.model.rule import Model, Sense, Stage, Terms
from planner.solver.growing import WHOLE, Columns, Growing
from planner.solver.highs import Array, Outcome
from planner.solver.ladder import SLIP_IN_PROPORTION, Climb, Reached
from planner.solver.leximin import SLIP
from planner.solver.watch import Tell, silent

#: Rounds of pricing after which a linear bound is what pricing has proven until then.
ROUNDS = 200
#: How many branches a whole answer is worth: a count, not a time, so the same bytes come of it.
NODES = 2000
#: Up to so many columns that can matter, all are asked to be whole at once.
AT_ONCE = 12_000
#: Up to so many columns that cost nothing in a linear answer join it.
AT_NO_COST = 60_000
#: An answer is improved part by part until so many tries in a row (each worth so many branches)
#: are in vain; the first leaves so much of it as it is.
TRIES, TRY_NODES, KEPT, LEAST_KEPT, MOST_KEPT = 2, 200, 0.8, 0.4, 0.9
#: The goal that lets rules give, so that columns they need are priced: they must give nothing.
MUST = "must"
#: The most one goal weighs against the next when all are weighed together for a start.
HEAVIEST = 1e6


@dataclass(frozen=True)
class Answer:
    """A whole answer: what it is worth, what is proven, and the point."""

    value: float
    bound: float
    x: Array


class Offer(Protocol):
    """What prices the columns that are not in the model."""

    def listed(self) -> list[int]:
        """The columns that are, of those the offer is about: they are to be whole."""

    def better(
        self, out: Outcome, weight: float, sense: Sense, reduced: Array
    ) -> tuple[Array, float]:
        """Names of columns that would improve a linear answer; how much all might, at the most."""

    def within(
        self, out: Outcome, weight: float, sense: Sense, gap: float, most: int
    ) -> Array | None:
        """Names of all columns whose reduced cost is at most ``gap``; ``None``: above ``most``."""

    def join(self, names: Array, first: int, rows: int) -> Columns:
        """Those columns, numbered from ``first``, beside so many rows."""


class Priced:
    """Climbs stages over a pool. ``part`` names the goal the columns of the offer count in."""

    def __init__(
        self, model: Model, stages: list[Stage], rows: list[int], offer: Offer, part: str,
        time_limit: float | None = None, tell: Tell = silent,
    ) -> None:
        self.stages, self.rows, self.offer, self.part = stages, rows, offer, part
        self.session = Growing(model, time_limit)
        self.session.watch.tell = tell
        self.sure = True  # nothing was left undecided

    def climb(self) -> Climb:
        """All goals; first as if whole answers came to every linear bound, else one by one.

        ``stopped`` without a point where no whole answer was found and none is proven not to be.
        """
        heavy = next((w for s, w in weights(self.stages) if s.goal == self.part), 0.0)
        first = self._linear(lambda: weighed(self.stages), "max", heavy)
        if first.status != "optimal":
            return Climb("infeasible" if first.status == "infeasible" else "stopped", np.zeros(0))
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
        mine = set(self.offer.listed())
        for n, (stage, row) in enumerate(zip(self.stages, self.rows, strict=True)):
            self.session.watch.at(stage.goal, stage.part)
            linear = self._linear(
                lambda now=stage: now.terms, stage.sense,  # type: ignore[misc]
                1.0 if stage.goal == self.part else 0.0)
            if linear.status != "optimal":
                self.sure = False
                return None
            bound = _sharp(stage, linear.bound)
            if stage.goal == MUST and bound > WHOLE:
                return None
            last = n == len(self.stages) - 1
            if not (careful or last or stage.tolerance) and not any(
                    j in mine for j, _ in stage.terms):
                waiting.append(_told(stage, bound, bound))
                self._hold(stage, row, bound)
                continue
            got = self._whole(stage, linear, bound)
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

    def _hold(self, stage: Stage, row: int, value: float) -> None:
        slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + stage.tolerance / stage.unit
        if stage.sense == "max":
            self.session.hold(row, low=value - slip)
        else:
            self.session.hold(row, high=value + slip)

    def _linear(self, terms: Callable[[], Terms], sense: Sense, weight: float) -> Outcome:
        """The best linear answer over all columns; ``bound`` holds for each of them.

        ``terms`` are asked for every round: columns that join have their part in them.
        """
        best = inf if sense == "max" else -inf
        for _ in range(ROUNDS):
            out = self.session.surely(terms(), sense)
            if out.status != "optimal":
                return out
            names, more = self.offer.better(out, weight, sense, self.session.reduced())
            best = min(best, out.value + more) if sense == "max" else max(best, out.value - more)
            if not len(names):
                break
            self._join(names)
        return Outcome(out.status, out.value, best, out.x, out.duals)

    def _join(self, names: Array) -> None:
        first, rows = len(self.session.model.lower), len(self.session.model.rows)
        self.session.grow(self.offer.join(names, first, rows))

    def _whole(self, stage: Stage, linear: Outcome, bound: float) -> Answer | None:
        """A whole answer for a goal: its value, what is proven, and the point.

        First whatever the linear answer has whole stays; then with all columns that cost nothing
        in it, as there may be many; then the answer is improved part by part; then all columns
        that can be in a better one are asked to be whole at once, if they are not too many.
        """
        sign = -1.0 if stage.sense == "max" else 1.0
        best = self._better(None, self._ask(stage, bound, self._kept(linear.x)), sign)
        if not _reaches(best, bound, sign):
            linear = self._joined(stage, linear, WHOLE, AT_NO_COST) or linear
            best = self._better(best, self._ask(stage, bound, self._kept(linear.x)), sign)
            best = self._improved(stage, bound, best, sign)
        if best is not None and _reaches(best, bound, sign):
            return Answer(bound, bound, best.x)
        return self._at_once(stage, linear, bound, best, sign)

    def _joined(self, stage: Stage, linear: Outcome, gap: float, most: int) -> Outcome | None:
        """Columns that cost no more join, and the linear answer with them; ``None``: too many."""
        weight = 1.0 if stage.goal == self.part else 0.0
        names = self.offer.within(linear, weight, stage.sense, gap, most)
        if names is None or not len(names):
            return None if names is None else linear
        self._join(names)
        return self.session.surely(stage.terms, stage.sense)

    def _at_once(
        self, stage: Stage, linear: Outcome, bound: float, best: Answer | None, sign: float
    ) -> Answer | None:
        """All columns that can be in an answer better than ``best`` asked to be whole at once."""
        gap = inf if best is None else abs(best.value - linear.bound) + WHOLE
        found = self._joined(stage, linear, gap, AT_ONCE)
        if found is None:
            if best is None:
                best = self._better(None, self._ask(stage, bound, self._bounds()), sign)
                best = self._improved(stage, bound, best, sign)
            self.sure = self.sure and best is not None
            return None if best is None else Answer(best.value, bound, best.x)
        low, high = self._bounds()
        high = np.where(sign * self.session.reduced()[self._columns()] > gap, low, high)
        out = self._ask(stage, bound, (low, high))
        best = self._better(best, out, sign)
        if best is None:
            self.sure = self.sure and out.status == "infeasible"
            return None
        proven = out.bound if out.solved else best.value if out.status == "infeasible" else bound
        proven = _sharp(stage, proven)
        nearest = min(proven, best.value) if sign > 0 else max(proven, best.value)
        return Answer(best.value, max(bound, nearest) if sign > 0 else min(bound, nearest), best.x)

    def _improved(
        self, stage: Stage, bound: float, best: Answer | None, sign: float
    ) -> Answer | None:
        """The answer with a part of it free at a time, the rest as it is."""
        kept, in_vain = KEPT, 0
        rng = np.random.default_rng(0)
        while in_vain < TRIES:
            if best is None or _reaches(best, bound, sign):
                return best
            out = self._ask(stage, bound, self._kept(best.x, kept, rng), TRY_NODES)
            done = out.status == "optimal"
            kept = max(LEAST_KEPT, kept - 0.1) if done else min(MOST_KEPT, kept + 0.1)
            was, best = best, self._better(best, out, sign)
            in_vain = in_vain + 1 if best is was else 0
        return best

    def _better(self, best: Answer | None, out: Outcome, sign: float) -> Answer | None:
        if out.solved and (best is None or sign * (out.value - best.value) < 0):
            return Answer(out.value, out.bound, out.x)
        return best

    def _padded(self, x: Array) -> Array:
        """A point with the columns that joined after it, at zero."""
        return np.append(x, np.zeros(len(self.session.model.lower) - len(x)))

    def _columns(self) -> Array:
        return np.array(self.offer.listed(), dtype=int)

    def _bounds(self) -> tuple[Array, Array]:
        columns = self._columns()
        return (np.array(self.session.model.lower)[columns],
                np.array(self.session.model.upper)[columns])

    def _kept(
        self, x: Array, part: float = 1.0, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Bounds in which this part of what is whole in ``x`` stays."""
        low, high = self._bounds()
        x = self._padded(x)[self._columns()]
        stays = (x > WHOLE) & (np.abs(x - np.round(x)) <= WHOLE)
        if rng is not None:
            stays &= rng.random(len(x)) < part
        return np.where(stays, np.round(x), low), high

    def _ask(
        self, stage: Stage, bound: float, bounds: tuple[Array, Array], nodes: int = NODES
    ) -> Outcome:
        """The best whole answer over the pool within these bounds."""
        with self.session.asking_whole(self._columns(), *bounds):
            self.session.aim(bound, stage.sense)
            return self.session.optimise(stage.terms, stage.sense, nodes)


def _reaches(best: Answer | None, bound: float, sign: float) -> bool:
    """Whether no better answer is possible."""
    return best is not None and sign * (best.value - bound) <= WHOLE


def _sharp(stage: Stage, bound: float) -> float:
    """A linear bound, at the nearest value a whole answer can have."""
    if not stage.grain:
        return bound
    steps = bound / stage.grain
    near = min(WHOLE * max(1.0, abs(bound)) / stage.grain, 0.1)
    return stage.grain * (ceil(steps - near) if stage.sense == "min" else floor(steps + near))


def _told(stage: Stage, value: float, bound: float) -> Reached:
    value, bound = (round(stage.unit * f + stage.constant, 6) + 0.0 for f in (value, bound))
    return Reached(stage.goal, value, bound, stage.part)


def weights(stages: list[Stage]) -> list[tuple[Stage, float]]:
    """What each goal weighs when all are weighed together, the higher the heavier."""
    out, scale = [], 1.0
    for stage in reversed(stages):
        if stage.terms:
            out.append((stage, scale if stage.sense == "max" else -scale))
            scale = min(HEAVIEST, scale * (1 + max(abs(c) for _, c in stage.terms)))
    return out


def weighed(stages: list[Stage]) -> Terms:
    """All goals in one sum: to start from, never to answer with."""
    total: dict[int, float] = {}
    for stage, weight in weights(stages):
        for column, c in stage.terms:
            total[column] = total.get(column, 0.0) + weight * c
    return list(total.items())
