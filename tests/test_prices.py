"""Prices are what a clerk would find by changing the tables by hand and solving again."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import load
from planner.case.whatif import order, with_orders
from planner.cli import run
from planner.model.blocks import block_of
from planner.plan.plan import Plan
from planner.plan.price import Price, Pricing, covers, prices
from planner.plan.solve import solve
from planner.plan.without import without
from tests.cases import case
from tests.rules.test_trained import town
from tests.rules.tools import funds, payer, people
from tests.test_goals import ranked
from tests.test_random_money import tables

SAMPLE = Path(__file__).parents[1] / "scenarios"
#: Every rule of the sample, and more random cases.
THOROUGH = int(os.environ.get("PLANNER_RANDOM_CASES", "80")) > 80
GOALS = ("fairness", "coverage", "steady", "thrift", "payer_order")


def sample(only: Any = "money") -> Case:
    return load(SAMPLE / "base", only=only)[0].case


def by_hand(given: Case, rule: str) -> Case:
    """The case a clerk would type who wants to be rid of a rule."""
    name, _, of = rule.partition(":")
    fund, _, level = of.partition("/")
    match name:
        case "appropriation":
            return with_orders(given, [order(
                "payers", "set", {"appropriation_yuan": "500亿"}, f"payer = {of}")])
        case "share":
            where = f"fund = {fund}" + (f" and level = {level}" if level else "")
            return with_orders(given, [order("shares", "remove", {}, where)])
        case "target":
            return with_orders(given, [order("targets", "remove", {}, f"target = {of}")])
        case "kin":
            return with_orders(given, [order("kin", "remove", {}, "person != nobody")])
        case "pin":
            return with_orders(given, [order("pairs", "remove", {}, "decision = pin")])
    column, value = {"floor": ("floor", "0"), "ceiling": ("ceiling", "90000%"),
                     "keep_last_year": ("keep_last_year", "0"),
                     "growth": ("grow_at_most", "90000%")}[name]
    return with_orders(given, [order("funds", "set", {column: value}, f"fund = {fund}")])


def goals_of(plan: Plan) -> dict[tuple[str, str], float]:
    return {(r.goal, r.part): r.value for r in plan.goals}


def agrees(price: Price, before: Plan, after: Plan) -> None:
    """Each goal's change by hand, within 1 % of it (fairness by its least level)."""
    was, now = goals_of(before), goals_of(after)
    assert price.status == after.status == "optimal"
    for move in price.moves:
        key = move.goal, move.part
        if move.rank > 1:  # the least level stays where it was
            assert now[key] == pytest.approx(was[key], abs=1e-6)
            continue
        change = now.get(key, 0.0) - was[key]  # a goal with nothing left to want is met
        noise = 0.5 if move.unit == "yuan" else 1e-6
        assert move.after - move.before == pytest.approx(change, rel=0.01, abs=noise), (
            price.of, move)


def test_every_rule_of_the_sample_costs_what_it_costs_by_hand() -> None:
    given = sample()
    pricing, base = Pricing(given, "money"), solve(given)
    every = [*pricing.rules, "share:service", "share:branch_school"]
    rules = every if THOROUGH else every[::2]
    assert len(rules) > 10
    for rule in rules:
        agrees(pricing.drop(rule), base, solve(by_hand(given, rule)))


def test_every_rule_of_people_costs_what_it_costs_by_hand() -> None:
    given = people(
        [{"post": "J1", "seats": 2}, {"post": "J2", "kind": "secretary"}],
        [{"candidate": "K0", "birth": "1970.01"}, {"candidate": "K1", "birth": "2000.01"},
         {"candidate": "K2", "birth": "1971.01"}, {"candidate": "K3", "birth": "1999.01"}],
        targets=[{"target": "t", "group": "age <= 40", "of": "placed", "min_count": 3},
                 {"target": "m", "group": "age <= 40", "of": "placed", "max_count": 1,
                  "strength": "must"}],
        pairs=[{"candidate": "K0", "post": "J2", "decision": "pin", "reason": "r"},
               {"candidate": "K2", "post": "J2", "fit": 50},
               {"candidate": "K1", "post": "J1", "fit": 5}],
        kin=[{"person": "K1", "other": "K2"}], points=[{"where": "age > 40", "points": 7}])
    pricing, base = Pricing(given, "people"), solve(given)
    assert set(pricing.rules) == {"kin", "pin", "target:t", "target:m"}
    moved = set()
    for rule in pricing.rules:
        price = pricing.drop(rule)
        agrees(price, base, solve(by_hand(given, rule)))
        moved |= {rule} if not price.free else set()
    assert moved == {"pin", "target:t", "target:m", "kin"}


