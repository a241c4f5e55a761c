"""One candidate: placed and why there, or not placed, by what, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console

from planner.plan.cost import Change, Pin, first_worse
from planner.plan.fees import opened_for
from planner.plan.near import of_pair, standing
from planner.plan.why_not import WhyNot
from planner.show.export import Json, plain
from planner.show.format import number
from planner.show.near import blocker_text
from planner.show.people_words import (
    Reader,
    before_after,
    change_json,
    fee_json,
    pin_json,
)
from planner.show.table import Col, line, print_table
from planner.words import say

#: How many posts are listed for one candidate, and named in one cell.
POSTS, NAMED = 10, 3


def show_candidate(
    reader: Reader, code: str, changes: Sequence[Change], pins: Sequence[Pin], console: Console
) -> None:
    """Print one candidate."""
    why, lang = reader.why, reader.lang
    mine = [p for c, p in sorted(why.placed) if c == code]
    for post in mine:
        _placed(reader, code, post, console)
    if not mine:
        line(console, say("explain_people.unplaced", lang, code=code, name=reader.person(code)),
             "bold")
        _not_placed(reader, why.candidates.index(code), changes, console)
    reader.decided(pins, console)
    line(console, say("explain_people.suggested_note", lang), "dim")


def _placed(reader: Reader, code: str, post: str, console: Console) -> None:
    why, lang = reader.why, reader.lang
    i, j = why.candidates.index(code), why.posts.index(post)
    line(console, say("explain_people.placed", lang, code=code, name=reader.person(code),
                      post=reader.post(post), fit=number(float(why.fit[i, j]), "points")), "bold")
    points = why.points(i, j)
    if points is None:
        line(console, say("explain_people.points_given", lang), indent=2)
    elif points:
        line(console, say("explain_people.points", lang))
        print_table(console, [
            Col(say("explain_people.points_where", lang), [w for w, _, _ in points]),
            Col(say("explain_people.points_points", lang),
                [number(p, "points") for _, p, _ in points], number=True),
            Col(say("explain_people.points_basis", lang), [b for _, _, b in points]),
        ])


def _not_placed(reader: Reader, i: int, changes: Sequence[Change], console: Console) -> None:
    why, lang = reader.why, reader.lang
    if not (why.vacant > 0).any():
        line(console, say("explain_people.no_vacancy", lang), indent=2)
        return
    open_ = why.open_posts(i)
    line(console, _because(reader, i, open_, changes), indent=2)
    _open_posts(reader, i, open_, console)
    _barred_from(reader, i, console)
    _once_trained(reader, i, console)
    line(console, say("explain_people.nearest", lang), "bold")
    if not changes:
        line(console, say("explain_people.nearest_none", lang), indent=2)
    for change in changes:
        line(console, say("explain_people.change_place", lang, steps=reader.steps(change),
                          post=reader.post(change.post)), indent=2)
        reader.show_costs(change, console)


def _because(reader: Reader, i: int, open_: Sequence[int], changes: Sequence[Change]) -> str:
    """The one reason, in a sentence."""
    why, lang = reader.why, reader.lang
    if not open_:
        vacant = np.flatnonzero(why.vacant > 0)
        return say("explain_people.blocked", lang,
                   count=int(standing(why.case)[i, vacant].min()))
    if not changes or changes[0].steps:
        return say("explain_people.ruled_out", lang)
    worst = first_worse(changes[0].costs)
    if worst is None:
        return say("explain_people.outranked_tie", lang)
    before, after = before_after(worst, why.case.has_money)
    return say("explain_people.outranked", lang, goal=reader.goal(worst), before=before,
               after=after)


def _open_posts(reader: Reader, i: int, open_: Sequence[int], console: Console) -> None:
    why, lang = reader.why, reader.lang
    if not open_:
        line(console, say("explain_people.open_none", lang), "bold")
        return
    line(console, say("explain_people.open_posts", lang, count=len(open_)), "bold")
    shown = open_[:POSTS]
    print_table(console, [
        Col(say("screen.post", lang), [reader.post(why.posts[j]) for j in shown]),
        Col(say("explain_people.mine", lang),
            [number(float(why.fit[i, j]), "points") for j in shown], number=True),
        Col(say("explain_people.holders", lang), [_holders(reader, j) for j in shown]),
        Col(say("explain_people.note", lang), [_note(reader, i, j) for j in shown]),
    ])
    if len(open_) > POSTS:
        line(console, say("explain_people.shown_first", lang, shown=POSTS,
                          more=len(open_) - POSTS), "dim")


def _holders(reader: Reader, j: int) -> str:
    why = reader.why
    return "\n".join(
        f"{reader.both(c)} ({number(float(why.fit[why.candidates.index(c), j]), 'points')})"
        for c in why.on.get(why.posts[j], ()))


def _note(reader: Reader, i: int, j: int) -> str:
    why, lang = reader.why, reader.lang
    parts = []
    if empty := why.empty.get(why.posts[j]):
        parts.append(say("explain_people.seat_empty", lang, count=empty))
    if kin := why.kin_placed(i, j):
        parts.append(say("explain_people.kin_there", lang, codes=list(kin)))
    return "\n".join(parts)


def _barred_from(reader: Reader, i: int, console: Console) -> None:
    """Posts with a vacant seat that are not open, together by what is in the way."""
    why, lang = reader.why, reader.lang
    groups: dict[str, list[int]] = {}
    for j in np.flatnonzero((why.vacant > 0) & (standing(why.case)[i] > 0)).tolist():
        text = blocker_text(why.case, i, j, of_pair(why.case, i, j), lang)
        groups.setdefault(text, []).append(j)
    if not groups:
        return
    line(console, say("explain_people.barred_from", lang), "bold")
    rows = sorted(groups.items(), key=lambda item: (len(item[0]), item[0]))
    print_table(console, [
        Col(say("explain_people.reason", lang), [text for text, _ in rows]),
        Col(say("explain_people.number", lang), [str(len(js)) for _, js in rows], number=True),
        Col(say("explain_people.which", lang), [_some(reader, js) for _, js in rows]),
    ])


def _once_trained(reader: Reader, i: int, console: Console) -> None:
    """Posts with a vacant seat that are only a course away, and what pays it."""
    found = [(fee, posts) for c, fee in reader.why.fees(i=i)
             if (posts := [j for j in opened_for(reader.why.case, c, i)
                              if reader.why.vacant[j] > 0])]
    if found:
        line(console, say("explain_people.only_trained", reader.lang), "bold")
    for fee, posts in found:
        line(console, reader.fee("fee_candidate", fee, len(posts)), indent=2)


def _some(reader: Reader, posts: Sequence[int]) -> str:
    text = reader.join([reader.post(reader.why.posts[j]) for j in posts[:NAMED]])
    if len(posts) <= NAMED:
        return text
    return say("explain_people.and_more", reader.lang, posts=text)


def candidate_json(
    why: WhyNot, code: str, changes: Sequence[Change], pins: Sequence[Pin]
) -> Json:
    """One candidate by codes."""
    i = why.candidates.index(code)
    mine = [why.posts.index(p) for c, p in sorted(why.placed) if c == code]
    vacant = np.flatnonzero(why.vacant > 0).tolist()
    return {
        "candidate": code,
        "placed": [{"post": why.posts[j], "fit": plain(float(why.fit[i, j])),
                    "points": [{"where": w, "points": plain(p), "basis": b}
                               for w, p, b in why.points(i, j) or ()]} for j in mine],
        "posts": [] if mine else [{
            "post": why.posts[j], "fit": plain(float(why.fit[i, j])),
            "barriers": [{"barrier": s.barrier, "size": s.size} for s in of_pair(why.case, i, j)],
            "placed": list(why.on.get(why.posts[j], ())),
            "empty": why.empty.get(why.posts[j], 0),
            "kin_placed": list(why.kin_placed(i, j))} for j in vacant],
        "training": [] if mine else [
            {"posts": [why.posts[j] for j in opened_for(why.case, c, i) if why.vacant[j] > 0],
             **fee_json(fee)} for c, fee in why.fees(i=i)],
        "changes": [change_json(c) for c in changes],
        "decided": [pin_json(p) for p in pins],
    }
