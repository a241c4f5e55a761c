"""Both who are asked what a change does give the answer of the changed case solved from scratch."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.whatif import order, with_orders
from planner.model.people.pool import eligible, seats_of
from planner.plan import askers
from planner.plan.again import Reply
from planner.plan.askers import Anew, Asker, Kept, asker_for, is_large
from planner.plan.cost import costs
from planner.plan.near import near_person
from planner.plan.priced import priced
from planner.plan.relaxing import must_order, orders_of, pin_order
from planner.plan.solve import solve
from planner.plan.why_not import WhyNot
from tests.rules.tools import people
from tests.test_pricing import given, large

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "4"))
Goals = dict[tuple[str, str], float]


def goals(reply: Reply) -> Goals | None:
    return {(r.goal, r.part): round(r.value, 4) for r in reply.goals} if reply.solved else None


def scratch(known: Case, orders: Sequence[Order] = ()) -> Goals | None:
    plan = solve(with_orders(known, orders))
    if plan.people is None:
        return None
    return {(r.goal, r.part): round(r.value, 4) for r in plan.goals}


def both(known: Case) -> tuple[Asker, Asker]:
    plan = solve(known)
    assert plan.people is not None
    held = frozenset((c, p) for c, p, _ in plan.people.placed)
    return Kept(known, held, False), Anew(known, held, plan)


@pytest.fixture(params=[False, True])
def pricing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pairs of small cases listed, then priced as those of large ones are."""
    if request.param:
        monkeypatch.setattr(askers, "priced", lambda case, **more: priced(case, above=0, **more))


@pytest.mark.parametrize("seed", range(CASES))
def test_pins_relaxations_and_seats_are_as_from_scratch(seed: int, pricing: None) -> None:
    rng = random.Random(5000 + seed)
    known = given(rng, 5)
    n, m = len(known.rows("candidates")), len(known.rows("posts"))
    kept, anew = both(known)
    first = scratch(known)
    assert goals(kept.base) == goals(anew.base) == first
    for i in rng.sample(range(n), min(2, n)):
        who = known.rows("candidates")[i].candidate
        wanted = scratch(known, [must_order(known, 1, f'candidate = "{who}"')])
        assert goals(kept.placed(i)) == goals(anew.placed(i)) == wanted
        open_ = [j for j in range(m) if eligible(known)[i, j] and seats_of(known).vacant[j]]
        for j in open_[:2]:
            wanted = scratch(known, [pin_order(known, i, j)])
            assert goals(kept.pinned(i, j)) == goals(anew.pinned(i, j)) == wanted
        for near in near_person(known, i, 1) if not open_ else ():
            orders = list(orders_of(known, near.steps, i, near.post))
            one, two = kept.changed(orders), anew.changed(orders)
            assert one is not None and two is not None
            assert goals(one.base) == goals(two.base) == scratch(known, orders)
            wanted = scratch(known, [*orders, pin_order(known, i, near.post)])
            assert goals(one.pinned(i, near.post)) == goals(two.pinned(i, near.post)) == wanted
    j = rng.randrange(m)
    if kept.alike_posts(j) == (j,):
        code = known.rows("posts")[j].post
        wanted = scratch(known, [must_order(
            known, int(seats_of(known).vacant[j]), where=f'post = "{code}"')])
        assert goals(kept.filled(j, 0)) == goals(anew.filled(j, 0)) == wanted


def test_a_pin_taken_back_and_what_does_not_stand(pricing: None) -> None:
    known = people([{"post": "J1"}], [{"candidate": "K1"}, {"candidate": "K2", "ready": "now"}],
                   points=[{"where": "ready = now", "points": 20}],
                   pairs=[{"candidate": "K1", "post": "J1", "decision": "pin"}])
    for asker in both(known):
        (moved,) = [c for c in costs(asker.unpinned(0, 0), asker.base) if c.worse]
        assert (moved.goal, moved.before, moved.after) == ("fit", 20, 0)
        assert not asker.pinned(1, 0).solved
        assert asker.changed([order("posts", "set", {"seats": "x"})]) is None


def test_among_equals_the_plan_asked_about_is_kept(pricing: None) -> None:
    known = people([{"post": f"J{n}"} for n in range(3)],
                   [{"candidate": f"K{n}", "joined": f"201{n}-01"} for n in range(8)])
    plan = solve(known)
    assert plan.people is not None
    before = frozenset((c, p) for c, p, _ in plan.people.placed)
    free = next(i for i in range(8) if f"K{i}" not in {c for c, _ in before})
    after = Anew(known, before, plan).pinned(free, 1)
    assert len(before & after.placed) == 2 and [r.goal for r in after.goals] == ["fill", "fit"]


def test_an_earlier_plan_of_the_users_own_is_the_one_held_on_to() -> None:
    known = people([{"post": "J1"}], [{"candidate": f"K{n}"} for n in range(3)]).keeping(
        {("K2", "J1")})
    asker = Anew(known, frozenset({("K0", "J1")}), None)
    assert asker.base.placed == {("K2", "J1")} and asker.base.value("steady", "") == 0
    assert asker.pinned(0, 0).value("steady", "") == 1


def blocked(**more: Any) -> Case:
    """So many pairs that they are priced; posts and people that one barrier keeps apart."""
    return with_orders(large(2500, 60, kin=15), [
        order("posts", "set", {"max_age": "21"}, "post in (J0003, J0010)", "a"),
        order("posts", "set", {"min_education": "博士"}, "post = J0004", "b"),
        order("candidates", "set", {"willing": "secretary"}, "candidate = K00010", "c"),
        order("candidates", "set", {"birth": "1967.05"}, "candidate = K00030", "d")])


def test_a_large_case_has_an_answer_for_every_empty_seat_and_it_is_confirmed() -> None:
    known = blocked()
    why = WhyNot(solve(known))
    assert is_large(known) and isinstance(asker_for(why.plan), Anew)
    assert set(why.empty) == {"J0003", "J0004", "J0010"}
    for post, empty in why.empty.items():
        (change,) = why.would_fill(why.posts.index(post))
        plan = solve(with_orders(known, change.orders))
        assert change.steps and (change.candidate, post) in set(
            zip(plan.placements["candidate"], plan.placements["post"], strict=True))
        assert dict(plan.unfilled[["post", "seats"]].values.tolist()).get(post, 0) < empty
        told = {(c.goal, c.part): c.after for c in change.costs}
        assert told == pytest.approx({(r.goal, r.part): r.value for r in plan.goals})


def test_a_large_case_has_an_answer_for_who_is_kept_out() -> None:
    known = blocked()
    why = WhyNot(solve(known))
    for code, barrier in (("K00010", "unwilling"), ("K00030", "too_old"), (why.unplaced[0], "")):
        (change,) = why.would_place(why.candidates.index(code))
        assert [s.barrier for s in change.steps] == [barrier][:len(barrier)]
        plan = solve(with_orders(known, change.orders))
        assert plan.status == "optimal" and (code, change.post) in set(
            zip(plan.placements["candidate"], plan.placements["post"], strict=True))
        assert len(change.out) <= 2 >= len(change.into)  # nobody else is moved for nothing
