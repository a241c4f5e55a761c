"""What a rule is: a name, rows for the solver, and a recount without one; what a goal is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil, floor, inf, isfinite
from typing import Generic, Literal, TypeVar

from planner.case.case import Case

V = TypeVar("V")  # the variables a rule is written over
P = TypeVar("P")  # the part of a plan it is counted again on

Terms = list[tuple[int, float]]
Sense = Literal["max", "min"]
#: A linear bound this near to a value, in parts of it, may be that value.
NEARLY = 1e-6


@dataclass(frozen=True)
class Row:
    """``low ≤ Σ coefficient · column ≤ high``, and what it stands for.

    ``rule`` names the rule, ``of`` the thing it is about (a payer, a fund, a target): codes only,
    never a person's name. A rule of several rows gives as one: ``size`` is the part of a row in
    what its rule gives (its entitlement, last year's amount); 0 lets each row give by itself.
    """

    rule: str
    of: str
    terms: Terms
    low: float = -inf
    high: float = inf
    size: float = 0.0


@dataclass(frozen=True)
class Breach:
    """A rule broken when a plan is counted again. Holds codes and numbers, never names."""

    rule: str
    of: str
    what: str
    #: How far it is broken, in yuan or people; 0 where that says nothing.
    by: float = 0.0

    def __str__(self) -> str:
        return f"{self.rule} [{self.of}] {self.what}"


@dataclass(frozen=True)
class Rule(Generic[V, P]):
    """A restriction, stated once for the solver and once for the recount."""

    name: str
    rows: Callable[[Case, V], Iterator[Row]]
    recount: Callable[[Case, P], Iterator[Breach]]


@dataclass
class Model:
    """Columns and rows under construction; plain data, so it can be sent to another process."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, low: float = 0.0, high: float = inf, whole: bool = False) -> int:
        """A new column; its number."""
        self.lower.append(low)
        self.upper.append(high)
        self.whole.append(whole)
        return len(self.lower) - 1

    def add(self, rows: Iterable[Row]) -> None:
        """More rows."""
        self.rows.extend(rows)

    def row(self, row: Row) -> int:
        """One more row; its number."""
        self.rows.append(row)
        return len(self.rows) - 1


@dataclass(frozen=True)
class Stage:
    """One linear goal: ``Σ coefficient · column + constant`` made largest or least."""

    goal: str
    sense: Sense
    terms: Terms
    constant: float = 0.0
    tolerance: float = 0.0
    #: The goal only takes multiples of this (0: any value), so a bound can be sharpened to it.
    grain: float = 0.0
    #: Which part of the goal: a priority, a strength, a payer.
    part: str = ""
    #: What one unit of the expression is in the unit the goal is told in.
    unit: float = 1.0
    #: Only breaks a tie: a bounded effort, never reported, never the reason a plan is not proven.
    last: bool = False
    #: Columns that stay as they come out of this stage, for all after it.
    fixes: tuple[int, ...] = ()
    #: Columns that are whole for this goal (and those after it that name the same), then stay as
    #: they came out: this goal is reached again with them, and what follows is linear.
    whole: tuple[int, ...] = ()

    def sharp(self, bound: float) -> float:
        """What the goal can be at best that cannot be better than ``bound``: of its grain."""
        if not self.grain or not isfinite(bound):
            return bound
        steps = bound / self.grain
        near = min(NEARLY * max(1.0, abs(bound)) / self.grain, 0.1)
        return self.grain * (ceil(steps - near) if self.sense == "min" else floor(steps + near))


@dataclass(frozen=True)
class Leximin:
    """Raise the least of several levels as far as it goes, then the next least, and so on.

    ``levels`` are ``(terms, constant, most)`` each: the level is Σ + constant, at most ``most``.
    """

    goal: str
    levels: tuple[tuple[Terms, float, float], ...]
    tolerance: float = 0.0
    part: str = ""
    #: What each level is of, for the account of what held it.
    names: tuple[str, ...] = ()
    #: Columns of what whole decisions take from the levels (the cost of training): where several
    #: decisions leave the least level as high, the one that takes least is kept for the rest.
    takes: tuple[int, ...] = ()
