from typing import Any

import pytest

from planner.model.people.pool import BARRIERS
from planner.model.people.rules import eligible_rows
from planner.plan.solve import solve
from tests.rules.tools import people, people_breaches, people_rows, placed

#: What bars K0 (36, bachelor) from J1, and the same one step inside: (post, candidate, tables).
BARRED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "too_old": ({"max_age": 35}, {}, {}),
    "too_young": ({"min_age": 37}, {}, {}),
    "education": ({"min_education": "master"}, {}, {}),
    "probationary": ({"kind": "secretary"}, {"affiliation": "probationary"}, {}),
    "requirement": ({"where": "community = post.community"}, {"community": "C2"}, {}),
    "unwilling": ({}, {"willing": "deputy"}, {}),
    "barred": ({}, {}, {"pairs": [{"candidate": "K0", "post": "J1", "decision": "bar"}]}),
    "kin_in_post": ({"seats": 2}, {}, {
        "incumbents": [{"person": "P", "post": "J1"}], "kin": [{"person": "P", "other": "K0"}]}),
}
OPEN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "too_old": ({"max_age": 36}, {}, {}),
    "too_young": ({"min_age": 36}, {}, {}),
    "education": ({"min_education": "bachelor"}, {}, {}),
    "probationary": ({"kind": "deputy"}, {"affiliation": "probationary"}, {}),
    "requirement": ({"where": "community = post.community"}, {"community": "C1"}, {}),
    "unwilling": ({}, {"willing": "deputy、member"}, {}),
    "barred": ({}, {}, {"pairs": [{"candidate": "K0", "post": "J1", "fit": 0}]}),
    "kin_in_post": ({"seats": 2}, {}, {
        "incumbents": [{"person": "P", "post": "J1", "leaving": "yes"}],
        "kin": [{"person": "P", "other": "K0"}]}),
}


def given(post: dict[str, Any], candidate: dict[str, Any], tables: dict[str, Any]) -> Any:
    return people([{"post": "J1", **post}], [{"candidate": "K0", **candidate}], **tables)


def test_no_row_a_barred_pair_has_no_column() -> None:
    assert people_rows(given(*BARRED["too_old"]), eligible_rows) == []


def test_every_barrier_is_tested_here() -> None:
    assert set(BARRED) == set(OPEN) == {b.__name__ for b in BARRIERS}


@pytest.mark.parametrize("name", sorted(BARRED))
def test_each_barrier_bites_and_is_recounted(name: str) -> None:
    shut, open_ = given(*BARRED[name]), given(*OPEN[name])
    assert placed(solve(shut)) == set() and placed(solve(open_)) == {("K0", "J1")}
    assert [str(b) for b in people_breaches(shut, ("K0", "J1"))] == [f"eligible [K0/J1] {name}"]
    assert not people_breaches(open_, ("K0", "J1"))


def test_a_setting_lets_probationary_members_be_secretary() -> None:
    plain = given(*BARRED["probationary"])
    post, who, _ = BARRED["probationary"]
    from tests.cases import case
    allowed = case(
        settings=[{"key": "as_of", "value": "2026-12-31"},
                  {"key": "probationary_secretary", "value": "yes"}],
        posts=[{"post": "J1", "seats": 1, **post}],
        candidates=[{"candidate": "K0", "birth": "1990.01", "education": "bachelor", **who}])
    assert placed(solve(plain)) == set() and placed(solve(allowed)) == {("K0", "J1")}


@pytest.mark.parametrize(("fit", "holds"), [(12.5, True), (0.0, False), (12.6, False)])
def test_recount_rejects_a_false_fit(fit: float, holds: bool) -> None:
    one = people([{"post": "J1"}], [{"candidate": "K0"}], points=[
        {"where": "age <= 40", "points": 12.5}, {"where": "age <= 30", "points": 99}])
    assert [b.rule for b in people_breaches(one, ("K0", "J1"), fit=fit)] == (
        [] if holds else ["eligible"])
