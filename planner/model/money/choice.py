"""Which projects are paid, once every amount is settled: small integer models, one a part.

Communities that no cap ties together are parts of their own. Each part is a knapsack or a few, in
which scalable projects take what is left: first the most orders met, then the most projects, then
the first by code. With the projects chosen, what is left is linear, and its corner is in whole
yuan: communities and categories each divide the projects among them, so the rows are a network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from planner.case.case import Case
from planner.model.money.entitlement import cells_of
from planner.model.money.goals import by_code
from planner.model.money.part import MoneyPart
from planner.model.money.project_rules import scale_rows
from planner.model.money.projects import Cap, Cell, Project, caps_of, projects_of
from planner.model.money.variables import SCALE, ProjectColumns, project_columns
from planner.model.money.whole import NEAR
from planner.model.rule import Model, Row, Stage, Terms


@dataclass(frozen=True)
class Choice:
    """One part: its projects, and what each sum of them may come to (yuan)."""

    projects: tuple[Project, ...]
    limits: tuple[tuple[str, str, tuple[Project, ...], int], ...]  # rule, of, projects, yuan

    def in_full(self) -> dict[str, int] | None:
        """Every project in full, when all limits allow it: nothing to choose."""
        return self._fitting({p.code: p.cost if p.orders else p.least for p in self.projects})

    def committed(self) -> dict[str, int] | None:
        """What is committed alone, with the least it needs, when all limits allow it."""
        return self._fitting({p.code: p.least for p in self.projects if p.committed})

    def _fitting(self, paid: dict[str, int]) -> dict[str, int] | None:
        fits = all(sum(paid.get(p.code, 0) for p in mine) <= most
                   for _, _, mine, most in self.limits)
        return paid if fits else None


def money_of(case: Case, part: MoneyPart) -> dict[Cell, int]:
    """What each cell may spend on projects (yuan): its award and what it carried over."""
    return {(c.payee, c.fund): c.carried + part.total(c) for c in cells_of(case)}


def allowed(cap: Cap, money: Mapping[Cell, int]) -> int:
    """The whole yuan a cap allows of this money."""
    return cap.most(sum(yuan for cell, yuan in money.items() if cap.money_of(cell)))


def orders_met(projects: Iterable[Project], paid: Mapping[str, int]) -> Fraction:
    """Orders met: each project's in the part of its cost it is paid."""
    return sum((Fraction(p.orders * paid.get(p.code, 0), p.cost) for p in projects), Fraction(0))


def choices(case: Case, part: MoneyPart) -> Iterator[Choice]:
    """The parts in which projects are chosen, by the code of their first project."""
    money = money_of(case, part)
    mine = tuple(p for p in projects_of(case) if p.open or p.committed)
    limits = [("project", "/".join(cell), tuple(p for p in mine if p.cell == cell),
               money.get(cell, 0)) for cell in sorted({p.cell for p in mine})]
    for cap in caps_of(case):
        held = tuple(p for p in mine if cap.holds(p))
        if held:
            limits.append(("project_cap", cap.of, held, allowed(cap, money)))
    for together in _parts(mine, [{p.code for p in held} for _, _, held, _ in limits]):
        yield Choice(
            tuple(p for p in mine if p.code in together),
            tuple(limit for limit in limits if limit[2][0].code in together))


def _parts(projects: tuple[Project, ...], tied: list[set[str]]) -> list[set[str]]:
    """The projects in as many sets as leave all of ``tied`` whole, by first code."""
    found: list[set[str]] = []
    for group in tied:
        met = [s for s in found if s & group]
        found = [s for s in found if not s & group] + [group.union(*met)]
    return sorted(found, key=min)


def stated(choice: Choice) -> tuple[Model, tuple[Stage, ...], ProjectColumns]:
    """The integer model of a part, its goals in order, and its columns."""
    model = Model()
    columns = project_columns(model, choice.projects)
    model.add(scale_rows(columns))
    for rule, of, mine, most in choice.limits:
        terms: Terms = [t for p in mine for t in columns.terms(p)]
        model.row(Row(rule, of, terms, high=most / SCALE))
    picked = [(j, 1.0) for j in columns.picked.values()]
    whole = columns.whole
    return model, (
        Stage("orders", "max", columns.orders(), whole=whole),
        Stage("projects", "max", picked, grain=1.0, whole=whole),
        Stage("tie", "max", by_code(columns.picked.values()), whole=whole, last=True),
    ), columns


def read(columns: ProjectColumns, x: list[float]) -> dict[str, int]:
    """Whole yuan by project, those paid only."""
    paid = {}
    for p in columns.projects:
        if x[columns.picked[p.code]] > 0.5:
            paid[p.code] = p.cost if not p.scalable else floor(
                x[columns.amount[p.code]] * SCALE + NEAR)
    return paid
