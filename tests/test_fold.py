"""Paragraphs fold as Chinese is set: no line begins with a mark that closes, nothing is lost."""

import io
import random
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from planner.show.table import CLOSING, OPENING, line


def _folded(text: str, width: int, indent: int = 0) -> list[str]:
    out = io.StringIO()
    line(Console(file=out, width=width), text, indent=indent)
    return out.getvalue().splitlines()


def test_a_full_stop_does_not_stand_alone() -> None:
    assert _folded("也不能多补一个职数。", 18) == ["也不能多补一个职", "数。"]


def test_a_mark_that_opens_does_not_end_a_line() -> None:
    assert _folded("有二十人（共四十四人）", 10) == ["有二十人", "（共四十四", "人）"]


def test_paragraphs_and_empty_lines_stay() -> None:
    assert _folded("one\n\ntwo", 20, indent=2) == ["  one", "  ", "  two"]


@pytest.mark.parametrize("seed", range(50))
def test_nothing_is_lost_and_no_line_is_too_long(seed: int) -> None:
    rng = random.Random(seed)
    words = ("街道", "社区经费", "补助，", "（元）", "指定“甲”", "aged 35", "12", "。")
    text = "".join(rng.choice(words) for _ in range(rng.randint(0, 40))).strip()
    while "。。" in text or "，。" in text:
        text = text.replace("。。", "。").replace("，。", "。")
    lines = _folded(text, width := rng.randint(12, 40))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for before, after in pairwise(lines):
        assert cell_len(before) <= width
        assert after[0] not in CLOSING and before[-1] not in OPENING
