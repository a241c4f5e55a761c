"""Scenarios: what a change does, what is refused and where, stacking, and the sheet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.case import changes, recipe, rows, scenario
from planner.case.scenario import Scenario, load, read_case
from planner.errors import InputError, Problem
from planner.words import catalogue

SHIPPED = Path(__file__).parent.parent / "scenarios"

TABLES = {
    "settings": "key,value\nas_of,2026-12-31\n",
    "streets": "street,name\nS1,青榕街道\n",
    "communities": "community,name,street,households,residents,note\nC1,甲,S1,1000,3000,老旧\nC2,乙,S1,2001,,\n",
    "funds": "fund,name,payee\nservice,服务,community\n",
    "standards": "fund,where,amount_yuan\nservice,households <= 2000,15万\nservice,households > 2000,20万\n",
    "payers": "payer,name,level,appropriation_yuan\nd,区级财政,district,333333\n",
    "shares": "fund,level,where,min_share\nservice,district,,50%\nservice,district,households > 2000,40%\n",
    "posts": "post,kind,seats,community\nC1-s,secretary,1,C1\n",
    "candidates": "candidate,name,birth,education\nK1,王秘密,1990.10,大专\nK2,李秘密,1970.05,大专\n",
}
CUT = "{name: cut, table: payers, where: level = district, times: {appropriation_yuan: 0.5}}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    for name, text in TABLES.items():
        (tmp_path / "base" / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def write(home: Path, *items: str, name: str = "a", top: str = "") -> Path:
    path = home / f"{name}.yaml"
    path.write_text(f"{top}changes:\n" + "".join(f"  - {i}\n" for i in items), encoding="utf-8")
    return path


def one(home: Path, *items: str) -> Scenario:
    (found,) = load(write(home, *items))
    return found


def wrong(path: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load(path)
    for problem in caught.value.problems:
        for lang in ("zh", "en"):
            if f"problem.{problem.code}" in catalogue(lang):
                assert problem.text(lang)
    return list(caught.value.problems)


def refused(home: Path, *items: str) -> Problem:
    (problem,) = wrong(write(home, *items))
    return problem


def column(found: Scenario, table: str, name: str) -> list[Any]:
    return [getattr(row, name) for row in found.case.rows(table)]


def test_shipped_scenarios() -> None:
    found = load(SHIPPED)
    assert [s.name for s in found] == ["base", *sorted(f.stem for f in SHIPPED.glob("*.yaml"))]
    stacked = next(s for s in found if s.name == "cut10_young")
    assert [c.name for c in stacked.changes] == ["cut", "young", "young", "young"]
    assert len({s.case.fingerprint for s in found}) == len(found)
    assert all(c.rows for s in found for c in s.changes)


def test_set_in_english_and_chinese(home: Path) -> None:
    first = one(home, "{name: up, table: standards, where: amount_yuan = 150000, set: {amount_wan: 18}}")
    text = "标题: 提标\n理由: 甲\n依据: 乙\n调整:\n  - 名称: up\n    表: 经费标准\n    条件: 标准 = 15万\n    设为: {标准（万元）: 18}\n"
    (home / "b.yaml").write_text(text, encoding="gb18030")
    (second,) = load(home / "b.yaml")
    assert sorted(column(first, "standards", "amount_yuan")) == [180000, 200000]
    assert first.case.fingerprint == second.case.fingerprint
    assert (second.title, second.why, second.basis) == ("提标", "甲", "乙")
    (change,) = second.changes
    assert (change.rows, change.column, change.old, change.new, change.basis) == (1, "amount_yuan", "150,000", "180,000", "乙")


def test_arithmetic_is_exact_and_rounds_half_up(home: Path) -> None:
    found = one(home, CUT, "{name: p, table: 分担比例, plus: {min_share: 10%}}",
                "{name: p, table: communities, plus: {residents: 5}}",
                "{name: q, table: standards, times: {amount_yuan: 110%}}")
    assert column(found, "payers", "appropriation_yuan") == [166667]
    assert sorted(column(found, "shares", "min_share")) == [0.5, 0.6]
    assert column(found, "communities", "residents") == [3005, None]
    assert found.changes[-1].old == "150,000…200,000"
    assert found.changes[-1].new == "165,000…220,000"


def test_blank_condition_column_named_where(home: Path) -> None:
    found = one(home, "{name: s, table: shares, where: where is blank, set: {min_share: 45%}}",
                "{name: s, table: shares, where: where is not blank, set: {where: ''}}")
    assert sorted(column(found, "shares", "min_share")) == [0.4, 0.45]
    assert column(found, "shares", "where") == [None, None]


def test_add_and_remove(home: Path) -> None:
    found = one(home, "{name: n, table: communities, add: [{community: '007', name: 丙, street: S1, households: 9, note: 新}]}",
                "{name: n, table: communities, where: note = 老旧, set: {户数: 1200}}",
                "{name: r, table: communities, where: community = C2, remove: true}",
                "{name: t, table: targets, add: {target: young, group: 年龄<=60, of: team, min_share: 30%}}")
    assert column(found, "communities", "community") == ["007", "C1"]
    assert column(found, "communities", "note") == ["新", "老旧"]
    assert [(c.rows, c.column) for c in found.changes] == [(1, ""), (1, "households"), (1, ""), (1, "")]
    assert "community=C2" in found.changes[2].old
    assert found.case.has("targets")


def test_personal_values_are_never_shown(home: Path) -> None:
    found = one(home, "{name: p, table: candidates, where: candidate = K1, set: {name: 赵秘密, birth: 1980.10}}",
                "{name: p, table: candidates, add: {candidate: K3, name: 钱秘密, birth: 1999.10, education: 本科}}",
                "{name: p, table: candidates, where: candidate = K2, remove: 是}")
    assert "秘密" not in repr(found.changes)
    assert "19" not in "".join(c.old + c.new for c in found.changes)
    problem = refused(home, "{name: p, table: candidates, where: name = 王秘, set: {education: 本科}}")
    assert "秘" not in repr(problem)
    problem = refused(home, "{name: p, table: candidates, set: {birth: 秘密}}")
    assert problem.code == "not_a_date" and "秘密" not in repr(problem)


@pytest.mark.parametrize(("change", "code", "nearest"), [
    ("{name: x, table: payer, times: {appropriation_yuan: 2}}", "change_unknown_table", "payers"),
    ("{name: x, table: 出资, times: {appropriation_yuan: 2}}", "change_unknown_table", "出资方"),
    ("{name: x, table: scenarios, remove: true}", "change_unknown_table", None),
    ("{name: x, table: payers, times: {apropriation: 2}}", "change_unknown_column", "appropriation_yuan"),
    ("{name: x, table: payers, where: payer = dd, times: {appropriation_yuan: 2}}", "change_matches_nothing", "d"),
    ("{name: x, table: targets, remove: true}", "change_matches_nothing", None),
    ("{name: x, table: payers, where: leve = district, remove: true}", "condition_unknown_column", "level"),
    ("{name: x, table: payers, set: {level: district}}", "change_alters_nothing", None),
    ("{name: x, table: payers, times: {appropriation_yuan: 1}}", "change_alters_nothing", None),
    ("{name: x, table: payers, times: {level: 2}}", "change_not_numeric", None),
    ("{name: x, table: payers, times: {appropriation_yuan: two}}", "not_a_number", None),
    ("{name: x, table: payers, plus: {appropriation_yuan: -40万}}", "too_low", None),
    ("{name: x, table: payers, set: {可用额度: 30}}", "money_no_unit", None),
    ("{name: x, table: shares, times: {min_share: 3}}", "too_high", None),
    ("{name: x, table: payers, set: {name: }}", "blank_required", None),
    ("{name: x, table: funds, add: {fund: f2, name: 新}}", "blank_required", None),
    ("{name: x, table: funds, add: {fund: service, name: 新, payee: community}}", "change_key_taken", None),
    ("{name: x, table: communities, set: {community: C1}}", "change_key_taken", None),
    ("{name: x, table: payers, set: {name: a, 名称: b}}", "scenario_duplicate_key", None),
    ("{name: x, table: payers, were: a = b, remove: true}", "scenario_unknown_key", "where"),
    ("{name: x, name: y, table: payers, remove: true}", "scenario_duplicate_key", None),
    ("{name: x, 名称: y, table: payers, remove: true}", "scenario_duplicate_key", None),
    ("{name: x, table: payers, remove: false}", "change_remove_true", None),
    ("{name: x, table: payers}", "change_one_operation", None),
    ("{name: x, table: payers, remove: true, set: {name: a}}", "change_one_operation", None),
    ("{table: payers, remove: true}", "scenario_missing_key", None),
    ("{name: x, table: funds, where: fund = a, add: {fund: b}}", "change_add_where", None),
    ("{name: x, table: funds, set: {}}", "scenario_empty", None),
    ("{name: x, table: funds, set: {name: [a]}}", "scenario_not_text", None),
    ("{name: x, table: funds, set: name}", "scenario_not_mapping", None),
    ("just text", "scenario_not_mapping", None),
])
def test_refused_with_its_line(home: Path, change: str, code: str, nearest: str | None) -> None:
    problem = refused(home, CUT, change)
    assert (problem.code, problem.cell.file, problem.cell.row) == (code, "a.yaml", 3)
    assert nearest is None or problem.values["nearest"] == nearest
    assert not code.startswith("change_unknown") or problem.change == "x"


@pytest.mark.parametrize(("text", "code", "row"), [
    ("title: a\nchanges: [\n", "scenario_syntax", 3), ("title: a: b\n", "scenario_syntax", 1),
    ("", "scenario_no_changes", 0), ("title: a\n", "scenario_no_changes", 1),
    ("title: a\nchanges: []\n", "scenario_no_changes", 2), ("a\x07b", "scenario_syntax", 0),
    ("- a\n", "scenario_not_mapping", 1), ("a: &x\n  b: *x\n", "scenario_unknown_key", 1),
    ("title: !!python/name:os.system\nbaseline: bas\nchanges: [" + CUT + "]\n", "scenario_unknown_baseline", 2),
])
def test_files_that_cannot_be_read(home: Path, text: str, code: str, row: int) -> None:
    (home / "a.yaml").write_text(text, encoding="utf-8")
    first = wrong(home / "a.yaml")[0]
    assert (first.code, first.cell.row) == (code, row)


def test_the_whole_is_checked_again_and_the_change_is_blamed(home: Path) -> None:
    broken = "{name: gone, table: streets, where: street = S1, set: {street: S9}}"
    problems = wrong(write(home, CUT, broken))
    assert {(p.code, p.change) for p in problems} == {("unknown_code", "gone")}
    added = refused(home, "{name: plus, table: standards, add: {fund: sevice, amount_yuan: 1}}", CUT)
    assert (added.code, added.change, str(added.cell)) == ("unknown_code", "plus", "a.yaml #2")
    kept = refused(home, CUT, "{name: bad, table: standards, where: amount_yuan = 200000, set: {where: houses > 1}}")
    assert (kept.change, kept.cell.file, kept.cell.row, kept.cell.column) == ("bad", "standards.csv", 3, "B")


def test_notices_of_the_base_are_not_blamed(home: Path) -> None:
    with (home / "base" / "shares.csv").open("a", encoding="utf-8") as file:
        file.write("service,district,households > 9999,0\n")
    (base, changed) = load(write(home, CUT, "{name: s, table: standards, add: {fund: service, where: households > 8888, amount_yuan: 1}}").parent)
    assert [p.change for p in base.case.notices] == [""]
    assert sorted(p.change for p in changed.case.notices) == ["", "s"]
    (fixed,) = load(write(home, "{name: f, table: shares, where: min_share = 0, remove: true}"))
    assert fixed.case.notices == ()


def test_baselines_stack_and_circles_are_refused(home: Path) -> None:
    write(home, CUT, name="one")
    write(home, CUT.replace("cut", "again"), name="two", top="baseline: one\n")
    write(home, CUT, name="three", top="baseline: two.yaml\n")
    found = load(home)
    assert [s.name for s in found] == ["base", "one", "three", "two"]
    assert [c.name for c in found[2].changes] == ["cut", "again", "cut"]
    assert column(found[2], "payers", "appropriation_yuan") == [41667]
    assert read_case(home / "two.yaml").fingerprint == found[3].case.fingerprint
    write(home, CUT, name="one", top="baseline: three\n")
    problems = wrong(home)
    assert [p.code for p in problems] == ["scenario_circle"]
    assert problems[0].value == "one → three → two → one"
    write(home, CUT, name="one", top="baseline: tow\n")
    assert wrong(home / "one.yaml")[0].values["nearest"] == "two"


def test_all_problems_of_all_files_at_once(home: Path) -> None:
    write(home, "{name: x, table: payer, remove: true}", "{name: y, table: fund, remove: true}", name="a")
    write(home, "{name: z, tabel: payers, remove: true}", name="b")
    assert [p.cell.file for p in wrong(home)] == ["a.yaml", "a.yaml", "b.yaml", "b.yaml"]


def test_base_read_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    real = scenario.read_tables
    monkeypatch.setattr(scenario, "read_tables", lambda *a: calls.append(a) or real(*a))
    for name in "abc":
        write(home, CUT, name=name)
    assert len(load(home)) == 4 and len(calls) == 1


def test_half_leaves_changes_of_the_other_half_unapplied(home: Path) -> None:
    path = write(home, CUT, "{name: p, table: posts, set: {seats: 2}}",
                 "{name: p, table: candidates, where: candidate = K1, set: {name: 赵秘密}}")
    (found,) = load(path, "people")
    assert [(c.name, c.rows) for c in found.changes] == [("cut", 0), ("p", 1), ("p", 1)]
    (found,) = load(path, "money")
    assert [(c.name, c.rows) for c in found.changes] == [("cut", 1), ("p", 0), ("p", 0)]
    assert "秘密" not in repr(found.changes)


def book(home: Path, *rows: tuple[str, ...]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, text in TABLES.items():
        sheet = workbook.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    sheet = workbook.create_sheet("方案")
    for row in (("方案", "标题", "基准", "调整", "表", "条件", "列", "操作", "值", "依据"), *rows):
        sheet.append(row)
    workbook.save(home / "book.xlsx")
    return home / "book.xlsx"


def test_the_sheet_gives_the_same_scenario(home: Path) -> None:
    path = book(home,
        ("b", "乙", "a", "cut", "payers", "level = district", "appropriation_yuan", "times", "0.5", "甲文"),
        ("a", "甲", "", "new", "经费标准", "", "fund", "新增", "service", ""),
        ("a", "", "", "new", "经费标准", "", "where", "新增", "households > 5000", ""),
        ("a", "", "", "new", "经费标准", "", "amount_yuan", "新增", "25万", ""),
        ("a", "", "", "new", "经费标准", "", "fund", "新增", "service", ""),
        ("a", "", "", "new", "经费标准", "", "amount_yuan", "新增", "1", ""),
        ("a", "", "", "up", "standards", "amount_yuan = 150000", "amount_yuan", "set", "16万", ""),
        ("a", "", "", "up", "standards", "amount_yuan = 150000", "where", "set", "households <= 1900", ""),
    )
    base, b, a = load(path)
    assert (base.name, b.name, b.title, b.basis, a.title) == ("book", "b", "乙", "甲文", "甲")
    assert [(c.name, c.rows) for c in a.changes] == [("new", 2), ("up", 1), ("up", 1)]
    assert [c.name for c in b.changes] == ["new", "up", "up", "cut"]
    write(home, "{name: new, table: standards, add: [{fund: service, where: households > 5000, amount_yuan: 25万}, {fund: service, amount_yuan: 1}]}",
          "{name: up, table: standards, where: amount_yuan = 150000, set: {amount_yuan: 16万, where: households <= 1900}}")
    (yaml,) = load(home / "a.yaml")
    assert yaml.case.fingerprint == a.case.fingerprint
    assert base.case.fingerprint == read_case(home / "base").fingerprint


def test_wrong_sheets(home: Path) -> None:
    rows = [("a", "甲", "b", "cut", "payers", "level = district", "appropriation_yuan", "times", "0.5", "")]
    assert [p.code for p in wrong(book(home, *rows))] == ["scenario_unknown_baseline"]
    other = ("b", "", "a", *rows[0][3:])
    (circle,) = wrong(book(home, *rows, other))
    assert (circle.code, circle.value) == ("scenario_circle", "a → b → a")
    assert (circle.cell.sheet, circle.cell.row, circle.cell.column) == ("方案", 3, "C")
    twice = ("a", "丙", "", *rows[0][3:6], "", "times", "2", "")
    removed = ("a", "", "", "r", "payers", "", "level", "remove", "no", "")
    codes = [p.code for p in wrong(book(home, *rows, twice, removed))]
    assert codes == ["scenario_says_two", "change_no_column", "change_remove_column", "change_remove_true"]
    added = ("a", "", "base", "n", "standards", "", "fund", "add", "sevice", "")
    more = ("a", "", "", "n", "standards", "", "amount_yuan", "add", "5", "")
    (problem,) = wrong(book(home, added, more))
    assert (problem.code, problem.change, str(problem.cell)) == ("unknown_code", "n", "book.xlsx 方案 #2")


def test_what_is_not_there(home: Path) -> None:
    assert [p.code for p in wrong(home / "none")] == ["no_such_path"]
    assert [p.code for p in wrong(home / "none.yaml")] == ["no_such_path"]
    with pytest.raises(InputError):
        read_case(home / "none")
    (home / "base" / "funds.csv").write_text("fund,name,payee\nservice,服务,nobody\n", encoding="utf-8")
    write(home, CUT)
    assert [p.code for p in wrong(home)] == ["unknown_word"]
    assert [p.code for p in wrong(home / "a.yaml")] == ["unknown_word"]


def test_every_code_has_its_sentences() -> None:
    sources = "".join(Path(str(m.__file__)).read_text(encoding="utf-8") for m in (changes, recipe, rows, scenario))
    codes = set(re.findall(r'"((?:change|scenario)_\w+)"', sources))
    for lang in ("zh", "en"):
        assert {f"problem.{code}" for code in codes} <= set(catalogue(lang))
