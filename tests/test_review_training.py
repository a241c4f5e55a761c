"""Reviewing a list of placements some of which need training: who pays, and what is lacking.

Random lists are held against every set of people trained and every placement there is.
"""

from __future__ import annotations

import csv
import io
import os
import random
from pathlib import Path

import pytest
from rich.console import Console

from planner.case.case import Case
from planner.case.draft import Draft, read_draft
from planner.case.scenario import load, read_case
from planner.errors import InputError
from planner.plan.plan import Plan
from planner.plan.review import Review, review
from planner.plan.solve import solve
from planner.show.review import as_json, show
from tests.rules.test_trained import COURSE, K, town
from tests.test_random_joint import Joint, Sent, drawn
from tests.test_training import shared

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "15"))
BASE = Path(__file__).parent.parent / "scenarios" / "base"
Pair = tuple[str, str]


def reviewed(given: Case, *placed: Pair) -> Review:
    return review(given, Draft("list.csv", "people", placed=tuple(sorted(placed))))


def behind(found: Review) -> dict[str, float]:
    out: dict[str, float] = {}
    for d in found.distances:
        out[d.draft.goal] = out.get(d.draft.goal, 0.0) + (d.behind or 0.0)
    return out


def test_who_lacks_only_a_course_breaks_nothing_where_the_award_pays_it() -> None:
    found = reviewed(town(500), ("K0", "J1"), ("K1", "J2"))
    assert found.broken == () and found.people_changes == ()
    assert [(n.candidate, n.course, n.cost, n.posts) for n in found.needed] == [
        ("K0", "T", 500, ("J1",))]
    assert set(behind(found).values()) == {0.0}


@pytest.mark.parametrize(("award", "lacking"), [(400, 100), (500, None)])
def test_what_the_purse_lacks_is_the_breach_in_yuan(award: int, lacking: int | None) -> None:
    found = reviewed(town(award), ("K0", "J1"), ("K1", "J2"))
    assert [(b.rule, b.of, b.by, b.unit) for b in found.broken] == (
        [("training", "school/S1", lacking, "yuan")] if lacking else [])
    assert found.people_changes == ((("K0", ("J1",), ()),) if lacking else ())


def test_a_list_that_keeps_the_rules_and_spends_what_fairness_would_not() -> None:
    """The even part of either school is 400, the course costs 500: it can be paid, at a price."""
    given = shared(800, [1000, 1000], [1], [500], ["floor", "fairness", "fill"])
    found = reviewed(given, ("K0", "J0"))
    assert found.broken == () and found.plan.people is not None and not found.plan.people.placed
    assert behind(found) == pytest.approx({"floor": 0, "fairness": 0.1, "fill": -1})


def test_the_district_purse_and_those_of_streets_lack_together_once() -> None:
    """Two courses of 500 in one street whose school may get 600, the fund as a whole no more."""
    given = shared(600, [600], [1, 1], [500, 500], ["floor", "fill"])
    found = reviewed(given, ("K0", "J0"), ("K1", "J1"))
    assert [(b.of, b.by) for b in found.broken] == [("school/S1", 400)]


def test_a_course_is_not_overfull() -> None:
    people = [K[0], {**K[0], "candidate": "K1"}]
    found = reviewed(town(1000, [{**COURSE, "max_people": 1}], candidates=people),
                     ("K0", "J1"), ("K1", "J2"))
    assert [(b.rule, b.of) for b in found.broken] == [("trained", "T")]
    assert len(found.people_changes) == 1


def test_what_no_course_gives_is_still_the_barrier() -> None:
    posts = [{"post": "J1", "where": "training_hours >= 56", "max_age": 30}]
    found = reviewed(town(posts=posts), ("K0", "J1"))
    assert {(b.rule, b.kind) for b in found.broken} == {
        ("eligible", "too_old"), ("eligible", "requirement")}
    assert found.needed == ()


def test_a_list_says_nothing_of_the_bench() -> None:
    """A bench that must be is not asked of the list, only that there can be one beside it."""
    target = {"target": "t", "of": "bench", "group": "age >= 0", "min_count": 1,
              "strength": "must"}
    given = town(bench=[{"kind": "member", "depth": 1}], posts=[{"post": "J1"}], candidates=[
        *K, {**K[0], "candidate": "K2"}], targets=[dict(target)])
    assert reviewed(given, ("K0", "J1")).broken == ()
    found = reviewed(given, ("K0", "J1"), ("K1", "J1"))
    assert {b.rule for b in found.broken} == {"seats"} and len(found.people_changes) == 1
    alone = town(bench=[{"kind": "member", "depth": 1}], posts=[{"post": "J1"}],
                 candidates=[K[1]], targets=[dict(target)])
    found = reviewed(alone, ("K1", "J1"))
    assert [(b.rule, b.of, b.kind) for b in found.broken] == [
        ("target", "t/district", "bench_beside")]
    assert found.people_changes == (("K1", ("J1",), ()),)


