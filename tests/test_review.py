"""Reviewing hand-made plans: reading them, what they break, how far they are, how to repair them."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner import cli
from planner.case.case import Case
from planner.case.draft import read_draft
from planner.case.scenario import read_case
from planner.errors import InputError
from planner.model.money.entitlement import cells_of
from planner.model.money.part import MoneyPart
from planner.plan.recount import recount
from planner.plan.relying import as_people
from planner.plan.review import Review, review
from planner.plan.solve import solve
from tests.cases import money
from tests.rules.tools import funds, payer, people
from tests.test_cli import tiny

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "40"))
ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("PLANNER_DATA", ROOT.parent / "shared" / "data"))


def write(folder: Path, rows: list[list[Any]], name: str = "draft.csv",
          encoding: str = "utf-8") -> Path:
    """A CSV file of rows of cells."""
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def reviewed(given: Case, folder: Path, rows: list[list[Any]]) -> Review:
    return review(given, read_draft(write(folder, rows), given))


def problems(given: Case, path: Path) -> list[tuple[str, str]]:
    """(code, cell) of everything wrong in a file."""
    with pytest.raises(InputError) as caught:
        read_draft(path, given)
    for problem in caught.value.problems:
        assert problem.text("zh") and problem.text("en")
    return [(p.code, f"{p.cell.column}{p.cell.row or ''}") for p in caught.value.problems]


def two(**more: Any) -> Case:
    """Two communities entitled to 100,000 each, 150,000 to give, floor 50 %."""
    return money({"S1-A": 100_000, "S1-B": 100_000}, 150_000, fund={"floor": "50%"}, **more)


HEAD = ["payee", "fund", "amount_yuan"]


# --- what is broken ---------------------------------------------------------------------------


def test_the_best_plan_breaks_nothing_and_needs_no_repair(tmp_path: Path) -> None:
    given = two()
    rows = [[a.payee, a.fund, a.allocation_yuan] for a in solve(given).allocations.itertuples()]
    found = reviewed(given, tmp_path, [HEAD, *rows])
    assert found.broken == () and found.changes == () and found.moved == 0
    assert found.fixed_money == found.money
    assert all(abs(d.behind or 0) < 1e-6 for d in found.distances)


def test_every_breach_has_its_cell_and_its_yuan(tmp_path: Path) -> None:
    found = reviewed(two(), tmp_path, [HEAD, ["S1-A", "f", 40_000], ["S1-B", "f", 115_050]])
    said = {(b.rule, b.of): (b.by, b.place and f"{b.place.column}{b.place.row}")
            for b in found.broken}
    assert said == {
        ("appropriation", "d"): (5_050, None),
        ("floor", "S1-A/f"): (10_000, "C2"),
        ("ceiling", "S1-B/f"): (15_050, "C3"),
        ("whole", "S1-B/f"): (50, "C3"),
    }


def test_distance_is_told_for_each_goal(tmp_path: Path) -> None:
    found = reviewed(two(last={"S1-A": 60_000, "S1-B": 70_000}), tmp_path, [
        HEAD, ["S1-A", "f", 50_000], ["S1-B", "f", 90_000]])
    far = {(d.draft.goal, d.draft.part): (d.draft.value, d.best, d.behind)
           for d in found.distances}
    assert found.broken == ()
    assert far["floor", ""] == (0, 0, 0)
    value, best, behind = far["fairness", "1"]
    assert (value, best, behind) == (0.5, pytest.approx(0.75), pytest.approx(0.25))
    assert far["steady", ""][0] == 10_000 + 20_000
    assert far["payer_order", "d"] == (140_000, pytest.approx(150_000), pytest.approx(10_000))


def test_what_is_not_mentioned_or_blank_is_0_and_told(tmp_path: Path) -> None:
    found = reviewed(two(), tmp_path, [HEAD, ["S1-A", "f", ""]])
    assert found.missing == (("S1-A", "f"), ("S1-B", "f"))
    assert {(b.rule, b.of, b.by) for b in found.broken} == {
        ("floor", "S1-A/f", 50_000), ("floor", "S1-B/f", 50_000)}
    assert found.moved == 100_000


def test_money_that_is_not_due_is_told_and_taken_away(tmp_path: Path) -> None:
    given = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 5000)],
                  {"fund": "f", "where": "residents > 0 and community = S1-A"})
    found = reviewed(given, tmp_path, [HEAD, ["S1-A", "f", 1000], ["S1-B", "f", 300]])
    (broken,) = found.broken
    assert (broken.rule, broken.of, broken.kind, broken.by) == (
        "whole", "S1-B/f", "no_entitlement", 300)
    assert [(c.payee, c.before, c.after) for c in found.changes] == [("S1-B", 300, 0)]


# --- who pays ---------------------------------------------------------------------------------


def shared(district: int, street: int) -> Case:
    return money({"S1-A": 10_000, "S1-B": 10_000}, district, {"S1": street}, shares=[
        {"fund": "f", "level": "district", "min_share": "50%", "max_share": "50%"},
        {"fund": "f", "level": "street", "min_share": "50%", "max_share": "50%"}])


def test_payers_nobody_named_are_found_when_they_exist(tmp_path: Path) -> None:
    found = reviewed(shared(9000, 9000), tmp_path, [
        HEAD, ["S1-A", "f", 8000], ["S1-B", "f", 10_000]])
    assert found.found_payers and found.broken == ()
    assert found.money is not None
    assert dict(found.money.paid["S1-A", "f"]) == {"d": 4000, "pS1": 4000}


def test_where_no_payers_exist_the_breach_is_the_least_in_yuan(tmp_path: Path) -> None:
    found = reviewed(shared(9000, 8000), tmp_path, [
        HEAD, ["S1-A", "f", 8000], ["S1-B", "f", 10_000]])
    assert [(b.rule, b.of, b.by) for b in found.broken] == [("appropriation", "pS1", 1000)]
    assert found.moved == 2000  # a yuan of the street takes one of the district with it


def test_payers_that_are_named_are_held_to_their_shares(tmp_path: Path) -> None:
    rows = [[*HEAD, "payer"], ["S1-A", "f", 6000, "d"], ["S1-A", "f", 2000, "pS1"],
            ["S1-B", "f", 5000, "d"], ["S1-B", "f", 5000, "pS1"]]
    found = reviewed(shared(20_000, 20_000), tmp_path, rows)
    assert not found.found_payers
    assert {(b.rule, b.of) for b in found.broken} == {
        ("share", "S1-A/f/district"), ("share", "S1-A/f/street")}
    assert found.moved == 0
    (change,) = found.changes
    assert dict(change.payers_after) == {"d": 4000, "pS1": 4000}


def test_a_payer_who_may_not_pay_is_told(tmp_path: Path) -> None:
    given = money({"S1-A": 1000, "S2-B": 1000}, 2000, {"S1": 500, "S2": 500})
    found = reviewed(given, tmp_path, [
        [*HEAD, "payer"], ["S1-A", "f", 500, "pS2"], ["S2-B", "f", 500, "d"]])
    assert [(b.rule, b.of, b.kind) for b in found.broken] == [("whole", "S1-A/f", "may_not_pay")]
    assert found.moved == 0


# --- the repair -------------------------------------------------------------------------------


def tiny_case(rng: random.Random) -> Case:
    """Three communities in steps of 100, at most five steps each, every rule on at random."""
    sizes = {f"S{rng.randint(1, 2)}-{c}": rng.randint(1, 5) * 100 + rng.choice([0, 50])
             for c in "ABC"}
    halves = rng.random() < 0.5
    levels = [{"fund": "f", "level": level, "min_share": "50%", "max_share": "50%"}
              for level in ("district", "street")] if halves else []
    return money(
        sizes, rng.randint(2, 10) * 100, {s: rng.randint(1, 6) * 100 for s in ("S1", "S2")
        if any(c.startswith(s) for c in sizes)} if halves else None, shares=levels,
        fund={"floor": rng.choice(["0", "30%"]), "keep_last_year": rng.choice(["0", "50%"]),
              "envelope_max_yuan": rng.choice([None, 900])},
        last={c: rng.randint(0, 4) * 100 for c in sizes if rng.random() < 0.5})


def stands(given: Case, amounts: dict[str, int]) -> bool:
    """Whether amounts keep every rule; halves are paid as halves, else the district pays all."""
    street = {p.payer for p in given.rows("payers") if p.level == "street"}
    paid: dict[tuple[str, str], dict[str, int]] = {}
    for payee, yuan in amounts.items():
        by = {"d": yuan}
        if street:
            by = {"d": yuan // 2, f"p{payee.split('-')[0]}": yuan - yuan // 2}
        paid[payee, "f"] = {p: y for p, y in by.items() if y}
    return not recount(given, MoneyPart(paid), None)


@pytest.mark.parametrize("seed", range(CASES))
def test_no_smaller_repair_exists(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    given = tiny_case(rng)
    cells = [c.payee for c in cells_of(given)]
    draft = {c: rng.choice([rng.randint(0, 7) * 100, rng.randint(0, 700)]) for c in cells}
    found = reviewed(given, tmp_path, [HEAD, *([c, "f", y] for c, y in draft.items())])
    sums = [sum(abs(yuan - draft[c]) for c, yuan in zip(cells, grid, strict=True))
            for grid in product(range(0, 600, 100), repeat=len(cells))
            if stands(given, dict(zip(cells, grid, strict=True)))]
    if found.plan.status == "infeasible":
        assert not sums and found.fixed_money is None
        return
    assert found.fixed_money is not None and found.proven
    assert recount(given, found.fixed_money, None) == ()
    assert found.moved == min(sums)
    assert found.broken or not found.changes


def test_a_clash_is_told_and_nothing_is_repaired(tmp_path: Path) -> None:
    given = money({"S1-A": 1000}, 100, fund={"floor": "50%"})
    found = reviewed(given, tmp_path, [HEAD, ["S1-A", "f", 100]])
    assert found.plan.status == "infeasible" and found.fixed_money is None
    assert [b.rule for b in found.broken] == ["floor"]


# --- reading ----------------------------------------------------------------------------------


def district() -> Case:
    return read_case(ROOT / "scenarios" / "base", "money")


def test_forms_languages_units_and_encodings_say_the_same(tmp_path: Path) -> None:
    given = district()
    long = write(tmp_path, [
        ["payee", "fund", "amount_yuan"], ["C01", "alliance", 45_000], ["C02", "service", 130_000]])
    title = [["经费安排草案（讨论稿）"], ["单位：万元"]]
    zh = write(tmp_path, [
        *title, ["社区编码", "经费项目", "金额"], ["C01", "区域化党建联盟工作经费", "4.5"],
        ["听蝉社区", "服务群众专项经费", "１３"], ["合计", "", "17.5"]], "草案.csv", "gb18030")
    book = openpyxl.Workbook()
    for row in [*title, ["社区名称", "区域化党建联盟工作经费", "服务群众专项经费（元）", "合计"],
                ["榕荫社区", 4.5, None, 4.5], ["听蝉社区", None, 130_000, 13]]:
        book.active.append(row)
    book.save(tmp_path / "wide.xlsx")
    found = [read_draft(p, given) for p in (long, zh, tmp_path / "wide.xlsx")]
    assert all(d.paid == found[0].paid for d in found)
    assert found[0].paid == {("C01", "alliance"): {None: 45_000},
                             ("C02", "service"): {None: 130_000}}
    assert [p.code for d in found for p in d.notices] == []
    assert str(found[2].places["C02", "service"]).endswith("C5")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    rows = [["payee", "fund", "amount_yuan", "payer"],
            ["C01", "alliance", 100, ""], ["C01", "alliance", 200, ""],
            ["C99", "alliance", 100, ""], ["C02", "nothing", 100, ""],
            ["C03", "alliance", "-5", ""], ["C04", "alliance", "lots", "district"],
            ["C05", "alliance", "10.5", ""], ["", "alliance", 5, ""],
            ["C06", "alliance", 100, "nobody"], ["C07", "alliance", 100, "district"],
            ["C07", "alliance", 100, ""]]
    assert problems(district(), write(tmp_path, rows)) == [
        ("duplicate_key", "C3"), ("unknown_code", "A4"), ("unknown_code", "B5"),
        ("too_low", "C6"), ("not_money", "C7"), ("money_fraction", "C8"),
        ("blank_required", "A9"), ("unknown_code", "D10"), ("draft_payer_partly", "C12")]


@pytest.mark.parametrize(("rows", "told"), [
    ([["甲", "乙"], ["1", "2"]], [("draft_no_headings", "")]),
    ([["社区编码", "经费项目"], ["C01", "alliance"]], [("missing_column", "1")]),
    ([["社区编码", "经费项目", "金额"], ["C01", "alliance", "5"]], [("money_no_unit", "C1")]),
    ([["编号", "岗位"], ["K001", "C01-secretary"]], [("draft_no_half", "")]),
])
def test_files_that_cannot_be_understood(
    rows: list[list[str]], told: list[tuple[str, str]], tmp_path: Path
) -> None:
    found = problems(district(), write(tmp_path, rows))
    assert found[0] == told[0]


def test_a_column_that_is_not_used_and_a_wrong_total_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, [["社区编码", "alliance(元)", "备忘", "合计(元)"],
                            ["C01", "4000", "x", "5000"]])
    draft = read_draft(path, district())
    assert [(p.code, f"{p.cell.column}{p.cell.row}") for p in draft.notices] == [
        ("draft_column_unused", "C1"), ("draft_total_differs", "D2")]


def test_two_tables_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["payee", "fund", "amount_yuan"])
    book.create_sheet("other").append(["payee", "fund", "amount_yuan"])
    book.save(tmp_path / "two.xlsx")
    assert [c for c, _ in problems(district(), tmp_path / "two.xlsx")] == ["draft_two_tables"]


def test_an_ambiguous_name_asks_for_the_code(tmp_path: Path) -> None:
    given = funds({"S1-A": 1000, "S1-B": 1000}, [payer("d", 5000)])
    for row in ("S1-A", "S1-B"):
        assert row in [c.payee for c in cells_of(given)]
    frame = given.sheets["communities"].frame
    frame["name"] = "同名社区"
    path = write(tmp_path, [HEAD, ["同名社区", "f", 100]])
    assert problems(given, path) == [("draft_ambiguous", "A2")]


# --- people -----------------------------------------------------------------------------------


def places(*pairs: tuple[str, str]) -> list[list[str]]:
    return [["编号", "岗位"], *map(list, pairs)]


def small_pool(rng: random.Random) -> Case:
    posts = [{"post": f"J{n}", "community": rng.choice(["C1", "C2"]), "seats": rng.randint(1, 2),
              "max_age": rng.choice([None, 40])} for n in range(3)]
    candidates = [{"candidate": f"K{n}", "birth": rng.choice(["1980.01", "1995.01"])}
                  for n in range(4)]
    return people(posts, candidates, kin=[{"person": "K0", "other": "K1"}])


@pytest.mark.parametrize("seed", range(CASES))
def test_fewest_placements_are_given_up(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    given = small_pool(rng)
    every = [(f"K{i}", f"J{j}") for i in range(4) for j in range(3)]
    draft = rng.sample(every, rng.randint(1, 5))
    found = reviewed(given, tmp_path, places(*draft))
    assert found.fixed_people is not None and found.proven
    assert recount(given, None, found.fixed_people) == ()
    kept = [len(keep) for keep in subsets(draft) if not broken_places(given, keep)]
    assert len({(c, p) for c, p, _ in found.fixed_people.placed} & set(draft)) == max(kept)
    assert bool(found.people_changes) == bool(found.broken)


def subsets(pairs: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    return [[p for p, taken in zip(pairs, bits, strict=True) if taken]
            for bits in product((0, 1), repeat=len(pairs))]


def broken_places(given: Case, pairs: list[tuple[str, str]]) -> bool:
    return bool(recount(given, None, as_people(given, pairs)))


def test_places_are_told_with_their_barrier_and_cell(tmp_path: Path) -> None:
    given = people([{"post": "J1", "max_age": 30}, {"post": "J2"}], [
        {"candidate": "K1"}, {"candidate": "K2"}])
    found = reviewed(given, tmp_path, places(("K1", "J1"), ("K2", "J2"), ("K1", "J2")))
    said = {(b.rule, b.of, b.kind, b.place and b.place.row) for b in found.broken}
    assert said == {("eligible", "K1/J1", "too_old", 2), ("one_post", "K1", "", 2),
                    ("seats", "J2", "", 4)}
    far = {(d.draft.goal, d.draft.part): d.behind for d in found.distances}
    assert far["fill", "0"] == -1  # ahead of the best, by a person who is too old


def test_an_unknown_person_is_told_without_the_name(tmp_path: Path) -> None:
    given = people([{"post": "J1"}], [{"candidate": "K1"}])
    with pytest.raises(InputError) as caught:
        read_draft(write(tmp_path, places(("张三丰", "J1"))), given)
    assert "张三丰" not in str(caught.value)
    assert "张*" in str(caught.value)


# --- the command ------------------------------------------------------------------------------


def test_the_command_answers_in_both_languages_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(tiny(tmp_path) / "base")
    draft = str(write(tmp_path, [HEAD, ["C1", "office", 10_000], ["C2", "office", 40_000]]))
    for lang, word in (("zh", "草案审核"), ("en", "Review of")):
        assert cli.run(["review", base, draft, "--lang", lang, "-q"]) == 0
        assert word in capsys.readouterr().out
    assert cli.run(["review", base, draft, "--json", "-q", "--csv", str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"rule": "floor", "of": "C1/office", "by": 2000, "unit": "yuan", "kind": "",
            "sheet": "", "cell": "C2"} in found["broken"]
    assert found["missing"] == [{"payee": "C1", "fund": "service"},
                                {"payee": "C2", "fund": "service"}]
    assert found["repair"]["moved_yuan"] == 2000 + 2 * 30_000
    changed = {(c["payee"], c["fund"]): c["to_yuan"] for c in found["repair"]["changes"]}
    assert changed["C1", "office"] == 12_000
    assert (tmp_path / "out" / "broken.csv").is_file()


def test_the_command_masks_people_and_refuses_bad_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(tiny(tmp_path) / "base")
    draft = str(write(tmp_path, places(("K1", "P1"), ("K1", "P2"))))
    assert cli.run(["review", base, draft, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "张三丰" not in out and "张*" in out
    assert cli.run(["review", base, str(tmp_path / "none.csv")]) == 3
    assert cli.run(["review", base, str(write(tmp_path, [HEAD, ["C9", "office", 1]]))]) == 3


def test_an_infeasible_scenario_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tiny(tmp_path, scenarios=9)  # nine tenths cut: floors cannot be met
    draft = str(write(tmp_path, [HEAD, ["C1", "office", 10_000]]))
    code = cli.run(["review", str(folder / "cut9.yaml"), draft, "--only", "money", "--lang", "zh"])
    assert code == 4
    assert "互相冲突" in capsys.readouterr().out


@pytest.mark.skipif(not (DATA / "city-456").is_dir(), reason="the public figures are not here")
def test_456_communities_in_ten_seconds(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "bench" / "city456.py"), str(DATA), str(tmp_path)],
                   check=True, cwd=ROOT)
    given, rng = read_case(tmp_path / "base", "money"), random.Random(1)
    rows = [[c.payee, c.fund, rng.randint(0, 13) * c.entitlement // 10] for c in cells_of(given)]
    start = time.monotonic()
    found = reviewed(given, tmp_path, [HEAD, *rows])
    assert time.monotonic() - start < 10
    assert found.broken and found.proven and found.fixed_money is not None
    assert recount(given, found.fixed_money, None) == ()
