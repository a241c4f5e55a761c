"""The figures compare like with like: other ways to the same model come to the same goals."""

from __future__ import annotations

from pathlib import Path

from bench.cases import people_case, reserve_case
from bench.run import child


def test_the_plain_model_and_its_peer_come_to_our_goals(tmp_path: Path) -> None:
    where = people_case(tmp_path / "people", 30, 8)
    mine, plain = (child("one_case", where, *more, tries=1) for more in ((), ("plain",)))
    assert mine["status"] == plain["status"] == "optimal" and mine["gap"] <= 1e-6
    assert mine["goals"] == plain["goals"] and mine["goals"][-1] > 0
    assert child("one_stated", where, tries=1)["columns"] > 30
    theirs = child("one_ortools", where, tries=1)
    assert "missing" in theirs or theirs["goals"] == mine["goals"]


def test_a_province_in_small_is_read_and_solved(tmp_path: Path) -> None:
    got = child("one_case", reserve_case(tmp_path / "reserve", 40, 10), tries=1)
    assert got["status"] == "optimal" and got["gap"] <= 1e-6 and got["mb"] > 0
