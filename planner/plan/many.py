"""Many cases solved: one after another here, or their halves at once in other processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from planner.case.case import Case
from planner.errors import Fault, PlannerError
from planner.plan.plan import Plan
from planner.plan.solve import Solved, halves_of, solve, solve_half
from planner.solver.pool import Counted, gather
from planner.solver.watch import Tell, silent

Job = tuple[Case, str, "float | None"]


def solve_all(
    cases: Sequence[Case],
    workers: int = 1,
    cluster: str | None = None,
    time_limit: float | None = None,
    memo: dict[str, Solved] | None = None,
    tell: Tell = silent,
    started: Callable[[int], None] = lambda n: None,
    counted: Counted = lambda done, count: None,
) -> list[Plan | Fault]:
    """The plan of every case, in their order, or the fault that kept it from having one.

    A half that several cases share is solved once. With ``workers`` above 1, or on the ``cluster``
    of this address, halves are solved elsewhere at once; plans are put together and recounted
    here all the same, and what was lost on the way is solved here: the answer does not depend on
    where. ``counted`` hears how many halves are done; ``started`` the number of the case at hand
    and ``tell`` the goal, as in ``solve``.
    """
    memo = {} if memo is None else memo
    if workers > 1 or cluster is not None:
        solve_ahead(memo, cases, workers, cluster, time_limit, counted)
    plans: list[Plan | Fault] = []
    for n, case in enumerate(cases):
        started(n)
        try:
            plans.append(solve(case, time_limit, memo, tell))
        except Fault as fault:
            plans.append(fault)
    return plans


def solve_ahead(
    memo: dict[str, Solved], cases: Iterable[Case], workers: int, cluster: str | None,
    time_limit: float | None, counted: Counted = lambda done, count: None,
) -> None:
    """Put the solved halves of these cases into ``memo``, many at once; see ``solve_all``."""
    jobs: dict[str, Job] = {}
    for case in cases:
        for known, name in halves_of(case):
            if known not in memo:
                jobs.setdefault(known, (case, name, time_limit))
    if len(jobs) < 2 and cluster is None:
        return  # nothing to do at once
    answers = gather(_half, list(jobs.values()), workers, cluster, counted)
    memo |= {known: solved for known, solved in zip(jobs, answers, strict=True) if solved}


def _half(job: Job) -> Solved | None:
    """Solve a half in a worker; an error is left to be met, and told, by whoever asked."""
    case, name, time_limit = job
    try:
        return solve_half(case, name, time_limit)
    except PlannerError:
        return None
