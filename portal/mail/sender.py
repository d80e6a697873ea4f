"""Sends what is due: a few tasks, each with a connection of its own, take one row of the outbox at a time.

They sleep until a commit rings or the next row is due. What can fail is decided in one place (`_send`): never, not now,
nothing at all. Order of the states: storage/outbox.py.
"""

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from portal.mail.builder import Builder, Text, UnknownKind, channel
from portal.mail.delivery import DeliveryError, MailDelivery, NotNow, Refused, SmsDelivery, Unreachable
from portal.mail.envelope import BadAddress, address, sealed_letter
from portal.mail.house import House
from portal.mail.letter import Message
from portal.mail.pauses import DOMAIN_MS, RELAY_MS, Pauses
from portal.mail.sms import parts
from storage.notice_rules import Channel
from storage.outbox import retry_wait_ms
from storage.records import OutboxItem
from storage.service import Storage

SENDING_S: Final = 100.0
"""For one row, from claim to report; the lease is longer."""
LONGEST_SLEEP_S: Final = 10.0
_AFTER_TROUBLE_S: Final = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ways:
    """How messages leave. One mail delivery per task that sends; no SMS delivery: none is sent."""

    mails: Sequence[MailDelivery]
    sms: SmsDelivery | None = None


class Sender:
    def __init__(self, storage: Storage, ways: Ways, clock: Callable[[], float]) -> None:
        self._storage = storage
        self._ways = ways
        self._clock = clock
        self._builder = Builder(storage)
        self._pauses = Pauses()
        self._counts: Counter[str] = Counter({"sent": 0, "retried": 0, "failed": 0, "dropped": 0, "sms_parts": 0})
        self._overdue = 0
        self.stopped = False
        self._bells = [storage.outbox.bell() for _ in ways.mails]

    async def run(self, house: House) -> None:
        """Until `stop` (what is on its way gets there) or until it is cancelled (what is on its way is sent again)."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for number, mail in enumerate(self._ways.mails):
                    tasks.create_task(self._worker(mail, house, self._bells[number]), name=f"sender {number}")
        finally:
            await self._close()

    def stop(self) -> None:
        self.stopped = True
        for bell in self._bells:
            bell.set()

    def numbers(self) -> Mapping[str, float]:
        return {**self._counts, "overdue": self._overdue}

    async def send_due(self, house: House) -> int:
        """Everything that is due now, one after another; how many rows were looked at."""
        looked = 0
        while await self._one(self._ways.mails[0], house):
            looked += 1
        return looked

    async def _worker(self, mail: MailDelivery, house: House, bell: asyncio.Event) -> None:
        while not self.stopped:
            bell.clear()
            try:
                if not await self._one(mail, house):
                    await self._sleep(bell)
            except Exception:
                log.exception("sender.failed")
                await asyncio.sleep(_AFTER_TROUBLE_S)

    async def _sleep(self, bell: asyncio.Event) -> None:
        due = await self._storage.outbox.next_due(self._now_ms())
        self._overdue = await self._storage.outbox.overdue(self._now_ms())
        if self.stopped:
            return
        seconds = LONGEST_SLEEP_S if due is None else (due - self._now_ms()) / 1000
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.01), LONGEST_SLEEP_S)):
                await bell.wait()

    async def _one(self, mail: MailDelivery, house: House) -> bool:
        """False: nothing is due."""
        items = await self._storage.outbox.claim(self._now_ms(), limit=1)
        for item in items:
            async with asyncio.timeout(SENDING_S):
                await self._handle(item, mail, house)
        return bool(items)

    async def _handle(self, item: OutboxItem, mail: MailDelivery, house: House) -> None:
        outbox = self._storage.outbox
        try:
            built = await self._builder.build(item, house, self._now_ms())
            if built is None:
                await self._count("dropped", outbox.dropped(item, self._now_ms()))
                return
            await self._send(item, built, mail, house)
        except (UnknownKind, BadAddress) as error:
            await self._count("failed", outbox.gave_up(item, self._now_ms(), error=error.code))
        except Exception:
            log.exception("sender.message_failed", kind=item.kind, item=item.id)
            await self._count("retried", outbox.failed(item, self._now_ms(), error="internal"))

    async def _send(self, item: OutboxItem, built: Message | Text, mail: MailDelivery, house: House) -> None:
        outbox = self._storage.outbox
        names = _pause_names(item, built)
        if (until := self._pauses.until(*names)) > self._now_ms():
            await outbox.put_off(item, until)
            return
        try:
            left = await self._hand_over(item, built, mail, house)
        except Refused as error:
            await self._count("failed", outbox.gave_up(item, self._now_ms(), error=str(error)))
            log.info("sender.refused", kind=item.kind, item=item.id, reason=str(error))
        except (NotNow, Unreachable) as error:
            await self._later(item, names, error)
        else:
            self._pauses.worked(*names)
            if left and await self._count("sent", outbox.done(item, self._now_ms())) and isinstance(built, Text):
                self._counts["sms_parts"] += parts(built.text)

    async def _hand_over(self, item: OutboxItem, built: Message | Text, mail: MailDelivery, house: House) -> bool:
        async def handing() -> bool:
            return await self._storage.outbox.handing(item)

        key = hashlib.sha256(f"key\0{item.cause}".encode()).hexdigest()[:40]
        if isinstance(built, Text):
            if self._ways.sms is None:
                raise Refused("no_sms_gateway")
            return await self._ways.sms.send(built.text, built.to, key=key, handing=handing)
        content = await asyncio.to_thread(_written, built, item.cause, house, self._now_ms())
        to = address("", built.to_address).addr_spec
        return await mail.send(content, to, key=key, handing=handing)

    async def _later(self, item: OutboxItem, names: tuple[str, str], error: DeliveryError) -> None:
        now_ms = self._now_ms()
        way, domain = names
        if isinstance(error, Unreachable):
            until = self._pauses.failed(way, now_ms, RELAY_MS)
            log.warning("sender.unreachable", way=way, reason=str(error))
        else:
            until = self._pauses.failed(domain, now_ms, DOMAIN_MS)
        wait_ms = max(until - now_ms, retry_wait_ms(item.tries + 1) if isinstance(error, NotNow) else 0)
        await self._count("retried", self._storage.outbox.failed(item, now_ms, error=str(error), wait_ms=wait_ms))

    async def _count(self, what: str, step: Awaitable[bool]) -> bool:
        done = await step
        self._counts[what] += done
        return done

    async def _close(self) -> None:
        for mail in self._ways.mails:
            await mail.close()
        if self._ways.sms is not None:
            await self._ways.sms.close()

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _written(message: Message, cause: str, house: House, now_ms: int) -> bytes:
    """Some ms of work, which the meetings on the same loop need not wait for."""
    return sealed_letter(message, cause, house, now_ms).as_bytes()


def _pause_names(item: OutboxItem, built: Message | Text) -> tuple[str, str]:
    """The way it leaves, and the domain it goes to."""
    way = channel(item)
    if isinstance(built, Text):
        return way, f"{Channel.SMS}:{built.to}"
    return way, f"{way}:{built.to_address.rpartition('@')[2].lower()}"
