"""Relaxations and decisions as changes of the tables, the way a scenario would make them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from planner.case.case import Case
from planner.case.recipe import Order
from planner.case.whatif import order
from planner.model.people.pool import seats_of
from planner.plan.near import Step, conditions_in, kin_of


def quoted(column: str, code: str) -> str:
    """A condition that names one row."""
    return f'{column} = "{code}"'


def pin_order(case: Case, i: int, j: int) -> Order:
    """Candidate ``i`` decided for post ``j``."""
    pair = case.rows("candidates")[i].candidate, case.rows("posts")[j].post
    if any((r.candidate, r.post) == pair for r in case.rows("pairs")):
        return order("pairs", "set", {"decision": "pin"}, _pair(*pair), "pin")
    return order("pairs", "add", {"candidate": pair[0], "post": pair[1], "decision": "pin"},
                 name="pin")


def must_order(case: Case, count: int, group: str = "age > 0", where: str = "") -> Order:
    """At least so many of a group placed on some posts (blank: any), as a target to be met."""
    known = {r.target for r in case.rows("targets")}
    code = next(c for n in range(len(known) + 1) if (c := f"asked{n or ''}") not in known)
    return order("targets", "add", {
        "target": code, "group": group, "of": "placed", "min_count": str(count),
        "strength": "must", "where": " and ".join(filter(None, (where, "kind not blank")))},
        name=code)


def _pair(candidate: str, post: str) -> str:
    return f"{quoted('candidate', candidate)} and {quoted('post', post)}"


def orders_of(case: Case, steps: tuple[Step, ...], i: int, j: int) -> Iterator[Order]:
    """The steps as changes of the tables; those of a person are candidate ``i``'s."""
    post, person = case.rows("posts")[j], case.rows("candidates")[i]
    at = quoted("post", post.post)
    dropped = {s.old for s in steps if s.barrier == "requirement"}
    if dropped:
        left = [part for part in conditions_in(post.where) if part not in dropped]
        yield order("posts", "set", {"where": " and ".join(left)}, at, "requirement")
    for taken in steps:
        match taken.barrier:
            case "too_old":
                yield order("posts", "set", {"max_age": taken.new}, at, "too_old")
            case "too_young":
                yield order("posts", "set", {"min_age": taken.new}, at, "too_young")
            case "education":
                yield order("posts", "set", {"min_education": taken.new}, at, "education")
            case "probationary":
                yield _setting(case, "probationary_secretary", "yes")
            case "unwilling":
                wants = "、".join([*(person.willing or ()), post.kind])
                yield order("candidates", "set", {"willing": wants},
                            quoted("candidate", person.candidate), "unwilling")
            case "barred":
                yield lift_order(person.candidate, post.post)
            case "kin_in_post":
                yield kin_order(person.candidate, _relatives(case, i, j))


def lift_order(candidate: str, post: str) -> Order:
    """A bar or a pin taken back."""
    return order("pairs", "set", {"decision": ""}, _pair(candidate, post), "barred")


def kin_order(person: str, others: list[str]) -> Order:
    """Kin of one person no longer kept apart."""
    sides = [f"({quoted(a, person)} and {quoted(b, other)})" for other in others
             for a, b in (("person", "other"), ("other", "person"))]
    return order("kin", "remove", {}, " or ".join(sides), "kin")


def lifts_of(case: Case, i: int) -> Iterator[tuple[tuple[Step, ...], list[Order]]]:
    """Rules on several that may keep out candidate ``i``, and what takes them back.

    Kin placed, targets that must be met, pins: each by itself, then more and more together.
    """
    me = case.rows("candidates")[i].candidate
    kin = sorted(kin_of(case).get(me, set()) & {r.candidate for r in case.rows("candidates")})
    pins = [(r.candidate, r.post) for r in case.rows("pairs") if r.decision == "pin"]
    lifts: list[tuple[Step, list[Order]]] = []
    if kin:
        lifts.append((Step("kin"), [kin_order(me, kin)]))
    if any(t.strength == "must" for t in case.rows("targets")):
        lifts.append((Step("must"), [order(
            "targets", "set", {"strength": "should"}, "strength = must", "must")]))
    if pins:
        lifts.append((Step("pin_lifted"), [lift_order(*pair) for pair in pins]))
    for count in range(1, len(lifts) + 1):
        for taken in combinations(lifts, count):
            yield tuple(step for step, _ in taken), [o for _, more in taken for o in more]


def _relatives(case: Case, i: int, j: int) -> list[str]:
    """Kin of candidate ``i`` who stay in post in the community of post ``j``."""
    seats, posts = seats_of(case), case.rows("posts")
    me, home = case.rows("candidates")[i].candidate, posts[j].community
    people = case.rows("incumbents")
    there = {people[k].person for k in seats.staying if posts[seats.held[k]].community == home}
    return sorted(kin_of(case).get(me, set()) & there)


def _setting(case: Case, key: str, value: str) -> Order:
    if any(r.key == key for r in case.rows("settings")):
        return order("settings", "set", {"value": value}, quoted("key", key), key)
    return order("settings", "add", {"key": key, "value": value}, name=key)
