"""When nothing satisfies every rule: which rules clash, and the least that would have to give."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from planner.model.rule import Model
from planner.solver.elastic import Elastic, Name
from planner.solver.hitting import hitting_set
from planner.solver.stating import Array
from planner.solver.watch import NEVER, Deadline

#: How many smallest sets of rules are shown, and how many are looked for to show the best.
SHOWN, FOUND = 3, 120
#: Rows a search may read in all: what bounds it on large models, a count so that it is repeatable.
EFFORT = 400_000
NOTHING = 1e-7


@dataclass(frozen=True)
class Member:
    """One rule of a clash; ``law`` when the user marked it so."""

    rule: str
    of: str
    law: bool = False


@dataclass(frozen=True)
class Give:
    """One rule of a clash; ``by`` is the least it must give if it alone gives.

    ``by`` is in the unit of the rule's rows (万元 or people); ``None`` when its giving alone is
    not enough, or when it is ``law``. ``together``: this and the others so marked must all give.
    """

    rule: str
    of: str
    by: float | None
    together: bool = False
    law: bool = False


@dataclass(frozen=True)
class Repair:
    """A smallest set of rules that, giving so much each, leave a plan; no law among them.

    ``point``: the values of the model's columns it was found at.
    """

    gives: tuple[Give, ...]
    point: tuple[float, ...] = field(default=(), repr=False, compare=False)

    @property
    def total(self) -> float:
        """What its rules give in all."""
        return sum(give.by or 0.0 for give in self.gives)


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan: one minimal clash, what each rule of it must give, and repairs.

    ``repairs`` are up to three sets of the smallest size, the least total first; in a large model
    the one with the least total of all, whatever its size; none when laws alone clash. All empty:
    the rows have a point.
    """

    clash: tuple[Member, ...] = ()
    gives: tuple[Give, ...] = ()
    repairs: tuple[Repair, ...] = ()
    #: The time was over before it was found.
    cut: bool = False


def conflict_of(
    model: Model, laws: frozenset[Name] = frozenset(), able: Container[str] | None = None,
    deadline: Deadline = NEVER,
) -> Conflict:
    """Find what clashes in a model and how it is mended.

    ``laws`` are never asked to give, nor is a rule that is not in ``able`` (``None``: all are).
    Raises ``OutOfTimeError`` past the ``deadline``: half an answer to this is none.
    """
    elastic = Elastic(model, deadline)
    fixed = laws | {name for name in elastic.names if able is not None and name[0] not in able}
    if elastic.feasible():
        return Conflict()
    clash = elastic.clash()
    members = tuple(Member(*name, law=name in laws) for name in elastic.names if name in clash)
    alone = _alone(elastic, members, fixed)
    if any(give.by is not None for give in alone):
        singles = [Repair((give,)) for give in alone if give.by is not None]
        return Conflict(members, alone, _best(elastic, singles))
    every = _least(elastic, [name for name in elastic.names if name not in fixed])
    if elastic.large:  # the smallest sets of rules would take hundreds of solves
        return Conflict(members, _together(every) or alone, (every,) if every else ())
    repairs = _repairs(elastic, clash, fixed, every)
    return Conflict(members, _together(every) or alone, repairs)


def least(
    model: Model, giving: Iterable[Name], deadline: Deadline = NEVER
) -> Repair | None:
    """The least total by which just these rules must give; ``None`` when it is not enough.

    Raises ``OutOfTimeError`` past the ``deadline``.
    """
    return _least(Elastic(model, deadline), giving)


def _least(elastic: Elastic, giving: Iterable[Name]) -> Repair | None:
    some = frozenset(giving)
    elastic.release(some)
    goal = [(j, 1.0) for name in sorted(some) for j in elastic.slack[name]]
    outcome = elastic.optimise(goal)
    if not outcome.solved:
        return None
    given = {name: float(sum(outcome.x[j] for j in elastic.slack[name]))
             for name in elastic.names if name in some}
    return Repair(tuple(Give(*name, by) for name, by in given.items() if by > NOTHING),
                  _point(outcome.x, elastic.columns))


def _point(x: Array, columns: int) -> tuple[float, ...]:
    return tuple(float(value) for value in x[:columns])


def _alone(
    elastic: Elastic, clash: tuple[Member, ...], fixed: frozenset[Name]
) -> tuple[Give, ...]:
    """For each rule of a clash, the least it must give when every other rule holds.

    A rule that is enough alone is in every clash, so these are all the repairs of one rule.
    """
    alone = []
    for m in clash:
        name = (m.rule, m.of)
        found = None if name in fixed else _least(elastic, [name])
        alone.append(Give(m.rule, m.of, found.total if found else None, law=m.law))
    return tuple(alone)


def _together(every: Repair | None) -> tuple[Give, ...]:
    """Where no rule is enough alone: the rules that give together, at the least total of all.

    Applied, they leave a plan, for the same model was solved with them.
    """
    return tuple(replace(give, together=True) for give in every.gives) if every else ()


# --- smallest repairs -------------------------------------------------------------------------


def _repairs(
    elastic: Elastic, first: frozenset[Name], fixed: frozenset[Name], every: Repair | None
) -> tuple[Repair, ...]:
    """The smallest sets of rules that mend every clash, by implicit hitting sets.

    A set that meets every clash known so far is tried; when it is not enough, there is a clash it
    does not meet, which is then known too. The first set that is enough has the smallest size, as
    every set must meet the known clashes; further sets of its size follow, until those shown give
    no more in all than ``every`` rule together, as no set can give less.
    """
    clashes = [first - fixed, *_forced(elastic, fixed, every)]
    enough: dict[frozenset[Name], Repair | None] = {}
    tries = max(12, min(FOUND, EFFORT // max(len(elastic.rule), 1)))
    while all(clashes) and len(enough) < tries and not _as_good(enough.values(), every):
        size = len(next(iter(enough))) if enough else None
        pick = hitting_set(clashes, frozenset(enough), size)
        if pick is None:
            break
        if elastic.feasible(pick):
            enough[pick] = _least(elastic, pick)
        else:
            clashes.append(elastic.clash(pick) - fixed)
    if not all(clashes):
        return ()  # what may not give clashes by itself
    return _best(elastic, [repair for repair in enough.values() if repair is not None])


def _as_good(found: Iterable[Repair | None], every: Repair | None) -> bool:
    """Whether as many as are shown give the least total there is."""
    least = every.total if every else 0.0
    near = NOTHING * max(1.0, least)
    return sum(r is not None and r.total <= least + near for r in found) >= SHOWN


def _best(elastic: Elastic, repairs: list[Repair]) -> tuple[Repair, ...]:
    """The first few by their total, then in the order of the rules."""
    rank = {name: i for i, name in enumerate(elastic.names)}
    repairs.sort(key=lambda r: (round(r.total, 6), [rank[g.rule, g.of] for g in r.gives]))
    return tuple(repairs[:SHOWN])


def _forced(
    elastic: Elastic, fixed: frozenset[Name], every: Repair | None
) -> list[frozenset[Name]]:
    """Rules that clash with what may not give: each is in every repair.

    Looked for among those that give where all may, at the least total; one solve each.
    """
    some = [(give.rule, give.of) for give in every.gives] if every else []
    return [frozenset([name]) for name in some
            if not elastic.feasible(set(elastic.names) - fixed - {name})]
