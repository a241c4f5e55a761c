"""A plan made by hand, read from a CSV file or a workbook: amounts by payee and fund, or places.

The columns decide which it is. Three forms are read: one row a payee and fund (and payer, when
said), one row a payee with a column a fund, and one row a candidate and post. Codes or exact names
of payees, funds, payers and posts are understood; people are named by code alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from planner.case.asking import named, nearest, unnamed
from planner.case.case import Case
from planner.case.columns import Column, Table
from planner.case.dictionary import BY_NAME
from planner.case.files import Part, Refused, Row, parts
from planner.case.grid import to_sheet
from planner.case.headings import Head, find_head
from planner.case.sheet import Sheet
from planner.case.values import key as spelling
from planner.errors import Cell, InputError, Problem

Key = tuple[str, str]  # (payee, fund), or (candidate, post)

_PAYEE = Column(name="payee", zh="对象编码", kind="code", required=True, also=(
    "社区编码", "街道编码", "对象", "社区", "单位", "单位编码", "community"))
_NAME = Column(name="name", zh="社区名称", kind="text", also=(
    "对象名称", "单位名称", "街道名称", "名称"))
_BY_NAME = _PAYEE.model_copy(update={"zh": _NAME.zh, "also": (*_NAME.also, "name")})
_FUND = Column(name="fund", zh="经费项目", kind="code", required=True, also=(
    "经费编码", "经费名称", "经费", "资金项目", "项目"))
_AMOUNT = Column(name="amount_yuan", zh="金额", kind="money", low=0, also=(
    "拨付", "拨付额", "拨付金额", "安排额", "安排金额", "分配额", "分配金额", "allocation"))
_PAYER = Column(name="payer", zh="出资方", kind="code", also=("出资方编码", "出资单位"))
_TOTAL = Column(name="total_yuan", zh="合计", kind="money", also=("总计", "小计"))
_PLACES = Table(name="draft", zh="草案", block="people", key=(), open=True, columns=(
    Column(name="candidate", zh="编号", kind="code", also=(
        "人选编号", "候选人编号", "建议人选编号", "后备人选编号", "人选")),
    Column(name="post", zh="岗位", kind="code", required=True, also=(
        "岗位编码", "岗位编号", "岗位名称", "拟任岗位")),
))


@dataclass(frozen=True)
class Draft:
    """What a hand-made table says, by codes of the case.

    ``paid`` whole yuan by (payee, fund), then by payer (``None``: not said who pays); ``placed``
    (candidate, post) pairs; ``places`` the cell each stands in. A blank amount is not in ``paid``.
    """

    file: str
    kind: Literal["money", "people"]
    paid: Mapping[Key, Mapping[str | None, int]] = field(default_factory=dict)
    placed: tuple[Key, ...] = ()
    places: Mapping[Key, Cell] = field(default_factory=dict)
    notices: tuple[Problem, ...] = ()


def read_draft(path: Path, case: Case) -> Draft:
    """Read a hand-made plan for a case; raises ``InputError`` with every problem found."""
    found, problems = parts(path)
    read: list[tuple[Part, Table, Head, list[Row]]] = []
    for part in found:
        try:
            rows = part.load()
        except Refused as refused:
            problems.append(refused.problem)
            continue
        table = _form(rows, case)
        head = find_head(table, rows) if table else None
        if table and head:
            read.append((part, table, head, rows))
        elif rows and len(found) > 1:
            problems.append(Problem("draft_sheet_unused", part.cell, part.name, notice=True))
    wrong = [p for p in problems if not p.notice]
    if not read and not wrong:
        wrong.append(Problem("draft_no_headings", found[0].cell if found else Cell(path.name)))
    wrong += [Problem("draft_two_tables", part.cell, part.name,
                      {"first": read[0][0].name}) for part, *_ in read[1:]]
    if wrong:
        raise InputError(wrong)
    return _draft(case, *read[0], [p for p in problems if p.notice])


def _form(rows: list[Row], case: Case) -> Table | None:
    """The form of a table, told by its headings; ``None`` when it is none of them."""
    def has(table: Table) -> set[str]:
        head = find_head(table, rows)
        return {h.column.name for h in head.headings if h.column} if head else set()

    for who in ((_PAYEE, _NAME), (_BY_NAME,)):
        long, wide = _long(who), _wide(who, case)
        known = has(long)
        if "payee" in known and known & {"fund", "amount_yuan"}:
            return long
        if "payee" in (known := has(wide)) and known - {"payee", "name", "total_yuan"}:
            return wide
    if has(_PLACES):
        return _PLACES
    long = _long((_PAYEE, _NAME))
    return long if has(long) - {"name"} else None


def _long(who: tuple[Column, ...]) -> Table:
    columns = (*who, _FUND, _AMOUNT, _PAYER)
    return Table(name="draft", zh="草案", block="both", key=(), open=True, columns=columns)


def _wide(who: tuple[Column, ...], case: Case) -> Table:
    """One column a fund, headed by its code or name."""
    funds = tuple(
        Column(name=f"{f.fund}_yuan", zh=f.name or f.fund, kind="money", low=0, also=(f.fund,))
        for f in case.rows("funds"))
    return Table(name="draft_wide", zh="草案", block="both", key=(), open=True,
                 columns=(*who, *funds, _TOTAL))


def _draft(
    case: Case, part: Part, table: Table, head: Head, rows: list[Row], notices: list[Problem]
) -> Draft:
    sheet, problems = to_sheet(table, part.cell, rows)
    assert sheet is not None, "headings were found before"
    if "fund" in sheet.letters and "amount_yuan" not in sheet.letters:
        problems.append(Problem("missing_column", _at(part.cell, head.row),
                                values={"name": _AMOUNT.name, "zh": _AMOUNT.zh}))
    problems += [Problem("draft_column_unused", _at(
        part.cell, head.row, sheet.letters[own.name]), own.name, notice=True)
        for own in sheet.own]
    kind: Literal["money", "people"] = "people" if table is _PLACES else "money"
    if not (case.has_people if kind == "people" else case.has_money):
        problems.append(Problem("draft_no_half", part.cell, kind))
    reader = _Reader(case, sheet, problems)
    if kind == "people":
        reader.read_places()
    elif table.name == "draft_wide":
        reader.read_wide()
    else:
        reader.read_long()
    wrong = [p for p in problems if not p.notice]
    if wrong:
        order = sorted(wrong, key=lambda p: (p.cell.row, len(p.cell.column), p.cell.column))
        raise InputError(order)
    return Draft(part.cell.file, kind, reader.paid, tuple(sorted(reader.placed)), reader.places,
                 (*notices, *problems))


def _at(cell: Cell, row: int, letters: str = "") -> Cell:
    return Cell(cell.file, cell.sheet, row, letters)


class _Codes:
    """The codes and names of a table: what a user wrote, as a code of the case."""

    def __init__(self, case: Case, table: str, names: bool = True) -> None:
        self.table, self.personal = table, not names
        rows = case.rows(table)
        codes = [str(getattr(row, BY_NAME[table].key[0])) for row in rows]
        titles = [str(getattr(row, "name", None) or "") if names else "" for row in rows]
        self.words = [*codes, *filter(None, titles)]
        self.found: dict[str, tuple[str, ...]] = {}
        for code, title in zip(codes, titles, strict=True):
            if title:
                self.found[spelling(title)] = (*self.found.get(spelling(title), ()), code)
        self.found |= {spelling(code): (code,) for code in codes}  # a code goes before a name

    def of(self, said: str, cell: Cell, problems: list[Problem]) -> str | None:
        """The code; ``None`` when there is none or more than one, which is noted."""
        codes = self.found.get(spelling(said), ())
        if len(codes) == 1:
            return codes[0]
        if codes:
            problems.append(Problem("draft_ambiguous", cell, said, {"codes": codes}))
        else:
            near = nearest(unnamed(said) if self.personal else said, self.words)
            problems.append(Problem("unknown_code", cell, unnamed(said) if self.personal else said,
                                    {"table": named(self.table), "nearest": near}))
        return None


@dataclass
class _Reader:
    """Rows to codes and yuan; everything wrong is noted in ``problems``."""

    case: Case
    sheet: Sheet
    problems: list[Problem]
    paid: dict[Key, dict[str | None, int]] = field(default_factory=dict)
    placed: list[Key] = field(default_factory=list)
    places: dict[Key, Cell] = field(default_factory=dict)

    def column(self, name: str) -> Iterable[Any]:
        """The values of a column; ``None`` is blank."""
        if name not in self.sheet.letters:
            return [None] * len(self.sheet.frame)
        held = self.sheet.frame[name].astype(object)
        return list(held.where(held.notna(), None))

    def read_long(self) -> None:
        """One row a payee and fund, and payer when one is said."""
        funds, payers = _Codes(self.case, "funds"), _Codes(self.case, "payers")
        payees = self._payees()
        rows = zip(self.column("payee"), self.column("fund"), self.column("amount_yuan"),
                   self.column("payer"), strict=True)
        for i, (payee, what, yuan, payer) in enumerate(rows):
            fund = what and funds.of(what, self.sheet.cell(i, "fund"), self.problems)
            by = payer and payers.of(payer, self.sheet.cell(i, "payer"), self.problems)
            code = payee and fund and payees[self._table(fund)].of(
                payee, self.sheet.cell(i, "payee"), self.problems)
            if code and fund and (by or not payer):
                self._pay((code, fund), by or None, yuan, self.sheet.cell(i, "amount_yuan"))

    def read_wide(self) -> None:
        """One row a payee, one column a fund; a total beside them is checked."""
        payees = self._payees()
        totals = list(self.column("total_yuan"))
        amounts = {f.fund: list(self.column(f"{f.fund}_yuan")) for f in self.case.rows("funds")
                   if f"{f.fund}_yuan" in self.sheet.letters}
        for i, payee in enumerate(self.column("payee")):
            given = {fund: column[i] for fund, column in amounts.items() if column[i] is not None}
            known = self._known(payees, payee, given or amounts, i) if payee else {}
            for fund, code in known.items():
                if fund in given:
                    self._pay((code, fund), None, given[fund], self.sheet.cell(i, f"{fund}_yuan"))
            stated, total = totals[i], sum(given.values())
            if stated is not None and stated != total:
                self.problems.append(Problem(
                    "draft_total_differs", self.sheet.cell(i, "total_yuan"), str(stated),
                    {"total": total}, notice=True))

    def _known(
        self, payees: Mapping[str, _Codes], payee: str, funds: Iterable[str], i: int
    ) -> dict[str, str]:
        """The code of a payee by fund: a street of the funds of streets, else a community.

        An amount for a fund that is not for such payees is kept: the review tells it.
        """
        tables = list(dict.fromkeys(self._table(fund) for fund in funds))
        for table in tables:
            if len(payees[table].found.get(spelling(payee), ())) == 1:
                code = payees[table].found[spelling(payee)][0]
                return dict.fromkeys(funds, code)
        payees[tables[0]].of(payee, self.sheet.cell(i, "payee"), self.problems)
        return {}

    def read_places(self) -> None:
        """One row a candidate and post; a post without a candidate is a seat left empty."""
        who = _Codes(self.case, "candidates", names=False)
        what = _Codes(self.case, "posts")
        empty = 0
        rows = zip(self.column("candidate"), self.column("post"), strict=True)
        for i, (candidate, post) in enumerate(rows):
            place = self.sheet.cell(i, "candidate")
            code = post and what.of(post, self.sheet.cell(i, "post"), self.problems)
            person = candidate and who.of(candidate, place, self.problems)
            empty += candidate is None
            if code and person:
                if (person, code) in self.places:
                    self._twice((person, code), place)
                self.places[person, code] = place
                self.placed.append((person, code))
        if empty:
            self.problems.append(Problem("draft_seats_empty", self.sheet.place, str(empty),
                                         notice=True))

    def _payees(self) -> dict[str, _Codes]:
        return {table: _Codes(self.case, table) for table in ("communities", "streets")}

    def _table(self, fund: str) -> str:
        payee = next(f.payee for f in self.case.rows("funds") if f.fund == fund)
        return self.case.payee_table(payee)

    def _pay(self, key: Key, payer: str | None, yuan: int | None, cell: Cell) -> None:
        if yuan is None:
            return
        payers = self.paid.setdefault(key, {})
        if payer in payers:
            self._twice(key, cell)
        elif payers and (payer is None) != (None in payers):
            self.problems.append(Problem("draft_payer_partly", cell, " / ".join(key)))
        payers[payer] = yuan
        self.places.setdefault(key, cell)

    def _twice(self, key: Key, cell: Cell) -> None:
        first = self.places[key]
        self.problems.append(Problem("duplicate_key", cell, " / ".join(key),
                                     {"first": first.row}))
