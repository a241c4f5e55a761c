"""The basic situation of a district, counted from its tables as a survey report states it.

A blank cell is never counted as 0: every figure says how many communities did not give it, and a
table that was not given leaves its whole paragraph ``None``. Means and shares are exact fractions
of counts, rounded (half up, one decimal) only where they are stated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from math import floor, isnan
from typing import Any

from planner.case.case import Case
from planner.case.dictionary import EDUCATION

LEVELS = tuple(word.code for word in EDUCATION)


@dataclass(frozen=True)
class Cuts:
    """Where the bands are cut. A community of exactly a cut is in the upper band, a person of
    exactly an age cut in the lower one; ``nested`` counts the older part of the middle band.
    """

    residents: tuple[int, int] = (5_000, 10_000)
    households: tuple[int, int] = (1_000, 3_000)
    ages: tuple[int, int] = (35, 55)
    nested: int = 46
    education: tuple[str, ...] = ("bachelor", "junior_college")
    smallest: int = 2
    not_cadres: tuple[str, ...] = ("instructor", "liaison")  # posts outside the two committees

    def __post_init__(self) -> None:
        for low, high in (self.residents, self.households, self.ages):
            if not low < high:
                raise ValueError(f"cuts must rise: {low}, {high}")
        if not self.ages[0] < self.nested <= self.ages[1]:
            raise ValueError(f"nested age {self.nested} is not within the middle band")
        if bad := set(self.education) - set(LEVELS[1:]):
            raise ValueError(f"not a level of education with one below it: {sorted(bad)}")


DEFAULT = Cuts()


@dataclass(frozen=True)
class Share:
    """``count`` out of ``of``."""

    count: int
    of: int

    @property
    def share(self) -> Fraction | None:
        """The exact share; ``None`` of nothing."""
        return Fraction(self.count, self.of) if self.of else None


@dataclass(frozen=True)
class Band(Share):
    """How many are from ``low`` to ``high``, both included; ``None`` is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True)
class Figure:
    """A sum over the communities that gave it; ``None`` when none did."""

    total: int | None
    missing: int


@dataclass(frozen=True)
class Premises:
    """A community named for its small premises."""

    community: str
    name: str
    premises_m2: float


@dataclass(frozen=True)
class Communities:
    """What the communities table says. Shares are of the communities that gave the figure."""

    number: int
    kinds: Mapping[str, int]  # "blank": no kind given
    residents: Figure
    households: Figure
    resident_bands: tuple[Band, ...]
    household_bands: tuple[Band, ...]
    committees: Figure
    general_branches: Figure
    branches: Figure
    members: Figure
    floating_members: Figure
    floating_share: Share  # over the communities that gave both
    floating_share_missing: int
    without_collective_income: Share
    collective_income_missing: int
    smallest_premises: tuple[Premises, ...]  # ties with the last are named too
    premises_missing: int


@dataclass(frozen=True)
class Education:
    """Those with at least ``level`` and those with at most ``below``, the level under it."""

    level: str
    below: str
    at_least: Share
    at_most_below: Share


@dataclass(frozen=True)
class Cadres:
    """The cadres of the two committees, from the incumbents."""

    number: int
    mean_per_community: float | None
    mean_age: float | None
    age_bands: tuple[Band, ...]
    nested_age: Band
    age_missing: int
    education: tuple[Education, ...]
    education_missing: int


@dataclass(frozen=True)
class Short:
    """Seats of a community that nobody holds."""

    community: str
    name: str
    short: int


@dataclass(frozen=True)
class Staff:
    """Seats against incumbents, over posts that give seats; one over makes up for none short."""

    seats: int | None
    in_post: int
    short: int | None
    short_outside_communities: int
    communities_short: tuple[Short, ...]  # the shortest of staff first
    posts_without_seats: int


@dataclass(frozen=True)
class Profile:
    """The basic situation and the shortfalls. A part is ``None`` when its table was not given."""

    title: str
    as_of: str | None
    streets: int
    communities: Communities | None
    cadres: Cadres | None
    staff: Staff | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        out: dict[str, Any] = plain(self)
        return out


def plain(value: Any) -> Any:
    """A dataclass as nested dictionaries; a share carries its quotient beside its counts."""
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if not is_dataclass(value):
        return value
    out = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Share):
        out["share"] = None if value.share is None else float(value.share)
    return out


def tenth(value: Fraction) -> float:
    """One decimal, half up."""
    return floor(value * 10 + Fraction(1, 2)) / 10


def bands(values: Sequence[int], second: int, third: int) -> tuple[Band, ...]:
    """``values`` in three bands, by where the second and the third begin."""
    edges = ((None, second - 1), (second, third - 1), (third, None))
    return tuple(band(values, low, high) for low, high in edges)


