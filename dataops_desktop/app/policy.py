"""An administrator's policy: a JSON file in a place only they can write, which fixes settings and the ways to AWS.

{"settings": {"guard#refuse_above_usd": 5}, "connection": {"endpoints": {"s3": "https://…"}, "proxy": "http://…", "ca_bundle": "/…", "region": "eu-west-1",
"allowed_accounts": ["123456789012"], "keys": false}}
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.policy import NO_POLICY, Policy

NAME = "policy.json"
_CONNECTION = {"endpoints", "proxy", "ca_bundle", "region", "allowed_accounts", "keys"}
LARGEST = 1_000_000


def policy_file() -> Path:
    """Where this system's administrators put it. DATAOPS_POLICY_FILE names another one where there is none at its place."""
    if sys.platform == "win32":
        place = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "dataops-desktop" / NAME
    elif sys.platform == "darwin":
        place = Path("/Library/Application Support/dataops-desktop") / NAME
    else:
        place = Path("/etc/dataops-desktop") / NAME
    other = os.environ.get("DATAOPS_POLICY_FILE")
    return Path(other) if other and not place.exists() else place


class _ContradictionError(ValueError):
    """One name, two values."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise _ContradictionError(f"it says {name} twice, as {found[name]!r} and as {value!r}")
        found[name] = value
    return found


def load_policy() -> Policy:
    """The policy of this computer. Parts that cannot be used are `problems`; a file that contradicts itself or cannot be read is `broken`."""
    path = policy_file()
    try:
        if not path.exists():
            return NO_POLICY
        if path.stat().st_size > LARGEST:
            raise ValueError("it is larger than any policy")
        record = json.loads(path.read_text("utf-8"), object_pairs_hook=_once)
        if not isinstance(record, dict):
            raise ValueError("it is no JSON object")
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return Policy(str(path), broken=f"The policy file {path} cannot be used: {why}.")
    problems = [
        f"{name} is nothing a policy can fix" for name in record if name not in {"settings", "connection"}
    ]
    settings = _settings(record.get("settings", {}), problems)
    policy = _connection(record.get("connection", {}), Policy(str(path), settings), problems)
    ask, refuse = settings.get("guard#ask_above_usd"), settings.get("guard#refuse_above_usd")
    if ask is not None and refuse is not None and ask > refuse:
        problems.append(f"it asks above ${ask:g} and refuses above ${refuse:g} already")
    return replace(policy, problems=tuple(f"{path}: {problem}." for problem in problems))


def _settings(given: Any, problems: list[str]) -> dict[str, Any]:
    from dataops_desktop.interfaces.settings import (
        BY_NAME,  # most computers have no policy: the first paint does not wait for it
    )

    found: dict[str, Any] = {}
    if not isinstance(given, dict):
        problems.append("“settings” is no object")
        return found
    for name, value in given.items():
        if name not in BY_NAME:
            problems.append(f"there is no setting {name}")
            continue
        try:
            found[name] = BY_NAME[name].checked(value)
        except InputError as error:
            problems.append(str(error).rstrip("."))
    return found


def _connection(given: Any, policy: Policy, problems: list[str]) -> Policy:
    from dataops_desktop.actions.connections import validated

    if not isinstance(given, dict):
        problems.append("“connection” is no object")
        return policy
    problems += [f"a connection has no {name}" for name in given if name not in _CONNECTION]
    for name in ("proxy", "ca_bundle", "region"):
        if name in given:
            try:
                validated(ConnectionOptions(name="policy", **{name: given[name]}))
                policy = replace(policy, **{name: given[name]})
            except (DataOpsError, TypeError, AttributeError) as error:
                problems.append(str(error).rstrip("."))
    endpoints = given.get("endpoints", {})
    for service, url in endpoints.items() if isinstance(endpoints, dict) else ():
        try:
            validated(ConnectionOptions(name="policy", endpoints=((str(service), url),)))
            policy = replace(policy, endpoints=(*policy.endpoints, (str(service), url)))
        except (DataOpsError, TypeError, AttributeError, ValueError) as error:
            problems.append(str(error).rstrip("."))
    accounts = given.get("allowed_accounts", [])
    if not isinstance(accounts, list) or not all(
        isinstance(a, str) and len(a) == 12 and a.isdigit() for a in accounts
    ):
        problems.append("“allowed_accounts” is no list of account numbers of 12 digits, as text")
    elif "allowed_accounts" in given and not accounts:
        problems.append("“allowed_accounts” is empty: no account at all would be allowed")
    else:
        policy = replace(policy, allowed_accounts=tuple(accounts))
    if not isinstance(given.get("keys", True), bool):
        problems.append("“keys” is neither true nor false")
    else:
        policy = replace(policy, keys=given.get("keys", True))
    return policy


def applied(options: ConnectionOptions, policy: Policy) -> ConnectionOptions:
    """A connection as the policy lets it be; InputError where it may not be at all. The sandbox is nobody's account."""
    if options.sandbox:
        return options
    if policy.broken:
        raise InputError(policy.broken, "Ask your administrator to mend it. The catalog stays usable.")
    if not policy.keys and options.keys:
        raise InputError(
            f"“{options.name}” uses long-lived keys, which your administrator does not allow.",
            "Use a profile or a sign-in.",
        )
    endpoints = {**dict(options.endpoints), **dict(policy.endpoints)}
    return replace(
        options,
        endpoints=tuple(endpoints.items()),
        region=policy.region or options.region,
        proxy=policy.proxy or options.proxy,
        ca_bundle=policy.ca_bundle or options.ca_bundle,
        allowed_accounts=policy.allowed_accounts,
    )
