"""Who pays amounts that are already decided, when nobody said: as the rules ask, or nearly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from planner.case.case import Case
from planner.errors import SolverError
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.goals import payer_order, tie
from planner.model.money.rules import appropriation_rows, share_rows
from planner.model.money.variables import SCALE, Group, MoneyVariables
from planner.model.money.whole import whole_yuan
from planner.model.rule import Leximin, Model, Row, Stage, Terms
from planner.solver.small import Climber

Key = tuple[str, str]  # (payee, fund)
Paid = dict[Key, dict[str, int]]


def split(
    case: Case,
    amounts: Mapping[Key, int],
    spent: Mapping[str, int] | None = None,
    wish: Mapping[Key, Mapping[str, int]] | None = None,
    least: Mapping[str, int] | None = None,
) -> Paid:
    """Whole yuan by payer for each amount (yuan), such that appropriations and shares hold.

    When they cannot, shares give the least first, then appropriations the least in all; the
    recount tells where. ``spent`` is what payers pay elsewhere already; ``wish`` is who should pay
    as far as the rules let them, ``least`` what a payer must pay in all. Amounts without an
    entitlement or a payer are left to nobody.
    """
    cells = [c for c in cells_of(case) if amounts.get((c.payee, c.fund)) and c.payers]
    groups = _groups(cells, amounts, single=wish is not None)
    model = Model()
    part = MoneyVariables(
        groups, tuple({p: model.column() for p in g.lead.payers} for g in groups))
    for g, group in enumerate(groups):
        total = group.entitlement / SCALE
        model.row(Row("whole", group.of, part.paid(g), total, total))
    shares = _elastic(model, list(share_rows(case, part)))
    over = _elastic(model, [
        replace(row, high=row.high - (spent or {}).get(row.of, 0) / SCALE)
        for row in appropriation_rows(case, part)])
    for p, payer in enumerate(case.rows("payers")):
        if p in part.by_payer and (low := (least or {}).get(payer.payer, 0)):
            model.row(Row("goal", payer.payer, part.by_payer[p], low=low / SCALE))
    goals: list[Stage | Leximin] = [Stage("whole", "min", shares), Stage("whole", "min", over)]
    if wish is not None:
        goals.append(Stage("whole", "min", _off(case, model, part, wish)))
    ties = (*payer_order(case, part, model, each=True), *tie(case, part, model))
    point = Climber()(model, (*goals, *ties))
    if point is None:
        raise SolverError("no payers were found for given amounts")
    return _whole(case, part, amounts, point)


def _groups(
    cells: list[MoneyCell], amounts: Mapping[Key, int], single: bool
) -> tuple[Group, ...]:
    """Cells that payers cannot tell apart but by size, their amount taken for the entitlement."""
    found: dict[tuple[object, ...], list[MoneyCell]] = {}
    for cell in cells:
        yuan = amounts[cell.payee, cell.fund]
        fixed = tuple(Fraction(s.most_yuan, yuan) for s in cell.shares if s.most_yuan is not None)
        alike = (cell.payers, cell.fund, cell.shares, fixed)
        found.setdefault((*alike, cell.payee if single else ""), []).append(cell)
    return tuple(
        Group(tuple(mine), sum(amounts[c.payee, c.fund] for c in mine), 0, 0)
        for mine in found.values())


def _elastic(model: Model, rows: list[Row]) -> Terms:
    """Rows that may be broken; the columns of how far."""
    out: Terms = []
    for row in rows:
        more, less = model.column(), model.column()
        model.row(replace(row, terms=[*row.terms, (more, 1.0), (less, -1.0)]))
        out += [(more, 1.0), (less, 1.0)]
    return out


def _off(
    case: Case, model: Model, part: MoneyVariables, wish: Mapping[Key, Mapping[str, int]]
) -> Terms:
    """How far payers are from who should pay, in all."""
    codes = [p.payer for p in case.rows("payers")]
    out: Terms = []
    for g, group in enumerate(part.groups):
        asked = wish.get((group.lead.payee, group.lead.fund))
        for p, column in part.x[g].items() if asked is not None else ():
            more, less = model.column(), model.column()
            want = (asked or {}).get(codes[p], 0) / SCALE
            model.row(Row("whole", group.of, [(column, 1.0), (more, -1.0), (less, 1.0)],
                          want, want))
            out += [(more, 1.0), (less, 1.0)]
    return out


def _whole(
    case: Case, part: MoneyVariables, amounts: Mapping[Key, int], point: list[float]
) -> Paid:
    parts = {}
    for g, group in enumerate(part.groups):
        for cell in group.cells:
            size = amounts[cell.payee, cell.fund] / group.entitlement * SCALE
            parts[cell.payee, cell.fund] = cell, {
                p: max(point[j], 0.0) * size for p, j in part.x[g].items()}
    # Totals of payers stay within a yuan of what was found, within limits or not.
    free = replace(case, settings=replace(case.settings, mode="ask"),
                   _facts={}, _fields={})
    found = whole_yuan(free, parts, dict(amounts), Climber())
    if found is None:
        raise SolverError("no whole yuan were found for given amounts")
    return {key: dict(by) for key, by in found.paid.items()}