def band(values: Sequence[int], low: int | None, high: int | None, of: int | None = None) -> Band:
    """How many of ``values`` are from ``low`` to ``high``, out of ``of`` (default: all)."""
    count = sum((low is None or v >= low) and (high is None or v <= high) for v in values)
    return Band(count, len(values) if of is None else of, low, high)


def profile(case: Case, cuts: Cuts = DEFAULT) -> Profile:
    """Count the basic situation of ``case``."""
    day, in_office = case.settings.as_of, case.has("incumbents")
    return Profile(
        case.settings.title,
        day.isoformat() if day else None,
        len(case.rows("streets")),
        _communities(case, cuts) if case.has("communities") else None,
        _cadres(case, cuts) if in_office else None,
        _staff(case) if in_office else None,
    )


def _given(rows: Iterable[Any], column: str) -> list[int]:
    return [int(v) for row in rows if (v := getattr(row, column)) is not None]


def _total(rows: Sequence[Any], column: str) -> Figure:
    given = _given(rows, column)
    return Figure(sum(given) if given else None, len(rows) - len(given))


def _communities(case: Case, cuts: Cuts) -> Communities:
    rows = case.rows("communities")
    both = [r for r in rows if r.members is not None and r.floating_members is not None]
    income = _given(rows, "collective_income_yuan")
    kinds = Counter(row.kind or "blank" for row in rows)
    return Communities(
        number=len(rows),
        kinds={k: kinds[k] for k in sorted(kinds, key=lambda k: (k == "blank", -kinds[k], k))},
        residents=_total(rows, "residents"),
        households=_total(rows, "households"),
        resident_bands=bands(_given(rows, "residents"), *cuts.residents),
        household_bands=bands(_given(rows, "households"), *cuts.households),
        committees=_total(rows, "committees"),
        general_branches=_total(rows, "general_branches"),
        branches=_total(rows, "branches"),
        members=_total(rows, "members"),
        floating_members=_total(rows, "floating_members"),
        floating_share=Share(sum(_given(both, "floating_members")), sum(_given(both, "members"))),
        floating_share_missing=len(rows) - len(both),
        without_collective_income=Share(sum(v <= 0 for v in income), len(income)),
        collective_income_missing=len(rows) - len(income),
        smallest_premises=_smallest(rows, cuts.smallest),
        premises_missing=sum(row.premises_m2 is None for row in rows),
    )


def _smallest(rows: Iterable[Any], number: int) -> tuple[Premises, ...]:
    found = [Premises(r.community, r.name, float(r.premises_m2))
             for r in rows if r.premises_m2 is not None]
    found.sort(key=lambda p: (p.premises_m2, p.community))
    last = found[:number]
    return tuple(p for p in found if last and p.premises_m2 <= last[-1].premises_m2)


def _cadres(case: Case, cuts: Cuts) -> Cadres:
    kinds = {post.post: post.kind for post in case.rows("posts")}
    people = [(person.education, float(age))
              for person, age in zip(case.rows("incumbents"), case.ages("incumbents"), strict=True)
              if kinds.get(person.post) not in cuts.not_cadres]
    ages = [int(age) for _, age in people if not isnan(age)]
    levels = [LEVELS.index(level) for level, _ in people if level is not None]
    age_bands = bands(ages, cuts.ages[0] + 1, cuts.ages[1] + 1)
    communities = len(case.rows("communities"))
    return Cadres(
        number=len(people),
        mean_per_community=tenth(Fraction(len(people), communities)) if communities else None,
        mean_age=tenth(Fraction(sum(ages), len(ages))) if ages else None,
        age_bands=age_bands,
        nested_age=band(ages, cuts.nested, cuts.ages[1], of=age_bands[1].count),
        age_missing=len(people) - len(ages),
        education=tuple(_education(levels, LEVELS.index(level)) for level in cuts.education),
        education_missing=len(people) - len(levels),
    )


def _education(levels: Sequence[int], cut: int) -> Education:
    high = sum(level >= cut for level in levels)
    of = len(levels)
    return Education(LEVELS[cut], LEVELS[cut - 1], Share(high, of), Share(of - high, of))


def _staff(case: Case) -> Staff:
    holders = Counter(person.post for person in case.rows("incumbents"))
    counted = [post for post in case.rows("posts") if post.seats is not None]
    short: Counter[str | None] = Counter()
    for post in counted:
        short[post.community] += max(0, int(post.seats) - holders[post.post])
    names = {c.community: c.name for c in case.rows("communities")}
    found = [Short(c, names.get(c, c), n) for c, n in short.items() if c is not None and n]
    return Staff(
        seats=sum(int(post.seats) for post in counted) if counted else None,
        in_post=sum(holders[post.post] for post in counted),
        short=sum(short.values()) if counted else None,
        short_outside_communities=short[None],
        communities_short=tuple(sorted(found, key=lambda s: (-s.short, s.community))),
        posts_without_seats=len(case.rows("posts")) - len(counted),
    )
