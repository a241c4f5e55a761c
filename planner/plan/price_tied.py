"""Prices of a case whose money and people are tied by training, without the joint model each time.

Where the joint plan is the one found by solving apart (``solve``), a question is answered the same
way: money as if nobody were trained, then people within the awards that leaves. People are asked
again only where some purse pays for more or fewer of its courses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from math import inf

from planner.case.case import Case, Only
from planner.model.blocks import Block, blocks_of, money_apart, people_within
from planner.model.money.variables import SCALE
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.training import is_tied, undivided_rows
from planner.model.training import purses_of
from planner.plan.plan import Plan
from planner.plan.price import Kind, Price, Pricing, moves_between, ranked_only
from planner.solver.ladder import Climb
from planner.solver.loose import Bound


def pricings(case: Case, plan: Plan) -> tuple[Pricing, ...]:
    """The halves of a case, ready to be asked; ``plan`` is its plan."""
    if not is_tied(case) or not plan.apart:
        return tuple(Pricing(case, name) for name in blocks_of(case))
    money = _Money(case)
    return money, money.people


class _People(Pricing):
    """People within awards that stay as they are."""

    def __init__(self, case: Case, awards: Sequence[int]) -> None:
        self.awards = tuple(awards)
        self.known: dict[tuple[int, ...], Climb] = {}
        super().__init__(case, "people")
        self.known[capacities(case, self.awards)] = self.base

    def _state(self, case: Case) -> Block:
        block = people_within(case, self.awards, PEOPLE_GOALS)
        assert block.people is not None
        block.model.add(undivided_rows(case, block.people))
        return ranked_only(case, block)

    @property
    def _only(self) -> Only | None:
        return None

    def within(self, awards: Sequence[int]) -> Climb:
        """The people's plan within other awards."""
        pays = capacities(self.case, awards)
        if pays not in self.known:
            limits = iter(purse.usable(award) / SCALE
                          for purse, award in zip(purses_of(self.case), awards, strict=True))
            within = [Bound(i, -inf, next(limits), row=True)
                      for i, row in enumerate(self.block.model.rows[: self.block.rows])
                      if row.rule == "training" and row.high != row.low]
            self.known[pays] = self.kept.ask(within)
        return self.known[pays]


class _Money(Pricing):
    """Money as if nobody were trained, and what its awards then do for people."""

    def __init__(self, case: Case) -> None:
        super().__init__(case, "money")

    def _state(self, case: Case) -> Block:
        return money_apart(case)

    @property
    def _only(self) -> Only | None:
        return None

    @cached_property
    def people(self) -> _People:
        """The other half, within the awards there are."""
        return _People(self.case, _awards(self.case, self.block, self.base))

    def _told(self, kind: Kind, of: str, block: Block, climb: Climb) -> Price:
        price = super()._told(kind, of, block, climb)
        if not price.moves:
            return price
        after = self.people.within(_awards(self.case, block, climb))
        people = moves_between((self.people.block, self.people.base), (self.people.block, after))
        return replace(price, moves=(*price.moves, *people))


def _awards(case: Case, block: Block, climb: Climb) -> tuple[int, ...]:
    """Whole yuan in each purse of the continuous plan."""
    v = block.money
    assert v is not None
    paid = [sum(float(climb.x[j]) for j in x.values()) * SCALE for x in v.x]
    return tuple(
        int(sum(p for g, p in zip(v.groups, paid, strict=True) if purse.holds(g.lead)) + 1e-3)
        for purse in purses_of(case))


def capacities(case: Case, awards: Sequence[int]) -> tuple[int, ...]:
    """What courses can use of each purse: awards that agree in it pay for the same courses."""
    return tuple(purse.usable(award)
                 for purse, award in zip(purses_of(case), awards, strict=True))
