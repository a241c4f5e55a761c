"""Changes, costs and pins in words and as plain values; names of people masked unless revealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from planner.case.recipe import Order
from planner.plan.cost import Change, Cost, Pin, first_worse
from planner.plan.near import Fee, Step
from planner.plan.price import Move
from planner.plan.why_not import WhyNot
from planner.show.export import Json, of_goal
from planner.show.format import masked, names_of, number
from planner.show.near import fee_values, steps_text
from planner.show.prices import figures
from planner.show.table import Col, line, print_table
from planner.words import known, say

#: Goals counted in yuan whatever else there is (how evenly payers pay has no unit).
IN_YUAN = ("floor", "thrift", "payer_order")


class Reader:
    """Words for one plan's people in one language."""

    def __init__(self, why: WhyNot, lang: str, reveal: bool) -> None:
        self.why, self.lang = why, lang
        self._posts = names_of(why.case)
        self._people = {str(r.candidate): masked(r.name, reveal)
                        for r in why.case.rows("candidates")}
        self._names = {str(r.name): masked(r.name, reveal) for table in ("candidates", "incumbents")
                       for r in why.case.rows(table) if r.name}

    def person(self, code: str) -> str:
        """The masked name of a candidate."""
        return self._people.get(code, "")

    def both(self, code: str) -> str:
        """A candidate's code and masked name."""
        return f"{code} {self.person(code)}".rstrip()

    def post(self, code: str) -> str:
        """The name of a post, else its code."""
        return self._posts.get(code, code)

    def join(self, words: Sequence[str]) -> str:
        """A list in words."""
        return ("、" if self.lang == "zh" else ", ").join(words)

    def steps(self, change: Change | None) -> str:
        """What a change changes."""
        if change is None:
            return say("explain_people.nearest_none", self.lang)
        return steps_text(change.steps, change.pin, self.lang, self._posts)

    def fee(self, key: str, fee: Fee, count: int) -> str:
        """What a course costs, what pays it, and whether that is enough for one more."""
        values = fee_values(fee, self._posts, self.lang)
        verdict = say(f"explain_people.fee_{'short' if fee.lacking else 'enough'}", self.lang,
                      **values)
        return say(f"explain_people.{key}", self.lang, count=count, verdict=verdict, **values)

    def goal(self, cost: Cost) -> str:
        """A goal and the part of it that is meant."""
        text = say(f"goal.{cost.goal}", self.lang)
        if cost.rank:
            return text + say("explain_people.part_rank", self.lang, rank=cost.rank)
        if not cost.part:
            return text
        if cost.goal == "payer_order" and cost.part in self._posts:
            return text + say("explain_people.part_payer", self.lang, part=self._posts[cost.part])
        own = f"explain_people.part_{cost.part}"
        key = own if known(own) else "explain_people.part_priority"
        return text + say(key, self.lang, part=cost.part)

    def cost(self, cost: Cost) -> str:
        """One goal before and after."""
        verdict = "worse" if cost.worse > 0 else "better"
        before, after = before_after(cost, self.why.case.has_money)
        return say("explain_people.cost_goal", self.lang, goal=self.goal(cost),
                   before=before, after=after,
                   verdict=say(f"explain_people.cost_{verdict}", self.lang))

    def worst(self, change: Change | None) -> str:
        """The highest goal that suffers."""
        if change is None:
            return ""
        worst = first_worse(change.costs)
        text = say("explain_people.cost_none", self.lang) if worst is None else self.cost(worst)
        return text + self._proof(change)

    def _proof(self, change: Change) -> str:
        return "" if change.proven else say("explain_people.not_proven", self.lang)

    def show_costs(self, change: Change, console: Console) -> None:
        """Every goal a change moves, and who no longer has a place."""
        moved = [c for c in change.costs if c.worse]
        if not moved:
            line(console, say("explain_people.cost_none", self.lang) + self._proof(change),
                 indent=4)
        for n, cost in enumerate(moved):
            line(console, self.cost(cost) + (self._proof(change) if not n else ""), indent=4)
        for key, codes in (("replaces", change.out), ("brings", change.into)):
            if codes:
                people = self.join([self.both(c) for c in codes])
                line(console, say(f"explain_people.{key}", self.lang, people=people), indent=4)

    def decided(self, pins: Sequence[Pin], console: Console) -> None:
        """Pins and bars, why they were made, and what each costs."""
        if not pins:
            return
        given = {(r.candidate, r.post): r.reason for r in self.why.case.rows("pairs")}
        line(console, say("explain_people.decided", self.lang), "bold")
        print_table(console, [
            Col(say("screen.candidate", self.lang), [p.candidate for p in pins]),
            Col(say("screen.name", self.lang), [self.person(p.candidate) for p in pins]),
            Col(say("screen.post", self.lang), [self.post(p.post) for p in pins]),
            Col(say("explain_people.decision", self.lang),
                [say(f"explain_people.decision_{p.decision}", self.lang) for p in pins]),
            Col(say("explain_people.cost", self.lang), [self._pin_cost(p) for p in pins]),
            Col(say("explain_people.reason", self.lang),
                [self._reason(given.get((p.candidate, p.post))) for p in pins]),
        ])

    def _reason(self, text: str | None) -> str:
        """A reason as the tables give it, the names of people in it masked."""
        for name in sorted(self._names, key=len, reverse=True):
            text = text and text.replace(name, self._names[name])
        return text or ""

    def _pin_cost(self, pin: Pin) -> str:
        if not pin.solved:
            return say("explain_people.decided_unknown", self.lang)
        worst = first_worse(pin.costs)
        return say("explain_people.decided_none", self.lang) if worst is None else self.cost(worst)


