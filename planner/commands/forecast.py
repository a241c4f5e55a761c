"""``planner forecast``: the years ahead, scenarios side by side."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.run import STATUS_CODES, Run, scenario_command
from planner.errors import UsageError
from planner.words import say


def act(run: Run, paths: tuple[Path, ...], years: int) -> int:
    """Solve each scenario, then look ahead from it."""
    scenarios = run.load(paths)
    for scenario in scenarios:
        if not scenario.case.has_people:
            raise UsageError("forecast_no_people", name=scenario.name)
    comparison = run.solve(scenarios)
    from planner.plan.forecasts import look_ahead
    from planner.show.forecast import answer

    with run.doing("years"):
        found = look_ahead(comparison.entries, years, run.workers, run.cluster)
    statuses = {a.status for a in found}
    code = next((code for s, code in STATUS_CODES.items() if s in statuses), 0)
    return run.tell(answer(found, years, run.lang, run.reveal, code))


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    years = click.option("--years", type=click.IntRange(1, 20), default=5,
                         help=say("help.forecast_years", lang))
    return scenario_command("forecast", lang, act, years, metavar="SCENARIO...", count=-1)
