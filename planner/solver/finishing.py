"""Whole answers to a goal over a pool of columns, from a linear one.

What the linear answer has whole stays, and a small integer model decides the rest; the answer is
improved part by part; columns whose reduced cost is above the gap cannot be in a better one, and
where few enough are left, all of them are asked to be whole at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

import numpy as np

from planner.model.rule import Sense, Stage, Terms
from planner.solver.growing import WHOLE, Columns, Growing
from planner.solver.highs import Array, Outcome

#: How many branches a whole answer is worth: a count, not a time, so the same bytes come of it.
NODES = 2000
#: Up to so many columns that can matter, all are asked to be whole at once.
AT_ONCE = 12_000
#: Up to so many columns that cost nothing in a linear answer join it.
AT_NO_COST = 60_000
#: An answer is improved part by part: of each size, until so many tries in a row (each worth so
#: many branches) are in vain, or a goal took so many iterations in all (counts, not times).
#: Many small ones go further in a minute than large ones in ten.
SIZES, TRY_NODES, EFFORT = ((0.1, 5), (0.2, 2), (0.4, 2)), 200, 100_000
#: A whole answer this near to its bound, in parts of it, is not improved part by part.
CLOSE = 1e-4
#: One so many times as far from it may be the best or nearly so: few columns can be in a better.
SOON = 5


@dataclass(frozen=True)
class Answer:
    """A whole answer: what it is worth, what is proven, and the point."""

    value: float
    bound: float
    x: Array


@dataclass(frozen=True)
class Linear:
    """A linear answer for a goal: the program it is of, and what it proves of the goal."""

    out: Outcome
    terms: Callable[[], Terms]
    sense: Sense
    weight: float
    bound: float
    #: What one unit of the goal is worth in the program.
    scale: float = 1.0


class Offer(Protocol):
    """What prices the columns that are not in the model."""

    def listed(self) -> list[int]:
        """The columns that are, of those the offer is about: they are to be whole."""

    def parts(self) -> Array:
        """The part of the case each of those belongs to: parts have little to do with each other.
        """

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


class Finishing:
    """Columns that join, and whole answers over those there are."""

    def __init__(self, session: Growing, offer: Offer) -> None:
        self.session, self.offer = session, offer
        self.sure = True  # nothing was left undecided
        self.spent = 0  # iterations, over the whole answers asked for a goal

    def _join(self, names: Array) -> None:
        first, rows = len(self.session.model.lower), len(self.session.model.rows)
        self.session.grow(self.offer.join(names, first, rows))

    def _whole(
        self, stage: Stage, linear: Linear, bound: float, best: Answer | None = None
    ) -> Answer | None:
        """A whole answer for a goal: its value, what is proven, and the point.

        Without one to start from: first whatever the linear answer has whole stays; then with all
        columns that cost nothing in it, as there may be many. Then the answer is improved part by
        part; then all columns that can be in a better one are asked to be whole at once, if they
        are not too many.
        """
        sign, near = -1.0 if stage.sense == "max" else 1.0, CLOSE * abs(bound)
        if best is None:
            self.spent = 0
            best = self._better(None, self._ask(stage, bound, self._kept(linear.out.x)), sign)
            if not reaches(best, bound, sign, near):
                linear = self._joined(linear, WHOLE, AT_NO_COST) or linear
                best = self._better(
                    best, self._ask(stage, bound, self._kept(linear.out.x)), sign)
        if best is not None and reaches(best, bound, sign, SOON * near):
            best = self._at_once(stage, linear, bound, best, sign, TRY_NODES) or best
            bound = best.bound
        if not reaches(best, bound, sign, near):
            best = self._improved(stage, bound, best, sign, near)
        if best is not None and reaches(best, bound, sign):
            return Answer(bound, bound, best.x)
        return self._at_once(stage, linear, bound, best, sign)

    def _tied(self, stage: Stage, linear: Linear, bound: float, x: Array) -> Array:
        """A point as good as ``x`` in all goals before, a tie broken as far as a short try goes.

        What the linear answer has whole stays, or else what ``x`` has of the tie already.
        """
        sign = -1.0 if stage.sense == "max" else 1.0
        first = Answer(at(stage, x), bound, x)
        best = self._better(first, self._ask(stage, bound, self._kept(linear.out.x)), sign)
        if best is first:
            low, high = self._bounds()
            columns, here = self._columns(), self._padded(x)[self._columns()]
            stays = np.isin(columns, [j for j, _ in stage.terms]) & (here > WHOLE)
            out = self._ask(stage, bound, (np.where(stays, np.round(here), low), high), TRY_NODES)
            best = self._better(first, out, sign)
        assert best is not None
        return best.x

    def _joined(self, linear: Linear, gap: float, most: int) -> Linear | None:
        """Columns that cost no more join, and the linear answer with them; ``None``: too many, or
        no time."""
        names = self.offer.within(linear.out, linear.weight, linear.sense, gap, most)
        if names is None:
            return None
        if len(names):
            self._join(names)
        out = self.session.surely(linear.terms(), linear.sense)
        return replace(linear, out=out) if out.status == "optimal" else None

    def _at_once(
        self, stage: Stage, linear: Linear, bound: float, best: Answer | None, sign: float,
        nodes: int = NODES,
    ) -> Answer | None:
        """All columns that can be in an answer better than ``best`` asked to be whole at once."""
        gap = inf if best is None else linear.scale * abs(best.value - linear.bound) + WHOLE
        found = self._joined(linear, gap, AT_ONCE)
        if found is None:
            if best is None:
                best, near = self._better(
                    None, self._ask(stage, bound, self._bounds()), sign), CLOSE * abs(bound)
                best = self._improved(stage, bound, best, sign, near)
            self.sure = self.sure and best is not None
            return None if best is None else Answer(best.value, bound, best.x)
        low, high = self._bounds()
        worse = -1.0 if linear.sense == "max" else 1.0
        high = np.where(worse * self.session.reduced()[self._columns()] > gap, low, high)
        out = self._ask(stage, bound, (low, high), nodes)
        best = self._better(best, out, sign)
        if best is None:
            self.sure = self.sure and out.status == "infeasible"
            return None
        proven = out.bound if out.solved else best.value if out.status == "infeasible" else bound
        proven = stage.sharp(proven)
        nearest = min(proven, best.value) if sign > 0 else max(proven, best.value)
        return Answer(best.value, max(bound, nearest) if sign > 0 else min(bound, nearest), best.x)

    def _improved(
        self, stage: Stage, bound: float, best: Answer | None, sign: float, near: float,
        effort: Callable[[Array], int] = lambda x: EFFORT,
    ) -> Answer | None:
        """The answer with some parts of it free at a time, the rest as it is; ``near`` is enough.

        Larger parts are tried for as long as each try comes to its end. ``effort``: how many
        iterations it is worth to do better than a point.
        """
        rng, ended = np.random.default_rng(0), True
        for freed, tries in SIZES:
            in_vain = 0
            while in_vain < tries and ended:
                if best is None or reaches(best, bound, sign, near) or (
                        self.spent >= effort(best.x)):
                    return best
                out = self._ask(stage, bound, self._kept(best.x, rng, freed), TRY_NODES)
                was, best = best, self._better(best, out, sign)
                in_vain = in_vain + 1 if best is was else 0
                ended = best is not was or out.status == "optimal"
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
        self, x: Array, rng: np.random.Generator | None = None, freed: float = 0.0
    ) -> tuple[Array, Array]:
        """Bounds in which what is whole in ``x`` stays; with ``rng``, but for some parts of it."""
        low, high = self._bounds()
        x = self._padded(x)[self._columns()]
        stays = (x > WHOLE) & (np.abs(x - np.round(x)) <= WHOLE)
        if rng is not None:
            parts = self.offer.parts()
            sizes = np.bincount(parts, weights=stays)
            order = rng.permutation(len(sizes))
            before = np.cumsum(sizes[order]) - sizes[order]
            stays &= ~np.isin(parts, order[before < freed * sizes.sum()])
        return np.where(stays, np.round(x), low), high

    def _ask(
        self, stage: Stage, bound: float, bounds: tuple[Array, Array], nodes: int = NODES
    ) -> Outcome:
        """The best whole answer over the pool within these bounds."""
        with self.session.asking_whole(self._columns(), *bounds):
            self.session.aim(bound, stage.sense)
            out = self.session.optimise(stage.terms, stage.sense, nodes)
            self.spent += self.session.iterations
            return out


def at(stage: Stage, x: Array) -> float:
    """What a goal comes to at a point."""
    return float(sum(c * x[j] for j, c in stage.terms if j < len(x)))


def reaches(best: Answer | None, bound: float, sign: float, near: float = 0.0) -> bool:
    """Whether no better answer is possible, or none that is better by more than ``near``."""
    return best is not None and sign * (best.value - bound) <= max(WHOLE, near)
