"""One grid of raw cells to one typed sheet, with every problem found on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from planner.case.columns import Column, Kind, Table
from planner.case.files import Row
from planner.case.headings import Head, Heading, find_head, is_private, nearest_heading, typo_of
from planner.case.sheet import Sheet, build
from planner.case.values import BadValue, decimal, fold, is_blank, key, parse, plain, shown
from planner.errors import Cell, Problem

_TOTAL = re.compile(r"(合计|总计|小计|共计|总和|total|subtotal|sub-total|grandtotal):?")
_NAMED_TOTAL = re.compile(r".{1,12}(合计|总计|小计)(\(.*\))?:?")
_TOTAL_WORDS = ("计", "总和", "total")  # one of them is in every label of a totals row
_SUBTOTAL = re.compile(r".*(小计|sub-?total).*")
_FOOTNOTE = re.compile(r"(注|备注|说明|填表\w*|制表\w*|审核\w*|notes?)\s*:.*", re.IGNORECASE)
_SUMMED: tuple[Kind, ...] = ("integer", "number", "money")
_LEADING_ZERO = re.compile(r"[+-]?0\d")


@dataclass
class _Reader:
    """What is known while one sheet is read."""

    table: Table
    place: Cell
    head: Head
    rows: list[Row] = field(default_factory=list)
    totals: list[tuple[int, Row]] = field(default_factory=list)  # data rows above, and the row
    columns: list[tuple[Heading, Column]] = field(default_factory=list)
    raw: list[tuple[object, ...]] = field(default_factory=list)  # by position in the sheet
    parsed: dict[str, Sequence[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def cell(self, row: int, letters: str = "") -> Cell:
        """A place in this sheet."""
        return Cell(self.place.file, self.place.sheet, row, letters)

    def report(
        self, code: str, row: int, letters: str = "", value: str = "", *,
        notice: bool = False, **values: Any,
    ) -> None:  # fmt: skip
        """Note a problem."""
        cell = self.cell(row, letters)
        self.problems.append(Problem(code, cell, value, values, notice))


def to_sheet(table: Table, place: Cell, rows: list[Row]) -> tuple[Sheet | None, list[Problem]]:
    """``rows`` as a sheet of ``table`` (None when no headings are found) and its problems."""
    if not rows:
        return None, [Problem("empty_table", place, table.zh, {"name": table.name}, True)]
    head = find_head(table, rows)
    if head is None:
        wanted = {"name": table.name, "zh": table.zh, "headings": _required(table)}
        return None, [Problem("no_headings", replace(place, row=rows[0][0]), "", wanted)]
    reader = _Reader(table, place, head)
    _split_rows(reader, rows[head.body :])
    _choose_columns(reader)
    for heading, column in reader.columns:
        _parse_column(reader, heading, column)
    _check_keys(reader)
    _check_totals(reader)
    own = [c for h, c in reader.columns if h.column is None]
    places = [reader.cell(number) for number, _ in reader.rows]
    letters = {c.name: h.letters for h, c in reader.columns}
    problems = sorted(
        reader.problems, key=lambda p: (p.cell.row, len(p.cell.column), p.cell.column)
    )
    return build(table, reader.parsed, places, letters, own), problems


def _required(table: Table) -> tuple[str, ...]:
    return tuple(f"{c.zh} {c.name}" for c in table.columns if c.required)


# Rows ---------------------------------------------------------------------------------------------


def _split_rows(reader: _Reader, rows: list[Row]) -> None:
    """Data, totals and footnotes apart; columns of raw values."""
    needed = [h.index for h in reader.head.headings if h.column and h.column.required]
    for row in rows:
        cells = row[1]
        first = next((c for c in cells if not is_blank(c)), None)
        if first is None:
            continue
        if isinstance(first, str):
            if _is_total(first, cells, needed):
                reader.totals.append((len(reader.rows), row))
                continue
            if ":" in fold(first) and _is_footnote(cells):
                continue
        reader.rows.append(row)
    reader.raw = list(zip_longest(*(cells for _, cells in reader.rows)))


def _is_total(first: str, cells: Sequence[object], needed: list[int]) -> bool:
    if len(first) > 40:
        return False
    label = key(first)
    if not any(word in label for word in _TOTAL_WORDS):
        return False
    if _TOTAL.fullmatch(label):
        return True
    gap = any(i >= len(cells) or is_blank(cells[i]) for i in needed)
    return gap and bool(_NAMED_TOTAL.fullmatch(label))


def _is_footnote(cells: Sequence[object]) -> bool:
    held = [c for c in cells if not is_blank(c)]
    return all(isinstance(c, str) and _FOOTNOTE.fullmatch(fold(c)) for c in held)


def _raw(reader: _Reader, heading: Heading) -> Sequence[object]:
    if heading.index < len(reader.raw):
        return reader.raw[heading.index]
    return (None,) * len(reader.rows)


# Headings -----------------------------------------------------------------------------------------


def _choose_columns(reader: _Reader) -> None:
    head, table = reader.head, reader.table
    seen: dict[str, str] = {}
    for heading in head.headings:
        column = heading.column or _own_column(reader, heading)
        if column is None:
            continue
        if heading.odd_unit:
            reader.report("heading_unit", head.row, heading.letters, heading.text, zh=column.zh)
        if column.name in seen:
            reader.report("duplicate_heading", head.row, heading.letters, heading.text,
                          first=seen[column.name])  # fmt: skip
            continue
        seen[column.name] = heading.letters
        reader.columns.append((heading, column))
    headed = {h.index for h in head.headings}
    for index, values in enumerate(reader.raw):
        if index not in headed and any(not is_blank(v) for v in values):
            reader.report("no_heading", head.row, Heading(index, "").letters)
    for column in table.columns:
        if column.required and column.name not in seen:
            reader.report("missing_column", head.row, name=column.name, zh=column.zh)


def _own_column(reader: _Reader, heading: Heading) -> Column | None:
    """A column of the user's own, or None when it is dropped or refused."""
    table, row, text = reader.table, reader.head.row, heading.text
    if is_private(text):
        reader.report("private_column", row, heading.letters, text, notice=True)
        return None
    if near := typo_of(table, text):
        reader.report("heading_typo", row, heading.letters, text, nearest=near)
        return None
    if not table.open:
        near = nearest_heading(table, text)
        reader.report("unknown_heading", row, heading.letters, text, nearest=near, zh=table.zh)
        return None
    cells = [c for c in _raw(reader, heading) if not is_blank(c)]
    numeric = bool(cells) and all(map(_is_number, cells))
    return Column(
        name=text,
        zh=text,
        kind="number" if numeric else "text",
        personal=table.block == "people",
    )


