"""AWS clients of a connection: calls bounded in time, paid work never sent twice, and who all of it is done as."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dataops_desktop.aws import profiles, single_sign_on
from dataops_desktop.aws.credentials import (
    DEFAULT_REGION,
    OWN,
    MfaCodeNeededError,
    default_config,
    open_session,
    sso_session,
)
from dataops_desktop.aws.errors import aws_call, translate
from dataops_desktop.errors import AccountChangedError, CredentialsError, DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions, Link, given_keys
from dataops_desktop.interfaces.endpoints import require_safe_endpoint
from dataops_desktop.interfaces.identity import (
    KEYS,
    MFA,
    NOTHING,
    SSO,
    DeviceCode,
    FoundSso,
    Identity,
    SignInWay,
    SsoRole,
    Step,
)
from dataops_desktop.redaction import know

_SERIAL = re.compile(r"MFA code for (.+): $")


def _named_endpoint() -> bool:
    return any(os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"))


def shared_session(link: Link) -> AwsSession:
    """The one session of all AWS connectors of a connection: one sign-in, one MFA code, one set of clients."""
    return AwsSession(link.options, link.keys)


class AwsSession:
    """One profile, role, key pair or the sandbox in one region. Thread-safe; clients are made one after another and kept."""

    def __init__(
        self, options: ConnectionOptions, keys: Callable[[], Mapping[str, str]] | None = None
    ) -> None:
        self._options = options
        self._keys = keys or (lambda: given_keys(options))
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, bool, str], Any] = {}
        self._session: Any = None
        self._account: str | None = None
        self._who = ""
        self._roles: dict[str, Any] = {}  # botocore's cache of role sessions
        self._addresses: dict[str, str] = {}
        self._generation = 0
        self._code = ""
        self._serial = ""  # of the MFA device that was asked for
        self._asking = threading.RLock()  # one question to STS at a time, while clients can be had

    # the session
    def _core(self) -> Any:
        return self._boto3()._session

    def _boto3(self) -> Any:
        if self._session is None:
            import boto3

            self._generation += 1
            keys = self._keys()
            know(keys.get("secret_access_key"), keys.get("session_token"))
            core = open_session(self._options, keys, partial(self._mfa_code, self._generation), self._roles)
            self._session = boto3.Session(botocore_session=core, region_name=self._options.region)
        return self._session

    @property
    def region(self) -> str:
        """The region calls go to."""
        with self._lock:
            return str(self._boto3().region_name or DEFAULT_REGION)

    def client(self, service: str, *, paid: bool = False, region: str = "") -> Any:
        """A client for listing and reading (8 attempts with backoff), or for starting paid work (one attempt)."""
        if (
            (self._options.account or self._options.allowed_accounts)
            and self._account is None
            and service != "sts"
        ):
            self.account()  # refuses another one than the pinned
        with self._lock:
            made = self._clients.get((service, paid, region))
            if made is None:
                with _fetching(service):
                    made = self._make(service, paid, region)
                # The endpoint may also come from AWS_ENDPOINT_URL or the profile.
                require_safe_endpoint(made.meta.endpoint_url)
                self._clients[service, paid, region] = made
            return made

    def _make(self, service: str, paid: bool, region: str) -> Any:
        from botocore.config import Config

        options = self._options
        return self._boto3().client(
            service,
            region_name=region or self.region,
            endpoint_url=options.endpoint(service),
            verify=options.ca_bundle or None,
            config=Config(
                **default_config(options),
                # botocore sends again after a read timeout, even calls without an idempotency token.
                retries={"total_max_attempts": 1 if paid else 8, "mode": "standard"},
                max_pool_connections=24,
                # Presigned links would else be signed the old way, which newer regions refuse.
                signature_version="s3v4" if service == "s3" else None,
                # A server that is not AWS's need not answer to a host name for each bucket.
                s3={"addressing_style": "path"} if options.endpoint_url or _named_endpoint() else None,
            ),
        )

    @property
    def encryption(self) -> str:
        """How new objects are encrypted where nothing else is said; empty as the bucket does."""
        return self._options.sse

    @property
    def kms_key(self) -> str:
        """The key for that, or AWS's own."""
        return self._options.kms_key

    @property
    def own_endpoint(self) -> bool:
        """Whether calls go to another server than AWS's."""
        return "amazonaws.com" not in self.client("s3").meta.endpoint_url

    def endpoint(self, service: str) -> str:
        """The address calls of a service go to; no credentials are needed for it. InputError for one that is not encrypted."""
        options = self._options
        given = options.endpoint(service) or self._addresses.get(service)
        if not given:
            with self._lock:
                session = self._boto3()
            from botocore import UNSIGNED
            from botocore.config import Config

            client = session._session.create_client(
                service,
                region_name=self.region,
                config=Config(**default_config(options), signature_version=UNSIGNED),
            )
            given = str(client.meta.endpoint_url)
            client.close()
            self._addresses[service] = given  # a client takes tens of milliseconds to make
        require_safe_endpoint(given)
        return given

    def endpoint_is_own(self, service: str) -> bool:
        """Whether a service is reached at another address than AWS's usual one."""
        host = urlsplit(self.endpoint(service)).hostname or ""
        return not host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) or ".vpce." in host

    def custom_endpoints(self, services: Sequence[str]) -> list[tuple[str, str, str]]:
        """IdentitySource."""
        found = []
        for service in services:
            if not self.endpoint_is_own(service):
                continue
            name = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
            where = (
                "this connection" if self._options.endpoint(service)
                else name if os.environ.get(name)
                else "AWS_ENDPOINT_URL" if os.environ.get("AWS_ENDPOINT_URL")
                else "the AWS profile"
            )  # fmt: skip
            found.append((service, self.endpoint(service), where))
        return found

    def certificates(self) -> str:
        """The PEM file certificates are checked against."""
        from botocore.httpsession import get_cert_path

        with self._lock:
            core = self._core()
        given = self._options.ca_bundle or core.get_config_variable("ca_bundle")
        return str(Path(given).expanduser() if given else get_cert_path(True))

    def knows_region(self, region: str) -> bool:
        """Whether the SDK has heard of it; servers that are not AWS's may call theirs as they like."""
        if self._options.endpoint_url or _named_endpoint():
            return True
        with self._lock:
            core = self._core()
        return any(
            region in core.get_available_regions("s3", partition, allow_non_regional=False)
            for partition in core.get_available_partitions()
        )

    def method(self) -> str:
        """botocore's name of where the credentials come from."""
        with _fetching("sts"), self._lock:
            return str(getattr(self._boto3().get_credentials(), "method", "") or "")

    def simulate(self, actions: Sequence[str]) -> dict[str, bool]:
        """IdentitySource."""
        from dataops_desktop.aws.simulate import simulate

        return simulate(self.client("iam"), self.who(), self.region, actions)

    def diagnose(self, services: Sequence[str], tell: Callable[[Step], None], cancel: CancelToken) -> None:
        """IdentitySource."""
        from dataops_desktop.aws.doctor import diagnose

        diagnose(self, self._options, services, tell, cancel)

    # who
    def account(self) -> str:
        """The account number, asked once from STS. A server that is not AWS's need not speak STS: then `unknown`."""
        with self._asking:
            if self._account is None:
                from botocore.exceptions import BotoCoreError, ClientError
                from botocore.parsers import ResponseParserError

                sts = self.client("sts")
                try:
                    answer = sts.get_caller_identity()
                    account, who = str(answer["Account"]), str(answer.get("Arn") or "")
                except (BotoCoreError, ClientError, ResponseParserError, KeyError) as error:
                    # Never guessed for AWS itself: a passing failure would file the same tables under a second source.
                    asked = getattr(error, "operation_name", "GetCallerIdentity")
                    found = translate("sts", asked, error)
                    if (
                        "amazonaws.com" in sts.meta.endpoint_url
                        or isinstance(found, CredentialsError)
                        or isinstance(error, BotoCoreError)  # nothing was answered
                        or asked != "GetCallerIdentity"
                    ):
                        raise found from error
                    account, who = "unknown", ""
                pinned = self._options.account
                if pinned and account != pinned:
                    raise AccountChangedError(
                        f"“{self._options.name}” belongs to account {pinned}, but its credentials are of {account} ({who}).",
                        "Sign in to the right account, or change the account in the connection's settings.",
                    )
                allowed = self._options.allowed_accounts
                if allowed and account not in allowed:
                    raise AccountChangedError(
                        f"Account {account} ({who}) is none your administrator allows.",
                        f"Allowed: {', '.join(allowed)}.",
                    )
                self._account, self._who = account, who
            return self._account

    def source(self) -> str:
        """`aws:<account>:<region>`: keeps the nodes of two accounts or regions apart."""
        with aws_call("sts", "GetCallerIdentity"):
            return f"aws:{self.account()}:{self.region}"

    def who(self) -> str:
        """The caller's ARN, empty where the server does not say."""
        with aws_call("sts", "GetCallerIdentity"):
            self.account()
        return self._who

    def identity(self) -> Identity:
        """IdentitySource."""
        who = self.who()
        with _fetching("sts"), self._lock:
            found = self._boto3().get_credentials()
        ends_at, renews = self._ends()
        return Identity(self.account(), who, self.region, str(getattr(found, "method", "")), ends_at, renews)

    def _ends(self) -> tuple[float | None, bool]:
        way = self.way()
        if way.kind == SSO:
            sso = self._sso()
            return single_sign_on.token_ends(single_sign_on.token_of(sso)) if sso else (None, False)
        if way.kind == MFA:
            ends = [_moment(kept["Credentials"]["Expiration"]) for kept in list(self._roles.values())]
            return (min(ends) if ends else None), False
        if given := os.environ.get("AWS_CREDENTIAL_EXPIRATION", ""):
            try:
                return _moment(given), False
            except ValueError:
                pass
        return None, False

    # signing in
    def _profile(self) -> str:
        return self._options.profile or os.environ.get("AWS_PROFILE") or "default"

    def _sso(self) -> FoundSso | None:
        files = profiles.read_files()
        if self._options.sso_session:
            return sso_session(self._options, files)
        if self._profile() not in files.profiles:
            return None
        return profiles.sso_of(files, self._profile())

    def way(self) -> SignInWay:
        """IdentitySource."""
        if self._serial:
            return SignInWay(MFA, self._serial)
        if self._options.sso_session:
            return SignInWay(SSO, self._options.sso_session)
        if self._options.mfa_serial:
            return SignInWay(MFA, self._options.mfa_serial)
        if self._options.keys:
            return SignInWay(KEYS)
        if self._options.access_key_id:
            return SignInWay(NOTHING)
        try:
            return profiles.way_of(profiles.read_files(), self._profile())
        except DataOpsError:
            return SignInWay(NOTHING)

    def sign_in(self, show: Callable[[DeviceCode], None], cancel: CancelToken) -> None:
        """IdentitySource."""
        sso = self._sso()
        if sso is None:
            raise CredentialsError(
                f"{self._options.name} has no sign-in with the browser.",
                "Renew its credentials where they come from.",
            )
        with self._lock:
            core = self._core()
        single_sign_on.sign_in(core, sso, show, cancel)
        self.reconnect()

    def roles(self) -> list[SsoRole]:
        """IdentitySource."""
        sso = self._sso()
        if sso is None:
            return []
        with self._lock:
            core = self._core()
        return single_sign_on.roles(core, sso)

    def answer_mfa(self, code: str) -> None:
        """IdentitySource."""
        with self._lock:
            self._code = code.strip().replace(" ", "")
            self.reconnect()

    def _mfa_code(self, generation: int, prompt: str) -> str:
        """What botocore asks for, inside whatever call needed the role. A code is for the newest session, not for calls still under way in an older."""
        code = ""
        if generation == self._generation:
            code, self._code = self._code, ""
        found = _SERIAL.search(prompt)
        self._serial = found[1] if found else self._options.mfa_serial
        if not code:
            raise MfaCodeNeededError(self._serial)
        return code

    def renew(self) -> None:
        """IdentitySource."""
        if self.way().kind != SSO:
            return
        from botocore.tokens import SSOTokenProvider

        with self._lock:
            core = self._core()
        profile = (
            OWN if self._options.sso_session else profiles.chain(profiles.read_files(), self._profile())[-1]
        )
        with aws_call("sso-oidc", "CreateToken"):
            token = SSOTokenProvider(core, profile_name=profile).load_token()
            if token is not None:
                token.get_frozen_token()

    def keys(self) -> tuple[str, str, str]:
        """IdentitySource."""
        with _fetching("sts"), self._lock:
            found = self._boto3().get_credentials()
            if found is None:
                from botocore.exceptions import NoCredentialsError

                raise NoCredentialsError
            frozen = found.get_frozen_credentials()
        know(frozen.secret_key, frozen.token)
        return frozen.access_key, frozen.secret_key, frozen.token or ""

    def reconnect(self) -> None:
        """Forget clients and credentials: the next call reads the profile again. Calls under way go on with theirs."""
        with self._lock:
            self._clients = {}
            self._session = None
            self._addresses = {}
            self._account = None
            self._roles.clear()

    def close(self) -> None:
        """Close every connection pool."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


@contextmanager
def _fetching(service: str) -> Iterator[None]:
    """Credentials may come from a program or a container, which may answer anything."""
    with aws_call(service, "credentials"):
        try:
            yield
        except JSONDecodeError as error:
            raise CredentialsError(
                "The program of credential_process answered what is no JSON.",
                "Run it by hand to see what it says, then try again.",
            ) from error


def _moment(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return datetime.fromisoformat(str(value)).timestamp()
