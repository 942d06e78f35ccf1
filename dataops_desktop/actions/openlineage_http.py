"""OpenLineage over HTTP: events sent to a collector, and a collector of our own on this computer (openlineage.io/apidocs/openapi, POST /api/v1/lineage)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.openlineage_exchange import LONGEST_LINE, ImportReport, import_events
from dataops_desktop.errors import ConnectionFailedError, CredentialsError, InputError
from dataops_desktop.interfaces.endpoints import is_loopback

PATH = "/api/v1/lineage"
TIMEOUT_S = 15.0


class _NoRedirect(HTTPRedirectHandler):
    """A key is sent where it was meant to go, or nowhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def send_events(url: str, records: Iterable[dict[str, object]], api_key: str = "", check: Callable[[], None] = lambda: None) -> int:  # fmt: skip
    """POST each event, in order; returns how many were taken. The first that is refused ends it with a DataOpsError. Blocks.

    An address without a path gets the standard's. A key is sent as a bearer token, and only over TLS or to this computer.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(f"{url} is no address to send to.", "Write it as https://host/api/v1/lineage.")
    if api_key and parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError("A key is not sent without TLS.", "Use an https:// address.")
    address = url if parts.path not in {"", "/"} else f"{parts.scheme}://{parts.netloc}{PATH}"
    opener, sent = build_opener(_NoRedirect()), 0
    for record in records:
        check()
        data = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
        request = Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 - http and https only, see above
        if api_key:
            request.add_unredirected_header("Authorization", f"Bearer {api_key}")
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                answer.read(1 << 16)
        except HTTPError as error:
            told = error.read(500).decode("utf-8", "replace").strip()
            error.close()
            kind = CredentialsError if error.code in {401, 403} else ConnectionFailedError
            raise kind(f"{parts.hostname} refused event {sent + 1:,} ({error.code}): {told or error.reason}", f"{sent:,} events were taken before it.") from error  # fmt: skip
        except (URLError, OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise ConnectionFailedError(f"{parts.hostname} does not answer ({reason}).", f"{sent:,} events were taken before; check the address and start again: a run that was sent twice is one run.") from error  # fmt: skip
        sent += 1
    return sent


class Collector:
    """Takes events at http://127.0.0.1:port/api/v1/lineage, from programs of this computer only.

    Browsers are kept out: a page cannot send this content type without asking, and nobody answers it. Started by the constructor; port 0 takes a free one.
    """

    def __init__(self, context: ActionContext, port: int = 5000, taken: Callable[[ImportReport], None] = lambda _: None) -> None:  # fmt: skip
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            timeout = TIMEOUT_S

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not is_loopback((self.headers.get("Host") or "").rpartition(":")[0].strip("[]")):
                    self._answer(403, "Only for programs of this computer.")
                elif urlsplit(self.path).path.rstrip("/") not in {PATH, f"{PATH}/batch"}:
                    self._answer(404, f"Events go to {PATH}.")
                elif (
                    self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                    != "application/json"
                ):
                    self._answer(415, "Send application/json.")
                elif not length.isascii() or not length.isdigit():
                    self._answer(411, "Send a Content-Length.")
                elif int(length) > LONGEST_LINE:
                    self._answer(413, f"Longer than {LONGEST_LINE >> 20} MB.")
                else:
                    self._take(self.rfile.read(int(length)))

            def _take(self, data: bytes) -> None:
                try:
                    value = json.loads(data)
                except (ValueError, RecursionError):
                    self._answer(400, "No JSON.")
                    return
                values = value if isinstance(value, list) else [value]
                with lock:
                    report = import_events(context, ((f"event {n}", v) for n, v in enumerate(values, 1)), ImportReport())  # fmt: skip
                    taken(report)
                if report.problems:
                    self._answer(400, "; ".join(f"{where}: {what}" for where, what in report.problems[:5]))
                else:
                    self._answer(201, "")

            def _answer(self, status: int, text: str) -> None:
                data = json.dumps({"message": text}).encode() if text else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Names of strangers stay out of the terminal."""

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as error:
            raise InputError(f"Port {port} cannot be used ({getattr(error, 'strerror', None) or error}).", "Choose another with --port.") from error  # fmt: skip
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="openlineage", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where events go."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    def close(self) -> None:
        """Take no more; what is being taken is finished."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
