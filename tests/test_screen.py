"""The screen: every table aligned in terminal cells, no line too wide, no figure cut."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len

from planner.case.scenario import load
from planner.plan.compare import Comparison, compare
from planner.show.format import number, wan
from planner.show.screen import make_console, show_comparison, show_plan
from tests.test_cli import tiny


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare(load(tiny(tmp_path_factory.mktemp("screen"), scenarios=7)))


def shown(comparison: Comparison, width: int, lang: str = "zh", encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    console = make_console(width, True, out)
    show_comparison(comparison, lang, console)
    show_plan(comparison.entries[0], lang, console)
    out.flush()
    return raw.getvalue().decode(encoding)


def blocks(text: str) -> list[list[str]]:
    """The tables of a text: from an outer rule to the last line that starts with a blank."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        rule = len(line) > 9 and set(line) <= set("─-")
        if rule and (not inside or found[-1][-1] == line or len(line) != len(found[-1][0])):
            found.append([])
            inside = True
        inside = inside and (rule or (line.startswith(" ") and line.endswith(" ")))
        if inside:
            found[-1].append(line)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_tables_are_aligned_and_fit(comparison: Comparison, width: int, lang: str) -> None:
    text = shown(comparison, width, lang)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    tables = blocks(text)
    assert len(tables) >= 5
    for table in tables:
        assert len(table) >= 4  # a line of another width would have ended it
        assert set(table[-1]) <= set("─-")
        assert len({cell_len(line) for line in table}) == 1
    assert "…" not in text


def test_four_scenarios_fit_eighty_columns(comparison: Comparison) -> None:
    four = Comparison(comparison.entries[:4])
    for lang in ("zh", "en"):
        heads = [t[1] for t in blocks(shown(four, 80, lang)) if "base" in t[1]]
        assert all(name in heads[0] for name in ("base", "cut1", "cut2", "cut3"))


def test_more_scenarios_repeat_the_baseline(comparison: Comparison) -> None:
    heads = [t[1] for t in blocks(shown(comparison, 80)) if "指标" in t[1]]
    assert len(heads) > 1
    assert all("base" in head for head in heads)


def test_every_figure_is_whole_at_every_width(comparison: Comparison) -> None:
    # a scenario without a plan shows the figures of its nearest plan
    figures = {number(m.value(e.nearest.plan) if e.nearest else comparison.value(m, e), m.unit)
               for e in comparison.entries for m in comparison.rows}
    for width in (60, 80, 140):
        text = shown(comparison, width)
        assert all(figure in text.split() for figure in figures - {"-"})


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_a_poor_stream_gets_plain_lines(comparison: Comparison, encoding: str) -> None:
    assert "─" not in shown(comparison, 80, "zh", encoding)


def test_names_are_masked_and_never_markup(comparison: Comparison) -> None:
    text = shown(comparison, 100)
    assert "张三丰" not in text
    assert "张*" in text
    assert "[/甲]社区" in text
    assert "建议人选" in text
    assert "任命" not in text


@pytest.mark.parametrize(("yuan", "text"), [
    (0, "0.00"), (49, "0.00"), (50, "0.01"), (123_456_789, "12,345.68"), (-1_250_000, "-125.00"),
    (10**17 + 50, "10,000,000,000,000.01"),
])
def test_wan_is_exact(yuan: int, text: str) -> None:
    assert wan(yuan) == text


def test_parts_that_do_not_add_up_are_explained(tmp_path: Path) -> None:
    one = compare(load(tiny(tmp_path, step=1, office=50_024, service=50_024)))
    text = shown(one, 100)
    assert "尾数误差" in text


def test_no_zero_has_a_sign() -> None:
    assert [number(v, "people") for v in (-0.3, 0.3, -0.6)] == ["0", "0", "-1"]
    assert number(-1e-9, "share") == "0.00%"
