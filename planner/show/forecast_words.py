"""Figures, dates, stretches of years and lists of a forecast in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console

from planner.plan.forecast import Course, Moment
from planner.show.forecast_json import Figure
from planner.show.format import NOTHING, number
from planner.show.table import line
from planner.words import say

T = TypeVar("T")


def label(figure: Figure, lang: str) -> str:
    """The name of a figure."""
    return say(f"forecast.{figure.name}", lang)


def year_of(moment: Moment, lang: str) -> str:
    """The year of a date, or that it is now."""
    return say("forecast.from_now", lang) if moment.year == 0 else str(moment.day.year)


def mark(moment: Moment, lang: str) -> str:
    """The heading of a date: its year and, below, whether it is now or has a change of term."""
    below = []
    if moment.year == 0:
        below.append(say("forecast.from_now", lang))
    if moment.terms:
        below.append(say("forecast.term", lang))
    return "\n".join([str(moment.day.year), *below])


def cell(figure: Figure, moment: Moment, lang: str) -> str:
    """A figure, with ``*`` where targets were set aside and ``≥`` where it is not proven."""
    text, cover = number(figure.read(moment), figure.unit), moment.pool
    if figure.name == "met" and text != NOTHING:
        return f"{text}/{(moment.targets['of'] == 'team').sum()}"
    if figure.name not in ("filled", "unfilled"):
        return text
    if cover.filled is None:
        return say("forecast.no_cover", lang) if cover.status == "infeasible" else NOTHING
    if not cover.proven:
        text = ("≥" if figure.name == "filled" else "≤") + text
    return text + ("*" if cover.set_aside else "")


def runs(course: Course, value: Callable[[Moment], T]) -> list[tuple[T, Moment, Moment]]:
    """Stretches of years with the same value, with their first and last; nothing where it is
    empty or 0."""
    out: list[tuple[T, Moment, Moment]] = []
    for before, now in zip((None, *course.years), course.years, strict=False):
        mine = value(now)
        if mine and out and out[-1][2] is before and out[-1][0] == mine:
            out[-1] = (mine, out[-1][1], now)
        elif mine:
            out.append((mine, now, now))
    return out


def span(first: Moment, last: Moment, lang: str) -> str:
    """A stretch of years."""
    if first is last:
        return year_of(first, lang)
    return say("forecast.run", lang, first=year_of(first, lang), last=year_of(last, lang))


def listed(console: Console, words: Sequence[str], lang: str, indent: int = 4) -> None:
    """A list that is folded between its items only."""
    comma, lines = "、" if lang == "zh" else ", ", [""]
    for n, word in enumerate(words):
        item = word + (comma if n + 1 < len(words) else "")
        if lines[-1] and indent + cell_len((lines[-1] + item).rstrip()) > console.width:
            lines.append("")
        lines[-1] += item
    for text in lines:
        line(console, text.rstrip(), indent=indent)
