"""A case at a later date: the same people, older; those placed by a plan in post."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.case.case import Case
from planner.case.columns import Column
from planner.case.rows import listed
from planner.case.sheet import Sheet, build, series
from planner.errors import Cell
from planner.model.people.pool import seats_of
from planner.model.people.training import attended

Pairs = Sequence[tuple[str, str]]  # codes


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


def people_at(case: Case, day: dt.date) -> Case:
    """A case at ``day``: its people older, all else as given.

    A number of vacancies given for a post grows by those who age out. The case is not checked
    again: that a group of a target has nobody left in it is an answer here, not a fault.
    """
    return _with_vacancies(case, Case(case.name, case.sheets, replace(case.settings, as_of=day)))


def put_in_post(case: Case, placed: Pairs, trained: Pairs = ()) -> Case:
    """A case after its plan: who is placed (candidate, post) is in post, who is trained
    (candidate, course) has what the course gives.

    Those placed are gone from the pool, but for who may hold more. A number of vacancies given
    for a post falls by those placed.
    """
    later = with_sheets(case, _taught(case, trained)) if trained else case
    if placed:
        later = with_sheets(later, _in_post(later, placed), _pool(later, placed))
        later = with_sheets(later, _decided(later, set(placed)))
    return _with_vacancies(case, later)


def with_sheets(case: Case, *sheets: Sheet) -> Case:
    """The case with other tables in the place of its own."""
    return Case(case.name, {**case.sheets, **{s.table.name: s for s in sheets}}, case.settings)


def kept(case: Case, table: str, which: Sequence[bool]) -> Sheet:
    """Some rows of a table."""
    sheet = case.sheet(table)
    frame = sheet.frame[np.array(which, dtype=bool)].reset_index(drop=True)
    places = tuple(p for p, keep in zip(sheet.places, which, strict=True) if keep)
    return replace(sheet, frame=frame, places=places)


def _taught(case: Case, trained: Pairs) -> Sheet:
    """The candidates once these have attended these courses."""
    sheet = case.sheet("candidates")
    for row in case.rows("training"):
        mine = sheet.frame["candidate"].isin([c for c, course in trained if course == row.course])
        if mine.any():
            after = attended(with_sheets(case, sheet), row).frame("candidates")
            sheet = replace(sheet, frame=sheet.frame.assign(**{
                c.name: series(c, [b if m else a for a, b, m in zip(
                    listed(sheet.frame, c.name), listed(after, c.name), mine, strict=True)])
                for c in sheet.columns}))
    return sheet


def _in_post(case: Case, placed: Pairs) -> Sheet:
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


def _pool(case: Case, placed: Pairs) -> Sheet:
    """The candidates who may still be placed, with what is left of their capacity."""
    held = Counter(candidate for candidate, _ in placed)
    left = [int(c.capacity or 1) - held[c.candidate] for c in case.rows("candidates")]
    sheet = case.sheet("candidates")
    capacity = series(sheet.table.column("capacity"), left)
    sheet = replace(sheet, frame=sheet.frame.assign(capacity=capacity))
    return kept(with_sheets(case, sheet), "candidates", [n > 0 for n in left])


def _decided(case: Case, placed: set[tuple[str, str]]) -> Sheet:
    """What is said of pairs of those left; nobody is placed again on a post they hold."""
    pool = set(case.frame("candidates")["candidate"])
    old = kept(case, "pairs", [r.candidate in pool and (r.candidate, r.post) not in placed
                               for r in case.rows("pairs")])
    again = sorted(pair for pair in placed if pair[0] in pool)
    more = {"candidate": [c for c, _ in again], "post": [p for _, p in again],
            "decision": ["bar"] * len(again)}
    columns: dict[str, Sequence[object]] = {
        c.name: listed(old.frame, c.name) + more.get(c.name, [None] * len(again))
        for c in old.columns}
    return build(old.table, columns, [*old.places, *[Cell("")] * len(again)])


def _with_vacancies(case: Case, later: Case) -> Case:
    """Vacancies that were given as a number, as they are at the later date."""
    given = [post.vacant for post in case.rows("posts")]
    if all(n is None for n in given):
        return later
    before, after = _staying(case), _staying(later)
    now = [None if n is None else max(0, n + before[j] - after[j]) for j, n in enumerate(given)]
    sheet = later.sheet("posts")
    vacant = series(sheet.table.column("vacant"), now)
    return with_sheets(later, replace(sheet, frame=sheet.frame.assign(vacant=vacant)))


def _staying(case: Case) -> Counter[int]:
    """How many incumbents stay, by the position of their post."""
    seats = seats_of(case)
    return Counter(int(seats.held[i]) for i in seats.staying)
