"""From a case to its plan: each block climbed, settled and recounted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil

from planner.case.case import Case
from planner.errors import RecountError
from planner.model.blocks import Block, block_of, blocks_of, ranked_goals, scale_of, unit_of
from planner.model.money.rules import MoneyPart
from planner.model.money.settle import settle
from planner.model.money.variables import SCALE, MoneyVariables
from planner.model.people.rules import PeoplePart
from planner.model.people.variables import PeopleVariables, placements
from planner.model.rule import Leximin, Model, Stage
from planner.plan.plan import Plan, Status, Trace
from planner.plan.recount import recount
from planner.solver.conflict import Give, clash, gives
from planner.solver.ladder import Climb, Ladder


@dataclass(frozen=True)
class Solved:
    """What solving one block of a case gave."""

    climb: Climb
    money: MoneyPart | None = None
    people: PeoplePart | None = None
    must_give: tuple[Give, ...] = ()
    trace: Trace = field(default_factory=Trace)


def solve(
    case: Case, time_limit: float | None = None, memo: dict[str, Solved] | None = None
) -> Plan:
    """The best plan of a case, recounted.

    ``memo`` keeps solved blocks by what was given to them: scenarios that change only money share
    one people block, and the other way round. Raises ``RecountError`` when the plan breaks a rule
    on being counted again: a fault of the program, after which nothing of it may be shown.
    """
    memo = {} if memo is None else memo
    solved = []
    for name in blocks_of(case):
        known = f"{name} {case.fingerprint_of('both', name)}"
        if known not in memo:
            memo[known] = _solved(case, block_of(case, name), time_limit)
        solved.append(memo[known])
    return _plan(case, solved)


def _plan(case: Case, solved: list[Solved]) -> Plan:
    """The blocks put together, recounted as a whole."""
    money = next((h.money for h in solved if h.money is not None), None)
    people = next((h.people for h in solved if h.people is not None), None)
    breaches = recount(case, money, people)
    if breaches:
        raise RecountError(str(b) for b in breaches)
    statuses = [h.climb.status for h in solved]
    status: Status = "optimal"
    if "infeasible" in statuses:
        status = "infeasible"
    elif any(s != "optimal" for s in statuses):
        status = "stopped"
    rank = {goal: i for i, (goal, _) in enumerate(ranked_goals(case))}
    reached = sorted(
        (r for h in solved for r in h.climb.reached), key=lambda r: rank.get(r.goal, 99))
    give = tuple(g for h in solved for g in h.must_give)
    trace = next((h.trace for h in solved if h.money is not None), Trace())
    return Plan(case, status, money, people, tuple(reached), give, trace)


def _solved(case: Case, block: Block, time_limit: float | None) -> Solved:
    climb = Ladder(block.model, block.goals).climb(time_limit)
    if climb.status == "infeasible":
        return Solved(climb, must_give=_must_give(block))
    if climb.status == "stopped" or (block.model.lower and not len(climb.x)):
        return Solved(climb)
    out = Solved(climb)
    if block.money is not None:
        out = _settled(case, block.money, climb)
    if block.people is not None:
        out = replace(out, people=_placed(case, block.people, climb))
    return out


def climbed(model: Model, stages: tuple[Stage | Leximin, ...]) -> list[float] | None:
    """The point a small model comes to, goal by goal; ``None`` when it has none."""
    end = Ladder(model, stages).climb()
    return list(end.x) if end.status in ("optimal", "feasible") else None


def _settled(case: Case, v: MoneyVariables, climb: Climb) -> Solved:
    no_step = tuple(
        Give("whole", f"{c.payee}/{c.fund}", float(c.low - c.high))
        for g in v.groups for c in g.cells if c.low > c.high)
    part = None if no_step else settle(case, v, list(climb.x), climbed)
    if part is None:
        give = no_step or (Give("whole", "all", None),)
        return Solved(Climb("infeasible", climb.x), must_give=give)
    return Solved(climb, money=part, trace=_trace(v, climb))


def _trace(v: MoneyVariables, climb: Climb) -> Trace:
    """What each cell was to get before settling, and what held it."""
    at = {held.of: held for held in climb.held}
    wanted, why = {}, {}
    for g, group in enumerate(v.groups):
        paid = sum(float(climb.x[j]) for j in v.x[g].values()) * SCALE
        for cell in group.cells:
            wanted[cell.payee, cell.fund] = paid * cell.entitlement / group.entitlement
            if group.of in at:
                why[cell.payee, cell.fund] = at[group.of]
    return Trace(wanted, why)


def _placed(case: Case, v: PeopleVariables, climb: Climb) -> PeoplePart:
    who, what = case.rows("candidates"), case.rows("posts")
    return PeoplePart(tuple(
        (str(who[i].candidate), str(what[j].post), float(v.people.fit[i, j]))
        for i, j in placements(v, list(climb.x))))


def _must_give(block: Block) -> tuple[Give, ...]:
    """The clash among the rules alone, goals' columns and rows left out."""
    bare = block.bare()
    told = []
    for give in gives(bare, clash(bare)):
        by = None if give.by is None else round(give.by * scale_of(give.rule), 6)
        if by is not None and unit_of(give.rule) == "people":
            by = float(ceil(by))  # nobody gives a part of a person
        told.append(replace(give, by=by))
    return tuple(told)
