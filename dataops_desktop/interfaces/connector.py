"""What every connected system is: a manifest found without importing its SDK, and a connector made from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol


@dataclass(frozen=True)
class Capability:
    """Something a connector can do; `reason` says why not when it cannot."""

    name: str
    available: bool
    reason: str = ""


@dataclass(frozen=True)
class ConnectionOptions:
    """Where and as whom to connect. Secrets are not in here: profiles and the keyring hold them.

    `endpoint_url` replaces AWS's own endpoints (the sandbox, a private endpoint); http:// is refused unless loopback.
    `access_key_id`/`secret_access_key` are only set for the sandbox, whose credentials protect nothing.
    """

    name: str = "default"
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    sandbox: bool = False


@dataclass(frozen=True)
class Place:
    """Another account or region beside a connection's own; empty fields are the connection's."""

    profile: str = ""
    region: str = ""

    def of(self, options: ConnectionOptions) -> ConnectionOptions:
        """The connection's options for this place."""
        return replace(options, profile=self.profile or options.profile, region=self.region or options.region)


@dataclass(frozen=True)
class ConnectionCheck:
    """One round trip's outcome. `state` is connected, needs_sign_in, error or not_configured."""

    state: str
    summary: str
    remedy: str = ""
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """A connector's card: no SDK is imported to read it. `factory` is `module:function(options) -> Connector`."""

    id: str
    title: str
    order: int
    factory: str
    domain: str
    extra: str = ""
    command_titles: tuple[tuple[str, str], ...] = ()


class Connector(Protocol):
    """A live connector. All methods block: actions run them on an executor."""

    @property
    def id(self) -> str:
        """The manifest's id."""

    @property
    def source(self) -> str:
        """Identity of the account and region, such as `aws:123456789012:us-east-1`; keeps two accounts apart."""

    def capabilities(self) -> tuple[Capability, ...]:
        """What this connector can do here, with the reason where it cannot."""

    def check(self) -> ConnectionCheck:
        """One cheap call; never raises for refused access, reports it."""

    def reconnect(self) -> None:
        """Forget what was derived from credentials, after the person signed in again."""

    def close(self) -> None:
        """Release connections; safe to call twice."""


class ConnectorRegistry(Protocol):
    """The connectors of one connection, each made on first use."""

    def manifests(self) -> tuple[Manifest, ...]:
        """Every installed connector, in the order of its card."""

    def get(self, connector_id: str) -> Any:
        """The live connector; raises NotFoundError for an unknown id, ConnectionFailedError when it cannot be made."""

    def reconnect(self) -> None:
        """Let every live connector read its credentials again."""

    def close(self) -> None:
        """Close every live connector."""
