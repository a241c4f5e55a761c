"""A case without one of its rules, and a case with other cells, checked again as a whole."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.case.case import Case, Only, make_case
from planner.case.rows import listed
from planner.case.sheet import Sheet, series

#: A coverage nobody reaches: the ceiling of a fund without one.
BEYOND = 1000.0


def without(case: Case, asked: str, only: Only | None = None) -> Case:
    """The case without ``rule`` or ``rule:of``, for a plan that is settled and counted again.

    ``only`` leaves out the other half's tables. Raises ``KeyError`` for a rule that no cell of the
    case states alone, ``InputError`` when what is left is not a case.
    """
    rule, _, of = asked.partition(":")
    if rule in ("kin", "target", "share"):
        return _without_rows(case, rule, of, only)
    if rule == "pin":
        gone = {i for i, r in enumerate(case.rows("pairs")) if r.decision == "pin"
                and of in ("", r.post)}
        return with_cells(case, "pairs", "decision", dict.fromkeys(gone), only)
    table, cells = _CELLS[rule]
    code = 0  # the code of a payer or fund heads its table
    rows = [i for i, row in enumerate(case.rows(table)) if of in ("", row[code])]
    for column, value in cells.items():
        case = with_cells(case, table, column, dict.fromkeys(rows, value), only)
    return case


#: Where a rule is stated and what cell says nothing of it. Blank would mean the default ceiling,
#: and an appropriation must be given: they get what nobody reaches.
_CELLS: dict[str, tuple[str, dict[str, Any]]] = {
    "appropriation": ("payers", {"appropriation_yuan": 10**14, "contingency": None}),
    "floor": ("funds", {"floor": None}),
    "ceiling": ("funds", {"ceiling": BEYOND}),
    "keep_last_year": ("funds", {"keep_last_year": None}),
    "growth": ("funds", {"grow_at_most": None}),
    "envelope": ("funds", {"envelope_min_yuan": None, "envelope_max_yuan": None}),
    "per_resident_range": ("funds", {"per_resident_range": None}),
}


def _without_rows(case: Case, rule: str, of: str, only: Only | None) -> Case:
    table = {"kin": "kin", "target": "targets", "share": "shares"}[rule]
    fund, _, level = of.partition("/")

    def goes(row: Any) -> bool:
        if rule == "share":
            return (not fund or row.fund == fund) and (not level or row.level == level)
        return not of or (rule == "target" and row.target == fund)

    sheet = case.sheet(table)
    stay = [i for i, row in enumerate(case.rows(table)) if not goes(row)]
    frame = sheet.frame.iloc[stay].reset_index(drop=True)
    left = Sheet(sheet.table, frame, tuple(sheet.places[i] for i in stay), sheet.letters, sheet.own)
    return _with_sheet(case, left, only)


def with_cells(
    case: Case, table: str, column: str, values: dict[int, Any], only: Only | None = None
) -> Case:
    """The case with other values in a column, by position of the row; checked again as a whole.

    Positions, for a row without a key cannot be told from its like by any condition.
    """
    sheet = case.sheet(table)
    held = listed(sheet.frame, column)
    for i, value in values.items():
        held[i] = value
    frame: pd.DataFrame = sheet.frame.assign(**{column: series(sheet.table.column(column), held)})
    changed = Sheet(sheet.table, frame, sheet.places, sheet.letters, sheet.own)
    return _with_sheet(case, changed, only)


def _with_sheet(case: Case, sheet: Sheet, only: Only | None) -> Case:
    sheets = {**case.sheets, sheet.table.name: sheet}
    after = make_case(case.name, sheets.values(), case.notices, only)
    return after.keeping(case.earlier) if case.earlier else after
