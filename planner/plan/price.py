"""What things cost: each rule dropped, each payer given more, each standard raised; solved again.

Prices are not read off duals (they mean nothing in an integer model and little in a degenerate
one). The model stays in the solver; each question restores it, changes it and climbs its goals
anew. Values are those of the continuous plan, before it is settled in whole steps, as proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import floor, inf
from typing import Literal

from planner.case.case import Case, Only, exact
from planner.errors import InputError
from planner.model.blocks import Block, block_of, blocks_of, ranked_goals
from planner.model.money.variables import SCALE
from planner.model.rule import Leximin, Stage
from planner.plan.climbing import starts_anywhere
from planner.plan.without import with_cells, without
from planner.solver.elastic import FACTS
from planner.solver.ladder import Climb
from planner.solver.loose import Bound, Loose
from planner.solver.trail import Trail
from planner.solver.watch import Tell, silent

Kind = Literal["rule", "payer", "standard"]

#: One more of a payer: 1 万元 of its appropriation.
MORE_YUAN = 10_000
#: What is a fact and not a decision is never dropped: what a conflict never asks to give, nor
#: what ties projects and courses to the money that buys them.
NEVER = (*FACTS, "project", "training")
#: Rules that also shape the model beside their rows: the case is changed and stated anew.
ANEW = ("ceiling", "growth", "kin")
#: The unit of the goals that are not counted in yuan.
UNITS = {"floor": "yuan", "fairness": "share", "coverage": "share", "orders": "count",
         "fill": "people", "targets": "people", "fit": "points", "bench": "people",
         "steady": "people"}
#: Less than this is the solver's noise, by unit.
NOISE = {"yuan": 0.5, "share": 1e-7}


@dataclass(frozen=True)
class Move:
    """What one goal (or part of it) was and becomes; ``better`` is ``higher`` or ``lower``.

    ``rank``, for fairness: the position from the least covered (1) of the first level that moves.
    """

    goal: str
    part: str
    unit: str
    better: Literal["higher", "lower"]
    before: float
    after: float
    rank: int = 0

    @property
    def moved(self) -> bool:
        """Whether it moves by more than noise."""
        return abs(self.after - self.before) > NOISE.get(self.unit, 1e-6)

    @property
    def gain(self) -> float:
        """By how much it gets better; negative: worse."""
        change = self.after - self.before
        return change if self.better == "higher" else -change


@dataclass(frozen=True)
class Price:
    """The answer to one question, goal by goal in rank order.

    ``of``: ``rule:what it is about``, a payer's code, or ``fund:number of the standard``; ``half``
    is the block of the case it was asked of (``money``, ``people`` or, tied, ``joint``).
    ``status`` is that of the changed model: ``infeasible`` when no plan is left, ``refused`` when
    the changed case is none (``why`` names the problem), ``unbounded`` when nothing is left to
    limit it. ``paid`` is what each payee then gets before settling, in yuan.
    """

    kind: Kind
    of: str
    half: str
    status: str
    moves: tuple[Move, ...] = ()
    why: str = ""
    paid: Mapping[str, float] = field(default_factory=dict, repr=False)

    @property
    def free(self) -> bool:
        """Whether no goal moves."""
        return self.status in ("optimal", "feasible") and not any(m.moved for m in self.moves)


class Pricing:
    """One half of a case kept in the solver, to be asked questions in any order."""

    def __init__(self, case: Case, name: str) -> None:
        self.case, self.name = case, name
        self.block = self._state(case)
        self.trail = Trail()  # of the case as it is: every question starts from it
        self.kept = _kept(self.block, self.trail)
        self.base = self.kept.ask(())

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Every rule that has rows, as ``rule:of``, in the order of the model."""
        rows = self.block.model.rows[: self.block.rows]
        names = (_name(row.rule, row.of) for row in rows
                 if row.rule not in NEVER and _droppable(self.case, row.rule))
        return tuple(dict.fromkeys(names))

    def drop(self, rule: str) -> Price:
        """Without ``rule`` or ``rule:of``: its rows are free, and everything is solved again."""
        if rule.partition(":")[0] in ANEW:
            return self._anew("rule", rule, without(self.case, rule, self._only))
        free = [Bound(i, -inf, inf, row=True)
                for i, row in enumerate(self.block.model.rows[: self.block.rows])
                if covers(rule, row.rule, row.of)]
        return self._told("rule", rule, self.block, self.kept.ask(free))

    def more(self, payer: str, yuan: int = MORE_YUAN) -> Price:
        """With so many yuan more in a payer's appropriation (what its contingency leaves)."""
        row = next(r for r in self.case.rows("payers") if r.payer == payer)
        most = (1 - exact(row.contingency or 0.0)) * (row.appropriation_yuan + yuan)
        richer = [Bound(i, -inf, floor(most) / SCALE, row=True)
                  for i, held in enumerate(self.block.model.rows[: self.block.rows])
                  if held.rule == "appropriation" and held.of == payer]
        return self._told("payer", payer, self.block, self.kept.ask(richer))

    def raised(self, position: int) -> Price:
        """With the standard at ``position`` of its table one step of its fund higher."""
        row = self.case.rows("standards")[position]
        fund = next(f for f in self.case.rows("funds") if f.fund == row.fund)
        step = fund.step_yuan or self.case.settings.step_yuan
        of = f"{row.fund}:{standards_before(self.case, position) + 1}"
        try:
            changed = with_cells(self.case, "standards", "amount_yuan",
                                 {position: row.amount_yuan + step}, self._only)
        except InputError as error:
            return Price("standard", of, self.name, "refused", why=error.problems[0].code)
        return self._anew("standard", of, changed)

    def _state(self, case: Case) -> Block:
        """The model of this half of the case, or of a changed one."""
        return ranked_only(case, block_of(case, self.name))

    @property
    def _only(self) -> Only | None:
        """The tables a changed case needs to be stated anew."""
        return "people" if self.name == "people" else "money" if self.name == "money" else None

    def _anew(self, kind: Kind, of: str, case: Case) -> Price:
        block = self._state(case)
        return self._told(kind, of, block, _kept(block, self.trail).ask(()))

    def _told(self, kind: Kind, of: str, block: Block, climb: Climb) -> Price:
        if climb.status not in ("optimal", "feasible"):
            status = "unbounded" if climb.status in ("unbounded", "stopped") else climb.status
            return Price(kind, of, self.name, status)
        moves = tuple(moves_between((self.block, self.base), (block, climb)))
        return Price(kind, of, self.name, climb.status, moves, paid=paid(block, climb))

    def states(self, rule: str) -> bool:
        """Whether any row is of ``rule`` or ``rule:of``."""
        return any(covers(rule, *name.split(":")) if ":" in name else covers(rule, name, "")
                   for name in self.rules)


