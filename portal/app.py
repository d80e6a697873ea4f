"""The portal as a part of an aiohttp application: REST API, the client's pages, headers and errors.

Other parts (signaling, health) may add routes of their own to the same application, before or after: no route
of the portal catches a path that is not its own.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import web

from portal.account_parts import ACCOUNT_PARTS, AccountParts
from portal.context import PARTS, Parts
from portal.gate import Gate
from portal.headers import on_prepare
from portal.join import GATE
from portal.middleware import errors_become_answers
from portal.pages import add_pages
from portal.ports import Mint, RoomsPort
from portal.routes import add_routes
from portal.settings import PortalSettings
from storage.service import Storage

__all__ = ["Portal", "PortalSettings"]


class Portal:
    def __init__(
        self,
        *,
        storage: Storage,
        mint: Mint,
        rooms: RoomsPort,
        settings: PortalSettings,
        static_dir: Path,
        clock: Callable[[], float],
    ) -> None:
        self._parts = Parts(storage, mint, rooms, settings, clock)
        self._static_dir = static_dir

    def attach(self, app: web.Application) -> None:
        """Call once, before the application runs."""
        gate = Gate(self._parts.storage, self._parts.now_ms)
        app[PARTS] = self._parts
        app[GATE] = gate
        accounts = AccountParts(self._parts)
        app[ACCOUNT_PARTS] = accounts

        async def lifetime(_: web.Application) -> AsyncIterator[None]:
            yield
            await gate.close()
            await accounts.close()

        app.cleanup_ctx.append(lifetime)
        app.middlewares.append(errors_become_answers(self._static_dir))
        app.on_response_prepare.append(on_prepare)
        add_routes(app)
        add_pages(app, self._static_dir)
