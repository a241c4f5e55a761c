"""The way to the solver and back: what PuLP states, limits, Ctrl-C, levels found in few solves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import redirect_stderr
from math import inf, isfinite, nan
from pathlib import Path

import numpy as np
import pytest

from planner.cli import run
from planner.errors import SolverError
from planner.model.rule import Leximin, Model, Row, Stage
from planner.plan.solve import solve
from planner.show import progress
from planner.show.progress import Progress
from planner.solver import highs
from planner.solver.highs import Session
from planner.solver.ladder import Ladder, Reached
from planner.solver.stating import rows_of
from tests.cases import money

ROOT = Path(__file__).parent.parent


def random_model(rng: random.Random) -> Model:
    model = Model()
    for _ in range(rng.randint(1, 6)):
        model.column(rng.choice([-inf, 0.0, -2.5]), rng.choice([inf, 9.0]), rng.random() < 0.3)
    n = len(model.lower)
    for i in range(rng.randint(0, 12)):
        terms = [(j, rng.choice([1.0, -0.5, 1e-7, 3e6]))
                 for j in rng.sample(range(n), rng.randint(0, n))]
        low = rng.choice([-inf, 0.0, 1.5])
        high = rng.choice([low, 4.0, inf]) if isfinite(low) else rng.choice([4.0, inf])
        model.row(Row("rule", str(i), terms, low, high))
    return model


@pytest.mark.parametrize("seed", range(60))
def test_what_pulp_states_is_the_model(seed: int) -> None:
    """Rows with one bound, two, none; without columns; in the order given, nothing merged."""
    model = random_model(random.Random(seed))
    rows = rows_of(model)
    assert rows.low.tolist() == [r.low for r in model.rows]
    assert rows.high.tolist() == [r.high for r in model.rows]
    for i, row in enumerate(model.rows):
        mine = slice(rows.start[i], rows.start[i + 1])
        stated = dict(zip(rows.index[mine].tolist(), rows.value[mine].tolist(), strict=True))
        assert stated == dict(row.terms)
    assert (rows.start.dtype, rows.index.dtype) == (np.int32, np.int32)


@pytest.mark.parametrize(("terms", "says"), [
    ([(0, 1.0), (0, 2.0)], "twice"), ([(0, nan)], "not a number"), ([(0, inf)], "not a number")])
@pytest.mark.parametrize("low", [-inf, 1.0])
def test_a_row_pulp_would_read_otherwise_is_refused(
    terms: list[tuple[int, float]], says: str, low: float
) -> None:
    model = Model([0.0, 0.0], [inf, inf], [False, False], [Row("rule", "", terms, low)])
    with pytest.raises(SolverError, match=says):
        rows_of(model)


def test_only_costs_that_change_are_sent() -> None:
    session = Session(Model([0.0] * 3, [1.0] * 3, [False] * 3, [
        Row("rule", "", [(0, 1.0), (1, 1.0), (2, 1.0)], high=2.0)]))
    assert session.optimise([(0, 5.0), (1, 1.0)], "max").value == 6
    assert session.optimise([(2, 2.0)], "max").value == 2
    assert session.optimise([(1, 1.0)], "min").value == 0


# --- leximin ------------------------------------------------------------------------------------


def levels_case(rng: random.Random) -> tuple[Model, Leximin]:
    """Cells with a most of their own, in streets with so much each, and so much for all."""
    model, levels, streets = Model(), [], rng.randint(1, 4)
    cells = rng.randint(2, 12)
    own: list[list[tuple[int, float]]] = [[] for _ in range(streets)]
    for i in range(cells):
        size, most = rng.randint(1, 9), rng.choice([1.0, round(rng.uniform(0.1, 1.0), 3)])
        j = model.column(0.0, most * size)
        own[i % streets].append((j, 1.0))
        levels.append(([(j, 1 / size)], 0.0, most))
    for s, terms in enumerate(own):
        model.row(Row("street", str(s), terms, high=float(rng.randint(1, 20))))
    model.row(Row("all", "", [t for terms in own for t in terms], high=float(rng.randint(3, 40))))
    return model, Leximin("fairness", tuple(levels), names=tuple(map(str, range(cells))))


def with_top(
    model: Model, goal: Leximin, fixed: dict[int, float], level: float | None, raised: int = -1
) -> Model:
    """A top under every open level, or under one with the others held at ``level``."""
    rows, top = list(model.rows), len(model.lower)
    for i, (terms, _, _) in enumerate(goal.levels):
        if i in fixed:
            rows.append(Row("held", "", terms, fixed[i] - 1e-9))
        elif level is None or i == raised:
            rows.append(Row("top", "", [*terms, (top, -1.0)], 0.0))
        else:
            rows.append(Row("low", "", terms, level - 1e-9))
    return Model([*model.lower, 0.0], [*model.upper, 1e6], [False] * (top + 1), rows)


def plainly(model: Model, goal: Leximin) -> list[float]:
    """Leximin as it is defined: a level is fixed where it cannot rise with all others held."""
    fixed: dict[int, float] = {}
    top = [(len(model.lower), 1.0)]
    while len(fixed) < len(goal.levels):
        level = Session(with_top(model, goal, fixed, None)).optimise(top, "max").value
        stuck = [
            i for i in range(len(goal.levels)) if i not in fixed
            and Session(with_top(model, goal, fixed, level, i)).optimise(top, "max").value
            < level + 1e-6]
        assert stuck
        fixed |= dict.fromkeys(stuck, level)
    return [fixed[i] for i in range(len(goal.levels))]


@pytest.mark.parametrize("seed", range(int(os.environ.get("PLANNER_RANDOM_CASES", "15"))))
def test_levels_are_those_of_the_plain_method(seed: int) -> None:
    model, goal = levels_case(random.Random(seed))
    wanted = plainly(model, goal)
    end = Ladder(model, (goal,)).climb()
    assert end.status == "optimal"
    got = {held.of: held.level for held in end.held}
    assert [got[str(i)] for i in range(len(wanted))] == pytest.approx(wanted, abs=1e-6)


def test_many_mosts_are_passed_in_few_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    model, levels = Model(), []
    for i in range(300):
        j = model.column(0.0, 0.2 + i / 1000)
        levels.append(([(j, 1.0)], 0.0, 0.2 + i / 1000))
    model.row(Row("all", "", [(j, 1.0) for j in range(300)], high=90.0))
    solves = []
    whole = Session.optimise
    monkeypatch.setattr(Session, "optimise", lambda self, *a, **k: (
        solves.append(1), whole(self, *a, **k))[1])
    end = Ladder(model, (Leximin("fairness", tuple(levels)),)).climb()
    assert end.status == "optimal" and len(end.held) == 300
    assert sum(held.level for held in end.held) == pytest.approx(90.0, abs=1e-4)
    assert len(solves) < 30


# --- limits and Ctrl-C ----------------------------------------------------------------------------


class Clock:
    """Time that passes only when a solve is begun, and only in the first so many."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, seconds_a_solve: float, first: float = inf
    ) -> None:
        self.now, self.solves = 0.0, 0
        begun = Session._run

        def run(session: Session) -> None:
            self.solves += 1
            begun(session)
            self.now += seconds_a_solve if self.solves <= first else 0.0

        monkeypatch.setattr(Session, "_run", run)
        monkeypatch.setattr(highs.time, "monotonic", lambda: self.now)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_limit_counts_over_the_whole_ladder_and_keeps_the_point(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second a solve: so many solves are had, the plan is what they came to, and says so."""
    model, goal = levels_case(random.Random(3))
    stage = Stage("thrift", "min", [(j, 1.0) for j in range(len(model.lower))])
    clock = Clock(monkeypatch, 1000.0)
    end = Ladder(model, (goal, stage)).climb(time_limit=1000.0 * after - 1)
    assert clock.solves >= after
    assert end.status == "feasible" and len(end.x)
    assert [r.goal for r in end.reached] == ["fairness", "thrift"]
    assert not end.reached[-1].proven and not end.reached[-1].bound > end.reached[-1].value
    for row in model.rows[:3]:
        assert sum(c * end.x[j] for j, c in row.terms) <= row.high + 1e-6


def test_a_plan_cut_short_is_whole_recounted_and_not_called_best(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    given = money({"S1-A": 1000, "S1-B": 500, "S2-C": 3000}, 700, {"S1": 300, "S2": 90})
    Clock(monkeypatch, 1000.0, first=3)
    plan = solve(given, time_limit=3500.0)
    assert plan.status == "stopped" and plan.money is not None
    assert plan.allocations["allocation_yuan"].sum() > 0
    assert any(not r.proven for r in plan.goals)


def test_what_was_cut_is_never_proven() -> None:
    assert Reached("g", 1.0, 1.0).proven and not Reached("g", 1.0, 1.0, cut=True).proven


def test_no_time_gives_no_plan_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["plan", str(ROOT / "scenarios/base"), "--time-limit", "1e-9", "--lang", "en", "-q"]
    assert run(args) == 5
    out = capsys.readouterr().out
    assert "no plan was found in time" in out and "usable" not in out and "proven" not in out
    assert run([*args, "--json"]) == 5
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert (scenario["status"], scenario["allocations"], scenario["recount"]) == (
        "stopped", [], scenario["recount"])
    assert scenario["recount"] != "passed"


def knapsack(columns: int = 60) -> tuple[Model, list[tuple[int, float]]]:
    rng = np.random.default_rng(0)
    model = Model()
    for _ in range(columns):
        model.column(0, 1, True)
    for i in range(30):
        model.row(Row("rule", str(i), [(j, float(rng.integers(1, 99))) for j in range(columns)],
                      high=1000.0))
    return model, [(j, float(rng.integers(1, 99))) for j in range(columns)]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to oneself")
def test_ctrl_c_stops_the_solver_at_once() -> None:
    """The model takes hours; the interrupt comes while it is solved."""
    model, terms = knapsack()
    session, heard = Session(model), []

    def tell(goal: str, part: str, gap: float | None) -> None:
        heard.append(gap)
        if len(heard) == 5:
            os.kill(os.getpid(), signal.SIGINT)

    session.watch.tell = tell
    with pytest.raises(KeyboardInterrupt):
        session.optimise(terms, "max")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert any(gap is not None for gap in heard)


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to another process")
def test_ctrl_c_exits_with_130_and_nothing_half_written(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from planner.solver.watch import Watch\n"
        "look = Watch._look\n"
        "def then(self, *a):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return look(self, *a)\n"
        "Watch._look = then\n"
        "from planner.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n")
    folder = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", code, "plan", "scenarios/base", "--json", "--csv", str(folder)],
        capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (130, ""), done.stderr
    assert not folder.exists() or not any(folder.iterdir())


def test_another_meaning_of_ctrl_c_is_left_alone() -> None:
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Session(Model([0.0], [1.0], [False])).watch.interruptible():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, kept)


# --- progress -------------------------------------------------------------------------------------


class Terminal:
    """A terminal with one line: what stands on it after every write."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.line = ""

    def write(self, text: str) -> int:
        for at, part in enumerate(text.split("\r")):
            self.line = part + self.line[len(part):] if at else self.line + part
        self.seen.append(self.line)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal where every moment is worth a word."""
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    return Terminal()


def on(terminal: Terminal, *args: str) -> int:
    """Run a command whose standard error is the terminal (pytest sets its own for every phase)."""
    with redirect_stderr(terminal):  # type: ignore[type-var]
        return run(args)


def test_progress_names_scenario_and_goal_and_goes_away(terminal: Terminal) -> None:
    paths = [str(ROOT / "scenarios" / name) for name in ("base", "cut10.yaml")]
    assert on(terminal, "compare", *paths, "--only", "money", "--lang", "en", "--json") == 0
    assert any("Solving 1/2: base" in line and "even coverage" in line for line in terminal.seen)
    assert any("Solving 2/2: cut10" in line for line in terminal.seen)
    assert terminal.line.strip() == ""


def test_progress_tells_the_gap_and_the_parts(terminal: Terminal) -> None:
    line = Progress("zh", terminal, 3)  # type: ignore[arg-type]
    line.scenario(2, "cut10")
    line.goal("fit", "", 0.0123)
    assert "2/3" in terminal.line and terminal.line.rstrip().endswith("（差距 1.2%）")
    line.counted(4, 9)
    assert "4/9" in terminal.line and "差距" not in terminal.line


@pytest.mark.parametrize("more", [["-q"], ["-v"]])
def test_no_line_when_not_asked_for(more: list[str], terminal: Terminal) -> None:
    on(terminal, "plan", str(ROOT / "scenarios/base"), "--only", "money", "--lang", "en", *more)
    assert not any("even coverage" in line for line in terminal.seen)


def test_nothing_is_said_of_what_takes_less_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    terminal = Terminal()
    line = Progress("en", terminal, 1)  # type: ignore[arg-type]
    for now[0], lines in ((100.9, 0), (101.1, 1), (101.2, 1), (101.4, 2)):
        line.goal("fit", "", None)
        assert len(terminal.seen) == lines


def test_no_progress_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(["plan", str(ROOT / "scenarios/base"), "--only", "money", "--lang", "en", "--json"])
    assert "Solving" not in capsys.readouterr().err


def test_progress_survives_a_closed_terminal() -> None:
    """It is called from inside the solver, where nothing may be raised."""
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError

    line = Progress("en", Gone(), 1)  # type: ignore[arg-type]
    line._next = 0.0
    line.goal("fairness", "", None)
    line.shown = 3
    line.clear()
