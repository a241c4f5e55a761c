"""Barriers and the changes that would lift them, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.console import Console

from planner.case.case import Case
from planner.case.dictionary import EDUCATION
from planner.plan.near import Fee, Near, Step, months_over, near_seat
from planner.plan.plan import Plan
from planner.show.format import number
from planner.show.table import line
from planner.words import say

#: How many ways of relaxing are named for one seat.
SHOWN = 4
NO_NAMES: Mapping[str, str] = MappingProxyType({})


def education(code: str, lang: str) -> str:
    """A level of education in words."""
    if lang == "zh":
        return next((w.zh for w in EDUCATION if w.code == code), code)
    return code.replace("_", " ")


def fee_values(fee: Fee, names: Mapping[str, str], lang: str) -> dict[str, str]:
    """What words on a course say of it: amounts in 万元, and the award that pays it."""
    fund = names.get(fee.fund, fee.fund)
    purse = say("explain_people.purse_district", lang, fund=fund) if fee.street is None else say(
        "explain_people.purse", lang, fund=fund, street=names.get(fee.street, fee.street))
    amounts = {key: number(getattr(fee, key), "yuan")
               for key in ("cost", "award", "left", "lacking", "raised")}
    return {"course": fee.course, "purse": purse, **amounts}


def step_text(step: Step, lang: str, names: Mapping[str, str]) -> str:
    """What one step changes; ``names`` by code."""
    old, new = step.old, step.new
    if step.fee is not None:
        kind = "_lacking" if step.fee.raised else "_award" if step.fee.lacking else ""
        return say(f"near.trained{kind}", lang, **fee_values(step.fee, names, lang))
    if step.barrier == "education":
        old, new = education(old, lang), education(new, lang)
    return say(f"near.{step.barrier}", lang, size=step.size, old=old, new=new)


def steps_text(
    steps: Sequence[Step], pin: bool, lang: str, names: Mapping[str, str] = NO_NAMES
) -> str:
    """What a change changes, a pin last; ``names`` by code."""
    parts = [step_text(s, lang, names) for s in steps] + [say("near.pin", lang)] * pin
    return say("near.and", lang).join(parts)


def near_text(near: Near, lang: str) -> str:
    """``年龄上限 +1 岁：4 人``."""
    return say("near.count", lang, steps=steps_text(near.steps, False, lang),
               count=len(near.admits))


def blocker_text(case: Case, i: int, j: int, steps: Sequence[Step], lang: str) -> str:
    """Everything between a candidate and a post, with by how much."""
    person, post = case.rows("candidates")[i], case.rows("posts")[j]
    parts = []
    for s in steps:
        key, values = s.barrier, {"size": s.size, "old": s.old}
        if key == "too_old":
            months = months_over(case, i, int(post.max_age))
            key = "too_old" if months else "too_old_just"
            values |= {"limit": int(post.max_age), "months": months}
        elif key == "education":
            values |= {"need": education(post.min_education, lang),
                       "has": education(person.education, lang)}
        parts.append(say(f"blocker.{key}", lang, **values))
    return say("blocker.and", lang).join(parts)


def show_near(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    """Under the seats left empty: what would give each that nobody is eligible for somebody."""
    posts = [str(p.post) for p in plan.case.rows("posts")]
    stop = "；" if lang == "zh" else "; "
    told = []
    for row in plan.unfilled.itertuples():
        if row.why != "placed_elsewhere":
            near = near_seat(plan.case, posts.index(str(row.post)))[:SHOWN]
            told.append((str(row.post), stop.join(near_text(n, lang) for n in near)))
    told = [(post, text) for post, text in told if text]
    if told:
        line(console, say("near.heading", lang))
    for post, text in told:
        line(console, say("near.line", lang, post=names.get(post, post), changes=text), indent=2)
