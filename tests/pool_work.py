"""Work for the workers of ``test_pool``; in a file of its own, so that they start quickly."""

from __future__ import annotations

import os
import signal
from typing import Any

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def square(n: int) -> int:
    return n * n


def refuse_odd(n: int) -> int:
    if n % 2:
        raise ValueError(n)
    return n


def die_once(mark: str) -> str:
    """Kill the worker the first time, as the system does when memory runs out."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return mark
    os.kill(os.getpid(), KILL)
    return ""


def die(parent: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), KILL)
    return parent


def solved_but_die_once(chunk: Any) -> Any:
    die_once(os.environ["PLANNER_TEST_MARK"])
    from planner.plan import many

    return many._solved(chunk)
