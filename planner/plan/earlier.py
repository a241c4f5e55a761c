"""An earlier plan to keep to, read from what ``--json`` printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.errors import Cell, InputError, Problem

Pairs = frozenset[tuple[str, str]]


def keep(scenarios: Sequence[Scenario], path: Path) -> list[Scenario]:
    """The scenarios beside the earlier plan at ``path``, for the goal ``steady`` to hold on to.

    Each keeps to the scenario of its own name in the file, else to the first. Raises
    ``InputError`` when the file is no such plan, or places nobody the scenario knows.
    """
    plans = _plans(path)
    kept, problems = [], []
    for scenario in scenarios:
        pairs = plans.get(scenario.name, next(iter(plans.values())))
        if not scenario.case.has_people:
            kept.append(scenario)
        elif not _possible(scenario.case, pairs):
            problems.append(Problem("keep_no_plan", Cell(path.name), scenario.name))
        else:
            kept.append(replace(scenario, case=scenario.case.keeping(pairs),
                                base=scenario.base.keeping(pairs)))
    if problems:
        raise InputError(problems)
    return kept


def _possible(case: Case, pairs: Pairs) -> Pairs:
    """Those whose person and post the case knows."""
    who = set(case.frame("candidates")["candidate"])
    what = set(case.frame("posts")["post"])
    return frozenset((c, p) for c, p in pairs if c in who and p in what)


def _plans(path: Path) -> dict[str, Pairs]:
    """Placements by scenario, in the order of the file."""
    try:
        found: Any = json.loads(path.read_bytes())
        plans = {
            str(plan["scenario"]): frozenset(
                (str(row["candidate"]), str(row["post"])) for row in plan["placements"])
            for plan in found["scenarios"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([Problem("keep_unreadable", Cell(path.name), path.name)]) from error
    if not plans:
        raise InputError([Problem("keep_unreadable", Cell(path.name), path.name)])
    return plans
