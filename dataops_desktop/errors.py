"""Every error this program shows to a person.

    DataOpsError                title, message, remedy; transient or final
    ├── CancelledByUserError    the person stopped it; nothing is wrong
    ├── InputError              what was typed or passed cannot be used
    ├── NotFoundError           the named thing does not exist
    ├── ConnectionFailedError   the service cannot be reached (transient)
    ├── CredentialsError        missing, wrong or expired credentials
    │   ├── NoCredentialsError  there are none at all
    │   └── AccountChangedError the credentials belong to another account than the connection's
    ├── PermissionDeniedError   the service refused; names the action to ask for
    ├── ThrottledError          too many calls (transient)
    ├── ProtocolError           an answer that is not what the service promises; nothing may be concluded from it
    ├── ServiceError            any other refusal of a service, in its own words
    ├── QueryFailedError        an engine rejected or failed a statement; line and column where known
    └── WorkspaceError          the local store cannot be used (newer, damaged, locked, full)

Connectors raise these and nothing else: their error packs map the SDK's exceptions at the edge.
"""

from __future__ import annotations

import re


class DataOpsError(Exception):
    """Base of the tree. `message` says what happened to what; `remedy` what to do; `details` are for copying."""

    title = "Something went wrong"
    transient = False

    def __init__(
        self,
        message: str,
        remedy: str = "",
        details: dict[str, str] | None = None,
        title: str | None = None,
        transient: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.remedy, self.details = message, remedy, details or {}
        if title is not None:
            self.title = title
        if transient is not None:
            self.transient = transient

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class CancelledByUserError(DataOpsError):
    """Raised inside work that was cancelled."""

    title = "Cancelled"

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)


class InputError(DataOpsError):
    """Unusable input."""

    title = "That cannot be used"


class NotFoundError(DataOpsError):
    """No such thing."""

    title = "Not found"


class ConnectionFailedError(DataOpsError):
    """No network, refused, reset, timed out."""

    title = "The service cannot be reached"
    transient = True


class CredentialsError(DataOpsError):
    """No, wrong or expired credentials."""

    title = "Sign in again"


class NoCredentialsError(CredentialsError):
    """Nothing to sign in with was found."""

    title = "No credentials"


class AccountChangedError(CredentialsError):
    """Another account answers than the one the connection is pinned to; nothing was asked of it."""

    title = "Another account"


class PermissionDeniedError(DataOpsError):
    """Refused; `action` is what an administrator must allow, such as `glue:GetTables`."""

    title = "Access denied"
    action = ""


class ThrottledError(DataOpsError):
    """The service asks to slow down."""

    title = "The service is busy"
    transient = True


class ProtocolError(DataOpsError):
    """A cut, empty or foreign answer with status 200."""

    title = "The answer was incomplete"
    transient = True


class ServiceError(DataOpsError):
    """The service's own refusal."""

    title = "The service refused"


_POSITION = re.compile(r"line (\d+):(\d+)")


class QueryFailedError(DataOpsError):
    """A statement the engine rejected or failed. `line` and `column` are 1-based, 0 where the engine gave none."""

    title = "The query failed"

    @property
    def line(self) -> int:
        """1-based line within the statement sent, or 0."""
        match = _POSITION.search(self.message)
        return int(match[1]) if match else 0

    @property
    def column(self) -> int:
        """1-based column within that line, or 0."""
        match = _POSITION.search(self.message)
        return int(match[2]) if match else 0


class WorkspaceError(DataOpsError):
    """The workspace file cannot be used; it was not written."""

    title = "The workspace cannot be opened"
