"""The case: every table of a plan, typed, sorted, checked and frozen.

Rows are sorted by code as the case is made, so the order in which they were typed can never
change a plan. Inside this door nothing is checked again and nothing is filled in by default.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property, wraps
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd

from planner.case.columns import Column
from planner.case.conditions import Fields, condition, evaluate, fields_of
from planner.case.dictionary import BY_NAME, MODES
from planner.case.sheet import Sheet, build, series
from planner.case.values import BadValue, parse
from planner.errors import InputError, Problem

Only = Literal["money", "people"]
Mode = Literal["ceiling", "ask"]
F = TypeVar("F")

AGE = Column(name="age", zh="年龄", kind="integer", meaning="Full years at `as_of`.")


@dataclass(frozen=True)
class Settings:
    """The ``settings`` table, one field a key."""

    title: str = ""
    as_of: dt.date | None = None
    step_yuan: int = 100
    mode: str = "ceiling"
    probationary_secretary: bool = False
    change_of_term: tuple[dt.date, ...] = ()


_SETTING_COLUMNS = {
    "title": Column(name="title", zh="标题", kind="text"),
    "as_of": Column(name="as_of", zh="截止日期", kind="date"),
    "step_yuan": Column(name="step_yuan", zh="取整单位", kind="money", low=1),
    "mode": Column(name="mode", zh="模式", kind="word", words=MODES),
    "probationary_secretary": Column(
        name="probationary_secretary", zh="预备党员可任书记", kind="flag"
    ),
    "change_of_term": Column(name="change_of_term", zh="换届日期", kind="words", open_words=True),
}


def _askable(columns: Iterable[Column]) -> list[Column]:
    """Columns a condition may name: all but people's names, which decide nothing."""
    return [c for c in columns if not (c.personal and c.name == "name")]


def exact(share: float) -> Fraction:
    """A share as the decimal it was written as: 0.3 is 3/10, not the nearest binary number."""
    return Fraction(str(share))


@dataclass(frozen=True)
class Case:
    """Everything given, by table name. ``rows`` and ``frame`` read it; nothing writes it."""

    name: str
    sheets: Mapping[str, Sheet]
    settings: Settings
    notices: tuple[Problem, ...] = ()
    #: Placements of an earlier plan, as (candidate, post), that the goal ``steady`` holds on to.
    earlier: frozenset[tuple[str, str]] = frozenset()
    _facts: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _fields: dict[tuple[str, ...], Fields] = field(default_factory=dict, repr=False, compare=False)

    def keeping(self, earlier: Iterable[tuple[str, str]]) -> Case:
        """The same case beside an earlier plan; what was read off this one is not taken over."""
        return Case(self.name, self.sheets, self.settings, self.notices, frozenset(earlier))

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the tables, not what was read off them on the way."""
        return {**self.__dict__, "_facts": {}, "_fields": {}}

    def nameless(self) -> Case:
        """The same case without people's names and notices: what is solved, and no more."""
        sheets = {name: sheet.nameless for name, sheet in self.sheets.items()}
        return Case(self.name, sheets, self.settings, earlier=self.earlier)

    def has(self, table: str) -> bool:
        """Whether the table was given and has rows."""
        return table in self.sheets and len(self.sheets[table].frame) > 0

    @property
    def has_money(self) -> bool:
        """Whether there is a money plan to make."""
        return self.has("funds") and self.has("standards")

    @property
    def has_people(self) -> bool:
        """Whether there is a people plan to make."""
        return self.has("posts")

    def sheet(self, table: str) -> Sheet:
        """The table, empty when it was not given."""
        return self.sheets[table] if table in self.sheets else _empty(table)

    def frame(self, table: str) -> pd.DataFrame:
        """The table's typed columns, sorted by its key."""
        return self.sheet(table).frame

    def rows(self, table: str) -> tuple[Any, ...]:
        """The table row by row, as named tuples; blank is ``None``."""
        return self.sheet(table).rows

    def payee_table(self, payee: str) -> str:
        """The table whose rows are paid by a fund with this ``payee``."""
        return "communities" if payee == "community" else "streets"

    @cached_property
    def fingerprint(self) -> str:
        """``sha256:…`` of what was given, whatever the order of rows, columns or the language."""
        return self.fingerprint_of("both", "money", "people")

    def fingerprint_of(self, *blocks: str) -> str:
        """The fingerprint of the tables of some blocks: a half of a case is known by it."""
        digest = hashlib.sha256()
        for name in sorted(n for n, s in self.sheets.items() if s.table.block in blocks):
            digest.update(self.sheets[name].digest)
        if self.earlier and "people" in blocks:
            digest.update(repr(sorted(self.earlier)).encode())
        return f"sha256:{digest.hexdigest()}"

    def fields(self, table: str, prefix: str = "", shape: Literal["n", "n1", "1m"] = "n") -> Fields:
        """The table's columns for conditions; people have ``age`` too."""
        known = (table, prefix, shape)
        if known not in self._fields:
            sheet = self.sheet(table)
            columns, frame = _askable(sheet.columns), sheet.frame
            if "birth" in frame:
                columns, frame = [*columns, AGE], frame.assign(age=self.ages(table))
            self._fields[known] = fields_of(columns, frame, prefix=prefix, shape=shape)
        return self._fields[known]

    def matches(self, where: str | None, table: str) -> np.ndarray[Any, Any]:
        """Which rows of ``table`` meet the condition (blank: all), as booleans."""
        size = len(self.frame(table))
        if not where:
            return np.ones(size, dtype=bool)
        fields = self.fields(table)
        return np.broadcast_to(evaluate(condition(where, fields), fields), (size,))

    def person_fields(self, table: str) -> Fields:
        """Columns of ``table`` (candidates or incumbents); those only the other has are blank."""
        other = "incumbents" if table == "candidates" else "candidates"
        sheet = self.sheet(table)
        mine = {c.name for c in sheet.columns}
        more = [c for c in self.sheet(other).columns if c.name not in mine]
        size = len(sheet.frame)
        frame = sheet.frame.assign(
            age=self.ages(table), **{c.name: series(c, [None] * size) for c in more}
        )
        return fields_of([*_askable(sheet.columns), *_askable(more), AGE], frame)

    def matches_person(self, group: str, table: str) -> np.ndarray[Any, Any]:
        """Which people of ``table`` belong to a group, as booleans."""
        fields = self.person_fields(table)
        found = evaluate(condition(group, fields), fields)
        return np.broadcast_to(found, (len(self.frame(table)),))

    def ages(self, table: str) -> np.ndarray[Any, Any]:
        """Full years of every person of ``table`` at ``as_of``; a birth month is its first day."""
        day = self.settings.as_of
        assert day is not None, "checked at the door"
        birth = pd.DatetimeIndex(self.frame(table)["birth"])
        later = (birth.month > day.month) | ((birth.month == day.month) & (birth.day > day.day))
        return np.asarray(day.year - birth.year - later.astype(int))


