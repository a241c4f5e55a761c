"""A plan: what came out of one case, as tables. Frozen; nothing in it was not recounted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.part import MoneyPart
from planner.model.money.projects import projects_of
from planner.model.people.bench import bench_of
from planner.model.people.pool import Seats, seats_of
from planner.model.people.rules import PeoplePart, counted_bounds
from planner.model.people.training import courses_of, readied_by
from planner.model.people.variables import people_of
from planner.plan.near import why_empty
from planner.plan.projects import unpaid
from planner.solver.conflict import Give, Member, Repair
from planner.solver.ladder import Held, Reached

Status = Literal["optimal", "infeasible", "stopped"]

@dataclass(frozen=True)
class Trace:
    """How the money came about, by (payee, fund), before it was settled in whole steps.

    ``wanted`` yuan of the continuous plan; ``held`` where the coverage came to rest and why.
    """

    wanted: Mapping[tuple[str, str], float] = field(default_factory=dict)
    held: Mapping[tuple[str, str], Held] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The answer to one case.

    ``status`` is ``optimal`` (each goal proven), ``stopped`` (a limit came first) or
    ``infeasible``: ``clash`` names rules that cannot hold together, ``must_give`` what each of them
    must give, ``repairs`` the smallest sets of rules that, giving, leave a plan (the best first;
    none when laws alone clash). ``money`` and ``people`` are ``None``
    when the case has no such half or no plan for it exists.
    """

    case: Case
    status: Status
    money: MoneyPart | None
    people: PeoplePart | None
    goals: tuple[Reached, ...]
    must_give: tuple[Give, ...] = ()
    trace: Trace = field(default_factory=Trace)
    clash: tuple[Member, ...] = ()
    repairs: tuple[Repair, ...] = ()
    #: A tied case whose joint plan was found, and proven, by solving its halves apart.
    apart: bool = False
    #: For a case without a plan: ``False`` when the time was over before it was found what clashes.
    clash_known: bool = True
    #: Seconds that were left of the limit, for what is asked of the plan next.
    left: float | None = field(default=None, compare=False, repr=False)

    @property
    def complete(self) -> bool:
        """Whether every half that is to be planned has its plan."""
        halves = (self.case.has_money, self.money), (self.case.has_people, self.people)
        return all(part is not None for has, part in halves if has)

    @cached_property
    def cells(self) -> tuple[MoneyCell, ...]:
        """Every payee and fund with an entitlement."""
        return cells_of(self.case) if self.case.has_money else ()

    @cached_property
    def seats(self) -> Seats | None:
        """Vacancies, who stays and who goes."""
        return seats_of(self.case) if self.case.has_people else None

    @cached_property
    def awards(self) -> pd.DataFrame:
        """One row a payee and fund: yuan, in total (``allocations`` has them by payer too)."""
        cells, paid = (self.cells, self.money.paid) if self.money else ((), {})
        frame = pd.DataFrame({
            "payee": [c.payee for c in cells], "street": [c.street for c in cells],
            "fund": [c.fund for c in cells], "entitlement_yuan": [c.entitlement for c in cells],
            "last_year_yuan": pd.array([c.last for c in cells], dtype="Int64"),
            "carried_yuan": [c.carried for c in cells],
            "allocation_yuan": [sum(paid[c.payee, c.fund].values()) for c in cells]})
        return frame

    @cached_property
    def allocations(self) -> pd.DataFrame:
        """One row a payee and fund: yuan, in total and by payer (columns ``payer.CODE``)."""
        payers = [p.payer for p in self.case.rows("payers")]
        column = {payer: n for n, payer in enumerate(payers)}
        yuan = np.zeros((len(self.awards), len(payers)), dtype=np.int64)
        for row, cell in enumerate(self.cells if self.money else ()):
            assert self.money is not None
            for payer, part in self.money.paid[cell.payee, cell.fund].items():
                yuan[row, column[payer]] = part
        parts = pd.DataFrame(yuan, columns=[f"payer.{p}" for p in payers])
        return pd.concat([self.awards, parts], axis=1)

    @cached_property
    def spent(self) -> Mapping[str, int]:
        """Yuan by payer; who pays nothing is there with 0."""
        found = {str(p.payer): 0 for p in self.case.rows("payers")}
        for by in self.money.paid.values() if self.money else ():
            for payer, yuan in by.items():
                found[payer] += yuan
        return found

    @cached_property
    def projects(self) -> pd.DataFrame:
        """One row a project that is paid: whole yuan, and the orders it meets when done in full."""
        paid = self.money.projects if self.money else {}
        rows = [(p.code, p.community, p.fund, paid[p.code], p.orders)
                for p in (projects_of(self.case) if paid else ()) if p.code in paid]
        return pd.DataFrame(rows, columns=["project", "community", "fund", "amount_yuan", "orders"])

    @cached_property
    def unpaid(self) -> pd.DataFrame:
        """One row a project not paid: ``why`` is ``barred``, ``no_orders``, ``cap``, ``money``."""
        rows = [(p.code, p.community, p.orders, p.cost, why)
                for p, why in (unpaid(self.case, self.money) if self.money else ())]
        return pd.DataFrame(rows, columns=["project", "community", "orders", "cost_yuan", "why"])

    @cached_property
    def placements(self) -> pd.DataFrame:
        """One row a suggested placement: candidate, post, fit, trained. Codes, no names."""
        rows = [(*row, row[0] in self._sent) for row in (self.people.placed if self.people else ())]
        return pd.DataFrame(rows, columns=["candidate", "post", "fit", "trained"])

    @cached_property
    def _sent(self) -> frozenset[str]:
        """Candidates who are to be trained."""
        return frozenset(c for c, _ in self.people.trained) if self.people else frozenset()

    @cached_property
    def training(self) -> pd.DataFrame:
        """One row a person and course: candidate, course, street ("" = district), cost_yuan."""
        courses = {c.code: c for c in courses_of(self.case)} if self.people else {}
        rows = [(candidate, code, courses[code].street or "", courses[code].cost)
                for candidate, code in (self.people.trained if self.people else ())]
        return pd.DataFrame(rows, columns=["candidate", "course", "street", "cost_yuan"])

    @cached_property
    def bench(self) -> pd.DataFrame:
        """One row a place on a bench: candidate, post, rank (1 the first choice), trained."""
        rows = [(*row, row[0] in self._sent) for row in (self.people.bench if self.people else ())]
        return pd.DataFrame(rows, columns=["candidate", "post", "rank", "trained"])

    @cached_property
    def benches(self) -> pd.DataFrame:
        """One row a post that should have a bench: successors wanted, listed and near-term."""
        bench = bench_of(self.case) if self.people is not None else None
        rows: list[tuple[str, int, int, int]] = []
        if bench is not None:
            near = {c.candidate for c in self.case.rows("candidates") if c.ready == "now"}
            near |= readied_by(self.case, self.people) if self.people else set()
            for j, post in enumerate(self.case.rows("posts")):
                if bench.of[j] >= 0:
                    mine = self.bench.loc[self.bench["post"] == post.post, "candidate"]
                    rows.append((post.post, int(bench.depth[j]), len(mine),
                                 int(mine.isin(near).sum())))
        return pd.DataFrame(rows, columns=["post", "wanted", "listed", "near"])

    @cached_property
    def unfilled(self) -> pd.DataFrame:
        """Posts with seats left empty; ``why`` is that of ``why_empty``."""
        rows: list[tuple[str, int, str]] = []
        if self.people is not None:
            p = people_of(self.case)
            pairs = frozenset((c, post) for c, post, *_ in self.people.placed)
            taken = {c for c, _ in pairs}
            filled = self.placements["post"].value_counts()
            for j, post in enumerate(self.case.rows("posts")):
                empty = int(p.seats.vacant[j]) - int(filled.get(post.post, 0))
                if empty > 0:
                    rows.append((post.post, empty, why_empty(self.case, pairs, j, taken)))
        return pd.DataFrame(rows, columns=["post", "seats", "why"])

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row a bound of a target and a unit, counted from the placements."""
        rows: list[dict[str, Any]] = []
        if self.people is not None:
            for bound, placed in counted_bounds(self.case, self.people):
                short = bound.shortfall(placed)
                rows.append({
                    "target": bound.target, "unit": bound.unit, "bound": bound.bound,
                    "strength": bound.strength, "actual": bound.actual(placed),
                    "before": bound.actual([]), "goal": float(bound.goal),
                    "met": short <= 1e-9, "shortfall": short,
                })
        return pd.DataFrame(rows, columns=["target", "unit", "bound", "strength", "actual",
                                           "before", "goal", "met", "shortfall"])
