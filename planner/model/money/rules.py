r"""The rules of the money plan: each is its rows for the solver and, beside them, its recount.

Symbols, the same in every rule:

======  =====================  ========  ======================================================
symbol  in code                unit      meaning
======  =====================  ========  ======================================================
x[r,p]  ``v.x[g][p]``          万元      what payer p gives cell r
a[r]    ``v.paid(g)``          万元      what cell r gets: the sum of x[r,p] over payers
e[r]    ``.entitlement``       yuan      entitlement
h[r]    ``.last``              yuan      last year's amount
o[r]    ``.carried``           yuan      carried over
======  =====================  ========  ======================================================

Rows are written over groups of alike cells (see ``variables.py``); the sums of a group obey what
each of its cells obeys. The recount is over single cells, in whole yuan and exact fractions, and
knows no solver.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import inf

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell, above, below, cells_of, spendable
from planner.model.money.part import MoneyPart
from planner.model.money.project_rules import (
    project_cap_recount,
    project_cap_rows,
    project_recount,
    project_rows,
)
from planner.model.money.range import per_resident_range_recount, per_resident_range_rows
from planner.model.money.variables import SCALE, MoneyVariables
from planner.model.rule import Breach, Row, Rule

#: A cost share cannot be exact to the yuan in every cell: it holds to within one yuan a cell.
SHARE_TOLERANCE_YUAN = 1


def available(case: Case) -> list[int | None]:
    r"""What each payer may spend (yuan): :math:`\lfloor(1-\rho_p) B_p\rfloor`; ``None`` = no limit.

    In ``ask`` mode nobody has a limit: the answer is what each must find.
    """
    asking = case.settings.mode == "ask"
    return [None if asking else spendable(p) for p in case.rows("payers")]


def appropriation_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""No payer gives more than its appropriation less its contingency.

    .. math:: \sum_r x_{rp} \le (1 - \rho_p) B_p \qquad \forall p

    Source: ``payers.appropriation_yuan``, ``payers.contingency``.
    """
    for p, (payer, most) in enumerate(zip(case.rows("payers"), available(case), strict=True)):
        if most is not None and p in v.by_payer:
            yield Row("appropriation", payer.payer, v.by_payer[p], high=most / SCALE)


def appropriation_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each payer's yuan, added up, against what it has."""
    spent: dict[str, int] = {}
    for payers in part.paid.values():
        for payer, yuan in payers.items():
            spent[payer] = spent.get(payer, 0) + yuan
    for payer, most in zip(case.rows("payers"), available(case), strict=True):
        if most is not None and spent.get(payer.payer, 0) > most:
            yield Breach("appropriation", payer.payer, f"{spent[payer.payer]} > {most} yuan",
                         spent[payer.payer] - most)


def share_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""A level carries its part of every cell: at least, at most, or exactly.

    .. math:: \underline\sigma\, a_r \le \sum_{p \in \text{level}} x_{rp}
              \le \min(\bar\sigma\, a_r, m) \qquad \forall r

    A share with its own ``where`` overrides the one without. Source: table ``shares``.
    """
    level = [p.level for p in case.rows("payers")]
    for g, group in enumerate(v.groups):
        for share in group.lead.shares:
            mine = {p for p in v.x[g] if level[p] == share.level}
            of = f"{group.lead.fund}/{share.level}"
            least, most = float(share.least), float(share.most)
            if least > 0:
                terms = [(j, float(p in mine) - least) for p, j in v.x[g].items()]
                yield Row("share", of, terms, low=0.0, size=group.entitlement)
            if most < 1:
                terms = [(j, float(p in mine) - most) for p, j in v.x[g].items()]
                yield Row("share", of, terms, high=0.0, size=group.entitlement)
            if share.most_yuan is not None and mine:
                yuan = share.most_yuan * len(group.cells)
                yield Row("share", of, v.paid(g, mine), high=yuan / SCALE, size=group.entitlement)


def share_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each level's yuan in each cell against its part, to within one yuan."""
    level = {p.payer: p.level for p in case.rows("payers")}
    for cell in cells_of(case):
        payers = part.paid.get((cell.payee, cell.fund), {})
        total = part.total(cell)
        for share in cell.shares:
            carried = sum(yuan for p, yuan in payers.items() if level[p] == share.level)
            most = carried if share.most_yuan is None else share.most_yuan
            if carried > most or above(share.least, total, carried + SHARE_TOLERANCE_YUAN) or \
                    below(share.most, total, carried - SHARE_TOLERANCE_YUAN):
                low = share.least * total - SHARE_TOLERANCE_YUAN
                high = share.most * total + SHARE_TOLERANCE_YUAN
                over = max(float(low) - carried, carried - float(high), carried - most)
                yield Breach("share", f"{cell.payee}/{cell.fund}/{share.level}",
                             f"{carried} of {total} yuan", over)


def floor_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""Every cell is covered to the floor of its fund, money carried over included.

    .. math:: a_r + o_r \ge \varphi_k e_r \qquad \forall r

    The goal ``floor`` is the proof that nothing is missing here. Source: ``funds.floor``.
    """
    for g, group in enumerate(v.groups):
        low = group.lead.floor * group.entitlement - group.carried
        if low > 0:
            yield Row("floor", group.lead.fund, v.paid(g), low=float(low) / SCALE,
                      size=group.entitlement)


def floor_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each cell's coverage against the floor of its fund."""
    for cell in cells_of(case):
        has = part.total(cell) + cell.carried
        if above(cell.floor, cell.entitlement, has):
            yield _breach("floor", cell, part, cell.floor * cell.entitlement - has)


