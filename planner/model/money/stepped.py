"""The bounds of cells in whole steps: what is asked of money that is paid in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from planner.model.money.entitlement import MoneyCell
from planner.model.money.variables import SCALE, MoneyVariables
from planner.model.rule import Row

#: What a rule asks of one cell at least (yuan), before steps.
LEAST: dict[str, Callable[[MoneyCell], Fraction]] = {
    "floor": lambda c: c.floor * c.entitlement - c.carried,
    "keep_last_year": lambda c: c.keep * (c.last or 0),
}
#: What a rule allows one cell at most (yuan), before steps.
MOST: dict[str, Callable[[MoneyCell], Fraction]] = {
    "ceiling": lambda c: c.ceiling * c.entitlement - c.carried,
    "growth": lambda c: (1 + (c.grow or Fraction(0))) * (c.last or 0),
}


def in_steps(rows: Iterable[Row], v: MoneyVariables) -> Iterator[Row]:
    """The rows with the bounds of each cell on its steps: least ones up, most ones down.

    The continuous plan may stand on a bound between two steps; money cannot. What clashes, and
    what a repair needs, is therefore asked of these rows.
    """
    home = {j: g for g, x in enumerate(v.x) for j in x.values()}
    for row in rows:
        if not row.terms or row.rule not in (*LEAST, *MOST):
            yield row
            continue
        cells = v.groups[home[row.terms[0][0]]].cells
        if row.rule in LEAST:
            least = LEAST[row.rule]
            low = sum(max(ceil(least(c) / c.step), 0) * c.step for c in cells)
            yield replace(row, low=low / SCALE)
        else:
            most = MOST[row.rule]
            high = sum(max(floor(most(c) / c.step), 0) * c.step for c in cells)
            yield replace(row, high=high / SCALE)
