r"""Where a curve bends, and which rules came to hold or let go there.

In a linear plan every figure is a broken line of a parameter on the right-hand side,

.. math:: y(x) = y_0 + \int_{x_0}^{x} s(t)\,dt, \qquad s \text{ piecewise constant},

and its slope changes only where other rules come to hold the levels. So a kink is the crossing of
two straight stretches, and its name is the difference of what holds before and after it. Where
the curve is no broken line (standards vary: coverage is a quotient), a bend counts only where what
holds changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Rule = tuple[str, str]  # a rule, and what it is about
#: What holds the level of each cell: its rules, by (payee, fund).
Holding = Mapping[tuple[str, str], frozenset[Rule]]

#: Slopes that differ by less of the larger change are one; and by less than this in all.
ALIKE = 1e-3
NOISE = {"yuan": 4.0, "share": 2e-6}


@dataclass(frozen=True)
class Mark:
    """One point of a curve: parameter, figure before settling, and what holds."""

    x: float
    y: float
    holding: Holding


@dataclass(frozen=True)
class Kink:
    """A bend between ``low`` and ``high``: at ``at``, height ``y``, where two stretches cross.

    ``at`` is ``None`` when they do not cross there: it bends more than once, or too near an end.
    ``before`` and ``after`` count the cells each rule holds, for rules whose number differs.
    ``slopes`` are a unit of the parameter.
    """

    low: float
    high: float
    at: float | None
    y: float
    slopes: tuple[float, float]
    before: Mapping[Rule, int]
    after: Mapping[Rule, int]


@dataclass(frozen=True)
class _Line:
    """A straight stretch from the mark ``first`` to the mark ``last``."""

    first: int
    last: int
    slope: float

    @property
    def straight(self) -> bool:
        return self.last - self.first > 1

    def sure(self, marks: Sequence[Mark]) -> bool:
        return self.straight or marks[self.first].holding == marks[self.last].holding


def kinks(marks: Sequence[Mark], unit: str) -> tuple[Kink, ...]:
    """The kinks of a curve, its marks in rising order of the parameter."""
    lines = _lines(marks, NOISE.get(unit, 0.0))
    found = []
    for left, right in pairwise(lines):
        if marks[left.first].holding != marks[right.last].holding or (
                left.straight and right.straight):
            found.append(_kink(marks, left, right))
    return tuple(found)


def _lines(marks: Sequence[Mark], noise: float) -> list[_Line]:
    """Straight stretches: three points in a row, or two held by the same rules.

    What lies between two of them bends; so may the first and the last piece, which are kept.
    """
    runs: list[_Line] = []
    for k in range(len(marks) - 1):
        a, b = marks[k], marks[k + 1]
        slope = (b.y - a.y) / (b.x - a.x)
        if runs and _alike(runs[-1].slope, slope, b.x - a.x, noise):
            runs[-1] = _Line(runs[-1].first, k + 1, runs[-1].slope)
        else:
            runs.append(_Line(k, k + 1, slope))
    return [r for r in runs if r.sure(marks) or r in (runs[0], runs[-1])]


def _alike(one: float, other: float, width: float, noise: float) -> bool:
    return abs(one - other) * width <= max(ALIKE * max(abs(one), abs(other)) * width, noise)


def _kink(marks: Sequence[Mark], left: _Line, right: _Line) -> Kink:
    low = marks[left.last if left.sure(marks) else left.first]
    high = marks[right.first if right.sure(marks) else right.last]
    a, b = marks[left.last], marks[right.first]
    at, y = None, 0.0
    single = right.first - left.last <= 1 and left.sure(marks) and right.sure(marks)
    if single and left.slope != right.slope:
        x = (b.y - a.y + left.slope * a.x - right.slope * b.x) / (left.slope - right.slope)
        give = 1e-3 * (high.x - low.x) + 1e-6 * (marks[-1].x - marks[0].x)
        if low.x - give <= x <= high.x + give:
            at = min(max(x, low.x), high.x)
            y = a.y + left.slope * (at - a.x)
    below, above = (high.x, low.x) if at is None else (at, at)
    before = _count([m for m in marks[: left.last + 1] if m.x < below][-1].holding)
    after = _count(next(m for m in marks[right.first :] if m.x > above).holding)
    return Kink(low.x, high.x, at, y, (left.slope, right.slope),
                {r: n for r, n in before.items() if after.get(r) != n},
                {r: n for r, n in after.items() if before.get(r) != n})


def _count(holding: Holding) -> dict[Rule, int]:
    counted = Counter(rule for rules in holding.values() for rule in rules)
    return {rule: counted[rule] for rule in sorted(counted)}
