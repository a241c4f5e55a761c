"""The figures plans are compared by: one Measure a row; to add one, add a line to ``MEASURES``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from planner.case.case import Case
from planner.case.dictionary import EDUCATION
from planner.model.money.choice import orders_met
from planner.model.money.entitlement import above, below
from planner.model.money.projects import projects_of
from planner.model.money.rules import available
from planner.model.people.training import is_tied
from planner.model.people.variables import people_of
from planner.plan.ask import must_find, short
from planner.plan.carried import carried_twice
from planner.plan.plan import Plan

Unit = Literal["yuan", "share", "count", "people", "years", "points"]
Better = Literal["higher", "lower", ""]
Value = int | float | None
Array = np.ndarray[Any, Any]

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}


@dataclass(frozen=True)
class Measure:
    """One figure: ``name`` (``name.part`` for one part of a whole), unit, which way is better.

    ``value`` reads it off a plan; ``None`` when the plan has no such half. ``block`` is the half.
    """

    name: str
    block: Literal["money", "people", "trust"]
    unit: Unit
    better: Better
    value: Callable[[Plan], Value]
    part: str = ""

    @property
    def key(self) -> str:
        """The name in JSON and files."""
        return f"{self.name}.{self.part}" if self.part else self.name


def _allocated(plan: Plan) -> int:
    return int(plan.awards["allocation_yuan"].sum())


def _money(value: Callable[[Plan], Value]) -> Callable[[Plan], Value]:
    return lambda plan: value(plan) if plan.money is not None else None


def _people(value: Callable[[Plan], Value]) -> Callable[[Plan], Value]:
    return lambda plan: value(plan) if plan.people is not None else None


def money_available(plan: Plan) -> Value:
    """Appropriations less contingency, of all payers (yuan)."""
    have = [yuan for yuan in available(plan.case) if yuan is not None]
    return sum(have) if have else None


def lowest_coverage(plan: Plan) -> float:
    """The least covered cell's coverage."""
    frame = plan.awards
    covered = (frame["allocation_yuan"] + frame["carried_yuan"]) / frame["entitlement_yuan"]
    return float(covered.min()) if len(covered) else 1.0


def mean_coverage(plan: Plan) -> Value:
    """All money paid and carried over, as a part of all entitlements.

    What one payee carries over above its entitlement covers nobody else.
    """
    frame = plan.awards
    entitled = frame["entitlement_yuan"]
    covered = (frame["allocation_yuan"] + frame["carried_yuan"]).clip(upper=entitled)
    whole = int(entitled.sum())
    return float(Fraction(int(covered.sum()), whole)) if whole else None


def below_floor(plan: Plan) -> Value:
    """Payees with a cell below the floor of its fund: 0 in every plan that stands."""
    assert plan.money is not None
    return len({c.payee for c in plan.cells
                if above(c.floor, c.entitlement, plan.money.total(c) + c.carried)})


def cut_against_last_year(plan: Plan) -> Value:
    """Payees that get less in all than last year, over funds paid in both."""
    frame = plan.awards.dropna(subset=["last_year_yuan"])
    if frame.empty:
        return None
    by = frame.groupby("payee")[["allocation_yuan", "last_year_yuan"]].sum()
    return int((by["allocation_yuan"] < by["last_year_yuan"]).sum())


def carried_above_ceiling(plan: Plan) -> Value:
    """Payees that carried over more than a fund's ceiling and so get no new money of it."""
    over = {c.payee for c in plan.cells if below(c.ceiling, c.entitlement, c.carried)}
    return len(over) or None


def orders_share(plan: Plan) -> Value:
    """Residents' orders met, as a part of all but those of barred projects.

    A project counts in the part of its cost it is paid.
    """
    counted = [p for p in projects_of(plan.case) if not p.barred]
    whole = sum(p.orders for p in counted)
    if plan.money is None or not whole:
        return None
    return float(orders_met(counted, plan.money.projects) / whole)


