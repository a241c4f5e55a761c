"""Small models solved goal by goal, one after another, until the time for all of them is over."""

from __future__ import annotations

from planner.model.rule import Leximin, Model, Stage
from planner.solver.ladder import Ladder
from planner.solver.watch import NEVER, Deadline

#: What one model may take of the time that is left: others come after it.
SHARE = 0.5


class OutOfTimeError(Exception):
    """The time was over before there was an answer; the one who set it says so."""


class Climber:
    """Called with a model and its goals, gives the point they come to, ``None`` where none exists.

    ``cut`` says afterwards that a point was taken before it was proven. Raises ``OutOfTimeError``
    where there was none by then.
    """

    def __init__(self, deadline: Deadline = NEVER) -> None:
        self.deadline, self.cut = deadline, False

    def __call__(self, model: Model, stages: tuple[Stage | Leximin, ...]) -> list[float] | None:
        end = Ladder(model, stages).climb(self.deadline.part(SHARE))
        if end.status == "stopped" and self.deadline.until is not None:
            raise OutOfTimeError
        self.cut |= any(r.cut for r in end.reached) or (
            self.deadline.until is not None and end.status == "feasible")
        return list(end.x) if end.status in ("optimal", "feasible") else None
