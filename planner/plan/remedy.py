"""A repair put into the tables and solved again: the nearest plan of a case that has none.

What the solver says must give is continuous; money is paid in whole steps. So a repair is moved
into the cells, asked again in whole steps, moved on where a step was missing, and only told when
the case so changed has a plan that passes its recount. What is told is what was put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from planner.case.case import Case, make_case
from planner.case.dictionary import BY_NAME
from planner.case.rows import listed
from planner.case.sheet import Sheet, series
from planner.errors import InputError
from planner.model.asked import asked
from planner.model.blocks import blocks_of, unit_of
from planner.model.money.entitlement import cells_of
from planner.plan.clash import told
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.plan.solved import Memo
from planner.plan.turns import TURNS, Edit, Point, given, nudged
from planner.solver.conflict import Repair, least
from planner.solver.elastic import Name
from planner.solver.small import OutOfTimeError
from planner.solver.watch import NEVER, Deadline

#: How often a repair is moved on before it is given up, and from when on by doubled amounts.
LAPS, PATIENT = 14, 4
#: Up to so many cells and candidates a repair is confirmed by its best plan; above it by the rules
#: solved again in whole steps, and only the nearest plan is settled.
SMALL = 1_000


@dataclass(frozen=True)
class Changed:
    """One cell before and after, as text; ``new`` is "" where the row or the word was taken out."""

    table: str
    column: str
    key: str
    old: str
    new: str


@dataclass(frozen=True)
class Given:
    """What one rule gave: ``by`` in its unit (yuan or people), and the cells it moved."""

    rule: str
    of: str
    by: int
    changes: tuple[Changed, ...]

    @property
    def unit(self) -> str:
        """``yuan`` or ``people``."""
        return unit_of(self.rule)


@dataclass(frozen=True)
class Mended:
    """A repair as it was applied, and the case so changed, in which every rule can hold."""

    gives: tuple[Given, ...]
    case: Case
    #: Its best plan, where that was solved to confirm the repair.
    plan: Plan | None = field(default=None, repr=False, compare=False)

    @property
    def changes(self) -> tuple[Changed, ...]:
        """Every cell that differs from the case as it was posed."""
        return tuple(change for give in self.gives for change in give.changes)

    @property
    def total(self) -> int:
        """What its rules give in all."""
        return sum(give.by for give in self.gives)


@dataclass(frozen=True)
class Nearest:
    """The nearest plan: the best plan of the case after its first repair, solved and recounted."""

    mended: Mended
    plan: Plan


@dataclass
class _Work:
    """A case on its way to a plan: what was changed so far, by rule, with the values before.

    Changes wait until they are written all at once: the tables are checked again each time.
    """

    case: Case
    deadline: Deadline = NEVER
    edits: dict[Name, list[tuple[Edit, Any]]] = field(default_factory=dict)
    by: dict[Name, float] = field(default_factory=dict)
    waiting: dict[tuple[Any, ...], list[Edit]] = field(default_factory=dict)

    def put(self, rule: Name, edits: Sequence[Edit], by: float) -> bool:
        """Make the changes of one rule; whether any cell moved."""
        moved = False
        for edit in edits:
            cell = edit.table, edit.column, edit.key
            before = self.waiting.get(cell)
            old = before[-1].value if before else _value(self.case, edit)
            if old != edit.value or edit.drop:
                self.edits.setdefault(rule, []).append((edit, old))
                self.waiting.setdefault(cell, []).append(edit)
                moved = True
        if moved:
            self.by[rule] = self.by.get(rule, 0.0) + by
        return moved

    def write(self) -> None:
        """Put what waits into the tables; raises ``InputError`` where they do not take it."""
        if self.waiting:
            self.case = edited(self.case, [edits[-1] for edits in self.waiting.values()])
            self.waiting = {}


def mended(plan: Plan) -> tuple[Mended, ...]:
    """The repairs of a case without a plan, each applied and solved again; least total first.

    As many as there is time for, where solving the case was limited.
    """
    memo = Memo()  # the half that is not repaired is solved once
    deadline = Deadline.after(plan.left)
    found = (mend(plan.case, repair, memo, deadline) for repair in plan.repairs)
    return tuple(sorted((one for one in found if one is not None), key=lambda m: m.total))


def nearest(
    repairs: Iterable[Mended], time_limit: float | None = None,
    memo: Memo | None = None,
) -> Nearest | None:
    """The plan of the first repair, solved as any other; ``None`` when there is none."""
    for one in repairs:
        plan = one.plan or solve(one.case, time_limit, memo)
        if plan.complete:
            return Nearest(one, plan)
    return None


def applied(case: Case, repair: Repair) -> tuple[Case, tuple[Changed, ...]] | None:
    """The case with a repair in its cells, in whole steps; ``None`` when no figure can hold it."""
    work = _Work(case)
    if not _applied(work, [(give.rule, give.of) for give in repair.gives]):
        return None
    return work.case, tuple(c for give in _told(case, work) for c in give.changes)


def mend(
    case: Case, repair: Repair, memo: Memo | None = None, deadline: Deadline = NEVER
) -> Mended | None:
    """Apply a repair and see that it is enough, in whole steps: solved again.

    Where settling still fails the rules give a little more, doubled each time. ``None`` when no
    figure of these rules is enough, or none was found by the ``deadline``: such a repair is not
    told.
    """
    try:
        return _mend(_Work(case, deadline), [(give.rule, give.of) for give in repair.gives],
                     memo or Memo())
    except (InputError, OutOfTimeError):  # the tables do not take the figure, or the time is over
        return None


def _mend(work: _Work, names: Sequence[Name], memo: Memo) -> Mended | None:
    case, more = work.case, 0
    for lap in range(LAPS):
        if not _applied(work, names, single=lap > 0):
            return None
        if len(cells_of(work.case)) + len(work.case.rows("candidates")) <= SMALL:
            plan = solve(work.case, work.deadline.left, memo)
            if plan.complete:
                return Mended(_told(case, work), work.case, plan)
            if plan.status == "stopped":
                return None
        else:
            return Mended(_told(case, work), work.case)
        if not lap:
            continue
        more = 2 * more or max(1, case.settings.step_yuan)
        before = work.case
        for name in names:
            work.put(name, nudged(work.case, *name, more), 0.0)
        work.write()
        if work.case is before:
            return None
    return None


def _half(rule: str) -> str:
    return "money" if unit_of(rule) == "yuan" else "people"


def _applied(work: _Work, names: Sequence[Name], single: bool = False) -> bool:
    """Move the cells of some rules until every rule can hold in whole steps.

    ``single``: asked cell by cell, which is slower and only needed where alike cells taken as one
    hid that one of them has no room.
    """
    for block in blocks_of(work.case):
        mine = [name for name in names if block in ("joint", _half(name[0]))]
        if mine and not _moved(work, block, mine, single and block == "money"):
            return False
    return True


def _moved(work: _Work, block: str, names: Sequence[Name], single: bool) -> bool:
    for lap in range(LAPS):
        now = asked(work.case, block, single)
        there = {(row.rule, row.of) for row in now.model.rows}
        found = least(now.model, [name for name in names if name in there], work.deadline)
        if found is None:
            return False
        if not found.gives:
            return True
        point, moved = Point(work.case, now, found.point), False
        for give in found.gives:
            by = (told(give).by or 0.0) * 2 ** max(lap - PATIENT, 0)
            name = (give.rule, give.of)
            moved |= work.put(name, TURNS[give.rule](point, give.of, by), by)
        work.write()
        if not moved:
            return False
    return False


def _told(before: Case, work: _Work) -> tuple[Given, ...]:
    """What each rule gave, from the figures themselves where they say it."""
    out = []
    for (rule, of), edits in work.edits.items():
        changes: dict[tuple[str, str, str], Changed] = {}
        for edit, old in edits:
            key = "/".join(str(value) for _, value in edit.key if value is not None)
            at = edit.table, edit.column, key
            first = changes[at].old if at in changes else _text(edit, old)
            changes[at] = Changed(*at, first, _text(edit, None if edit.drop else edit.value))
        by = given(before, work.case, rule, of) if unit_of(rule) == "yuan" else None
        by = ceil(round(work.by[rule, of], 3)) if by is None else by
        out.append(Given(rule, of, by, tuple(changes.values())))
    return tuple(out)


# --- cells ------------------------------------------------------------------------------------


def _value(case: Case, edit: Edit) -> Any:
    row = next(row for row in case.rows(edit.table)
               if all(getattr(row, column) == value for column, value in edit.key))
    return getattr(row, edit.column)


def _text(edit: Edit, value: Any) -> str:
    """A value as a cell would have it."""
    if value is None:
        return ""
    if BY_NAME[edit.table].column(edit.column).kind == "share":
        return f"{(Decimal(str(value)) * 100).normalize():f}%"
    return str(value)


def edited(case: Case, edits: Iterable[Edit]) -> Case:
    """The case with some cells changed, checked again as a whole; raises ``InputError``."""
    sheets = dict(case.sheets)
    for edit in edits:
        sheet = sheets[edit.table]
        keys = zip(*(listed(sheet.frame, column) for column, _ in edit.key), strict=True)
        rows = {i for i, key in enumerate(keys) if key == tuple(v for _, v in edit.key)}
        places = sheet.places
        if edit.drop:
            frame = sheet.frame.drop(index=sorted(rows)).reset_index(drop=True)
            places = tuple(p for i, p in enumerate(places) if i not in rows)
        else:
            column, frame = sheet.table.column(edit.column), sheet.frame.copy()
            held = listed(frame, column.name)
            frame[column.name] = series(
                column, [edit.value if i in rows else old for i, old in enumerate(held)])
        sheets[edit.table] = Sheet(sheet.table, frame, places, sheet.letters, sheet.own)
    after = make_case(case.name, sheets.values(), case.notices)
    return after.keeping(case.earlier) if case.earlier else after
