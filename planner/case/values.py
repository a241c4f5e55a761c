"""One cell to one value: money, shares, dates, words.

:func:`parse` takes what stood in a cell (text of a CSV file, or what a workbook held) and a column
of the dictionary, and gives the value the program works with, ``None`` for a blank cell. What
cannot be read for certain raises :class:`BadValue`: the program never guesses. Figures go through
:class:`~decimal.Decimal`; a float of a workbook counts with the 15 digits Excel itself keeps.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from planner.case.columns import Column, Kind, Word

#: Stands in a grid for a formula that was saved without its result.
UNCACHED: Final = object()
#: The unit of a share column whose heading says ``%``: its numbers are percents.
PERCENT: Final = 100

EXCEL_ERRORS: Final = frozenset((
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#GETTING_DATA",
))  # fmt: skip
MONEY_UNITS: Final = {
    "元": 1, "yuan": 1, "千元": 1_000, "万": 10_000, "万元": 10_000, "wan": 10_000,
    "亿": 100_000_000, "亿元": 100_000_000,
}  # fmt: skip

_LARGEST = 10**15  # beyond it neither Excel nor a float keeps every digit
_LARGEST_BARE_SHARE = 2  # in a column without an upper bound: 1.5 is meant, 30 is a lost %
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_DIGITS = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+"
_NUMBER = re.compile(_DIGITS)
_MONEY = re.compile(rf"¥?\s*({_DIGITS})\s*({'|'.join(sorted(MONEY_UNITS, key=len)[::-1])})?整?")
_PERCENT = re.compile(rf"({_DIGITS})\s*%")
_MIDNIGHT = re.compile(r"[ T]00?:00(:00(\.0+)?)?$")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](?:(\d{1,2})日?)?)?|(\d{2})(\d{2})?)")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{2,3}", re.IGNORECASE)
_SEPARATORS = re.compile(r"[、,;\s]+")
_FLAGS = {
    **dict.fromkeys(("是", "有", "yes", "y", "true", "1", "√", "✓"), True),
    **dict.fromkeys(("否", "无", "没有", "no", "n", "false", "0", "×", "✗"), False),
}


class BadValue(ValueError):  # noqa: N818
    """A cell that cannot be read. ``code`` and ``values`` are those of a ``Problem``."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: dict[str, Any] = values


def fold(text: str) -> str:
    """``text`` in one spelling: NFKC, without stray, doubled or invisible spaces."""
    if text.isalnum() and (text.isascii() or unicodedata.is_normalized("NFKC", text)):
        return text  # most cells: nothing in them is a space, and nothing has another spelling
    return " ".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())


def key(text: str) -> str:
    """``text`` for comparing words and headings: folded, without case and spaces."""
    return fold(text).casefold().replace(" ", "")


def is_blank(raw: object) -> bool:
    """Whether nothing stands in the cell. 0 and ``False`` are not blank."""
    return raw is None or (isinstance(raw, str) and not raw.isalnum() and not fold(raw))


def parse(column: Column, raw: object, unit: int | None = None) -> Any:
    """What ``raw`` means in ``column``; ``None`` when blank.

    ``unit`` is how many yuan a number of a money column stands for (1, 10 000); a unit in the cell
    goes before it. For a share column it may be ``PERCENT``. Raises :class:`BadValue`.
    """
    if is_blank(raw):
        return None
    if raw is UNCACHED:
        raise BadValue("formula_without_value")
    if isinstance(raw, str) and fold(raw).upper() in EXCEL_ERRORS:
        raise BadValue("excel_error")
    return _PARSERS[column.kind](column, raw, unit)


def shown(raw: object) -> str:
    """``raw`` as a message repeats it."""
    if raw is None or raw is UNCACHED:
        return ""
    if isinstance(raw, float) and math.isfinite(raw):
        return plain(Decimal(f"{raw:.15g}"))
    return (fold(raw) if isinstance(raw, str) else str(raw))[:60]


def plain(number: Decimal) -> str:
    """``number`` in digits, without an exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal(raw: object) -> Decimal:
    """The exact number in ``raw``; thousands separators are allowed, a unit is not."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise BadValue("not_a_number")
    if isinstance(raw, float):
        if not math.isfinite(raw):
            raise BadValue("not_a_number")
        number = Decimal(f"{raw:.15g}")
    elif isinstance(raw, int):
        number = Decimal(raw)
    else:
        text = fold(raw).replace("−", "-")
        if not _NUMBER.fullmatch(text):
            raise BadValue("not_a_number")
        number = Decimal(text.replace(",", ""))
    return _sized(number)


def _sized(number: Decimal) -> Decimal:
    if abs(number) >= _LARGEST:
        raise BadValue("number_too_large")
    return number


def _bounded(column: Column, number: Decimal) -> Decimal:
    if column.low is not None and number < Decimal(repr(column.low)):
        raise BadValue("too_low", low=f"{column.low:g}")
    if column.high is not None and number > Decimal(repr(column.high)):
        raise BadValue("too_high", high=f"{column.high:g}")
    return number


