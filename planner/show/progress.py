"""How far a solve is: one line on a terminal, rewritten while it goes on, gone when it is over."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from planner.words import known, say

#: Nothing is said of what takes less; and not more often than the eye can read.
FIRST_SECONDS, EVERY_SECONDS = 1.0, 0.2


class Progress:
    """The line on ``stream``; ``None`` says nothing. It never raises: the solver calls it."""

    def __init__(self, lang: str, stream: TextIO | None, count: int) -> None:
        self.lang, self.stream, self.count = lang, stream, count
        self.name, self.number, self.shown = "", 0, 0
        self._next = time.monotonic() + FIRST_SECONDS

    def scenario(self, number: int, name: str) -> None:
        """The scenario at hand."""
        self.number, self.name = number, name

    def goal(self, goal: str, part: str, gap: float | None) -> None:
        """The goal the solver is at, and how far it is from proof."""
        if self._due():
            at = say("screen.progress", self.lang, n=self.number, count=self.count, name=self.name)
            words = say(f"goal.{goal}", self.lang) if known(f"goal.{goal}") else ""
            if words and gap is not None and gap < 1:
                words = say("progress.gap", self.lang, goal=words, gap=f"{gap:.1%}")
            self._write(f"{at} {words}")

    def counted(self, done: int, count: int) -> None:
        """How many parts are back from the workers."""
        if self._due():
            self._write(say("progress.parts", self.lang, done=done, count=count))

    def clear(self) -> None:
        """Leave the line as if nothing had been there."""
        if self.shown and self.stream is not None:
            with suppress(OSError, ValueError):
                self.stream.write("\r" + " " * self.shown + "\r")
                self.stream.flush()
        self.shown = 0

    def _due(self) -> bool:
        return self.stream is not None and time.monotonic() >= self._next

    def _write(self, text: str) -> None:
        assert self.stream is not None
        self._next = time.monotonic() + EVERY_SECONDS
        width = shutil.get_terminal_size().columns - 1
        size = min(cell_len(text), width)
        with suppress(OSError, ValueError):
            self.stream.write("\r" + set_cell_size(text, max(size, min(self.shown, width))))
            self.stream.flush()
        self.shown = size
