"""A figure over a range: points, curve, kinks by hand, and everything that can be written wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from planner import cli
from planner.case.case import Case
from planner.case.scenario import Scenario, load
from planner.case.whatif import order, with_orders
from planner.errors import InputError, UsageError
from planner.plan.kinks import Mark, kinks
from planner.plan.solve import solve
from planner.plan.sweep import Sweep, sweep
from planner.plan.vary import MOST, parse_vary, scale_of
from planner.show.curve import curve
from planner.show.screen import make_console
from planner.show.sweep import show_sweep, sweep_answer
from tests.cases import amounts, money

SAMPLE = Path(__file__).parent.parent / "scenarios"
DISTRICT = "payers[level=district].appropriation_yuan"


def of(case: Case) -> Scenario:
    return Scenario("base", "base", "", "", case, (), case)


def one(**more: object) -> Scenario:
    """One community, entitled to 100,000 yuan; the district has as much."""
    return of(money({"S1-A": 100_000}, 100_000, **more))  # type: ignore[arg-type]


def column(found: Sweep, measure: str) -> list[float]:
    return list(found.table[measure])


# --- points -----------------------------------------------------------------------------------


def test_every_point_is_the_scenario_with_one_more_change() -> None:
    found = sweep(one(), [f"{DISTRICT}=80%:110%:10%"])
    assert [p.stops[0].text for p in found.points] == ["80%", "90%", "100%", "110%"]
    assert column(found, "allocated") == [80_000, 90_000, 100_000, 100_000]
    assert column(found, "unspent") == [0, 0, 0, 10_000]
    assert column(found, "lowest_coverage") == [0.8, 0.9, 1.0, 1.0]


def test_a_point_equals_the_same_change_solved_alone() -> None:
    base = money({"S1-A": 70_000, "S1-B": 131_700, "S2-C": 90_300}, 150_000,
                 {"S1": 60_000, "S2": 40_000})
    found = sweep(of(base), [f"{DISTRICT}=120000元,15万,180000元"], ["allocated"])
    for text, got in zip(("12万", "15万", "18万"), column(found, "allocated"), strict=True):
        alone = base if text == "15万" else with_orders(base, [order(
            "payers", "set", {"appropriation_yuan": text}, "level = district")])
        assert got == sum(amounts(solve(alone)).values())


def test_plain_values_chinese_names_shares_and_ranges_that_fall() -> None:
    found = sweep(one(), ["出资方［层级＝区级］．可用额度＝12万：6万：3万"], ["allocated"])
    assert [p.stops[0].x for p in found.points] == [120_000, 90_000, 60_000]
    assert column(found, "allocated") == [100_000, 90_000, 60_000]
    found = sweep(one(), ["funds.ceiling=70%:90%:10%"], ["allocated"])
    assert column(found, "allocated") == [70_000, 80_000, 90_000]
    assert [p.stops[0].x for p in found.points] == [0.7, 0.8, 0.9]


def test_two_parameters_are_a_grid() -> None:
    found = sweep(one(), [f"{DISTRICT}=80%,100%", "funds.ceiling=50%,90%,100%"], ["allocated"])
    assert column(found, "allocated") == [50_000, 80_000, 80_000, 50_000, 90_000, 100_000]
    assert not found.kinks
    out = io.StringIO()
    show_sweep(found, ["allocated"], "zh", make_console(80, True, out))
    assert "5.00  9.00  10.00" in out.getvalue()


def test_a_list_of_words() -> None:
    scenario = one(settings={"mode": "ceiling"})
    found = sweep(scenario, ["settings[key=mode].value=ceiling,ask"], ["allocated"])
    assert [p.status for p in found.points] == ["optimal", "optimal"]
    assert found.points[0].stops[0].x is None and found.kinks == {"allocated": ()}


def test_points_without_a_plan_say_so_and_the_others_go_on() -> None:
    found = sweep(one(fund={"floor": "70%"}), [f"{DISTRICT}=50%:90%:20%"])
    assert [p.status for p in found.points] == ["infeasible", "optimal", "optimal"]
    assert found.points[0].must_give and not found.points[0].values
    answer = sweep_answer(found, [], "en")
    assert answer.code == 4
    assert answer.json["points"][0]["values"]["allocated"] is None
    out = io.StringIO()
    answer.show(make_console(100, True, out))
    assert "no plan" in out.getvalue().lower() or "infeasible" in out.getvalue().lower()


# --- kinks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", ["80%:120%:10%", "85%:125%:10%", "71%:128%:19%"])
def test_the_kink_is_where_the_money_is_enough(values: str) -> None:
    found = sweep(one(), [f"{DISTRICT}={values}"])
    for measure, before, after in (("allocated", 100_000, 0), ("lowest_coverage", 1, 0),
                                   ("unspent", 0, 100_000)):
        kink, = found.kinks[measure]
        assert kink.at == pytest.approx(1.0, abs=1e-5)
        assert kink.slopes == pytest.approx((before, after), abs=1e-3)
        assert ("appropriation", "d") in kink.before and ("appropriation", "d") not in kink.after
        assert kink.after == {("ceiling", "f"): 1}


def test_whole_steps_make_no_kinks() -> None:
    base = of(money({"S1-A": 61_300, "S1-B": 38_700}, 100_000, settings={"step_yuan": "3000元"}))
    found = sweep(base, [f"{DISTRICT}=50%:95%:5%"])
    rises = {b - a for a, b in zip(column(found, "allocated"), column(found, "allocated")[1:],
                                   strict=False)}
    assert len(rises) > 1  # the settled figures go up in stairs
    assert found.kinks["allocated"] == found.kinks["lowest_coverage"] == ()


def test_two_kinks_between_two_points_are_told_apart() -> None:
    """A may not grow above 20,000 of its 40,000; B is paid alone from there, until it is full."""
    grow = money({"S1-A": 40_000, "S1-B": 50_000}, 100_000, fund={"grow_at_most": "0%"},
                 last={"S1-A": 20_000})
    found = sweep(of(grow), [f"{DISTRICT}=20%:100%:40%"], ["allocated", "lowest_coverage"])
    # A stops at half: 20,000 + 25,000 at 45%; B is full at 20,000 + 50,000.
    low, = found.kinks["lowest_coverage"]
    assert low.at == pytest.approx(0.45, abs=1e-4)
    assert ("growth", "f") in low.after
    full, = found.kinks["allocated"]
    assert full.at == pytest.approx(0.70, abs=1e-4)


def test_a_curve_that_is_no_broken_line_bends_only_where_other_rules_hold() -> None:
    found = sweep(one(), ["communities.residents=60%:160%:10%"], ["lowest_coverage"])
    kink, = found.kinks["lowest_coverage"]
    assert kink.low <= 1.0 <= kink.high and kink.high - kink.low <= 0.1 + 1e-9
    assert ("appropriation", "d") in kink.after and ("appropriation", "d") not in kink.before


def test_slopes_alone_do_when_they_are_straight_on_both_sides() -> None:
    held = {("a", "f"): frozenset({("x", "y")})}
    bent = [Mark(x, y, held) for x, y in ((0, 0), (1, 1), (2, 2), (3, 2.5), (4, 3))]
    kink, = kinks(bent, "share")
    assert kink.at == 2 and kink.slopes == (1, 0.5)
    round_ = [Mark(x, x * x, held) for x in range(6)]
    assert kinks(round_, "share") == ()
    straight = [Mark(x, x + (x % 2) * 1e-7, held) for x in range(6)]
    assert kinks(straight, "share") == ()


# --- what can be written wrong ----------------------------------------------------------------


@pytest.mark.parametrize(("text", "code"), [
    ("payers", "vary_form"),
    ("payers.appropriation_yuan", "vary_form"),
    ("payers[level=district.appropriation_yuan=1:2:1", "vary_form"),
    ("payers.appropriation_yuan=80%:90%", "vary_values"),
    ("payers.appropriation_yuan=80%:90%:", "vary_values"),
    ("payers.appropriation_yuan=1万,,2万", "vary_values"),
    ("payers.appropriation_yuan=80%:120%:0%", "vary_values"),
    ("payers.appropriation_yuan=80%:120%:5万", "vary_mixed"),
    ("payers.appropriation_yuan=a:b:c", "vary_number"),
    ("payers.name=1:5:1", "vary_values"),
    ("payers.appropriation_yuan=1元:9万元:1元", "vary_many"),
])
def test_wrong_grammar_is_one_message_with_a_remedy(text: str, code: str) -> None:
    with pytest.raises(UsageError) as error:
        sweep(one(), [text])
    assert error.value.code == code
    for lang in ("zh", "en"):
        assert text in error.value.text(lang) or code == "vary_many"


@pytest.mark.parametrize(("text", "code"), [
    ("payerz.appropriation_yuan=80%:90%:5%", "change_unknown_table"),
    ("payers.apropriation=80%:90%:5%", "change_unknown_column"),
    ("payers[level=distric].appropriation_yuan=80%:90%:5%", "change_matches_nothing"),
    ("payers[level is].appropriation_yuan=80%:90%:5%", "condition_syntax"),
    ("payers.contingency=50%:150%:50%", "too_high"),
])
def test_wrong_names_are_problems_as_in_a_scenario(text: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        sweep(one(), [text])
    problem, = {p.code: p for p in error.value.problems}.values()
    assert problem.code == code and problem.cell.file == "--vary"


def test_what_is_wrong_at_some_points_is_said_before_anything_is_solved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("planner.plan.sweep.solve", None)
    with pytest.raises(InputError) as error:
        sweep(one(fund={"ceiling": "80%"}), ["funds.floor=70%:100%:10%"])
    problem, = error.value.problems
    assert problem.code == "min_above_max" and problem.change == "floor=90%"


def test_too_many_points_and_parameters() -> None:
    for code, vary, measures in (
        ("vary_many", [f"{DISTRICT}=1%:40%:1%", "funds.ceiling=61%:100%:1%"], []),
        ("vary_one_or_two", [f"{DISTRICT}=1%"] * 3, []),
        ("vary_twice", [f"{DISTRICT}=90%", f"{DISTRICT} = 80%"], []),
        ("sweep_measure", [f"{DISTRICT}=90%"], ["lowest_cover"]),
    ):
        with pytest.raises(UsageError) as error:
            sweep(one(), vary, measures)
        assert error.value.code == code
        assert error.value.text("zh") != error.value.text("en")
    assert MOST == 1000


def test_a_condition_may_hold_brackets_dots_and_equals() -> None:
    vary = parse_vary('payers[payer = "a].b=c" or level=district].appropriation_yuan=1元,2元')
    assert vary.where == 'payer = "a].b=c" or level=district'
    assert (vary.table, vary.column, vary.listed) == (
        "payers", "appropriation_yuan", ("1元", "2元"))
    assert scale_of(one().case, vary).kind == "money"


# --- what is printed --------------------------------------------------------------------------


def test_the_curve_is_as_wide_and_high_as_said_and_marks_kinks() -> None:
    lines = curve([[(0, 0.0), (5, 5.0), (10, 5.0)]], [5], 40, False, "5.00", "0.00", ("0", "10"))
    assert all(cell_len(text) <= 40 for text in lines)
    assert "".join(lines).isascii() and sum(text.count("o") for text in lines) == 3
    axis = next(i for i, text in enumerate(lines) if "+---" in text)
    mark = lines[axis + 1].index("1")
    middle = [text for text in lines[:axis] if text[mark : mark + 1] == "o"]
    assert middle == [lines[0]]  # the kink stands under the point where the top is reached


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen_names_what_lets_go_and_fits(lang: str, width: int) -> None:
    found = sweep(one(), [f"{DISTRICT}=85%:125%:10%"])
    out = io.StringIO()
    show_sweep(found, [], lang, make_console(width, True, out))
    text = out.getvalue()
    assert all(cell_len(line) <= width for line in text.splitlines())
    joined = "".join(line.strip() for line in text.splitlines())
    assert "100.00%" in joined
    for word in (["不再受", "改由", "封顶"] if lang == "zh" else ["no longer", "now held", "ceiling"]):
        assert word in joined


def test_a_plain_console_gets_plain_letters() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    show_sweep(sweep(one(), [f"{DISTRICT}=80%:120%:10%"]), [], "en", make_console(80, True, out))
    out.flush()
    assert b"?" not in raw.getvalue() and b"o" in raw.getvalue()


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call = ["sweep", str(SAMPLE / "base"), "--only", "money", "--vary", f"{DISTRICT}=95%:105%:10%",
            "--measure", "allocated"]
    assert cli.run([*call, "--json", "--csv", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [p["at"] for p in told["points"]] == [["95%"], ["105%"]]
    assert told["measures"] == [{"measure": "allocated", "unit": "yuan", "better": "higher"}]
    rows = (tmp_path / "sweep.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == f"{DISTRICT},status,allocated" and len(rows) == 3
    assert (tmp_path / "kinks.csv").exists()
    assert cli.run([*call, "--vary", "x"]) == 2
    assert "--vary" in capsys.readouterr().err
    assert cli.run(["sweep", str(SAMPLE / "base"), "--vary", "payers.nothing=1,2"]) == 3


def test_points_solved_by_two_workers_are_the_same() -> None:
    scenario = load(SAMPLE / "base", "money")[0]
    what = "payers[level=district].appropriation_yuan=90%:100%:5%"
    one, two = (sweep(scenario, [what], ["allocated", "lowest_coverage"], "money", workers=n)
                for n in (1, 2))
    assert [p.values for p in one.points] == [p.values for p in two.points]
