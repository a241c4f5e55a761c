"""Residents' projects on the plan screen: what is paid, what is not, and why."""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console

from planner.model.money.choice import orders_met
from planner.model.money.projects import Project, projects_of
from planner.plan.measures import orders_share
from planner.plan.plan import Plan
from planner.show.format import NOTHING, number, wan
from planner.show.table import Col, line, print_table
from planner.words import say


def show_projects(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    """Two tables: projects paid by community, and projects not paid with the reason."""
    assert plan.money is not None
    paid, every = plan.money.projects, projects_of(plan.case)
    titles = {str(r.project): str(r.name) for r in plan.case.rows("projects")}
    counted = [p for p in every if not p.barred]
    line(console, say(
        "screen.projects_paid", lang, count=len(every), paid=len(paid),
        amount=wan(sum(paid.values())), met=_orders(orders_met(counted, paid)),
        orders=f"{sum(p.orders for p in counted):,}", share=number(orders_share(plan), "share")))
    mine = sorted((p for p in every if p.code in paid), key=lambda p: (p.community, p.code))
    if mine:
        print_table(console, [
            *_what(mine, names, titles, lang),
            Col(say("screen.project_amount", lang), [wan(paid[p.code]) for p in mine],
                number=True),
            Col(say("screen.project_status", lang), [_standing(p, paid[p.code], lang)
                                                     for p in mine])])
    why = {str(r.project): str(r.why) for r in plan.unpaid.itertuples()}
    if not why:
        line(console, say("screen.projects_all", lang))
        return
    rest = sorted((p for p in every if p.code in why), key=lambda p: (p.community, p.code))
    line(console, say("screen.projects_unpaid", lang, count=len(rest)))
    print_table(console, [
        *_what(rest, names, titles, lang),
        Col(say("screen.why_empty", lang), [say(f"why.{why[p.code]}", lang) for p in rest])])
    if "cap" in why.values():
        line(console, say("screen.projects_note", lang, cap=say("why.cap", lang)), "dim")


def _what(
    projects: list[Project], names: dict[str, str], titles: dict[str, str], lang: str
) -> list[Col]:
    """The columns that say which project it is and what it asks for."""
    seen = [p.community for p in projects]
    return [
        Col(say("screen.community", lang), [
            "" if i and seen[i - 1] == c else names.get(c, c) for i, c in enumerate(seen)],
            lead=True),
        Col(say("screen.project", lang), [f"{p.code} {titles[p.code]}" for p in projects],
            lead=True),
        Col(say("screen.project_category", lang), [p.category or NOTHING for p in projects]),
        Col(say("screen.project_orders", lang), [f"{p.orders:,}" for p in projects], number=True),
        Col(say("screen.project_cost", lang), [wan(p.cost) for p in projects], number=True),
    ]


def _standing(project: Project, yuan: int, lang: str) -> str:
    words = [say("screen.project_committed", lang)] if project.committed else []
    words.append(say(f"screen.project_{'full' if yuan == project.cost else 'part'}", lang))
    return ("、" if lang == "zh" else ", ").join(words)


def _orders(met: Fraction) -> str:
    """Orders met, with one decimal where a project paid in part leaves a fraction."""
    return f"{int(met):,}" if met.denominator == 1 else number(float(met), "points")
