"""From a case to its plan: each block climbed, settled and recounted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np

from planner.case.case import Case
from planner.errors import Fault, RecountError
from planner.model.blocks import (
    Block,
    block_of,
    blocks_of,
    money_apart,
    people_within,
    ranked_goals,
    tables_of,
)
from planner.model.money.projects import moves_money
from planner.model.money.settle import settle
from planner.model.money.variables import SCALE, MoneyVariables, levelled
from planner.model.people.bench import bench_order
from planner.model.people.rules import PeoplePart
from planner.model.people.training import courses_of, is_tied
from planner.model.people.variables import PeopleVariables, benched, placements, sent
from planner.model.training import awards_of, most_awarded, needs_of
from planner.plan.clash import conflict
from planner.plan.climbing import climbed
from planner.plan.plan import Plan, Status, Trace
from planner.plan.priced import priced
from planner.plan.projects import choose
from planner.plan.recount import recount
from planner.plan.solved import Memo, Solved
from planner.solver.conflict import SHOWN, Conflict, Give, Repair
from planner.solver.ladder import Climb, Held
from planner.solver.small import Climber, OutOfTimeError
from planner.solver.watch import NEVER, Deadline, Tell, silent

#: What the goals may take of the time, so that there is some to settle what they come to.
CLIMBING = 0.75


def solve(
    case: Case, time_limit: float | None = None, memo: Memo | None = None, tell: Tell = silent
) -> Plan:
    """The best plan of a case, recounted.

    ``time_limit`` seconds are for everything: all goals, settling, the choice of projects, what
    clashes. The best there is by then is the plan, ``stopped``, perhaps without one of its halves.
    ``tell`` hears, while the solver runs, which goal it is at.

    ``memo`` is what cases solved before left, and is added to.

    Raises ``RecountError`` when the plan breaks a rule on being counted again: a fault of the
    program, after which nothing of it may be shown.
    """
    memo = memo or Memo()
    deadline = Deadline.after(time_limit)
    solved = []
    for known, name in halves_of(case):
        if known not in memo.halves:
            memo.halves[known] = solve_half(case, name, deadline, tell, memo)
        if not memo.halves[known].recounted:
            memo.halves[known] = _recounted(case, memo.halves[known])
        solved.append(memo.halves[known])
    memo.trail.left = True  # what the first case does not leave, none does
    return replace(_plan(case, solved), left=deadline.left)


def halves_of(case: Case) -> list[tuple[str, str]]:
    """The halves of a case to be solved: what each is known by in a ``memo``, and its name."""
    return [(_key(case, name), name) for name in blocks_of(case)]


def _recounted(case: Case, solved: Solved) -> Solved:
    """A half that holds to every rule: what ties halves together makes one of them."""
    breaches = recount(case, solved.money, solved.people)
    if breaches:
        raise RecountError(str(b) for b in breaches)
    return replace(solved, recounted=True)


def _plan(case: Case, solved: list[Solved]) -> Plan:
    """The blocks put together."""
    money = next((h.money for h in solved if h.money is not None), None)
    people = next((h.people for h in solved if h.people is not None), None)
    statuses = [h.climb.status for h in solved]
    status: Status = "optimal"
    if "infeasible" in statuses:
        status = "infeasible"
    elif any(s != "optimal" for s in statuses):
        status = "stopped"
    rank = {goal: i for i, (goal, _) in enumerate(ranked_goals(case))}
    reached = sorted(
        (r for h in solved for r in h.climb.reached), key=lambda r: rank.get(r.goal, 99))
    give = tuple(g for h in solved for g in h.conflict.gives)
    clash = tuple(m for h in solved for m in h.conflict.clash)
    trace = next((h.trace for h in solved if h.money is not None), Trace())
    return Plan(case, status, money, people, tuple(reached), give, trace,
                clash=clash, repairs=_repairs(solved), apart=any(h.apart for h in solved),
                clash_known=not any(h.conflict.cut for h in solved))


def leave_trail(
    case: Case, memo: Memo, time_limit: float | None = None, tell: Tell = silent
) -> None:
    """Solve the money of a case, where it has a plan, so that cases to come start from it."""
    if case.has_money and not memo.trail.left:
        with suppress(Fault):  # met again, and told, when the case is solved
            found = _half(case, money_apart(case), memo, Deadline.after(time_limit), tell, False)
            if found.money is not None:
                known = memo.parts if is_tied(case) else memo.halves
                known[_key(case, "money")] = found
    memo.trail.left = True


def _key(case: Case, name: str) -> str:
    return f"{name} {case.fingerprint_of('both', *tables_of(name))}"


def solve_half(
    case: Case, name: str, deadline: Deadline = NEVER, tell: Tell = silent,
    memo: Memo | None = None,
) -> Solved:
    """Solve one half of a case. Plain data in and out, so it can be done in another process."""
    memo, best = memo or Memo(), None
    if name == "joint":
        best = _apart(case, memo, deadline, tell)
        if best is not None and (deadline.over or best.climb.status == "optimal"):
            return best
    if name == "people":
        seated = priced(case, time_limit=deadline.left, tell=tell)
        if seated is not None:
            return _seated(case, *seated, deadline)
    found = _half(case, block_of(case, name), memo, deadline, tell, not memo.asking)
    return best if best is not None and found.climb.status == "stopped" else found


def _seated(
    case: Case, v: PeopleVariables, climb: Climb, deadline: Deadline = NEVER
) -> Solved:
    """What pricing the pairs of a large case came to."""
    if climb.status == "infeasible":
        return Solved(climb, conflict=conflict(case, "people", deadline))
    if not len(climb.x):
        return Solved(climb)
    return Solved(climb, people=people_part(case, v, climb))


def _half(
    case: Case, block: Block, memo: Memo, deadline: Deadline = NEVER, tell: Tell = silent,
    explain: bool = True,
) -> Solved:
    """One block, along the trail; ``explain``: with what clashes when it has no plan."""
    limit = deadline.left if block.money is None else deadline.part(CLIMBING)
    climb = climbed(case, block, limit, tell, memo.trail, memo.asking)
    if climb.status == "infeasible":
        found = conflict(case, block.name, deadline) if explain else Conflict()
        return Solved(climb, conflict=found)
    if climb.status == "stopped" or (block.model.lower and not len(climb.x)):
        return Solved(climb)
    out = Solved(climb)
    if block.money is not None:
        out = _settled(case, block, climb, deadline)
        if out.money is None:
            return out
    if block.people is not None:
        out = replace(out, people=people_part(case, block.people, climb))
    return out


def _apart(
    case: Case, memo: Memo, deadline: Deadline, tell: Tell
) -> Solved | None:
    """A joint plan found by solving apart: ``optimal`` where it is proven to be the best.

    Money is solved as if nobody were trained, then people within those awards. Where every goal of
    people ranked before ``fairness`` is then as good as with all the money the purses could ever
    hold, nothing ranked up to there can be better, the amounts are unique, and what is ranked
    after is the best within them: no joint plan beats it. Else it is a plan all the same, to be had
    where the ``deadline`` comes before a better one; ``None`` without one.
    """
    order = ranked_goals(case)
    names = [goal for goal, _ in order]
    if "fairness" not in names or dict(order)["fairness"] > 0:
        return None

    def known(key: str, block: Callable[[], Block]) -> Solved:
        if key not in memo.parts:
            memo.parts[key] = _half(case, block(), memo, deadline, tell, False)
        return memo.parts[key]

    def within(awards: tuple[int, ...], goals: tuple[str, ...]) -> Solved:
        key = f"{awards} {goals} {_key(case, 'people')}"
        return known(key, lambda: people_within(case, awards, goals))

    money = known(_key(case, "money"), lambda: money_apart(case))
    if money.money is None:
        return None
    first = tuple(names[: names.index("fairness")])
    people = within(awards_of(case, money.money), tuple(names))
    if people.people is None:
        return None
    reached = {(r.goal, r.part): r.value for r in people.climb.reached}
    proven = money.climb.status == people.climb.status == "optimal"
    if proven:
        most = within(most_awarded(case), first)
        proven = most.climb.status == "optimal" and all(
            abs(reached[r.goal, r.part] - r.value) <= 1e-6 for r in most.climb.reached)
    told = (*money.climb.reached, *people.climb.reached)
    if not proven:
        told = tuple(replace(r, cut=True) for r in told)
    climb = replace(money.climb, status="optimal" if proven else "feasible", reached=told)
    return replace(money, climb=climb, people=people.people, apart=proven)


def _settled(case: Case, block: Block, climb: Climb, deadline: Deadline) -> Solved:
    v, x = block.money, list(climb.x)
    assert v is not None
    if block.people is None and not dict(ranked_goals(case)).get("fairness"):
        x = levelled(v, x, {held.of: held.level for held in climb.held})
    needs = () if block.people is None else needs_of(case, sent(block.people, x))
    no_step = tuple(
        Give("whole", f"{c.payee}/{c.fund}", float(c.low - c.high))
        for g in v.groups for c in g.cells if c.low > c.high)
    climber = Climber(deadline)
    try:
        part = None if no_step else settle(case, v, x, climber, needs)
    except OutOfTimeError:
        return Solved(Climb("stopped", climb.x))
    if part is None:
        if climber.cut:  # a step not proven the best may have left none for what came after
            return Solved(Climb("stopped", climb.x))
        found = conflict(case, block.name, deadline)
        give = no_step or found.gives or (Give("whole", "all", None),)
        return Solved(Climb("infeasible", climb.x), conflict=replace(found, gives=give))
    if climber.cut:
        climb = replace(climb, status="feasible")
    return _with_projects(case, Solved(climb, money=part, trace=_trace(v, x, climb.held)), deadline)


def _with_projects(case: Case, solved: Solved, deadline: Deadline) -> Solved:
    """The projects chosen on the settled amounts; orders met are told by the ladder's own stage
    where they moved money, before settling like every goal there."""
    if solved.money is None or not case.has("projects"):
        return solved
    chosen = choose(case, solved.money, deadline)
    if chosen is None:
        gives = (Give("project", "all", None),)
        return Solved(Climb("infeasible", solved.climb.x), conflict=Conflict(gives=gives))
    climb = solved.climb
    if not moves_money(case):
        status = climb.status if chosen.orders.proven else "feasible"
        climb = replace(climb, status=status, reached=(*climb.reached, chosen.orders))
    elif chosen.orders.cut:
        climb = replace(climb, status="feasible")
    return replace(solved, climb=climb, money=replace(solved.money, projects=chosen.paid))


def _trace(v: MoneyVariables, x: list[float], levels: tuple[Held, ...]) -> Trace:
    """What each cell was to get before settling, and what held it."""
    at = {held.of: held for held in levels}
    wanted, why = {}, {}
    for g, group in enumerate(v.groups):
        paid = sum(float(x[j]) for j in v.x[g].values()) * SCALE
        for cell in group.cells:
            wanted[cell.payee, cell.fund] = paid * cell.entitlement / group.entitlement
            if group.of in at:
                why[cell.payee, cell.fund] = at[group.of]
    return Trace(wanted, why)


def people_part(case: Case, v: PeopleVariables, climb: Climb) -> PeoplePart:
    """The point of a climb by codes: who is placed, on a bench, trained."""
    who = [str(c.candidate) for c in case.rows("candidates")]
    what = [str(p.post) for p in case.rows("posts")]
    placed = placements(v, list(climb.x))
    listed = benched(v, list(climb.x), placed)
    i, j = np.array(placed, dtype=int).reshape(-1, 2).T
    points = v.people.match.fit_at(i, j).tolist()
    return PeoplePart(
        tuple((who[i], what[j], f) for (i, j), f in zip(placed, points, strict=True)),
        tuple((who[i], what[j], rank) for i, j, rank in bench_order(case, listed)),
        tuple((who[i], courses_of(case)[c].code) for i, c in sent(v, list(climb.x))))


def _repairs(solved: list[Solved]) -> tuple[Repair, ...]:
    """The smallest repairs of the whole case: one of each half without a plan, the best first."""
    halves = [h.conflict.repairs for h in solved if h.climb.status == "infeasible"]
    if not halves or not all(halves):
        return ()
    picks = sorted(product(*(range(len(half)) for half in halves)), key=lambda p: (sum(p), p))
    return tuple(
        Repair(tuple(g for half, n in zip(halves, pick, strict=True) for g in half[n].gives))
        for pick in picks[:SHOWN])
