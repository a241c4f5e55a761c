"""What ``check`` does: read scenarios, look for every problem, say what was read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from planner.case.case import Mode, Only
from planner.case.dictionary import TABLES
from planner.case.scenario import Scenario, load
from planner.errors import InputError, Problem
from planner.show.table import Col, line, print_table
from planner.words import say


def check(
    paths: Sequence[Path], only: Only | None, mode: Mode | None = None
) -> tuple[list[Scenario], list[Problem]]:
    """The sound scenarios, each once, and every problem and notice, each once."""
    from planner.model.people.variables import people_of

    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            scenarios = load(path, only, mode)
        except InputError as error:
            problems += error.problems
            continue
        for scenario in scenarios:
            problems += scenario.case.notices
            try:
                if scenario.case.has_people:
                    people_of(scenario.case)  # a pin that cannot be is only seen here
                found.setdefault(scenario.name, scenario)
            except InputError as error:
                problems += error.problems
    unique: dict[str, Problem] = {}
    for problem in problems:
        unique.setdefault(repr(problem), problem)
    return list(found.values()), list(unique.values())


def print_checked(scenarios: Sequence[Scenario], lang: str, console: Console) -> None:
    """What was read, table by table of the first scenario, and which scenarios are sound."""
    case = scenarios[0].case
    given = [t for t in TABLES if case.has(t.name)]
    print_table(console, [
        Col(say("screen.table", lang), [t.zh if lang == "zh" else t.name for t in given]),
        Col(say("screen.rows", lang), [str(len(case.frame(t.name))) for t in given], number=True),
    ])
    line(console, say("screen.sound", lang, count=len(scenarios)), "bold")
    for scenario in scenarios:
        changes = say("screen.changes_count", lang, count=len(scenario.changes))
        line(console, f"{scenario.name}  {scenario.title}  {changes}", indent=2)
