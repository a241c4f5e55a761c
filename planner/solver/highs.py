"""HiGHS gets the whole model PuLP states in one call and is read back by arrays.

The only module that knows HiGHS's habits. The statuses of the two lines of PuLP differ, so the
status here is our own, read from HiGHS itself, and numbers are only read after it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal

import highspy
import numpy as np
import pulp

from planner.errors import SolverError
from planner.model.rule import Model, Row, Sense, Terms
from planner.solver.quiet import quiet_stdout
from planner.solver.stating import rows_of, state
from planner.solver.trail import Trail, Walk
from planner.solver.watch import Watch

Status = Literal["optimal", "feasible", "infeasible", "unbounded", "stopped"]
Array = np.ndarray[Any, Any]

_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}
#: How far a column asked to be whole may be off: a yuan in a thousand million.
MIP_TOLERANCE = 1e-9
#: Steps that show whether the point reached before is best or nearly so; values of options.
FEW_STEPS = 100
DUAL, PRIMAL, NO_LIMIT = 1, 4, 2**31 - 1
EDGE_WEIGHTS, CHOOSE, DEVEX = "simplex_dual_edge_weight_strategy", -1, 1
#: How far the solver may be off a bound, and how far a held value may slip (万元, shares, people):
#: above the former, far below a yuan.
EXACT, SLIP = 1e-9, 1e-8
#: Fixed so that the same case gives the same bytes.
_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": EXACT,
    "dual_feasibility_tolerance": EXACT,
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


class Session:
    """A model kept in the solver: objectives change, rows are held, nothing is built twice.

    ``time_limit`` seconds are those of all its solves together, from now on.
    """

    def __init__(self, model: Model, time_limit: float | None = None) -> None:
        self.model = model
        rows = rows_of(model)
        self.low, self.high = rows.low, rows.high
        with quiet_stdout():  # some versions greet before they can be told not to
            self.solver = highspy.Highs()
        for name, value in _OPTIONS.items():
            self._option(name, value)
        self.watch = Watch(self.solver)
        self._until = None if time_limit is None else time.monotonic() + time_limit
        self.whole = np.array(model.whole, dtype=bool)
        n, m = len(model.lower), len(model.rows)
        answer = self.solver.passModel(
            n, m, len(rows.index), 2, 1, 0.0, np.zeros(n), np.array(model.lower, dtype=float),
            np.array(model.upper, dtype=float), self.low, self.high, rows.start, rows.index,
            rows.value, self.whole.astype(np.int32),
        )
        if n and answer == highspy.HighsStatus.kError:
            raise SolverError("the solver refuses the model")
        self.costs = np.zeros(n)
        self.sense: Sense = "min"
        self._first = (self.low.copy(), self.high.copy(), list(model.lower), list(model.upper))
        self._dropped: dict[int, Row] = {}
        self._thawed: list[tuple[int, float, float]] = []
        self.asked: tuple[int, ...] = ()
        self._walk: Walk | None = None

    def along(self, trail: Trail | None) -> None:
        """From now on linear programs start from a trail, or leave it where it is new."""
        size = len(self.costs), len(self.low)
        self._walk = None if trail is None else Walk(trail, size)

    def restore(self) -> None:
        """Every bound and coefficient as at the start: another question to the same model."""
        low, high, lower, upper = self._first
        if self._thawed:
            self.thaw()
        if self.asked:
            self._integrality(self.asked, highspy.HighsVarType.kContinuous)
            self.asked = ()
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

    def _fix_at(self, columns: Sequence[int], x: Array) -> None:
        """Fix columns at their values in ``x``, all in one call."""
        index = np.array(columns, dtype=np.int32)
        at = x[index]
        for j, value in zip(columns, at.tolist(), strict=True):
            self.model.lower[j] = self.model.upper[j] = value
        self.solver.changeColsBounds(len(index), index, at, at)

    def drop(self, row: int, column: int) -> None:
        """Take a column out of a row."""
        was = self.model.rows[row]
        self._dropped.setdefault(row, was)
        terms = [(j, c) for j, c in was.terms if j != column]
        self.model.rows[row] = replace(was, terms=terms)
        self.solver.changeCoeff(row, column, 0.0)

    def freeze(self, x: Array) -> None:
        """Fix every whole column at its value in ``x``: what is left is linear, and has duals."""
        columns = np.flatnonzero(self.whole).tolist()
        self._thawed = [(j, self.model.lower[j], self.model.upper[j]) for j in columns]
        self._fix_at(columns, x)
        self._integrality(columns, highspy.HighsVarType.kContinuous)

    def thaw(self) -> None:
        """Undo ``freeze``."""
        for j, low, high in self._thawed:
            self.fix(j, low, high)
        self._integrality([j for j, _, _ in self._thawed], highspy.HighsVarType.kInteger)
        self._thawed = []

    def precisely(self) -> None:
        """From now on whole columns are whole to the last digits: what they cost is compared."""
        self._option("mip_feasibility_tolerance", MIP_TOLERANCE)

    def ask_whole(self, columns: tuple[int, ...], x: Array) -> None:
        """Columns that are whole from now on; those asked before stay as they are in ``x``."""
        self.precisely()
        self._fix_at(self.asked, x)
        self._integrality(self.asked, highspy.HighsVarType.kContinuous)
        self.asked = columns
        self._integrality(self.asked, highspy.HighsVarType.kInteger)

    def _integrality(self, columns: Sequence[int], kind: Any) -> None:
        """Make columns whole, or linear again."""
        self.solver.clearSolver()
        index = np.array(columns, dtype=np.int32)
        self.whole[index] = kind == highspy.HighsVarType.kInteger
        self.solver.changeColsIntegrality(
            len(index), index, np.full(len(index), int(kind), dtype=np.uint8))

    def optimise(self, terms: Terms, sense: Sense, nodes: int | None = None) -> Outcome:
        """Optimise ``Σ coefficient · column`` over the model as it now stands.

        ``nodes`` bounds the branches of an integer model; ``None`` goes on to proof.
        """
        self._option("mip_max_nodes", NO_LIMIT if nodes is None else nodes)
        n = len(self.model.lower)
        costs = np.zeros(n)
        for j, c in terms:
            costs[j] += c
        changed = np.flatnonzero(costs != self.costs).astype(np.int32)
        self.costs, self.sense = costs, sense
        if self.whole.any():
            self.solver.clearSolver()
        self.solver.changeColsCost(len(changed), changed, costs[changed])
        self.solver.changeObjectiveSense(
            highspy.ObjSense.kMaximize if sense == "max" else highspy.ObjSense.kMinimize
        )
        walk = None if self.whole.any() else self._walk
        own = walk and walk.start(self.solver, self.watch.step)
        self._option(EDGE_WEIGHTS, DEVEX if own else CHOOSE)  # others are dear for a given basis
        self._run()
        outcome = self._read()
        if walk and outcome.status == "optimal":
            walk.end(self.solver, self.watch.step)
        elif walk and own:  # as may be between rows that leave a sliver
            walk.lose()
            outcome = self._back(own)
        return outcome

    def _back(self, basis: Any) -> Outcome:
        """The same once more from a basis it had before."""
        self._option(EDGE_WEIGHTS, CHOOSE)
        if basis.valid:
            self.solver.setBasis(basis)
        else:
            self.solver.clearSolver()
        self._run()
        return self._read()

    @property
    def led(self) -> bool:
        """Whether a trail says where to begin what is asked next."""
        return self._walk is not None and not self.whole.any() and self._walk.leads(self.watch.step)

    def _run(self) -> None:
        """Run the solver, for as long as is left. It counts its time over all runs of an object."""
        if self._until is not None:
            left = max(self._until - time.monotonic(), 0.0)
            self._option("time_limit", self.solver.getRunTime() + left)
        with quiet_stdout(), self.watch.interruptible():
            self.solver.run()

    def surely(self, terms: Terms, sense: Sense) -> Outcome:
        """Optimise a model known to have a point.

        Goals held to their values leave a sliver that may be rounded away and called infeasible:
        then it is solved again from scratch, without presolve, in the end with as much room as
        goals are held with.
        """
        outcome = self.optimise(terms, sense)
        for room in (EXACT, SLIP):
            if outcome.status == "infeasible":
                self._option("presolve", "off")
                self._option("primal_feasibility_tolerance", room)
                self.solver.clearSolver()
                outcome = self.optimise(terms, sense)
                self._option("presolve", "choose")
                self._option("primal_feasibility_tolerance", EXACT)
        return outcome

    def from_here(self, terms: Terms, sense: Sense) -> Outcome:
        """Optimise a linear model whose last point may well be best: a few steps from there.

        The dual method would leave that point first. Where this is not ``optimal``, ask ``surely``.
        """
        self._option("simplex_strategy", PRIMAL)
        self._option("simplex_iteration_limit", FEW_STEPS)
        outcome = self.optimise(terms, sense)
        self._option("simplex_strategy", DUAL)
        self._option("simplex_iteration_limit", NO_LIMIT)
        return outcome

    def _read(self) -> Outcome:
        status = self.solver.getModelStatus()
        info, solution = self.solver.getInfo(), self.solver.getSolution()
        feasible = solution.value_valid and info.primal_solution_status == 2
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self._option("presolve", "off")
            self._run()
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
        now = Model(self.model.lower, self.model.upper, self.whole.tolist(), rows)
        return state(now, self.costs, self.sense)
