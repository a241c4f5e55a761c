"""``planner review``: a hand-made plan against the case."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, scenario_command


def act(run: Run, paths: tuple[Path, ...]) -> int:
    """Read the scenario, then the hand-made plan, and review it."""
    from planner.case.draft import read_draft
    from planner.plan.review import review
    from planner.show.review import answer

    scenario = run.load_one(paths[0])
    draft = read_draft(paths[1], scenario.case)
    run.notices(iter(draft.notices))
    with run.doing("review") as line:
        found = review(scenario.case, draft, run.time_limit, line.goal)
    return run.tell(answer(found, scenario.name, run.lang, run.reveal))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command("review", lang, act, metavar="SCENARIO PLAN", count=2)
