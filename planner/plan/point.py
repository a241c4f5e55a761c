"""One point of a sweep: its figures, settled and continuous, and what holds its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.plan.kinks import Holding, Rule
from planner.plan.measures import Measure, Value, money_available
from planner.plan.plan import Plan
from planner.plan.vary import Stop
from planner.solver.conflict import Give


@dataclass(frozen=True)
class Point:
    """One point: the stop of each parameter, its status, and the figures of its plan.

    ``values`` by measure are those of the settled plan; ``smooth`` those of the continuous plan
    before amounts came to whole steps, for measures that have one; ``holding`` what holds each
    cell, ``lowest`` those least covered. All are empty where there is no proven plan;
    ``must_give`` then says what clashes.
    """

    stops: tuple[Stop, ...]
    status: str
    values: Mapping[str, Value] = field(default_factory=dict)
    smooth: Mapping[str, float] = field(default_factory=dict)
    holding: Holding = field(default_factory=dict)
    lowest: Holding = field(default_factory=dict)
    must_give: tuple[Give, ...] = ()
    fault: str = ""

    def about(self, key: str) -> Holding:
        """What holds the cells a measure is about."""
        if key == "lowest_coverage":
            return self.lowest
        fund = key.removeprefix("allocated_fund.")
        return self.holding if fund == key else {
            c: rules for c, rules in self.holding.items() if c[1] == fund}


def point_of(stops: tuple[Stop, ...], plan: Plan, measures: Sequence[Measure]) -> Point:
    """What a plan says of a point."""
    if plan.status == "infeasible":
        return Point(stops, plan.status, must_give=plan.must_give)
    values = {m.key: m.value(plan) for m in measures}
    if plan.status != "optimal":
        return Point(stops, plan.status, values)
    holding, held = _holding(plan), plan.trace.held
    least = min((h.level for h in held.values()), default=0.0) + 1e-6
    lowest = {c: rules for c, rules in holding.items() if held[c].level <= least}
    return Point(stops, plan.status, values, _smooth(plan), holding, lowest)


def _smooth(plan: Plan) -> dict[str, float]:
    """The continuous plan's own figures, of measures that have one."""
    wanted = plan.trace.wanted
    if plan.money is None or not wanted:
        return {}
    got = {c: wanted[c.payee, c.fund] for c in plan.cells}
    covered = {c: (yuan + c.carried) / c.entitlement for c, yuan in got.items()}
    whole = sum(c.entitlement for c in got)
    found = {
        "lowest_coverage": min(covered.values(), default=1.0),
        "mean_coverage": sum(min(yuan + c.carried, c.entitlement) for c, yuan in got.items())
        / whole if whole else 0.0,
        "allocated": sum(got.values()),
    }
    for cell, yuan in got.items():
        key = f"allocated_fund.{cell.fund}"
        found[key] = found.get(key, 0.0) + yuan
    have = money_available(plan)
    return found if have is None else {**found, "unspent": have - found["allocated"]}


def _holding(plan: Plan) -> Holding:
    """What holds each cell; one at its own most is held by its ceiling, or by last year's sum."""
    by: dict[tuple[str, str], frozenset[Rule]] = {}
    for cell in plan.cells:
        held = plan.trace.held.get((cell.payee, cell.fund))
        if held is None:
            continue
        own = frozenset({("ceiling", cell.fund)})
        if cell.grow is not None and cell.last is not None and (
                (1 + cell.grow) * cell.last < cell.ceiling * cell.entitlement - cell.carried):
            own = frozenset({("growth", cell.fund)})
        by[cell.payee, cell.fund] = frozenset(held.by) or own
    return by
