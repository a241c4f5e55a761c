"""One plan in full on the screen: allocations by street, sources, suggestions, targets."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from planner.case.case import Case
from planner.model.people.training import is_tied
from planner.plan.ask import asks
from planner.plan.compare import Entry
from planner.plan.plan import Plan
from planner.show.ask import show_ask, show_carried_twice
from planner.show.bench import show_bench
from planner.show.format import (
    hundredths,
    level_name,
    masked,
    names_of,
    number,
    target_unit,
    unit_name,
    wan,
)
from planner.show.near import show_near
from planner.show.projects import show_projects
from planner.show.table import Col, Headings, line, print_table
from planner.show.training import show_training
from planner.show.trust import trust
from planner.words import say


def show_plan(entry: Entry, lang: str, console: Console, reveal: bool = False) -> None:
    """Print the plan of one scenario; names of people masked unless ``reveal``."""
    case, plan = entry.scenario.case, entry.plan
    names, heading = names_of(case), Headings(console, lang)
    line(console, say("screen.plan_title", lang, name=entry.name, title=entry.scenario.title),
         "bold")
    if plan is not None and plan.money is not None:
        heading(say("screen.allocations", lang))
        _allocations(plan, names, lang, console)
        show_carried_twice(plan, names, lang, console)
        if asks(plan):
            heading(say("ask.title", lang))
            show_ask(plan, names, lang, console)
        if case.has("projects"):
            heading(say("screen.projects", lang))
            show_projects(plan, names, lang, console)
        heading(say("screen.sources", lang))
        _sources(case, names, lang, console)
    if plan is not None and plan.people is not None:
        heading(say("screen.placements", lang))
        line(console, say("screen.suggestions", lang))
        _placements(plan, names, lang, console, reveal)
        _unfilled(plan, names, lang, console)
        if is_tied(case):
            heading(say("screen.training", lang))
            show_training(plan, names, lang, console, reveal)
        if case.has("bench"):
            heading(say("screen.bench", lang))
            show_bench(plan, names, lang, console, reveal)
        if len(plan.targets):
            heading(say("screen.target", lang))
            _targets(plan, names, lang, console)
    heading(say("screen.trust", lang))
    trust([entry], lang, console)


def _allocations(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    """A block a street: its total, then each payee and fund; who pays, by level."""
    assert plan.money is not None
    levels = dict.fromkeys(payer.level for payer in plan.case.rows("payers"))
    of = {payer.payer: payer.level for payer in plan.case.rows("payers")}
    paid_by = [plan.money.paid[c.payee, c.fund].items() for c in plan.cells]
    frame = plan.awards.assign(**{f"level.{n}": [
        sum(yuan for payer, yuan in by if of[payer] == n) for by in paid_by] for n in levels})
    before = ["last_year_yuan", *(["carried_yuan"] if frame["carried_yuan"].any() else [])]
    money = ["entitlement_yuan", *before, "allocation_yuan", *(f"level.{n}" for n in levels)]
    paid = len(before) + 1  # the position of what is paid; its parts follow
    rows: list[tuple[str | Text, str, list[int | None], Any]] = []
    sections: list[int] = []
    for street, mine in frame.groupby("street"):
        sections.append(len(rows))
        rows.append((Text(names.get(str(street), str(street)), "bold"), say("screen.total", lang),
                     [int(mine[c].sum()) for c in money], None))
        above = None
        for row in mine.to_dict("records"):
            code = str(row["payee"])
            rows.append((names.get(code, code) if code != above else "",
                         names.get(str(row["fund"]), str(row["fund"])),
                         [_int(row[c]) for c in money], row))
            above = code
    sections.append(len(rows))
    rows.append((Text(say("screen.grand_total", lang), "bold"), "",
                 [int(frame[c].sum()) for c in money], None))
    heads = [*(say(f"screen.{c}", lang) for c in money[: paid + 1]),
             *(level_name(n, lang) for n in levels)]
    cols = [Col(say("screen.payee", lang), [r[0] for r in rows], lead=True),
            Col(say("screen.fund", lang), [r[1] for r in rows], lead=True)]
    cols += [Col(head, [number(r[2][i], "yuan") for r in rows], number=True)
             for i, head in enumerate(heads)]
    covered = [_coverage(r[3]) for r in rows]
    cols.insert(paid + 3, Col(say("screen.coverage", lang), covered, number=True))
    print_table(console, cols, sections)
    if any(sum(hundredths(v or 0) for v in r[2][paid + 1:]) != hundredths(r[2][paid] or 0)
           for r in rows):
        line(console, say("screen.rounding_note", lang), "dim")


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _coverage(row: Any) -> str:
    if row is None:
        return ""
    return number((row["allocation_yuan"] + row["carried_yuan"]) / row["entitlement_yuan"], "share")


def _sources(case: Case, names: dict[str, str], lang: str, console: Console) -> None:
    for fund in case.rows("funds"):
        line(console, f"{names.get(fund.fund, fund.fund)}{_basis(fund.basis, lang)}", indent=2)
        for row in case.rows("standards"):
            if row.fund == fund.fund:
                where = row.where or say("screen.everyone", lang)
                per = {"per": row.per, "every": f"{row.every or 1:g}"} if row.per else {}
                text = say("screen.standard_per" if per else "screen.standard", lang, where=where,
                           amount=wan(row.amount_yuan), **per)
                line(console, text + _basis(row.basis, lang), indent=4)


def _basis(basis: str | None, lang: str) -> str:
    return say("screen.change_basis", lang, text=basis) if basis else ""


def _placements(
    plan: Plan, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    people = {r.candidate: masked(r.name, reveal) for r in plan.case.rows("candidates")}
    rows = sorted((str(r["post"]), str(r["candidate"]), float(r["fit"]))
                  for r in plan.placements.to_dict("records"))
    if not rows:
        line(console, say("screen.nobody", lang))
        return
    print_table(console, [
        Col(say("screen.post", lang), [names.get(p, p) for p, _, _ in rows]),
        Col(say("screen.candidate", lang), [c for _, c, _ in rows]),
        Col(say("screen.name", lang), [people.get(c, "") for _, c, _ in rows]),
        Col(say("screen.fit", lang), [number(f, "points") for _, _, f in rows], number=True),
    ])


def _unfilled(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    rows = plan.unfilled.to_dict("records")
    if not rows:
        line(console, say("screen.all_filled", lang))
        return
    print_table(console, [
        Col(say("screen.unfilled", lang), [names.get(r["post"], r["post"]) for r in rows]),
        Col(say("screen.seats", lang), [str(r["seats"]) for r in rows], number=True),
        Col(say("screen.why_empty", lang), [say(f"why.{r['why']}", lang) for r in rows]),
    ])
    show_near(plan, names, lang, console)


def _targets(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    rows = list(plan.targets.itertuples())
    kinds = [target_unit(str(r.bound)) for r in rows]

    def figures(column: str) -> list[str]:
        return [number(getattr(r, column), k) for r, k in zip(rows, kinds, strict=True)]

    print_table(console, [
        Col(say("screen.target", lang), [say(
            "screen.target_of", lang, target=r.target, bound=say(f"screen.{r.bound}", lang))
            for r in rows]),
        Col(say("screen.within", lang), [unit_name(str(r.unit), names, lang) for r in rows]),
        Col(say("screen.before", lang), figures("before"), number=True),
        Col(say("screen.actual", lang), figures("actual"), number=True),
        Col(say("screen.wanted", lang), figures("goal"), number=True),
        Col(say("screen.standing", lang), [say(
            "screen.met" if r.met else "screen.not_met", lang) for r in rows]),
    ])
