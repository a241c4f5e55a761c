"""Rewrite the screens in the READMEs from the program's real output.

``python tests/refresh_readme.py`` from anywhere; ``tests/test_readme.py`` checks what this writes.
A screen is a fenced block under a comment such as ``<!-- run: planner compare scenarios -->``,
or ``<!-- run: planner compare scenarios | head -n 20 -->`` for its first lines.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")

#: A comment, then its fenced block: arguments, number of lines (or none), the text between fences.
BLOCK = re.compile(
    r"(?P<comment><!-- run: planner (?P<args>[^|\n]*?)(?: \| head -n (?P<lines>\d+))? -->\n+"
    r"```[a-z]*\n)(?P<text>.*?)(?P<fence>^```$)",
    re.DOTALL | re.MULTILINE,
)
#: Any comment that means to be one, so that a slip in writing it cannot hide a block.
COMMENT = re.compile(r"<!-- *run:")


def screen(args: str, lines: str | None) -> str:
    """What ``planner ARGS`` prints, or its first lines; raises when it does not answer with 0."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PLANNER_", "COLUMNS"))}
    path = os.pathsep.join(p for p in (str(ROOT), env.get("PYTHONPATH")) if p)
    env |= {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-m", "planner", *shlex.split(args)],
        cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"planner {args}: exit {done.returncode}\n{done.stderr}")
    whole = done.stdout.splitlines(keepends=True)
    return "".join(whole if lines is None else whole[: int(lines)])


def refreshed(text: str) -> str:
    """A README's text with every screen as the program prints it now."""
    return BLOCK.sub(lambda m: m["comment"] + screen(m["args"], m["lines"]) + m["fence"], text)


def main() -> None:
    """Rewrite the READMEs that are out of date and say which."""
    for path in READMES:
        old = path.read_text(encoding="utf-8")
        new = refreshed(old)
        print(path.name, "unchanged" if new == old else "rewritten")
        if new != old:
            path.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
