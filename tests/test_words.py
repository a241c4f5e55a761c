"""The catalogues say the same things, with the same values, and everything the code says."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import planner
from planner.model.people.pool import BARRIERS
from planner.words import LANGUAGES, Key, catalogue, say

SOURCE = Path(planner.__file__).parent


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_have_the_same_sentences_with_the_same_values() -> None:
    zh, en = (catalogue(lang) for lang in LANGUAGES)
    assert set(zh) == set(en)
    assert {k: fields(v) for k, v in zh.items()} == {k: fields(v) for k, v in en.items()}


def test_every_problem_the_code_names_has_a_sentence() -> None:
    codes = set()
    for path in SOURCE.rglob("*.py"):
        codes |= set(re.findall(r"\bProblem\(\s*\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert len(codes) > 20
    assert [c for c in sorted(codes) if f"problem.{c}" not in catalogue("en")] == []


def test_every_barrier_has_a_sentence() -> None:
    assert all(f"barrier.{b.__name__}" in catalogue("zh") for b in BARRIERS)


def test_a_brace_in_a_value_is_not_a_field() -> None:
    assert "{table}" in say("problem.unknown_code", "en", value="{table}", table="t")


def test_a_key_is_put_in_in_the_readers_language() -> None:
    value = Key("barrier.too_old")
    text = say("problem.pin_not_eligible", "zh", candidate="K1", post="J1", why=value, value="")
    assert catalogue("zh")["barrier.too_old"] in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_placements_are_never_called_appointments(lang: str) -> None:
    text = "\n".join(v for k, v in catalogue(lang).items() if k.startswith("screen"))
    assert not re.search("任命|\bappoint(ed|ment)\b", text)
