"""What the tests of rules share: tiny cases, rows as plain values, breaches by the rule's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.case.case import Case
from planner.model.money.part import MoneyPart
from planner.model.money.rules import MONEY_RULES
from planner.model.money.variables import money_variables
from planner.model.people.rules import PEOPLE_RULES, PeoplePart
from planner.model.people.variables import people_variables
from planner.model.rule import Breach, Model, Row
from planner.plan.plan import Plan
from tests.cases import Rows, case


def payer(code: str, yuan: int | None, **more: Any) -> dict[str, Any]:
    """A payer of the district, or of street ``S1`` when its code is ``pS1``."""
    own = {"level": "street", "street": code[1:]} if code.startswith("p") else {
        "level": "district"}
    return {"payer": code, "appropriation_yuan": yuan, **own, **more}


def funds(entitlements: dict[str, int], payers: Rows, *fund: dict[str, Any],
          **tables: Any) -> Case:
    """Every fund is due to every community: so many yuan, the figure given for it."""
    found = [{"fund": "f", "payee": "community", **row} for row in fund or ({},)]
    return case(
        settings=[{"key": k, "value": v} for k, v in tables.pop("settings", {}).items()],
        communities=[{"community": c, "street": c.split("-")[0], "residents": e}
                     for c, e in entitlements.items()],
        funds=found, payers=[dict(p) for p in payers],
        standards=[{"fund": f["fund"], "amount_yuan": 1, "per": "residents"} for f in found],
        last_year=[{"payee": c, "fund": "f", "amount_yuan": h}
                   for c, h in tables.pop("last", {}).items()] + tables.pop("last_year", []),
        **tables)


def people(posts: Rows, candidates: Rows, **tables: Any) -> Case:
    """Posts of community C1 (street S1) unless said; candidates of 36 with a bachelor's degree."""
    born = {"birth": "1990.01", "education": "bachelor"}
    if "incumbents" in tables:
        tables["incumbents"] = [{**born, **row} for row in tables["incumbents"]]
    return case(
        settings=[{"key": "as_of", "value": "2026-12-31"}],
        communities=[{"community": "C1", "street": "S1"}, {"community": "C2", "street": "S2"}],
        posts=[{"community": "C1", "kind": "member", "seats": 1, **row} for row in posts],
        candidates=[{**born, **row} for row in candidates], **tables)


def money_rows(given: Case, rows: Callable[..., Any]) -> list[Row]:
    return list(rows(given, money_variables(given, Model(), steady=False)))


def people_rows(given: Case, rows: Callable[..., Any]) -> list[Row]:
    return list(rows(given, people_variables(given, Model())))


def one(rows: list[Row]) -> tuple[dict[int, float], float, float]:
    """The only row: its coefficients by column, low and high."""
    (row,) = rows
    return dict(row.terms), row.low, row.high


def money_breaches(given: Case, paid: dict[str, dict[str, int]], fund: str = "f") -> list[Breach]:
    """What the recount of every money rule says to a claim: community → payer → yuan."""
    part = MoneyPart({(c, fund): by for c, by in paid.items()})
    return [b for rule in MONEY_RULES for b in rule.recount(given, part)]


def people_breaches(given: Case, *placed: tuple[str, str], fit: float = 0.0) -> list[Breach]:
    """What the recount of every people rule says to a claim: (candidate, post) pairs."""
    part = PeoplePart(tuple((c, p, fit) for c, p in placed))
    return [b for rule in PEOPLE_RULES for b in rule.recount(given, part)]


def rules_of(breaches: list[Breach]) -> set[str]:
    return {b.rule for b in breaches}


def must_give(plan: Plan) -> dict[tuple[str, str], float | None]:
    """Which rules clash, and by how much each must give."""
    assert plan.status == "infeasible" and plan.money is None and plan.people is None
    return {(g.rule, g.of): g.by for g in plan.must_give}


def placed(plan: Plan) -> set[tuple[str, str]]:
    return set(zip(plan.placements["candidate"], plan.placements["post"], strict=True))
