"""Checks of the table ``training``: a course gives something, to somebody, and can be paid."""

from __future__ import annotations

from collections.abc import Iterator

from planner.case.asking import in_group, named, nearest
from planner.case.case import Case
from planner.case.conditions import assignments
from planner.case.grammar import ConditionError
from planner.errors import Problem

#: What no course can change.
FIXED = ("candidate", "name", "birth", "age", "sex", "community", "joined")
DEFAULT_FUND = "school"


def training_rows(case: Case) -> Iterator[Problem]:
    """Courses give columns of candidates, have people who may go, and a fund that pays them."""
    sheet = case.sheet("training")
    if not case.has("training"):
        return
    if not case.has_money:
        yield Problem("training_without_money", sheet.place, notice=True)
    for i, row in enumerate(case.rows("training")):
        try:
            given = assignments(row.gives, case.fields("candidates"))
        except ConditionError as bad:
            yield Problem(bad.code, sheet.cell(i, "gives"), row.gives or "", bad.values)
            given = ()
        for name, _ in given:
            if name in FIXED:
                yield Problem("training_gives_fixed", sheet.cell(i, "gives"), name)
        if row.where and not in_group(case, row.where, "candidates").any():
            yield Problem("matches_nobody", sheet.cell(i, "where"), row.where, notice=True)
        if case.has_money:
            yield from _paid(case, i, row.fund or DEFAULT_FUND, row.street)


def _paid(case: Case, i: int, fund: str, street: str | None) -> Iterator[Problem]:
    """The fund exists and pays somebody: a payee of the street, or anyone for the district."""
    cell = case.sheet("training").cell(i, "fund")
    found = next((f for f in case.rows("funds") if f.fund == fund), None)
    if found is None:
        codes = [f.fund for f in case.rows("funds")]
        yield Problem("unknown_code", cell, fund, {
            "table": named("funds"), "nearest": nearest(fund, codes) or "、".join(codes[:3])})
        return
    if found.payee is None:
        return
    table = case.payee_table(found.payee)
    try:
        fits = case.matches(found.where, table)
    except ConditionError:
        return
    streets = case.frame(table)["street"][fits].tolist()
    if street is not None and street not in streets:
        yield Problem("training_without_award", case.sheet("training").cell(i, "street"), street,
                      {"fund": fund})
