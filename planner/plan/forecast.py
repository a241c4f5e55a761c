"""The years ahead: who reaches the age limit, which seats open, whether anybody is there for them.

Twice: if nobody is placed, and if the plan is followed, its people then growing older in post. At
the date of the case both are the plan itself; what the pool covers at a later date is solved and
counted again. What is assumed of a later date: nobody joins the pool, and nothing of anybody
changes but their age and what the plan trains them for; every date has the awards of the plan once
to pay for training, and nothing saved up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.case.case import Case
from planner.case.dictionary import EDUCATION
from planner.model.people.part import PeoplePart
from planner.model.people.pool import seats_of
from planner.model.people.rules import counted_bounds
from planner.plan.ahead import birthday, people_at, put_in_post, years_on
from planner.plan.cover import (
    Cover,
    Seats,
    bench_cover,
    cover,
    deciding,
    open_seats,
    pool_cover,
    possible,
)
from planner.plan.plan import Plan
from planner.solver.watch import Deadline

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}
YOUNG = 35
COLLEGE = _RANK["junior_college"]
_TARGET = ["target", "unit", "bound", "of", "strength", "actual", "goal", "met", "shortfall"]


@dataclass(frozen=True)
class Leaver:
    """Somebody who is above the age limit of their post since ``day``; ``limit`` is inclusive."""

    person: str
    post: str
    limit: int
    day: dt.date
    placed: bool


@dataclass(frozen=True)
class Standing:
    """What is left of the benches of a plan: people still eligible for a post they are listed for.

    ``near`` of them are near-term, as they were or by the training of the plan.
    """

    listed: int
    near: int
    cover: Cover


@dataclass(frozen=True)
class Team:
    """Those in post, each person once; shares and the mean are ``None`` when there is nobody."""

    people: int
    mean_age: float | None
    young: float | None
    college: float | None


@dataclass(frozen=True)
class Moment:
    """The people of a case at one date.

    ``leaving`` since the year before (for a change of term: since the date of the case), ``opened``
    the seats that opened in that time and ``open`` all that are open, by post. ``terms`` are the
    changes of term that fall in the year. ``targets`` has a row a bound and unit: those of the team
    as it stands then; of the people placed, those of the plan at its own date; of the bench, those
    of what is left of it.
    """

    day: dt.date
    year: int | None
    terms: tuple[dt.date, ...]
    leaving: tuple[Leaver, ...]
    opened: Seats
    open: Seats
    pool: Cover
    bench: Standing | None
    team: Team
    targets: pd.DataFrame

    @property
    def seats(self) -> int:
        """Seats open in all."""
        return sum(n for _, n in self.open)


@dataclass(frozen=True)
class Course:
    """One way things may go: year by year from 0, and at each change of term."""

    years: tuple[Moment, ...]
    terms: tuple[Moment, ...]


@dataclass(frozen=True)
class Forecast:
    """``followed`` is ``None`` when there is no plan to follow."""

    nothing: Course
    followed: Course | None

    @property
    def proven(self) -> bool:
        """Whether every cover is: no limit came before."""
        return not any(
            c.status == "stopped" for course in (self.nothing, self.followed) if course
            for m in (*course.years, *course.terms)
            for c in (m.pool, *([m.bench.cover] if m.bench else [])))


@dataclass(frozen=True)
class _Way:
    """One way to go on from a plan: ``case`` is what it starts with.

    ``known`` is what was found for a date, which a year and a change of term may share.
    """

    plan: Plan
    case: Case
    followed: bool
    deadline: Deadline
    known: dict[dt.date, tuple[Case, Cover, Standing | None]] = field(default_factory=dict)

    @property
    def start(self) -> dt.date:
        """The date of the plan."""
        day = self.case.settings.as_of
        assert day is not None, "checked at the door"
        return day


def forecast(plan: Plan, years: int) -> Forecast:
    """The years after the date of a plan, with and without it. The case has people.

    What the plan left of its limit of time is for all of it; a cover that needs more says so.
    """
    deadline = Deadline.after(plan.left)
    nothing = _course(_Way(plan, plan.case, False, deadline), years)
    if plan.people is None:
        return Forecast(nothing, None)
    placed = sorted((c, p) for c, p, *_ in plan.people.placed)
    after = put_in_post(plan.case, placed, sorted(plan.people.trained))
    return Forecast(nothing, _course(_Way(plan, after, True, deadline), years))


def _course(way: _Way, years: int) -> Course:
    terms = way.plan.case.settings.change_of_term
    days = [years_on(way.start, n) for n in range(years + 1)]
    found: list[Moment] = []
    before: Case | None = None
    empty: Seats = ()
    for n, day in enumerate(days):
        mine = tuple(t for t in terms if (days[n - 1] < t <= day if n else t == day))
        found.append(_moment(way, day, before, n, mine, empty))
        before, _, _ = way.known[day]
        empty = found[-1].pool.empty
    first, _, _ = way.known[days[0]]
    later = [(t, [m for m in found if m.day < t][-1]) for t in terms if days[0] < t <= days[-1]]
    return Course(tuple(found), tuple(
        _moment(way, t, first, None, (t,), last.pool.empty) for t, last in later))


def _moment(
    way: _Way, day: dt.date, before: Case | None, year: int | None, terms: tuple[dt.date, ...],
    empty: Seats,
) -> Moment:
    if day not in way.known:
        now = people_at(way.case, day)
        way.known[day] = now, _pool(way, now, empty), _bench(way, now)
    now, pool, bench = way.known[day]
    open_ = open_seats(now)
    was = dict(open_seats(before)) if before is not None else {}
    opened = tuple((p, n - was.get(p, 0)) for p, n in open_ if n > was.get(p, 0))
    return Moment(day, year, terms, _leavers(way.plan.case, now, before), opened, open_, pool,
                  bench, _team(now), _targets(way, now))


def _leavers(given: Case, now: Case, before: Case | None) -> tuple[Leaver, ...]:
    """Who is above the age limit now and was not before (``None``: whoever is)."""
    people, posts, seats = now.rows("incumbents"), now.rows("posts"), seats_of(now)
    gone = set(seats.ageing_out) - set(seats_of(before).ageing_out if before is not None else ())
    mine = len(given.rows("incumbents"))
    out = []
    for i in sorted(gone):
        post = posts[seats.held[i]]
        limit = int(people[i].stay_until_age or post.max_age)
        day = birthday(pd.Timestamp(people[i].birth).date(), limit + 1)
        out.append(Leaver(str(people[i].person), str(post.post), limit, day, i >= mine))
    return tuple(sorted(out, key=lambda one: (one.day, one.person, one.post)))


def _team(case: Case) -> Team:
    stay = list(seats_of(case).staying)
    codes = case.frame("incumbents")["person"].to_numpy()[stay]
    if not stay:
        return Team(0, None, None, None)
    once = np.array(stay, dtype=int)[np.unique(codes, return_index=True)[1]]
    count = len(once)
    ages = case.ages("incumbents")[once]
    ranks = case.frame("incumbents")["education"].map(_RANK).to_numpy()[once]
    return Team(count, float(ages.sum()) / count, int((ages <= YOUNG).sum()) / count,
                int((ranks >= COLLEGE).sum()) / count)


def _targets(way: _Way, now: Case) -> pd.DataFrame:
    people = way.plan.people
    if not way.followed or people is None:
        return _counted(now, PeoplePart(()), ("team",))
    if now.settings.as_of == way.start:
        return _counted(way.plan.case, people, ("team", "placed", "bench"))
    able = possible(deciding(now)[0], _lists(way.plan))
    left = tuple(row for row in people.bench if row[:2] in able)
    return _counted(now, PeoplePart((), left), ("team", "bench"))


def _counted(case: Case, part: PeoplePart, of: Container[str]) -> pd.DataFrame:
    """Every bound of the targets of these, counted from those placed and those who stay."""
    rows = []
    for bound, placed in counted_bounds(case, part):
        if bound.of in of:
            short = bound.shortfall(placed)
            rows.append((bound.target, bound.unit, bound.bound, bound.of, bound.strength,
                         bound.actual(placed), float(bound.goal), short <= 1e-9, short))
    return pd.DataFrame(rows, columns=_TARGET)


# --- who is there for the seats -------------------------------------------------------------------


def _pool(way: _Way, now: Case, empty: Seats) -> Cover:
    """The plan itself at its own date, nobody more where it is followed; later what is solved."""
    plan, part = way.plan, way.plan.people
    if part is None or now.settings.as_of != way.start:
        return pool_cover(now, plan.money, empty, way.deadline)
    proven = all(r.proven for r in plan.goals if r.goal == "fill")
    posts = () if way.followed else [p for _, p, *_ in part.placed]
    return cover("optimal" if proven else "stopped", now, posts)


def _bench(way: _Way, now: Case) -> Standing | None:
    plan = way.plan
    if not way.followed or plan.people is None or not plan.people.bench:
        return None
    pairs = possible(deciding(now)[0], _lists(plan))
    near = {c.candidate for c in now.rows("candidates") if c.ready == "now"}
    people = {c for c, _ in pairs}
    return Standing(len(people), len(people & near), bench_cover(now, pairs, way.deadline))


def _lists(plan: Plan) -> list[tuple[str, str]]:
    """(candidate, post) of the benches of a plan."""
    return [] if plan.people is None else [(c, p) for c, p, _ in plan.people.bench]
