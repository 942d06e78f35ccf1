"""botocore's exceptions as ours: the error pack every AWS connector builds on.

Facts (measured): a cut, empty or HTML answer with status 200 becomes a botocore success without its list; clock skew,
wrong and expired credentials fail at the first call; AccessDenied of Glue can also mean Lake Formation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dataops_desktop.aws.codes import EXPIRED_CODES, WRONG_CODES
from dataops_desktop.errors import (
    ConnectionFailedError,
    CredentialsError,
    DataOpsError,
    NoCredentialsError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ServiceError,
    ThrottledError,
)
from dataops_desktop.redaction import redacted

_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_SKEW = {"RequestTimeTooSkewed", "InvalidSignatureException"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
THROTTLE_CODES = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "RequestThrottled",
}
_MISSING = {
    "EntityNotFoundException",
    "NoSuchBucket",
    "NoSuchKey",
    "ResourceNotFoundException",
    "MetadataException",
    "404",
}


@dataclass(frozen=True)
class ErrorRule:
    """One line of a connector's error pack: an AWS error code (and words of its message) to cause and remedy."""

    code: str
    make: Callable[[str], DataOpsError]
    contains: str = ""


def translate(
    service: str, operation: str, error: Exception, pack: tuple[ErrorRule, ...] = ()
) -> DataOpsError:
    """The DataOpsError for a botocore exception of one call."""
    from botocore import exceptions as boto

    call = f"{service}:{operation}"
    if isinstance(error, boto.ClientError):
        return _client_error(service, operation, error, pack)
    if (found := _credential_error(error, call)) is not None:
        return found
    if isinstance(error, boto.SSLError):
        return ConnectionFailedError(
            f"{call}: the certificate was refused ({error}).",
            "Check the proxy's certificate; verification is not switched off.",
            transient=False,
        )
    if isinstance(error, boto.ResponseStreamingError | boto.IncompleteReadError):
        return ProtocolError(f"{call}: the answer was cut short.", "Try again; nothing was changed.")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        return ConnectionFailedError(
            f"{call}: {_first_line(error)}", "Check the network, the VPN and the region, then try again."
        )
    if type(error).__name__ == "ResponseParserError":
        return ProtocolError(
            f"{call}: the answer was not understood.",
            "A proxy may have answered instead of AWS. Nothing was changed.",
        )
    return ServiceError(f"{call}: {_first_line(error)}", title="The call was refused before it was sent")


def _credential_error(error: Exception, call: str) -> CredentialsError | None:
    """What stands in the way before anything is sent."""
    from botocore import exceptions as boto

    if isinstance(
        error, boto.CredentialRetrievalError
    ):  # a program, or a container's or an instance's service
        return CredentialsError(
            redacted(f"The credentials could not be fetched: {_first_line(error)}"),
            "Run the program of credential_process by hand to see what it says, then try again.",
        )
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return NoCredentialsError(
            "No AWS credentials were found on this computer.",
            "Make a connection with a profile, a sign-in or keys.",
        )
    if isinstance(error, boto.SSOTokenLoadError):
        return CredentialsError(f"You are not signed in ({call}).", "Sign in with the browser.")
    if isinstance(error, boto.SSOError | boto.TokenRetrievalError | boto.UnauthorizedSSOTokenError):
        return CredentialsError(f"The SSO session has ended ({call}).", "Sign in again.")
    if isinstance(error, boto.LoginError):
        return CredentialsError(
            f"The console sign-in has ended ({call}).", "Run `aws login`, then try again."
        )
    if isinstance(error, boto.InfiniteLoopConfigError):
        return CredentialsError(
            f"The profiles go round in a circle: {' → '.join(error.kwargs.get('visited_profiles', []))} → {error.kwargs.get('source_profile', '')}.",
            "Change source_profile in ~/.aws/config.",
        )
    if isinstance(
        error,
        boto.InvalidConfigError | boto.ConfigNotFound | boto.ConfigParseError | boto.UnknownCredentialError,
    ):
        return CredentialsError(
            f"The AWS configuration is not valid: {_first_line(error)}", "Mend ~/.aws/config."
        )
    return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _client_error(service: str, operation: str, error: Any, pack: tuple[ErrorRule, ...]) -> DataOpsError:
    body = error.response.get("Error", {})
    code, message = str(body.get("Code", "")), str(body.get("Message", "")) or str(error)
    meta = error.response.get("ResponseMetadata", {})
    details = {
        "code": code,
        "operation": f"{service}:{operation}",
        "request id": str(meta.get("RequestId", "")),
        "status": str(meta.get("HTTPStatusCode", "")),
    }
    result: DataOpsError
    for rule in pack:
        if rule.code == code and rule.contains in message:
            result = rule.make(message)
            break
    else:
        if code in EXPIRED_CODES:
            result = CredentialsError(
                f"The session has expired ({code}).", "Sign in again, for example with `aws sso login`."
            )
        elif code in WRONG_CODES:
            result = CredentialsError(
                f"AWS does not accept the credentials ({code}).",
                "Check the profile's keys, or sign in again.",
            )
        elif code in _SKEW:
            result = CredentialsError(
                f"AWS refused the request's time ({code}).",
                "Set this computer's clock: it differs too much from AWS's.",
            )
        elif code in _DENIED and "MultiFactorAuthentication" in message:
            result = CredentialsError(
                "The MFA code was not accepted.",
                "Enter the next code that the device shows; each works once.",
            )
        elif code in _DENIED:
            found = _ACTION.search(message)
            action = found[1] if found else f"{service}:{operation}"
            result = PermissionDeniedError(
                f"Access denied (IAM): {message}",
                f"Ask an administrator to allow {action} (and, with Lake Formation, to grant the table).",
            )
            result.action = action
        elif code in THROTTLE_CODES:
            result = ThrottledError(f"{service} asks to slow down ({code}).", "Try again in a moment.")
        elif code in _MISSING:
            result = NotFoundError(message)
        elif code == "UnsupportedOperation":
            result = ServiceError(message, title="Not available here")
        else:
            status = int(meta.get("HTTPStatusCode", 0) or 0)
            result = ServiceError(
                f"{service}:{operation} failed: {message} ({code})", transient=status >= 500
            )
    result.details.update({k: v for k, v in details.items() if v})
    return result


@contextmanager
def aws_call(service: str, operation: str, pack: tuple[ErrorRule, ...] = ()) -> Iterator[None]:
    """Everything botocore raises inside leaves as a DataOpsError."""
    try:
        yield
    except DataOpsError:
        raise
    except Exception as error:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
        from urllib3.exceptions import HTTPError

        if isinstance(
            error,
            BotoCoreError | ClientError | ResponseParserError | HTTPError | ConnectionError | TimeoutError,
        ):
            if isinstance(error, HTTPError | ConnectionError | TimeoutError):
                raise ConnectionFailedError(
                    f"{service}:{operation}: the connection broke ({_first_line(error)}).", "Try again."
                ) from error
            raise translate(service, operation, error, pack) from error
        raise


def required(answer: Mapping[str, Any], member: str, service: str, operation: str) -> Any:
    """A top-level member that AWS always sends; its absence means the answer was cut or is not AWS's."""
    if member not in answer:
        raise ProtocolError(
            f"{service}:{operation} answered without {member}.",
            "The connection was cut or a proxy answered instead. Nothing was changed; try again.",
        )
    return answer[member]
