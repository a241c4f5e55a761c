"""Apply the changes of a scenario to the sheets of its baseline.

A change that names nothing, matches no row or alters nothing is refused. The sheets that come out
are typed like those that were read, but not yet checked against each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.case import values
from planner.case.conditions import (
    Compare,
    Condition,
    ConditionError,
    Joined,
    Not,
    Test,
    check,
    evaluate,
    fields_of,
    parse,
)
from planner.case.dictionary import Column, Table
from planner.case.headings import match, nearest_table, table_named
from planner.case.recipe import Op, Order, Row, Said, nearest
from planner.case.sheet import Sheet, build, series
from planner.case.values import BadValue, plain
from planner.errors import Cell, Problem

_NUMERIC = ("integer", "number", "money", "share")
_BLANK = "—"

Rows = np.ndarray[Any, Any]  # positions
New = tuple[Column, list[Any]]  # a column, and the value for each row that matched


@dataclass(frozen=True)
class Change:
    """One named change as it was applied, for display: ``old`` and ``new`` are short texts.

    ``rows`` is how many rows it altered; 0 when its table was not opened. ``column`` is "" when
    rows were added or removed. Values of personal columns are left out.
    """

    name: str
    table: str
    rows: int
    column: str
    old: str
    new: str
    basis: str = ""


Done = tuple[Sheet, list[Change]]


@dataclass
class Applied:
    """Sheets on their way from the baseline to the scenario, and what was done to them."""

    sheets: dict[str, Sheet]
    only: Literal["money", "people"] | None = None
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def apply(self, order: Order) -> None:
        """One change; what is wrong with it is noted under its name."""
        table = table_named(order.table.text)
        if table is None or table.name == "scenarios":
            word = order.table.text
            self._refuse(order, [Problem("change_unknown_table", order.table.cell, word,
                                         {"nearest": nearest_table(word) or _BLANK})])  # fmt: skip
        elif self.only is not None and table.block not in ("both", self.only):
            self.changes += _not_opened(order, table)
        else:
            sheet = self.sheets.get(table.name) or build(table, {}, ())
            try:
                sheet, changes = _DO[order.op](sheet, order)
            except _ChangeError as refused:
                self._refuse(order, refused.problems)
            else:
                self.sheets[table.name] = sheet
                self.changes += changes

    def _refuse(self, order: Order, problems: Iterable[Problem]) -> None:
        self.problems += [p.caused_by(order.name) for p in problems]


class _ChangeError(Exception):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def _no(code: str, cell: Cell, value: str = "", **named: object) -> _ChangeError:
    return _ChangeError([Problem(code, cell, value, named)])


def _not_opened(order: Order, table: Table) -> list[Change]:
    """A change of the other half's table: kept in the list, with no row."""
    known = [(match(table, 0, name.text).column, name, value)
             for name, value in (order.rows[0] if order.rows else ())]  # fmt: skip
    if order.op in ("add", "remove"):
        text = ", ".join(f"{c.name}={v.text}" for c, _, v in known if c and not c.personal)
        return [Change(order.name, table.name, 0, "", "", text, order.basis)]
    sign = {"times": "× ", "plus": "+ "}.get(order.op, "")
    return [Change(order.name, table.name, 0, c.name if c else name.text, "",
                   sign + value.text if c and not c.personal else "", order.basis)
            for c, name, value in known]  # fmt: skip


# Columns and values -------------------------------------------------------------------------------


def _column(sheet: Sheet, name: Said) -> tuple[Column, int | None]:
    """The column a heading means, and the unit it states."""
    heading = match(sheet.table, 0, name.text)
    if heading.column is not None:
        return heading.column, heading.unit
    for own in sheet.own:
        if values.key(own.name) == values.key(name.text):
            return own, None
    names = [s for c in sheet.columns for s in (c.name, c.zh, *c.also)]
    raise _no("change_unknown_column", name.cell, name.text,
              table=sheet.table.name, nearest=nearest(name.text, names))  # fmt: skip


def _value(column: Column, unit: int | None, name: Said, said: Said) -> Any:
    """A value as a cell of the column would hold it."""
    try:
        value = values.parse(column, said.text, unit)
    except BadValue as bad:
        raise _bad(column, name, said, bad) from None
    if value is None and column.required:
        raise _no("blank_required", said.cell, heading=name.text)
    return value


def _bad(column: Column, name: Said, said: Said, bad: BadValue) -> _ChangeError:
    value = "" if column.personal else values.shown(said.text)
    quoted = f" “{value}”" if value else ""
    if bad.code == "money_no_unit":
        value = name.text
    return _no(bad.code, said.cell, value, **{"heading": name.text, "shown": quoted, **bad.values})


