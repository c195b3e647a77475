"""What people type, checked and turned into what the services take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from notes.errors import NexusError
from notes.models import Hub, Membership, Note, Section, Tag
from notes.readme import importer
from notes.readme.model import SectionKind
from notes.services import NoteText

LONGEST_TEXT = 50_000
MOST_TAGS = 12
LONGEST_TITLE = Note._meta.get_field("title").max_length  # noqa: SLF001
LONGEST_TAG = Tag._meta.get_field("name").max_length or 0  # noqa: SLF001


class SectionSelect(forms.Select):
    """Tells the page which sections are for challenges."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        section = getattr(option["value"], "instance", None)
        if section:
            option["attrs"]["data-kind"] = section.kind
        return option


class MarkdownField(forms.CharField):
    """Several lines of Markdown; line ends as in a file, leading spaces kept."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(
            widget=widget,
            required=False,
            strip=False,
            max_length=LONGEST_TEXT,
            **options,
        )

    def to_python(self, value: str | None) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        return text.rstrip().lstrip("\n")


class TagsField(forms.CharField):
    """Words between commas, in small letters so that Django and django are one."""

    def clean(self, value: str) -> tuple[str, ...]:
        words = (" ".join(part.split()) for part in super().clean(value).split(","))
        names = tuple(dict.fromkeys(word.lower() for word in words if word))
        if len(names) > MOST_TAGS:
            raise forms.ValidationError(f"Give at most {MOST_TAGS} tags.")
        if too_long := next((name for name in names if len(name) > LONGEST_TAG), None):
            raise forms.ValidationError(
                f"A tag has at most {LONGEST_TAG} characters; shorten “{too_long}”."
            )
        return names


class NoteForm(forms.Form):
    """A note in one of the hub's sections."""

    section = forms.ModelChoiceField(
        queryset=Section.objects.none(),
        empty_label="Choose a section",
        widget=SectionSelect,
        error_messages={"required": "Choose the section that it belongs to."},
    )
    title = forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={"required": "Give the note a title."},
        help_text="A few words: what is it about?",
    )
    body = MarkdownField(
        rows=10,
        label="Text",
        help_text="Markdown: **bold**, `code`, [words](https://example.org).",
    )
    problem = MarkdownField(rows=5, help_text="What went wrong, or was hard?")
    solution = MarkdownField(rows=5, help_text="What solved it, and why?")
    tags = TagsField(
        required=False,
        max_length=600,
        help_text="Words between commas, such as: django, caching.",
    )

    def __init__(self, *args: Any, hub: Hub, note: Note | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        sections = self.fields["section"]
        assert isinstance(sections, forms.ModelChoiceField)
        sections.queryset = hub.sections.all()
        # An imported README has items without a title; editing need not invent one.
        self.fields["title"].required = note is None or bool(note.title)

    @classmethod
    def initial_of(cls, note: Note) -> dict[str, Any]:
        texts = ("title", "body", "problem", "solution")
        return {
            "section": note.section_id,
            "tags": ", ".join(tag.name for tag in note.tags.all()),
            **{name: getattr(note, name) for name in texts},
        }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        section = data.get("section")
        if section is None:
            return data
        if section.kind == SectionKind.CHALLENGE:
            self._require_a_whole_challenge()
        else:
            self._refuse_half_of_a_challenge(section)
        return data

    def _require_a_whole_challenge(self) -> None:
        problem, solution, body = map(
            self.cleaned_data.get, ("problem", "solution", "body")
        )
        if not problem and (solution or not body):
            self.add_error("problem", "Say what the problem was.")
        if not solution and (problem or not body):
            self.add_error("solution", "Say how it was solved, or what you tried.")

    def _refuse_half_of_a_challenge(self, section: Section) -> None:
        for name in ("problem", "solution"):
            if self.cleaned_data.get(name):
                self.add_error(
                    name,
                    f"“{section}” has no place for a {name}: move this into the text, "
                    "or choose a section for challenges.",
                )

    def text(self) -> NoteText:
        """What was typed, for the services."""
        return NoteText(**self.cleaned_data)


class MoveForm(forms.Form):
    """Another section for a note."""

    section = forms.ModelChoiceField(
        queryset=Section.objects.none(), empty_label=None, label="Section"
    )

    def __init__(self, data: QueryDict | None = None, *, hub: Hub, **kwargs: Any):
        super().__init__(data, auto_id="move-%s", **kwargs)
        sections = self.fields["section"]
        assert isinstance(sections, forms.ModelChoiceField)
        sections.queryset = hub.sections.all()


class SectionForm(forms.Form):
    """The title of a section, new or not, and the section that a new one follows."""

    title = forms.CharField(max_length=200)
    after = forms.ModelChoiceField(queryset=Section.objects.none(), required=False)

    def __init__(self, *args: Any, hub: Hub, **kwargs: Any):
        super().__init__(*args, **kwargs)
        after = self.fields["after"]
        assert isinstance(after, forms.ModelChoiceField)
        after.queryset = hub.sections.all()
        after.initial = hub.sections.last()

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())


