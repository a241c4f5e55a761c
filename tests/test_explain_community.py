"""Every amount is rebuilt from standard to step, to the yuan, and each line is right by itself."""

from __future__ import annotations

import json
import os
import runpy
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import load
from planner.cli import run
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.plan.solved import Memo
from planner.plan.why import Account, Line, accounts, not_due
from tests.cases import case, money
from tests.rules.tools import funds, payer
from tests.test_goals import ranked

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "scenarios"
DATA = os.environ.get("PLANNER_DATA")  # the public figures that bench/city456.py reads


def exact(share: float | None) -> Fraction:
    return Fraction(str(share or 0))


def due_by_hand(given: Case, account: Account) -> list[int]:
    """The standards that fit, by pandas' own reading of their conditions."""
    fund = next(f for f in given.rows("funds") if f.fund == account.cell.fund)
    table = given.frame("communities" if fund.payee == "community" else "streets")
    me = table[table.iloc[:, 0] == account.cell.payee]
    return [row.amount_yuan for row in given.rows("standards")
            if row.fund == fund.fund and (not row.where or len(me.query(row.where)))]


def rebuilt(plan: Plan, account: Account) -> None:
    """Each line counted anew from the tables, each sum to the yuan."""
    given, cell = plan.case, account.cell
    fund = next(f for f in given.rows("funds") if f.fund == cell.fund)
    frame = plan.allocations.set_index(["payee", "fund"])
    row = frame.loc[(cell.payee, cell.fund)]
    assert [x.yuan for x in account.due] == due_by_hand(given, account)
    assert sum(x.yuan for x in account.due) == row["entitlement_yuan"]
    assert sum(x.yuan for x in account.steps) == account.allocation == row["allocation_yuan"]
    assert {x.of: x.yuan for x in account.paid} == {
        k.removeprefix("payer."): v for k, v in row.items() if k.startswith("payer.") and v}
    assert sum(x.yuan for x in account.paid) == account.allocation
    by: dict[str, Line] = {x.kind: x for x in account.steps}
    last, carried = cell.last or 0, cell.carried
    kept = floor(exact(fund.keep_last_year) * last)
    assert by["keep_last_year"].yuan == kept if "keep_last_year" in by else kept == 0
    least = max(floor(exact(fund.floor) * cell.entitlement - carried), kept)
    assert by["floor"].yuan == least - kept if "floor" in by else least == kept
    level = by["fairness"].note["level"]
    reached = least + by["fairness"].yuan
    assert abs(reached - max(level * cell.entitlement - carried, 0)) < 1.01
    step = by["step"].yuan if "step" in by else 0
    assert abs(step) <= cell.step and account.allocation == reached + step
    assert ("carried" in by) == (carried > 0)
    assert all(x.basis or x.kind == "carried" for x in (*account.due, *account.steps,
                                                        *account.paid)) or not fund.basis


@pytest.mark.parametrize("name", ["base", *sorted(p.stem for p in SAMPLE.glob("*.yaml"))])
def test_every_cell_of_every_sample_scenario(name: str) -> None:
    path = SAMPLE / (name if name == "base" else f"{name}.yaml")
    (scenario,) = load(path, only="money")
    plan = solve(scenario.case)
    payees = sorted({c.payee for c in plan.cells})
    found = [a for payee in payees for a in accounts(plan, payee)]
    assert [(a.cell.payee, a.cell.fund) for a in found] == [(c.payee, c.fund) for c in plan.cells]
    for account in found:
        rebuilt(plan, account)
    assert {c for c in payees if not c.startswith("C")} == {"S1", "S2", "S3", "S4", "S5"}


@pytest.mark.skipif(not DATA, reason="PLANNER_DATA names no folder of public figures")
def test_every_cell_of_456_real_communities(tmp_path: Path) -> None:
    runpy.run_path(str(ROOT / "bench" / "city456.py"))["main"](Path(str(DATA)), tmp_path)
    memo = Memo()
    for path in ("base", "cut10.yaml"):
        (scenario,) = load(tmp_path / path, only="money")
        plan = solve(scenario.case, memo=memo)
        found = [a for c in sorted({c.payee for c in plan.cells}) for a in accounts(plan, c)]
        assert len(found) == 912
        for account in found:
            assert sum(x.yuan for x in account.due) == account.cell.entitlement
            rebuilt(plan, account)


# --- small cases by hand ---


def steps(plan: Plan, payee: str = "S1-A") -> dict[str, int]:
    (account,) = accounts(plan, payee)
    return {x.kind: x.yuan for x in account.steps}


def note(plan: Plan, kind: str, payee: str = "S1-A") -> Any:
    (account,) = accounts(plan, payee)
    return next(x.note for x in account.steps if x.kind == kind)


