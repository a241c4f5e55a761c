"""``planner compare``: scenarios side by side, the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.commands.run import Run, exit_code, keep_option, scenario_command
from planner.errors import UsageError
from planner.words import say

if TYPE_CHECKING:
    from planner.plan.attribution import Attribution
    from planner.plan.compare import Comparison


def act(
    run: Run, paths: tuple[Path, ...], why: bool = False, keep: Path | None = None
) -> int:
    """Solve and show; the first scenario is the baseline."""
    scenarios = run.beside(run.load(paths), keep)
    if why and len(scenarios) < 2:
        raise UsageError("why_alone")
    comparison = run.solve(scenarios)
    from planner.show.screen import show_comparison

    if why:
        return _explained(run, comparison, _attributions(run, comparison))
    return run.answer(comparison, lambda c: show_comparison(comparison, run.lang, c, run.reveal))


def _explained(run: Run, comparison: Comparison, found: list[Attribution]) -> int:
    """The comparison and, after it, which change did what."""
    from planner.show.answer import Answer
    from planner.show.attribution import attribution_json, attribution_table, show_attribution
    from planner.show.export import as_json, tables
    from planner.show.screen import show_comparison

    return run.tell(Answer(
        {**as_json(comparison), "attribution": attribution_json(found)},
        lambda console: show_comparison(
            comparison, run.lang, console, run.reveal,
            lambda heading: show_attribution(comparison, found, run.lang, heading)),
        {**tables(comparison), "attribution": attribution_table(found)},
        exit_code(comparison)))


def _attributions(run: Run, comparison: Comparison) -> list[Attribution]:
    from planner.plan.attribution import Known, attribution
    from planner.solver.watch import Deadline

    plans = {e.scenario.case.fingerprint: e.plan for e in comparison.entries if e.plan is not None}
    known = Known(plans)
    base, *others = (e.scenario for e in comparison.entries)
    found = []
    with run.progress(1) as line:
        for scenario in others:
            line.stage("why", scenario.name)
            known.deadline = Deadline.after(run.time_limit)
            if run.verbose:
                click.echo(say("stage.why", run.lang, part=scenario.name), err=True)
            found.append(attribution(base, scenario, run.only, known))
    return found


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    why = click.option("--why", is_flag=True, help=say("help.compare_why", lang))
    return scenario_command("compare", lang, act, why, keep_option(lang), metavar="SCENARIO...",
                            count=-1)
