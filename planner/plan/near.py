"""What stands between people and seats, and the least that would have to change.

Arrays only, nothing is solved: who is kept from a post by one barrier alone, by how many years or
levels, and whom the least relaxation would let in.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.case.case import Case, per_case
from planner.case.conditions import condition, evaluate
from planner.case.dictionary import EDUCATION
from planner.case.grammar import Compare, Condition, Joined, Not, parse
from planner.model.people.match import walls_of as barriers_by_name
from planner.model.people.pool import barriers_of, eligible, fits, pair_fields, seats_of
from planner.model.people.variables import people_of

Array = np.ndarray[Any, Any]

_RANK = {word.code: i for i, word in enumerate(EDUCATION)}
#: Barriers a rule sets, then those that are a person's own: the former are relaxed first.
OWN = ("unwilling", "barred", "kin_in_post")
MEASURED = ("too_old", "too_young", "education")


@dataclass(frozen=True)
class Fee:
    """What a course costs a person and what pays it, in yuan.

    ``fund`` and ``street`` (``None``: the whole district) name the awards that are the tightest;
    they hold ``award``, of which ``left`` is not spent; ``lacking`` is what the course costs
    beyond that, and ``raised`` by how much more an award would have to be allowed for, others
    being trained as they are.
    """

    course: str
    cost: int
    fund: str
    street: str | None
    award: int
    left: int
    raised: int

    @property
    def lacking(self) -> int:
        """What there is too little of."""
        return max(0, self.cost - self.left)


@dataclass(frozen=True)
class Step:
    """One thing that would have to change for a post.

    ``size`` is in years or levels of education (1 for what is all or nothing); ``old`` and ``new``
    are the limit before and after, where there is one. A requirement of several conditions gives
    one at a time: ``old`` is the condition. ``trained``: ``fee`` tells the course.
    """

    barrier: str
    size: int = 1
    old: str = ""
    new: str = ""
    fee: Fee | None = None


@dataclass(frozen=True)
class Near:
    """The least change of some barriers of a post, and the positions of those it lets in."""

    post: int
    steps: tuple[Step, ...]
    admits: tuple[int, ...]


@per_case
def walls_of(case: Case) -> dict[str, Array]:
    """(N, M) booleans by barrier; a requirement by each of its conditions, ``requirement.0`` on."""
    shape = eligible(case).shape
    out: dict[str, Array] = {}
    for name, wall in barriers_of(case).items():
        if name == "requirement":
            out |= _requirements(case, shape)
        else:
            out[name] = np.broadcast_to(wall, shape)
    return out


def _requirements(case: Case, shape: tuple[int, ...]) -> dict[str, Array]:
    fields = pair_fields(case)
    wheres = case.frame("posts")["where"]
    out: dict[str, Array] = {}
    for text in sorted({w for w in wheres if w}):
        mine = (wheres == text).to_numpy()
        for k, part in enumerate(conditions_in(text)):
            met = np.broadcast_to(evaluate(condition(part, fields), fields), shape)
            wall = out.setdefault(f"requirement.{k}", np.zeros(shape, dtype=bool))
            wall[:, mine] = ~met[:, mine]
    return dict(sorted(out.items()))


def conditions_in(where: str) -> tuple[str, ...]:
    """The conditions that must all hold for ``where`` to hold, each as text."""
    tree = parse(where)
    if isinstance(tree, Joined) and tree.op == "and" and tree.parts:
        return tuple(_text(part) for part in tree.parts)
    return (where,)


def _text(node: Condition) -> str:
    if isinstance(node, Joined):
        return "(" + f" {node.op} ".join(_text(part) for part in node.parts) + ")"
    if isinstance(node, Not):
        return f"not ({_text(node.part)})"
    return _compare(node)


def _compare(node: Compare) -> str:
    column, *values = [f"{o.quote}{o.text}{o.quote}" for o in (node.column, *node.values)]
    if not values:
        first, _, last = node.op.rpartition(" ")
        return f"{column} is blank" if last == node.op else f"{column} {first} {last}"
    if "in" in node.op:
        return f"{column} {node.op} ({', '.join(values)})"
    return f"{column} {node.op} {values[0]}"


@per_case
def standing(case: Case) -> Array:
    """(N, M) how many barriers stand between each candidate and each post."""
    return np.asarray(sum(wall.astype(np.int8) for wall in walls_of(case).values()))


@per_case
def _figures(case: Case) -> dict[str, tuple[Array, Array]]:
    """What each candidate has and each post asks, by barrier that has a size."""
    posts = case.frame("posts")
    ranks = case.frame("candidates")["education"].map(_RANK).to_numpy(dtype=float)
    need = posts["min_education"].map(_RANK).fillna(0).to_numpy(dtype=float)
    ages = case.ages("candidates").astype(float)
    return {
        "too_old": (ages, posts["max_age"].to_numpy(dtype=float, na_value=np.inf)),
        "too_young": (ages, posts["min_age"].to_numpy(dtype=float, na_value=0)),
        "education": (ranks, need),
    }


def gaps(case: Case, barrier: str, i: Any, j: Any) -> Array:
    """By how many years or levels candidates fall short; 1 for a barrier without a size."""
    if barrier not in MEASURED:
        return np.ones(np.broadcast(i, j).shape, dtype=int)
    has, asks = _figures(case)[barrier]
    return np.asarray(np.abs(has[i] - asks[j])).astype(int)


def step(case: Case, barrier: str, size: int, j: int) -> Step:
    """The relaxation of one barrier of post ``j``, with the limit before and after."""
    post = case.rows("posts")[j]
    if barrier == "education":
        rank = _RANK[post.min_education]
        return Step(barrier, size, post.min_education, EDUCATION[rank - size].code)
    if barrier in ("too_old", "too_young"):
        old = int(post.max_age if barrier == "too_old" else post.min_age)
        return Step(barrier, size, str(old), str(old + (size if barrier == "too_old" else -size)))
    if barrier == "unwilling":
        return Step(barrier, 1, "", post.kind)
    if barrier.startswith("requirement"):
        return Step("requirement", 1, conditions_in(post.where)[int(barrier.split(".")[1])])
    return Step(barrier)


def of_pair(case: Case, i: int, j: int) -> tuple[Step, ...]:
    """Everything between candidate ``i`` and post ``j``, in the order barriers are named."""
    return tuple(step(case, name, int(gaps(case, name, i, j)), j)
                 for name, wall in walls_of(case).items() if wall[i, j])


def months_over(case: Case, i: int, limit: int) -> int:
    """Full months since a candidate was last within an age limit (which includes the limit)."""
    day = case.settings.as_of
    born = case.rows("candidates")[i].birth
    assert day is not None
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    return int(months - (limit + 1) * 12)


def _before(case: Case, j: int) -> dict[str, Array]:
    """(N,) booleans by barrier: whom it keeps from post ``j``; a requirement as in ``walls_of``."""
    size, where = len(case.frame("candidates")), case.rows("posts")[j].where
    out: dict[str, Array] = {}
    for name, wall in barriers_by_name(case).items():
        if name != "requirement":
            out[name] = wall.before(j, size)
            continue
        fields = {key: replace(f, values=f.values[:, [j]] if key.startswith("post.") else f.values)
                  for key, f in pair_fields(case).items()}
        for k, part in enumerate(conditions_in(where) if where else ()):
            met = evaluate(condition(part, fields), fields)
            out[f"requirement.{k}"] = ~np.broadcast_to(met, (size, 1))[:, 0]
    return out


def only_by(case: Case, j: int) -> dict[str, int]:
    """How many candidates one barrier alone keeps from post ``j``, by barrier."""
    walls = _before(case, j)
    alone = np.sum(list(walls.values()), axis=0) == 1
    counts: dict[str, int] = {}
    for name, wall in walls.items():
        barrier = name.split(".")[0]  # the conditions of a requirement together
        counts[barrier] = counts.get(barrier, 0) + int((wall & alone).sum())
    return {name: n for name, n in counts.items() if n}


def near_seat(case: Case, j: int) -> tuple[Near, ...]:
    """The least changes that would make somebody eligible for post ``j``, barrier by barrier.

    Where everybody has several barriers, the fewest together; as many answers as there are such
    combinations, those of rules before those of persons, smaller before larger.
    """
    walls = _before(case, j)
    count = np.sum(list(walls.values()), axis=0)
    behind = count[count > 0]
    if not len(behind):
        return ()
    least = int(behind.min())
    found: dict[tuple[str, ...], list[int]] = {}
    for i in np.flatnonzero(count == least).tolist():
        found.setdefault(tuple(n for n, w in walls.items() if w[i]), []).append(i)
    return tuple(sorted((_least(case, j, names, who) for names, who in found.items()), key=_order))


def _least(case: Case, j: int, names: tuple[str, ...], who: list[int]) -> Near:
    sizes = np.column_stack([gaps(case, name, np.array(who), j) for name in names])
    total = sizes.sum(axis=1)
    first = min(range(len(who)), key=lambda k: (int(total[k]), sizes[k].tolist()))
    within = (sizes <= sizes[first]).all(axis=1)
    steps = tuple(step(case, name, int(n), j) for name, n in zip(names, sizes[first], strict=True))
    return Near(j, steps, tuple(i for i, ok in zip(who, within, strict=True) if ok))


def _order(near: Near) -> tuple[Any, ...]:
    names = [s.barrier + s.old * (s.barrier == "requirement") for s in near.steps]
    return (len(names), max((OWN.index(n) + 1 for n in names if n in OWN), default=0),
            sum(s.size for s in near.steps), names)


def near_person(case: Case, i: int, most: int) -> tuple[Near, ...]:
    """The least changes that would open a post with a vacant seat to candidate ``i``.

    One a combination of barriers, at most ``most``, the posts that suit the candidate best.
    """
    vacant = np.flatnonzero(seats_of(case).vacant > 0)
    count = standing(case)[i, vacant]
    fit = fits(case)[i]
    found: dict[tuple[tuple[str, str], ...], tuple[Any, ...]] = {}
    for j in vacant[count == count.min()].tolist() if len(vacant) else ():
        near = Near(j, of_pair(case, i, j), (i,))
        key = (*_order(near)[:3], -float(fit[j]), j)
        names = tuple((s.barrier, s.old * (s.barrier == "requirement")) for s in near.steps)
        if names not in found or key < found[names][0]:
            found[names] = (key, near)
    best = sorted(found.values(), key=lambda pair: pair[0])[:most]
    return tuple(near for _, near in best)


# --- why a seat stays empty -----------------------------------------------------------------------


def why_empty(
    case: Case, placed: frozenset[tuple[str, str]], j: int, taken: Container[str] | None = None
) -> str:
    """``no_candidate``, ``kin`` or ``placed_elsewhere``; ``taken`` are those of ``placed``.

    ``kin``: but for a relative in post or placed in that community, somebody free would do.
    """
    who = people_of(case).open_to(j).tolist()
    if not who:
        return "kin" if "kin_in_post" in only_by(case, j) else "no_candidate"
    people, posts = case.rows("candidates"), case.rows("posts")
    if taken is None:
        taken = {c for c, _ in placed}
    free = [i for i in who if people[i].candidate not in taken]
    if free and posts[j].community is not None and all(
            relatives_placed(case, placed, people[i].candidate, posts[j].community) for i in free):
        return "kin"
    return "placed_elsewhere"


@per_case
def kin_of(case: Case) -> dict[str, set[str]]:
    """The relatives of everybody who has some, as codes."""
    out: dict[str, set[str]] = {}
    for row in case.rows("kin"):
        out.setdefault(row.person, set()).add(row.other)
        out.setdefault(row.other, set()).add(row.person)
    return out


def relatives_placed(
    case: Case, placed: frozenset[tuple[str, str]], candidate: str, community: str | None
) -> tuple[str, ...]:
    """Kin of a candidate who are placed in a community."""
    if community is None:
        return ()
    kin = kin_of(case).get(candidate)
    if not kin:
        return ()
    home = {p.post: p.community for p in case.rows("posts")}
    return tuple(sorted({c for c, p in placed if c in kin and home.get(p) == community}))
