"""What is asked of a case that has no plan: the rules alone, money in whole steps."""

from __future__ import annotations

from dataclasses import dataclass

from planner.case.case import Case
from planner.model.blocks import block_of
from planner.model.money.rules import MONEY_RULES
from planner.model.money.stepped import in_steps
from planner.model.money.variables import MoneyVariables, money_variables
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Model


@dataclass(frozen=True)
class Asked:
    """The rules of a block alone, money in whole steps, and what its columns mean."""

    model: Model
    money: MoneyVariables | None
    people: PeopleVariables | None


def asked(case: Case, name: str, single: bool = False) -> Asked:
    """What is asked of a block of a case when it has no plan.

    ``single``: every cell of money by itself. Cells alike are one otherwise, and the sum of their
    steps may leave room where a single one has none.
    """
    if name == "money":
        model = Model()
        v = money_variables(case, model, steady=False, single=single)
        for rule in MONEY_RULES:
            model.add(in_steps(rule.rows(case, v), v))
        return Asked(model, v, None)
    block = block_of(case, name)
    model = block.bare()
    if block.money is not None:
        model.rows = list(in_steps(model.rows, block.money))
    return Asked(model, block.money, block.people)
