"""What the forms take, what they refuse, and in which words."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from notes import services
from notes.forms import LONGEST_TEXT, ImportForm, MemberForm, NoteForm
from notes.models import Hub, Note, Section
from notes.services import NoteText


def note_form(hub: Hub, section: Section, **typed: str) -> NoteForm:
    return NoteForm({"section": section.pk, "title": "Celery", **typed}, hub=hub)


@pytest.fixture
def challenges(hub: Hub) -> Section:
    return hub.sections.get(title="Challenges and Solutions")


def test_a_note_becomes_what_the_service_takes(hub, section):
    form = note_form(hub, section, body="It runs *tasks*.", tags="Celery, queues")
    assert form.is_valid()
    assert form.text() == NoteText(
        section=section,
        title="Celery",
        body="It runs *tasks*.",
        tags=("celery", "queues"),
    )


def test_a_title_alone_is_a_note(hub, section):
    assert note_form(hub, section).is_valid()


def test_a_note_needs_a_title(hub, section):
    form = note_form(hub, section, title=" ")
    assert form.errors == {"title": ["Give the note a title."]}


def test_an_imported_note_without_a_title_may_stay_without_one(hub, section):
    note = Note.objects.create(hub=hub, section=section, body="A bare item")
    form = NoteForm(NoteForm.initial_of(note), hub=hub, note=note)
    assert form.is_valid()


def test_a_section_has_to_be_chosen(hub):
    form = NoteForm({"title": "Celery"}, hub=hub)
    assert form.errors["section"] == ["Choose the section that it belongs to."]


def test_a_section_of_another_hub_is_refused(hub):
    other = services.create_hub(slug="other", title="Other")
    form = note_form(hub, other.sections.get(title="Highlights"))
    assert "section" in form.errors


def test_line_ends_of_browsers_become_those_of_files(hub, section):
    form = note_form(hub, section, body="\r\none\r\n\r\ntwo\r\n")
    assert form.is_valid()
    assert form.cleaned_data["body"] == "one\n\ntwo"


def test_the_indent_of_the_first_line_is_kept(hub, section):
    form = note_form(hub, section, body="    code\n    more")
    assert form.is_valid()
    assert form.cleaned_data["body"] == "    code\n    more"


def test_a_text_beyond_the_limit_is_refused(hub, section):
    form = note_form(hub, section, body="x" * (LONGEST_TEXT + 1))
    assert "body" in form.errors


def test_tags_are_small_trimmed_and_each_there_once(hub, section):
    form = note_form(hub, section, tags=" Celery ,, celery,  message   queue,")
    assert form.is_valid()
    assert form.cleaned_data["tags"] == ("celery", "message queue")


def test_too_many_tags_are_refused(hub, section):
    form = note_form(hub, section, tags=",".join(f"tag{n}" for n in range(13)))
    assert form.errors["tags"] == ["Give at most 12 tags."]


def test_too_long_a_tag_is_named(hub, section):
    form = note_form(hub, section, tags="fine, " + "x" * 41)
    assert "x" * 41 in form.errors["tags"][0]


def test_a_challenge_takes_problem_and_solution(hub, challenges):
    form = note_form(hub, challenges, problem="It ran twice.", solution="A ledger.")
    assert form.is_valid()
    assert form.text().solution == "A ledger."


def test_a_challenge_needs_its_solution(hub, challenges):
    form = note_form(hub, challenges, problem="It ran twice.")
    assert form.errors == {"solution": ["Say how it was solved, or what you tried."]}


def test_a_challenge_needs_its_problem(hub, challenges):
    form = note_form(hub, challenges, solution="A ledger.")
    assert form.errors == {"problem": ["Say what the problem was."]}


def test_a_challenge_told_in_one_text_is_taken(hub, challenges):
    assert note_form(hub, challenges, body="It ran twice until it did not.").is_valid()


def test_a_problem_outside_the_challenges_is_not_thrown_away(hub, section):
    form = note_form(hub, section, problem="It ran twice.")
    assert "has no place for a problem" in form.errors["problem"][0]


def test_the_select_tells_which_sections_are_for_challenges(hub, challenges):
    html = str(NoteForm(hub=hub)["section"])
    assert f'<option value="{challenges.pk}" data-kind="challenge">' in html


def test_an_upload_is_read_as_it_is():
    upload = SimpleUploadedFile("README.md", "# Über\r\n".encode())
    form = ImportForm({}, {"file": upload})
    assert form.is_valid()
    assert form.cleaned_data["readme"] == "# Über\r\n"


def test_a_pasted_readme_gets_the_line_ends_of_files():
    form = ImportForm({"text": "# Hub\r\n\r\n- a\r\n"})
    assert form.is_valid()
    assert form.cleaned_data["readme"] == "# Hub\n\n- a\n"


@pytest.mark.parametrize("content", [b"\xff\xfe#", b"a\0b", b"x" * 1_000_001])
def test_a_file_that_is_no_readme_is_refused_in_a_sentence(content):
    form = ImportForm({}, {"file": SimpleUploadedFile("README.md", content)})
    (error,) = form.non_field_errors()
    assert error.startswith("The file ")


def test_neither_file_nor_text_is_refused():
    form = ImportForm({"text": " \n"})
    assert form.non_field_errors() == ["Choose a file or paste the text, one of both."]


def test_file_and_text_at_once_are_refused():
    upload = SimpleUploadedFile("README.md", b"# a")
    assert not ImportForm({"text": "# b"}, {"file": upload}).is_valid()


def test_a_member_is_found_whatever_the_case(ada):
    form = MemberForm({"username": "Ada", "role": "learner"})
    assert form.is_valid()
    assert form.cleaned_data["username"] == ada


def test_a_person_whom_nobody_knows_is_named(db):
    form = MemberForm({"username": "nobody", "role": "learner"})
    assert form.errors["username"] == [
        "Nobody is called “nobody” here; ask an admin to make the account."
    ]


def test_a_closed_account_cannot_become_a_member(db):
    User.objects.create_user("gone", is_active=False)
    assert not MemberForm({"username": "gone", "role": "learner"}).is_valid()