def ceiling_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""No cell is covered above the ceiling of its fund, money carried over included.

    .. math:: a_r \le \max(\psi_k e_r - o_r,\; 0) \qquad \forall r

    A carry-over above the ceiling means no new money. Source: ``funds.ceiling`` (default 1).
    """
    for g, group in enumerate(v.groups):
        high = max(group.lead.ceiling * group.entitlement - group.carried, Fraction(0))
        yield Row("ceiling", group.lead.fund, v.paid(g), high=float(high) / SCALE,
                  size=group.entitlement)


def ceiling_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each cell's new money against what its ceiling leaves."""
    for cell in cells_of(case):
        if part.total(cell) > 0 and below(
                cell.ceiling, cell.entitlement, part.total(cell) + cell.carried):
            high = max(cell.ceiling * cell.entitlement - cell.carried, Fraction(0))
            yield _breach("ceiling", cell, part, part.total(cell) - high)


def keep_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""Last year's amount is protected, in whole or in part.

    .. math:: a_r \ge \kappa_k h_r \qquad \forall r \text{ paid last year}

    Source: ``funds.keep_last_year``, table ``last_year``.
    """
    for g, group in enumerate(v.groups):
        low = group.lead.keep * group.last
        if low > 0:
            yield Row("keep_last_year", group.lead.fund, v.paid(g), low=float(low) / SCALE,
                      size=group.last)


def keep_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each cell's amount against the protected part of last year's."""
    for cell in cells_of(case):
        last = cell.last or 0
        if above(cell.keep, last, part.total(cell)):
            yield _breach("keep_last_year", cell, part, cell.keep * last - part.total(cell))


def growth_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""No amount grows above last year's by more than the fund allows.

    .. math:: a_r \le (1 + \gamma_k) h_r \qquad \forall r \text{ paid last year}

    A cell that was not paid last year is free. Source: ``funds.grow_at_most``.
    """
    for g, group in enumerate(v.groups):
        if group.lead.grow is not None and group.lead.last is not None:
            high = (1 + group.lead.grow) * group.last
            yield Row("growth", group.lead.fund, v.paid(g), high=float(high) / SCALE,
                      size=group.last)


def growth_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each cell's amount against the most it may grow to."""
    for cell in cells_of(case):
        grow, last = cell.grow, cell.last
        if grow is not None and last is not None and part.total(cell) > (1 + grow) * last:
            yield _breach("growth", cell, part, part.total(cell) - (1 + grow) * last)


def envelope_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""A fund as a whole stays within its envelope.

    .. math:: \underline E_k \le \sum_c a_{ck} \le \bar E_k \qquad \forall k

    Source: ``funds.envelope_min_yuan``, ``funds.envelope_max_yuan``.
    """
    for fund in case.rows("funds"):
        low, high = fund.envelope_min_yuan, fund.envelope_max_yuan
        terms = [t for g, group in enumerate(v.groups) if group.lead.fund == fund.fund
                 for t in v.paid(g)]
        if (terms or low) and (low is not None or high is not None):
            yield Row("envelope", fund.fund, terms, low=-inf if low is None else low / SCALE,
                      high=inf if high is None else high / SCALE)


def envelope_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each fund's yuan, added up, against its envelope."""
    for fund in case.rows("funds"):
        total = sum(sum(by.values()) for (_, k), by in part.paid.items() if k == fund.fund)
        low, high = fund.envelope_min_yuan, fund.envelope_max_yuan
        off = max(0 if low is None else low - total, 0 if high is None else total - high)
        if off > 0:
            yield Breach("envelope", fund.fund, f"{total} yuan", off)


def whole_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    """Whole steps are the work of settling (``settle.py``): the continuous plan has no such row.

    Source: ``funds.step_yuan``, else ``settings`` (``step_yuan``, 100 yuan unless given).
    """
    return iter(())


def whole_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Whole steps a cell, whole yuan a payer, only cells of the case and payers that may pay."""
    codes = [p.payer for p in case.rows("payers")]
    cells = {(c.payee, c.fund): c for c in cells_of(case)}
    for key, payers in part.paid.items():
        cell = cells.get(key)
        if cell is None:
            yield Breach("whole", "/".join(key), "no such entitlement")
            continue
        if any(type(yuan) is not int or yuan < 0 for yuan in payers.values()):
            yield Breach("whole", "/".join(key), "not whole yuan")
        if part.total(cell) % cell.step:
            yield _breach("whole", cell, part, Fraction(part.total(cell) % cell.step))
        for payer in sorted(set(payers) - {codes[p] for p in cell.payers}):
            yield Breach("whole", "/".join(key), f"{payer} may not pay it")


def _breach(rule: str, cell: MoneyCell, part: MoneyPart, by: Fraction) -> Breach:
    return Breach(rule, f"{cell.payee}/{cell.fund}", f"{part.total(cell)} yuan", float(by))


#: Every rule of the money plan, in the order of the report on conflicts.
MONEY_RULES: tuple[Rule[MoneyVariables, MoneyPart], ...] = (
    Rule("appropriation", appropriation_rows, appropriation_recount),
    Rule("share", share_rows, share_recount),
    Rule("floor", floor_rows, floor_recount),
    Rule("ceiling", ceiling_rows, ceiling_recount),
    Rule("keep_last_year", keep_rows, keep_recount),
    Rule("growth", growth_rows, growth_recount),
    Rule("envelope", envelope_rows, envelope_recount),
    Rule("per_resident_range", per_resident_range_rows, per_resident_range_recount),
    Rule("project", project_rows, project_recount),
    Rule("project_cap", project_cap_rows, project_cap_recount),
    Rule("whole", whole_rows, whole_recount),
)
