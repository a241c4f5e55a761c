"""Payers in their order, many at once: what one solve proves is what one by one would give."""

from __future__ import annotations

import os
import random
from fractions import Fraction
from math import ceil, floor

import pytest

from planner.model.money.entitlement import MoneyCell
from planner.model.money.goals import tie
from planner.model.money.variables import Group, MoneyVariables, levelled
from planner.model.rule import Model, Row, Stage, Terms
from planner.plan.solve import solve
from planner.solver.highs import Session
from planner.solver.ladder import Ladder
from planner.solver.together import Together
from tests.cases import amounts, money

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "60"))


def paying(
    payers: int, cells: int, rng: random.Random, tight: bool
) -> tuple[Model, tuple[Stage, ...]]:
    """Who pays cells of a fixed sum: each payer may pay some of them, within its means or not."""
    model, terms = Model(), [Terms() for _ in range(payers)]
    for cell in range(cells):
        mine = [p for p in range(payers) if p == payers - 1 or rng.random() < 0.5]
        columns = {p: model.column() for p in mine}
        total = float(rng.randint(1, 20))
        model.row(Row("whole", str(cell), [(j, 1.0) for j in columns.values()], total, total))
        for p, j in columns.items():
            terms[p].append((j, 1.0))
    for p, mine_ in enumerate(terms):
        if p < payers - 1 and rng.random() < (0.9 if tight else 0.3):
            model.row(Row("appropriation", str(p), mine_, high=float(rng.randint(0, 30))))
    held = [t for mine_ in terms[:2] for t in mine_]
    if tight and held:  # two compete for what both may give together
        model.row(Row("share", "both", held, high=float(rng.randint(0, 20))))
    return model, tuple(
        Stage("payer_order", "max", mine_, part=str(p)) for p, mine_ in enumerate(terms) if mine_)


def climbed(model: Model, goals: tuple[Stage, ...]) -> list[tuple[str, float, bool]]:
    end = Ladder(Model([*model.lower], [*model.upper], [*model.whole], [*model.rows]), goals).climb()
    assert end.status == "optimal"
    return [(r.part, round(r.value, 5), r.proven) for r in end.reached]


