"""The projects of a plan: chosen on its settled amounts, and why the others are not paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner.case.case import Case
from planner.model.money.choice import (
    Choice,
    allowed,
    choices,
    money_of,
    orders_met,
    read,
    stated,
)
from planner.model.money.part import MoneyPart
from planner.model.money.projects import Project, caps_of, projects_of
from planner.solver.ladder import Ladder, Reached
from planner.solver.small import SHARE
from planner.solver.watch import NEVER, Deadline


@dataclass(frozen=True)
class Chosen:
    """Whole yuan by project, and how many orders that meets, with the best proven possible."""

    paid: dict[str, int]
    orders: Reached


def choose(case: Case, part: MoneyPart, deadline: Deadline = NEVER) -> Chosen | None:
    """The projects that meet most orders on the amounts of ``part``.

    ``None`` when not even what is committed fits them. Past the ``deadline`` only that is paid, and
    the goal is told as cut short.
    """
    paid: dict[str, int] = {}
    bound, cut = 0.0, False
    for choice in choices(case, part):
        found = choice.in_full()
        if found is not None:
            bound += float(orders_met(choice.projects, found))
        else:
            model, goals, columns = stated(choice)
            climb = Ladder(model, goals).climb(deadline.part(SHARE))
            if climb.status in ("optimal", "feasible"):
                found, best = read(columns, list(climb.x)), climb.reached[0]
                bound += min(best.bound, _all(choice))
                cut |= best.cut
            elif climb.status == "stopped" and deadline.until is not None:
                found, cut = choice.committed(), True
                bound += _all(choice)
            if found is None:
                return None
        paid.update(found)
    paid = dict(sorted(paid.items()))
    reached = Reached("orders", float(orders_met(projects_of(case), paid)), bound, cut=cut)
    return Chosen(paid, reached)


def _all(choice: Choice) -> float:
    """The orders of a part, all met: more is not possible."""
    return float(sum(p.orders for p in choice.projects))


def unpaid(case: Case, part: MoneyPart) -> Iterator[tuple[Project, str]]:
    """Each project that is not paid, and why.

    ``barred``; ``no_orders``; ``cap`` when the community has money left for it and a cap of its
    category has not; else ``money``.
    """
    money = money_of(case, part)
    left = dict(money)
    for p in projects_of(case):
        if p.code in part.projects:
            left[p.cell] -= part.projects[p.code]
    for p in projects_of(case):
        if p.code in part.projects:
            continue
        if p.barred or not p.orders:
            yield p, "barred" if p.barred else "no_orders"
            continue
        capped = any(
            cap.holds(p) and p.least > allowed(cap, money) - sum(
                part.projects.get(q.code, 0) for q in projects_of(case) if cap.holds(q))
            for cap in caps_of(case))
        yield p, "cap" if capped and p.least <= left.get(p.cell, 0) else "money"
