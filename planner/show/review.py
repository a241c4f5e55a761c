"""The review of a hand-made plan: on the screen, as JSON, as tables. In yuan, as it was written."""

from __future__ import annotations

from math import ceil
from typing import Any

from rich.console import Console

from planner.case.case import Case
from planner.errors import Cell
from planner.plan.review import Broken, Distance, Review
from planner.show.answer import Answer
from planner.show.export import SCHEMA, Json, Tables, plain, problems_json, program_version
from planner.show.format import NOTHING, masked, names_of, number, subject
from planner.show.table import Col, Headings, line, print_table
from planner.words import known, say

#: So many rows of a table on the screen; the files have them all.
MOST = 60


def answer(review: Review, name: str, lang: str, reveal: bool = False) -> Answer:
    """The review of a draft of the scenario called ``name``."""
    return Answer(
        as_json(review, name, lang), lambda console: show(review, name, lang, console, reveal),
        tables(review), {"infeasible": 4, "stopped": 5}.get(
            review.plan.status, 0 if review.proven else 5))


# --- JSON and tables ------------------------------------------------------------------------------


def as_json(review: Review, name: str, lang: str) -> Json:
    """Codes, whole yuan, no names."""
    return {
        "schema": SCHEMA, "planner": program_version(), "scenario": name,
        "draft": review.draft.file, "kind": review.draft.kind,
        "case": review.case.fingerprint, "status": review.plan.status,
        "payers_found": review.found_payers,
        "notices": problems_json(review.draft.notices, lang),
        "missing": [{"payee": p, "fund": f} for p, f in review.missing],
        "broken": [{
            "rule": b.rule, "of": b.of, "by": plain(b.by), "unit": b.unit, "kind": b.kind,
            "sheet": b.place.sheet if b.place else "", "cell": _cell(b.place),
        } for b in review.broken],
        "training": [{
            "candidate": n.candidate, "posts": list(n.posts), "course": n.course,
            "cost_yuan": n.cost, "sheet": n.place.sheet if n.place else "",
            "cell": _cell(n.place),
        } for n in review.needed],
        "distances": [{
            "goal": d.draft.goal, "part": d.draft.part, "unit": d.draft.unit,
            "better": d.draft.better, "draft": plain(d.draft.value), "best": plain(d.best),
            "plan": plain(d.plan), "behind": plain(d.behind),
        } for d in review.distances],
        "repair": _repair(review),
    }


def _repair(review: Review) -> Json | None:
    if review.fixed_money is not None:
        return {
            "moved_yuan": review.moved, "proven": review.proven, "recount": "passed",
            "changes": [{
                "payee": c.payee, "fund": c.fund, "from_yuan": c.before, "to_yuan": c.after,
                "payers_from": dict(c.payers_before), "payers_to": dict(c.payers_after),
                "cell": _cell(c.place)} for c in review.changes]}
    if review.fixed_people is not None:
        moved = review.people_changes
        return {
            "moved_people": len(moved), "proven": review.proven, "recount": "passed",
            "changes": [{"candidate": who, "from": list(was), "to": list(now)}
                        for who, was, now in moved],
            "training": [{"candidate": c, "course": t} for c, t in review.fixed_people.trained]}
    return None


def tables(review: Review) -> Tables:
    """What JSON has, as CSV tables."""
    found = as_json(review, "", "en")
    out: dict[str, tuple[list[str], list[list[Any]]]] = {}
    for name, heads in (("broken", "rule of by unit kind sheet cell"),
                        ("distances", "goal part unit better draft best plan behind")):
        out[name] = heads.split(), [[r[h] for h in heads.split()] for r in found[name]]
    changes = (found["repair"] or {}).get("changes", [])
    if review.draft.kind == "people":
        heads_ = ["candidate", "posts", "course", "cost_yuan", "sheet", "cell"]
        out["training"] = heads_, [
            [" ".join(r[h]) if h == "posts" else r[h] for h in heads_] for r in found["training"]]
    if review.draft.kind == "money":
        heads_ = ["payee", "fund", "from_yuan", "to_yuan", "cell"]
        out["repair"] = heads_, [[r[h] for h in heads_] for r in changes]
    else:
        out["repair"] = ["candidate", "from", "to"], [
            [r["candidate"], " ".join(r["from"]), " ".join(r["to"])] for r in changes]
    return out


