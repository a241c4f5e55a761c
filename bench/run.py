"""Figures side by side: ``python bench/run.py [--quick] [--large] [--write]`` prints a table.

Every ratio is taken in one run on one machine, each side in a process of its own (for its memory)
and as the best of some tries; seconds are only there to be compared with each other. ``--write``
puts the table into ``bench/RESULTS.md``. ``--large`` adds a whole province, which takes an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bench.measure import LIMIT, Figures  # noqa: E402 - the path is known only now

# --- the table ------------------------------------------------------------------------------------


def child(name: str, *args: object, tries: int = 2) -> Figures:
    """The better of some tries, each in a new process."""
    found: list[Figures] = []
    for _ in range(tries):
        done = subprocess.run(
            [sys.executable, str(HERE / "measure.py"), name, *map(str, args)],
            capture_output=True, text=True, check=False)
        if done.returncode:
            return {"failed": done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]}
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, key=lambda f: f.get("seconds", 0.0))


def first_level(folder: Path) -> Any:
    """The hardest single program of a money case: the least coverage made largest, as arrays."""
    import numpy as np

    from bench.peers import Given
    from planner.case.scenario import read_case
    from planner.model.blocks import block_of
    from planner.model.rule import Leximin
    from planner.solver.ladder import Ladder
    from planner.solver.stating import rows_of

    block = block_of(read_case(folder), "money")
    ladder = Ladder(block.model, block.goals)
    n = next(i for i, goal in enumerate(block.goals) if isinstance(goal, Leximin))
    rows = rows_of(block.model)
    goal, top = block.goals[n], ladder.tops[n]
    assert isinstance(goal, Leximin)
    for i, (_, base, _) in zip(ladder.rows[n], goal.levels, strict=True):
        rows.low[i] = -base
    costs, upper = np.zeros(len(block.model.lower)), np.array(block.model.upper, dtype=float)
    costs[top], upper[top] = -1.0, min(most for _, _, most in goal.levels)
    asked = (rows.low > -np.inf) | (rows.high < np.inf)
    kept = np.repeat(asked, np.diff(rows.start))
    start = np.concatenate([[0], np.cumsum(np.diff(rows.start)[asked])]).astype(np.int32)
    return Given(costs, np.array(block.model.lower, dtype=float), upper, rows.low[asked],
                 rows.high[asked], start, rows.index[kept], rows.value[kept])


def against_solver(folder: Path, communities: int) -> list[str]:
    """The adapter, the raw solver and the peers on one program."""
    from bench.cases import money_case
    from bench.peers import PEERS

    where = money_case(folder / "lp", communities, alike=False, keep=0.3)
    given = first_level(where)
    (folder / "lp.pickle").write_bytes(pickle.dumps(given))
    out = [f"One linear program: {communities:,} communities × 3 funds × 3 payers, nothing alike "
           f"({len(given.lower):,} columns, {len(given.low):,} rows, {len(given.index):,} "
           "coefficients). Build and solve, against the raw solver given ready arrays.", "",
           "| | time | memory | objective |", "|---|---|---|---|"]
    raw = child("one_lp", "raw", folder, tries=3)
    for who in ("raw", "ours", *PEERS):
        got = raw if who == "raw" else child(
            "one_lp", who, folder, tries=3 if who == "ours" else 1)
        if "missing" in got or "failed" in got:
            out.append(f"| {who} | {'not installed' if 'missing' in got else 'failed'} | | |")
            continue
        memory = f"{got['mb'] / raw['mb']:.1f} ×" if raw["mb"] > 1 else ""
        out.append(f"| {who} | {got['seconds'] / raw['seconds']:.2f} × | {memory} | "
                   f"{got['value']:.7f} |")
    whole = child("one_ladder", where, tries=1)
    out += ["", f"All goals of the same case: {whole['solves']} solves of one solver object; the "
            f"whole takes {whole['seconds'] / whole['solver']:.2f} × the time inside the solver "
            f"({whole['seconds']:.0f} s, {whole['status']})."]
    return out


def growth(folder: Path, sizes: dict[str, list[tuple[int, int]]]) -> list[str]:
    """From small to large, time and memory."""
    from bench.cases import money_case

    out = ["Growth, 3 payers a cell: the whole plan, settled and recounted, against the smallest "
           "of its kind in the same run.", "",
           "| communities × funds | kind | read | solve | against the smallest | memory | status |",
           "|---|---|---|---|---|---|---|"]
    for kind, counts in sizes.items():
        first: float | None = None
        for n, funds in counts:
            where = money_case(
                folder / f"{kind}{n}x{funds}", n, funds, alike=kind == "alike", keep=0.3)
            got = child("one_case", where, tries=2 if n < 3000 else 1)
            if "failed" in got:
                out.append(f"| {n:,} × {funds} | {kind} | failed | | | | |")
                continue
            first = first or got["cpu"]
            out.append(f"| {n:,} × {funds} | {kind} | {got['read']:.2f} s | {got['seconds']:.2f} s "
                       f"| {got['cpu'] / first:.1f} × | {got['mb']:.0f} MB | {got['status']} |")
    return out


def people(folder: Path, sizes: list[tuple[int, int]]) -> list[str]:
    """Classes of people and posts against one variable a pair, by HiGHS and by OR-Tools."""
    from bench.cases import people_case

    out = [f"People: ours against the plain integer model (one variable a pair, the same goals in "
           f"rank order, stopped after {LIMIT:.0f} s), solved by HiGHS and by CP-SAT of OR-Tools.",
           "", "| candidates × posts | ours | memory | status | plain, HiGHS | against ours | its "
           "memory | its status | plain, OR-Tools | against ours | its memory | its status |",
           "|" + "---|" * 12]
    for n, m in sizes:
        where = people_case(folder / f"p{n}", n, m)
        mine = child("one_case", where, tries=1)
        stated = child("one_stated", where, tries=1)
        others = (child("one_case", where, "plain", tries=1),
                  stated if "failed" in stated else child("one_ortools", where, tries=1))
        cells = [f"{n:,} × {m:,}", *_timed(mine)]
        for other in others:
            time, *more = _timed(other)
            both = "seconds" in mine and "seconds" in other
            cells += [time, f"{other['seconds'] / mine['seconds']:.1f} ×" if both else "", *more]
        out.append("| " + " | ".join(cells) + " |")
    return out


def _timed(got: Figures) -> list[str]:
    """Time, memory and status, or why there is none."""
    if "seconds" not in got:
        return ["not installed" if "missing" in got else "failed", "", ""]
    return [f"{got['seconds']:.2f} s", f"{got['mb']:.0f} MB", got["status"]]


def province(folder: Path, sizes: list[tuple[int, int]]) -> list[str]:
    """The reserve of a province, kind and scarce: pairs are priced, the plan carries its gap."""
    from bench.cases import reserve_case

    out = ["The reserve of a province; scarce: more seats than people. The gap is the widest of "
           "all goals, in parts of the value.", "",
           "| candidates × posts | | read | solve | memory | status | gap |",
           "|---|---|---|---|---|---|---|"]
    for n, m in sizes:
        for scarce in (False, True):
            where = reserve_case(folder / f"r{n}{scarce}", n, m, scarce)
            got = child("one_case", where, tries=1)
            told = ["failed", "", "", "", ""] if "failed" in got else [
                f"{got['read']:.1f} s", f"{got['seconds']:.1f} s", f"{got['mb']:.0f} MB",
                got["status"], f"{got['gap']:.3%}"]
            kind = "scarce" if scarce else "kind"
            out.append(f"| {n:,} × {m:,} | {kind} | " + " | ".join(told) + " |")
    return out


def reading(folder: Path, rows: tuple[int, int]) -> list[str]:
    """Reading against the library alone, which checks nothing."""
    from bench.reading import write_book, write_csv

    book, table = write_book(folder / "book.xlsx", rows[0]), write_csv(folder / "csv", rows[1])
    out = ["Reading and checking, against the library alone giving bare rows.", "",
           "| | ours | alone | ours / alone | memory |", "|---|---|---|---|---|"]
    for said, path in ((f"workbook, 2 sheets of {rows[0]:,} rows", book),
                       (f"CSV, {rows[1]:,} rows of people", table)):
        mine, alone = child("one_reading", path), child("one_reading", path, "alone")
        out.append(f"| {said} | {mine['seconds']:.2f} s | {alone['seconds']:.2f} s | "
                   f"{mine['seconds'] / alone['seconds']:.1f} × | {mine['mb']:.0f} MB |")
    return out


def trail(folder: Path, sizes: list[tuple[int, bool]], count: int) -> list[str]:
    """Scenarios that start where the first came through, against each by itself."""
    from bench.cases import money_case

    out = [f"Scenarios where only amounts change, {count} of each: solved, settled and recounted "
           "from where the first came through, against each alone in the same run.", "",
           "| communities × funds | kind | alone | from the first | alone / from the first |",
           "|---|---|---|---|---|"]
    for n, alike in sizes:
        kind = "alike" if alike else "unlike"
        got = child("one_trail", money_case(folder / f"t{kind}{n}", n, alike=alike, keep=0.3),
                    count, tries=1)
        if "failed" in got:
            out.append(f"| {n:,} × 3 | {kind} | failed | | |")
            continue
        alone, along = got["alone"] / count, got["along"] / count
        out.append(f"| {n:,} × 3 | {kind} | {alone:.2f} s | {along:.2f} s "
                   f"| {alone / along:.2f} × |")
    return out


def workers(folder: Path, count: int) -> list[str]:
    """Two processes against one, by the clock and by the processor's time.

    The second is what two free cores would make of it: all of the work of the pool, halved.
    """
    base = HERE.parent / "scenarios" / "base"
    one, two = (child("one_sweep", base, n, count, tries=1) for n in (1, 2))
    if "failed" in one or "failed" in two:
        return ["Workers: failed."]
    shared = (two["here"] + two["workers"]) / 2
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return [f"`--workers 2` on {count} scenarios of the sample district, its money cut a little "
            f"further in each: {one['seconds'] / two['seconds']:.2f} × as fast as one process by "
            f"the clock ({one['seconds']:.0f} s and {two['seconds']:.0f} s, load {load} on "
            f"{os.cpu_count()} cores), {one['here'] / max(shared, two['here']):.2f} × by the "
            f"processor's time ({one['here']:.0f} s; {two['workers']:.0f} s in the workers and "
            f"{two['here']:.0f} s beside them)."]


def machine() -> str:
    """Cores and model of the processor, nothing else."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next((line.split(":", 1)[1].strip() for line in info.read_text().splitlines()
                      if line.startswith("model name")), model)
    return f"{os.cpu_count()} cores, {model}; Python {platform.python_version()}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run")
    parser.add_argument("--large", action="store_true", help="a whole province too: an hour")
    parser.add_argument("--write", action="store_true", help="also write bench/RESULTS.md")
    asked = parser.parse_args()
    quick = asked.quick
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sections: list[Callable[[], list[str]]] = [
            lambda: against_solver(folder, 100 if quick else 3000),
            lambda: growth(folder, {
                "alike": [(30, 3), (100, 3)] if quick else [
                    (30, 3), (300, 3), (3000, 3), (20_000, 3), *[(20_000, 6)] * asked.large],
                "unlike": [(30, 3), (100, 3)] if quick else [(30, 3), (300, 3), (1000, 3)]}),
            lambda: people(folder, [(60, 20)] if quick else [(200, 60), (1000, 200), (3000, 500)]),
            lambda: province(folder, [(150, 30)] if quick else [
                (2000, 600), *[(20_000, 6000), (100_000, 20_000)] * asked.large]),
            lambda: reading(folder, (300, 2000) if quick else (3000, 100_000)),
            lambda: trail(folder, [(30, True), (100, False)] if quick else [
                (300, True), (3000, True), (300, False), (1000, False), (3000, False)], 3),
            lambda: workers(folder, 4 if quick else 200),
        ]
        text = f"# Figures\n\nWritten by `python bench/run.py --write` on {machine()}.\n"
        print(text, flush=True)
        for section in sections:
            lines = "\n".join(section())
            print(lines, end="\n\n", flush=True)
            text += f"\n{lines}\n"
    if asked.write:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