class RemovalForm(forms.Form):
    """What becomes of the notes of a section that goes, where it has any."""

    WITHDRAW = "withdraw"

    notes = forms.ChoiceField(
        error_messages={"required": "Say what becomes of the notes."}
    )

    def __init__(self, *args: Any, section: Section, count: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        others = section.hub.sections.exclude(pk=section.pk)
        self.sections = {str(other.pk): other for other in others}
        if not count:
            del self.fields["notes"]
            return
        field = self.fields["notes"]
        assert isinstance(field, forms.ChoiceField)
        field.label = f"What becomes of its {count} note{'' if count == 1 else 's'}?"
        field.choices = [
            ("", "Choose"),
            *((pk, f"Move to {other}") for pk, other in self.sections.items()),
            (self.WITHDRAW, "Withdraw: the text is kept and can be published again"),
        ]

    def notes_to(self) -> Section | None:
        """The section that gets the notes; None where they are withdrawn."""
        return self.sections.get(self.cleaned_data.get("notes", ""))


class ChecklistForm(forms.Form):
    """The titles of sections, one in a line."""

    titles = forms.CharField(
        required=False,
        max_length=5_000,
        label="Sections that the README should have",
        help_text="One title in a line; a heading of the same kind counts too.",
        widget=forms.Textarea(attrs={"rows": 7}),
    )

    def clean_titles(self) -> list[str]:
        lines = (
            " ".join(line.split()) for line in self.cleaned_data["titles"].split("\n")
        )
        return list(dict.fromkeys(line[:200] for line in lines if line))


class RepairForm(forms.Form):
    """What a repair has to be told, if anything."""

    words = forms.CharField(
        max_length=500,
        error_messages={"required": "Type what shall stand there."},
        help_text="Markdown may be used.",
    )

    def __init__(self, *args: Any, asks: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = asks
        if not asks:
            del self.fields["words"]


class ImportForm(forms.Form):
    """A README as a file or as pasted text."""

    file = forms.FileField(
        required=False, help_text="A text file in UTF-8, such as README.md."
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label="Or paste it",
        help_text="Pasted lines end as in Unix; a file keeps its own line ends.",
        widget=forms.Textarea(
            attrs={"rows": 14, "class": "code", "spellcheck": "false"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        upload, pasted = data.get("file"), data.get("text", "")
        if self.errors:
            return data
        if bool(upload) == bool(pasted.strip()):
            raise forms.ValidationError("Choose a file or paste the text, one of both.")
        try:
            data["readme"] = importer.decode(
                upload.read() if upload else pasted.replace("\r\n", "\n").encode()
            )
        except NexusError as error:
            raise forms.ValidationError(str(error)) from error
        return data


class MemberForm(forms.Form):
    """A person by name, and what they may do in the hub."""

    username = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=Membership.Role.choices)

    def clean_username(self) -> User:
        name = self.cleaned_data["username"]
        user = User.objects.filter(username__iexact=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                f"Nobody is called “{name}” here; ask an admin to make the account."
            )
        return user


class OverruleForm(forms.Form):
    """Why a link is fine whatever the checks say."""

    reason = forms.CharField(max_length=300, label="How do you know?")
