"""One limit of time bounds everything, wherever it comes, and nothing unproven is called optimal."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path
from random import Random

import pytest

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.cli import run
from planner.plan.alternatives import alternatives
from planner.plan.compare import Comparison, Entry, compare
from planner.plan.plan import Plan
from planner.plan.remedy import mended
from planner.plan.solve import solve
from planner.show import alternatives as shown
from planner.show.screen import make_console, show_plan
from planner.solver import watch
from planner.solver.highs import Session
from planner.solver.watch import NEVER, Deadline
from tests.cases import case, money

ROOT = Path(__file__).parent.parent
COMMUNITIES = int(os.environ.get("PLANNER_LIMIT_COMMUNITIES", "60"))


class Stopwatch:
    """Time that stands still but for the end of one solve, after which it is over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
        self.solves, self.over = 0, False
        begun, clock = Session._run, time.monotonic

        def solved(session: Session) -> None:
            begun(session)
            self.solves += 1
            self.over |= self.solves == last

        monkeypatch.setattr(Session, "_run", solved)
        monkeypatch.setattr(watch.time, "monotonic", lambda: 1e9 if self.over else clock())


def town(communities: int = 6, seed: int = 0, district: float = 0.7) -> Case:
    """Communities with last year's amounts of their own, and projects that do not all fit."""
    rng = Random(seed)
    codes = [f"C{i:03d}" for i in range(communities)]
    size = {c: rng.randint(30_000, 90_000) for c in codes}
    return case(
        settings=[{"key": "step_yuan", "value": "100元"}],
        communities=[{"community": c, "street": f"S{i % 3}", "residents": size[c]}
                     for i, c in enumerate(codes)],
        funds=[{"fund": "service", "payee": "community", "floor": 0.3, "keep_last_year": 0.5}],
        standards=[{"fund": "service", "amount_yuan": 1, "per": "residents"}],
        payers=[{"payer": "d", "level": "district",
                 "appropriation_yuan": int(district * sum(size.values()))}],
        last_year=[{"payee": c, "fund": "service", "amount_yuan": rng.randint(4, 8) * n // 10}
                   for c, n in size.items()],
        projects=[{"project": f"{c}{n}", "name": "x", "community": c, "category": "k",
                   "cost_yuan": rng.randint(30, 250) * 100, "orders": rng.randint(1, 40),
                   "min_yuan": rng.choice((None, 2000)),
                   "status": "committed" if n == 0 and c == codes[0] else None}
                  for c in codes for n in range(5)],
        project_caps=[{"fund": "service", "category": "k", "max_share": "50%"}])


def told(plan: Plan, lang: str = "en") -> str:
    """What the screen says of a plan."""
    out = io.StringIO()
    scenario = Scenario("base", "base", "", "", plan.case, (), plan.case)
    show_plan(Entry(scenario, plan), lang, make_console(100, True, out), False)
    return out.getvalue()


def solves_of(given: Case) -> int:
    with pytest.MonkeyPatch.context() as patch:
        counting = Stopwatch(patch, -1)
        assert solve(given).status == "optimal"
        return counting.solves


def test_wherever_the_time_ends_the_answer_is_whole_and_honest() -> None:
    """After each of its solves in turn: a plan recounted, or none; optimal only as without limit."""
    given = town()
    best, seen = solve(given), []
    assert best.money is not None
    count = solves_of(given)
    for last in range(1, count + 1):
        with pytest.MonkeyPatch.context() as patch:
            Stopwatch(patch, last)
            plan = solve(town(), time_limit=1000.0)
        seen.append((plan.status, plan.money is not None))
        assert plan.status in ("optimal", "stopped") and plan.left == 0.0
        if plan.status == "optimal":
            assert plan.money == best.money and all(r.proven for r in plan.goals)
        elif plan.money is not None:
            assert plan.complete and "not proven" in told(plan)
        else:
            assert "no plan was found in time" in told(plan)
    assert ("stopped", True) in seen and seen[-1] == ("optimal", True)


def test_projects_cut_short_keep_what_is_committed_and_say_what_is_possible() -> None:
    given = town()
    count = solves_of(given)
    for last in range(count - 1, 0, -1):
        with pytest.MonkeyPatch.context() as patch:
            Stopwatch(patch, last)
            plan = solve(town(), time_limit=1000.0)
        orders = next((r for r in plan.goals if r.goal == "orders"), None)
        if plan.money is not None and orders is not None and orders.cut:
            assert "C0000" in plan.money.projects and not orders.proven
            assert orders.value < orders.bound
            return
    pytest.fail("the choice of projects was never cut short")


def test_a_clash_not_found_in_time_is_said_and_repairs_are_not_begun() -> None:
    given = money({"S1-A": 1000, "S1-B": 1000}, 900, fund={"floor": 0.5, "ceiling": 1})
    whole = solve(given)
    assert whole.status == "infeasible" and whole.clash and mended(whole)
    with pytest.MonkeyPatch.context() as patch:
        watched = Stopwatch(patch, 1)
        plan = solve(given, time_limit=1000.0)
        assert watched.over
    assert plan.status == "infeasible" and plan.left == 0.0
    if plan.clash_known:
        assert plan.clash == whole.clash
    else:
        assert not plan.clash and not plan.must_give and not mended(plan)
        assert "before it was found which" in told(plan) and "查出是哪几项" in told(plan, "zh")


@pytest.mark.parametrize("limit", [1e-6, 0.05, 0.3])
def test_tiny_limits_on_many_communities_end_soon(limit: float) -> None:
    given = town(COMMUNITIES)
    since = time.process_time()
    plan = solve(given, time_limit=limit)
    assert time.process_time() - since < limit + 2 + COMMUNITIES / 50
    assert plan.status == "stopped" or all(r.proven for r in plan.goals)
    told(plan)


def test_other_plans_and_losses_are_looked_for_as_long_as_there_is_time() -> None:
    given = money({"S1-A": 1000, "S1-B": 500, "S2-C": 3000}, 700, {"S1": 300, "S2": 90})
    with pytest.MonkeyPatch.context() as patch:
        Stopwatch(patch, solves_of(given) + 1)
        found = alternatives(given, time_limit=1000.0)
    assert found.plan.status == "optimal" and found.cut
    answer = shown.answer(found, "base", "en")
    assert answer.code == 5 and json.loads(json.dumps(answer.json))["status"] == "stopped"
    out = io.StringIO()
    answer.show(make_console(100, True, out))
    assert "time was over" in out.getvalue()


def test_a_worker_keeps_to_the_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [town(seed=n) for n in range(2)]
    scenarios = [Scenario(f"s{n}", "", "", "", c, (), c) for n, c in enumerate(given)]
    found: Comparison = compare(scenarios, time_limit=1e-6, workers=2)
    assert [e.status for e in found.entries] == ["stopped", "stopped"]


def test_a_deadline() -> None:
    assert NEVER.left is None and not NEVER.over and NEVER.part(0.5) is None
    soon = Deadline.after(1000.0)
    assert soon.left is not None and 999 < soon.left <= 1000 and not soon.over
    assert soon.part(0.5) == pytest.approx(500, abs=1)
    assert Deadline.after(0.0).over and Deadline.after(0.0).left == 0.0


# --- options --------------------------------------------------------------------------------------


def test_common_options_are_common(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts may give every command the same options; where one thing is solved, one solves it."""
    base, common = str(ROOT / "scenarios/base"), ["--workers", "2", "--time-limit", "600", "-q"]
    for args in (["check", base], ["profile", base], ["explain", base, "--community", "C01"]):
        assert run([*args, "--only", "money", "--json"]) == 0, args
        alone = capsys.readouterr().out
        assert run([*args, *common, "--only", "money", "--json"]) == 0, args
        assert capsys.readouterr().out == alone
    for name in ("compare", "plan", "alternatives", "review", "explain", "sweep", "forecast",
                 "check", "profile"):
        run([name, "--help", "--lang", "en"])
        out = capsys.readouterr().out
        assert "--workers" in out and "--cluster" in out and "--time-limit" in out, name


def test_a_plan_that_is_explained_is_limited_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a plan in time, there is nothing to explain, and that is said."""
    args = ["explain", str(ROOT / "scenarios/base"), "--candidate", "all", "--json"]
    assert run([*args, "--time-limit", "0.000001"]) == 5
    assert json.loads(capsys.readouterr().out)["status"] == "stopped"
