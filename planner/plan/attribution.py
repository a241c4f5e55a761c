"""Which named change did what: the difference of two scenarios split over its causes.

Order-independent (Shapley) and exact. The smallest amounts, those of one payer to one payee out of
one fund, are split in whole yuan; every other amount of money allocated is a sum of these, so
that the split of a district is the sum of the splits of its communities, for every cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd

from planner.case.case import Case, Only
from planner.case.scenario import Scenario
from planner.errors import Fault
from planner.plan.causes import EXHAUSTIVE, Between, Cases, Cause, between, joined
from planner.plan.measures import Measure, measures_for
from planner.plan.plan import Plan
from planner.plan.shapley import (
    Weights,
    exact_weights,
    sampled_weights,
    shares,
    whole_parts,
)
from planner.plan.solve import solve
from planner.plan.solved import Memo
from planner.solver.watch import NEVER, Deadline

#: Random orders drawn beyond ``EXHAUSTIVE`` causes; each is also gone through backwards.
PAIRS = 12
#: Figures that are not yuan are split in these units: the digits ``--json`` prints.
FINE = 10**10


class Amount(NamedTuple):
    """What is paid in one place, as finely as a plan says it."""

    street: str
    payee: str
    fund: str
    level: str
    payer: str


@dataclass(frozen=True)
class Split:
    """One difference and the part of each cause (in the order of ``Attribution.causes``).

    ``of`` is ``measure``, ``street`` or ``payee``, ``code`` which. Parts add up to the difference:
    in whole yuan, or to the tenth decimal.
    """

    of: str
    code: str
    unit: str
    difference: int | float
    parts: tuple[int | float, ...]

    @property
    def moved(self) -> bool:
        """Whether any cause did anything to it."""
        return bool(self.difference) or any(self.parts)


@dataclass(frozen=True)
class Attribution:
    """The difference of ``scenario`` to ``baseline`` by cause.

    ``method`` is ``exact`` (``combinations`` are all there are) or ``sampled`` (``orders`` random
    orders of the causes). ``refused`` says why there is no split: ``other_base``, ``not_rebuilt``,
    ``no_cause``, or ``no_plan``, and then ``without`` are the causes that together have no plan.
    """

    baseline: str
    scenario: str
    causes: tuple[Cause, ...] = ()
    splits: tuple[Split, ...] = ()
    method: str = "exact"
    combinations: int = 0
    orders: int = 0
    refused: str = ""
    without: tuple[Cause, ...] = ()

    def of(self, kind: str) -> tuple[Split, ...]:
        """The splits of measures, streets or payees."""
        return tuple(s for s in self.splits if s.of == kind)

    @property
    def parts(self) -> pd.DataFrame:
        """One row a figure and cause: of, code, unit, difference, cause, part."""
        rows = [(s.of, s.code, s.unit, s.difference, cause.code, part) for s in self.splits
                for cause, part in zip(self.causes, s.parts, strict=True)]
        columns = ["of", "code", "unit", "difference", "cause", "part"]
        return pd.DataFrame(rows, columns=columns, dtype=object)


@dataclass
class Known:
    """Plans (by case), solved halves and cases so far, shared by several attributions.

    A plan that is not proven by the ``deadline`` is none.
    """

    plans: dict[str, Plan] = field(default_factory=dict)
    cases: Cases = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo)
    deadline: Deadline = NEVER

    def plan(self, case: Case) -> Plan | None:
        """The proven plan of a case; ``None`` when there is none."""
        if case.fingerprint not in self.plans:
            try:
                self.plans[case.fingerprint] = solve(case, self.deadline.left, self.memo)
            except Fault:
                return None
        plan = self.plans[case.fingerprint]
        return plan if plan.status == "optimal" else None


def attribution(
    baseline: Scenario, scenario: Scenario, only: Only | None = None, known: Known | None = None
) -> Attribution:
    """Split every difference of ``scenario`` to ``baseline`` over the named changes between them.

    ``only`` is what both were loaded with. Up to six causes every combination is solved; beyond,
    those on ``PAIRS`` random orders and the same backwards. Causes that are no valid case apart
    are joined into one (see ``planner.plan.causes.joined``).
    """
    known = known or Known()
    names = (baseline.name, scenario.name)
    if baseline.base.fingerprint != scenario.base.fingerprint:
        return Attribution(*names, refused="other_base")
    way = between(baseline, scenario, only, known.cases)
    if not _ends(way, baseline, scenario):
        return Attribution(*names, refused="not_rebuilt")
    if not way.causes():
        return Attribution(*names, refused="no_cause")
    causes, weights = _combinations(way)
    plans: dict[int, Plan] = {}
    for combination in weights:
        these = _these(causes, combination)
        case = way.case(_names(these))
        assert case is not None, "joined until all are valid"
        plan = known.plan(case)
        if plan is None:
            return Attribution(*names, causes, refused="no_plan", without=these)
        plans[combination] = plan
    splits = tuple(_splits(plans, weights))
    sampled = len(causes) > EXHAUSTIVE
    return Attribution(*names, causes, splits, "sampled" if sampled else "exact", len(weights),
                       2 * PAIRS if sampled else 0)


def _ends(way: Between, baseline: Scenario, scenario: Scenario) -> bool:
    """Whether the way begins and ends with the very cases of the two scenarios."""
    everything = frozenset(s.cause for s in way.steps if s.cause)
    for names, end in ((frozenset[str](), baseline), (everything, scenario)):
        case = way.case(names)
        if case is None or case.fingerprint != end.case.fingerprint:
            return False
    return True


def _combinations(way: Between) -> tuple[tuple[Cause, ...], Weights]:
    """The causes, joined until every combination asked for is a valid case, and the weights."""
    causes = way.causes()
    while True:
        count = len(causes)
        exact = count <= EXHAUSTIVE
        weights = exact_weights(count) if exact else sampled_weights(count, PAIRS)
        by_size = sorted(weights, key=lambda c: (c.bit_count(), _these(causes, c)))
        wrong = next((n for c in by_size
                      if way.case(n := _names(_these(causes, c))) is None), None)
        if wrong is None:
            return causes, weights
        causes = joined(causes, way, wrong)


def _these(causes: Sequence[Cause], combination: int) -> tuple[Cause, ...]:
    return tuple(c for i, c in enumerate(causes) if combination >> i & 1)


def _names(causes: Iterable[Cause]) -> frozenset[str]:
    return frozenset[str]().union(*(c.names for c in causes))


# --- splitting --------------------------------------------------------------------------------


Parts = list[int]  # of one amount, by cause


def _splits(plans: Mapping[int, Plan], weights: Weights) -> Iterator[Split]:
    """Every measure, street and payee."""
    money = _money(plans, weights)
    found: dict[str, Split] = {}
    for measure in measures_for(p.case for p in plans.values()):
        values = {c: measure.value(p) for c, p in plans.items()}
        if all(v is not None and isfinite(v) for v in values.values()):
            found[measure.key] = _measure(measure, values, weights, money, found)
    yield from found.values()
    for of in ("street", "payee"):
        by: dict[str, list[Parts]] = {
            str(code): [] for p in plans.values() for code in p.awards[of]}
        for amount, parts in money.items():
            by[getattr(amount, of)].append(parts)
        for code in sorted(by):
            sums = _sum(by[code], weights)
            yield Split(of, code, "yuan", sum(sums), sums)


def _measure(
    measure: Measure, values: Mapping[int, Any], weights: Weights,
    money: Mapping[Amount, Parts], found: Mapping[str, Split],
) -> Split:
    """Money allocated is the sum of its amounts; any other figure is split by itself."""
    change = values[max(values)] - values[0]
    if measure.name in _ALLOCATED:
        part = _ALLOCATED[measure.name]
        mine = (p for a, p in money.items() if not part or getattr(a, part) == measure.part)
        parts: tuple[int | float, ...] = _sum(mine, weights)
    elif measure.name == "unspent":
        both = zip(found["available"].parts, found["allocated"].parts, strict=True)
        parts = tuple(have - spent for have, spent in both)
    elif measure.unit == "yuan":
        parts = tuple(whole_parts(shares(weights, values), change)[0])
    else:
        fine = {c: Fraction(v) * FINE for c, v in values.items()}
        total = round(change * FINE)
        parts = tuple(p / FINE for p in whole_parts(shares(weights, fine), total)[0])
        change = total / FINE
    return Split("measure", measure.key, measure.unit, change, parts)


#: Measures that are sums of amounts, and the part of an amount they are about.
_ALLOCATED = {"allocated": "", "allocated_fund": "fund", "allocated_level": "level"}


def _sum(of: Iterable[Parts], weights: Weights) -> tuple[int, ...]:
    none = [0] * len(weights[0])
    return tuple(sum(column) for column in zip(none, *of, strict=True))


def _money(plans: Mapping[int, Plan], weights: Weights) -> dict[Amount, Parts]:
    """The parts of every amount, in whole yuan.

    The yuan left over when an amount is split go to the causes that are furthest behind their
    exact part, over all amounts so far in the order of codes; equal ones by name. So no part of a
    single amount is a yuan off, and no total drifts.
    """
    paid = {c: _amounts(plan) for c, plan in plans.items()}
    found: dict[Amount, Parts] = {}
    owed: list[Fraction] | None = None
    for amount in sorted({a for by in paid.values() for a in by}):
        values = {c: by.get(amount, 0) for c, by in paid.items()}
        total = values[max(values)] - values[0]
        found[amount], owed = whole_parts(shares(weights, values), total, owed)
    return found


def _amounts(plan: Plan) -> dict[Amount, int]:
    """What each payer pays each payee out of each fund."""
    levels = {p.payer: p.level for p in plan.case.rows("payers")}
    paid = plan.money.paid if plan.money is not None else {}
    return {
        Amount(c.street, c.payee, c.fund, levels[payer], payer): yuan
        for c in plan.cells for payer, yuan in paid.get((c.payee, c.fund), {}).items() if yuan
    }
