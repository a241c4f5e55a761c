"""Every rule of both halves, counted again over a plan's own tables: no solver, whole yuan."""

from __future__ import annotations

from planner.case.case import Case
from planner.model.money.part import MoneyPart
from planner.model.money.rules import MONEY_RULES
from planner.model.people.rules import PEOPLE_RULES, PeoplePart
from planner.model.rule import Breach
from planner.model.training import training_recount


def recount(
    case: Case, money: MoneyPart | None, people: PeoplePart | None
) -> tuple[Breach, ...]:
    """Every breach found, with codes only; empty when the plan holds."""
    found: list[Breach] = []
    if money is not None:
        found += [b for rule in MONEY_RULES for b in rule.recount(case, money)]
    if people is not None:
        found += [b for rule in PEOPLE_RULES for b in rule.recount(case, people)]
    if money is not None and people is not None:
        found += training_recount(case, money, people)
    return tuple(found)
