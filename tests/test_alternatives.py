"""Alternatives: within the tolerance, as different as can be, the core proven, losses solved."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest

from planner import cli
from planner.case.case import Case
from planner.case.whatif import order, with_orders
from planner.model.money.part import MoneyPart
from planner.plan.alternatives import Alternatives, alternatives
from planner.plan.alternatives_money import elsewhere, ranges
from planner.plan.farthest import farthest, within_of
from planner.plan.recount import recount
from planner.plan.solve import solve
from planner.plan.standing import worth
from tests.cases import case, money
from tests.rules.test_trained import town
from tests.rules.tools import people, placed
from tests.test_cli import tiny

TWO_PER_CENT = Fraction(1, 50)


def street(count: int = 8, **more: Any) -> Case:
    """Communities of different size, money for four fifths of what is due."""
    sizes = {f"S1-{chr(65 + n)}": 50_000 + 10_000 * n for n in range(count)}
    return money(sizes, sum(sizes.values()) * 4 // 5, **more)


def test_every_plan_keeps_the_rules_and_the_tolerance() -> None:
    given = street(fund={"floor": "50%"})
    found = alternatives(given, 10, TWO_PER_CENT)
    assert found.money is not None
    best = worth(given, found.plan.money)
    assert found.money.plans[0] == found.plan.money
    assert len(found.money.plans) == 11
    total = sum(sum(by.values()) for by in found.money.plans[0].paid.values())
    for part in found.money.plans:
        assert recount(given, part, None) == ()
        mine = worth(given, part)
        assert within_of(mine, best, TWO_PER_CENT)
        assert mine["fairness", "1"].value >= 0.98 * best["fairness", "1"].value - 1e-9
        assert sum(sum(by.values()) for by in part.paid.values()) >= 0.98 * total


def test_plans_differ_and_the_distances_are_those_of_the_plans() -> None:
    found = alternatives(street(), 10, TWO_PER_CENT).money
    assert found is not None
    assert len({str(sorted(p.paid.items())) for p in found.plans}) == len(found.plans)
    assert found.least_apart > 0
    assert found.apart[0][1:] == tuple(elsewhere(p, found.plans[0]) for p in found.plans[1:])
    assert all(found.apart[m][n] == found.apart[n][m] for m in range(11) for n in range(11))
    assert found.apart[0][1] == max(found.apart[0])  # the farthest comes first


def test_what_is_the_same_is_the_same_and_ranges_hold_every_plan() -> None:
    given = street(4, last={"S1-A": 50_000}, fund={"keep_last_year": "100%"})
    found = alternatives(given, 6, TWO_PER_CENT).money
    assert found is not None
    cells = [{k: sum(by.values()) for k, by in p.paid.items()} for p in found.plans]
    assert found.same == (("S1-A", "f"),)  # last year's 50,000 are all it is due
    for r in ranges(found):
        amounts = [c[r.payee, r.fund] for c in cells]
        assert (r.least, r.most, r.best) == (min(amounts), max(amounts), amounts[0])
        assert r.least < r.most


def test_where_nothing_can_differ_only_the_best_is_told() -> None:
    found = alternatives(money({"S1-A": 1000, "S1-B": 1000}, 2000), 5, Fraction(0)).money
    assert found is not None
    assert len(found.plans) == 1 and len(found.same) == 2


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (alternatives(street(), 5, TWO_PER_CENT).money for _ in range(2))
    assert one == other


def test_the_distance_counts_payees_and_payers() -> None:
    def part(a: dict[str, int], b: dict[str, int]) -> MoneyPart:
        return MoneyPart({("A", "f"): a, ("B", "f"): b})

    home = part({"d": 60, "s": 40}, {"d": 100})
    assert elsewhere(home, home) == 0
    assert elsewhere(home, part({"d": 40, "s": 60}, {"d": 100})) == Fraction(20, 200)
    assert elsewhere(home, part({"d": 0}, {"d": 200})) == Fraction(100, 200)


def test_the_farthest_come_first() -> None:
    chosen, apart = farthest([0, 1, 9, 5], 2, lambda a, b: Fraction(abs(a - b)))
    assert chosen == [0, 2, 3]
    assert apart[1] == [9, 0, 4]


# --- people -----------------------------------------------------------------------------------


def pool(rng: random.Random) -> Case:
    posts = [{"post": f"J{n}", "max_age": rng.choice([None, 40]),
              "community": rng.choice(["C1", "C2"])} for n in range(3)]
    candidates = [{"candidate": f"K{n}", "birth": rng.choice(["1980.01", "1995.01"]),
                   "education": rng.choice(["bachelor", "junior_college"])} for n in range(4)]
    return people(posts, candidates, points=[{"where": "education >= bachelor", "points": 10}])


def as_good(given: Case, tolerance: Fraction = Fraction(0)) -> list[set[tuple[str, str]]]:
    """Every placement within the tolerance of the best in every goal, by trying them all."""
    from planner.plan.relying import as_people

    best = worth(given, None, solve(given).people)
    names, posts = [f"K{n}" for n in range(4)], ["J0", "J1", "J2"]
    every = [set(zip(who, what, strict=True)) for n in range(4)
             for what in combinations(posts, n) for who in permutations(names, n)]
    found = []
    for pairs in every:
        part = as_people(given, pairs)
        if not recount(given, None, part) and within_of(worth(given, None, part), best,
                                                        tolerance):
            found.append(pairs)
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("tolerance", [Fraction(0), Fraction(1, 3)])
def test_the_core_is_what_no_plan_within_the_tolerance_does_without(
    seed: int, tolerance: Fraction
) -> None:
    given = pool(random.Random(seed))
    every = as_good(given, tolerance)
    found = alternatives(given, 10, tolerance).people
    assert found is not None
    for part in found.plans:
        assert recount(given, None, part) == ()
        assert {(c, p) for c, p, _ in part.placed} in every
    core = set.intersection(*every)
    assert core <= set(found.same)
    if found.proven:
        assert set(found.same) == core
    assert len(found.plans) > 1 or len(every) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_loss_costs_what_solving_without_the_person_costs(seed: int) -> None:
    given = pool(random.Random(seed))
    found = alternatives(given, 1, Fraction(0), without_each=True)
    assert found.losses is not None and found.plan.people is not None
    assert {loss.candidate for loss in found.losses} == {
        c for c, _, _ in found.plan.people.placed}
    before = {(g.goal, g.part): g.value for g in found.plan.goals}
    for loss in found.losses:
        gone = with_orders(given, [order("candidates", "remove", {},
                                         f"candidate = {loss.candidate}")])
        plan = solve(gone)
        after = {(g.goal, g.part): g.value for g in plan.goals}
        for (goal, part), value in before.items():
            by = (after[goal, part] - value) * (-1 if goal == "fit" else 1)
            told = {(c.goal, c.part): c.by for c in loss.costs}.get((goal, part), 0.0)
            assert told == pytest.approx(by, abs=1e-5)
        assert sum(n for _, n in loss.empty) == len(found.plan.people.placed) - len(placed(plan))
        assert loss.candidate not in {c for c, _ in loss.steps_in}
    assert [loss.thin for loss in found.losses] == sorted(
        (loss.thin for loss in found.losses), reverse=True)


def test_who_steps_in_and_what_stays_empty_is_told() -> None:
    given = people([{"post": "J1", "max_age": 40}, {"post": "J2"}], [
        {"candidate": "K1"}, {"candidate": "K2", "birth": "1970.01"},
        {"candidate": "K3", "birth": "1970.01"}])
    losses = {n.candidate: n for n in alternatives(given, 1, without_each=True).losses or ()}
    assert losses["K1"].empty == (("J1", 1),) and losses["K1"].thin
    assert losses["K2"].steps_in == (("K3", "J2"),) and losses["K2"].costs == ()


# --- where training ties people to money ------------------------------------------------------


def untrained(award: int) -> Case:
    """K1 is ready and fits best; K0 can do as well once trained, which costs 500 yuan."""
    return town(award, candidates=[
        {"candidate": "K0", "training_hours": 8}, {"candidate": "K1", "training_hours": 60}],
        posts=[{"post": "J1", "where": "training_hours >= 56"}],
        pairs=[{"candidate": "K1", "post": "J1", "fit": 9}])


def test_who_steps_in_may_have_to_be_trained_first() -> None:
    (loss,) = alternatives(untrained(1000), 1, without_each=True).losses or ()
    assert (loss.candidate, loss.steps_in) == ("K1", (("K0", "J1"),))
    assert loss.trained == (("K0", "T"),) and not loss.thin
    assert loss.awards == "proven"


def test_without_money_for_training_the_loss_leaves_the_seat_empty() -> None:
    (loss,) = alternatives(untrained(400), 1, without_each=True).losses or ()
    assert loss.empty == (("J1", 1),) and loss.thin and loss.awards == "proven"


def test_money_is_moved_where_that_fills_the_seat() -> None:
    """Two schools share 800 yuan evenly; to train somebody one of them needs 500."""
    given = case(**two_schools(800))
    (loss,) = alternatives(given, 1, without_each=True).losses or ()
    plan = solve(with_orders(given, [
        order("pairs", "remove", {}, "candidate = K1"),
        order("candidates", "remove", {}, "candidate = K1")]))
    assert {(c, p) for c, p, _ in plan.people.placed} == {("K0", "J1")}  # type: ignore[union-attr]
    assert loss.awards == "moved" and loss.steps_in == (("K0", "J1"),)
    assert not loss.empty and [c.goal for c in loss.costs if c.by > 0] == ["fairness", "fit"]


def two_schools(yuan: int) -> dict[str, Any]:
    """One appropriation for the schools of two streets; only that of S1 has somebody to train."""
    return {
        "settings": [{"key": "as_of", "value": "2026-12-31"}],
        "communities": [{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S2"}],
        "funds": [{"fund": "school", "payee": "street"}],
        "standards": [{"fund": "school", "amount_yuan": 1000}],
        "payers": [{"payer": "d", "level": "district", "appropriation_yuan": yuan}],
        "posts": [{"post": "J1", "community": "C1", "kind": "member", "seats": 1,
                   "where": "training_hours >= 56"}],
        "candidates": [{"candidate": "K0", "training_hours": 8, "birth": "1990.01",
                        "education": "bachelor"},
                       {"candidate": "K1", "training_hours": 60, "birth": "1990.01",
                        "education": "bachelor"}],
        "pairs": [{"candidate": "K1", "post": "J1", "fit": 9}],
        "training": [{"course": "T", "street": "S1", "fund": "school", "cost_yuan": 500,
                      "gives": "training_hours=56"}]}


def test_only_those_asked_for_are_lost() -> None:
    given = people([{"post": "J1"}, {"post": "J2"}], [
        {"candidate": "K1"}, {"candidate": "K2"}, {"candidate": "K3"}])
    found = alternatives(given, 1, without=["K2"])
    assert [loss.candidate for loss in found.losses or ()] == ["K2"]


# --- the command ------------------------------------------------------------------------------


def test_the_command_answers_in_both_languages_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(tiny(tmp_path) / "base")
    args = ["alternatives", base, "--count", "3", "--within", "2%", "--without-each", "-q"]
    for lang, word in (("zh", "备选方案"), ("en", "Alternatives")):
        assert cli.run([*args, "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert word in out and "张三丰" not in out
    assert cli.run([*args, "--json", "--csv", str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["within"] == 0.02
    assert {n["candidate"] for n in found["losses"]} == {"K1", "K2"}
    assert all(sum(a["payers"].values()) == a["allocation_yuan"]
               for plan in found["money"]["plans"] for a in plan["allocations"])
    assert (tmp_path / "out" / "losses.csv").is_file()


def test_a_tolerance_that_is_no_share_is_refused_and_a_clash_is_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny(tmp_path, scenarios=9)
    assert cli.run(["alternatives", str(folder / "base"), "--within", "lots"]) == 2
    assert cli.run(["alternatives", str(folder / "cut9.yaml"), "--only", "money",
                    "--lang", "en"]) == 4
    assert "clash" in capsys.readouterr().out


def test_nothing_is_told_of_a_half_that_is_not_asked_for(tmp_path: Path) -> None:
    found: Alternatives = alternatives(street(3), 2)
    assert found.people is None and found.losses is None
