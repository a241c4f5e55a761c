"""Who is asked what a change of its people does to a plan.

Where every pair is listed, one model is kept for all questions (``Kept``). A case too large for
that, and one whose training ties people to money, is solved anew with the question put into its
tables (``Anew``): pricing its pairs, or solving money and people together, takes no longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.whatif import with_orders
from planner.errors import InputError, RecountError
from planner.model.blocks import ranked_goals
from planner.model.people.bench import bench_of
from planner.model.people.pool import eligible, seats_of
from planner.model.people.pricing import pairs_of
from planner.model.people.training import is_tied
from planner.model.people.variables import PeopleVariables
from planner.plan.again import Again, Bound, Reply
from planner.plan.cost import Told, costs
from planner.plan.plan import Plan
from planner.plan.priced import LISTED, priced
from planner.plan.recount import recount
from planner.plan.relaxing import lift_order, must_order, pin_order, quoted
from planner.plan.solve import people_part, solve
from planner.plan.solved import Memo
from planner.solver.ladder import Climb, Reached

Pair = tuple[str, str]  # codes of a candidate and a post
NO_PLAN = Reply("infeasible")


class Asker(Protocol):
    """Answers questions about the people of one case; ``i`` and ``j`` are positions."""

    @property
    def base(self) -> Reply:
        """The case as it is."""

    def placed(self, i: int) -> Reply:
        """Candidate ``i`` (or one alike) has some post."""

    def pinned(self, i: int, j: int) -> Reply:
        """Candidate ``i`` (or one alike) has post ``j``."""

    def filled(self, j: int, empty: int) -> Reply:
        """At most ``empty`` seats of post ``j`` and of those alike stay empty."""

    def unpinned(self, i: int, j: int) -> Reply:
        """Without the pin of candidate ``i`` on post ``j``."""

    def certain(self, i: int, j: int, forced: Reply) -> bool:
        """Whether a plan of the case has ``i`` on ``j`` by itself; ``forced`` is the one pinned."""

    def alike(self, i: int) -> tuple[int, ...]:
        """Everyone nothing tells apart from candidate ``i``."""

    def alike_posts(self, j: int) -> tuple[int, ...]:
        """Every post nothing tells apart from post ``j``."""

    def changed(self, orders: Sequence[Order]) -> Asker | None:
        """The same of the case after some changes; ``None`` when it does not stand."""

    def orders_for(self, i: int, j: int) -> tuple[Order, ...]:
        """What puts candidate ``i`` on post ``j`` in the tables."""


def asker_for(plan: Plan, brief: bool = False) -> Asker:
    """Whoever answers soonest for this plan; ``brief`` as in ``Kept``."""
    assert plan.people is not None
    held = frozenset((c, p) for c, p, *_ in plan.people.placed)
    if is_tied(plan.case) or is_large(plan.case):
        return Anew(plan.case, held, plan)
    return Kept(plan.case, held, brief)


def is_large(case: Case) -> bool:
    """Whether the pairs of a case are priced rather than listed."""
    return (bench_of(case) is None and int(eligible(case).sum()) > LISTED
            and pairs_of(case).count() > LISTED)


def _after(case: Case, orders: Iterable[Order]) -> Case | None:
    try:
        changed = with_orders(case, orders, only=None if is_tied(case) else "people")
    except InputError:
        return None
    return changed.keeping(case.earlier)


class Kept:
    """One model kept in the solver, its bounds changed.

    ``brief``: goals after the placements (the bench) are only solved where no goal before suffers
    against ``first``, the plan asked about.
    """

    def __init__(
        self, case: Case, held: frozenset[Pair], brief: bool, first: Reply | None = None
    ) -> None:
        self.case, self.held, self.brief, self._first = case, held, brief, first

    @cached_property
    def again(self) -> Again:
        """The model."""
        return Again(self.case, self.held)

    @property
    def base(self) -> Reply:
        """The case as it is."""
        return self.again.base

    def _asked(self, bounds: tuple[Bound, ...] | None) -> Reply:
        if bounds is None:
            return NO_PLAN
        if self.brief:
            reply = self.again.ask(bounds, brief=True)
            first = self._first or self.base
            if not reply.solved or any(c.worse > 0 for c in costs(first, reply)):
                return reply
        return self.again.ask(bounds)

    def placed(self, i: int) -> Reply:
        """Candidate ``i`` (or one alike) has some post."""
        return self._asked(self.again.placing(i))

    def pinned(self, i: int, j: int) -> Reply:
        """Candidate ``i`` (or one alike) has post ``j``."""
        return self._asked(self.again.pinned(i, j))

    def filled(self, j: int, empty: int) -> Reply:
        """At most ``empty`` seats of post ``j`` and of those alike stay empty."""
        return self.again.ask(self.again.filling(j, empty))

    def unpinned(self, i: int, j: int) -> Reply:
        """Without the pin of candidate ``i`` on post ``j``."""
        return self.again.ask(self.again.unpinned(i, j))

    def certain(self, i: int, j: int, forced: Reply) -> bool:
        """Whether every best plan of the case does what was forced: none without it is as good."""
        if (avoided := self.again.avoiding(i, j)) is None:
            return False
        other = self.again.ask(avoided, self.brief)
        moved = (c.worse for c in costs(forced, other) if c.worse)
        return not other.solved or next(moved, 0) > 0

    def alike(self, i: int) -> tuple[int, ...]:
        """Everyone nothing tells apart from candidate ``i``."""
        return self.again.alike(i)

    def alike_posts(self, j: int) -> tuple[int, ...]:
        """Every post nothing tells apart from post ``j``."""
        return self.again.alike_posts(j)

    def changed(self, orders: Sequence[Order]) -> Kept | None:
        """The same of the case after some changes; ``None`` when it does not stand."""
        after = _after(self.case, orders)
        return None if after is None else Kept(
            after, self.held, self.brief, self._first or self.base)

    def orders_for(self, i: int, j: int) -> tuple[Order, ...]:
        """What puts candidate ``i`` on post ``j`` in the tables."""
        return (pin_order(self.case, i, j),)


class Anew:
    """The case solved anew for every question, holding on to the plan asked about among equals.

    ``held`` are its placements; ``plan`` is it, where the case is the one it is of. What one
    question solved of the money is known to the next.
    """

    def __init__(
        self, case: Case, held: frozenset[Pair], plan: Plan | None = None,
        memos: Mapping[bool, Memo] | None = None,
    ) -> None:
        self.case, self.held, self._plan = case, held, plan
        self._memos = memos or {asking: Memo(asking=asking) for asking in (True, False)}

    @cached_property
    def base(self) -> Reply:
        """The case as it is."""
        return self._solved(self.case) if self._plan is None else _reply(
            self.case, self._plan.status, self._plan)

    def placed(self, i: int) -> Reply:
        """Candidate ``i`` has some post."""
        return self._ask([must_order(self.case, 1, group=self._person(i))])

    def pinned(self, i: int, j: int) -> Reply:
        """Candidate ``i`` has post ``j``."""
        return self._ask(self.orders_for(i, j))

    def filled(self, j: int, empty: int) -> Reply:
        """At most ``empty`` seats of post ``j`` stay empty."""
        count = self._vacant(j) - empty
        return self._ask([must_order(self.case, count, where=self._post(j))])

    def unpinned(self, i: int, j: int) -> Reply:
        """Without the pin of candidate ``i`` on post ``j``."""
        return self._ask([lift_order(*self._codes(i, j))])

    def certain(self, i: int, j: int, forced: Reply) -> bool:
        """Whether the plan of the case, held on to nothing, has ``i`` on ``j``."""
        return self._codes(i, j) in self._solved(self.case, hold=False).placed

    def alike(self, i: int) -> tuple[int, ...]:
        """Candidate ``i`` alone: who is asked about is named."""
        return (i,)

    def alike_posts(self, j: int) -> tuple[int, ...]:
        """Post ``j`` alone."""
        return (j,)

    def changed(self, orders: Sequence[Order]) -> Anew | None:
        """The same of the case after some changes; ``None`` when it does not stand."""
        after = _after(self.case, orders)
        return None if after is None else Anew(after, self.held, None, self._memos)

    def orders_for(self, i: int, j: int) -> tuple[Order, ...]:
        """What puts candidate ``i`` on post ``j``: a pin, which asks that nothing bars them, or a
        target that must be met where they would have to be trained first."""
        if eligible(self.case)[i, j]:
            return (pin_order(self.case, i, j),)
        return (must_order(self.case, 1, group=self._person(i), where=self._post(j)),)

    def _codes(self, i: int, j: int) -> Pair:
        person, post = self.case.rows("candidates")[i], self.case.rows("posts")[j]
        return str(person.candidate), str(post.post)

    def _person(self, i: int) -> str:
        return quoted("candidate", self._codes(i, 0)[0])

    def _post(self, j: int) -> str:
        return quoted("post", self._codes(0, j)[1])

    def _vacant(self, j: int) -> int:
        return int(seats_of(self.case).vacant[j])

    def _ask(self, orders: Sequence[Order]) -> Reply:
        after = _after(self.case, orders)
        try:
            return NO_PLAN if after is None else self._solved(after)
        except InputError:  # a pin beyond the seats there are
            return NO_PLAN

    def _solved(self, case: Case, hold: bool = True) -> Reply:
        """The plan of a case; ``hold``: the one that, among equals, keeps to those placed."""
        asking = hold and not case.earlier
        kept = case.keeping(self.held) if asking else case
        if not is_tied(case) and (found := priced(kept, asking=asking)) is not None:
            return _of_priced(case, kept, *found)
        plan = solve(kept, memo=self._memos[asking])
        return _reply(case, plan.status, plan)


def _of_priced(case: Case, kept: Case, v: PeopleVariables, climb: Climb) -> Reply:
    """As ``solve`` makes a plan of it, but that nobody asks what clashes where there is none."""
    if not len(climb.x):
        return Reply(climb.status)
    part = people_part(kept, v, climb)
    if breaches := recount(kept, None, part):
        raise RecountError(str(b) for b in breaches)
    return _reply(case, climb.status, Plan(kept, "optimal", None, part, climb.reached))


def _reply(case: Case, status: str, plan: Plan) -> Reply:
    """A plan told in the goals the case ranks."""
    if plan.people is None:
        return Reply("infeasible" if status == "infeasible" else "stopped")
    return Told(
        "optimal" if status == "optimal" else "feasible", tuple(_ranked(case, plan)),
        frozenset((c, p) for c, p, *_ in plan.people.placed),
        trained=frozenset(plan.people.trained), levels=_levels(plan))


def _ranked(case: Case, plan: Plan) -> Iterator[Reached]:
    """What the ranked goals came to; those of people by a name of their own where money has the
    same. What only holds on to a plan among equals is none of them."""
    ranked = {goal for goal, _ in ranked_goals(case)}
    seen: set[str] = set()
    for got in plan.goals:
        key = f"{got.goal} {got.part}"
        mine = got.goal == "steady" and (plan.money is None or key in seen)
        seen.add(key)
        if mine and case.earlier:
            yield replace(got, part="people" if plan.money is not None else got.part)
        elif not mine and got.goal in ranked:
            yield got


def _levels(plan: Plan) -> dict[str, tuple[float, ...]]:
    """Every coverage by the priority of its fund, the least first."""
    of = {(c.payee, c.fund): str(c.priority) for c in plan.cells}
    found: dict[str, list[float]] = {}
    for at, held in plan.trace.held.items():
        found.setdefault(of[at], []).append(held.level)
    return {part: tuple(sorted(levels)) for part, levels in sorted(found.items())}
