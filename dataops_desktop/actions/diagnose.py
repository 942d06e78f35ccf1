"""The connection doctor: from the profile to every service, what works and what to do about what does not."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Sequence

from dataops_desktop import __version__
from dataops_desktop.actions.context import IDENTITY, ActionContext
from dataops_desktop.actions.permissions import DENIED, UNKNOWN, FeatureAccess, permissions
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.connector import ConnectionCheck
from dataops_desktop.interfaces.identity import ERROR, OK, SKIPPED, WARNING, Step

AWS_DOMAIN = "AWS"
Tell = Callable[[Step], None]


async def diagnose(context: ActionContext, tell: Tell, cancel: CancelToken) -> list[Step]:
    """Every step, told on the event loop as it is known. Services are asked once the account is."""
    loop = asyncio.get_running_loop()
    steps: list[Step] = []

    def note(step: Step) -> None:
        steps.append(step)
        tell(step)

    def from_thread(step: Step) -> None:
        loop.call_soon_threadsafe(note, step)

    manifests = [m for m in context.connectors.manifests() if m.domain.startswith(AWS_DOMAIN)]
    services = ["sts", *(manifest.id for manifest in manifests)]
    source = context.connectors.identity()
    await context.run(IDENTITY, source.diagnose, services, from_thread, cancel)
    await asyncio.sleep(0)  # what was told last arrives
    cancel.raise_if_cancelled()
    checks: dict[str, ConnectionCheck] = {}
    known = any(step.title == "Account" and step.state == OK for step in steps)
    for manifest in manifests:
        cancel.raise_if_cancelled()
        if not known:
            note(Step(manifest.title, SKIPPED, "Needs the account."))
            continue
        try:
            connector = await context.connector(manifest.id)
            check = await context.run(manifest.id, connector.check)
        except DataOpsError as error:
            note(Step(manifest.title, ERROR, error.message, error.remedy))
            continue
        state = OK if check.state == "connected" else ERROR
        checks[manifest.id] = check
        note(Step(manifest.title, state, check.summary, check.remedy, check.action))
    if known:
        note(_permissions(await permissions(context, checks)))
    return steps


def _permissions(found: Sequence[FeatureAccess]) -> Step:
    """All features in one step: what is denied first, what is not known said so."""
    denied = [access for access in found if access.state == DENIED]
    unknown = [access for access in found if access.state == UNKNOWN]
    facts = tuple(
        f"{access.feature.title}: {access.state}" + (f" ({access.how})" if access.how else "")
        for access in found
    )
    actions = ", ".join(dict.fromkeys(action for access in denied for action in access.missing))
    if denied:
        titles = ", ".join(access.feature.title for access in denied)
        return Step("Permissions", WARNING, f"Not allowed: {titles}.", "Ask an administrator for the actions below, if you need them.", actions, facts)  # fmt: skip
    if unknown:
        return Step(
            "Permissions",
            OK,
            "What was tried is allowed; the rest shows when it is used (IAM does not say).",
            facts=facts,
        )
    return Step("Permissions", OK, "Everything this program does is allowed.", facts=facts)


def verdict(steps: Sequence[Step]) -> str:
    """The first thing that is broken, which the rest may only follow from; or that all is well."""
    broken = next((step for step in steps if step.state == ERROR), None)
    if broken is not None:
        return f"{broken.title}: {broken.found}"
    warned = [step.title for step in steps if step.state == WARNING]
    return f"Everything works; look at {', '.join(warned)}." if warned else "Everything works."


def as_text(name: str, steps: Sequence[Step]) -> str:
    """For an administrator: what was tried, what to allow. Holds no secret."""
    marks = {OK: "ok", WARNING: "!!", ERROR: "NO", SKIPPED: "--"}
    lines = [
        f"DataOps Desktop {__version__}, connection “{name}”, {iso(utc_now())}, {platform.system()} {platform.release()}",
        verdict(steps),
        "",
    ]
    for step in steps:
        lines.append(f"[{marks[step.state]}] {step.title}: {step.found}")
        if step.remedy and step.state != OK:
            lines.append(f"     {step.remedy}")
        if step.action:
            lines.append(f"     To be allowed: {step.action}")
        lines += [f"     {fact}" for fact in step.facts]
    return "\n".join(lines) + "\n"
