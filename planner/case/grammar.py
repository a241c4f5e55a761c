"""The grammar of conditions: text to a tree of comparisons, read by hand and never by ``eval``.

What the words mean, and of which columns, is the work of ``conditions.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

Leaf = TypeVar("Leaf")


class ConditionError(ValueError):
    """A condition that cannot be used; becomes ``Problem(code, cell, values=values)``."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code, values)


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
class Joined(Generic[Leaf]):
    """All of its parts, or any of them; all of none is everybody."""

    op: Literal["and", "or"]
    parts: tuple[Leaf | Joined[Leaf] | Not[Leaf], ...]


@dataclass(frozen=True)
class Not(Generic[Leaf]):
    """The opposite of its part."""

    part: Leaf | Joined[Leaf] | Not[Leaf]

Condition = Compare | Joined[Compare] | Not[Compare]

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


def parse_assignments(text: str | None) -> list[tuple[Operand, str]]:
    """``ready=now, training_hours=56`` as names and texts, in order."""
    reader, found = _Reader(text or ""), []
    while reader.at < len(reader.text):
        name = reader.operand()
        reader.need("==?")
        found.append((name, reader.operand(reader._value_end).text))
        if reader.at < len(reader.text) and not reader.take(_COMMA):
            reader.need(_AND)
    return found
