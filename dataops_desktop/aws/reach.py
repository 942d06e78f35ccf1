"""Reaching a host, step by step with the standard library: name, address, proxy, TLS, and who answers. Nothing signed is sent.

Facts: AWS refuses signed requests more than 5 minutes off (S3: 15), docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html; an interface
endpoint with private DNS gives the service's own name a private address, docs.aws.amazon.com/vpc/latest/privatelink.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

TIMEOUT_S = 5.0
HEAD_BYTES = 8192


@dataclass
class Reach:
    """What was found on the way to one address. `failed` names the step that did not go through: proxy, dns, connect, tls, http."""

    url: str
    failed: str = ""
    why: str = ""
    addresses: tuple[str, ...] = ()
    proxy: str = ""
    issuer: str = ""
    subject: str = ""
    ends: str = ""
    status: int = 0
    is_page: bool = False  # HTML answered: a sign-in page of the network, or a proxy's
    clock_off_s: float | None = None  # this computer's clock less the server's
    facts: list[str] = field(default_factory=list)

    @property
    def private(self) -> bool:
        """Whether the name leads to an address inside a private network."""
        return any(_is_private(address) for address in self.addresses)


def proxy_for(url: str, given: str) -> str:
    """The proxy a request would go through: the connection's, else the environment's or the system's."""
    host = urlsplit(url).hostname or ""
    if given:
        return given
    if proxy_bypass(host):
        return ""
    found = getproxies().get(urlsplit(url).scheme, "")
    return found if "://" in found or not found else f"http://{found}"


def reach(url: str, ca_bundle: str, proxy: str = "") -> Reach:
    """Try it; nothing is raised for what does not work."""
    found = Reach(url, proxy=proxy_for(url, proxy))
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    first = urlsplit(found.proxy) if found.proxy else None
    target = (first.hostname or "", first.port or 3128) if first else (host, port)
    what = "proxy" if first else "dns"
    try:
        found.addresses = tuple(
            dict.fromkeys(str(item[4][0]) for item in socket.getaddrinfo(*target, type=socket.SOCK_STREAM))
        )
    except (OSError, UnicodeError) as error:
        found.failed, found.why = what, f"the name {target[0]} has no address ({_words(error)})"
        return found
    try:
        plain = socket.create_connection(target, TIMEOUT_S)
    except OSError as error:
        found.failed = "proxy" if first else "connect"
        found.why = f"nothing answers at {target[0]}:{target[1]} ({_words(error)})"
        return found
    with plain:
        if first and parts.scheme == "https" and not _through(plain, host, port, found):
            return found
        stream: Any = plain
        if parts.scheme == "https":
            stream = _encrypted(plain, host, ca_bundle, found)
            if stream is None:
                if not found.issuer:
                    _read_certificate(found, host, port, first)
                return found
        with stream:
            _ask(stream, host, found)
    return found


def _through(plain: socket.socket, host: str, port: int, found: Reach) -> bool:
    try:
        plain.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        status = int(_head(plain).split(b" ", 2)[1])
    except (OSError, ValueError, IndexError) as error:
        found.failed, found.why = (
            "proxy",
            f"the proxy {_shown(found.proxy)} gives no answer ({_words(error)})",
        )
        return False
    if status == 407:
        found.failed, found.why = (
            "proxy",
            f"the proxy {_shown(found.proxy)} wants a user and a password (407)",
        )
    elif status != 200:
        found.failed, found.why = "proxy", f"the proxy {_shown(found.proxy)} refuses {host} ({status})"
    return not found.failed


def _encrypted(plain: socket.socket, host: str, ca_bundle: str, found: Reach) -> Any:
    try:
        context = ssl.create_default_context(cafile=ca_bundle or None)
        stream = context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        found.failed, found.why = "tls", error.verify_message or str(error)
        return None
    except (OSError, ValueError) as error:
        found.failed, found.why = "tls", _words(error)
        return None
    certificate = stream.getpeercert() or {}
    found.issuer, found.subject = _name(certificate.get("issuer")), _name(certificate.get("subject"))
    found.ends = str(certificate.get("notAfter", ""))
    return stream


def _read_certificate(found: Reach, host: str, port: int, proxy: Any) -> None:
    """Who made the certificate that was refused, for the person to know it by; nothing is sent over that connection."""
    if proxy:
        return
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), TIMEOUT_S) as plain, context.wrap_socket(plain, server_hostname=host) as stream:  # fmt: skip
            pem = ssl.DER_cert_to_PEM_cert(stream.getpeercert(True) or b"")
    except OSError:
        return
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "peer.pem")
        path.write_text(pem)
        # The one reader of certificates in the standard library; where it is gone the maker is not told.
        decode: Any = getattr(getattr(ssl, "_ssl", None), "_test_decode_cert", lambda _: {})
        decoded: dict[str, Any] = decode(str(path))
    found.issuer, found.subject = _name(decoded.get("issuer")), _name(decoded.get("subject"))
    found.ends = str(decoded.get("notAfter", ""))


def _ask(stream: Any, host: str, found: Reach) -> None:
    asked_at = time.time()
    try:
        stream.settimeout(TIMEOUT_S)
        stream.sendall(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: dataops-desktop\r\nConnection: close\r\n\r\n".encode()
        )
        head = _head(stream).decode("latin-1")
        found.status = int(head.split(" ", 2)[1])
    except (OSError, ValueError, IndexError) as error:
        found.failed, found.why = (
            "http",
            f"the server at {host} takes the connection and does not answer ({_words(error)})",
        )
        return
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
        if value
    }
    # AWS's own services answer XML, JSON or nothing; S3 redirects to its product page.
    moved = headers.get("location", "")
    found.is_page = "html" in headers.get("content-type", "").lower() and "amazon" not in moved
    if 300 <= found.status < 400 and moved and "amazon" not in moved:
        found.is_page = True
        found.facts.append(f"sends to {urlsplit(moved).hostname}")
    if date := headers.get("date"):
        try:
            found.clock_off_s = (asked_at + time.time()) / 2 - parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError):
            found.facts.append(f"no time is told: {date[:40]!r}")


def _head(stream: Any) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < HEAD_BYTES:
        block = stream.recv(1024)
        if not block:
            break
        data += block
    return bytes(data)


def _name(rows: Any) -> str:
    fields = {key: value for row in rows or () for key, value in row}
    return str(fields.get("organizationName") or fields.get("commonName") or "")


def _is_private(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_private and not found.is_loopback


def _shown(proxy: str) -> str:
    """Without a password somebody may have put into the environment."""
    parts = urlsplit(proxy)
    return f"{parts.hostname}:{parts.port or 3128}"


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower() if isinstance(error, TimeoutError) else str(text)


def proxies_told() -> list[str]:
    """What the environment says about proxies, without passwords."""
    found = [
        f"{name}={_shown(value if '://' in value else f'http://{value}')}"
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
        if (value := os.environ.get(name))
    ]
    return found + [f"{name}={os.environ[name]}" for name in ("NO_PROXY", "no_proxy") if os.environ.get(name)]
