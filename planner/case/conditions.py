"""The small language of conditions: ``年龄<=35 且 (学历>=本科 or kind in (urban, village))``.

A condition is read by :func:`parse`, held against the columns by :func:`check`, and asked of whole
columns at once by :func:`evaluate`. Nothing is ever handed to ``eval``.

* Columns and words are named in English or Chinese. Quotes hold a value that has spaces, brackets
  or a connective in it, and backticks a column's name: ``评价="或许"``, ```现居(工作)社区`=C01``.
* The right side may be another column: ``community = post.community``. Where a text could be
  both, a word of the column's own vocabulary goes before a column; a quoted text is never a column.
* Only numbers, dates and levels of education have an order. For a column holding a list of words,
  ``=`` and ``in`` mean "contains". A date without a day is the first day of its month.
* A blank cell makes every comparison false, ``!=`` and ``not in`` too; so ``not (年龄 <= 35)`` is
  true of a person whose age is blank, and ``年龄 > 35`` is not. Ask ``为空`` / ``is blank`` for it.
* A blank condition is everybody.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.case import values as cells
from planner.case.columns import Column
from planner.case.dictionary import EDUCATION
from planner.case.grammar import (
    Compare,
    Condition,
    ConditionError,
    Joined,
    Not,
    Operand,
    parse,
    parse_assignments,
)
from planner.case.values import key as plain

Array = np.ndarray[Any, Any]

@dataclass(frozen=True)
class Field:
    """A column a condition may name. ``values`` is ``None`` when only checking."""

    column: Column
    values: Array | None


Fields = Mapping[str, Field]  # by English name; "post.kind" on the other side of a pair


@dataclass(frozen=True)
class Ref:
    """Another column on the right side."""

    key: str


@dataclass(frozen=True)
class Test:
    """A comparison held against the columns: a key of the fields, and typed values."""

    __test__ = False  # not one of pytest's

    key: str
    op: str
    values: tuple[Any, ...]
    how: Literal["plain", "rank", "contains"] = "plain"

Checked = Test | Joined[Test] | Not[Test]

# ---- checking ------------------------------------------------------------------------------------

_GROUP = {"integer": "number", "money": "number", "share": "number", "number": "number",
          "date": "date", "flag": "flag"}  # any other kind: text
_RANK = {word.code: float(rank) for rank, word in enumerate(EDUCATION)}
_CHINESE = {"post.": "岗位."}


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(plain(word), list(known), 1, 0.4)), "—")


class _Columns:
    """The columns by every name they go by: English first, then the heading, then the others."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.names: dict[str, str] = {}
        self.prefixes: set[str] = set()
        named = [(key, key.removesuffix(f.column.name), f.column) for key, f in fields.items()]
        for heads in (lambda c: [c.name], lambda c: [c.zh], lambda c: c.also):
            for key, prefix, column in named:
                for before in {prefix, _CHINESE.get(prefix, prefix)}:
                    self.prefixes |= {before} - {""}
                    for head in heads(column):
                        self.names.setdefault(plain(before + head), key)

    def key(self, name: Operand) -> str:
        if (found := self.names.get(plain(name.text))) is not None:
            return found
        nearest = _nearest(name.text, self.names)
        raise ConditionError("condition_unknown_column", column=name.text, nearest=nearest)

    def right(self, column: Column, value: Operand) -> Any:
        """A typed value, or a ``Ref`` to the column the right side names."""
        prefixed = plain(value.text).startswith(tuple(self.prefixes))
        if value.quote == "`" or (not value.quote and prefixed):
            return self._ref(column, self.key(value))
        other = None if value.quote else self.names.get(plain(value.text))
        if other and column.kind in ("code", "text") and self._group(other) == "text":
            return self._ref(column, other)
        try:
            return literal(column, value.text)
        except ConditionError:
            if other is None:
                raise
            return self._ref(column, other)

    def _ref(self, column: Column, other: str) -> Ref:
        if self._group(other) != _GROUP.get(column.kind, "text") or (
            self.fields[other].column.kind == "words"
        ):
            raise ConditionError("condition_not_comparable", column=column.name, other=other)
        return Ref(other)

    def _group(self, key: str) -> str:
        return _GROUP.get(self.fields[key].column.kind, "text")

    def test(self, leaf: Compare) -> Test:
        key = self.key(leaf.column)
        column = self.fields[key].column
        values = tuple(self.right(column, value) for value in leaf.values)
        if column.kind == "words":
            how: Literal["plain", "rank", "contains"] = "contains"
        else:
            how = "rank" if leaf.op[0] in "<>" and column.words == EDUCATION else "plain"
        if leaf.op[0] in "<>":
            ranked = all(self.fields[v.key].column.words == EDUCATION
                         for v in values if isinstance(v, Ref))
            if not ranked if how == "rank" else self._group(key) not in ("number", "date"):
                raise ConditionError("condition_no_order", column=column.name, op=leaf.op)
        return Test(key, leaf.op, values, how)


def literal(column: Column, text: str) -> Any:
    """A value as the column would hold it; bounds are not asked, a fraction may meet a whole."""
    if column.kind in ("word", "words"):
        return _word(column, text)
    loose = {"low": None, "high": None, "required": False}
    kind = "number" if column.kind == "integer" else column.kind
    return _value(column.model_copy(update={**loose, "kind": kind}), text)


