"""An infeasible case names the fewest rules that clash, and what each must give, by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from planner.case.case import Case
from planner.model.laws import laws_of
from planner.plan.remedy import mended, nearest
from planner.plan.solve import solve
from tests.cases import amounts
from tests.rules.tools import funds, must_give, payer, people

E = {"S1-A": 1000, "S1-B": 1000}


@dataclass(frozen=True)
class Clash:
    """``given`` with its tables, what must give, and the tables without each rule's data."""

    given: dict[str, Any]
    gives: dict[tuple[str, str], float | None]
    without: dict[str, dict[str, Any]] = field(default_factory=dict)


def money(e: dict[str, int] = E, district: int = 2000, street: int | None = None,
          fund: dict[str, Any] | None = None, **tables: Any) -> Case:
    pay = [payer("d", district, order=1, funds=tables.pop("earmark", None))]
    more = [] if street is None else [payer("pS1", street, order=2)]
    second = tables.pop("second", None)
    return funds(e, pay + more, fund or {}, *([second] if second else []), **tables)


MOST_60 = [{"fund": "f", "level": "district", "max_share": "60%"}]
LEAST_60 = [{"fund": "f", "level": "district", "min_share": "60%"}]
MONEY: dict[str, Clash] = {
    # 80 % of 2000 is 1600
    "floor above the appropriation": Clash(
        {"district": 1000, "fund": {"floor": "80%"}},
        {("appropriation", "d"): 600, ("floor", "f"): 600},
        {"appropriation": {"district": 9000}, "floor": {"fund": {}}}),
    # 900 + 500 are protected
    "last year above the appropriation": Clash(
        {"district": 1000, "fund": {"keep_last_year": "100%"}, "last": {"S1-A": 900, "S1-B": 500}},
        {("appropriation", "d"): 400, ("keep_last_year", "f"): 400},
        {"appropriation": {"district": 9000}, "keep_last_year": {"fund": {}}}),
    # the street must carry 40 % of 2000 = 800 and has 500; 500 is 40 % of 1250
    "share above what the street has": Clash(
        {"street": 500, "fund": {"floor": "100%"}, "shares": MOST_60},
        {("appropriation", "pS1"): 300, ("share", "f/district"): 300, ("floor", "f"): 750},
        {"appropriation": {"street": 9000}, "share": {"shares": []}, "floor": {"fund": {}}}),
    # the district may pay g alone, so its least part of f is 60 % of the floor's 1000
    "share against an earmark": Clash(
        {"street": 9000, "fund": {"floor": "50%"}, "shares": LEAST_60, "earmark": "g",
         "second": {"fund": "g", "priority": 2}},
        {("share", "f/district"): 600, ("floor", "f"): 1000},
        {"share": {"shares": []}, "floor": {"fund": {}}}),
    # 1600 kept of last year, growth aside; the ceiling leaves 1000
    "last year above the ceiling": Clash(
        {"fund": {"ceiling": "50%", "keep_last_year": "100%"},
         "last": {"S1-A": 800, "S1-B": 800}},
        {("ceiling", "f"): 600, ("keep_last_year", "f"): 600},
        {"ceiling": {"fund": {"keep_last_year": "100%"}},
         "keep_last_year": {"fund": {"ceiling": "50%"}}}),
    "floor above the envelope": Clash(
        {"fund": {"floor": "50%", "envelope_max_yuan": 700}},
        {("floor", "f"): 300, ("envelope", "f"): 300},
        {"floor": {"fund": {"envelope_max_yuan": 700}}, "envelope": {"fund": {"floor": "50%"}}}),
    # 220 a community is 200 in whole steps, against 500
    "floor above what may grow": Clash(
        {"fund": {"floor": "50%", "grow_at_most": "10%"}, "last": {"S1-A": 200, "S1-B": 200}},
        {("floor", "f"): 600, ("growth", "f"): 600},
        {"floor": {"fund": {"grow_at_most": "10%"}}, "growth": {"fund": {"floor": "50%"}}}),
}

