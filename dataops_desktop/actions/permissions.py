"""What the caller may do here, before it is tried: by the cheap calls that are made anyway, then by what IAM says of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dataops_desktop.actions.context import IDENTITY, ActionContext
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.connector import ConnectionCheck, Feature, Manifest

ALLOWED, DENIED, UNKNOWN = "allowed", "denied", "unknown"


@dataclass(frozen=True)
class FeatureAccess:
    """`missing` are the actions an administrator would have to allow; `how` says who told: a call, or IAM's simulation."""

    feature: Feature
    state: str
    missing: tuple[str, ...] = ()
    how: str = ""


async def permissions(context: ActionContext, checks: Mapping[str, ConnectionCheck]) -> list[FeatureAccess]:
    """Every feature of every connector; `checks` are the connectors' newest answers. Unknown is never taken for denied."""
    manifests = [m for m in context.connectors.manifests() if m.features]
    asked = sorted({action for m in manifests for f in m.features if not f.checked for action in f.actions})
    try:
        said = await context.run(IDENTITY, context.connectors.identity().simulate, asked)
    except DataOpsError:
        said = {}
    found = by_calls(manifests, checks)
    for manifest in manifests:
        for feature in manifest.features:
            if feature.checked:
                continue
            missing = tuple(action for action in feature.actions if said.get(action) is False)
            known = all(action in said for action in feature.actions)
            state = DENIED if missing else ALLOWED if known else UNKNOWN
            found.append(
                FeatureAccess(feature, state, missing, "IAM's simulation" if known or missing else "")
            )
    return found


def by_calls(manifests: Iterable[Manifest], checks: Mapping[str, ConnectionCheck]) -> list[FeatureAccess]:
    """Those features that a connector's cheap call has tried by itself."""
    return [_by_call(f, checks.get(m.id)) for m in manifests for f in m.features if f.checked]


def _by_call(feature: Feature, check: ConnectionCheck | None) -> FeatureAccess:
    if check is not None and check.state == "connected":
        return FeatureAccess(feature, ALLOWED, (), "a call")
    if check is not None and check.action:
        return FeatureAccess(feature, DENIED, (check.action,), "a call")
    return FeatureAccess(feature, UNKNOWN)
