"""Who is there for the seats of a later date, on the sample and by hand."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.case.scenario import load
from planner.errors import RecountError
from planner.model.rule import Breach
from planner.plan import cover as covers
from planner.plan.ahead import people_at, put_in_post
from planner.plan.compare import Entry
from planner.plan.cover import open_seats, pool_cover
from planner.plan.forecast import Forecast, forecast
from planner.plan.forecasts import look_ahead
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.show.forecast_json import forecasts_json
from planner.solver.ladder import Climb
from tests.cases import case
from tests.rules.test_trained import COURSE, town

SCENARIOS = Path(__file__).parent.parent / "scenarios"
CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "20"))
#: All scenarios of the sample with more random cases, else those that move people.
NAMES = ["base", "bachelor_cut.yaml", "school_half.yaml", "young30.yaml"] if CASES <= 20 else [
    "base", *sorted(p.name for p in SCENARIOS.glob("*.yaml"))]


def start(plan: Plan) -> Any:
    return plan.case.settings.as_of


def given(years: int = 2, **tables: Any) -> tuple[Plan, Forecast]:
    """One community with some posts; everybody is a bachelor unless said."""
    settings = {"as_of": "2026-06-30", **tables.pop("settings", {})}
    for name in ("incumbents", "candidates"):
        tables[name] = [{"education": "bachelor", "birth": "1990-01-01", **row}
                        for row in tables.get(name, [])]
    plan = solve(case(
        settings=[{"key": k, "value": v} for k, v in settings.items()],
        communities=[{"community": "C1", "street": "S1"}],
        posts=[{"community": "C1", "kind": "member", "seats": 1, **p}
               for p in tables.pop("posts")], **tables))
    return plan, forecast(plan, years)


# --- year 0 is the plan ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_at_its_own_date_the_pool_covers_what_the_plan_fills(name: str) -> None:
    """As it is solved for any later date; and told post by post."""
    plan = solve(load(SCENARIOS / name)[0].case)
    assert plan.status == "optimal"
    assert bool(len(plan.training)) == (name != "school_half.yaml")
    solved = pool_cover(people_at(plan.case, start(plan)), plan.money)
    assert (solved.filled, solved.proven) == (len(plan.placements), True)
    if name == "school_half.yaml":
        check_year_nought(plan)


def check_year_nought(plan: Plan) -> None:
    found = forecast(plan, 1)
    assert found.followed is not None
    empty = tuple(zip(plan.unfilled["post"], plan.unfilled["seats"], strict=True))
    nothing, followed = found.nothing.years[0].pool, found.followed.years[0].pool
    assert (nothing.filled, nothing.empty) == (len(plan.placements), empty)
    assert (followed.filled, followed.empty) == (0, empty)


# --- training -------------------------------------------------------------------------------------


def test_every_date_has_the_awards_of_the_plan_once() -> None:
    """Two seats need the course, the award pays for one person a year."""
    untrained = [{"candidate": f"K{n}", "training_hours": 8} for n in range(3)]
    plan = solve(town(500, candidates=untrained))
    assert (len(plan.placements), len(plan.training)) == (1, 1)
    found = forecast(plan, 2)
    assert found.followed is not None
    assert [(m.seats, m.pool.filled) for m in found.nothing.years] == [(2, 1)] * 3
    assert [(m.seats, m.pool.filled) for m in found.followed.years] == [(1, 0), (1, 1), (1, 1)]


def test_without_the_award_nobody_is_counted() -> None:
    untrained = [{"candidate": "K0", "training_hours": 8}]
    assert [m.pool.filled for m in forecast(solve(town(400, candidates=untrained)), 1).nothing.years
            ] == [0, 0]


def test_whom_the_plan_trains_keeps_what_the_course_gave() -> None:
    """K1 is trained to be near-term on the bench of J1, whose seat K0 takes; K0 goes in year 1."""
    plan = solve(town(
        500, posts=[{"post": "J1", "max_age": 60}],
        candidates=[{"candidate": "K0", "birth": "1966.01", "ready": "now"},
                    {"candidate": "K1", "ready": "later"}],
        training=[{**COURSE, "gives": "ready=now"}],
        bench=[{"kind": "member", "depth": 1, "near_term_share": "100%"}],
        points=[{"where": "candidate = K0", "points": 5}]))
    assert list(plan.training["candidate"]) == ["K1"]
    found = forecast(plan, 1).followed
    assert found is not None
    assert [(m.seats, m.bench and (m.bench.listed, m.bench.near, m.bench.cover.filled))
            for m in found.years] == [(0, (1, 1, 0)), (1, (1, 1, 1))]


def test_who_is_too_old_for_the_bench_by_then_is_off_it() -> None:
    _, found = given(posts=[{"post": "J1", "max_age": 36, "seats": 1}],
                     incumbents=[{"person": "P1", "post": "J1", "birth": "1999-01-01"}],
                     candidates=[{"candidate": "K1", "birth": "1989-12-01"}],
                     bench=[{"kind": "member", "depth": 1}])
    assert found.followed is not None
    assert [m.bench and m.bench.listed for m in found.followed.years] == [1, 0, 0]


# --- pins, targets, people of several posts -------------------------------------------------------


PINNED: dict[str, Any] = {
    "posts": [{"post": "J1", "max_age": 37}, {"post": "J2", "where": "candidate = K1"}],
    "candidates": [{"candidate": "K1", "birth": "1989-01-01"},
                   {"candidate": "K2", "birth": "1999-01-01"}],
    "pairs": [{"candidate": "K1", "post": "J1", "decision": "pin"}]}


def test_a_pin_holds_until_the_pair_is_no_longer_possible() -> None:
    """Only K1 may take J2 and is pinned to J1, until above its limit in year 1."""
    _, found = given(**PINNED)
    covers = [m.pool for m in found.nothing.years]
    assert [(c.filled, c.empty, c.dropped) for c in covers] == [
        (1, (("J2", 1),), ()), (2, (), (("K1", "J1"),)), (2, (), (("K1", "J1"),))]
    assert found.followed is not None
    assert [m.pool.dropped for m in found.followed.years] == [()] * 3


def test_a_target_of_those_placed_that_must_be_met_binds_later_too() -> None:
    """At most one of 40 or more is placed: K1 and K2 are so from year 1 on."""
    _, found = given(
        posts=[{"post": "J1"}, {"post": "J2"}, {"post": "J3"}],
        incumbents=[{"person": "P1", "post": "J3", "birth": "1970-01-01"}],
        candidates=[{"candidate": k, "birth": "1987-01-01"} for k in ("K1", "K2")],
        targets=[{"target": "old", "group": "age >= 40", "of": "placed", "max_count": 1,
                  "strength": "must"},
                 {"target": "some", "group": "age >= 18", "of": "placed", "min_count": 0}])
    assert [(m.pool.filled, m.pool.set_aside) for m in found.nothing.years] == [
        (2, ()), (1, ()), (1, ())]
    assert found.followed is not None
    assert [sorted(set(m.targets["target"])) for m in found.followed.years] == [
        ["old", "some"], [], []]


def test_a_target_nobody_can_meet_is_set_aside_and_named() -> None:
    """P1 stays and is not young: with K1 young the share is met, a year later never."""
    _, found = given(
        posts=[{"post": "J1", "seats": 2}],
        incumbents=[{"person": "P1", "post": "J1", "birth": "1970-01-01"}],
        candidates=[{"candidate": "K1", "birth": "1991-06-30"}],
        targets=[{"target": "young", "group": "age <= 35", "of": "team", "min_share": "50%",
                  "strength": "must"}])
    assert [(m.pool.status, m.pool.filled, m.pool.set_aside) for m in found.nothing.years] == [
        ("optimal", 1, ()), ("optimal", 1, ("young",)), ("optimal", 1, ("young",))]


def test_who_may_hold_several_posts_stays_in_the_pool_for_the_rest() -> None:
    """K1 may hold two: one of J1 now, then one of J2, never two of J1."""
    plan, found = given(
        posts=[{"post": "J1", "seats": 1, "kind": "instructor", "max_age": 60},
               {"post": "J2", "seats": 1, "kind": "instructor", "max_age": 60}],
        incumbents=[{"person": "P1", "post": "J2", "birth": "1966-01-01"}],
        candidates=[{"candidate": "K1", "capacity": 2}])
    assert len(plan.placements) == 1
    assert found.followed is not None
    assert [(m.seats, m.pool.filled) for m in found.followed.years] == [(0, 0), (1, 1), (1, 1)]
    assert [m.team.people for m in found.followed.years] == [2, 1, 1]
    twice = put_in_post(case(
        settings=[{"key": "as_of", "value": "2026-06-30"}],
        communities=[{"community": "C1", "street": "S1"}],
        posts=[{"post": "J1", "kind": "instructor", "seats": 2}],
        candidates=[{"candidate": "K1", "birth": "1990-01-01", "education": "bachelor",
                     "capacity": 2}]), [("K1", "J1")])
    assert open_seats(twice) == (("J1", 1),) and pool_cover(twice).filled == 0


def test_a_seat_that_stays_empty_is_the_same_one_year_after_year() -> None:
    """One candidate for two posts alike: which of them stays empty is told by the year before."""
    now = given(posts=[{"post": "J1", "min_age": 30}, {"post": "J2", "min_age": 31}],
                candidates=[{"candidate": "K1"}])[0].case
    for kept in ("J1", "J2"):
        assert pool_cover(now, before=((kept, 1),)).empty == ((kept, 1),)


# --- what is asked of an answer -------------------------------------------------------------------


def test_a_cover_the_time_does_not_suffice_for_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, _ = given(posts=[{"post": "J1"}], candidates=[{"candidate": "K1"}])
    climb = covers.Ladder.climb

    def cut(self: Any, limit: float | None) -> Any:
        """What is found by then, nothing of it proven; without time nothing is found."""
        assert limit is not None
        end = climb(self, None)
        cut = tuple(replace(r, cut=True) for r in end.reached)
        return replace(end, status="feasible", reached=cut) if limit else Climb("stopped", end.x[:0])

    monkeypatch.setattr(covers.Ladder, "climb", cut)
    for left, filled in ((60.0, 1), (0.0, None)):
        found = forecast(replace(plan, left=left), 1)
        assert not found.proven and [(m.pool.status, m.pool.filled) for m in found.nothing.years
                                     ] == [("optimal", 1), ("stopped", filled)]


def test_a_cover_that_fails_its_recount_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, _ = given(posts=[{"post": "J1"}], candidates=[{"candidate": "K1"}])
    (scenario, *_) = load(SCENARIOS / "base", "people")
    monkeypatch.setattr(covers, "recount", lambda *_: (Breach("seats", "J1", "2 placed"),))
    with pytest.raises(RecountError):
        forecast(plan, 1)
    (ahead,) = look_ahead([Entry(scenario, plan)], 1)
    assert (ahead.status, ahead.forecast) == ("failed", None) and "J1" in ahead.fault


def test_the_bench_is_counted_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench listing somebody for more than they may hold is found out by the recount."""
    now = given(posts=[{"post": "J1"}, {"post": "J2"}], candidates=[{"candidate": "K1"}])[0].case
    assert covers.bench_cover(now, [("K1", "J1"), ("K1", "J2")]).filled == 1
    monkeypatch.setattr(covers, "_bench_rows", lambda *_: None)
    with pytest.raises(RecountError, match="one_post"):
        covers.bench_cover(now, [("K1", "J1"), ("K1", "J2")])


def test_workers_tell_the_same() -> None:
    (scenario, *_) = load(SCENARIOS / "base", "people")
    entries = [Entry(scenario, given(**tables)[0]) for tables in (
        PINNED, {"posts": [{"post": "J1"}], "candidates": [{"candidate": "K1"}]})]
    here, there = (forecasts_json(look_ahead(entries, 1, workers), 1) for workers in (1, 2))
    assert here == there


def test_a_scenario_without_a_plan_does_not_stop_the_others() -> None:
    (scenario, *_) = load(SCENARIOS / "base", "people")
    plan, _ = given(posts=[{"post": "J1"}], candidates=[{"candidate": "K1"}])
    failed, told = look_ahead([Entry(scenario, None, "lost"), Entry(scenario, plan)], 1)
    assert (failed.status, failed.fault, told.status) == ("failed", "lost", "optimal")
