"""Imports go one way, and only ``solve`` knows the solver."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import planner

ROOT = Path(planner.__file__).parent
#: A module imports only from what stands at or before its own place.
ORDER = ("words", "errors", "case", "model", "solver", "plan", "show", "keep", "commands", "cli", "__main__")
FILES = sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def place(parts: tuple[str, ...]) -> str:
    """The package a module stands in: ``case``, ``solve``, …"""
    return parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module a file names in an import, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            found |= {f"{base}.{a.name}" for a in node.names} if base == "planner" else {base}
    return found


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    mine = ORDER.index(place(path.relative_to(ROOT).parts))
    for name in imported(path):
        if name.startswith("planner.") and (theirs := name.split(".")[1]) in ORDER:
            assert ORDER.index(theirs) <= mine, f"{named(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_solve_knows_the_solver(path: Path) -> None:
    if place(path.relative_to(ROOT).parts) != "solver":
        assert not {n.split(".")[0] for n in imported(path)} & {"pulp", "highspy"}


def test_every_package_has_its_place() -> None:
    assert {place(p.relative_to(ROOT).parts) for p in FILES} <= set(ORDER)
    assert {"words", "errors", "case", "model", "solver", "plan", "show"} <= {
        place(p.relative_to(ROOT).parts) for p in FILES}
