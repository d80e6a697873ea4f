"""The room event log on SQL, with group commit.

Calls queue up for one writer task; whatever waits when it is free goes into one transaction, and every caller
returns after the commit that holds its events. Under a join storm that is a few commits, not hundreds.

A database over a network can go away in the moment of a commit, which then has happened or not. Its callers are told
that it has not and come again, with the same numbers; so the next append of such a room first takes back what is there
of those in doubt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database, repeatable
from storage.errors import SequenceTaken, Unavailable
from storage.records import StoredEvent
from storage.tables import RoomEvent

QUEUE_CALLS = 4096  # further callers wait
BATCH_CALLS = 512


@dataclass(slots=True)
class _Append:
    conference: str
    times: dict[int, int]
    rows: list[dict[str, object]]
    stored: asyncio.Future[None] = field(repr=False)


class SqlEventLog:
    """`storage.interfaces.EventLog` over any `Database`. `start()` before use, `close()` stores the rest."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._queue: asyncio.Queue[_Append | None] = asyncio.Queue(QUEUE_CALLS)
        self._writer: asyncio.Task[None] | None = None
        self._doubts: dict[str, dict[int, int]] = {}  # conference: number: time
        self.commits = 0

    def start(self) -> None:
        self._writer = asyncio.create_task(self._write_loop(), name="event log writer")

    async def append(self, conference: str, events: Sequence[tuple[int, int, str, str]]) -> None:
        if not events:
            return
        if self._writer is None:
            raise Unavailable("the event log is closed")
        rows: list[dict[str, object]] = [
            {"conference_id": conference, "seq": seq, "at_ms": at_ms, "type": type_, "json": json}
            for seq, at_ms, type_, json in events
        ]
        call = _Append(
            conference, {seq: at_ms for seq, at_ms, _, _ in events}, rows, asyncio.get_running_loop().create_future()
        )
        await self._queue.put(call)
        await call.stored

    async def since(self, conference: str, seq: int) -> list[StoredEvent]:
        query = (
            select(RoomEvent.seq, RoomEvent.at_ms, RoomEvent.type, RoomEvent.json)
            .where(RoomEvent.conference_id == conference, RoomEvent.seq > seq)
            .order_by(RoomEvent.seq)
        )
        async with self._db.read() as session:
            return [StoredEvent(*row) for row in await session.execute(query)]

    async def redact(self, conference: str, seq: int, json: str) -> None:
        async with self._db.write() as session:
            await session.execute(
                update(RoomEvent).where(RoomEvent.conference_id == conference, RoomEvent.seq == seq).values(json=json)
            )

    async def last_seq(self, conference: str) -> int:
        query = select(func.max(RoomEvent.seq)).where(RoomEvent.conference_id == conference)
        async with self._db.read() as session:
            return (await session.execute(query)).scalar_one() or 0

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await self._queue.put(None)
            await writer
            while not self._queue.empty():  # came while the queue was full
                if (late := self._queue.get_nowait()) is not None:
                    _settle([late], Unavailable("the event log is closed"))

    async def _write_loop(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch = [first]
            last = False
            while len(batch) < BATCH_CALLS and not self._queue.empty():
                call = self._queue.get_nowait()
                if call is None:
                    last = True
                    break
                batch.append(call)
            await self._store(batch)
            if last:
                return

    async def _store(self, batch: list[_Append]) -> None:
        """One transaction for all; if one call is at fault, each on its own."""
        try:
            await self._commit(batch)
        except IntegrityError:
            if len(batch) == 1:
                _settle(batch, SequenceTaken(f"sequence number taken: {batch[0].conference}"))
            else:
                for call in batch:
                    await self._store([call])
        except Exception as error:  # every caller learns it; the loop lives on
            for call in batch:
                self._doubts.setdefault(call.conference, {}).update(call.times)
            _settle(batch, error)
        else:
            for call in batch:
                self._doubts.pop(call.conference, None)
            _settle(batch, None)

    @repeatable
    async def _commit(self, batch: list[_Append]) -> None:
        async with self._db.write() as session:
            for conference in {call.conference for call in batch} & self._doubts.keys():
                await _take_back(session, conference, self._doubts[conference])
            await session.execute(insert(RoomEvent), [row for call in batch for row in call.rows])
        self.commits += 1


async def _take_back(session: AsyncSession, conference: str, times: dict[int, int]) -> None:
    """Number and time: what somebody else wrote under that number stays."""
    connection = await session.connection()
    await connection.execute(
        delete(RoomEvent).where(
            RoomEvent.conference_id == conference,
            RoomEvent.seq == bindparam("number"),
            RoomEvent.at_ms == bindparam("time"),
        ),
        [{"number": seq, "time": at_ms} for seq, at_ms in times.items()],
    )


def _settle(batch: list[_Append], error: Exception | None) -> None:
    for call in batch:
        if call.stored.done():  # its caller has been cancelled
            continue
        if error is None:
            call.stored.set_result(None)
        else:
            call.stored.set_exception(error)
