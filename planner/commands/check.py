"""``planner check``: read and check everything, solve nothing."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, print_json, scenario_command
from planner.errors import InputError


def act(run: Run, paths: tuple[Path, ...]) -> int:
    """Every problem of every scenario at once."""
    from planner.show.checked import check, print_checked
    from planner.show.export import problems_json

    scenarios, problems = check(paths, run.only, run.mode)
    bad = [p for p in problems if not p.notice]
    if run.json:
        print_json({"problems": problems_json(problems, run.lang)})
    elif bad:
        raise InputError(bad)
    else:
        run.notices(iter(problems))
        print_checked(scenarios, run.lang, run.console())
    return InputError.exit_code if bad else 0


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command("check", lang, act, metavar="SCENARIO...", count=-1)
