"""Nothing goes unstated: every rule has its maths, source, recount and tests; every goal its say."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from planner.case.dictionary import BY_NAME, GOALS
from planner.model.blocks import DEFAULT_GOALS
from planner.model.money.goals import MONEY_GOALS
from planner.model.money.rules import MONEY_RULES
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.rules import PEOPLE_RULES
from planner.model.rule import Rule

RULES = [*MONEY_RULES, *PEOPLE_RULES]
HERE = Path(__file__).parent / "rules"
#: Rules that state no row, and the words that say why.
WITHOUT_ROWS = {"whole": "no such row", "eligible": "nothing to state"}


def by_name(rule: Rule[Any, Any]) -> str:
    return rule.name


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_rule_shows_its_maths_or_why_it_has_none(rule: Rule[Any, Any]) -> None:
    text = rule.rows.__doc__ or ""
    if rule.name in WITHOUT_ROWS:
        assert WITHOUT_ROWS[rule.name] in text
    else:
        assert ".. math::" in text or ":math:" in text


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_rule_names_its_source_and_the_source_is_there(rule: Rule[Any, Any]) -> None:
    """``Source:`` then ``table.column`` or ``table``: words of the data dictionary."""
    source = (rule.rows.__doc__ or "").partition("Source:")[2].split("\n\n")[0]
    named = source.split("``")[1::2]
    assert named, rule.name
    for name in named:
        table, _, column = name.partition(".")
        if name == "step_yuan":  # a key of the settings
            continue
        assert table in BY_NAME, name
        assert not column or column in {c.name for c in BY_NAME[table].columns}, name


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_rule_says_how_it_is_counted_again(rule: Rule[Any, Any]) -> None:
    assert (rule.recount.__doc__ or "").strip()
    assert rule.recount.__name__.removesuffix("_recount") == rule.rows.__name__.removesuffix(
        "_rows")


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_rule_has_a_test_file_that_tests_it(rule: Rule[Any, Any]) -> None:
    tree = ast.parse((HERE / f"test_{rule.name}.py").read_text("utf-8"))
    tests = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    names = {a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert rule.rows.__name__ in names
    assert any("row" in t for t in tests) and any("bites" in t for t in tests)
    assert any("recount" in t for t in tests)


def test_no_test_file_is_of_a_rule_that_is_gone() -> None:
    assert {p.stem.removeprefix("test_") for p in HERE.glob("test_*.py")} == {
        r.name for r in RULES}


def test_names_are_said_once() -> None:
    assert len({r.name for r in RULES}) == len(RULES)
    assert set(MONEY_GOALS) & set(PEOPLE_GOALS) == {"steady"}  # one wish, kept by both halves


@pytest.mark.parametrize("goal", [*MONEY_GOALS.items(), *PEOPLE_GOALS.items()],
                         ids=lambda item: item[0])
def test_a_goal_says_what_it_wants(goal: tuple[str, Any]) -> None:
    name, stages = goal
    assert (stages.__doc__ or "").strip() and stages.__name__ == name


def test_every_default_goal_is_a_goal_and_a_word_a_user_may_rank() -> None:
    known = {*MONEY_GOALS, *PEOPLE_GOALS}
    assert set(DEFAULT_GOALS) <= known <= {word.code for word in GOALS}
