"""The variables of the money block, over groups of cells that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from planner.case.case import Case
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.rule import Model, Terms

#: Yuan in one unit of the model: in single yuan the solver calls a zero plan optimal.
SCALE = 10_000


@dataclass(frozen=True)
class Group:
    """Cells that nothing tells apart but their size, taken as one.

    Same payers, fund and shares, and the same bounds *relative to the entitlement*: whatever is
    feasible for one is feasible for the other in proportion, and to spread coverage evenly over
    them is never worse, so in the (unique) leximin plan their coverage is the same. ``lead`` is
    the first cell; amounts (yuan) are sums over ``cells``.
    """

    cells: tuple[MoneyCell, ...]
    entitlement: int
    last: int
    carried: int

    @property
    def lead(self) -> MoneyCell:
        """One of the cells, for all they have in common."""
        return self.cells[0]

    @property
    def of(self) -> str:
        """Name of the group in rows: the first payee and the fund."""
        return f"{self.lead.payee}/{self.lead.fund}"


@dataclass(frozen=True)
class MoneyVariables:
    """``x[g][p]``: the column of the yuan (in units of ``SCALE``) payer p gives group g."""

    groups: tuple[Group, ...]
    x: tuple[dict[int, int], ...]

    def paid(self, group: int, payers: set[int] | None = None) -> Terms:
        """What a group gets, from all its payers or from some: a[g] as terms."""
        return [(j, 1.0) for p, j in self.x[group].items() if payers is None or p in payers]


def alike(cells: tuple[MoneyCell, ...], steady: bool) -> tuple[Group, ...]:
    """The cells in groups; with ``steady``, last year's part must be alike too."""

    def kind(c: MoneyCell) -> tuple[object, ...]:
        e = c.entitlement
        compares = steady or c.keep > 0 or c.grow is not None
        return (
            c.payers, c.fund, c.shares if all(s.most_yuan is None for s in c.shares)
            else tuple((s, Fraction(s.most_yuan or 0, e)) for s in c.shares),
            Fraction(c.carried, e),
            (c.last is None, Fraction(c.last or 0, e)) if compares else None,
            c.ceiling * e < c.carried,
        )

    found: dict[tuple[object, ...], list[MoneyCell]] = {}
    for cell in cells:
        found.setdefault(kind(cell), []).append(cell)
    return tuple(
        Group(tuple(group), sum(c.entitlement for c in group), sum(c.last or 0 for c in group),
              sum(c.carried for c in group))
        for group in found.values()
    )


def money_variables(case: Case, model: Model, steady: bool) -> MoneyVariables:
    """Add the columns of the money block to a model."""
    groups = alike(cells_of(case), steady)
    return MoneyVariables(
        groups, tuple({p: model.column() for p in g.lead.payers} for g in groups)
    )