def projects_paid(plan: Plan) -> Value:
    """Projects that are paid, in full or in part."""
    if plan.money is None or not plan.case.has("projects"):
        return None
    return len(plan.money.projects)


def rounding_cost(plan: Plan) -> Value:
    """How much lower whole steps leave the least coverage than the continuous best."""
    best = [r.value for r in plan.goals if r.goal == "fairness"]
    reached = lowest_coverage(plan)
    return max(0.0, round(min(best) - reached, 9)) if best else None


def _team(plan: Plan) -> tuple[Array, Array]:
    """(ages, education ranks) of those who stay and those placed."""
    case, seats = plan.case, plan.seats
    assert seats is not None
    ages, ranks = [], []
    if case.has("incumbents"):
        stay = list(seats.staying)
        ages.append(case.ages("incumbents")[stay])
        ranks.append(case.frame("incumbents")["education"].map(_RANK).to_numpy()[stay])
    placed = sorted(set(plan.placements["candidate"]))
    if placed:
        at = case.frame("candidates")["candidate"].searchsorted(placed)
        ages.append(case.ages("candidates")[at])
        ranks.append(case.frame("candidates")["education"].map(_RANK).to_numpy()[at])
    if not ages:
        return np.zeros(0), np.zeros(0)
    return np.concatenate(ages), np.concatenate(ranks)


def _share(part: int, whole: int) -> Value:
    return part / whole if whole else None


def _of_team(test: Callable[[Array, Array], Array]) -> Callable[[Plan], Value]:
    def value(plan: Plan) -> Value:
        ages, ranks = _team(plan)
        return _share(int(test(ages, ranks).sum()), len(ages))
    return _people(value)


def mean_age(plan: Plan) -> Value:
    """Mean age of the team: those who stay and those placed."""
    ages, _ = _team(plan)
    return float(ages.mean()) if len(ages) else None


def mean_fit(plan: Plan) -> Value:
    """Mean fit of the people placed, in points."""
    return float(plan.placements["fit"].mean()) if len(plan.placements) else None


def targets_met(plan: Plan) -> Value:
    """Targets met, as a part of all targets and units."""
    return _share(int(plan.targets["met"].sum()), len(plan.targets))


def _bench(value: Callable[[Plan], Value]) -> Callable[[Plan], Value]:
    return _people(lambda plan: value(plan) if plan.case.has("bench") else None)


def _trained(value: Callable[[Plan], Value]) -> Callable[[Plan], Value]:
    return _people(lambda plan: value(plan) if is_tied(plan.case) else None)


def _bench_wanted(plan: Plan) -> Value:
    return int(plan.benches["wanted"].sum()) if len(plan.benches) else None


def people_moved(plan: Plan) -> Value:
    """Placements of an earlier plan that are still possible, and not in this one."""
    if not plan.case.earlier:
        return None
    who, what = plan.case.rows("candidates"), plan.case.rows("posts")
    kept = {(c, p) for c, p, _ in plan.people.placed} if plan.people else set()
    possible = {(who[i].candidate, what[j].post) for i, j in people_of(plan.case).earlier}
    return len(possible - kept)


def goals_proven(plan: Plan) -> Value:
    """Goals whose value equals the best proven possible, as a part of all."""
    if plan.status == "infeasible":
        return None
    return _share(sum(r.proven for r in plan.goals), len(plan.goals))


def _vacant(plan: Plan) -> Value:
    return None if plan.seats is None else int(plan.seats.vacant.sum())


def _age_outs(plan: Plan) -> Value:
    return None if plan.seats is None else len(plan.seats.ageing_out)


def _needed(plan: Plan) -> Value:
    return sum(c.entitlement for c in plan.cells) if plan.case.has_money else None


def _unspent(plan: Plan) -> Value:
    have = money_available(plan)
    return None if have is None else have - _allocated(plan)


