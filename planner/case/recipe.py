"""What a scenario says, before it is applied: from a YAML file or from the sheet ``scenarios``.

Both give the same :class:`Recipe`. Every text keeps the place it stands in, and every scalar of a
YAML file stays text, so that ``007``, ``1988.10`` and ``20万`` go through the parser of a cell.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from planner.case.files import Refused, _bytes, _decode
from planner.case.sheet import Sheet
from planner.case.values import key
from planner.errors import Cell, Problem

Op = Literal["set", "times", "plus", "add", "remove"]
OPS: tuple[Op, ...] = get_args(Op)

_TOP = {"title": "标题", "baseline": "基准", "why": "理由", "basis": "依据", "changes": "调整"}
_CHANGE = {
    "name": "名称", "table": "表", "where": "条件", "set": "设为", "times": "乘以", "plus": "增加",
    "add": "新增", "remove": "删除", "basis": "依据",
}  # fmt: skip
_YES = ("true", "yes", "是", "1")


@dataclass(frozen=True)
class Said:
    """A text and the place it stands in."""

    text: str
    cell: Cell


Row = tuple[tuple[Said, Said], ...]  # column and value


@dataclass(frozen=True)
class Order:
    """One change as it was written. Only ``add`` has several rows, and ``remove`` has none."""

    name: str
    table: Said
    op: Op
    rows: tuple[Row, ...]
    where: Said | None
    basis: str
    cell: Cell


@dataclass(frozen=True)
class Recipe:
    """One scenario as it was written. ``baseline`` None is the usual one."""

    name: str
    title: str
    why: str
    basis: str
    baseline: Said | None
    orders: tuple[Order, ...]


def nearest(word: str, names: Mapping[str, str] | list[str]) -> str:
    """The name most like ``word`` in its language, for "did you mean"; "—" when none is near."""
    known = [*names, *names.values()] if isinstance(names, Mapping) else names
    return next(iter(difflib.get_close_matches(word, known, 1, 0.4)), "—")


# YAML ---------------------------------------------------------------------------------------------


@dataclass
class _Yaml:
    """The nodes of one file, turned to texts; what is wrong is noted on the way."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def cell(self, node: Any) -> Cell:
        return Cell(self.file, row=node.start_mark.line + 1)

    def report(self, code: str, node: Any, value: str = "", **values: object) -> None:
        column = node.start_mark.column + 1
        self.problems.append(Problem(code, self.cell(node), value, {"column": column, **values}))

    def text(self, node: Any) -> Said | None:
        """A scalar as it is written; ``null`` and nothing are blank."""
        if node.id != "scalar":
            self.report("scenario_not_text", node)
            return None
        blank = node.tag == "tag:yaml.org,2002:null"
        return Said("" if blank else node.value.strip(), self.cell(node))

    def pairs(self, node: Any) -> Iterator[tuple[Said, Any]]:
        """Keys and values of a mapping; a key that comes twice is reported."""
        if node.id != "mapping":
            self.report("scenario_not_mapping", node)
            return
        seen: set[str] = set()
        for key_node, value in node.value:
            name = self.text(key_node)
            if name is None:
                continue
            if key(name.text) in seen:
                self.report("scenario_duplicate_key", key_node, name.text)
                continue
            seen.add(key(name.text))
            yield name, value

    def known(self, node: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """The values of a mapping by English key; other keys are reported."""
        english = {key(s): name for name, zh in names.items() for s in (name, zh)}
        found: dict[str, Any] = {}
        for name, value in self.pairs(node):
            known = english.get(key(name.text))
            if known is None:
                near = nearest(name.text, names)
                problem = Problem("scenario_unknown_key", name.cell, name.text, {"nearest": near})
                self.problems.append(problem)
            elif known in found:
                self.report("scenario_duplicate_key", value, name.text)
            else:
                found[known] = value
        return found

    def row(self, node: Any) -> Row:
        """``{column: value}``."""
        pairs = [(name, self.text(value)) for name, value in self.pairs(node)]
        if not pairs and node.id == "mapping":
            self.report("scenario_empty", node)
        return tuple((name, value) for name, value in pairs if value is not None)

    def order(self, node: Any, basis: str) -> Order | None:
        """One of ``changes``."""
        before = len(self.problems)
        found = self.known(node, _CHANGE)
        said = {k: self.text(v) for k, v in found.items() if k not in OPS}
        name, table = said.get("name"), said.get("table")
        if node.id == "mapping":
            for wanted in ("name", "table"):
                if wanted not in found or said[wanted] == Said("", self.cell(found[wanted])):
                    self.report("scenario_missing_key", node, wanted, zh=_CHANGE[wanted])
            if sum(op in found for op in OPS) != 1:
                self.report("change_one_operation", node, name.text if name else "")
        if len(self.problems) > before or name is None or table is None:
            return None
        op = next(op for op in OPS if op in found)
        rows = self.rows(op, found[op])
        own, where = said.get("basis"), said.get("where")
        if op == "add" and where:
            self.report("change_add_where", found["where"], where.text)
        if where and not where.text:
            where = None
        if len(self.problems) > before:
            return None
        return Order(name.text, table, op, rows, where, own.text if own else basis, self.cell(node))

    def rows(self, op: Op, node: Any) -> tuple[Row, ...]:
        """What an operation is given."""
        if op == "remove":
            said = self.text(node)
            if said and key(said.text) not in _YES:
                self.report("change_remove_true", node, said.text)
            return ()
        if op != "add" or node.id != "sequence":
            return (self.row(node),)
        if not node.value:
            self.report("scenario_empty", node)
        return tuple(self.row(item) for item in node.value)

    def recipe(self, node: Any, name: str) -> Recipe:
        """The whole file."""
        found = self.known(node, _TOP)
        said = {k: self.text(v) for k, v in found.items() if k != "changes"}
        text = {k: v.text for k, v in said.items() if v}
        basis, baseline = text.get("basis", ""), said.get("baseline")
        changes = found.get("changes")
        orders: list[Order | None] = []
        if changes is not None and changes.id == "sequence" and changes.value:
            orders = [self.order(item, basis) for item in changes.value]
        elif node.id == "mapping":
            self.report("scenario_no_changes", changes or node)
        return Recipe(name, text.get("title") or name, text.get("why", ""), basis,
                      baseline if baseline and baseline.text else None,
                      tuple(o for o in orders if o is not None))  # fmt: skip


def read_yaml(path: Path) -> tuple[Recipe | None, list[Problem]]:
    """The scenario in a YAML file, and what is wrong with it."""
    cell = Cell(path.name)
    try:
        node = YAML(typ="safe", pure=True).compose(_decode(_bytes(path), cell))
    except Refused as refused:
        return None, [refused.problem]
    except OSError as error:
        return None, [Problem("cannot_open", cell, path.name, {"why": error.strerror})]
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = Cell(path.name, row=mark.line + 1) if mark else cell
        values = {"column": mark.column + 1 if mark else "—"}
        return None, [Problem("scenario_syntax", where, path.name, values)]
    if node is None:
        return None, [Problem("scenario_no_changes", cell, path.name, {"column": 1})]
    reader = _Yaml(path.name)
    recipe = reader.recipe(node, path.stem)
    return (None if reader.problems else recipe), reader.problems


# The sheet ----------------------------------------------------------------------------------------


@dataclass
class _Draft:
    """One scenario of the sheet while its rows are read."""

    name: str
    said: dict[str, Said] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)


