"""The linear models of a case: a block of money and one of people, each with its ranked goals."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from planner.case.case import Case
from planner.model.money.goals import MONEY_GOALS
from planner.model.money.rules import MONEY_RULES
from planner.model.money.variables import SCALE, MoneyVariables, money_variables
from planner.model.people.goals import PEOPLE_GOALS, successors
from planner.model.people.goals import tie as people_tie
from planner.model.people.rules import PEOPLE_RULES
from planner.model.people.training import is_tied
from planner.model.people.variables import PeopleVariables, people_variables
from planner.model.rule import Leximin, Model, Stage
from planner.model.training import cost_terms, grain_of, purse_rows, training_rows

#: The order of goals when a case does not rank its own.
DEFAULT_GOALS = ("floor", "fill", "fairness", "targets", "orders", "bench", "fit", "steady",
                 "payer_order")
_MONEY = {"training", *(rule.name for rule in MONEY_RULES)}


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

    @property
    def asleep(self) -> tuple[int, ...]:
        """Columns that may be 0 until the goal ``bench``: its lists, if no target counts them."""
        v = self.people
        if v is None or v.bench is None or any(b.of == "bench" for b in v.people.bounds):
            return ()
        return (*v.bench.b.values(), *v.near.values())

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
    """``yuan`` for a rule of money or of what pays for training, ``people`` for one of people."""
    return "yuan" if rule in _MONEY else "people"


def scale_of(rule: str) -> int:
    """What one unit of the rows of a rule is in yuan or people."""
    return SCALE if rule in _MONEY else 1


def blocks_of(case: Case) -> tuple[str, ...]:
    """The names of the blocks a case has: ``joint`` where training ties money to people."""
    if is_tied(case):
        return ("joint",)
    given = (("money", case.has_money), ("people", case.has_people))
    return tuple(name for name, has in given if has)


def tables_of(block: str) -> tuple[str, ...]:
    """The kinds of tables a block is made of, for the fingerprint of what was given to it."""
    return ("money", "people") if block == "joint" else (block,)


def block_of(case: Case, name: str) -> Block:
    """State one block of a case; either half of a tied case is the joint block."""
    if is_tied(case):
        return _joint(case)
    return _money(case) if name == "money" else _people(case)


def money_apart(case: Case) -> Block:
    """The money half of a tied case as if nobody were to be trained."""
    return _money(case)


def people_within(case: Case, awards: Sequence[int], names: Container[str]) -> Block:
    """The people half of a tied case with so many yuan in each purse, and some of its goals."""
    model = Model()
    v = _people_rules(case, model)
    model.add(purse_rows(case, v, awards))
    base = len(model.lower), len(model.rows)
    goals = [s for goal in ranked_goals(case) if goal[0] in names
             for s in _people_goals(case, v, model, goal)]
    if all(g in names for g, _ in ranked_goals(case) if g in PEOPLE_GOALS):
        goals += _people_ties(case, v, model)
    return Block("people", model, tuple(goals), *base, people=v)


def _money(case: Case) -> Block:
    model = Model()
    v = _money_rules(case, model)
    base = len(model.lower), len(model.rows)
    goals = [s for goal in ranked_goals(case) for s in _money_goals(case, v, model, goal)]
    return Block("money", model, tuple(goals), *base, money=v)


def _people(case: Case) -> Block:
    model = Model()
    v = _people_rules(case, model)
    base = len(model.lower), len(model.rows)
    goals = [s for goal in ranked_goals(case) for s in _people_goals(case, v, model, goal)]
    goals += _people_ties(case, v, model)
    return Block("people", model, tuple(goals), *base, people=v)


def _joint(case: Case) -> Block:
    """Both halves and what ties them: one model, one ranking of goals.

    Whom to list and to train among equals is decided after all that is ranked; where ``fairness``
    has made the amounts unique, with the last goal of people, so that the goals of money after it
    find nothing whole to decide.
    """
    model = Model()
    money, people = _money_rules(case, model), _people_rules(case, model)
    model.add(training_rows(case, money, people))
    base = len(model.lower), len(model.rows)
    goals: list[Stage | Leximin] = []
    order = ranked_goals(case)
    decided = _decided(order, bool(people.people.earlier))
    for n, goal in enumerate(order):
        mine = _money_goals(case, money, model, goal)
        goals += [replace(s, takes=people.spent) if isinstance(s, Leximin) else s for s in mine]
        goals += _people_goals(case, people, model, goal)
        if n == decided:
            goals += _people_ties(case, people, model)
    return Block("joint", model, tuple(goals), *base, money=money, people=people)


def _decided(order: Sequence[tuple[str, float]], earlier: bool) -> int:
    """The rank after which no goal tells two choices of people apart; ``earlier``: with a plan to
    keep to."""
    if ("fairness", 0.0) not in order:
        return len(order) - 1
    return max(n for n, (goal, _) in enumerate(order)
               if goal == "fairness" or (goal in PEOPLE_GOALS and (goal != "steady" or earlier)))


def _money_rules(case: Case, model: Model) -> MoneyVariables:
    v = money_variables(case, model, steady=any(g == "steady" for g, _ in ranked_goals(case)))
    for rule in MONEY_RULES:
        model.add(rule.rows(case, v))
    return v


def _people_rules(case: Case, model: Model) -> PeopleVariables:
    v = people_variables(case, model)
    for rule in PEOPLE_RULES:
        model.add(rule.rows(case, v))
    return v


def _money_goals(
    case: Case, v: MoneyVariables, model: Model, goal: tuple[str, float]
) -> list[Stage | Leximin]:
    name, tolerance = goal
    found = MONEY_GOALS[name](case, v, model) if name in MONEY_GOALS else ()
    return [_tolerant(stage, tolerance) for stage in found]


def _people_goals(
    case: Case, v: PeopleVariables, model: Model, goal: tuple[str, float]
) -> list[Stage | Leximin]:
    name, tolerance = goal
    found = PEOPLE_GOALS[name](case, v, model) if name in PEOPLE_GOALS else ()
    return [_tolerant(stage, tolerance) for stage in found]


def _people_ties(case: Case, v: PeopleVariables, model: Model) -> list[Stage | Leximin]:
    """What decides among people after all that is ranked: what was given and not ranked, the
    bench, the cheapest training, codes."""
    ranked = {g for g, _ in ranked_goals(case)}
    goals: list[Stage | Leximin] = []
    for given, goal in ((v.people.earlier, "steady"), (v.bench, "bench")):
        if given and goal not in ranked:
            goals += PEOPLE_GOALS[goal](case, v, model)
    goals += successors(case, v, model)
    if v.spent:
        grain = grain_of(case, {c for _, c in v.trained}) / SCALE
        goals.append(Stage("training", "min", cost_terms(case, v), grain=grain, unit=SCALE))
    return [*goals, *people_tie(case, v, model)]


def _tolerant(stage: Stage | Leximin, tolerance: float) -> Stage | Leximin:
    return replace(stage, tolerance=tolerance) if tolerance else stage
