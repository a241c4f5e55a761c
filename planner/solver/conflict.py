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
    not enough.
    """

    rule: str
    of: str
    by: float | None


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
    """For each rule of a clash, the least it must give when every other rule holds."""
    return tuple(Give(*name, _alone(model, name)) for name in names)


def _alone(model: Model, name: Name) -> float | None:
    elastic = Model(list(model.lower), list(model.upper), list(model.whole))
    slack = []
    for row in model.rows:
        terms = row.terms
        if (row.rule, row.of) == name:
            more, less = elastic.column(), elastic.column()
            slack += [(more, 1.0), (less, 1.0)]
            terms = [*terms, (more, 1.0), (less, -1.0)]
        elastic.row(Row(row.rule, row.of, terms, row.low, row.high))
    outcome = Session(elastic).optimise(slack, "min")
    return outcome.value if outcome.solved else None
