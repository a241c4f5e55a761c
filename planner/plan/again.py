"""The people of a case asked about again and again: one model kept in the solver, bounds changed.

Each question is solved goal by goal as the plan was, at first without asking for whole people.
Where whole people reach the same, by themselves or rounded nearby, each value is proven: it cannot
be better, and there it is. Else whole people are asked for. Ties are broken by keeping to the plan
asked about.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np

from planner.case.case import Case
from planner.model.blocks import Block, block_of, people_within
from planner.model.money.part import MoneyPart
from planner.model.money.variables import SCALE
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.training import courses_of, is_tied, undivided_rows
from planner.model.people.variables import sent
from planner.model.rule import Stage
from planner.model.training import awards_of, purses_of
from planner.plan.seating import keeping, most_kept, seat
from planner.solver.ladder import Climb, Reached
from planner.solver.loose import Bound, Loose, counted

__all__ = ["Again", "Bound", "Reply", "people_block"]


@dataclass(frozen=True)
class Reply:
    """What came of one question.

    ``goals`` are told as in a plan; ``placed`` are (candidate, post) by codes, ``trained``
    (candidate, course). All are empty unless ``status`` is ``optimal`` (each goal proven) or
    ``feasible``.
    """

    status: str
    goals: tuple[Reached, ...] = ()
    placed: frozenset[tuple[str, str]] = frozenset()
    brief: bool = False
    trained: frozenset[tuple[str, str]] = frozenset()

    @property
    def solved(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")

    def value(self, goal: str, part: str) -> float | None:
        """What a goal came to; ``None`` where it is not ranked."""
        return next((r.value for r in self.goals if (r.goal, r.part) == (goal, part)), None)


def people_block(case: Case, money: MoneyPart | None = None) -> Block:
    """The block that places people; where training ties them to money, within these awards.

    Without awards nobody is trained.
    """
    if not is_tied(case):
        return block_of(case, "people")
    awards = tuple(0 for _ in purses_of(case)) if money is None else awards_of(case, money)
    block = people_within(case, awards, PEOPLE_GOALS)
    assert block.people is not None
    block.model.add(undivided_rows(case, block.people))
    return block


class Again:
    """The block with the people of a case, ready for one question after another.

    ``held`` are the placements of the plan asked about, kept where no goal is the worse for it;
    ``money`` its awards, which pay for training and stay as they are.
    """

    def __init__(
        self, case: Case, held: Iterable[tuple[str, str]] = (), money: MoneyPart | None = None
    ) -> None:
        block = people_block(case, money)
        assert block.people is not None
        self.case, self.v, self.rows = case, block.people, block.rows
        self.who = [str(c.candidate) for c in case.rows("candidates")]
        self.what = [str(p.post) for p in case.rows("posts")]
        at = {c: i for i, c in enumerate(self.who)}, {p: j for j, p in enumerate(self.what)}
        self.held = [(at[0][c], at[1][p]) for c, p in sorted(held)]
        # Whom to list on a bench of equal worth, and whom to train for it, is chosen after every
        # goal: no goal is moved by it.
        self.goals = tuple(g for g in block.goals if not (isinstance(g, Stage) and (
            g.last or (g.goal, g.part) in (("bench", "fit"), ("training", "")))))
        self._model = block.model
        self._upper = tuple(block.model.upper)  # a solver writes the bounds it is given there
        kept, _ = keeping(self.v, block.model, self.held)
        cheapest = [replace(g, last=True) for g in block.goals
                    if isinstance(g, Stage) and g.goal == "training"]
        stages = (*self.goals, *([most_kept(kept)] if kept else []), *cheapest)
        self._cut = next((n for n, g in enumerate(self.goals) if g.goal == "bench"),
                         len(self.goals))
        self._loose = Loose(block.model, stages, self.v.y.values())

    @cached_property
    def base(self) -> Reply:
        """The answer to the case as it is."""
        return self.ask(())

    def ask(
        self, bounds: Iterable[Bound], brief: bool = False, first: Container[str] = ()
    ) -> Reply:
        """The best plan within these bounds; ``brief``: only its goals before the bench.

        ``first``: only as far as the last of these goals.
        """
        last = self._cut if brief else 0
        if first:
            last = max((n for n, g in enumerate(self.goals, 1) if g.goal in first), default=0)
        climb = self._loose.climb(tuple(bounds), last or None) if self._loose.plain else (
            self._loose.strictly(bounds))
        if climb.status not in ("optimal", "feasible"):
            return Reply(climb.status)
        return self._reply(climb, len(climb.reached) < len(self.goals))

    def _reply(self, climb: Climb, brief: bool) -> Reply:
        x = np.array(climb.x)
        x[self._loose.asked] = np.round(x[self._loose.asked])
        reached = tuple(
            counted(goal, got, x) if isinstance(goal, Stage) else got
            for goal, got in zip(self.goals, climb.reached, strict=False))
        placed = frozenset((self.who[i], self.what[j]) for i, j in
                           seat(self.v, x.tolist(), self.held))
        trained = frozenset((self.who[i], courses_of(self.case)[c].code)
                            for i, c in sent(self.v, x.tolist()))
        status = "optimal" if all(r.proven for r in reached) else "feasible"
        return Reply(status, reached, placed, brief, trained)

    # --- what may be asked ----------------------------------------------------------------------

    @cached_property
    def _rows_of(self) -> Mapping[int, int]:
        """The row that counts the posts of a class of candidates, by the class."""
        of = {column: I for (I, _), column in self.v.y.items()}
        found: dict[int, int] = {}
        for k, row in enumerate(self._model.rows[:self.rows]):
            if row.rule == "one_post":
                found |= {of[j]: k for j, _ in row.terms if j in of}
        return found

    @cached_property
    def _class_of(self) -> Mapping[int, int]:
        return {i: I for I, members in enumerate(self.v.who) for i in members}

    @cached_property
    def _post_class(self) -> Mapping[int, int]:
        return {j: J for J, posts in enumerate(self.v.what) for j in posts}

    def placing(self, i: int) -> tuple[Bound, ...] | None:
        """Candidate ``i`` (or one nothing tells apart) has a post; ``None``: none is open."""
        row = self._rows_of.get(self._class_of[i])
        if row is None:
            return None
        return (Bound(row, 1.0, self._model.rows[row].high, row=True),)

    def without(self, i: int) -> tuple[Bound, ...]:
        """Candidate ``i``'s class has one member fewer to place."""
        row = self._rows_of.get(self._class_of[i])
        if row is None:
            return ()
        spare = self._model.rows[row].high - self.v.people.capacity[i]
        return (Bound(row, -inf, float(spare), row=True),)

    def unlisted(self, i: int) -> Iterator[Bound]:
        """Candidate ``i`` on no bench: lists of the class as if it had one member fewer."""
        if self.v.bench is None:
            return
        size = len(self.alike(i))
        mine = {j for (I, _), j in (*self.v.y.items(), *self.v.bench.b.items())
                if self._class_of[i] == I}
        for k, row in enumerate(self._model.rows[:self.rows]):
            if row.rule == "bench_lists" and row.terms and all(j in mine for j, _ in row.terms):
                yield Bound(k, row.low, row.high * (size - 1) / size, row=True)

    def paying(self, awards: Sequence[int]) -> Iterator[Bound]:
        """Other awards for training, in whole yuan by purse."""
        limits = iter(zip(purses_of(self.case), awards, strict=True))
        for k, row in enumerate(self._model.rows[:self.rows]):
            if row.rule == "training" and row.low == -inf:
                purse, yuan = next(limits)
                yield Bound(k, -inf, purse.usable(yuan) / SCALE, row=True)

    def avoiding(self, i: int, j: int) -> tuple[Bound, ...] | None:
        """Candidate ``i`` not on post ``j``; ``None`` where either may be exchanged for another."""
        if len(self.alike(i)) > 1 or len(self.alike_posts(j)) > 1:
            return None
        return (Bound(self.v.y[self._class_of[i], self._post_class[j]], 0.0, 0.0),)

    def pinned(self, i: int, j: int) -> tuple[Bound, ...] | None:
        """Candidate ``i`` on post ``j``; ``None`` when the post is not open to them."""
        column = self.v.y.get((self._class_of[i], self._post_class.get(j, -1)))
        if column is None:
            return None
        return (Bound(column, 1.0, self._upper[column]),)

    def filling(self, j: int, empty: int) -> tuple[Bound, ...]:
        """At most ``empty`` seats of post ``j`` (and those nothing tells apart) stay empty."""
        column = self.v.unfilled[self._post_class[j]]
        return (Bound(column, 0.0, float(empty)),)

    def unpinned(self, i: int, j: int) -> tuple[Bound, ...]:
        """Without the pin of candidate ``i`` on post ``j``."""
        column = self.v.y[self._class_of[i], self._post_class[j]]
        return tuple(Bound(k, -inf, inf, row=True)
                     for k, row in enumerate(self._model.rows[:self.rows])
                     if row.rule == "pin" and row.terms[0][0] == column)

    def alike(self, i: int) -> tuple[int, ...]:
        """Everyone nothing tells apart from candidate ``i``."""
        return self.v.who[self._class_of[i]]

    def alike_posts(self, j: int) -> tuple[int, ...]:
        """Every post nothing tells apart from post ``j``."""
        return self.v.what[self._post_class[j]]
