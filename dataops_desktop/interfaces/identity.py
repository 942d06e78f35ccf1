"""Who a connection calls as, how a person signs in, and what was found on this computer to connect with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dataops_desktop.interfaces.cancel import CancelToken

# How a person renews a session.
SSO, MFA, COMMAND, KEYS, NOTHING = "sso", "mfa", "command", "keys", ""


@dataclass(frozen=True)
class FoundProfile:
    """A profile of the AWS configuration. `chain` says in words where its credentials come from, `problem` why it cannot be used."""

    name: str
    kind: str  # sso, role, process, login, web-identity, keys, empty
    region: str
    chain: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class FoundSso:
    """An sso-session of the AWS configuration."""

    name: str
    start_url: str
    region: str


@dataclass(frozen=True)
class SsoRole:
    """A role of an account that a signed-in person may take."""

    account: str
    account_name: str
    role: str


@dataclass(frozen=True)
class Found:
    """Everything there is to connect with on this computer. `problems` are files that cannot be read, in words."""

    profiles: tuple[FoundProfile, ...]
    sso_sessions: tuple[FoundSso, ...]
    environment: str = ""  # what the environment offers: keys, a container's or an instance's role
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignInWay:
    """What a person can do about a session that ended. `detail` is the sso-session, the MFA device or the command to run elsewhere."""

    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Identity:
    """Who calls go out as. `ends_at` (seconds since 1970) is when the session ends; `renews`: it goes on by itself then."""

    account: str
    arn: str
    region: str
    method: str  # botocore's name of where the credentials came from, such as sso or assume-role
    ends_at: float | None = None
    renews: bool = False

    @property
    def source(self) -> str:
        """As nodes name where they are from."""
        return f"aws:{self.account}:{self.region}"

    @property
    def name(self) -> str:
        """The person or session, as a status bar shows it."""
        return self.arn.rpartition("/")[2] or self.arn.rpartition(":")[2]

    @property
    def role(self) -> str:
        """The role's own name, or nothing; Identity Center's long names are cut to what people call them."""
        parts = self.arn.partition(":assumed-role/")[2].split("/")
        role = parts[0] if len(parts) > 1 else ""
        if role.startswith("AWSReservedSSO_"):
            role = role.removeprefix("AWSReservedSSO_").rpartition("_")[0]
        return role


@dataclass(frozen=True)
class DeviceCode:
    """What is shown while a person signs in with the browser. `until` in seconds since 1970."""

    user_code: str
    url: str
    until: float


# States of a step of the doctor.
OK, WARNING, ERROR, SKIPPED = "ok", "warning", "error", "skipped"


@dataclass(frozen=True)
class Step:
    """One step of the way from a profile to a service. `found` in words; `remedy` what to do where it is not ok; `action` what an administrator would
    have to allow; `facts` are lines for copying."""

    title: str
    state: str
    found: str
    remedy: str = ""
    action: str = ""
    facts: tuple[str, ...] = ()


class IdentitySource(Protocol):
    """A connection's credentials, as actions see them. Every method blocks."""

    def identity(self) -> Identity:
        """Asks the service; raises CredentialsError, or AccountChangedError where another account than the pinned one answers."""

    def way(self) -> SignInWay:
        """How a person signs in here; asks nobody."""

    def sign_in(self, show: Callable[[DeviceCode], None], cancel: CancelToken) -> None:
        """By the browser: `show` is called with the code, returns once the person allowed it."""

    def roles(self) -> list[SsoRole]:
        """What the person may choose among after the sign-in with the browser."""

    def answer_mfa(self, code: str) -> None:
        """The code of the MFA device, for the next call."""

    def renew(self) -> None:
        """Ask for fresh credentials before the old ones end, where that needs nobody."""

    def custom_endpoints(self, services: Sequence[str]) -> list[tuple[str, str, str]]:
        """(service, address, who says so) where calls do not go to AWS's own addresses."""

    def simulate(self, actions: Sequence[str]) -> dict[str, bool]:
        """Action → whether the caller's policies allow it, as far as IAM says; empty where it does not."""

    def diagnose(self, services: Sequence[str], tell: Callable[[Step], None], cancel: CancelToken) -> None:
        """Every step of the way to these services, told as it is known; nothing is raised for what is found broken."""

    def keys(self) -> tuple[str, str, str]:
        """(key id, secret, token) of this moment, for a child process; the token may be empty."""