def per_case(read: Callable[[Case], F]) -> Callable[[Case], F]:
    """What is read off a case is read once: a case is frozen, so it cannot change."""

    @wraps(read)
    def known(case: Case) -> F:
        name = f"{read.__module__}.{read.__qualname__}"
        if name not in case._facts:
            case._facts[name] = read(case)
        found: F = case._facts[name]
        return found

    return known


def read_settings(sheet: Sheet | None) -> tuple[Settings, list[Problem]]:
    """The settings of a case; a key that is not given keeps its default."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    if sheet is not None:
        pairs = zip(sheet.frame["key"].tolist(), sheet.frame["value"].tolist(), strict=True)
        for i, (key, value) in enumerate(pairs):
            unit = 1 if key == "step_yuan" else None
            try:
                values[key] = parse(_SETTING_COLUMNS[key], value, unit)
                if key == "change_of_term" and values[key]:
                    days = (parse(_SETTING_COLUMNS["as_of"], day) for day in values[key])
                    values[key] = tuple(sorted(set(days)))
            except BadValue as bad:
                named = {"heading": key, "shown": f" “{value}”", **bad.values}
                problems.append(Problem(bad.code, sheet.cell(i, "value"), str(value), named))
    return Settings(**{k: v for k, v in values.items() if v is not None}), problems


@cache
def _empty(table: str) -> Sheet:
    return build(BY_NAME[table], {}, ())


def make_case(
    name: str, sheets: Iterable[Sheet], notices: Iterable[Problem] = (), only: Only | None = None
) -> Case:
    """Check the tables against each other and freeze them.

    ``notices`` are what reading found; problems among them are raised together with those found
    here. Raises ``InputError`` with every problem. ``only`` leaves out the other half's tables.
    """
    from planner.case.checks import problems_of  # the checks read a Case

    kept = {
        s.table.name: s.canonical
        for s in sheets
        if only is None or s.table.block in ("both", only)
    }
    settings, found = read_settings(kept.get("settings"))
    told = [*notices, *found]
    told += problems_of(Case(name, kept, settings), told)
    if any(not p.notice for p in told):
        raise InputError(p for p in told if not p.notice)
    return Case(name, kept, settings, tuple(told))
