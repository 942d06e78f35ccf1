"""The WSGI layer in front of moto: injected faults, request counts, and AWS errors for what moto lacks.

Control endpoint, for tests and the curious, guarded by the token printed at start (`X-Sandbox-Token`):
`GET /_sandbox/faults` · `POST /_sandbox/faults` with one rule · `DELETE /_sandbox/faults` · `GET /_sandbox/requests` ·
`POST /_sandbox/deny` and `/_sandbox/allow` with {"database", "table"?}.

A rule: {"kind", "service"?, "operation"?, "match"? (top-level request fields), "times"? (default: for ever), "skip"?
(let so many matching requests through first), "probability"? (0–1), "latency_ms"?, "code"?, "message"?, "status"?}.
Kinds: latency, throttle, access_denied, expired_token, invalid_credentials, error, reset, cut_body, empty_body, html_200.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import os
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from dataops_desktop.sandbox.permissions import PERMISSIONS

_CREDENTIAL = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/([^/]+)/aws4_request")
_ERRORS = {
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
    "access_denied": (
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/analyst is not authorized to perform: {action}",
    ),
    "expired_token": (400, "ExpiredTokenException", "The security token included in the request is expired"),
    "invalid_credentials": (
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    ),
    "error": (500, "InternalServerException", "Internal error"),
}
_S3_CODES = {
    "throttle": (503, "SlowDown"),
    "access_denied": (403, "AccessDenied"),
    "expired_token": (400, "ExpiredToken"),
    "invalid_credentials": (403, "InvalidAccessKeyId"),
    "error": (500, "InternalError"),
}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def request_identity(environ: Environ) -> tuple[str, str]:
    """(service, operation) of one AWS request; S3 operations are named by method and shape."""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    match = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = match[1] if match else "s3"
    if target:
        return service, target.rpartition(".")[2]
    if service == "s3":
        path, query = environ.get("PATH_INFO", "/"), environ.get("QUERY_STRING", "")
        method = environ["REQUEST_METHOD"]
        if path == "/" and method == "GET":
            return "s3", "ListBuckets"
        is_object = "/" in path.strip("/")
        if method == "GET" and "list-type=2" in query:
            return "s3", "ListObjectsV2"
        name = {
            "GET": "GetObject",
            "HEAD": "HeadObject",
            "PUT": "PutObject",
            "DELETE": "DeleteObject",
            "POST": "PostObject",
        }.get(method, method)
        return "s3", name if is_object else name.replace("Object", "Bucket")
    return service, environ.get("REQUEST_METHOD", "")


class FaultLayer:
    """WSGI middleware; see the module's docstring for the control endpoint and the rules."""

    def __init__(
        self,
        application: Callable[[Environ, StartResponse], Iterable[bytes]],
        token: str,
        controls: dict[str, Callable[[dict[str, Any]], Any]] | None = None,
    ) -> None:
        self._application, self._token = application, token
        self._controls = controls or {}
        self._lock = threading.Lock()
        self._rules: list[dict[str, Any]] = []
        self._requests: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO", "").startswith("/_sandbox/"):
            return self._control(environ, start_response)
        body = b""
        if environ["REQUEST_METHOD"] in {"POST", "PUT"}:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if length and length < 1 << 20 and environ.get("HTTP_X_AMZ_TARGET"):
                body = environ["wsgi.input"].read(length)
                environ["wsgi.input"] = io.BytesIO(body)
        service, operation = request_identity(environ)
        rule = self._matching(service, operation, body)
        if rule is None:
            return self._answer(environ, start_response, service, operation)
        kind = rule["kind"]
        if kind == "latency":
            time.sleep(rule.get("latency_ms", 100) / 1000)
            return self._answer(environ, start_response, service, operation)
        if kind == "reset":
            _reset(environ)
        if kind in {"cut_body", "empty_body", "html_200"}:
            return self._spoil(environ, start_response, kind)
        status, code, message = _ERRORS[kind]
        if service == "s3":
            status, code = _S3_CODES[kind]
        code, status = rule.get("code", code), rule.get("status", status)
        return send_error(
            start_response,
            service,
            status,
            code,
            rule.get("message", message.format(action=f"{service}:{operation}")),
        )

    def _matching(self, service: str, operation: str, body: bytes) -> dict[str, Any] | None:
        with self._lock:
            self._requests[f"{service}:{operation}"] += 1
            for rule in self._rules:
                if rule.get("service", service) != service or rule.get("operation", operation) != operation:
                    continue
                if wanted := rule.get("match"):
                    try:
                        fields = json.loads(body or b"{}")
                    except ValueError:
                        continue
                    if any(fields.get(key) != value for key, value in wanted.items()):
                        continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                    continue
                if random.random() >= rule.get("probability", 1):
                    continue
                if "times" in rule:
                    rule["times"] -= 1
                    if rule["times"] <= 0:
                        self._rules.remove(rule)
                return dict(rule)
        return None

    def _answer(
        self, environ: Environ, start_response: StartResponse, service: str, operation: str
    ) -> Iterable[bytes]:
        """moto's answer; an HTML page (an operation or route it lacks) becomes a proper AWS error."""
        held: list[Any] = []

        def capture(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            held[:] = [status, headers, exc_info]
            return lambda _data: None

        unsupported = f"The sandbox does not support {service}:{operation} yet. It runs on a real account."
        try:
            chunks = self._application(environ, capture)
        except NotImplementedError:
            return send_error(start_response, service, 400, "UnsupportedOperation", unsupported)
        except (ConnectionError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the outermost layer: a service moto lacks, or a fault of moto's own
            if "NoneType" in str(error) and "replace" in str(error):  # moto found no backend for the service
                return send_error(start_response, service, 400, "UnsupportedOperation", unsupported)
            return send_error(
                start_response, service, 500, "InternalServerException", f"{type(error).__name__}: {error}"
            )
        status, headers = held[0], held[1]
        code = int(status.split()[0])
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        if code in {404, 500, 501} and kind.startswith("text/html") and environ["REQUEST_METHOD"] != "HEAD":
            text = b"".join(chunks)
            if b"<!doctype" in text[:200].lower() or b"<html" in text[:200].lower():
                return send_error(start_response, service, 400, "UnsupportedOperation", unsupported)
            chunks = [text]
        start_response(status, headers)
        return chunks

    def _spoil(self, environ: Environ, start_response: StartResponse, kind: str) -> Iterable[bytes]:
        held: list[Any] = []
        body = b"".join(
            self._application(environ, lambda status, headers, _exc=None: held.extend([status, headers]))
        )
        if kind == "html_200":
            page = (
                b"<html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>"
            )
            start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
            return [page]
        cut = body[: len(body) // 2] if kind == "cut_body" else b""
        headers = [(name, value) for name, value in held[1] if name.lower() != "content-length"]
        start_response(held[0], [*headers, ("Content-Length", str(len(cut)))])
        return [cut]

    def _control(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not hmac.compare_digest(environ.get("HTTP_X_SANDBOX_TOKEN", ""), self._token):
            return _send_json(start_response, 403, {"error": "X-Sandbox-Token is missing or wrong"})
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/_sandbox/")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        payload = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
        with self._lock:
            if path == "requests" and method == "GET":
                return _send_json(start_response, 200, dict(self._requests))
            if path == "requests" and method == "DELETE":
                self._requests.clear()
                return _send_json(start_response, 200, {})
            if path == "faults" and method == "GET":
                return _send_json(start_response, 200, {"rules": self._rules})
            if path == "faults" and method == "POST":
                if payload.get("kind") not in {
                    *_ERRORS,
                    "latency",
                    "reset",
                    "cut_body",
                    "empty_body",
                    "html_200",
                }:
                    return _send_json(start_response, 400, {"error": f"unknown kind {payload.get('kind')!r}"})
                self._rules.append(payload)
                return _send_json(start_response, 200, {"rules": len(self._rules)})
            if path == "faults" and method == "DELETE":
                self._rules.clear()
                return _send_json(start_response, 200, {})
        if path in self._controls:
            return _send_json(start_response, 200, self._controls[path](payload))
        if path in {"deny", "allow"} and method == "POST":
            change = PERMISSIONS.deny if path == "deny" else PERMISSIONS.allow
            change(payload["database"], payload.get("table"))
            return _send_json(start_response, 200, {})
        return _send_json(start_response, 404, {"error": f"no control {method} {path}"})


def _send_json(start_response: StartResponse, status: int, payload: Any) -> Iterable[bytes]:
    body = json.dumps(payload).encode()
    start_response(
        f"{status} {'OK' if status == 200 else 'Error'}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]


def send_error(
    start_response: StartResponse, service: str, status: int, code: str, message: str
) -> Iterable[bytes]:
    """An AWS error in the service's own protocol: XML for S3 and query services, JSON for the rest."""
    from xml.sax.saxutils import escape

    if service == "s3":
        body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
        kind = "application/xml"
    elif service in {"sts", "iam", "monitoring"}:
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>".encode()
        kind = "text/xml"
    else:
        body = json.dumps({"__type": code, "message": message, "Message": message}).encode()
        kind = "application/x-amz-json-1.1"
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", f"sandbox-{random.getrandbits(64):016x}"),
        ("x-amzn-ErrorType", code),
    ]
    start_response(f"{status} Error", headers)
    return [body]


def _reset(environ: Environ) -> None:
    """Drop the connection with a TCP reset, as a broken network would."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The request's reader and writer share the descriptor: only closing the descriptor itself sends the reset.
            os.close(connection.detach())
    raise ConnectionResetError("injected")
