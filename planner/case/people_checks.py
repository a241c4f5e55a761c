"""What must hold between the tables of people before anything is solved: one check a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from planner.case.asking import (
    fits,
    in_group,
    named,
    nearest,
    numeric_column,
    team_posts,
    unnamed,
)
from planner.case.case import AGE, Case
from planner.case.grammar import ConditionError
from planner.errors import Problem


def post_rows(case: Case) -> Iterator[Problem]:
    """A post has a number of seats, and no more people than seats."""
    held: dict[str, int] = {}
    for person in case.rows("incumbents"):
        held[person.post] = held.get(person.post, 0) + 1
    for i, post in enumerate(case.rows("posts")):
        sheet = case.sheet("posts")
        if post.seats is None and post.vacant is None:
            yield Problem("no_seats", sheet.cell(i, "seats"), post.post)
        elif post.seats is not None and held.get(post.post, 0) > post.seats:
            yield Problem("more_people_than_seats", sheet.cell(i, "seats"), str(post.seats),
                          {"people": held[post.post], "post": post.post}, notice=True)
        if post.min_age is not None and post.max_age is not None and post.min_age > post.max_age:
            yield Problem("min_above_max", sheet.cell(i, "min_age"),
                          f"{post.min_age} > {post.max_age}", {"low": "min_age", "high": "max_age"})


def target_rows(case: Case) -> Iterator[Problem]:
    """A target counts a group or a mean, has a bound that fits, and somebody to count."""
    people = [t for t in ("candidates", "incumbents") if case.has(t)]
    bounds = {"group": ("min_share", "max_share", "min_count", "max_count"),
              "mean_of": ("min_mean", "max_mean")}
    for i, row in enumerate(case.rows("targets")):
        sheet = case.sheet("targets")
        if (row.group is None) == (row.mean_of is None):
            yield Problem("group_or_mean", sheet.cell(i, "group"), row.target)
            continue
        mine, other = ("group", "mean_of") if row.group is not None else ("mean_of", "group")
        if all(getattr(row, b) is None for b in bounds[mine]):
            yield Problem("target_without_bound", sheet.cell(i, bounds[mine][0]), row.target)
        for b in bounds[other]:
            if getattr(row, b) is not None:
                yield Problem("bound_does_not_fit", sheet.cell(i, b), row.target, {"bound": b})
        for b in bounds[mine][1::2]:
            low, high = f"min_{b[4:]}", b
            least, most = getattr(row, low), getattr(row, high)
            if least is not None and most is not None and least > most:
                yield Problem("min_above_max", sheet.cell(i, low), f"{least:g} > {most:g}",
                              {"low": low, "high": high})
        if row.mean_of is not None and row.mean_of not in (AGE.name, AGE.zh) and not any(
                numeric_column(case, row.mean_of, t) for t in people):
            yield Problem("per_not_numeric", sheet.cell(i, "mean_of"), row.mean_of,
                          {"table": named("candidates"), "nearest": "age"})
        if row.group is not None and not any(
                in_group(case, row.group, t).any() for t in people):
            yield Problem("target_group_empty", sheet.cell(i, "group"), row.group)
        if row.where and not fits(case, row.where, "posts", True).any():
            yield Problem("target_without_post", sheet.cell(i, "where"), row.where)
        else:
            yield from _counts_nothing(case, i, row)


def _counts_nothing(case: Case, i: int, row: Any) -> Iterator[Problem]:
    """A target whose posts are all left out, or have no bench."""
    sheet = case.sheet("targets")
    try:
        posts = case.matches(row.where, "posts")
        counted = posts & team_posts(case, row)
    except ConditionError:
        return  # told of by the check of conditions
    if posts.any() and not counted.any():
        yield Problem("target_outside_teams", sheet.cell(i, "where"), row.target)
    elif row.of == "bench" and not case.has("bench"):
        yield Problem("table_missing", sheet.cell(i, "of"), values={
            "table": named("bench"), "needed_by": named("targets")})
    elif row.of == "bench" and not (counted & (_standards(case) > 0)).any():
        yield Problem("target_without_bench", sheet.cell(i, "of"), row.target)


def _standards(case: Case) -> Any:
    """(M,) how many rows of ``bench`` ask for successors of each post."""
    kinds = case.frame("posts")["kind"].to_numpy()
    return sum((
        ((kinds == row.kind) & fits(case, row.where, "posts", True)).astype(int)
        for row in case.rows("bench")), np.zeros(len(kinds), dtype=int))


def bench_rows(case: Case) -> Iterator[Problem]:
    """A row of the bench fits some post, and no post has two; near-term people can be told."""
    kinds, known = case.frame("posts")["kind"].to_numpy(), _standards(case)
    unclear = case.has("candidates") and case.frame("candidates")["ready"].isna().all()
    for i, row in enumerate(case.rows("bench")):
        sheet = case.sheet("bench")
        mine = (kinds == row.kind) & fits(case, row.where, "posts", True)
        if not mine.any():
            yield Problem("bench_without_post", sheet.cell(i, "kind"), row.kind)
        elif (known[mine] > 1).any():
            post = case.frame("posts")["post"][mine & (known > 1)].iloc[0]
            yield Problem("bench_twice", sheet.cell(i, "kind"), row.kind, {"post": post})
        if row.near_term_share and unclear:
            yield Problem("bench_ready_unknown", sheet.cell(i, "near_term_share"),
                          f"{row.near_term_share:.0%}")


def pair_rows(case: Case) -> Iterator[Problem]:
    """Kin are people of the case."""
    known = set(case.frame("candidates")["candidate"]) | set(case.frame("incumbents")["person"])
    for i, row in enumerate(case.rows("kin")):
        for column in ("person", "other"):
            code = getattr(row, column)
            if code not in known:
                yield Problem("unknown_code", case.sheet("kin").cell(i, column), unnamed(code), {
                    "table": named("candidates"), "nearest": nearest(code, known) or "—"})
