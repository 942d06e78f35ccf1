"""Which addresses signed calls may go to, and as which role."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlparse

from dataops_desktop.errors import InputError

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")


def is_loopback(host: str) -> bool:
    """This machine, by name or number."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe_endpoint(url: str) -> None:
    """http:// only to this machine: signed calls over plain HTTP would show their tokens to the network."""
    parts = urlparse(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return
    raise InputError(
        f"The endpoint {url} is not encrypted.",
        "Use an https:// address; http:// is accepted for this machine only.",
    )


def require_role(arn: str) -> None:
    """InputError for what is no ARN of a role."""
    if not _ROLE.fullmatch(arn):
        raise InputError(
            f"Role: {arn!r} is no ARN of a role.", "It looks like arn:aws:iam::123456789012:role/Analyst."
        )
