"""Nexus's settings with the one route of `bare.py`."""

from __future__ import annotations

from nexus.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
