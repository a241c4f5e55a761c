"""The commands. Nothing heavy is imported until a command runs, so ``--help`` is quick."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from planner.errors import Fault, InputError, Problem, UsageError
from planner.words import LANGUAGES, default_language, say

if TYPE_CHECKING:
    from rich.console import Console

    from planner.case.scenario import Scenario
    from planner.plan.compare import Comparison

#: Exit codes of an answer, worst first.
STATUS_CODES = {"failed": 1, "infeasible": 4, "stopped": 5}
INTERRUPTED = 130


class Run:
    """What the options of one call say."""

    def __init__(
        self, lang: str, json: bool = False, csv: Path | None = None,
        only: Literal["money", "people"] | None = None, reveal: bool = False,
        no_color: bool = False, width: int | None = None, time_limit: float | None = None,
        quiet: bool = False, verbose: bool = False,
    ) -> None:
        self.lang, self.json, self.csv, self.only, self.reveal = lang, json, csv, only, reveal
        self.no_color, self.width, self.time_limit = no_color, width, time_limit
        self.quiet, self.verbose = quiet, verbose

    def console(self) -> Console:
        """Standard output, as a console."""
        from planner.show.screen import make_console

        return make_console(self.width, self.no_color, sys.stdout)

    def load(self, paths: Sequence[Path]) -> list[Scenario]:
        """Every scenario named, each once, with the problems of all of them in one error."""
        from planner.plan.compare import load_all

        found = load_all(paths, self.only)
        self.notices(p for s in found for p in s.case.notices)
        return found

    def notices(self, problems: Iterator[Problem]) -> None:
        """Notices go to standard error, each once."""
        if not self.quiet:
            for text in dict.fromkeys(p.text(self.lang) for p in problems):
                click.echo(say("screen.notice", self.lang, text=text), err=True)

    def solve(self, scenarios: Sequence[Scenario]) -> Comparison:
        """Solve them one after another, saying so on a terminal."""
        from planner.plan.compare import compare

        start = time.monotonic()

        def progress(n: int, scenario: Scenario) -> None:
            if self.verbose or (sys.stderr.isatty() and not self.quiet):
                click.echo(say("screen.progress", self.lang, n=n, count=len(scenarios),
                               name=scenario.name), err=True)

        comparison = compare(scenarios, self.time_limit, progress)
        if self.verbose:
            seconds = f"{time.monotonic() - start:.2f}"
            click.echo(say("screen.solved_in", self.lang, n=len(scenarios), seconds=seconds),
                       err=True)
        return comparison

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
        statuses = {e.status for e in comparison.entries}
        return next((code for s, code in STATUS_CODES.items() if s in statuses), 0)


def print_json(document: object) -> None:
    """Print JSON, with escapes where the stream cannot take Chinese."""
    ascii_only = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(document, ensure_ascii=ascii_only, indent=1, allow_nan=False))


def _options(lang: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    def text(key: str) -> str:
        return say(f"help.{key}", lang)

    options = [
        click.option("--json", is_flag=True, help=text("json")),
        click.option("--csv", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                     help=text("csv")),
        click.option("--lang", "_lang", type=click.Choice(LANGUAGES), help=text("lang")),
        click.option("--only", type=click.Choice(["money", "people"]), help=text("only")),
        click.option("--reveal", is_flag=True, help=text("reveal")),
        click.option("--no-color", is_flag=True, help=text("no_color")),
        click.option("--width", type=click.IntRange(40, 1000), help=text("width")),
        click.option("--time-limit", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
                     help=text("time_limit")),
        click.option("-q", "--quiet", is_flag=True, help=text("quiet")),
        click.option("-v", "--verbose", is_flag=True, help=text("verbose")),
    ]

    def wrap(command: Callable[..., int]) -> Callable[..., int]:
        for option in reversed(options):
            command = option(command)
        return command

    return wrap


def compare_command(run: Run, paths: tuple[Path, ...]) -> int:
    """Scenarios side by side."""
    comparison = run.solve(run.load(paths))
    from planner.show.screen import show_comparison

    return run.answer(comparison, lambda c: show_comparison(comparison, run.lang, c, run.reveal))


def plan_command(run: Run, paths: tuple[Path, ...]) -> int:
    """One plan in full."""
    scenarios = run.load(paths)
    if len(scenarios) != 1:
        raise UsageError("one_scenario", count=len(scenarios))
    comparison = run.solve(scenarios)
    from planner.show.screen import show_plan

    return run.answer(
        comparison, lambda c: show_plan(comparison.entries[0], run.lang, c, run.reveal))


def check_command(run: Run, paths: tuple[Path, ...]) -> int:
    """Read and check everything, solve nothing."""
    from planner.show.checked import check, print_checked
    from planner.show.export import problems_json

    scenarios, problems = check(paths, run.only)
    bad = [p for p in problems if not p.notice]
    if run.json:
        print_json({"problems": problems_json(problems, run.lang)})
    elif bad:
        raise InputError(bad)
    else:
        run.notices(iter(problems))
        print_checked(scenarios, run.lang, run.console())
    return InputError.exit_code if bad else 0


def profile_command(run: Run, paths: tuple[Path, ...]) -> int:
    """The district in figures."""
    from planner.case.profile import profile
    from planner.case.scenario import read_case
    from planner.show.profile import print_profile

    case = read_case(paths[0], run.only)
    run.notices(iter(case.notices))
    if run.json:
        print_json(profile(case).as_json())
    else:
        print_profile(case, run.lang, run.console())
    return 0


def build(lang: str) -> click.Group:
    """The command line, its help in ``lang``."""
    group = click.Group("planner", help=say("help.planner", lang), params=[click.Option(
        ["--lang"], type=click.Choice(LANGUAGES), help=say("help.lang", lang), expose_value=False)])
    commands: list[tuple[str, Callable[[Run, tuple[Path, ...]], int], int]] = [
        ("compare", compare_command, -1), ("plan", plan_command, 1),
        ("check", check_command, -1), ("profile", profile_command, 1)]
    for name, act, count in commands:
        group.add_command(_command(name, act, count, lang))

    @group.command(help=say("help.schema", lang))
    @click.argument("what", type=click.Choice(["result", "case"]), default="result")
    @click.option("--lang", type=click.Choice(LANGUAGES), help=say("help.lang", lang))
    def schema(what: str, lang: str | None) -> int:
        from planner.show.schema import case_schema, json_schema

        print_json(case_schema() if what == "case" else json_schema())
        return 0

    return group


def _command(
    name: str, act: Callable[[Run, tuple[Path, ...]], int], count: int, lang: str
) -> click.Command:
    @click.command(name, help=say(f"help.{name}", lang))
    @click.argument("paths", nargs=count, required=True, metavar="CASE" if name == "profile"
                    else "SCENARIO" + ("..." if count < 0 else ""),
                    type=click.Path(path_type=Path))
    @_options(lang)
    def command(paths: tuple[Path, ...] | Path, _lang: str | None, **options: Any) -> int:
        given = (paths,) if isinstance(paths, Path) else paths
        return act(Run(lang, **options), given)

    return command


def language(args: Sequence[str]) -> str:
    """The language asked for anywhere on the command line, else that of the environment."""
    asked = None
    for at, word in enumerate(args):
        if word == "--lang" and at + 1 < len(args):
            asked = args[at + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return default_language(asked)


def run(args: Sequence[str]) -> int:
    """Run one command line; returns its exit code."""
    lang = language(args)
    try:
        code = build(lang).main(list(args), prog_name="planner", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return UsageError.exit_code
    except click.ClickException as error:
        click.echo(say("usage.wrong", lang, error=error.format_message()), err=True)
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("screen.interrupted", lang), err=True)
        return INTERRUPTED
    except InputError as error:
        for text in dict.fromkeys(p.text(lang) for p in error.problems):
            click.echo(text, err=True)
        return error.exit_code
    except UsageError as error:
        click.echo(error.text(lang), err=True)
        return error.exit_code
    except BrokenPipeError:  # the reader, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("PLANNER_DEBUG") == "1":
            raise
        key = "usage.fault" if isinstance(error, Fault) else "usage.unexpected"
        text = " ".join(str(error).split())
        for each in (lang, *(other for other in LANGUAGES if other != lang)):
            click.echo(say(key, each, error=f"{type(error).__name__}: {text}"), err=True)
        return 1


def main() -> None:
    """The entry point of ``planner``."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
