"""Why an amount: a payee's money rebuilt line by line, from standards to steps to payers.

Three sums, each exact to the yuan: what is due (standards → entitlement), how the allocation came
about (protection → floor → fairness → step), and who pays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any, Literal

from planner.case.case import Case
from planner.model.blocks import ranked_goals
from planner.model.money.entitlement import MoneyCell, due, units_of
from planner.model.money.goals import MONEY_GOALS
from planner.model.money.whole import NEAR
from planner.plan.plan import Plan
from planner.solver.ladder import Held

Kind = Literal["standard", "carried", "keep_last_year", "floor", "committed", "fairness", "later",
               "goals", "step", "payer"]

#: How far a level may lie from its amount in proportion: what the ladder lets a held value slip.
SLIP = 2e-8


@dataclass(frozen=True)
class Line:
    """So many yuan of a sum, for one reason.

    ``of`` is what it is about (a payer; else the fund), ``basis`` the document it rests on,
    ``note`` the figures that explain it (yuan, shares, codes).
    """

    kind: Kind
    yuan: int
    of: str
    basis: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """One payee and fund: ``due`` adds up to the entitlement, ``steps`` and ``paid`` to what it
    gets. A line ``carried`` has no yuan of its own: carried money covers and is not paid again.
    """

    cell: MoneyCell
    allocation: int
    due: tuple[Line, ...]
    steps: tuple[Line, ...]
    paid: tuple[Line, ...]


@dataclass(frozen=True)
class NotDue:
    """A fund that owes a payee nothing: its own condition, or no standard, fits."""

    fund: str
    why: Literal["condition", "standard"]


def accounts(plan: Plan, payee: str) -> tuple[Account, ...]:
    """The accounts of a community or street, by fund; the plan must have money."""
    assert plan.money is not None, "an amount is explained only where there is one"
    out = []
    for cell in plan.cells:
        if cell.payee == payee:
            total = plan.money.total(cell)
            steps = tuple(_steps(plan, cell, total))
            out.append(Account(cell, total, tuple(_due(plan.case, cell)), steps,
                               tuple(_paid(plan, cell, total))))
    return tuple(out)


def not_due(case: Case, payee: str) -> tuple[NotDue, ...]:
    """The funds for payees of this kind that owe this one nothing, and why."""
    out = []
    for fund in case.rows("funds"):
        table = case.payee_table(fund.payee)
        i = position(case, table, payee)
        if i is None:
            continue
        if not case.matches(fund.where, table)[i]:
            out.append(NotDue(fund.fund, "condition"))
        elif not any(row.fund == fund.fund and case.matches(row.where, table)[i]
                     and due(row, units_of(case, table, row)[i]) > 0
                     for row in case.rows("standards")):
            out.append(NotDue(fund.fund, "standard"))
    return tuple(out)


def position(case: Case, table: str, code: str) -> int | None:
    """Where a payee stands in its table."""
    codes = case.frame(table).iloc[:, 0]
    found = int(codes.searchsorted(code))
    return found if found < len(codes) and codes.iloc[found] == code else None


def _place(case: Case, cell: MoneyCell) -> tuple[str, int, Any]:
    """The table and row of a cell's payee, and its fund."""
    fund = next(f for f in case.rows("funds") if f.fund == cell.fund)
    table = case.payee_table(fund.payee)
    i = position(case, table, cell.payee)
    assert i is not None
    return table, i, fund


def _due(case: Case, cell: MoneyCell) -> Iterator[Line]:
    """Each standard that fits: amount × units, rounded, within its bounds."""
    table, i, _ = _place(case, cell)
    for row in case.rows("standards"):
        if row.fund != cell.fund or not case.matches(row.where, table)[i]:
            continue
        units = units_of(case, table, row)[i]
        yuan = due(row, units)
        plain = floor(row.amount_yuan * units + Fraction(1, 2))
        bound = "" if yuan == plain else "min" if yuan > plain else "max"
        yield Line("standard", yuan, cell.fund, row.basis or "", {
            "amount_yuan": row.amount_yuan, "units": float(units), "per": row.per or "",
            "every": row.every, "round": row.round or "", "where": row.where or "",
            "before_bounds_yuan": plain, "bound": bound})


