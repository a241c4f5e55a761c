"""The years ahead of several scenarios side by side: what differs between them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from planner.plan.forecast import Course, Moment
from planner.plan.forecasts import COURSES, Ahead
from planner.show.forecast_json import FIGURES, Figure
from planner.show.forecast_words import cell, label, mark
from planner.show.format import NOTHING, difference
from planner.show.table import Col, line, print_table
from planner.words import say


def compared(found: Sequence[Ahead], lang: str, console: Console) -> None:
    """Each way things may go: years down, scenarios across, with the difference to the first.

    Figures that are the same in every scenario and year are only named.
    """
    for name in COURSES:
        courses = [a.course(name) for a in found]
        known = [c for c in courses if c is not None]
        if not known:
            continue
        line(console, say(f"forecast.{name}", lang), "bold")
        told = [f for f in FIGURES if any(f.read(m) is not None for c in known for m in c.years)]
        apart = [f for f in told if len(known) < len(courses) or _differs(f, known, lang)]
        if same := [label(f, lang) for f in told if f not in apart]:
            line(console, say("forecast.same", lang, figures=same), indent=2)
        if apart:
            _table([a.name for a in found], courses, apart, lang, console)


def _differs(figure: Figure, courses: Sequence[Course], lang: str) -> bool:
    return any(len({cell(figure, m, lang) for m in moments}) > 1
               for moments in zip(*(c.years for c in courses), strict=True))


def _table(
    names: Sequence[str], courses: Sequence[Course | None], figures: Sequence[Figure], lang: str,
    console: Console,
) -> None:
    rows: list[tuple[str | Text, Figure | None, int]] = []
    sections = []
    dates = next(c for c in courses if c is not None).years
    for figure in figures:
        sections.append(len(rows))
        rows.append((Text(label(figure, lang), "bold"), None, 0))
        rows += [("  " + mark(m, lang).replace("\n", " "), figure, n)
                 for n, m in enumerate(dates)]
    cols = [Col(say("forecast.at", lang), [r[0] for r in rows], lead=True)]
    for name, course in zip(names, courses, strict=True):
        cols.append(Col(name, _aligned([
            ("", "") if figure is None else _beside(figure, n, course, courses[0], lang)
            for _, figure, n in rows]), number=True))
    print_table(console, cols, sections)


def _beside(
    figure: Figure, n: int, course: Course | None, first: Course | None, lang: str
) -> tuple[str, str]:
    """A figure of a scenario and its difference to the first; how many targets there are differs
    too, so those met have none."""
    if course is None:
        return NOTHING, ""
    mine: Moment = course.years[n]
    value = figure.read(mine)
    base = None if first is None or course is first else figure.read(first.years[n])
    if value is None or base is None or figure.name == "met":
        return cell(figure, mine, lang), ""
    return cell(figure, mine, lang), difference(value - base, figure.unit)


def _aligned(cells: Sequence[tuple[str, str]]) -> list[str]:
    """Differences in a column of their own, beside the figures."""
    wide = max(cell_len(more) for _, more in cells)
    return [f"{text} {more}{' ' * (wide - cell_len(more))}" if wide else text
            for text, more in cells]
