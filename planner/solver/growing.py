"""A model kept in the solver that takes more columns, linear unless whole answers are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np

from planner.model.rule import Model, Row, Sense
from planner.solver.highs import Array, Session

#: How far a value may be from a whole number and still be one.
WHOLE = 1e-6


@dataclass(frozen=True)
class Columns:
    """Columns to join a model, by columns: ``start``, ``index`` (rows), ``value``."""

    upper: Array
    start: Array
    index: Array
    value: Array
    #: Cells (row, column) with a 1 in rows there are, and rows that are new.
    cells: list[tuple[int, int]]
    rows: list[Row]


class Growing(Session):
    """A session whose model takes more columns and rows, and asks for whole ones when told to."""

    def __init__(self, model: Model, time_limit: float | None = None) -> None:
        super().__init__(model, time_limit)
        # Short tries gain nothing by starting over, whose presolve was seen not to come to an end.
        self._option("mip_allow_restart", False)

    def grow(self, new: Columns) -> None:
        """Columns join the model."""
        n, k = len(self.model.lower), len(new.upper)
        self.solver.addCols(
            k, np.zeros(k), np.zeros(k), new.upper, len(new.index),
            new.start.astype(np.int32), new.index.astype(np.int32), new.value)
        self.model.lower += [0.0] * k
        self.model.upper += new.upper.tolist()
        self.model.whole += [False] * k
        self.costs = np.concatenate([self.costs, np.zeros(k)])
        self.whole = np.concatenate([self.whole, np.zeros(k, dtype=bool)])
        sizes = np.diff(np.append(new.start, len(new.index)))
        named = np.repeat(np.arange(n, n + k), sizes)
        for i, j, c in zip(new.index.tolist(), named.tolist(), new.value.tolist(), strict=True):
            self.model.rows[i].terms.append((j, c))
        for i, j in new.cells:
            self.solver.changeCoeff(i, j, 1.0)
            self.model.rows[i].terms.append((j, 1.0))
        for row in new.rows:
            index = np.array([j for j, _ in row.terms], dtype=np.int32)
            value = np.array([c for _, c in row.terms])
            self.solver.addRow(row.low, row.high, len(index), index, value)
            self.model.rows.append(row)
        self.low = np.concatenate([self.low, [r.low for r in new.rows]])
        self.high = np.concatenate([self.high, [r.high for r in new.rows]])

    @contextmanager
    def asking_whole(self, columns: Array, low: Array, high: Array) -> Iterator[None]:
        """These columns whole and within these bounds, for a while; then linear as before."""
        basis = self.solver.getBasis()
        index = columns.astype(np.int32)
        was = np.array(self.model.lower)[columns], np.array(self.model.upper)[columns]
        kinds = np.full(len(index), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self.solver.changeColsIntegrality(len(index), index, kinds)
        self.solver.changeColsBounds(len(index), index, low, high)
        self.whole[columns] = True
        try:
            yield
        finally:
            self.whole[columns] = False
            self.solver.clearSolver()
            self.solver.changeColsIntegrality(len(index), index, np.zeros(len(index), np.uint8))
            self.solver.changeColsBounds(len(index), index, *was)
            self.solver.setBasis(basis)
            self._option("objective_target", -inf)

    @contextmanager
    def inside(self, crossover: bool) -> Iterator[None]:
        """Linear programs from their inside: quicker where many answers are equally good.

        Without ``crossover`` what is found is in the midst of them: good for a bound.
        """
        basis = self.solver.getBasis()
        self.solver.clearSolver()
        self._option("solver", "ipm")
        self._option("run_crossover", "on" if crossover else "off")
        try:
            yield
        finally:
            self._option("solver", "choose")
            self._option("run_crossover", "on")
            if not crossover:
                self.solver.clearSolver()
                self.solver.setBasis(basis)

    def proven(self, duals: Array, reduced: Array) -> float:
        """What these duals prove of the objective, whoever found them: no answer of these columns
        is better. (A reduced cost that is nothing counts as nothing where a column has no bound.)
        """
        sign = 1.0 if self.sense == "min" else -1.0
        y, d = sign * duals, sign * reduced
        rows = np.where(y > 0, self.low, self.high)
        lower, upper = np.array(self.model.lower), np.array(self.model.upper)
        columns = np.where(d > 0, lower, upper)
        y = np.where((np.abs(y) <= WHOLE) & np.isinf(rows), 0.0, y)
        d = np.where((np.abs(d) <= WHOLE) & np.isinf(columns), 0.0, d)
        some, more = y != 0, d != 0
        return sign * float(y[some] @ rows[some] + d[more] @ columns[more])

    @property
    def iterations(self) -> int:
        """The iterations of the simplex method the last answer took, over all branches."""
        return int(self.solver.getInfo().simplex_iteration_count)

    def reduced(self) -> Array:
        """The reduced costs of all columns in the last linear answer."""
        return np.array(self.solver.getSolution().col_dual)

    def aim(self, value: float, sense: Sense) -> None:
        """A whole answer this good is good enough: no better one is possible."""
        self._option("objective_target", value - WHOLE / 2 if sense == "max" else value + WHOLE / 2)
