r"""Courses: whom they make eligible, and the rules of who is trained.

======  =====================  ======  =======================================================
symbol  in code                unit    meaning
======  =====================  ======  =======================================================
t[i,c]  ``v.trained[I, c]``    0 or 1  candidate i is trained on course c
y[i,j]  ``v.y[I, J]``          people  placed
b[i,j]  ``v.bench.b[I, J]``    places  on the bench
n[i,s]  ``v.near[I, s]``       places  on benches of standard s that are near-term by training
======  =====================  ======  =======================================================

What a course costs is paid from awards: that rule ties people to money (``model/training.py``).
Points and targets see people as they are today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.case.case import Case, per_case
from planner.case.conditions import assignments
from planner.case.sheet import series
from planner.case.training_checks import DEFAULT_FUND
from planner.model.people.part import PeoplePart
from planner.model.people.pool import eligible
from planner.model.rule import Breach, Row, Terms

if TYPE_CHECKING:
    from planner.model.people.variables import PeopleVariables

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Course:
    """One course, and what it changes for N candidates and M posts.

    ``attends`` (N,) who may go; ``opens`` (N, M) pairs that only training makes eligible; ``ready``
    (N,) near-term only once trained. ``cost`` yuan a person, at most ``most`` people.
    """

    code: str
    fund: str
    street: str | None
    cost: int
    most: int | None
    attends: Array
    opens: Array
    ready: Array


def is_tied(case: Case) -> bool:
    """Whether training makes money and people one model."""
    return case.has("training") and case.has_money and case.has_people and case.has("candidates")


@per_case
def courses_of(case: Case) -> tuple[Course, ...]:
    """Every course, with what it changes; none when there is no money half to pay for it."""
    if not is_tied(case):
        return ()
    open_, near = eligible(case), _near_term(case)
    out = []
    for row in case.rows("training"):
        after = attended(case, row)
        attends = np.ones(len(near), dtype=bool)
        if row.where:
            attends = np.array(case.matches_person(row.where, "candidates"))
        out.append(Course(
            row.course, row.fund or DEFAULT_FUND, row.street, row.cost_yuan, row.max_people,
            attends, eligible(after) & ~open_ & attends[:, None],
            _near_term(after) & ~near & attends))
    return tuple(out)


@per_case
def opened(case: Case) -> Array:
    """(N, M) pairs that are eligible once trained, and only then."""
    out = np.zeros((len(case.frame("candidates")), len(case.frame("posts"))), dtype=bool)
    for course in courses_of(case):
        out |= course.opens
    return out


@per_case
def trainable(case: Case) -> frozenset[int]:
    """Candidates whom some course gives something the model sees."""
    found: set[int] = set()
    for course in courses_of(case):
        found |= set(np.flatnonzero(course.opens.any(axis=1) | course.ready).tolist())
    return frozenset(found)


def _near_term(case: Case) -> Array:
    return np.asarray(case.frame("candidates")["ready"].to_numpy() == "now")


def attended(case: Case, row: Any) -> Case:
    """The case as if every candidate had attended the course; nobody unlearns what they had."""
    sheet = case.sheet("candidates")
    frame = sheet.frame.copy()
    columns = {c.name: c for c in sheet.columns}
    for name, value in assignments(row.gives, case.fields("candidates")):
        held = [value] * len(frame)
        if columns[name].kind in ("number", "integer"):
            old = frame[name].to_numpy(dtype=float, na_value=-np.inf)
            held = [value if o < value else type(value)(o) for o in old]
        frame[name] = series(columns[name], held)
    sheets = {**case.sheets, "candidates": replace(sheet, frame=frame)}
    return Case(case.name, sheets, case.settings, case.notices)


def trained_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""Who lacks what only a course gives is placed or listed once trained; courses have places.

    .. math:: y_{ij} \le \sum_{c \text{ opens } ij} t_{ic}, \qquad
              b_{ij} \le \sum_{c \text{ opens } ij} t_{ic}, \qquad
              n_{is} \le L \sum_{c \text{ readies } i} t_{ic}, \qquad \sum_i t_{ic} \le m_c

    Source: ``training.gives``, ``training.where``, ``training.max_people``.
    """
    courses = courses_of(case)
    of = {v.who[I][0]: I for I, _ in v.trained}
    for c, course in enumerate(courses):
        terms: Terms = [(v.trained[I, c], 1.0) for I in sorted(of.values()) if (I, c) in v.trained]
        if course.most is not None and terms:
            yield Row("trained", course.code, terms, high=float(course.most))
    for i, I in sorted(of.items()):
        yield from _only_trained(case, v, i, I)


