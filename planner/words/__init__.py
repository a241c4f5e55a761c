"""Every sentence and title the program says, in one catalogue a language.

A language is one folder here, ``zh`` or ``en``: ``core.toml``, and a file for each command that has
words of its own. Code says *what* it means by a dotted key
and named values; the words are looked up when they are shown, so one result can be read in any
language. ``tests/test_words.py`` holds the catalogues to the same keys and the same values.
"""

from __future__ import annotations

import locale
import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


class Key(str):
    """A value that is itself a sentence of the catalogue, put in in the reader's language."""


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All sentences of a language as ``{"section.key": sentence}``."""
    flat: dict[str, str] = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                walk(f"{prefix}{key}.", value)
            else:
                flat[f"{prefix}{key}"] = str(value)

    for file in sorted(files(__package__).joinpath(lang).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            walk("", tomllib.loads(file.read_text(encoding="utf-8")))
    return flat


def say(key: str, lang: str, **values: object) -> str:
    """The sentence ``key`` in ``lang`` with ``{name}`` replaced by ``values``.

    Values are put in as they are: a brace inside a value is never read as a field.
    Raises ``KeyError`` when the catalogue has no such sentence.
    """
    return catalogue(lang)[key].format_map({k: _plain(v, lang) for k, v in values.items()})


def known(key: str) -> bool:
    """Whether the catalogues have a sentence under ``key``."""
    return key in catalogue("en")


def default_language(asked: str | None = None) -> str:
    """``asked``, else ``PLANNER_LANG``, else the locale: ``zh`` for a Chinese one, else ``en``."""
    for choice in (asked, os.environ.get("PLANNER_LANG")):
        if choice and choice.lower()[:2] in LANGUAGES:
            return choice.lower()[:2]
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    try:  # Windows keeps no locale in the environment
        return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
    except ValueError:
        return "en"


def _plain(value: object, lang: str) -> str:
    if isinstance(value, Key):
        return say(value, lang)
    if isinstance(value, (list, tuple)):
        return ("、" if lang == "zh" else ", ").join(str(v) for v in value)
    return str(value)
