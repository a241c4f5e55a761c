"""Reading real files: encodings, workbooks, headings, units, totals, and what is refused."""

from __future__ import annotations

import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from planner.case import files, grid
from planner.case.dictionary import TABLES
from planner.case.headings import close, find_head, key, table_named
from planner.case.read import Reading, read_tables
from planner.errors import Problem

PEOPLE = "编号,姓名,出生年月,学历"


def folder(tmp: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (tmp / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp


def book(path: Path, **sheets: list[list[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def errors(reading: Reading) -> list[str]:
    return [p.code for p in reading.problems if not p.notice]


def only(reading: Reading) -> Problem:
    assert len(reading.problems) == 1, reading.problems
    return reading.problems[0]


def test_headings_of_a_table_are_distinct() -> None:
    for table in TABLES:
        keys = [k for c in table.columns for k in {key(s) for s in (c.name, c.zh, *c.also)}]
        assert len(keys) == len(set(keys)), table.name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "社区编码,社区名称,所属街道,户数\nA1,东风社区,甲街道,\"3,000\"\n"
    (tmp_path / "社区.csv").write_bytes(text.encode(encoding))
    reading = read_tables(tmp_path)
    frame = reading.sheets["communities"].frame
    assert not reading.problems
    assert (frame.name[0], frame.households[0]) == ("东风社区", 3000)


def test_title_unit_row_totals_and_notes(tmp_path: Path) -> None:
    folder(tmp_path, standards=(
        "2025年经费标准表,,\n（金额单位：万元）,,\n经费编码,标 准,最高额（元）\n\n"
        "a,2,30000\nb,1.5,\n小计,3.5,\nc,1,5000\n小计,1,\n合  计,5,\n,,\n注：以上为年度数,,\n,,\n"
    ))  # fmt: skip
    reading = read_tables(tmp_path)
    sheet = reading.sheets["standards"]
    assert list(sheet.frame.amount_yuan) == [20_000, 15_000, 10_000]
    assert sheet.frame.max_yuan[0] == 30_000 and sheet.frame.max_yuan.isna()[1]
    problem = only(reading)
    assert (problem.code, problem.notice, str(problem.cell)) == (
        "total_differs", True, "standards.csv B10")  # fmt: skip
    assert (problem.value, problem.values["total"]) == ("50000", "45000")
    assert str(sheet.cell(2, "amount_yuan")) == "standards.csv B8"


def test_total_on_top_and_in_the_name(tmp_path: Path) -> None:
    folder(tmp_path, communities=(
        "社区编码,社区名称,所属街道,户数\n合计,,,30\na,甲,s,10\nb,乙,s,20\n,甲街道小计,,31\n"))
    reading = read_tables(tmp_path)
    assert len(reading.sheets["communities"].frame) == 2
    assert (only(reading).code, only(reading).value) == ("total_differs", "31")


def test_money_units(tmp_path: Path) -> None:
    folder(tmp_path, funds="经费,名称,保障对象\n", standards="fund,amount_wan\na,2\nb,3000元\n")
    assert list(read_tables(tmp_path).sheets["standards"].frame.amount_yuan) == [20_000, 3000]
    folder(tmp_path, standards="fund,标准\na,2\nb,3\nc,4万\n")
    problem = only(read_tables(tmp_path))
    assert (problem.code, str(problem.cell)) == ("money_no_unit", "standards.csv B1")
    folder(tmp_path, standards="fund,标准(元/人)\na,2\n")
    assert "heading_unit" in errors(read_tables(tmp_path))
    folder(tmp_path, standards="fund,标准\na,4万\n")
    assert not read_tables(tmp_path).problems


def test_two_rows_of_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book(path, 社区=[
        ["社区情况表"],
        ["社区编码", "社区名称", "所属街道", "党员情况", None, "常住人口", "经费"],
        [None, None, None, "党员数", "流动党员数", "(人)", "其他"],
        [1, "甲", "s", 10, 2, 300, 5],
    ])  # fmt: skip
    reading = read_tables(path)
    assert not reading.problems
    sheet = reading.sheets["communities"]
    row = sheet.frame.iloc[0]
    assert (row.community, row.members, row.floating_members, row.residents) == ("1", 10, 2, 300)
    assert sheet.own[0].name == "经费其他" and sheet.own[0].kind == "number"
    assert str(sheet.cell(0, "members")) == "a.xlsx 社区 D4"


def test_own_columns(tmp_path: Path) -> None:
    head = "community,name,street,网格数,网格号,households\n"
    folder(tmp_path, communities=head + "a,甲,s,3,007,1\nb,乙,s,,008,2\n合计,,,3,,3\n")
    reading = read_tables(tmp_path)
    assert not reading.problems
    sheet = reading.sheets["communities"]
    assert [(c.name, c.kind) for c in sheet.own] == [("网格数", "number"), ("网格号", "text")]
    assert sheet.frame["网格号"][0] == "007"


def test_headings_refused(tmp_path: Path) -> None:
    folder(
        tmp_path,
        communities="community,name,street,housholds,house,户数,households,\na,b,c,1,2,3,4,5\n",
        funds="fund,name,颜色\n",
        standards="fund,amont_yuan\n",
    )
    found = {(p.code, str(p.cell)): p for p in read_tables(tmp_path).problems}
    assert set(found) == {
        ("heading_typo", "communities.csv D1"), ("duplicate_heading", "communities.csv G1"),
        ("no_heading", "communities.csv H1"), ("unknown_heading", "funds.csv C1"),
        ("missing_column", "funds.csv #1"), ("heading_typo", "standards.csv B1"),
        ("missing_column", "standards.csv #1"),
    }  # fmt: skip
    assert found["heading_typo", "communities.csv D1"].values == {"nearest": "households"}
    assert close("住宅小区数", "住宅小区") and not close("女党员数", "党员数")


def test_every_problem_with_its_place(tmp_path: Path) -> None:
    folder(tmp_path, communities=(
        "community,name,street,kind,households,alliance\n"
        "a,甲,s,城市社区,约3,是\na,乙,,urbann,1.5,maybe\n,丙,s,,-1,\n"
    ))  # fmt: skip
    problems = read_tables(tmp_path).problems
    assert [(p.code, p.cell.column + str(p.cell.row)) for p in problems] == [
        ("not_a_number", "E2"), ("duplicate_key", "A3"), ("blank_required", "C3"),
        ("unknown_word", "D3"), ("not_whole", "E3"), ("not_a_flag", "F3"),
        ("blank_required", "A4"), ("too_low", "E4"),
    ]  # fmt: skip
    assert problems[0].value == "约3" and problems[3].values["nearest"] == "urban"


def test_personal_values_are_never_repeated(tmp_path: Path) -> None:
    folder(tmp_path, candidates=(
        f"{PEOPLE},家庭电话,身份证号码,备注\nc1,张三,1988.1,本科,139001,110101,#N/A\n"))
    reading = read_tables(tmp_path)
    assert errors(reading) == ["date_lost_zero", "excel_error"]
    assert [p.code for p in reading.problems if p.notice] == ["private_column"] * 2
    said = repr(reading.problems)
    assert not any(secret in said for secret in ("1988", "张三", "139001", "110101", "#N/A"))
    assert [c.name for c in reading.sheets["candidates"].own] == ["备注"]
    assert reading.sheets["candidates"].own[0].personal


def test_only_never_opens_the_other_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path, candidates=PEOPLE, funds="fund,name,payee\n", scenarios="方案,调整,表,操作\n")
    (tmp_path / "posts.csv").write_bytes(b"\xff\xff\xff")
    opened: list[str] = []
    real = files._csv_rows
    monkeypatch.setattr(files, "_csv_rows", lambda path: opened.append(path.name) or real(path))
    assert set(read_tables(tmp_path, only="money").sheets) == {"funds", "scenarios"}
    assert opened == ["funds.csv", "scenarios.csv"]
    assert errors(read_tables(tmp_path, only="people")) == ["unknown_encoding"]


def test_names_of_tables(tmp_path: Path) -> None:
    assert all(table_named(t.name) is t and table_named(t.zh + "表") is t for t in TABLES)
    folder(tmp_path, comunities="a,b\n", _old="x", 说明="x", notes="x", 社区="", communities="")
    for name in ("README.md", "tool.py", "a.yaml"):
        (tmp_path / name).write_text("x")
    reading = read_tables(tmp_path)
    assert errors(reading) == ["unknown_table", "duplicate_table"]
    nearest = next(p for p in reading.problems if p.code == "unknown_table").values["nearest"]
    assert nearest == "communities"


def test_paths_that_hold_nothing(tmp_path: Path) -> None:
    assert only(read_tables(tmp_path / "none")).code == "no_such_path"
    assert only(read_tables(tmp_path)).code == "no_tables"
    for name, data, code in [
        ("a.xlsx", b"<html><table>", "not_a_workbook"),
        ("b.xlsx", b"PK\x03\x04 cut short", "damaged_workbook"),
        ("c.xls", files._OLE + b"\0" * 600, "damaged_workbook"),
        ("d.xls", files._OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert only(read_tables(tmp_path / name)).code == code
    assert errors(read_tables(tmp_path)) == ["workbook_in_folder"] * 4


def test_broken_csv(tmp_path: Path) -> None:
    folder(tmp_path, funds='fund,name,payee\na,"甲,community\nb,乙,street\n')
    problem = only(read_tables(tmp_path))
    assert (problem.code, problem.cell.row) == ("broken_csv", 2)
    (tmp_path / "funds.csv").write_bytes(b"PK\x03\x04")
    assert only(read_tables(tmp_path)).code == "not_csv"


def test_one_csv_alone(tmp_path: Path) -> None:
    folder(tmp_path, funds="fund,name,payee\na,甲,社区\n")
    assert read_tables(tmp_path / "funds.csv").sheets["funds"].frame.payee[0] == "community"


def test_workbook_cells(tmp_path: Path) -> None:
    path = book(tmp_path / "case.xlsx", 经费标准=[
        ["经费编码", "标准(元)", "每", "最高额(元)"],
        ["a", "=1+2", "#DIV/0!", 1988.1], [110101198801011234, 3.0, None, 7],
    ], Sheet1=[], _draft=[["x"]], 隐藏=[["x"]], 经费=[["x"]])  # fmt: skip
    workbook = openpyxl.load_workbook(path)
    workbook["隐藏"].sheet_state = "hidden"
    workbook["经费标准"]["C2"].data_type = "e"
    workbook["经费标准"].cell(1_048_576, 3).number_format = "0.00"
    workbook["经费标准"].cell(900_000, 1, "z")
    workbook.save(path)
    started = time.perf_counter()
    reading = read_tables(path)
    assert time.perf_counter() - started < 1
    assert [(p.code, str(p.cell)) for p in reading.problems] == [
        ("formula_without_value", "case.xlsx 经费标准 B2"),
        ("excel_error", "case.xlsx 经费标准 C2"),
        ("money_fraction", "case.xlsx 经费标准 D2"),
        ("long_number", "case.xlsx 经费标准 A3"),
        ("blank_required", "case.xlsx 经费标准 B900000"),
        ("hidden_unknown", "case.xlsx 隐藏"),
        ("unknown_table", "case.xlsx 经费"),
    ]
    assert reading.problems[-1].values["nearest"] == "经费项目"


def test_workbook_bytes_decide_and_links_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "case.xls", funds=[["fund", "name", "payee"], ["a", "甲", "街道"]])
    assert read_tables(path).sheets["funds"].frame.payee[0] == "street"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<x/>")
    assert only(read_tables(path)).code == "external_links"


def test_zip_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "case.xlsx", funds=[["fund"]])
    monkeypatch.setattr(files, "LARGEST", path.stat().st_size)
    assert only(read_tables(path)).code == "file_too_large"


def biff(path: Path, name: str, rows: list[list[object]]) -> Path:
    """A small BIFF5 stream of one sheet: enough of the old format for text, numbers, errors."""

    def record(kind: int, *packed: bytes) -> bytes:
        body = b"".join(packed)
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row: int, column: int, value: object) -> bytes:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str) and value.startswith("#"):
            return record(0x205, at, b"\x07\x01")
        if isinstance(value, bool):
            return record(0x205, at, bytes([value, 0]))
        if isinstance(value, str):
            text = value.encode("gbk")
            return record(0x204, at, struct.pack("<H", len(text)), text)
        return record(0x203, at, struct.pack("<d", value))

    end, title = record(0x0A), name.encode("gbk")
    begin = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, b"\xa8\x03")
    begin += record(0xE0, b"\0" * 16)  # one cell format
    size = len(begin) + 4 + 7 + len(title) + len(end)
    begin += record(0x85, struct.pack("<IBBB", size, 0, 0, len(title)), title) + end
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    sheet += b"".join(cell(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row))
    path.write_bytes(begin + sheet + end)
    return path


def test_old_workbook(tmp_path: Path) -> None:
    rows: list[list[object]] = [["经费", "标准(万元)"], [3.0, 1.5], ["b", True], ["c", "#DIV/0!"]]
    reading = read_tables(biff(tmp_path / "case.et", "经费标准", rows))
    frame = reading.sheets["standards"].frame
    assert (frame.fund[0], frame.amount_yuan[0]) == ("3", 15_000)
    assert [(p.code, str(p.cell)) for p in reading.problems] == [
        ("not_a_number", "case.et 经费标准 B3"), ("excel_error", "case.et 经费标准 B4"),
    ]  # fmt: skip


def test_equal_cells_of_a_large_csv_are_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "{0},社区{0},s{1},urban,{0},{1},1,2,3,0,1,2,{1}00,12.5,是,否\n"
    head = (
        "community,name,street,kind,residents,households,estates,members,floating_members,"
        "committees,general_branches,branches,collective_income_yuan,premises_m2,alliance,"
        "branch_school\n"
    )
    rows = (line.format(i, i % 40) for i in range(20_000))
    folder(tmp_path, communities=head + "".join(rows))
    parsed: list[tuple[str, object]] = []
    parse = grid.parse
    monkeypatch.setattr(grid, "parse", lambda column, raw, unit=None: (
        parsed.append((column.name, raw)), parse(column, raw, unit))[1])
    reading = read_tables(tmp_path)
    assert not reading.problems and len(reading.sheets["communities"].frame) == 20_000
    assert len(parsed) == len(set(parsed)) == 3 * 20_000 + 3 * 40 + 10


def test_no_headings(tmp_path: Path) -> None:
    folder(tmp_path, funds="1,2,3\n")
    assert only(read_tables(tmp_path)).code == "no_headings"
    assert find_head(TABLES[0], []) is None
