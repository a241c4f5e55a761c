"""What training would cost those who lack only what a course gives, and what pays for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.whatif import order, with_orders
from planner.errors import InputError
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.people.training import courses_of
from planner.model.training import Purse, awards_of, most_awarded, purses_of, spent_of
from planner.plan.near import Fee
from planner.plan.plan import Plan
from planner.plan.relaxing import quoted


def fee_of(plan: Plan, c: int) -> Fee:
    """What one more person on course ``c`` would cost, beside those who are trained."""
    assert plan.money is not None and plan.people is not None
    case, course = plan.case, courses_of(plan.case)[c]
    spent = spent_of(case, plan.people)
    rows = [(award - spent[purse], award, most - spent[purse], purse) for purse, award, most in zip(
        purses_of(case), awards_of(case, plan.money), most_awarded(case), strict=True)
        if c in purse.courses]
    left, award, _, tightest = min(rows, key=lambda row: row[0])
    raised = max(0, *(course.cost - room for _, _, room, _ in rows))
    return Fee(course.code, course.cost, tightest.fund, tightest.street, award, left, raised)


def courses_opening(case: Case, i: int | None = None, j: int | None = None) -> list[int]:
    """Courses that make candidate ``i`` eligible, or somebody for post ``j``."""
    at = (slice(None) if i is None else i, slice(None) if j is None else j)
    return [c for c, course in enumerate(courses_of(case)) if course.opens[at].any()]


def opened_by(case: Case, c: int, j: int) -> list[int]:
    """Whom course ``c`` makes eligible for post ``j``."""
    return [int(i) for i in np.flatnonzero(courses_of(case)[c].opens[:, j])]


def opened_for(case: Case, c: int, i: int) -> list[int]:
    """The posts course ``c`` makes candidate ``i`` eligible for."""
    return [int(j) for j in np.flatnonzero(courses_of(case)[c].opens[i])]


def raise_orders(plan: Plan, c: int, fee: Fee) -> list[Order] | None:
    """A standard that allows for so much more of an award; none is needed: no order.

    ``None`` where no award that pays course ``c`` can grow that much.
    """
    if not fee.raised:
        return []
    for cell in _cells(plan.case, c):
        orders = [_more(plan.case, cell, fee.raised)]
        try:
            after = with_orders(plan.case, orders)
        except InputError:
            continue
        assert plan.people is not None
        spent = spent_of(plan.case, plan.people)
        if all(most >= spent[purse] + fee.cost for purse, most in zip(
                purses_of(plan.case), most_awarded(after), strict=True) if c in purse.courses):
            return orders
    return None


def _cells(case: Case, c: int) -> Iterator[MoneyCell]:
    """Awards that pay a course: those in every purse it is paid from."""
    mine: list[Purse] = [purse for purse in purses_of(case) if c in purse.courses]
    for cell in cells_of(case):
        if all(purse.holds(cell) for purse in mine):
            yield cell


def _more(case: Case, cell: MoneyCell, yuan: int) -> Order:
    """A standard of its own for one payee, so many yuan and up to whole steps."""
    fund = next(f for f in case.rows("funds") if f.fund == cell.fund)
    key = "community" if case.payee_table(fund.payee) == "communities" else "street"
    steps = -(-yuan // cell.step) * cell.step
    return order("standards", "add", {"fund": cell.fund, "where": quoted(key, cell.payee),
                                      "amount_yuan": f"{steps}元"}, name="award")
