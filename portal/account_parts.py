"""What the handlers of accounts share: the hasher, the provider, the employment check, and work beside requests."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import web

from portal.context import Parts
from portal.employment import check_of
from portal.passwords import Hasher
from portal.provider import Provider

log = structlog.get_logger()
_MAX_BESIDE = 200


class AccountParts:
    def __init__(self, its: Parts) -> None:
        oidc = its.settings.oidc
        self.hasher = Hasher()
        self.provider = None if oidc is None else Provider(oidc, its.clock)
        self.employment = check_of(its.settings.employment)
        self._beside: set[asyncio.Task[None]] = set()

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs after the answer, so that its time tells nothing. What is too much is left out."""
        if len(self._beside) >= _MAX_BESIDE:
            work.close()
            return
        task = asyncio.create_task(self._guarded(work), name="account work")
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def settled(self) -> None:
        """Everything that runs beside requests is done."""
        if self._beside:
            await asyncio.wait(self._beside, timeout=10)

    async def close(self) -> None:
        await self.settled()
        if self.provider is not None:
            await self.provider.close()
        await self.employment.close()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("account work failed")


ACCOUNT_PARTS = web.AppKey("portal_account_parts", AccountParts)


def account_parts(request: web.Request) -> AccountParts:
    return request.config_dict[ACCOUNT_PARTS]
