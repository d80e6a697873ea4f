"""The sender as a part of the server: made from the settings, one per installation, stopped without cutting a mail off.

With SQLite the data folder is one server's: whoever holds the lock file sends, gives back at its start what a killed
one had claimed, and so goes on at once. With Postgres senders stand side by side and leases do that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog

from plenum.settings import Settings
from portal.mail.delivery import MailDelivery, SmsDelivery
from portal.mail.folder import MailFolder, SmsFolder
from portal.mail.house import House
from portal.mail.links import Links
from portal.mail.sender import Sender, Ways
from portal.mail.sms_http import SmsHttp
from portal.mail.smtp import SmtpDelivery, relay
from storage.lock_file import take
from storage.service import Storage

CONNECTIONS = 4
STOP_WITHIN_S = 8.0
_LOCK_AGAIN_S = 5.0

log = structlog.get_logger()


def house(settings: Settings, base_url: str) -> House:
    return House(
        product=settings.mail_name,
        address=settings.sender,
        links=Links(base_url, sign_up=settings.oidc_issuer is not None),
        language=settings.language,
        call=settings.telephone_number or "",
    )


def sender_of(storage: Storage, settings: Settings, clock: Callable[[], float]) -> Sender:
    """It does nothing yet: `sending` sets it to work."""
    return Sender(storage, Ways(_mails(settings, clock), _sms(settings)), clock)


@contextlib.asynccontextmanager
async def sending(sender: Sender, storage: Storage, settings: Settings, base_url: str) -> AsyncIterator[None]:
    """Sends while the block runs; what is on its way at its end gets there."""
    task = asyncio.create_task(_run(sender, house(settings, base_url), storage, settings), name="sender")
    try:
        yield
    finally:
        sender.stop()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                await task


async def _run(sender: Sender, at: House, storage: Storage, settings: Settings) -> None:
    """Whatever ends the sender before its time, it begins again."""
    while not sender.stopped:
        try:
            await _send(sender, at, storage, settings)
        except Exception:
            log.exception("sender.ended")
            await asyncio.sleep(_LOCK_AGAIN_S)


async def _send(sender: Sender, at: House, storage: Storage, settings: Settings) -> None:
    if not storage.embedded:
        await sender.run(at)
        return
    async with _alone(settings.data_dir / "sender.lock"):
        await storage.outbox.release()
        await sender.run(at)


@contextlib.asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    while (handle := take(path)) is None:
        log.warning("sender.another_server_sends")
        await asyncio.sleep(_LOCK_AGAIN_S)
    try:
        yield
    finally:
        os.close(handle)


def _mails(settings: Settings, clock: Callable[[], float]) -> list[MailDelivery]:
    if settings.smtp_url is None:
        return [MailFolder(settings.data_dir / "mail")]
    to = relay(settings.smtp_url, settings.smtp_ca)
    return [SmtpDelivery(to, settings.sender, clock) for _ in range(CONNECTIONS)]


def _sms(settings: Settings) -> SmsDelivery | None:
    sender = settings.sms_from or settings.mail_name
    match settings.sms_driver:
        case "none":
            return None
        case "file":
            return SmsFolder(settings.data_dir / "sms", sender)
        case "http":
            assert settings.sms_url is not None, "the settings were checked"
            return SmsHttp(settings.sms_url, settings.sms_token or "", sender)