def _steps(plan: Plan, cell: MoneyCell, total: int) -> Iterator[Line]:
    """From nothing to the allocation; every line but the last is whole yuan of a running sum."""
    *_, fund = _place(plan.case, cell)
    basis, done = fund.basis or "", 0
    if cell.carried:
        yield Line("carried", 0, cell.fund, note={"carried_yuan": cell.carried})
    if cell.keep and cell.last:
        done = floor(cell.keep * cell.last)
        yield Line("keep_last_year", done, cell.fund, basis, {
            "share": float(cell.keep), "last_year_yuan": cell.last})
    if cell.floor:
        least = floor(max(cell.floor * cell.entitlement - cell.carried, Fraction(done)))
        yield Line("floor", least - done, cell.fund, basis, {"share": float(cell.floor)})
        done = least
    if cell.promised > cell.carried:
        least = max(cell.promised - cell.carried, done)
        yield Line("committed", least - done, cell.fund, basis, {"promised_yuan": cell.promised})
        done = least
    for line in _goals(plan, cell, done, basis):
        done += line.yuan
        yield line
    if total != done:
        given = {r.key: r.basis for r in plan.case.rows("settings")}
        said = basis if fund.step_yuan else given.get("step_yuan") or ""
        yield Line("step", total - done, cell.fund, said, {
            "step_yuan": cell.step, "wanted_yuan": _wanted(plan, cell, total)})


def _wanted(plan: Plan, cell: MoneyCell, total: int) -> float:
    return round(plan.trace.wanted.get((cell.payee, cell.fund), float(total)), 2)


def _goals(plan: Plan, cell: MoneyCell, done: int, basis: str) -> Iterator[Line]:
    """What the goals add to what the rules demand: up to the level, then what came after."""
    key = cell.payee, cell.fund
    wanted, held = plan.trace.wanted.get(key), plan.trace.held.get(key)
    if wanted is None:
        return
    near = NEAR + SLIP * cell.entitlement
    most = max(floor(wanted + near), done)
    ranked = [g for g, _ in ranked_goals(plan.case) if g in MONEY_GOALS]
    if held is None:
        if most > done:
            yield Line("goals", most - done, cell.fund, note={"goals": ranked})
        return
    level = held.level * cell.entitlement - cell.carried
    upto = most if abs(level - wanted) < 1 else max(floor(level + near), done)
    said = _basis_of(plan.case, held) if held.by else basis
    yield Line("fairness", upto - done, cell.fund, said, {
        "level": round(held.level, 10), "held_by": [list(name) for name in held.by],
        "own": _own(cell, held)})
    if most != upto:
        after = ranked[ranked.index("fairness") + 1:]
        yield Line("later", most - upto, cell.fund, note={"goals": after})


def _basis_of(case: Case, held: Held) -> str:
    """The documents of the rules that hold a level, each once: of payers, shares, funds."""
    found: dict[str, None] = {}
    for rule, of in held.by:
        first, _, level = of.partition("/")
        table, key = ("payers", "payer") if rule == "appropriation" else (
            ("shares" if rule == "share" else "funds"), "fund")
        for row in case.rows(table):
            if getattr(row, key) == first and (rule != "share" or row.level == level):
                found.setdefault(row.basis or "")
    return "、".join(text for text in found if text)


def _own(cell: MoneyCell, held: Held) -> str:
    """What of its own stops a cell that no rule of others holds: ``full``, ``ceiling``, ``growth``
    or, where it stops short of all of them, the ``goals`` ranked before.
    """
    if held.by:
        return ""
    most = max(cell.ceiling * cell.entitlement - cell.carried, Fraction(0))
    own = "full" if cell.ceiling == 1 else "ceiling"
    if cell.grow is not None and cell.last is not None and (1 + cell.grow) * cell.last < most:
        most, own = (1 + cell.grow) * cell.last, "growth"
    short = float(most + cell.carried) / cell.entitlement - held.level
    return "goals" if short > 1e-6 else own


def _paid(plan: Plan, cell: MoneyCell, total: int) -> Iterator[Line]:
    """Each payer's part with the cost share of its level; the share's basis, else the payer's."""
    assert plan.money is not None
    case = plan.case
    table, i, _ = _place(case, cell)
    shares: dict[str, Any] = {}
    rows = [r for r in case.rows("shares") if r.fund == cell.fund]
    for row in sorted(rows, key=lambda r: r.where is not None):
        if case.matches(row.where, table)[i]:
            shares[row.level] = row
    by = plan.money.paid[cell.payee, cell.fund]
    for payer in case.rows("payers"):
        if not by.get(payer.payer):
            continue
        row = shares.get(payer.level)
        yield Line("payer", by[payer.payer], payer.payer, (row or payer).basis or "", {
            "level": payer.level, "share": by[payer.payer] / total,
            "min_share": None if row is None else row.min_share,
            "max_share": None if row is None else row.max_share,
            "max_yuan": None if row is None else row.max_yuan})
