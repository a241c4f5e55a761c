"""How far a solve is: one line on a terminal, rewritten while it goes on, gone when it is over."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import suppress
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from planner.words import known, say

#: Nothing is said of what takes less; and not more often than the eye can read.
FIRST_SECONDS, EVERY_SECONDS = 1.0, 0.2


class Progress:
    """The line on ``stream``; ``None`` says nothing. It never raises: the solver calls it.

    Used as ``with``, it also speaks by itself where nobody calls it for long.
    """

    def __init__(self, lang: str, stream: TextIO | None, count: int = 1) -> None:
        self.lang, self.stream, self.count = lang, stream, count
        self.text, self.written, self.at, self.shown = "", "", "", 0
        self._next = time.monotonic() + FIRST_SECONDS
        self._alone, self._over = threading.Lock(), threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Progress:
        if self.stream is not None:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._ticker is not None:
            self._ticker.join()
        self.clear()

    def stage(self, name: str, part: str = "") -> None:
        """What is being done from now on, where it is not the solving of scenarios."""
        self.at = ""
        self._say(say(f"stage.{name}", self.lang, part=part))

    def scenario(self, number: int, name: str) -> None:
        """The scenario at hand."""
        self.at = say("screen.progress", self.lang, n=number, count=self.count, name=name)
        self._say(self.at)

    def goal(self, goal: str, part: str, gap: float | None) -> None:
        """The goal (or the stage) the solver is at, and how far it is from proof."""
        if self.stream is None or time.monotonic() < self._next:
            return
        if known(f"stage.{goal}"):
            self.stage(goal, part)
            return
        words = say(f"goal.{goal}", self.lang) if known(f"goal.{goal}") else ""
        if words and gap is not None and gap < 1:
            words = say("progress.gap", self.lang, goal=words, gap=f"{gap:.1%}")
        self._say(f"{self.at} {words}".strip())

    def counted(self, done: int, count: int) -> None:
        """How many parts are back from the workers."""
        self._say(say("progress.parts", self.lang, done=done, count=count))

    def clear(self) -> None:
        """Leave the line as if nothing had been there."""
        with self._alone:
            if self.shown and self.stream is not None:
                with suppress(OSError, ValueError):
                    self.stream.write("\r" + " " * self.shown + "\r")
                    self.stream.flush()
            self.shown, self.text, self.written = 0, "", ""

    def _tick(self) -> None:
        while not self._over.wait(EVERY_SECONDS or 0.01):
            if self.text != self.written:
                self._say(self.text)

    def _say(self, text: str) -> None:
        """Put a text on the line, now or when it is due."""
        with self._alone:
            self.text = text
            if self.stream is None or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + EVERY_SECONDS
            width = shutil.get_terminal_size().columns - 1
            size = min(cell_len(text), width)
            with suppress(OSError, ValueError):
                self.stream.write("\r" + set_cell_size(text, max(size, min(self.shown, width))))
                self.stream.flush()
            self.shown, self.written = size, text
