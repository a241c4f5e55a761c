"""The people of a large case: pairs priced instead of listed."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, lcm

import numpy as np

from planner.case.case import Case
from planner.model.blocks import ranked_goals
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.listed import Pool, pooled
from planner.model.people.match import Named
from planner.model.people.pricing import (
    MORE_CANDIDATE,
    MORE_POST,
    NOTHING,
    Best,
    Block,
    Prices,
    pairs_of,
)
from planner.model.people.targets import Bound
from planner.model.people.variables import People, PeopleVariables, people_of
from planner.model.rule import Model, Row, Sense, Stage
from planner.solver.growing import WHOLE, Columns
from planner.solver.highs import Array, Outcome
from planner.solver.ladder import Climb
from planner.solver.priced import MUST, Priced
from planner.solver.watch import Tell, silent

#: Up to so many eligible pairs of classes, all are listed.
LISTED = 5_000
#: Fewer parts of a case than this are divided.
PARTS = 20


class Offered:
    """The pairs outside a pool, priced."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def listed(self) -> list[int]:
        """The columns of the pairs in the pool."""
        return self.pool.columns

    def parts(self) -> Array:
        """Posts that the same targets count, as those of a street; where these are few, fewer."""
        pairs = self.pool.pairs
        J = np.array(self.pool.order, dtype=int) % len(pairs.what)
        parts = pairs.pattern[J]
        few = len(np.unique(parts)) < PARTS
        return np.asarray(parts * PARTS + J % PARTS if few else parts, dtype=int)

    def better(
        self, out: Outcome, weight: float, sense: Sense, reduced: Array
    ) -> tuple[Array, float]:
        """Names of pairs that would improve a linear answer; how much all might, at the most."""
        pairs, n = self.pool.pairs, len(self.pool.pairs.what)
        sign = 1.0 if sense == "max" else -1.0
        prices = self._prices(out, weight, sign, sign * reduced)
        best = Best(pairs, MORE_CANDIDATE, np.full(n, MORE_POST))
        listed = self._listed()
        most, whole = np.zeros(len(pairs.who)), np.zeros(len(pairs.who))
        for block in pairs.blocks():
            gain = sign * block.reduced(prices)
            row, column, _ = listed.inside(block.J, block.I)
            gain[row, column] = 0.0
            gain[~(gain > NOTHING)] = 0.0  # not a number: not eligible
            at = np.flatnonzero(gain.any(axis=0))
            if len(at):
                mine = Block(pairs, block.J, block.I[at])
                gain = gain[:, at]
                most[mine.I] = np.maximum(most[mine.I], gain.max(axis=0))
                whole[mine.I] += (gain * pairs.most(mine.I[None, :], mine.J[:, None])).sum(axis=0)
                gain[gain == 0.0] = -np.inf
                best.see(mine, gain)
        return best.keys(), float(np.minimum(whole, most * pairs.all_of()).sum())

    def _listed(self) -> Named:
        n = len(self.pool.pairs.what)
        keys = self.pool.keys
        return Named.of(keys // n, keys % n, np.ones(len(keys)), n)

    def _prices(self, out: Outcome, weight: float, sign: float, gain: Array) -> Prices:
        """The duals, those of the bounds of columns moved to the rows of their candidates.

        Where the row of a class alone keeps a column at its bound, the dual of that bound may as
        well be the row's: other pairs of the class are then worth less, and fewer join in vain.
        """
        prices, pairs = self.pool.prices(out.duals, weight), self.pool.pairs
        columns = np.array(self.pool.columns, dtype=int)
        key = np.array(self.pool.order, dtype=int)
        I, J = key // len(pairs.what), key % len(pairs.what)
        all_of = pairs.all_of()[I]
        at = (out.x[columns] >= all_of - WHOLE) & (pairs.most(I, J) >= all_of) & (
            gain[columns] > NOTHING)
        moved = np.zeros(len(pairs.who))
        np.maximum.at(moved, I[at], gain[columns][at])
        return replace(prices, post=prices.post + sign * moved)

    def within(
        self, out: Outcome, weight: float, sense: Sense, gap: float, most: int
    ) -> Array | None:
        """Names of all pairs that cost at most ``gap``; ``None`` if they are above ``most``."""
        pairs = self.pool.pairs
        prices, sign = self.pool.prices(out.duals, weight), 1.0 if sense == "max" else -1.0
        found, count = [np.zeros(0, dtype=int)], 0
        for block in pairs.blocks():
            gain = sign * block.reduced(prices)
            row, at = np.nonzero(gain >= -gap)  # never where it is not a number
            found.append(pairs.key(block.I[at], block.J[row]))
            count += len(row)
            if count > most:
                return None
        return np.setdiff1d(np.concatenate(found), self.pool.keys)

    def join(self, names: Array, first: int, rows: int) -> Columns:
        """Those pairs join the pool."""
        new = self.pool.join(names, first)
        cells, more = self.pool.relate(
            list(range(first, first + len(names))), names.tolist(), rows)
        return Columns(new.upper, new.start, new.index, new.value, cells, more)


def priced(
    case: Case, above: int = LISTED, time_limit: float | None = None, tell: Tell = silent,
    asking: bool = False,
) -> tuple[PeopleVariables, Climb] | None:
    """The plan of people by pricing; ``None`` where all pairs are to be listed instead.

    That is in cases with a bench or training, with no more than ``above`` pairs, and where no
    whole answer came of the pool although there was time. ``asking``: to keep to an earlier plan
    only breaks ties.
    """
    p = people_of(case)
    if p.bench is not None or p.trainable or p.match.count() <= above:
        return None
    pairs = pairs_of(case)
    if pairs.count() <= above:
        return None
    model = Model()
    pool = pooled(case, pairs, model)
    stages = _stages(case, pool, model)
    if asking:
        stages = [replace(s, last=s.goal == "steady") for s in stages]
    model.whole = [False] * len(model.whole)  # asked for when there is a linear answer
    rows = [model.row(Row("goal", s.goal, s.terms)) for s in stages]
    pool.fit = next((r for r, s in zip(rows, stages, strict=True) if s.goal == "fit"), -1)
    climb = Priced(model, stages, rows, Offered(pool), "fit", time_limit, tell).climb()
    if climb.status == "stopped" and time_limit is None:
        return None
    return pool.v, climb


def _stages(case: Case, pool: Pool, model: Model) -> list[Stage]:
    """The goals of people as the block ranks them, and before them rules that may have to give."""
    p, v = pool.pairs.people, pool.v
    must = [g for g, b in enumerate(p.bounds) if b.strength == "must" and pool.target[g] >= 0]
    for g in must:
        model.rows[pool.target[g]].terms.append((v.short[g], 1.0))
    stages = [Stage(MUST, "min", [(v.short[g], 1.0) for g in must])] if must else []
    ranked = ranked_goals(case)
    if p.earlier and not any(name == "steady" for name, _ in ranked):
        ranked = (*ranked, ("steady", 0.0))
    for name, tolerance in ranked:
        for stage in PEOPLE_GOALS[name](case, v, model) if name in PEOPLE_GOALS else ():
            assert isinstance(stage, Stage)
            stages.append(replace(stage, tolerance=tolerance) if tolerance else stage)
    return grained(case, p, stages)


def grained(case: Case, p: People, stages: list[Stage]) -> list[Stage]:
    """Goals of people with the step all they can come to is on, where there is one."""
    points = _grain(case)
    grains: dict[object, float] = {
        MUST: _grain_of_bounds([b for b in p.bounds if b.strength == "must"]),
        "fit": points, ("bench", "fit"): points}
    for strength in ("should", "aim"):
        grains["targets", strength] = _grain_of_bounds(
            [b for b in p.bounds if b.strength == strength])
    return [replace(s, grain=s.grain or grains.get(s.goal, grains.get((s.goal, s.part), 0.0)))
            for s in stages]


def _grain(case: Case) -> float:
    """The step all sums of points are on; 0 when they are not whole."""
    points = [row.points for row in case.rows("points")]
    values = {float(f) for f in (*points, *(row.fit for row in case.rows("pairs") if row.fit))}
    if not all(value.is_integer() for value in values):
        return 0.0
    return float(gcd(*(int(value) for value in values)))


def _grain_of_bounds(bounds: list[Bound]) -> float:
    """The step all sums of their shortfalls are on; 0 where people count for fractions."""
    for b in bounds:
        given = np.concatenate([b.counts, b.counted, b.stay])
        if (given != np.round(given)).any():
            return 0.0
    return 1.0 / lcm(*(b.goal.denominator for b in bounds))
