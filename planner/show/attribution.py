"""Which change did what, on the screen, as JSON and as a CSV table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from planner.plan.attribution import Attribution, Split
from planner.plan.causes import Cause
from planner.plan.compare import Comparison
from planner.show.export import Json, Table, plain
from planner.show.format import difference, hundredths, names_of, number, title_of
from planner.show.table import Col, Headings, line, print_table
from planner.words import say

TOP = 5


def cause_name(cause: Cause, lang: str) -> str:
    """A cause in words: ``cut``, ``without cut``, ``cut + young``."""
    return " + ".join(say(f"attribution.{how}", lang, name=name) for name, how in cause.changes)


def show_attribution(
    comparison: Comparison, found: Sequence[Attribution], lang: str, heading: Headings
) -> None:
    """Print who changed what, one scenario after another."""
    console = heading.console
    names: dict[str, str] = {}
    for entry in reversed(comparison.entries):
        names.update(names_of(entry.scenario.case))
    heading(say("attribution.title", lang, baseline=comparison.entries[0].name))
    for one in found:
        _one(comparison, one, names, lang, console)
    split = [a for a in found if len(a.causes) > 1 and not a.refused]
    if split:
        line(console, say("attribution.rule", lang), "dim")
    if any(_odd(s) for a in split for s in a.splits):
        line(console, say("screen.rounding_note", lang), "dim")


def _one(
    comparison: Comparison, found: Attribution, names: dict[str, str], lang: str, console: Console
) -> None:
    moved = [s for s in found.splits if s.moved]
    line(console, _lead(found, bool(moved), lang), "bold")
    if found.refused or len(found.causes) < 2 or not moved:
        return
    for cause in found.causes:
        if len(cause.changes) > 1:
            line(console, say("attribution.joint", lang, cause=cause_name(cause, lang)), indent=2)
    titles = {m.key: title_of(m, names, lang) for m in comparison.rows}
    measures = [s for s in moved if s.of == "measure" and s.code in titles]
    _table(found, say("screen.measure", lang), measures, titles, lang, console)
    streets = [s for s in moved if s.of == "street"]
    _table(found, say("screen.street", lang), streets, names, lang, console)
    payees = sorted((s for s in moved if s.of == "payee"), key=lambda s: (s.difference, s.code))
    gains = [s for s in reversed(payees) if s.difference > 0][:TOP]
    losses = [s for s in payees if s.difference < 0][:TOP]
    _table(found, say("attribution.payees", lang), [*gains, *losses], names, lang, console,
           [len(gains)])


def _lead(found: Attribution, moved: bool, lang: str) -> str:
    """The sentence above the tables, or in their place."""
    values: dict[str, Any] = {"name": found.scenario, "baseline": found.baseline,
                              "count": len(found.causes), "combinations": found.combinations,
                              "orders": found.orders}
    if found.refused:
        without = [cause_name(c, lang) for c in found.without]
        both = "attribution.these" if without else "attribution.none_of_them"
        return say(f"attribution.{found.refused}", lang, **values,
                   without=say(both, lang, causes=without, baseline=found.baseline))
    if len(found.causes) == 1:
        return say("attribution.single", lang, **values, cause=cause_name(found.causes[0], lang))
    return say(f"attribution.{found.method if moved else 'nothing'}", lang, **values)


def _table(
    found: Attribution, head: str, splits: Sequence[Split], names: dict[str, str], lang: str,
    console: Console, sections: Sequence[int] = (),
) -> None:
    if not splits:
        return
    cols = [Col(head, [names.get(s.code, s.code) for s in splits], lead=True),
            Col(say("attribution.whole", lang), [_signed(s.difference, s.unit) for s in splits],
                number=True, lead=True)]
    for i, cause in enumerate(found.causes):
        cells = [_signed(s.parts[i], s.unit) for s in splits]
        cols.append(Col(cause_name(cause, lang), cells, number=True))
    print_table(console, cols, [at for at in sections if at < len(splits)])


def _signed(value: float, unit: str) -> str:
    return difference(value, unit) or number(0, unit).removesuffix("%")


def _odd(split: Split) -> bool:
    """Whether the parts of money as shown do not add up to the whole as shown."""
    if split.unit != "yuan":
        return False
    return sum(hundredths(int(p)) for p in split.parts) != hundredths(int(split.difference))


def attribution_json(found: Sequence[Attribution]) -> list[Json]:
    """Every split of every scenario but the baseline, by cause."""
    return [{
        "scenario": a.scenario, "baseline": a.baseline, "method": a.method,
        "combinations": a.combinations, "orders": a.orders, "refused": a.refused or None,
        "without": [c.code for c in a.without],
        "causes": [{"cause": c.code, "changes": [{"name": n, "how": h} for n, h in c.changes]}
                   for c in a.causes],
        "measures": [_split(a, s, "measure", unit=s.unit) for s in a.of("measure")],
        "streets": [_split(a, s, "street") for s in a.of("street")],
        "payees": [_split(a, s, "payee") for s in a.of("payee")],
    } for a in found]


def _split(found: Attribution, split: Split, key: str, **more: str) -> Json:
    parts = {c.code: plain(p) for c, p in zip(found.causes, split.parts, strict=True)}
    return {key: split.code, **more, "difference": plain(split.difference), "parts": parts}


def attribution_table(found: Sequence[Attribution]) -> Table:
    """One row a scenario, figure and cause."""
    heads = ["scenario", "of", "code", "unit", "difference", "cause", "part"]
    rows = [[a.scenario, s.of, s.code, s.unit, plain(s.difference), c.code, plain(p)]
            for a in found for s in a.splits for c, p in zip(a.causes, s.parts, strict=True)]
    return heads, rows
