"""Scenarios side by side: measures, differences to the first, who gains and who loses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from planner.case.case import Mode, Only
from planner.case.scenario import Scenario, load
from planner.errors import Cell, Fault, InputError, Problem
from planner.plan.many import solve_all
from planner.plan.measures import Measure, Value, measures_for
from planner.plan.plan import Plan
from planner.plan.remedy import Mended, Nearest, mended, nearest
from planner.solver.pool import Counted
from planner.solver.watch import Tell, silent


@dataclass(frozen=True)
class Entry:
    """One scenario's column: its plan, or the fault that kept it from having one."""

    scenario: Scenario
    plan: Plan | None
    fault: str = ""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def status(self) -> str:
        """``optimal``, ``stopped``, ``infeasible`` or ``failed``."""
        return self.plan.status if self.plan is not None else "failed"

    @cached_property
    def mended(self) -> tuple[Mended, ...]:
        """The smallest repairs of a scenario without a plan, each applied and solved again."""
        return mended(self.plan) if self.plan is not None else ()

    @cached_property
    def nearest(self) -> Nearest | None:
        """The plan after the first repair, for a scenario that has none of its own."""
        return nearest(self.mended)


@dataclass(frozen=True)
class Comparison:
    """Scenarios side by side; the first is the baseline."""

    entries: tuple[Entry, ...]

    @cached_property
    def rows(self) -> tuple[Measure, ...]:
        """The measures, those of a half nobody plans left out."""
        found = measures_for(e.scenario.case for e in self.entries)
        return tuple(m for m in found if any(self.value(m, e) is not None for e in self.entries))

    @cached_property
    def shown(self) -> tuple[Measure, ...]:
        """The measures of a screen, where a nearest plan stands for one that is not there."""
        mine = {m.key for m in self.rows}
        found = measures_for(e.scenario.case for e in self.entries)
        return tuple(m for m in found if m.key in mine or any(
            e.nearest is not None and m.value(e.nearest.plan) is not None for e in self.entries))

    def value(self, measure: Measure, entry: Entry) -> Value:
        """One figure, read off the plan once however often it is asked for."""
        known = self._values.setdefault(entry.name, {})
        if measure.key not in known:
            known[measure.key] = None if entry.plan is None else measure.value(entry.plan)
        return known[measure.key]

    @cached_property
    def _values(self) -> dict[str, dict[str, Value]]:
        return {}

    def difference(self, measure: Measure, entry: Entry) -> Value:
        """The figure less the baseline's; ``None`` where either is missing."""
        mine, base = self.value(measure, entry), self.value(measure, self.entries[0])
        return None if mine is None or base is None else mine - base

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row a measure and scenario: value, unit, which way is better, difference."""
        return pd.DataFrame([
            {"scenario": e.name, "measure": m.key, "value": self.value(m, e), "unit": m.unit,
             "better": m.better, "difference": self.difference(m, e)}
            for e in self.entries for m in self.rows
        ])

    def moves(self, entry: Entry, by: str = "payee") -> pd.DataFrame:
        """What each payee (or ``street``) gets against the baseline: yuan, gains first."""
        columns = [by, "baseline_yuan", "yuan", "difference_yuan"]
        plans = [self.entries[0].plan, entry.plan]
        if any(p is None or p.money is None for p in plans):
            return pd.DataFrame(columns=columns)
        sums = [p.awards.groupby(by)["allocation_yuan"].sum() for p in plans if p is not None]
        frame = pd.concat(sums, axis=1, keys=columns[1:3]).fillna(0).astype(int).reset_index()
        frame.columns = pd.Index(columns[:3])
        frame["difference_yuan"] = frame["yuan"] - frame["baseline_yuan"]
        return frame.sort_values(["difference_yuan", by], ascending=[False, True],
                                 ignore_index=True)


def compare(
    scenarios: Sequence[Scenario],
    time_limit: float | None = None,
    progress: Callable[[int, Scenario], None] = lambda n, scenario: None,
    workers: int = 1,
    cluster: str | None = None,
    tell: Tell = silent,
    counted: Counted = lambda done, count: None,
) -> Comparison:
    """Solve every scenario; one that fails says so in its column and the others go on.

    ``progress`` is told the number (from 1) of the scenario about to be solved; the others are
    those of ``solve_all``.
    """
    plans = solve_all(
        [s.case for s in scenarios], workers, cluster, time_limit, tell=tell,
        started=lambda n: progress(n + 1, scenarios[n]), counted=counted)
    return Comparison(tuple(
        Entry(scenario, None, str(plan)) if isinstance(plan, Fault) else Entry(scenario, plan)
        for scenario, plan in zip(scenarios, plans, strict=True)))


def compare_paths(
    paths: Sequence[str | Path], only: Only | None = None, mode: Mode | None = None
) -> Comparison:
    """Read and compare scenario files, case folders, workbooks or folders of scenarios.

    The first is the baseline; one named twice is taken once. Raises ``InputError`` with every
    problem of every file.
    """
    return compare(load_all(paths, only, mode))


def load_all(
    paths: Sequence[str | Path], only: Only | None = None, mode: Mode | None = None
) -> list[Scenario]:
    """The scenarios of all paths, in order, each once; all their problems in one ``InputError``.

    Two different scenarios of one name cannot stand side by side: that is a problem too.
    """
    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            for scenario in load(path, only, mode):
                known = found.setdefault(scenario.name, scenario)
                if known.case.fingerprint != scenario.case.fingerprint:
                    problems.append(Problem("same_name", Cell(str(path)), scenario.name))
        except InputError as error:
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise InputError(problems)
    return list(found.values())
