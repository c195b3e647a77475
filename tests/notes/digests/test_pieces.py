from __future__ import annotations

import json

from notes.digests.pieces import LEFT_OUT, Piece, fit, freeze, select, thaw

OPENING, END = Piece(html="<h1>", text="opening"), Piece(html="<p>", text="end")
GROUPS = [
    [
        Piece(html="<ul>", text=f"group {number}", group=number),
        Piece(html="<li>" * 10, text=tag, group=number, tags=(tag, "all")),
        Piece(html="</ul>", text="", group=number),
    ]
    for number, tag in enumerate(("django", "celery"))
]
OLD = Piece(html="<li>", text="old", group=2, tags=("old",), is_news=False)
NOTICE = Piece(html="more", text="more", group=LEFT_OUT)
WHOLE = [OPENING, *GROUPS[0], *GROUPS[1], OLD, NOTICE, END]


def test_who_follows_no_tags_gets_everything() -> None:
    assert select(WHOLE, None) == WHOLE


def test_who_follows_a_tag_gets_its_notes_and_what_is_around_them() -> None:
    chosen = select(WHOLE, frozenset(["celery"]))
    assert chosen == [OPENING, *GROUPS[1], NOTICE, END]


def test_without_news_nothing_is_left() -> None:
    assert select(WHOLE, frozenset(["fortran"])) == []
    assert select(WHOLE, frozenset(["old"])) == []
    assert OLD in select(WHOLE, frozenset(["old", "django"]))


def test_what_has_room_is_whole_and_says_nothing_of_room() -> None:
    assert fit(WHOLE, max_bytes=1000) == [piece for piece in WHOLE if piece != NOTICE]


def test_what_has_no_room_is_left_out_with_its_heading_and_that_is_said() -> None:
    fitted = fit(WHOLE, max_bytes=75)
    assert fitted == [OPENING, *GROUPS[0], OLD, NOTICE, END]
    assert sum(piece.bytes for piece in fitted) <= 75


def test_where_nothing_has_room_the_opening_stands_alone() -> None:
    assert fit(WHOLE, max_bytes=20) == [OPENING, NOTICE]


def test_pieces_survive_being_kept_as_json() -> None:
    assert thaw(json.loads(json.dumps(freeze(WHOLE)))) == WHOLE