def _follows(last: Order | None, new: Order) -> bool:
    """Whether ``new`` goes on with the change ``last``, with its next column."""
    if last is None or new.op == "remove":
        return False
    marks = [(o.name, key(o.table.text), o.op, o.where and o.where.text) for o in (last, new)]
    return marks[0] == marks[1]


def _joined(last: Order, new: Order) -> Order | None:
    """``last`` with the column of ``new``: one more of its row, or the first of its next row."""
    *done, row = last.rows
    if key(new.rows[0][0][0].text) not in {key(column.text) for column, _ in row}:
        return replace(last, rows=(*done, (*row, *new.rows[0])))
    return replace(last, rows=(*last.rows, *new.rows)) if last.op == "add" else None


def _order(sheet: Sheet, i: int, row: Any) -> tuple[Order, list[Problem]]:
    """One row of the sheet as a change."""
    said = {c: Said(getattr(row, c) or "", sheet.cell(i, c))
            for c in ("table", "where", "column", "value")}  # fmt: skip
    where = said["where"] if said["where"].text else None
    problems = []
    rows: tuple[Row, ...] = (((said["column"], said["value"]),),)
    if row.op == "remove":
        rows = ()
        if said["column"].text:
            problems.append(Problem("change_remove_column", said["column"].cell,
                                    said["column"].text))  # fmt: skip
        if said["value"].text and key(said["value"].text) not in _YES:
            problems.append(Problem("change_remove_true", said["value"].cell, said["value"].text))
    elif not said["column"].text:
        problems.append(Problem("change_no_column", said["column"].cell))
    if row.op == "add" and where:
        problems.append(Problem("change_add_where", where.cell, where.text))
    order = Order(row.name, said["table"], row.op, rows, where, row.basis or "", sheet.cell(i))
    return order, problems


def read_sheet(sheet: Sheet) -> tuple[list[Recipe], list[Problem]]:
    """The scenarios of the sheet ``scenarios`` in the order they first come."""
    drafts: dict[str, _Draft] = {}
    problems: list[Problem] = []
    frame = sheet.frame.astype(object)
    plain = frame.where(frame.notna(), None)
    last: tuple[str, Order] | None = None
    rows: Iterator[Any] = iter(plain.itertuples(index=False))
    for i, row in enumerate(rows):
        draft = drafts.setdefault(row.scenario, _Draft(row.scenario))
        for column in ("title", "baseline"):
            text, cell = getattr(row, column) or "", sheet.cell(i, column)
            first = draft.said.setdefault(column, Said(text, cell)) if text else None
            if first and first.text != text:
                problems.append(Problem("scenario_says_two", cell, text, {"first": first.text}))
        order, more = _order(sheet, i, row)
        problems += more
        joined = None
        if last and last[0] == row.scenario and not more and _follows(last[1], order):
            joined = _joined(last[1], order)
        if joined:
            draft.orders[-1] = joined
        else:
            draft.orders.append(order)
        last = None if more else (row.scenario, joined or order)
    return [_recipe(draft) for draft in drafts.values()], problems


def _recipe(draft: _Draft) -> Recipe:
    bases = dict.fromkeys(o.basis for o in draft.orders if o.basis)
    title = draft.said["title"].text if "title" in draft.said else draft.name
    baseline = draft.said.get("baseline")
    return Recipe(draft.name, title, "", "; ".join(bases), baseline, tuple(draft.orders))
