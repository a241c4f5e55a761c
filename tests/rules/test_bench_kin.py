from typing import Any

import pytest

from planner.model.people.bench_rules import bench_kin_rows
from planner.plan.solve import solve
from tests.rules.test_bench import claim, listed
from tests.rules.tools import people, people_rows, placed, rules_of

KIN = [{"person": "K0", "other": "K1"}]
PIN = [{"candidate": "K0", "post": "J1", "decision": "pin"}]


def bench(home: str | None = "C1", kin: Any = KIN, **tables: Any) -> Any:
    """K0 is decided for J1 of C1; the bench of J2 is K1's to stand on."""
    return people(
        [{"post": "J1"}, {"post": "J2", "kind": "deputy", "seats": 0, "community": home}],
        [{"candidate": "K0"}, {"candidate": "K1"}], kin=kin, pairs=PIN,
        bench=[{"kind": "deputy", "depth": 1}], **tables)


def test_row_by_eye() -> None:
    """On the bench of J2 and a relative placed on J1: one of the two, either way round."""
    rows = people_rows(bench(), bench_kin_rows)
    assert [(row.of, row.high, [c for _, c in row.terms]) for row in rows] == [
        ("C1", 1.0, [1.0, 1.0])] * 2


@pytest.mark.parametrize(("home", "kin", "who"), [
    ("C1", KIN, []), ("C1", [], ["K1"]), ("C2", KIN, ["K1"]), (None, KIN, ["K1"])])
def test_it_bites(home: str | None, kin: Any, who: list[str]) -> None:
    plan = solve(bench(home, kin))
    assert placed(plan) == {("K0", "J1")} and [c for c, _, _ in listed(plan)] == who


def test_two_relatives_may_both_wait() -> None:
    given = people([{"post": "J1", "seats": 0}], [{"candidate": "K0"}, {"candidate": "K1"}],
                   kin=KIN, bench=[{"kind": "member", "depth": 2}])
    assert len(listed(solve(given))) == 2


def test_recount_rejects_a_relative_beside() -> None:
    assert not claim(bench(kin=[]), ("K1", "J2", 1), seated=[("K0", "J1")])
    wrong = claim(bench(), ("K1", "J2", 1), seated=[("K0", "J1")])
    assert rules_of(wrong) == {"bench_kin"} and str(wrong[0]) == "bench_kin [C1] K1, K0"
