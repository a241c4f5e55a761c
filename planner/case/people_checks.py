"""What must hold between the tables of people before anything is solved: one check a function."""

from __future__ import annotations

from collections.abc import Iterator

from planner.case.asking import fits, in_group, named, nearest, unnamed
from planner.case.case import AGE, Case
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
        if row.of == "bench":
            cell = sheet.cell(i, "of")
            yield Problem("table_not_used_yet", cell, values={"table": named("bench")})
        if row.mean_of is not None and row.mean_of not in (AGE.name, AGE.zh) and not any(
                row.mean_of in case.frame(t) for t in people):
            yield Problem("per_not_numeric", sheet.cell(i, "mean_of"), row.mean_of,
                          {"table": named("candidates"), "nearest": "age"})
        if row.group is not None and not any(
                in_group(case, row.group, t).any() for t in people):
            yield Problem("target_group_empty", sheet.cell(i, "group"), row.group)
        if row.where and not fits(case, row.where, "posts", True).any():
            yield Problem("target_without_post", sheet.cell(i, "where"), row.where)


def pair_rows(case: Case) -> Iterator[Problem]:
    """Kin are people of the case."""
    known = set(case.frame("candidates")["candidate"]) | set(case.frame("incumbents")["person"])
    for i, row in enumerate(case.rows("kin")):
        for column in ("person", "other"):
            code = getattr(row, column)
            if code not in known:
                yield Problem("unknown_code", case.sheet("kin").cell(i, column), unnamed(code), {
                    "table": named("candidates"), "nearest": nearest(code, known) or "—"})