def _number(column: Column, raw: object, unit: int | None) -> float:
    return float(_bounded(column, decimal(raw)))


def _integer(column: Column, raw: object, unit: int | None) -> int:
    number = _bounded(column, decimal(raw))
    if number != int(number):
        raise BadValue("not_whole")
    return int(number)


def _money(column: Column, raw: object, unit: int | None) -> int:
    if isinstance(raw, str):
        found = _MONEY.fullmatch(fold(raw).casefold().replace("−", "-"))
        if not found:
            raise BadValue("not_money")
        number = Decimal(found[1].replace(",", ""))
        unit = MONEY_UNITS[found[2]] if found[2] else unit
    else:
        number = decimal(raw)
    if unit is None:
        raise BadValue("money_no_unit")
    yuan = _sized(number * unit)
    if yuan != int(yuan):
        raise BadValue("money_fraction", yuan=plain(yuan))
    return int(_bounded(column, yuan))


def _share(column: Column, raw: object, unit: int | None) -> float:
    if isinstance(raw, str) and (found := _PERCENT.fullmatch(fold(raw).replace("−", "-"))):
        number = _sized(Decimal(found[1].replace(",", ""))) / 100
    else:
        number = decimal(raw)
        if unit == PERCENT:
            if 0 < number <= 1:  # 0.3 under "比例(%)": 0.3% or 30%?
                raise BadValue("share_unclear", percent=plain(number * 100))
            number /= 100
        elif number > (_LARGEST_BARE_SHARE if column.high is None else 1):
            raise BadValue("share_no_percent", percent=plain(number))
    return float(_bounded(column, number))


def _date(column: Column, raw: object, unit: int | None) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise BadValue("not_a_date")
    text = fold(raw) if isinstance(raw, str) else shown(raw)
    number = not isinstance(raw, str)
    if re.fullmatch(r"\d{4}\.\d" if number else r"\d{4}\.1", text):
        raise BadValue("date_lost_zero")  # 1988.10 kept as a number is 1988.1
    found = _DATE.fullmatch(_MIDNIGHT.sub("", text).replace(" ", ""))
    if not found or not (found[2] or found[4]):
        raise BadValue("not_a_date")
    month, day = found[2] or found[4], found[3] or found[5] or 1
    try:
        value = date(int(found[1]), int(month), int(day))
    except ValueError:
        raise BadValue("not_a_date") from None
    if not 1900 <= value.year <= 2100:
        raise BadValue("not_a_date")
    return value


def _flag(column: Column, raw: object, unit: int | None) -> bool:
    value = raw if isinstance(raw, bool) else _FLAGS.get(key(shown(raw)))
    if value is None:
        raise BadValue("not_a_flag")
    return value


def _text(column: Column, raw: object, unit: int | None) -> str:
    if isinstance(raw, str):
        text = fold(raw)
        if column.kind == "code" and _SCIENTIFIC.fullmatch(text):
            raise BadValue("long_number")
        return text
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, (int, float)):
        if not math.isfinite(raw) or abs(raw) >= _LARGEST:
            raise BadValue("long_number")
        return shown(raw)
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return str(raw)


def _condition(column: Column, raw: object, unit: int | None) -> str:
    return raw.strip() if isinstance(raw, str) else _text(column, raw, unit)


@lru_cache(maxsize=256)
def _spellings(words: tuple[Word, ...]) -> dict[str, str]:
    return {key(s): w.code for w in words for s in (*w.also, w.zh, w.code)}


def _one_word(column: Column, text: str) -> str:
    spellings = _spellings(column.words)
    code = spellings.get(key(text))
    if code is not None:
        return code
    if column.open_words:
        return text
    zh = not text.isascii()
    names = [w.zh if zh else w.code for w in column.words]
    closest = difflib.get_close_matches(key(text), list(spellings), n=1, cutoff=0.0)
    nearest = next((n for n in names if spellings[key(n)] == spellings[closest[0]]), "")
    raise BadValue("unknown_word", nearest=nearest, words=tuple(names))


def _word(column: Column, raw: object, unit: int | None) -> str:
    return _one_word(column, _text(column, raw, unit))


def _words(column: Column, raw: object, unit: int | None) -> tuple[str, ...]:
    parts = (part for part in _SEPARATORS.split(_text(column, raw, unit)) if part)
    return tuple(dict.fromkeys(_one_word(column, part) for part in parts))


_PARSERS: dict[Kind, Callable[[Column, object, int | None], Any]] = {
    "code": _text,
    "text": _text,
    "integer": _integer,
    "number": _number,
    "money": _money,
    "share": _share,
    "date": _date,
    "flag": _flag,
    "word": _word,
    "words": _words,
    "condition": _condition,
    "assignments": _condition,
}
