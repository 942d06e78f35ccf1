"""A connector's one cheap call, reported instead of raised."""

from __future__ import annotations

from collections.abc import Callable

from dataops_desktop.errors import (
    AccountChangedError,
    CredentialsError,
    DataOpsError,
    NoCredentialsError,
    PermissionDeniedError,
)
from dataops_desktop.interfaces.connector import ConnectionCheck


def checked(call: Callable[[], ConnectionCheck]) -> ConnectionCheck:
    """`call`'s answer, or what stands in its way."""
    try:
        return call()
    except AccountChangedError as error:
        return ConnectionCheck("error", error.message, error.remedy)
    except NoCredentialsError as error:
        return ConnectionCheck("not_configured", error.message, error.remedy)
    except CredentialsError as error:
        return ConnectionCheck("needs_sign_in", error.message, error.remedy)
    except PermissionDeniedError as error:
        return ConnectionCheck("error", error.message, error.remedy, action=error.action)
    except DataOpsError as error:
        return ConnectionCheck("error", error.message, error.remedy)
