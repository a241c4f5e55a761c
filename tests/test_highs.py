"""The adapter's promises: a status of its own, and numbers only after it."""

from __future__ import annotations

import os
import subprocess
import sys
from math import inf, isnan, nan

import highspy
import numpy as np
import pulp
import pytest

from planner.errors import SolverError
from planner.model.rule import Model, Row, Stage
from planner.plan.solve import solve
from planner.solver import highs
from planner.solver.highs import SLIP, Session
from planner.solver.ladder import Ladder, Reached
from planner.solver.quiet import quiet_stdout
from planner.solver.stating import state
from tests.cases import money
from tests.rules.tools import people


def model(*rows: tuple[list[tuple[int, float]], float, float], columns: int = 2,
          whole: bool = False, high: float = inf) -> Model:
    out = Model()
    for _ in range(columns):
        out.column(0, high, whole)
    out.add(Row("rule", str(i), terms, low, most) for i, (terms, low, most) in enumerate(rows))
    return out


SUM = ([(0, 1.0), (1, 1.0)], -inf, 4.0)


def test_optimal() -> None:
    got = Session(model(SUM)).optimise([(0, 3.0), (1, 2.0)], "max")
    assert (got.status, got.value, got.bound, list(got.x)) == ("optimal", 12, 12, [4, 0])


def test_infeasible_leaves_no_numbers() -> None:
    got = Session(model(SUM, ([(0, 1.0)], 5, inf))).optimise([(0, 1.0)], "max")
    assert got.status == "infeasible" and not got.solved
    assert len(got.x) == len(got.duals) == 0 and isnan(got.value) and isnan(got.bound)


@pytest.mark.parametrize("whole", [False, True])
def test_unbounded(whole: bool) -> None:
    got = Session(model(([(0, 1.0), (1, -1.0)], 0, 0), whole=whole)).optimise([(0, 1.0)], "max")
    assert got.status == "unbounded" and not len(got.x)


def test_whole_numbers_come_back_whole() -> None:
    got = Session(model(([(0, 2.0), (1, 2.0)], -inf, 5), whole=True)).optimise(
        [(0, 1.0), (1, 1.0)], "max")
    assert got.status == "optimal" and got.value == got.bound == 2
    assert all(float(x).is_integer() for x in got.x)


def test_a_coefficient_that_is_no_number_is_refused() -> None:
    with pytest.raises((SolverError, pulp.PulpError, TypeError, ValueError)) as refused:
        Session(model(([(0, nan)], 1, inf)))
    assert isinstance(refused.value, SolverError)


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(SolverError, match="no_such_option"):
        Session(model(SUM))._option("no_such_option", 1)


@pytest.mark.parametrize(("low", "high", "status"), [
    (0, 1, "optimal"), (1, inf, "infeasible"), (-inf, -1, "infeasible")])
def test_a_row_without_columns_still_asks(low: float, high: float, status: str) -> None:
    """PuLP takes ``0 >= 1`` without a word."""
    assert Session(model(SUM, ([], low, high))).optimise([], "min").status == status


def test_nothing_to_decide_is_decided() -> None:
    got = Session(Model()).optimise([], "min")
    assert got.status == "optimal" and got.value == 0


def test_both_sides_of_a_row_hold() -> None:
    """PuLP's ``1 <= x <= 2`` keeps only the second half."""
    session = Session(model(([(0, 1.0)], 1.0, 2.0)))
    assert session.optimise([(0, 1.0)], "min").value == 1
    assert session.optimise([(0, 1.0)], "max").value == 2


def test_hold_fix_and_drop_are_seen_by_the_solver_and_the_snapshot() -> None:
    session = Session(model(SUM))
    session.hold(0, high=3)
    assert session.optimise([(0, 1.0)], "max").value == 3
    session.drop(0, 1)
    session.fix(1, 0, 7)
    got = session.optimise([(0, 1.0), (1, 1.0)], "max")
    now = session.snapshot()
    now.solve(pulp.HiGHS(msg=False))
    assert got.value == 10 == pytest.approx(pulp.value(now.objective))