def test_floor_then_fairness_then_step() -> None:
    """1250 of 2000 is 62.5 %: the floor gives 500 of 1000, fairness 125, the step takes 25."""
    plan = solve(money({"S1-A": 1000, "S1-B": 1000}, 1250, fund={"floor": "50%"}))
    assert steps(plan) == {"floor": 500, "fairness": 125, "step": -25}
    assert note(plan, "fairness")["level"] == pytest.approx(0.625)
    assert note(plan, "fairness")["held_by"] == [["appropriation", "d"]]
    assert note(plan, "step") == {"step_yuan": 100, "wanted_yuan": 625.0}


def test_last_year_protected_above_the_floor() -> None:
    given = money({"S1-A": 1000, "S1-B": 1000}, 1200, last={"S1-A": 900, "S1-B": 100},
                  fund={"floor": "30%", "keep_last_year": "90%"})
    plan = solve(given)
    assert steps(plan) == {"keep_last_year": 810, "floor": 0, "fairness": 0, "step": 90}
    assert steps(plan, "S1-B") == {"keep_last_year": 90, "floor": 210, "fairness": 90, "step": -90}


def test_growth_holds_an_amount_by_itself() -> None:
    plan = solve(money({"S1-A": 1000, "S1-B": 1000}, 2000, last={"S1-A": 400},
                       fund={"grow_at_most": "25%"}))
    assert steps(plan) == {"fairness": 500} and note(plan, "fairness")["own"] == "growth"
    assert steps(plan, "S1-B") == {"fairness": 1000}
    assert note(plan, "fairness", "S1-B")["own"] == "full"


def test_a_ceiling_holds_an_amount_by_itself() -> None:
    plan = solve(money({"S1-A": 1000}, 2000, fund={"ceiling": "80%"}))
    assert steps(plan) == {"fairness": 800} and note(plan, "fairness")["own"] == "ceiling"


def test_carried_over_counts_and_is_not_paid_again() -> None:
    given = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 1000)], {"floor": "30%"},
                  last_year=[{"payee": "S1-A", "fund": "f", "amount_yuan": 0,
                              "carried_yuan": 400}])
    plan = solve(given)
    assert steps(plan) == {"carried": 0, "floor": 0, "fairness": 300}
    assert note(plan, "carried") == {"carried_yuan": 400}
    assert note(plan, "fairness")["level"] == pytest.approx(0.7)
    assert steps(plan, "S1-B") == {"floor": 300, "fairness": 400}


def test_more_carried_over_than_the_ceiling_means_nothing_new() -> None:
    given = funds({"S1-A": 1000}, [payer("d", 1000)], {},
                  last_year=[{"payee": "S1-A", "fund": "f", "amount_yuan": 0,
                              "carried_yuan": 1500}])
    plan = solve(given)
    assert steps(plan) == {"carried": 0, "fairness": 0} and plan.allocations[
        "allocation_yuan"].sum() == 0


def test_what_a_later_goal_takes_back_is_a_line_of_its_own() -> None:
    """Fairness may give 0.2 back so that last year's 900 and 100 are nearer."""
    given = money({"S1-A": 1000, "S1-B": 1000}, 1000, last={"S1-A": 900, "S1-B": 100})
    sheets = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 1000)],
                   last={"S1-A": 900, "S1-B": 100}, **ranked(("fairness", 0.2), "steady"))
    assert steps(solve(given)) == {"fairness": 500}
    plan = solve(sheets)
    assert steps(plan) == {"fairness": 500, "later": 200}
    assert steps(plan, "S1-B") == {"fairness": 500, "later": -200}
    assert note(plan, "later") == {"goals": ["steady"]}


def test_goals_ranked_before_fairness_are_said_to_hold_it() -> None:
    given = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 2000)],
                  last={"S1-A": 900, "S1-B": 100}, **ranked("steady", "fairness"))
    plan = solve(given)
    assert steps(plan) == {"fairness": 900} and note(plan, "fairness")["own"] == "goals"


def test_without_fairness_the_goals_are_named() -> None:
    plan = solve(funds({"S1-A": 1000}, [payer("d", 700)], {"floor": "30%"},
                       **ranked("floor", "coverage")))
    assert steps(plan) == {"floor": 300, "goals": 400}
    assert note(plan, "goals") == {"goals": ["floor", "coverage"]}


