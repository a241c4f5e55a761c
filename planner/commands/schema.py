"""``planner schema``: the JSON Schemas of results and of cases."""

from __future__ import annotations

import click

from planner.commands.run import print_json
from planner.words import LANGUAGES, say


def command(lang: str) -> click.Command:
    """The command, its help in ``lang``."""

    @click.command("schema", help=say("help.schema", lang))
    @click.argument("what", type=click.Choice(["result", "case"]), default="result")
    @click.option("--lang", "_lang", type=click.Choice(LANGUAGES), help=say("help.lang", lang))
    def schema(what: str, _lang: str | None) -> int:
        from planner.show.schema import case_schema, json_schema

        print_json(case_schema() if what == "case" else json_schema())
        return 0

    return schema
