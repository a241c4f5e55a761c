"""All goals weighed in one sum: to start from, and to prove the last of them."""

from __future__ import annotations

from planner.model.rule import Model, Stage, Terms

#: The most a goal weighs.
HEAVIEST = 1e8


def weights(
    stages: list[Stage], model: Model, columns: list[int]
) -> list[tuple[Stage, float]]:
    """What each goal weighs when all are weighed together, so that one of ``columns`` is not
    worth less of a goal than it is of all goals after it."""
    out: list[tuple[Stage, float]] = []
    scale, after = 1.0, 0.0
    for stage in reversed(stages):
        if stage.terms:
            out.append((stage, scale if stage.sense == "max" else -scale))
            after += scale * _reach(stage, model, set(columns))
            scale = min(HEAVIEST, 1.0 + 2.0 * after)
    return out


def _reach(stage: Stage, model: Model, columns: set[int]) -> float:
    """How much of a goal one of the columns can be worth, by itself or by the rows it shares with
    columns the goal counts."""
    counted = dict(stage.terms)
    of: dict[int, float] = {j: abs(c) for j, c in stage.terms if j in columns}
    for row in model.rows if len(of) < len(counted) else ():
        mine = [abs(counted[j] / a)
                for j, a in row.terms if j in counted and j not in columns and a]
        if mine and row.rule != "goal":
            for j, a in row.terms:
                if j in columns:
                    of[j] = of.get(j, 0.0) + max(mine) * abs(a)
    return max(of.values(), default=1.0)


def weighed(weigh: list[tuple[Stage, float]]) -> Terms:
    """All goals in one sum."""
    total: dict[int, float] = {}
    for stage, weight in weigh:
        for column, c in stage.terms:
            total[column] = total.get(column, 0.0) + weight * c
    return list(total.items())