def _held(frame: pd.DataFrame, column: str) -> list[Any]:
    """The values of a column; ``None`` is blank."""
    held = frame[column].astype(object)
    return list(held.where(held.notna(), None))


def _cells(sheet: Sheet, row: Row) -> dict[str, tuple[Column, Any]]:
    """Every column of a row with its value; all that is wrong at once."""
    found: dict[str, tuple[Column, Any]] = {}
    problems: list[Problem] = []
    for name, said in row:
        try:
            column, unit = _column(sheet, name)
            if column.name in found:
                raise _no("scenario_duplicate_key", name.cell, name.text)
            found[column.name] = (column, _value(column, unit, name, said))
        except _ChangeError as refused:
            problems += refused.problems
    if problems:
        raise _ChangeError(problems)
    return found


# Showing ------------------------------------------------------------------------------------------


def display(column: Column, value: Any) -> str:
    """A value as a short text, in whole yuan, percents and codes."""
    if value is None:
        return _BLANK
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


def _spread(column: Column, held: Sequence[Any]) -> str:
    """The values of several rows: one, a range, or the first few; personal ones never."""
    if column.personal:
        return ""
    given = [v for v in held if v is not None]
    if column.kind in _NUMERIC and len(set(given)) > 1:
        return f"{display(column, min(given))}…{display(column, max(given))}"
    texts = list(dict.fromkeys(display(column, v) for v in held))
    return ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")


def _row_text(columns: Iterable[Column], row: dict[str, Any]) -> str:
    return ", ".join(f"{c.name}={display(c, row[c.name])}" for c in columns
                     if not c.personal and row.get(c.name) is not None)  # fmt: skip


