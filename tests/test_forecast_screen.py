"""The years ahead as they are read: JSON, a screen of one scenario, scenarios side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from planner.case.scenario import load
from planner.cli import run
from planner.plan.compare import Entry
from planner.plan.forecast import forecast
from planner.plan.forecasts import Ahead, look_ahead
from planner.plan.solve import solve
from planner.show.forecast import answer
from planner.words import say
from tests.test_forecast import BASE, people


def call(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["forecast", *args, "--only", "people", "-q"]) == 0
    return capsys.readouterr().out


def test_json_has_codes_only_and_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    text = call(capsys, str(BASE), "--years", "1", "--json")
    document = json.loads(text)
    (scenario,) = document["scenarios"]
    for name in ("nothing", "followed"):
        for m in scenario[name]["years"]:
            assert m["seats"] == sum(o["seats"] for o in m["open"])
            assert m["pool"]["filled"] + m["pool"]["unfilled"] == m["seats"]
    for row in (*load(BASE)[0].case.rows("incumbents"), *load(BASE)[0].case.rows("candidates")):
        assert row.name not in text


def test_screen_masks_names(capsys: pytest.CaptureFixture[str]) -> None:
    args = [str(BASE), "--years", "1", "--width", "120", "--lang", "zh"]
    people = load(BASE)[0].case.rows("incumbents")
    names = {p.name for p in people if len(p.name) > 1}
    masked = call(capsys, *args)
    assert not any(n in masked for n in names) and "*" in masked and "P014" in masked
    revealed = call(capsys, *args, "--reveal")
    assert any(n in revealed for n in names)


@pytest.fixture(scope="module")
def two() -> list[Ahead]:
    scenarios = [load(BASE, "people")[0], load(BASE.parent / "bachelor_cut.yaml", "people")[0]]
    return list(look_ahead([Entry(s, solve(s.case)) for s in scenarios], 5))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100])
def test_screen_of_one_scenario_fits_and_says_what_is_assumed(
    two: list[Ahead], lang: str, width: int
) -> None:
    text = screen(two[:1], lang, width)
    assert max(cell_len(row) for row in text.splitlines()) <= width
    figures = next(row for row in text.splitlines() if say("forecast.filled", lang) in row)
    assert len(figures.split()) == len(say("forecast.filled", lang).split()) + 6  # in one table
    flat = "".join(text.split())
    for note in ("pool_note", "suggested_note", "assumed", "limit_note"):
        assert "".join(say(f"forecast.{note}", lang).split()) in flat


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100])
def test_scenarios_side_by_side(two: list[Ahead], lang: str, width: int) -> None:
    """Figures that differ, each with its difference; the others named once."""
    text = screen(two, lang, width)
    rows = text.splitlines()
    assert "bachelor_" in text and max(map(cell_len, rows)) <= width
    at = next(n for n, row in enumerate(rows) if row.strip() == say("forecast.filled", lang))
    assert rows[at + 1].split()[-3:] == ["39", "36", "-3"]
    same = next(row for row in rows if row.strip().startswith(
        say("forecast.same", lang, figures="")[:5]))
    assert say("forecast.leaving", lang) in same and say("forecast.filled", lang) not in same


def test_a_scenario_without_a_plan_keeps_its_column(two: list[Ahead]) -> None:
    base, other = two
    none = Ahead(other.entry, replace(other.forecast, followed=None) if other.forecast else None)
    text = screen([base, none], "zh", 80)
    assert text.count(say("forecast.no_plan", "zh")) == 1
    followed = text[text.index(say("forecast.followed", "zh")):]
    row = next(row for row in followed.splitlines() if row.strip().startswith("2031"))
    assert row.split()[-1] == "-"
    lost = screen([base, Ahead(other.entry, None, "lost")], "zh", 80)
    assert "lost" in lost


def test_targets_set_aside_pins_gone_and_proof_are_said() -> None:
    """Words for what a cover leaves aside; a target nobody can meet has its years."""
    plan = solve(people(
        posts=[{"post": "J1", "seats": 2, "max_age": 37}],
        incumbents=[{"person": "P1", "post": "J1", "birth": "1990-01-01"}],
        candidates=[{"candidate": "K1", "birth": "1991-06-30"},
                    {"candidate": "K2", "birth": "1989-06-30"}],
        pairs=[{"candidate": "K2", "post": "J1", "decision": "pin"}],
        targets=[{"target": "young", "group": "age <= 36", "of": "team", "min_count": 1,
                  "strength": "must"}],
        settings={"change_of_term": "2027-06-30、2031-01"}))
    scenario = load(BASE, "people")[0]
    text = screen([Ahead(Entry(scenario, plan), forecast(plan, 3))])
    assert "*2028至2029：“不得”类目标（young）" in text
    assert "自2027年起，K2不再符合J1的条件" in text
    assert "2027-06-30换届（不补充）" in text and "2031-01-01不在预测期内" in text


def screen(found: list[Ahead], lang: str = "zh", width: int = 200) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    answer(found, 5, lang, False, 0).show(console)
    return console.file.getvalue()  # type: ignore[attr-defined]
