"""Which seats are vacant, and who stays, leaves or ages out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.case.case import Case, per_case

Array = np.ndarray[Any, Any]


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
