"""Small cases for tests, written as tables of text, the way a user would type them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.case.case import Case, make_case
from planner.case.columns import Column
from planner.case.dictionary import BY_NAME
from planner.case.sheet import Sheet, build
from planner.case.values import parse
from planner.errors import Cell

Rows = list[dict[str, Any]]


def sheet(name: str, rows: Rows, own: Sequence[Column] = ()) -> Sheet:
    """A table from rows of text; money without a unit is yuan. ``own``: columns of the user's."""
    table = BY_NAME[name]
    columns: dict[str, list[Any]] = {}
    for column in (*table.columns, *own):
        unit = 1 if column.kind == "money" else None
        columns[column.name] = [
            None if r.get(column.name) is None else parse(column, str(r[column.name]), unit)
            for r in rows
        ]
    unknown = {k for r in rows for k in r} - set(columns)
    assert not unknown, unknown
    places = [Cell(f"{name}.csv", "", i + 2) for i in range(len(rows))]
    return build(table, columns, places, own=own)


def case(own: Sequence[Column] = (), **tables: Rows) -> Case:
    """A checked case; ``communities`` get a name and ``streets`` are made when not given.

    ``own`` are the user's own columns of the candidates.
    """
    for row in tables.get("communities", []):
        row.setdefault("name", row["community"])
    if "streets" not in tables:
        streets = sorted({r["street"] for r in tables.get("communities", [])})
        tables["streets"] = [{"street": s} for s in streets]
    for row in tables["streets"]:
        row.setdefault("name", row["street"])
    for name in ("funds", "payers"):
        for row in tables.get(name, []):
            row.setdefault("name", row[name[:-1]])
    return make_case("test", [
        sheet(name, rows, own if name == "candidates" else ()) for name, rows in tables.items()])


def money(
    entitlements: dict[str, int],
    district: int,
    streets: dict[str, int] | None = None,
    *,
    fund: dict[str, Any] | None = None,
    shares: Rows | None = None,
    last: dict[str, int] | None = None,
    settings: dict[str, Any] | None = None,
) -> Case:
    """One fund; communities ``S1-A`` belong to street ``S1``, entitled to so many yuan each."""
    communities = [{"community": c, "street": c.split("-")[0], "residents": e}
                   for c, e in entitlements.items()]
    payers = [{"payer": "d", "level": "district", "appropriation_yuan": district, "order": 1}]
    payers += [{"payer": f"p{s}", "level": "street", "street": s, "appropriation_yuan": b,
                "order": 2} for s, b in (streets or {}).items()]
    return case(
        settings=[{"key": k, "value": v} for k, v in (settings or {}).items()],
        communities=communities,
        funds=[{"fund": "f", "payee": "community", **(fund or {})}],
        standards=[{"fund": "f", "amount_yuan": 1, "per": "residents"}],
        payers=payers,
        shares=shares or [],
        last_year=[{"payee": c, "fund": "f", "amount_yuan": h} for c, h in (last or {}).items()],
    )


def amounts(plan: Any) -> dict[str, int]:
    """Yuan by payee."""
    frame = plan.allocations
    return dict(zip(frame["payee"], (int(a) for a in frame["allocation_yuan"]), strict=True))
