"""One broken workbook: every fault is told of in one run, with its place, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from planner.case.scenario import read_case
from planner.cli import run
from planner.errors import InputError

SHEETS = {
    "参数": [["参数", "值"], ["截止日期", "2026-12-31"], ["取整单位", "一百"]],  # B3
    "街道": [["街道编码", "街道名称"], ["S1", "东街"], ["S1", "西街"]],  # A3 twice
    "社区": [
        ["社区编码", "社区名称", "所属街道", "户数", "类型"],
        ["C1", "甲", "S1", "1,200", "城市社区"],
        ["C2", "乙", "S9", 800, "城市社区"],  # C3 no such street
        ["C3", None, "S1", 900, "村"],  # B4 blank
        ["C4", "丁", "S1", -5, "村"],  # D5 below 0
        ["C5", "戊", "S1", "#DIV/0!", "村"],  # D6 an error of Excel
        ["C6", "己", "S1", "很多", "村"],  # D7 not a number
        ["C7", "庚", "S1", 700, "县城社区区"],  # E8 no such kind
    ],
    "经费项目": [
        ["经费编码", "经费名称", "保障对象", "对象条件", "保底比例", "封顶比例"],
        ["a", "联盟", "社区", "户数 >> 5", 0.5, 1],  # D2 syntax
        ["b", "服务", "社区", "户口 > 5", 0.5, 1],  # D3 unknown column
        ["c", "办公", "社区", None, 0.9, 0.5],  # E4 floor above ceiling
        ["d", "党校", "小区", None, None, None],  # C5 no such payee
    ],
    "经费标准": [
        ["经费编码", "标准（元）", "计量"],
        ["a", "50000", None],
        ["b", "12.345", None],  # B3 not whole yuan
        ["c", "1000", "人头"],  # C4 no such column
        ["z", "1000", None],  # A5 no such fund
        ["d", "2000", None],
    ],
    "出资方": [
        ["出资方编码", "出资方名称", "层级", "可用额度（万元）", "机动比例"],
        ["q", "区级", "区级", 100, 1.5],  # E2 above 1
        ["m", "市级", "市级", None, None],  # D3 blank appropriation
    ],
    "分担比例": [
        ["经费编码", "层级", "最低比例", "最高比例"],
        ["a", "省级", 0.5, 0.5],  # B2 nobody at that level
        ["a", "区级", 0.8, 0.2],  # C3 least above most
    ],
    "储备": [["岗位类型"], ["书记"]],  # no such sheet
}
EXPECTED = {
    ("参数", "B3"), ("街道", "A3"), ("社区", "C3"), ("社区", "B4"), ("社区", "D5"), ("社区", "D6"),
    ("社区", "D7"), ("社区", "E8"), ("经费项目", "D2"), ("经费项目", "D3"), ("经费项目", "E4"),
    ("经费项目", "C5"), ("经费标准", "B3"), ("经费标准", "C4"), ("经费标准", "A5"),
    ("出资方", "E2"), ("出资方", "D3"), ("分担比例", "B2"), ("分担比例", "C3"), ("储备", ""),
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in SHEETS.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(tmp_path / "坏.xlsx")
    return tmp_path / "坏.xlsx"


def test_every_fault_is_told_at_its_cell(book: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_case(book)
    told = {
        (p.cell.sheet, f"{p.cell.column}{p.cell.row or ''}") for p in raised.value.problems}
    assert EXPECTED - told == set()
    assert len(told - EXPECTED) <= 2, told - EXPECTED  # hardly anything that only follows


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_says_so_and_ends_with_3(
    lang: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", str(book), "--lang", lang]) == 3
    shown = capsys.readouterr()
    assert shown.out == "" and "Traceback" not in shown.err
    lines = [line for line in shown.err.splitlines() if "坏.xlsx" in line]
    assert len(lines) >= 20
    for line in lines:
        assert bool(re.search("[一-鿿]{4}", line.split(":", 1)[1])) or lang == "en"
