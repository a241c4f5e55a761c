"""Why somebody is not placed, why a seat is empty, and the nearest change that would mend it.

Every change told of was solved again, in the case it makes, and is told with what it does to every
goal. A change that lets somebody in but does not bring them in by itself comes with a pin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice

import numpy as np

from planner.case.conditions import condition, evaluate
from planner.case.recipe import Order
from planner.model.people.pool import eligible, fits, pair_fields, seats_of
from planner.plan.again import Reply
from planner.plan.askers import NO_PLAN, Asker, asker_for
from planner.plan.cost import Change, Pin, costs
from planner.plan.fees import courses_opening, fee_of, opened_by, opened_for, raise_orders
from planner.plan.near import (
    Fee,
    Near,
    Step,
    near_person,
    near_seat,
    relatives_placed,
    why_empty,
)
from planner.plan.plan import Plan
from planner.plan.relaxing import lift_order, lifts_of, orders_of


class WhyNot:
    """One plan, asked about its people.

    ``brief``: goals after the placements (the bench) are only solved where no goal before suffers.
    """

    def __init__(self, plan: Plan, brief: bool = False) -> None:
        assert plan.people is not None
        self.brief = brief
        self.plan, self.case = plan, plan.case
        self.placed = frozenset((c, p) for c, p, *_ in plan.people.placed)
        self.candidates = [str(r.candidate) for r in self.case.rows("candidates")]
        self.posts = [str(r.post) for r in self.case.rows("posts")]
        self.vacant = seats_of(self.case).vacant
        self.fit = fits(self.case)

    @cached_property
    def asker(self) -> Asker:
        """Whoever solves the questions."""
        return asker_for(self.plan, self.brief)

    @cached_property
    def on(self) -> dict[str, tuple[str, ...]]:
        """Who is placed on each post, by codes."""
        found: dict[str, list[str]] = {}
        for candidate, post in sorted(self.placed):
            found.setdefault(post, []).append(candidate)
        return {post: tuple(who) for post, who in found.items()}

    @cached_property
    def unplaced(self) -> tuple[str, ...]:
        """Candidates without a place."""
        taken = {c for c, _ in self.placed}
        return tuple(c for c in self.candidates if c not in taken)

    @cached_property
    def empty(self) -> dict[str, int]:
        """Seats left empty, by post."""
        filled = Counter(p for _, p in self.placed)
        return {p: int(n) - filled[p] for p, n in zip(self.posts, self.vacant, strict=True)
                if n > filled[p]}

    # --- a candidate --------------------------------------------------------------------------

    def open_posts(self, i: int) -> list[int]:
        """Posts with a vacant seat that nothing bars candidate ``i`` from, best fit first."""
        found = np.flatnonzero(eligible(self.case)[i] & (self.vacant > 0)).tolist()
        return sorted(found, key=lambda j: (-float(self.fit[i, j]), j))

    def would_place(self, i: int, most: int = 1) -> tuple[Change, ...]:
        """The nearest changes that place candidate ``i``, each solved again; the nearest first."""
        open_ = self.open_posts(i)
        opened = self._opened(i) if not open_ or most > 1 else []
        if open_:
            change = self._pinned(i) or next(self._forced(i, open_), None)
            missed = [(c, j) for c, j in opened if self.posts[j] in self.empty]
            return tuple(filter(None, (change, self._trained(i, missed))))
        trained = [c for c in (self._trained(i, opened),) if c]
        nears = near_person(self.case, i, most)
        found = [c for near in nears if (c := self._relaxed(near, i))]
        if not trained and not found:
            found = list(self._forced_in((near, i) for near in nears))
        return (*trained, *sorted(found, key=lambda c: len(c.steps)))[:most]

    def _pinned(self, i: int) -> Change | None:
        """The place that costs least, among the posts open to candidate ``i``."""
        reply = self.asker.placed(i)
        if not reply.solved:
            return None
        alike = {self.candidates[k] for k in self.asker.alike(i)}
        mine = {c: p for c, p in sorted(reply.placed) if c in alike}
        post = mine.get(self.candidates[i]) or mine[max(mine)]
        return self._change(self.asker, reply, i, self.posts.index(post), (), True)

    def _forced(self, i: int, posts: list[int]) -> Iterator[Change]:
        """Candidate ``i``, who is eligible, on a post once rules on several give."""
        return filter(None, (self._solved_again(orders, i, j, steps)
                             for steps, orders in lifts_of(self.case, i) for j in posts[:3]))

    def _relaxed(self, near: Near, i: int) -> Change | None:
        """A change of barriers for candidate ``i``, with a pin where it takes one."""
        return self._solved_again(
            list(orders_of(self.case, near.steps, i, near.post)), i, near.post, near.steps)

    def _forced_in(self, nears: Iterable[tuple[Near, int]]) -> Iterator[Change]:
        """Changes of barriers, for a candidate each, that take rules on several giving as well."""
        for near, i in nears:
            mine = list(orders_of(self.case, near.steps, i, near.post))
            for steps, orders in lifts_of(self.case, i):
                if change := self._solved_again(
                        [*mine, *orders], i, near.post, (*near.steps, *steps)):
                    yield change
                    break

    def _solved_again(
        self, orders: list[Order], i: int, j: int, steps: tuple[Step, ...]
    ) -> Change | None:
        asker = self.asker.changed(orders) if orders else self.asker
        forced = asker.pinned(i, j) if asker else NO_PLAN
        if asker is None or not forced.solved:
            return None
        # A plan no better than the one there is, which still stands, never comes by itself.
        moved = (c.worse for c in costs(self.asker.base, forced) if c.worse)
        sure = next(moved, 0) < 0 and asker.certain(i, j, forced)
        return self._change(asker, forced, i, j, steps, not sure, orders)

    def _change(
        self, asker: Asker, reply: Reply, i: int, j: int, steps: tuple[Step, ...], pin: bool,
        orders: list[Order] | None = None,
    ) -> Change:
        done = [*(orders or []), *(asker.orders_for(i, j) if pin else ())]
        me = self.candidates[i]
        if not steps and (c := self._sent(i, j, reply)) is not None:
            steps = (Step("trained", fee=fee_of(self.plan, c)),)
        now = {c for c, _ in reply.placed}
        if me not in now:  # somebody nothing tells apart from them was seated instead
            now = now - {max(now & {self.candidates[k] for k in asker.alike(i)})} | {me}
        was = {c for c, _ in self.placed}
        return Change(me, self.posts[j], steps, pin, tuple(done),
                      costs(self.asker.base, reply), tuple(sorted(was - now)),
                      tuple(sorted(now - was - {me})), reply.status == "optimal")

    # --- training -----------------------------------------------------------------------------

    def fees(self, i: int | None = None, j: int | None = None) -> list[tuple[int, Fee]]:
        """Courses that would make candidate ``i`` eligible, or somebody for post ``j``.

        The one that lacks least comes first.
        """
        found = [(c, fee_of(self.plan, c)) for c in courses_opening(self.case, i, j)]
        return sorted(found, key=lambda pair: (pair[1].raised, pair[1].lacking, pair[1].cost))

    def _opened(self, i: int) -> list[tuple[int, int]]:
        """Pairs (course, post with a vacant seat) open to candidate ``i`` once trained.

        The post of best fit for each course, the course that lacks least first.
        """
        out = []
        for c, _ in self.fees(i=i):
            posts = [j for j in opened_for(self.case, c, i) if self.vacant[j] > 0]
            if posts:
                out.append((c, min(posts, key=lambda j: (
                    self.posts[j] not in self.empty, -float(self.fit[i, j]), j))))
        return out

    def _trained(self, i: int, pairs: list[tuple[int, int]]) -> Change | None:
        """Candidate ``i`` trained for a post, the award raised by what is lacking."""
        for c, j in pairs:
            fee = fee_of(self.plan, c)
            orders = raise_orders(self.plan, c, fee)
            if orders is not None and (change := self._solved_again(
                    orders, i, j, (Step("trained", fee=fee),))):
                return change
        return None

    def _sent(self, i: int, j: int, reply: Reply) -> int | None:
        """The course that lets candidate ``i`` onto post ``j`` in a reply."""
        mine = {course for who, course in reply.trained if who == self.candidates[i]}
        return next((c for c in courses_opening(self.case, i, j)
                     if fee_of(self.plan, c).course in mine), None)

    def _course_fills(self, j: int) -> Iterator[Change | None]:
        """Somebody trained for post ``j``: those without a place first, the best fit first."""
        free = set(self.unplaced)
        for c, _ in self.fees(j=j):
            who = sorted(opened_by(self.case, c, j), key=lambda i: (
                self.candidates[i] not in free, -float(self.fit[i, j]), i))
            yield next(filter(None, (self._trained(i, [(c, j)]) for i in who[:2])), None)

    # --- a seat -------------------------------------------------------------------------------

    def would_fill(self, j: int, most: int = 1) -> tuple[Change, ...]:
        """The nearest changes that fill one more seat of post ``j``, each solved again.

        First what lets in somebody eligible whom a rule on several keeps out, then relaxations of
        the post's own barriers, last a pin that fills it at the cost of the plan as it is. Where
        none of them does: relaxations that take rules on several giving as well.
        """
        found = tuple(islice(filter(None, self._fills(j)), most))
        return found or tuple(islice(self._forced_in(
            (near, i) for near in near_seat(self.case, j) for i in self._best(near)), most))

    def _fills(self, j: int) -> Iterator[Change | None]:
        if why_empty(self.case, self.placed, j) == "kin":
            yield next((c for i in self._free(j) for c in self._forced(i, [j])), None)
        yield next(filter(None, self._course_fills(j)), None)
        for near in near_seat(self.case, j):
            yield next(filter(None, (self._relaxed(near, i) for i in self._best(near))), None)
        if eligible(self.case)[:, j].any():
            yield self._filled(j)

    def _best(self, near: Near) -> list[int]:
        """Whom to try: those without a place first, the best fit first; two at most."""
        free = set(self.unplaced)
        return sorted(near.admits, key=lambda i: (
            self.candidates[i] not in free, -float(self.fit[i, near.post]), i))[:2]

    def _filled(self, j: int) -> Change | None:
        """The cheapest way of filling one more seat with somebody eligible."""
        alike = {self.posts[k] for k in self.asker.alike_posts(j)}
        left = sum(n for p, n in self.empty.items() if p in alike) - 1
        reply = self.asker.filled(j, left)
        if not reply.solved:
            return next((c for i in self._free(j) for c in self._forced(i, [j])), None)
        mine = [self.candidates.index(c) for c, p in sorted(reply.placed)
                if p in alike and (c, p) not in self.placed]
        for i in mine:
            pinned = self.asker.pinned(i, j)
            if pinned.solved and len([1 for _, p in pinned.placed if p in alike]) > len(
                    [1 for _, p in self.placed if p in alike]):
                return self._change(self.asker, pinned, i, j, (), True)
        return None

    def _free(self, j: int) -> list[int]:
        """Eligible people without a place, whom only a rule on several keeps from post ``j``."""
        taken = {c for c, _ in self.placed}
        return [i for i in np.flatnonzero(eligible(self.case)[:, j]).tolist()
                if self.candidates[i] not in taken]

    def kin_placed(self, i: int, j: int) -> tuple[str, ...]:
        """Relatives of candidate ``i`` placed in the community of post ``j``."""
        return relatives_placed(self.case, self.placed, self.candidates[i],
                                self.case.rows("posts")[j].community)

    def eligible_for(self, j: int) -> list[int]:
        """Candidates nothing bars from post ``j``, best fit first."""
        found = np.flatnonzero(eligible(self.case)[:, j]).tolist()
        return sorted(found, key=lambda i: (-float(self.fit[i, j]), i))

    def points(self, i: int, j: int) -> list[tuple[str, float, str]] | None:
        """The rows of points a pair meets: condition, points, basis; ``None`` when fit is given."""
        pair = self.candidates[i], self.posts[j]
        if any((r.candidate, r.post) == pair and r.fit is not None
               for r in self.case.rows("pairs")):
            return None
        fields = pair_fields(self.case)
        shape = self.fit.shape
        return [(r.where, float(r.points), r.basis or "") for r in self.case.rows("points")
                if np.broadcast_to(evaluate(condition(r.where, fields), fields), shape)[i, j]]

    # --- pins and bars ------------------------------------------------------------------------

    def decided(self, wanted: Callable[[str, str], bool]) -> tuple[Pin, ...]:
        """What each pin and bar of these pairs costs, each solved without it."""
        return tuple(self._decided(r.candidate, r.post, r.decision)
                     for r in self.case.rows("pairs")
                     if r.decision and wanted(r.candidate, r.post))

    def _decided(self, candidate: str, post: str, decision: str) -> Pin:
        i, j = self.candidates.index(candidate), self.posts.index(post)
        if decision == "pin":
            reply = self.asker.unpinned(i, j)
        else:
            lifted = self.asker.changed([lift_order(candidate, post)])
            reply = lifted.base if lifted else NO_PLAN
        if not reply.solved:
            return Pin(candidate, post, decision, (), False)
        return Pin(candidate, post, decision, costs(reply, self.asker.base), True)
