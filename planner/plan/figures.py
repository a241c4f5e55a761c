"""A share of many cells moved just so far that whole steps give way."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

Sized = list[tuple[int, int, int]]  # cells: what a figure is a part of, what is taken off, step
#: The finest part of a share a figure moves by: a tenth of a thousandth of a percent.
GRAIN = 1_000_000


def down(value: Fraction) -> float:
    """A share rounded down to the grain, never below 0."""
    return max(floor(value * GRAIN), 0) / GRAIN


def up(value: Fraction) -> float:
    """A share rounded up to the grain."""
    return ceil(value * GRAIN) / GRAIN


def lowered(now: Fraction, cells: Sized, by: Fraction) -> float:
    """A lower figure for what cells must get: at least a step less for one of them.

    The highest at which every cell's whole steps are as low as ``by`` yuan in all ask for.
    """
    def least(figure: Fraction, base: int, off: int, step: int) -> int:
        return max(ceil((figure * base - off) / step), 0) * step

    live = [c for c in cells if least(now, *c) > 0]
    if not live:
        return down(now)
    wanted = now - by / sum(base for base, _, _ in live)
    wanted = min(wanted, max(Fraction(least(now, b, o, s) - s + o, b) for b, o, s in live))
    return down(min(Fraction(least(wanted, b, o, s) + o, b) for b, o, s in live))


def raised(now: Fraction, cells: Sized, by: Fraction) -> float:
    """A higher figure for what cells may get: at least a step more for one of them."""
    def most(figure: Fraction, base: int, off: int, step: int) -> int:
        return max(floor((figure * base - off) / step), 0) * step

    if not cells:
        return up(now)
    wanted = now + by / sum(base for base, _, _ in cells)
    wanted = max(wanted, min(Fraction(most(now, b, o, s) + s + o, b) for b, o, s in cells))
    used = [Fraction(most(wanted, b, o, s) + o, b) for b, o, s in cells if most(wanted, b, o, s)]
    return up(max([now, *used]))
