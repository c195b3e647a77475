"""Words what a remote answers when it does not do what git asked it."""

from __future__ import annotations

import re

from notes.readme.git import PublishError, TransientPublishError

REASON_LIMIT_CHARACTERS = 200


class RefusedProtocolError(PublishError):
    """Nexus may not use this protocol: give an https, ssh or file address."""


class AuthenticationError(PublishError):
    """The remote refused the credentials: enter a new token or key for the hub."""


class ForbiddenError(PublishError):
    """The account may not write there: give it write access to the repository."""


class ProtectedBranchError(PublishError):
    """The branch is protected: let the account push to it, or use pull requests."""


class RepositoryGoneError(PublishError):
    """No repository is there, or the account may not see it: correct the address."""


class RepositoryMovedError(PublishError):
    """The remote answers with another address: enter the repository's new address."""


class CertificateError(PublishError):
    """The host's certificate is not trusted: correct the host or its certificate, or
    have an operator name its authority in SSL_CERT_FILE.
    """


class HostKeyError(PublishError):
    """The host's SSH key is not the known one: ask the host whether it is new, then
    enter it as the host's key for the hub.
    """


class UnreachableError(TransientPublishError):
    """The remote's host cannot be reached just now; the job tries again by itself."""


class RemoteMovedError(TransientPublishError):
    """The remote's branch moved each time we pushed; the job tries again by itself."""


# In this order: the later texts also accompany the earlier ones. They are git's and
# OpenSSH's in the C locale, and those of GitHub and GitLab.
REFUSALS: dict[type[PublishError], tuple[str, ...]] = {
    RemoteMovedError: (
        r"\[rejected\]",
        "incorrect old value",
        "failed to update ref",
        "cannot lock ref",
        "reference already exists",
    ),
    RefusedProtocolError: (r"transport '\w+' not allowed",),
    HostKeyError: ("Host key verification failed", "HOST IDENTIFICATION HAS CHANGED"),
    AuthenticationError: (
        "Authentication failed",
        "could not read (Username|Password)",
        "error: 401",
        r"Permission denied \(",
        "HTTP Basic: Access denied",
        "Load key .*(format|libcrypto)",
    ),
    ProtectedBranchError: ("[Pp]rotected branch", "GH006", "GH013"),
    ForbiddenError: (
        "error: 403",
        "Permission to .* denied",
        "not allowed to (push|upload)",
        "read.only",
        "insufficient permission",
        "Permission denied",
        "access not granted",
    ),
    PublishError: ("hook declined",),  # whatever else a hook says is its own affair
    RepositoryGoneError: (
        "[Rr]epository( '.*')? not found",
        "not appear to be a git repository",
        "error: 404",
        "could not be found",
    ),
    RepositoryMovedError: ("unable to update url base", r"error: 30\d"),
    CertificateError: ("certificate",),
    UnreachableError: (
        "[Cc]ould not resolve",
        "Connection (refused|reset|closed|timed out)",
        "Failed to connect",
        "Couldn't connect",
        "No route to host",
        "unreachable",
        "Operation too slow",
        "Empty reply",
        "early EOF",
        "hung up unexpectedly",
        r"error: (429|5\d\d)",
    ),
}


def refusal(text: str) -> PublishError:
    """The error for what git and the remote printed."""
    for error, patterns in REFUSALS.items():
        if re.search("|".join(patterns), text):
            return _declined(text) if error is PublishError else error()
    return _declined(text)


def _declined(text: str) -> PublishError:
    found = re.findall(r"^remote: (?:error: )?(.*\S)|^fatal: (.*)", text, re.MULTILINE)
    reason = "; ".join(remote or own for remote, own in found) or "no reason given"
    return PublishError(
        f"The remote declined the README ({reason[:REASON_LIMIT_CHARACTERS]}): "
        "change what it objects to and run the job again."
    )
