"""The embedded forms (SQLite, a folder, this process) against the contract, and what only they have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.audit import Audit
from storage.base import SqliteDatabase
from storage.blobs import ObstoreBlobs
from storage.bus import QUEUE_MESSAGES, InProcessBus
from storage.events import SqlEventLog
from storage.ids import NodeId
from storage.interfaces import Limit
from storage.leases import InProcessDirectory, InProcessLeases
from storage.limiter import InProcessLimiter
from storage.migrate import migrate
from storage.outbox import SqlOutbox
from storage.records import NodeReport
from storage.secrets import Secrets
from tests.storage.contract import Clock, Contract, Got, Shared


@asynccontextmanager
async def embedded(folder: Path, clock: Clock) -> AsyncIterator[Shared]:
    migrate(folder / "plenum.db")
    db = SqliteDatabase(folder / "plenum.db")
    events = SqlEventLog(db)
    events.start()
    bus = InProcessBus()

    async def reopened() -> AsyncIterator[Shared]:
        async with embedded(folder, clock) as again:
            yield again

    yield Shared(
        db=db,
        bus=bus,
        leases=InProcessLeases(clock, clock.ms()),
        directory=InProcessDirectory(NodeReport(NodeId("own"), "", 0.0, 0), clock),
        events=events,
        blobs=ObstoreBlobs.in_folder(folder / "blobs"),
        outbox=SqlOutbox(db, Audit(db, Secrets(folder / "secrets"))),
        limiter=InProcessLimiter(clock),
        clock=clock,
        reopened=reopened,
    )
    await bus.close()
    await events.close()
    await db.close()


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Shared]:
    async with embedded(tmp_path, Clock()) as opened:
        yield opened


class TestEmbedded(Contract):
    async def test_lagging_subscriber_loses_the_oldest_and_bounded_memory(self, shared: Shared) -> None:
        bus = shared.bus
        assert isinstance(bus, InProcessBus)
        got = Got()
        subscription = await bus.subscribe("t", got)
        for number in range(QUEUE_MESSAGES + 10):  # nothing is delivered before we wait
            await bus.publish("t", number)
        await got.count(QUEUE_MESSAGES)
        assert subscription.lost == 10
        assert got.messages[0] == 10

    async def test_own_node_is_always_there(self, shared: Shared) -> None:
        shared.clock.now += 3600
        assert await shared.directory.place("c") == NodeId("own")

    async def test_limiter_forgets_the_oldest_key_when_full(self) -> None:
        limiter = InProcessLimiter(Clock(), max_keys=100)
        limit = Limit("t", 1, 60)
        for number in range(1000):
            assert await limiter.take((limit, str(number))) is None
        assert await limiter.take((limit, "999")) is not None
        assert await limiter.take((limit, "0")) is None

    async def test_what_is_looked_at_is_not_forgotten_and_no_flood_of_short_windows_ends_a_day(self) -> None:
        limiter = InProcessLimiter(Clock(), max_keys=100)
        watched, day, flood = Limit("w", 1, 60), Limit("d", 1, 86_400), Limit("t", 1, 60)
        assert await limiter.take((watched, "k")) is None
        assert await limiter.take((day, "k")) is None
        for number in range(1000):
            assert await limiter.take((flood, str(number))) is None
            assert await limiter.take((watched, "k")) is not None
        assert await limiter.take((day, "k")) is not None
        await limiter.refund((day, "k"))
        assert await limiter.take((day, "k")) is None

    async def test_burst_of_appends_shares_commits(self, shared: Shared) -> None:
        events = shared.events
        assert isinstance(events, SqlEventLog)
        await asyncio.gather(*(events.append("c", [(seq, 1, "e", "{}")]) for seq in range(1, 501)))
        assert events.commits <= 10

    async def test_close_stores_what_still_waits(self, tmp_path: Path) -> None:
        async with embedded(tmp_path, Clock()) as opened:
            tasks = [asyncio.create_task(opened.events.append("c", [(n, 1, "e", "{}")])) for n in range(1, 100)]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        async with embedded(tmp_path, Clock()) as opened:
            assert await opened.events.last_seq("c") == 99