def _cell(place: Cell | None) -> str:
    return f"{place.column}{place.row}" if place is not None else ""


# --- the screen -----------------------------------------------------------------------------------


def show(review: Review, name: str, lang: str, console: Console, reveal: bool = False) -> None:
    """Print the review; names of people masked unless ``reveal``."""
    names, heading = names_of(review.case), Headings(console, lang)
    line(console, say("screen.review_title", lang, file=review.draft.file, name=name), "bold")
    rules = len({b.rule for b in review.broken})
    line(console, say("screen.review_summary", lang, rules=rules, count=len(review.broken))
         if rules else say("screen.review_nothing_broken", lang), "red" if rules else "green")
    if review.missing:
        cells = ["/".join(key) for key in review.missing[:8]]
        more = "…" if len(review.missing) > len(cells) else ""
        line(console, say("screen.review_missing", lang, count=len(review.missing),
                          cells=say_list(cells, lang) + more), indent=2)
    if review.found_payers:
        line(console, say("screen.review_payers_found", lang), "dim", 2)
    heading(say("screen.review_broken", lang))
    _broken(review, names, lang, console)
    if review.needed:
        heading(say("screen.review_training", lang))
        _needed(review, names, lang, console, reveal)
    if review.plan.status == "infeasible":
        line(console, say("screen.review_infeasible", lang), "red")
        return
    heading(say("screen.review_distance", lang))
    _distances(review, names, lang, console)
    money = review.draft.kind == "money"
    heading(say("screen.review_repair" if money else "screen.review_repair_people", lang))
    if not review.broken:
        line(console, say("screen.review_kept", lang))
    elif money:
        _changes(review, names, lang, console)
    else:
        _moves(review, names, lang, console, reveal)
    if not review.proven:
        line(console, say("screen.review_not_proven", lang), "red")


def say_list(words: list[str], lang: str) -> str:
    """Words in a row, as the language joins them."""
    return ("、" if lang == "zh" else ", ").join(words)


def _broken(review: Review, names: dict[str, str], lang: str, console: Console) -> None:
    rows = review.broken[:MOST]
    if not rows:
        line(console, say("screen.review_none", lang))
        return
    print_table(console, [
        Col(say("screen.review_cell", lang), [
            _place(b.place) if b.place else say("screen.review_all", lang) for b in rows],
            lead=True),
        Col(say("screen.review_rule", lang), [_rule(b, lang) for b in rows]),
        Col(say("screen.review_of", lang), [subject(b.rule, b.of, names, lang) for b in rows]),
        Col(say("screen.review_broken_by", lang), [_by(b) for b in rows], number=True),
    ])
    _more(len(review.broken), lang, console)


