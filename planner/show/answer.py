"""One answer, ready to be given in any form: on a screen, as JSON, as CSV tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from planner.show.export import Tables


@dataclass(frozen=True)
class Answer:
    """``json`` is the answer as plain values, ``show`` prints it, ``tables`` go to CSV files.

    Codes and whole yuan only; ``show`` masks names unless it was told to reveal them. ``code`` is
    the exit code: 0 answered, 4 no plan exists, 5 stopped without proof.
    """

    json: dict[str, Any]
    show: Callable[[Console], None]
    tables: Tables = field(default_factory=dict)
    code: int = 0
