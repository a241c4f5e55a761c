from typing import Any

import pytest

from planner.model.people.bench_rules import bench_near_rows
from planner.plan.solve import solve
from tests.rules.test_bench import claim, listed
from tests.rules.tools import one, people, people_rows, rules_of


def bench(near: int, later: int, share: str | None, depth: int = 3, **row: Any) -> Any:
    pool = [{"candidate": f"A{i}", "ready": "later"} for i in range(later)]
    pool += [{"candidate": f"N{i}", "ready": "now"} for i in range(near)]
    return people([{"post": "J1", "seats": 0}], pool, bench=[
        {"kind": "member", "depth": depth, "near_term_share": share, **row}])


def test_row_by_eye() -> None:
    """A near-term place counts 1 − 0.3, any other −0.3."""
    terms, low, _ = one(people_rows(bench(1, 1, "30%"), bench_near_rows))
    assert sorted(terms.values()) == [-0.3, 0.7] and low == 0.0


def test_no_row_without_a_share() -> None:
    assert people_rows(bench(1, 1, None), bench_near_rows) == []


@pytest.mark.parametrize(("near", "later", "share", "lists"), [
    (0, 3, None, 3), (1, 3, None, 3), (1, 3, "33.33%", 3), (1, 3, "50%", 2), (2, 3, "50%", 3),
    (0, 3, "10%", 0), (1, 3, "100%", 1)])
def test_it_bites(near: int, later: int, share: str | None, lists: int) -> None:
    """Later people come first by code: only the share brings the near-term ones in."""
    plan = solve(bench(near, later, share))
    ready = [c[0] == "N" for c, _, _ in listed(plan)]
    assert len(ready) == lists
    assert sum(ready) >= float((share or "0%")[:-1]) / 100 * len(ready)


def test_recount_rejects_too_few_near_term() -> None:
    given = bench(1, 2, "50%")
    assert not claim(given, ("N0", "J1", 1), ("A0", "J1", 2))
    wrong = claim(given, ("N0", "J1", 1), ("A0", "J1", 2), ("A1", "J1", 3))
    assert rules_of(wrong) == {"bench_near"}
    assert str(wrong[0]) == "bench_near [member] 1 of 3"
