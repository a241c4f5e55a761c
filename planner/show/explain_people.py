"""Why a candidate is placed or not, why a seat is filled by whom or empty, in every form."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.errors import UsageError
from planner.model.blocks import blocks_of
from planner.plan.cost import Change, Pin
from planner.plan.solve import solve
from planner.plan.why_not import WhyNot
from planner.show.answer import Answer
from planner.show.explain_candidate import candidate_json, show_candidate
from planner.show.explain_post import post_json, show_post
from planner.show.export import SCHEMA, Json, Tables, program_version
from planner.show.people_words import Reader, pin_json
from planner.show.table import Col, line, print_table
from planner.solver.watch import Tell, silent
from planner.words import say

ALL = "all"
#: How many changes are solved for one candidate or seat asked about by itself.
SOLVED = 3


def explain_candidate(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """One candidate by code, or everyone not placed (``all``)."""
    why = _ask(scenario, "candidates", "candidate", asked, lang, tell, time_limit)
    if isinstance(why, Answer):
        return why
    reader = Reader(why, lang, reveal)
    if asked != ALL:
        changes = _of_candidate(why, asked, SOLVED)
        pins = why.decided(lambda c, p: c == asked)
        json = candidate_json(why, asked, changes, pins)
        return _answer(scenario, {"candidates": [json]}, lambda console: show_candidate(
            reader, asked, changes, pins, console), _tables([json], "candidate"))
    found = {c: _of_candidate(why, c, 1) for c in why.unplaced}
    pins = why.decided(lambda c, p: True)
    rows = [candidate_json(why, c, changes, ()) for c, changes in found.items()]
    body = {"candidates": rows, "decided": [pin_json(p) for p in pins]}
    return _answer(scenario, body, lambda console: _show_candidates(
        reader, found, pins, console), _tables(rows, "candidate"))


def explain_post(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """One post by code, or every post with seats left empty (``all``)."""
    why = _ask(scenario, "posts", "post", asked, lang, tell, time_limit)
    if isinstance(why, Answer):
        return why
    reader = Reader(why, lang, reveal)
    if asked != ALL:
        j = why.posts.index(asked)
        changes = why.would_fill(j, SOLVED) if asked in why.empty else ()
        pins = why.decided(lambda c, p: p == asked)
        json = post_json(why, asked, changes, pins)
        return _answer(scenario, {"posts": [json]}, lambda console: show_post(
            reader, asked, changes, pins, console), _tables([json], "post"))
    found = {p: why.would_fill(why.posts.index(p)) for p in why.empty}
    rows = [post_json(why, p, changes, ()) for p, changes in found.items()]
    return _answer(scenario, {"posts": rows}, lambda console: _show_posts(
        reader, found, console), _tables(rows, "post"))


def _of_candidate(why: WhyNot, code: str, most: int) -> tuple[Change, ...]:
    if code not in why.unplaced:
        return ()
    return why.would_place(why.candidates.index(code), most)


def _ask(
    scenario: Scenario, table: str, kind: str, asked: str, lang: str, tell: Tell,
    time_limit: float | None,
) -> WhyNot | Answer:
    """The plan to be asked, or the answer that there is none. Raises ``UsageError``."""
    case = scenario.case
    if not case.has_people:
        raise UsageError("explain_no_people", name=scenario.name)
    codes = [str(c) for c in case.frame(table).iloc[:, 0]]
    if asked not in (*codes, ALL):
        nearest = next(iter(difflib.get_close_matches(asked, codes, 1, 0.4)), ALL)
        raise UsageError(f"explain_unknown_{kind}", asked=asked, nearest=nearest)
    plan = solve(_people_only(case), time_limit, tell=tell)
    if plan.people is None:
        code = 4 if plan.status == "infeasible" else 5
        return _answer(scenario, {"status": plan.status, f"{kind}s": []}, lambda console: line(
            console, say("explain_people.no_plan", lang)), {}, code)
    return WhyNot(plan, brief=asked == ALL)


def _people_only(case: Case) -> Case:
    """The people half alone, unless money is tied to it."""
    if "people" not in blocks_of(case):
        return case
    sheets = {n: s for n, s in case.sheets.items() if s.table.block in ("both", "people")}
    return Case(case.name, sheets, case.settings, case.notices, case.earlier)


def _answer(
    scenario: Scenario, body: Json, show: Callable[[Console], None], tables: Tables, code: int = 0
) -> Answer:
    json = {"schema": SCHEMA, "planner": program_version(), "scenario": scenario.name, **body}
    return Answer(json, show, tables, code)


def _show_candidates(
    reader: Reader, found: Mapping[str, tuple[Change, ...]], pins: Sequence[Pin], console: Console
) -> None:
    lang = reader.lang
    if not found:
        line(console, say("explain_people.all_placed", lang))
    else:
        line(console, say("explain_people.all_title", lang, count=len(found)), "bold")
        first = [changes[0] if changes else None for changes in found.values()]
        print_table(console, [
            Col(say("screen.candidate", lang), list(found)),
            Col(say("screen.name", lang), [reader.person(c) for c in found]),
            Col(say("explain_people.change", lang), [reader.steps(c) for c in first]),
            Col(say("explain_people.then_post", lang),
                [reader.post(c.post) if c else "" for c in first]),
            Col(say("explain_people.cost", lang), [reader.worst(c) for c in first]),
        ])
    reader.decided(pins, console)
    line(console, say("explain_people.suggested_note", lang), "dim")


def _show_posts(
    reader: Reader, found: Mapping[str, tuple[Change, ...]], console: Console
) -> None:
    lang = reader.lang
    if not found:
        line(console, say("explain_people.seats_all", lang))
        return
    line(console, say("explain_people.seats_title", lang, count=len(found)), "bold")
    for post, changes in found.items():
        console.print()
        show_post(reader, post, changes, (), console)


def _tables(rows: Sequence[Json], kind: str) -> Tables:
    """One row a change: what is changed, who is then placed where, what each goal comes to."""
    heads = [kind, "change", "placed", "post", "pin", "goal", "part", "before", "after", "worse"]
    body = [
        [row[kind], n, c["candidate"], c["post"], c["pin"], g["goal"], g["part"], g["before"],
         g["after"], g["worse"]]
        for row in rows for n, c in enumerate(row["changes"], 1) for g in c["goals"]]
    steps = [
        [row[kind], n, s["barrier"], s["size"], s["old"], s["new"]]
        for row in rows for n, c in enumerate(row["changes"], 1) for s in c["steps"]]
    return {f"explain_{kind}": (heads, body),
            f"explain_{kind}_steps": ([kind, "change", "barrier", "size", "old", "new"], steps)}
