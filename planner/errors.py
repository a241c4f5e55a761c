"""Every error the program raises on purpose.

::

    PlannerError                 exit code
    ├── InputError               3   the tables or a scenario are wrong: all problems at once
    ├── UsageError               2   the command line is wrong
    └── Fault                    1   a fault of the program or of the solver
        ├── SolverError              the solver refused the model or gave no usable answer
        └── RecountError             a plan did not pass its own recount

An infeasible case is not an error: it is an answer, and travels in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from planner.words import default_language, known, say


@dataclass(frozen=True, order=True)
class Cell:
    """Where a value stands: file, sheet, spreadsheet row (from 1) and column letters.

    ``row`` 0 means the whole sheet, ``column`` "" the whole row.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        place = f"{self.column}{self.row}" if self.column else (f"#{self.row}" if self.row else "")
        return " ".join(part for part in (self.file, self.sheet, place) if part)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what was given, and what to do about it.

    ``code`` names the sentences ``problem.CODE`` and ``remedy.CODE`` of the catalogues, ``values``
    fill them. ``notice`` problems are reported and do not stop the work. ``change`` is the named
    change of a scenario that caused it. A person's own values are never put in ``value``.
    """

    code: str
    cell: Cell
    value: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    notice: bool = False
    change: str = ""

    def message(self, lang: str) -> str:
        """What is wrong, without the place."""
        return say(f"problem.{self.code}", lang, value=self.value, **self.values)

    def remedy(self, lang: str) -> str:
        """What to do; empty when the message says it all."""
        key = f"remedy.{self.code}"
        return say(key, lang, value=self.value, **self.values) if known(key) else ""

    def text(self, lang: str) -> str:
        """Place, what is wrong, what to do: one line."""
        change = say("problem_change", lang, change=self.change).strip() if self.change else ""
        parts = [self.message(lang), change, self.remedy(lang)]
        stop, space = ("。", "") if lang == "zh" else (".", " ")
        ended = [p if p[-1] in ".。!！?？；)）" else p + stop for p in parts if p]
        return f"{self.cell}: {space.join(ended)}"

    def caused_by(self, change: str) -> Problem:
        """The same problem, blamed on a named change of a scenario."""
        return replace(self, change=change)


class PlannerError(Exception):
    """The root of the tree. ``exit_code`` is what the command line returns."""

    exit_code = 1


class InputError(PlannerError):
    """What was given cannot be used. ``problems`` holds every problem found, in reading order."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lang = default_language()
        return "\n".join(p.text(lang) for p in self.problems)


class UsageError(PlannerError):
    """The command was called wrongly. ``code`` names the sentence ``usage.CODE``."""

    exit_code = 2

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(code)

    def text(self, lang: str) -> str:
        """The sentence in ``lang``."""
        return say(f"usage.{self.code}", lang, **self.values)

    def __str__(self) -> str:
        return self.text(default_language())


class Fault(PlannerError):  # noqa: N818 - a family, as PlannerError is
    """A fault of the program, never of the user."""


class SolverError(Fault):
    """The solver refused the model, or answered with nothing that can be used."""


class RecountError(Fault):
    """A plan broke a rule when counted again. ``breaches`` names them; the plan is not shown."""

    def __init__(self, breaches: Iterable[str]) -> None:
        self.breaches = tuple(breaches)
        super().__init__("; ".join(self.breaches))
