"""What the checks share: the nearest word, how a thing is named, whom a condition fits."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from planner.case.case import Case
from planner.case.dictionary import BY_NAME
from planner.case.grammar import ConditionError


def nearest(word: str, known: Any) -> str:
    """The known word most like ``word``, for "did you mean"; empty when none is near."""
    return next(iter(difflib.get_close_matches(word, [str(k) for k in known], 1, 0.5)), "")


def unnamed(code: str) -> str:
    """A code as it may be repeated; what looks like a name typed for a code only as ``张*``."""
    return code if code.isascii() else f"{code[0]}*"


def named(table: str) -> str:
    """A table in both languages, as its sheet or file may be called."""
    return f"{BY_NAME[table].zh}/{table}"


def fits(case: Case, where: str | None, table: str, unread: bool) -> Any:
    """The rows of a table a condition fits; ``unread`` everywhere if it cannot be read."""
    try:
        return case.matches(where, table)
    except ConditionError:
        return np.full(len(case.frame(table)), unread)


def in_group(case: Case, group: str, table: str) -> Any:
    try:
        return case.matches_person(group, table)
    except ConditionError:
        return np.ones(1, dtype=bool)