def ranked_only(case: Case, block: Block) -> Block:
    """A block of people without what only breaks ties, as whom to list among equals.

    How many a bench is short of is told even where nobody ranks it.
    """
    if block.money is not None:
        return block
    told = {"bench", *(goal for goal, _ in ranked_goals(case))}
    return replace(block, goals=tuple(
        g for g in block.goals if g.goal in told and (g.goal, g.part) != ("bench", "fit")))


def _kept(block: Block, trail: Trail) -> Loose:
    """A block in the solver; where it is of people alone, whole people are asked for last."""
    alone = block.people if block.money is None else None
    return Loose(block.model, block.goals, alone.y.values() if alone else (),
                 trail=trail if starts_anywhere(block) else None)


def prices(
    case: Case, halves: Iterable[Pricing] | None = None, tell: Tell = silent
) -> tuple[Price, ...]:
    """Everything that has a price, half by half: rules, then payers, then standards.

    Empty when a half has no plan to start from. ``halves`` are those of the case unless given.
    ``tell`` hears how many questions are answered.
    """
    asked: list[Callable[[], Price]] = []
    for pricing in halves or (Pricing(case, name) for name in blocks_of(case)):
        if pricing.base.status not in ("optimal", "feasible"):
            return ()
        asked += [partial(pricing.drop, rule) for rule in pricing.rules]
        if pricing.block.money is not None:
            limited = {r.of for r in pricing.block.model.rows if r.rule == "appropriation"}
            asked += [partial(pricing.more, p.payer) for p in case.rows("payers")
                      if p.payer in limited]
            asked += [partial(pricing.raised, i) for i in range(len(case.rows("standards")))]
    out: list[Price] = []
    for n, price in enumerate(asked, 1):
        tell("prices", f"{n}/{len(asked)}", None)
        out.append(price())
    kinds: tuple[Kind, ...] = ("rule", "payer", "standard")
    return tuple(sorted(out, key=lambda p: kinds.index(p.kind)))


