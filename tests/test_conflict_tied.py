"""What clashes where training ties people to money: by hand, and against every choice there is.

Random tiny cases in which too much must be: pins, targets and floors, with courses that pay for
people out of awards. Which sets of rules can hold together is found by trying all placements,
lists, people trained and awards.
"""

from __future__ import annotations

import io
import os
import random
from dataclasses import replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import pytest
from rich.console import Console

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.case.whatif import order, with_orders
from planner.errors import InputError
from planner.model.asked import asked
from planner.plan.plan import Plan
from planner.plan.remedy import mended
from planner.plan.solve import solve
from planner.plan.turns import TURNS
from planner.show.explain_conflict import explain_conflict
from planner.solver.elastic import FACTS
from planner.words import say
from tests.cases import case
from tests.rules.test_trained import COURSE, town
from tests.test_brute_bench import OWN, REFUSED, Pairs
from tests.test_random_joint import Joint, Sent, joint_tables

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "10"))
Name = tuple[str, str]
UNTRAINED = [{"candidate": f"K{n}", "training_hours": 0} for n in range(2)]
BOTH = {"target": "t", "group": "age >= 0", "of": "placed", "min_count": 2, "strength": "must"}


def clash(plan: Plan) -> set[Name]:
    assert plan.status == "infeasible" and plan.money is None and plan.people is None
    return {(m.rule, m.of) for m in plan.clash}


def told(plan: Plan) -> list[dict[Name, tuple[int, str]]]:
    """Each repair, solved again: what its rules give."""
    found = mended(plan)
    assert all(solve(one.case).status == "optimal" for one in found)
    return [{(g.rule, g.of): (g.by, g.unit) for g in one.gives} for one in found]


# --- by hand --------------------------------------------------------------------------------------


def test_a_target_that_needs_more_training_than_the_payer_has() -> None:
    """Two courses of 500; the school is entitled to 1000 and the district has 800."""
    given = town(1000, candidates=UNTRAINED, targets=[dict(BOTH)])
    assert solve(given).status == "optimal"
    poor = with_payer(given, 800)
    plan = solve(poor)
    assert clash(plan) == {("appropriation", "d"), ("target", "t/district"),
                           ("training", "school/S1")}
    assert told(plan) == [{("target", "t/district"): (1, "people")},
                          {("appropriation", "d"): (200, "yuan")}]


def with_payer(given: Case, yuan: int) -> Case:
    return with_orders(given, [order("payers", "set", {"appropriation_yuan": f"{yuan}元"})])


def test_a_pin_that_needs_training_the_purse_cannot_pay() -> None:
    pins = [{"candidate": "K0", "post": "J1", "decision": "pin"}]
    given = town(500, candidates=UNTRAINED, pairs=pins)
    plan = solve(given)
    assert plan.people is not None and plan.people.trained == (("K0", "T"),)
    plan = solve(with_payer(given, 400))
    assert clash(plan) == {("appropriation", "d"), ("pin", "J1"), ("training", "school/S1")}
    assert told(plan) == [{("pin", "J1"): (1, "people")}, {("appropriation", "d"): (100, "yuan")}]


def test_what_a_school_is_entitled_to_may_be_too_little_for_any_payer() -> None:
    """The ceiling is what clashes: the payer has plenty."""
    plan = solve(with_payer(town(900, candidates=UNTRAINED, targets=[dict(BOTH)]), 5000))
    assert clash(plan) == {("ceiling", "school"), ("target", "t/district"),
                           ("training", "school/S1")}
    assert {("target", "t/district"): (1, "people")} in told(plan)


def test_a_bench_that_must_be_is_loosened_to_what_there_can_be() -> None:
    """Counted on the lists, not among those placed."""
    target = {**BOTH, "of": "bench", "min_count": 3}
    plan = solve(town(1000, [COURSE], candidates=UNTRAINED, posts=[
        {"post": "J1", "vacant": 0, "where": "training_hours >= 56"}],
        bench=[{"kind": "member", "depth": 2}], targets=[target]))
    assert clash(plan) == {("target", "t/district")}
    (one,) = mended(plan)
    assert [(c.column, c.old, c.new) for c in one.changes] == [("min_count", "3", "2")]


def test_the_purse_is_told_as_what_cannot_be_relaxed() -> None:
    plan = solve(with_payer(town(1000, candidates=UNTRAINED, targets=[dict(BOTH)]), 800))
    scenario = Scenario("t", "", "", "", plan.case, (), plan.case)
    for lang, words in (("zh", "本身没有可以放宽的数"), ("en", "no figure of its own")):
        console = Console(width=120, record=True, file=io.StringIO())
        explain_conflict(scenario, "", lang, False).show(console)
        text = console.export_text()
        assert text.count(words) == 1 and say("rule.training", lang) in text


# --- against every choice -------------------------------------------------------------------------


