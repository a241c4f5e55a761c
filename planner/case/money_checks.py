"""What must hold between the tables of money, rule by rule: one check a function."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.case.asking import fits
from planner.case.case import Case
from planner.errors import Problem


def range_rows(case: Case) -> Iterator[Problem]:
    """A range per resident is of a fund for communities, and their residents are given.

    A street whose communities have none cannot be compared: it is named by the first of them.
    """
    for i, fund in enumerate(case.rows("funds")):
        if fund.per_resident_range is None:
            continue
        if fund.payee != "community":
            yield Problem("range_not_community",
                          case.sheet("funds").cell(i, "per_resident_range"), fund.fund)
            continue
        sheet = case.sheet("communities")
        frame = sheet.frame
        paid = np.flatnonzero(fits(case, fund.where, "communities", False))
        for k in paid[frame["residents"].isna().to_numpy()[paid]]:
            yield Problem("range_blank_residents", sheet.cell(int(k), "residents"),
                          values={"fund": fund.fund})
        by = frame.iloc[paid].groupby("street", sort=True)["residents"]
        for street, residents in by:
            if residents.notna().all() and not residents.sum():
                yield Problem("range_no_residents", sheet.cell(int(residents.index[0]),
                              "residents"), str(street), {"fund": fund.fund})
