"""The public names, used as the README says, in whatever order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import planner

ROOT = Path(__file__).parent.parent


def test_tables_in_and_tables_out() -> None:
    case = planner.read_case(ROOT / "scenarios" / "base")
    plan = planner.solve(case)
    assert isinstance(plan.allocations, pd.DataFrame) and len(plan.allocations)
    assert isinstance(plan.placements, pd.DataFrame) and len(plan.placements)
    paths = [ROOT / "scenarios" / "base", ROOT / "scenarios" / "cut10.yaml"]
    measures = planner.compare(paths).measures
    assert set(measures["scenario"]) == {"base", "cut10"}
    with pytest.raises(AttributeError):
        plan.status = "optimal"  # type: ignore[misc]


def test_every_public_name_is_there_whatever_was_imported_first() -> None:
    code = (
        "import importlib, planner, pkgutil\n"
        "for m in list(pkgutil.walk_packages(planner.__path__, 'planner.')):\n"
        "    m.name.endswith('__main__') or importlib.import_module(m.name)\n"
        "for name in planner.__all__: assert callable(getattr(planner, name)), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = planner.nothing  # type: ignore[attr-defined]
