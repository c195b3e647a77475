from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from hypothesis import given
from hypothesis import strategies as st

from notes.digests.mime import Template, header

GAPS = {"link": "https://gap.invalid/link/"}
LINK = "https://nexus.example/s/reader-12:" + "A-_z" * 30 + "/unsubscribe/"
LINES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
    | st.sampled_from("\n .F=\t"),
    max_size=400,
)


def mail(text: str, html: str) -> bytes:
    template = Template.of(
        {"Subject": "Week 47"}, text=text, html=html, gaps=GAPS, boundary="=_cut"
    )
    return template.fill(header("To", "ada@example.org"), {"link": LINK})


def parts(raw: bytes) -> list[str]:
    parsed = message_from_bytes(raw, policy=default)
    assert parsed.defects == []
    found = list(parsed.iter_parts())
    assert all(isinstance(part, EmailMessage) and not part.defects for part in found)
    return [part.get_content().replace("\r\n", "\n") for part in found]


def test_the_gaps_are_filled_in_both_parts() -> None:
    gap = GAPS["link"]
    raw = mail(f"Leave:\n{gap}\nBye", f'<a href="{gap}">Leave</a>')
    assert parts(raw) == [f"Leave:\n{LINK}\nBye", f'<a href="{LINK}">Leave</a>']
    assert raw.startswith(b"To: ada@example.org\r\nSubject: Week 47\r\n")


@given(LINES, LINES)
def test_what_is_written_is_what_is_read_and_every_line_is_short(
    text: str, html: str
) -> None:
    raw = mail(text + GAPS["link"] + html, html)
    assert parts(raw) == [text + LINK + html, html]
    lines = raw.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert raw.isascii()
    for line in lines:
        assert b"\r" not in line
        assert b"\n" not in line
        assert not line.startswith((b".", b"From "))


def test_a_header_keeps_its_line_unless_it_has_to_be_encoded() -> None:
    long = f"<{LINK * 3}>"
    assert header("List-Unsubscribe", long) == f"List-Unsubscribe: {long}\r\n".encode()
    encoded = header("Subject", "Bäck\nBcc: x@example.org " * 9)
    assert max(map(len, encoded.split(b"\r\n"))) <= 78
    parsed = message_from_bytes(encoded + b"\r\n", policy=default)
    assert (
        parsed["Subject"] == "Bäck Bcc: x@example.org " * 8 + "Bäck Bcc: x@example.org"
    )
    assert parsed["Bcc"] is None