class Loose(Joint):
    """Every choice the facts allow, and which rules each breaks."""

    def seated(self, plan: Pairs) -> bool:
        return self.has_room(plan)

    def listed(self, plan: Pairs) -> bool:
        return self.within_lists(plan)

    def breaks(self, placed: Pairs, listed: Pairs) -> frozenset[Name]:
        out = {("pin", j) for i, j in self.pins if (i, j) not in placed}
        for r in self.t["kin"]:
            both = self.homes(r["person"], placed) & self.homes(r["other"], placed)
            out |= {("kin", home) for home in both}
        for plan, of in ((placed, {"placed", "team"}), (listed, {"bench"})):
            out |= {("target", f"{t}/{unit}") for t, unit, miss in self.misses(plan, "must", of)
                    if miss > 1e-9}
        return frozenset(out)

    @cached_property
    def choices(self) -> list[tuple[Sent, list[frozenset[Name]]]]:
        """Who is trained, and the smallest sets of people's rules that are then broken."""
        every = [(p, q, self.breaks(p, q)) for p in self.placements() for q in self.lists()
                 if self.beside(p, q)]
        out = []
        for sent in self.sent():
            broken = {b for p, q, b in every if self.allows(sent, p, q)}
            out.append((sent, [b for b in broken if not any(a < b for a in broken)]))
        return out

    def possible(self, kept: frozenset[Name]) -> bool:
        return any(self.paid(sent, kept) for sent, broken in self.choices
                   if any(b.isdisjoint(kept) for b in broken))

    def paid(self, sent: Sent, kept: frozenset[Name]) -> bool:
        """Whether awards can pay the training under the rules of money that are kept."""
        plenty, money = 10**6, self.money
        loose = replace(
            money,
            full=tuple(e if ("ceiling", "school") in kept else plenty for e in money.full),
            least=tuple(a if ("floor", "school") in kept else Fraction() for a in money.least),
            payers=tuple((p, y if ("appropriation", p) in kept else plenty, s)
                         for p, y, s in money.payers))
        needs = self.needs(sent)
        held = {s: yuan for s, yuan in needs.items()
                if ("training", f"school/{s}" if s else "school") in kept}
        return next(loose.corners({None: 0, **held}), None) is not None


def crowded(rng: random.Random) -> tuple[Case, Loose]:
    """A tiny case in which most targets must be met, with up to two pins and little money."""
    tables = joint_tables(rng)
    for target in tables["targets"]:
        target["strength"] = rng.choice(["must", "must", "should"])
    for payer in tables["payers"]:
        payer["appropriation_yuan"] //= rng.choice([1, 1, 4])
    draft = Loose(tables)
    able = [(i, j) for i, j in draft.ok if draft.vacant[j]]
    barred = {(r["candidate"], r["post"]) for r in tables["pairs"]}
    tables["pairs"] += [{"candidate": i, "post": j, "decision": "pin"}
                        for i, j in rng.sample(able, min(len(able), rng.randint(0, 2)))
                        if (i, j) not in barred]
    return case(OWN, **tables), Loose(tables)


def infeasible(rng: random.Random) -> tuple[Case, Loose, frozenset[Name]]:
    """A crowded case that has no plan, and the rules it has."""
    for _ in range(200):
        try:
            given, plain = crowded(rng)
            names = frozenset((r.rule, r.of) for r in asked(given, "joint").model.rows
                              if r.rule not in FACTS)
        except InputError as error:
            assert {p.code for p in error.problems} <= REFUSED | {"pin_without_seat"}
            continue
        if not plain.possible(names):
            return given, plain, names
    raise AssertionError("nothing drawn clashes")


@pytest.mark.parametrize("seed", range(CASES))
def test_the_clash_is_minimal_and_repairs_are_the_smallest(seed: int) -> None:
    given, plain, names = infeasible(random.Random(f"tied {seed}"))
    possible = cache(plain.possible)
    plan = solve(given)
    members = frozenset(clash(plan))
    assert members <= names and not possible(members)
    assert all(possible(members - {one}) for one in members)
    able = sorted(name for name in names if name[0] in TURNS)
    sets = smallest(able, lambda some: possible(names - frozenset(some)))
    assert bool(plan.repairs) == bool(sets)
    for repair in plan.repairs:
        assert tuple(sorted((g.rule, g.of) for g in repair.gives)) in sets
    assert len(plan.repairs) == min(3, len(sets))
    found = mended(plan)
    assert len(found) == len(plan.repairs)
    assert all(solve(one.case).status == "optimal" for one in found)


def smallest(able: list[Name], enough: Any) -> list[tuple[Name, ...]]:
    """The sets of fewest rules without which the rest can hold."""
    for size in range(1, len(able) + 1):
        if found := [some for some in combinations(able, size) if enough(some)]:
            return found
    return []
