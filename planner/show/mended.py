"""Repairs in words: which figure moves from what to what."""

from __future__ import annotations

from planner.case.case import Case
from planner.case.dictionary import BY_NAME
from planner.plan.remedy import Changed, Given, Mended
from planner.show.format import column_name, names_of, subject, wan
from planner.words import known, say


def rule_name(rule: str, lang: str) -> str:
    """A rule in words."""
    return say(f"rule.{rule}", lang) if known(f"rule.{rule}") else rule


def gives(mended: Mended, case: Case, lang: str) -> list[str]:
    """A line a rule: what it is about, its figures before and after, how much it gives."""
    return [_given(give, case, lang) for give in mended.gives]


def _given(give: Given, case: Case, lang: str) -> str:
    money = give.unit == "yuan"
    several = len({c.column for c in give.changes}) > 1
    comma = "，" if lang == "zh" else ", "
    return say(
        "conflict.give_yuan" if money else "conflict.give_people", lang,
        rule=rule_name(give.rule, lang), of=subject(give.rule, give.of, names_of(case), lang),
        moves=comma.join(dict.fromkeys(_move(c, several, lang) for c in give.changes)),
        by=_wan(give.by) if money else give.by)


def _move(change: Changed, several: bool, lang: str) -> str:
    """``905.00 → 917.40 万元``; codes of people and posts where a row was taken out."""
    column = column_name(change.table, change.column, lang)
    if not change.new:
        text = change.key if change.table in ("pairs", "kin") else column
        return say("conflict.move", lang, old=text, new=say("conflict.taken_out", lang))
    if BY_NAME[change.table].column(change.column).kind == "money":
        old, new = (_wan(int(v or 0)) for v in (change.old, change.new))
        text = say("conflict.move", lang, old=old, new=say("conflict.yuan", lang, amount=new))
    else:
        text = say("conflict.move", lang, old=change.old or "-", new=change.new)
    return say("conflict.move_column", lang, column=column, old=text.split(" → ")[0],
               new=text.split(" → ")[1]) if several else text


def _wan(yuan: int) -> str:
    """万元, to the yuan where two decimals would hide part of it: a yuan less is not enough."""
    return f"{yuan // 10_000:,}.{yuan % 10_000:04d}" if yuan % 100 else wan(yuan)
