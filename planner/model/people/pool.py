"""Who may take which seat: vacancies, who stays, who is eligible, and how well each fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.case.conditions import condition, evaluate
from planner.case.dictionary import EDUCATION
from planner.errors import InputError, Problem
from planner.words import Key

Array = np.ndarray[Any, Any]

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}


@dataclass(frozen=True)
class Seats:
    """The posts and who is on them at ``as_of``.

    ``vacant`` (M,) seats to fill by post; ``staying`` the positions of the incumbents who stay;
    ``ageing_out`` and ``leaving`` of those who go; ``held`` (P,) the position of the post of every
    incumbent.
    """

    vacant: Array
    staying: tuple[int, ...]
    ageing_out: tuple[int, ...]
    leaving: tuple[int, ...]
    held: Array


@per_case
def seats_of(case: Case) -> Seats:
    r"""Vacancies: as given, or authorised seats less the incumbents who stay.

    .. math:: n_j = s_j - |\{\text{incumbents of } j: \text{not leaving, age} \le \text{limit}\}|

    The limit is the person's ``stay_until_age`` when given, else the post's ``max_age``, inclusive.
    """
    posts = case.rows("posts")
    at = {post.post: j for j, post in enumerate(posts)}
    ages = case.ages("incumbents")
    staying, ageing, leaving, held = [], [], [], []
    stay = [0] * len(posts)
    for i, person in enumerate(case.rows("incumbents")):
        post = posts[at[person.post]]
        held.append(at[person.post])
        limit = person.stay_until_age or post.max_age
        if person.leaving:
            leaving.append(i)
        elif limit is not None and ages[i] > limit:
            ageing.append(i)
        else:
            staying.append(i)
            stay[at[person.post]] += 1
    vacant = [
        post.vacant if post.vacant is not None else max(post.seats - stay[j], 0)
        for j, post in enumerate(posts)
    ]
    return Seats(np.array(vacant, dtype=int), tuple(staying), tuple(ageing), tuple(leaving),
                 np.array(held, dtype=int))


# --- what may stand between a candidate and a post: each gives (N, M) booleans, True = barred ---


def too_old(case: Case, seats: Seats) -> Array:
    """Above ``posts.max_age`` (the limit itself is allowed)."""
    most = case.frame("posts")["max_age"].to_numpy(dtype=float, na_value=np.inf)
    return np.asarray(case.ages("candidates")[:, None] > most[None, :])


def too_young(case: Case, seats: Seats) -> Array:
    """Below ``posts.min_age``."""
    least = case.frame("posts")["min_age"].to_numpy(dtype=float, na_value=-np.inf)
    return np.asarray(case.ages("candidates")[:, None] < least[None, :])


def education(case: Case, seats: Seats) -> Array:
    """Below ``posts.min_education``."""
    has = case.frame("candidates")["education"].map(_RANK).to_numpy(dtype=float)
    need = case.frame("posts")["min_education"].map(_RANK).fillna(-1).to_numpy(dtype=float)
    return np.asarray(has[:, None] < need[None, :])


def probationary(case: Case, seats: Seats) -> Array:
    """A probationary member is not placed as secretary, unless the settings say so."""
    if case.settings.probationary_secretary:
        return np.zeros((1, 1), dtype=bool)
    who = case.frame("candidates")["affiliation"].to_numpy() == "probationary"
    what = case.frame("posts")["kind"].to_numpy() == "secretary"
    return np.asarray(who[:, None] & what[None, :])


def requirement(case: Case, seats: Seats) -> Array:
    """``posts.where`` is not met."""
    barred = np.zeros((len(case.frame("candidates")), len(case.frame("posts"))), dtype=bool)
    fields = pair_fields(case)
    wheres = case.frame("posts")["where"]
    for text in sorted({w for w in wheres if w}):
        met = np.broadcast_to(evaluate(condition(text, fields), fields), barred.shape)
        mine = (wheres == text).to_numpy()
        barred[:, mine] = ~met[:, mine]
    return barred


def unwilling(case: Case, seats: Seats) -> Array:
    """The kind of post is not among those the candidate named (blank: any)."""
    kinds = case.frame("posts")["kind"].to_numpy()
    wants = case.frame("candidates")["willing"].to_numpy()
    barred = np.zeros((len(wants), len(kinds)), dtype=bool)
    for kind in sorted(set(kinds)):
        column = np.array([w is not None and kind not in w for w in wants], dtype=bool)
        barred[:, kinds == kind] = column[:, None]
    return barred


def barred(case: Case, seats: Seats) -> Array:
    """``pairs.decision`` is bar."""
    return _decided(case, "bar")


def kin_in_post(case: Case, seats: Seats) -> Array:
    """A relative stays in post in that community."""
    out = np.zeros((len(case.frame("candidates")), len(case.frame("posts"))), dtype=bool)
    home = case.frame("posts")["community"].to_numpy()
    people = list(case.frame("incumbents")["person"])
    serves = {people[i]: home[seats.held[i]] for i in seats.staying}
    at = {c: i for i, c in enumerate(case.frame("candidates")["candidate"])}
    for row in case.rows("kin"):
        for who, other in ((row.person, row.other), (row.other, row.person)):
            if who in at and serves.get(other) is not None:
                out[at[who]] |= home == serves[other]
    return out


#: Every barrier, in the order it is named to a user.
BARRIERS: tuple[Callable[[Case, Seats], Array], ...] = (
    too_old, too_young, education, probationary, requirement, unwilling, barred, kin_in_post,
)


def pair_fields(case: Case) -> dict[str, Any]:
    """Columns of candidates against columns of posts (``post.…``), for conditions on pairs."""
    return {**case.fields("candidates", shape="n1"),
            **case.fields("posts", prefix="post.", shape="1m")}


@per_case
def barriers_of(case: Case) -> dict[str, Array]:
    """(N, M) booleans by the name of the barrier: True where it stands."""
    seats = seats_of(case)
    return {barrier.__name__: barrier(case, seats) for barrier in BARRIERS}


@per_case
def eligible(case: Case) -> Array:
    """(N, M) booleans: nothing stands between the candidate and the post."""
    open_ = np.ones((len(case.frame("candidates")), len(case.frame("posts"))), dtype=bool)
    for wall in barriers_of(case).values():
        open_ &= ~wall
    return open_


@per_case
def fits(case: Case) -> Array:
    """(N, M) fit: the points whose condition the pair meets, or the pair's own ``fit``."""
    total = np.zeros((len(case.frame("candidates")), len(case.frame("posts"))))
    fields = pair_fields(case)
    for row in case.rows("points"):
        total += np.where(evaluate(condition(row.where, fields), fields), row.points, 0.0)
    for i, j, row in _pairs(case):
        if row.fit is not None:
            total[i, j] = row.fit
    return total