def test_every_payer_and_standard_is_worth_what_it_is_by_hand() -> None:
    given = sample()
    pricing, base = Pricing(given, "money"), solve(given)
    for row in given.rows("payers"):
        more = with_orders(given, [order(
            "payers", "plus", {"appropriation_yuan": "1万"}, f"payer = {row.payer}")])
        agrees(pricing.more(row.payer), base, solve(more))
    for i, row in enumerate(given.rows("standards")):
        step = 10 if row.fund == "branch_school" else 100
        higher = with_orders(given, [order(
            "standards", "plus", {"amount_yuan": f"{step}元"},
            f"fund = {row.fund} and amount_yuan = {row.amount_yuan}")])
        price = pricing.raised(i)
        agrees(price, base, solve(higher))
        assert not price.free  # 100 yuan a payee are felt in every fund of the sample


def asked(seed: int) -> Case:
    """A random money case with its goals in a random order."""
    rng = random.Random(seed)
    given = tables(rng)
    order = rng.sample(GOALS, rng.randint(2, 5))
    return case(**given, **ranked("floor", *order))


@pytest.mark.parametrize("seed", range(300 if THOROUGH else 25))
def test_more_money_and_fewer_rules_never_worsen_the_first_goal_they_touch(seed: int) -> None:
    given = asked(seed)
    pricing = Pricing(given, "money")
    if pricing.base.status == "infeasible":
        assert prices(given) == ()
        return
    rng = random.Random(seed)
    rules = rng.sample(pricing.rules, min(8, len(pricing.rules)))
    limited = {r.of for r in pricing.block.model.rows if r.rule == "appropriation"}
    found = [pricing.drop(r) for r in rules] + [pricing.more(p) for p in sorted(limited)]
    for price in found:
        first = next((m for m in price.moves if m.moved), None)
        assert first is None or first.gain > 0, (seed, price.of, first)


@pytest.mark.parametrize("seed", range(100 if THOROUGH else 8))
def test_an_answer_does_not_depend_on_the_questions_before(seed: int) -> None:
    given = asked(seed)
    pricing = Pricing(given, "money")
    if pricing.base.status == "infeasible":
        return
    payers = [p.payer for p in given.rows("payers")]
    questions = [("drop", r) for r in pricing.rules[:6]] + [("more", p) for p in payers[:3]]
    alone = {q: getattr(Pricing(given, "money"), q[0])(q[1]) for q in questions}
    random.Random(seed).shuffle(questions)
    for q in questions:
        price = getattr(pricing, q[0])(q[1])
        assert price.status == alone[q].status
        for one, other in zip(price.moves, alone[q].moves, strict=True):
            near = 0.5 if one.unit == "yuan" else 1e-6
            assert one.moved == other.moved and one.rank == other.rank
            assert one.after == pytest.approx(other.after, abs=near), (q, one, other)


def test_money_buys_people_where_training_ties_them() -> None:
    """400 yuan train nobody (a course costs 500): 100 more fill a seat."""
    given = with_orders(town(500), [order("payers", "set", {"appropriation_yuan": "400元"})])
    pricing = Pricing(given, "joint")
    fill = next(m for m in pricing.more("d", 100).moves if m.goal == "fill")
    assert (fill.before, fill.after, fill.unit, fill.gain) == (1, 0, "people", 1)
    assert {"appropriation:d", "ceiling:school"} <= set(pricing.rules)
    assert {p.half for p in prices(given)} == {"joint"}


def test_a_price_read_by_eye() -> None:
    """Two communities of 1000 and 800 yuan: 0.4 each. Without the floor of 60 % on g, f gets it."""
    given = funds({"S1-A": 1000}, [payer("d", 800)], {"priority": 1},
                  {"fund": "g", "priority": 2, "floor": "60%"})
    pricing = Pricing(given, "money")
    (fair, later) = [m for m in pricing.drop("floor:g").moves if m.goal == "fairness"]
    assert (fair.part, fair.unit, fair.better, fair.rank) == ("1", "share", "higher", 1)
    assert (fair.before, fair.after) == (pytest.approx(0.2), pytest.approx(0.8))
    assert (later.before, later.after) == (pytest.approx(0.6), pytest.approx(0.0, abs=1e-6))
    assert fair.gain > 0 > later.gain
    more = next(m for m in pricing.more("d", 100).moves if m.goal == "fairness")
    assert more.after == pytest.approx(0.3)


