"""Random tiny cases with everything at once against every choice there is, goal by goal.

Benches, all forms of targets, kin, pins and bars, people of several posts, an earlier plan, courses
paid from the awards of a fund of schools, and the goals of money and people in any order.

Whoever is trained, money and people are then free of each other. So all is tried: every set of
people trained; for each, all placements and lists, and for money the least awards it needs, with
the best of its goals at a corner, found with fractions. ``PLANNER_RANDOM_CASES`` sets how many
cases are drawn.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import pytest

from planner.case.case import Case
from planner.errors import InputError
from planner.model.blocks import DEFAULT_GOALS
from planner.plan.plan import Plan
from planner.plan.solve import solve
from tests.cases import case
from tests.test_brute_bench import OWN, REFUSED, Pairs, Plain, Table, got, random_tables

CASES = int(os.environ.get("PLANNER_RANDOM_CASES", "25"))
MONEY = ("floor", "fairness", "coverage", "steady", "thrift")
PEOPLE = ("fill", "targets", "bench", "fit", "steady")
Vector = tuple[float, ...]
Award = tuple[Fraction, ...]  # yuan by school
Sent = frozenset[tuple[str, str]]  # (candidate, course)


# --- drawing ------------------------------------------------------------------------------------


def joint_tables(rng: random.Random) -> dict[str, list[Table]]:
    """A tiny case of people, and one or two schools whose awards pay its courses."""
    tables = random_tables(rng, most_posts=2, most_people=3)
    for post in tables["posts"]:
        post["where"] = rng.choice(["training_hours >= 56", None])
    for person in tables["candidates"]:
        person["training_hours"] = rng.choice([0, 0, 60, None])
    streets = rng.choice([["S1"], ["S1", "S2"], ["S1", "S2"]])
    full = {s: rng.randrange(400, 1600, 100) for s in streets}
    own = {s: rng.randrange(0, 900, 50) for s in streets if rng.random() < 0.4}
    fund = {"fund": "school", "payee": "street", "floor": rng.choice([None, None, "20%", "50%"]),
            "where": None if len(streets) == 2 else "street = S1"}
    if rng.random() < 0.3:  # branch schools in the communities
        fund["payee"] = "community"
    code = {s: s if fund["payee"] == "street" else f"C{s[1]}" for s in streets}
    return tables | {
        "settings": [*tables["settings"], {"key": "step_yuan", "value": "1元"}],
        "funds": [fund],
        "standards": [{"fund": "school", "where": f"street = {s}", "amount_yuan": yuan}
                      for s, yuan in full.items()],
        "payers": [
            {"payer": "d", "level": "district", "order": rng.randint(1, 2),
             "appropriation_yuan": rng.randrange(0, sum(full.values()) + 300, 50)},
            *({"payer": f"p{s}", "level": "street", "street": s, "order": rng.randint(1, 2),
               "appropriation_yuan": yuan} for s, yuan in own.items())],
        "last_year": [{"payee": code[s], "fund": "school",
                       "amount_yuan": rng.randrange(0, yuan + 200, 50)}
                      for s, yuan in full.items() if rng.random() < 0.6],
        "training": courses(rng, streets)}


def courses(rng: random.Random, streets: list[str]) -> list[Table]:
    return [{
        "course": f"T{n}", "street": rng.choice([*streets, None]), "fund": "school",
        "cost_yuan": rng.randrange(100, 900, 50), "max_people": rng.choice([None, None, 1]),
        "gives": rng.choice(["training_hours=56", "ready=now", "training_hours=56, ready=now"]),
        "where": rng.choice([None, None, "education >= bachelor"]),
    } for n in range(rng.randint(1, 2))]


def ranking(rng: random.Random) -> tuple[str, ...]:
    """The default, or some goals of both halves in any order; who pays comes last."""
    if rng.random() < 0.25:
        return DEFAULT_GOALS
    every = sorted({*MONEY, *PEOPLE})
    some = rng.sample(every, rng.randint(3, len(every)))
    return (*some, "payer_order") if rng.random() < 0.5 else tuple(some)


def drawn(rng: random.Random) -> tuple[Case, Joint, tuple[str, ...]]:
    tables = joint_tables(rng)
    draft = Joint(tables)
    able = [(i, j) for i, j in draft.ok if draft.vacant[j]]
    if able and rng.random() < 0.2:
        i, j = rng.choice(able)
        tables["pairs"].append({"candidate": i, "post": j, "decision": "pin"})
    earlier = tuple(p for p in draft.ok if rng.random() < 0.3) if rng.random() < 0.5 else ()
    order = ranking(rng)
    if order != DEFAULT_GOALS:
        tables["goals"] = [{"rank": n, "goal": g} for n, g in enumerate(order, 1)]
    return case(OWN, **tables).keeping(earlier), Joint(tables, earlier), order


# --- people: who is trained may be placed and listed where a course lets them -------------------


class Joint(Plain):
    """The case read again plainly: ``ok`` are the pairs there may be once people are trained."""

    def __init__(self, tables: dict[str, list[Table]], earlier: Pairs = ()) -> None:
        super().__init__(tables)
        self.earlier, self.money = earlier, Purse.of(tables)
        self.untrained = frozenset(self.ok)
        self.course = {c["course"]: c for c in tables["training"]}
        self.opens: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
        self.readies: set[tuple[str, str]] = set()
        for (i, c), (n, course) in itertools.product(self.cand.items(), self.course.items()):
            if course["where"] and c["education"] != "bachelor":
                continue
            if "56" in course["gives"]:
                after = c | {"training_hours": max(c["training_hours"] or 0, 56)}
                self.opens[i, n] = frozenset(
                    (i, j) for j, p in self.post.items() if self.may(after, p)) - self.untrained
            if "ready" in course["gives"] and c["ready"] != "now":
                self.readies.add((i, n))
        self.ok = sorted(self.untrained.union(*self.opens.values()))

    def may(self, c: Table, p: Table) -> bool:
        return super().may(c, p) and (p["where"] is None or (c["training_hours"] or 0) >= 56)

    def near_enough(self, plan: Pairs, readied: frozenset[str] | None = None) -> bool:
        every = frozenset(i for i, _ in self.readies)
        return super().near_enough(plan, every if readied is None else readied)

    def sent(self) -> Iterator[Sent]:
        """Every set of people on courses that have room."""
        useful = sorted({k for k, pairs in self.opens.items() if pairs} | self.readies)
        for bits in itertools.product((0, 1), repeat=len(useful)):
            some = frozenset(k for k, on in zip(useful, bits, strict=True) if on)
            if all(sum(n == course for _, n in some) <= (row["max_people"] or 9)
                   for course, row in self.course.items()):
                yield some

    def needs(self, sent: Sent) -> dict[str | None, int]:
        """Yuan by street, and in all (``None``)."""
        out: dict[str | None, int] = {None: 0}
        for _, n in sent:
            yuan, street = self.course[n]["cost_yuan"], self.course[n]["street"]
            out[None] += yuan
            if street:
                out[street] = out.get(street, 0) + yuan
        return out

    def allows(self, sent: Sent, placed: Pairs, listed: Pairs) -> bool:
        open_ = self.untrained.union(*(self.opens.get(k, frozenset()) for k in sent))
        return {*placed, *listed} <= open_ and self.near_enough(
            listed, frozenset(i for i, n in sent if (i, n) in self.readies))

    def parts(self, placed: Pairs, listed: Pairs) -> dict[str, Vector]:
        """Each goal of people, least is best; ``last`` is the fit of those listed."""
        a, b = self.of_plan(placed, self.earlier), self.of_lists(listed)
        return {goal: tuple(round(sum(figures), 6) for figures in zip(
            *(half[goal] for half in (a, b) if goal in half), strict=True)) for goal in {**a, **b}}

    @cached_property
    def plans(self) -> list[tuple[Pairs, Pairs, dict[str, Vector]]]:
        lists = list(self.lists())
        return [(p, q, self.parts(p, q)) for p in self.placements() for q in lists
                if self.beside(p, q)]


# --- money: one or two schools, every corner of what they may get -------------------------------


@dataclass(frozen=True)
class Purse:
    """What schools are entitled to, at least get and got (``None``: unknown); who has how much."""

    streets: tuple[str, ...]
    full: tuple[int, ...]
    least: tuple[Fraction, ...]
    last: tuple[int | None, ...]
    payers: tuple[tuple[str, int, str | None], ...]  # in order: code, yuan, street

    @staticmethod
    def of(tables: dict[str, list[Table]]) -> Purse:
        full = {row["where"][-2:]: row["amount_yuan"] for row in tables["standards"]}
        floor = Fraction(int((tables["funds"][0]["floor"] or "0%")[:-1]), 100)
        last = {"S" + row["payee"][1]: row["amount_yuan"] for row in tables["last_year"]}
        payers = sorted(tables["payers"], key=lambda p: (p["order"], p["payer"]))
        return Purse(tuple(full), tuple(full.values()), tuple(floor * e for e in full.values()),
                     tuple(last.get(s) for s in full), tuple(
                         (p["payer"], p["appropriation_yuan"], p.get("street")) for p in payers))

    def most(self, award: Award, payers: tuple[tuple[str, int, str | None], ...]) -> Fraction:
        """The most these payers can pay of an award together."""
        at = dict(zip(self.streets, award, strict=True))
        mine = sum((min(at[s], Fraction(yuan)) for _, yuan, s in payers if s), Fraction())
        return min(sum(award, Fraction()), mine + sum(y for _, y, s in payers if not s))

    def pays(self, award: Award, needs: dict[str | None, int]) -> bool:
        enough = all(max(low, needs.get(s, 0)) <= a <= full for s, a, low, full in zip(
            self.streets, award, self.least, self.full, strict=True))
        return (enough and sum(award) >= needs[None]
                and self.most(award, self.payers) == sum(award))

    def parts(self, award: Award) -> dict[str, Vector]:
        """Each goal of money, least is best."""
        covered = sorted(a / e for a, e in zip(award, self.full, strict=True))
        half = sum(2 * min(a, Fraction(e, 2)) + max(a - Fraction(e, 2), Fraction())
                   for a, e in zip(award, self.full, strict=True))
        paid = [self.most(award, self.payers[: n]) for n in range(len(self.payers) + 1)]
        return {"floor": (0.0,), "fairness": tuple(-float(q) for q in covered),
                "coverage": (-float(half / sum(self.full) / Fraction(3, 2)),),
                "steady": (float(sum(abs(a - h) for a, h in zip(award, self.last, strict=True)
                                     if h is not None)),),
                "thrift": (float(sum(award)),),
                "payer_order": tuple(float(a - b) for a, b in itertools.pairwise(paid))}

    def corners(self, needs: dict[str | None, int]) -> Iterator[Award]:
        """Awards where lines cross at which a rule or a goal turns, and every rule holds."""
        d = sum(y for _, y, s in self.payers if not s)
        own = {s: y for _, y, s in self.payers if s}
        lines = []  # one coefficient a school, and the sum
        n = len(self.streets)
        for k, s in enumerate(self.streets):
            unit = tuple(Fraction(k == m) for m in range(n))
            at = (0, self.least[k], needs.get(s, 0), self.full[k], Fraction(self.full[k], 2),
                  self.last[k] or 0, own.get(s, 0), d, d + own.get(s, 0))
            lines += [(unit, Fraction(v)) for v in at]
        whole = tuple(Fraction(1) for _ in range(n))
        some = [sum(c) for m in range(n + 1) for c in itertools.combinations(own.values(), m)]
        lines += [(whole, Fraction(v)) for v in (needs[None], d, *(d + y for y in some))]
        if n == 2:
            lines.append(((Fraction(1, self.full[0]), Fraction(-1, self.full[1])), Fraction()))
        found = {meet(some) for some in itertools.combinations(sorted(set(lines)), n)}
        yield from sorted(a for a in found if a is not None and self.pays(a, needs))


def meet(lines: Any) -> Award | None:
    """The point of one line, or of two that cross."""
    if len(lines) == 1:
        ((a,), v), = lines
        return (v / a,)
    ((a, b), v), ((c, e), w) = lines
    det = a * e - b * c
    return ((v * e - b * w) / det, (a * w - v * c) / det) if det else None


# --- both ---------------------------------------------------------------------------------------


def ranked(order: tuple[str, ...], money: dict[str, Vector], people: dict[str, Vector]) -> Vector:
    return tuple(figure for goal in order for half in (money, people)
                 for figure in half.get(goal, ()))


def ties(order: tuple[str, ...], plain: Joint) -> tuple[str, ...]:
    """What decides among people after all that is ranked, before the cheapest training."""
    after = ("steady", "bench") if plain.standard else ("steady",)
    return (*(goal for goal in after if goal not in order), "last")


def evenly(order: tuple[str, ...]) -> bool:
    """Whether payers spread evenly, the last part of a ranked goal, may tell amounts apart, and so
    decide before any tie; the corners tried here know nothing of it."""
    return "payer_order" in order and "fairness" not in order[: order.index("payer_order")]


def best(plain: Joint, order: tuple[str, ...]) -> Vector | None:
    """The best of all goals in their order, then of ties; ``None`` when no rules can be kept."""
    after = ties(order, plain)
    plans = sorted(plain.plans, key=lambda p: ranked((*order, *after), {}, p[2]))
    found = []
    for sent in plain.sent():
        needs = plain.needs(sent)
        awards = [plain.money.parts(a) for a in plain.money.corners(needs)]
        people = next((of for p, q, of in plans if plain.allows(sent, p, q)), None)
        if awards and people is not None:
            money = min(awards, key=lambda of: ranked(order, of, {}))
            found.append((*ranked(order, money, people), *last(plain, after, people, sent)))
    return min(found, default=None)


def last(plain: Joint, after: tuple[str, ...], people: dict[str, Vector], sent: Sent) -> Vector:
    return (*ranked(after, {}, people), float(plain.needs(sent)[None] or 0))


@pytest.mark.parametrize("seed", range(CASES))
def test_every_goal_equals_the_best_of_every_choice(seed: int) -> None:
    rng = random.Random(f"joint {seed}")
    for _ in range(50):
        try:
            agrees(*drawn(rng))
            return
        except InputError as error:
            assert {p.code for p in error.problems} <= REFUSED
    pytest.fail("nothing drawn passes the door")


def agrees(given: Case, plain: Joint, order: tuple[str, ...]) -> None:
    wanted, plan = best(plain, order), solve(given)
    if wanted is None:
        assert plan.status == "infeasible" and plan.people is None and plan.money is None
        return
    assert plan.status == "optimal" and plan.people is not None
    placed, listed = got(plan, "placements"), got(plan, "bench")
    assert plain.seated(placed) and plain.listed(listed) and plain.beside(placed, listed)
    sent = frozenset(plan.people.trained)
    assert sent in set(plain.sent()) and plain.allows(sent, placed, listed)
    award, paid = awards(plan, plain)
    assert plain.money.pays(paid, plain.needs(sent))
    assert all(abs(a - b) < 1 for a, b in zip(award, paid, strict=True))
    money, people = plain.money.parts(award), plain.parts(placed, listed)
    mine = ranked(order, money, people)
    if evenly(order):
        wanted = wanted[: len(mine)]
    else:
        mine = (*mine, *last(plain, ties(order, plain), people, sent))
    assert mine == pytest.approx(wanted, abs=1e-3)
    assert told(plan, order) == pytest.approx(
        {goal: figure(goal, money, people) for goal in order if goal in {*MONEY, *PEOPLE}}, abs=1e-3)


def told(plan: Plan, order: tuple[str, ...]) -> dict[str, float]:
    """What the plan says of its goals, over all their parts; each proven."""
    assert all(r.proven for r in plan.goals)
    return {goal: sum(r.value for r in plan.goals if r.goal == goal and r.part != "fit")
            for goal in order if goal in {*MONEY, *PEOPLE}}


def figure(goal: str, money: dict[str, Vector], people: dict[str, Vector]) -> float:
    """The same counted here: of fairness the lowest coverage."""
    parts = (*money.get(goal, ()), *people.get(goal, ()))
    most = goal in ("fairness", "coverage", "fit")
    return -parts[0] if most else sum(parts)


def awards(plan: Plan, plain: Joint) -> tuple[Award, Award]:
    """Yuan by school as the goals want it, and as it is paid: in whole yuan."""
    paid = dict(zip(plan.allocations["payee"], plan.allocations["allocation_yuan"], strict=True))
    wanted = {payee: yuan for (payee, _), yuan in plan.trace.wanted.items()}
    both = ([Fraction(of.get(s, of.get(f"C{s[1]}", 0))) for s in plain.money.streets]
            for of in (wanted, paid))
    first, second = map(tuple, both)
    return first, second


# --- what decides among people comes after what is ranked ---------------------------------------


def two_schools(goals: list[str], **tables: Any) -> Case:
    """Schools of 600 and 1000 and 700 yuan for both; one seat, for whom either would train at 500."""
    born = {"birth": "1990.01", "education": "bachelor"}
    hours = {**born, "training_hours": 0}
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}, {"key": "step_yuan", "value": "1元"}],
        communities=[{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S2"}],
        funds=[{"fund": "school", "payee": "street"}],
        standards=[{"fund": "school", "where": f"street = {s}", "amount_yuan": yuan}
                   for s, yuan in (("S1", 600), ("S2", 1000))],
        payers=[{"payer": "d", "level": "district", "appropriation_yuan": 700}],
        posts=[{"post": "J1", "community": "C1", "kind": "member", "seats": 1,
                "where": "training_hours >= 56"},
               {"post": "J2", "community": "C1", "kind": "deputy", "seats": 1}],
        candidates=[{**hours, "candidate": f"K{n}", "community": f"C{n}", "willing": "member"}
                    for n in (1, 2)] + [
            {**born, "candidate": f"L{n}", "willing": "deputy"} for n in (1, 2)],
        training=[{"course": f"T{n}", "street": f"S{n}", "cost_yuan": 500,
                   "gives": "training_hours=56", "where": f"candidate = K{n}"} for n in (1, 2)],
        goals=[{"rank": n, "goal": g} for n, g in enumerate(goals, 1)], **tables)


def test_whom_to_train_among_equals_is_decided_by_the_fairness_it_leaves() -> None:
    """Trained in the larger school the other is left a third; by code it would be a fifth."""
    plan = solve(two_schools(["floor", "fill", "fairness"],
                             bench=[{"kind": "deputy", "depth": 1}]))
    assert plan.people is not None and plan.people.trained == (("K2", "T2"),)
    assert [r.value for r in plan.goals if r.goal == "fairness"] == [pytest.approx(1 / 3)]


def test_a_plan_kept_to_counts_beside_a_bench() -> None:
    given = two_schools(["floor", "fill", "fairness", "bench", "steady"],
                        bench=[{"kind": "deputy", "depth": 1}])
    for kept in ("L1", "L2"):
        plan = solve(given.keeping([(kept, "J2")]))
        assert not plan.apart and (kept, "J2") in got(plan, "placements")
