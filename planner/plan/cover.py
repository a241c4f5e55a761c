"""Who is there for the seats open at a date: of the whole pool, or of the benches of a plan.

What the pool covers is the plan of that date as far as it decides how many seats are filled: its
rules and its goals up to ``fill``. Both covers are counted again, rule by rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.case.case import Case, per_case
from planner.case.dictionary import BY_NAME
from planner.case.sheet import Sheet, build
from planner.errors import Cell, RecountError
from planner.model.blocks import Block, ranked_goals
from planner.model.money.part import MoneyPart
from planner.model.people.goals import PEOPLE_GOALS
from planner.model.people.match import match_of
from planner.model.people.part import PeoplePart
from planner.model.people.rules import PEOPLE_RULES, counted_bounds
from planner.model.people.seats import seats_of
from planner.model.people.training import is_tied, opened
from planner.model.people.variables import People, PeopleVariables, people_of
from planner.model.rule import Model, Row, Stage, Terms
from planner.model.training import training_recount
from planner.plan.again import people_block
from planner.plan.ahead import kept, with_sheets
from planner.plan.priced import priced
from planner.plan.recount import recount
from planner.plan.solve import people_part
from planner.solver.ladder import Climb, Ladder
from planner.solver.watch import NEVER, Deadline

#: Rules a bench must keep when its people take the seats that are open.
_BENCH_RULES = ("seats", "one_post", "eligible", "kin")
Seats = tuple[tuple[str, int], ...]  # by post


@dataclass(frozen=True)
class Cover:
    """How many of the seats open at a date somebody could take; ``empty`` post by post.

    ``status`` is ``optimal`` (proven), ``stopped`` (a limit came first) or ``infeasible``.
    ``set_aside`` names the targets that ``must`` be met and cannot be, whoever is placed: seats
    are then filled all the same, as near to those as can be. ``dropped`` are the pinned pairs that
    are no longer possible.
    """

    status: str
    filled: int | None
    empty: Seats = ()
    set_aside: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()

    @property
    def proven(self) -> bool:
        """Whether no more can be filled without breaking a rule or a goal ranked before."""
        return self.status == "optimal"


def open_seats(case: Case) -> Seats:
    """The seats to fill, by post; posts without any are left out."""
    return tuple((str(post.post), int(n)) for post, n in
                 zip(case.rows("posts"), seats_of(case).vacant, strict=True) if n)


def cover(
    status: str, case: Case, posts: Iterable[str], set_aside: tuple[str, ...] = (),
    dropped: tuple[tuple[str, str], ...] = (),
) -> Cover:
    """The cover by those placed on these posts."""
    filled = Counter(posts)
    empty = tuple((p, n - filled[p]) for p, n in open_seats(case) if n > filled[p])
    return Cover(status, sum(filled.values()), empty, set_aside, dropped)


def pool_cover(
    now: Case, money: MoneyPart | None = None, before: Seats = (), deadline: Deadline = NEVER
) -> Cover:
    """The most seats that can be filled at a date, recounted.

    ``money`` are the awards that pay for training. Of covers as good, one that leaves the seats
    ``before`` empty and no others, so that the years tell one story. Past the ``deadline`` it
    is ``stopped``. Raises ``RecountError``.
    """
    asked, dropped = deciding(now)
    if not open_seats(asked):
        return Cover("optimal", 0, dropped=dropped)
    v, climb = _climbed(asked, money, before, deadline)
    if climb.status == "infeasible" and any(_musts(asked)):
        asked = _musts_last(asked)
        v, climb = _climbed(asked, money, before, deadline)
    if not len(climb.x) or climb.status not in ("optimal", "feasible"):
        return Cover("infeasible" if climb.status == "infeasible" else "stopped", None,
                     dropped=dropped)
    part = people_part(asked, v, climb)
    breaches = (*recount(asked, None, part), *(
        training_recount(asked, money, part) if money is not None and is_tied(asked) else ()))
    if breaches:
        raise RecountError(str(b) for b in breaches)
    proven = all(r.proven for r in climb.reached if r.goal == "fill")
    return cover("optimal" if proven else "stopped", now, (p for _, p, _ in part.placed),
                 _missed(now, asked, part), dropped)


# --- what of a case decides how many seats are filled ---------------------------------------------


def _pins_possible(case: Case) -> tuple[Case, tuple[tuple[str, str], ...]]:
    """The case without the pins that are no longer possible, and those pairs."""
    pinned = [(r.candidate, r.post) for r in case.rows("pairs") if r.decision == "pin"]
    if not pinned:
        return case, ()
    able, left = possible(case, pinned, once_trained=True), dict(open_seats(case))
    gone = set()
    for pair in sorted(pinned):
        left[pair[1]] = left.get(pair[1], 0) - 1
        if pair not in able or left[pair[1]] < 0:
            gone.add(pair)
            left[pair[1]] += 1
    keep = [(r.candidate, r.post) not in gone for r in case.rows("pairs")]
    return with_sheets(case, kept(case, "pairs", keep)), tuple(sorted(gone))


def possible(
    case: Case, pairs: Iterable[tuple[str, str]], once_trained: bool = False
) -> set[tuple[str, str]]:
    """Those of these (candidate, post) that are eligible, as they are or ``once_trained``."""
    who = {c: i for i, c in enumerate(case.frame("candidates")["candidate"])}
    what = {p: j for j, p in enumerate(case.frame("posts")["post"])}
    known = [pair for pair in pairs if pair[0] in who and pair[1] in what]
    i = np.array([who[c] for c, _ in known], dtype=int)
    j = np.array([what[p] for _, p in known], dtype=int)
    open_ = match_of(case).open_at(i, j)
    if once_trained and not open_.all():
        open_ = open_ | opened(case)[i, j]
    return {pair for pair, yes in zip(known, open_, strict=True) if yes}


def _goals_of(case: Case) -> list[tuple[str, float]]:
    return [(goal, tolerance) for goal, tolerance in ranked_goals(case) if goal in PEOPLE_GOALS]


def _musts(case: Case) -> list[bool]:
    """Which rows of ``targets`` must be met."""
    return [r.strength == "must" for r in case.rows("targets")]


@per_case
def deciding(now: Case) -> tuple[Case, tuple[tuple[str, str], ...]]:
    """What of a case decides how many seats are filled, and the pins that are no longer possible.

    Where ``fill`` is the first goal of people and gives nothing up, that is the rules: points,
    targets that only should be met and, but for a target that counts it, the bench choose among
    plans that fill as many seats, and are left out.
    """
    case, dropped = _pins_possible(now)
    if _goals_of(case)[:1] != [("fill", 0.0)]:
        return case, dropped
    musts = _musts(case)
    lean = with_sheets(case, kept(case, "targets", musts), _ranking("fill"))
    leave = ["points"]
    if not any(r.of == "bench" for r in lean.rows("targets")):
        leave.append("bench")
    sheets = {name: sheet for name, sheet in lean.sheets.items() if name not in leave}
    return Case(lean.name, sheets, lean.settings), dropped


def _ranking(*goals: str) -> Sheet:
    columns: dict[str, Sequence[object]] = {"rank": range(1, len(goals) + 1), "goal": goals}
    return build(BY_NAME["goals"], columns, [Cell("")] * len(goals))


def _musts_last(case: Case) -> Case:
    """The same, with targets that must be met only aimed at, seats filled first."""
    sheet = case.sheet("targets")
    strength = sheet.frame["strength"].replace("must", "should")
    return with_sheets(case, replace(sheet, frame=sheet.frame.assign(strength=strength)),
                 _ranking("fill", "targets"))


def _missed(now: Case, asked: Case, part: PeoplePart) -> tuple[str, ...]:
    """The targets that must be met at the date and are not."""
    musts = {r.target for r in now.rows("targets") if r.strength == "must"}
    return tuple(sorted({b.target for b, placed in counted_bounds(asked, part)
                         if b.target in musts and b.shortfall(placed) > 1e-9}))


# --- solving --------------------------------------------------------------------------------------


def _climbed(
    case: Case, money: MoneyPart | None, before: Seats, deadline: Deadline
) -> tuple[PeopleVariables, Climb]:
    seated = None if is_tied(case) else priced(case, time_limit=deadline.left)
    if seated is not None:
        return seated
    block = people_block(case, money)
    assert block.people is not None
    empty = dict(before)
    codes = case.frame("posts")["post"].tolist()
    goals = _steady(case, block, {j: empty[c] for j, c in enumerate(codes) if c in empty})
    climb = Ladder(block.model, goals, block.asleep).climb(deadline.left)
    what = tuple(tuple(sorted(posts, key=lambda j: (codes[j] in empty, j)))
                 for posts in block.people.what)
    return replace(block.people, what=what), climb


def _steady(case: Case, block: Block, empty: Mapping[int, int]) -> tuple[Stage, ...]:
    """The goals, and after all that are ranked as few newly empty seats as can be."""
    goals = tuple(g for g in block.goals if isinstance(g, Stage))
    if not empty:
        return goals
    ranked = {goal for goal, _ in _goals_of(case)}
    last = max((n for n, g in enumerate(goals, 1) if g.goal in ranked), default=0)
    v, model = block.people, block.model
    assert v is not None
    terms: Terms = []
    for J, posts in enumerate(v.what):
        new = model.column()
        was = sum(empty.get(j, 0) for j in posts)
        model.row(Row("goal", "kept", [(new, 1.0), (v.unfilled[J], -1.0)], low=-float(was)))
        terms.append((new, 1.0))
    return (*goals[:last], Stage("kept", "min", terms, grain=1.0), *goals[last:])


def bench_cover(now: Case, listed: Iterable[tuple[str, str]], deadline: Deadline = NEVER) -> Cover:
    """Most seats that those on the benches, eligible at the date, could take post by post.

    ``listed`` are (candidate, post). Raises ``RecountError``.
    """
    now, _ = deciding(now)
    people = people_of(now)
    who = now.frame("candidates")["candidate"].tolist()
    what = now.frame("posts")["post"].tolist()
    at = {c: i for i, c in enumerate(who)}, {p: j for j, p in enumerate(what)}
    pairs = sorted((at[0][c], at[1][p]) for c, p in set(listed)
                   if people.seats.vacant[at[1][p]])
    if not pairs:
        return cover("optimal", now, ())
    model = Model()
    column = {pair: model.column(0, 1, whole=True) for pair in pairs}
    _bench_rows(people, model, column)
    every = [(j, 1.0) for j in column.values()]
    climb = Ladder(model, (Stage("fill", "max", every, grain=1.0),)).climb(deadline.left)
    if not len(climb.x):
        return Cover("stopped", None)
    taken = [pair for pair, k in column.items() if climb.x[k] > 0.5]
    i, j = np.array(taken, dtype=int).reshape(-1, 2).T
    fit = match_of(now).fit_at(i, j)
    part = PeoplePart(tuple(
        (who[i], what[j], float(f)) for (i, j), f in zip(taken, fit, strict=True)))
    breaches = [b for rule in PEOPLE_RULES if rule.name in _BENCH_RULES
                for b in rule.recount(now, part)]
    if breaches:
        raise RecountError(str(b) for b in breaches)
    status = "optimal" if climb.status == "optimal" else "stopped"
    return cover(status, now, (p for _, p, _ in part.placed))


def _bench_rows(
    people: People, model: Model, column: Mapping[tuple[int, int], int]
) -> None:
    """Capacity, seats, and kin not in one community."""
    by_person: dict[int, list[int]] = {}
    by_post: dict[int, list[int]] = {}
    for i, j in column:
        by_person.setdefault(i, []).append(j)
        by_post.setdefault(j, []).append(i)
    for i, posts in by_person.items():
        terms = [(column[i, j], 1.0) for j in posts]
        model.row(Row("one_post", str(i), terms, high=float(people.capacity[i])))
    for j, mine in by_post.items():
        terms = [(column[i, j], 1.0) for i in mine]
        model.row(Row("seats", str(j), terms, high=float(people.seats.vacant[j])))
    home = people.community
    for i, k in people.kin:
        for a in by_person.get(i, []):
            for b in by_person.get(k, []):
                if home[a] is not None and home[a] == home[b]:
                    model.row(Row("kin", str(home[a]), [
                        (column[i, a], 1.0), (column[k, b], 1.0)], high=1.0))
