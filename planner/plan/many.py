"""Many cases solved: one after another here, or their halves at once in other processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import numpy as np

from planner.case.case import Case
from planner.errors import Fault, PlannerError
from planner.plan.plan import Plan
from planner.plan.solve import halves_of, leave_trail, solve, solve_half
from planner.plan.solved import Memo, Solved
from planner.solver.pool import Counted, gather
from planner.solver.trail import Packed, Trail
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
    """What is sent to a worker at once: cases without names, and which halves to solve of each.

    ``parts`` and ``trail`` are what the first case of all left in ``Memo``.
    """

    jobs: tuple[tuple[Case, tuple[str, ...]], ...]
    time_limit: float | None
    parts: Mapping[str, Solved]
    trail: Packed


def solve_all(
    cases: Sequence[Case],
    workers: int = 1,
    cluster: str | None = None,
    time_limit: float | None = None,
    memo: Memo | None = None,
    tell: Tell = silent,
    started: Callable[[int], None] = lambda n: None,
    counted: Counted = lambda done, count: None,
) -> list[Plan | Fault]:
    """The plan of every case, in their order, or the fault that kept it from having one.

    A half that several cases share is solved once. With ``workers`` above 1, or on the ``cluster``
    of this address, halves are solved elsewhere at once; plans are put together and recounted
    here all the same, and what was lost on the way is solved here: the answer does not depend on
    where. So that money starts in the same place everywhere, that of the first case is solved here
    before any is sent. ``counted`` hears how many halves are done; ``started`` the number of the
    case at hand and ``tell`` the goal, as in ``solve``.
    """
    memo = memo or Memo()
    plans: list[Plan | Fault] = []
    if (workers > 1 or cluster is not None) and differ_in_money(cases):
        started(0)
        leave_trail(cases[0], memo, time_limit, tell)
    with ahead(memo, cases, workers, cluster, time_limit, counted) as arrive:
        for n, case in enumerate(cases):
            arrive(case)
            started(n)
            try:
                plans.append(solve(case, time_limit, memo, tell))
            except Fault as fault:
                plans.append(fault)
    return plans


def differ_in_money(cases: Sequence[Case]) -> bool:
    """Whether there is money to be solved more than once."""
    return len({known for case in cases for known, name in halves_of(case)
                if name != "people"}) > 1


@contextmanager
def ahead(
    memo: Memo, cases: Sequence[Case], workers: int = 1, cluster: str | None = None,
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
                    if known not in memo.halves and known not in due}
    if len(due) < 2 and cluster is None:
        yield lambda case: None  # nothing to do at once
        return
    chunks, keys = _chunks(due, CLUSTER if cluster is not None else workers, time_limit, memo)
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
                    memo.halves[known] = solved
            counted(count - len(due), count)
            return True

        def arrive(case: Case) -> None:
            while any(known in due for known, _ in halves_of(case)) and come():
                pass

        yield arrive
        while come():  # to its end, which lets the workers end by themselves
            pass


def _chunks(
    due: dict[str, tuple[Case, str]], workers: int, time_limit: float | None, memo: Memo
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
    parts = {key: _light(part) for key, part in memo.parts.items()}
    trail = memo.trail.packed()
    for first in range(0, len(groups), size):
        mine = groups[first : first + size]
        chunks.append(Chunk(
            tuple((due[g[0]][0].nameless(), tuple(due[known][1] for known in g)) for g in mine),
            time_limit, parts, trail))
        keys.append([known for g in mine for known in g])
    return chunks, keys


def _solved(chunk: Chunk) -> list[Solved | None]:
    """Solve a chunk in a worker; an error is left to be met, and told, by whoever asked.

    What cases have in common beyond their halves is solved once.
    """
    memo = Memo(parts=dict(chunk.parts), trail=Trail.unpacked(chunk.trail))
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
