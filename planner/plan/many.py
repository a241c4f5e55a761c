"""Many cases solved: one after another here, or their halves at once in other processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import numpy as np

from planner.case.case import Case
from planner.errors import Fault, PlannerError
from planner.plan.plan import Plan
from planner.plan.solve import Solved, halves_of, solve, solve_half
from planner.solver.pool import Counted, gather
from planner.solver.watch import Deadline, Tell, silent

#: Cases sent together: alike ones share their tables and what was read off them, so that few are
#: sent twice; but not so many that workers wait for each other in the end.
MOST_TOGETHER, ROUNDS = 16, 4
#: How many workers a cluster is taken to have.
CLUSTER = 64
#: Waits until what was sent of a case is back.
Arrive = Callable[[Case], None]


@dataclass(frozen=True)
class Chunk:
    """What is sent to a worker at once: cases without names, and which halves to solve of each."""

    jobs: tuple[tuple[Case, tuple[str, ...]], ...]
    time_limit: float | None


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
    plans: list[Plan | Fault] = []
    with ahead(memo, cases, workers, cluster, time_limit, counted) as arrive:
        for n, case in enumerate(cases):
            arrive(case)
            started(n)
            try:
                plans.append(solve(case, time_limit, memo, tell))
            except Fault as fault:
                plans.append(fault)
    return plans


@contextmanager
def ahead(
    memo: dict[str, Solved], cases: Sequence[Case], workers: int = 1, cluster: str | None = None,
    time_limit: float | None = None, counted: Counted = lambda done, count: None,
) -> Iterator[Arrive]:
    """Halves of these cases solved elsewhere, put into ``memo`` as they come; see ``solve_all``.

    What is given waits for those of one case, so that it can be finished while the others are
    still being solved.
    """
    due: dict[str, tuple[Case, str]] = {}
    if workers > 1 or cluster is not None:
        for case in cases:
            due |= {known: (case, name) for known, name in halves_of(case)
                    if known not in memo and known not in due}
    if len(due) < 2 and cluster is None:
        yield lambda case: None  # nothing to do at once
        return
    chunks, keys = _chunks(due, CLUSTER if cluster is not None else workers, time_limit)
    count = len(due)
    with closing(gather(_solved, chunks, workers, cluster)) as answers:

        def come() -> bool:
            """Take in what comes next; whether anything did."""
            i, found = next(answers, (-1, None))
            if i < 0:
                return False
            for known, solved in zip(keys[i], found or [None] * len(keys[i]), strict=True):
                del due[known]
                if solved is not None:
                    memo[known] = solved
            counted(count - len(due), count)
            return True

        def arrive(case: Case) -> None:
            while any(known in due for known, _ in halves_of(case)) and come():
                pass

        yield arrive
        while come():  # to its end, which lets the workers end by themselves
            pass


def _chunks(
    due: dict[str, tuple[Case, str]], workers: int, time_limit: float | None
) -> tuple[list[Chunk], list[list[str]]]:
    """The halves in few chunks, those of a case together; by chunk, what they are known by.

    With as many workers as halves each goes alone: a deadline is that of the case all the same.
    """
    apart = len(due) <= workers
    cases: dict[object, list[str]] = {}
    for known, (case, _) in due.items():
        cases.setdefault(known if apart else id(case), []).append(known)
    groups = list(cases.values())
    size = max(1, min(MOST_TOGETHER, -(-len(groups) // (workers * ROUNDS))))
    chunks, keys = [], []
    for first in range(0, len(groups), size):
        mine = groups[first : first + size]
        chunks.append(Chunk(
            tuple((due[g[0]][0].nameless(), tuple(due[known][1] for known in g)) for g in mine),
            time_limit))
        keys.append([known for g in mine for known in g])
    return chunks, keys


def _solved(chunk: Chunk) -> list[Solved | None]:
    """Solve a chunk in a worker; an error is left to be met, and told, by whoever asked.

    What cases have in common beyond their halves is solved once.
    """
    memo: dict[str, Solved] = {}
    out: list[Solved | None] = []
    for case, names in chunk.jobs:
        deadline = Deadline.after(chunk.time_limit)
        for name in names:
            try:
                out.append(_light(solve_half(case, name, deadline, memo=memo)))
            except PlannerError:
                out.append(None)
    return out


def _light(solved: Solved) -> Solved:
    """Without the point of the model, which nobody asks for once it is read."""
    return replace(solved, climb=replace(solved.climb, x=np.zeros(0)))
