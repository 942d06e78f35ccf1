"""What every connected system is: a manifest found without importing its SDK, and a connector made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from dataops_desktop.interfaces.identity import IdentitySource

T = TypeVar("T")


@dataclass(frozen=True)
class Capability:
    """Something a connector can do; `reason` says why not when it cannot."""

    name: str
    available: bool
    reason: str = ""


@dataclass(frozen=True)
class ConnectionOptions:
    """Where and as whom to connect: what a person may keep, show and hand on.

    Secrets are not in here: profiles, the keyring (`keys` = "keyring"), memory ("session") or AWS Secrets Manager (an ARN, `#` and a
    JSON key) hold them. The three fields for keys are only filled for the sandbox, whose credentials protect nothing, and for child processes,
    which are given them over a pipe; they are never stored (`stored`).
    """

    name: str = "default"
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None  # instead of AWS's own; http:// is refused unless loopback
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    sandbox: bool = False
    keys: str = ""
    sso_session: str = ""  # with an account and a role: a sign-in without a profile; an sso-session's name, or a start URL with its region
    sso_region: str = ""
    sso_account: str = ""
    sso_role: str = ""
    role_arn: str = ""  # assumed on top of the rest
    external_id: str = ""
    mfa_serial: str = ""
    role_session: str = ""
    role_hours: int = 1
    endpoints: tuple[tuple[str, str], ...] = ()  # service → URL, such as an interface VPC endpoint
    fips: bool = False
    dual_stack: bool = False
    ca_bundle: str = ""
    proxy: str = ""
    account: str = ""  # pinned: another one is refused
    allowed_accounts: tuple[str, ...] = ()  # of an administrator's policy; not stored
    colour: str = ""
    sse: str = (
        ""  # SSE-S3, SSE-KMS or DSSE-KMS for new objects where nothing else is said; empty as the bucket does
    )
    kms_key: str = ""
    sensitive: bool = False  # results are kept in memory only as long as they are open

    def endpoint(self, service: str) -> str | None:
        """The address for a service, where it is not AWS's own."""
        return dict(self.endpoints).get(service) or self.endpoint_url

    def stored(self) -> dict[str, Any]:
        """Everything but secrets, and only what differs from a plain connection."""
        plain = ConnectionOptions()
        return {
            name: value
            for name, value in asdict(self).items()
            if value != getattr(plain, name) and name not in NOT_STORED
        }

    @staticmethod
    def load(record: Mapping[str, Any]) -> ConnectionOptions:
        """A stored record; fields this version does not know, and secrets somebody wrote into it, are left out."""
        known = {field.name for field in fields(ConnectionOptions)} - NOT_STORED
        given = {name: value for name, value in record.items() if name in known}
        given["endpoints"] = tuple((str(a), str(b)) for a, b in given.get("endpoints", ()))
        return ConnectionOptions(**given)


def given_keys(options: ConnectionOptions) -> dict[str, str]:
    """Keys in the options themselves: the sandbox's, or those a child process was given over its pipe."""
    if not options.access_key_id or not options.secret_access_key:
        return {}
    return {
        "access_key_id": options.access_key_id,
        "secret_access_key": options.secret_access_key,
        "session_token": options.session_token or "",
    }


KEPT, CURRENT = (
    "connections",
    "connection.current",
)  # settings: the kept records, and the name of the one in front
SECRET_FIELDS = frozenset({"access_key_id", "secret_access_key", "session_token"})
NOT_STORED = SECRET_FIELDS | {"allowed_accounts"}


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
    action: str = ""  # what an administrator would have to allow, such as glue:GetDatabases


@dataclass(frozen=True)
class Feature:
    """Something people do with a service, and the IAM actions it takes. `checked` ones are tried by the connector's cheap call itself."""

    id: str
    title: str
    actions: tuple[str, ...]
    checked: bool = False


@dataclass(frozen=True)
class Manifest:
    """A connector's card: no SDK is imported to read it. `factory` is `module:function(link) -> Connector`."""

    id: str
    title: str
    order: int
    factory: str
    domain: str
    extra: str = ""
    command_titles: tuple[tuple[str, str], ...] = ()
    features: tuple[Feature, ...] = ()


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

    def close(self) -> None:
        """Release connections; safe to call twice."""


class Link(Protocol):
    """What the connectors of one connection have in common."""

    @property
    def options(self) -> ConnectionOptions:
        """Where and as whom; may block while the sandbox starts."""

    def keys(self) -> dict[str, str]:
        """The connection's own keys (access_key_id, secret_access_key, session_token), empty for those of a profile. Raises CredentialsError."""

    def shared(self, make: Callable[[Link], T]) -> T:
        """Made once per connection on first use. What has a `reconnect` hears of it, what has a `close` is closed with the connection."""


class ConnectorRegistry(Protocol):
    """The connectors of one connection, each made on first use."""

    @property
    def name(self) -> str:
        """The connection's; never waits."""

    @property
    def sensitive(self) -> bool:
        """Whether results are kept only as long as they are open."""

    def manifests(self) -> tuple[Manifest, ...]:
        """Every installed connector, in the order of its card."""

    def get(self, connector_id: str) -> Any:
        """The live connector; raises NotFoundError for an unknown id, ConnectionFailedError when it cannot be made."""

    def identity(self) -> IdentitySource:
        """Who this connection calls as."""

    def reconnect(self) -> None:
        """Read the credentials again, after the person signed in."""

    def reopen(self) -> None:
        """Make everything anew from the options as they are now; what is under way goes on with the old."""

    def close(self) -> None:
        """Close every live connector."""
