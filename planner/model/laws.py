"""Which rules are law: what a user marked so is never proposed to give."""

from __future__ import annotations

from planner.case.case import Case
from planner.model.people.targets import bounds_of


def laws_of(case: Case) -> frozenset[tuple[str, str]]:
    """The rules of a case that are law, as (rule, what it is about), as rows name them.

    Source: ``funds.law``, ``shares.law``, ``payers.law``, ``targets.law``. A share in several
    rows of one fund and level is law when one of them is.
    """
    found = {(rule, f.fund) for f in case.rows("funds") for rule in f.law or ()}
    found |= {("share", f"{s.fund}/{s.level}") for s in case.rows("shares") if s.law}
    found |= {("appropriation", p.payer) for p in case.rows("payers") if p.law}
    law = {t.target for t in case.rows("targets") if t.law}
    if law:
        found |= {("target", f"{b.target}/{b.unit}") for b in bounds_of(case) if b.target in law}
    return frozenset(found)
