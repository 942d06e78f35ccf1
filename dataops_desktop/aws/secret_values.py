"""Secrets kept in AWS Secrets Manager, named `arn#json-key`: read when they are used, kept in memory for a while, read again after a failure."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

from dataops_desktop.aws.errors import ErrorRule, aws_call
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import CredentialsError, NotFoundError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.redaction import know

KEPT_S = 15 * 60
ERROR_PACK = (
    ErrorRule(
        "ResourceNotFoundException",
        lambda _: NotFoundError("Secrets Manager has no such secret.", "Check its ARN and region."),
    ),
)


class SecretValues:
    """Thread-safe. A value lives in memory only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str | None], tuple[float, str]] = {}

    def read(self, options: ConnectionOptions) -> str:
        """The text, or of a JSON secret the field after `#`; asked with the connection's profile, not with what the secret holds."""
        reference, profile = options.keys, options.profile
        with self._lock:
            read_at, value = self._kept.get((reference, profile), (0.0, ""))
            if value and time.monotonic() - read_at < KEPT_S:
                return value
        arn, _, field = reference.partition("#")
        region = arn.split(":")[3] if arn.count(":") >= 6 else None
        session = AwsSession(
            replace(options, keys="", role_arn="", account="", region=region, access_key_id=None), dict
        )
        try:
            client = session.client("secretsmanager")
            with aws_call("secretsmanager", "GetSecretValue", ERROR_PACK):
                answer = client.get_secret_value(SecretId=arn)
        finally:
            session.close()
        value = str(answer.get("SecretString") or "")
        know(value)
        if field:
            value = _field(value, field, arn)
        with self._lock:
            self._kept[reference, profile] = time.monotonic(), value
        return value

    def forget(self, options: ConnectionOptions) -> None:
        """The next read asks again."""
        with self._lock:
            self._kept.pop((options.keys, options.profile), None)


def _field(text: str, field: str, arn: str) -> str:
    try:
        found = json.loads(text)[field]
    except (ValueError, KeyError, TypeError) as error:
        raise CredentialsError(
            f"The secret {arn.rpartition(':')[2]} has no field {field!r}.",
            "Check the part after # in its name.",
        ) from error
    return found if isinstance(found, str) else json.dumps(found)
