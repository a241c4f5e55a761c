"""The money half of a plan, by codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from planner.model.money.entitlement import MoneyCell


@dataclass(frozen=True)
class MoneyPart:
    """The money half of a plan: whole yuan by (payee, fund), and by payer code within."""

    paid: Mapping[tuple[str, str], Mapping[str, int]]
    #: Whole yuan by project, those paid only.
    projects: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _totals(self) -> Mapping[tuple[str, str], int]:
        return {key: sum(by.values()) for key, by in self.paid.items()}

    def total(self, cell: MoneyCell) -> int:
        """What a cell gets (yuan)."""
        return self._totals.get((cell.payee, cell.fund), 0)
