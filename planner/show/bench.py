"""The bench on the screen: who is suggested to succeed whom, and which lists are not full."""

from __future__ import annotations

from rich.console import Console

from planner.model.people.pool import fits
from planner.plan.plan import Plan
from planner.show.format import masked, number
from planner.show.table import Col, line, print_table
from planner.words import say


def show_bench(
    plan: Plan, names: dict[str, str], lang: str, console: Console, reveal: bool = False
) -> None:
    """A row a place on a list, first choice first; names of people masked unless ``reveal``."""
    if len(plan.bench):
        _lists(plan, names, lang, console, reveal)
    else:
        line(console, say("screen.nobody", lang))
    benches = plan.benches.assign(short=plan.benches["wanted"] - plan.benches["listed"])
    short = [r for r in benches.to_dict("records") if r["short"]]
    if not short:
        line(console, say("screen.bench_full", lang))
        return
    print_table(console, [
        Col(say("screen.bench_short", lang), [names.get(r["post"], r["post"]) for r in short]),
        Col(say("screen.bench_wanted", lang), [str(r["wanted"]) for r in short], number=True),
        Col(say("screen.bench_open", lang), [str(r["short"]) for r in short], number=True),
    ])


def _lists(
    plan: Plan, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    who = {r.candidate: (i, r) for i, r in enumerate(plan.case.rows("candidates"))}
    what = {r.post: j for j, r in enumerate(plan.case.rows("posts"))}
    fit = fits(plan.case)
    rows = [(str(r["post"]), int(r["rank"]), *who[r["candidate"]])
            for r in plan.bench.to_dict("records")]
    starts = [n for n, row in enumerate(rows) if row[1] == 1]
    several = len(starts) < len(rows)
    print_table(console, [
        Col(say("screen.post", lang), [names.get(p, p) if n == 1 else "" for p, n, _, _ in rows]),
        Col(say("screen.bench_rank", lang), [str(n) for _, n, _, _ in rows], number=True),
        Col(say("screen.candidate", lang), [str(r.candidate) for _, _, _, r in rows]),
        Col(say("screen.name", lang), [masked(r.name, reveal) for _, _, _, r in rows]),
        Col(say("screen.bench_near", lang),
            [say(f"screen.ready_{r.ready or 'unknown'}", lang) for _, _, _, r in rows]),
        Col(say("screen.fit", lang),
            [number(float(fit[i, what[p]]), "points") for p, _, i, _ in rows], number=True),
    ], starts if several else [])
