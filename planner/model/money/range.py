"""The rule ``per_resident_range``: streets get alike for each resident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from planner.case.case import Case, exact, per_case
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.part import MoneyPart
from planner.model.money.variables import MoneyVariables
from planner.model.rule import Breach, Row

#: Above the solver's tolerance for whole numbers, far below a yuan (万元).
HAIR = 2e-6


@dataclass(frozen=True)
class Ranged:
    """A fund with a range: its share δ, its cells and their residents, by street."""

    fund: str
    share: Fraction
    cells: tuple[MoneyCell, ...]
    residents: dict[str, int]

    def bounds(self, street: str) -> tuple[Fraction, Fraction]:
        """The least and most part of the fund a street may get."""
        part = Fraction(self.residents[street], sum(self.residents.values()))
        return (1 - self.share) * part, (1 + self.share) * part


@per_case
def ranged(case: Case) -> tuple[Ranged, ...]:
    """The funds with a range that anybody is entitled to; residents were checked at the door."""
    home = {row.community: row.residents for row in case.rows("communities")}
    out = []
    for fund in case.rows("funds"):
        cells = tuple(c for c in cells_of(case) if c.fund == fund.fund)
        if fund.per_resident_range is None or not cells:
            continue
        residents = dict.fromkeys(sorted({c.street for c in cells}), 0)
        for cell in cells:
            residents[cell.street] += home[cell.payee]
        if sum(residents.values()):
            out.append(Ranged(fund.fund, exact(fund.per_resident_range), cells, residents))
    return tuple(out)


def margins(case: Case) -> tuple[float, ...]:
    """How far inside the range settling is to stay (万元): at first nowhere, then by a hair.

    A whole-step plan may stand on the very edge, which is allowed, or beyond it by less than the
    solver can see, which the recount would not.
    """
    return (0.0, HAIR) if ranged(case) else (0.0,)


def per_resident_range_rows(
    case: Case, v: MoneyVariables, margin: float = 0.0
) -> Iterator[Row]:
    r"""What a street gets per resident is near what the district gets.

    .. math:: (1 - \delta_k) \frac{R_S}{R} \sum_r a_r \le \sum_{r \in S} a_r
              \le (1 + \delta_k) \frac{R_S}{R} \sum_r a_r \qquad \forall S, k

    R are the residents of the communities with an entitlement in the fund, R[S] those of street S
    among them. Cells of different streets are never one group here.
    Source: ``funds.per_resident_range``, ``communities.residents``.
    """
    for fund in ranged(case):
        mine = [(g, group) for g, group in enumerate(v.groups) if group.lead.fund == fund.fund]
        for street, residents in fund.residents.items():
            low, high = fund.bounds(street)
            for part, side in ((low, {"low": margin}), (high, {"high": -margin})):
                terms = [(j, float((group.lead.street == street) - part))
                         for g, group in mine for j, _ in v.paid(g)]
                yield Row("per_resident_range", fund.fund, terms, size=float(residents), **side)


def per_resident_range_recount(case: Case, part: MoneyPart) -> Iterator[Breach]:
    """Each street's yuan against its part of the fund, in whole yuan and exact fractions."""
    for fund in ranged(case):
        amounts = {(c.payee, c.fund): part.total(c) for c in fund.cells}
        for street, yuan, off in _outside(fund, amounts):
            yield Breach("per_resident_range", f"{fund.fund}/{street}",
                         f"{yuan} of {sum(amounts.values())} yuan", float(off))


def in_range(case: Case, amounts: Mapping[tuple[str, str], int]) -> bool:
    """Whether whole amounts by (payee, fund) keep every range, in exact fractions."""
    return not any(True for fund in ranged(case) for _ in _outside(fund, amounts))


def _outside(
    fund: Ranged, amounts: Mapping[tuple[str, str], int]
) -> Iterator[tuple[str, int, Fraction]]:
    """Streets outside the range: what they get, and by how much (yuan) it is too much or little."""
    got = dict.fromkeys(fund.residents, 0)
    for cell in fund.cells:
        got[cell.street] += amounts[cell.payee, cell.fund]
    whole = sum(got.values())
    for street, yuan in got.items():
        low, high = fund.bounds(street)
        off = max(low * whole - yuan, yuan - high * whole)
        if off > 0:
            yield street, yuan, off
