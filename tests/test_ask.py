"""Two modes: what each payer must find (一上), and the plan within what they have (二上)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.cli import run
from planner.plan.ask import Ask, asks, by_level, total
from planner.plan.measures import measures_for
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, payer

SAMPLE = Path(__file__).parents[1] / "scenarios"
TWO = {"S1-A": 1000, "S2-B": 1000}


def asking(payers: Any, mode: str = "ask", **more: Any) -> Case:
    return funds(TWO, payers, settings={"mode": mode}, **more)


def found(plan: Plan) -> dict[str, tuple[int, int | None, int | None]]:
    return {a.payer: (a.must_find, a.has, a.short) for a in asks(plan)}


def test_every_entitlement_is_met_and_the_shortage_is_named() -> None:
    plan = solve(asking([payer("d", 500, contingency="10%"), payer("pS1", 400)]))
    assert amounts(plan) == TWO
    assert found(plan) == {"d": (1600, 450, 1150), "pS1": (400, 400, 0)}


def test_what_payers_have_is_used_before_anybody_is_short() -> None:
    """d stands first in the order and may pay all: still pS1 and pS2 pay what they have."""
    plan = solve(asking([payer("d", 1000, order=1), payer("pS1", 700, order=2),
                         payer("pS2", 600, order=2)]))
    assert found(plan) == {"d": (1000, 1000, 0), "pS1": (700, 700, 0), "pS2": (300, 600, 0)}


@pytest.mark.parametrize("d", [0, 300, 1700, 2000, 9000])
def test_the_shortage_is_the_least_there_can_be(d: int) -> None:
    """Half of every cell is the streets': theirs are short of 200 each, the district of the rest."""
    shares = [{"fund": "f", "level": "district", "min_share": "50%", "max_share": "50%"}]
    plan = solve(asking([payer("d", d), payer("pS1", 300), payer("pS2", 300)], shares=shares))
    assert found(plan) == {"d": (1000, d, max(1000 - d, 0)), "pS1": (500, 300, 200),
                           "pS2": (500, 300, 200)}


def test_who_did_not_say_what_it_has_is_not_called_short() -> None:
    plan = solve(asking([payer("d", None), payer("pS1", 300), payer("pS2", 300)]))
    assert found(plan) == {"d": (1400, None, None), "pS1": (300, 300, 0), "pS2": (300, 300, 0)}
    assert total(asks(plan)) == Ask("", "", 2000, None, None)
    assert next(m for m in measures_for([plan.case]) if m.key == "short").value(plan) is None


def test_levels_and_the_total_are_sums_of_their_parts() -> None:
    plan = solve(asking([payer("d", 500), payer("pS1", 100), payer("pS2", 900)]))
    rows = asks(plan)
    for level in by_level(rows):
        mine = [a for a in rows if a.level == level.level]
        assert (level.must_find, level.has, level.short) == tuple(
            sum(getattr(a, part) for a in mine) for part in ("must_find", "has", "short"))
    assert total(rows).must_find == sum(x.must_find for x in by_level(rows)) == 2000
    assert [x.level for x in by_level(rows)] == ["district", "street"]


def test_within_control_figures_nobody_asks() -> None:
    plan = solve(asking([payer("d", 500)], mode="ceiling"))
    assert asks(plan) == () and sum(amounts(plan).values()) == 500
    assert all(m.value(plan) is None for m in measures_for([plan.case])
               if m.name in ("asked", "short"))


def test_the_two_modes_agree_when_there_is_enough() -> None:
    pay = [payer("d", 1500, order=2), payer("pS1", 700, order=1), payer("pS2", 700, order=1)]
    ask, ceiling = solve(asking(pay)), solve(asking(pay, mode="ceiling"))
    assert ask.allocations.equals(ceiling.allocations)
    assert {a.short for a in asks(ask)} == {0}


def test_measures_by_level_and_the_shortage() -> None:
    plan = solve(asking([payer("d", 500), payer("pS1", 100)]))
    values = {m.key: m.value(plan) for m in measures_for([plan.case])}
    assert (values["asked.district"], values["asked.street"], values["short"]) == (1900, 100, 1400)


# --- on the command line ---


def test_json_and_csv_of_the_sample(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["plan", str(SAMPLE / "base"), "--mode", "ask", "--only", "money", "--json",
                "--csv", str(tmp_path)]) == 0
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    rows = scenario["ask"]
    spent: dict[str, int] = {}
    for cell in scenario["allocations"]:
        for code, yuan in cell["payers"].items():
            spent[code] = spent.get(code, 0) + yuan
    assert {r["payer"]: r["must_find_yuan"] for r in rows} == spent
    assert all(r["short_yuan"] == max(r["must_find_yuan"] - r["has_yuan"], 0) for r in rows)
    measures = {m["measure"]: m["value"] for m in scenario["measures"]}
    assert measures["short"] == sum(r["short_yuan"] for r in rows) > 0
    assert measures["lowest_coverage"] == 1.0
    lines = (tmp_path / "ask.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(rows) and "district" in "".join(lines)


def test_json_says_nothing_is_asked_within_control_figures(
    capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", str(SAMPLE / "base"), "--only", "money", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scenarios"][0]["ask"] == []


@pytest.mark.parametrize("command", [["plan", "base"], ["compare", "base", "cut10.yaml"]])
@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("须落实", "现有额度", "缺口", "街道小计")),
    ("en", ("Must find", "Has", "Short", "All of street")),
])
def test_the_table_is_shown(
    command: list[str], lang: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    name, *paths = command
    arguments = [name, *(str(SAMPLE / p) for p in paths), "--only", "money", "--lang", lang]
    assert run([*arguments, "--mode", "ask"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)
    assert run(arguments) == 0
    assert words[0] not in capsys.readouterr().out
