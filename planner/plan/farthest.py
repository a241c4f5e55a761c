"""Plans that are nearly the best and differ the most: what both halves share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from planner.plan.standing import Name, Worth

P = TypeVar("P")
Worths = Mapping[Name, Worth]
Key = tuple[str, str]  # (payee, fund), or (candidate, post)

#: Values this near are one: below it is the noise of adding up.
NEAR = 1e-9


@dataclass(frozen=True)
class Near(Generic[P]):
    """The best plan first, then others, each the farthest from those before it.

    ``apart[m][n]`` is the part of all money (or placements) that lies elsewhere in plan n than in
    plan m. ``same`` are the cells (or placements) alike in every plan seen, of which ``tried`` were
    compared (``asked``: how many others were wanted); ``proven``: no plan within the tolerance has
    them otherwise.
    """

    plans: tuple[P, ...]
    worths: tuple[Worths, ...]
    apart: tuple[tuple[Fraction, ...], ...]
    same: tuple[Key, ...]
    tried: int
    asked: int
    proven: bool = False

    @property
    def pairs(self) -> list[Fraction]:
        """The distance of every two plans."""
        return [self.apart[m][n] for m in range(len(self.plans)) for n in range(m)]

    @property
    def least_apart(self) -> Fraction:
        """The distance of the two plans most alike; 0 when there is only one."""
        return min(self.pairs, default=Fraction(0))

    @property
    def mean_apart(self) -> Fraction:
        """The mean distance of two plans."""
        return sum(self.pairs, Fraction(0)) / len(self.pairs) if self.pairs else Fraction(0)


def within_of(worths: Worths, best: Worths, tolerance: Fraction) -> bool:
    """Whether no goal is worse than its best by more than the tolerance; 0 stays 0."""
    return all(
        name in worths
        and worths[name].loses(w.value) <= float(tolerance) * abs(w.value) + NEAR
        for name, w in best.items())


def worst_allowed(best: float, better: str, tolerance: Fraction) -> float:
    """The worst value of a goal within the tolerance of its best."""
    room = float(tolerance) * abs(best)
    return best - room if better == "higher" else best + room


def farthest(
    pool: Sequence[P], count: int, distance: Callable[[P, P], Fraction]
) -> tuple[list[int], list[list[Fraction]]]:
    """Positions of the first plan and ``count`` others, each the farthest from those before.

    Greedy max-min: half as far apart as the best choice at worst. Also the distances of all pairs.
    """
    apart = [[Fraction(0)] * len(pool) for _ in pool]
    for m in range(len(pool)):
        for n in range(m):
            apart[m][n] = apart[n][m] = distance(pool[m], pool[n])
    chosen = [0]
    while len(chosen) <= count and len(chosen) < len(pool):
        left = [n for n in range(len(pool)) if n not in chosen]
        chosen.append(max(left, key=lambda n: (min(apart[n][m] for m in chosen), -n)))
    return chosen, [[apart[m][n] for n in chosen] for m in chosen]
