"""The way from a profile to a service, step by step, each with what was found and what to do about it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Protocol

from dataops_desktop.aws import profiles
from dataops_desktop.aws.reach import Reach, proxies_told, reach
from dataops_desktop.errors import (
    AccountChangedError,
    ConnectionFailedError,
    CredentialsError,
    DataOpsError,
    PermissionDeniedError,
)
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.endpoints import is_loopback
from dataops_desktop.interfaces.identity import ERROR, OK, SKIPPED, WARNING, Step

CLOCK_ERROR_S, CLOCK_WARNING_S = 300, 60
AMAZON = re.compile(r"amazon", re.IGNORECASE)
Tell = Callable[[Step], None]


class Session(Protocol):
    """What is asked of an AwsSession."""

    @property
    def region(self) -> str: ...
    def knows_region(self, region: str) -> bool: ...
    def endpoint(self, service: str) -> str: ...
    def endpoint_is_own(self, service: str) -> bool: ...
    def certificates(self) -> str: ...
    def keys(self) -> tuple[str, str, str]: ...
    def method(self) -> str: ...
    def who(self) -> str: ...
    def account(self) -> str: ...


def diagnose(
    session: Session, options: ConnectionOptions, services: Sequence[str], tell: Tell, cancel: CancelToken
) -> None:
    """Configuration → region → proxy, endpoints, TLS and clock → credentials and role → account."""
    going = _configuration(options, tell)
    cancel.raise_if_cancelled()
    if not going:
        for title in ("Region", "Endpoints", "Credentials", "Account"):
            tell(Step(title, SKIPPED, "Needs the step before."))
        return
    going = _region(session, tell)
    cancel.raise_if_cancelled()
    reached = _endpoints(session, options, services, tell, cancel) if going else False
    if not going:
        tell(Step("Endpoints", SKIPPED, "Needs a region."))
    cancel.raise_if_cancelled()
    _credentials(session, options, tell, reached)


def _configuration(options: ConnectionOptions, tell: Tell) -> bool:
    files = profiles.read_files()
    facts = (f"{profiles.config_file()}", f"{profiles.credentials_file()}")
    if files.problems and not (options.keys or options.access_key_id):
        tell(
            Step(
                "Profile",
                ERROR,
                " ".join(files.problems),
                "Mend the file; until then no profile can be used.",
                facts=facts,
            )
        )
        return False
    if options.access_key_id or options.keys:
        where = {"keyring": "in the keyring", "session": "kept for this session", "": "given"}.get(
            options.keys, f"in Secrets Manager ({options.keys})"
        )
        tell(Step("Profile", OK, f"None is needed: the keys are {where}."))
        return True
    if options.sso_session:
        tell(
            Step(
                "Profile",
                OK,
                f"None is needed: sign-in {options.sso_session}, role {options.sso_role} of {options.sso_account}.",
            )
        )
        return True
    name = options.profile or os.environ.get("AWS_PROFILE", "")
    if not name:
        environment = profiles.environment()
        tell(Step("Profile", OK, f"None is named: {environment or 'the AWS SDK looks in its usual places'}."))
        return True
    try:
        names = profiles.chain(files, name)
        profiles.sso_of(files, name)
    except CredentialsError as error:
        tell(Step("Profile", ERROR, error.message, error.remedy, facts=facts))
        return False
    tell(
        Step(
            "Profile",
            OK,
            f"{' → '.join(reversed(names))}: {' → '.join(profiles.words_of(files, name))}.",
            facts=facts,
        )
    )
    return True


def _region(session: Session, tell: Tell) -> bool:
    try:
        region = session.region
        known = session.knows_region(region)
    except DataOpsError as error:
        tell(Step("Region", ERROR, error.message, error.remedy))
        return False
    if known:
        tell(Step("Region", OK, region))
        return True
    tell(
        Step(
            "Region",
            ERROR,
            f"AWS has no region {region!r} that this version knows.",
            "Check its spelling; eu-west-1 is one.",
        )
    )
    return False


def _endpoints(
    session: Session, options: ConnectionOptions, services: Sequence[str], tell: Tell, cancel: CancelToken
) -> bool:
    """Whether all of them can be reached. Each address once, however many services share it."""
    seen: dict[str, list[str]] = {}
    good = True
    for service in services:
        try:
            seen.setdefault(session.endpoint(service), []).append(service)
        except DataOpsError as error:
            good = False
            tell(Step(f"Endpoint of {service}", ERROR, error.message, error.remedy))
    clocks = []
    for url, named in seen.items():
        cancel.raise_if_cancelled()
        found = reach(url, session.certificates(), options.proxy)
        step = _endpoint_step(found, named, session)
        good = good and step.state != ERROR
        tell(step)
        if found.clock_off_s is not None:
            clocks.append(found.clock_off_s)
    if clocks:
        tell(_clock(clocks))
    return good


def _endpoint_step(found: Reach, services: list[str], session: Session) -> Step:
    host = found.url.partition("://")[2]
    title = f"Endpoint of {', '.join(services)}"
    facts = [found.url, *(f"address {address}" for address in found.addresses), *proxies_told(), *found.facts]
    if found.issuer:
        facts.append(f"certificate of {found.subject}, made by {found.issuer}, good until {found.ends}")
    own = session.endpoint_is_own(services[0])
    via = f" through the proxy {found.proxy}" if found.proxy else ""
    if found.failed:
        remedies = {
            "dns": "Check the region's and the endpoint's spelling, the network and the VPN."
            + (" A name of a VPC endpoint is only known inside its network." if "vpce" in host else ""),
            "connect": "A firewall or the VPN may stand between; the port must be open.",
            "proxy": "Check the proxy's address, and ask whoever runs it to let these hosts through.",
            "tls": _tls_remedy(found),
            "http": "Something in between takes the connection and drops the request; ask whoever runs the network.",
        }
        made = (
            f" The certificate was made by “{found.issuer}”."
            if found.failed == "tls" and found.issuer
            else ""
        )
        return Step(
            title, ERROR, f"{_sentence(found.why)}.{made}", remedies[found.failed], facts=tuple(facts)
        )
    if found.is_page:
        return Step(
            title, ERROR, f"A web page answers instead of AWS ({host}, status {found.status}).",
            "Sign in to the network (hotel, guest Wi-Fi) or ask for the proxy that AWS is to be reached through.", facts=tuple(facts),
        )  # fmt: skip
    text = f"{host}{via}"
    if found.private:
        text += ", a private address (VPC endpoint)"
    if found.issuer and not own and not AMAZON.search(found.issuer):
        return Step(
            title, WARNING, f"{text}. The certificate is of “{found.issuer}”, not of Amazon: a proxy reads what is sent.",
            "That is so in many companies; ask if you did not know.", facts=tuple(facts),
        )  # fmt: skip
    if found.url.startswith("http://"):
        text += ", not encrypted, on this computer" if is_loopback(host.partition(":")[0]) else ""
    return Step(title, OK, text + (" (not AWS's own)" if own else ""), facts=tuple(facts))


def _tls_remedy(found: Reach) -> str:
    if "expired" in found.why or "not yet valid" in found.why:
        return "Check this computer's clock; if it is right, the certificate has to be renewed by whoever runs the server."
    if "match" in found.why:
        return "The name in the certificate is another one: check the endpoint's address."
    return "A proxy or your own server signs with an authority this computer does not know: put its PEM file into Certificates of the connection. Verification is not switched off."


def _clock(offsets: list[float]) -> Step:
    off = sorted(offsets)[len(offsets) // 2]
    text = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the servers'"
    if abs(off) > CLOCK_ERROR_S:
        return Step(
            "Clock", ERROR, f"This computer's clock is {text}: AWS refuses what it signs.", "Set the clock, best by switching on automatic time."
        )  # fmt: skip
    if abs(off) > CLOCK_WARNING_S:
        return Step(
            "Clock",
            WARNING,
            f"This computer's clock is {text}.",
            "From five minutes on AWS refuses what it signs.",
        )
    return Step(
        "Clock", OK, "Agrees with the servers'." if abs(off) < 2 else f"This computer's clock is {text}."
    )


def _credentials(session: Session, options: ConnectionOptions, tell: Tell, reached: bool) -> None:
    role = options.role_arn or "the role of the profile"
    try:
        key, _, token = session.keys()
    except PermissionDeniedError as error:
        tell(_denied("Role", error, role))
        tell(Step("Account", SKIPPED, "Needs credentials."))
        return
    except ConnectionFailedError as error:
        tell(
            Step("Credentials", ERROR, error.message, error.remedy if reached else "See the endpoints above.")
        )
        tell(Step("Account", SKIPPED, "Needs credentials."))
        return
    except DataOpsError as error:
        tell(Step("Credentials", ERROR, error.message, error.remedy, facts=_detail_lines(error)))
        tell(Step("Account", SKIPPED, "Needs credentials."))
        return
    kind = "temporary" if token else "long-lived"
    tell(
        Step(
            "Credentials",
            OK,
            f"{kind.capitalize()} keys, {key[:4]}…{key[-4:]}, by {session.method() or 'the connection'}.",
        )
    )
    try:
        who = session.who()
    except AccountChangedError as error:
        tell(Step("Account", ERROR, error.message, error.remedy))
    except PermissionDeniedError as error:
        tell(_denied("Account", error, ""))
    except DataOpsError as error:
        tell(Step("Account", ERROR, error.message, error.remedy, facts=_detail_lines(error)))
    else:
        account = session.account()
        text = f"{who} in account {account}" if who else "The server does not say who this is."
        pinned = ", as pinned" if options.account else ""
        tell(Step("Account", OK, f"{text}{pinned}"))


def _denied(title: str, error: PermissionDeniedError, role: str) -> Step:
    remedy = error.remedy
    if error.action == "sts:AssumeRole":
        remedy = f"Two things are needed: a policy that allows sts:AssumeRole on {role}, and that role's trust policy naming you (external id and MFA as it asks)."
    return Step(title, ERROR, error.message, remedy, error.action, _detail_lines(error))


def _detail_lines(error: DataOpsError) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in error.details.items())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
