"""The people of a case asked about again and again: one model kept in the solver, bounds changed.

Each question is solved goal by goal as the plan was, at first without asking for whole people.
Where the goals on placements end in whole people all the same, each of those values is proven: it
cannot be better, and there it is. Else, and for the bench, whole people are asked for. Ties are
broken by keeping to the plan asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, inf

import numpy as np

from planner.case.case import Case
from planner.model.blocks import Block, block_of, people_within
from planner.model.money.rules import MoneyPart
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.training import is_tied
from planner.model.rule import Leximin, Model, Stage, Terms
from planner.model.training import awards_of, purses_of
from planner.plan.seating import keeping, most_kept, seat
from planner.solver.highs import Array, Outcome, Session
from planner.solver.ladder import SLIP_IN_PROPORTION, Climb, Ladder, Reached
from planner.solver.leximin import SLIP

WHOLE = 1e-6
#: The most one goal weighs against the next when all are weighed together for a start.
HEAVIEST = 1e6


@dataclass(frozen=True)
class Bound:
    """New bounds of a column, or (``row``) of a row."""

    at: int
    low: float
    high: float
    row: bool = False


@dataclass(frozen=True)
class Reply:
    """What came of one question.

    ``goals`` are told as in a plan; ``placed`` are (candidate, post) by codes. Both are empty
    unless ``status`` is ``optimal`` (each goal proven) or ``feasible``.
    """

    status: str
    goals: tuple[Reached, ...] = ()
    placed: frozenset[tuple[str, str]] = frozenset()
    brief: bool = False

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
    return people_within(case, awards, PEOPLE_GOALS)


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
        # Whom to list on a bench of equal worth is chosen after every goal: no goal is moved by it.
        self.goals = tuple(g for g in block.goals if not (isinstance(g, Stage) and (
            g.last or (g.goal, g.part) == ("bench", "fit"))))
        self._model = block.model
        kept, _ = keeping(self.v, block.model, self.held)
        stages = (*self.goals, most_kept(kept)) if kept else self.goals
        self._stages = stages
        self._plain = bool(stages) and all(isinstance(g, Stage) for g in stages)
        self._asked = tuple(np.flatnonzero(block.model.whole).tolist())
        self._placing = (*self.v.y.values(), *self.v.unfilled)
        self._cut = next((n for n, g in enumerate(self.goals) if g.goal == "bench"),
                         len(self.goals))
        loose = Model(list(block.model.lower), list(block.model.upper),
                      [False] * len(block.model.lower), list(block.model.rows))
        self._loose = Ladder(loose, stages)
        self._session = self._loose.session()
        self._session.optimise(_weighed(self.goals), "max")  # a start near all goals at once

    @cached_property
    def _strict(self) -> Ladder:
        return Ladder(self._model, self._stages)

    @cached_property
    def base(self) -> Reply:
        """The answer to the case as it is."""
        return self.ask(())

    def ask(self, bounds: Iterable[Bound], brief: bool = False) -> Reply:
        """The best plan within these bounds; ``brief``: only its goals before the bench."""
        bounds = tuple(bounds)
        last = self._cut if brief else len(self._stages)
        climb = self._climb(bounds, last) if self._plain else None
        if climb is None:
            session = self._strict.session()
            self._set(session, bounds)
            climb = self._strict.climb(session=session)
            session.restore()
        if climb.status not in ("optimal", "feasible"):
            return Reply(climb.status)
        return self._reply(climb, len(climb.reached) < len(self.goals))

    def _climb(self, bounds: tuple[Bound, ...], last: int) -> Climb | None:
        """Goal by goal; ``None`` where holding the goals leaves no point to be found."""
        loose = self._goal_by_goal(bounds, last, self._cut)
        if loose is None or loose.status != "unsure":
            return loose
        return self._goal_by_goal(bounds, last, 0)

    def _goal_by_goal(self, bounds: tuple[Bound, ...], last: int, whole_from: int) -> Climb | None:
        """Whole people are asked for from that goal on, where they do not come by themselves."""
        session, reached = self._session, []
        session.restore()
        self._set(session, bounds)
        x, whole = np.zeros(0), False
        for n, goal in enumerate(self._stages[:last]):
            assert isinstance(goal, Stage)
            ask = session.surely if n else session.optimise
            out = ask(goal.terms, goal.sense)
            if out.solved and n >= whole_from and not whole and not self._whole(out.x):
                session.ask_whole(self._asked, out.x)
                whole, out = True, ask(goal.terms, goal.sense)
            if not out.solved:
                return Climb("infeasible", out.x) if not n and out.status == "infeasible" else None
            if n == self._cut - 1 and whole_from and not self._whole(out.x, self._placing):
                return Climb("unsure", out.x)
            reached.append(_held(session, goal, self._loose.rows[n][0], out))
            x = out.x
        return Climb("optimal", x, tuple(reached))

    def _set(self, session: Session, bounds: Iterable[Bound]) -> None:
        for bound in bounds:
            change = session.hold if bound.row else session.fix
            change(bound.at, bound.low, bound.high)

    def _whole(self, x: Array, columns: tuple[int, ...] | None = None) -> bool:
        """Whether everything (or these columns) that comes in whole numbers does."""
        asked = np.asarray(x)[list(self._asked if columns is None else columns)]
        return bool((np.abs(asked - np.round(asked)) <= WHOLE).all())

    def _reply(self, climb: Climb, brief: bool) -> Reply:
        x = np.array(climb.x)
        x[list(self._asked)] = np.round(x[list(self._asked)])
        reached = tuple(_told(goal, got, x) for goal, got in
                        zip(self.goals, climb.reached, strict=False))
        placed = frozenset((self.who[i], self.what[j]) for i, j in
                           seat(self.v, x.tolist(), self.held))
        status = "optimal" if all(r.proven for r in reached) else "feasible"
        return Reply(status, reached, placed, brief)

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
        return (Bound(column, 1.0, self._model.upper[column]),)

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




def _told(goal: Stage | Leximin, got: Reached, x: np.ndarray) -> Reached:
    """A goal counted again from the whole answer, its bound sharpened to what it can take."""
    if isinstance(goal, Leximin):
        return got
    value = goal.unit * sum(c * float(x[j]) for j, c in goal.terms) + goal.constant
    bound = got.bound
    if goal.grain:
        bound = (ceil(bound - WHOLE) if goal.sense == "min" else floor(bound + WHOLE)) * 1.0
    return Reached(goal.goal, round(value, 6) + 0.0, bound, goal.part)


def _held(session: Session, goal: Stage, row: int, out: Outcome) -> Reached:
    """Hold a goal at what it came to, as the ladder does."""
    value = round(out.value / goal.grain) * goal.grain if goal.grain else out.value
    slip = max(SLIP, SLIP_IN_PROPORTION * abs(value)) + goal.tolerance / goal.unit
    low, high = (value - slip, inf) if goal.sense == "max" else (-inf, value + slip)
    session.hold(row, low, high)
    value, bound = (goal.unit * figure + goal.constant for figure in (value, out.bound))
    return Reached(goal.goal, value, bound, goal.part)


def _weighed(goals: Iterable[Stage | Leximin]) -> Terms:
    """All goals in one sum, the higher the heavier: to start from, never to answer with.

    A model that only counts shortfalls has so many best points that it is far slower to solve.
    """
    total: dict[int, float] = {}
    scale = 1.0
    for goal in reversed(list(goals)):
        if isinstance(goal, Leximin) or not goal.terms:
            continue
        sign = scale if goal.sense == "max" else -scale
        for column, c in goal.terms:
            total[column] = total.get(column, 0.0) + sign * c
        scale = min(HEAVIEST, scale * (1 + max(abs(c) for _, c in goal.terms)))
    return list(total.items())
