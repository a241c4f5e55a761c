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
PARTS, MOST = 100, 1_000_000  # of one, and what stands for infinity, where numbers must be whole

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


def _one_by_one() -> None:
    """From now on people and posts are stated one by one, no classes and no pricing."""
    from planner.model.people import variables
    from planner.plan import solve

    variables.people_classes = lambda p, *more: (
        tuple((i,) for i in range(len(p.capacity))),
        tuple((j,) for j in range(len(p.community)) if p.seats.vacant[j]))
    solve.priced = lambda *_, **more: None  # type: ignore[assignment]


def one_case(folder: str, plain: str = "") -> Figures:
    """Read and solve one case; ``plain``: the plain integer model, stopped after a while.

    ``gap`` is the widest of all goals, in parts of the value.
    """
    from planner.case.scenario import read_case
    from planner.plan.solve import solve

    if plain:
        _one_by_one()
    start, cpu = time.perf_counter(), time.process_time()
    case = read_case(Path(folder))
    read = time.perf_counter() - start
    plan = solve(case, LIMIT if plain else None)
    gaps = [abs(r.value - r.bound) / max(abs(r.value), 1.0) for r in plan.goals]
    return {"read": read, "seconds": time.perf_counter() - start - read, "mb": megabytes(),
            "cpu": time.process_time() - cpu, "status": plan.status, "gap": max(gaps, default=0.0),
            "goals": [round(r.value, 6) for r in plan.goals]}


def one_stated(folder: str) -> Figures:
    """The plain integer model of the people of a case as plain data, for ``one_ortools``."""
    from planner.case.scenario import read_case
    from planner.model.blocks import block_of
    from planner.model.rule import Stage

    _one_by_one()
    block = block_of(read_case(Path(folder)), "people")
    model = block.model
    assert block.people is not None
    for j in block.people.unfilled:  # whole anyway; CP-SAT is the better for being told
        model.whole[j] = True
    (Path(folder) / "stated.pickle").write_bytes(pickle.dumps({
        "columns": list(zip(model.lower, model.upper, model.whole, strict=True)),
        "rows": [(row.low, row.high, row.terms) for row in model.rows if row.terms],
        "goals": [(g.sense, g.terms) for g in block.goals if isinstance(g, Stage) and not g.last],
    }))
    return {"seconds": 0.0, "columns": len(model.lower)}


def one_ortools(folder: str) -> Figures:
    """The same model, goal after goal, by CP-SAT of OR-Tools; highspy is not loaded beside it.

    It knows whole numbers only: what need not be whole is counted in ``PARTS`` of one. It gets the
    eight workers it is made for, on whatever cores there are.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return {"missing": True}
    given = pickle.loads((Path(folder) / "stated.pickle").read_bytes())
    start = time.perf_counter()
    model, solver = cp_model.CpModel(), cp_model.CpSolver()
    solver.parameters.num_workers = 8
    units = [1 if whole else PARTS for _, _, whole in given["columns"]]
    x = [model.new_int_var(round(low * unit), round(min(high, MOST) * unit), "")
         for (low, high, _), unit in zip(given["columns"], units, strict=True)]

    def total(terms: Any) -> Any:
        """A sum times ``PARTS``, in whole numbers."""
        return cp_model.LinearExpr.weighted_sum(
            [x[j] for j, _ in terms], [round(c * PARTS / units[j]) for j, c in terms])

    for low, high, terms in given["rows"]:
        model.add_linear_constraint(
            total(terms), round(max(low, -MOST) * PARTS), round(min(high, MOST) * PARTS))
    reached: list[float] = []
    for sense, terms in given["goals"]:
        goal = total(terms)
        (model.maximize if sense == "max" else model.minimize)(goal)
        solver.parameters.max_time_in_seconds = max(LIMIT - (time.perf_counter() - start), 0.01)
        done = solver.solve(model) == cp_model.OPTIMAL
        if not done:
            break
        reached.append(solver.objective_value / PARTS)
        value = round(solver.objective_value)
        model.add(goal >= value if sense == "max" else goal <= value)
    return {"seconds": time.perf_counter() - start, "mb": megabytes(), "goals": reached,
            "status": "optimal" if done else "stopped"}


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
    """So many scenarios of one district, each with less of the district's money.

    ``cpu`` is that of this process and of its workers: what a free machine would need at least.
    """
    from planner.case.case import Case
    from planner.case.scenario import read_case
    from planner.plan.many import solve_all

    base = read_case(Path(folder))
    base = Case(base.name, {n: s for n, s in base.sheets.items() if n != "training"}, base.settings)
    cases = [cut(base, 1 - n / 4000) for n in range(1, int(count) + 1)]
    start, cpu = time.perf_counter(), time.process_time()
    plans = solve_all(cases, int(workers))
    seconds, here = time.perf_counter() - start, time.process_time() - cpu
    workers_used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "here": here, "plans": len(plans),
            "workers": workers_used.ru_utime + workers_used.ru_stime}


def cut(case: Any, part: float) -> Any:
    """The case with so much of the district's money."""
    from planner.case.whatif import order, with_orders

    return with_orders(case, [order(
        "payers", "times", {"appropriation_yuan": f"{part}"}, "level = district")])


def one_trail(folder: str, count: str) -> Figures:
    """Scenarios whose district gives a little less each: alone, then starting from the case.

    The processor's time to solve, settle and recount them; both ways give the same amounts.
    """
    from planner.case.scenario import read_case
    from planner.plan.solve import leave_trail, solve
    from planner.plan.solved import Memo

    base, memo = read_case(Path(folder)), Memo()
    leave_trail(base, memo)
    taken: list[list[float]] = [[], []]
    for n in range(1, int(count) + 1):
        plans = []
        for times, known in zip(taken, (Memo(), memo), strict=True):
            case, start = cut(base, 1 - n / 100), time.process_time()
            plans.append(solve(case, memo=known))
            times.append(time.process_time() - start)
        assert plans[0].allocations.equals(plans[1].allocations)
    return {"alone": sum(taken[0]), "along": sum(taken[1]), "seconds": sum(map(sum, taken))}


WHAT = {f.__name__: f for f in (
    one_lp, one_case, one_ladder, one_reading, one_sweep, one_trail, one_stated, one_ortools)}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
