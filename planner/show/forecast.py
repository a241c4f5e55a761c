"""The years ahead on a screen and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.plan.forecast import Course, Moment
from planner.plan.plan import Plan
from planner.show.answer import Answer
from planner.show.export import SCHEMA, Json, program_version
from planner.show.forecast_json import (
    COURSES,
    FIGURES,
    Ahead,
    Figure,
    forecast_json,
    forecast_tables,
    left,
)
from planner.show.format import (
    NOTHING,
    difference,
    masked,
    names_of,
    number,
    target_unit,
    unit_name,
)
from planner.show.table import Col, Headings, line, print_table
from planner.words import say


def answer(
    found: Sequence[Ahead], years: int, lang: str, reveal: bool, code: int
) -> Answer:
    """The forecasts in every form."""
    json: Json = {"schema": SCHEMA, "planner": program_version(), "years": years,
                  "scenarios": [forecast_json(a) for a in found]}

    def show(console: Console) -> None:
        _show(found, years, lang, console, reveal)

    return Answer(json, show, forecast_tables(json), code)


def _show(
    found: Sequence[Ahead], years: int, lang: str, console: Console, reveal: bool
) -> None:
    day = found[0].entry.scenario.case.settings.as_of
    line(console, say("forecast.title", lang, day=day, years=years, count=len(found)), "bold")
    heading = Headings(console, lang)
    if len(found) > 1:
        heading(say("forecast.compared", lang))
        for course in COURSES:
            _side_by_side(found, course, lang, console)
    for ahead in found:
        heading(f"{ahead.entry.name}  {ahead.entry.scenario.title}".rstrip())
        _one(ahead, years, lang, console, reveal)
    line(console, say("forecast.pool_note", lang), "dim")


def _when(moment: Moment, lang: str) -> str:
    if moment.year == 0:
        return say("forecast.now", lang, day=moment.day)
    text = str(moment.day)
    for day in moment.terms:
        text += "\n" + say("forecast.term", lang, day=day)
    return text


def _cell(figure: Figure, moment: Moment, lang: str) -> str:
    if figure.name in ("filled", "unfilled") and moment.pool.filled is None:
        return say("forecast.no_cover", lang)
    return number(figure.read(moment), figure.unit)


def _side_by_side(found: Sequence[Ahead], course: str, lang: str, console: Console) -> None:
    """Figures year by year down, scenarios across, with the difference to the first."""
    shown = [(a, c) for a in found if (c := a.course(course)) is not None]
    if not shown:
        return
    line(console, say(f"forecast.{course}", lang), "bold")
    first = shown[0][1]
    rows: list[tuple[str | Text, Figure | None, int]] = []
    sections = []
    for figure in FIGURES:
        if all(figure.read(m) is None for _, c in shown for m in c.years):
            continue
        sections.append(len(rows))
        rows.append((Text(say(f"forecast.{figure.name}", lang), "bold"), None, 0))
        rows += [(_when(m, lang), figure, n) for n, m in enumerate(first.years)]
    cols = [Col(say("forecast.at", lang), [r[0] for r in rows], lead=True)]
    for ahead, mine in shown:
        cells = []
        for _, fig, n in rows:
            text = "" if fig is None else _cell(fig, mine.years[n], lang)
            if fig is not None and mine is not first:
                more = _difference(fig, mine.years[n], first.years[n])
                text += f"\n{more}" if more else ""
            cells.append(text)
        cols.append(Col(ahead.entry.name, cells, number=True))
    print_table(console, cols, sections)


def _difference(figure: Figure, mine: Moment, first: Moment) -> str:
    value, base = figure.read(mine), figure.read(first)
    return "" if value is None or base is None else difference(value - base, figure.unit)


def _one(ahead: Ahead, years: int, lang: str, console: Console, reveal: bool) -> None:
    plan = ahead.entry.plan
    if plan is None or ahead.forecast is None:
        line(console, ahead.entry.fault)
        return
    for name in COURSES:
        course = ahead.course(name)
        if course is None:
            line(console, say("forecast.no_plan", lang))
            continue
        line(console, say(f"forecast.{name}", lang), "bold")
        _years(course, lang, console)
    last = ahead.forecast.followed or ahead.forecast.nothing
    _limits(plan, last, years, lang, console, reveal)
    _seats(plan, last, lang, console)
    _targets(plan, last, lang, console)
    _terms(plan, ahead, lang, console)


def _years(course: Course, lang: str, console: Console) -> None:
    cols = [Col(say("forecast.at", lang), [_when(m, lang) for m in course.years], lead=True)]
    for figure in FIGURES:
        if any(figure.read(m) is not None for m in course.years):
            cols.append(Col(say(f"forecast.{figure.name}", lang),
                            [_cell(figure, m, lang) for m in course.years], number=True))
    print_table(console, cols)


def _limits(
    plan: Plan, course: Course, years: int, lang: str, console: Console, reveal: bool
) -> None:
    names = names_of(plan.case)
    who = {str(r.person): r.name for r in plan.case.rows("incumbents")}
    pool = {str(r.candidate): r.name for r in plan.case.rows("candidates")}
    rows = [one for m in course.years[1:] for one in m.leaving]
    line(console, say("forecast.limits", lang), "bold")
    if not rows:
        line(console, say("forecast.nobody", lang, years=years), indent=2)
        return
    print_table(console, [
        Col(say("forecast.month", lang), [f"{one.day:%Y-%m}" for one in rows]),
        Col(say("forecast.person", lang), [one.person for one in rows]),
        Col(say("screen.name", lang), [masked(
            (pool if one.placed else who).get(one.person), reveal) for one in rows]),
        Col(say("screen.post", lang), [names.get(one.post, one.post) for one in rows]),
        Col(say("forecast.limit", lang), [str(one.limit) for one in rows], number=True),
        Col(say("forecast.standing", lang), [say(
            "forecast.suggested" if one.placed else "forecast.incumbent", lang) for one in rows]),
    ])


def _seats(plan: Plan, course: Course, lang: str, console: Console) -> None:
    names = names_of(plan.case)
    posts = [str(p.post) for p in plan.case.rows("posts")]
    opened = {p: [_count(m, n, lang) for m in course.years for q, n in m.opened if q == p]
              for p in posts}
    short = {p: _runs(course, p, lang) for p in posts}
    mine = [p for p in posts if opened[p] or short[p]]
    if not mine:
        return
    comma = "、" if lang == "zh" else ", "
    line(console, say("forecast.seats", lang), "bold")
    print_table(console, [
        Col(say("screen.post", lang), [names.get(p, p) for p in mine]),
        Col(say("forecast.when", lang), [comma.join(opened[p]) for p in mine]),
        Col(say("forecast.short", lang), [comma.join(short[p]) for p in mine]),
    ])


def _count(moment: Moment, seats: int, lang: str) -> str:
    return say("forecast.count", lang, year=_year(moment, lang), seats=seats)


def _year(moment: Moment, lang: str) -> str:
    return say("forecast.from_now", lang) if moment.year == 0 else str(moment.day.year)


def _runs(course: Course, post: str, lang: str) -> list[str]:
    """From when to when how many seats of a post find nobody."""
    runs: list[tuple[Moment, Moment, int]] = []
    for before, now in zip((None, *course.years), course.years, strict=False):
        n = dict(now.pool.empty).get(post, 0)
        if n and runs and runs[-1][1] is before and runs[-1][2] == n:
            runs[-1] = (runs[-1][0], now, n)
        elif n:
            runs.append((now, now, n))
    return [say("forecast.count", lang, seats=n, year=_year(a, lang) if a is b else say(
        "forecast.run", lang, first=_year(a, lang), last=_year(b, lang))) for a, b, n in runs]


def _targets(plan: Plan, course: Course, lang: str, console: Console) -> None:
    """A row a bound of a target: its figure, or how many of its units meet it, year by year."""
    names = names_of(plan.case)
    frames = [m.targets for m in course.years]
    keys = list(dict.fromkeys(zip(frames[0]["target"], frames[0]["bound"], strict=True)))
    if not keys:
        return
    line(console, say("forecast.targets", lang), "bold")
    rows = [[frame[(frame["target"] == t) & (frame["bound"] == b)] for frame in frames]
            for t, b in keys]
    cols = [Col(say("screen.target", lang), [say(
        "screen.target_of", lang, target=t, bound=say(f"screen.{b}", lang)) for t, b in keys],
        lead=True)]
    cols.append(Col(say("screen.within", lang), [
        unit_name(str(r[0]["unit"].iloc[0]), names, lang) if len(r[0]) == 1 else "" for r in rows]))
    cols.append(Col(say("screen.wanted", lang), [
        number(r[0]["goal"].iloc[0], target_unit(b)) for r, (_, b) in zip(rows, keys, strict=True)],
        number=True))
    for n, moment in enumerate(course.years):
        cols.append(Col(str(moment.day.year), [
            _target(r[n], target_unit(b), lang) for r, (_, b) in zip(rows, keys, strict=True)],
            number=True))
    print_table(console, cols)


def _target(frame: Any, unit: str, lang: str) -> Text:
    met = int(frame["met"].sum())
    one = len(frame) == 1
    text = number(frame["before"].iloc[0], unit) if one else say(
        "forecast.units_met", lang, met=met, count=len(frame))
    return Text(text, "" if met == len(frame) else "red")


def _terms(plan: Plan, ahead: Ahead, lang: str, console: Console) -> None:
    names = names_of(plan.case)
    comma = "、" if lang == "zh" else ", "
    told = [(name, m) for name in COURSES if (c := ahead.course(name)) for m in c.terms]
    first = ahead.course("nothing")
    last = first.years[-1].day if first else None
    beyond = [str(d) for d in plan.case.settings.change_of_term if last and d > last]
    if told or beyond:
        line(console, say("forecast.terms", lang), "bold")
    for name, m in sorted(told, key=lambda pair: pair[1].day):
        short = left(m.pool)
        text = say("forecast.term_line", lang, day=m.day, leaving=len(m.leaving), open=m.seats,
                   course=say(f"forecast.course_{name}", lang),
                   filled=NOTHING if m.pool.filled is None else m.pool.filled,
                   unfilled=NOTHING if short is None else short)
        if m.bench is not None:
            text += " " * (lang != "zh") + say("forecast.term_bench", lang, filled=m.bench.filled)
        line(console, text, indent=2)
        if m.pool.empty:
            posts = comma.join(names.get(p, p) for p, _ in m.pool.empty)
            line(console, say("forecast.term_short", lang, posts=posts), indent=4)
    if beyond:
        line(console, say("forecast.term_beyond", lang, days=beyond), indent=2)
