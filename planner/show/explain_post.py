"""One post: who is suggested for it, who else could be, why a seat is empty, what would fill it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from planner.plan.cost import Change, Pin
from planner.plan.fees import opened_by
from planner.plan.near import Near, near_seat, only_by, why_empty
from planner.plan.why_not import WhyNot
from planner.show.export import WHY, Json, plain
from planner.show.format import number
from planner.show.near import near_text
from planner.show.people_words import Reader, change_json, fee_json, pin_json
from planner.show.table import Col, line, print_table
from planner.words import say

PEOPLE = 10


def show_post(
    reader: Reader, code: str, changes: Sequence[Change], pins: Sequence[Pin], console: Console
) -> None:
    """Print one post."""
    why, lang = reader.why, reader.lang
    j = why.posts.index(code)
    name = reader.post(code)
    line(console, say("explain_people.post_title", lang, code=code,
                      name="" if name == code else name).rstrip(), "bold")
    if not why.vacant[j]:
        line(console, say("explain_people.post_full", lang), indent=2)
        return
    empty = why.empty.get(code, 0)
    reason = say("explain_people.why_paren", lang, why=_reason(reader, j)) if empty else ""
    line(console, say("explain_people.post_seats", lang, vacant=int(why.vacant[j]), empty=empty,
                      filled=len(why.on.get(code, ())), why=reason), indent=2)
    _here(reader, j, console)
    _others(reader, j, console)
    if empty:
        _near(reader, j, changes, console)
    reader.decided(pins, console)
    line(console, say("explain_people.suggested_note", lang), "dim")


def _reason(reader: Reader, j: int) -> str:
    """Why a seat stays empty, and whether it is money that keeps others from being trained."""
    text = say(f"why.{why_empty(reader.why.case, reader.why.placed, j)}", reader.lang)
    fees = [fee for _, fee in reader.why.fees(j=j)]
    if fees and all(fee.lacking for fee in fees):
        return say("explain_people.untrained", reader.lang, why=text)
    return text


def _here(reader: Reader, j: int, console: Console) -> None:
    why, lang = reader.why, reader.lang
    codes = why.on.get(why.posts[j], ())
    if codes:
        line(console, say("explain_people.here", lang), "bold")
        print_table(console, [
            Col(say("screen.candidate", lang), list(codes)),
            Col(say("screen.name", lang), [reader.person(c) for c in codes]),
            Col(say("screen.fit", lang), [_fit(why, c, j) for c in codes], number=True)])


def _fit(why: WhyNot, code: str, j: int) -> str:
    return number(float(why.fit[why.candidates.index(code), j]), "points")


def _others(reader: Reader, j: int, console: Console) -> None:
    """Who else is eligible, best fit first, and where they are suggested instead."""
    why, lang = reader.why, reader.lang
    here = set(why.on.get(why.posts[j], ()))
    codes = [why.candidates[i] for i in why.eligible_for(j) if why.candidates[i] not in here]
    if not codes:
        return
    at: dict[str, list[str]] = {}
    for candidate, post in sorted(why.placed):
        at.setdefault(candidate, []).append(reader.post(post))
    shown = codes[:PEOPLE]
    line(console, say("explain_people.others", lang, count=len(codes)), "bold")
    nowhere = [say("explain_people.nowhere", lang)]
    print_table(console, [
        Col(say("screen.candidate", lang), shown),
        Col(say("screen.name", lang), [reader.person(c) for c in shown]),
        Col(say("screen.fit", lang), [_fit(why, c, j) for c in shown], number=True),
        Col(say("explain_people.placed_at", lang),
            [reader.join(at.get(c, nowhere)) for c in shown]),
        Col(say("explain_people.note", lang), [_kin(reader, c, j) for c in shown])])
    if len(codes) > PEOPLE:
        line(console, say("explain_people.shown_first", lang, shown=PEOPLE,
                          more=len(codes) - PEOPLE), "dim")


def _kin(reader: Reader, code: str, j: int) -> str:
    kin = reader.why.kin_placed(reader.why.candidates.index(code), j)
    return say("explain_people.kin_there", reader.lang, codes=list(kin)) if kin else ""


def _near(reader: Reader, j: int, changes: Sequence[Change], console: Console) -> None:
    why, lang = reader.why, reader.lang
    alone = only_by(why.case, j)
    if alone:
        counts = [say("explain_people.only_item", lang, barrier=say(f"barrier.{b}", lang), count=n)
                  for b, n in alone.items()]
        line(console, f"{say('explain_people.only_by', lang)}：{reader.join(counts)}"
             if lang == "zh" else f"{say('explain_people.only_by', lang)}: {reader.join(counts)}",
             indent=2)
    if fees := why.fees(j=j):
        line(console, say("explain_people.only_training", lang), indent=2)
        for c, fee in fees:
            line(console, reader.fee("fee_post", fee, len(opened_by(why.case, c, j))), indent=4)
    for near in near_seat(why.case, j):
        text = near_text(near, lang)
        line(console, f"{text}（{_free(reader, near)}）" if lang == "zh"
             else f"{text} ({_free(reader, near)})", indent=4)
    line(console, say("explain_people.nearest", lang), "bold")
    if not changes:
        line(console, say("explain_people.nearest_none", lang), indent=2)
    for change in changes:
        line(console, say("explain_people.change_fill", lang, steps=reader.steps(change),
                          code=change.candidate, name=reader.person(change.candidate),
                          post=reader.post(change.post)), indent=2)
        reader.show_costs(change, console)


def _free(reader: Reader, near: Near) -> str:
    return say("explain_people.free", reader.lang, count=free(reader.why, near))


def free(why: WhyNot, near: Near) -> int:
    """How many of those a change lets in have no post in the plan."""
    unplaced = set(why.unplaced)
    return sum(why.candidates[i] in unplaced for i in near.admits)


def post_json(why: WhyNot, code: str, changes: Sequence[Change], pins: Sequence[Pin]) -> Json:
    """One post by codes."""
    j = why.posts.index(code)
    empty = why.empty.get(code, 0)
    return {
        "post": code, "vacant": int(why.vacant[j]), "empty": empty,
        "why": WHY[why_empty(why.case, why.placed, j)] if empty else None,
        "placed": [{"candidate": c, "fit": plain(float(why.fit[why.candidates.index(c), j]))}
                   for c in why.on.get(code, ())],
        "eligible": [why.candidates[i] for i in why.eligible_for(j)],
        "only_by": only_by(why.case, j),
        "near": [{"steps": [{"barrier": s.barrier, "size": s.size, "old": s.old, "new": s.new}
                            for s in n.steps],
                  "candidates": len(n.admits), "free": free(why, n)}
                 for n in (near_seat(why.case, j) if empty else ())],
        "training": [{"candidates": len(opened_by(why.case, c, j)), **fee_json(fee)}
                     for c, fee in (why.fees(j=j) if empty else ())],
        "changes": [change_json(c) for c in changes],
        "decided": [pin_json(p) for p in pins],
    }
