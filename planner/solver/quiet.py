"""What HiGHS writes to the process's own stdout, kept from what the program prints there."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def _flush_c() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)


@contextmanager
def quiet_stdout() -> Iterator[None]:
    """HiGHS may write to the process's stdout whatever its options say: point it elsewhere."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        sys.stdout.flush()
        kept = os.dup(1)
    except OSError:  # no such descriptor: nothing to keep clean
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        yield
    finally:
        _flush_c()  # what C holds back would otherwise be written to the real stdout later
        os.dup2(kept, 1)
        os.close(kept)
