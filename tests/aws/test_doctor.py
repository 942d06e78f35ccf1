"""The doctor against set-ups that are broken in one place: it must name that place. Real servers, certificates and proxies on loopback."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dataops_desktop.actions.diagnose import as_text, diagnose, verdict
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.identity import ERROR, OK, WARNING, Step
from tests.conftest import Cloud, browser

ROLE = "arn:aws:iam::210987654321:role/Auditor"
SSO_PROFILE = "[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n"
KEYS = {"access_key_id": "a", "secret_access_key": "b"}


def certificate(
    folder: Path, name: str, *, host: str = "localhost", maker: str = "Corp Proxy CA", days: int = 30
) -> tuple[str, str]:
    """(certificate and key in one PEM, the authority's PEM)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)
    start, end = now - datetime.timedelta(days=60), now + datetime.timedelta(days=days)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])

    authority = (
        x509.CertificateBuilder().subject_name(named(maker)).issuer_name(named(maker)).public_key(authority_key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(now + datetime.timedelta(days=60))
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), False)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    alternative: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        alternative.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    leaf = (
        x509.CertificateBuilder().subject_name(named(host)).issuer_name(named(maker)).public_key(key.public_key())
        .serial_number(2).not_valid_before(start).not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternative), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), False)
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    pem, ca = folder / f"{name}.pem", folder / f"{name}-ca.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return str(pem), str(ca)


@contextmanager
def forwarding(cloud: Cloud, pem: str = "", off_s: float = 0.0, answer: tuple[int, str, bytes] | None = None) -> Iterator[str]:  # fmt: skip
    """The sandbox behind another door: over TLS, with another clock, or with a page of its own instead."""
    target = urlsplit(cloud.endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def date_time_string(self, timestamp: Any = None) -> str:
            import time

            return formatdate(time.time() + off_s, usegmt=True)

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if answer is not None:
                status, kind, page = answer
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)
                return
            import http.client

            there = http.client.HTTPConnection(target.hostname or "", target.port, timeout=20)
            there.request(self.command, self.path, body, dict(self.headers))
            found = there.getresponse()
            data = found.read()
            self.send_response(found.status)
            for name, value in found.getheaders():
                if name.lower() not in {
                    "date",
                    "server",
                    "content-length",
                    "transfer-encoding",
                    "connection",
                }:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            there.close()

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve  # noqa: N815 - the library's names

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients that refuse the certificate leave in the midst of it."""

    server = Server(("127.0.0.1", 0), Handler)
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"{'https' if pem else 'http'}://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def proxy(answer: bytes) -> Iterator[str]:
    """A proxy that answers every CONNECT so, or nothing at all."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        listening.settimeout(0.1)
        while not stop.is_set():
            try:
                peer, _ = listening.accept()
            except TimeoutError:
                continue
            with peer:
                peer.settimeout(2)
                peer.recv(4096)
                if answer:
                    peer.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    thread.join()
    listening.close()


def examine(options: ConnectionOptions, tmp_path: Path) -> list[Step]:
    with open_context(tmp_path / "d.dataops", options) as context:
        told: list[Step] = []
        steps = asyncio.run(diagnose(context, told.append, CancelToken()))
    assert told == steps
    return steps


def plain(cloud: Cloud, **more: Any) -> ConnectionOptions:
    return ConnectionOptions(**{"region": "us-east-1", "endpoint_url": cloud.endpoint, **KEYS, **more})


def test_what_works_is_said_so(cloud: Cloud, tmp_path: Path) -> None:
    steps = examine(plain(cloud, account="123456789012"), tmp_path)
    assert {step.state for step in steps} == {OK}, steps
    assert [step.title for step in steps] == [
        "Profile", "Region", "Endpoint of sts, glue, athena, s3", "Clock", "Credentials", "Account", "AWS Glue", "AWS Athena", "AWS S3", "Permissions",
    ]  # fmt: skip
    assert verdict(steps) == "Everything works."
    text = as_text("name", steps)
    assert "secret" not in text.replace("Secrets Manager", "").lower()


Planted = Callable[[Cloud, Path, pytest.MonkeyPatch, Any, ExitStack], ConnectionOptions]


