r"""Training ties money to people: a course costs an award, and gives what a candidate lacked.

======  =====================  ======  =======================================================
symbol  in code                unit    meaning
======  =====================  ======  =======================================================
t[i,c]  ``v.trained[I, c]``    people  of class I trained on course c
κ[c]    ``.cost``              yuan    cost of course c a person
a[r]    ``.purse``             万元    the awards of the fund that pays the course
======  =====================  ======  =======================================================

A course of a street is paid from that street's awards of its fund (the street's own, or those of
its communities: branch schools); one of the district school from all awards of the fund, after
the courses of streets. A candidate attends one course at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.case.conditions import assignments
from planner.case.sheet import series
from planner.case.training_checks import DEFAULT_FUND
from planner.model.money.entitlement import cells_of
from planner.model.people.pool import eligible, fits

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Course:
    """One course: ``attends`` (N,) who may go; what they are once trained.

    ``opens`` (N, M) pairs that only training makes eligible, ``fit`` (N, M) fit once trained,
    ``ready`` (N,) near-term only once trained. ``cost`` yuan a person, ``most`` people.
    """

    code: str
    fund: str
    street: str | None
    cost: int
    most: int | None
    attends: Array
    opens: Array
    fit: Array
    ready: Array


def is_tied(case: Case) -> bool:
    """Whether training makes money and people one model."""
    return case.has("training") and case.has_money and case.has_people and case.has("candidates")


@per_case
def courses_of(case: Case) -> tuple[Course, ...]:
    """Every course, with what it changes; none when there is no money half to pay it."""
    if not is_tied(case):
        return ()
    open_, near = eligible(case), near_term(case)
    out = []
    for row in case.rows("training"):
        after = _after(case, row)
        attends = case.matches_person(row.where, "candidates") if row.where else np.ones(
            len(near), dtype=bool)
        out.append(Course(
            row.course, row.fund or DEFAULT_FUND, row.street, row.cost_yuan, row.max_people,
            attends, eligible(after) & ~open_ & attends[:, None], fits(after),
            near_term(after) & ~near & attends))
    return tuple(out)


def near_term(case: Case) -> Array:
    """(N,) whether a candidate is near-term (近期可用)."""
    return np.asarray(case.frame("candidates")["ready"].to_numpy() == "now")


def _after(case: Case, row: Any) -> Case:
    """The case as if every candidate had attended the course."""
    sheet = case.sheet("candidates")
    frame = sheet.frame.copy()
    columns = {c.name: c for c in sheet.columns}
    for name, value in assignments(row.gives, case.fields("candidates")):
        held = [value] * len(frame)
        if columns[name].kind in ("number", "integer"):  # nobody unlearns what they had
            old = frame[name].to_numpy(dtype=float, na_value=-np.inf)
            held = [type(value)(max(value, o)) for o in old]
        frame[name] = series(columns[name], held)
    sheets = {**case.sheets, "candidates": replace(sheet, frame=frame)}
    return Case(case.name, sheets, case.settings, case.notices)


def purse(case: Case, course: Course) -> Iterator[tuple[str, str]]:
    """The cells (payee, fund) whose awards may pay a course."""
    for cell in cells_of(case):
        if cell.fund == course.fund and course.street in (None, cell.street):
            yield cell.payee, cell.fund
