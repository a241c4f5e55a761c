"""Prices in words, in figures and as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.plan.price import Move, Price, standards_before
from planner.show.export import SCHEMA, Json, Table, plain, program_version
from planner.show.format import number, subject
from planner.words import known, say

Names = dict[str, str]
COLOUR = {"better": "green", "worse": "red"}


def move_cell(move: Move | None, names: Names, lang: str) -> Text:
    """What one goal was and becomes; which part of it, and whether that is better."""
    if move is None:
        return Text("")
    before, after = figures(move)
    text = Text(say("price.move", lang, before=before, after=after))
    below = [_part(move, names, lang), verdict(move, lang).plain]
    text.append("\n" + " ".join(filter(None, below)), verdict(move, lang).style)
    return text


def figures(move: Move) -> tuple[str, str]:
    """Both values with as many decimals as it takes to tell them apart."""
    shown = number(move.before, move.unit), number(move.after, move.unit)
    scale = {"yuan": 1e-4, "share": 100.0}.get(move.unit, 1.0)
    mark = "%" if move.unit == "share" else ""
    for places in range(2, 7):
        if shown[0] != shown[1]:
            break
        shown = (f"{move.before * scale:,.{places}f}{mark}",
                 f"{move.after * scale:,.{places}f}{mark}")
    return shown


def _part(move: Move, names: Names, lang: str) -> str:
    """Which part of a goal moves: a place in the order of coverage, a payer, a strength."""
    if move.rank:
        return say("price.part_rank", lang, rank=move.rank)
    if move.part == "even":
        return say("price.part_even", lang)
    if move.part.isdigit():
        return say("price.part_priority", lang, part=move.part)
    return names.get(move.part, move.part)


def goal_title(move: Move, names: Names, lang: str) -> str:
    """A goal, and which part of it moves."""
    part = _part(move, names, lang)
    title = say(f"goal.{move.goal}", lang) if known(f"goal.{move.goal}") else move.goal
    return say("price.named", lang, rule=title, of=part) if part else title


def verdict(move: Move, lang: str) -> Text:
    """Better or worse; who pays, in which order, is neither."""
    if move.goal == "payer_order":
        return Text("")
    word = "better" if move.gain > 0 else "worse"
    return Text(say(f"screen.{word}", lang), COLOUR[word])


def label(price: Price, case: Case, names: Names, lang: str) -> str:
    """What was changed, in words."""
    name, _, of = price.of.partition(":")
    if price.kind == "payer":
        return names.get(price.of, price.of)
    if price.kind == "rule":
        rule = say(f"rule.{name}", lang) if known(f"rule.{name}") else name
        return say("price.named", lang, rule=rule, of=subject(name, of, names, lang)) if of else (
            rule)
    rows = case.rows("standards")
    i = next(i for i, row in enumerate(rows)
             if row.fund == name and standards_before(case, i) + 1 == int(of))
    fund = next(f for f in case.rows("funds") if f.fund == name)
    step = fund.step_yuan or case.settings.step_yuan
    return say("price.step", lang, fund=names.get(name, name), old=f"{rows[i].amount_yuan:,}",
               where=rows[i].where or say("screen.everyone", lang),
               new=f"{rows[i].amount_yuan + step:,}")


# --- as plain values --------------------------------------------------------------------------


def head(scenario: Scenario, status: str) -> Json:
    """What every answer on prices begins with."""
    return {"schema": SCHEMA, "planner": program_version(), "scenario": scenario.name,
            "status": status}


def price_json(price: Price) -> Json:
    """A price as plain values; a goal that does not move has the same value twice."""
    return {
        "kind": price.kind, "of": price.of, "half": price.half, "outcome": price.status,
        "why": price.why,
        "moves": [{
            "goal": m.goal, "part": m.part, "unit": m.unit, "better": m.better, "rank": m.rank,
            "before": _round(m.before, m), "moved": m.moved,
            "after": _round(m.after if m.moved else m.before, m),
        } for m in price.moves]}


def _round(value: float, move: Move) -> float | int | None:
    """To the digits that are not noise: cents, or ten thousandths of a percent."""
    return plain(round(value, 2 if move.unit == "yuan" else 7))


def price_table(found: Sequence[Price]) -> Table:
    """Prices as a table for CSV, a row a goal."""
    rows = [[p.kind, p.of, p.status, m["goal"], m["part"], m["unit"], m["better"], m["rank"],
             m["before"], m["after"]] for p in found for m in price_json(p)["moves"]]
    return ["kind", "of", "outcome", "goal", "part", "unit", "better", "rank", "before",
            "after"], rows
