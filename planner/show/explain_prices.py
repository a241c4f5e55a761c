"""``planner explain --prices`` and ``--rule``: what rules, money and standards are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from planner.case.asking import nearest
from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.errors import InputError, UsageError
from planner.plan.compare import Entry
from planner.plan.plan import Plan
from planner.plan.price import Price, Pricing, paid, prices
from planner.plan.price_tied import pricings
from planner.plan.solve import solve
from planner.plan.without import without
from planner.show.answer import Answer
from planner.show.format import difference, names_of, wan
from planner.show.prices import (
    Names,
    figures,
    goal_title,
    head,
    label,
    move_cell,
    price_json,
    price_table,
    verdict,
)
from planner.show.table import Col, Headings, line, print_table
from planner.show.trust import trust
from planner.solver.watch import Tell, silent
from planner.words import LANGUAGES, catalogue, say

KINDS = ("rule", "payer", "standard")


def explain_prices(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """Every rule dropped, every payer given 1 万元 more, every standard raised a step."""
    case = scenario.case
    found = prices(case, pricings(case, solve(case, time_limit, tell=tell)), tell)
    answer = head(scenario, "optimal" if found else "infeasible") | {
        "prices": [price_json(p) for p in found]}

    def show(console: Console) -> None:
        line(console, say("price.title", lang, scenario=scenario.name), "bold")
        if not found:
            line(console, say("price.no_plan", lang))
            return
        line(console, say("price.note", lang), "dim")
        heading = Headings(console, lang)
        for kind in KINDS:
            mine = [p for p in found if p.kind == kind]
            if mine:
                heading(say(f"price.{kind}s", lang))
            for half in dict.fromkeys(p.half for p in mine):
                _kind(kind, [p for p in mine if p.half == half], case, lang, console)

    return Answer(answer, show, {"prices": price_table(found)}, 0 if found else 4)


# --- one rule ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shift:
    """What one payee gets with the rule and without it, in yuan."""

    payee: str
    before: int
    after: int


@dataclass(frozen=True)
class Dropped:
    """The plan with a rule and without it: money by payee, placements gone and new.

    ``settled`` is false when the amounts are those before rounding.
    """

    shifts: tuple[Shift, ...]
    gone: tuple[tuple[str, str], ...] = ()
    new: tuple[tuple[str, str], ...] = ()
    settled: bool = True


def explain_rule(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """What ``rule`` or ``rule:of`` costs, and who gains and loses by dropping it.

    Raises ``UsageError`` for a rule the case does not state.
    """
    case = scenario.case
    base = solve(case, time_limit, tell=tell)
    rule, pricing = _asked(case, asked, base)
    if pricing.base.status not in ("optimal", "feasible") or base.status == "infeasible":
        return _no_plan(scenario, base, lang)
    price = pricing.drop(rule)
    dropped = _dropped(pricing, price, base)
    answer = head(scenario, base.status) | {
        "rule": rule, **price_json(price), "settled": dropped.settled,
        "moves_by_payee": [{"payee": s.payee, "before_yuan": s.before, "after_yuan": s.after,
                            "difference_yuan": s.after - s.before} for s in dropped.shifts],
        "placements_gone": [{"candidate": c, "post": p} for c, p in dropped.gone],
        "placements_new": [{"candidate": c, "post": p} for c, p in dropped.new]}

    def show(console: Console) -> None:
        names = names_of(case)
        line(console, say("price.rule_title", lang, scenario=scenario.name,
                          rule=label(price, case, names, lang)), "bold")
        line(console, say("price.note", lang), "dim")
        _goals(price, names, lang, console)
        if pricing.block.people is not None:
            _placed(dropped, names, lang, console)
        if pricing.block.money is not None:
            _who(dropped, names, lang, console)

    shifts = [[s.payee, s.before, s.after, s.after - s.before] for s in dropped.shifts]
    heads = ["payee", "before_yuan", "after_yuan", "difference_yuan"]
    return Answer(answer, show, {"prices": price_table([price]), "payees": (heads, shifts)})


def _asked(case: Case, asked: str, plan: Plan) -> tuple[str, Pricing]:
    """The rule asked for, by code or by its words, and the half of the case that states it."""
    name, colon, of = asked.replace("：", ":").partition(":")
    words = {catalogue(lang)[key]: key.removeprefix("rule.") for lang in LANGUAGES
             for key in catalogue(lang) if key.startswith("rule.")}
    rule = words.get(name, name) + colon + of
    halves = pricings(case, plan)
    for pricing in halves:
        if pricing.states(rule):
            return rule, pricing
    every = list(dict.fromkeys(r for pricing in halves for r in pricing.rules))
    short = list(dict.fromkeys(r.partition(":")[0] for r in every))
    close = nearest(rule, [*every, *short]) or every[0]
    raise UsageError("no_such_rule", value=asked, nearest=close, rules=short)


def _no_plan(scenario: Scenario, plan: Plan, lang: str) -> Answer:
    def show(console: Console) -> None:
        line(console, say("price.no_plan", lang))
        trust([Entry(scenario, plan)], lang, console)

    return Answer(head(scenario, "infeasible") | {"prices": []}, show, code=4)


def _dropped(pricing: Pricing, price: Price, base: Plan) -> Dropped:
    """Both plans settled; where no case states the rule's absence, the amounts before rounding."""
    try:
        plan = solve(without(pricing.case, price.of))
    except (KeyError, InputError):
        plan = None
    if plan is None or plan.status == "infeasible":
        before = paid(pricing.block, pricing.base)
        return Dropped(_shifts({k: round(v) for k, v in before.items()},
                               {k: round(v) for k, v in price.paid.items()}), settled=False)
    was, now = (set(zip(p.placements["candidate"], p.placements["post"], strict=True))
                for p in (base, plan))
    shifts = _shifts(*({str(k): int(v) for k, v in p.allocations.groupby("payee")[
        "allocation_yuan"].sum().items()} for p in (base, plan)))
    return Dropped(shifts, tuple(sorted(was - now)), tuple(sorted(now - was)))


