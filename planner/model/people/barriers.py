"""What may stand between a candidate and a post, without asking every pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.case.case import Case
from planner.case.conditions import Checked, condition
from planner.case.dictionary import EDUCATION
from planner.model.people.grid import POST, Grid, Seen, asked, kinds, named
from planner.model.people.seats import Seats

Array = np.ndarray[Any, Any]

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}


def _nobody() -> Array:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Wall:
    """True for the pairs it stands between: where a grid is true, and the pairs (i, j) named."""

    grids: tuple[Seen, ...] = ()
    i: Array = field(default_factory=_nobody)
    j: Array = field(default_factory=_nobody)

    def at(self, i: Array, j: Array) -> Array:
        """Whether it stands between candidate and post, pair by pair."""
        named = set(zip(self.i.tolist(), self.j.tolist(), strict=True))
        out = np.array([pair in named for pair in zip(i.tolist(), j.tolist(), strict=True)],
                       dtype=bool)
        for grid in self.grids:
            out |= grid.at(i, j)
        return out

    def before(self, j: int, size: int) -> Array:
        """(N,) booleans: whom it keeps from post j."""
        out = np.zeros(size, dtype=bool)
        for grid in self.grids:
            out |= grid.block(np.array([j]), np.arange(size))[0]
        out[self.i[self.j == j]] = True
        return out

    def whole(self, size: tuple[int, int]) -> Array:
        """(N, M) booleans: all pairs, for cases of ordinary size."""
        out = np.zeros(size, dtype=bool)
        for grid in self.grids:
            out |= grid.block(np.arange(size[1]), np.arange(size[0])).T
        out[self.i, self.j] = True
        return out


def _wall(person: Array, post: Array, stands: Callable[[Array, Array], Array]) -> Wall:
    """A wall that sees one figure of the candidate and one of the post."""
    (who, i), (what, j) = kinds([person], len(person)), kinds([post], len(post))
    return Wall((Grid(who, what, np.asarray(stands(person[i][None, :], post[j][:, None]))),))


def too_old(case: Case, seats: Seats) -> Wall:
    """Above ``posts.max_age`` (the limit itself is allowed)."""
    most = case.frame("posts")["max_age"].to_numpy(dtype=float, na_value=np.inf)
    return _wall(case.ages("candidates"), most, lambda age, limit: age > limit)


def too_young(case: Case, seats: Seats) -> Wall:
    """Below ``posts.min_age``."""
    least = case.frame("posts")["min_age"].to_numpy(dtype=float, na_value=-np.inf)
    return _wall(case.ages("candidates"), least, lambda age, limit: age < limit)


def education(case: Case, seats: Seats) -> Wall:
    """Below ``posts.min_education``."""
    has = case.frame("candidates")["education"].map(_RANK).to_numpy(dtype=float)
    need = case.frame("posts")["min_education"].map(_RANK).fillna(-1).to_numpy(dtype=float)
    return _wall(has, need, lambda rank, least: rank < least)


def probationary(case: Case, seats: Seats) -> Wall:
    """A probationary member is not placed as secretary, unless the settings say so."""
    if case.settings.probationary_secretary:
        return Wall()
    who = case.frame("candidates")["affiliation"].to_numpy() == "probationary"
    what = case.frame("posts")["kind"].to_numpy() == "secretary"
    return _wall(np.asarray(who), np.asarray(what), lambda person, post: person & post)


def requirement(case: Case, seats: Seats) -> Wall:
    """``posts.where`` is not met."""
    fields = pair_fields(case)
    wheres = case.frame("posts")["where"].to_numpy()
    seeing: dict[tuple[str, ...], list[tuple[str, Checked]]] = {}
    for text in sorted({w for w in wheres if w}):
        test = condition(text, fields)
        mine = tuple(sorted(key for key in named(test) if not key.startswith(POST)))
        seeing.setdefault(mine, []).append((text, test))
    grids = []
    for tests in seeing.values():
        which = np.full(len(wheres), -1)
        for n, (text, _) in enumerate(tests):
            which[wheres == text] = n
        size = len(case.frame("candidates"))
        grids.append(asked([test for _, test in tests], which, fields, size, turned=True))
    return Wall(tuple(grids))


def unwilling(case: Case, seats: Seats) -> Wall:
    """The kind of post is not among those the candidate named (blank: any)."""
    kind = case.frame("posts")["kind"].to_numpy()
    wants = np.array(case.frame("candidates")["willing"].to_numpy(), dtype=object)
    stands = np.frompyfunc(lambda named, kind: named is not None and kind not in named, 2, 1)
    return _wall(wants, kind, lambda person, post: stands(person, post).astype(bool))


def barred(case: Case, seats: Seats) -> Wall:
    """``pairs.decision`` is bar."""
    mine = [(i, j) for i, j, row in named_pairs(case) if row.decision == "bar"]
    i, j = np.array(mine, dtype=np.int64).reshape(-1, 2).T
    return Wall((), i, j)


def kin_in_post(case: Case, seats: Seats) -> Wall:
    """A relative stays in post in that community."""
    home = case.frame("posts")["community"].to_numpy()
    people = list(case.frame("incumbents")["person"])
    serves = {people[i]: home[seats.held[i]] for i in seats.staying}
    at = {c: i for i, c in enumerate(case.frame("candidates")["candidate"])}
    found: set[tuple[int, int]] = set()
    for row in case.rows("kin"):
        for who, other in ((row.person, row.other), (row.other, row.person)):
            if who in at and serves.get(other) is not None:
                found.update((at[who], j) for j in np.flatnonzero(home == serves[other]).tolist())
    i, j = np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T
    return Wall((), i, j)


#: Every barrier, in the order it is named to a user.
BARRIERS: tuple[Callable[[Case, Seats], Wall], ...] = (
    too_old, too_young, education, probationary, requirement, unwilling, barred, kin_in_post,
)


def pair_fields(case: Case) -> dict[str, Any]:
    """Columns of candidates against columns of posts (``post.…``), for conditions on pairs."""
    return {**case.fields("candidates", shape="n1"),
            **case.fields("posts", prefix=POST, shape="1m")}


def named_pairs(case: Case) -> Iterator[tuple[int, int, Any]]:
    """The rows of the table ``pairs``, with the positions of candidate and post."""
    who, what = case.frame("candidates")["candidate"], case.frame("posts")["post"]
    for row in case.rows("pairs"):
        yield who.searchsorted(row.candidate), what.searchsorted(row.post), row
