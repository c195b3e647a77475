"""The two ways in which work can go wrong."""

from __future__ import annotations


class NexusError(Exception):
    """Something that a person has to mend; its text is one sentence for them."""


class TransientError(NexusError):
    """Something that another try may cure."""
