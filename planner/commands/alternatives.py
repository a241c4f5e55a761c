"""``planner alternatives``: plans nearly as good as the best, and who is hard to replace."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, scenario_command
from planner.errors import UsageError
from planner.words import say


def act(
    run: Run, paths: tuple[Path, ...], count: int, within: str, without: tuple[str, ...],
    without_each: bool,
) -> int:
    """Find the plans and tell how they differ."""
    from planner.case.case import exact
    from planner.case.columns import Column
    from planner.case.values import BadValue, parse
    from planner.plan.alternatives import alternatives
    from planner.show.alternatives import answer

    share = Column(name="within", zh="容差", kind="share", low=0, high=1)
    try:
        tolerance = exact(parse(share, within))
    except BadValue as bad:
        raise UsageError("within_not_a_share", value=within) from bad
    scenario = run.load_one(paths[0])
    with run.doing("near") as line:
        found = alternatives(
            scenario.case, count, tolerance, without_each, run.time_limit, line.goal, without)
    placed = {c for c, *_ in found.plan.people.placed} if found.plan.people else set()
    unknown = [code for code in without if code not in placed]
    if unknown and found.plan.status == "optimal":
        raise UsageError("not_placed", value=unknown[0])
    return run.tell(answer(found, scenario.name, run.lang, run.reveal))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command(
        "alternatives", lang, act,
        click.option("--count", type=click.IntRange(1, 100), default=10, show_default=True,
                     help=say("help.alternatives_count", lang)),
        click.option("--within", default="0.5%", show_default=True, metavar="SHARE",
                     help=say("help.alternatives_within", lang)),
        click.option("--without", multiple=True, metavar="CODE",
                     help=say("help.alternatives_without", lang)),
        click.option("--without-each", is_flag=True,
                     help=say("help.alternatives_without_each", lang)))
