"""What the checks share: the nearest word, how a thing is named, whom a condition fits."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from planner.case.case import Case
from planner.case.conditions import Checked, Ref, Test, condition
from planner.case.dictionary import BY_NAME
from planner.case.grammar import ConditionError, Not
from planner.case.values import key


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


def columns_in(case: Case, where: str | None, table: str) -> frozenset[str]:
    """The columns of ``table`` a condition names."""
    def walk(node: Checked) -> frozenset[str]:
        if isinstance(node, Test):
            others = {value.key for value in node.values if isinstance(value, Ref)}
            return frozenset({node.key, *others})
        if isinstance(node, Not):
            return walk(node.part)
        return frozenset().union(*map(walk, node.parts))

    return walk(condition(where, case.fields(table))) if where else frozenset()


#: Kinds of post outside any team: they serve units of their own (党建指导员、党建联络员).
OUTSIDE_TEAMS = ("instructor", "liaison")


def team_posts(case: Case, target: Any) -> Any:
    """(M,) the posts a target may count, as booleans.

    Instructors and liaisons are left out unless the target asks for them: its ``where`` names the
    kind of post, or its scope is kind or post. Raises ``ConditionError`` for a bad ``where``.
    """
    if target.scope in ("kind", "post") or "kind" in columns_in(case, target.where, "posts"):
        return np.ones(len(case.frame("posts")), dtype=bool)
    return ~case.frame("posts")["kind"].isin(OUTSIDE_TEAMS).to_numpy()


def numeric_column(case: Case, name: str, table: str) -> str | None:
    """The column of numbers that goes by ``name`` in any of its headings, the user's own too."""
    numbers = (c for c in case.sheet(table).columns
               if c.kind in ("integer", "number", "money", "share"))
    return next((c.name for c in numbers
                 if key(name) in map(key, (c.name, c.zh, *c.also))), None)
