"""A sweep on the screen (table or grid, curve, kinks), as JSON and as CSV tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from planner.model.blocks import unit_of
from planner.plan.kinks import Kink, Rule
from planner.plan.measures import Measure
from planner.plan.point import Point
from planner.plan.sweep import Sweep
from planner.plan.vary import Scale, Stop
from planner.show.answer import Answer
from planner.show.curve import curve
from planner.show.export import SCHEMA, Json, Table, plain, program_version
from planner.show.format import (
    column_name,
    difference,
    names_of,
    number,
    subject,
    title_of,
    too_small,
)
from planner.show.table import Col, Headings, line, print_table
from planner.words import known, say

#: Curves drawn when no measure was asked for: the first of these that move.
CURVES = ("lowest_coverage", "allocated")


def sweep_answer(found: Sweep, asked: Sequence[str], lang: str) -> Answer:
    """The sweep in every form; ``asked`` are the measures the user named."""
    statuses = {p.status for p in found.points}
    codes = {"failed": 1, "infeasible": 4, "stopped": 5}
    code = next((c for s, c in codes.items() if s in statuses), 0)
    tables = {"sweep": _table(found), "kinks": _kinks_table(found)}
    return Answer(sweep_json(found), lambda console: show_sweep(found, asked, lang, console),
                  tables, code)


def show_sweep(found: Sweep, asked: Sequence[str], lang: str, console: Console) -> None:
    """Print the points, then the curves of the measures asked for (or of the first that move)."""
    names, heading = names_of(found.scenario.case), Headings(console, lang)
    line(console, say("sweep.title", lang, name=found.scenario.name, title=found.scenario.title),
         "bold")
    for scale in found.scales:
        line(console, _scale_line(scale, lang), indent=2)
    heading(say("sweep.points", lang))
    if len(found.scales) == 2:
        _grid(found, names, lang, console)
    else:
        _points(found, names, lang, console)
    line(console, say("sweep.unit_note", lang), "dim")
    if len(found.scales) == 2 or found.scales[0].kind == "word":
        return
    moving = [m for m in found.measures if len(_heights(found, m)) > 1]
    drawn = [m for m in moving if m.key in (asked or CURVES)] or moving[:1]
    for measure in drawn:
        heading(say("sweep.curve", lang, measure=title_of(measure, names, lang).strip()))
        _curve(found, measure, lang, console)
        _kinks(found, measure, names, lang, console)
    if any(found.kinks.get(m.key) for m in drawn):
        line(console, say("sweep.kink_note", lang), "dim")


def _scale_line(scale: Scale, lang: str) -> str:
    what = column_name(scale.table, scale.column, lang)
    where = say("sweep.where", lang, where=scale.vary.where) if scale.vary.where else ""
    key = "sweep.factor" if scale.kind == "factor" else "sweep.value"
    stops = [_label(scale, s) for s in scale.stops]
    shown = stops if len(stops) < 6 else [*stops[:2], "...", stops[-1]]
    return say(key, lang, what=what, where=where, values=shown, count=len(stops))


def _heights(found: Sweep, measure: Measure) -> set[float]:
    return {float(v) for p in found.points if (v := p.values.get(measure.key)) is not None}


# --- tables -----------------------------------------------------------------------------------


def _points(found: Sweep, names: dict[str, str], lang: str, console: Console) -> None:
    scale = found.scales[0]
    cols = [Col(column_name(scale.table, scale.column, lang),
                [_label(scale, p.stops[0]) for p in found.points], lead=True)]
    if any(p.status != "optimal" for p in found.points):
        cols.append(Col(say("sweep.status", lang), [_status(p, lang) for p in found.points]))
    for m in found.measures:
        cells = [number(p.values.get(m.key), m.unit) for p in found.points]
        cols.append(Col(title_of(m, names, lang).strip(), cells, number=True))
    print_table(console, cols)


def _grid(found: Sweep, names: dict[str, str], lang: str, console: Console) -> None:
    """The first measure: one parameter down, the other across."""
    down, across = found.scales
    measure = found.measures[0]
    line(console, say("sweep.grid", lang, measure=title_of(measure, names, lang).strip(),
                      down=column_name(down.table, down.column, lang),
                      across=column_name(across.table, across.column, lang)))
    at = {(p.stops[0].text, p.stops[1].text): p for p in found.points}
    cols = [Col("", [_label(down, s) for s in down.stops], lead=True)]
    for stop in across.stops:
        here = [at[s.text, stop.text] for s in down.stops]
        cells = [Text(number(p.values[measure.key], measure.unit)) if p.values
                 else _status(p, lang) for p in here]
        cols.append(Col(_label(across, stop), cells, number=True))
    print_table(console, cols)


def _status(point: Point, lang: str) -> Text:
    return Text(say(f"status.{point.status}", lang), "" if point.status == "optimal" else "red")


# --- curve and kinks --------------------------------------------------------------------------


def _curve(found: Sweep, measure: Measure, lang: str, console: Console) -> None:
    stretches: list[list[tuple[float, float]]] = [[]]
    for p in sorted(found.points, key=lambda p: p.stops[0].x or 0.0):
        value = p.values.get(measure.key)
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((p.stops[0].x or 0.0, float(value)))
    heights, scale = _heights(found, measure), found.scales[0]
    whole = [x for s in stretches for x, _ in s]
    kinks = [_middle(k) for k in found.kinks.get(measure.key, ())]
    for text in curve(
        [s for s in stretches if s], kinks, console.width - 4,
        console.encoding.lower().startswith("utf"),
        number(max(heights), measure.unit), number(min(heights), measure.unit),
        (_x(scale, min(whole)), _x(scale, max(whole))),
    ):
        console.print(Text("  " + text), soft_wrap=True)


def _middle(kink: Kink) -> float:
    return (kink.low + kink.high) / 2 if kink.at is None else kink.at


def _label(scale: Scale, stop: Stop) -> str:
    return _x(scale, stop.x) if scale.kind == "money" and stop.x is not None else stop.text


def _x(scale: Scale, x: float) -> str:
    """A place on the parameter, as the parameter is written."""
    if scale.kind == "money":
        return number(x, "yuan")
    if scale.kind in ("factor", "share"):
        return number(x, "share")
    return f"{x:,.4f}".rstrip("0").rstrip(".")


def _kinks(
    found: Sweep, measure: Measure, names: dict[str, str], lang: str, console: Console
) -> None:
    if measure.key not in found.kinks:
        line(console, say("sweep.no_smooth", lang), indent=2)
        return
    scale, kinks = found.scales[0], found.kinks[measure.key]
    if not kinks:
        line(console, say("sweep.straight", lang), indent=2)
    for n, kink in enumerate(kinks, 1):
        if kink.at is None:
            where = say("sweep.between", lang, low=_x(scale, kink.low), high=_x(scale, kink.high))
        else:
            where = say("sweep.at", lang, at=_x(scale, kink.at))
        parts = [say("sweep.slope", lang, before=_slope(scale, measure, kink.slopes[0], lang),
                     after=_slope(scale, measure, kink.slopes[1], lang))]
        line(console, f"{n}. {where}{'：' if lang == 'zh' else ': '}"
             + ("；" if lang == "zh" else "; ").join([*parts, *_change(kink, names, lang)]),
             indent=2)


def _slope(scale: Scale, measure: Measure, slope: float, lang: str) -> str:
    """What one step of the parameter adds: a percent, 10,000 yuan, or one."""
    step = {"factor": 0.01, "share": 0.01, "money": 10_000.0}.get(scale.kind, 1.0)
    gain = slope * step
    text = number(0, measure.unit).removesuffix("%") if too_small(gain, measure.unit) else \
        difference(gain, measure.unit)
    return say(f"sweep.per_{scale.kind}", lang, gain=text)


def _change(kink: Kink, names: dict[str, str], lang: str) -> list[str]:
    """What let go and what took hold; failing both, what holds more or fewer."""
    gone = [r for r in kink.before if r not in kink.after]
    come = [r for r in kink.after if r not in kink.before]
    told = []
    if gone:
        told.append(say("sweep.gone", lang, rules=_rules(gone, names, lang)))
    if come:
        told.append(say("sweep.come", lang, rules=_rules(come, names, lang)))
    if not told:
        alike: dict[tuple[int, int], list[Rule]] = {}
        for rule, n in kink.before.items():
            alike.setdefault((n, kink.after[rule]), []).append(rule)
        told = [say("sweep.count", lang, rules=_rules(rules, names, lang), before=n, after=m)
                for (n, m), rules in alike.items()]
    return told or [say("sweep.same", lang)]


def _rules(rules: Sequence[Rule], names: dict[str, str], lang: str) -> str:
    """Rules by kind: ``appropriation (district, S1); ceiling (service)``."""
    by: dict[str, list[str]] = {}
    for rule, of in rules:
        by.setdefault(rule, []).append(subject(rule, of, names, lang))
    texts = []
    for rule, subjects in by.items():
        word = say(f"rule.{rule}", lang) if known(f"rule.{rule}") else rule
        texts.append(say("sweep.rule", lang, rule=word, of=subjects))
    return ("、" if lang == "zh" else ", ").join(texts)


# --- files ------------------------------------------------------------------------------------


def sweep_json(found: Sweep) -> Json:
    """The sweep as plain values."""
    return {
        "schema": SCHEMA, "planner": program_version(), "scenario": found.scenario.name,
        "case": found.scenario.case.fingerprint,
        "vary": [{"vary": s.vary.text, "table": s.table, "where": s.vary.where,
                  "column": s.column, "kind": s.kind, "stops": [stop.text for stop in s.stops]}
                 for s in found.scales],
        "measures": [{"measure": m.key, "unit": m.unit, "better": m.better}
                     for m in found.measures],
        "points": [{
            "at": [s.text for s in p.stops], "x": [plain(s.x) for s in p.stops],
            "status": p.status,
            "values": {m.key: plain(p.values.get(m.key)) for m in found.measures},
            "must_give": [{"rule": g.rule, "of": g.of, "by": plain(g.by), "unit": unit_of(g.rule)}
                          for g in p.must_give],
        } for p in found.points],
        "kinks": [{
            "measure": key, "at": plain(k.at), "low": plain(k.low), "high": plain(k.high),
            "slope_before": plain(k.slopes[0]), "slope_after": plain(k.slopes[1]),
            "before": _held(k.before), "after": _held(k.after),
        } for key, kinks in found.kinks.items() for k in kinks],
    }


def _held(rules: Mapping[Rule, int]) -> list[Json]:
    return [{"rule": rule, "of": of, "cells": n} for (rule, of), n in rules.items()]


def _table(found: Sweep) -> Table:
    heads = [*(s.vary.name for s in found.scales), "status", *(m.key for m in found.measures)]
    return heads, [[*(s.text for s in p.stops), p.status,
                    *(plain(p.values.get(m.key)) for m in found.measures)] for p in found.points]


def _kinks_table(found: Sweep) -> Table:
    heads = ["measure", "at", "low", "high", "slope_before", "slope_after", "before", "after"]
    return heads, [
        [key, plain(k.at), plain(k.low), plain(k.high), plain(k.slopes[0]), plain(k.slopes[1]),
         _flat(k.before), _flat(k.after)] for key, kinks in found.kinks.items() for k in kinks]


def _flat(rules: Mapping[Rule, int]) -> str:
    return "; ".join(f"{rule} {of} {n}" for (rule, of), n in rules.items())


