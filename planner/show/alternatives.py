"""Alternatives on the screen, as JSON and as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from planner.plan.alternatives import Alternatives
from planner.plan.alternatives_money import ranges
from planner.plan.cost import MOST as MORE_IS_BETTER
from planner.plan.farthest import Near, Worths
from planner.plan.price import UNITS
from planner.plan.robust import Cost, Loss
from planner.plan.standing import Worth
from planner.show.answer import Answer
from planner.show.export import SCHEMA, Json, Tables, plain, program_version
from planner.show.format import difference, names_of, number, wan
from planner.show.review import person_names, say_list
from planner.show.table import Col, Headings, line, print_table
from planner.words import known, say

#: Rows of a table on the screen; the files have them all.
MOST = 20


def answer(found: Alternatives, name: str, lang: str, reveal: bool = False) -> Answer:
    """The alternatives of the scenario called ``name``."""
    code = {"infeasible": 4, "stopped": 5}.get(found.plan.status, 5 if found.cut else 0)
    document = as_json(found, name)
    return Answer(document, lambda console: show(found, name, lang, console, reveal),
                  _tables(document), code)


# --- JSON and tables ------------------------------------------------------------------------------


def as_json(found: Alternatives, name: str) -> Json:
    """Codes and whole yuan; the first plan of each half is the best."""
    money, people = found.money, found.people
    return {
        "schema": SCHEMA, "planner": program_version(), "scenario": name,
        "case": found.plan.case.fingerprint,
        "status": "stopped" if found.cut else found.plan.status,
        "within": float(found.within),
        "money": money and {
            **_near(money), "same": [{"payee": p, "fund": f} for p, f in money.same],
            "ranges": [{"payee": r.payee, "fund": r.fund, "least_yuan": r.least,
                        "most_yuan": r.most, "best_yuan": r.best} for r in ranges(money)],
            "plans": [{"goals": _goals(w), "allocations": [
                {"payee": key[0], "fund": key[1], "allocation_yuan": sum(by.values()),
                 "payers": dict(by)} for key, by in sorted(part.paid.items())]}
                for part, w in zip(money.plans, money.worths, strict=True)]},
        "people": people and {
            **_near(people), "core": [{"candidate": c, "post": p} for c, p in people.same],
            "core_proven": people.proven,
            "plans": [{"goals": _goals(w), "placements": [
                {"candidate": c, "post": p} for c, p, _ in part.placed]}
                for part, w in zip(people.plans, people.worths, strict=True)]},
        "losses": None if found.losses is None else [_loss(loss) for loss in found.losses],
    }


def _near(near: Near[Any]) -> Json:
    return {"tried": near.tried, "least_apart": plain(float(near.least_apart)),
            "mean_apart": plain(float(near.mean_apart)),
            "apart": [[plain(float(d)) for d in row] for row in near.apart]}


def _goals(worths: Worths) -> list[Json]:
    return [{"goal": w.goal, "part": w.part, "value": plain(w.value), "unit": w.unit}
            for w in worths.values()]


def _loss(loss: Loss) -> Json:
    return {
        "candidate": loss.candidate, "posts": list(loss.posts), "status": loss.status,
        "steps_in": [{"candidate": c, "post": p} for c, p in loss.steps_in],
        "moves": [{"candidate": c, "post": p} for c, p in loss.moves],
        "empty": [{"post": p, "seats": n} for p, n in loss.empty],
        "trained": [{"candidate": c, "course": t} for c, t in loss.trained],
        "awards": loss.awards or None,
        "costs": [{"goal": c.goal, "part": c.part, "by": plain(c.by)} for c in loss.costs]}


def _tables(document: Json) -> Tables:
    out: dict[str, tuple[list[str], list[list[Any]]]] = {}
    if document["money"]:
        out["allocations"] = ["plan", "payee", "fund", "allocation_yuan"], [
            [n, a["payee"], a["fund"], a["allocation_yuan"]]
            for n, plan in enumerate(document["money"]["plans"]) for a in plan["allocations"]]
        heads = ["payee", "fund", "least_yuan", "most_yuan", "best_yuan"]
        out["ranges"] = heads, [[r[h] for h in heads] for r in document["money"]["ranges"]]
    if document["people"]:
        out["placements"] = ["plan", "candidate", "post"], [
            [n, a["candidate"], a["post"]]
            for n, plan in enumerate(document["people"]["plans"]) for a in plan["placements"]]
        out["core"] = ["candidate", "post"], [
            [r["candidate"], r["post"]] for r in document["people"]["core"]]
    if document["losses"] is not None:
        out["losses"] = ["candidate", "status", "posts", "steps_in", "empty"], [
            [r["candidate"], r["status"], " ".join(r["posts"]),
             " ".join(f"{s['candidate']}/{s['post']}" for s in r["steps_in"]),
             " ".join(f"{e['post']}:{e['seats']}" for e in r["empty"])]
            for r in document["losses"]]
    return out


# --- the screen -----------------------------------------------------------------------------------


def show(
    found: Alternatives, name: str, lang: str, console: Console, reveal: bool = False
) -> None:
    """Print the alternatives; names of people masked unless ``reveal``."""
    names, heading = names_of(found.plan.case), Headings(console, lang)
    line(console, say("screen.near_title", lang, name=name), "bold")
    if found.plan.status != "optimal":
        line(console, say(f"screen.near_{found.plan.status}", lang), "red")
        return
    within = number(float(found.within), "share")
    if found.money is not None:
        heading(say("screen.near_money", lang, within=within))
        totals = [sum(sum(by.values()) for by in p.paid.values()) for p in found.money.plans]
        _plans(found.money, "near_yuan", names, lang, console, totals)
        _ranges(found, names, lang, console)
    if found.people is not None:
        heading(say("screen.near_people", lang, within=within))
        _plans(found.people, "near_placements", names, lang, console)
        _posts(found, names, lang, console, reveal)
        line(console, say("screen.people_note", lang), "dim")
    if found.cut:
        line(console, say("limit.near", lang), "red")
    if found.losses is not None:
        heading(say("screen.near_robust", lang))
        _losses(found, names, lang, console, reveal)


def _plans(
    near: Near[Any], what: str, names: dict[str, str], lang: str, console: Console,
    totals: Sequence[int] = (),
) -> None:
    if len(near.plans) == 1:
        line(console, say("screen.near_only_best", lang))
        return
    line(console, say("screen.near_different", lang, what=say(f"screen.{what}", lang),
                      mean=number(float(near.mean_apart), "share"),
                      least=number(float(near.least_apart), "share")))
    if near.asked > len(near.plans) - 1:
        line(console, say("screen.near_few", lang, count=len(near.plans) - 1, asked=near.asked))
    labels = [say("screen.near_best", lang), *map(str, range(1, len(near.plans)))]
    goals = list(near.worths[0])
    # What each payer pays in all moves little and is in the files: here their sum says enough.
    moving = [g for g in goals if g[0] != "payer_order"
              and len({round(w[g].value, 9) for w in near.worths}) > 1]
    paid = [Col(say("screen.near_paid", lang), [wan(yuan) for yuan in totals], number=True)
            ] if totals else []
    print_table(console, [
        Col(say("screen.near_plan", lang), labels, lead=True),
        Col(say("screen.near_apart", lang), [
            number(float(d), "share") for d in near.apart[0]], number=True),
        *paid,
        *(Col(_goal(near.worths[0][g], names, lang), [
            number(w[g].value, w[g].unit) for w in near.worths], number=True) for g in moving)])


def _goal(worth: Worth | Cost, names: dict[str, str], lang: str) -> str:
    told = say(f"goal.{worth.goal}", lang) if known(f"goal.{worth.goal}") else worth.goal
    detail = f"screen.goal_part_{worth.goal}"
    if worth.part and known(detail):
        told += say(detail, lang, part=names.get(worth.part, worth.part))
    return told


def _ranges(
    found: Alternatives, names: dict[str, str], lang: str, console: Console
) -> None:
    assert found.money is not None
    line(console, say("screen.near_cells_same", lang, same=len(found.money.same),
                      all=len(found.plan.cells), tried=found.money.tried))
    rows = ranges(found.money)[:MOST]
    if rows:
        line(console, say("screen.near_range", lang), "bold")
        print_table(console, [
            Col(say("screen.payee", lang), [names.get(r.payee, r.payee) for r in rows], lead=True),
            Col(say("screen.fund", lang), [names.get(r.fund, r.fund) for r in rows], lead=True),
            *(Col(say(f"screen.{key}", lang), [wan(yuan) for yuan in column], number=True)
              for key, column in (("near_from", [r.least for r in rows]),
                                  ("near_best_yuan", [r.best for r in rows]),
                                  ("near_to", [r.most for r in rows])))])


def _posts(
    found: Alternatives, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    """The core, then the posts that may be filled otherwise and by whom."""
    assert found.people is not None and found.plan.people is not None
    key = "near_core_proven" if found.people.proven else "near_core_found"
    line(console, say(f"screen.{key}", lang, same=len(found.people.same),
                      all=len(found.plan.people.placed), tried=found.people.tried))
    people = person_names(found.plan.case, reveal)
    core = set(found.people.same)
    if core:
        line(console, say("screen.near_core", lang), "bold")
        rows = sorted((p, c) for c, p in core)
        print_table(console, [
            Col(say("screen.post", lang), [names.get(p, p) for p, _ in rows], lead=True),
            Col(say("screen.candidate", lang), [c for _, c in rows]),
            Col(say("screen.name", lang), [people.get(c, "") for _, c in rows])])
    times: dict[str, Counter[str]] = {}
    for part in found.people.plans:
        for c, p, _ in part.placed:
            if (c, p) not in core:
                times.setdefault(p, Counter())[c] += 1
    if times:
        line(console, say("screen.near_open", lang), "bold")
        posts = sorted(times)
        print_table(console, [
            Col(say("screen.post", lang), [names.get(p, p) for p in posts], lead=True),
            Col(say("screen.near_candidates", lang), [say_list(
                [f"{c} {people.get(c, '')}({n})" for c, n in times[p].most_common()], lang)
                for p in posts])])


def _losses(
    found: Alternatives, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    rows = [loss for loss in found.losses or () if loss.thin or loss.costs]
    if not found.losses:
        line(console, say("screen.near_none_lost", lang))
        return
    people = person_names(found.plan.case, reveal)

    def one(loss: Loss, candidate: str, post: str) -> str:
        told = f"{candidate} {people.get(candidate, '')} → {names.get(post, post)}"
        courses = [t for c, t in loss.trained if c == candidate]
        return say("screen.robust_trained", lang, pair=told, courses=courses) if courses else told

    def steps_in(loss: Loss) -> str:
        if loss.status not in ("optimal", "feasible"):
            return say("screen.near_without_plan", lang)
        return "\n".join(one(loss, c, p) for c, p in loss.steps_in) or say(
            "screen.near_nobody", lang)

    _awards(found.losses, lang, console)
    _thin(found.losses, names, people, lang, console)
    if rows:
        print_table(console, [
            Col(say("screen.near_lost", lang), [
                f"{r.candidate} {people.get(r.candidate, '')}" for r in rows], lead=True),
            Col(say("screen.post", lang), [
                say_list([names.get(p, p) for p in r.posts], lang) for r in rows]),
            Col(say("screen.near_steps_in", lang), [steps_in(r) for r in rows]),
            Col(say("screen.near_empty", lang), [say_list(
                [f"{names.get(p, p)} {n}" for p, n in r.empty], lang) for r in rows]),
            Col(say("screen.near_cost", lang), ["\n".join(
                f"{_goal(c, names, lang)} {_change(c)}" for c in r.costs) for r in rows])])
    unknown = sum(loss.status == "stopped" for loss in found.losses)
    rest = len(found.losses) - len(rows) - unknown
    if rest:
        line(console, say("screen.near_robust_rest", lang, count=rest))
    if unknown:
        line(console, say("limit.losses", lang, count=unknown), "red")


def _change(cost: Cost) -> str:
    """By how much a goal moves, up or down; whether that is worse its name tells."""
    moved = -cost.by if cost.goal in MORE_IS_BETTER else cost.by
    unit = UNITS.get(cost.goal, "yuan")
    return difference(moved, unit) if unit in ("share", "yuan") else f"{moved:+g}"


def _awards(losses: Sequence[Loss], lang: str, console: Console) -> None:
    """What is said of the awards that pay for training, where any does."""
    told = Counter(loss.awards for loss in losses if loss.awards)
    if told and set(told) == {"proven"}:
        line(console, say("screen.robust_proven", lang), "dim")
    for key in ("held", "moved"):
        if told[key]:
            line(console, say(f"screen.robust_{key}", lang, count=told[key]), "dim")


def _thin(
    losses: Sequence[Loss], names: dict[str, str], people: dict[str, str], lang: str,
    console: Console,
) -> None:
    """The seats that stay empty, worst first: the thin spots of the bench."""
    rows = [(post, n, loss) for loss in losses for post, n in loss.empty]
    if not rows:
        if all(loss.status in ("optimal", "feasible") for loss in losses):
            line(console, say("screen.robust_no_thin", lang))
        return
    line(console, say("screen.robust_thin", lang), "bold")
    print_table(console, [
        Col(say("screen.robust_thin_seat", lang), [
            names.get(p, p) + (f" ×{n}" if n > 1 else "") for p, n, _ in rows], lead=True),
        Col(say("screen.robust_thin_lost", lang), [
            f"{r.candidate} {people.get(r.candidate, '')}" for _, _, r in rows]),
        Col(say("screen.robust_thin_from", lang), [
            say_list([names.get(p, p) for p in r.posts], lang) for _, _, r in rows])])
    console.print()