def _only_trained(case: Case, v: PeopleVariables, i: int, I: int) -> Iterator[Row]:
    courses, code = courses_of(case), str(case.rows("candidates")[i].candidate)
    columns = [(column, v.what[J]) for (K, J), column in v.y.items() if K == I]
    if v.bench is not None:
        columns += [(column, v.bench.what[J]) for (K, J), column in v.bench.b.items() if K == I]
    for column, posts in columns:
        by = [c for c, course in enumerate(courses) if course.opens[i, posts[0]]]
        if by:
            terms = [(column, 1.0), *((v.trained[I, c], -float(len(posts))) for c in by)]
            yield Row("trained", code, terms, high=0.0)
    for (K, s), near in v.near.items():
        if K == I and v.bench is not None:
            mine = [(column, -1.0) for (P, J), column in v.bench.b.items()
                    if P == I and v.bench.standard(J) == s]
            yield Row("trained", code, [(near, 1.0), *mine], high=0.0)
            by = [c for c, course in enumerate(courses) if course.ready[i]]
            most = float(v.bench.bench.standards[s].lists)
            terms = [(near, 1.0), *((v.trained[I, c], -most) for c in by)]
            yield Row("trained", code, terms, high=0.0)


def undivided_rows(case: Case, v: PeopleVariables) -> Iterator[Row]:
    r"""What ``trained_rows`` say of whole people, said of parts of people too.

    .. math:: \sum_{j \text{ opened by } C} y_{ij} \le \sum_{c \in C} t_{ic}

    One post takes all of a person, so all posts the same courses open take no more of them than is
    trained. It rules out no plan, only points between plans: half on each of two posts for half a
    course. For models that are not asked for whole people at first.
    """
    courses = courses_of(case)
    of = {I: i for i, I in ((v.who[I][0], I) for I, _ in v.trained) if v.people.capacity[i] == 1}
    opened: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for (I, J), column in v.y.items() if of else ():
        by = tuple(c for c, course in enumerate(courses)
                   if I in of and course.opens[of[I], v.what[J][0]])
        if by:
            opened.setdefault((I, by), []).append(column)
    for (I, by), columns in sorted(opened.items()):
        code = str(case.rows("candidates")[of[I]].candidate)
        terms = [*((j, 1.0) for j in columns), *((v.trained[I, c], -1.0) for c in by)]
        yield Row("trained", code, terms, high=0.0)


def trained_recount(case: Case, part: PeoplePart) -> Iterator[Breach]:
    """Whoever is trained may attend, once a course; courses are not overfull."""
    courses = {c.code: c for c in courses_of(case)}
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    if len(set(part.trained)) < len(part.trained):
        yield Breach("trained", "all", "somebody twice on one course")
    taken: dict[str, int] = {}
    for candidate, code in part.trained:
        taken[code] = taken.get(code, 0) + 1
        if code not in courses or candidate not in who or not courses[code].attends[who[candidate]]:
            yield Breach("trained", code, f"{candidate} may not attend")
    for code, n in sorted(taken.items()):
        if code in courses and courses[code].most is not None and n > (courses[code].most or 0):
            yield Breach("trained", code, f"{n} people", n - (courses[code].most or 0))


def opened_by(case: Case, part: PeoplePart, i: Array, j: Array) -> Array:
    """Booleans, pair by pair: the training in this plan has made it eligible."""
    out = np.zeros(len(i), dtype=bool)
    who = {c.candidate: k for k, c in enumerate(case.rows("candidates"))}
    courses = {c.code: c for c in courses_of(case)}
    for candidate, code in part.trained:
        if code in courses and candidate in who:
            out |= (i == who[candidate]) & courses[code].opens[i, j]
    return out


def readied_by(case: Case, part: PeoplePart) -> set[str]:
    """The candidates whom the training in this plan makes near-term."""
    who = {c.candidate: i for i, c in enumerate(case.rows("candidates"))}
    courses = {c.code: c for c in courses_of(case)}
    return {candidate for candidate, code in part.trained
            if code in courses and candidate in who and courses[code].ready[who[candidate]]}
