"""What everybody is entitled to: the cells (payee × fund) of the money plan, in whole yuan."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

import numpy as np

from planner.case.case import Case, exact, per_case
from planner.model.money.projects import promised


@dataclass(frozen=True)
class Share:
    """What one level may carry of a cell: parts of it, and at most so many yuan."""

    level: str
    least: Fraction
    most: Fraction
    most_yuan: int | None


@dataclass(frozen=True)
class MoneyCell:
    """One payee and one fund.

    Yuan: ``entitlement`` e, ``last`` h (``None``: not paid last year), ``carried`` o, ``step``,
    ``promised`` (what its committed projects need at least, money carried over included).
    ``payers`` are the positions, in the table of payers, of those who may pay it.
    """

    payee: str
    fund: str
    street: str
    entitlement: int
    last: int | None
    carried: int
    step: int
    priority: int
    payers: tuple[int, ...]
    shares: tuple[Share, ...]
    floor: Fraction
    ceiling: Fraction
    keep: Fraction
    grow: Fraction | None
    promised: int = 0

    @cached_property
    def low(self) -> int:
        """The least whole step for floor, last year's protection and what is committed (yuan)."""
        return max(
            _whole_up(self.floor, self.entitlement, self.carried, self.step),
            _whole_up(self.keep, self.last or 0, 0, self.step),
            _whole_up(Fraction(1), self.promised, self.carried, self.step),
            0,
        )

    @cached_property
    def high(self) -> int:
        """The greatest whole step under ceiling and growth (yuan)."""
        most = max(_whole_down(self.ceiling, self.entitlement, self.carried, self.step), 0)
        if self.grow is not None and self.last is not None:
            most = min(most, _whole_down(1 + self.grow, self.last, 0, self.step))
        return most


def above(part: Fraction, whole: int, yuan: int) -> bool:
    """``part · whole > yuan``, in integers: it is asked of every cell."""
    return part.numerator * whole > yuan * part.denominator


def below(part: Fraction, whole: int, yuan: int) -> bool:
    """``part · whole < yuan``, in integers."""
    return part.numerator * whole < yuan * part.denominator


def _whole_down(part: Fraction, whole: int, less: int, step: int) -> int:
    """``part · whole − less`` rounded down to a step."""
    over, under = part.numerator, part.denominator
    return (over * whole - less * under) // (under * step) * step


def _whole_up(part: Fraction, whole: int, less: int, step: int) -> int:
    """``part · whole − less`` rounded up to a step."""
    over, under = part.numerator, part.denominator
    return -((less * under - over * whole) // (under * step)) * step


def entitlements(case: Case, fund: Any) -> list[int]:
    r"""The yuan each payee of a fund is entitled to, in the order of its table.

    .. math:: e_{ck} = \sum_{s \in S_k,\; c \models \text{where}_s}
              \min(\max(A_s \cdot \text{round}(n_{cs} / \text{every}_s), \min_s), \max_s)

    Each standard is rounded half up to the yuan. 0 where the fund's own condition is not met.
    Source: tables ``funds``, ``standards``, columns ``basis``.
    """
    table = case.payee_table(fund.payee)
    fits = case.matches(fund.where, table)
    total = [0] * len(fits)
    for row in case.rows("standards"):
        if row.fund != fund.fund:
            continue
        rows = fits & case.matches(row.where, table)
        units = units_of(case, table, row)
        for i in np.flatnonzero(rows):
            total[i] += due(row, units[i])
    return total


def due(row: Any, units: Fraction) -> int:
    """The yuan of one standard for so many units: half up to the yuan, then within its bounds."""
    amount: int = floor(row.amount_yuan * units + Fraction(1, 2))
    if row.min_yuan is not None:
        amount = max(amount, row.min_yuan)
    if row.max_yuan is not None:
        amount = min(amount, row.max_yuan)
    return amount


def units_of(case: Case, table: str, row: Any) -> list[Fraction]:
    """How many times the standard is due to each payee."""
    frame = case.frame(table)
    if row.per is None:
        return [Fraction(1)] * len(frame)
    name = next(c.name for c in case.sheet(table).columns if row.per in (c.name, c.zh, *c.also))
    every = exact(row.every) if row.every is not None else Fraction(1)
    out = []
    for value in frame[name].astype(object).where(frame[name].notna(), 0):
        units = exact(value) / every
        if row.round == "up":
            units = Fraction(ceil(units))
        elif row.round == "down":
            units = Fraction(floor(units))
        out.append(units)
    return out


def spendable(payer: Any) -> int | None:
    r"""What a payer may spend (yuan): :math:`\lfloor(1-\rho_p) B_p\rfloor`; ``None``: not given."""
    if payer.appropriation_yuan is None:
        return None
    left: int = floor((1 - exact(payer.contingency or 0.0)) * payer.appropriation_yuan)
    return left


def _shares(case: Case, fund: Any) -> list[tuple[Share, ...]]:
    """The cost shares of each payee: rows with a condition override those without, by level."""
    table = case.payee_table(fund.payee)
    found: list[dict[str, Share]] = [{} for _ in range(len(case.frame(table)))]
    rows = [r for r in case.rows("shares") if r.fund == fund.fund]
    for row in sorted(rows, key=lambda r: r.where is not None):
        share = Share(
            row.level,
            Fraction(0) if row.min_share is None else exact(row.min_share),
            Fraction(1) if row.max_share is None else exact(row.max_share),
            row.max_yuan,
        )
        for i in np.flatnonzero(case.matches(row.where, table)):
            found[i][row.level] = share
    return [tuple(f[level] for level in sorted(f)) for f in found]


@per_case
def cells_of(case: Case) -> tuple[MoneyCell, ...]:
    """Every cell with a positive entitlement, by payee and fund code."""
    last = {(r.payee, r.fund): r for r in case.rows("last_year")}
    committed = promised(case)
    out = []
    for fund in case.rows("funds"):
        table = case.payee_table(fund.payee)
        frame = case.frame(table)
        own = zip(
            frame.iloc[:, 0], frame["street"], entitlements(case, fund), _shares(case, fund),
            strict=True,
        )
        payers = _payers(case, fund, set(frame["street"]))
        alike: dict[str, Any] = {
            "fund": fund.fund,
            "step": fund.step_yuan or case.settings.step_yuan,
            "priority": fund.priority or 1,
            "floor": exact(fund.floor or 0.0),
            "ceiling": exact(1.0 if fund.ceiling is None else fund.ceiling),
            "keep": exact(fund.keep_last_year or 0.0),
            "grow": None if fund.grow_at_most is None else exact(fund.grow_at_most),
        }
        for payee, street, amount, shares in own:
            if amount <= 0:
                continue
            before = last.get((payee, fund.fund))
            out.append(MoneyCell(
                payee=payee,
                street=street,
                entitlement=amount,
                last=before.amount_yuan if before else None,
                carried=(before.carried_yuan or 0) if before else 0,
                payers=payers[street],
                shares=shares,
                promised=committed.get((payee, fund.fund), 0) if table == "communities" else 0,
                **alike,
            ))
    return tuple(sorted(out, key=lambda c: (c.payee, c.fund)))


def _payers(case: Case, fund: Any, streets: set[str]) -> dict[str, tuple[int, ...]]:
    """Who may pay a fund in each street: positions in the table of payers."""
    may: dict[str | None, list[int]] = {}
    for p, payer in enumerate(case.rows("payers")):
        if payer.funds is None or fund.fund in payer.funds:
            may.setdefault(payer.street, []).append(p)
    return {s: tuple(sorted([*may.get(None, ()), *may.get(s, ())])) for s in streets}