def paid(block: Block, climb: Climb) -> dict[str, float]:
    """What each payee gets in the continuous plan, in yuan."""
    out: dict[str, float] = {}
    v = block.money
    for g, group in enumerate(v.groups if v else ()):
        assert v is not None
        each = sum(float(climb.x[j]) for j in v.x[g].values()) * SCALE / group.entitlement
        for cell in group.cells:
            out[cell.payee] = out.get(cell.payee, 0.0) + each * cell.entitlement
    return out


def covers(asked: str, rule: str, of: str) -> bool:
    """Whether ``rule`` or ``rule:of`` as asked means these rows: a fund means all its levels."""
    name, _, part = asked.partition(":")
    return rule == name and (not part or part == of or of.startswith(f"{part}/"))


def standards_before(case: Case, position: int) -> int:
    """How many standards of the same fund stand before this one."""
    rows = case.rows("standards")
    return sum(row.fund == rows[position].fund for row in rows[:position])


def _name(rule: str, of: str) -> str:
    """Rows priced as one: a target with all its units; kin and pins as a whole."""
    if rule in ("kin", "pin"):
        return rule
    return f"{rule}:{of.split('/', maxsplit=1)[0] if rule == 'target' else of}"


def _droppable(case: Case, rule: str) -> bool:
    """Who asks for everything has no limit but the ceiling: without it there is no answer."""
    return not (rule == "ceiling" and case.settings.mode == "ask")


# --- what moved -------------------------------------------------------------------------------


def moves_between(before: tuple[Block, Climb], after: tuple[Block, Climb]) -> Iterator[Move]:
    """Goal by goal, in rank order; stages of one goal and part in the order they came."""
    was, now = _reached(before[1]), _reached(after[1])
    levels = _levels(*before), _levels(*after)
    for stage in before[0].goals:
        key = stage.goal, stage.part
        if not was.get(key) or not now.get(key):
            continue
        sense = "max" if isinstance(stage, Leximin) else stage.sense
        move = Move(*key, _unit(stage), "higher" if sense == "max" else "lower",
                    was[key].pop(0), now[key].pop(0))
        if isinstance(stage, Leximin):
            move = _first_level(move, *(side.get(stage.part, []) for side in levels))
        yield move


def _unit(stage: Stage | Leximin) -> str:
    """Money goals count in yuan whatever their name; how evenly payers pay has no unit."""
    if isinstance(stage, Stage) and stage.unit == SCALE:
        return "yuan"
    return "" if stage.part == "even" else UNITS.get(stage.goal, "")


def _reached(climb: Climb) -> dict[tuple[str, str], list[float]]:
    out: dict[tuple[str, str], list[float]] = {}
    for got in climb.reached:
        out.setdefault((got.goal, got.part), []).append(got.value)
    return out


def _levels(block: Block, climb: Climb) -> dict[str, list[float]]:
    """By priority, the coverage of every cell, the least covered first."""
    groups = {g.of: g for g in (block.money.groups if block.money else ())}
    out: dict[str, list[float]] = {}
    for held in climb.held:
        if held.of in groups:
            group = groups[held.of]
            out.setdefault(str(group.lead.priority), []).extend([held.level] * len(group.cells))
    return {part: sorted(levels) for part, levels in out.items()}


def _first_level(move: Move, before: Sequence[float], after: Sequence[float]) -> Move:
    """Leximin compares the least level, then the next: the first that moves tells."""
    for rank, (was, now) in enumerate(zip(before, after, strict=False), 1):
        told = replace(move, before=was, after=now, rank=rank)
        if told.moved:
            return told
    return replace(move, rank=1) if before and after else move
