"""``planner explain``: why an amount, a person, a post; what a rule costs; what must give."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from planner.commands.run import Run, scenario_command
from planner.errors import UsageError
from planner.words import say

#: What may be asked, and the module whose ``explain_WHAT(scenario, asked, lang, reveal, tell,
#: time_limit)`` answers with an ``Answer``, saying by ``tell`` how far it is; the limit is that of
#: the plan asked about. Flags are asked as "".
ASKED = {
    "community": "planner.show.explain_community",
    "candidate": "planner.show.explain_people",
    "post": "planner.show.explain_people",
    "rule": "planner.show.explain_prices",
    "prices": "planner.show.explain_prices",
    "conflict": "planner.show.explain_conflict",
}
FLAGS = ("prices", "conflict")


def act(run: Run, paths: tuple[Path, ...], **asked: str | bool | None) -> int:
    """Answer the one thing asked."""
    given = {name: value for name, value in asked.items() if value}
    if len(given) != 1:
        raise UsageError("explain_one", options=", ".join(f"--{name}" for name in ASKED))
    ((what, value),) = given.items()
    explain = getattr(import_module(ASKED[what]), f"explain_{what}")
    code = "" if value is True else str(value)
    scenario = run.load_one(paths[0])
    with run.doing("explain") as line:
        answer = explain(scenario, code, run.lang, run.reveal, line.goal, run.time_limit)
    return run.tell(answer)


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""
    options = [
        click.option(f"--{name}", is_flag=True, help=say(f"help.explain_{name}", lang))
        if name in FLAGS
        else click.option(f"--{name}", metavar="CODE", help=say(f"help.explain_{name}", lang))
        for name in ASKED
    ]
    return scenario_command("explain", lang, act, *options)