@pytest.mark.parametrize("tight", [False, True])
@pytest.mark.parametrize("seed", range(CASES))
def test_together_is_one_by_one(seed: int, tight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    model, goals = paying(rng.randint(3, 6), rng.randint(1, 8), rng, tight)
    found = climbed(model, goals)
    monkeypatch.setattr(Together, "reach", lambda self, n: None)
    assert found == climbed(model, goals)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    solves: list[int] = []
    asked = Session.optimise
    monkeypatch.setattr(Session, "optimise", lambda self, *a, **k: (
        solves.append(1), asked(self, *a, **k))[1])
    return solves


def test_payers_that_do_not_compete_take_one_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty streets each with a payer of its own: one with less than it could give, one with more."""
    model, terms = Model(), []
    for street in range(40):
        own, other = model.column(), model.column()
        model.row(Row("whole", str(street), [(own, 1.0), (other, 1.0)], 10.0, 10.0))
        if street % 2:
            model.row(Row("appropriation", str(street), [(own, 1.0)], high=4.0))
        terms.append([(own, 1.0)])
    solves = counted(monkeypatch)
    found = climbed(model, tuple(
        Stage("payer_order", "max", mine, part=str(p)) for p, mine in enumerate(terms)))
    assert [value for _, value, _ in found] == [4.0 if p % 2 else 10.0 for p in range(40)]
    assert len(solves) == 2  # the first is whether there is any point


def test_payers_that_compete_are_asked_one_by_one() -> None:
    """What both may give together goes to the first, though the second could give it too."""
    model = Model()
    first, second = model.column(), model.column()
    model.row(Row("share", "both", [(first, 1.0), (second, 3.0)], high=6.0))
    model.row(Row("share", "second", [(second, 1.0)], high=1.5))
    goals = (Stage("payer_order", "max", [(first, 1.0)], part="1"),
             Stage("payer_order", "max", [(second, 1.0)], part="2"))
    assert climbed(model, goals) == [("1", 6.0, True), ("2", 0.0, True)]
    # The other way round the sum would mislead: one more of the second costs three of the first.
    assert climbed(model, goals[::-1]) == [("2", 1.5, True), ("1", 1.5, True)]


def test_a_tolerance_is_kept_by_asking_one_by_one() -> None:
    model = Model()
    first, second = model.column(), model.column()
    model.row(Row("share", "both", [(first, 1.0), (second, 1.0)], high=6.0))
    goals = (Stage("payer_order", "max", [(first, 1.0)], part="1", tolerance=2.0),
             Stage("payer_order", "max", [(second, 1.0)], part="2", tolerance=2.0))
    assert climbed(model, goals)[1] == ("2", 2.0, True)


# --- what the plan is made from -------------------------------------------------------------------


def cell(entitlement: int, **more: object) -> MoneyCell:
    given: dict[str, object] = {
        "payee": f"c{entitlement}", "fund": "f", "street": "s", "entitlement": entitlement,
        "last": None, "carried": 0, "step": 100, "priority": 1, "payers": (0,), "shares": (),
        "floor": Fraction(0), "ceiling": Fraction(1), "keep": Fraction(0), "grow": None, **more}
    return MoneyCell(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(CASES))
def test_bounds_in_whole_steps_are_those_of_exact_fractions(seed: int) -> None:
    rng = random.Random(seed)
    c = cell(rng.randint(1, 99_999), last=rng.choice([None, 0, rng.randint(1, 90_000)]),
             carried=rng.choice([0, rng.randint(1, 50_000)]), step=rng.choice([1, 100, 700]),
             floor=Fraction(rng.randint(0, 100), 100), keep=Fraction(rng.randint(0, 3), 3),
             ceiling=Fraction(rng.randint(50, 100), 100), promised=rng.choice([0, 40_000]),
             grow=rng.choice([None, Fraction(rng.randint(0, 20), 7)]))
    least = max(c.floor * c.entitlement - c.carried, c.keep * (c.last or 0),
                Fraction(c.promised - c.carried), Fraction(0))
    most = max(c.ceiling * c.entitlement - c.carried, Fraction(0))
    if c.grow is not None and c.last is not None:
        most = min(most, (1 + c.grow) * c.last)
    assert (c.low, c.high) == (ceil(least / c.step) * c.step, floor(most / c.step) * c.step)


def test_a_point_off_its_level_by_slips_is_put_on_it() -> None:
    """Slips of the solver must not decide who gets the last step; a real difference stays."""
    groups = tuple(Group((cell(e),), e, 0, 0) for e in (50_000, 60_000, 70_000))
    v = MoneyVariables(groups, ({0: 0}, {0: 1}, {0: 2}))
    x = levelled(v, [2.50001, 2.9, 3.5], {g.of: 0.5 for g in groups})
    assert x == [pytest.approx(2.5, abs=1e-12), 2.9, 3.5]


def test_two_alike_the_first_by_code_gets_the_last_step() -> None:
    """Three communities of three streets, 100 yuan left after even shares."""
    case = money({"S1-A": 1000, "S2-A": 1000, "S3-A": 1000}, 1600)
    assert amounts(solve(case)) == {"S1-A": 600, "S2-A": 500, "S3-A": 500}


def test_the_last_tie_leaves_one_plan() -> None:
    """Two payers change places in two cells: the weights of the four columns never add up alike."""
    groups = tuple(Group((cell(e),), e, 0, 0) for e in range(1000, 1012))
    v = MoneyVariables(groups, tuple({0: 2 * g, 1: 2 * g + 1} for g in range(12)))
    (stage,) = tie(money({"S1-A": 1000}, 1000), v, Model())
    assert isinstance(stage, Stage)
    w = dict(stage.terms)
    gains = [round(w[2 * g] - w[2 * g + 1], 9) for g in range(12)]
    assert len(set(gains)) == 12


def test_payers_of_awards_add_up() -> None:
    plan = solve(money({"S1-A": 10_000, "S2-A": 20_000}, 9_000, {"S1": 3_000, "S2": 2_000}))
    frame = plan.allocations
    assert plan.spent == {p: int(frame[f"payer.{p}"].sum()) for p in ("d", "pS1", "pS2")}
    assert sum(plan.spent.values()) == int(plan.awards["allocation_yuan"].sum()) == 14_000
    assert list(plan.awards.columns) == [c for c in frame if not c.startswith("payer.")]