def _needed(
    review: Review, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    people, rows = person_names(review.case, reveal), review.needed[:MOST]
    print_table(console, [
        Col(say("screen.review_cell", lang), [_place(n.place) for n in rows], lead=True),
        Col(say("screen.candidate", lang), [n.candidate for n in rows]),
        Col(say("screen.name", lang), [people.get(n.candidate, "") for n in rows]),
        Col(say("screen.training_for", lang), [
            say_list([names.get(p, p) for p in n.posts], lang) for n in rows]),
        Col(say("screen.review_needs", lang), [
            say("screen.review_course", lang, course=n.course, cost=f"{n.cost:,}")
            for n in rows]),
    ])
    _more(len(review.needed), lang, console)


def _place(place: Cell | None) -> str:
    return NOTHING if place is None else " ".join(filter(None, (place.sheet, _cell(place))))


def _rule(broken: Broken, lang: str) -> str:
    key = f"rule.{broken.rule}"
    rule = say(key, lang) if known(key) else broken.rule
    for why in (f"why.review_{broken.kind}", f"barrier.{broken.kind}"):
        if broken.kind and known(why):
            return f"{rule}{'：' if lang == 'zh' else ': '}{say(why, lang)}"
    return rule


def _by(broken: Broken) -> str:
    return f"{ceil(round(broken.by, 6)):,}" if broken.by else NOTHING


def _more(count: int, lang: str, console: Console) -> None:
    if count > MOST:
        line(console, say("screen.review_more", lang, count=count - MOST), "dim")


def _distances(review: Review, names: dict[str, str], lang: str, console: Console) -> None:
    rows = review.distances

    def figure(d: Distance, value: float | None) -> str:
        if value is not None and d.draft.unit == "yuan":
            return f"{round(value):,}"
        return number(value, d.draft.unit)

    print_table(console, [
        Col(say("screen.review_goal", lang), [_goal(d, names, lang) for d in rows], lead=True),
        Col(say("screen.review_draft", lang), [figure(d, d.draft.value) for d in rows],
            number=True),
        Col(say("screen.review_plan", lang), [figure(d, d.plan) for d in rows], number=True),
        Col(say("screen.review_best", lang), [figure(d, d.best) for d in rows], number=True),
        Col(say("screen.review_behind", lang), [figure(d, d.behind) for d in rows], number=True),
    ])
    if any((d.behind or 0.0) < -0.5e-4 for d in rows):
        line(console, say("screen.review_ahead", lang), "dim")


def _goal(distance: Distance, names: dict[str, str], lang: str) -> str:
    goal, part = distance.draft.goal, distance.draft.part
    told = say(f"goal.{goal}", lang) if known(f"goal.{goal}") else goal
    detail = f"screen.goal_part_{goal}"
    if part and known(detail):
        told += say(detail, lang, part=names.get(part, part))
    return told


def _changes(review: Review, names: dict[str, str], lang: str, console: Console) -> None:
    if review.fixed_money is None:
        line(console, say("screen.review_stopped", lang), "red")
        return
    up = sum(max(c.after - c.before, 0) for c in review.changes)
    down = sum(max(c.before - c.after, 0) for c in review.changes)
    line(console, say("screen.review_moved_yuan", lang, cells=len(review.changes),
                      yuan=f"{review.moved:,}", up=f"{up:,}", down=f"{down:,}"), "bold")
    rows = review.changes[:MOST]
    print_table(console, [
        Col(say("screen.review_cell", lang), [_place(c.place) for c in rows], lead=True),
        Col(say("screen.payee", lang), [names.get(c.payee, c.payee) for c in rows], lead=True),
        Col(say("screen.fund", lang), [names.get(c.fund, c.fund) for c in rows]),
        Col(say("screen.review_before", lang), [f"{c.before:,}" for c in rows], number=True),
        Col(say("screen.review_after", lang), [f"{c.after:,}" for c in rows], number=True),
        Col(say("screen.review_change", lang), [
            f"{c.after - c.before:+,}" if c.after != c.before
            else say("screen.review_same_amount", lang) for c in rows], number=True),
        Col(say("screen.review_payers_after", lang), [say_list(
            [f"{names.get(p, p)} {yuan:,}" for p, yuan in c.payers_after.items()], lang)
            or NOTHING for c in rows]),
    ])
    _more(len(review.changes), lang, console)


def _moves(
    review: Review, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    if review.fixed_people is None:
        line(console, say("screen.review_stopped", lang), "red")
        return
    people = person_names(review.case, reveal)
    moved = review.people_changes
    line(console, say("screen.review_moved_people", lang, count=len(moved)), "bold")

    def posts(held: tuple[str, ...]) -> str:
        return say_list([names.get(p, p) for p in held], lang) or NOTHING

    print_table(console, [
        Col(say("screen.candidate", lang), [who for who, _, _ in moved], lead=True),
        Col(say("screen.name", lang), [people.get(who, "") for who, _, _ in moved]),
        Col(say("screen.review_before", lang), [posts(was) for _, was, _ in moved]),
        Col(say("screen.review_after", lang), [posts(now) for _, _, now in moved]),
    ])


def person_names(case: Case, reveal: bool) -> dict[str, str]:
    """Names of candidates by code, masked unless revealed."""
    return {str(r.candidate): masked(r.name, reveal) for r in case.rows("candidates")}
