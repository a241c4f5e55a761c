"""How far a plan can be trusted: status, proof, recount, and what must give."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from rich.console import Console

from planner.case.case import Case
from planner.model.blocks import unit_of
from planner.plan.compare import Entry
from planner.plan.plan import Plan
from planner.show.format import names_of, subject, wan
from planner.show.table import line
from planner.solver.conflict import Give
from planner.words import known, say


def recounted(plan: Plan | None) -> bool:
    """Whether there was a plan to recount. One that did not pass is never made."""
    return plan is not None and (plan.money is not None or plan.people is not None)


def trust(entries: Sequence[Entry], lang: str, console: Console) -> None:
    """Print the standing of each scenario."""
    for entry in entries:
        parts = [say(f"status.{entry.status}", lang)]
        if entry.plan is not None:
            if entry.status == "stopped":
                parts = _stopped(entry.plan, lang)
            if recounted(entry.plan) and entry.status != "infeasible":
                parts.append(say("screen.recount_passed", lang))
            open_ = [say(f"goal.{r.goal}", lang) for r in entry.plan.goals if not r.proven]
            if open_:
                parts.append(say("screen.not_proven", lang, goals=list(dict.fromkeys(open_))))
        style = "" if entry.status == "optimal" else "red"
        line(console, f"{entry.name}: " + ("；" if lang == "zh" else "; ").join(parts), style, 2)
        if entry.fault:
            line(console, entry.fault, indent=4)
        for reached in entry.plan.goals if entry.plan is not None else ():
            if entry.status == "stopped" and not reached.proven and isfinite(reached.bound):
                line(console, say("screen.gap", lang, goal=say(f"goal.{reached.goal}", lang),
                                  value=f"{reached.value:,.6g}", bound=f"{reached.bound:,.6g}"),
                     indent=4)
        if entry.plan is not None and not entry.plan.clash_known:
            line(console, say("limit.clash", lang), indent=4)
        if entry.plan is not None and entry.plan.must_give:
            joint = any(give.together for give in entry.plan.must_give)
            key = "screen.must_give_together" if joint else "screen.must_give"
            line(console, say(key, lang), indent=4)
            for give in entry.plan.must_give:
                line(console, _give(give, entry.scenario.case, lang), indent=6)


def _stopped(plan: Plan, lang: str) -> list[str]:
    """What a limit left: a plan, a half of one, or none."""
    halves = [("money", plan.case.has_money, plan.money), ("people", plan.case.has_people,
                                                           plan.people)]
    missing = [name for name, has, part in halves if has and part is None]
    if not recounted(plan):
        return [say("screen.no_plan_in_time", lang)]
    return [say("status.stopped", lang), *(
        say("screen.no_half_in_time", lang, half=say(f"half.{name}", lang)) for name in missing)]


def _give(give: Give, case: Case, lang: str) -> str:
    rule = say(f"rule.{give.rule}", lang) if known(f"rule.{give.rule}") else give.rule
    of = subject(give.rule, give.of, names_of(case), lang)
    if give.law:
        return say("conflict.member", lang, rule=rule, of=of) + say("conflict.law", lang)
    if give.rule == "training":
        return say("conflict.member", lang, rule=rule, of=of) + say("conflict.never", lang)
    if give.by is None:
        return say("screen.give_unknown", lang, rule=rule, of=of)
    money = unit_of(give.rule) == "yuan"
    by = wan(-(-round(give.by * 100) // 100)) if money else f"{-(-round(give.by, 6) // 1):g}"
    return say("screen.give_yuan" if money else "screen.give_people", lang, rule=rule, of=of, by=by)
