"""JSON Schemas: of what ``--json`` prints, and of the tables a case may hold."""

from __future__ import annotations

from typing import Any

from planner.case.columns import Column, Table
from planner.case.dictionary import TABLES
from planner.show.export import SCHEMA

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
YUAN: Schema = {"type": "integer", "description": "whole yuan"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
MAYBE_YUAN: Schema = {"type": ["integer", "null"], "description": "whole yuan"}
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


def _nearest() -> Schema:
    return _object(
        repair=REPAIR, status=_one("optimal", "stopped"), case=TEXT,
        measures=_list(measure=TEXT, value=MAYBE, unit=TEXT), allocations=_allocations(),
        placements=_list(candidate=TEXT, post=TEXT, fit=NUMBER))


def _allocations() -> Schema:
    return _list(payee=TEXT, fund=TEXT, entitlement_yuan=YUAN, carried_yuan=YUAN,
                 allocation_yuan=YUAN, payers={"type": "object", "additionalProperties": YUAN})


#: What the rules of a repair give: ``from`` and ``to`` are cells as text.
REPAIR: Schema = _list(**{"rule": TEXT, "of": TEXT, "by": WHOLE, "unit": _one("yuan", "people"),
                          "from": TEXT, "to": TEXT})


def json_schema() -> Schema:
    """What ``compare --json`` and ``plan --json`` print."""
    scenario = _object(
        scenario=TEXT, title=TEXT, status=_one("optimal", "infeasible", "stopped", "failed"),
        case={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        changes=_list(name=TEXT, table=TEXT, rows=WHOLE, column=TEXT, old=TEXT, new=TEXT),
        measures=_list(measure=TEXT, value=MAYBE,
                       unit=_one("yuan", "share", "count", "people", "years", "points"),
                       better=_one("higher", "lower", ""), difference=MAYBE),
        allocations=_allocations(),
        projects=_list(project=TEXT, community=TEXT, amount_yuan=YUAN),
        unpaid=_list(project=TEXT, community=TEXT, orders=WHOLE, cost_yuan=YUAN,
                     why=_one("barred", "cap", "money", "no_orders")),
        placements=_list(candidate=TEXT, post=TEXT, fit=NUMBER, trained=FLAG),
        bench=_list(candidate=TEXT, post=TEXT, rank=WHOLE, trained=FLAG),
        training=_list(candidate=TEXT, course=TEXT, street=TEXT, cost_yuan=YUAN),
        unfilled=_list(post=TEXT, seats=WHOLE, why=TEXT),
        targets=_list(target=TEXT, unit=TEXT, actual=MAYBE, goal=NUMBER, met=FLAG,
                      shortfall=NUMBER, bound=TEXT, strength=_one("must", "should", "aim")),
        goals=_list(goal=TEXT, part=TEXT, value=MAYBE, bound=MAYBE, proven=FLAG),
        ask=_list(payer=TEXT, must_find_yuan=YUAN, has_yuan=MAYBE_YUAN, short_yuan=MAYBE_YUAN),
        must_give=_list(rule=TEXT, of=TEXT, by=MAYBE, unit=_one("yuan", "people")),
        clash=_list(rule=TEXT, of=TEXT, law=FLAG),
        repairs={"type": "array", "items": REPAIR},
        nearest={**_nearest(), "type": ["object", "null"],
                 "description": "the plan after the first repair: none of the case as posed"},
        recount=_one("passed", None),
    )
    top = _object(schema={"const": SCHEMA}, planner=TEXT, baseline=TEXT,
                  scenarios={"type": "array", "items": scenario})
    top["properties"]["attribution"] = _attribution()
    return {"$schema": DRAFT, "title": "planner", **top}


def _attribution() -> Schema:
    """What ``compare --why`` adds."""
    by_cause: Schema = {"type": "object", "additionalProperties": NUMBER}
    yuan_by_cause: Schema = {"type": "object", "additionalProperties": YUAN}
    how = _one("applied", "undone", "changed")
    return {"description": "only with --why", **_list(
        scenario=TEXT, baseline=TEXT, method=_one("exact", "sampled"), combinations=WHOLE,
        orders=WHOLE, refused=_one("other_base", "not_rebuilt", "no_cause", "no_plan", None),
        without={"type": "array", "items": TEXT},
        causes=_list(cause=TEXT, changes=_list(name=TEXT, how=how)),
        measures=_list(measure=TEXT, unit=TEXT, difference=NUMBER, parts=by_cause),
        streets=_list(street=TEXT, difference=YUAN, parts=yuan_by_cause),
        payees=_list(payee=TEXT, difference=YUAN, parts=yuan_by_cause))}


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
