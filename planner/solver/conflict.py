"""When nothing satisfies every rule: which rules clash, and by how much one alone must give."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from planner.model.rule import Model, Row
from planner.solver.highs import Session

Name = tuple[str, str]  # (rule, what it is about)

#: Facts, not decisions: a seat is a seat and a person holds one post. Never asked to give.
FACTS = ("goal", "seats", "one_post", "eligible", "whole")


@dataclass(frozen=True)
class Give:
    """One rule of a clash; ``by`` is the least it must give if it alone gives.

    ``by`` is in the unit of the rule's rows (万元 or people); ``None`` when its giving alone is
    not enough. ``together``: this and the others so marked must all give.
    """

    rule: str
    of: str
    by: float | None
    together: bool = False


def clash(model: Model) -> tuple[Name, ...]:
    """A smallest-by-inclusion set of rules that cannot hold together: a deletion filter.

    Rules are taken out one after another; one that is not needed for the clash stays out. What is
    left clashes, and no longer does without any one of its members: each was tried by solving.
    """
    rows: dict[Name, list[int]] = {}
    for i, row in enumerate(model.rows):
        if row.rule not in FACTS:
            rows.setdefault((row.rule, row.of), []).append(i)
    session = Session(model)
    needed = []
    for name, mine in rows.items():
        for i in mine:
            session.hold(i, -inf, inf)
        if session.optimise([], "min").status != "infeasible":
            needed.append(name)
            for i in mine:
                session.hold(i, model.rows[i].low, model.rows[i].high)
    return tuple(needed)


def gives(model: Model, names: tuple[Name, ...]) -> tuple[Give, ...]:
    """For each rule of a clash, the least it must give when every other rule holds.

    Where no rule is enough alone (clashes in several places), the rules that give together, at
    the least total: applied, they leave a plan, for the same model was solved with them.
    """
    alone = [Give(*name, sum(found.values()) if found is not None else None)
             for name in names for found in [_least(model, {name})]]
    if any(give.by is not None for give in alone):
        return tuple(alone)
    every = {(row.rule, row.of) for row in model.rows if row.rule not in FACTS}
    found = _least(model, every) or {}
    return tuple(Give(*name, by, together=True) for name, by in found.items()) or tuple(alone)


def _least(model: Model, giving: set[Name]) -> dict[Name, float] | None:
    """The least total by which these rules must give, by rule; ``None`` when it is not enough."""
    elastic = Model(list(model.lower), list(model.upper), list(model.whole))
    slack: dict[Name, list[int]] = {}
    for row in model.rows:
        terms, name = row.terms, (row.rule, row.of)
        if name in giving:
            more, less = elastic.column(), elastic.column()
            slack.setdefault(name, []).extend((more, less))
            terms = [*terms, (more, 1.0), (less, -1.0)]
        elastic.row(Row(row.rule, row.of, terms, row.low, row.high))
    goal = [(j, 1.0) for columns in slack.values() for j in columns]
    outcome = Session(elastic).optimise(goal, "min")
    if not outcome.solved:
        return None
    given = {name: float(sum(outcome.x[j] for j in columns)) for name, columns in slack.items()}
    return {name: by for name, by in given.items() if by > 1e-7}
