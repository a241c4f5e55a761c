"""What a table and a column are: how they are headed, what they may hold, what they mean."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "code",  # an identifier: text, compared exactly
    "text",
    "integer",
    "number",
    "money",  # whole yuan
    "share",  # a fraction; "30%" is 0.3
    "date",  # a day; a month without a day counts from its first day
    "flag",  # yes / no
    "word",  # one of `words`; with `open_words`, a word of the user's own too
    "words",  # a list of them, separated by 、 , ; or spaces
    "condition",  # see conditions.py
    "assignments",  # `column=value, column=value`
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(_Frozen):
    """One word of a closed vocabulary, in the order of the vocabulary."""

    code: str
    zh: str
    also: tuple[str, ...] = ()


class Column(_Frozen):
    """One column: how it is headed, what it may hold, what it means."""

    name: str
    zh: str
    kind: Kind
    required: bool = False
    also: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    open_words: bool = False
    low: float | None = None
    high: float | None = None
    ref: str | None = None  # the table this code must stand in
    over: str | None = None  # conditions: which rows they are asked of
    personal: bool = False  # never repeated in a message
    meaning: str = ""


class Table(_Frozen):
    """One table: its key, its columns, and whether columns of the user's own are kept."""

    name: str
    zh: str
    block: Literal["both", "money", "people"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open: bool = False
    unused: bool = False  # read and checked, but no rule uses it yet: refused when given
    meaning: str = ""

    def __hash__(self) -> int:
        return hash(self.name)  # quick to look up by; equal tables have one name

    def column(self, name: str) -> Column:
        """The column called ``name``; ``KeyError`` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def words(text: str) -> tuple[Word, ...]:
    """``"urban 城市社区|社区; village 村"`` as words; after the bar, other spellings."""
    out = []
    for part in text.split(";"):
        code, zh = part.split(maxsplit=1)
        first, *also = (w.strip() for w in zh.split("|"))
        out.append(Word(code=code, zh=first, also=tuple(also)))
    return tuple(out)


def column(name: str, zh: str, kind: Kind, meaning: str = "", **more: object) -> Column:
    """A column: ``*`` behind the name is required, other headings follow the Chinese one."""
    required = name.endswith("*")
    heading, *also = zh.split("|")
    return Column.model_validate(
        {
            "name": name.rstrip("*"),
            "zh": heading,
            "also": tuple(also),
            "kind": kind,
            "required": required,
            "meaning": meaning,
            **more,
        }
    )
