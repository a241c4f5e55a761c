"""What payers must find against what they have (一上), and money carried over two years."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from planner.plan.ask import Ask, asks, by_level, total
from planner.plan.carried import carried_two_years
from planner.plan.plan import Plan
from planner.show.format import hundredths, level_name, number, wan
from planner.show.table import Col, line, print_table
from planner.words import say


def show_ask(plan: Plan, names: dict[str, str], lang: str, console: Console) -> None:
    """Print the table: payers of a level, the level's total, and the total of all."""
    found = asks(plan)
    rows: list[tuple[Text, Ask]] = []
    sections: list[int] = []
    for level in by_level(found):
        sections.append(len(rows))
        mine = [a for a in found if a.level == level.level]
        rows += [(Text(names.get(a.payer, a.payer)), a) for a in mine]
        title = say("ask.level", lang, level=level_name(level.level, lang))
        rows.append((Text(title, "bold"), level))
    sections.append(len(rows))
    rows.append((Text(say("screen.grand_total", lang), "bold"), total(found)))
    print_table(console, [
        Col(say("ask.payer", lang), [title for title, _ in rows], lead=True),
        Col(say("ask.must_find", lang), [number(a.must_find, "yuan") for _, a in rows],
            number=True),
        Col(say("ask.has", lang), [number(a.has, "yuan") for _, a in rows], number=True),
        Col(say("ask.short", lang), [number(a.short, "yuan") for _, a in rows], number=True),
    ], sections)
    line(console, say("ask.note", lang), "dim")
    parts = sum(hundredths(a.must_find) for a in found)
    if parts != hundredths(sum(a.must_find for a in found)):
        line(console, say("screen.rounding_note", lang), "dim")


def show_carried_twice(
    plan: Plan, names: dict[str, str], lang: str, console: Console
) -> None:
    """Name those that carried money over two years running, if any."""
    items = [say("screen.carried_twice_item", lang, payee=names.get(row.payee, row.payee),
                 fund=names.get(row.fund, row.fund), yuan=wan(yuan))
             for row, yuan in carried_two_years(plan.case)]
    if items:
        line(console, say("screen.carried_twice", lang, items=items))
