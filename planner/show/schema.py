"""JSON Schemas: of what ``--json`` prints, and of the tables a case may hold."""

from __future__ import annotations

from typing import Any

from planner.case.dictionary import TABLES, Column, Table
from planner.show.export import SCHEMA

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
YUAN: Schema = {"type": "integer", "description": "whole yuan"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
MAYBE: Schema = {"type": ["number", "null"]}

_JSON_TYPES: dict[str, Schema] = {
    "integer": WHOLE, "number": NUMBER, "money": YUAN, "flag": FLAG,
    "share": {"type": "number", "description": "a fraction: 30% is 0.3"},
    "date": {"type": "string", "description": "a day; a month counts from its first day"},
}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def _list(**properties: Schema) -> Schema:
    return {"type": "array", "items": _object(**properties)}


def _one(*words: str | None) -> Schema:
    return {"enum": list(words)}


def json_schema() -> Schema:
    """What ``compare --json`` and ``plan --json`` print."""
    scenario = _object(
        scenario=TEXT, title=TEXT, status=_one("optimal", "infeasible", "stopped", "failed"),
        case={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        changes=_list(name=TEXT, table=TEXT, rows=WHOLE, column=TEXT, old=TEXT, new=TEXT),
        measures=_list(measure=TEXT, value=MAYBE,
                       unit=_one("yuan", "share", "count", "people", "years", "points"),
                       better=_one("higher", "lower", ""), difference=MAYBE),
        allocations=_list(payee=TEXT, fund=TEXT, entitlement_yuan=YUAN,
                          carried_yuan=YUAN, allocation_yuan=YUAN,
                          payers={"type": "object", "additionalProperties": YUAN}),
        projects=_list(project=TEXT, community=TEXT, amount_yuan=YUAN),
        placements=_list(candidate=TEXT, post=TEXT, fit=NUMBER, trained=FLAG),
        bench=_list(candidate=TEXT, post=TEXT, rank=WHOLE, trained=FLAG),
        unfilled=_list(post=TEXT, seats=WHOLE, why=TEXT),
        targets=_list(target=TEXT, unit=TEXT, actual=MAYBE, goal=NUMBER, met=FLAG,
                      shortfall=NUMBER, bound=TEXT, strength=_one("must", "should", "aim")),
        goals=_list(goal=TEXT, value=MAYBE, bound=MAYBE, proven=FLAG),
        must_give=_list(rule=TEXT, of=TEXT, by=MAYBE, unit=_one("yuan", "people")),
        recount=_one("passed", None),
    )
    top = _object(schema={"const": SCHEMA}, planner=TEXT, baseline=TEXT,
                  scenarios={"type": "array", "items": scenario})
    return {"$schema": DRAFT, "title": "planner", **top}


def case_schema() -> Schema:
    """The data dictionary: every table of a case, as an array of rows."""
    return {"$schema": DRAFT, "title": "planner case", "type": "object",
            "properties": {t.name: _table(t) for t in TABLES}, "additionalProperties": False}


def _table(table: Table) -> Schema:
    return {
        "type": "array", "title": table.zh, "description": table.meaning, "x-key": table.key,
        "x-block": table.block, "items": {
            "type": "object", "properties": {c.name: _column(c) for c in table.columns},
            "required": [c.name for c in table.columns if c.required],
            "additionalProperties": table.open,
        }}


def _column(column: Column) -> Schema:
    schema: Schema = {"title": column.zh, "x-kind": column.kind,
                      **_JSON_TYPES.get(column.kind, TEXT)}
    if column.meaning:
        schema["description"] = column.meaning
    if column.also:
        schema["x-also"] = column.also
    if column.words:
        codes = [w.code for w in column.words]
        words = {"x-words": {w.code: [w.zh, *w.also] for w in column.words}}
        item = TEXT if column.open_words else {"enum": codes}
        schema |= ({"type": "array", "items": item} if column.kind == "words" else item) | words
        if item is not TEXT and column.kind != "words":
            schema.pop("type", None)
    if column.low is not None:
        schema["minimum"] = column.low
    if column.high is not None:
        schema["maximum"] = column.high
    if column.ref:
        schema["x-in"] = column.ref
    return schema
