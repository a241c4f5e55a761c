"""PuLP states the model; HiGHS gets all of it in one call and is read back by arrays.

The only module that knows the habits of either. PuLP has two lines (3.3 on Python 3.11, 4.2 on
3.12 and later) whose statuses differ, so the status here is our own, read from HiGHS itself, and
numbers are only read after it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any, Literal

import highspy
import numpy as np
import pulp

from planner.errors import SolverError
from planner.model.rule import Model, Row, Sense, Terms

Status = Literal["optimal", "feasible", "infeasible", "unbounded", "stopped"]
Array = np.ndarray[Any, Any]

_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}
#: Fixed so that the same case gives the same bytes.
_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
}


@dataclass(frozen=True)
class Outcome:
    """What one solve gave. ``x`` and ``duals`` are empty unless a feasible point is there."""

    status: Status
    value: float
    bound: float
    x: Array
    duals: Array

    @property
    def solved(self) -> bool:
        """Whether ``x`` may be read."""
        return self.status in ("optimal", "feasible")


def state(model: Model, costs: Array | None = None, sense: Sense = "min") -> pulp.LpProblem:
    """The model as a PuLP problem, names being ``x0…`` and ``r0…``: ASCII ids, nobody's name."""
    if hasattr(pulp, "set_v4_migration_warnings"):
        pulp.set_v4_migration_warnings(False)
    problem = pulp.LpProblem("planner", pulp.LpMaximize if sense == "max" else pulp.LpMinimize)
    columns = [
        problem.add_variable(
            f"x{j}",
            None if low == -inf else low,
            None if high == inf else high,
            pulp.LpInteger if whole else pulp.LpContinuous,
        )
        for j, (low, high, whole) in enumerate(
            zip(model.lower, model.upper, model.whole, strict=True)
        )
    ]
    with _no_collection():
        for i, row in enumerate(model.rows):
            if not row.terms or (row.low == -inf and row.high == inf):
                continue
            left = _expression([(columns[j], c) for j, c in row.terms])
            if row.low == row.high:
                problem += left == row.low, f"r{i}"
            else:
                if row.low > -inf:
                    problem += left >= row.low, f"r{i}"
                if row.high < inf:
                    problem += _expression([(columns[j], c) for j, c in row.terms]) <= row.high, (
                        f"s{i}"
                    )
        if costs is not None:
            problem += _expression([(columns[j], float(c)) for j, c in enumerate(costs) if c])
    return problem


def _expression(terms: list[tuple[Any, float]]) -> Any:
    make = getattr(pulp.LpAffineExpression, "from_list", None) or pulp.LpAffineExpression
    return make(terms)


