"""A case at a later date: the same people, older; those placed by a plan in post."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from planner.case.case import Case
from planner.case.dictionary import Column
from planner.case.rows import listed
from planner.case.sheet import Sheet, series
from planner.errors import Cell
from planner.model.people.pool import seats_of

#: Tables that ask for something at the date of the plan, which a later date knows nothing of.
LEFT_OUT = ("bench", "training")


def years_on(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 28 February where the 29th is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def birthday(born: dt.date, age: int) -> dt.date:
    """The day somebody is so many years old: as ages are counted, 1 March for 29 February."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return dt.date(born.year + age, 3, 1)


def people_at(case: Case, day: dt.date, placed: Sequence[tuple[str, str]] = ()) -> Case:
    """The people of a case at ``day``, with these (candidate, post) placed and gone from the pool.

    Only targets of the team are kept: those of the people placed or of the bench are about the plan
    itself. Pins are not, nor is money. A number of vacancies given for a post grows by those who
    age out and falls by those placed. The case is not checked again: that a group of a target has
    nobody left in it is an answer here, not a fault.
    """
    sheets = {name: sheet for name, sheet in case.sheets.items()
              if sheet.table.block in ("both", "people") and name not in LEFT_OUT}
    if placed:
        sheets["incumbents"] = _in_post(case, placed)
        gone = {candidate for candidate, _ in placed}
        sheets["candidates"] = _kept(case, "candidates", [
            r.candidate not in gone for r in case.rows("candidates")])
    pool = set(sheets["candidates"].frame["candidate"]) if "candidates" in sheets else set()
    if "pairs" in sheets:
        sheets["pairs"] = _kept(case, "pairs", [
            r.candidate in pool and r.decision != "pin" for r in case.rows("pairs")])
    if "targets" in sheets:
        sheets["targets"] = _kept(case, "targets", [r.of == "team" for r in case.rows("targets")])
    later = Case(case.name, sheets, replace(case.settings, as_of=day))
    return _with_vacancies(case, later)


def _kept(case: Case, table: str, which: list[bool]) -> Sheet:
    sheet = case.sheet(table)
    frame = sheet.frame[which].reset_index(drop=True)
    places = tuple(p for p, keep in zip(sheet.places, which, strict=True) if keep)
    return Sheet(sheet.table, frame, places, sheet.letters, sheet.own)


def _in_post(case: Case, placed: Sequence[tuple[str, str]]) -> Sheet:
    """The incumbents and those placed, with every column of the candidates."""
    old, pool = case.sheet("incumbents"), case.sheet("candidates")
    mine = {c.name for c in old.columns}
    more = tuple(c for c in pool.columns if c.name not in mine)
    at = {code: i for i, code in enumerate(pool.frame["candidate"])}
    kinds = {c.name: c.kind for c in pool.columns}

    def values(column: Column) -> list[object]:
        before = listed(old.frame, column.name) if column.name in mine else [None] * len(old.frame)
        if column.name == "person":
            return before + [candidate for candidate, _ in placed]
        if column.name == "post":
            return before + [post for _, post in placed]
        if kinds.get(column.name) != column.kind:
            return before + [None] * len(placed)
        held = listed(pool.frame, column.name)
        return before + [held[at[candidate]] for candidate, _ in placed]

    columns = (*old.columns, *more)
    frame = case.frame("incumbents").head(0).reindex(range(len(old.frame) + len(placed)))
    frame = frame.assign(**{c.name: series(c, values(c)) for c in columns})
    places = (*old.places, *[Cell("")] * len(placed))
    return Sheet(old.table, frame[[c.name for c in columns]], places, {}, (*old.own, *more))


def _with_vacancies(case: Case, later: Case) -> Case:
    """Vacancies that were given as a number, as they are at the later date."""
    given = [post.vacant for post in case.rows("posts")]
    if all(n is None for n in given):
        return later
    before, after = _staying(case), _staying(later)
    now = [None if n is None else max(0, n + before[j] - after[j]) for j, n in enumerate(given)]
    sheet = later.sheet("posts")
    column = sheet.table.column("vacant")
    frame = sheet.frame.assign(vacant=series(column, now))
    posts = Sheet(sheet.table, frame, sheet.places, sheet.letters, sheet.own)
    return Case(later.name, {**later.sheets, "posts": posts}, later.settings)


def _staying(case: Case) -> Counter[int]:
    """How many incumbents stay, by the position of their post."""
    seats = seats_of(case)
    return Counter(int(seats.held[i]) for i in seats.staying)
