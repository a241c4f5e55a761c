"""Which table a name means, and which column a heading: in English, in Chinese, with a unit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from openpyxl.utils import get_column_letter

from planner.case import values
from planner.case.columns import Column, Table
from planner.case.dictionary import PRIVATE_HEADINGS, TABLES
from planner.case.files import Row
from planner.case.values import MONEY_UNITS, PERCENT, fold

_LOOK_AT = 12  # rows that may stand above the headings, and the headings
_UNITS = "|".join(sorted(MONEY_UNITS, key=len, reverse=True))
_WITH_UNIT = re.compile(rf"(.+?)[(\[]?(?:单位)?({_UNITS})(?:/年)?[)\]]?")
_WITH_BRACKET = re.compile(r"(.+)[(\[]([^()\[\]]*)[)\]]")
_SHEET_UNIT = re.compile(rf"(?:单位|unit)\s*:\s*(?:[^\s:]{{1,6}}[、,/])?({_UNITS})", re.IGNORECASE)
#: What a bracket behind a heading may say without changing the figures.
_NEUTRAL = frozenset((
    "人", "名", "户", "个", "岁", "次", "分", "间", "支", "m2", "平方米", "学时", "课时",
    "必填", "选填", "可选", "是/否", "有/无", "required", "optional", "yes/no",
))  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """One heading of a sheet. ``column`` is None when the dictionary does not have it."""

    index: int
    text: str
    column: Column | None = None
    unit: int | None = None
    odd_unit: bool = False  # a known heading with a bracket that is not understood

    @property
    def letters(self) -> str:
        """The spreadsheet letters of the column."""
        return str(get_column_letter(self.index + 1))


@dataclass(frozen=True)
class Head:
    """The headings of a sheet, the row they end in, and the money unit stated above them."""

    row: int
    headings: tuple[Heading, ...]
    body: int  # index of the first row below
    unit: int | None


def key(text: str) -> str:
    """A heading for comparing: ``Amount Yuan`` is ``amount_yuan``, ``标准：`` is ``标准``."""
    return re.sub(r"[_\-*:]", "", values.key(text))


@cache
def _known(table: Table) -> dict[str, tuple[Column, int | None]]:
    known: dict[str, tuple[Column, int | None]] = {}
    columns = table.columns
    for column in columns:
        unit = 1 if column.kind == "money" and column.name.endswith("_yuan") else None
        known[key(column.name)] = (column, unit)
        known.update((key(s), (column, None)) for s in (column.zh, *column.also))
    for column in columns:
        if column.kind == "money":
            known.setdefault(key(column.name.removesuffix("_yuan")), (column, None))
    return known


def match(table: Table, index: int, text: str) -> Heading:
    """The heading ``text`` of a column of ``table``, with its unit."""
    known, text = _known(table), fold(text)
    folded = key(text)
    if folded in known:
        return Heading(index, text, *known[folded])
    found = _WITH_UNIT.fullmatch(folded)
    if found and found[1] in known and known[found[1]][0].kind == "money":
        return Heading(index, text, known[found[1]][0], MONEY_UNITS[found[2]])
    found = _WITH_BRACKET.fullmatch(folded)
    if found and found[1] in known:
        column, unit = known[found[1]]
        if column.kind == "share" and found[2] == "%":
            return Heading(index, text, column, PERCENT)
        return Heading(index, text, column, unit, odd_unit=found[2] not in _NEUTRAL)
    return Heading(index, text)


def find_head(table: Table, rows: Sequence[Row]) -> Head | None:
    """The row, or the two rows, of headings: where the most columns of ``table`` are named."""
    top = rows[:_LOOK_AT]
    best: tuple[tuple[int, int], int, list[Heading]] = ((0, 0), 0, [])
    singles = [_headings(table, [], cells) for _, cells in top]
    doubles = [
        _headings(table, above[1], below[1]) if above[0] + 1 == below[0] else []
        for above, below in pairwise(top)
    ]
    candidates = [(i + 1, h) for i, h in enumerate(singles)]
    candidates += [(i + 2, h) for i, h in enumerate(doubles)]
    for body, headings in candidates:
        named = {h.column.name: h.unit for h in headings if h.column}
        score = (len(named), len([u for u in named.values() if u]))
        if score > best[0]:
            best = (score, body, headings)
    _, body, headings = best
    if not body:
        return None
    unit = None
    for _, cells in rows[: body - 1]:
        for cell in cells:
            if isinstance(cell, str) and (found := _SHEET_UNIT.search(fold(cell))):
                unit = MONEY_UNITS[found[1].casefold()]
    return Head(rows[body - 1][0], tuple(headings), body, unit)


def _headings(table: Table, above: Sequence[object], below: Sequence[object]) -> list[Heading]:
    """Headings of one row, or of two of which the upper may be merged over several columns."""
    out, over = [], ""
    for index in range(max(len(above), len(below))):
        upper = values.shown(above[index]) if index < len(above) else ""
        lower = values.shown(below[index]) if index < len(below) else ""
        over = upper or over
        tries = [over + lower, lower] if lower else [upper]
        tried = [match(table, index, text) for text in tries if text]
        if tried:
            out.append(next((h for h in tried if h.column), tried[0]))
    return out


def is_private(text: str) -> bool:
    """Whether a column of this heading identifies a person beyond need."""
    folded = key(text)
    words = set(re.split(r"[\W_]+", fold(text).casefold()))
    return any(
        (h in words or key(h) == folded) if h.isascii() else h in folded for h in PRIVATE_HEADINGS
    )


def typo_of(table: Table, text: str) -> str:
    """The known heading that ``text`` is nearly, or ""."""
    tries = [key(text)]
    if found := _WITH_UNIT.fullmatch(tries[0]):
        tries.append(found[1])
    for spelling in _spellings(table):
        if any(close(t, key(s)) for t in tries for s in {spelling, spelling.removesuffix("_yuan")}):
            return spelling
    return ""


def close(one: str, other: str) -> bool:
    """Whether two names of at least four letters are so alike that one must be a slip."""
    if min(len(one), len(other)) < 4:
        return False
    if abs(len(one) - len(other)) <= 1 and _one_edit(one, other):
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() > 0.85


def _one_edit(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]


def nearest_heading(table: Table, text: str) -> str:
    """The known heading most like ``text``, in its language."""
    return _nearest(text, _spellings(table))


def _spellings(table: Table) -> list[str]:
    return [s for c in table.columns for s in (c.name, c.zh, *c.also)]


def _nearest(text: str, names: Sequence[str]) -> str:
    names = [n for n in names if n.isascii() == fold(text).isascii()]
    by_key = {key(name): name for name in reversed(names)}
    found = difflib.get_close_matches(key(text), list(by_key), n=1, cutoff=0.0)
    return by_key[found[0]] if found else ""


def table_named(text: str) -> Table | None:
    """The table a sheet or file called ``text`` holds: ``社区``, ``01_社区表``, ``communities``."""
    folded = re.sub(r"^\d+[.、)]?", "", key(text))
    return _tables().get(folded) or _tables().get(folded.removesuffix("表"))


@cache
def _tables() -> dict[str, Table]:
    return {key(spelling): table for table in TABLES for spelling in (table.name, table.zh)}


def nearest_table(text: str) -> str:
    """The name of the table most like ``text``, in its language."""
    return _nearest(text, [s for t in TABLES for s in (t.name, t.zh)])
