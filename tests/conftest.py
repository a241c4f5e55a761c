"""What all tests start from."""

import os
import signal

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C means what it means at a terminal, also where tests are started in the background."""
    if os.name != "nt":
        signal.signal(signal.SIGINT, signal.default_int_handler)
