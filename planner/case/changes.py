"""Apply the changes of a scenario to the sheets of its baseline.

A change that names nothing, matches no row or alters nothing is refused. The sheets that come out
are typed like those that were read, but not yet checked against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import pandas as pd

from planner.case import values
from planner.case.columns import Column, Table
from planner.case.headings import match, nearest_table, table_named
from planner.case.recipe import Op, Order, Said
from planner.case.rows import (
    BLANK,
    NUMERIC,
    ChangeError,
    Rows,
    bad_value,
    cells_of,
    check_unique,
    column_of,
    listed,
    matched,
    rows_text,
    spread,
    value_of,
    wrong,
)
from planner.case.sheet import Sheet, build, series
from planner.case.values import BadValue, plain
from planner.errors import Cell, Problem

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
                                         {"nearest": nearest_table(word) or BLANK})])  # fmt: skip
        elif self.only is not None and table.block not in ("both", self.only):
            self.changes += _not_opened(order, table)
        else:
            sheet = self.sheets.get(table.name) or build(table, {}, ())
            try:
                sheet, changes = _DO[order.op](sheet, order)
            except ChangeError as refused:
                self._refuse(order, refused.problems)
            else:
                self.sheets[table.name] = sheet
                self.changes += changes

    def _refuse(self, order: Order, problems: Iterable[Problem]) -> None:
        self.problems += [p.caused_by(order.name) for p in problems]


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


# Doing --------------------------------------------------------------------------------------------


def _edited(sheet: Sheet, order: Order, found: Rows, new: Iterable[New]) -> Done:
    """The sheet with new values in the rows ``found``, and a change for each column altered."""
    frame, changes = sheet.frame.copy(), []
    for column, given in new:
        before = listed(frame, column.name)
        held = list(before)
        for i, value in zip(found, given, strict=True):
            held[i] = value
        frame[column.name] = series(column, held)
        after = listed(frame, column.name)
        hit = [i for i in found if before[i] != after[i]]
        if hit:
            old, now = ([side[i] for i in hit] for side in (before, after))
            changes.append(Change(order.name, sheet.table.name, len(hit), column.name,
                                  spread(column, old), spread(column, now),
                                  order.basis))  # fmt: skip
    if not changes:
        raise wrong("change_alters_nothing", order.cell, table=sheet.table.name, rows=len(found))
    edited = Sheet(sheet.table, frame, sheet.places, sheet.letters, sheet.own)
    check_unique(edited, order.cell)
    return edited, changes


def _set(sheet: Sheet, order: Order) -> Done:
    cells = cells_of(sheet, order.rows[0])
    found = matched(sheet, order)
    return _edited(sheet, order, found, [(c, [value] * len(found)) for c, value in cells.values()])


def _calculate(sheet: Sheet, order: Order) -> Done:
    """``times`` and ``plus``: exact in decimals; money and whole numbers are rounded half up."""
    figures: dict[str, tuple[Column, Said, Said, Decimal]] = {}
    problems: list[Problem] = []
    for name, said in order.rows[0]:
        try:
            column, unit = column_of(sheet, name)
            figures[column.name] = (column, name, said, _figure(column, unit, name, said, order))
        except ChangeError as refused:
            problems += refused.problems
    if problems:
        raise ChangeError(problems)
    found = matched(sheet, order)
    new: list[New] = []
    for column, name, said, figure in figures.values():
        held = listed(sheet.frame, column.name)
        try:
            new.append((column, [_result(column, held[i], figure, order) for i in found]))
        except BadValue as bad:
            raise bad_value(column, name, said, bad) from None
    return _edited(sheet, order, found, new)


def _figure(column: Column, unit: int | None, name: Said, said: Said, order: Order) -> Decimal:
    """The factor, or what is to be added in the unit of the column."""
    if column.kind not in NUMERIC:
        raise wrong("change_not_numeric", name.cell, name.text)
    free = column.model_copy(update={"low": None, "high": None, "required": True})
    if order.op == "plus":
        return Decimal(str(value_of(free, unit, name, said)))
    text = values.fold(said.text)
    try:
        percent = text.endswith("%")
        return values.decimal(text.removesuffix("%")) / (100 if percent else 1)
    except BadValue as bad:
        raise bad_value(column, name, said, bad) from None


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
            cells = cells_of(sheet, row)
            problems += [Problem("blank_required", row[0][0].cell, values={"heading": c.name})
                         for c in sheet.table.columns
                         if c.required and c.name not in cells]  # fmt: skip
            rows.append({name: value for name, (_, value) in cells.items()})
        except ChangeError as refused:
            problems += refused.problems
    if problems:
        raise ChangeError(problems)
    added = tuple(Cell(row[0][0].cell.file, row[0][0].cell.sheet, row[0][0].cell.row)
                  for row in order.rows)  # fmt: skip
    frame = pd.DataFrame({
        c.name: series(c, listed(sheet.frame, c.name) + [row.get(c.name) for row in rows])
        for c in sheet.columns
    })  # fmt: skip
    grown = Sheet(sheet.table, frame, sheet.places + added, sheet.letters, sheet.own)
    check_unique(grown, added[0])
    text = rows_text(sheet.columns, rows)
    return grown, [Change(order.name, sheet.table.name, len(rows), "", "", text, order.basis)]


def _remove(sheet: Sheet, order: Order) -> Done:
    found = matched(sheet, order)
    gone = {int(i) for i in found}
    held = {c.name: listed(sheet.frame, c.name) for c in sheet.columns}
    rows = [{name: column[i] for name, column in held.items()} for i in found]
    frame = sheet.frame.drop(index=list(gone)).reset_index(drop=True)
    places = tuple(place for i, place in enumerate(sheet.places) if i not in gone)
    left = Sheet(sheet.table, frame, places, sheet.letters, sheet.own)
    text = rows_text(sheet.columns, rows)
    return left, [Change(order.name, sheet.table.name, len(rows), "", text, "", order.basis)]


_DO: dict[Op, Callable[[Sheet, Order], Done]] = {
    "set": _set, "times": _calculate, "plus": _calculate, "add": _add, "remove": _remove,
}  # fmt: skip
