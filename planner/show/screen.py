"""The comparison on the screen: what differs, measures, who gains and loses, people, trust."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from planner.plan.ask import asks
from planner.plan.compare import Comparison, Entry
from planner.plan.measures import Measure
from planner.show.ask import show_ask
from planner.show.format import (
    NOTHING,
    changed_value,
    column_name,
    difference,
    hundredths,
    names_of,
    number,
    target_unit,
    title_of,
    unit_name,
    verdict,
    wan,
)
from planner.show.mended import gives
from planner.show.plan import show_plan
from planner.show.table import Col, Headings, groups, line, print_table
from planner.show.trust import trust
from planner.words import say

__all__ = ["make_console", "show_comparison", "show_plan"]

_COLOUR = {"better": "green", "worse": "red", "": ""}
TOP = 5


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end quietly, as with any reader that has seen enough."""
        raise BrokenPipeError


def make_console(
    width: int | None = None, no_color: bool = False, file: IO[str] | None = None
) -> Console:
    """A console that prints text as it is and cannot be stopped by a character."""
    reconfigure: Any = getattr(file, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return _Console(
        file=file, width=width, no_color=no_color or bool(os.environ.get("NO_COLOR")),
        markup=False, emoji=False, highlight=False, legacy_windows=False)


def show_comparison(
    comparison: Comparison, lang: str, console: Console, reveal: bool = False,
    more: Callable[[Headings], None] = lambda heading: None,
) -> None:
    """Print the comparison, and ``more`` of it. No person appears, whatever ``reveal`` says."""
    names: dict[str, str] = {}
    for entry in reversed(comparison.entries):
        names.update(names_of(entry.scenario.case))
    heading = Headings(console, lang)
    line(console, say("screen.title", lang, count=len(comparison.entries)), "bold")
    _legend(comparison, lang, console)
    if any(e.scenario.changes for e in comparison.entries):
        heading(say("screen.differs", lang))
        for entry in comparison.entries:
            _differs(entry, lang, console)
    heading(say("screen.measures", lang))
    _measures(comparison, names, lang, console)
    if len(comparison.entries) > 1 and not comparison.moves(comparison.entries[0]).empty:
        heading(say("screen.moves", lang, baseline=comparison.entries[0].name))
        _moves(comparison, names, lang, console)
    _asked(comparison, names, heading, lang, console)
    if any(e.plan is not None and e.plan.people is not None for e in comparison.entries):
        heading(say("screen.people", lang))
        _unfilled(comparison, names, lang, console)
        _targets(comparison, names, lang, console)
        line(console, say("screen.people_note", lang), "dim")
    heading(say("screen.trust", lang))
    trust(comparison.entries, lang, console)
    more(heading)


def _legend(comparison: Comparison, lang: str, console: Console) -> None:
    for n, entry in enumerate(comparison.entries, 1):
        mark = say("screen.baseline_mark", lang) if n == 1 else ""
        line(console, f"{n}. {entry.name}  {entry.scenario.title}{mark}", indent=2)


def _differs(entry: Entry, lang: str, console: Console) -> None:
    scenario = entry.scenario
    if not scenario.changes:
        return
    line(console, f"{entry.name}  {scenario.title}", "bold")
    for key, text in (("why", scenario.why), ("basis", scenario.basis)):
        if text:
            line(console, say(f"screen.{key}", lang, text=text), indent=2)
    for c in scenario.changes:
        text = say("screen.change", lang, name=c.name, rows=c.rows,
                   old=changed_value(c.old, c.table, c.column, lang),
                   new=changed_value(c.new, c.table, c.column, lang),
                   what=column_name(c.table, c.column, lang))
        if c.basis and c.basis != scenario.basis:
            text += say("screen.change_basis", lang, text=c.basis)
        line(console, text, indent=4)


# --- measures ---------------------------------------------------------------------------------


def _measure_rows(comparison: Comparison) -> list[Measure | str]:
    """Measures, and the name of a block above the first of each."""
    rows: list[Measure | str] = []
    block = ""
    for measure in comparison.shown:
        if measure.block != block:
            rows.append(block := measure.block)
        rows.append(measure)
    return rows


def _measures(
    comparison: Comparison, names: dict[str, str], lang: str, console: Console
) -> None:
    rows = _measure_rows(comparison)
    titles = [Text(say(f"screen.block_{r}", lang), "bold") if isinstance(r, str)
              else Text(title_of(r, names, lang)) for r in rows]
    beside = "" if lang == "zh" else " "
    for gap in (beside, "\n"):  # the verdict goes under the difference when that is too wide
        cols = [Col(say("screen.measure", lang), titles, lead=True)]
        for n, entry in enumerate(comparison.entries):
            cells = ["" if isinstance(r, str) else _cell(comparison, r, entry, gap, lang)
                     for r in rows]
            cols.append(Col(_head(entry, lang), cells, number=True, lead=n == 0))
        if len(groups(cols, console.width)) == 1 or len(cols) > 5:
            break
    sections = [i for i, row in enumerate(rows) if isinstance(row, str)]
    print_table(console, cols, sections)
    line(console, say("screen.points_note", lang), "dim")
    if any(_rounding(comparison, e) for e in comparison.entries):
        line(console, say("screen.rounding_note", lang), "dim")
    for entry in comparison.entries:
        if entry.nearest is not None:
            semicolon = "；" if lang == "zh" else "; "
            told = semicolon.join(gives(entry.nearest.mended, entry.scenario.case, lang))
            line(console, say("conflict.nearest_note", lang, name=entry.name, gives=told), "red")


def _head(entry: Entry, lang: str) -> str:
    """The scenario's name; marked where its figures are those of the nearest plan."""
    if entry.nearest is None:
        return entry.name
    return f"{entry.name} ({say('conflict.nearest_mark', lang)})"


def _cell(comparison: Comparison, measure: Measure, entry: Entry, gap: str, lang: str) -> Text:
    if entry.nearest is not None:  # the whole column, so that its figures go together
        return Text(number(measure.value(entry.nearest.plan), measure.unit), "dim italic")
    text = Text(number(comparison.value(measure, entry), measure.unit))
    gone = comparison.difference(measure, entry)
    if shown := difference(gone, measure.unit):
        which = verdict(measure, gone)
        word = gap + say(f"screen.{which}", lang) if which else ""
        text.append(f"\n{shown}{word}", _COLOUR[which])
    return text


def _rounding(comparison: Comparison, entry: Entry) -> bool:
    """Whether the parts as shown do not add up to the total as shown."""
    by = {m.key: int(v) for m in comparison.rows
          if m.unit == "yuan" and (v := comparison.value(m, entry)) is not None}
    if "allocated" not in by:
        return False
    for part in ("allocated_fund.", "allocated_level."):
        parts = [hundredths(v) for k, v in by.items() if k.startswith(part)]
        if parts and sum(parts) != hundredths(by["allocated"]):
            return True
    return False


def _asked(
    comparison: Comparison, names: dict[str, str], heading: Headings, lang: str, console: Console
) -> None:
    """What each payer must find, scenario by scenario, for those that ask."""
    asking = [e for e in comparison.entries if e.plan is not None and asks(e.plan)]
    if asking:
        heading(say("ask.title", lang))
    for entry in asking:
        assert entry.plan is not None
        line(console, say("ask.title_of", lang, name=entry.name), "bold")
        show_ask(entry.plan, names, lang, console)


# --- who gains, who loses ---------------------------------------------------------------------


def _signed(yuan: int) -> str:
    return difference(yuan, "yuan") or wan(0)


def _moves(comparison: Comparison, names: dict[str, str], lang: str, console: Console) -> None:
    base, others = comparison.entries[0], comparison.entries[1:]
    streets = comparison.moves(base, "street").sort_values("street")
    codes = [str(s) for s in streets["street"]]
    cols = [Col(say("screen.street", lang), [names.get(c, c) for c in codes], lead=True),
            Col(base.name, [wan(int(v)) for v in streets["yuan"]], number=True, lead=True)]
    for entry in others:
        by = comparison.moves(entry, "street").set_index("street")["difference_yuan"]
        cols.append(Col(entry.name, [_signed(int(by[c])) if c in by else NOTHING for c in codes],
                        number=True))
    print_table(console, cols)
    told: dict[str, str] = {}
    for entry in others:
        moves = comparison.moves(entry)
        same = told.setdefault(repr(moves.to_numpy().tolist()), entry.name)
        if same != entry.name and moves["difference_yuan"].any():
            line(console, say("screen.moved_same", lang, name=entry.name, other=same))
        else:
            _payee_moves(comparison, entry, names, lang, console)


def _payee_moves(
    comparison: Comparison, entry: Entry, names: dict[str, str], lang: str, console: Console
) -> None:
    frame = comparison.moves(entry)
    if frame.empty:
        return
    moved = [(str(p), int(d)) for p, d in zip(frame["payee"], frame["difference_yuan"],
                                              strict=True) if d]
    gains = [m for m in moved if m[1] > 0]
    losses = sorted((m for m in moved if m[1] < 0), key=lambda m: (m[1], m[0]))
    key = "moved" if moved else "moved_none"
    line(console, say(f"screen.{key}", lang, name=entry.name, up=len(gains), down=len(losses)))
    if not moved:
        return
    rows = range(min(TOP, max(len(gains), len(losses))))
    cols: list[Col] = []
    for title, side in (("gains", gains), ("losses", losses)):
        if side:
            top = [side[i] if i < min(TOP, len(side)) else ("", 0) for i in rows]
            cols += [Col(say(f"screen.{title}", lang), [names.get(p, p) for p, _ in top]),
                     Col(say("screen.change_yuan", lang), [_signed(d) if p else "" for p, d in top],
                         number=True)]
    print_table(console, cols)


# --- people -----------------------------------------------------------------------------------


def _unfilled(comparison: Comparison, names: dict[str, str], lang: str, console: Console) -> None:
    found: list[dict[str, Any]] = [
        {str(r["post"]): r for r in e.plan.unfilled.to_dict("records")} if e.plan else {}
        for e in comparison.entries]
    posts = sorted({p for by in found for p in by})
    if not posts:
        line(console, say("screen.all_filled", lang))
        return
    cols = [Col(say("screen.unfilled", lang), [names.get(p, p) for p in posts], lead=True)]
    for entry, by in zip(comparison.entries, found, strict=True):
        none = NOTHING if entry.plan is None or entry.plan.people is None else ""
        cells = [none if (row := by.get(p)) is None
                 else f"{row['seats']} {say('why.' + row['why'], lang)}" for p in posts]
        cols.append(Col(entry.name, cells))
    print_table(console, cols)


def _targets(comparison: Comparison, names: dict[str, str], lang: str, console: Console) -> None:
    """A row a target and bound: its figure, or how many of its units meet it and which do not."""
    found: list[dict[tuple[str, str], list[Any]]] = []
    for entry in comparison.entries:
        found.append({})
        for row in entry.plan.targets.itertuples() if entry.plan is not None else ():
            found[-1].setdefault((str(row.target), str(row.bound)), []).append(row)
    keys = sorted({k for by in found for k in by})
    if not keys:
        return
    titles = [say("screen.target_of", lang, target=t, bound=say(f"screen.{b}", lang))
              for t, b in keys]
    cols = [Col(say("screen.target", lang), titles, lead=True)]
    for entry, by in zip(comparison.entries, found, strict=True):
        cells = [_target_cell(by[k], names, lang) if k in by else "" for k in keys]
        cols.append(Col(entry.name, cells))
    print_table(console, cols)


def _target_cell(rows: list[Any], names: dict[str, str], lang: str) -> Text:
    unit = target_unit(rows[0].bound)
    missed = [r for r in rows if not r.met]
    one = len(rows) == 1
    figure = number(rows[0].actual, unit) if one else f"{len(rows) - len(missed)}/{len(rows)}"
    word = say("screen.not_met" if one and missed else "screen.met", lang)
    text = Text(f"{figure} ").append(word, "red" if missed else "green")
    text.append("\n" + say("screen.goal", lang, goal=number(rows[0].goal, unit)))
    if missed and not one:
        worst = max(missed, key=lambda r: (r.shortfall, r.unit))
        text.append("\n" + say("screen.worst", lang, unit=unit_name(worst.unit, names, lang),
                               actual=number(worst.actual, unit)))
    return text
