r"""The tie between money and people: what is trained is paid from awards.

======  =====================  ======  =======================================================
symbol  in code                unit    meaning
======  =====================  ======  =======================================================
t[i,c]  ``v.trained[I, c]``    0 or 1  candidate i is trained on course c
κ[c]    ``course.cost``        yuan    cost of the course a person
a[r]    ``money.paid(g)``      万元    award of a payee in the fund that pays the course
p[s]    ``Purse.spent``        万元    what is spent of a purse
======  =====================  ======  =======================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.part import MoneyPart
from planner.model.money.variables import SCALE, MoneyVariables, Need
from planner.model.people.part import PeoplePart
from planner.model.people.training import courses_of
from planner.model.people.variables import PeopleVariables
from planner.model.rule import Breach, Row, Terms


@dataclass(frozen=True)
class Purse:
    """The awards that pay some courses: of a fund in one street, or in all (``street`` None).

    ``courses`` are the positions of those it pays. The purse of a whole fund pays the courses of
    the district school after those of the streets, so it holds them all. What is spent of it is a
    multiple of ``grain`` (yuan).
    """

    fund: str
    street: str | None
    courses: tuple[int, ...]
    grain: int = 1

    def usable(self, award: int) -> int:
        """The part of an award its courses can use (yuan): of 19,000, courses of 12,000 use one."""
        return award // self.grain * self.grain

    @property
    def of(self) -> str:
        """Its name in rows."""
        return f"{self.fund}/{self.street}" if self.street else self.fund

    def holds(self, cell: MoneyCell) -> bool:
        """Whether the award of a cell is in it."""
        return cell.fund == self.fund and self.street in (None, cell.street)


def purses_of(case: Case) -> tuple[Purse, ...]:
    """Every purse that pays a course, by fund, streets before the whole."""
    courses = courses_of(case)
    keys = sorted({(c.fund, c.street or "") for c in courses}, key=lambda k: (k[0], not k[1], k[1]))
    pays = [tuple(n for n, c in enumerate(courses) if c.fund == fund
                  and (not street or c.street == street)) for fund, street in keys]
    return tuple(Purse(fund, street or None, mine, grain_of(case, mine))
                 for (fund, street), mine in zip(keys, pays, strict=True))


def grain_of(case: Case, courses: Iterable[int]) -> int:
    """The greatest sum (yuan) that divides the costs of all these courses, by position."""
    return max(gcd(*(courses_of(case)[c].cost for c in courses)), 1)


def training_rows(
    case: Case, money: MoneyVariables, people: PeopleVariables
) -> Iterator[Row]:
    r"""What is trained costs no more than the awards of the fund that pays it.

    .. math:: \sum_{c \in C_S} \kappa_c \sum_i t_{ic} = p_S \le \sum_{r \in S} a_r

    A course of a street is paid from the awards of its fund in that street (its own, or those of
    its communities: branch schools), one of the district school from all of the fund.
    Source: ``training.cost_yuan``, ``training.fund``, ``training.street``.
    """
    yield from _spent_rows(case, people)
    for purse, spent in zip(purses_of(case), people.spent, strict=True):
        awards = [(j, -c) for j, c in award_terms(purse, money)]
        yield Row("training", purse.of, [(spent, 1.0), *awards], high=0.0)


def award_terms(purse: Purse, money: MoneyVariables) -> Terms:
    """The awards in a purse, in units of ``SCALE``."""
    return [term for g, group in enumerate(money.groups) if purse.holds(group.lead)
            for term in money.paid(g)]


def cost_terms(case: Case, people: PeopleVariables) -> Terms:
    """What all training costs, in units of ``SCALE``."""
    courses = courses_of(case)
    return [(column, courses[c].cost / SCALE) for (_, c), column in people.trained.items()]


def _spent_rows(case: Case, people: PeopleVariables) -> Iterator[Row]:
    courses = courses_of(case)
    for purse, spent in zip(purses_of(case), people.spent, strict=True):
        costs = [(column, courses[c].cost / SCALE) for (_, c), column in people.trained.items()
                 if c in purse.courses]
        yield Row("training", purse.of, [*costs, (spent, -1.0)], 0.0, 0.0)


def purse_rows(case: Case, people: PeopleVariables, awards: Sequence[int]) -> Iterator[Row]:
    """The same where the awards are known: so many yuan in each purse, as far as they are usable.

    Said here, so that nobody is sent to seven twelfths of a course before people must be whole.
    """
    yield from _spent_rows(case, people)
    for purse, spent, yuan in zip(purses_of(case), people.spent, awards, strict=True):
        yield Row("training", purse.of, [(spent, 1.0)], high=purse.usable(yuan) / SCALE)


def awards_of(case: Case, money: MoneyPart) -> tuple[int, ...]:
    """The yuan in each purse after money is settled."""
    return tuple(sum(money.total(cell) for cell in cells_of(case) if purse.holds(cell))
                 for purse in purses_of(case))


def most_awarded(case: Case) -> tuple[int, ...]:
    """The most yuan each purse could ever hold: every cell at its own most."""
    return tuple(sum(max(cell.high, 0) for cell in cells_of(case) if purse.holds(cell))
                 for purse in purses_of(case))


def needs_of(case: Case, trained: Sequence[tuple[int, int]]) -> tuple[Need, ...]:
    """What the awards must at least be for those trained: (candidate, course) positions."""
    courses = courses_of(case)
    return tuple(Need(purse.fund, purse.street, yuan) for purse in purses_of(case)
                 if (yuan := sum(courses[c].cost for _, c in trained if c in purse.courses)))


def spent_of(case: Case, part: PeoplePart) -> Mapping[Purse, int]:
    """Yuan spent of each purse."""
    cost = {c.code: c.cost for c in courses_of(case)}
    codes = [c.code for c in courses_of(case)]
    return {purse: sum(cost[code] for _, code in part.trained
                       if codes.index(code) in purse.courses) for purse in purses_of(case)}


def training_recount(case: Case, money: MoneyPart, people: PeoplePart) -> Iterator[Breach]:
    """Each purse's yuan against the awards it is made of, in whole yuan."""
    spent_by = spent_of(case, people)
    for (purse, spent), award in zip(spent_by.items(), awards_of(case, money), strict=True):
        if spent > award:
            yield Breach("training", purse.of, f"{spent} of {award} yuan", spent - award)
