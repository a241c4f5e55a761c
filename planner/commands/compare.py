"""``planner compare``: scenarios side by side, the main job."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, scenario_command


def act(run: Run, paths: tuple[Path, ...]) -> int:
    """Solve and show; the first scenario is the baseline."""
    comparison = run.solve(run.load(paths))
    from planner.show.screen import show_comparison

    return run.answer(comparison, lambda c: show_comparison(comparison, run.lang, c, run.reveal))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command("compare", lang, act, metavar="SCENARIO...", count=-1)
