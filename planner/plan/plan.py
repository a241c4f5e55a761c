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
from planner.model.money.rules import MoneyPart
from planner.model.people.pool import Seats, seats_of
from planner.model.people.rules import PeoplePart, counted_bounds
from planner.model.people.variables import people_of
from planner.solver.conflict import Give
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
    ``infeasible`` (``must_give`` names the rules that clash). ``money`` and ``people`` are ``None``
    when the case has no such half or no plan for it exists.
    """

    case: Case
    status: Status
    money: MoneyPart | None
    people: PeoplePart | None
    goals: tuple[Reached, ...]
    must_give: tuple[Give, ...] = ()
    trace: Trace = field(default_factory=Trace)

    @cached_property
    def cells(self) -> tuple[MoneyCell, ...]:
        """Every payee and fund with an entitlement."""
        return cells_of(self.case) if self.case.has_money else ()

    @cached_property
    def seats(self) -> Seats | None:
        """Vacancies, who stays and who goes."""
        return seats_of(self.case) if self.case.has_people else None

    @cached_property
    def allocations(self) -> pd.DataFrame:
        """One row a payee and fund: yuan, in total and by payer (columns ``payer.CODE``)."""
        payers = [p.payer for p in self.case.rows("payers")]
        rows = []
        for cell in self.cells if self.money else ():
            assert self.money is not None
            by = self.money.paid[cell.payee, cell.fund]
            rows.append({
                "payee": cell.payee, "street": cell.street, "fund": cell.fund,
                "entitlement_yuan": cell.entitlement, "last_year_yuan": cell.last,
                "carried_yuan": cell.carried, "allocation_yuan": sum(by.values()),
                **{f"payer.{p}": by.get(p, 0) for p in payers},
            })
        columns = ["payee", "street", "fund", "entitlement_yuan", "last_year_yuan",
                   "carried_yuan", "allocation_yuan", *(f"payer.{p}" for p in payers)]
        frame = pd.DataFrame(rows, columns=columns)
        frame["last_year_yuan"] = frame["last_year_yuan"].astype("Int64")
        return frame

    @cached_property
    def placements(self) -> pd.DataFrame:
        """One row a suggested placement: candidate, post, fit. Codes, no names."""
        rows = self.people.placed if self.people else ()
        return pd.DataFrame(rows, columns=["candidate", "post", "fit"])

    @cached_property
    def unfilled(self) -> pd.DataFrame:
        """Posts with seats left empty: ``why`` is ``no_candidate`` or ``placed_elsewhere``."""
        rows: list[tuple[str, int, str]] = []
        if self.people is not None:
            p = people_of(self.case)
            open_ = np.asarray(p.eligible.any(axis=0))
            filled = self.placements["post"].value_counts()
            for j, post in enumerate(self.case.rows("posts")):
                empty = int(p.seats.vacant[j]) - int(filled.get(post.post, 0))
                if empty > 0:
                    why = "placed_elsewhere" if open_[j] else "no_candidate"
                    rows.append((post.post, empty, why))
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
