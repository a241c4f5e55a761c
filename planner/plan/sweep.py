"""One or two figures of a case over a range: what every measure comes to, and where it bends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pandas as pd

from planner.case.case import Case, Only
from planner.case.recipe import nearest
from planner.case.scenario import Scenario
from planner.errors import Cell, Fault, InputError, Problem, UsageError
from planner.plan.bends import bends
from planner.plan.kinks import Kink
from planner.plan.many import ahead, differ_in_money
from planner.plan.measures import Measure, measures_for
from planner.plan.point import Point, point_of
from planner.plan.solve import leave_trail, solve
from planner.plan.solved import Memo
from planner.plan.vary import MOST, Scale, Stop, Vary, case_at, parse_vary, scale_of
from planner.solver.pool import Counted
from planner.solver.watch import Tell, silent

#: What is told of every point when no measure is asked for, where there is such a figure.
USUAL = ("lowest_coverage", "mean_coverage", "allocated", "unspent", "cut_against_last_year",
         "filled", "targets_met")


@dataclass(frozen=True)
class Sweep:
    """All points, the first parameter slowest. ``kinks`` by measure, for one parameter."""

    scenario: Scenario
    scales: tuple[Scale, ...]
    measures: tuple[Measure, ...]
    points: tuple[Point, ...]
    kinks: Mapping[str, tuple[Kink, ...]]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a point: its parameters as text, ``status``, and a column a measure."""
        heads = [s.vary.name for s in self.scales]
        rows = [[*(s.text for s in p.stops), p.status,
                 *(p.values.get(m.key) for m in self.measures)] for p in self.points]
        return pd.DataFrame(rows, columns=[*heads, "status", *(m.key for m in self.measures)])


def sweep(
    scenario: Scenario, vary: Sequence[Vary | str], measures: Sequence[str] = (),
    only: Only | None = None, time_limit: float | None = None,
    progress: Callable[[int, int], None] = lambda n, count: None,
    workers: int = 1, cluster: str | None = None, tell: Tell = silent,
    counted: Counted = lambda done, count: None,
) -> Sweep:
    """Solve a scenario at every point of one or two parameters.

    ``measures`` are keys (all the usual ones when empty). A point without a plan says so and the
    others go on. Raises ``UsageError`` for a parameter or measure that cannot be read,
    ``InputError`` with the problems of all points when a change cannot be made: nothing is solved
    then. ``progress`` is told the number of the point about to be solved, and how many there are;
    ``tell`` and ``counted`` are those of ``solve_all``, as are ``workers`` and ``cluster``.
    """
    if not 1 <= len(vary) <= 2:
        raise UsageError("vary_one_or_two", count=len(vary))
    read = [parse_vary(v) if isinstance(v, str) else v for v in vary]
    if len({v.name for v in read}) < len(read):
        raise UsageError("vary_twice", text=read[0].name)
    scales = tuple(scale_of(scenario.case, v, only) for v in read)
    places = list(product(*(s.stops for s in scales)))
    if len(places) > MOST:
        raise UsageError("vary_many", count=len(places), most=MOST)
    known = _measures(scenario.case, measures)
    at = _At(scenario.case, scales, known, only, time_limit, Memo(), tell)
    cases = _checked(at, places)
    if differ_in_money(cases):
        leave_trail(scenario.case, at.memo, time_limit, tell)
    points = []
    with ahead(at.memo, cases, workers, cluster, time_limit, counted) as arrive:
        for n, (stops, case) in enumerate(zip(places, cases, strict=True), 1):
            arrive(case)
            progress(n, len(places))
            points.append(at.point(stops, case))
    told = tuple(m for m in known if measures or any(
        p.values.get(m.key) is not None for p in points))
    found = bends(scales[0], told, points, at.point) if len(scales) == 1 else {}
    return Sweep(scenario, scales, told, tuple(points), found)


def _measures(case: Case, asked: Sequence[str]) -> tuple[Measure, ...]:
    """The measures asked for; raises ``UsageError`` for one that is not there."""
    by = {m.key: m for m in measures_for([case])}
    for key in asked:
        if key not in by:
            raise UsageError("sweep_measure", measure=key, nearest=nearest(key, [*by]),
                             measures=[*by])
    return tuple(by[key] for key in dict.fromkeys(asked or USUAL))


@dataclass(frozen=True)
class _At:
    """All that is needed to solve one more point."""

    case: Case
    scales: tuple[Scale, ...]
    measures: tuple[Measure, ...]
    only: Only | None
    time_limit: float | None
    memo: Memo
    tell: Tell

    def made(self, stops: Sequence[Stop]) -> Case:
        """The case at a point; raises ``InputError``."""
        orders = [scale.order(stop) for scale, stop in zip(self.scales, stops, strict=True)]
        return case_at(self.case, orders, self.only)

    def point(self, stops: tuple[Stop, ...], case: Case | None = None) -> Point:
        """The case at a point (made when it is not given), solved."""
        try:
            plan = solve(case or self.made(stops), self.time_limit, self.memo, self.tell)
        except Fault as fault:
            return Point(stops, "failed", fault=str(fault))
        return point_of(stops, plan, self.measures)


def _checked(at: _At, places: Sequence[tuple[Stop, ...]]) -> list[Case]:
    """The case at every point; what is wrong at any, each problem at the first that has it."""
    cases: list[Case] = []
    problems: dict[tuple[str, Cell], Problem] = {}
    for stops in places:
        try:
            cases.append(at.made(stops))
        except InputError as error:
            point = ", ".join(
                f"{scale.vary.column}={stop.text}"
                for scale, stop in zip(at.scales, stops, strict=True))
            for p in error.problems:
                problems.setdefault((p.code, p.cell), p.caused_by(point))
    if problems:
        raise InputError(problems.values())
    return cases