#: Measures that do not depend on the case's own funds and levels.
MEASURES: tuple[Measure, ...] = (
    Measure("available", "money", "yuan", "", money_available),
    Measure("needed", "money", "yuan", "", _needed),
    Measure("allocated", "money", "yuan", "higher", _money(_allocated)),
    Measure("unspent", "money", "yuan", "", _money(_unspent)),
    Measure("lowest_coverage", "money", "share", "higher", _money(lowest_coverage)),
    Measure("mean_coverage", "money", "share", "higher", _money(mean_coverage)),
    Measure("below_floor", "money", "count", "lower", _money(below_floor)),
    Measure("cut_against_last_year", "money", "count", "lower", _money(cut_against_last_year)),
    Measure("carried_above_ceiling", "money", "count", "", carried_above_ceiling),
    Measure("carried_twice", "money", "count", "lower", carried_twice),
    Measure("orders_met", "money", "share", "higher", orders_share),
    Measure("projects_paid", "money", "count", "higher", projects_paid),
    Measure("rounding_cost", "money", "share", "lower", _money(rounding_cost)),
    Measure("seats", "people", "people", "", _vacant),
    Measure("filled", "people", "people", "higher", _people(lambda p: len(p.placements))),
    Measure("unfilled", "people", "people", "lower",
            _people(lambda p: int(p.unfilled["seats"].sum()))),
    Measure("trained", "people", "people", "", _trained(lambda p: len(p.training))),
    Measure("training_cost", "people", "yuan", "",
            _trained(lambda p: int(p.training["cost_yuan"].sum()))),
    Measure("bench_wanted", "people", "count", "", _bench_wanted),
    Measure("bench_covered", "people", "count", "higher", _bench(lambda p: len(p.bench))),
    Measure("bench_empty", "people", "count", "lower",
            _bench(lambda p: int((p.benches["listed"] == 0).sum()))),
    Measure("bench_near", "people", "share", "higher",
            _bench(lambda p: _share(int(p.benches["near"].sum()), len(p.bench)))),
    Measure("people_moved", "people", "people", "lower", _people(people_moved)),
    Measure("age_outs", "people", "people", "", _age_outs),
    Measure("mean_age", "people", "years", "lower", _people(mean_age)),
    Measure("aged_35_or_less", "people", "share", "higher", _of_team(lambda a, e: a <= 35)),
    Measure("college_or_more", "people", "share", "higher",
            _of_team(lambda a, e: e >= _RANK["junior_college"])),
    Measure("bachelor_or_more", "people", "share", "higher",
            _of_team(lambda a, e: e >= _RANK["bachelor"])),
    Measure("targets_met", "people", "share", "higher", _people(targets_met)),
    Measure("mean_fit", "people", "points", "higher", _people(mean_fit)),
    Measure("goals_proven", "trust", "share", "higher", goals_proven),
)


def _by_fund(code: str) -> Measure:
    def value(plan: Plan) -> Value:
        frame = plan.awards
        return int(frame.loc[frame["fund"] == code, "allocation_yuan"].sum())
    return Measure("allocated_fund", "money", "yuan", "higher", _money(value), code)


def _by_level(level: str) -> Measure:
    def value(plan: Plan) -> Value:
        return sum(plan.spent[p.payer] for p in plan.case.rows("payers") if p.level == level)
    return Measure("allocated_level", "money", "yuan", "", _money(value), level)


def _asked(level: str) -> Measure:
    return Measure("asked", "money", "yuan", "", lambda plan: must_find(plan, level), level)


def measures_for(cases: Iterable[Case]) -> tuple[Measure, ...]:
    """All measures of these cases: the fixed ones, and one a fund and one a payer level."""
    funds: dict[str, None] = {}
    levels: dict[str, None] = {}
    for case in cases:
        funds.update(dict.fromkeys(f.fund for f in case.rows("funds")))
        levels.update(dict.fromkeys(p.level for p in case.rows("payers")))
    own = tuple(_by_fund(f) for f in funds) + tuple(_by_level(level) for level in levels)
    own += tuple(_asked(level) for level in levels)
    own += (Measure("short", "money", "yuan", "lower", short),)
    cut = next(i for i, m in enumerate(MEASURES) if m.name == "unspent") + 1
    return MEASURES[:cut] + own + MEASURES[cut:]
