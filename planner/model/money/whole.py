"""Payers' parts of cells in whole yuan: a flow, which has whole solutions."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import Any

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell
from planner.model.money.part import MoneyPart
from planner.model.money.rules import available
from planner.model.rule import Leximin, Model, Row, Stage, Terms

#: A continuous amount this near (yuan) to a whole one is that whole one.
NEAR = 0.005

#: Solves a model goal by goal: the point reached, or ``None`` when there is none.
Solve = Callable[[Model, tuple[Stage | Leximin, ...]], "list[float] | None"]


def whole_yuan(
    case: Case,
    parts: dict[tuple[str, str], tuple[MoneyCell, dict[int, float]]],
    amounts: dict[tuple[str, str], int],
    solve: Solve,
) -> MoneyPart | None:
    """Each payer's part of each cell to a neighbouring yuan; only fractions need the flow."""
    payers, model = case.rows("payers"), Model()
    paid: dict[tuple[str, str], dict[int, int]] = {}
    open_: dict[tuple[tuple[str, str], int], int] = {}
    fractions: Terms = []
    exact_total = [0.0] * len(payers)
    for key in sorted(parts):
        cell, by = parts[key]
        paid[key] = {}
        for p, yuan in by.items():
            exact_total[p] += yuan
            paid[key][p] = floor(yuan + NEAR)
            if yuan - paid[key][p] > NEAR:
                open_[key, p] = model.column(0, 1)
                fractions.append((open_[key, p], float(round(100 * (yuan - paid[key][p])))))
        _cell_rows(model, key, cell, by, paid[key], open_, amounts[key], payers)
    odd: list[Terms] = [[] for _ in payers]
    for (_, p), j in open_.items():
        odd[p].append((j, 1.0))
    whole = [0] * len(payers)
    for parts_paid in paid.values():
        for p, yuan in parts_paid.items():
            whole[p] += yuan
    for p, most in enumerate(available(case)):
        terms, spent = odd[p], whole[p]
        high = ceil(exact_total[p] - NEAR) if most is None else min(
            ceil(exact_total[p] - NEAR), most)
        if terms:
            model.row(Row("appropriation", payers[p].payer, terms,
                          floor(exact_total[p] + NEAR) - spent, high - spent))
    # Whole hundredths, then codes: the solver's noise must not decide who pays the odd yuan.
    codes = [(j, float(len(fractions) - n)) for n, (j, _) in enumerate(fractions)]
    # A flow: its corners are whole, so that the first goal needs no whole columns to be exact.
    goals = (Stage("settle", "max", fractions, grain=1.0),
             Stage("settle", "max", codes, grain=1.0, whole=tuple(open_.values())))
    point = solve(model, goals) if open_ else []
    if point is None:
        return None
    for (key, p), j in open_.items():
        paid[key][p] += round(point[j])
    return MoneyPart({
        key: {payers[p].payer: yuan for p, yuan in sorted(by.items()) if yuan}
        for key, by in paid.items()
    })


def _cell_rows(
    model: Model,
    key: tuple[str, str],
    cell: MoneyCell,
    by: dict[int, float],
    paid: dict[int, int],
    open_: dict[tuple[tuple[str, str], int], int],
    amount: int,
    payers: tuple[Any, ...],
) -> None:
    """A cell's parts add up to its amount, a level's to within a yuan of its share."""
    mine: Terms = [(open_[key, p], 1.0) for p in by if (key, p) in open_]
    if mine:
        rest = amount - sum(paid.values())
        model.row(Row("whole", "/".join(key), mine, rest, rest))
    for share in cell.shares:
        level = [p for p in by if payers[p].level == share.level]
        terms: Terms = [(open_[key, p], 1.0) for p in level if (key, p) in open_]
        if len(level) > 1 and terms:
            exact, have = sum(by[p] for p in level), sum(paid[p] for p in level)
            model.row(Row("share", "/".join(key), terms,
                          floor(exact + NEAR) - have, ceil(exact - NEAR) - have))
