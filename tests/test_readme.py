"""The READMEs are promises: their screens are the program's, their commands are what CI runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.refresh_readme import BLOCK, COMMENT, READMES, ROOT, screen

RUN = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/planner compare scenarios"
TEST = (
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]'"
    " && .venv/bin/python -m pytest"
)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
CODE_PATH = re.compile(r"`((?:planner|scenarios|tests|\.ci)/[\w./-]*)`")

each = pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@each
def test_screens_are_what_the_program_prints(path: Path) -> None:
    text = text_of(path)
    blocks = list(BLOCK.finditer(text))
    assert blocks, f"no <!-- run: planner ... --> block in {path.name}"
    assert len(blocks) == len(COMMENT.findall(text)), "a run comment without its fenced block"
    for block in blocks:
        assert block["text"].strip(), "an empty screen"
        assert block["text"] == screen(block["args"], block["lines"]), (
            "out of date: run `python tests/refresh_readme.py`"
        )


@each
def test_the_two_commands_stand_word_for_word(path: Path) -> None:
    lines = text_of(path).splitlines()
    assert RUN in lines
    assert TEST in lines


@each
def test_ci_runs_the_readmes_test_command(path: Path) -> None:
    ci = text_of(ROOT / ".ci" / "run")
    assert TEST in text_of(path)
    for part in ("-m venv", "-e '.[test]'", "-m pytest"):
        assert part in TEST
        assert part in ci


@each
def test_files_named_are_there(path: Path) -> None:
    text = text_of(path)
    named = {m[1] for m in LINK.finditer(text) if "://" not in m[1]}
    named |= {m[1] for m in CODE_PATH.finditer(text)}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def headings(path: Path) -> list[str]:
    outside = re.sub(r"^```.*?^```$", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ ", outside, flags=re.MULTILINE)


def test_both_languages_have_the_same_parts() -> None:
    one, other = READMES
    assert headings(one) == headings(other)
    for part in (BLOCK, re.compile(r"^\|", re.MULTILINE), re.compile(r"^```", re.MULTILINE)):
        assert len(part.findall(text_of(one))) == len(part.findall(text_of(other)))
