"""``planner profile``: the district in figures."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, print_json, scenario_command


def act(run: Run, paths: tuple[Path, ...]) -> int:
    """Read one case and describe it."""
    from planner.case.profile import profile
    from planner.case.scenario import read_case
    from planner.show.profile import print_profile

    case = read_case(paths[0], run.only, run.mode)
    run.notices(iter(case.notices))
    if run.json:
        print_json(profile(case).as_json())
    else:
        print_profile(case, run.lang, run.console())
    return 0


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command("profile", lang, act, metavar="CASE")
