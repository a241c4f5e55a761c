"""A second solver, told the same stages through PuLP, comes to the same values."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pulp
import pytest

from planner.plan.solve import solve
from planner.solver import ladder
from planner.solver.highs import Outcome, Session
from tests.cases import case, money
from tests.rules.tools import funds, payer
from tests.test_brute_people import random_case


def second() -> Any:
    """CBC where PuLP brings it (3.3); else PuLP's own way to HiGHS, column by column.

    Without presolve: it calls a stage infeasible whose goals are held to within 1e-9.
    """
    cbc = getattr(pulp, "PULP_CBC_CMD", None)
    if cbc is not None and (solver := cbc(msg=False)).available():
        return solver
    return pulp.HiGHS(msg=False, presolve="off")


@dataclass
class Seen:
    """Every stage of the ladders of one solve: what was asked and what came out."""

    stages: list[tuple[Any, Outcome]] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    kept = Seen()

    class Recording(Session):
        def optimise(self, terms: Any, sense: Any, nodes: int | None = None) -> Outcome:
            outcome = super().optimise(terms, sense, nodes)
            if nodes is None:  # a tie is cut short on purpose
                kept.stages.append((self.snapshot(), outcome))
            return outcome

    monkeypatch.setattr(ladder, "Session", Recording)
    return kept


def agree(stages: list[tuple[Any, Outcome]]) -> int:
    compared = 0
    for problem, outcome in stages:
        assert outcome.status == "optimal"
        problem.solve(second())
        value = pulp.value(problem.objective) or 0.0
        assert value == pytest.approx(outcome.value, rel=1e-5, abs=1e-5)
        compared += 1
    return compared


@pytest.mark.parametrize("seed", range(6))
def test_money(seed: int, seen: Seen) -> None:
    rng = random.Random(seed)
    e = {f"S{1 + i % 2}-{i}": rng.randint(2, 30) * 100 for i in range(rng.randint(2, 5))}
    given = money(
        e, rng.randint(20, 60) * 100, {s: rng.randint(5, 9) * 100 for s in ("S1", "S2")},
        fund={"keep_last_year": "30%", "grow_at_most": "80%"},
        shares=[{"fund": "f", "level": "district", "max_share": "90%"}] if seed % 2 else [],
        last={c: yuan // 400 * 100 for c, yuan in e.items()} if seed % 3 else {})
    assert solve(given).status == "optimal"
    assert agree(seen.stages) > 5


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 9, 11])
def test_people(seed: int, seen: Seen) -> None:
    tables = random_case(random.Random(seed))
    tables["targets"] = tables["targets"][1:2]
    assert solve(case(**tables)).status == "optimal"
    assert agree(seen.stages) >= 3


def test_an_infeasible_case_is_so_for_both(seen: Seen) -> None:
    given = funds({"S1-A": 1000}, [payer("d", 500)], {"floor": "80%"})
    assert solve(given).status == "infeasible"
    ((problem, outcome),) = seen.stages
    status = problem.solve(second())
    status = getattr(status, "status", status)  # PuLP 4 answers with more than a number
    assert outcome.status == "infeasible" and getattr(status, "value", status) == -1


def test_the_second_opinion_would_notice(seen: Seen) -> None:
    """A value that is off by one part in a thousand is not waved through."""
    solve(money({"S1-A": 1000, "S1-B": 3000}, 700))
    problem, outcome = next((p, o) for p, o in seen.stages if o.value > 0.1)
    wrong = Outcome(outcome.status, outcome.value * 1.001, outcome.bound, outcome.x, outcome.duals)
    with pytest.raises(AssertionError):
        agree([(problem, wrong)])
