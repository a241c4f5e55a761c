"""A curve in text: points and straight pieces between them, kinks marked under the axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len

HEIGHT = 10
WIDEST = 64

#: (point, piece, upright, corner, level) on a console that has them, and on one that has not.
DRAWN = ("●", "·", "│", "└", "─")
PLAIN = ("o", ".", "|", "+", "-")

Place = tuple[float, float]


def curve(
    stretches: Sequence[Sequence[Place]], kinks: Sequence[float], width: int, rich: bool,
    high: str, low: str, ends: tuple[str, str],
) -> list[str]:
    """The lines of a drawing: ``stretches`` of (x, y) in rising x, the n-th of ``kinks`` as n.

    ``high`` and ``low`` label the greatest and the least y, ``ends`` the least and the greatest x.
    """
    point, piece, upright, corner, level = DRAWN if rich else PLAIN
    places = [p for s in stretches for p in s]
    x0, x1 = min(x for x, _ in places), max(x for x, _ in places)
    y0, y1 = min(y for _, y in places), max(y for _, y in places)
    margin = max(cell_len(high), cell_len(low))
    wide = max(min(WIDEST, width - margin - 3), 8)
    grid = [[" "] * wide for _ in range(HEIGHT)]

    def column(x: float) -> int:
        return round((x - x0) / (x1 - x0) * (wide - 1)) if x1 > x0 else 0

    def row(y: float) -> int:
        return HEIGHT - 1 - (round((y - y0) / (y1 - y0) * (HEIGHT - 1)) if y1 > y0 else 0)

    for stretch in stretches:
        for (xa, ya), (xb, yb) in pairwise(stretch):
            first, last = column(xa), column(xb)
            for c in range(first, last + 1):
                part = (c - first) / (last - first) if last > first else 0.0
                grid[row(ya + (yb - ya) * part)][c] = piece
    for x, y in places:
        grid[row(y)][column(x)] = point
    labels = [high, *[""] * (HEIGHT - 2), low]
    lines = [" " * (margin - cell_len(label)) + f"{label} {upright}{''.join(cells)}".rstrip()
             for label, cells in zip(labels, grid, strict=True)]
    lines.append(" " * (margin + 1) + corner + level * wide)
    lines += _marks([(column(x), str(n)) for n, x in enumerate(kinks, 1)], wide, margin)
    gap = max(wide - cell_len(ends[0]) - cell_len(ends[1]), 1)
    return [*lines, " " * (margin + 2) + ends[0] + " " * gap + ends[1]]


def _marks(marks: Sequence[tuple[int, str]], wide: int, margin: int) -> list[str]:
    """The numbers of the kinks under the axis, in further lines where they would touch."""
    lines: list[list[str]] = []
    for at, text in marks:
        start = min(at, wide - len(text))
        free = next((cells for cells in lines
                     if not "".join(cells[max(start - 1, 0): start + len(text) + 1]).strip()), None)
        if free is None:
            free = [" "] * wide
            lines.append(free)
        free[start : start + len(text)] = text
    return [" " * (margin + 2) + "".join(cells).rstrip() for cells in lines]
