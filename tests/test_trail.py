"""Cases solved after the first start where it came through: faster, and nothing else differs."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import read_case
from planner.case.whatif import order, with_orders
from planner.cli import run
from planner.errors import SolverError
from planner.plan import solve as solving
from planner.plan.climbing import starts_anywhere
from planner.plan.plan import Plan
from planner.plan.price import Pricing
from planner.plan.solve import block_of, leave_trail, solve
from planner.plan.solved import Memo
from planner.show.export import of_goal
from planner.solver.highs import Session
from planner.solver.trail import Trail
from tests.cases import case, money
from tests.rules.tools import funds, payer
from tests.test_random_money import tables

BASE = Path(__file__).parent.parent / "scenarios" / "base"
CUT = str(BASE.parent / "cut10.yaml")
CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "60"))


def told(plan: Plan) -> Any:
    """All that is read of a plan of money, to the digit, but for levels before it is settled."""
    levels = {cell: pytest.approx(held.level, abs=1e-8) for cell, held in plan.trace.held.items()}
    goals = [(r.goal, r.part, of_goal(r.value), r.proven) for r in plan.goals]
    return plan.status, plan.allocations.to_dict("list"), goals, levels, plan.must_give


def cheaper(given: Case, part: float) -> Case:
    return with_orders(given, [order("payers", "times", {"appropriation_yuan": f"{part:.3f}"})])


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The steps of the simplex method of every linear program run."""
    taken: list[int] = []
    begun = Session._run

    def run(session: Session) -> None:
        begun(session)
        taken.append(session.solver.getInfo().simplex_iteration_count)

    monkeypatch.setattr(Session, "_run", run)
    yield taken


@pytest.mark.parametrize("seed", range(CASES))
def test_the_plan_is_the_one_solved_alone(seed: int) -> None:
    """Money is cut, added or moved, a standard raised, so that other rules come to hold."""
    rng = random.Random(f"trail {seed}")
    first = case(**tables(rng))
    memo = Memo()
    solve(first, memo=memo)
    for _ in range(2):
        after = cheaper(first, rng.choice((rng.uniform(0.6, 0.99), rng.uniform(1.01, 1.4))))
        if rng.random() < 0.5:
            after = with_orders(after, [order(
                "standards", "times", {"amount_yuan": f"{rng.choice((0.83, 1.27))}"})])
        assert told(solve(after, memo=memo)) == told(solve(after))


def test_far_fewer_steps_are_taken(steps: list[int]) -> None:
    """Of the sample's money, where a cut moves what holds but little; settling starts anew."""
    given = read_case(BASE, "money")
    memo = Memo()
    leave_trail(given, memo)
    taken = []
    for known in (Memo(), memo):
        steps.clear()
        leave_trail(cheaper(given, 0.99), known)  # a trail that is there is not left again
        solve(cheaper(given, 0.99), memo=known)
        taken.append(sum(steps))
    assert 0 < taken[1] < taken[0] / 2


def test_only_the_first_case_leaves_a_trail() -> None:
    """So no answer depends on the cases between, or on their order."""
    given = [money({"S1-A": 1000, "S1-B": 500}, yuan) for yuan in (700, 800, 900)]
    memo = Memo()
    solve(given[0], memo=memo)
    left = memo.trail.packed()
    assert left[1]
    for other in given[1:]:
        solve(other, memo=memo)
    assert memo.trail.packed() == left


def test_a_first_case_without_a_plan_leaves_nothing_to_others() -> None:
    memo = Memo()
    bad = money({"S1-A": 1000}, 100, fund={"floor": "90%"})
    assert solve(bad, memo=memo).status == "infeasible"
    solve(money({"S1-A": 1000, "S1-B": 500}, 700), memo=memo)
    assert not memo.trail.bases


def test_a_fault_of_the_first_case_is_left_to_be_met_where_it_is_solved(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise SolverError("no")

    given, memo = money({"S1-A": 1000}, 700), Memo()
    with monkeypatch.context() as patch:
        patch.setattr(solving, "climbed", fails)
        leave_trail(given, memo)
    assert memo.trail.left and not memo.halves
    assert solve(given, memo=memo).status == "optimal"


def test_a_scenario_compared_is_told_as_it_is_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """To the byte of its JSON: every amount, every goal; only what compares it is more."""
    told = []
    for args in (["compare", str(BASE), CUT], ["plan", CUT]):
        assert run([*args, "--only", "money", "--json", "-q"]) == 0
        told.append(json.loads(capsys.readouterr().out)["scenarios"][-1])
    for name in ("status", "allocations", "projects", "goals", "must_give", "recount"):
        assert told[0][name] == told[1][name]


def test_a_trail_of_another_shape_is_left_alone(steps: list[int]) -> None:
    memo = Memo()
    solve(money({"S1-A": 1000}, 700), memo=memo)
    other = money({"S1-A": 1000, "S2-B": 500, "S3-C": 400}, 900, {"S2": 300, "S3": 100})
    steps.clear()
    plan = solve(other, memo=memo)
    along, steps[:] = [*steps], []
    assert told(plan) == told(solve(other)) and steps == along


def test_a_trail_sent_is_the_trail_that_arrives() -> None:
    memo = Memo()
    solve(money({"S1-A": 1000, "S1-B": 500}, 700), memo=memo)
    sent = Trail.unpacked(memo.trail.packed())
    assert sent.left and sent.packed() == memo.trail.packed()
    for step, bases in memo.trail.bases.items():
        assert [b.col_status for b, _ in bases] == [b.col_status for b, _ in sent.bases[step]]


@pytest.mark.parametrize(("goals", "anywhere"), [
    ([], True), (["floor", "fairness", "payer_order"], True), (["floor", "coverage"], False)])
def test_only_money_made_unique_by_fairness_starts_anywhere(
    goals: list[str], anywhere: bool
) -> None:
    given = funds({"S1-A": 1000, "S1-B": 500}, [payer("d", 700)],
                  goals=[{"rank": n, "goal": g} for n, g in enumerate(goals, 1)])
    assert starts_anywhere(block_of(given, "money")) is anywhere
    memo = Memo()
    solve(given, memo=memo)
    assert bool(memo.trail.bases) is anywhere


def test_neither_people_nor_a_tolerance_nor_projects_that_move_money_start_anywhere() -> None:
    loose = funds({"S1-A": 1000}, [payer("d", 700)],
                  goals=[{"rank": 1, "goal": "fairness", "tolerance": "0.01"}])
    moved = funds({"S1-A": 1000}, [payer("d", 700)],
                  goals=[{"rank": 1, "goal": "orders"}, {"rank": 2, "goal": "fairness"}],
                  projects=[{"project": "P", "community": "S1-A", "name": "P", "cost_yuan": 300,
                             "orders": 5, "fund": "f"}])
    people = read_case(BASE, "people")
    assert not starts_anywhere(block_of(loose, "money"))
    assert not starts_anywhere(block_of(moved, "money"))
    assert not starts_anywhere(block_of(people, "people"))


def test_prices_start_from_the_case_as_it_is(steps: list[int]) -> None:
    """The same answer as of a model kept for nothing else, in fewer steps."""
    given = read_case(BASE, "money")
    kept, taken = Pricing(given, "money"), []
    answers = []
    for pricing in (kept, Pricing(given, "money")):
        if pricing is not kept:
            pricing.kept._trail = None
        steps.clear()
        answers.append([(m.goal, m.part, round(m.after, 6))
                        for payer in ("district", "street_S1") for m in pricing.more(payer).moves])
        taken.append(sum(steps))
    assert answers[0] == answers[1] and 0 < taken[0] < taken[1] / 2
