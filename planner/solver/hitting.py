"""Smallest sets that meet every one of some sets: small ones, by branching."""

from __future__ import annotations

Name = tuple[str, str]


def hitting_set(
    clashes: list[frozenset[Name]], but: frozenset[frozenset[Name]], size: int | None = None
) -> frozenset[Name] | None:
    """A smallest set that meets every clash and is not among ``but``; of ``size`` where given.

    ``None`` when there is none. Deeper and deeper from the least that disjoint clashes need.
    """
    apart: list[frozenset[Name]] = []
    for clash in sorted(clashes, key=lambda c: (len(c), sorted(c))):
        if all(clash.isdisjoint(other) for other in apart):
            apart.append(clash)
    sizes = (size,) if size is not None else range(len(apart), len(clashes) + 1)
    for most in sizes:
        found = _meeting(clashes, frozenset(), most, but, set())
        if found is not None:
            return found
    return None


def _meeting(
    clashes: list[frozenset[Name]], picked: frozenset[Name], most: int,
    but: frozenset[frozenset[Name]], seen: set[frozenset[Name]],
) -> frozenset[Name] | None:
    """``picked`` and at most ``most`` rules in all that meet every clash."""
    if picked in seen:
        return None
    seen.add(picked)
    open_ = [clash for clash in clashes if picked.isdisjoint(clash)]
    if not open_:
        return None if picked in but else picked
    if len(picked) == most:
        return None
    fewest = min(open_, key=lambda clash: (len(clash), sorted(clash)))
    for name in sorted(fewest):
        found = _meeting(clashes, picked | {name}, most, but, seen)
        if found is not None:
            return found
    return None