def _value(column: Column, text: str) -> Any:
    wrong = ConditionError("condition_bad_value", column=column.name, word=text)
    try:
        found = cells.parse(column, text, 1 if column.kind == "money" else None)
    except cells.BadValue as bad:
        raise wrong from bad
    if found is None:
        raise wrong
    return found


def _word(column: Column, text: str) -> str:
    names = {plain(n): w.code for w in reversed(column.words) for n in (*w.also, w.zh, w.code)}
    if (code := names.get(plain(text))) is not None:
        return code
    if (column.open_words or not column.words) and plain(text):
        return cells.fold(text)
    nearest = _nearest(text, names)
    raise ConditionError("condition_unknown_word", column=column.name, word=text, nearest=nearest)


def check(condition: Condition, fields: Fields) -> Checked:
    """The condition with its columns found and its values typed; raises ``ConditionError``."""
    columns = _Columns(fields)

    def walk(node: Condition) -> Checked:
        if isinstance(node, Joined):
            return Joined(node.op, tuple(walk(part) for part in node.parts))
        return Not(walk(node.part)) if isinstance(node, Not) else columns.test(node)

    return walk(condition)


def condition(text: str | None, fields: Fields) -> Checked:
    """Read and check."""
    return check(parse(text), fields)


def assignments(text: str | None, fields: Fields) -> tuple[tuple[str, Any], ...]:
    """``ready=now, training_hours=56`` as typed values by column, within the columns' bounds."""
    columns, found = _Columns(fields), []
    for name, value in parse_assignments(text):
        key = columns.key(name)
        column = fields[key].column
        if column.kind in ("word", "words"):
            word = _word(column, value)
            found.append((key, (word,) if column.kind == "words" else word))
        else:
            found.append((key, _value(column, value)))
    return tuple(found)


# ---- asking --------------------------------------------------------------------------------------

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "in": operator.eq, "!=": operator.eq, "not in": operator.eq,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
_rank = np.frompyfunc(lambda word: _RANK.get(word, np.nan), 1, 1)
_contains = np.frompyfunc(lambda have, want: have is not None and want in have, 2, 1)


def evaluate(checked: Checked, fields: Fields) -> Array:
    """Which rows (or pairs) meet the condition: booleans in the shape all fields broadcast to."""
    shape = np.broadcast_shapes(*(f.values.shape for f in fields.values() if f.values is not None))

    def walk(node: Checked) -> Array:
        if isinstance(node, Joined):
            join = np.logical_and if node.op == "and" else np.logical_or
            return reduce(join, map(walk, node.parts)) if node.parts else np.array(True)
        return ~walk(node.part) if isinstance(node, Not) else _ask(node, fields)

    return np.array(np.broadcast_to(walk(checked), shape))


def _ask(test: Test, fields: Fields) -> Array:
    left = _values(fields, test.key)
    there = np.asarray(pd.notna(left))
    if not test.values:
        return there if test.op == "not blank" else ~there
    negated = test.op in ("!=", "not in")
    hits, known = np.array(False), there
    for value in test.values:
        right = _values(fields, value.key) if isinstance(value, Ref) else _constant(value)
        both = there & np.asarray(pd.notna(right))
        known = known & both if negated else known
        if test.how == "contains":
            hit = _contains(left, right)
        elif test.how == "rank":
            ranks = (np.asarray(_rank(side), dtype=float) for side in (left, right))
            hit = _COMPARE[test.op](*ranks)
        else:
            hit = _COMPARE[test.op](left, right)
        hits = hits | (np.asarray(hit, dtype=bool) & both)
    return np.asarray(known & ~hits if negated else known & hits)


def _values(fields: Fields, key: str) -> Array:
    values = fields[key].values
    if values is None:
        raise ValueError(f"no values were given for {key}")
    return values


def _constant(value: Any) -> Array:
    if isinstance(value, str):
        return np.array(value, dtype=object)
    if isinstance(value, (bool, int, float)):
        return np.array(value, dtype=float)
    return np.array(value, dtype="datetime64[s]")


def fields_of(
    sheet_columns: Sequence[Column],
    frame: pd.DataFrame | None,
    prefix: str = "",
    shape: Literal["n", "n1", "1m"] = "n",
) -> dict[str, Field]:
    """The columns of a frame as fields, all numbers as floats; without a frame, for checking only.

    ``shape`` stands the rows up (``n1``) or lays them down (``1m``), so that two tables make pairs.
    """
    size = {"n": (-1,), "n1": (-1, 1), "1m": (1, -1)}[shape]
    return {
        prefix + column.name: Field(
            column, None if frame is None else _array(column, frame[column.name]).reshape(size)
        )
        for column in sheet_columns
    }


def _array(column: Column, series: pd.Series[Any]) -> Array:
    group = _GROUP.get(column.kind)
    if group == "date":
        return np.asarray(series.to_numpy(dtype="datetime64[s]"))
    if group is not None:
        return np.asarray(series.to_numpy(dtype=float, na_value=np.nan))
    values = np.array(series.astype(object).to_numpy(), dtype=object, copy=True)
    values[pd.isna(values)] = None
    return values
