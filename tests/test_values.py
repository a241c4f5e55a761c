"""What may stand in a cell, and what it means."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from planner.case.columns import Column, Word
from planner.case.dictionary import BY_NAME
from planner.case.values import PERCENT, UNCACHED, BadValue, fold, parse

MONEY = Column(name="amount_yuan", zh="标准", kind="money", low=0)
SHARE = Column(name="s", zh="比例", kind="share", low=0, high=1)
GROWTH = Column(name="g", zh="增幅", kind="share", low=0)
WHOLE = Column(name="n", zh="户数", kind="integer", low=0, high=100_000)
NUMBER = Column(name="x", zh="面积", kind="number")
DATE = Column(name="birth", zh="出生年月", kind="date")
FLAG = Column(name="f", zh="联盟", kind="flag")
CODE = Column(name="c", zh="编码", kind="code")
TEXT = Column(name="t", zh="名称", kind="text")
WHERE = Column(name="where", zh="条件", kind="condition")
EDUCATION = BY_NAME["candidates"].column("education")
KIND = BY_NAME["posts"].column("kind")
WILLING = BY_NAME["candidates"].column("willing")


def code(column: Column, raw: object, unit: int | None = None) -> str:
    with pytest.raises(BadValue) as caught:
        parse(column, raw, unit)
    return caught.value.code


@pytest.mark.parametrize("column", [MONEY, SHARE, WHOLE, DATE, FLAG, CODE, TEXT, EDUCATION, WHERE])
@pytest.mark.parametrize("raw", [None, "", "  ", "\u3000", "\ufeff"])
def test_blank_is_none(column: Column, raw: object) -> None:
    assert parse(column, raw) is None


@pytest.mark.parametrize(
    ("raw", "unit", "yuan"),
    [
        ("3000", 1, 3000), ("3,000", 1, 3000), ("３，０００元", None, 3000),
        ("12万", None, 120_000), ("20万元", 1, 200_000), ("1.5 亿", None, 150_000_000),
        (12.3, 10_000, 123_000),
        ("0.1", 10_000, 1000), (0.1 + 0.2, 10_000, 3000), ("3000元", 10_000, 3000), (0, 1, 0),
        ("￥5,000", 1, 5000), ("5 wan", None, 50_000), ("1.1千元", None, 1100),
    ],
)  # fmt: skip
def test_money(raw: object, unit: int | None, yuan: int) -> None:
    value = parse(MONEY, raw, unit)
    assert value == yuan and type(value) is int


@pytest.mark.parametrize(
    ("raw", "unit", "wrong"),
    [
        ("3000", None, "money_no_unit"), (3000, None, "money_no_unit"),
        ("0.5元", None, "money_fraction"), ("1.00001", 10_000, "money_fraction"),
        ("3000左右", 1, "not_money"), ("1,00", 1, "not_money"), (True, 1, "not_a_number"),
        ("-1", 1, "too_low"), ("1e5", 1, "not_money"), ("9" * 30, 1, "number_too_large"),
        (float("inf"), 1, "not_a_number"), ("#DIV/0!", 1, "excel_error"),
        (UNCACHED, 1, "formula_without_value"),
    ],
)  # fmt: skip
def test_bad_money(raw: object, unit: int | None, wrong: str) -> None:
    assert code(MONEY, raw, unit) == wrong


def test_share() -> None:
    assert parse(SHARE, "30%") == parse(SHARE, "３０％") == parse(SHARE, 0.3) == 0.3
    assert parse(SHARE, "1") == 1.0 and parse(GROWTH, "1.5") == 1.5 and parse(GROWTH, "300%") == 3
    assert parse(SHARE, "30", PERCENT) == parse(SHARE, "30%", PERCENT) == 0.3
    assert code(SHARE, "30") == code(SHARE, 1.5) == code(GROWTH, 30) == "share_no_percent"
    assert code(SHARE, "0.3", PERCENT) == "share_unclear"
    assert code(SHARE, "130%") == "too_high"
    assert code(SHARE, "三成") == "not_a_number"


def test_numbers() -> None:
    assert parse(WHOLE, "３，０００") == parse(WHOLE, "3,000") == parse(WHOLE, 3000.0) == 3000
    assert parse(NUMBER, "1,234.5") == 1234.5 and parse(NUMBER, "−2") == -2
    assert code(WHOLE, "3.5") == "not_whole"
    assert code(WHOLE, "约300") == code(NUMBER, "nan") == code(NUMBER, True) == "not_a_number"
    assert code(WHOLE, "100001") == "too_high"
    assert code(NUMBER, datetime(2020, 1, 1)) == "not_a_number"


@pytest.mark.parametrize(
    "raw",
    [
        "1988.05", "1988-05", "1988/5", "198805", "1988年5月", "１９８８年０５月", "1988.5", 198805,
        198805.0, 1988.05, "1988-05-01", "19880501", "1988.05.01", "1988年5月1日", " 1988 年 5 月 ",
        datetime(1988, 5, 1), date(1988, 5, 1), "1988-05-01 00:00:00",
    ],
)  # fmt: skip
def test_date(raw: object) -> None:
    value = parse(DATE, raw)
    assert value == date(1988, 5, 1) and type(value) is date


def test_bad_dates() -> None:
    assert code(DATE, 1988.1) == code(DATE, 1988.5) == code(DATE, "1988.1") == "date_lost_zero"
    for raw in ("1988", 1988, 32264, "1988.13", "1988-02-30", "五月", "0988.05", True, 1988.123):
        assert code(DATE, raw) == "not_a_date"
    assert parse(DATE, "1988.10") == date(1988, 10, 1)


def test_flag() -> None:
    assert all(parse(FLAG, raw) is True for raw in ("是", "有", "YES", "true", 1, 1.0, True, "１"))
    assert all(parse(FLAG, raw) is False for raw in ("否", "无", "no", "FALSE", 0, False))
    assert code(FLAG, "大概") == "not_a_flag"


def test_words() -> None:
    for raw in ("bachelor", "本科", "大学本科", " Bachelor "):
        assert parse(EDUCATION, raw) == "bachelor"
    with pytest.raises(BadValue) as caught:
        parse(EDUCATION, "大学本课")
    assert (caught.value.code, caught.value.values["nearest"]) == ("unknown_word", "本科")
    with pytest.raises(BadValue) as caught:
        parse(EDUCATION, "bachelors")
    assert caught.value.values["nearest"] == "bachelor"
    assert parse(KIND, "副书记") == "deputy" and parse(KIND, "网格长") == "网格长"
    assert parse(WILLING, "书记、委员; 网格长，secretary") == ("secretary", "member", "网格长")
    ready = Column(name="r", zh="类", kind="word", words=(Word(code="now", zh="可用(近期)"),))
    assert parse(ready, "可用（近期）") == "now"


def test_text_and_codes() -> None:
    assert parse(CODE, 3.0) == parse(CODE, 3) == parse(CODE, " ３ ") == "3"
    assert parse(CODE, "007") == "007" and parse(TEXT, "甲\u3000 乙") == "甲 乙"
    assert parse(TEXT, 0.1) == "0.1" and parse(TEXT, True) == "TRUE"
    assert parse(TEXT, datetime(2025, 12, 31)) == "2025-12-31"
    for raw in (1.10101198801011e17, 110101198801011000, "1.10101E+17"):
        assert code(CODE, raw) == "long_number"
    assert parse(CODE, "110101198801011234") == "110101198801011234"
    assert code(TEXT, "#N/A") == "excel_error"
    assert parse(WHERE, " 年龄<=35 且 学历>=本科 ") == "年龄<=35 且 学历>=本科"


def test_fold() -> None:
    assert fold(" 标准（万元）\n 甲\u200b ") == "标准(万元) 甲"
