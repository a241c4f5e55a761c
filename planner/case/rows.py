"""The cells a change names: its columns, values and rows, and how they are shown.

Whatever a change names that is not there raises :class:`ChangeError`, with the nearest that is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from planner.case import values
from planner.case.columns import Column
from planner.case.conditions import Test, check, evaluate, fields_of
from planner.case.grammar import Compare, Condition, ConditionError, Joined, Not, parse
from planner.case.headings import match
from planner.case.recipe import Order, Row, Said, nearest
from planner.case.sheet import Sheet
from planner.case.values import BadValue, plain
from planner.errors import Cell, Problem

NUMERIC = ("integer", "number", "money", "share")
BLANK = "—"

Rows = np.ndarray[Any, Any]  # positions


class ChangeError(Exception):
    """A change that cannot be made, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def wrong(code: str, cell: Cell, value: str = "", **named: object) -> ChangeError:
    """One problem, to be raised."""
    return ChangeError([Problem(code, cell, value, named)])


# Columns and values -------------------------------------------------------------------------------


def column_of(sheet: Sheet, name: Said) -> tuple[Column, int | None]:
    """The column a heading means, and the unit it states."""
    heading = match(sheet.table, 0, name.text)
    if heading.column is not None:
        return heading.column, heading.unit
    for own in sheet.own:
        if values.key(own.name) == values.key(name.text):
            return own, None
    names = [s for c in sheet.columns for s in (c.name, c.zh, *c.also)]
    raise wrong("change_unknown_column", name.cell, name.text,
              table=sheet.table.name, nearest=nearest(name.text, names))  # fmt: skip


def value_of(column: Column, unit: int | None, name: Said, said: Said) -> Any:
    """A value as a cell of the column would hold it."""
    try:
        value = values.parse(column, said.text, unit)
    except BadValue as bad:
        raise bad_value(column, name, said, bad) from None
    if value is None and column.required:
        raise wrong("blank_required", said.cell, heading=name.text)
    return value


def bad_value(column: Column, name: Said, said: Said, bad: BadValue) -> ChangeError:
    value = "" if column.personal else values.shown(said.text)
    quoted = f" “{value}”" if value else ""
    if bad.code == "money_no_unit":
        value = name.text
    return wrong(
        bad.code, said.cell, value, **{"heading": name.text, "shown": quoted, **bad.values}
    )


def listed(frame: pd.DataFrame, column: str) -> list[Any]:
    """The values of a column; ``None`` is blank."""
    held = frame[column].astype(object)
    return list(held.where(held.notna(), None))


def cells_of(sheet: Sheet, row: Row) -> dict[str, tuple[Column, Any]]:
    """Every column of a row with its value; all that is wrong at once."""
    found: dict[str, tuple[Column, Any]] = {}
    problems: list[Problem] = []
    for name, said in row:
        try:
            column, unit = column_of(sheet, name)
            if column.name in found:
                raise wrong("scenario_duplicate_key", name.cell, name.text)
            found[column.name] = (column, value_of(column, unit, name, said))
        except ChangeError as refused:
            problems += refused.problems
    if problems:
        raise ChangeError(problems)
    return found


# Showing ------------------------------------------------------------------------------------------


def display(column: Column, value: Any) -> str:
    """A value as a short text, in whole yuan, percents and codes."""
    if value is None:
        return BLANK
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dt.date, pd.Timestamp)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    if column.kind == "share":
        return plain(Decimal(str(value)) * 100) + "%"
    if column.kind in ("integer", "money"):
        return f"{value:,}"
    return plain(Decimal(str(value))) if column.kind == "number" else str(value)


def spread(column: Column, held: Sequence[Any]) -> str:
    """The values of several rows: one, a range, or the first few; personal ones never."""
    if column.personal:
        return ""
    given = [v for v in held if v is not None]
    if column.kind in NUMERIC and len(set(given)) > 1:
        return f"{display(column, min(given))}…{display(column, max(given))}"
    texts = list(dict.fromkeys(display(column, v) for v in held))
    return ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")


def _row_text(columns: Iterable[Column], row: dict[str, Any]) -> str:
    return ", ".join(f"{c.name}={display(c, row[c.name])}" for c in columns
                     if not c.personal and row.get(c.name) is not None)  # fmt: skip


def rows_text(columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> str:
    texts = [_row_text(columns, row) for row in rows[:3]]
    return "; ".join(texts) + ("; …" if len(rows) > 3 else "")


# Which rows ---------------------------------------------------------------------------------------


def _leaves(node: Condition) -> list[Compare]:
    if isinstance(node, Joined):
        return [leaf for part in node.parts for leaf in _leaves(part)]
    return _leaves(node.part) if isinstance(node, Not) else [node]


def matched(sheet: Sheet, order: Order) -> Rows:
    """The positions of the rows a change is about; at least one."""
    size = len(sheet.frame)
    where, table = order.where, sheet.table.name
    if where is None:
        if size:
            return np.arange(size)
        raise wrong("change_matches_nothing", order.cell, table=table, nearest=BLANK)
    fields = fields_of(sheet.columns, sheet.frame)
    try:
        condition = parse(where.text)
        checked = check(condition, fields)
        found: Rows = np.flatnonzero(evaluate(checked, fields)) if size else np.arange(0)
    except ConditionError as bad:
        raise wrong(bad.code, where.cell, where.text, **bad.values) from None
    if not len(found):
        near, personal = _nearest_match(sheet, condition)
        raise wrong("change_matches_nothing", where.cell, "" if personal else where.text,
                  table=table, nearest=near)  # fmt: skip
    return found


def _nearest_match(sheet: Sheet, condition: Condition) -> tuple[str, bool]:
    """The value nearest to one no row has, and whether a personal column is asked for."""
    fields = fields_of(sheet.columns, sheet.frame)
    near, personal = BLANK, False
    for leaf in _leaves(condition):
        test = check(leaf, fields)
        assert isinstance(test, Test)
        column = fields[test.key].column
        personal |= column.personal
        asked = leaf.op == "=" and near == BLANK and not column.personal
        if asked and not (len(sheet.frame) and evaluate(test, fields).any()):
            held = {display(column, v) for v in listed(sheet.frame, column.name) if v is not None}
            near = nearest(leaf.values[0].text, sorted(held))
    return near, personal


def check_unique(sheet: Sheet, cell: Cell) -> None:
    """No two rows have the same code."""
    keys = list(sheet.table.key)
    if keys and sheet.frame.duplicated(keys).any():
        twice = sheet.frame[sheet.frame.duplicated(keys)].iloc[0]
        said = " / ".join(str(twice[k]) for k in keys)
        raise wrong("change_key_taken", cell, said, table=sheet.table.name)
