"""An IAM Identity Center in memory: device codes that a person allows in the browser, access tokens, accounts and their roles.

Facts of the protocol: docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference and /PortalAPIReference.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

ACCOUNTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "123456789012": ("analytics", ("Analyst", "Administrator")),
    "210987654321": ("research", ("Analyst",)),
}
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
CODE_S = 600


class IdentityError(Exception):
    """An error of the service: HTTP status, code, text."""

    def __init__(self, status: int, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.status, self.code, self.text = status, code, text or code


@dataclass
class _Device:
    user_code: str
    until: float
    state: str = "waiting"  # waiting, allowed, denied
    asked_at: float = 0.0


@dataclass
class IdentityCenter:
    """`token_s` and `session_s`: how long access tokens and role sessions last; `interval_s`: between two polls; `refreshes`: whether tokens can be renewed."""

    token_s: float = 8 * 3600
    session_s: float = 3600
    interval_s: int = 1
    refreshes: bool = True
    opened: int = 0  # device codes handed out: how often a person was asked
    _clients: dict[str, str] = field(default_factory=dict)
    _devices: dict[str, _Device] = field(default_factory=dict)
    _tokens: dict[str, float] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def register(self) -> dict[str, Any]:
        """RegisterClient."""
        with self._lock:
            name, secret = f"client-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
            self._clients[name] = secret
        return {
            "clientId": name,
            "clientSecret": secret,
            "clientIdIssuedAt": int(time.time()),
            "clientSecretExpiresAt": int(time.time()) + 90 * 86400,
        }

    def _known(self, request: dict[str, Any]) -> None:
        if self._clients.get(str(request.get("clientId"))) != request.get("clientSecret"):
            raise IdentityError(401, "InvalidClientException", "The client is not registered")

    def device(self, request: dict[str, Any], base: str) -> dict[str, Any]:
        """StartDeviceAuthorization."""
        with self._lock:
            self._known(request)
            code = "".join(secrets.choice(LETTERS) for _ in range(8))
            user_code, device_code = f"{code[:4]}-{code[4:]}", secrets.token_urlsafe(32)
            self._devices[device_code] = _Device(user_code, time.time() + CODE_S)
            self.opened += 1
        page = f"{base}/_sign-in"
        return {
            "deviceCode": device_code,
            "userCode": user_code,
            "verificationUri": page,
            "verificationUriComplete": f"{page}?user_code={user_code}",
            "expiresIn": CODE_S,
            "interval": self.interval_s,
        }

    def answer(self, user_code: str, allow: bool) -> bool:
        """What the person clicked; False where the code is unknown or too old."""
        with self._lock:
            for device in self._devices.values():
                if device.user_code == user_code and time.time() < device.until:
                    device.state = "allowed" if allow else "denied"
                    return True
        return False

    def waiting(self) -> list[str]:
        """User codes nobody answered yet."""
        with self._lock:
            return [d.user_code for d in self._devices.values() if d.state == "waiting"]

    def token(self, request: dict[str, Any]) -> dict[str, Any]:
        """CreateToken, for a device code or a refresh token."""
        with self._lock:
            self._known(request)
            if request.get("grantType") == "refresh_token":
                if request.get("refreshToken") not in self._refresh:
                    raise IdentityError(400, "InvalidGrantException", "The refresh token is not valid")
                return self._issue()
            device = self._devices.get(str(request.get("deviceCode")))
            if device is None:
                raise IdentityError(400, "InvalidGrantException")
            now, last = time.time(), device.asked_at
            device.asked_at = now
            if now > device.until:
                raise IdentityError(400, "ExpiredTokenException", "The device code has expired")
            if device.state == "denied":
                raise IdentityError(400, "AccessDeniedException", "The person said no")
            if device.state == "waiting":
                too_fast = last and now - last < self.interval_s * 0.8
                raise IdentityError(400, "SlowDownException" if too_fast else "AuthorizationPendingException")
            del self._devices[str(request["deviceCode"])]
            return self._issue()

    def _issue(self) -> dict[str, Any]:
        token, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self._tokens[token] = time.time() + self.token_s
        answer = {"accessToken": token, "tokenType": "Bearer", "expiresIn": int(self.token_s)}
        if self.refreshes:
            self._refresh.add(refresh)
            answer["refreshToken"] = refresh
        return answer

    def end_all(self, refresh_too: bool = True) -> None:
        """As when an administrator ends every session."""
        with self._lock:
            self._tokens.clear()
            if refresh_too:
                self._refresh.clear()

    # the portal
    def allowed(self, token: str) -> None:
        """Raises UnauthorizedException for a token that is unknown or over."""
        with self._lock:
            if self._tokens.get(token, 0) < time.time():
                raise IdentityError(401, "UnauthorizedException", "Session token not found or invalid")

    def accounts(self) -> dict[str, Any]:
        """ListAccounts."""
        return {
            "accountList": [
                {"accountId": number, "accountName": name, "emailAddress": f"{name}@example.com"}
                for number, (name, _) in ACCOUNTS.items()
            ]
        }

    def roles(self, account: str) -> dict[str, Any]:
        """ListAccountRoles."""
        _, roles = ACCOUNTS.get(account, ("", ()))
        return {"roleList": [{"roleName": role, "accountId": account} for role in roles]}

    def credentials(self, account: str, role: str) -> dict[str, Any]:
        """GetRoleCredentials: a session of moto's STS, so that everything else knows who calls."""
        if role not in ACCOUNTS.get(account, ("", ()))[1]:
            raise IdentityError(403, "ForbiddenException", "No access")
        from moto.sts.models import sts_backends

        made = sts_backends[account]["aws"].assume_role(
            region_name="us-east-1", role_session_name="pat@example.com", policy="", external_id="",
            role_arn=f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{role}_0123456789abcdef",
            duration=int(self.session_s),
        )  # fmt: skip
        return {
            "roleCredentials": {
                "accessKeyId": made.access_key_id,
                "secretAccessKey": made.secret_access_key,
                "sessionToken": made.session_token,
                "expiration": int((time.time() + self.session_s) * 1000),
            }
        }
