"""A scenario that fails or has no plan says so in its column; the others go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.cli import run
from planner.errors import RecountError
from planner.plan import many as module
from planner.plan import solve as plans

SAMPLE = Path(__file__).parent.parent / "scenarios"
ARGS = ["compare", str(SAMPLE / "base"), str(SAMPLE / "cut10.yaml"), "--only", "money", "-q"]


def fail_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def solve(case: Case, *rest: Any) -> Any:
        seen.append(case.fingerprint)
        if len(seen) == 2:
            raise RecountError(["appropriation [district] 2 > 1 yuan"])
        return plans.solve(case, *rest)

    monkeypatch.setattr(module, "solve", solve)


def test_a_plan_that_fails_its_recount_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_the_second(monkeypatch)
    assert run([*ARGS, "--json"]) == 1
    good, bad = json.loads(capsys.readouterr().out)["scenarios"]
    assert (good["status"], good["recount"]) == ("optimal", "passed")
    assert (bad["status"], bad["recount"]) == ("failed", None)
    assert bad["allocations"] == bad["placements"] == bad["goals"] == []
    assert all(m["value"] is None for m in bad["measures"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_screen_says_so(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_the_second(monkeypatch)
    assert run([*ARGS, "--lang", lang]) == 1
    shown = capsys.readouterr().out
    assert "appropriation [district]" in shown and "498.05" in shown


def test_a_broken_rule_really_stops_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recount is asked of every plan: with settling made to lie, nothing comes out."""
    from planner.case.scenario import read_case

    honest = plans.settle

    def lie(*args: Any) -> Any:
        part = honest(*args)
        assert part is not None
        key = next(iter(part.paid))
        return type(part)({**part.paid, key: {"district": 10**9}})

    monkeypatch.setattr(plans, "settle", lie)
    with pytest.raises(RecountError) as raised:
        plans.solve(read_case(SAMPLE / "base", only="money"))
    assert {b.split()[0] for b in raised.value.breaches} >= {"appropriation", "ceiling"}


def test_an_infeasible_one_beside_a_sound_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "full.yaml"
    path.write_text(
        f"title: full\nbaseline: {SAMPLE / 'base'}\nchanges:\n  - name: full\n"
        "    table: funds\n    set: {floor: 100%}\n", encoding="utf-8")
    assert run(["compare", str(SAMPLE / "base"), str(path), "--only", "money", "--json"]) == 4
    sound, short = json.loads(capsys.readouterr().out)["scenarios"]
    assert sound["status"] == "optimal" and sound["allocations"]
    assert short["status"] == "infeasible" and short["allocations"] == []
    assert {g["rule"] for g in short["must_give"]} >= {"floor"}