# --- the sample district ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> Plan:
    return solve(read_case(BASE))


def placed_in(plan: Plan) -> list[Pair]:
    assert plan.people is not None
    return [(c, p) for c, p, _ in plan.people.placed]


def test_the_plan_of_the_sample_reviewed_breaks_nothing_and_is_the_best(sample: Plan) -> None:
    placed = placed_in(sample)
    assert sample.people is not None
    trained = {c for c, _ in sample.people.trained} & {c for c, _ in placed}
    found = reviewed(sample.case, *placed)
    assert found.broken == () and found.people_changes == ()
    assert {n.candidate for n in found.needed} == trained != set()
    off = {g: d for g, d in behind(found).items() if g in ("fill", "targets", "fit", "floor")}
    assert set(off.values()) == {0.0}
    assert all(d.draft.value == d.plan for d in found.distances)
    one = min(trained)
    fewer = reviewed(sample.case, *(p for p in placed if p[0] != one))
    assert fewer.broken == () and one not in {n.candidate for n in fewer.needed}
    assert behind(fewer)["fill"] == 1


def test_half_the_school_fund_lacks_the_rest_of_the_courses(sample: Plan, tmp_path: Path) -> None:
    half = next(s.case for s in load(BASE.parent / "school_half.yaml") if s.changes)
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("编号", "岗位"), *placed_in(sample)])
    found = review(half, read_draft(path, half))
    told = as_json(found, "half", "en")
    assert {(b["rule"], b["by"], b["unit"]) for b in told["broken"]} == {("training", 2000, "yuan")}
    assert {t["cost_yuan"] for t in told["training"]} == {12000}
    assert all(t["cell"] and t["posts"] for t in told["training"])
    assert told["repair"]["training"] == [] and told["repair"]["moved_people"] == len(
        told["training"])
    for lang, word in (("zh", "培训班 T-S1（12,000 元）"), ("en", "training T-S1 (12,000 yuan)")):
        console = Console(width=120, record=True, file=io.StringIO())
        show(found, "half", lang, console)
        text = console.export_text()
        assert word in text
        assert not any(c.name in text for c in half.rows("candidates") if c.name)


# --- every choice tried -------------------------------------------------------------------------


def trainings(plain: Joint, placed: tuple[Pair, ...]) -> list[Sent]:
    """The sets of people trained that open what a course can open of these placements."""
    wanted = set(placed) & set(plain.ok)
    return [s for s in plain.sent() if wanted <= plain.untrained.union(
        *(plain.opens.get(k, frozenset()) for k in s))]


def payable(plain: Joint, sent: Sent) -> bool:
    return next(plain.money.corners(plain.needs(sent)), None) is not None


@pytest.mark.parametrize("seed", range(CASES))
def test_random_lists_against_every_choice(seed: int) -> None:
    """Training is broken just where no choice is payable; the repair keeps the most there can be."""
    rng = random.Random(f"list {seed}")
    while True:
        try:
            given, plain, _ = drawn(rng)
            every = [(i, j) for i in plain.cand for j in plain.post]
            draft = tuple(sorted(rng.sample(every, min(rng.randint(1, 3), len(every)))))
            found = reviewed(given, *draft)
            break
        except InputError:
            continue
    some = trainings(plain, draft)
    broken = {b.rule for b in found.broken}
    if any(payable(plain, s) for s in plain.sent()):  # money alone has a plan
        assert bool(broken & {"training", "trained"}) == (
            not any(payable(plain, s) for s in some))
    assert {b.of for b in found.broken if b.rule == "eligible"} == {
        f"{i}/{j}" for i, j in draft if (i, j) not in plain.ok}
    plans = [set(p) for s in plain.sent() if payable(plain, s)
             for p, q, _ in plain.plans if plain.allows(s, p, q)]
    if not plans:
        assert found.plan.status == "infeasible" and found.fixed_people is None
        return
    assert found.fixed_people is not None and found.proven
    kept = {(c, p) for c, p, _ in found.fixed_people.placed}
    assert kept in plans
    assert len(kept & set(draft)) == max(len(p & set(draft)) for p in plans)
    assert bool(found.people_changes) == bool(found.broken)