class Session:
    """A model kept in the solver: objectives change, rows are held, nothing is built twice."""

    def __init__(self, model: Model, time_limit: float | None = None) -> None:
        self.model = model
        if any(not isfinite(c) for row in model.rows for _, c in row.terms):
            raise SolverError("a coefficient is not a number")
        self.problem = state(model)
        self.low, self.high, matrix = _arrays(self.problem, model)
        with quiet_stdout():  # some versions greet before they can be told not to
            self.solver = highspy.Highs()
        for name, value in _OPTIONS.items():
            self._option(name, value)
        if time_limit is not None:
            self._option("time_limit", float(time_limit))
        self.whole = np.array(model.whole, dtype=bool)
        n, m = len(model.lower), len(model.rows)
        answer = self.solver.passModel(
            n, m, len(matrix[1]), 2, 1, 0.0, np.zeros(n), np.array(model.lower, dtype=float),
            np.array(model.upper, dtype=float), self.low, self.high, *matrix,
            self.whole.astype(np.int32),
        )
        if n and answer == highspy.HighsStatus.kError:
            raise SolverError("the solver refuses the model")
        self.costs = np.zeros(n)
        self.sense: Sense = "min"
        self._first = (self.low.copy(), self.high.copy(), list(model.lower), list(model.upper))
        self._dropped: dict[int, Row] = {}
        self._thawed: list[tuple[int, float, float]] = []

    def restore(self) -> None:
        """Every bound and coefficient as at the start: another question to the same model."""
        low, high, lower, upper = self._first
        if self._thawed:
            self.thaw()
        for i in np.flatnonzero((self.low != low) | (self.high != high)).tolist():
            self.hold(i, float(low[i]), float(high[i]))
        for j, (least, most) in enumerate(zip(lower, upper, strict=True)):
            if (self.model.lower[j], self.model.upper[j]) != (least, most):
                self.fix(j, least, most)
        for i, row in self._dropped.items():
            gone = dict(row.terms).keys() - dict(self.model.rows[i].terms).keys()
            for j in gone:
                self.solver.changeCoeff(i, j, dict(row.terms)[j])
            self.model.rows[i] = row
        self._dropped.clear()

    def _option(self, name: str, value: Any) -> None:
        if self.solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SolverError(f"the solver refuses option {name}")

    def hold(self, row: int, low: float = -inf, high: float = inf) -> None:
        """Give a row new bounds."""
        self.low[row], self.high[row] = low, high
        self.solver.changeRowBounds(row, low, high)

    def fix(self, column: int, low: float, high: float) -> None:
        """Give a column new bounds."""
        self.model.lower[column], self.model.upper[column] = low, high
        self.solver.changeColBounds(column, low, high)

    def drop(self, row: int, column: int) -> None:
        """Take a column out of a row."""
        was = self.model.rows[row]
        self._dropped.setdefault(row, was)
        terms = [(j, c) for j, c in was.terms if j != column]
        self.model.rows[row] = replace(was, terms=terms)
        self.solver.changeCoeff(row, column, 0.0)

    def freeze(self, x: Array) -> None:
        """Fix every whole column at its value in ``x``: what is left is linear, and has duals."""
        self._thawed = [(j, self.model.lower[j], self.model.upper[j])
                        for j in np.flatnonzero(self.whole).tolist()]
        for j, _, _ in self._thawed:
            self.fix(j, float(x[j]), float(x[j]))
        self._integrality(highspy.HighsVarType.kContinuous)
        self.whole = np.zeros_like(self.whole)

    def thaw(self) -> None:
        """Undo ``freeze``."""
        for j, low, high in self._thawed:
            self.fix(j, low, high)
            self.whole[j] = True
        self._integrality(highspy.HighsVarType.kInteger)
        self._thawed = []

    def _integrality(self, kind: Any) -> None:
        self.solver.clearSolver()
        for j, _, _ in self._thawed:
            self.solver.changeColIntegrality(j, kind)

    def optimise(self, terms: Terms, sense: Sense, nodes: int | None = None) -> Outcome:
        """Optimise ``Σ coefficient · column`` over the model as it now stands.

        ``nodes`` bounds the branches of an integer model; ``None`` goes on to proof.
        """
        self._option("mip_max_nodes", 2**31 - 1 if nodes is None else nodes)
        n = len(self.model.lower)
        costs = np.zeros(n)
        for j, c in terms:
            costs[j] += c
        self.costs, self.sense = costs, sense
        if self.whole.any():
            self.solver.clearSolver()
        self.solver.changeColsCost(n, np.arange(n, dtype=np.int32), costs)
        self.solver.changeObjectiveSense(
            highspy.ObjSense.kMaximize if sense == "max" else highspy.ObjSense.kMinimize
        )
        with quiet_stdout():
            self.solver.run()
        return self._read()

    def surely(self, terms: Terms, sense: Sense) -> Outcome:
        """Optimise a model known to have a point.

        Goals held to their values leave a sliver that presolve may round away and call
        infeasible: then it is solved again from scratch and without presolve.
        """
        outcome = self.optimise(terms, sense)
        if outcome.status != "infeasible":
            return outcome
        self._option("presolve", "off")
        self.solver.clearSolver()
        outcome = self.optimise(terms, sense)
        self._option("presolve", "choose")
        return outcome

    def _read(self) -> Outcome:
        status = self.solver.getModelStatus()
        info, solution = self.solver.getInfo(), self.solver.getSolution()
        feasible = solution.value_valid and info.primal_solution_status == 2
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self._option("presolve", "off")
            with quiet_stdout():
                self.solver.run()
            self._option("presolve", "choose")
            status = self.solver.getModelStatus()
        mine = _STATUS.get(status, "feasible" if feasible else "stopped")
        if not len(self.costs):  # nothing to decide, as when no seat is vacant
            mine = "optimal" if ((self.low <= 0) & (self.high >= 0)).all() else "infeasible"
        if mine not in ("optimal", "feasible"):
            return Outcome(mine, np.nan, np.nan, np.zeros(0), np.zeros(0))
        x = np.array(solution.col_value)
        x[self.whole] = np.round(x[self.whole])
        value = float(self.costs @ x)
        bound = value if mine == "optimal" else inf if self.sense == "max" else -inf
        if self.whole.any():
            bound = float(info.mip_dual_bound)
        duals = np.array(solution.row_dual) if solution.dual_valid else np.zeros(0)
        return Outcome(mine, value, bound, x, duals)

    def snapshot(self) -> pulp.LpProblem:
        """The model as it now stands, for a second solver to answer."""
        rows = [
            replace(r, low=float(lo), high=float(hi))
            for r, lo, hi in zip(self.model.rows, self.low, self.high, strict=True)
        ]
        now = Model(self.model.lower, self.model.upper, self.model.whole, rows)
        return state(now, self.costs, self.sense)


def _arrays(problem: Any, model: Model) -> tuple[Array, Array, tuple[Array, Array, Array]]:
    """Row bounds and the matrix by rows, read back from what PuLP holds.

    Rows PuLP does not hold (still free: they are held later) come from the model.
    """
    held = problem.constraints() if callable(problem.constraints) else problem.constraints.values()
    terms: list[Terms] = [row.terms for row in model.rows]
    # A row without terms is not for PuLP (it would take `0 >= 1`), but may still ask for something.
    low = np.array([-inf if row.terms else row.low for row in model.rows], dtype=float)
    high = np.array([inf if row.terms else row.high for row in model.rows], dtype=float)
    for row in held:
        i, side = int(row.name[1:]), -float(row.constant)
        terms[i] = [(int(v.name[1:]), float(c)) for v, c in row.items()]
        if row.sense >= 0:
            low[i] = side
        if row.sense <= 0:
            high[i] = side
    start = np.zeros(len(terms) + 1, dtype=np.int32)
    np.cumsum([len(t) for t in terms], out=start[1:])
    index = np.array([j for t in terms for j, _ in t], dtype=np.int32)
    value = np.array([c for t in terms for _, c in t], dtype=float)
    return low, high, (start, index, value)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Many small objects are made and none is rubbish: the collector only costs time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _flush_c() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)


@contextmanager
def quiet_stdout() -> Iterator[None]:
    """HiGHS may write to the process's stdout whatever its options say: point it elsewhere."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        sys.stdout.flush()
        kept = os.dup(1)
    except OSError:  # no such descriptor: nothing to keep clean
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        yield
    finally:
        _flush_c()  # what C holds back would otherwise be written to the real stdout later
        os.dup2(kept, 1)
        os.close(kept)
