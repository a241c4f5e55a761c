"""The comparison as JSON and as CSV files: codes, whole yuan, no names."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from numbers import Integral
from pathlib import Path
from typing import Any

from planner.model.blocks import unit_of
from planner.plan.ask import asks
from planner.plan.compare import Comparison, Entry
from planner.plan.measures import measures_for
from planner.plan.plan import Plan
from planner.plan.remedy import Mended
from planner.show.trust import recounted

SCHEMA = 1
WHY = {"no_candidate": "no eligible candidate",
       "placed_elsewhere": "eligible candidates serve better elsewhere",
       "kin": "relatives in post or placed in the community are all that is in the way"}

Json = dict[str, Any]
Table = tuple[list[str], list[list[Any]]]  # headings and rows
Tables = Mapping[str, Table]  # by name


def as_json(comparison: Comparison) -> Json:
    """The whole comparison as plain values; ``json_schema`` describes it."""
    return {
        "schema": SCHEMA,
        "planner": program_version(),
        "baseline": comparison.entries[0].name,
        "scenarios": [_scenario(comparison, e) for e in comparison.entries],
    }


def program_version() -> str:
    """The version installed."""
    try:
        return version("planner")
    except PackageNotFoundError:
        return "0+unknown"


def _scenario(comparison: Comparison, entry: Entry) -> Json:
    scenario, plan = entry.scenario, entry.plan
    return {
        "scenario": entry.name,
        "title": scenario.title,
        "status": entry.status,
        "case": scenario.case.fingerprint,
        "changes": [{
            "name": c.name, "table": c.table, "rows": c.rows, "column": c.column,
            "old": _text(c.old), "new": _text(c.new)} for c in scenario.changes],
        "measures": [{
            "measure": m.key, "value": plain(comparison.value(m, entry)), "unit": m.unit,
            "better": m.better, "difference": plain(comparison.difference(m, entry)),
        } for m in comparison.rows],
        "allocations": _allocations(plan),
        "projects": [{"project": r["project"], "community": r["community"],
                      "amount_yuan": int(r["amount_yuan"])}
                     for r in _records(plan and plan.projects)],
        "unpaid": [{**r, "orders": int(r["orders"]), "cost_yuan": int(r["cost_yuan"])}
                   for r in _records(plan and plan.unpaid)],
        "placements": [{**r, "fit": plain(float(r["fit"])), "trained": bool(r["trained"])}
                       for r in _records(plan and plan.placements)],
        "bench": [{**r, "rank": int(r["rank"]), "trained": bool(r["trained"])}
                  for r in _records(plan and plan.bench)],
        "training": [{**r, "cost_yuan": int(r["cost_yuan"])}
                     for r in _records(plan and plan.training)],
        "unfilled": [{"post": r["post"], "seats": int(r["seats"]), "why": WHY[r["why"]]}
                     for r in _records(plan and plan.unfilled)],
        "targets": [_target(r) for r in _records(plan and plan.targets)],
        "goals": [{"goal": r.goal, "part": r.part, "value": of_goal(r.value),
                   "bound": of_goal(r.bound), "proven": bool(r.proven)}
                  for r in (plan.goals if plan else ())],
        "ask": _asks(plan),
        "must_give": [{"rule": g.rule, "of": g.of, "by": plain(g.by), "unit": unit_of(g.rule)}
                      for g in (plan.must_give if plan else ())],
        "clash": [{"rule": m.rule, "of": m.of, "law": m.law} for m in (plan.clash if plan else ())],
        "repairs": [repair_json(m) for m in entry.mended],
        "nearest": _nearest(entry),
        "recount": "passed" if recounted(plan) else None,
    }


def repair_json(mended: Mended) -> list[Json]:
    """A repair as it was applied: rules, what they give, the cells moved from and to."""
    return [{"rule": g.rule, "of": g.of, "by": g.by, "unit": g.unit,
             "from": "; ".join(c.old for c in g.changes), "to": "; ".join(c.new for c in g.changes)}
            for g in mended.gives]


def _nearest(entry: Entry) -> Json | None:
    """The plan after the first repair: no plan of the scenario as it was posed."""
    if entry.nearest is None:
        return None
    plan, mended = entry.nearest.plan, entry.nearest.mended
    return {
        "repair": repair_json(mended), "status": plan.status, "case": plan.case.fingerprint,
        "measures": [{"measure": m.key, "value": plain(m.value(plan)), "unit": m.unit}
                     for m in measures_for([plan.case]) if m.value(plan) is not None],
        "allocations": _allocations(plan),
        "placements": [{**r, "fit": plain(float(r["fit"]))} for r in _records(plan.placements)],
    }


def plain(value: Any) -> int | float | None:
    """A number JSON has: whole as int, else rounded to ten digits; nothing for not-a-number."""
    if value is None or not isfinite(value):
        return None
    if isinstance(value, Integral):
        return int(value)
    return round(float(value), 10) + 0.0


def of_goal(value: float | None) -> int | float | None:
    """What a goal came to, without the last digits, which are the solver's: a millionth, and from
    a thousand on (yuan, orders) a hundredth. They decide nothing halfway between two either."""
    if value is None or not isfinite(value):
        return None
    digits = 2 if abs(value) >= 1000 else 6
    return plain(round(round(value, digits + 4), digits))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _records(frame: Any) -> list[Json]:
    return [] if frame is None else list(frame.to_dict("records"))


def _allocations(plan: Plan | None) -> list[Json]:
    if plan is None or plan.money is None:
        return []
    paid, order = plan.money.paid, {p: n for n, p in enumerate(plan.spent)}
    return [{
        "payee": c.payee, "fund": c.fund, "entitlement_yuan": c.entitlement,
        "carried_yuan": c.carried, "allocation_yuan": plan.money.total(c),
        "payers": {p: yuan for p, yuan in sorted(
            paid[c.payee, c.fund].items(), key=lambda item: order[item[0]]) if yuan},
    } for c in plan.cells]


def _asks(plan: Plan | None) -> list[Json]:
    """What each payer must find; empty when the case does not ask."""
    return [{"payer": a.payer, "must_find_yuan": a.must_find, "has_yuan": a.has,
             "short_yuan": a.short} for a in (asks(plan) if plan is not None else ())]


def _target(row: Json) -> Json:
    return {
        "target": row["target"], "unit": row["unit"], "actual": plain(row["actual"]),
        "goal": plain(row["goal"]), "met": bool(row["met"]),
        "shortfall": plain(row["shortfall"]), "bound": row["bound"], "strength": row["strength"],
    }


# --- CSV --------------------------------------------------------------------------------------


def tables(comparison: Comparison) -> Tables:
    """The CSV files of a comparison."""
    payers = list(dict.fromkeys(
        p.payer for e in comparison.entries for p in e.scenario.case.rows("payers")))
    frames: dict[str, Table] = {}

    def add(name: str, columns: str, key: str) -> None:
        heads = columns.split()
        rows = [[s["scenario"], *(r[c] for c in heads)]
                for s in found["scenarios"] for r in s[key]]
        frames[name] = (["scenario", *heads], rows)

    found = as_json(comparison)
    add("changes", "name table rows column old new", "changes")
    add("measures", "measure value unit better difference", "measures")
    add("ask", "payer must_find_yuan has_yuan short_yuan", "ask")
    add("projects", "project community amount_yuan", "projects")
    add("unpaid", "project community orders cost_yuan why", "unpaid")
    add("placements", "candidate post fit trained", "placements")
    add("training", "candidate course street cost_yuan", "training")
    add("bench", "candidate post rank", "bench")
    add("unfilled", "post seats why", "unfilled")
    add("targets", "target unit bound strength goal actual met shortfall", "targets")
    frames["allocations"] = (
        ["scenario", "payee", "fund", "entitlement_yuan", "carried_yuan", "allocation_yuan",
         *(f"payer.{p}" for p in payers)],
        [[s["scenario"], r["payee"], r["fund"], r["entitlement_yuan"], r["carried_yuan"],
          r["allocation_yuan"], *(r["payers"].get(p, 0) for p in payers)]
         for s in found["scenarios"] for r in s["allocations"]])
    return frames


def write_csv(comparison: Comparison, folder: Path) -> tuple[Path, ...]:
    """Write the tables of a comparison into ``folder``; see ``write_tables``."""
    return write_tables(tables(comparison), folder)


def write_tables(tables: Tables, folder: Path) -> tuple[Path, ...]:
    """Write tables as CSV into ``folder``, readable by the user alone, all of them or none.

    UTF-8 with a byte-order mark, as spreadsheet programs need for Chinese; whole yuan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    with tempfile.TemporaryDirectory(prefix=".planner-", dir=folder) as temp:
        for name, (heads, rows) in tables.items():
            file = Path(temp) / f"{name}.csv"
            with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w",
                      encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows([heads, *(map(_safe, row) for row in rows)])
        for file in sorted(Path(temp).iterdir()):
            done.append(file.replace(folder / file.name))
    return tuple(done)


def _safe(value: Any) -> Any:
    """A text a spreadsheet would take for a formula gets a quotation mark before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def problems_json(problems: Iterable[Any], lang: str) -> list[Json]:
    """Problems as plain values, for ``check --json``."""
    return [{
        "code": p.code, "notice": p.notice, "file": p.cell.file, "sheet": p.cell.sheet,
        "cell": f"{p.cell.column}{p.cell.row or ''}", "value": p.value,
        "message": p.message(lang), "remedy": p.remedy(lang), "change": p.change,
    } for p in problems]
