"""What every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def needs(name: str, *, found: bool) -> None:
    """Skip with the reason, unless the run demands that this part be tested."""
    if found:
        return
    if name in os.environ.get("NEXUS_TESTS_REQUIRE", "").split():
        pytest.fail(f"{name} is required here but was not found on this machine")
    pytest.skip(f"{name} was not found on this machine")
