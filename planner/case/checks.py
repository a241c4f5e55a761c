"""What must hold between the tables before anything is solved: one check a function.

Every check reads the whole case and yields each problem it finds, with its cell. All are asked
even when an earlier one found something, so that one run tells everything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planner.case.asking import fits, named, nearest, unnamed
from planner.case.case import Case, exact
from planner.case.conditions import Fields, condition
from planner.case.grammar import ConditionError
from planner.case.money_checks import range_rows
from planner.case.people_checks import bench_rows, pair_rows, post_rows, target_rows
from planner.case.project_checks import cap_rows, project_rows
from planner.case.training_checks import training_rows
from planner.errors import Problem

Check = Callable[[Case], Iterator[Problem]]


def tables(case: Case) -> Iterator[Problem]:
    """There is a plan to make, and no table that no rule uses yet."""
    for sheet in case.sheets.values():
        if sheet.table.unused and len(sheet.frame):
            name = named(sheet.table.name)
            yield Problem("table_not_used_yet", sheet.place, values={"table": name})
    if not (case.has_money or case.has_people) and case.sheets:
        first = next(iter(case.sheets.values())).place
        yield Problem("nothing_to_plan", first)
    for other in ("standards", "payers"):
        if case.has("funds") and not case.has(other):
            yield Problem("table_missing", case.sheet("funds").place, values={
                "table": named(other), "needed_by": named("funds")})


def references(case: Case) -> Iterator[Problem]:
    """A code that names a row of another table names one that is there."""
    for sheet in case.sheets.values():
        for column in sheet.table.columns:
            if column.ref is None or not case.has(column.ref):
                continue
            known = set(case.frame(column.ref).iloc[:, 0])
            for i, value in enumerate(sheet.frame[column.name]):
                for code in value if isinstance(value, tuple) else (value,):
                    if isinstance(code, str) and code not in known:
                        yield Problem("unknown_code", sheet.cell(i, column.name), unnamed(code), {
                            "table": named(column.ref), "nearest": nearest(code, known) or "—"})


def payee_tables(case: Case) -> dict[str, str]:
    """The table whose rows each fund pays; a fund that cannot be read is left out."""
    return {f.fund: case.payee_table(f.payee) for f in case.rows("funds") if f.payee is not None}


def _asked_of(case: Case, table: str, over: str, row: Any) -> list[Fields]:
    """The columns a condition may name."""
    match over:
        case "payee":
            payees = payee_tables(case).get(row.fund)
            return [case.fields(payees)] if payees else []
        case "post":
            return [case.fields("posts")]
        case "pair":
            return [{**case.fields("candidates", shape="n1"),
                     **case.fields("posts", prefix="post.", shape="1m")}]
        case _:
            return [{**case.fields("incumbents"), **case.fields("candidates")}]


def conditions(case: Case) -> Iterator[Problem]:
    """Every condition can be read and names columns that are there."""
    for sheet in case.sheets.values():
        for column in sheet.table.columns:
            if column.kind != "condition" or column.over is None:
                continue
            for i, row in enumerate(case.rows(sheet.table.name)):
                text = getattr(row, column.name)
                if not text:
                    continue
                try:
                    for fields in _asked_of(case, sheet.table.name, column.over, row):
                        condition(text, fields)
                except ConditionError as bad:
                    said = text if column.over in ("payee", "post") else ""
                    yield Problem(bad.code, sheet.cell(i, column.name), said, bad.values)


def standards(case: Case) -> Iterator[Problem]:
    """A standard counts a numeric column of those it pays, and every counted cell is filled."""
    payees = payee_tables(case)
    sheet = case.sheet("standards")
    for i, row in enumerate(case.rows("standards")):
        if row.fund not in payees:
            continue
        if row.per is None:
            if row.every is not None or row.round is not None:
                yield Problem("every_without_per", sheet.cell(i, "every"))
            continue
        table = payees[row.fund]
        counted = {c.name: c for c in case.sheet(table).columns
                   if c.kind in ("integer", "number", "money")}
        name = next((n for n, c in counted.items() if row.per in (n, c.zh, *c.also)), None)
        if name is None:
            yield Problem("per_not_numeric", sheet.cell(i, "per"), row.per, {
                "table": named(table), "nearest": nearest(row.per, counted) or "—"})
            continue
        blank = case.frame(table)[name].isna().to_numpy() & fits(case, row.where, table, False)
        for k in np.flatnonzero(blank):
            yield Problem("blank_counted", case.sheet(table).cell(int(k), name), values={
                "column": name, "fund": row.fund})


def money_rows(case: Case) -> Iterator[Problem]:
    """Bounds the right way round; appropriations given in ceiling mode."""
    for table, low, high in (
        ("funds", "floor", "ceiling"), ("funds", "envelope_min_yuan", "envelope_max_yuan"),
        ("standards", "min_yuan", "max_yuan"), ("shares", "min_share", "max_share"),
    ):
        sheet = case.sheet(table)
        for i, row in enumerate(case.rows(table)):
            least, most = getattr(row, low), getattr(row, high)
            if high == "ceiling":
                most = 1.0 if most is None else most
            if least is not None and most is not None and least > most:
                yield Problem("min_above_max", sheet.cell(i, low), f"{least} > {most}",
                              {"low": low, "high": high})
    for i, payer in enumerate(case.rows("payers")):
        if payer.appropriation_yuan is None and case.settings.mode != "ask":
            yield Problem("no_appropriation", case.sheet("payers").cell(i, "appropriation_yuan"),
                          payer.payer)
    for i, share in enumerate(case.rows("shares")):
        if share.min_share is None and share.max_share is None and share.max_yuan is None:
            yield Problem("share_says_nothing", case.sheet("shares").cell(i, "min_share"))


def funds_can_be_paid(case: Case) -> Iterator[Problem]:
    """Every fund has a standard and a payer; every share names a level that exists."""
    levels = {p.level for p in case.rows("payers")}
    for i, fund in enumerate(case.rows("funds")):
        cell = case.sheet("funds").cell(i, "fund")
        if not any(s.fund == fund.fund for s in case.rows("standards")):
            yield Problem("fund_without_standard", cell, fund.fund)
        if not any(p.funds is None or fund.fund in p.funds for p in case.rows("payers")):
            yield Problem("fund_without_payer", cell, fund.fund)
        mine = payee_tables(case).get(fund.fund)
        if mine and not fits(case, fund.where, mine, True).any():
            yield Problem("fund_without_payee", case.sheet("funds").cell(i, "where"), fund.fund)
    for i, share in enumerate(case.rows("shares")):
        if share.level not in levels:
            yield Problem("share_without_payer", case.sheet("shares").cell(i, "level"),
                          share.level, {"nearest": nearest(share.level, levels) or "—"})
    for table in ("standards", "shares"):
        for i, row in enumerate(case.rows(table)):
            payee = payee_tables(case).get(row.fund)
            if payee and row.where and not fits(case, row.where, payee, True).any():
                yield Problem("matches_nobody", case.sheet(table).cell(i, "where"), row.where,
                              notice=True)


def share_sums(case: Case) -> Iterator[Problem]:
    """The least shares of one fund do not add up to more than the whole."""
    for fund in case.rows("funds"):
        rows = [(i, s) for i, s in enumerate(case.rows("shares")) if s.fund == fund.fund]
        for where in sorted({s.where or "" for _, s in rows}):
            least = [(i, exact(s.min_share)) for i, s in rows
                     if (s.where or "") == where and s.min_share is not None]
            here = {s.level: s for _, s in rows if s.where is None}
            here |= {s.level: s for _, s in rows if (s.where or "") == where}
            levels = {p.level for p in case.rows("payers")
                      if p.funds is None or fund.fund in p.funds}
            most = sum(exact(here[level].max_share) if level in here and
                       here[level].max_share is not None else 1 for level in levels)
            if levels and most < 1:
                i = next(i for i, s in rows if (s.where or "") == where)
                cell = case.sheet("shares").cell(i, "max_share")
                yield Problem("shares_below_one", cell, str(float(most)), {"fund": fund.fund})
            if sum(x for _, x in least) > 1:
                cell = case.sheet("shares").cell(least[-1][0], "min_share")
                yield Problem("shares_above_one", cell, str(float(sum(x for _, x in least))),
                              {"fund": fund.fund})


def last_year_rows(case: Case) -> Iterator[Problem]:
    """Last year's amounts belong to a payee of their fund."""
    payees = payee_tables(case)
    codes = {table: set(case.frame(table).iloc[:, 0]) for table in payees.values()}
    for i, row in enumerate(case.rows("last_year")):
        if row.fund not in payees or row.payee is None:
            continue
        table = payees[row.fund]
        known = codes[table]
        if row.payee not in known:
            yield Problem("unknown_code", case.sheet("last_year").cell(i, "payee"), row.payee,
                          {"table": named(table), "nearest": nearest(row.payee, known) or "—"})


CHECKS: tuple[Check, ...] = (
    tables,
    references,
    conditions,
    standards,
    money_rows,
    funds_can_be_paid,
    share_sums,
    last_year_rows,
    range_rows,
    project_rows,
    cap_rows,
    post_rows,
    target_rows,
    bench_rows,
    pair_rows,
    training_rows,
)



def problems_of(case: Case, told: Sequence[Problem]) -> list[Problem]:
    """What every check finds, but for cells already told of.

    Behind an error told of, a check may not be able to go on: what it found until then counts.
    """
    known = {p.cell for p in told if not p.notice}
    found: list[Problem] = []
    if case.settings.as_of is None and case.has_people:
        if not any(p.cell.row and p.values.get("heading") == "value" for p in told):
            found.append(Problem("no_as_of", case.sheet("posts").place))
        case = replace(case, settings=replace(case.settings, as_of=dt.date(2000, 1, 1)))
    for check in CHECKS:
        try:
            for problem in check(case):
                if problem.cell not in known:
                    found.append(problem)
        except (TypeError, KeyError, ValueError, AttributeError):
            if not any(not p.notice for p in [*told, *found]):
                raise
    return found
