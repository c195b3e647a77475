"""The two ways in which work can go wrong."""

from __future__ import annotations


class NexusError(Exception):
    """Something that a person has to mend; its text is one sentence for them.

    A kind that is raised without a text has its docstring for one.
    """

    def __str__(self) -> str:
        return super().__str__() or " ".join((self.__doc__ or "").split())


class TransientError(NexusError):
    """Something that another try may cure."""
