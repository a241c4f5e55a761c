"""The years ahead of several scenarios: one after another here, or at once in other processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.errors import Fault, PlannerError
from planner.plan.compare import Entry
from planner.plan.forecast import Course, Forecast, forecast
from planner.plan.plan import Plan
from planner.solver.pool import gather

COURSES = ("nothing", "followed")
Job = tuple[Plan, int]


@dataclass(frozen=True)
class Ahead:
    """One scenario and the years after it; ``forecast`` is ``None`` where it failed (``fault``)."""

    entry: Entry
    forecast: Forecast | None
    fault: str = ""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.entry.name

    @property
    def status(self) -> str:
        """That of the plan; ``stopped`` also where a limit came in the years after it."""
        if self.forecast is None:
            return "failed"
        stopped = self.entry.status == "optimal" and not self.forecast.proven
        return "stopped" if stopped else self.entry.status

    def course(self, name: str) -> Course | None:
        """``nothing`` or ``followed``."""
        return None if self.forecast is None else getattr(self.forecast, name)


def look_ahead(
    entries: Sequence[Entry], years: int, workers: int = 1, cluster: str | None = None
) -> tuple[Ahead, ...]:
    """The years after the plan of each scenario; one that fails says so and the others go on.

    With ``workers`` above 1, or on the ``cluster`` of this address, scenarios are looked ahead from
    at once; what is lost on the way is done here, so the answer does not depend on where.
    """
    jobs: dict[int, Job] = {
        n: (e.plan, years) for n, e in enumerate(entries) if e.plan is not None}
    known: dict[int, Forecast | None] = {}
    if (workers > 1 and len(jobs) > 1) or cluster is not None:
        numbers = list(jobs)
        sent = [(replace(plan, case=plan.case.nameless()), more) for plan, more in jobs.values()]
        known = {numbers[k]: found for k, found in gather(_forecast, sent, workers, cluster)}
    return tuple(_ahead(entry, jobs.get(n), known.get(n)) for n, entry in enumerate(entries))


def _ahead(entry: Entry, job: Job | None, known: Forecast | None) -> Ahead:
    if job is None:
        return Ahead(entry, None, entry.fault)
    try:
        return Ahead(entry, known or forecast(*job))
    except Fault as fault:
        return Ahead(entry, None, str(fault))


def _forecast(job: Job) -> Forecast | None:
    """Look ahead in a worker; an error is left to be met, and told, by whoever asked."""
    try:
        return forecast(*job)
    except PlannerError:
        return None