def pins(case: Case) -> list[tuple[int, int]]:
    """The pairs that are decided, as positions."""
    return [(i, j) for i, j, row in _pairs(case) if row.decision == "pin"]


def check_pins(case: Case, open_: Array, seats: Seats) -> None:
    """A pinned pair must be possible: raises ``InputError`` naming each that is not."""
    problems, taken = [], np.zeros(len(seats.vacant), dtype=int)
    sheet = case.sheet("pairs")
    for r, row in enumerate(case.rows("pairs")):
        if row.decision != "pin":
            continue
        i, j = _at(case, row)
        why = [name for name, wall in barriers_of(case).items()
               if np.broadcast_to(wall, open_.shape)[i, j]]
        taken[j] += 1
        if why:
            problems.append(Problem("pin_not_eligible", sheet.cell(r, "decision"), values={
                "candidate": row.candidate, "post": row.post, "why": Key(f"barrier.{why[0]}")}))
        elif taken[j] > seats.vacant[j]:
            problems.append(Problem("pin_without_seat", sheet.cell(r, "decision"), values={
                "candidate": row.candidate, "post": row.post}))
    if problems:
        raise InputError(problems)


def _at(case: Case, row: Any) -> tuple[int, int]:
    return (case.frame("candidates")["candidate"].searchsorted(row.candidate),
            case.frame("posts")["post"].searchsorted(row.post))


def _pairs(case: Case) -> Iterator[tuple[int, int, Any]]:
    for row in case.rows("pairs"):
        yield (*_at(case, row), row)


def _decided(case: Case, decision: str) -> Array:
    out = np.zeros((len(case.frame("candidates")), len(case.frame("posts"))), dtype=bool)
    for i, j, row in _pairs(case):
        if row.decision == decision:
            out[i, j] = True
    return out
