"""One table as it was read: typed columns, and the place every value came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pandas as pd

from planner.case.columns import Column, Kind, Table
from planner.errors import Cell

#: How a kind of column is held. Blank is ``<NA>``, ``NaN``, ``NaT`` or ``None``, never 0.
DTYPES: dict[Kind, str] = {
    "code": "object",
    "text": "object",
    "integer": "Int64",
    "number": "float64",
    "money": "Int64",
    "share": "float64",
    "date": "datetime64[s]",
    "flag": "boolean",
    "word": "object",
    "words": "object",
    "condition": "object",
    "assignments": "object",
}


def series(column: Column, values: Sequence[Any]) -> pd.Series[Any]:
    """Parsed ``values`` (``None`` = blank) as a series of the column's dtype."""
    return pd.Series(list(values), dtype=DTYPES[column.kind], name=column.name)


@dataclass(frozen=True)
class Sheet:
    """A table of the case.

    ``frame`` has every column of the dictionary (blank where not given), then the user's own,
    and a plain index 0…n−1. ``places[i]`` is where row i stands (column ""), ``letters`` maps a
    column to its spreadsheet letters. ``own`` describes the user's own columns.

    Nothing writes to it, so what is read off it is read once, for all the cases that share it.
    """

    table: Table
    frame: pd.DataFrame
    places: tuple[Cell, ...]
    letters: dict[str, str] = field(default_factory=dict)
    own: tuple[Column, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the table, not what was read off it on the way."""
        return {f.name: self.__dict__[f.name] for f in fields(self)}

    @property
    def columns(self) -> tuple[Column, ...]:
        """The dictionary's columns, then the user's own."""
        return self.table.columns + self.own

    @cached_property
    def rows(self) -> tuple[Any, ...]:
        """Row by row, as named tuples; blank is ``None``."""
        plain = self.frame.astype(object).where(self.frame.notna(), None)
        return tuple(plain.itertuples(index=False, name="Row"))

    @cached_property
    def canonical(self) -> Sheet:
        """The same table with its rows in the order of their codes (or of all their values)."""
        order = list(self.table.key) or sorted(c.name for c in self.columns)
        keys = self.frame[order].astype(str)
        index = keys.sort_values(order, kind="stable").index
        if index.is_monotonic_increasing:
            return self
        frame = self.frame.iloc[index].reset_index(drop=True)
        return replace(self, frame=frame, places=tuple(self.places[i] for i in index))

    @cached_property
    def nameless(self) -> Sheet:
        """The same table without people's names, which decide nothing."""
        names = [c for c in self.table.columns if c.personal and c.name == "name"]
        if not names:
            return self
        blank = [None] * len(self.frame)
        return replace(self, frame=self.frame.assign(**{c.name: series(c, blank) for c in names}))

    @cached_property
    def digest(self) -> bytes:
        """Of what the table holds, whatever the order of its rows and columns."""
        columns = sorted(c for c in self.frame.columns if self.frame[c].notna().any())
        lines = sorted(
            repr(row) for row in self.frame[columns].astype(str).itertuples(index=False, name=None))
        return hashlib.sha256(repr((self.table.name, columns, lines)).encode()).digest()

    def cell(self, row: int, column: str = "") -> Cell:
        """The place of a value: of row ``row`` of the frame, in ``column``."""
        place = self.places[row]
        return Cell(place.file, place.sheet, place.row, self.letters.get(column, ""))

    @property
    def place(self) -> Cell:
        """The place of the table as a whole."""
        if self.places:
            return Cell(self.places[0].file, self.places[0].sheet)
        return Cell(self.table.name)


def build(
    table: Table,
    columns: dict[str, Sequence[Any]],
    places: Sequence[Cell],
    letters: dict[str, str] | None = None,
    own: Iterable[Column] = (),
) -> Sheet:
    """A sheet from parsed values by column name; columns not given are blank."""
    own = tuple(own)
    blank = [None] * len(places)
    frame = pd.DataFrame(
        {c.name: series(c, columns.get(c.name, blank)) for c in table.columns + own}
    )
    return Sheet(table, frame, tuple(places), letters or {}, own)