def test_one_more_wan_is_what_the_contingency_leaves_of_it() -> None:
    given = funds({"S1-A": 100_000}, [payer("d", 10_000, contingency="20%")])
    fair = next(m for m in Pricing(given, "money").more("d").moves if m.goal == "fairness")
    assert (fair.before, fair.after) == (pytest.approx(0.08), pytest.approx(0.16))


def test_a_standard_that_leaves_no_plan_says_so() -> None:
    """60 % of 1000 is all d has: one step more and the floor is out of reach."""
    given = funds({"S1-A": 1000}, [payer("d", 600)], {"floor": "60%"})
    (price,) = [p for p in prices(given) if p.kind == "standard"]
    assert (price.of, price.status, price.moves) == ("f:1", "infeasible", ())


def test_a_standard_that_may_not_be_raised_says_why() -> None:
    given = case(
        communities=[{"community": "A", "street": "S1", "residents": 10}],
        funds=[{"fund": "f", "payee": "community"}], payers=[payer("d", 1000)],
        standards=[{"fund": "f", "amount_yuan": 900, "max_yuan": 900}])
    (price,) = [p for p in prices(given) if p.kind == "standard"]
    assert price.status == "optimal" and price.free  # the most a payee may get holds it


def test_without_the_rule_no_cell_states_it() -> None:
    given = sample(None)
    for rule, half in (("floor", "money"), ("keep_last_year:service", "money"),
                       ("share:alliance", "money"), ("target:young", "people")):
        after = without(given, rule)
        names = {covers(rule, row.rule, row.of) for row in block_of(after, half).model.rows}
        assert names == {False}, rule
    with pytest.raises(KeyError):
        without(given, "seats")


# --- on the command line ---


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["explain", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_prices_of_the_sample_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, str(SAMPLE / "base"), "--prices", "--only", "money")
    kinds = [p["kind"] for p in answer["prices"]]
    assert kinds == sorted(kinds, key=("rule", "payer", "standard").index)
    assert {p["of"] for p in answer["prices"] if p["kind"] == "payer"} == {
        p.payer for p in sample().rows("payers")}
    dear = next(p for p in answer["prices"] if p["of"] == "appropriation:street_S5")
    fair = next(m for m in dear["moves"] if m["goal"] == "fairness" and m["moved"])
    assert fair["after"] > fair["before"] and fair["rank"] == 1 and fair["unit"] == "share"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_prices_on_the_screen_name_what_moves_and_what_costs_nothing(
    lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(SAMPLE / "base")
    assert run(["explain", path, "--prices", "--only", "money", "--lang", lang]) == 0
    out = capsys.readouterr().out
    words = ("去掉也没有影响的规则", "85.71% → 87.67%", "优") if lang == "zh" else (
        "Rules that cost nothing", "85.71% → 87.67%", "better")
    assert all(word in out for word in words)
    assert max(len(line) for line in out.splitlines()) <= 100


def test_a_rule_tells_who_gains_and_who_loses(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, str(SAMPLE / "base"), "--rule", "分担比例:branch_school",
                  "--only", "money")
    assert answer["rule"] == "share:branch_school" and answer["settled"]
    base, after = solve(sample()), solve(by_hand(sample(), "share:branch_school"))
    was, now = (p.allocations.groupby("payee")["allocation_yuan"].sum() for p in (base, after))
    moves = {m["payee"]: m["difference_yuan"] for m in answer["moves_by_payee"]}
    assert moves == {p: int(now[p] - was[p]) for p in was.index if now[p] != was[p]}
    assert min(moves.values()) < 0 < max(moves.values())


def test_a_rule_of_people_tells_whom_it_moves(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", str(SAMPLE / "base"), "--rule", "kin", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "不再建议" in out and "改为建议" in out and "须按程序推荐" in out


def test_a_rule_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", str(SAMPLE / "base"), "--rule", "flor", "--lang", "en"]) == 2
    assert "floor" in capsys.readouterr().err


def test_what_has_no_plan_has_no_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "poor.yaml"
    file.write_text(f"title: t\nbaseline: {SAMPLE / 'base'}\nchanges:\n  - name: n\n    table: "
                    "payers\n    set: {appropriation_yuan: 1万}\n", encoding="utf-8")
    for question in (["--prices"], ["--rule", "floor"]):
        assert run(["explain", str(file), *question, "--lang", "zh", "--only", "money"]) == 4
        assert "--conflict" in capsys.readouterr().out
