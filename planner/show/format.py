"""How figures read on a screen: 万元 with two decimals, percents, ages, signs. Exact arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import isnan

from planner.case.case import Case
from planner.case.dictionary import BY_NAME, LEVELS
from planner.plan.measures import Measure
from planner.words import known, say

#: Decimals shown, by unit; 万元 are made from whole yuan and need none of it.
DECIMALS = {"share": 2, "years": 1, "points": 1, "people": 0, "count": 0}
NOTHING = "-"


def hundredths(yuan: int) -> int:
    """Yuan as hundredths of 万元, half away from zero: the figure as it is shown."""
    whole = (abs(yuan) + 50) // 100
    return whole if yuan >= 0 else -whole


def wan(yuan: int) -> str:
    """Yuan as 万元: ``1,234.56``."""
    whole = hundredths(yuan)
    return f"{'-' if whole < 0 else ''}{abs(whole) // 100:,}.{abs(whole) % 100:02d}"


def number(value: float | None, unit: str) -> str:
    """A figure in its unit: yuan as 万元, shares as percent; ``-`` when there is none."""
    if value is None or isnan(value):
        return NOTHING
    if unit == "yuan":
        return wan(int(value))
    shown = Decimal(repr(float(value))) * (100 if unit == "share" else 1)
    places = Decimal(1).scaleb(-DECIMALS.get(unit, 2))
    rounded = shown.quantize(places, ROUND_HALF_UP)
    text = f"{rounded or abs(rounded):,f}"  # no zero has a sign
    return f"{text}%" if unit == "share" else text


def difference(value: float | None, unit: str) -> str:
    """A difference with its sign (shares in percentage points); empty when there is none.

    One too small for the decimals shown is ``±0.00``, never a zero with a direction.
    """
    if value is None or abs(value) < 1e-9:
        return ""
    if too_small(value, unit):
        return "±" + number(0, unit).removesuffix("%")
    return ("+" if value > 0 else "-") + number(abs(value), unit).removesuffix("%")


def too_small(value: float, unit: str) -> bool:
    """Whether a figure shows no digit but 0."""
    return not any(c in "123456789" for c in number(abs(value), unit))


def verdict(measure: Measure, value: float | None) -> str:
    """``better``, ``worse`` or nothing, for a difference of a measure."""
    if value is None or not measure.better or too_small(value, measure.unit):
        return ""
    return "better" if (value > 0) == (measure.better == "higher") else "worse"


def level_name(level: str, lang: str) -> str:
    """A payer level in words; one of the user's own as it is."""
    if lang == "zh":
        return next((w.zh for w in LEVELS if w.code == level), level)
    return level


def column_name(table: str, column: str, lang: str) -> str:
    """``table · column`` as the user heads them; a column of the user's own as it is."""
    known_table = BY_NAME.get(table)
    if lang != "zh" or known_table is None:
        return f"{table}.{column}" if column else table
    own = next((c.zh for c in known_table.columns if c.name == column), column)
    return f"{known_table.zh}·{own}" if column else known_table.zh


def title_of(measure: Measure, names: dict[str, str], lang: str) -> str:
    """The title of a measure; ``names`` are those of funds."""
    level = measure.name in ("allocated_level", "asked")
    part = level_name(measure.part, lang) if level else names.get(measure.part, measure.part)
    return say(f"measure.{measure.name}", lang, part=part)


def names_of(case: Case) -> dict[str, str]:
    """Names of funds, payers, streets, communities and posts by code. Never of people."""
    found: dict[str, str] = {}
    for table in ("posts", "communities", "streets", "payers", "funds"):
        key = BY_NAME[table].key[0]
        for row in case.rows(table):
            if name := getattr(row, "name", None):
                found[str(getattr(row, key))] = str(name)
    return found


def subject(rule: str, code: str, names: dict[str, str], lang: str) -> str:
    """What a rule is about, in words: ``district``, ``service/street``, ``young/S1``."""
    first, *rest = code.split("/")
    words = [names.get(first) or unit_name(first, names, lang)]
    for part in rest:
        level = rule == "share"  # a payer may have the code of a level
        words.append(level_name(part, lang) if level else unit_name(part, names, lang))
    return " / ".join(words)


def unit_name(unit: str, names: dict[str, str], lang: str) -> str:
    """The unit of a target in words: the district, a kind of post, or a named place."""
    if known(f"screen.unit_{unit}"):
        return say(f"screen.unit_{unit}", lang)
    return names.get(unit) or level_name(unit, lang)


def target_unit(bound: str) -> str:
    """The unit of the figure a bound is about."""
    return {"share": "share", "count": "people", "mean": "years"}[bound.split("_")[1]]


def changed_value(value: object, table: str, column: str, lang: str) -> str:
    """A value before or after a change; words of the dictionary in the user's language."""
    text = NOTHING if value in (None, "") else str(value)
    if lang != "zh" or table not in BY_NAME:
        return text
    words = {w.code: w.zh for c in BY_NAME[table].columns if c.name == column for w in c.words}
    return "、".join(words.get(part, part) for part in text.split(", ")) if words else text


def masked(name: object, reveal: bool) -> str:
    """A person's name: its first character and ``*``, unless revealed."""
    text = "" if name is None else str(name).strip()
    return text if reveal or not text else f"{text[0]}*"
