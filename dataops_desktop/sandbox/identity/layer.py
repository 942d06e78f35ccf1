"""The WSGI layer that answers sign-in requests, asks for MFA codes, and refuses sessions that are over.

For people: `/_sign-in?user_code=…` is the page the browser opens. Keys that nobody issued here go on being accepted: the
sandbox protects nothing. Roles whose name ends in `-mfa` need a code of six digits, each once; those that end in `-locked` may not be assumed.

Control (see faults.py): `GET /_sandbox/identity` · `POST /_sandbox/identity` with any of {"end_sessions": true, "end_tokens": true, "allow": CODE, "deny": CODE,
"token_s", "session_s", "interval_s", "refreshes", "denied_actions", "simulates"}.
"""

from __future__ import annotations

import html
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from dataops_desktop.sandbox.faults import send_error
from dataops_desktop.sandbox.identity.center import IdentityCenter, IdentityError

_KEY = re.compile(r"Credential=([^/]+)/")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
_SETTINGS = {"token_s": float, "session_s": float, "interval_s": int, "refreshes": bool}


class IdentityLayer:
    """WSGI middleware."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self.center = IdentityCenter()
        self.simulates = True
        self.denied: set[str] = set()
        self._codes: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        signed = environ.get("HTTP_AUTHORIZATION", "")
        if path == "/_sign-in":
            return self._page(environ, start_response)
        if not signed and (method, path) in _ROUTES:
            return self._identity(environ, start_response, method, path)
        found = _KEY.search(signed)
        if found and self._over(found[1]):
            service = signed.split("/")[3] if signed.count("/") > 3 else ""
            code = (
                "ExpiredToken" if service in {"s3", "sts", "iam", "monitoring"} else "ExpiredTokenException"
            )
            status = 403 if service in {"sts", "iam"} else 400
            return send_error(start_response, service, status, code, "The security token included in the request is expired")  # fmt: skip
        if found and method == "POST" and "/iam/" in signed:
            asked = _asked(environ)
            if asked.get("Action") == "SimulatePrincipalPolicy":
                return self._simulated(asked, start_response)
        if found and method == "POST" and "/sts/" in signed and (refused := self._role(_asked(environ))):
            return send_error(start_response, "sts", 403, "AccessDenied", refused)
        return self._application(environ, start_response)

    def _over(self, key: str) -> bool:
        """Whether a session that was issued here is over; what nobody issued never is."""
        from moto.core.utils import utcnow

        return any(role.access_key_id == key and role.expiration < utcnow() for role in _sessions())

    def _role(self, asked: dict[str, str]) -> str:
        """Why AssumeRole is refused, or nothing."""
        role = asked.get("RoleArn", "")
        if asked.get("Action") == "AssumeRole" and role.endswith("-locked"):
            return f"User: arn:aws:iam::123456789012:user/moto is not authorized to perform: sts:AssumeRole on resource: {role}"
        if asked.get("Action") != "AssumeRole" or not role.endswith("-mfa"):
            return ""
        code, serial = asked.get("TokenCode", ""), asked.get("SerialNumber", "")
        with self._lock:
            if not re.fullmatch(r"\d{6}", code) or code == "000000" or (serial, code) in self._codes:
                return "MultiFactorAuthentication failed with invalid MFA one time pass code."
            self._codes.add((serial, code))
        return ""

    def _simulated(self, asked: dict[str, str], start_response: StartResponse) -> Iterable[bytes]:
        """Everything is allowed but what the control denies; nobody may ask where it says so."""
        if not self.simulates:
            text = "User: arn:aws:iam::123456789012:user/moto is not authorized to perform: iam:SimulatePrincipalPolicy"
            return send_error(start_response, "iam", 403, "AccessDenied", text)
        members = "".join(
            f"<member><EvalActionName>{html.escape(action)}</EvalActionName><EvalResourceName>*</EvalResourceName>"
            f"<EvalDecision>{'implicitDeny' if action in self.denied else 'allowed'}</EvalDecision></member>"
            for name, action in asked.items()
            if name.startswith("ActionNames.member.")
        )
        answer = (
            '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>'
            f"<IsTruncated>false</IsTruncated><EvaluationResults>{members}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        )
        return _send(start_response, "200 OK", "text/xml", answer)

    def _identity(
        self, environ: Environ, start_response: StartResponse, method: str, path: str
    ) -> Iterable[bytes]:
        try:
            answer = _ROUTES[method, path](self.center, _Request(environ, method))
        except IdentityError as error:
            said = {"error": _snake(error.code), "error_description": error.text, "message": error.text}
            kind = ("x-amzn-ErrorType", error.code)
            return _send(start_response, f"{error.status} Error", "application/json", json.dumps(said), kind)
        return _send(start_response, "200 OK", "application/json", json.dumps(answer))

    def _page(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Where the person allows the device."""
        query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        code, said = query.get("user_code", ""), query.get("answer", "")
        shown = html.escape(code)
        if said:
            known = self.center.answer(code, said == "allow")
            text = "Request approved. You can close this page." if said == "allow" else "Request denied."
            inner = f"<p>{text if known else 'The code is unknown or too old.'}</p>"
        else:
            inner = (
                f"<p>DataOps Desktop asks to sign in to the sandbox. The window shows this code:</p><h2>{shown}</h2>"
                f'<form><input type="hidden" name="user_code" value="{shown}"><button name="answer" value="allow">Allow</button> '
                '<button name="answer" value="deny">Deny</button></form>'
            )
        page = f"<!doctype html><title>Sandbox sign-in</title><body style='font-family:sans-serif;max-width:32em;margin:4em auto'><h1>Sandbox sign-in</h1>{inner}"
        return _send(start_response, "200 OK", "text/html; charset=utf-8", page)

    def control(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What the control endpoint asks for; answers the state afterwards."""
        if payload.get("end_sessions"):
            for role in _sessions():
                role.expiration -= timedelta(days=1)
        if payload.get("end_tokens"):
            self.center.end_all(payload["end_tokens"] != "access")
        for verb in ("allow", "deny"):
            if verb in payload:
                self.center.answer(payload[verb], verb == "allow")
        if "denied_actions" in payload:
            self.denied = set(payload["denied_actions"])
        self.simulates = bool(payload.get("simulates", self.simulates))
        for name, kind in _SETTINGS.items():
            if name in payload:
                setattr(self.center, name, kind(payload[name]))
        return {"waiting": self.center.waiting(), "opened": self.center.opened}


def _snake(code: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", code.removesuffix("Exception")).lower()


def _sessions() -> Iterator[Any]:
    """Every role session issued so far, in any account."""
    from moto.sts.models import sts_backends

    for backends in list(sts_backends.values()):
        for backend in list(backends.values()):
            yield from list(backend.assumed_roles)


def _send(
    start_response: StartResponse, status: str, kind: str, text: str, *more: tuple[str, str]
) -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *more])
    return [body]


def _asked(environ: Environ) -> dict[str, str]:
    """The fields of a form, which is left to be read again."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


class _Request:
    """What the services read of one request."""

    def __init__(self, environ: Environ, method: str) -> None:
        length = int(environ.get("CONTENT_LENGTH") or 0) if method == "POST" else 0
        self.body: dict[str, Any] = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
        self.query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        self.base = f"http://{environ.get('HTTP_HOST', '127.0.0.1')}"
        self.bearer = str(environ.get("HTTP_X_AMZ_SSO_BEARER_TOKEN", ""))


def _accounts(center: IdentityCenter, asked: _Request) -> Any:
    center.allowed(asked.bearer)
    return center.accounts()


def _roles(center: IdentityCenter, asked: _Request) -> Any:
    center.allowed(asked.bearer)
    return center.roles(asked.query.get("account_id", ""))


def _credentials(center: IdentityCenter, asked: _Request) -> Any:
    center.allowed(asked.bearer)
    return center.credentials(asked.query.get("account_id", ""), asked.query.get("role_name", ""))


_ROUTES: dict[tuple[str, str], Callable[[IdentityCenter, _Request], Any]] = {
    ("POST", "/client/register"): lambda center, _: center.register(),
    ("POST", "/device_authorization"): lambda center, asked: center.device(asked.body, asked.base),
    ("POST", "/token"): lambda center, asked: center.token(asked.body),
    ("GET", "/assignment/accounts"): _accounts,
    ("GET", "/assignment/roles"): _roles,
    ("GET", "/federation/credentials"): _credentials,
    ("POST", "/logout"): lambda center, _: center.end_all() or {},
}
