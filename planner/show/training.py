"""Who is suggested for which course, what it costs and which posts it makes possible."""

from __future__ import annotations

from rich.console import Console

from planner.plan.plan import Plan
from planner.show.format import masked, number
from planner.show.table import Col, line, print_table
from planner.words import say


def show_training(
    plan: Plan, names: dict[str, str], lang: str, console: Console, reveal: bool
) -> None:
    """A row a person and course; the cost adds up."""
    rows = plan.training.to_dict("records")
    if not rows:
        line(console, say("screen.nobody_trained", lang))
        return
    people = {r.candidate: masked(r.name, reveal) for r in plan.case.rows("candidates")}
    posts: dict[str, list[str]] = {}
    for frame, key in ((plan.placements, "for_post"), (plan.bench, "for_bench")):
        for row in frame.to_dict("records"):
            post = names.get(str(row["post"]), str(row["post"]))
            told = say(f"screen.{key}", lang, post=post)
            posts.setdefault(str(row["candidate"]), []).append(told)
    total = sum(int(r["cost_yuan"]) for r in rows)
    print_table(console, [
        Col(say("screen.course", lang), [*(str(r["course"]) for r in rows),
                                         say("screen.total", lang)]),
        Col(say("screen.candidate", lang), [*(str(r["candidate"]) for r in rows), ""]),
        Col(say("screen.name", lang), [*(people.get(str(r["candidate"]), "") for r in rows), ""]),
        Col(say("screen.training_for", lang), [
            *(say("screen.list", lang, items=posts.get(str(r["candidate"]), [])) for r in rows),
            ""]),
        Col(say("screen.training_cost", lang), [
            *(number(int(r["cost_yuan"]), "yuan") for r in rows), number(total, "yuan")],
            number=True),
    ], [len(rows)])
