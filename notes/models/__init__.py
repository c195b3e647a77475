"""The rows that Nexus keeps; one module per subject."""

from __future__ import annotations

from notes.models.deadlink import ArchivedCopy, DeathNotice
from notes.models.digest import Delivery, Edition, Pause
from notes.models.event import Event, EventKind
from notes.models.handedit import HandEdit, PendingChange
from notes.models.hub import Hub, Membership, Section
from notes.models.job import Job
from notes.models.link import Link, LinkCheck, NoteLink
from notes.models.note import Note, Tag
from notes.models.overrule import Overrule
from notes.models.readme import Readme
from notes.models.remote import Remote
from notes.models.revision import Revision
from notes.models.subscriber import Subscriber, Subscription

__all__ = [
    "ArchivedCopy",
    "DeathNotice",
    "Delivery",
    "Edition",
    "Event",
    "EventKind",
    "HandEdit",
    "Hub",
    "Job",
    "Link",
    "LinkCheck",
    "Membership",
    "Note",
    "NoteLink",
    "Overrule",
    "Pause",
    "PendingChange",
    "Readme",
    "Remote",
    "Revision",
    "Section",
    "Subscriber",
    "Subscription",
    "Tag",
]