@pytest.mark.parametrize(("standard", "yuan", "units", "bound"), [
    ({"amount_yuan": 3000}, 3000, 1, ""),
    ({"amount_yuan": 300, "per": "households", "every": 1000}, 765, 2.55, ""),
    ({"amount_yuan": 300, "per": "households", "every": 1000, "round": "up"}, 900, 3, ""),
    ({"amount_yuan": 300, "per": "households", "every": 1000, "round": "down"}, 600, 2, ""),
    ({"amount_yuan": 300, "per": "households", "every": 1000, "min_yuan": 800}, 800, 2.55, "min"),
    ({"amount_yuan": 300, "per": "households", "every": 1000, "max_yuan": 700}, 700, 2.55, "max"),
    ({"amount_yuan": 1, "per": "households", "every": 4}, 638, 637.5, ""),
])
def test_a_standard_says_how_it_was_reckoned(
    standard: dict[str, Any], yuan: int, units: float, bound: str
) -> None:
    given = case(
        communities=[{"community": "A", "street": "S1", "households": 2550}],
        funds=[{"fund": "f", "payee": "community"}], payers=[payer("d", 10_000)],
        standards=[{"fund": "f", "basis": "B1", **standard},
                   {"fund": "f", "where": "households > 9000", "amount_yuan": 50}])
    (account,) = accounts(solve(given), "A")
    (line,) = account.due
    assert (line.yuan, line.note["units"], line.note["bound"]) == (yuan, units, bound)
    assert line.basis == "B1" and account.cell.entitlement == yuan


def test_the_share_that_overrides_is_the_one_named() -> None:
    given = funds({"S1-A": 1000}, [payer("d", 1000, basis="P"), payer("pS1", 1000, basis="Q")], {},
                  shares=[{"fund": "f", "level": "district", "max_share": "50%", "basis": "X"},
                          {"fund": "f", "level": "district", "where": "street = S1",
                           "max_share": "30%", "basis": "Y"}])
    (account,) = accounts(solve(given), "S1-A")
    by = {x.of: (x.yuan, x.basis, x.note["max_share"]) for x in account.paid}
    assert by == {"d": (300, "Y", 0.3), "pS1": (700, "Q", None)}


def test_what_owes_nothing_says_why() -> None:
    given = case(
        communities=[{"community": "A", "street": "S1", "households": 10},
                     {"community": "B", "street": "S1", "households": 90}],
        funds=[{"fund": "f", "payee": "community", "where": "households > 50"},
               {"fund": "g", "payee": "community"}, {"fund": "h", "payee": "street"}],
        payers=[payer("d", 1000)],
        standards=[{"fund": "f", "amount_yuan": 100},
                   {"fund": "g", "amount_yuan": 100, "where": "households > 50"},
                   {"fund": "h", "amount_yuan": 100}])
    assert [(n.fund, n.why) for n in not_due(given, "A")] == [("f", "condition"),
                                                              ("g", "standard")]
    assert not_due(given, "B") == not_due(given, "S1") == ()


# --- on the command line ---


def test_json_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", str(SAMPLE / "cut10.yaml"), "--community", "锦帆社区",
                "--only", "money", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["payee"] == "C03" and len(answer["accounts"]) == 3
    for account in answer["accounts"]:
        for part, total in (("due", "entitlement_yuan"), ("steps", "allocation_yuan"),
                            ("payers", "allocation_yuan")):
            assert sum(x["yuan"] for x in account[part]) == account[total]


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("锦帆社区（C03）", "结转", "147,420", "不低于上年 163,800 的 90.00%", "取整",
            "示范区〔2026〕2号(虚构)", "市级服务群众转移支付", "办公经费（不属保障对象）")),
    ("en", ("(C03)", "Carried over", "147,420", "not less than 90.00%", "Whole steps")),
])
@pytest.mark.parametrize("width", ["80", "140"])
def test_the_screen_shows_every_line(
    lang: str, words: tuple[str, ...], width: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", str(SAMPLE / "base"), "--community", "C03", "--lang", lang, "--only",
                "money", "--width", width]) == 0
    out = capsys.readouterr().out
    whole = "".join(out.split())
    # at 80 columns a note folds between the cells beside it
    assert all("".join(w.split()) in whole for w in (words if width == "140" else words[:3]))


def test_a_street_is_asked_for_its_own_fund(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", str(SAMPLE / "base"), "--community", "S4", "--only", "money",
                "--json"]) == 0
    (account,) = json.loads(capsys.readouterr().out)["accounts"]
    assert account["fund"] == "street_school" and account["entitlement_yuan"] == 20_000


@pytest.mark.parametrize(("asked", "nearest"), [("C033", "C03"), ("锦帆", "锦帆社区"), ("c03", "C03")])
def test_an_unknown_community_names_the_nearest(
    asked: str, nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", str(SAMPLE / "base"), "--community", asked, "--lang", "zh"]) == 2
    assert nearest in capsys.readouterr().err.partition("最接近")[2]


def test_no_plan_says_what_must_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "poor.yaml"
    file.write_text(f"title: t\nbaseline: {SAMPLE / 'base'}\nchanges:\n  - name: n\n    table: "
                    "payers\n    set: {appropriation_yuan: 1万}\n", encoding="utf-8")
    assert run(["explain", str(file), "--community", "C03", "--lang", "zh", "--only",
                "money"]) == 4
    assert "无可行方案" in capsys.readouterr().out
