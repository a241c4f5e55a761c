"""Read the tables of a case from a folder of CSV files or from one workbook.

Nothing is raised for what a user wrote: every problem found is returned, each with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from planner.case.columns import Table
from planner.case.dictionary import TABLES
from planner.case.files import Part, Refused, parts
from planner.case.grid import to_sheet
from planner.case.headings import nearest_table, table_named
from planner.case.sheet import Sheet
from planner.errors import Cell, Problem

_UNNAMED = re.compile(r"(sheet|工作表|表)\s*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """The sheets that could be read, by name of table, and all problems in reading order."""

    sheets: dict[str, Sheet]
    problems: tuple[Problem, ...]


def read_tables(path: Path, only: Literal["money", "people"] | None = None) -> Reading:
    """Read every table in ``path``; with ``only``, tables of the other block are never opened."""
    found, problems = parts(path)
    if not found and not problems:
        problems.append(Problem("no_tables", Cell(path.name), path.name))
    sheets: dict[str, Sheet] = {}
    taken: dict[str, Part] = {}
    for part in found:
        table = table_named(part.name)
        if table is None:
            problems += _unknown(part)
        elif only is not None and table.block not in ("both", only):
            continue
        elif table.name in taken:
            first = taken[table.name]
            values = {"zh": table.zh, "first": first.cell.sheet or first.cell.file}
            problems.append(Problem("duplicate_table", part.cell, part.name, values))
        else:
            taken[table.name] = part
            sheet, more = _load(part, table)
            problems += more
            if sheet is not None:
                sheets[table.name] = sheet
    ordered = {t.name: sheets[t.name] for t in TABLES if t.name in sheets}
    return Reading(ordered, tuple(problems))


def _load(part: Part, table: Table) -> tuple[Sheet | None, list[Problem]]:
    try:
        rows = part.load()
    except Refused as refused:
        return None, [refused.problem]
    sheet, problems = to_sheet(table, part.cell, rows)
    if part.hidden and rows:
        problems.insert(0, Problem("hidden_sheet", part.cell, part.name, {}, notice=True))
    return sheet, problems


def _unknown(part: Part) -> list[Problem]:
    """A sheet that is no table: an error, unless hidden, or the empty one every workbook has."""
    if _UNNAMED.fullmatch(part.name.strip()):
        try:
            if not part.load():
                return []
        except Refused as refused:
            return [refused.problem]
    if part.hidden:
        return [Problem("hidden_unknown", part.cell, part.name, {}, notice=True)]
    return [Problem("unknown_table", part.cell, part.name, {"nearest": nearest_table(part.name)})]
