"""Looking in on the solver while it runs: Ctrl-C stops it, how far it is gets told, and until when.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from highspy import cb

#: Told now and then: the goal, its part, and the gap of an integer model (``None``: not known).
Tell = Callable[[str, str, float | None], None]

_KINDS = (
    cb.HighsCallbackType.kCallbackSimplexInterrupt,
    cb.HighsCallbackType.kCallbackIpmInterrupt,
    cb.HighsCallbackType.kCallbackMipInterrupt,
)


def silent(goal: str, part: str, gap: float | None) -> None:
    """Told, and says nothing."""


@dataclass(frozen=True)
class Deadline:
    """When the time for a scenario is over (``until``, by the monotonic clock; ``None``: never)."""

    until: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """So many seconds from now."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    @property
    def left(self) -> float | None:
        """Seconds that are left, 0 when it has passed; ``None``: no end."""
        return None if self.until is None else max(self.until - time.monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Whether it has passed."""
        return self.left == 0.0

    def part(self, share: float) -> float | None:
        """Seconds that are this share of what is left, where something is to come after."""
        return None if self.left is None else share * self.left


#: No end.
NEVER = Deadline()


class Watch:
    """Asked by the solver, every few steps, whether to go on.

    It holds neither the solver nor the session: nothing would free a solver that is held by what
    it calls itself.
    """

    def __init__(self, solver: Any) -> None:
        self.tell: Tell = silent
        self.goal = self.part = ""
        self.interrupted = False
        solver.setCallback(self._look, None)
        for kind in _KINDS:
            solver.startCallback(kind)

    @property
    def step(self) -> tuple[str, str]:
        """The goal the solver is at, and its part."""
        return self.goal, self.part

    def at(self, goal: str, part: str) -> None:
        """The goal the solver is at from now on."""
        self.goal, self.part = goal, part
        self.tell(goal, part, None)

    def _look(self, kind: Any, message: str, out: Any, answer: Any, user: Any) -> None:
        """Called by HiGHS. It must not raise: there is C++ between here and who would catch it."""
        if self.interrupted:
            answer.user_interrupt = True
        elif self.tell is not silent:
            mip = kind == cb.HighsCallbackType.kCallbackMipInterrupt
            self.tell(self.goal, self.part, float(out.mip_gap) if mip else None)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Ctrl-C stops the solver; ``KeyboardInterrupt`` is raised once it has stopped.

        Python itself would notice only when the solver has come to its end. Where Ctrl-C means
        something else already (an application, a worker that leaves it to its parent), it keeps
        that meaning.
        """
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return

        def heard(number: int, frame: Any) -> None:
            self.interrupted = True

        signal.signal(signal.SIGINT, heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            was, self.interrupted = self.interrupted, False
            if was:
                raise KeyboardInterrupt
