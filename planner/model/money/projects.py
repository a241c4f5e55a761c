"""Residents' projects and the caps on their categories, in whole yuan.

A project draws on one cell: its community and its fund. Money carried over is used first, so a
cell's projects may come to its award and its carry-over together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from planner.case.case import Case, exact, per_case
from planner.case.project_checks import fund_of

Cell = tuple[str, str]  # community and fund


@dataclass(frozen=True)
class Project:
    """One project: ``cost`` and ``least`` yuan; all or nothing when the two are equal.

    ``least`` is what it needs at least once it is paid at all (1 yuan where 0 was given).
    """

    code: str
    community: str
    fund: str
    category: str | None
    cost: int
    least: int
    orders: int
    committed: bool
    barred: bool

    @property
    def cell(self) -> Cell:
        """Whose money pays it."""
        return self.community, self.fund

    @property
    def scalable(self) -> bool:
        """Whether a part of it may be paid."""
        return self.least < self.cost

    @property
    def open(self) -> bool:
        """Whether it is for the plan to choose: not committed, not barred, ordered by somebody."""
        return not self.committed and not self.barred and self.orders > 0


@dataclass(frozen=True)
class Cap:
    """The most a category may come to: yuan, or a part of the money; ``community`` or all."""

    fund: str
    category: str
    community: str | None
    most_yuan: int | None
    most_share: Fraction | None

    @property
    def of(self) -> str:
        """The name of the cap in rows and breaches."""
        return "/".join(filter(None, (self.fund, self.category, self.community)))

    def holds(self, project: Project) -> bool:
        """Whether a project counts against it."""
        return (project.fund == self.fund and project.category == self.category
                and self.community in (None, project.community))

    def money_of(self, cell: Cell) -> bool:
        """Whether a cell's money is in the sum its share is of."""
        return cell[1] == self.fund and self.community in (None, cell[0])

    def most(self, money: int) -> int:
        """The whole yuan it allows when the money it is a share of is ``money`` yuan."""
        found = [] if self.most_yuan is None else [self.most_yuan]
        if self.most_share is not None:
            found.append(int(self.most_share * money))
        return min(found)


@per_case
def projects_of(case: Case) -> tuple[Project, ...]:
    """Every project by code. Source: table ``projects``; its ``fund`` is ``service`` if blank."""
    return tuple(Project(
        code=row.project, community=row.community, fund=fund_of(row), category=row.category,
        cost=row.cost_yuan, least=row.cost_yuan if row.min_yuan is None else max(row.min_yuan, 1),
        orders=row.orders, committed=row.status == "committed", barred=row.status == "barred",
    ) for row in case.rows("projects"))


@per_case
def caps_of(case: Case) -> tuple[Cap, ...]:
    """Every cap. Source: table ``project_caps``."""
    return tuple(
        Cap(row.fund, row.category, row.community, row.max_yuan,
            None if row.max_share is None else exact(row.max_share))
        for row in case.rows("project_caps"))


@per_case
def promised(case: Case) -> Mapping[Cell, int]:
    """The least money (yuan, carry-over included) each cell needs for its committed projects.

    As much as they cost at least; more where a cap lets their category have only a share of it.
    """
    need: dict[Cell, int] = {}
    committed = [p for p in projects_of(case) if p.committed]
    for p in committed:
        need[p.cell] = need.get(p.cell, 0) + p.least
    for cap in caps_of(case):
        if cap.community is not None and cap.most_share:
            held = sum(p.least for p in committed if cap.holds(p))
            cell = cap.community, cap.fund
            if held:
                need[cell] = max(need[cell], ceil(held / cap.most_share))
    return need


def moves_money(case: Case) -> bool:
    """Whether orders have a say in the amounts: ranked before fairness, or fairness may give.

    Else the amounts are settled (fairness makes them unique) before projects are chosen.
    """
    ranked = sorted(case.rows("goals"), key=lambda r: (r.rank, r.goal))
    names = [row.goal for row in ranked]
    if "orders" not in names or not any(p.open for p in projects_of(case)):
        return False
    fair = next((row for row in ranked if row.goal == "fairness"), None)
    return fair is None or bool(fair.tolerance) or names.index("orders") < names.index("fairness")
