"""What every command shares: the options of a call, reading, solving, answering."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from planner.errors import Problem, UsageError
from planner.words import LANGUAGES, say

if TYPE_CHECKING:
    from rich.console import Console

    from planner.case.scenario import Scenario
    from planner.plan.compare import Comparison
    from planner.show.answer import Answer
    from planner.show.progress import Progress

Wrap = Callable[[Callable[..., int]], Callable[..., int]]

#: Exit codes of an answer, worst first.
STATUS_CODES = {"failed": 1, "infeasible": 4, "stopped": 5}


class Run:
    """What the options of one call say."""

    def __init__(
        self, lang: str, json: bool = False, csv: Path | None = None,
        only: Literal["money", "people"] | None = None,
        mode: Literal["ceiling", "ask"] | None = None,
        reveal: bool = False, no_color: bool = False, width: int | None = None,
        time_limit: float | None = None, workers: int = 1, cluster: str | None = None,
        quiet: bool = False, verbose: bool = False,
    ) -> None:
        self.lang, self.json, self.csv, self.only, self.reveal = lang, json, csv, only, reveal
        self.mode = mode
        self.no_color, self.width, self.time_limit = no_color, width, time_limit
        self.workers, self.cluster = workers, cluster
        self.quiet, self.verbose = quiet, verbose

    def console(self) -> Console:
        """Standard output, as a console."""
        from planner.show.screen import make_console

        return make_console(self.width, self.no_color, sys.stdout)

    def load(self, paths: Sequence[Path]) -> list[Scenario]:
        """Every scenario named, each once, with the problems of all of them in one error."""
        from planner.plan.compare import load_all

        with self.doing("reading"):
            found = load_all(paths, self.only, self.mode)
        self.notices(p for s in found for p in s.case.notices)
        return found

    def beside(self, scenarios: list[Scenario], keep: Path | None) -> list[Scenario]:
        """The scenarios beside the earlier plan in a file, when one is given."""
        if keep is None:
            return scenarios
        from planner.plan.earlier import keep as keeping

        return keeping(scenarios, keep)

    def load_one(self, path: Path) -> Scenario:
        """The one scenario at a path; a folder of several is refused."""
        scenarios = self.load([path])
        if len(scenarios) != 1:
            raise UsageError("one_scenario", count=len(scenarios))
        return scenarios[0]

    def notices(self, problems: Iterator[Problem]) -> None:
        """Notices go to standard error, each once."""
        if not self.quiet:
            for text in dict.fromkeys(p.text(self.lang) for p in problems):
                click.echo(say("screen.notice", self.lang, text=text), err=True)

    def solve(self, scenarios: Sequence[Scenario]) -> Comparison:
        """Solve them, saying on a terminal how far it is."""
        from planner.plan.compare import compare

        start = time.monotonic()

        def progress(n: int, scenario: Scenario) -> None:
            line.scenario(n, scenario.name)
            if self.verbose:
                click.echo(say("screen.progress", self.lang, n=n, count=len(scenarios),
                               name=scenario.name), err=True)

        with self.progress(len(scenarios)) as line:
            comparison = compare(scenarios, self.time_limit, progress, self.workers, self.cluster,
                                 line.goal, line.counted)
            line.stage("repairs")
            for entry in comparison.entries:
                _ = entry.nearest  # what the answer will ask for, while there is a line to say so
        if self.verbose:
            seconds = f"{time.monotonic() - start:.2f}"
            click.echo(say("screen.solved_in", self.lang, n=len(scenarios), seconds=seconds),
                       err=True)
        return comparison

    def progress(self, count: int) -> Progress:
        """The line that says how far ``count`` scenarios are; silent where nobody reads it."""
        from planner.show.progress import Progress

        loud = sys.stderr.isatty() and not self.quiet and not self.verbose
        return Progress(self.lang, sys.stderr if loud else None, count)

    @contextmanager
    def doing(self, stage: str) -> Iterator[Progress]:
        """The line while something else than scenarios is solved; see ``stage`` in the words."""
        with self.progress(1) as line:
            line.stage(stage)
            yield line

    def answer(self, comparison: Comparison, show: Callable[[Console], None]) -> int:
        """Write the files asked for, print the answer; returns the exit code."""
        from planner.show.export import as_json, write_csv

        if self.csv is not None:
            try:
                write_csv(comparison, self.csv)
            except OSError as error:
                raise UsageError("cannot_write", path=self.csv, why=error.strerror) from error
        if self.json:
            print_json(as_json(comparison))
        else:
            show(self.console())
        return exit_code(comparison)

    def tell(self, answer: Answer) -> int:
        """Give an answer in the forms asked for; returns the exit code."""
        from planner.show.export import write_tables

        if self.csv is not None:
            try:
                write_tables(answer.tables, self.csv)
            except OSError as error:
                raise UsageError("cannot_write", path=self.csv, why=error.strerror) from error
        if self.json:
            print_json(answer.json)
        else:
            answer.show(self.console())
        return answer.code


def exit_code(comparison: Comparison) -> int:
    """That of the worst status in a comparison."""
    statuses = {e.status for e in comparison.entries}
    return next((code for s, code in STATUS_CODES.items() if s in statuses), 0)


def print_json(document: object) -> None:
    """Print JSON, with escapes where the stream cannot take Chinese."""
    ascii_only = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(document, ensure_ascii=ascii_only, indent=1, allow_nan=False))


def common_options(lang: str) -> Wrap:
    """The options every command that reads a case has, in the order of its help."""
    def text(key: str) -> str:
        return say(f"help.{key}", lang)

    options = [
        click.option("--json", is_flag=True, help=text("json")),
        click.option("--csv", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                     help=text("csv")),
        click.option("--lang", "_lang", type=click.Choice(LANGUAGES), help=text("lang")),
        click.option("--only", type=click.Choice(["money", "people"]), help=text("only")),
        click.option("--mode", type=click.Choice(["ceiling", "ask"]), help=text("mode")),
        click.option("--reveal", is_flag=True, help=text("reveal")),
        click.option("--no-color", is_flag=True, help=text("no_color")),
        click.option("--width", type=click.IntRange(40, 1000), help=text("width")),
        click.option("--time-limit", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
                     help=text("time_limit")),
        click.option("--workers", type=click.IntRange(1, 256), default=1, metavar="N",
                     help=text("workers")),
        click.option("--cluster", metavar="ADDRESS", help=text("cluster")),
        click.option("-q", "--quiet", is_flag=True, help=text("quiet")),
        click.option("-v", "--verbose", is_flag=True, help=text("verbose")),
    ]

    def wrap(command: Callable[..., int]) -> Callable[..., int]:
        for option in reversed(options):
            command = option(command)
        return command

    return wrap


def keep_option(lang: str) -> Wrap:
    """``--keep``: an earlier plan."""
    return click.option("--keep", type=click.Path(dir_okay=False, path_type=Path),
                        metavar="PLAN.json", help=say("help.keep", lang))


def scenario_command(
    name: str, lang: str, act: Callable[..., int], *more: Wrap, metavar: str = "SCENARIO",
    count: int = 1,
) -> click.Command:
    """A command on scenarios: ``act(run, paths, **its own options)`` gives the exit code.

    ``more`` are ``click.option`` (or argument) decorators of its own; ``count`` -1 takes several.
    """
    shared = {"json", "csv", "only", "mode", "reveal", "no_color", "width", "time_limit",
              "workers", "cluster", "quiet", "verbose"}

    def command(paths: tuple[Path, ...] | Path, _lang: str | None, **options: Any) -> int:
        given = (paths,) if isinstance(paths, Path) else paths
        run = Run(lang, **{k: v for k, v in options.items() if k in shared})
        return act(run, given, **{k: v for k, v in options.items() if k not in shared})

    wrapped: Callable[..., int] = common_options(lang)(command)
    for option in reversed(more):
        wrapped = option(wrapped)
    argument = click.argument("paths", nargs=count, required=True, metavar=metavar,
                              type=click.Path(path_type=Path))
    return click.command(name, help=say(f"help.{name}", lang))(argument(wrapped))
