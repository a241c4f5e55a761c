"""What one process measures, alone: ``python bench/measure.py WHAT ...`` prints it as JSON.

A process of its own for each, so that its memory is its own too.
"""

from __future__ import annotations

import gc
import json
import pickle
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

LIMIT = 60.0  # seconds for a model that may not come to an end

Figures = dict[str, Any]


def megabytes() -> float:
    """The most memory this process has had (the kernel's other figure begins with the parent's)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def one_lp(who: str, folder: str) -> Figures:
    """Build and solve one linear program; the processor's time (one thread, and a machine that may
    be busy) and memory beyond what was loaded before.
    """
    from bench import peers
    from planner.solver import highs  # noqa: F401 - loaded before the clock starts

    given = pickle.loads((Path(folder) / "lp.pickle").read_bytes())
    model = peers.as_model(given) if who == "ours" else None
    call: Callable[[], float] = {
        "ours": lambda: peers.ours(given, model), "raw": lambda: peers.raw(given)}.get(
            who, lambda: peers.PEERS[who](given))
    for module in {"linopy": ("linopy", "xarray"), "scipy milp": ("scipy.optimize",),
                   "Pyomo": ("pyomo.environ", "pyomo.contrib.appsi.solvers")}.get(who, ()):
        try:
            __import__(module)
        except ImportError:
            return {"missing": True}
    gc.collect()
    before, start = megabytes(), time.process_time()
    value = call()
    return {"seconds": time.process_time() - start, "mb": megabytes() - before, "value": value}


def one_case(folder: str, plain: str = "") -> Figures:
    """Read and solve one case; ``plain``: people and posts one by one, no classes."""
    from planner.case.scenario import read_case
    from planner.model.people import variables
    from planner.plan.solve import solve

    if plain:
        variables.people_classes = lambda p, *more: (  # the plain integer model
            tuple((i,) for i in range(len(p.capacity))),
            tuple((j,) for j in range(len(p.community)) if p.seats.vacant[j]))
    start = time.perf_counter()
    case = read_case(Path(folder))
    read = time.perf_counter() - start
    plan = solve(case, LIMIT if plain else None)
    return {"read": read, "seconds": time.perf_counter() - start - read, "mb": megabytes(),
            "status": plan.status}


def one_ladder(folder: str) -> Figures:
    """All goals of a money case: of the whole time, the part that is the solver's own."""
    from planner.case.scenario import read_case
    from planner.model.blocks import block_of
    from planner.solver.highs import Session
    from planner.solver.ladder import Ladder

    case = read_case(Path(folder))
    solves: list[float] = []
    begun = Session._run

    def run(session: Session) -> None:
        since = time.perf_counter()
        begun(session)
        solves.append(time.perf_counter() - since)

    Session._run = run  # type: ignore[method-assign]
    block = block_of(case, "money")
    start = time.perf_counter()
    end = Ladder(block.model, block.goals).climb()
    return {"seconds": time.perf_counter() - start, "solver": sum(solves), "solves": len(solves),
            "status": end.status, "columns": len(block.model.lower), "rows": len(block.model.rows)}


def one_reading(path: str, alone: str = "") -> Figures:
    """Read tables; ``alone``: the library under them, giving rows and nothing more."""
    import csv

    import openpyxl

    from planner.case.read import read_tables

    start = time.perf_counter()
    if not alone:
        read_tables(Path(path))
    elif path.endswith(".xlsx"):
        for sheet in openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets:
            list(sheet.iter_rows(values_only=True))
    else:
        with (Path(path) / "candidates.csv").open(encoding="utf-8-sig", newline="") as file:
            list(csv.reader(file))
    return {"seconds": time.perf_counter() - start, "mb": megabytes()}


def one_sweep(folder: str, workers: str, count: str) -> Figures:
    """So many scenarios of one district, each with less of the district's money."""
    from planner.case.scenario import read_case
    from planner.case.whatif import order, with_orders
    from planner.plan.many import solve_all

    base = read_case(Path(folder))
    cases = [with_orders(base, [order("payers", "times", {"appropriation_yuan": f"{1 - n / 4000}"},
                                      "level = district")]) for n in range(1, int(count) + 1)]
    start = time.perf_counter()
    plans = solve_all(cases, int(workers))
    return {"seconds": time.perf_counter() - start, "plans": len(plans)}


WHAT = {f.__name__: f for f in (one_lp, one_case, one_ladder, one_reading, one_sweep)}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
