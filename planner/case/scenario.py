"""Cases and scenarios by path: read the base once, apply the changes, check the whole again.

``load`` is the one door: whatever is wrong in any of the scenarios asked for is raised at once,
so that nothing is solved from input that is partly wrong.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from planner.case.case import Case, Mode, Only, make_case
from planner.case.changes import Applied, Change
from planner.case.read import read_tables
from planner.case.recipe import Order, Recipe, Said, nearest, read_sheet, read_yaml
from planner.case.sheet import Sheet
from planner.case.whatif import in_mode
from planner.errors import Cell, InputError, Problem

__all__ = ["Change", "Order", "Scenario", "load", "read_case"]

_YAML = (".yaml", ".yml")
_BOOKS = (".xlsx", ".xls", ".et")
_BASE = "base"

At = tuple[Path, str]  # a case or a file, and the scenario of its sheet


@dataclass(frozen=True)
class Scenario:
    """A case after its changes, checked. ``changes`` are all those since the base, in order."""

    name: str
    title: str
    why: str
    basis: str
    case: Case
    changes: tuple[Change, ...]
    base: Case
    #: Everything ordered since ``base``, in order: ``with_orders`` makes ``case`` of it again.
    orders: tuple[Order, ...] = ()


def load(
    path: str | Path, only: Only | None = None, mode: Mode | None = None
) -> list[Scenario]:
    """The scenarios at ``path``, the base first.

    A YAML file is one scenario. A case (folder or workbook) is its base and those of its sheet
    ``scenarios``; a folder holding the case ``base`` and YAML files is that and then each file
    by name. ``mode`` overrides that of the settings. Raises ``InputError`` with every problem of
    every scenario.
    """
    path, loader = Path(path), _Loader(only, mode)
    found: list[Scenario | None] = []
    if _is_yaml(path):
        found.append(loader.file(path))
    else:
        inner = path / _BASE
        folder = path if inner.is_dir() else None
        case = inner if folder else path
        base = loader.case(case)
        if base is None:
            raise InputError(loader.problems)
        found += [base, *loader.of_sheet(case)]
        if folder:
            files = (f for f in sorted(folder.iterdir()) if _is_yaml(f))
            found += [loader.file(f) for f in files if not f.name.startswith((".", "~"))]
    if loader.problems:
        raise InputError(loader.problems)
    return [scenario for scenario in found if scenario is not None]


def read_case(
    path: str | Path, only: Only | None = None, mode: Mode | None = None
) -> Case:
    """The checked case of a folder, a workbook or a YAML file; raises ``InputError``."""
    path, loader = Path(path), _Loader(only, mode)
    found = (loader.file if _is_yaml(path) else loader.case)(path)
    if found is None or loader.problems:
        raise InputError(loader.problems)
    return found.case


@dataclass
class _Loader:
    """What one call has read; ``None`` stands for what is wrong and has been noted."""

    only: Only | None
    mode: Mode | None = None
    problems: list[Problem] = field(default_factory=list)
    made: dict[At, Scenario | None] = field(default_factory=dict)
    notices: list[Problem] = field(default_factory=list)  # of reading, not of checks
    sheet: dict[Path, Sheet] = field(default_factory=dict)  # the sheet ``scenarios``
    open: list[At] = field(default_factory=list)

    def case(self, path: Path) -> Scenario | None:
        """The base: a case as it was given."""
        at = (path.resolve(), "")
        if at not in self.made:
            self.made[at] = None
            reading = read_tables(path, self.only)
            wrong = [p for p in reading.problems if not p.notice]
            self.notices += [p for p in reading.problems if p.notice]
            sheets = dict(reading.sheets)
            if "scenarios" in sheets:
                self.sheet[at[0]] = sheets.pop("scenarios")
            if sheets:
                name = path.stem if path.is_file() else at[0].name
                self.made[at] = self._base(name, sheets, reading.problems)
            else:
                self.problems += wrong
        return self.made[at]

    def _base(
        self, name: str, sheets: dict[str, Sheet], notices: tuple[Problem, ...]
    ) -> Scenario | None:
        try:
            case = make_case(name, in_mode(sheets, self.mode).values(), notices, self.only)
        except InputError as error:
            self.problems += error.problems
            return None
        return Scenario(name, case.settings.title or name, "", "", case, (), case)

    def file(self, path: Path) -> Scenario | None:
        """The scenario of a YAML file."""
        at = (path.resolve(), "")
        if at not in self.made:
            self.made[at] = None
            if path.is_file():
                recipe, problems = read_yaml(path)
            else:
                recipe, problems = None, [Problem("no_such_path", Cell(path.name), str(path))]
            self.problems += problems
            if recipe is not None:
                self.made[at] = self._of_file(path, at, recipe)
        return self.made[at]

    def _of_file(self, path: Path, at: At, recipe: Recipe) -> Scenario | None:
        said = recipe.baseline or Said(_BASE, Cell(path.name))
        found = _beside(path, said.text)
        if found is None:
            beside = path.parent.iterdir()
            names = [f.stem if f.suffix in _YAML else f.name for f in beside
                     if f.suffix in (*_YAML, *_BOOKS) or f.is_dir()]  # fmt: skip
            return self._unknown_baseline(said, names)
        read = self.file if _is_yaml(found) else self.case
        return self._stacked(recipe, at, (found.resolve(), ""), said, lambda: read(found))

    def _stacked(
        self, recipe: Recipe, at: At, below: At, said: Said, read: Callable[[], Scenario | None]
    ) -> Scenario | None:
        """The recipe on the scenario ``below``, unless that leads back to one being made."""
        way = [*self.open, at, below]
        if below in way[:-1]:
            names = [name or path.stem for path, name in way[way.index(below) :]]
            self.problems.append(Problem("scenario_circle", said.cell, " → ".join(names)))
            return None
        self.open.append(at)
        baseline = read()
        self.open.pop()
        return self._apply(recipe, baseline)

    def of_sheet(self, path: Path) -> list[Scenario | None]:
        """The scenarios of the sheet in a case."""
        home = path.resolve()
        if home not in self.sheet or self.made[home, ""] is None:
            return []
        recipes, problems = read_sheet(self.sheet[home])
        self.problems += problems
        if problems:
            return []
        known = {recipe.name: recipe for recipe in recipes}
        return [self._of_row(home, recipe, known) for recipe in recipes]

    def _of_row(self, home: Path, recipe: Recipe, known: dict[str, Recipe]) -> Scenario | None:
        at, base, said = (home, recipe.name), self.made[home, ""], recipe.baseline
        if at in self.made:
            return self.made[at]
        if said is None or (said.text not in known and base and said.text in (_BASE, base.name)):
            self.made[at] = self._apply(recipe, base)
        elif said.text not in known:
            self.made[at] = self._unknown_baseline(said, [_BASE, *known])
        else:
            below = known[said.text]
            self.made[at] = self._stacked(recipe, at, (home, said.text), said,
                                          lambda: self._of_row(home, below, known))  # fmt: skip
        return self.made[at]

    def _unknown_baseline(self, said: Said, names: list[str]) -> Scenario | None:
        values = {"nearest": nearest(said.text, sorted(names))}
        self.problems.append(Problem("scenario_unknown_baseline", said.cell, said.text, values))
        return None

    def _apply(self, recipe: Recipe, baseline: Scenario | None) -> Scenario | None:
        """The baseline with the changes of the recipe, checked as a whole."""
        if baseline is None:
            return None
        before = baseline.case
        applied = Applied(dict(before.sheets), self.only)
        for order in recipe.orders:
            applied.apply(order)
        if applied.problems:
            self.problems += applied.problems
            return None
        blame = _Blame(before, applied)
        notices = [p for p in before.notices if p in self.notices]
        try:
            sheets = in_mode(applied.sheets, self.mode)
            case = make_case(recipe.name, sheets.values(), notices, self.only)
        except InputError as error:
            self.problems += blame.all(error.problems)
            return None
        case = Case(case.name, case.sheets, case.settings, blame.all(case.notices))
        changes = (*baseline.changes, *applied.changes)
        return Scenario(recipe.name, recipe.title, recipe.why, recipe.basis, case, changes,
                        baseline.base, (*baseline.orders, *recipe.orders))


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in _YAML and not path.is_dir()


def _beside(file: Path, text: str) -> Path | None:
    """The case or scenario that ``baseline: text`` means in ``file``."""
    tries = (file.parent / f"{text}{suffix}" for suffix in ("", *_YAML, *_BOOKS))
    return next((p for p in tries if os.path.exists(p)), None)


class _Blame:
    """Which named change caused a problem: the last one to touch the table it stands in."""

    def __init__(self, before: Case, applied: Applied) -> None:
        self.known = before.notices
        self.last = {c.table: c.name for c in applied.changes if c.rows}
        self.latest = applied.changes[-1].name
        self.homes: dict[tuple[str, str], str] = {}  # table by file and sheet
        self.added: dict[Cell, str] = {}  # table by the place of an added row
        for table in self.last:
            old = before.sheet(table)
            homes = {(p.file, p.sheet) for p in (*old.places, old.place)} | {(table, "")}
            self.homes |= dict.fromkeys(homes, table)
            new = set(applied.sheets[table].places)
            self.added |= dict.fromkeys((p for p in new if (p.file, p.sheet) not in homes), table)

    def all(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Those that the baseline did not have, each with the name of its change."""
        return tuple(p if p in self.known else self._one(p) for p in problems)

    def _one(self, problem: Problem) -> Problem:
        place = replace(problem.cell, column="")
        if place in self.added:  # a line of the scenario has no column letters
            problem = replace(problem, cell=place)
        table = self.added.get(place) or self.homes.get((place.file, place.sheet))
        table = table or str(problem.values.get("table", ""))
        return problem.caused_by(self.last.get(table, self.latest))
