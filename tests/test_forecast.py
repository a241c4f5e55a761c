"""The years ahead, by hand on small cases, and counted again on the sample district."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import load
from planner.errors import InputError
from planner.plan.ahead import birthday, people_at, years_on
from planner.plan.forecast import Course, Forecast, Moment, forecast
from planner.plan.measures import MEASURES
from planner.plan.solve import solve
from tests.cases import case

BASE = Path(__file__).parent.parent / "scenarios" / "base"


def ahead(years: int = 3, **tables: Any) -> Forecast:
    return forecast(solve(people(**tables)), years)


def people(**tables: Any) -> Case:
    settings = {"as_of": "2026-06-30", **tables.pop("settings", {})}
    for name in ("incumbents", "candidates"):
        tables[name] = [{"education": "bachelor", **row} for row in tables.get(name, [])]
    return case(
        settings=[{"key": k, "value": v} for k, v in settings.items()],
        communities=[{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S1"}],
        posts=[{"community": "C1", "kind": "member", **p} for p in tables.pop("posts")], **tables)


def opened(course: Course) -> list[dict[str, int]]:
    return [dict(m.opened) for m in course.years]


def leaving(course: Course) -> list[list[str]]:
    return [[one.person for one in m.leaving] for m in course.years]


POST = {"post": "J1", "seats": 2, "max_age": 60}


def test_the_limit_itself_is_allowed_until_the_birthday_after_it() -> None:
    """P1 turns 61 on the very day of year 2; P2 the day after it, so in year 3."""
    found = ahead(posts=[POST], incumbents=[
        {"person": "P1", "post": "J1", "birth": "1967-06-30"},
        {"person": "P2", "post": "J1", "birth": "1967-07-01"}])
    assert leaving(found.nothing) == [[], [], ["P1"], ["P2"]]
    first = found.nothing.years[2].leaving[0]
    assert (first.day, first.limit, first.placed) == (dt.date(2028, 6, 30), 60, False)
    assert opened(found.nothing) == [{}, {}, {"J1": 1}, {"J1": 1}]
    assert [m.seats for m in found.nothing.years] == [0, 0, 1, 2]


def test_a_person_s_own_limit_goes_before_that_of_the_post() -> None:
    born = {"birth": "1966-01-01", "post": "J1"}
    found = ahead(posts=[POST], incumbents=[
        {"person": "P1", **born}, {"person": "P2", "stay_until_age": 62, **born}])
    assert leaving(found.nothing) == [[], ["P1"], [], ["P2"]]


def test_who_leaves_anyway_does_not_age_out() -> None:
    found = ahead(posts=[POST], incumbents=[
        {"person": "P1", "post": "J1", "birth": "1966-01-01", "leaving": "yes"}])
    assert leaving(found.nothing) == [[], [], [], []]
    assert [m.seats for m in found.nothing.years] == [2, 2, 2, 2]


def test_a_post_without_a_limit_keeps_everybody() -> None:
    found = ahead(posts=[{"post": "J1", "seats": 1}], incumbents=[
        {"person": "P1", "post": "J1", "birth": "1940-01-01"}])
    assert [m.seats for m in found.nothing.years] == [0, 0, 0, 0]


def test_placed_people_join_grow_older_and_age_out() -> None:
    """K1 (59) takes the seat, is 60 in year 1, above the limit in year 2; K2 can then take it."""
    found = ahead(posts=[{"post": "J1", "seats": 1, "max_age": 60}], candidates=[
        {"candidate": "K1", "birth": "1967-01-01", "ready": "now"},
        {"candidate": "K2", "birth": "1990-01-01"}],
        points=[{"where": "ready = now", "points": 5}])
    assert [m.seats for m in found.nothing.years] == [1, 1, 1, 1]
    assert [m.pool.filled for m in found.nothing.years] == [1, 1, 1, 1]
    followed = found.followed
    assert followed is not None
    assert leaving(followed) == [[], [], ["K1"], []]
    assert followed.years[2].leaving[0].placed
    assert [m.seats for m in followed.years] == [0, 0, 1, 1]
    assert [(m.pool.filled, m.pool.empty) for m in followed.years] == [
        (0, ()), (0, ()), (1, ()), (1, ())]
    assert [m.team.people for m in followed.years] == [1, 1, 0, 0]


def test_the_pool_grows_older_too() -> None:
    """Nobody is placed; K1 is eligible up to 60 and so fills the seat until year 1 only."""
    found = ahead(posts=[{"post": "J1", "seats": 1, "max_age": 60}], candidates=[
        {"candidate": "K1", "birth": "1967-01-01"}])
    assert [m.pool.filled for m in found.nothing.years] == [1, 1, 0, 0]
    assert [m.pool.empty for m in found.nothing.years] == [(), (), (("J1", 1),), (("J1", 1),)]


def test_vacancies_given_as_a_number_grow_by_those_who_age_out() -> None:
    found = ahead(posts=[{"post": "J1", "vacant": 1, "max_age": 60}], incumbents=[
        {"person": "P1", "post": "J1", "birth": "1966-01-01"}], candidates=[
        {"candidate": "K1", "birth": "1990-01-01"}])
    assert [m.seats for m in found.nothing.years] == [1, 2, 2, 2]
    assert found.followed and [m.seats for m in found.followed.years] == [0, 1, 1, 1]


def test_relatives_do_not_fill_seats_of_one_community_together() -> None:
    seats = [{"post": "J1", "seats": 1}, {"post": "J2", "seats": 1}]
    pool = [{"candidate": c, "birth": "1990-01"} for c in ("K1", "K2")]
    kin = [{"person": "K1", "other": "K2"}]
    found = ahead(posts=seats, candidates=pool, kin=kin)
    assert [m.pool.filled for m in found.nothing.years] == [1] * 4
    assert found.followed and [m.pool.filled for m in found.followed.years] == [0] * 4


def test_the_team_and_its_targets_by_hand() -> None:
    """P1 is 35 until the year after next; K1 (30) joins in the plan."""
    found = ahead(2, posts=[{"post": "J1", "seats": 2}], incumbents=[
        {"person": "P1", "post": "J1", "birth": "1991-06-30", "education": "high_school"}],
        candidates=[{"candidate": "K1", "birth": "1996-06-30"}],
        targets=[{"target": "young", "group": "age <= 35", "of": "team", "min_share": "60%"},
                 {"target": "new", "group": "age <= 35", "of": "placed", "min_count": 1}])
    nothing, followed = found.nothing.years, found.followed and found.followed.years
    assert followed
    assert [(m.team.people, m.team.mean_age, m.team.young, m.team.college) for m in nothing] == [
        (1, 35.0, 1.0, 0.0), (1, 36.0, 0.0, 0.0), (1, 37.0, 0.0, 0.0)]
    assert [(m.team.people, m.team.mean_age, m.team.young, m.team.college) for m in followed] == [
        (2, 32.5, 1.0, 0.5), (2, 33.5, 0.5, 0.5), (2, 34.5, 0.5, 0.5)]
    assert [list(m.targets["target"]) for m in nothing] == [["young"]] * 3
    assert [list(m.targets["target"]) for m in followed] == [["new", "young"], ["young"], ["young"]]
    assert [list(m.targets["actual"]) for m in followed] == [[1.0, 1.0], [0.5], [0.5]]
    assert [list(m.targets["met"]) for m in followed] == [[True, True], [False], [False]]


def test_a_group_that_grows_empty_is_an_answer_not_a_fault() -> None:
    found = ahead(2, posts=[{"post": "J1", "seats": 1}], candidates=[
        {"candidate": "K1", "birth": "1991-06-30"}], targets=[
        {"target": "young", "group": "age <= 35", "of": "team", "min_share": "50%"}])
    assert [m.pool.status for m in found.nothing.years] == ["optimal"] * 3


def test_what_the_bench_covers() -> None:
    """K2 stands on the bench of J1 only; J2, which opens the same year, is not covered by it."""
    found = ahead(
        1, posts=[{"post": "J1", "seats": 1, "max_age": 60, "kind": "secretary"},
                  {"post": "J2", "seats": 1, "max_age": 60}],
        incumbents=[{"person": f"P{n}", "post": f"J{n}", "birth": "1966-01-01"} for n in (1, 2)],
        candidates=[{"candidate": "K2", "birth": "1990-01-01"}],
        bench=[{"kind": "secretary", "depth": 1}])
    assert found.followed is not None
    now, then = found.followed.years
    assert now.bench is not None and then.bench is not None
    assert (now.bench.cover.filled, now.bench.cover.empty) == (0, ())
    assert (then.bench.cover.filled, then.bench.cover.empty) == (1, (("J2", 1),))
    assert (now.bench.listed, then.bench.listed) == (1, 1)
    assert then.pool.filled == 1 and then.seats == 2


# --- changes of term --------------------------------------------------------------------------


def test_years_with_a_change_of_term_are_marked_and_told_at_their_date() -> None:
    found = ahead(2, settings={"change_of_term": "2028-01-01、2027-06-30、2035-01"}, posts=[POST],
                  incumbents=[{"person": "P1", "post": "J1", "birth": "1967-01-01"},
                              {"person": "P2", "post": "J1", "birth": "1967-02-01"}])
    years = found.nothing.years
    assert [m.terms for m in years] == [
        (), (dt.date(2027, 6, 30),), (dt.date(2028, 1, 1),)]
    assert [(m.day, m.seats, len(m.leaving)) for m in found.nothing.terms] == [
        (dt.date(2027, 6, 30), 0, 0), (dt.date(2028, 1, 1), 1, 1)]
    assert years[2].seats == 2


def test_a_change_of_term_that_is_no_date_is_named_by_its_cell() -> None:
    with pytest.raises(InputError) as raised:
        people(posts=[POST], settings={"change_of_term": "2028-01-01、换届时"})
    (problem,) = raised.value.problems
    assert problem.code == "not_a_date" and problem.cell.row == 3


def test_days() -> None:
    assert years_on(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28)
    assert years_on(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)
    assert birthday(dt.date(1968, 2, 29), 61) == dt.date(2029, 3, 1)


# --- the sample -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> tuple[Any, Forecast]:
    plan = solve(load(BASE)[0].case)
    return plan, forecast(plan, 3)


def test_totals_are_sums_of_their_parts(sample: tuple[Any, Forecast]) -> None:
    _, found = sample
    assert found.followed is not None
    for course in (found.nothing, found.followed):
        for before, now in zip(course.years, course.years[1:], strict=False):
            assert now.seats == before.seats + sum(n for _, n in now.opened)
            assert now.team.people == before.team.people - len(now.leaving)
        for m in course.years:
            check_cover(m)


def check_cover(m: Moment) -> None:
    assert m.pool.filled is not None and m.pool.proven
    assert m.pool.filled + sum(n for _, n in m.pool.empty) == m.seats
    if m.bench is not None:
        assert m.bench.cover.filled is not None and m.bench.cover.proven
        assert m.bench.cover.filled + sum(n for _, n in m.bench.cover.empty) == m.seats
        assert m.bench.cover.filled <= m.pool.filled
        assert m.bench.near <= m.bench.listed


def test_year_nought_is_the_plan_itself(sample: tuple[Any, Forecast]) -> None:
    plan, found = sample
    assert found.followed is not None
    nothing, followed = found.nothing.years[0], found.followed.years[0]
    assert (nothing.seats, nothing.pool.filled) == (
        int(plan.seats.vacant.sum()), len(plan.placements))
    assert followed.seats == int(plan.unfilled["seats"].sum())
    by = {m.key: m.value(plan) for m in MEASURES if m.block == "people"}
    assert followed.team.mean_age == pytest.approx(by["mean_age"])
    assert followed.team.young == pytest.approx(by["aged_35_or_less"])
    assert followed.team.college == pytest.approx(by["college_or_more"])
    shown = followed.targets.drop(columns="of")
    assert len(shown) > 4 and shown.equals(plan.targets[list(shown.columns)])
    assert list(nothing.targets["actual"]) == list(plan.targets["before"])


def test_leavers_counted_by_plain_python(sample: tuple[Any, Forecast]) -> None:
    """Every birthday again, with nothing of the model."""
    plan, found = sample
    limits = {p.post: p.max_age for p in plan.case.rows("posts")}
    for m in found.nothing.years[1:]:
        start = dt.date(m.day.year - 1, 12, 31)
        due = set()
        for p in plan.case.rows("incumbents"):
            limit = p.stay_until_age or limits[p.post]
            over = p.birth.date().replace(year=p.birth.year + int(limit) + 1)
            if not p.leaving and start < over <= m.day:
                due.add(p.person)
        assert {one.person for one in m.leaving} == due


def test_a_later_case_shares_nothing_with_the_first(sample: tuple[Any, Forecast]) -> None:
    plan, _ = sample
    later = people_at(plan.case, dt.date(2031, 12, 31))
    assert (later.ages("incumbents") == plan.case.ages("incumbents") + 5).all()
    assert later.fingerprint != plan.case.fingerprint or later.settings != plan.case.settings
