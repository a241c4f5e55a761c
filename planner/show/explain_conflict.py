"""``planner explain --conflict``: what clashes, on what basis, and the smallest changes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.model.blocks import unit_of
from planner.plan.compare import Comparison, Entry
from planner.plan.measures import measures_for
from planner.plan.plan import Plan
from planner.plan.remedy import Mended
from planner.plan.solve import solve
from planner.show.answer import Answer
from planner.show.export import Table, as_json, repair_json
from planner.show.format import names_of, number, subject, title_of, wan
from planner.show.mended import gives, rule_name
from planner.show.table import Col, Headings, line, print_table
from planner.solver.conflict import Give, Member
from planner.solver.watch import Tell, silent
from planner.words import say

#: What of a scenario's JSON answers this question.
KEYS = ("scenario", "title", "status", "case", "clash", "must_give", "repairs", "nearest")
CODES = {"infeasible": 4, "stopped": 5}


def explain_conflict(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """The clash of a scenario and its smallest repairs; exit code 4, or 0 when there is none.

    Codes only: nobody is named, whatever ``reveal`` says.
    """
    entry = Entry(scenario, solve(scenario.case, time_limit, tell=tell))
    plan = entry.plan
    assert plan is not None
    told = as_json(Comparison((entry,)))
    (mine,) = told["scenarios"]
    bases = [basis_of(scenario.case, m.rule, m.of) for m in plan.clash]
    answer = {k: told[k] for k in ("schema", "planner")} | {k: mine[k] for k in KEYS}
    answer["clash"] = [{**m, "basis": b} for m, b in zip(mine["clash"], bases, strict=True)]

    def show(console: Console) -> None:
        line(console, say("conflict.title", lang, name=scenario.name), "bold")
        if plan.status == "infeasible":
            _show(entry, plan, bases, lang, console)
        else:
            line(console, say("conflict.none" if plan.status == "optimal" else "conflict.unknown",
                              lang))

    return Answer(answer, show, {"repairs": _table(entry.mended)}, CODES.get(plan.status, 0))


def basis_of(case: Case, rule: str, of: str) -> str:
    """Where the figure of a rule comes from, as the tables say; "" when they do not."""
    first, *rest = of.split("/")
    found: Sequence[object] = ()
    if rule == "appropriation":
        found = [p.basis for p in case.rows("payers") if p.payer == first]
    elif rule == "share":
        found = [s.basis for s in case.rows("shares") if [s.fund, s.level] == [first, *rest]]
    elif rule == "target":
        found = [t.basis for t in case.rows("targets") if t.target == first]
    else:
        found = [f.basis for f in case.rows("funds") if f.fund == first]
    return "; ".join(dict.fromkeys(str(basis) for basis in found if basis))


def _show(
    entry: Entry, plan: Plan, bases: Sequence[str], lang: str, console: Console
) -> None:
    heading = Headings(console, lang)
    case = entry.scenario.case
    heading(say("conflict.clash", lang))
    if not plan.clash:
        line(console, say("conflict.whole", lang), indent=2)
    alone = {(g.rule, g.of): g for g in plan.must_give}
    for member, basis in zip(plan.clash, bases, strict=True):
        give = alone.get((member.rule, member.of))
        line(console, _member(member, give, case, lang) + (
            say("conflict.basis", lang, text=basis) if basis else ""), indent=2)
    heading(say("conflict.repairs", lang))
    if not entry.mended:
        laws = bool(plan.clash) and all(m.law for m in plan.clash)
        line(console, say("conflict.no_law_repair" if laws else "conflict.no_repair", lang),
             indent=2)
    for n, mended in enumerate(entry.mended, 1):
        line(console, say("conflict.repair", lang, n=n, count=len(mended.gives)), indent=2)
        for text in gives(mended, case, lang):
            line(console, text, indent=4)
    if entry.nearest is not None:
        heading(say("conflict.nearest", lang))
        _figures(entry.nearest.plan, lang, console)


def _member(member: Member, give: Give | None, case: Case, lang: str) -> str:
    text = say("conflict.member", lang, rule=rule_name(member.rule, lang),
               of=subject(member.rule, member.of, names_of(case), lang))
    if member.law:
        return text + say("conflict.law", lang)
    if member.rule == "training":  # what courses cost and awards are is said by other rules
        return text + say("conflict.never", lang)
    if give is None or give.by is None or give.together:
        return text + say("conflict.alone_not", lang)
    return text + alone(give, lang)


def alone(give: Give, lang: str) -> str:
    """How much a rule must give when it alone gives, rounded up to what is shown."""
    assert give.by is not None
    if unit_of(give.rule) == "yuan":
        return say("conflict.alone_yuan", lang, by=wan(-int(-give.by // 100) * 100))
    return say("conflict.alone_people", lang, by=f"{give.by:g}")


def _figures(plan: Plan, lang: str, console: Console) -> None:
    names = names_of(plan.case)
    rows = [(m, v) for m in measures_for([plan.case]) if (v := m.value(plan)) is not None]
    print_table(console, [
        Col(say("conflict.figure", lang), [title_of(m, names, lang) for m, _ in rows]),
        Col(say("conflict.value", lang), [number(v, m.unit) for m, v in rows], number=True)])


def _table(repairs: Sequence[Mended]) -> Table:
    """The repairs as a table: one row a rule that gives."""
    heads = ["repair", "rule", "of", "by", "unit", "from", "to"]
    return heads, [[n, *(row[h] for h in heads[1:])]
                   for n, mended in enumerate(repairs, 1) for row in repair_json(mended)]
