"""planner: compare policies for community funds and reserve cadres.

>>> import planner
>>> case = planner.read_case("scenarios/base")
>>> plan = planner.solve(case)
>>> plan.allocations, plan.placements                        # DataFrames
>>> planner.compare(["scenarios/base", "scenarios/cut10.yaml"]).measures
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.case.case import Case
    from planner.case.scenario import Scenario, read_case
    from planner.errors import Fault, InputError, PlannerError, RecountError, SolverError
    from planner.plan.attribution import Attribution, attribution
    from planner.plan.compare import Comparison
    from planner.plan.compare import compare_paths as compare
    from planner.plan.plan import Plan
    from planner.plan.solve import solve

__version__ = "0.1.0"

__all__ = [
    "Attribution",
    "Case",
    "Comparison",
    "Fault",
    "InputError",
    "Plan",
    "PlannerError",
    "RecountError",
    "Scenario",
    "SolverError",
    "attribution",
    "compare",
    "read_case",
    "solve",
]

_HOME = {
    "Attribution": ("planner.plan.attribution", "Attribution"),
    "attribution": ("planner.plan.attribution", "attribution"),
    "Case": ("planner.case.case", "Case"),
    "Comparison": ("planner.plan.compare", "Comparison"),
    "Plan": ("planner.plan.plan", "Plan"),
    "Scenario": ("planner.case.scenario", "Scenario"),
    "compare": ("planner.plan.compare", "compare_paths"),
    "read_case": ("planner.case.scenario", "read_case"),
    "solve": ("planner.plan.solve", "solve"),
}


def __getattr__(name: str) -> Any:
    """The public names, loaded when first used: ``planner --help`` needs none of them."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(name)
    module, attribute = _HOME.get(name, ("planner.errors", name))
    return getattr(import_module(module), attribute)