def before_after(cost: Cost, money: bool) -> tuple[str, str]:
    """What a goal comes to before and after, in its unit; ``money``: the case has that half."""
    if cost.goal == "fairness":
        unit = "share"
    elif cost.part != "even" and (cost.goal in IN_YUAN or (
            cost.goal == "steady" and money and cost.part != "people")):
        unit = "yuan"
    elif None in (cost.before, cost.after) or all(
            value == round(value) for value in (cost.before or 0.0, cost.after or 0.0)):
        return figure(cost.before), figure(cost.after)
    else:
        unit = "points"
    return figures(Move(cost.goal, cost.part, unit, "lower", cost.before or 0.0, cost.after or 0.0))


def figure(value: float | None) -> str:
    """What a goal of people comes to: whole, or with one decimal."""
    if value is not None and value == round(value):
        return number(value, "people")
    return number(value, "points")


# --- plain values ---------------------------------------------------------------------------------


def change_json(change: Change) -> Json:
    """A change by codes: its steps, the changes of the tables that make it, the goals."""
    return {
        "candidate": change.candidate, "post": change.post, "pin": change.pin,
        "proven": change.proven, "no_longer_placed": list(change.out),
        "newly_placed": list(change.into),
        "steps": [_step(s) for s in change.steps],
        "changes": [_order(o) for o in change.orders],
        "goals": [cost_json(c) for c in change.costs],
    }


def _step(step: Step) -> Json:
    said: Json = {"barrier": step.barrier, "size": step.size, "old": step.old, "new": step.new}
    return said if step.fee is None else {**said, "training": fee_json(step.fee)}


def fee_json(fee: Fee) -> Json:
    """What a course costs and what pays it, in yuan."""
    return {"course": fee.course, "fund": fee.fund, "street": fee.street, "cost_yuan": fee.cost,
            "award_yuan": fee.award, "left_yuan": fee.left, "lacking_yuan": fee.lacking,
            "raised_yuan": fee.raised}


def _order(order: Order) -> dict[str, Any]:
    """A change as a scenario file would say it."""
    said: dict[str, Any] = {"table": order.table.text}
    if order.where is not None:
        said["where"] = order.where.text
    values = {column.text: value.text for row in order.rows for column, value in row}
    said[order.op] = values if order.op != "remove" else True
    return said


def cost_json(cost: Cost) -> Json:
    """One goal before and after."""
    return {"goal": cost.goal, "part": cost.part, "before": of_goal(cost.before),
            "after": of_goal(cost.after), "worse": cost.worse > 0}


def pin_json(pin: Pin) -> Json:
    """A pin or bar: each goal without it (before) and with it (after)."""
    return {"candidate": pin.candidate, "post": pin.post, "decision": pin.decision,
            "solved": pin.solved, "goals": [cost_json(c) for c in pin.costs]}