def _files(config: str, profile: str) -> Planted:
    def plant(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
        write(config)
        return ConnectionOptions(region="us-east-1", endpoint_url=cloud.endpoint, profile=profile)

    return plant


def _fault(kind: str, **rule: Any) -> Planted:
    def plant(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
        cloud.fault(kind, **rule)
        return plain(cloud)

    return plant


def _with(**more: Any) -> Planted:
    def plant(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
        return plain(cloud, **more)

    return plant


def _behind(make: Callable[[Path], tuple[dict[str, Any], dict[str, Any]]]) -> Planted:
    """`make` gives (how the door is, what the connection says about it)."""

    def plant(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
        door, more = make(tmp_path)
        url = stack.enter_context(forwarding(cloud, **door))
        return plain(cloud, endpoint_url=url, **more)

    return plant


def _proxy(answer: bytes) -> Planted:
    def plant(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
        pem, ca = certificate(tmp_path, "p")
        url = stack.enter_context(forwarding(cloud, pem))
        address = stack.enter_context(proxy(answer))
        return plain(cloud, endpoint_url=url, proxy=address, ca_bundle=ca)

    return plant


def _ended_sign_in(
    cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack
) -> ConnectionOptions:
    from dataops_desktop.aws.session import AwsSession

    write(SSO_PROFILE)
    options = ConnectionOptions(region="us-east-1", endpoint_url=cloud.endpoint, profile="work")
    AwsSession(options).sign_in(browser(cloud)[0], CancelToken())
    cloud.control("POST", "identity", {"end_tokens": True, "end_sessions": True})
    return options


def _env_proxy(cloud: Cloud, tmp_path: Path, patch: Any, write: Any, stack: ExitStack) -> ConnectionOptions:
    pem, ca = certificate(tmp_path, "p")
    url = stack.enter_context(forwarding(cloud, pem))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    patch.setenv("HTTPS_PROXY", f"http://user:proxy-password@127.0.0.1:{port}")
    patch.setenv("NO_PROXY", "example.com")
    return plain(cloud, endpoint_url=url, ca_bundle=ca)


CASES: dict[str, tuple[Planted, str, str]] = {
    # name: (what is broken, the step that must be the first broken one, words it must say)
    "malformed config": (_files("region = x\n", "work"), "Profile", r"line 1"),
    "a line that is no setting": (_files("[profile work]\nregion = x\nwhat is this\n", "work"), "Profile", r"line 3"),
    "unknown profile": (_files(SSO_PROFILE, "wrok"), "Profile", r"no AWS profile named 'wrok'"),
    "profile loop": (_files(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}\nsource_profile = a\n", "a"), "Profile", r"circle: a → b → a"),
    "missing source profile": (_files(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = gone\n", "a"), "Profile", r"'gone', the source of a"),
    "missing sso-session": (_files("[profile a]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = R\n", "a"), "Profile", r"sso-session gone"),
    "never signed in": (_files(SSO_PROFILE, "work"), "Credentials", r"You are not signed in"),
    "sign-in ended": (_ended_sign_in, "Credentials", r"SSO session has ended"),
    "program fails": (_files("[profile a]\ncredential_process = sh -c 'echo vault is sealed >&2; exit 3'\n", "a"), "Credentials", r"vault is sealed"),
    "program talks nonsense": (_files("[profile a]\ncredential_process = echo hello\n", "a"), "Credentials", r"no JSON"),
    "no credentials": (_files("[profile a]\nregion = us-east-1\n", "a"), "Credentials", r"No AWS credentials"),
    "code wanted": (_files("[profile a]\nrole_arn = arn:aws:iam::210987654321:role/x-mfa\nsource_profile = plain\nmfa_serial = arn:aws:iam::1:mfa/pat\n", "a"), "Credentials", r"code of arn:aws:iam::1:mfa/pat"),
    "role may not be assumed": (_files(f"[profile a]\nrole_arn = {ROLE}-locked\nsource_profile = plain\n", "a"), "Role", r"sts:AssumeRole"),
    "no role at all": (_with(role_arn="Analyst"), "Region", r"no ARN of a role"),
    "another account": (_with(account="999999999999"), "Account", r"belongs to account 999999999999"),
    "wrong keys": (_fault("invalid_credentials", service="sts"), "Account", r"does not accept the credentials"),
    "expired keys": (_fault("expired_token", service="sts"), "Account", r"expired"),
    "unknown region": (_with(region="eu-west-11", endpoint_url=None), "Region", r"no region 'eu-west-11'"),
    "name without address": (_with(endpoint_url="https://s3.no-such-host.invalid"), "Endpoint of sts, glue, athena, s3", r"has no address"),
    "nothing listens": (_with(endpoint_url="https://127.0.0.1:9"), "Endpoint of sts, glue, athena, s3", r"nothing answers at 127\.0\.0\.1:9|Nothing answers"),
    "plain http elsewhere": (_with(endpoint_url="http://example.com"), "Endpoint of sts", r"not encrypted"),
    "wrong endpoint of one service": (_with(endpoints=(("glue", "https://glue.no-such-host.invalid"),)), "Endpoint of glue", r"glue\.no-such-host\.invalid has no address"),
    "self-signed proxy": (_behind(lambda t: ({"pem": certificate(t, "x")[0]}, {})), "Endpoint of sts, glue, athena, s3", r"made by “Corp Proxy CA”"),
    "certificate ended": (_behind(lambda t: (lambda pem, ca: ({"pem": pem}, {"ca_bundle": ca}))(*certificate(t, "x", days=-3))), "Endpoint of sts, glue, athena, s3", r"expired"),
    "certificate of another host": (_behind(lambda t: (lambda pem, ca: ({"pem": pem}, {"ca_bundle": ca}))(*certificate(t, "x", host="other.example"))), "Endpoint of sts, glue, athena, s3", r"[Hh]ostname mismatch"),
    "captive portal": (_behind(lambda _: ({"answer": (200, "text/html", b"<html>Please sign in</html>")}, {})), "Endpoint of sts, glue, athena, s3", r"web page answers instead of AWS"),
    "clock behind": (_behind(lambda _: ({"off_s": 1800.0}, {})), "Clock", r"1[78]\d\d s behind"),
    "clock ahead": (_behind(lambda _: ({"off_s": -7200.0}, {})), "Clock", r"7[12]\d\d s ahead"),
    "proxy wants a password": (_proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), "Endpoint of sts, glue, athena, s3", r"wants a user and a password"),
    "proxy refuses the host": (_proxy(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "Endpoint of sts, glue, athena, s3", r"refuses localhost \(403\)"),
    "proxy is silent": (_proxy(b""), "Endpoint of sts, glue, athena, s3", r"gives no answer"),
    "proxy of the environment is gone": (_env_proxy, "Endpoint of sts, glue, athena, s3", r"[Nn]othing answers at 127"),
    "glue denied": (_fault("access_denied", service="glue"), "AWS Glue", r"glue:"),
    "athena denied": (_fault("access_denied", service="athena"), "AWS Athena", r"athena:"),
    "answers cut short": (_fault("cut_body", service="glue"), "AWS Glue", r"answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_planted_fault_is_named_first(
    name: str, cloud: Cloud, aws_files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, title, words = CASES[name]
    with ExitStack() as stack:
        options = plant(cloud, tmp_path, monkeypatch, aws_files, stack)
        steps = examine(options, tmp_path)
    broken = [step for step in steps if step.state == ERROR]
    assert broken, [f"{step.title}: {step.found}" for step in steps]
    first = broken[0]
    assert first.title == title, [f"{step.title}: {step.state}: {step.found}" for step in steps]
    import re

    assert re.search(words, f"{first.found} {first.action}"), first
    assert first.remedy, first
    text = as_text(name, steps)
    assert "proxy-password" not in text


def test_what_an_administrator_has_to_allow_is_told(cloud: Cloud, tmp_path: Path) -> None:
    cloud.fault("access_denied", service="glue")
    steps = examine(plain(cloud), tmp_path)
    glue = next(step for step in steps if step.title == "AWS Glue")
    assert glue.action == "glue:GetDatabases"
    assert "To be allowed: glue:GetDatabases" in as_text("n", steps)
    assert (
        next(step for step in steps if step.title == "AWS S3").state == OK
    )  # one denied service does not stop the rest


def test_a_company_proxy_that_reads_tls_is_pointed_out(cloud: Cloud, tmp_path: Path) -> None:
    from dataops_desktop.aws.doctor import _endpoint_step
    from dataops_desktop.aws.reach import Reach

    class Aws:
        def endpoint_is_own(self, _: str) -> bool:
            return False

    found = Reach(
        "https://glue.eu-west-1.amazonaws.com", addresses=("10.1.2.3",), issuer="Corp Proxy CA", status=404
    )
    step = _endpoint_step(found, ["glue"], Aws())  # type: ignore[arg-type]
    assert step.state == WARNING
    assert "“Corp Proxy CA”, not of Amazon" in step.found
    assert "private address (VPC endpoint)" in step.found


def test_our_own_authority_is_taken_where_it_is_given(cloud: Cloud, tmp_path: Path) -> None:
    pem, ca = certificate(tmp_path, "own")
    with forwarding(cloud, pem) as url:
        steps = examine(plain(cloud, endpoint_url=url, ca_bundle=ca), tmp_path)
    assert verdict(steps) == "Everything works."


def test_it_stops_when_it_is_told_to(cloud: Cloud, tmp_path: Path) -> None:
    cancel = CancelToken()
    with open_context(tmp_path / "d.dataops", plain(cloud)) as context, pytest.raises(CancelledByUserError):
        asyncio.run(diagnose(context, lambda _: cancel.cancel(), cancel))
