"""Which change did what: exact to the yuan, whatever the order, and said when it cannot be."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner
from planner import cli
from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.scenario import Scenario, load
from planner.case.whatif import order, with_orders
from planner.plan.attribution import PAIRS, Attribution, Known, attribution
from planner.plan.causes import EXHAUSTIVE, between
from planner.plan.compare import Comparison, compare
from planner.plan.shapley import exact_weights, sampled_weights, shares, whole_parts
from planner.show.attribution import show_attribution
from planner.show.schema import json_schema
from planner.show.screen import make_console
from planner.show.table import Headings
from tests.cases import case, money
from tests.test_cli import follows

SAMPLE = Path(__file__).parent.parent / "scenarios"
#: Both directions of every pair of the sample, and people too, when asked for.
ALL_PAIRS = bool(os.environ.get("PLANNER_ALL_PAIRS"))


def scenario(base: Case, name: str, *orders: Order) -> Scenario:
    return Scenario(name, name, "", "", with_orders(base, orders), (), base, orders)


def times(name: str, table: str, column: str, factor: str, where: str = "") -> Order:
    return order(table, "times", {column: factor}, where, name)


def cut(factor: str, name: str = "cut") -> Order:
    return times(name, "payers", "appropriation_yuan", factor)


def rate(factor: str, name: str = "rate") -> Order:
    return times(name, "standards", "amount_yuan", factor)


def parts(found: Attribution, code: str, of: str = "measure") -> dict[str, float]:
    split = next(s for s in found.of(of) if s.code == code)
    return {c.code: p for c, p in zip(found.causes, split.parts, strict=True)}


def hows(found: Attribution) -> dict[str, str]:
    return {name: how for c in found.causes for name, how in c.changes}


@pytest.fixture
def one() -> Case:
    """One community, entitled to 100,000 yuan and given them."""
    return money({"S1-A": 100_000}, 100_000)


# --- by hand ----------------------------------------------------------------------------------


def two(one: Case) -> tuple[Scenario, Scenario]:
    """Cut by half: 50,000. The rate by three fifths: 60,000. Both: 50,000."""
    one = with_orders(one, [order("standards", "set", {"amount_yuan": "10元"}),
                            order("communities", "set", {"residents": "10000"})])
    return scenario(one, "base"), scenario(one, "both", cut("0.5"), rate("0.6"))


def test_what_two_causes_do_only_together_is_halved_between_them(one: Case) -> None:
    found = attribution(*two(one))
    # cut first: -50,000, then the rate 0; the rate first: -40,000, then the cut -10,000.
    assert parts(found, "allocated") == {"cut": -30_000, "rate": -20_000}
    assert parts(found, "S1-A", "payee") == parts(found, "S1", "street") == parts(
        found, "allocated")
    # coverage: cut -0.5 alone; the rate 0 alone; both 50,000 of 60,000.
    assert parts(found, "lowest_coverage") == pytest.approx(
        {"cut": -1 / 3, "rate": 1 / 6}, abs=1e-9)
    assert parts(found, "needed") == {"cut": 0, "rate": -40_000}
    assert found.method == "exact" and found.combinations == 4


def test_backwards_the_causes_are_undone_and_their_parts_turn_round(one: Case) -> None:
    base, both = two(one)
    found = attribution(both, base)
    assert hows(found) == {"cut": "undone", "rate": "undone"}
    assert parts(found, "allocated") == {"cut": 30_000, "rate": 20_000}


def test_a_change_both_have_is_no_cause(one: Case) -> None:
    base, both = two(one)
    mild = scenario(base.case, "mild", rate("0.6", name="another name"))
    found = attribution(mild, both)
    assert hows(found) == {"cut": "applied"}
    assert parts(found, "allocated") == {"cut": -10_000}


def test_a_name_in_both_that_says_another_thing_is_one_cause(one: Case) -> None:
    base, both = two(one)
    found = attribution(scenario(base.case, "hard", cut("0.2")), both)
    assert hows(found) == {"cut": "changed", "rate": "applied"}
    # from 20,000: the cut at half first +30,000, then the rate 0; the rate first 0, then +30,000.
    assert parts(found, "allocated") == {"cut": 30_000, "rate": 0}


def test_nothing_different_is_said(one: Case) -> None:
    base, both = two(one)
    assert attribution(both, replace(both, name="again")).refused == "no_cause"
    assert attribution(base, base).refused == "no_cause"


# --- the order of changes ---------------------------------------------------------------------


def test_the_order_of_the_changes_changes_nothing() -> None:
    base = money({"S1-A": 70_000, "S1-B": 131_700, "S2-C": 90_300}, 150_000,
                 {"S1": 60_000, "S2": 40_000}, fund={"floor": "20%"})
    orders = [cut("0.7", "a"), rate("2", "b"),
              times("c", "payers", "appropriation_yuan", "0.5", "level = street"),
              order("funds", "set", {"ceiling": "90%"}, name="d")]
    known = Known()
    told: set[tuple[Any, ...]] = set()
    rng = random.Random(5)
    for _ in range(4):
        rng.shuffle(orders)
        found = attribution(scenario(base, "base"), scenario(base, "all", *orders), known=known)
        told.add((found.causes, found.splits))
    assert len(told) == 1
    (_, splits), = told
    assert any(len({p for p in s.parts if p}) > 2 for s in splits)


def test_the_same_changes_in_another_order_are_no_cause_unless_it_matters(one: Case) -> None:
    b, c = two(one)[1].orders
    third = order("funds", "set", {"ceiling": "90%"}, name="third")
    base = two(one)[0].case
    found = attribution(scenario(base, "x", b, c), scenario(base, "y", third, c, b))
    assert hows(found) == {"third": "applied"}
    fix = order("standards", "set", {"amount_yuan": "8元"}, name="fix")
    found = attribution(scenario(base, "x", c, fix), scenario(base, "y", fix, c))
    assert set(hows(found).values()) == {"changed"}  # 8 yuan against 5: the order matters
    assert sum(parts(found, "needed").values()) == 50_000 - 80_000


# --- causes that cannot stand apart -----------------------------------------------------------


def test_a_change_that_needs_another_is_one_cause_with_it(one: Case) -> None:
    base, _ = two(one)
    new = order("funds", "add", {"fund": "g", "name": "g", "payee": "community"}, name="new")
    paid = order("standards", "add", {"fund": "g", "amount_yuan": "20000元"}, name="paid")
    found = attribution(base, scenario(base.case, "more", new, paid, cut("0.5")))
    assert [c.code for c in found.causes] == ["cut", "new + paid"]
    assert found.combinations == 4
    whole = parts(found, "allocated_fund.g")
    assert whole["new + paid"] > 0
    assert sum(whole.values()) == 8_400  # 50,000 over 120,000: five twelfths, in whole hundreds


def test_only_what_is_needed_is_joined(one: Case) -> None:
    base, _ = two(one)
    add = [order("payers", "add", {"payer": p, "name": p, "level": "district",
                                   "appropriation_yuan": "1000元"}, name=f"add {p}") for p in "xy"]
    more = [times(f"more {p}", "payers", "appropriation_yuan", "2", f"payer = {p}") for p in "xy"]
    found = attribution(base, scenario(base.case, "s", *add, *more))
    assert [c.code for c in found.causes] == ["add x + more x", "add y + more y"]


# --- refusals ---------------------------------------------------------------------------------


def test_a_combination_without_a_plan_refuses_and_names_it() -> None:
    base = money({"S1-A": 100_000}, 100_000, fund={"floor": "80%"})
    ease = order("funds", "set", {"floor": "10%"}, name="ease")
    found = attribution(scenario(base, "base"), scenario(base, "s", ease, cut("0.5")))
    assert found.refused == "no_plan" and not found.splits
    assert [c.code for c in found.without] == ["cut"]
    sound = attribution(scenario(base, "base"), scenario(base, "s", ease))
    assert not sound.refused
    broken = attribution(scenario(base, "base"), scenario(base, "s", cut("0.5")))
    assert broken.refused == "no_plan" and [c.code for c in broken.without] == ["cut"]


def test_scenarios_of_two_bases_are_refused(one: Case) -> None:
    other = money({"S1-A": 100_000}, 90_000)
    assert attribution(scenario(one, "a"), scenario(other, "b", cut("0.5"))).refused == "other_base"


def test_a_scenario_its_changes_do_not_make_is_refused(one: Case) -> None:
    base, both = two(one)
    wrong = replace(both, case=with_orders(both.case, [cut("0.9")]))
    assert attribution(base, wrong).refused == "not_rebuilt"


# --- many causes ------------------------------------------------------------------------------


def test_more_than_six_causes_are_sampled_and_still_add_up(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.plan.attribution.PAIRS", 2)
    base = money({"S1-A": 100_000, "S1-B": 30_000}, 90_000)
    orders = [order("payers", "plus", {"appropriation_yuan": f"{7_000 + 100 * i}元"}, "", f"n{i}")
              for i in range(7)]
    known = Known()
    found = attribution(scenario(base, "b"), scenario(base, "s", *orders), known=known)
    assert found.method == "sampled" and found.orders == 4 and len(found.causes) == 7
    check(found, compare([scenario(base, "b"), scenario(base, "s", *orders)]))
    again = attribution(scenario(base, "b"), scenario(base, "s", *reversed(orders)), known=known)
    assert again == found
    assert PAIRS == 12 and EXHAUSTIVE == 6


# --- the arithmetic ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_exact_weights_are_the_mean_over_all_orders(count: int) -> None:
    rng = random.Random(count)
    values = {c: rng.randrange(-1000, 1000) for c in range(1 << count)}
    sums = [Fraction(0)] * count
    orders = list(itertools.permutations(range(count)))
    for way in orders:
        here = 0
        for i in way:
            sums[i] += values[here | 1 << i] - values[here]
            here |= 1 << i
    assert shares(exact_weights(count), values) == [s / len(orders) for s in sums]


@pytest.mark.parametrize("count", [2, 7, 11])
def test_sampled_weights_add_up_and_halve_what_pairs_do(count: int) -> None:
    rng = random.Random(count)
    own = [rng.randrange(100) for _ in range(count)]
    pair = {(i, j): rng.randrange(100) for i in range(count) for j in range(i)}

    def value(c: int) -> int:
        return sum(o for i, o in enumerate(own) if c >> i & 1) + sum(
            p for (i, j), p in pair.items() if c >> i & 1 and c >> j & 1)

    weights = sampled_weights(count, PAIRS)
    due = [own[i] + Fraction(sum(p for ij, p in pair.items() if i in ij), 2) for i in range(count)]
    assert shares(weights, {c: value(c) for c in weights}) == due
    assert sampled_weights(count, PAIRS) == weights


@settings(max_examples=60, deadline=None)
@given(st.lists(st.fractions(-10**6, 10**6, max_denominator=720), min_size=1, max_size=6),
       st.lists(st.fractions(-1, 1, max_denominator=60), min_size=6, max_size=6))
def test_whole_parts_add_up_and_are_within_a_yuan(
    exact: list[Fraction], owed: list[Fraction]
) -> None:
    exact.append(-sum(exact, Fraction(0)) + round(sum(exact, Fraction(0))))
    total = int(sum(exact))
    before = owed[: len(exact)] + [Fraction(0)] * (len(exact) - 6)
    got, after = whole_parts(exact, total, before)
    assert sum(got) == total
    assert all(abs(g - e) < 1 for g, e in zip(got, exact, strict=True))
    assert sum(after) == sum(before)


def test_the_last_yuan_goes_to_the_first_by_place_among_equals() -> None:
    half = Fraction(1, 2)
    assert whole_parts([half, half], 1)[0] == [1, 0]
    assert whole_parts([-half, -half], -1)[0] == [-1, 0]
    assert whole_parts([Fraction(1, 3), Fraction(2, 3)], 1)[0] == [0, 1]
    _, owed = whole_parts([half, half], 1)
    assert whole_parts([half, half], 1, owed)[0] == [0, 1]  # what one was owed it gets next


# --- the sample -------------------------------------------------------------------------------


def check(found: Attribution, comparison: Comparison) -> None:
    """Every difference of the comparison is the sum of its parts."""
    _, entry = comparison.entries
    splits = {(s.of, s.code): s for s in found.splits}
    for measure in comparison.rows:
        gone = comparison.difference(measure, entry)
        if gone is None:
            continue
        split = splits["measure", measure.key]
        assert split.difference == pytest.approx(gone, abs=1e-10)
        if measure.unit == "yuan":
            assert all(isinstance(p, int) for p in split.parts)
            assert sum(split.parts) == gone
        else:
            assert round(sum(split.parts) * 10**10) == round(gone * 10**10)
    for by in ("street", "payee"):
        moves = comparison.moves(entry, by)
        mine = {str(c): int(d) for c, d in zip(moves[by], moves["difference_yuan"], strict=True)}
        assert {s.code for s in found.of(by)} == set(mine)
        for split in found.of(by):
            assert sum(split.parts) == split.difference == mine[split.code]
    total = splits["measure", "allocated"].parts if comparison.moves(entry).size else ()
    for kind in (found.of("street"), found.of("payee"),
                 [s for k, s in splits.items() if k[1].startswith("allocated_fund.")],
                 [s for k, s in splits.items() if k[1].startswith("allocated_level.")]):
        assert tuple(map(sum, zip(*(s.parts for s in kind), strict=True))) == total


def test_every_pair_of_the_sample_adds_up_to_the_yuan() -> None:
    scenarios = load(SAMPLE, None if ALL_PAIRS else "money")
    whole = compare(scenarios)
    known = Known({e.scenario.case.fingerprint: e.plan for e in whole.entries if e.plan})
    entries = {e.name: e for e in whole.entries}
    pairs = itertools.permutations(scenarios, 2) if ALL_PAIRS else itertools.combinations(
        scenarios, 2)
    causes = 0
    for a, b in pairs:
        found = attribution(a, b, None if ALL_PAIRS else "money", known)
        assert not found.refused, (a.name, b.name)
        check(found, Comparison((entries[a.name], entries[b.name])))
        causes = max(causes, len(found.causes))
    assert len(scenarios) == 9 and causes == 4


def test_people_are_split_too() -> None:
    paths = [SAMPLE / "base", SAMPLE / "cut10_young.yaml"]
    scenarios = [s for p in paths for s in load(p)]
    found = planner.attribution(*scenarios)
    assert parts(found, "available") == {"cut": -291_000, "young": 0}
    assert parts(found, "filled") == {"cut": 0, "young": -2}
    assert parts(found, "mean_age")["cut"] == 0 and parts(found, "mean_age")["young"] < 0
    frame = found.parts
    assert set(frame["cause"]) == {"cut", "young"}
    street = frame[(frame["of"] == "street") & (frame["cause"] == "cut")]
    assert street["part"].sum() == parts(found, "allocated")["cut"]


def test_a_common_prefix_is_solved_once_and_the_rest_shared() -> None:
    scenarios = {s.name: s for s in load(SAMPLE, "money")}
    way = between(scenarios["cut10"], scenarios["cut10_young"], "money")
    assert [c.code for c in way.causes()] == ["young"]
    known = Known()
    attribution(scenarios["base"], scenarios["cut10_young"], "money", known)
    assert len(known.memo.halves) == 2  # four combinations, but young does nothing to money


# --- what is printed --------------------------------------------------------------------------


def shown(comparison: Comparison, found: list[Attribution], lang: str) -> str:
    out = io.StringIO()
    show_attribution(comparison, found, lang, Headings(make_console(100, True, out), lang))
    return out.getvalue()


def test_the_screen_names_causes_and_the_rule_of_the_last_yuan(one: Case) -> None:
    base, both = two(one)
    comparison = compare([base, both])
    text = shown(comparison, [attribution(base, both)], "zh")
    assert "-5.00  -3.00  -2.00" in text and "沙普利值" in text and "4 种组合" in text
    back = compare([both, base])
    assert "without" in shown(back, [attribution(both, base)], "en")
    lone = scenario(base.case, "lone", cut("0.5"))
    assert "only cause" in shown(compare([base, lone]), [attribution(base, lone)], "en")


def test_the_screen_says_which_combination_has_no_plan() -> None:
    base = money({"S1-A": 100_000}, 100_000, fund={"floor": "80%"})
    ease = order("funds", "set", {"floor": "10%"}, name="ease")
    scenarios = [scenario(base, "base"), scenario(base, "s", ease, cut("0.5"))]
    text = shown(compare(scenarios), [attribution(*scenarios)], "zh")
    assert "只有 cut 时" in text and "没有可证明的方案" in text


Captured = pytest.CaptureFixture[str]


def test_the_command_adds_it_only_when_asked(
    capsys: Captured, tmp_path: Path
) -> None:
    call = ["compare", str(SAMPLE / "split37.yaml"), str(SAMPLE / "cut10.yaml"), "--only", "money"]
    assert cli.run([*call, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert "attribution" not in plain
    assert cli.run([*call, "--json", "--why", "--csv", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    follows(told["attribution"], json_schema()["properties"]["attribution"])
    assert told.pop("attribution") and told == plain
    assert "attribution" in json_schema()["properties"]
    assert "attribution" not in json_schema()["required"]
    rows = (tmp_path / "attribution.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "scenario,of,code,unit,difference,cause,part"
    assert any(row.startswith("cut10,payee,C01,yuan,") for row in rows)
    assert cli.run([*call, "--why", "--lang", "zh", "--width", "80"]) == 0
    assert "撤销 split" in capsys.readouterr().out


def test_alone_there_is_nothing_to_explain(capsys: Captured) -> None:
    assert cli.run(["compare", str(SAMPLE / "cut10.yaml"), "--why"]) == 2
    assert "--why" in capsys.readouterr().err


def test_whatever_the_names_equal_cases_have_equal_parts() -> None:
    """A cause of no effect has no part, and takes none from the others."""
    base = case(
        communities=[{"community": "S1-A", "street": "S1", "residents": 100},
                     {"community": "S1-B", "street": "S1", "residents": 37}],
        funds=[{"fund": "f", "payee": "community"}],
        standards=[{"fund": "f", "amount_yuan": 1000, "per": "residents"}],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": 99_900}])
    idle = order("communities", "set", {"name": "new name"}, "community = S1-A", "idle")
    both: Callable[..., Attribution] = lambda *o: attribution(  # noqa: E731
        scenario(base, "b"), scenario(base, "s", *o))
    with_idle = parts(both(cut("0.7"), rate("0.6"), idle), "S1-B", "payee")
    without = parts(both(cut("0.7"), rate("0.6")), "S1-B", "payee")
    assert with_idle == {**without, "idle": 0}
