"""Where a climb came through: bases that climbs of models alike start from, step by step."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

#: A goal and its part.
Step = tuple[str, str]
#: A trail as plain data: its size, and by step what it has of columns and rows, and of iterations.
Packed = tuple[tuple[int, int], dict[Step, list[tuple[bytes, bytes, int]]]]

#: The part of what the first program of a goal spares that those after it may take more: a tenth.
FIRST_COUNTS = 10


@dataclass
class Trail:
    """The bases of the linear programs of one climb, in their order, by the goal they served.

    Where only amounts differ, a program is nearly solved where the one before it ended. A basis
    only says where to begin: what is best is proven from there as from anywhere. All climbs start
    from the same trail, that of the first, so no answer depends on the others or on their order.
    """

    #: Each basis, and how many iterations it took the first climb to come there.
    bases: dict[Step, list[tuple[Any, int]]] = field(default_factory=dict)
    #: Columns and rows of the model it is of.
    size: tuple[int, int] = (0, 0)
    #: A climb has come along: nothing more is added.
    left: bool = False

    def packed(self) -> Packed:
        """The same as plain data, to be sent to other processes."""
        return self.size, {
            step: [(_packed(b.col_status), _packed(b.row_status), count) for b, count in mine]
            for step, mine in self.bases.items()}

    @classmethod
    def unpacked(cls, packed: Packed) -> Trail:
        """A trail that was left elsewhere."""
        size, bases = packed
        return cls({step: [(_basis(columns, rows), count) for columns, rows, count in mine]
                    for step, mine in bases.items()}, size, left=True)


class Walk:
    """One climb along a trail: the first leaves it, all others start from it.

    They follow it through a goal for as long as that takes no more iterations than the first climb
    took by itself. What the first program of a goal spares (the goals before are held anew) is no
    licence for all that come after it: only a part of it counts.
    """

    def __init__(self, trail: Trail, size: tuple[int, int]) -> None:
        self._trail, self._first = trail, not trail.left
        self._lost = not self._first and trail.size != size
        self._done: Counter[Step] = Counter()
        self._spared: Counter[Step] = Counter()
        if self._first:
            trail.size, trail.left = size, True

    def leads(self, step: Step) -> bool:
        """Whether there is a basis to start from."""
        return not self._first and not self._lost and self._spared[step] >= 0 and (
            self._done[step] < len(self._trail.bases.get(step, ())))

    def start(self, solver: Any, step: Step) -> Any:
        """Begin a program where the one of the first climb that stood here ended.

        Returns the basis the solver had; ``None`` where it keeps it.
        """
        if not self.leads(step):
            return None
        own = solver.getBasis()
        solver.setBasis(self._trail.bases[step][self._done[step]][0])
        return own

    def end(self, solver: Any, step: Step) -> None:
        """A program was solved to its best."""
        count = solver.getInfo().simplex_iteration_count
        if self._first:
            self._trail.bases.setdefault(step, []).append((solver.getBasis(), count))
        elif self.leads(step):
            spared = self._trail.bases[step][self._done[step]][1] - count
            self._spared[step] += spared if self._done[step] else spared // FIRST_COUNTS
        self._done[step] += 1

    def lose(self) -> None:
        """The trail led astray: this climb goes on alone."""
        self._lost = True


def _packed(statuses: list[Any]) -> bytes:
    return zlib.compress(np.fromiter(map(int, statuses), np.int8, len(statuses)).tobytes(), 1)


def _basis(columns: bytes, rows: bytes) -> Any:
    basis = highspy.HighsBasis()
    known = {int(s): s for s in highspy.HighsBasisStatus.__members__.values()}
    basis.col_status, basis.row_status = (
        [known[i] for i in np.frombuffer(zlib.decompress(packed), np.int8).tolist()]
        for packed in (columns, rows))
    basis.valid = True
    return basis
