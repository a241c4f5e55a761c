"""The rules of residents' projects; symbols as in ``projects.py`` and ``rules.py``.

Where the amounts come first, the continuous model has only what is committed; the projects are
chosen on the settled amounts (``choice.py``). Where orders have a say in the amounts, the model
has the columns of the projects too (``v.projects``).
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.case.case import Case
from planner.model.money.entitlement import cells_of
from planner.model.money.part import MoneyPart
from planner.model.money.projects import (
    Cap,
    Project,
    caps_of,
    projects_of,
    promised,
)
from planner.model.money.variables import SCALE, MoneyVariables, ProjectColumns
from planner.model.rule import Breach, Row, Terms


def scale_rows(columns: ProjectColumns) -> Iterator[Row]:
    """A scalable project is paid between its least and its cost, or nothing."""
    for p in columns.projects:
        if p.scalable:
            v, z, of = columns.amount[p.code], columns.picked[p.code], "/".join(p.cell)
            most = p.cost if p.orders else p.least  # nobody ordered more than what is committed
            yield Row("project", of, [(v, 1.0), (z, -p.least / SCALE)], low=0.0)
            yield Row("project", of, [(v, 1.0), (z, -most / SCALE)], high=0.0)


def project_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""A community's projects fit its money; what is committed is in, what is barred is out.

    .. math:: \sum_{s \in r} v_s \le a_r + o_r, \qquad
              \underline c_s z_s \le v_s \le c_s z_s, \qquad z_s = 1 \;\; (s \text{ committed})

    All or nothing: :math:`v_s = c_s z_s`. Carry-over is used first. Where some cost is no whole
    step, projects draw on whole steps only (:math:`\Sigma_n \cdot n_r \le a_r`), so that settling
    never loses one. Source: table ``projects``, ``last_year.carried_yuan``, ``funds.step_yuan``.
    """
    yield from scale_rows(v.projects)
    at = {(c.payee, c.fund): g for g, group in enumerate(v.groups) for c in group.cells}
    for cell, need in sorted(promised(case).items()):
        of = "/".join(cell)
        if cell not in at:
            yield Row("project", of, [], low=need / SCALE)
        elif need > (carried := v.groups[at[cell]].lead.carried):
            yield Row("project", of, v.paid(at[cell]), low=(need - carried) / SCALE)
    for cell in sorted({p.cell for p in v.projects.projects} & set(at)):
        group = v.groups[at[cell]]
        spent = [t for p in v.projects.projects if p.cell == cell for t in v.projects.terms(p)]
        given: Terms = [(j, -by) for j, by in v.paid(at[cell])]
        if cell in v.projects.steps:
            steps = (v.projects.steps[cell], group.lead.step / SCALE)
            yield Row("project", group.of, [steps, *given], high=0.0)
            given = [(steps[0], -steps[1])]
        yield Row("project", group.of, [*spent, *given], high=group.carried / SCALE)


def project_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each project's yuan against its bounds and status; each community's against its money."""
    known = {p.code: p for p in projects_of(case)}
    spent: dict[tuple[str, str], int] = {}
    for code, yuan in part.projects.items():
        project = known.get(code)
        if project is None:
            yield Breach("project", code, "no such project")
            continue
        spent[project.cell] = spent.get(project.cell, 0) + yuan
        if type(yuan) is not int:
            yield Breach("project", code, "not whole yuan")
        elif project.barred:
            yield Breach("project", code, f"{yuan} yuan, and is barred", yuan)
        elif not project.least <= yuan <= project.cost:
            off = max(project.least - yuan, yuan - project.cost)
            yield Breach("project", code, f"{yuan} yuan", off)
    for project in known.values():
        if project.committed and project.code not in part.projects:
            yield Breach("project", project.code, "committed and not paid", project.least)
    money = {(c.payee, c.fund): c.carried + part.total(c) for c in cells_of(case)}
    for cell, yuan in spent.items():
        if yuan > money.get(cell, 0):
            yield Breach("project", "/".join(cell), f"{yuan} > {money.get(cell, 0)} yuan",
                         yuan - money.get(cell, 0))


def project_cap_rows(case: Case, v: MoneyVariables) -> Iterator[Row]:
    r"""A category stays within its sum and its share of the money, here or everywhere.

    .. math:: \sum_{s \in \text{category}} v_s \le
              \min\Bigl(m,\; \sigma \sum_r (a_r + o_r)\Bigr)

    Over the community of the cap, or all communities of the fund. Source: table ``project_caps``.
    """
    for cap in caps_of(case):
        terms, least = _spent(case, v, cap)
        if not terms and not least:
            continue
        if cap.most_yuan is not None:
            yield Row("project_cap", cap.of, terms, high=(cap.most_yuan - least) / SCALE)
        if cap.most_share is not None:
            share, carried = float(cap.most_share), 0
            for g, group in enumerate(v.groups):
                if any(cap.money_of((c.payee, c.fund)) for c in group.cells):
                    terms = [*terms, *((j, -share * by) for j, by in v.paid(g))]
                    carried += group.carried
            yield Row("project_cap", cap.of, terms,
                      high=float(cap.most_share * carried - least) / SCALE)


def _spent(case: Case, v: MoneyVariables, cap: Cap) -> tuple[Terms, int]:
    """What counts against a cap: of projects with columns, and the least of those committed."""
    mine = [p for p in v.projects.projects if cap.holds(p)]
    chosen = {p.code for p in mine}
    rest = [p for p in projects_of(case)
            if p.committed and cap.holds(p) and p.code not in chosen]
    return [t for p in mine for t in v.projects.terms(p)], sum(p.least for p in rest)


def project_cap_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each category's yuan, added up, against its sum and its share of the money."""
    paid: list[tuple[Project, int]] = [
        (p, part.projects[p.code]) for p in projects_of(case) if p.code in part.projects]
    for cap in caps_of(case):
        spent = sum(yuan for p, yuan in paid if cap.holds(p))
        money = sum(c.carried + part.total(c) for c in cells_of(case)
                    if cap.money_of((c.payee, c.fund)))
        if spent > cap.most(money):
            yield Breach("project_cap", cap.of, f"{spent} > {cap.most(money)} yuan",
                         spent - cap.most(money))
