"""Fair shares of a change among its causes: exact weights, sampled ones, and whole parts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial

#: For each combination of causes (bit i is the i-th) how much its figure counts for each cause.
Weights = Mapping[int, tuple[Fraction, ...]]


def exact_weights(count: int) -> Weights:
    r"""The weights of Shapley's value over all combinations.

    .. math:: \varphi_i = \sum_{S \not\ni i} \frac{|S|!\,(n-|S|-1)!}{n!}\,(v(S \cup i) - v(S))

    Source: Shapley, A value for n-person games (1953).
    """
    def one(combination: int, i: int) -> Fraction:
        size = combination.bit_count()
        before = size - 1 if combination >> i & 1 else size
        ways = factorial(before) * factorial(count - before - 1)
        return Fraction(ways if combination >> i & 1 else -ways, factorial(count))

    return {c: tuple(one(c, i) for i in range(count)) for c in range(1 << count)}


def sampled_weights(count: int, pairs: int) -> Weights:
    """The mean over ``pairs`` random orders of the causes and the same orders backwards.

    The seed is fixed. What two causes do only together is halved between them exactly, for each
    order and its reverse have either of them first.
    """
    rng = random.Random(count)
    found: dict[int, list[Fraction]] = {}
    share = Fraction(1, 2 * pairs)
    for _ in range(pairs):
        order = list(range(count))
        rng.shuffle(order)
        for way in (order, order[::-1]):
            here = 0
            for i in way:
                found.setdefault(here, [Fraction(0)] * count)[i] -= share
                here |= 1 << i
                found.setdefault(here, [Fraction(0)] * count)[i] += share
    return {c: tuple(found[c]) for c in sorted(found)}


def shares(weights: Weights, values: Mapping[int, Fraction | int]) -> list[Fraction]:
    """Each cause's exact share of the change of a figure, from its value in each combination."""
    count = len(next(iter(weights.values())))
    sums = [Fraction(0)] * count
    for combination, by in weights.items():
        if value := values[combination]:
            for i in range(count):
                sums[i] += by[i] * value
    return sums


def whole_parts(
    exact: Sequence[Fraction], total: int, owed: Sequence[Fraction] | None = None
) -> tuple[list[int], list[Fraction]]:
    """Exact shares as whole numbers that add up to ``total``, and what each is still owed.

    Each gets its share rounded down; what is left over goes, one each, to those with the largest
    remainder (with what they are ``owed`` from before), equal ones by their place. A whole share
    gets nothing more. A fall is divided like a rise.
    """
    owed = owed or [Fraction(0)] * len(exact)
    sign = -1 if total < 0 else 1
    due = [sign * e for e in exact]
    parts = [d.__floor__() for d in due]
    behind = [d - p + sign * o for d, p, o in zip(due, parts, owed, strict=True)]
    left = abs(total) - sum(parts)
    broken = [i for i, d in enumerate(due) if d.denominator > 1]
    for i in sorted(broken, key=lambda i: (-behind[i], i))[:left]:
        parts[i] += 1
    signed = [sign * p for p in parts]
    return signed, [e + o - s for e, o, s in zip(exact, owed, signed, strict=True)]
