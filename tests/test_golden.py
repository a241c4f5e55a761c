"""The screens, to the character: zh and en, 80 and 100 columns.

``PLANNER_GOLDEN=write python -m pytest tests/test_golden.py`` writes them anew; read the difference
before you commit it, and if a number moved say why in CHANGELOG.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rich.cells import cell_len

from planner.cli import run

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
SCREENS = {
    "compare": ["compare", "scenarios"],
    "plan": ["plan", "scenarios/cut10_young.yaml"],
    "profile": ["profile", "scenarios/base"],
}


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100])
def test_screen(
    name: str, lang: str, width: int, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert run([*SCREENS[name], "--lang", lang, "--width", str(width), "--no-color", "-q"]) == 0
    shown = capsys.readouterr().out
    assert max(cell_len(line) for line in shown.splitlines()) <= width
    path = GOLDEN / f"{name}.{lang}.{width}.txt"
    if os.environ.get("PLANNER_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
