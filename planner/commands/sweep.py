"""``planner sweep``: one or two figures over a range, their curve and its kinks."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, scenario_command
from planner.words import say


def act(
    run: Run, paths: tuple[Path, ...], vary: tuple[str, ...], measure: tuple[str, ...]
) -> int:
    """Solve every point and show them."""
    from planner.plan.sweep import sweep
    from planner.show.sweep import sweep_answer

    scenario = run.load_one(paths[0])
    with run.doing("points") as line:

        def progress(n: int, count: int) -> None:
            line.stage("points", f"{n}/{count}")
            if run.verbose:
                click.echo(say("stage.points", run.lang, part=f"{n}/{count}"), err=True)

        found = sweep(scenario, vary, measure, run.only, run.time_limit, progress,
                      run.workers, run.cluster, line.goal, line.counted)
    return run.tell(sweep_answer(found, measure, run.lang))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    options = [
        click.option("--vary", multiple=True, required=True, metavar="WHAT=VALUES",
                     help=say("help.sweep_vary", lang)),
        click.option("--measure", multiple=True, metavar="NAME",
                     help=say("help.sweep_measure", lang)),
    ]
    return scenario_command("sweep", lang, act, *options)
