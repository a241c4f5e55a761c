"""``explain --conflict`` and the nearest plan beside others: on the screen and as JSON."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.plan.compare import Comparison, compare
from planner.show.answer import Answer
from planner.show.explain_conflict import basis_of, explain_conflict
from planner.show.export import as_json
from planner.show.screen import make_console, show_comparison
from planner.words import LANGUAGES
from tests.rules.tools import funds, payer

E = {"S1-A": 1000, "S1-B": 1000}


def short(yuan: int = 1000, **fund: Any) -> Case:
    return funds(E, [payer("d", yuan, basis="文〔2026〕5号")],
                 {"floor": "80%", "basis": "文〔2026〕1号", **fund})


def scenario(case: Case, name: str = "s") -> Scenario:
    return Scenario(name, name, "", "", case, (), case)


def told(answer: Answer, width: int = 100) -> str:
    out = io.StringIO()
    answer.show(make_console(width, no_color=True, file=out))
    return out.getvalue()


def screen(comparison: Comparison, lang: str) -> str:
    out = io.StringIO()
    show_comparison(comparison, lang, make_console(100, no_color=True, file=out))
    return out.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_names_rules_bases_and_figures(lang: str) -> None:
    answer = explain_conflict(scenario(short()), "", lang, False)
    text = told(answer)
    assert answer.code == 4
    assert "文〔2026〕5号" in text and "文〔2026〕1号" in text
    assert "0.10 → 0.16" in text and "80% → 50%" in text


def test_the_answer_as_json() -> None:
    answer = explain_conflict(scenario(short(law="floor")), "", "zh", False)
    assert answer.json["clash"] == [
        {"rule": "appropriation", "of": "d", "law": False, "basis": "文〔2026〕5号"},
        {"rule": "floor", "of": "f", "law": True, "basis": "文〔2026〕1号"}]
    assert answer.json["repairs"] == [[{
        "rule": "appropriation", "of": "d", "by": 600, "unit": "yuan", "from": "1000",
        "to": "1600"}]]
    assert answer.tables["repairs"][1] == [[1, "appropriation", "d", 600, "yuan", "1000", "1600"]]
    assert sum(a["allocation_yuan"] for a in answer.json["nearest"]["allocations"]) == 1600


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_conflict_it_says_so(lang: str) -> None:
    answer = explain_conflict(scenario(short(1600)), "", lang, False)
    assert answer.code == 0 and len(told(answer).splitlines()) == 2
    assert answer.json["nearest"] is None and answer.json["repairs"] == []


def test_laws_that_clash_are_said_to() -> None:
    case = short(2000, law="floor, envelope", envelope_max_yuan=1000)
    answer = explain_conflict(scenario(case), "", "zh", False)
    assert "法定要求之间已经冲突" in told(answer) and answer.json["nearest"] is None


def test_the_comparison_shows_the_nearest_plan_as_such_and_stops_nothing() -> None:
    found = compare([scenario(short(1600), "a"), scenario(short(), "b"),
                     scenario(short(1800), "c")])
    assert [e.status for e in found.entries] == ["optimal", "infeasible", "optimal"]
    text = screen(found, "zh")
    assert "(最接近方案)" in text.replace("\n", "") and "b无可行方案" in text
    first, second, third = as_json(found)["scenarios"]
    assert second["allocations"] == [] and second["nearest"]["status"] == "optimal"
    values = {m["measure"]: m["value"] for m in second["nearest"]["measures"]}
    assert values["allocated"] == 1600
    assert all(m["value"] is None for m in second["measures"] if m["measure"] == "allocated")
    assert first["nearest"] is None and third["repairs"] == []


def test_a_basis_is_that_of_the_row() -> None:
    case = short()
    assert basis_of(case, "appropriation", "d") == "文〔2026〕5号"
    assert basis_of(case, "ceiling", "f") == "文〔2026〕1号"
    assert basis_of(case, "kin", "C1") == ""


def test_the_command_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from planner.cli import run
    base = Path(__file__).parents[1] / "scenarios" / "base"
    file = tmp_path / "cut.yaml"
    file.write_text(f"title: cut\nbaseline: {base}\nchanges:\n  - name: cut\n    table: payers\n"
                    "    times: {appropriation_yuan: 0.4}\n", "utf-8")
    code = run(["explain", "--conflict", "--only", "money", "--lang", "en", str(file)])
    assert code == 4 and "nearest plan" in capsys.readouterr().out
