"""Money carried over a second year: what stood unspent at the end of two years running."""

from __future__ import annotations

from typing import Any

from planner.case.case import Case
from planner.plan.plan import Plan


def carried_two_years(case: Case) -> tuple[tuple[Any, int], ...]:
    """Rows of ``last_year`` with money carried both into last year and out of it, and how much.

    The smaller of the two (yuan): at most so much is two years old. What was spent in between may
    have been the old money or the new, and no table says which; whoever must give it back will
    ask for the whole.
    """
    return tuple(
        (row, min(row.carried_before_yuan, row.carried_yuan)) for row in case.rows("last_year")
        if row.carried_before_yuan and row.carried_yuan)


def carried_twice(plan: Plan) -> int | None:
    """Payees with money carried over two years running; ``None`` where nobody said."""
    rows = plan.case.rows("last_year")
    if not any(row.carried_before_yuan is not None for row in rows):
        return None
    return len({row.payee for row, _ in carried_two_years(plan.case)})
