"""What a maintainer types about a remote, checked; secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_ssh_private_key,
)
from django import forms

from notes.errors import NexusError
from notes.models import PendingChange, Remote
from notes.publishing import destinations, placing
from notes.publishing.services import RemoteChoice, origin_of
from notes.readme.objects import branch_reference, checked_path

SECRETS = ("token", "ssh_key")
PLAIN = ("url", "branch", "path", "mode", "proposal", "username", "known_hosts")


class SecretTextarea(forms.Textarea):
    """Takes a secret and never shows one, not even the one just typed."""

    def format_value(self, value: Any) -> str:  # noqa: ARG002
        return ""


class PlaceForm(forms.Form):
    """Where a hand-written note goes."""

    place = forms.ChoiceField(label="Its place")

    def __init__(self, change: PendingChange) -> None:
        likely = placing.likely_place(change)
        super().__init__(initial={"place": likely}, auto_id=f"{change.pk}-%s")
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = list(placing.places(change))


class RemoteForm(forms.Form):
    """A repository elsewhere; secrets go in here and never come out."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="https://host/team/repository.git or git@host:team/repository.git.",
        error_messages={"required": "Give the repository's address."},
    )
    branch = forms.CharField(max_length=200, initial="main")
    path = forms.CharField(
        label="File", max_length=300, initial="README.md", help_text="Within it."
    )
    mode = forms.ChoiceField(label="How", choices=Remote.Mode.choices)
    proposal = forms.CharField(
        label="Branch for the pull request",
        required=False,
        max_length=200,
        help_text="Only for a pull request: the branch that Nexus pushes to.",
    )
    username = forms.CharField(
        required=False,
        max_length=200,
        help_text="Only for https; most hosts take any name with a token.",
    )
    token = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Only for https: an access token that may write to the repository.",
    )
    forget_token = forms.BooleanField(required=False, label="Remove the stored token")
    ssh_key = forms.CharField(
        required=False,
        label="Private SSH key",
        max_length=20_000,
        widget=SecretTextarea(
            attrs={"rows": 5, "class": "code", "spellcheck": "false"}
        ),
        help_text="Only for ssh: a deploy key without a passphrase.",
    )
    forget_ssh_key = forms.BooleanField(required=False, label="Remove the stored key")
    known_hosts = forms.CharField(
        required=False,
        label="The host's SSH keys",
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 3, "class": "code", "spellcheck": "false"}
        ),
        help_text="Only for ssh: lines of a known_hosts file. Left empty, the key that "
        "the host shows first is trusted from then on.",
    )

    def __init__(self, *args: Any, remote: Remote | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remote = remote
        shown = [name for name in PLAIN if remote]
        self.initial = {name: getattr(remote, name) for name in shown}
        for name in SECRETS:
            if remote and getattr(remote, name):
                self.fields[
                    name
                ].help_text = (
                    "One is stored and never shown. What you enter replaces it."
                )
            else:
                del self.fields[f"forget_{name}"]

    def clean_url(self) -> str:
        return self._checked("url", destinations.check)

    def clean_branch(self) -> str:
        return self._checked("branch", branch_reference)

    def clean_path(self) -> str:
        return self._checked("path", checked_path)

    def clean_proposal(self) -> str:
        if self.cleaned_data.get("mode") != Remote.Mode.PROPOSAL:
            return ""
        if not self.cleaned_data["proposal"]:
            raise forms.ValidationError("Name the branch that Nexus shall push to.")
        if self.cleaned_data["proposal"] == self.cleaned_data.get("branch"):
            raise forms.ValidationError("Choose another branch than the one above.")
        return self._checked("proposal", branch_reference)

    def clean_ssh_key(self) -> str:
        key = str(self.cleaned_data["ssh_key"]).replace("\r\n", "\n")
        if key and "PRIVATE KEY-----" not in key:
            raise forms.ValidationError(
                "This is no private key: paste all of it, from -----BEGIN to -----END."
            )
        if key and _has_passphrase(key):
            raise forms.ValidationError(
                "This key has a passphrase, which nobody could type here: make a key "
                "without one for this repository alone."
            )
        return key

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        url = data.get("url")
        if not url or self.errors:
            return data
        is_ssh = destinations.protocol_of(url) == "ssh"
        if is_ssh and not (data["ssh_key"] or self._keeps("ssh_key", url)):
            self.add_error("ssh_key", "An ssh address needs the private key to it.")
        return data

    def _keeps(self, name: str, url: str) -> bool:
        """Whether a stored secret is still there after saving."""
        is_stored = self.remote is not None and bool(getattr(self.remote, name))
        if not is_stored or self.cleaned_data.get(f"forget_{name}"):
            return False
        return self.remote is not None and origin_of(self.remote.url) == origin_of(url)

    def _checked(self, name: str, check: Callable[[str], object]) -> str:
        value = str(self.cleaned_data[name])
        try:
            check(value)
        except NexusError as error:
            raise forms.ValidationError(str(error)) from error
        return value

    def choice(self) -> RemoteChoice:
        """What was typed, for the services."""
        data = dict(self.cleaned_data)
        for name in SECRETS:
            is_forgotten = data.pop(f"forget_{name}", False)
            data[name] = data[name] or ("" if is_forgotten else None)
        return RemoteChoice(**data)


def _has_passphrase(key: str) -> bool:
    """Whether it does, as far as can be told; what is no key at all ssh will say."""
    is_openssh = "OPENSSH" in key
    load = load_ssh_private_key if is_openssh else load_pem_private_key
    try:
        load(key.strip().encode() + b"\n", password=None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm) as error:
        return "password" in str(error).lower()
    return False
