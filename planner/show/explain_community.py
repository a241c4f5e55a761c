"""``planner explain --community``: every amount of a payee, from standard to step, to the yuan."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from planner.case.asking import nearest, unnamed
from planner.case.case import Case
from planner.case.scenario import Scenario
from planner.errors import UsageError
from planner.plan.compare import Entry
from planner.plan.solve import solve
from planner.plan.why import Account, Line, NotDue, accounts, not_due
from planner.show.answer import Answer
from planner.show.export import SCHEMA, Json, Table, plain, program_version
from planner.show.format import level_name, names_of, number, subject
from planner.show.table import Col, line, print_table
from planner.show.trust import trust
from planner.solver.watch import Tell, silent
from planner.words import say

Names = dict[str, str]


def explain_community(
    scenario: Scenario, asked: str, lang: str, reveal: bool, tell: Tell = silent,
    time_limit: float | None = None,
) -> Answer:
    """The account of a community (or street), asked by code or exact name.

    Raises ``UsageError`` for one that is not in the case.
    """
    case = scenario.case
    if not case.has_money:
        raise UsageError("no_money", scenario=scenario.name)
    code = payee_code(case, asked)
    plan = solve(case, time_limit, tell=tell)
    found = accounts(plan, code) if plan.money is not None else ()
    gone = not_due(case, code)
    answer = {
        "schema": SCHEMA, "planner": program_version(), "scenario": scenario.name,
        "status": plan.status, "payee": code,
        "accounts": [_account_json(a) for a in found],
        "not_due": [{"fund": n.fund, "why": n.why} for n in gone],
    }

    def show(console: Console) -> None:
        names = names_of(case)
        line(console, say("account.title", lang, name=names.get(code, code), code=code,
                          scenario=scenario.name), "bold")
        if plan.money is None:
            trust([Entry(scenario, plan)], lang, console)
        else:
            _show(found, gone, names, lang, console)

    code_of = {"optimal": 0, "infeasible": 4, "stopped": 5}
    return Answer(answer, show, {"account": _table(found)}, code_of[plan.status])


def payee_code(case: Case, asked: str) -> str:
    """The code of a community or street, from its code or its exact name."""
    rows = [(str(getattr(r, key)), str(r.name))
            for table, key in (("communities", "community"), ("streets", "street"))
            for r in case.rows(table)]
    if asked in {code for code, _ in rows}:
        return asked
    named = [code for code, name in rows if name == asked]
    if len(named) > 1:
        raise UsageError("payee_twice", value=asked, codes=named)
    if not named:
        known = [word for row in rows for word in row]
        close = nearest(asked, known) or nearest(asked.upper(), known) or rows[0][0]
        places = {name for _, name in rows}
        value = asked if asked.isascii() or close in places else unnamed(asked)
        raise UsageError("no_such_payee", value=value, nearest=close)
    return named[0]


# --- as plain values --------------------------------------------------------------------------


def _account_json(account: Account) -> Json:
    cell = account.cell
    return {
        "fund": cell.fund, "entitlement_yuan": cell.entitlement, "carried_yuan": cell.carried,
        "last_year_yuan": cell.last, "allocation_yuan": account.allocation,
        "coverage": plain(_coverage(account)),
        "due": [_line_json(x) for x in account.due],
        "steps": [_line_json(x) for x in account.steps],
        "payers": [_line_json(x) for x in account.paid],
    }


def _line_json(row: Line) -> Json:
    return {"kind": row.kind, "of": row.of, "yuan": row.yuan, "basis": row.basis,
            "note": {k: plain(v) if isinstance(v, float) else v for k, v in row.note.items()}}


def _table(found: tuple[Account, ...]) -> Table:
    rows = [[a.cell.payee, a.cell.fund, part, x.kind, x.of, x.yuan, x.basis]
            for a in found
            for part, lines in (("entitlement", a.due), ("allocation", a.steps),
                                ("payers", a.paid)) for x in lines]
    return ["payee", "fund", "sum", "kind", "of", "yuan", "basis"], rows


def _coverage(account: Account) -> float:
    return (account.allocation + account.cell.carried) / account.cell.entitlement


# --- on the screen ----------------------------------------------------------------------------


def _show(
    found: tuple[Account, ...], gone: tuple[NotDue, ...], names: Names, lang: str,
    console: Console,
) -> None:
    if not found:
        line(console, say("account.nothing", lang))
    else:
        line(console, say("account.unit", lang), "dim")
    for account in found:
        _account(account, names, lang, console)
    if found:
        line(console, say("account.all_total", lang,
                          entitlement=_yuan(sum(a.cell.entitlement for a in found)),
                          allocation=_yuan(sum(a.allocation for a in found))), "bold")
    if gone:
        items = [say(f"account.not_due_{n.why}", lang, fund=names.get(n.fund, n.fund))
                 for n in gone]
        line(console, say("account.not_due", lang, items=items))


def _account(account: Account, names: Names, lang: str, console: Console) -> None:
    cell = account.cell
    console.print()
    line(console, say("account.fund", lang, fund=names.get(cell.fund, cell.fund),
                      entitlement=_yuan(cell.entitlement), allocation=_yuan(account.allocation),
                      coverage=number(_coverage(account), "share")), "bold")
    rows: list[tuple[str | Text, str | Text, str, str]] = []
    sections = []
    for total, lines in (("due_total", account.due), ("steps_total", account.steps),
                         ("paid_total", account.paid)):
        sections.append(len(rows))
        so_far = 0
        for row in lines:
            so_far += row.yuan
            head = names.get(row.of, row.of) if row.kind == "payer" else say(
                f"account.{row.kind}", lang)
            figure = "-" if row.kind == "carried" else _yuan(row.yuan)
            rows.append((head, figure, note(row, account, so_far, names, lang), row.basis))
        rows.append((Text(say(f"account.{total}", lang), "bold"), Text(_yuan(so_far), "bold"),
                     "", ""))
    print_table(console, [
        Col(say("account.item", lang), [r[0] for r in rows], lead=True),
        Col(say("account.yuan", lang), [r[1] for r in rows], number=True, lead=True),
        Col(say("account.note", lang), [r[2] for r in rows], lead=True),
        Col(say("account.basis", lang), [r[3] for r in rows], lead=True),
    ], sections)


def _yuan(yuan: float) -> str:
    """Whole yuan with separators; cents where there are some."""
    return f"{yuan:,.0f}" if float(yuan).is_integer() else f"{yuan:,.2f}"


def note(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    """What explains a line; ``so_far`` is the sum it reaches."""
    text: str = _NOTES[row.kind](row, account, so_far, names, lang)
    return text


def _standard(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    n = row.note
    amount = _yuan(n["amount_yuan"])
    if n["per"]:
        way = say(f"account.standard_{n['round']}", lang) if n["round"] else ""
        text = say("account.standard_units", lang, amount=amount, units=f"{n['units']:,.10g}",
                   per=n["per"], every=f"{n['every'] or 1:g}", round=way,
                   yuan=_yuan(n["before_bounds_yuan"]))
    else:
        text = say("account.standard_once", lang, amount=amount)
    if n["bound"]:
        text += say(f"account.standard_{n['bound']}", lang)
    if n["where"]:
        text += say("account.standard_where", lang, where=n["where"])
    return text


def _carried(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    return say("account.carried_note", lang, carried=_yuan(row.note["carried_yuan"]))


def _less(account: Account, lang: str) -> str:
    carried = account.cell.carried
    return say("account.less_carried", lang, carried=_yuan(carried)) if carried else ""


def _keep(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    return say("account.keep_note", lang, last=_yuan(row.note["last_year_yuan"]),
               share=number(row.note["share"], "share"))


def _floor(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    cell = account.cell
    least = max(float(cell.floor * cell.entitlement) - cell.carried, 0.0)
    key = "account.floor_note" if row.yuan else "account.floor_met"
    return say(key, lang, share=number(row.note["share"], "share"), least=_yuan(round(least, 2)),
               carried=_less(account, lang))


def _committed(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    return say("account.committed_note", lang, promised=_yuan(row.note["promised_yuan"]),
               carried=_less(account, lang))


def _fairness(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    by: dict[str, list[str]] = {}
    for rule, of in row.note["held_by"]:
        by.setdefault(rule, []).append(subject(rule, of, names, lang))
    if by:
        rules = [say("account.held_rule", lang, rule=say(f"rule.{rule}", lang), of=ofs)
                 for rule, ofs in by.items()]
        why = say("account.held_by", lang, rules=rules)
    else:
        why = say(f"account.own_{row.note['own']}", lang)
    return say("account.fairness_note", lang, level=number(row.note["level"], "share"),
               upto=_yuan(so_far), carried=_less(account, lang), why=why)


def _goals(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    return say(f"account.{row.kind}_note", lang,
               goals=[say(f"goal.{g}", lang) for g in row.note["goals"]])


def _step(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    return say("account.step_note", lang, wanted=_yuan(row.note["wanted_yuan"]),
               step=_yuan(row.note["step_yuan"]))


def _payer(row: Line, account: Account, so_far: int, names: Names, lang: str) -> str:
    n = row.note
    text = say("account.payer_note", lang, level=level_name(n["level"], lang),
               share=number(n["share"], "share"))
    least, most = (None if n[k] is None else number(n[k], "share")
                   for k in ("min_share", "max_share"))
    if least is not None and least == most:
        text += say("account.payer_exact", lang, share=least)
    elif least is not None and most is not None:
        text += say("account.payer_between", lang, least=least, most=most)
    elif least is not None or most is not None:
        key = "account.payer_most" if least is None else "account.payer_least"
        text += say(key, lang, share=most if least is None else least)
    if n["max_yuan"] is not None:
        text += say("account.payer_yuan", lang, yuan=_yuan(n["max_yuan"]))
    return text


_NOTES: dict[str, Any] = {
    "standard": _standard, "carried": _carried, "keep_last_year": _keep, "floor": _floor,
    "committed": _committed, "fairness": _fairness, "later": _goals, "goals": _goals,
    "step": _step, "payer": _payer,
}
