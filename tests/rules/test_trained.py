"""Who lacks what only a course gives is placed once trained, and courses have places."""

from __future__ import annotations

from typing import Any

from planner.case.case import Case
from planner.model.people.rules import PeoplePart
from planner.model.people.training import courses_of, trained_recount, trained_rows
from planner.model.people.variables import people_variables
from planner.model.rule import Model
from planner.plan.solve import solve
from tests.cases import Rows, case

K = [{"candidate": "K0", "training_hours": 8, "ready": "later"},
     {"candidate": "K1", "training_hours": 60, "ready": "later"}]
POSTS = [{"post": "J1", "where": "training_hours >= 56"},
         {"post": "J2", "where": "training_hours >= 56"}]
COURSE = {"course": "T", "street": "S1", "fund": "school", "cost_yuan": 500,
          "gives": "training_hours=56"}


def town(award: int = 1000, training: Rows | None = None, posts: Any = POSTS, candidates: Any = K,
         **tables: Any) -> Case:
    """One street whose school is entitled to ``award`` yuan, and the district pays all of it."""
    born = {"birth": "1990.01", "education": "bachelor"}
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": "C1", "street": "S1"}],
        funds=[{"fund": "school", "payee": "street"}],
        standards=[{"fund": "school", "amount_yuan": award}],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": award}],
        posts=[{"community": "C1", "kind": "member", "seats": 1, **p} for p in posts],
        candidates=[{**born, **c} for c in candidates],
        training=[dict(COURSE)] if training is None else [dict(t) for t in training], **tables)


def test_rows_read_by_eye() -> None:
    """K0 may take J1 or J2 only if trained; K1 needs nothing and has no row."""
    given = town(training=[{**COURSE, "max_people": 1}])
    v = people_variables(given, Model())
    rows = list(trained_rows(given, v))
    t = v.trained[0, 0]
    assert [(dict(r.terms)[t], r.high, r.of) for r in rows] == [
        (1.0, 1.0, "T"), (-1.0, 0.0, "K0"), (-1.0, 0.0, "K0")]
    assert {v.y[0, 0], v.y[0, 1]} == {j for r in rows[1:] for j, _ in r.terms} - {t}


def test_it_bites() -> None:
    """Without the course one of the two seats stays empty."""
    plan = solve(town())
    assert plan.people is not None and plan.people.trained == (("K0", "T"),)
    assert len(plan.placements) == 2 and list(plan.placements["trained"]) == [True, False]
    assert len(solve(town(training=[])).placements) == 1


def test_nobody_is_trained_for_nothing() -> None:
    plan = solve(town(candidates=[K[1], {**K[1], "candidate": "K2"}, K[0]]))
    assert plan.people is not None and plan.people.trained == ()


def test_a_course_has_so_many_places() -> None:
    untrained = [{**K[0], "candidate": f"K{n}"} for n in range(2)]
    for most, placed in ((1, 1), (2, 2)):
        plan = solve(town(1000, [{**COURSE, "max_people": most}], candidates=untrained))
        assert len(plan.placements) == placed


def test_who_may_attend() -> None:
    assert len(solve(town(training=[{**COURSE, "where": "candidate = K1"}])).placements) == 1


def test_nobody_unlearns() -> None:
    (course,) = courses_of(town(training=[{**COURSE, "gives": "training_hours=57"}]))
    assert course.opens.tolist() == [[True, True], [False, False]]


def test_near_term_by_training() -> None:
    """A third of the list near-term: with nobody near-term nobody is listed, unless trained."""
    course = {**COURSE, "gives": "ready=now"}
    tables = {"bench": [{"kind": "member", "depth": 2, "near_term_share": "1/2", "lists_each": 2}]}
    tables["bench"][0]["near_term_share"] = "50%"
    posts = [{"post": "J1", "vacant": 0}]
    assert len(solve(town(1000, [course], posts, **tables)).bench) == 2
    assert len(solve(town(400, [course], posts, **tables)).bench) == 0  # no money for anyone


def test_recount_rejects_false_claims() -> None:
    given = town(training=[{**COURSE, "max_people": 1, "where": "candidate = K0"}])
    said = [PeoplePart((), trained=claim) for claim in (
        (("K0", "T"),), (("K1", "T"),), (("K0", "T"), ("K0", "T")), (("K0", "U"),))]
    assert [bool(list(trained_recount(given, part))) for part in said] == [
        False, True, True, True]


def test_recount_needs_the_training() -> None:
    """A pair that only training opens is a breach without it."""
    from planner.plan.recount import recount

    given, placed = town(), (("K0", "J1", 0.0),)
    money = solve(given).money
    assert {b.rule for b in recount(given, money, PeoplePart(placed))} == {"eligible"}
    assert not recount(given, money, PeoplePart(placed, trained=(("K0", "T"),)))
