from __future__ import annotations

import email
from datetime import timedelta
from email.policy import default
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notes.models import Event, EventKind, Hub
from tests.notes.digests.weeks import WEEK, add_note, add_reader, make_edition, make_hub


def preview(*arguments: str) -> bytes:
    buffer = BytesIO()
    stdout = TextIOWrapper(buffer, encoding="utf-8", newline="")
    call_command("preview_digest", *arguments, stdout=stdout)
    stdout.flush()
    return buffer.getvalue()


def test_the_preview_is_a_whole_mail_of_this_week(hub: Hub) -> None:
    add_note(hub, "Früh", at=timezone.now(), body="Some text.")
    mail = email.message_from_bytes(preview(), policy=default)
    assert mail["To"] == "reader@example.org"
    assert mail.get_content_type() == "multipart/alternative"
    assert "List-Unsubscribe" in mail
    assert not hub.editions.exists()


def test_the_preview_shows_either_part_alone(hub: Hub) -> None:
    add_note(hub, "Früh", body="Some **text**.")
    text = preview("--week", "2026-W47", "--format", "text").decode()
    html = preview("--week", "2026-W47", "--format", "html").decode()
    assert text.startswith("Backend hub\nWeek 47")
    assert "* Früh\n" in text
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")


def test_the_preview_of_what_went_out_is_what_went_out(hub: Hub) -> None:
    edition = make_edition(hub)
    add_note(hub, "Too late")
    text = preview("--week", "2026-W47", "--format", "text").decode()
    assert "Too late" not in text
    assert all(piece["text"] in text for piece in edition.pieces[:3])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--week", "2026-47"], "Write the week like 2026-W47"),
        (["--hub", "nowhere"], "There is no hub nowhere."),
        (["--week", "2020-W01"], "Nothing happened in week 2020-W01"),
    ],
)
def test_the_preview_refuses_in_one_sentence(
    hub: Hub, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        preview(*arguments)


def test_the_preview_asks_which_of_several_hubs(hub: Hub) -> None:
    hub.delete()
    with pytest.raises(CommandError, match="There is no hub yet"):
        preview()
    add_note(make_hub("one", "One"))
    make_hub("two", "Two")
    with pytest.raises(CommandError, match="choose one with --hub"):
        preview()
    assert b"One" in preview("--hub", "one", "--week", "2026-W47")


def send_digests(*arguments: str) -> str:
    output = StringIO()
    call_command("send_digests", *arguments, stdout=output)
    return output.getvalue()


def test_what_is_due_at_a_moment_is_recorded_once(hub: Hub) -> None:
    add_reader(hub)
    assert send_digests("--at", "2026-11-23T07:00Z") == (
        "backend: the digest of week 2026-W47 for 1 subscriber recorded as due\n"
    )
    assert Event.objects.filter(kind=EventKind.DIGEST_FELL_DUE).count() == 1
    assert send_digests("--at", "2026-11-23T08:00") == (
        "nothing new is due at 2026-11-23 08:00 UTC\n"
    )


def test_a_dry_run_records_nothing(hub: Hub) -> None:
    moment = (WEEK.end + timedelta(hours=1)).isoformat()
    for _ in range(2):
        assert send_digests("--at", moment, "--dry-run") == (
            "backend: the digest of week 2026-W47 for 0 subscribers "
            "would be recorded as due\n"
        )
    assert not Event.objects.filter(kind=EventKind.DIGEST_FELL_DUE).exists()


def test_what_is_no_moment_is_refused_in_one_sentence(hub: Hub) -> None:
    with pytest.raises(CommandError, match="'monday' is no moment; write it like"):
        send_digests("--at", "monday")