K = [{"candidate": "K0"}, {"candidate": "K1"}]
POSTS = [{"post": "J1"}, {"post": "J2", "kind": "deputy"}]
PINS = [{"candidate": "K0", "post": p, "decision": "pin"} for p in ("J1", "J2")]
MUST = {"target": "t", "group": "age <= 40", "of": "placed", "strength": "must"}
PEOPLE: dict[str, Clash] = {
    "more than there are": Clash(
        {"targets": [{**MUST, "min_count": 4}]},
        {("target", "t/district"): 2},
        {"target": {"targets": []}}),
    "two pins of one person": Clash(
        {"pairs": PINS}, {("pin", "J1"): 1, ("pin", "J2"): 1}, {"pin": {"pairs": PINS[:1]}}),
    "kin pinned together": Clash(
        {"pairs": [PINS[0], {"candidate": "K1", "post": "J2", "decision": "pin"}],
         "kin": [{"person": "K0", "other": "K1"}]},
        {("kin", "C1"): 1, ("pin", "J1"): 1, ("pin", "J2"): 1},
        {"kin": {"kin": []}, "pin": {"pairs": PINS[:1]}}),
    "at most and at least": Clash(
        {"targets": [{**MUST, "min_count": 2}, {**MUST, "target": "u", "max_count": 1}]},
        {("target", "t/district"): 1, ("target", "u/district"): 1},
        {"target": {"targets": [{**MUST, "min_count": 2}]}}),
    "a pin against a target": Clash(
        {"pairs": PINS[:1], "targets": [{**MUST, "max_count": 0}]},
        {("pin", "J1"): 1, ("target", "t/district"): 1},
        {"pin": {"pairs": []}, "target": {"targets": []}}),
}


def council(posts: Any = POSTS, candidates: Any = K, **tables: Any) -> Case:
    return people([dict(p) for p in posts], [dict(c) for c in candidates], **tables)


@pytest.mark.parametrize("name", MONEY)
def test_money_by_hand(name: str) -> None:
    clash = MONEY[name]
    assert must_give(solve(money(**clash.given))) == pytest.approx(clash.gives)


@pytest.mark.parametrize("name", [n for n in PEOPLE if n != "more than there are"])
def test_people_by_hand(name: str) -> None:
    clash = PEOPLE[name]
    assert must_give(solve(council(**clash.given))) == pytest.approx(clash.gives)


def test_more_people_than_seats_or_candidates() -> None:
    """Two candidates, two seats, four wanted: the target is named and short by two."""
    assert must_give(solve(council(**PEOPLE["more than there are"].given)))[
        "target", "t/district"] == 2


@pytest.mark.parametrize(("name", "rule"), [(n, r) for n, c in MONEY.items() for r in c.without])
def test_money_without_any_one_of_them_has_a_plan(name: str, rule: str) -> None:
    clash = MONEY[name]
    assert rule in {r for r, _ in clash.gives}
    assert solve(money(**{**clash.given, **clash.without[rule]})).status == "optimal"


@pytest.mark.parametrize(("name", "rule"), [(n, r) for n, c in PEOPLE.items() for r in c.without])
def test_people_without_any_one_of_them_has_a_plan(name: str, rule: str) -> None:
    clash = PEOPLE[name]
    assert solve(council(**{**clash.given, **clash.without[rule]})).status == "optimal"


@pytest.mark.parametrize("clash", list(MONEY.values()))
def test_each_rule_of_a_money_clash_can_be_taken_out(clash: Clash) -> None:
    assert {r for r, _ in clash.gives} == set(clash.without)


@pytest.mark.parametrize(("more", "status"), [(599, "infeasible"), (600, "optimal")])
def test_what_is_named_is_just_enough(more: int, status: str) -> None:
    plan = solve(money(district=1000 + more, fund={"floor": "80%"}))
    assert plan.status == status
    if status == "optimal":
        assert amounts(plan) == {"S1-A": 800, "S1-B": 800}


def test_a_rule_that_does_not_clash_is_not_named() -> None:
    """The envelope, the ceiling and the street's purse are all there and all innocent."""
    plan = solve(money(district=1000, street=100, fund={
        "floor": "80%", "envelope_max_yuan": 1900, "ceiling": "90%"}))
    assert set(must_give(plan)) == {
        ("appropriation", "d"), ("appropriation", "pS1"), ("floor", "f")}


def test_both_halves_may_clash_at_once() -> None:
    from tests.cases import case
    plan = solve(case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": "C1", "street": "S1", "residents": 1000}],
        funds=[{"fund": "f", "payee": "community", "floor": "100%"}],
        standards=[{"fund": "f", "amount_yuan": 1, "per": "residents"}],
        payers=[payer("d", 400)],
        posts=[{"post": "J1", "kind": "member", "seats": 1, "community": "C1"}],
        candidates=[{"candidate": "K0", "birth": "1990.01", "education": "bachelor"}],
        targets=[{**MUST, "min_count": 2}]))
    found = must_give(plan)
    assert found["appropriation", "d"] == found["floor", "f"] == 600
    assert found["target", "t/district"] == 1


# --- laws, repairs, the nearest plan ----------------------------------------------------------


def repairs(plan: Any) -> list[dict[tuple[str, str], int]]:
    return [{(g.rule, g.of): g.by for g in one.gives} for one in mended(plan)]


