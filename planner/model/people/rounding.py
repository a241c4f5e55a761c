r"""Targets sharpened for whole people, so that a linear plan over them is worth less than it seems.

A share of 40 % among 24 people asks for 9.6 of them: a linear plan is content with that, a plan
takes 10. Nothing is added to the rules; every plan of whole people keeps to what is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from planner.case.case import exact
from planner.model.people.seats import Seats
from planner.model.people.targets import Array, Bound

#: A remainder below this would make coefficients too large to be precise.
LEAST = Fraction(1, 100)


@dataclass(frozen=True)
class Rounded:
    """``Σ weights · y + unfilled · Σ u + short · w ≥ low`` over the posts of bound ``g``."""

    g: int
    weights: Array  # (N,)
    unfilled: float
    short: float
    low: float


def rounded(bounds: tuple[Bound, ...], seats: Seats) -> Iterator[Rounded]:
    r"""The bounds that whole people cannot meet exactly, rounded up to what they can.

    With n seats in the unit and u of them unfilled, a bound reads
    :math:`\sum_i s_i y_i + \sigma u + w \ge b`, with whole s, y and u. Then, by mixed-integer
    rounding, where :math:`\phi` is the fraction of b and :math:`\psi` that of σ,

    .. math::
        \sum_i s_i y_i + \Big(\lfloor\sigma\rfloor + \min\big(\tfrac{\psi}{\phi}, 1\big)\Big) u
        + \frac{w}{\phi} \ge \lceil b \rceil
    """
    for g, bound in enumerate(bounds):
        if (bound.of == "bench" or bound.bound.endswith("count") or not (bound.counted == 1).all()
                or (bound.counts != np.round(bound.counts)).any()):
            continue
        sign = 1 if bound.bound.startswith("min") else -1
        n = int(seats.vacant[list(bound.posts)].sum())
        share = sign * bound.goal
        stay = share * exact(bound.stay[1]) - sign * exact(bound.stay[0])
        b = share * n + stay
        left = b - floor(b)
        if left >= LEAST:
            more = min((share - floor(share)) / left, Fraction(1))
            yield Rounded(g, sign * bound.counts, float(floor(share) + more), float(1 / left),
                          float(floor(b) + 1))
