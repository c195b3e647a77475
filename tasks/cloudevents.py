"""Events as CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec)."""

from __future__ import annotations

import json
from typing import Any

from notes.models import Event


def envelope(event: Event, *, source: str) -> dict[str, Any]:
    """The event with the attributes that CloudEvents names; data holds ids only."""
    subject = f"/h/{event.hub.slug}/" if event.hub else "/"
    if event.note_id:
        subject += f"notes/{event.note_id}/"
    return {
        "specversion": "1.0",
        "id": str(event.pk),
        "source": source,
        "type": event.kind,
        "subject": subject,
        "time": event.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "hub": event.hub.slug if event.hub else None,
            "note": event.note_id,
            **event.data,
        },
    }


def encode(event: Event, *, source: str) -> bytes:
    return json.dumps(envelope(event, source=source), ensure_ascii=False).encode()