def test_a_law_is_named_and_never_asked_to_give() -> None:
    plan = solve(money(district=1000, fund={"floor": "80%", "law": "保底"}))
    assert [(m.rule, m.law) for m in plan.clash] == [("appropriation", False), ("floor", True)]
    assert must_give(plan) == {("appropriation", "d"): 600, ("floor", "f"): None}
    assert repairs(plan) == [{("appropriation", "d"): 600}]


def test_laws_that_clash_leave_nothing_to_propose() -> None:
    plan = solve(money(district=2000, fund={
        "floor": "80%", "envelope_max_yuan": 1000, "law": "floor, envelope"}))
    assert {(m.rule, m.law) for m in plan.clash} == {("floor", True), ("envelope", True)}
    assert set(must_give(plan).values()) == {None} and plan.repairs == () == mended(plan)


def test_every_table_can_say_what_is_law() -> None:
    given = money(street=9000, fund={"law": "封顶、增幅上限"}, shares=[{**MOST_60[0], "law": "是"}])
    assert laws_of(given) == {("ceiling", "f"), ("growth", "f"), ("share", "f/district")}
    paid = funds(E, [payer("d", 100, law="yes"), payer("pS1", 100)])
    assert laws_of(paid) == {("appropriation", "d")}
    target = council(targets=[{**MUST, "min_count": 1, "law": "yes", "scope": "community"},
                              {**MUST, "target": "u", "min_count": 1}])
    assert laws_of(target) == {("target", "t/C1")}


def test_a_repair_is_told_as_it_was_put_into_the_tables() -> None:
    """3 % stay back, so 600 more to spend are 619 more appropriated: 1,650 of which 1,600."""
    paid = [payer("d", 1031, contingency="3%")]
    plan = solve(funds(E, paid, {"floor": "80%"}))
    less, more = mended(plan)  # the least total first
    assert [(c.column, c.old, c.new) for c in less.changes] == [("floor", "80%", "50%")]
    assert [(c.column, c.old, c.new) for c in more.changes] == [
        ("appropriation_yuan", "1031", "1650")]
    assert (less.total, more.total) == (600, 619)
    assert nearest(mended(plan)).plan.status == "optimal"  # type: ignore[union-attr]


def test_whole_steps_are_part_of_a_repair() -> None:
    """333 each are 400 in whole steps, 1,200 of 1,000: the floor goes to 30 %, not just below."""
    given = funds({f"S1-{c}": 1000 for c in "ABC"}, [payer("d", 1000)], {"floor": "33.3%"})
    plan = solve(given)
    assert repairs(plan) == [{("floor", "f"): 99}, {("appropriation", "d"): 200}]
    assert [c.new for c in mended(plan)[0].changes] == ["30%"]


@pytest.mark.parametrize("yuan", [1199, 1200])
def test_a_yuan_less_than_told_is_not_enough(yuan: int) -> None:
    given = funds({f"S1-{c}": 1000 for c in "ABC"}, [payer("d", yuan)], {"floor": "33.3%"})
    assert solve(given).status == ("optimal" if yuan == 1200 else "infeasible")


def test_two_clashes_apart_need_two_rules() -> None:
    """Each fund has its own payer; of four pairs the three with the least total are shown."""
    plan = solve(funds(
        {"S1-A": 1000}, [payer("d", 700, funds="f"), payer("e", 600, funds="g")],
        {"fund": "f", "floor": "100%"}, {"fund": "g", "floor": "100%", "law": "floor"}))
    assert repairs(plan) == [
        {("appropriation", "d"): 300, ("appropriation", "e"): 400},
        {("appropriation", "e"): 400, ("floor", "f"): 300}]
    assert all(g.together for g in plan.must_give)


def test_a_share_moves_to_the_part_that_is_needed() -> None:
    plan = solve(money(**MONEY["share above what the street has"].given))
    moved = {c.column: (c.old, c.new) for m in mended(plan) for c in m.changes}
    assert moved["max_share"] == ("60%", "75%") and moved["floor"] == ("100%", "60%")


def test_people_are_told_in_people() -> None:
    plan = solve(council(**PEOPLE["more than there are"].given))
    (one,) = mended(plan)
    assert [(g.by, g.unit) for g in one.gives] == [(2, "people")]
    assert [(c.column, c.old, c.new) for c in one.changes] == [("min_count", "4", "2")]
    kin = solve(council(**PEOPLE["kin pinned together"].given))
    assert {(c.table, c.key, c.new) for m in mended(kin) for c in m.changes} == {
        ("kin", "K0/K1", ""), ("pairs", "K0/J1", ""), ("pairs", "K1/J2", "")}
