"""From the continuous plan to money that can be paid: whole steps a cell, whole yuan a payer.

Rounding cell by cell breaks totals, so settling is a model of its own, in three small parts:

1. each cell goes to a neighbouring step: up as far as the money allows, so that the least
   coverage is lost, ties by code (an integer model over cells that nothing tells apart);
2. with those amounts fixed, payers are used in their order, evenly over cells (linear);
3. each payer's part goes to a neighbouring yuan so that every cell, level and payer adds up
   (a flow, which has whole solutions).

The recount then holds the result to every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import ceil, floor

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell
from planner.model.money.goals import payer_order, tie
from planner.model.money.part import MoneyPart
from planner.model.money.project_rules import project_cap_rows
from planner.model.money.range import in_range, margins, per_resident_range_rows
from planner.model.money.rules import (
    appropriation_rows,
    envelope_rows,
    share_rows,
)
from planner.model.money.variables import SCALE, Group, MoneyVariables, Need
from planner.model.money.whole import NEAR, Solve, whole_yuan
from planner.model.rule import Leximin, Model, Row, Stage, Terms


@dataclass(frozen=True)
class Unit:
    """Cells of a group that also have the same size, bounds and step below (yuan)."""

    group: Group
    base: int
    rest: float

    @property
    def lead(self) -> MoneyCell:
        """One of the cells."""
        return self.group.lead


def settle(
    case: Case, v: MoneyVariables, x: list[float], solve: Solve, needs: Sequence[Need] = ()
) -> MoneyPart | None:
    """The continuous plan ``x`` in whole steps and whole yuan; ``None`` when there is none.

    ``needs`` are what training has been promised of the awards. Every cell must have a whole step
    between its bounds (``low`` ≤ ``high``).
    """
    amounts = _steps(case, v, x, solve, needs)
    if amounts is None:
        return None
    return _yuan(case, v, amounts, solve)


def _units(v: MoneyVariables, x: list[float]) -> list[Unit]:
    out: dict[tuple[int, int, int, int], list[MoneyCell]] = {}
    wanted: dict[tuple[int, int, int, int], float] = {}
    for g, group in enumerate(v.groups):
        paid = sum(x[j] for j in v.x[g].values()) * SCALE
        for cell in group.cells:
            key = (g, cell.entitlement, cell.low, cell.high)
            out.setdefault(key, []).append(cell)
            wanted[key] = paid * cell.entitlement / group.entitlement
    units = []
    for key, cells in out.items():
        cell, amount = cells[0], wanted[key]
        base = floor((amount + NEAR) / cell.step) * cell.step
        base = min(max(base, cell.low), cell.high)
        units.append(Unit(_sum(cells), base, min(max(amount - base, 0.0), float(cell.step))))
    return units


def _sum(cells: list[MoneyCell]) -> Group:
    return Group(tuple(cells), sum(c.entitlement for c in cells),
                 sum(c.last or 0 for c in cells), sum(c.carried for c in cells))


def _steps(
    case: Case, v: MoneyVariables, x: list[float], solve: Solve, needs: Sequence[Need]
) -> dict[tuple[str, str], int] | None:
    """Each cell's amount in yuan, a whole number of steps."""
    if any(cell.low > cell.high for group in v.groups for cell in group.cells):
        return None  # no whole step lies between what a cell must and what it may get
    units = _units(v, x)
    wanted = sum(x[j] for xs in v.x for j in xs.values()) * SCALE
    for wide, margin in product((False, True), margins(case)):
        model = Model()
        up = _step_model(case, units, wanted, wide, model, margin)
        model.add(_needed(units, up, needs))
        point = solve(model, _step_goals(units, up, wide, model))
        if point is None:
            continue
        amounts = {
            (cell.payee, cell.fund): unit.base + unit.lead.step * extra
            for u, unit in enumerate(units)
            for cell, extra in zip(
                unit.group.cells, _spread(round(point[up[u]]), len(unit.group.cells)),
                strict=True)
        }
        if in_range(case, amounts):
            return amounts
    return None


def _spread(total: int, cells: int) -> list[int]:
    """``total`` steps over alike cells, as even as whole steps go, the first codes first."""
    each, rest = divmod(total, cells)
    return [each + (i < rest) for i in range(cells)]


def _step_model(
    case: Case, units: list[Unit], wanted: float, wide: bool, model: Model, margin: float
) -> list[int]:
    up = []
    for unit in units:
        cell, n = unit.lead, len(unit.group.cells)
        least = (cell.low - unit.base) // cell.step * n if wide else 0
        most = (cell.high - unit.base) // cell.step * n
        if not wide:
            most = min(most, n if unit.rest > NEAR else 0)
        up.append(model.column(least, max(most, least), whole=True))
    model.add(_paid_rows(case, units, up, model))
    amounts = MoneyVariables(
        tuple(u.group for u in units), tuple({0: u} for u in range(len(units))))
    for rows in (envelope_rows, project_cap_rows):
        model.add(_in_steps(rows(case, amounts), units, up))
    model.add(_in_steps(per_resident_range_rows(case, amounts, margin), units, up))
    if not wide:
        steps: Terms = [(up[u], unit.lead.step / SCALE) for u, unit in enumerate(units)]
        base = sum(u.base * len(u.group.cells) for u in units)
        coarsest = max((u.lead.step for u in units), default=1)
        most_paid = max(ceil((wanted - NEAR) / coarsest) * coarsest - base, 0)
        model.row(Row("whole", "total", steps, high=most_paid / SCALE))
    return up


