"""The goals of the money plan, each as stages for the ladder.

A goal is a function of the case, the variables and the model (for columns of its own); the tuple
at the end names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import takewhile
from random import Random

from planner.case.case import Case
from planner.model.money.entitlement import spendable
from planner.model.money.variables import SCALE, Group, MoneyVariables
from planner.model.rule import Leximin, Model, Row, Stage, Terms

Goal = Callable[[Case, MoneyVariables, Model], Iterator[Stage | Leximin]]


def most_covered(group: Group) -> float:
    """The coverage a group can at most reach: its ceiling, growth, or what was carried over."""
    cell = group.lead
    most = max(cell.ceiling * group.entitlement - group.carried, Fraction(0))
    if cell.grow is not None and cell.last is not None:
        most = min(most, (1 + cell.grow) * group.last)
    return float((most + group.carried) / group.entitlement)


def floor(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    """Nothing is missing below floors and last year's protection.

    The rows hold without slack, so a plan proves a shortfall of 0; when none exists the case is
    infeasible as posed and the answer says what clashes.
    """
    yield Stage("floor", "min", [])


def fairness(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    r"""Leximin of coverage over cells, fund priority by fund priority.

    .. math:: q_r = (a_r + o_r) / e_r
    """
    for priority in sorted({g.lead.priority for g in v.groups}):
        mine = [(g, group) for g, group in enumerate(v.groups) if group.lead.priority == priority]
        levels = tuple(
            ([(j, SCALE / group.entitlement) for j in v.x[g].values()],
             group.carried / group.entitlement, most_covered(group)) for g, group in mine)
        names = tuple(group.of for _, group in mine)
        yield Leximin("fairness", levels, part=str(priority), names=names)


def coverage(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    r"""Most coverage, the first half of an entitlement counting double.

    .. math:: \max \sum_r (2 y_r + z_r) / \tfrac32 \sum_r e_r, \quad
              y_r \le e_r / 2,\; y_r + z_r = a_r + o_r
    """
    whole = 1.5 * sum(g.entitlement for g in v.groups) / SCALE
    terms: Terms = []
    for g, group in enumerate(v.groups):
        first = model.column(high=group.entitlement / 2 / SCALE)
        rest = model.column()
        carried = group.carried / SCALE
        paid = [(j, -1.0) for j, _ in v.paid(g)]
        model.row(Row("goal", group.of, [(first, 1.0), (rest, 1.0), *paid], carried, carried))
        terms += [(first, 2 / whole), (rest, 1 / whole)]
    yield Stage("coverage", "max", terms)


def orders(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    r"""Most residents' orders met; a project counts in the part of its cost it is paid.

    .. math:: \max \sum_s \text{orders}_s \cdot v_s / c_s

    All or nothing counts whole. Ranked after ``fairness`` (which makes the amounts unique) the
    goal has no stage here: it is met on the settled amounts (``choice.py``), then by most
    projects, then by code. Ranked before, it moves money: among equally good sets the first by
    code is sought, and the set found is kept for the goals after.
    """
    columns = v.projects
    if columns.projects:
        yield Stage("orders", "max", columns.orders(), whole=columns.whole)
        yield Stage("tie", "max", by_code(columns.picked.values()), whole=columns.whole, last=True)


def by_code(columns: Iterable[int]) -> Terms:
    """A fixed weight a column, in the order of codes, no two sums alike."""
    golden = 0.6180339887498949
    return [(j, 1.0 + (i * golden) % 1.0) for i, j in enumerate(columns)]


def steady(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    r"""Least change against last year: :math:`\min \sum_r |a_r - h_r|` in yuan."""
    terms: Terms = []
    for g, group in enumerate(v.groups):
        if group.lead.last is None:
            continue
        up, down = model.column(), model.column()
        last = group.last / SCALE
        model.row(Row("goal", group.of, [*v.paid(g), (up, -1.0), (down, 1.0)], last, last))
        terms += [(up, 1.0), (down, 1.0)]
    yield Stage("steady", "min", terms, unit=SCALE)


def thrift(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    r"""Least spending beyond what the goals before it need: :math:`\min \sum_r a_r` in yuan."""
    yield Stage("thrift", "min", [(j, 1.0) for x in v.x for j in x.values()], unit=SCALE)


def payer_order(
    case: Case, v: MoneyVariables, model: Model, each: bool = False
) -> Iterator[Stage | Leximin]:
    r"""Payers are used in their ``order`` (then by code), and evenly over the cells of a fund.

    .. math:: \max \sum_r x_{rp} \;\; (p \text{ in order}); \qquad
              \min \sum_{p,k} \max_{r \in k} x_{rp} / e_r

    Where ``fairness`` has made the amounts unique before, only who pays is left to spread: cells
    that the same may pay in the same shares are one r then, as they are when settled, unless
    ``each`` is to be r by itself.
    """
    payers = case.rows("payers")
    if case.settings.mode == "ask":
        yield _short(case, v, model)
    for p in sorted(range(len(payers)), key=lambda p: (payers[p].order or 10**9, payers[p].payer)):
        if p in v.by_payer:
            yield Stage("payer_order", "max", v.by_payer[p], part=payers[p].payer, unit=SCALE)
    peaks: dict[tuple[int, str], int] = {}
    for together in _paid_alike(v.groups, each or not _unique(case)):
        group = v.groups[together[0]]
        entitlement = sum(v.groups[g].entitlement for g in together)
        for p in v.x[together[0]]:
            key = (p, group.lead.fund)
            peaks.setdefault(key, model.column())
            paid = [(v.x[g][p], SCALE / entitlement) for g in together]
            model.row(Row("goal", group.of, [*paid, (peaks[key], -1.0)], high=0.0))
    yield Stage("payer_order", "min", [(j, 1.0) for j in peaks.values()], part="even")


def _unique(case: Case) -> bool:
    """Whether ``fairness`` decides every amount before ``payer_order`` is asked."""
    ranked = sorted(case.rows("goals"), key=lambda row: (row.rank, row.goal))
    before = takewhile(lambda row: row.goal != "payer_order", ranked)
    return not ranked or any(row.goal == "fairness" and not row.tolerance for row in before)


def _paid_alike(groups: Sequence[Group], each: bool) -> list[list[int]]:
    """Groups that differ in their amounts alone, or ``each`` by itself.

    Those with a share of at most so many yuan are like no other.
    """
    found: dict[tuple[object, ...], list[int]] = {}
    for g, group in enumerate(groups):
        cell = group.lead
        own = g if each or any(s.most_yuan is not None for s in cell.shares) else -1
        found.setdefault((cell.payers, cell.fund, cell.shares, own), []).append(g)
    return list(found.values())


def _short(case: Case, v: MoneyVariables, model: Model) -> Stage:
    r"""Who asks uses what payers have first: :math:`\min \sum_p \max(\sum_r x_{rp} - B_p, 0)`."""
    terms: Terms = []
    for p, payer in enumerate(case.rows("payers")):
        spent = v.by_payer.get(p, [])
        terms.append((model.column(), 1.0))
        has = (spendable(payer) or 0) / SCALE
        model.row(Row("goal", payer.payer, [*spent, (terms[-1][0], -1.0)], high=has))
    return Stage("payer_order", "min", terms, part="short", unit=SCALE)


def tie(case: Case, v: MoneyVariables, model: Model) -> Iterator[Stage | Leximin]:
    """The last tie by code: a fixed weight a column, in the order of codes.

    The weights of ``by_code`` follow a pattern and add up alike where two payers change places in
    two cells; a little that follows none tells such plans apart.
    """
    little = Random(0).random
    columns = (j for x in v.x for j in x.values())
    yield Stage("tie", "max", [(j, c + 1e-5 * little()) for j, c in by_code(columns)])


MONEY_GOALS: dict[str, Goal] = {
    "floor": floor,
    "fairness": fairness,
    "coverage": coverage,
    "orders": orders,
    "steady": steady,
    "thrift": thrift,
    "payer_order": payer_order,
}
