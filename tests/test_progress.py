"""How far a long command is: on a real terminal, only there, and gone when it is over."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "scenarios"
#: Runs a command as if a second were nothing, so that what is quick here is told too.
AT_ONCE = ("import sys; from planner.show import progress; progress.FIRST_SECONDS = 0.0; "
           "progress.EVERY_SECONDS = 0.0; from planner import cli; sys.exit(cli.run(sys.argv[1:]))")


def on_terminal(*args: str, code: int = 0) -> tuple[str, str]:
    """Standard output, a pipe, and what a terminal got on standard error."""
    ours, theirs = pty.openpty()
    heard: list[bytes] = []

    def listen() -> None:
        try:
            while more := os.read(ours, 4096):
                heard.append(more)
        except OSError:  # the other end is closed
            pass

    listener = threading.Thread(target=listen)
    listener.start()
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE, *args, "--lang", "en"], stdout=subprocess.PIPE,
        stderr=theirs, cwd=SAMPLE, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"})
    os.close(theirs)
    listener.join()
    os.close(ours)
    said = b"".join(heard).decode("utf-8", "replace")
    assert done.returncode == code, said
    return done.stdout.decode("utf-8"), said


def left(said: str) -> str:
    """What stands on the terminal's last line in the end."""
    line = ""
    for part in said.rpartition("\n")[2].split("\r"):
        line = part + line[len(part):]
    return line.strip()


LONG = [
    (["compare", "base", "cut10.yaml", "--only", "money", "--json", "--why"],
     ["Solving 2/2: cut10", "even coverage", "Splitting cut10"]),
    (["sweep", "base", "--only", "money", "--json", "--vary",
      "payers[level=district].appropriation_yuan=90%:100%:5%"], ["Solving point 3/3"]),
    (["explain", "base", "--only", "money", "--prices", "--json"], ["Pricing 2/", "even coverage"]),
    (["alternatives", "base", "--only", "money", "--json"], ["Looking for other plans"]),
    (["forecast", "base", "--only", "people", "--years", "1", "--json"], ["Looking at the years"]),
]


@pytest.mark.parametrize(("args", "words"), LONG, ids=lambda one: " ".join(one[:3]))
def test_a_long_command_says_how_far_it_is_and_leaves_nothing(
    args: list[str], words: list[str]
) -> None:
    out, said = on_terminal(*args)
    for word in ("Reading", *words):
        assert word in said, said[-2000:]
    assert out.startswith("{") and "Solving" not in out and left(said) == ""


def test_workers_tell_their_parts() -> None:
    """The first scenario, from which the others start, is solved before any is sent."""
    _, said = on_terminal("compare", "base", "cut10.yaml", "split37.yaml", "--only", "money",
                          "--json", "--workers", "2")
    assert "Solving 1/3: base" in said and "Solved 1 of 2 parts" in said and left(said) == ""


def test_quiet_and_pipes_hear_nothing() -> None:
    _, said = on_terminal("plan", "base", "--only", "money", "--json", "-q")
    assert "Solving" not in said and "Reading" not in said
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE, "plan", "base", "--only", "money", "--json"],
        capture_output=True, cwd=SAMPLE, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0 and b"\r" not in done.stderr


def test_a_stage_nobody_speaks_in_is_told_all_the_same() -> None:
    """Where no callback comes (reading, building), the line speaks by itself after a second."""
    import time

    from planner.show.progress import Progress

    class Kept:
        def __init__(self) -> None:
            self.said = ""

        def write(self, text: str) -> int:
            self.said += text
            return len(text)

        def flush(self) -> None:
            pass

    stream = Kept()
    with Progress("en", stream) as line:  # type: ignore[arg-type]
        line.stage("reading")
        assert not stream.said
        time.sleep(1.6)
        assert "Reading" in stream.said
    assert stream.said.endswith("\r")