def _rows_text(columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> str:
    texts = [_row_text(columns, row) for row in rows[:3]]
    return "; ".join(texts) + ("; …" if len(rows) > 3 else "")


# Which rows ---------------------------------------------------------------------------------------


def _leaves(node: Condition) -> list[Compare]:
    if isinstance(node, Joined):
        return [leaf for part in node.parts for leaf in _leaves(part)]
    return _leaves(node.part) if isinstance(node, Not) else [node]


def _matched(sheet: Sheet, order: Order) -> Rows:
    """The positions of the rows a change is about; at least one."""
    size = len(sheet.frame)
    where, table = order.where, sheet.table.name
    if where is None:
        if size:
            return np.arange(size)
        raise _no("change_matches_nothing", order.cell, table=table, nearest=_BLANK)
    fields = fields_of(sheet.columns, sheet.frame)
    try:
        condition = parse(where.text)
        checked = check(condition, fields)
        found: Rows = np.flatnonzero(evaluate(checked, fields)) if size else np.arange(0)
    except ConditionError as bad:
        raise _no(bad.code, where.cell, where.text, **bad.values) from None
    if not len(found):
        near, personal = _nearest_match(sheet, condition)
        raise _no("change_matches_nothing", where.cell, "" if personal else where.text,
                  table=table, nearest=near)  # fmt: skip
    return found


def _nearest_match(sheet: Sheet, condition: Condition) -> tuple[str, bool]:
    """The value nearest to one no row has, and whether a personal column is asked for."""
    fields = fields_of(sheet.columns, sheet.frame)
    near, personal = _BLANK, False
    for leaf in _leaves(condition):
        test = check(leaf, fields)
        assert isinstance(test, Test)
        column = fields[test.key].column
        personal |= column.personal
        asked = leaf.op == "=" and near == _BLANK and not column.personal
        if asked and not (len(sheet.frame) and evaluate(test, fields).any()):
            held = {display(column, v) for v in _held(sheet.frame, column.name) if v is not None}
            near = nearest(leaf.values[0].text, sorted(held))
    return near, personal


def _unique(sheet: Sheet, cell: Cell) -> None:
    """No two rows have the same code."""
    keys = list(sheet.table.key)
    if keys and sheet.frame.duplicated(keys).any():
        twice = sheet.frame[sheet.frame.duplicated(keys)].iloc[0]
        said = " / ".join(str(twice[k]) for k in keys)
        raise _no("change_key_taken", cell, said, table=sheet.table.name)


# Doing --------------------------------------------------------------------------------------------


def _edited(sheet: Sheet, order: Order, found: Rows, new: Iterable[New]) -> Done:
    """The sheet with new values in the rows ``found``, and a change for each column altered."""
    frame, changes = sheet.frame.copy(), []
    for column, given in new:
        before = _held(frame, column.name)
        held = list(before)
        for i, value in zip(found, given, strict=True):
            held[i] = value
        frame[column.name] = series(column, held)
        after = _held(frame, column.name)
        hit = [i for i in found if before[i] != after[i]]
        if hit:
            old, now = ([side[i] for i in hit] for side in (before, after))
            changes.append(Change(order.name, sheet.table.name, len(hit), column.name,
                                  _spread(column, old), _spread(column, now),
                                  order.basis))  # fmt: skip
    if not changes:
        raise _no("change_alters_nothing", order.cell, table=sheet.table.name, rows=len(found))
    edited = Sheet(sheet.table, frame, sheet.places, sheet.letters, sheet.own)
    _unique(edited, order.cell)
    return edited, changes


def _set(sheet: Sheet, order: Order) -> Done:
    cells = _cells(sheet, order.rows[0])
    found = _matched(sheet, order)
    return _edited(sheet, order, found, [(c, [value] * len(found)) for c, value in cells.values()])


def _calculate(sheet: Sheet, order: Order) -> Done:
    """``times`` and ``plus``: exact in decimals; money and whole numbers are rounded half up."""
    figures: dict[str, tuple[Column, Said, Said, Decimal]] = {}
    problems: list[Problem] = []
    for name, said in order.rows[0]:
        try:
            column, unit = _column(sheet, name)
            figures[column.name] = (column, name, said, _figure(column, unit, name, said, order))
        except _ChangeError as refused:
            problems += refused.problems
    if problems:
        raise _ChangeError(problems)
    found = _matched(sheet, order)
    new: list[New] = []
    for column, name, said, figure in figures.values():
        held = _held(sheet.frame, column.name)
        try:
            new.append((column, [_result(column, held[i], figure, order) for i in found]))
        except BadValue as bad:
            raise _bad(column, name, said, bad) from None
    return _edited(sheet, order, found, new)


def _figure(column: Column, unit: int | None, name: Said, said: Said, order: Order) -> Decimal:
    """The factor, or what is to be added in the unit of the column."""
    if column.kind not in _NUMERIC:
        raise _no("change_not_numeric", name.cell, name.text)
    free = column.model_copy(update={"low": None, "high": None, "required": True})
    if order.op == "plus":
        return Decimal(str(_value(free, unit, name, said)))
    text = values.fold(said.text)
    try:
        percent = text.endswith("%")
        return values.decimal(text.removesuffix("%")) / (100 if percent else 1)
    except BadValue as bad:
        raise _bad(column, name, said, bad) from None


def _result(column: Column, old: Any, figure: Decimal, order: Order) -> Any:
    """One value after the arithmetic, within the bounds of its column; blank stays blank."""
    if old is None:
        return None
    number = Decimal(str(old))
    number = number * figure if order.op == "times" else number + figure
    if column.kind in ("money", "integer"):
        number = number.quantize(Decimal(1), ROUND_HALF_UP)
    if column.kind == "share":
        return values.parse(column, plain(number * 100) + "%")
    return values.parse(column, plain(number), 1)


def _add(sheet: Sheet, order: Order) -> Done:
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for row in order.rows:
        try:
            cells = _cells(sheet, row)
            problems += [Problem("blank_required", row[0][0].cell, values={"heading": c.name})
                         for c in sheet.table.columns
                         if c.required and c.name not in cells]  # fmt: skip
            rows.append({name: value for name, (_, value) in cells.items()})
        except _ChangeError as refused:
            problems += refused.problems
    if problems:
        raise _ChangeError(problems)
    added = tuple(Cell(row[0][0].cell.file, row[0][0].cell.sheet, row[0][0].cell.row)
                  for row in order.rows)  # fmt: skip
    frame = pd.DataFrame({
        c.name: series(c, _held(sheet.frame, c.name) + [row.get(c.name) for row in rows])
        for c in sheet.columns
    })  # fmt: skip
    grown = Sheet(sheet.table, frame, sheet.places + added, sheet.letters, sheet.own)
    _unique(grown, added[0])
    text = _rows_text(sheet.columns, rows)
    return grown, [Change(order.name, sheet.table.name, len(rows), "", "", text, order.basis)]


def _remove(sheet: Sheet, order: Order) -> Done:
    found = _matched(sheet, order)
    gone = {int(i) for i in found}
    held = {c.name: _held(sheet.frame, c.name) for c in sheet.columns}
    rows = [{name: column[i] for name, column in held.items()} for i in found]
    frame = sheet.frame.drop(index=list(gone)).reset_index(drop=True)
    places = tuple(place for i, place in enumerate(sheet.places) if i not in gone)
    left = Sheet(sheet.table, frame, places, sheet.letters, sheet.own)
    text = _rows_text(sheet.columns, rows)
    return left, [Change(order.name, sheet.table.name, len(rows), "", text, "", order.basis)]


_DO: dict[Op, Callable[[Sheet, Order], Done]] = {
    "set": _set, "times": _calculate, "plus": _calculate, "add": _add, "remove": _remove,
}  # fmt: skip
