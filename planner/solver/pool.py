"""A function over plain data: in processes of this machine, or on a cluster.

Nothing here knows what is solved. What is lost on the way (a worker killed, a machine gone) comes
back as ``None``, and whoever asked does it himself: so no engine can change an answer.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import TypeVar

from planner.errors import UsageError

T = TypeVar("T")
R = TypeVar("R")
#: Told how many are done, and of how many.
Counted = Callable[[int, int], None]
#: The number of an item and its answer, ``None`` where it was lost or raised.
Answers = Generator[tuple[int, R | None], None, None]

#: How often a pool of processes is set up: once, and again when a worker was killed.
TRIES = 2
CONNECT_SECONDS = 10


def gather(
    work: Callable[[T], R], items: Sequence[T], workers: int = 1, cluster: str | None = None
) -> Answers[R]:
    """``work`` of every item, as they come; closed early, it ends what it started.

    ``work`` must be a function of a module and items plain data, for they are sent. ``cluster``
    is the address of a Dask scheduler; raises ``UsageError`` when it cannot be reached.
    """
    left = list(range(len(items)))
    if cluster is not None:
        with _dask(cluster) as executor:
            left = yield from _collect(executor, work, items, left)
    else:
        for _ in range(TRIES):
            if left:
                with _processes(min(workers, len(left))) as executor:
                    left = yield from _collect(executor, work, items, left)
    for i in left:
        yield i, None


def _collect(
    executor: Executor, work: Callable[[T], R], items: Sequence[T], wanted: list[int]
) -> Generator[tuple[int, R | None], None, list[int]]:
    """The answers as they come; those whose worker was killed are returned."""
    at: dict[Future[R], int] = {}
    lost: list[int] = []
    with _interrupts_ignored():  # what is started here leaves Ctrl-C to this process
        for i in wanted:
            try:
                at[executor.submit(work, items[i])] = i
            except (RuntimeError, OSError):  # a worker died while the others were still being told
                lost.append(i)
    for future in as_completed(list(at)):
        i = at.pop(future)  # the answer is let go with it
        try:
            answer = future.result()
        except BrokenExecutor:
            lost.append(i)
            continue
        except (Exception, CancelledError):
            yield i, None  # whatever it is, whoever asked does it again, and meets it there
            continue
        yield i, answer
    return sorted(lost)


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    """A pool of new processes (not forks: this one has threads of its own), ended with it."""
    others = set(active_children())
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_interrupts)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            if process not in others:
                process.terminate()
        raise
    executor.shutdown()


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("no_distributed") from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise UsageError("no_cluster", address=address) from error
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()
