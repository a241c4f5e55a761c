"""The years ahead on a screen: one scenario in full, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.text import Text

from planner.model.people.training import is_tied
from planner.plan.forecast import Course, Moment
from planner.plan.forecasts import COURSES, Ahead
from planner.plan.plan import Plan
from planner.show.answer import Answer
from planner.show.forecast_compare import compared
from planner.show.forecast_json import FIGURES, forecast_tables, forecasts_json, left
from planner.show.forecast_words import cell, label, listed, mark, runs, span, year_of
from planner.show.format import (
    NOTHING,
    masked,
    names_of,
    number,
    target_unit,
    unit_name,
)
from planner.show.table import Col, Headings, line, print_table
from planner.words import say

FILLED = next(f for f in FIGURES if f.name == "filled")


def answer(
    found: Sequence[Ahead], years: int, lang: str, reveal: bool, code: int
) -> Answer:
    """The forecasts in every form."""
    json = forecasts_json(found, years)

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
        compared(found, lang, console)
    for ahead in found:
        heading(f"{ahead.name}  {ahead.entry.scenario.title}".rstrip())
        _one(ahead, years, lang, console, reveal, full=len(found) == 1)
    console.print()
    _notes(found, lang, console)


def _one(
    ahead: Ahead, years: int, lang: str, console: Console, reveal: bool, full: bool
) -> None:
    plan = ahead.entry.plan
    if plan is None or ahead.forecast is None:
        line(console, ahead.fault)
        return
    if ahead.forecast.followed is None:
        tied = "_training" if is_tied(plan.case) else ""
        line(console, say(f"forecast.no_plan{tied}", lang))
    last = ahead.forecast.followed or ahead.forecast.nothing
    for name in COURSES if full else ():
        if course := ahead.course(name):
            line(console, say(f"forecast.{name}", lang), "bold")
            _years(course, lang, console)
            _exceptions(plan, course, lang, console)
    if full:
        _limits(plan, last, years, lang, console, reveal)
        _seats(plan, last, lang, console)
        _targets(plan, ahead, lang, console)
    else:
        for name in COURSES:
            if course := ahead.course(name):
                _briefly(plan, name, course, lang, console)
    _terms(plan, ahead, lang, console)


def _years(course: Course, lang: str, console: Console) -> None:
    """Figures down, years across."""
    shown = [f for f in FIGURES if any(f.read(m) is not None for m in course.years)]
    cols = [Col(say("forecast.item", lang), [label(f, lang) for f in shown], lead=True)]
    cols += [Col(mark(m, lang), [cell(f, m, lang) for f in shown], number=True)
             for m in course.years]
    print_table(console, cols)


def _exceptions(plan: Plan, course: Course, lang: str, console: Console) -> None:
    """What the covers of a course left aside: targets that cannot be met, pins, proof."""
    names = names_of(plan.case)
    for targets, first, last in runs(course, lambda m: m.pool.set_aside):
        line(console, say("forecast.set_aside", lang, years=span(first, last, lang),
                          targets=targets), indent=2)
    gone = {pair: m for m in reversed(course.years) for pair in m.pool.dropped}
    for (candidate, post), m in sorted(gone.items()):
        line(console, say("forecast.pin_gone", lang, year=m.day.year, candidate=candidate,
                          post=names.get(post, post)), indent=2)
    if any(m.pool.status == "stopped" for m in course.years):
        line(console, say("forecast.stopped_note", lang), "red", indent=2)


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
    short = {p: _short(course, p, lang) for p in posts}
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
    return say("forecast.count", lang, year=year_of(moment, lang), seats=seats)


def _short(course: Course, post: str, lang: str) -> list[str]:
    """From when to when how many seats of a post find nobody."""
    return [say("forecast.count", lang, year=span(first, last, lang), seats=n)
            for n, first, last in runs(course, lambda m: dict(m.pool.empty).get(post, 0))]


def _briefly(plan: Plan, name: str, course: Course, lang: str, console: Console) -> None:
    """Which posts find nobody, for a scenario among others."""
    names, comma = names_of(plan.case), "、" if lang == "zh" else ", "
    posts = [say("forecast.brief_post", lang, post=names.get(p, p),
                 when=comma.join(_short(course, p, lang)))
             for p in dict.fromkeys(p for m in course.years for p, _ in m.pool.empty)]
    line(console, say("forecast.brief", lang, course=say(f"forecast.course_{name}", lang)),
         indent=2)
    listed(console, posts or [say("forecast.none", lang)], lang)
    _exceptions(plan, course, lang, console)


# --- targets --------------------------------------------------------------------------------------


def _targets(plan: Plan, ahead: Ahead, lang: str, console: Console) -> None:
    """A row a bound of a target: its figure, or how many of its units meet it, year by year."""
    names = names_of(plan.case)
    heads: list[str | Text] = []
    cells: list[list[str | Text]] = []
    sections = []
    for name in COURSES:
        course = ahead.course(name)
        keys = [] if course is None else _bounds(course)
        if course is None or not keys:
            continue
        sections.append(len(heads))
        heads.append(Text(say(f"forecast.course_{name}", lang), "bold"))
        cells.append(["" for _ in course.years])
        for key in keys:
            mine = [_rows(m, key) for m in course.years]
            heads.append(_head(key, mine[0], names, lang))
            cells.append([_target(rows, target_unit(key[1])) for rows in mine])
    if not heads:
        return
    line(console, say("forecast.targets", lang), "bold")
    cols = [Col(say("screen.target", lang), heads, lead=True)]
    cols += [Col(mark(m, lang), [row[n] for row in cells], number=True)
             for n, m in enumerate(ahead.forecast.nothing.years if ahead.forecast else ())]
    print_table(console, cols, sections)


def _bounds(course: Course) -> list[tuple[str, str]]:
    """The bounds that are told in a course, as (target, bound)."""
    first = course.years[0].targets
    return list(dict.fromkeys(zip(first["target"], first["bound"], strict=True)))


def _rows(moment: Moment, key: tuple[str, str]) -> pd.DataFrame:
    frame = moment.targets
    return frame[(frame["target"] == key[0]) & (frame["bound"] == key[1])]


def _head(key: tuple[str, str], rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """The target and what it wants, of whom, where."""
    target, bound = key
    of, goal = str(rows["of"].iloc[0]), number(rows["goal"].iloc[0], target_unit(bound))
    where = unit_name(str(rows["unit"].iloc[0]), names, lang) if len(rows) == 1 else say(
        "forecast.units", lang)
    first = say("screen.target_of", lang, target=target, bound=say(f"screen.{bound}", lang))
    return first + "\n  " + say(f"forecast.of_{of}", lang, goal=goal, where=where)


def _target(rows: pd.DataFrame, unit: str) -> Text:
    if not len(rows):
        return Text(NOTHING)
    met = int(rows["met"].sum())
    text = number(rows["actual"].iloc[0], unit) if len(rows) == 1 else f"{met}/{len(rows)}"
    return Text(text, "" if met == len(rows) else "red")


# --- changes of term, notes -----------------------------------------------------------------------


def _terms(plan: Plan, ahead: Ahead, lang: str, console: Console) -> None:
    names = names_of(plan.case)
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
                   filled=cell(FILLED, m, lang),
                   unfilled=NOTHING if short is None else short)
        if m.bench is not None:
            text += " " * (lang != "zh") + say(
                "forecast.term_bench", lang, filled=m.bench.cover.filled)
        line(console, text, indent=2)
        if m.pool.empty:
            line(console, say("forecast.term_short", lang), indent=4)
            listed(console, [names.get(p, p) for p, _ in m.pool.empty], lang, indent=6)
        if m.pool.set_aside:
            line(console, say("forecast.set_aside", lang, years=m.day, targets=m.pool.set_aside),
                 indent=4)
    if beyond:
        line(console, say("forecast.term_beyond", lang, days=beyond), indent=2)


def _notes(found: Sequence[Ahead], lang: str, console: Console) -> None:
    """What the figures mean, what is assumed and what is left out, once."""
    cases = [a.entry.scenario.case for a in found]
    targets = [r for case in cases for r in case.rows("targets")]
    notes = ["pool_note"]
    if any(r.strength == "must" for r in targets):
        notes.append("must_note")
    notes += ["suggested_note", "assumed"]
    if any(is_tied(case) for case in cases):
        notes.append("assumed_training")
    if len(found) == 1 and any(r.of == "placed" for r in targets):
        notes.append("placed_note")
    if len(found) == 1 and any(r.of == "bench" for r in targets):
        notes.append("bench_note")
    notes.append("limit_note")
    if len(found) > 1:
        notes.append("more_note")
    line(console, say("forecast.notes", lang), "dim")
    for note in notes:
        line(console, say(f"forecast.{note}", lang), "dim", indent=2)
