"""``planner plan``: one plan in full."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import Run, keep_option, scenario_command


def act(run: Run, paths: tuple[Path, ...], keep: Path | None = None) -> int:
    """Solve one scenario and show it whole."""
    comparison = run.solve(run.beside([run.load_one(paths[0])], keep))
    from planner.show.screen import show_plan

    return run.answer(
        comparison, lambda c: show_plan(comparison.entries[0], run.lang, c, run.reveal))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    return scenario_command("plan", lang, act, keep_option(lang))