def _shifts(before: dict[str, int], after: dict[str, int]) -> tuple[Shift, ...]:
    """Who moves, gains first."""
    found = [Shift(p, before.get(p, 0), after.get(p, 0)) for p in sorted({*before, *after})]
    moved = [s for s in found if s.before != s.after]
    return tuple(sorted(moved, key=lambda s: (s.before - s.after, s.payee)))


def _goals(price: Price, names: Names, lang: str, console: Console) -> None:
    """One row a goal that moves."""
    if not price.moves:
        line(console, say(f"price.{price.status}_rule", lang, items=[price.of]))
        return
    moved = [m for m in price.moves if m.moved]
    if not moved:
        line(console, say("price.none_moves", lang))
        return
    both = [figures(m) for m in moved]
    print_table(console, [
        Col(say("price.goal", lang), [goal_title(m, names, lang) for m in moved], lead=True),
        Col(say("price.now", lang), [f for f, _ in both], number=True),
        Col(say("price.after", lang), [f for _, f in both], number=True),
        Col(say("price.direction", lang), [verdict(m, lang) for m in moved]),
    ])


def _placed(dropped: Dropped, names: Names, lang: str, console: Console) -> None:
    console.print()
    line(console, say("price.placed", lang), "bold")
    for key, pairs in (("gone", dropped.gone), ("new", dropped.new)):
        if pairs:
            items = [say("price.pair", lang, candidate=c, post=names.get(p, p))
                     for c, p in pairs]
            line(console, say(f"price.{key}", lang, items=items), indent=2)
    if not dropped.gone and not dropped.new:
        line(console, say("price.same_people", lang))
    line(console, say("screen.people_note", lang), "dim")


def _who(dropped: Dropped, names: Names, lang: str, console: Console) -> None:
    console.print()
    line(console, say("price.who" if dropped.settled else "price.who_unsettled", lang), "bold")
    if not dropped.shifts:
        line(console, say("price.nobody", lang))
        return
    rows = dropped.shifts
    print_table(console, [
        Col(say("screen.payee", lang), [names.get(s.payee, s.payee) for s in rows], lead=True),
        Col(say("price.now", lang), [wan(s.before) for s in rows], number=True),
        Col(say("price.after", lang), [wan(s.after) for s in rows], number=True),
        Col(say("price.difference", lang), [difference(s.after - s.before, "yuan")
                                            for s in rows], number=True),
    ])


# --- all of them ------------------------------------------------------------------------------


def _kind(
    kind: str, found: Sequence[Price], case: Case, lang: str, console: Console
) -> None:
    """A row for what moves a goal, a column for each goal moved; the rest in a line each."""
    names = names_of(case)
    rows = [p for p in found if p.moves and not p.free]
    goals = list(dict.fromkeys(m.goal for p in rows for m in p.moves if m.moved))
    if rows:
        cols = [Col(say(f"price.{kind}", lang), [label(p, case, names, lang) for p in rows],
                    lead=True)]
        for goal in goals:
            firsts = [next((m for m in p.moves if m.goal == goal and m.moved), None)
                      for p in rows]
            cols.append(Col(say(f"goal.{goal}", lang), [move_cell(m, names, lang) for m in firsts],
                            number=True))
        print_table(console, cols)
    for status in ("free", "infeasible", "unbounded", "refused"):
        mine = [p for p in found if (p.free if status == "free" else p.status == status)]
        if mine:
            items = [label(p, case, names, lang) for p in mine]
            line(console, say(f"price.{status}_{kind}", lang, items=items))
