"""``--keep PLAN.json``: the goal ``steady`` moves as few people of an earlier plan as it can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import Scenario, load
from planner.case.whatif import order, with_orders
from planner.cli import run
from planner.errors import InputError
from planner.plan.compare import compare
from planner.plan.earlier import keep
from planner.plan.measures import MEASURES
from planner.plan.solve import solve
from planner.plan.solved import Memo
from tests.rules.tools import people, placed

SAMPLE = Path(__file__).parent.parent / "scenarios"
POSTS = [{"post": "J1"}, {"post": "J2"}]
THREE = [{"candidate": f"K{i}"} for i in range(3)]


def moved(plan: Any) -> list[float]:
    return [r.value for r in plan.goals if r.goal == "steady"]


def test_ties_go_to_who_was_there() -> None:
    given = people(POSTS, THREE)
    before = placed(solve(given))
    for earlier in ({("K2", "J1"), ("K1", "J2")}, {("K0", "J2"), ("K2", "J1")}):
        assert earlier != before
        plan = solve(given.keeping(earlier))
        assert placed(plan) == earlier and moved(plan) == [0.0]


@pytest.mark.parametrize(("rank", "who"), [
    (None, "K1"), (("fill", "steady", "fit"), "K0"), (("fill", "fit"), "K1")])
def test_steady_has_its_rank(rank: tuple[str, ...] | None, who: str) -> None:
    """K1 fits better: fit ranks before steady unless the case says otherwise."""
    goals = [{"rank": n, "goal": g} for n, g in enumerate(rank or (), 1)]
    given = people(POSTS[:1], THREE, pairs=[{"candidate": "K1", "post": "J1", "fit": 5}],
                   **({"goals": goals} if goals else {}))
    plan = solve(given.keeping({("K0", "J1")}))
    assert placed(plan) == {(who, "J1")} and moved(plan) == [float(who != "K0")]


def test_what_cannot_be_kept_is_not_counted() -> None:
    """K0 has grown too old, J3 is gone, J2 has no vacancy: none of that is a move."""
    given = people([{"post": "J1", "max_age": 40}, {"post": "J2", "seats": 0}],
                   [{"candidate": "K0", "birth": "1970.01"}, *THREE[1:]])
    plan = solve(given.keeping({("K0", "J1"), ("K1", "J2"), ("K2", "J3"), ("K9", "J1")}))
    assert len(placed(plan)) == 1 and moved(plan) == []
    (measure,) = [m for m in MEASURES if m.name == "people_moved"]
    assert measure.value(plan) == 0 and measure.value(solve(given)) is None


def test_an_earlier_plan_makes_another_case() -> None:
    given = people(POSTS, THREE)
    kept = given.keeping({("K2", "J1")})
    assert kept.fingerprint != given.fingerprint == given.keeping(()).fingerprint
    assert kept.fingerprint_of("both", "money") == given.fingerprint_of("both", "money")
    memo = Memo()
    assert placed(solve(given, memo=memo)) != placed(solve(kept, memo=memo))
    after = with_orders(kept, [order("posts", "set", {"priority": "3"}, "post = J1")])
    assert after.earlier == kept.earlier


def written(path: Path, **plans: list[tuple[str, str]]) -> Path:
    path.write_text(json.dumps({"scenarios": [
        {"scenario": name, "placements": [{"candidate": c, "post": p} for c, p in pairs]}
        for name, pairs in plans.items()]}), encoding="utf-8")
    return path


def scenario(name: str, given: Case) -> Scenario:
    return Scenario(name, name, "", "", given, (), given)


def test_the_scenario_of_the_same_name_else_the_first(tmp_path: Path) -> None:
    file = written(tmp_path / "p.json", first=[("K2", "J1")], b=[("K1", "J1")])
    a, b = keep([scenario(n, people(POSTS, THREE)) for n in ("a", "b")], file)
    assert a.case.earlier == a.base.earlier == {("K2", "J1")} and b.case.earlier == {("K1", "J1")}
    with pytest.raises(InputError) as refused:
        keep([a], written(tmp_path / "q.json", a=[("K8", "J1")]))
    assert [p.code for p in refused.value.problems] == ["keep_no_plan"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"scenarios": []}', '{"scenarios": [{}]}'])
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(text)
    for path in (tmp_path / "p.json", tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError) as refused:
            keep([scenario("a", people(POSTS, THREE))], path)
        assert [p.code for p in refused.value.problems] == ["keep_unreadable"]


def test_utf_16_as_some_shells_write_it(tmp_path: Path) -> None:
    file = written(tmp_path / "p.json", a=[("K2", "J1")])
    file.write_bytes(file.read_text("utf-8").encode("utf-16"))
    assert keep([scenario("a", people(POSTS, THREE))], file)[0].case.earlier == {("K2", "J1")}


def test_the_command_keeps_to_what_it_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    young, base = str(SAMPLE / "young30.yaml"), str(SAMPLE / "base")
    options = ["--only", "people", "--json", "-q"]
    assert run(["plan", young, *options]) == 0
    file = tmp_path / "young.json"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["compare", base, young, *options, "--keep", str(file)]) == 0
    answer = json.loads(capsys.readouterr().out)
    figures = [{m["measure"]: m["value"] for m in s["measures"]} for s in answer["scenarios"]]
    assert figures[1]["people_moved"] == 0 < figures[0]["people_moved"]
    free = compare(load(base, "people")).entries[0].plan
    assert free is not None
    was = {(p["candidate"], p["post"]) for p in json.loads(
        file.read_text("utf-8"))["scenarios"][0]["placements"]}
    assert figures[0]["people_moved"] <= len(was - placed(free))
    assert figures[0]["mean_fit"] == pytest.approx(free.placements["fit"].mean())
    assert run(["plan", base, "--keep", str(SAMPLE / "README.md"), "--lang", "en"]) == 3
    assert "is not an earlier plan" in capsys.readouterr().err
