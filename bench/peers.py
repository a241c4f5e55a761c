"""One linear model, given as arrays, stated and solved in each library: ``{name: function}``.

A function takes the arrays and gives the objective. What is not installed is left out and said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from planner.model.rule import Model, Row


@dataclass(frozen=True)
class Given:
    """``min costs · x``, ``low ≤ A x ≤ high``, ``lower ≤ x ≤ upper``; A by rows."""

    costs: Any
    lower: Any
    upper: Any
    low: Any
    high: Any
    start: Any
    index: Any
    value: Any

    def rows(self) -> Any:
        """Row by row: low, high, columns, coefficients, as plain lists."""
        index, value, start = self.index.tolist(), self.value.tolist(), self.start.tolist()
        for i, (low, high) in enumerate(zip(self.low.tolist(), self.high.tolist(), strict=True)):
            at = slice(start[i], start[i + 1])
            if index[at] and (low > -inf or high < inf):
                yield low, high, index[at], value[at]


def ours(given: Given, model: Model) -> float:
    """The adapter: stated in PuLP, read back, one call. ``model`` is the same, as rows."""
    from planner.solver.highs import Session

    terms = [(j, float(given.costs[j])) for j in np.flatnonzero(given.costs).tolist()]
    return Session(model).optimise(terms, "min").value


def as_model(given: Given) -> Model:
    """The arrays as the model a rule would have stated."""
    model = Model(given.lower.tolist(), given.upper.tolist(), [False] * len(given.lower))
    model.add(Row("rule", "", list(zip(index, value, strict=True)), low, high)
              for low, high, index, value in given.rows())
    return model


def raw(given: Given) -> float:
    """The solver itself, given the arrays, with the options of the adapter."""
    import highspy

    from planner.solver.highs import _OPTIONS

    solver = highspy.Highs()
    for name, value in _OPTIONS.items():
        solver.setOptionValue(name, value)
    n = len(given.lower)
    solver.passModel(n, len(given.low), len(given.index), 2, 1, 0.0, given.costs, given.lower,
                     given.upper, given.low, given.high, given.start, given.index, given.value,
                     np.zeros(n, dtype=np.int32))
    solver.run()
    np.array(solver.getSolution().col_value)
    return float(solver.getObjectiveValue())


def plain_pulp(given: Given) -> float:
    """PuLP as its manual has it: ``lpSum`` of products, and its own way to HiGHS."""
    import pulp

    if hasattr(pulp, "set_v4_migration_warnings"):
        pulp.set_v4_migration_warnings(False)
    problem = pulp.LpProblem("plain", pulp.LpMinimize)
    x = [problem.add_variable(f"x{j}", None if low == -inf else low, None if high == inf else high)
         for j, (low, high) in enumerate(
             zip(given.lower.tolist(), given.upper.tolist(), strict=True))]
    problem += pulp.lpSum(c * x[j] for j, c in enumerate(given.costs.tolist()) if c)
    for low, high, index, value in given.rows():
        left = pulp.lpSum(c * x[j] for j, c in zip(index, value, strict=True))
        if low == high:
            problem += left == low
            continue
        if low > -inf:
            problem += left >= low
        if high < inf:
            problem += left <= high
    problem.solve(pulp.HiGHS(msg=False, threads=1))
    return float(pulp.value(problem.objective))


def scipy_milp(given: Given) -> float:
    """scipy: the same solver behind another door."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    a = csr_matrix((given.value, given.index, given.start),
                   shape=(len(given.low), len(given.lower)))
    found = milp(given.costs, bounds=Bounds(given.lower, given.upper),
                 constraints=LinearConstraint(a, given.low, given.high))
    return float(found.fun)


def pyomo(given: Given) -> float:
    """Pyomo, with its direct way to HiGHS."""
    import pyomo.environ as pe
    from pyomo.contrib.appsi.solvers import Highs
    from pyomo.core.expr.numeric_expr import LinearExpression

    model, rows = pe.ConcreteModel(), list(given.rows())
    model.x = pe.Var(range(len(given.lower)))
    x = [model.x[j] for j in range(len(given.lower))]
    for var, low, high in zip(x, given.lower.tolist(), given.upper.tolist(), strict=True):
        var.setlb(None if low == -inf else low)
        var.setub(None if high == inf else high)
    priced = np.flatnonzero(given.costs).tolist()
    model.goal = pe.Objective(expr=LinearExpression(
        constant=0, linear_coefs=[float(given.costs[j]) for j in priced],
        linear_vars=[x[j] for j in priced]))

    def rule(_: Any, i: int) -> Any:
        low, high, index, value = rows[i]
        left = LinearExpression(constant=0, linear_coefs=value, linear_vars=[x[j] for j in index])
        if low == high:
            return left == low
        return (None if low == -inf else low, left, None if high == inf else high)

    model.rows = pe.Constraint(range(len(rows)), rule=rule)
    solver = Highs()
    solver.highs_options = {"threads": 1}
    solver.solve(model)
    return float(pe.value(model.goal))


def linopy(given: Given) -> float:
    """linopy, by arrays: rows of one length at a time."""
    import linopy as lp
    import xarray as xr

    model, n = lp.Model(), len(given.lower)
    x = model.add_variables(lower=xr.DataArray(given.lower, dims=["j"]),
                            upper=xr.DataArray(given.upper, dims=["j"]), name="x")
    labels, sizes = x.labels.values, np.diff(given.start)
    for size in np.unique(sizes[sizes > 0]).tolist():
        for sign in ("=", ">=", "<="):
            low, high = given.low, given.high
            asks = {"=": low == high, ">=": (low > -inf) & (low < high),
                    "<=": (high < inf) & (low < high)}[sign]
            rows = np.flatnonzero(asks & (sizes == size))
            if not len(rows):
                continue
            at = given.start[rows][:, None] + np.arange(size)[None, :]
            d = f"r{size}{'egl'['=><'.index(sign[0])]}"
            data = xr.Dataset(
                {"coeffs": ((d, "_term"), given.value[at]),
                 "vars": ((d, "_term"), labels[given.index[at]]),
                 "const": ((d,), np.zeros(len(rows)))}, coords={d: np.arange(len(rows))})
            side = xr.DataArray((high if sign == "<=" else low)[rows], dims=[d],
                                coords={d: np.arange(len(rows))})
            model.add_constraints(lp.LinearExpression(data, model), sign, side, name=d)
    costs = xr.DataArray(given.costs, dims=["j"], coords={"j": np.arange(n)})
    model.add_objective((costs * x).sum())
    model.solve("highs", io_api="direct", output_flag=False, threads=1)
    return float(model.objective.value)


PEERS: dict[str, Callable[[Given], float]] = {
    "plain PuLP": plain_pulp, "linopy": linopy, "Pyomo": pyomo, "scipy milp": scipy_milp}
