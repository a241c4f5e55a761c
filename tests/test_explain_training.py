"""Who lacks only what a course gives: what it costs, what is lacking, and that it would do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from planner.case.case import Case
from planner.case.scenario import load
from planner.case.whatif import order, with_orders
from planner.cli import run
from planner.plan.cost import Change, Told, costs
from planner.plan.near import Fee, Step
from planner.plan.solve import solve
from planner.plan.why_not import WhyNot
from planner.show.explain_candidate import candidate_json, show_candidate
from planner.show.explain_post import post_json, show_post
from planner.show.near import steps_text
from planner.show.people_words import Reader
from planner.solver.ladder import Reached
from tests.rules.test_trained import COURSE, POSTS, K, town

HALF = Path(__file__).parent.parent / "scenarios" / "school_half.yaml"
TWO = [{**K[0], "ready": "now"}, {**K[0], "candidate": "K2"}]


def rich(award: int, yuan: int = 5000, **tables: Any) -> Case:
    """As ``town``, but that the district has more to give than the school is entitled to."""
    return with_orders(town(award, **tables), [
        order("payers", "set", {"appropriation_yuan": f"{yuan}元"}, "payer = d", "d")])


def confirm(given: Case, change: Change) -> None:
    """The change, made in the tables and solved from scratch, does it at the cost told."""
    plan = solve(with_orders(given, change.orders))
    assert plan.status == "optimal" and (change.candidate, change.post) in set(
        zip(plan.placements["candidate"], plan.placements["post"], strict=True))
    got = {(r.goal, r.part): r.value for r in plan.goals}
    told = {(c.goal, c.part): c.after for c in change.costs if not c.rank}
    assert {key: got[key] for key in told} == pytest.approx(told, abs=1e-4)


def test_an_award_too_small_is_told_and_so_much_more_would_do() -> None:
    """A course of 500 and an award of 400: 100 are lacking, and with them the seat is filled."""
    given = rich(400)
    why = WhyNot(solve(given))
    (post,) = why.empty
    j = why.posts.index(post)
    (change,) = why.would_fill(j)
    (step,) = change.steps
    assert step.fee == Fee("T", 500, "school", "S1", 400, 400, 100) and step.fee.lacking == 100
    assert change.candidate == "K0" and not change.out
    assert [(c.goal, c.before, c.after) for c in change.costs if c.goal == "fill"] == [
        ("fill", 1, 0)]
    confirm(given, change)
    (same,) = why.would_place(why.candidates.index("K0"))
    assert [s.barrier for s in same.steps] == ["trained"]
    confirm(given, same)
    assert why.fees(j=j) == why.fees(i=0) == [(0, step.fee)]


def test_without_the_money_no_more_is_promised() -> None:
    """The district has no more than the school is entitled to: only the rule can be relaxed."""
    given = town(400)
    why = WhyNot(solve(given))
    (change, *_) = why.would_fill(why.posts.index(next(iter(why.empty))))
    assert [s.barrier for s in change.steps] == ["requirement"]
    confirm(given, change)


def test_what_is_spent_on_others_is_not_left() -> None:
    """700 pay for one of two: 200 are left, 300 lacking."""
    given = rich(700, candidates=TWO)
    why = WhyNot(solve(given))
    assert len(why.empty) == 1
    (change,) = why.would_fill(why.posts.index(next(iter(why.empty))))
    (step,) = change.steps
    assert step.fee == Fee("T", 500, "school", "S1", 700, 200, 300)
    confirm(given, change)


def test_sent_instead_of_somebody_else_where_there_is_one_seat() -> None:
    """The purse pays for one; K2 in place of K0 costs what K0 fits better."""
    given = rich(500, candidates=TWO, posts=POSTS[:1],
                 points=[{"where": "ready = now", "points": 20}])
    why = WhyNot(solve(given))
    assert why.unplaced == ("K2",)
    (change,) = why.would_place(why.candidates.index("K2"))
    assert change.pin and change.out == ("K0",)
    assert [(c.before, c.after) for c in change.costs if c.goal == "fit"] == [(20, 0)]
    confirm(given, change)


def test_the_tightest_of_its_awards_is_told() -> None:
    """What the district school spends is lacking in the street."""
    given = rich(700, candidates=TWO, training=[COURSE, {
        **COURSE, "course": "U", "street": None, "cost_yuan": 600}])
    why = WhyNot(solve(given))
    fees = {fee.course: fee for _, fee in why.fees(j=0)}
    assert {(f.street, f.left) for f in fees.values()} == {("S1", 200), (None, 200)}
    assert fees["U"].raised == 400


def test_steps_say_whether_it_is_lacking() -> None:
    enough, before, lacking = (Step("trained", fee=Fee("T", 12000, "f", street, 9500, left, more))
                               for street, left, more in (("S1", 20000, 0), (None, 9500, 0),
                                                          ("S1", 9500, 2000)))
    for lang in ("zh", "en"):
        texts = [steps_text([s], False, lang, {"f": "党校", "S1": "东街"})
                 for s in (enough, before, lacking)]
        assert len(set(texts)) == 3 and all("党校" in t and "1.20" in t for t in texts)
        assert "0.25" in texts[1] and "0.25" not in texts[0] and "0.20" in texts[2]


def test_of_coverage_the_first_level_that_moves_is_told() -> None:
    before, after = (Told("optimal", (Reached("fairness", 0.5, 0.5, "1"),),
                          levels={"1": levels}) for levels in ((0.5, 0.7, 0.9), (0.5, 0.6, 1.0)))
    (cost,) = costs(before, after)
    assert (cost.rank, cost.before, cost.after, cost.worse) == (2, 0.7, 0.6, 1)


# --- the sample -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def half() -> WhyNot:
    return WhyNot(solve(load(HALF)[-1].case))


def said(show: Callable[[Console], None]) -> str:
    console = Console(file=StringIO(), width=400, record=True)
    show(console)
    return console.export_text()


def test_the_cut_of_the_school_fund_is_why_the_post_is_empty(half: WhyNot) -> None:
    """2,500 are lacking in the award; a standard 2,000 higher fills a seat more."""
    j = half.posts.index("C01-secretary")
    fees = [fee for _, fee in half.fees(j=j)]
    assert fees[0] == Fee("T-S1", 12000, "street_school", "S1", 9500, 9500, 2000)
    assert fees[0].lacking == 2500 and len(fees) == 5
    changes = half.would_fill(j)
    assert [s.fee for s in changes[0].steps] == fees[:1]
    goals = {(c.goal, c.part): c for c in changes[0].costs}
    fill = goals["fill", "3"]
    assert (fill.before, fill.after) == (5, 4) and goals["fairness", "2"].worse > 0
    confirm(half.case, changes[0])
    text = said(lambda console: show_post(
        Reader(half, "zh", False), "C01-secretary", changes, (), console))
    assert "其余须先培训，而拨付经费不够" in text
    assert "缺 0.25 万元，所以不能再培训一人" in text and "标准提高 0.20 万元" in text
    post = post_json(half, "C01-secretary", changes, ())
    assert post["training"][0]["lacking_yuan"] == 2500
    assert post["changes"][0]["steps"][0]["training"]["raised_yuan"] == 2000


def test_a_candidate_only_a_course_away_reads_so(half: WhyNot) -> None:
    text = said(lambda console: show_candidate(
        Reader(half, "en", False), "K022", (), (), console))
    assert "Eligible once trained" in text and "T-S1: 8 posts with a vacant seat" in text
    known = candidate_json(half, "K022", (), ())
    assert [t["course"] for t in known["training"]] == ["T-S1"]
    assert candidate_json(half, "K062", (), ())["training"] == []  # who has a place is not asked


def test_an_answer_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", str(HALF), "--candidate", "K062", "--json", "-q"]) == 0
    (person,) = json.loads(capsys.readouterr().out)["candidates"]
    assert person["placed"][0]["post"] == "C01-deputy"


# --- everybody ------------------------------------------------------------------------------------

#: How many of the candidates of each scenario are asked about; "all" for everyone, in every scenario.
ASKED = os.environ.get("PLANNER_WHY_NOT", "1")
FILES = (*sorted(HALF.parent.glob("*.yaml")), HALF.parent / "base") if ASKED == "all" else (
    HALF.parent / "base",)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everyone_unplaced_and_every_empty_seat_has_an_answer(path: Path) -> None:
    """Each confirmed by solving the changed case, money and people, from scratch."""
    given = load(path)[-1].case
    why = WhyNot(solve(given))
    if ASKED == "all":
        people, seats = why.unplaced, tuple(why.empty)
    else:
        people, seats = why.unplaced[:: len(why.unplaced) // int(ASKED)], ()
    for code in people:
        change = next(iter(why.would_place(why.candidates.index(code))), None)
        assert change is not None, code
        confirm(given, change)
    for post in seats:
        change = next(iter(why.would_fill(why.posts.index(post))), None)
        assert change is not None, post
        confirm(given, change)
        left = solve(with_orders(given, change.orders)).unfilled.set_index("post")["seats"]
        assert int(left.get(post, 0)) < why.empty[post]