def _paid_rows(
    case: Case, units: list[Unit], up: list[int], model: Model
) -> Iterator[Row]:
    """Payers can pay the amounts, each within its means and its shares.

    Units with the same payers, fund and shares are paid as one: what can be paid to them together
    can be split over them in proportion. Those whose shares have a most in yuan stay apart.
    """
    found: dict[tuple[object, ...], list[int]] = {}
    for u, unit in enumerate(units):
        cell = unit.lead
        own = u if any(s.most_yuan is not None for s in cell.shares) else -1
        found.setdefault((cell.payers, cell.fund, cell.shares, own), []).append(u)
    part = MoneyVariables(
        tuple(_sum([c for u in mine for c in units[u].group.cells]) for mine in found.values()),
        tuple({p: model.column() for p in units[mine[0]].lead.payers} for mine in found.values()))
    for g, mine in enumerate(found.values()):
        base = sum(units[u].base * len(units[u].group.cells) for u in mine) / SCALE
        steps = [(up[u], -units[u].lead.step / SCALE) for u in mine]
        yield Row("whole", part.groups[g].of, [*part.paid(g), *steps], base, base)
    yield from appropriation_rows(case, part)
    yield from share_rows(case, part)


def _in_steps(rows: Iterable[Row], units: list[Unit], up: list[int]) -> Iterator[Row]:
    """Rows over the amounts of units (column u is what unit u gets), said of their steps up."""
    for row in rows:
        base = sum(c * units[u].base * len(units[u].group.cells) for u, c in row.terms) / SCALE
        terms = [(up[u], c * units[u].lead.step / SCALE) for u, c in row.terms]
        yield replace(row, terms=terms, low=row.low - base, high=row.high - base)


def _needed(units: list[Unit], up: list[int], needs: Sequence[Need]) -> Iterator[Row]:
    """The awards that pay for training still do."""
    for need in needs:
        mine = [u for u, unit in enumerate(units) if unit.lead.fund == need.fund
                and need.street in (None, unit.lead.street)]
        base = sum(units[u].base * len(units[u].group.cells) for u in mine)
        steps: Terms = [(up[u], units[u].lead.step / SCALE) for u in mine]
        yield Row("training", need.fund, steps, low=(need.yuan - base) / SCALE)


def _step_goals(
    units: list[Unit], up: list[int], wide: bool, model: Model
) -> tuple[Stage | Leximin, ...]:
    if wide:
        off: Terms = []
        for u, unit in enumerate(units):
            more, less = model.column(), model.column()
            model.row(Row("whole", unit.group.of, [(up[u], 1.0), (more, -1.0), (less, 1.0)], 0, 0))
            off += [(more, 1.0), (less, 1.0)]
        return (Stage("settle", "min", off),)
    rank = 1e-3 / (len(units) + 1)
    # Seven decimals of coverage: below that is the solver's noise, which must not decide, nor where
    # a figure lies halfway between two of them.
    lost = [round(round(unit.rest / unit.lead.entitlement, 12), 7) for unit in units]
    most, coarsest = max([*lost, 1e-9]), max((u.lead.step for u in units), default=1)
    return (
        Stage("settle", "max", [(up[u], lost[u] / most) for u in range(len(units))]),
        Stage("settle", "max", [
            (up[u], unit.lead.step / coarsest + rank * (len(units) - u))
            for u, unit in enumerate(units)]),
    )


def _yuan(
    case: Case, v: MoneyVariables, amounts: dict[tuple[str, str], int], solve: Solve
) -> MoneyPart | None:
    """Who pays each cell, in whole yuan.

    With the amounts fixed, cells with the same payers, fund and shares differ only in size: they
    are one, split in proportion, so two communities of a street are paid by the same parts.
    """
    found: dict[tuple[object, ...], list[MoneyCell]] = {}
    for group in v.groups:
        for cell in group.cells:
            yuan = amounts[cell.payee, cell.fund]
            fixed = tuple(Fraction(s.most_yuan, max(yuan, 1)) for s in cell.shares
                          if s.most_yuan is not None)
            found.setdefault((cell.payers, cell.fund, cell.shares, fixed), []).append(cell)
    totals = [sum(amounts[c.payee, c.fund] for c in cells) for cells in found.values()]
    groups = tuple(
        Group(tuple(cells), max(total, 1), 0, 0)
        for cells, total in zip(found.values(), totals, strict=True))
    model = Model()
    part = MoneyVariables(
        groups, tuple({p: model.column() for p in g.lead.payers} for g in groups))
    for g, group in enumerate(groups):
        total = totals[g] / SCALE
        model.row(Row("whole", group.of, part.paid(g), total, total))
    for rows in (appropriation_rows, share_rows):
        model.add(rows(case, part))
    point = solve(model, (*payer_order(case, part, model), *tie(case, part, model)))
    if point is None:
        return None
    parts = {}
    for g, group in enumerate(groups):
        for cell in group.cells:
            size = amounts[cell.payee, cell.fund] / group.entitlement * SCALE
            by = {p: max(point[j], 0.0) * size for p, j in part.x[g].items()}
            parts[cell.payee, cell.fund] = cell, by
    return whole_yuan(case, parts, amounts, solve)
