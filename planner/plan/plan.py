"""A plan: what came out of one case, as tables. Frozen; nothing in it was not recounted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.case.case import Case
from planner.errors import RecountError
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.goals import MONEY_GOALS
from planner.model.money.rules import MONEY_RULES, MoneyPart
from planner.model.money.settle import settle
from planner.model.money.variables import SCALE, money_variables
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.goals import tie as people_tie
from planner.model.people.pool import Seats, seats_of
from planner.model.people.rules import PEOPLE_RULES, PeoplePart, counted_bounds
from planner.model.people.variables import people_of, people_variables, placements
from planner.model.rule import Leximin, Model, Stage
from planner.plan.recount import recount
from planner.solver.conflict import Give, clash, gives
from planner.solver.ladder import Climb, Ladder, Reached

Status = Literal["optimal", "infeasible", "stopped"]

#: The order of goals when a case does not rank its own. Later issues add orders and bench.
DEFAULT_GOALS = ("floor", "fill", "fairness", "targets", "fit", "steady", "payer_order")


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


@dataclass(frozen=True)
class Half:
    """What solving one half of a case gave."""

    climb: Climb
    money: MoneyPart | None = None
    people: PeoplePart | None = None
    must_give: tuple[Give, ...] = ()


def ranked_goals(case: Case) -> tuple[tuple[str, float], ...]:
    """The goals in rank order with their tolerance, as the case ranks them or by default."""
    rows = sorted(case.rows("goals"), key=lambda r: (r.rank, r.goal))
    if not rows:
        return tuple((goal, 0.0) for goal in DEFAULT_GOALS)
    return tuple((row.goal, row.tolerance or 0.0) for row in rows)


def solve(
    case: Case, time_limit: float | None = None, memo: dict[str, Half] | None = None
) -> Plan:
    """The best plan of a case, recounted.

    ``memo`` keeps solved halves by what was given to them: scenarios that change only money share
    one people half, and the other way round. Raises ``RecountError`` when the plan breaks a rule
    on being counted again: a fault of the program, after which nothing of it may be shown.
    """
    memo = {} if memo is None else memo
    halves = []
    for block, given, half in (
        ("money", case.has_money, _money), ("people", case.has_people, _people),
    ):
        if given:
            known = f"{block} {case.fingerprint_of('both', block)}"
            if known not in memo:
                memo[known] = half(case, time_limit)
            halves.append(memo[known])
    money = next((h.money for h in halves if h.money is not None), None)
    people = next((h.people for h in halves if h.people is not None), None)
    breaches = recount(case, money, people)
    if breaches:
        raise RecountError(breaches)
    statuses = [h.climb.status for h in halves]
    status: Status = "optimal"
    if "infeasible" in statuses:
        status = "infeasible"
    elif any(s != "optimal" for s in statuses):
        status = "stopped"
    rank = {goal: i for i, (goal, _) in enumerate(ranked_goals(case))}
    reached = sorted(
        (r for h in halves for r in h.climb.reached), key=lambda r: rank.get(r.goal, 99))
    give = tuple(g for h in halves for g in h.must_give)
    return Plan(case, status, money, people, tuple(reached), give)


def _money(case: Case, time_limit: float | None) -> Half:
    order = [(g, t) for g, t in ranked_goals(case) if g in MONEY_GOALS]
    model = Model()
    v = money_variables(case, model, steady=any(g == "steady" for g, _ in order))
    for rule in MONEY_RULES:
        model.add(rule.rows(case, v))
    base = len(model.lower), len(model.rows)
    goals = [_tolerant(s, t) for g, t in order for s in MONEY_GOALS[g](case, v, model)]
    climb = Ladder(model, tuple(goals)).climb(time_limit)
    if climb.status == "infeasible":
        return Half(climb, must_give=_must_give(model, base, SCALE))

    def again(small: Model, stages: tuple[Stage | Leximin, ...]) -> list[float] | None:
        end = Ladder(small, stages).climb()
        return list(end.x) if end.status in ("optimal", "feasible") else None

    if climb.status == "stopped" or (model.lower and not len(climb.x)):
        return Half(climb)
    no_step = tuple(
        Give("whole", f"{c.payee}/{c.fund}", float(c.low - c.high))
        for g in v.groups for c in g.cells if c.low > c.high)
    part = None if no_step else settle(case, v, list(climb.x), again)
    if part is None:
        give = no_step or (Give("whole", "all", None),)
        return Half(Climb("infeasible", climb.x), must_give=give)
    return Half(climb, money=part)


def _people(case: Case, time_limit: float | None) -> Half:
    model = Model()
    v = people_variables(case, model)
    for rule in PEOPLE_RULES:
        model.add(rule.rows(case, v))
    base = len(model.lower), len(model.rows)
    order = [(g, t) for g, t in ranked_goals(case) if g in PEOPLE_GOALS]
    goals = [_tolerant(s, t) for g, t in order for s in PEOPLE_GOALS[g](case, v, model)]
    climb = Ladder(model, (*goals, *people_tie(case, v, model))).climb(time_limit)
    if climb.status == "infeasible":
        return Half(climb, must_give=_must_give(model, base, 1))
    if model.lower and not len(climb.x):
        return Half(climb)
    who, what = case.rows("candidates"), case.rows("posts")
    placed = tuple(
        (str(who[i].candidate), str(what[j].post), float(v.people.fit[i, j]))
        for i, j in placements(v, list(climb.x)))
    return Half(climb, people=PeoplePart(placed))


def _tolerant(stage: Stage | Leximin, tolerance: float) -> Stage | Leximin:

    return replace(stage, tolerance=tolerance) if tolerance else stage


def _must_give(model: Model, base: tuple[int, int], scale: int) -> tuple[Give, ...]:
    """The clash among the rules alone, goals' columns and rows left out."""
    columns, rows = base
    bare = Model(model.lower[:columns], model.upper[:columns], model.whole[:columns],
                 model.rows[:rows])
    found = gives(bare, clash(bare))
    told = []
    for give in found:
        by = None if give.by is None else round(give.by * scale, 6)
        if by is not None and scale == 1:
            by = float(ceil(by))  # nobody gives a part of a person
        told.append(replace(give, by=by))
    return tuple(told)


