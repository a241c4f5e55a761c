"""What must hold of residents' projects and their caps before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.case.asking import fits, named, nearest
from planner.case.case import Case
from planner.errors import Problem

#: The fund that pays a project which names none.
DEFAULT_FUND = "service"


def fund_of(project: Any) -> str:
    """The fund a row of ``projects`` is paid from."""
    return project.fund or DEFAULT_FUND


def project_rows(case: Case) -> Iterator[Problem]:
    """A project belongs to a community its fund pays; its least is no more than its cost."""
    if case.has("projects") and not case.has("funds"):
        yield Problem("table_missing", case.sheet("projects").place, values={
            "table": named("funds"), "needed_by": named("projects")})
        return
    funds = {f.fund: f for f in case.rows("funds")}
    entitled = {code: _entitled(case, fund) for code, fund in funds.items()}
    sheet = case.sheet("projects")
    for i, row in enumerate(case.rows("projects")):
        if row.min_yuan is not None and row.min_yuan > row.cost_yuan:
            yield Problem("min_above_max", sheet.cell(i, "min_yuan"),
                          f"{row.min_yuan} > {row.cost_yuan}",
                          {"low": "min_yuan", "high": "cost_yuan"})
        if row.fund is None and DEFAULT_FUND not in funds:
            yield Problem("project_without_fund", sheet.cell(i, "fund"), row.project,
                          {"fund": DEFAULT_FUND})
        elif fund_of(row) in funds and row.community not in entitled[fund_of(row)]:
            yield Problem("project_not_entitled", sheet.cell(i, "community"), row.project,
                          {"community": row.community, "fund": fund_of(row)})


def _entitled(case: Case, fund: Any) -> set[str]:
    """The communities a fund pays: its own condition and one of its standards fit them."""
    if fund.payee != "community":
        return set()
    some = fits(case, None, "communities", False) & False
    for row in case.rows("standards"):
        if row.fund == fund.fund and (row.amount_yuan or row.min_yuan):
            some = some | fits(case, row.where, "communities", True)
    some = some & fits(case, fund.where, "communities", True)
    return set(case.frame("communities")["community"][some])


def cap_rows(case: Case) -> Iterator[Problem]:
    """A cap gives a sum or a share, of a category some project of its fund has."""
    if case.has("project_caps") and not case.has("projects"):
        yield Problem("table_missing", case.sheet("project_caps").place, values={
            "table": named("projects"), "needed_by": named("project_caps")})
        return
    sheet = case.sheet("project_caps")
    for i, cap in enumerate(case.rows("project_caps")):
        if cap.max_yuan is None and cap.max_share is None:
            yield Problem("cap_says_nothing", sheet.cell(i, "max_yuan"), cap.category)
        capped = [p for p in case.rows("projects") if fund_of(p) == cap.fund]
        known = sorted({p.category for p in capped if p.category})
        if cap.category not in known:
            yield Problem("unknown_category", sheet.cell(i, "category"), cap.category,
                          {"fund": cap.fund, "nearest": nearest(cap.category, known) or "—"})
        elif cap.community is not None and not any(
                p.category == cap.category and p.community == cap.community for p in capped):
            yield Problem("cap_without_project", sheet.cell(i, "community"), cap.category,
                          {"community": cap.community}, notice=True)
