"""The command line. Nothing heavy is imported until a command runs, so ``--help`` is quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from planner.commands import (
    alternatives,
    check,
    compare,
    explain,
    forecast,
    plan,
    profile,
    review,
    schema,
    sweep,
)
from planner.errors import Fault, InputError, UsageError
from planner.words import LANGUAGES, default_language, say

#: In the order of the help; to add a command, add its module here.
COMMANDS = (compare, plan, alternatives, review, explain, sweep, forecast, check, profile, schema)
INTERRUPTED = 130


def build(lang: str) -> click.Group:
    """The command line, its help in ``lang``."""
    group = click.Group("planner", help=say("help.planner", lang), params=[click.Option(
        ["--lang"], type=click.Choice(LANGUAGES), help=say("help.lang", lang), expose_value=False)])
    for module in COMMANDS:
        group.add_command(module.command(lang))
    return group


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
