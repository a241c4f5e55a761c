"""What a sweep varies: ``TABLE[CONDITION].COLUMN=FROM:TO:STEP`` to one change a point.

Percents of a money or number column are parts of the present value, plain values replace it. In a
column of shares a percent is a value, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from planner.case import values
from planner.case.case import Case, Only
from planner.case.changes import Applied
from planner.case.columns import Column
from planner.case.headings import table_named
from planner.case.recipe import Order
from planner.case.rows import NUMERIC, ChangeError, column_of
from planner.case.values import BadValue, plain
from planner.case.whatif import order, with_orders
from planner.errors import InputError, UsageError

#: Points of a sweep, all parameters together.
MOST = 1000

Kind = Literal["factor", "money", "share", "number", "word"]

_WHOLE = re.compile(
    r"(?P<table>[^\[\].=]+)(?:\[(?P<where>.*)\])?\s*\.\s*(?P<column>[^\[\]=]+)=(?P<values>[^=]+)")
_PERCENT = re.compile(r"(.+?)\s*%")


@dataclass(frozen=True)
class Vary:
    """One parameter as it was written; ``range`` is FROM, TO, STEP, else ``listed`` has values."""

    text: str
    table: str
    where: str
    column: str
    range: tuple[str, str, str] | None
    listed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What varies, without its values: ``payers[level=district].appropriation_yuan``."""
        return self.text.rpartition("=")[0].strip()


@dataclass(frozen=True)
class Stop:
    """One value of a parameter: as text, and as a number where the column has numbers.

    ``x`` is a factor (1 is the present value), yuan, a share or a number, by ``Scale.kind``.
    """

    text: str
    x: float | None


@dataclass(frozen=True)
class Scale:
    """A parameter with its column known: its stops, and how far apart they are (0: a list)."""

    vary: Vary
    table: str
    column: str
    kind: Kind
    stops: tuple[Stop, ...]
    step: float = 0.0

    def stop(self, x: Decimal) -> Stop:
        """A value between the stops; yuan are whole."""
        x = x.quantize(Decimal(1)) if self.kind == "money" else x
        return Stop(_text(self.kind, x), float(x))

    def order(self, stop: Stop) -> Order:
        """The change that brings a case to a stop."""
        op: Literal["times", "set"] = "times" if self.kind == "factor" else "set"
        vary = self.vary
        return order(vary.table, op, {vary.column: stop.text}, vary.where, vary.text, "--vary")


def parse_vary(text: str) -> Vary:
    """Read a parameter; raises ``UsageError`` when it is not written as one."""
    found = _WHOLE.fullmatch(values.fold(text))
    if found is None:
        raise UsageError("vary_form", text=text)
    said = [part.strip() for part in found["values"].split(":")]
    listed = [part.strip() for part in re.split("[,、;]", found["values"])]
    if not all(said) or len(said) not in (1, 3) or (len(said) == 1 and not all(listed)):
        raise UsageError("vary_values", text=text, values=found["values"].strip())
    head = (values.fold(text), found["table"].strip(), (found["where"] or "").strip(),
            found["column"].strip())
    if len(said) == 3:
        return Vary(*head, (said[0], said[1], said[2]))
    return Vary(*head, None, tuple(dict.fromkeys(listed)))


def scale_of(case: Case, vary: Vary, only: Only | None = None) -> Scale:
    """The parameter as it is in a case.

    Raises ``InputError`` for a table, a column or a condition that is not there, as a scenario
    would; ``UsageError`` for values that make no range.
    """
    column = _column(case, vary, only)
    texts = vary.range or vary.listed
    percents = [_PERCENT.fullmatch(t) for t in texts]
    kind = _kind(column, texts, any(percents))
    if kind == "factor" and not all(percents):
        raise UsageError("vary_mixed", text=vary.text)
    numbers = [_number(column, kind, vary, t) for t in texts]
    if vary.range is None:
        stops = tuple(Stop(t, None if n is None else float(n))
                      for t, n in zip(texts, numbers, strict=True))
        return Scale(vary, _table(vary), column.name, kind, stops)
    first, last, step = numbers
    if first is None or last is None or not step:
        raise UsageError("vary_values", text=vary.text, values=":".join(vary.range))
    return Scale(vary, _table(vary), column.name, kind, _range(vary, kind, first, last, abs(step)),
                 float(abs(step)))


def _table(vary: Vary) -> str:
    table = table_named(vary.table)
    return table.name if table is not None else vary.table


def _column(case: Case, vary: Vary, only: Only | None) -> Column:
    """The column; what is wrong with table, column or condition is raised as of a scenario."""
    applied = Applied(dict(case.sheets), only)
    applied.apply(order(vary.table, "remove", {}, vary.where, vary.text, "--vary"))
    if applied.problems:
        raise InputError(applied.problems)
    table = table_named(vary.table)
    assert table is not None, "applied above"
    if only is not None and table.block not in ("both", only):
        raise UsageError("vary_not_opened", text=vary.text, table=table.name, only=only)
    said = order(vary.table, "set", {vary.column: ""}, at="--vary").rows[0][0][0]
    try:
        return column_of(case.sheet(table.name), said)[0]
    except ChangeError as refused:
        raise InputError(p.caused_by(vary.text) for p in refused.problems) from None


def _kind(column: Column, texts: Sequence[str], percent: bool) -> Kind:
    if column.kind not in NUMERIC:
        return "word"
    if column.kind == "share":
        return "share"
    if percent:
        return "factor"
    return "money" if column.kind == "money" else "number"


def _number(column: Column, kind: Kind, vary: Vary, text: str) -> Decimal | None:
    """A value as a number, with no bound (a step may be below the least of its column)."""
    if kind == "word":
        return None
    percent = _PERCENT.fullmatch(text)
    try:
        if percent:
            return values.decimal(percent[1]) / 100
        if kind == "money":
            free = column.model_copy(update={"low": None, "high": None})
            unit = 1 if vary.column.casefold().endswith("_yuan") else None
            return Decimal(values.parse(free, text, unit))
        return values.decimal(text)
    except BadValue:
        raise UsageError("vary_number", text=vary.text, value=text) from None


def _range(
    vary: Vary, kind: Kind, first: Decimal, last: Decimal, step: Decimal
) -> tuple[Stop, ...]:
    """FROM, and every step on towards TO; up or down."""
    count = int(abs(last - first) / step) + 1
    if count > MOST:
        raise UsageError("vary_many", count=count, most=MOST)
    way = step if last >= first else -step
    found = [first + way * i for i in range(count)]
    return tuple(Stop(_text(kind, x), float(x)) for x in found)


def _text(kind: Kind, x: Decimal) -> str:
    if kind in ("factor", "share"):
        return plain(x * 100) + "%"
    if kind == "money":
        return f"{plain(x / 10_000)}万" if x and x % 100 == 0 else f"{plain(x)}元"
    return plain(x)


def case_at(case: Case, orders: Sequence[Order], only: Only | None = None) -> Case:
    """A case at one point. A change that alters nothing is no problem there: 100% is a point."""
    try:
        return with_orders(case, orders, only=only) if orders else case
    except InputError as error:
        idle = {p.change for p in error.problems if p.code == "change_alters_nothing"}
        if len(idle) < len({p.change for p in error.problems}) or not idle:
            raise
        return case_at(case, [o for o in orders if o.name not in idle], only)
