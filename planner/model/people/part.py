"""The people half of a plan, by codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PeoplePart:
    """``placed`` are (candidate, post, fit); ``bench`` are (candidate, post, rank), rank from 1;
    ``trained`` are (candidate, course)."""

    placed: tuple[tuple[str, str, float], ...]
    bench: tuple[tuple[str, str, int], ...] = ()
    trained: tuple[tuple[str, str], ...] = ()
