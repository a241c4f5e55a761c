"""Mistakes a clerk makes, seen when the program was tried as one would use it."""

from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.plan.measures import carried_above_ceiling, mean_coverage
from planner.plan.solve import solve
from tests.cases import case, money


def problems(**tables: Any) -> list[Any]:
    with pytest.raises(InputError) as raised:
        case(**tables)
    return list(raised.value.problems)


POSTS: dict[str, Any] = {
    "settings": [{"key": "as_of", "value": "2026-12-31"}],
    "communities": [{"community": "C1", "street": "S1"}],
    "posts": [{"post": "J1", "community": "C1", "kind": "member", "seats": 1}],
    "candidates": [{"candidate": "K1", "name": "萧晓", "birth": "1990.01",
                    "education": "bachelor"}],
}


def test_two_streets_short_at_once_are_answered_together() -> None:
    e = {"S1-A": 1000, "S2-B": 1000}
    given = money(e, 0, {"S1": 600, "S2": 700}, fund={"floor": "100%"}, shares=[
        {"fund": "f", "level": "street", "min_share": "100%", "max_share": "100%"}])
    plan = solve(given)
    by = {(g.rule, g.of): (g.by, g.together) for g in plan.must_give}
    # the floor of the one fund is the only rule that answers both streets: at 60 % for both
    assert by["floor", "f"] == (pytest.approx(800), False)
    two = solve(case(
        communities=[{"community": c, "street": s} for c, s in (("A", "S1"), ("B", "S2"))],
        funds=[{"fund": f, "payee": "community", "floor": "100%", "where": f"community = {c}"}
               for f, c in (("a", "A"), ("b", "B"))],
        standards=[{"fund": f, "amount_yuan": 1000} for f in ("a", "b")],
        payers=[{"payer": f"p{s}", "level": "street", "street": s, "appropriation_yuan": yuan}
                for s, yuan in (("S1", 600), ("S2", 700))]))
    assert two.status == "infeasible" and all(g.together for g in two.must_give)
    assert sum(g.by or 0 for g in two.must_give) == pytest.approx(700)



def test_shares_that_cannot_add_up_to_the_whole_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        money({"S1-A": 1000}, 1000, {"S1": 1000}, shares=[
            {"fund": "f", "level": "district", "min_share": "30%", "max_share": "30%"},
            {"fund": "f", "level": "street", "min_share": "60%", "max_share": "60%"}])
    assert [p.code for p in raised.value.problems] == ["shares_below_one"]


def test_a_name_typed_for_a_code_is_not_repeated() -> None:
    found = problems(**POSTS, kin=[{"person": "K1", "other": "萧晓"}])
    assert [p.code for p in found] == ["unknown_code"]
    assert all("萧晓" not in p.text(lang) for p in found for lang in ("zh", "en"))


def test_a_persons_name_is_no_condition() -> None:
    found = problems(**POSTS, points=[{"where": "name = 萧晓", "points": 1}])
    assert [p.code for p in found] == ["condition_unknown_column"]
    assert all("萧晓" not in p.text(lang) for p in found for lang in ("zh", "en"))


def test_a_surplus_of_one_covers_nobody_else() -> None:
    given = case(
        communities=[{"community": c, "street": "S1"} for c in ("A", "B")],
        funds=[{"fund": "f", "payee": "community"}],
        standards=[{"fund": "f", "amount_yuan": 1000}],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": 0}],
        last_year=[{"payee": "A", "fund": "f", "amount_yuan": 0, "carried_yuan": 5000}])
    plan = solve(given)
    assert mean_coverage(plan) == 0.5
    assert carried_above_ceiling(plan) == 1  # and it is said that A gets no new money
