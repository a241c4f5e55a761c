"""The years ahead: who reaches the age limit, which seats open, whether anybody is there for them.

Twice: if nobody is placed, and if the plan is followed, its people then growing older in post. What
the pool covers at a date is solved as a plan of that date, and counted again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.case.case import Case
from planner.case.dictionary import EDUCATION
from planner.errors import RecountError
from planner.model.people.part import PeoplePart
from planner.model.people.pool import eligible, fits, seats_of
from planner.model.people.variables import people_of
from planner.model.rule import Model, Row, Stage, Terms
from planner.plan.again import Again
from planner.plan.ahead import birthday, people_at, years_on
from planner.plan.plan import Plan
from planner.plan.recount import recount
from planner.solver.ladder import Ladder

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}
YOUNG = 35
COLLEGE = _RANK["junior_college"]


@dataclass(frozen=True)
class Leaver:
    """Somebody who is above the age limit of their post since ``day``; ``limit`` is inclusive."""

    person: str
    post: str
    limit: int
    day: dt.date
    placed: bool


@dataclass(frozen=True)
class Cover:
    """How many of the seats open at a date somebody could take; ``empty`` post by post."""

    status: str
    filled: int | None
    empty: tuple[tuple[str, int], ...] = ()

    @property
    def proven(self) -> bool:
        """Whether no more can be filled without a worse goal above."""
        return self.status == "optimal"


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
    changes of term that fall in the year. ``targets`` has the columns of ``Plan.targets``.
    """

    day: dt.date
    year: int | None
    terms: tuple[dt.date, ...]
    leaving: tuple[Leaver, ...]
    opened: tuple[tuple[str, int], ...]
    open: tuple[tuple[str, int], ...]
    pool: Cover
    bench: Cover | None
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


def forecast(plan: Plan, years: int) -> Forecast:
    """The years after the date of a plan, with and without it. The case has people."""
    nothing = _course(plan, years, (), followed=False)
    if plan.people is None:
        return Forecast(nothing, None)
    placed = tuple(sorted((c, p) for c, p, *_ in plan.people.placed))
    return Forecast(nothing, _course(plan, years, placed, followed=True))


def _course(
    plan: Plan, years: int, placed: tuple[tuple[str, str], ...], followed: bool
) -> Course:
    case, start = plan.case, plan.case.settings.as_of
    assert start is not None, "checked at the door"
    terms = case.settings.change_of_term
    days = [years_on(start, n) for n in range(years + 1)]
    first = people_at(case, start, placed)
    found, before = [], first
    for n, day in enumerate(days):
        now = people_at(case, day, placed)
        mine = tuple(t for t in terms if (days[n - 1] < t <= day if n else t == day))
        found.append(_moment(plan, now, before if n else None, n, mine, followed))
        before = now
    at_terms = [_moment(plan, people_at(case, t, placed), first, None, (t,), followed)
                for t in terms if start < t <= days[-1]]
    return Course(tuple(found), tuple(at_terms))


def _moment(
    plan: Plan, now: Case, before: Case | None, year: int | None, terms: tuple[dt.date, ...],
    followed: bool,
) -> Moment:
    day = now.settings.as_of
    assert day is not None
    open_ = _open(now)
    was = dict(_open(before)) if before is not None else {}
    opened = tuple((p, n - was.get(p, 0)) for p, n in open_ if n > was.get(p, 0))
    bench = _bench(plan, now) if followed and len(plan.bench) else None
    return Moment(day, year, terms, _leavers(plan.case, now, before),
                  opened if before is not None else open_, open_, _pool(now), bench, _team(now),
                  Plan(now, "optimal", None, PeoplePart(()), ()).targets)


def _open(case: Case) -> tuple[tuple[str, int], ...]:
    return tuple((str(post.post), int(n)) for post, n in
                 zip(case.rows("posts"), seats_of(case).vacant, strict=True) if n)


def _leavers(given: Case, now: Case, before: Case | None) -> tuple[Leaver, ...]:
    """Who is above the age limit now and was not before (``None``: whoever is)."""
    people, posts, seats = now.rows("incumbents"), now.rows("posts"), seats_of(now)
    gone = set(seats.ageing_out) - set(seats_of(before).ageing_out if before is not None else ())
    mine = len(given.rows("incumbents"))
    out = []
    for i in sorted(gone):
        post = posts[seats.held[i]]
        limit = int(people[i].stay_until_age or post.max_age)
        day = birthday(_day(people[i].birth), limit + 1)
        out.append(Leaver(str(people[i].person), str(post.post), limit, day, i >= mine))
    return tuple(sorted(out, key=lambda one: (one.day, one.person, one.post)))


def _day(value: object) -> dt.date:
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


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


# --- who is there for the seats -------------------------------------------------------------------


def _pool(case: Case) -> Cover:
    """The plan of that date, were it made then with the pool that is left."""
    if not _open(case):
        return Cover("optimal", 0)
    again = Again(case)
    reply = again.base
    if not reply.solved:
        return Cover(reply.status, None)
    fit, who, what = fits(case), again.who, again.what
    part = PeoplePart(tuple((c, p, float(fit[who.index(c), what.index(p)]))
                            for c, p in sorted(reply.placed)))
    breaches = recount(case, None, part)
    if breaches:
        raise RecountError(str(b) for b in breaches)
    return _cover(reply.status, case, (p for _, p in reply.placed))


def _cover(status: str, case: Case, posts: Iterable[str]) -> Cover:
    filled = Counter(posts)
    empty = tuple((p, n - filled[p]) for p, n in _open(case) if n > filled[p])
    return Cover(status, sum(filled.values()), empty)


def _bench(plan: Plan, case: Case) -> Cover:
    """Most seats that those on the benches, still eligible then, could take post by post."""
    who = {str(r.candidate): i for i, r in enumerate(case.rows("candidates"))}
    what = {str(r.post): j for j, r in enumerate(case.rows("posts"))}
    open_, people = eligible(case), people_of(case)
    pairs = sorted({(who[c], what[p]) for c, p in
                    zip(plan.bench["candidate"], plan.bench["post"], strict=True)
                    if c in who and p in what and people.seats.vacant[what[p]]
                    and open_[who[c], what[p]]})
    model = Model()
    column = {pair: model.column(0, 1, whole=True) for pair in pairs}
    for i in sorted({i for i, _ in pairs}):
        mine: Terms = [(column[p], 1.0) for p in pairs if p[0] == i]
        model.row(Row("one_post", str(i), mine, high=float(people.capacity[i])))
    for j in sorted({j for _, j in pairs}):
        mine = [(column[p], 1.0) for p in pairs if p[1] == j]
        model.row(Row("seats", str(j), mine, high=float(people.seats.vacant[j])))
    for i, k in people.kin:
        for a, b in ((a, b) for a in pairs for b in pairs if a[0] == i and b[0] == k):
            home = people.community[a[1]]
            if home is not None and home == people.community[b[1]]:
                model.row(Row("kin", str(home), [(column[a], 1.0), (column[b], 1.0)], high=1.0))
    if not pairs:
        return _cover("optimal", case, ())
    every = [(j, 1.0) for j in column.values()]
    climb = Ladder(model, (Stage("fill", "max", every, grain=1.0),)).climb()
    posts = case.rows("posts")
    return _cover(climb.status, case, (
        str(posts[j].post) for (_, j), at in column.items() if climb.x[at] > 0.5))