def _is_number(cell: object) -> bool:
    if isinstance(cell, str) and _LEADING_ZERO.match(fold(cell)):
        return False  # 007 is a code
    try:
        decimal(cell)
    except BadValue:
        return False
    return True


# Values -------------------------------------------------------------------------------------------


def _unit(reader: _Reader, heading: Heading, column: Column) -> int | None:
    return heading.unit or (reader.head.unit if column.kind == "money" else None)


def _parse_column(reader: _Reader, heading: Heading, column: Column) -> None:
    """Every value once: equal cells of a column are parsed together."""
    unit = _unit(reader, heading, column)
    memo: dict[object, tuple[Any, BadValue | None]] = {}
    out: list[Any] = []
    unitless = False
    for position, raw in enumerate(_raw(reader, heading)):
        same = raw if isinstance(raw, str) else (type(raw), raw)
        known = memo.get(same)
        if known is None:
            try:
                known = (parse(column, raw, unit), None)
            except BadValue as bad:
                known = (None, bad)
            memo[same] = known
        value, fault = known
        out.append(value)
        if fault is None:
            if value is None and column.required:
                reader.report("blank_required", reader.rows[position][0], heading.letters,
                              heading=heading.text)  # fmt: skip
        elif fault.code == "money_no_unit":
            unitless = True
        else:
            place = reader.cell(reader.rows[position][0], heading.letters)
            reader.problems.append(_bad(place, heading, column, raw, fault))
    if unitless:
        reader.report("money_no_unit", reader.head.row, heading.letters, heading.text)
    reader.parsed[column.name] = out


def _bad(place: Cell, heading: Heading, column: Column, raw: object, fault: BadValue) -> Problem:
    """A bad cell. A person's own values are never repeated."""
    value = "" if column.personal else shown(raw)
    quoted = f" (“{value}”)" if value else ""
    values = {"heading": heading.text, "shown": quoted, **fault.values}
    return Problem(fault.code, place, value, values)


def _check_keys(reader: _Reader) -> None:
    names = reader.table.key
    if not names or any(name not in reader.parsed for name in names):
        return
    letters = {c.name: h.letters for h, c in reader.columns}
    first: dict[tuple[Any, ...], int] = {}
    keys = zip(*(reader.parsed[name] for name in names), strict=True)
    for (number, _), values in zip(reader.rows, keys, strict=True):
        if None in values:
            continue
        if (before := first.setdefault(values, number)) != number:
            said = " / ".join(map(str, values))
            reader.report("duplicate_key", number, letters[names[0]], said, first=before)


# Totals -------------------------------------------------------------------------------------------


def _check_totals(reader: _Reader) -> None:
    """Compare every totals row with the rows it sums; one that stands on top sums all below."""
    since = 0
    for above, (number, cells) in reader.totals:
        first = next(c for c in cells if not is_blank(c))
        if _SUBTOTAL.fullmatch(key(str(first))):
            start, end = since, above
            since = above
        else:
            start, end = 0, above or len(reader.rows)
        if start == end:
            continue
        for heading, column in reader.columns:
            summed = column.kind in _SUMMED and not column.personal
            if summed and heading.index < len(cells):
                values = [v for v in reader.parsed[column.name][start:end] if v is not None]
                raw = cells[heading.index]
                if values and not is_blank(raw):
                    place = reader.cell(number, heading.letters)
                    unit = _unit(reader, heading, column)
                    problem = _total_problem(place, heading.text, column, (raw, unit), values)
                    reader.problems += [problem] if problem else []


def _total_problem(
    place: Cell, heading: str, column: Column, stated: tuple[object, int | None], values: list[Any]
) -> Problem | None:
    """What is wrong with one figure of a totals row, stated as a raw cell and its unit."""
    free = column.model_copy(update={"low": None, "high": None})
    try:
        claim = Decimal(str(parse(free, *stated)))
    except BadValue as bad:
        if bad.code == "money_no_unit":  # reported for the whole column
            return None
        return Problem("total_unreadable", place, "", {"heading": heading}, True)
    total = sum((Decimal(str(v)) for v in values), Decimal(0))
    if abs(total - claim) <= abs(total) * Decimal("1e-9"):
        return None
    more = {"heading": heading, "total": plain(total)}
    return Problem("total_differs", place, plain(claim), more, True)
