"""Money carried over covers, is used first, and is flagged when it was carried two years."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.cli import run
from planner.plan.carried import carried_twice, carried_two_years
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, payer

SAMPLE = Path(__file__).parents[1] / "scenarios"


def carried(district: int, *rows: dict[str, Any], **fund: Any) -> Case:
    return funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", district)], fund,
                 last_year=[{"fund": "f", "amount_yuan": 0, **row} for row in rows])


def old(community: str, before: int | None, after: int | None) -> dict[str, Any]:
    return {"payee": community, "carried_before_yuan": before, "carried_yuan": after}


@pytest.mark.parametrize(("yuan", "expected"), [
    (0, {"S1-A": 400, "S1-B": 400}), (300, {"S1-A": 200, "S1-B": 600}),
    (900, {"S1-A": 0, "S1-B": 800}), (1500, {"S1-A": 0, "S1-B": 800}),
])
def test_carried_over_is_used_before_new_money(yuan: int, expected: dict[str, int]) -> None:
    """800 yuan of new money: first B up to what A has, then both; 50 yuan go to the first code."""
    got = amounts(solve(carried(800, old("S1-A", None, yuan))))
    assert sum(got.values()) == 800
    assert all(abs(got[c] - expected[c]) <= 100 for c in got)
    assert got["S1-A"] == 0 or yuan < 900


def test_carried_over_counts_towards_the_floor() -> None:
    """Half of 1000 each needs 1000 new yuan, or 600 when 400 were carried over."""
    assert solve(carried(600, floor="50%")).status == "infeasible"
    plan = solve(carried(600, old("S1-A", None, 400), floor="50%"))
    assert amounts(plan) == {"S1-A": 100, "S1-B": 500}


@pytest.mark.parametrize(("before", "after", "yuan"), [
    (300, 500, 300), (500, 300, 300), (0, 500, None), (300, 0, None), (None, 500, None),
    (300, None, None), (None, None, None)])
def test_two_years_running_is_the_smaller_of_both(
    before: int | None, after: int | None, yuan: int | None
) -> None:
    given = carried(900, old("S1-A", before, after), old("S1-B", 0, 100))
    found = [(row.payee, amount) for row, amount in carried_two_years(given)]
    assert found == ([] if yuan is None else [("S1-A", yuan)])
    assert carried_twice(solve(given)) == len(found)


def test_nobody_said_what_was_carried_before() -> None:
    assert carried_twice(solve(carried(900, old("S1-A", None, 100)))) is None


def test_payees_are_counted_once() -> None:
    given = funds({"S1-A": 1000}, [payer("d", 900)], {}, {"fund": "g"}, last_year=[
        {"payee": "S1-A", "fund": f, "amount_yuan": 0, "carried_yuan": 5, "carried_before_yuan": 9}
        for f in ("f", "g")])
    assert carried_twice(solve(given)) == 1 and len(carried_two_years(given)) == 2


# --- on the command line ---


def folder(tmp_path: Path, before: str) -> str:
    """The sample, C03's 6200 yuan of the service fund carried over once more or not."""
    file = tmp_path / "old.yaml"
    file.write_text(
        f"title: t\nbaseline: {SAMPLE / 'base'}\nchanges:\n  - name: n\n    table: last_year\n"
        f"    where: payee = C03 and fund = service\n    set: {{以前年度结转: {before}}}\n",
        encoding="utf-8")
    return str(file)


def test_plan_names_them_and_shows_what_was_carried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, "8000元")
    assert run(["plan", path, "--only", "money", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    told = "".join(out.split())
    assert "连续两年有结转" in told and "锦帆社区·服务群众专项经费0.62万元" in told
    head = next(line for line in out.splitlines() if "安排额" in line)
    assert "结转" in head and head.index("上年数") < head.index("结转") < head.index("安排额")
    assert run(["plan", path, "--only", "money", "--json"]) == 0
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert {m["measure"]: m["value"] for m in scenario["measures"]}["carried_twice"] == 1


def test_plan_has_no_such_column_when_nothing_was_carried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.yaml"
    file.write_text(
        f"title: t\nbaseline: {SAMPLE / 'base'}\nchanges:\n  - name: n\n    table: last_year\n"
        "    set: {carried_yuan: 0}\n", encoding="utf-8")
    assert run(["plan", str(file), "--only", "money", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    head = next(line for line in out.splitlines() if "安排额" in line)
    assert "结转" not in head and "连续两年有结转" not in out
