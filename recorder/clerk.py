"""Writes facts down in storage, one after the other, without making anybody wait. Bounded; a database that
is away for minutes costs nothing, other trouble the fact after a few tries, and never the recording."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.errors import StorageError, Unavailable

log = structlog.get_logger()

MAX_WAITING = 20_000
TRIES = 5
RETRY_S = 0.3
AWAY_TRIES = 130
"""While the database is away and nobody wants to stop: about ten minutes."""
MAX_RETRY_S = 5.0

Entry = Callable[[], Awaitable[object]]


class Clerk:
    """`write` queues an entry, `settled` waits until everything so far is written."""

    def __init__(self) -> None:
        self._entries: asyncio.Queue[Entry | asyncio.Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.dropped = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="recorder clerk")

    def write(self, entry: Entry) -> None:
        if self._entries.qsize() >= MAX_WAITING:
            self.dropped += 1
            return
        self._entries.put_nowait(entry)

    async def settled(self) -> None:
        if self._task is not None and not self._task.done():
            reached = asyncio.Event()
            self._entries.put_nowait(reached)
            await reached.wait()

    async def close(self) -> None:
        """Writes the rest first. Idempotent."""
        self._closing = True
        if self._task is not None:
            await self.settled()
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        while True:
            entry = await self._entries.get()
            if isinstance(entry, asyncio.Event):
                entry.set()
            else:
                await self._write(entry)

    async def _write(self, entry: Entry) -> None:
        attempt = 0
        while True:
            try:
                await entry()
                return
            except StorageError as error:
                log.warning("recording fact not written", error=str(error), attempt=attempt)
                attempt += 1
                if attempt >= (AWAY_TRIES if isinstance(error, Unavailable) and not self._closing else TRIES):
                    break
                await asyncio.sleep(min(RETRY_S * attempt, MAX_RETRY_S))
            except Exception:
                log.exception("recording fact refused")
                break
        self.dropped += 1
