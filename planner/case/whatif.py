"""Asking "what if" of a case from code: a mode for the settings, changes like those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.case.case import Case, Mode, Only, make_case
from planner.case.changes import Applied
from planner.case.dictionary import BY_NAME
from planner.case.recipe import Op, Order, Said
from planner.case.rows import listed
from planner.case.sheet import Sheet, build
from planner.errors import Cell, InputError


def in_mode(sheets: Mapping[str, Sheet], mode: Mode | None) -> dict[str, Sheet]:
    """The sheets with the mode of the settings replaced (as they are for ``None``)."""
    if mode is None:
        return dict(sheets)
    old = sheets.get("settings") or build(BY_NAME["settings"], {}, ())
    kept = [i for i, key in enumerate(listed(old.frame, "key")) if key != "mode"]
    columns: dict[str, Sequence[Any]] = {
        c.name: [listed(old.frame, c.name)[i] for i in kept] + [None] for c in old.columns}
    columns |= {"key": [*columns["key"][:-1], "mode"], "value": [*columns["value"][:-1], mode]}
    places = [*(old.places[i] for i in kept), Cell("--mode")]
    return {**sheets, "settings": build(old.table, columns, places, old.letters, old.own)}


def with_orders(
    case: Case, orders: Iterable[Order], name: str = "", only: Only | None = None
) -> Case:
    """A case after some more changes, checked as a whole; raises ``InputError``.

    The way in for everything that asks "what if": sweeps, attribution, prices, repairs.
    """
    applied = Applied(dict(case.sheets), only)
    for order in orders:
        applied.apply(order)
    if applied.problems:
        raise InputError(applied.problems)
    after = make_case(name or case.name, applied.sheets.values(), case.notices, only)
    return after.keeping(case.earlier) if case.earlier else after


def order(
    table: str, op: Op, values: Mapping[str, str], where: str = "", name: str = "", at: str = ""
) -> Order:
    """A change as a scenario file would say it; ``at`` is named in messages as its place.

    ``values`` by column, as text (money as ``1000元``); none for ``remove``.
    """
    cell = Cell(at or name or table)
    row = tuple((Said(column, cell), Said(text, cell)) for column, text in values.items())
    condition = Said(where, cell) if where else None
    return Order(name or table, Said(table, cell), op, (row,) if row else (), condition, "", cell)
