"""Tables for a terminal: columns of fixed, counted widths, so nothing is ever cut.

Rich counts the cells of wide characters. Every width is decided here: numbers keep theirs, words
fold, and what does not fit goes into a further table that repeats the leading columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_LINES = "----\n    \n----\n    \n----\n----\n    \n----\n"
PLAIN = Box(_LINES, ascii=True)
RULED = Box(_LINES.replace("-", "─"))
CLOSING, OPENING = "，。、；：？！）》”’】〉…％%", "（《“‘【〈"
NARROW = 12  # cells a column of words or a heading may be squeezed to


@dataclass(frozen=True)
class Col:
    """One column: heading and cells (strings or ``Text``, never markup); ``lead`` is repeated."""

    head: str
    cells: Sequence[str | Text]
    number: bool = False
    lead: bool = False

    @property
    def natural(self) -> int:
        """The width at which nothing folds."""
        body = max((_wide(c) for c in self.cells), default=0)
        return max(body, _wide(self.heading), 1)

    @property
    def heading(self) -> str:
        """The heading, broken after ``_`` and ``-`` where it is long."""
        lines = [""]
        for part in re.split(r"(?<=[_\- ])", self.head):
            if lines[-1] and cell_len(lines[-1] + part) > NARROW - 2:
                lines.append("")
            lines[-1] += part
        return "\n".join(lines)

    @property
    def least(self) -> int:
        """The width it can be squeezed to."""
        squeezed = min(self.natural, 2 * NARROW if self.lead else NARROW)
        return self.natural if self.number else squeezed


def _wide(cell: str | Text) -> int:
    text = cell.plain if isinstance(cell, Text) else cell
    return max((cell_len(line) for line in text.split("\n")), default=0)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * len(widths) + 1


def groups(cols: Sequence[Col], width: int) -> list[list[Col]]:
    """The columns in as few tables as fit ``width``, the leading ones in each."""
    lead = [c for c in cols if c.lead]
    out: list[list[Col]] = []
    for col in (c for c in cols if not c.lead):
        if not out or _total([c.least for c in [*out[-1], col]]) > width:
            out.append([*lead])
        out[-1].append(col)
    return out or [lead]


def _squeeze(cols: Sequence[Col], width: int) -> list[int]:
    widths = [c.natural for c in cols]
    least = [1 if c.number else 4 for c in cols]
    for only_words in (True, False):  # numbers only when even four cells a word are too many
        while (excess := _total(widths) - width) > 0:
            able = [i for i, c in enumerate(cols)
                    if widths[i] > least[i] and not (only_words and c.number)]
            if not able:
                break
            widest = max(able, key=lambda i: widths[i])
            widths[widest] -= min(excess, 1)
    return widths


def print_table(console: Console, cols: Sequence[Col], sections: Sequence[int] = ()) -> None:
    """Print the columns; a rule goes above each row in ``sections``."""
    ruled = console.encoding.lower().startswith("utf")
    for group in groups(cols, console.width):
        table = Table(box=RULED if ruled else PLAIN, padding=(0, 1, 0, 0), header_style="bold",
                      highlight=False)
        for col, width in zip(group, _squeeze(group, console.width), strict=True):
            table.add_column(Text(col.heading), width=width, overflow="fold",
                             justify="right" if col.number else "left")
        for i in range(max(len(c.cells) for c in group)):
            if i in sections and i:
                table.add_section()
            table.add_row(*(_text(c.cells[i]) for c in group))
        console.print(table)


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def line(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    """One paragraph, folded, its further lines indented like the first; never markup."""
    room = max(console.width - indent, 10)
    for paragraph in text.split("\n"):
        rest = Text(paragraph, style=style)
        while len(rest) and cell_len(rest.plain) > room:
            end = _end(rest.plain, len(rest.wrap(console, room, overflow="fold")[0]))
            part, rest = rest[:end], rest[end:]
            _print(console, indent, part)
            rest = Text(rest.plain.lstrip(" "), style=style)
        _print(console, indent, rest)


def _print(console: Console, indent: int, part: Text) -> None:
    part.rstrip()
    console.print(Text(" " * indent) + part, soft_wrap=True)


def _end(text: str, end: int) -> int:
    """Where a line may end: no line begins with a mark that closes, and none ends with one that
    opens."""
    at = end
    while 0 < at < len(text) and (text[at] in CLOSING or text[at - 1] in OPENING):
        at -= 1
    return at or end


class Headings:
    """Numbers sections as they come: 一、二、… or 1. 2. …"""

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang, self.n = console, lang, 0

    def __call__(self, title: str) -> None:
        """Print the next heading."""
        mark = f"{'一二三四五六七八九'[self.n]}、" if self.lang == "zh" else f"{self.n + 1}. "
        self.n += 1
        self.console.print()
        line(self.console, mark + title, "bold")
