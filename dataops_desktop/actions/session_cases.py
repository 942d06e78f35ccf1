"""Who a connection calls as, signing in, and renewing a session before it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from dataops_desktop.actions.context import IDENTITY, ActionContext
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.identity import DeviceCode, Identity, SignInWay
from dataops_desktop.interfaces.settings import BY_NAME, value_of

MFA_DIGITS = 6
SOURCES = "connection.sources"  # setting: connection → account and region


class SessionCases:
    """Of one connection."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._source = context.connectors.identity
        self._cancels: set[CancelToken] = set()
        context.on_close(self._close)

    async def identity(self) -> Identity:
        """Asked of the service; nobody is asked to sign in."""
        found: Identity = await self._context.run(IDENTITY, lambda: self._source().identity())
        await self._context.local(self._remember, found.source)
        return found

    def _remember(self, source: str) -> None:
        settings, name = self._context.workspace.settings, self._context.connectors.name
        known = dict(settings.setting(SOURCES) or {})
        if known.get(name) != source:
            settings.set_setting(SOURCES, {**known, name: source})

    async def source(self) -> str | None:
        """The account and region this connection had last, known also without a network; None before the first time."""
        known = await self._context.local(self._context.workspace.settings.setting, SOURCES)
        return (known or {}).get(self._context.connectors.name)

    async def custom_endpoints(self) -> list[tuple[str, str, str]]:
        """(service, address, who says so) where calls do not go to AWS's own addresses."""
        manifests = self._context.connectors.manifests()
        services = ["sts", *(m.id for m in manifests if m.domain.startswith("AWS"))]
        return await self._context.run(IDENTITY, lambda: self._source().custom_endpoints(services))

    async def way(self) -> SignInWay:
        """How a person signs in."""
        return await self._context.run(IDENTITY, lambda: self._source().way())

    async def browser(self, show: Callable[[DeviceCode], None], cancel: CancelToken) -> Identity:
        """Sign in with the browser; `show` is called on the event loop. CancelledByUserError once cancelled."""
        loop = asyncio.get_running_loop()
        self._cancels.add(cancel)

        def show_there(code: DeviceCode) -> None:
            loop.call_soon_threadsafe(show, code)

        try:
            await self._context.run(IDENTITY, lambda: self._source().sign_in(show_there, cancel))
        finally:
            self._cancels.discard(cancel)
        return await self.again()

    async def mfa(self, code: str) -> Identity:
        """With the code of a device; CredentialsError where it was not accepted."""
        digits = code.strip().replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == MFA_DIGITS):
            raise InputError(f"A code has {MFA_DIGITS} digits.", "Enter the one the device shows now.")
        await self._context.run(IDENTITY, lambda: self._source().answer_mfa(digits))
        return await self.identity()

    async def again(self) -> Identity:
        """Read the credentials again, after something was done about them elsewhere."""
        await self._context.local(self._context.connectors.reconnect)
        return await self.identity()

    async def renew_if_due(self, known: Identity) -> Identity:
        """A newer session where the known one ends soon and can be renewed without a person, else the known one."""
        if not known.renews or known.ends_at is None:
            return known
        read = self._context.workspace.settings.setting
        before_min = await self._context.local(value_of, read, BY_NAME["sign_in.renew_before_min"])
        if known.ends_at - time.time() > before_min * 60:
            return known
        await self._context.run(IDENTITY, lambda: self._source().renew())
        return await self.identity()

    def _close(self) -> None:
        for cancel in list(self._cancels):
            cancel.cancel()