def test_from_here_answers_only_where_the_last_point_is_nearly_best(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty columns of their own: twenty at their most are twenty steps from the best point."""
    rows = [([(j, 1.0), (j + 40, 1.0)], -inf, 1.0) for j in range(40)]
    session, all_of = Session(model(*rows, columns=80)), [(j, 1.0) for j in range(40)]
    session.optimise([(j, 1.0) for j in range(20)], "max")
    monkeypatch.setattr(highs, "FEW_STEPS", 5)
    assert session.from_here(all_of, "max").status == "feasible"
    monkeypatch.undo()
    near = session.from_here(all_of, "max")
    assert (near.status, near.value) == ("optimal", 40)
    session.hold(0, high=3.0)  # and the limit is gone, whatever the next goal needs
    monkeypatch.setattr(highs, "FEW_STEPS", 0)
    session.from_here([(j, 1.0) for j in range(40, 80)], "max")
    other = session.surely([(j, 1.0) for j in range(40, 80)], "max")
    assert (other.status, other.value) == ("optimal", 42)


def test_names_given_to_pulp_are_ascii() -> None:
    named = state(model(SUM))
    text = str(named)
    assert text.isascii() and "x0" in text and "r0" not in named.name


def first_step(session: Session) -> None:
    """Stop an LP after one step of the primal method: a feasible point, nothing proven."""
    for name, value in (("simplex_strategy", 4), ("simplex_iteration_limit", 1),
                        ("presolve", "off"), ("solver", "simplex")):
        session._option(name, value)


def test_a_limit_never_reads_optimal_lp() -> None:
    many = model(*(([(j, 1.0), ((j + 1) % 9, 2.0)], -inf, 3.0 + j) for j in range(9)), columns=9)
    session = Session(many)
    first_step(session)
    got = session.optimise([(j, 1.0) for j in range(9)], "max")
    assert got.status == "feasible" and got.bound == inf
    assert not Reached("goal", got.value, got.bound).proven


def test_a_limit_never_reads_optimal_integer(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = model(columns=40, whole=True, high=1)
    rng = np.random.default_rng(0)
    for i in range(20):
        hard.row(Row("rule", str(i), [(j, float(rng.integers(1, 99))) for j in range(40)],
                     high=700.0))
    stage = Stage("goal", "max", [(j, float(rng.integers(1, 99))) for j in range(40)])
    bounded = Session.optimise
    monkeypatch.setattr(Session, "optimise", lambda self, terms, sense, nodes=None: bounded(
        self, terms, sense, nodes=1))
    end = Ladder(hard, (stage,)).climb()
    assert end.status != "optimal" and not end.reached[0].proven
    assert end.reached[0].bound > end.reached[0].value


@pytest.mark.parametrize("given", [
    money({"S1-A": 1000, "S1-B": 500}, 700),
    people([{"post": "J1"}], [{"candidate": "K0"}]),
])
def test_no_time_at_all_gives_no_optimal_plan(given: object) -> None:
    plan = solve(given, time_limit=0.0)  # type: ignore[arg-type]
    assert plan.status == "stopped" or (plan.goals and all(r.proven for r in plan.goals))
    assert plan.status != "infeasible" and not plan.must_give


@pytest.mark.parametrize(("bound", "proven"), [
    (5.0, True), (5.0 + 1e-9, True), (5.1, False), (inf, False), (-inf, False), (nan, False)])
def test_proven_means_value_and_bound_agree(bound: float, proven: bool) -> None:
    assert Reached("goal", 5.0, bound).proven is proven


def test_stdout_stays_clean(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stdout():
        os.write(1, b"from C\n")
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


def test_stdout_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), quiet_stdout():
        1 / 0  # noqa: B018
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


def test_a_whole_solve_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    solve(money({"S1-A": 1000, "S2-B": 500}, 700))
    assert capfd.readouterr().out == ""


def test_a_process_without_stdout_still_solves() -> None:
    code = ("import os; os.close(1)\nfrom tests.cases import money\n"
            "from planner.plan.solve import solve\n"
            "assert solve(money({'S1-A': 1000}, 700)).status == 'optimal'\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "AssertionError" not in done.stderr and "Error" not in done.stderr, done.stderr


def test_highs_is_the_one_tested_against() -> None:
    """One thread and one seed, or the same case would not give the same bytes."""
    solver = Session(model(SUM)).solver
    assert isinstance(solver, highspy.Highs)
    assert [solver.getOptionValue(o)[1] for o in ("threads", "random_seed")] == [1, 0]


def test_a_sliver_has_as_much_room_as_goals_are_held_with() -> None:
    """Rows held to within the solver's own noise of each other clash only to its last digits."""
    model = Model([0.0], [10.0], [False], [
        Row("r", "low", [(0, 1.0)], 1.0, inf), Row("r", "high", [(0, 1.0)], -inf, 1.0 - 5e-9)])
    session = Session(model)
    assert session.optimise([(0, 1.0)], "max").status == "infeasible"
    found = session.surely([(0, 1.0)], "max")
    assert found.status == "optimal" and found.value == pytest.approx(1.0, abs=SLIP)
    assert session.optimise([(0, 1.0)], "max").status == "infeasible"
    session.hold(1, -inf, 0.99)
    assert session.surely([(0, 1.0)], "max").status == "infeasible"
