"""The variables of the money block, over groups of cells that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import gcd

from planner.case.case import Case
from planner.case.training_checks import DEFAULT_FUND
from planner.model.money.entitlement import MoneyCell, cells_of
from planner.model.money.projects import Cell, Project, moves_money, projects_of
from planner.model.rule import Model, Terms

#: Yuan in one unit of the model: in single yuan the solver calls a zero plan optimal.
SCALE = 10_000
#: The part of an entitlement that the slip of many levels may come to.
SLIPPED = 1e-4


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
class Need:
    """What the awards of a fund must come to, in one street or in all (``None``), in yuan."""

    fund: str
    street: str | None
    yuan: int


@dataclass(frozen=True)
class ProjectColumns:
    r"""The columns of the projects a model chooses among.

    ``picked`` are the :math:`z_s`, 0 or 1; ``amount`` the :math:`v_s` of scalable projects (units
    of ``SCALE``); ``steps`` the whole steps of a cell's award that its projects may draw on.
    """

    projects: tuple[Project, ...] = ()
    picked: Mapping[str, int] = field(default_factory=dict)
    amount: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[Cell, int] = field(default_factory=dict)

    @property
    def whole(self) -> tuple[int, ...]:
        """The columns that are whole while projects are chosen."""
        return (*self.picked.values(), *self.steps.values())

    def terms(self, project: Project) -> Terms:
        """What a project is paid, in units of ``SCALE``."""
        if project.scalable:
            return [(self.amount[project.code], 1.0)]
        return [(self.picked[project.code], project.cost / SCALE)]

    def orders(self) -> Terms:
        """Orders met: a project counts in the part of its cost it is paid."""
        return [(j, by * SCALE * p.orders / p.cost)
                for p in self.projects for j, by in self.terms(p)]


@dataclass(frozen=True)
class MoneyVariables:
    """``x[g][p]``: the column of the yuan (in units of ``SCALE``) payer p gives group g.

    ``projects`` are empty where amounts come first: then projects are chosen after settling.
    """

    groups: tuple[Group, ...]
    x: tuple[dict[int, int], ...]
    projects: ProjectColumns = field(default_factory=ProjectColumns)

    def paid(self, group: int, payers: set[int] | None = None) -> Terms:
        """What a group gets, from all its payers or from some: a[g] as terms."""
        return [(j, 1.0) for p, j in self.x[group].items() if payers is None or p in payers]

    @cached_property
    def by_payer(self) -> Mapping[int, Terms]:
        """What each payer gives in all, as terms; payers that may pay nothing are not there."""
        found: dict[int, Terms] = {}
        for x in self.x:
            for p, j in x.items():
                found.setdefault(p, []).append((j, 1.0))
        return found


def alike(
    cells: tuple[MoneyCell, ...], steady: bool, own: frozenset[Cell] = frozenset(),
    by_street: frozenset[str] = frozenset(),
) -> tuple[Group, ...]:
    """The cells in groups; with ``steady``, last year's part must be alike too.

    Cells in ``own`` are like no other; of the funds ``by_street``, only those of one street.
    """

    def kind(c: MoneyCell) -> tuple[object, ...]:
        e = c.entitlement
        compares = steady or c.keep > 0 or c.grow is not None
        return (
            c.payers, c.fund, c.shares,
            tuple(_part(s.most_yuan, e) for s in c.shares if s.most_yuan is not None),
            _part(c.carried, e),
            (c.last is None, _part(c.last or 0, e)) if compares else None,
            c.carried > 0 and c.ceiling * e < c.carried,
            c.payee if (c.payee, c.fund) in own else None,
            c.street if c.fund in by_street else None,
        )

    found: dict[tuple[object, ...], list[MoneyCell]] = {}
    for cell in cells:
        found.setdefault(kind(cell), []).append(cell)
    return tuple(
        Group(tuple(group), sum(c.entitlement for c in group), sum(c.last or 0 for c in group),
              sum(c.carried for c in group))
        for group in found.values()
    )


def _part(yuan: int, whole: int) -> tuple[int, int]:
    """A fraction in lowest terms; much quicker to make and to compare than a ``Fraction``."""
    common = gcd(yuan, whole)
    return yuan // common, whole // common


def apart(cells: tuple[MoneyCell, ...]) -> tuple[Group, ...]:
    """Each cell by itself: for questions in which cells alike may be treated differently."""
    return tuple(Group((c,), c.entitlement, c.last or 0, c.carried) for c in cells)


def money_variables(
    case: Case, model: Model, steady: bool, single: bool = False
) -> MoneyVariables:
    """Add the columns of the money block to a model; ``single``: each cell is its own group."""
    groups = apart(cells_of(case)) if single else alike(
        cells_of(case), steady, own_cells(case),
        frozenset(f.fund for f in case.rows("funds") if f.per_resident_range is not None))
    x = tuple({p: model.column() for p in g.lead.payers} for g in groups)
    if not moves_money(case):
        return MoneyVariables(groups, x)
    return MoneyVariables(
        groups, x, _stepped(model, groups, project_columns(model, projects_of(case))))


def levelled(v: MoneyVariables, x: Sequence[float], levels: Mapping[str, float]) -> list[float]:
    """The point ``x`` with the coverage of each group exactly its level (by ``Group.of``).

    Levels are held with a little slip, which adds up over cells; the solver leaves all of it to
    one of them or another, and that must not decide who gets the last step.
    """
    out = list(x)
    for g, group in enumerate(v.groups):
        paid = sum(out[j] for j in v.x[g].values()) * SCALE
        wanted = levels.get(group.of, 0.0) * group.entitlement - group.carried
        if group.of in levels and paid > 0 and abs(paid - wanted) <= SLIPPED * group.entitlement:
            for j in v.x[g].values():
                out[j] *= wanted / paid
    return out


def own_cells(case: Case) -> frozenset[Cell]:
    """Cells that are like no other for the sake of their projects or of training.

    Those whose committed projects need more than is carried over; where orders move money, all
    with a project to pay; all of a fund that pays courses.
    """
    pays = {row.fund or DEFAULT_FUND for row in case.rows("training")}
    own = {(c.payee, c.fund) for c in cells_of(case) if c.fund in pays}
    if moves_money(case):
        return frozenset(own | {p.cell for p in projects_of(case) if p.open or p.committed})
    return frozenset(own | {(c.payee, c.fund) for c in cells_of(case) if c.promised > c.carried})


def project_columns(model: Model, projects: Sequence[Project]) -> ProjectColumns:
    """Add the columns of the projects that are to be chosen among, or are committed."""
    mine = tuple(p for p in projects if p.open or p.committed)
    return ProjectColumns(
        mine, {p.code: model.column(float(p.committed), 1.0) for p in mine},
        {p.code: model.column() for p in mine if p.scalable})


def _stepped(model: Model, groups: Sequence[Group], columns: ProjectColumns) -> ProjectColumns:
    """The columns with whole steps for cells where some project may end between two steps."""
    lead = {(g.lead.payee, g.lead.fund): g.lead for g in groups}
    odd = {p.cell for p in columns.projects if p.cell in lead and any(
        yuan % lead[p.cell].step for yuan in (p.least, lead[p.cell].carried))}
    return replace(columns, steps={cell: model.column() for cell in sorted(odd)})
