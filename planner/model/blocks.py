"""The linear models of a case: a block of money and one of people, each with its ranked goals."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.case.case import Case
from planner.model.money.goals import MONEY_GOALS
from planner.model.money.rules import MONEY_RULES
from planner.model.money.variables import SCALE, MoneyVariables, money_variables
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.goals import tie as people_tie
from planner.model.people.rules import PEOPLE_RULES
from planner.model.people.variables import PeopleVariables, people_variables
from planner.model.rule import Leximin, Model, Stage

#: The order of goals when a case does not rank its own.
DEFAULT_GOALS = ("floor", "fill", "fairness", "targets", "fit", "steady", "payer_order")
_MONEY = {rule.name for rule in MONEY_RULES}


@dataclass(frozen=True)
class Block:
    """One linear model: its rows, its goals in rank order, and its columns by their meaning.

    ``columns`` and ``rows`` are how many of them the rules alone have; what comes after serves the
    goals.
    """

    name: str
    model: Model
    goals: tuple[Stage | Leximin, ...]
    columns: int
    rows: int
    money: MoneyVariables | None = None
    people: PeopleVariables | None = None

    def bare(self) -> Model:
        """The rules alone, without the columns and rows of the goals."""
        return Model(self.model.lower[: self.columns], self.model.upper[: self.columns],
                     self.model.whole[: self.columns], self.model.rows[: self.rows])


def ranked_goals(case: Case) -> tuple[tuple[str, float], ...]:
    """The goals in rank order with their tolerance, as the case ranks them or by default."""
    rows = sorted(case.rows("goals"), key=lambda r: (r.rank, r.goal))
    if not rows:
        return tuple((goal, 0.0) for goal in DEFAULT_GOALS)
    return tuple((row.goal, row.tolerance or 0.0) for row in rows)


def unit_of(rule: str) -> str:
    """``yuan`` for a rule of money, ``people`` for one of people."""
    return "yuan" if rule in _MONEY else "people"


def scale_of(rule: str) -> int:
    """What one unit of the rows of a rule is in yuan or people."""
    return SCALE if rule in _MONEY else 1


def blocks_of(case: Case) -> tuple[str, ...]:
    """The names of the blocks a case has."""
    given = (("money", case.has_money), ("people", case.has_people))
    return tuple(name for name, has in given if has)


def block_of(case: Case, name: str) -> Block:
    """State one block of a case."""
    return _money(case) if name == "money" else _people(case)


def _money(case: Case) -> Block:
    order = [(g, t) for g, t in ranked_goals(case) if g in MONEY_GOALS]
    model = Model()
    v = money_variables(case, model, steady=any(g == "steady" for g, _ in order))
    for rule in MONEY_RULES:
        model.add(rule.rows(case, v))
    base = len(model.lower), len(model.rows)
    goals = [_tolerant(s, t) for g, t in order for s in MONEY_GOALS[g](case, v, model)]
    return Block("money", model, tuple(goals), *base, money=v)


def _people(case: Case) -> Block:
    model = Model()
    v = people_variables(case, model)
    for rule in PEOPLE_RULES:
        model.add(rule.rows(case, v))
    base = len(model.lower), len(model.rows)
    order = [(g, t) for g, t in ranked_goals(case) if g in PEOPLE_GOALS]
    goals = [_tolerant(s, t) for g, t in order for s in PEOPLE_GOALS[g](case, v, model)]
    return Block("people", model, (*goals, *people_tie(case, v, model)), *base, people=v)


def _tolerant(stage: Stage | Leximin, tolerance: float) -> Stage | Leximin:
    return replace(stage, tolerance=tolerance) if tolerance else stage
