"""However the same case is typed, the plan is the same; and the sample adds up to the yuan."""

from __future__ import annotations

import csv
import random
import re
from fractions import Fraction
from math import floor
from pathlib import Path

import openpyxl
import pytest

from planner.case.columns import Column
from planner.case.dictionary import BY_NAME
from planner.case.scenario import load, read_case
from planner.plan.compare import compare
from planner.plan.plan import Plan
from planner.plan.solve import solve

SAMPLE = Path(__file__).parent.parent / "scenarios"
Grid = list[list[str]]


@pytest.fixture(scope="module")
def grids() -> dict[str, Grid]:
    out = {}
    for path in sorted((SAMPLE / "base").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            out[path.stem] = list(csv.reader(file))
    return out


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(read_case(SAMPLE / "base"))


def write(folder: Path, grids: dict[str, Grid], encoding: str = "utf-8-sig") -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in grids.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def shuffled(grids: dict[str, Grid], seed: int) -> dict[str, Grid]:
    rng, out = random.Random(seed), {}
    for name, (head, *rows) in grids.items():
        columns = list(range(len(head)))
        rng.shuffle(columns)
        rng.shuffle(rows)
        out[name] = [[row[c] for c in columns] for row in [head, *rows]]
    return out


def heading(table: str, name: str) -> str:
    column = next((c for c in BY_NAME[table].columns if c.name == name), None)
    if column is None:
        return name
    return f"{column.zh}（元）" if column.kind == "money" else column.zh


def word(column: Column | None, value: str) -> str:
    known = {w.code: w.zh for w in column.words} if column else {}
    return known.get(value, value)


def chinese(grids: dict[str, Grid]) -> dict[str, Grid]:
    out = {}
    for name, (head, *rows) in grids.items():
        columns = [next((c for c in BY_NAME[name].columns if c.name == h), None) for h in head]
        out[BY_NAME[name].zh] = [
            [heading(name, h) for h in head],
            *([word(c, v) for c, v in zip(columns, row, strict=True)] for row in rows)]
    return out


def same(one: Plan, other: Plan) -> None:
    columns = [c for c in one.allocations.columns if c != "last_year_yuan"]
    assert one.allocations[columns].equals(other.allocations[columns])
    assert one.placements.equals(other.placements)
    assert one.goals == other.goals


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_rows_and_columns(
    seed: int, grids: dict[str, Grid], plan: Plan, tmp_path: Path
) -> None:
    case = read_case(write(tmp_path / "base", shuffled(grids, seed)))
    assert case.fingerprint == plan.case.fingerprint
    same(plan, solve(case))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_headings_and_words(
    encoding: str, grids: dict[str, Grid], plan: Plan, tmp_path: Path
) -> None:
    case = read_case(write(tmp_path / "base", chinese(grids), encoding))
    assert case.fingerprint == plan.case.fingerprint
    same(plan, solve(case))


def test_one_workbook(grids: dict[str, Grid], plan: Plan, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in chinese(grids).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "case.xlsx")
    same(plan, solve(read_case(tmp_path / "case.xlsx")))


def test_codes_renamed_in_order(grids: dict[str, Grid], plan: Plan, tmp_path: Path) -> None:
    def rename(value: str) -> str:
        return re.sub(r"\bC(?=\d\d\b)", "社区C", value)  # in conditions too

    renamed = {n: [[rename(v) for v in row] for row in rows] for n, rows in grids.items()}
    other = solve(read_case(write(tmp_path / "base", renamed)))
    def amounts(p: Plan) -> list[int]:
        return list(p.allocations["allocation_yuan"])

    assert sorted(amounts(plan)) == sorted(amounts(other))
    by = dict(zip(other.allocations["payee"] + other.allocations["fund"], amounts(other),
                  strict=True))
    for payee, fund, yuan in zip(plan.allocations["payee"], plan.allocations["fund"],
                                 amounts(plan), strict=True):
        assert by[rename(payee) + fund] == yuan
    assert plan.placements["candidate"].tolist() == other.placements["candidate"].tolist()


def test_every_sample_scenario_holds_to_the_yuan() -> None:
    """Counted here from the tables alone, apart from the program's own recount."""
    for entry in compare(load(SAMPLE)).entries:
        assert entry.plan is not None and entry.status == "optimal", entry.fault
        case, frame = entry.scenario.case, entry.plan.allocations
        payers = {f"payer.{p.payer}": p for p in case.rows("payers")}
        assert (frame[list(payers)].sum(axis=1) == frame["allocation_yuan"]).all()
        for column, payer in payers.items():
            have = floor(payer.appropriation_yuan * (1 - Fraction(str(payer.contingency or 0))))
            assert frame[column].sum() <= have
        funds = {f.fund: f for f in case.rows("funds")}
        for row in frame.itertuples():
            fund = funds[row.fund]
            assert row.allocation_yuan % (fund.step_yuan or 100) == 0
            covered = row.allocation_yuan + row.carried_yuan
            assert covered >= Fraction(str(fund.floor or 0)) * row.entitlement_yuan
            assert row.allocation_yuan <= max(row.entitlement_yuan - row.carried_yuan, 0)
            last = 0 if row.last_year_yuan is not row.last_year_yuan else row.last_year_yuan
            keep = Fraction(str(fund.keep_last_year or 0))
            assert str(last) == "<NA>" or row.allocation_yuan >= keep * int(last)
        placed = entry.plan.placements
        assert placed["candidate"].is_unique
