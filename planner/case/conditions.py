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
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import pandas as pd

from planner.case import values as cells
from planner.case.dictionary import EDUCATION, Column
from planner.case.values import key as plain

Array = np.ndarray[Any, Any]
Leaf = TypeVar("Leaf")


class ConditionError(ValueError):
    """A condition that cannot be used; becomes ``Problem(code, cell, values=values)``."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code, values)


@dataclass(frozen=True)
class Field:
    """A column a condition may name. ``values`` is ``None`` when only checking."""

    column: Column
    values: Array | None


Fields = Mapping[str, Field]  # by English name; "post.kind" on the other side of a pair


@dataclass(frozen=True)
class Operand:
    """A name or a value as it was written, and the quote it stood in."""

    text: str
    quote: str = ""


@dataclass(frozen=True)
class Compare:
    """``column op values``; ``blank`` has no values, only ``in`` has several."""

    column: Operand
    op: str
    values: tuple[Operand, ...] = ()


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


@dataclass(frozen=True)
class Joined(Generic[Leaf]):
    """All of its parts, or any of them; all of none is everybody."""

    op: Literal["and", "or"]
    parts: tuple[Leaf | Joined[Leaf] | Not[Leaf], ...]


@dataclass(frozen=True)
class Not(Generic[Leaf]):
    """The opposite of its part."""

    part: Leaf | Joined[Leaf] | Not[Leaf]


Condition = Compare | Joined[Compare] | Not[Compare]
Checked = Test | Joined[Test] | Not[Test]

# ---- reading -------------------------------------------------------------------------------------

_END = r"(?![a-z0-9_.])"
_AND = re.compile(rf"并且|而且|且|&&?|and{_END}", re.IGNORECASE)
_OR = re.compile(rf"或者|或|\|\|?|or{_END}", re.IGNORECASE)
_NOT = re.compile(rf"not{_END}|非(?=[\s(])", re.IGNORECASE)
_JOIN = re.compile("并且|而且|且|或者|或")
_OP = re.compile("==|!=|<>|<=|>=|[=<>≠≤≥≦≧]")
_OPS = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "≦": "<=", "≧": ">="}
_IN = re.compile(rf"(not\s+in{_END}|不属于)|in{_END}|属于", re.IGNORECASE)
_BLANK = re.compile(
    rf"(not\s+blank{_END}|is\s+not\s+blank{_END}|不为空|非空)|is\s+blank{_END}|为空", re.IGNORECASE
)
_COMMA = re.compile("[,、;]")
_QUOTED = re.compile("(?P<q>[\"'`])(?P<a>.*?)(?P=q)|“(?P<b>.*?)”|「(?P<c>.*?)」", re.DOTALL)
# A bracket that follows a word at once is part of it: 近期可用(成熟型), but not 且(…) or 非(…).
_RUN = re.compile(r"""(?:[^\s=<>!≠≤≥≦≧(),、;"'`“”「」&|]|(?<=[^\s(,、;且或非=<>])(?<!或者)"""
                  r"""\([^()=<>!≠≤≥≦≧,、;"'`“”「」&|]*\))+""")
_TAIL = re.compile(rf"(?:不为空|非空|为空)(?=$|{_JOIN.pattern})|(?:不属于|属于)(?=$|\()")
_DEEPEST = 50


class _Reader:
    """Recursive descent over the text, which is brought to half width; ``spots`` lead back."""

    def __init__(self, text: str) -> None:
        pieces = [unicodedata.normalize("NFKC", c) if c not in "“”「」" else c for c in text]
        self.given, self.text, self.at, self.depth = text, "".join(pieces), 0, 0
        self.spots = [i for i, piece in enumerate(pieces) for _ in piece] + [len(text)]
        self._space()

    def wrong(self) -> ConditionError:
        spot = self.spots[self.at]
        near = self.given[spot : spot + 12] or self.given[-8:]
        return ConditionError("condition_syntax", at=spot + 1, near=near)

    def _space(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def take(self, pattern: re.Pattern[str] | str) -> re.Match[str] | None:
        """Step over ``pattern`` and the space behind it, if it stands here."""
        if match := re.compile(pattern).match(self.text, self.at):
            self.at = match.end()
            self._space()
        return match

    def need(self, pattern: re.Pattern[str] | str) -> re.Match[str]:
        if match := self.take(pattern):
            return match
        raise self.wrong()

    def whole(self) -> Condition:
        found = self.either()
        if self.at < len(self.text):
            raise self.wrong()
        return found

    def either(self) -> Condition:
        parts = [self.both()]
        while self.take(_OR):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def both(self) -> Condition:
        parts = [self.one()]
        while self.take(_AND):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def one(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong()
        found: Condition
        if self.take(_NOT):
            found = Not(self.one())
        elif self.take(r"\("):
            found = self.either()
            self.need(r"\)")
        else:
            found = self.compare()
        self.depth -= 1
        return found

    def compare(self) -> Compare:
        column = self.operand(self._name_end)
        if match := self.take(_BLANK):
            return Compare(column, "not blank" if match[1] else "blank")
        if match := self.take(_IN):
            self.need(r"\(")
            values = [self.operand()]
            while self.take(_COMMA):
                values.append(self.operand())
            self.need(r"\)")
            return Compare(column, "not in" if match[1] else "in", tuple(values))
        op = self.need(_OP)[0]
        return Compare(column, _OPS.get(op, op), (self.operand(self._value_end),))

    def operand(self, end: Callable[[str], int] = len) -> Operand:
        """A quoted text, or as much of the run of letters here as ``end`` says."""
        start = self.at
        if match := self.take(_QUOTED):
            inner = next(g for g in "abc" if match[g] is not None)
            return Operand(self._as_given(*match.span(inner)), match["q"] or '"')
        run = self.need(_RUN)[0]
        self.at = start + end(run)
        word = Operand(self._as_given(start, self.at))
        self._space()
        return word

    def _as_given(self, start: int, end: int) -> str:
        return self.given[self.spots[start] : self.spots[end]]

    def _name_end(self, run: str) -> int:
        """A column's name stops before 为空, 属于."""
        match = _TAIL.search(run, 1)
        return match.start() if match else len(run)

    def _value_end(self, run: str) -> int:
        """A value stops before the first 且, 或 that another comparison follows."""
        rest = self.text[self.at :]  # take() has stepped over the run
        for join in _JOIN.finditer(run, 1):
            name = run[join.end() :]
            if name in ("", "非"):
                follows = rest.startswith("(") or not (
                    name or not rest or rest[0] in "),、;&|" or _AND.match(rest) or _OR.match(rest)
                )
            else:
                follows = bool(_TAIL.search(name, 1) or any(
                    pattern.match(rest) for pattern in (_OP, _IN, _BLANK)))
            if follows:
                return join.start()
        return len(run)


def parse(text: str | None) -> Condition:
    """The condition as it is written; raises ``ConditionError``."""
    if text is None or not text.strip():
        return Joined("and", ())
    return _Reader(text).whole()


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
    reader, columns, found = _Reader(text or ""), _Columns(fields), []
    while reader.at < len(reader.text):
        key = columns.key(reader.operand())
        reader.need("==?")
        value, column = reader.operand(reader._value_end).text, fields[key].column
        if column.kind in ("word", "words"):
            word = _word(column, value)
            found.append((key, (word,) if column.kind == "words" else word))
        else:
            found.append((key, _value(column, value)))
        if reader.at < len(reader.text) and not reader.take(_COMMA):
            reader.need(_AND)
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
