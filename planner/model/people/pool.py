"""Who may take which seat, as whole arrays: for cases of ordinary size, and what is shown.

What has to do with large cases asks ``match_of`` for blocks of pairs instead.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.errors import InputError, Problem
from planner.model.people.barriers import BARRIERS, named_pairs, pair_fields
from planner.model.people.match import Match, match_of, walls_of
from planner.model.people.seats import Seats, seats_of
from planner.words import Key

__all__ = ["BARRIERS", "Seats", "barriers_of", "check_pins", "eligible", "fits", "pair_fields",
           "pins", "seats_of"]

Array = np.ndarray[Any, Any]


@per_case
def barriers_of(case: Case) -> dict[str, Array]:
    """(N, M) booleans by the name of the barrier: True where it stands."""
    size = len(case.frame("candidates")), len(case.frame("posts"))
    return {name: wall.whole(size) for name, wall in walls_of(case).items()}


@per_case
def eligible(case: Case) -> Array:
    """(N, M) booleans: nothing stands between the candidate and the post."""
    match = match_of(case)
    return np.ascontiguousarray(match.open(*_all(match)).T)


@per_case
def fits(case: Case) -> Array:
    """(N, M) fit: the points whose condition the pair meets, or the pair's own ``fit``."""
    match = match_of(case)
    return np.ascontiguousarray(match.fit(*_all(match)).T)


def _all(match: Match) -> tuple[Array, Array]:
    return np.arange(len(match.other)), np.arange(len(match.own))


def pins(case: Case) -> list[tuple[int, int]]:
    """The pairs that are decided, as positions."""
    return [(i, j) for i, j, row in named_pairs(case) if row.decision == "pin"]


def check_pins(case: Case, seats: Seats, trained: Container[tuple[int, int]] = ()) -> None:
    """A pinned pair must be possible: raises ``InputError`` naming each that is not.

    ``trained`` are pairs that a course makes possible.
    """
    problems, taken = [], np.zeros(len(seats.vacant), dtype=int)
    sheet = case.sheet("pairs")
    for r, (i, j, row) in enumerate(named_pairs(case)):
        if row.decision != "pin":
            continue
        pair = np.array([i]), np.array([j])
        why = () if (i, j) in trained else [
            name for name, wall in walls_of(case).items() if wall.at(*pair)[0]]
        taken[j] += 1
        if why:
            problems.append(Problem("pin_not_eligible", sheet.cell(r, "decision"), values={
                "candidate": row.candidate, "post": row.post, "why": Key(f"barrier.{why[0]}")}))
        elif taken[j] > seats.vacant[j]:
            problems.append(Problem("pin_without_seat", sheet.cell(r, "decision"), values={
                "candidate": row.candidate, "post": row.post}))
    if problems:
        raise InputError(problems)
