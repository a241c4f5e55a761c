"""The kinks of a sweep: found on its points, closed in on, and each proven by solving there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from planner.errors import InputError
from planner.plan.kinks import NOISE, Kink, Mark, kinks
from planner.plan.measures import Measure
from planner.plan.point import Point
from planner.plan.vary import Scale, Stop

#: How often the pieces a curve bends in are halved to tell its kinks apart.
ROUNDS = 4
#: Points solved at most for one measure beyond those asked for, to tell kinks apart and prove them.
MORE = 24


def bends(
    scale: Scale, measures: Sequence[Measure], points: Sequence[Point],
    solved: Callable[[tuple[Stop]], Point],
) -> Mapping[str, tuple[Kink, ...]]:
    """The kinks by measure, of those that have a continuous figure; ``solved`` makes a point."""
    search = _Search(scale, solved)
    for point in points:
        if point.stops[0].x is not None:
            search.at.setdefault(point.stops[0].x, point)
    smooth = [m for m in measures if any(m.key in p.smooth for p in points)]
    return {m.key: () if scale.kind == "word" else search.kinks(m) for m in smooth}


@dataclass
class _Search:
    """Points solved so far by parameter, and how many more may be."""

    scale: Scale
    solved: Callable[[tuple[Stop]], Point]
    left: int = MORE
    at: dict[float, Point] = field(default_factory=dict)
    probes: dict[float, Point] = field(default_factory=dict)  # at kinks, not on the curve

    def point(self, x: float, into: dict[float, Point]) -> Point | None:
        """The point at ``x``; ``None`` when no more may be solved, or none can be made there."""
        stop = self.scale.stop(Decimal(repr(round(x, 6))))
        where = stop.x or 0.0
        known = self.at.get(where) or self.probes.get(where)
        if known is None and self.left:
            self.left -= 1
            try:
                known = self.solved((stop,))
            except InputError:
                return None
        if known is not None:
            into.setdefault(where, known)
        return known

    def kinks(self, measure: Measure) -> tuple[Kink, ...]:
        """The kinks of one measure, those that stay unclear after ``ROUNDS`` as a stretch."""
        self.left = MORE
        found = self.look(measure)
        for _ in range(ROUNDS):
            open_ = [k for k in found if k.at is None]
            before = len(self.at)
            for kink in open_:
                inside = sorted(x for x in self.at if kink.low <= x <= kink.high)
                for a, b in pairwise(inside):
                    self.point((a + b) / 2, self.at)
            if len(self.at) == before:
                break
            found = self.look(measure)
        return found

    def look(self, measure: Measure) -> tuple[Kink, ...]:
        """The kinks as the points so far show them; one that is not proven has no place."""
        found = [k for s in _stretches(self.at, measure.key) for k in kinks(s, measure.unit)]
        return tuple(k if self.proven(k, measure) else replace(k, at=None) for k in found)

    def proven(self, kink: Kink, measure: Measure) -> bool:
        """Whether the figure at a kink, solved, is where its two stretches cross."""
        if kink.at is None or (point := self.point(kink.at, self.probes)) is None:
            return False
        y = point.smooth.get(measure.key)
        bend = abs(kink.slopes[1] - kink.slopes[0]) * (kink.high - kink.low)
        proven = y is not None and abs(y - kink.y) <= NOISE.get(measure.unit, 0.0) + 1e-2 * bend
        if not proven:
            self.point(kink.at, self.at)
        return proven


def _stretches(at: Mapping[float, Point], key: str) -> list[list[Mark]]:
    """Points with a figure, in rising order, cut where one has none."""
    out: list[list[Mark]] = [[]]
    for x in sorted(at):
        if key in at[x].smooth:
            out[-1].append(Mark(x, at[x].smooth[key], at[x].about(key)))
        else:
            out.append([])
    return [marks for marks in out if len(marks) > 2]
