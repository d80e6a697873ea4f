"""Postgres: the contract of what lasts, and a server that goes away and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from storage.audit import Audit
from storage.base import Database
from storage.bus import InProcessBus
from storage.database_url import checked, shown
from storage.errors import Unavailable
from storage.events import SqlEventLog
from storage.ids import NodeId
from storage.interfaces import BlobStore
from storage.leases import InProcessDirectory, InProcessLeases
from storage.limiter import InProcessLimiter
from storage.outbox import SqlOutbox
from storage.postgres import READERS, WRITERS, PostgresDatabase
from storage.records import NodeReport
from storage.secrets import Secrets
from storage.service import Storage, StorageConfig
from tests.storage.contract import Clock, EventLogContract, OutboxContract, Shared
from tests.support.databases import PostgresDatabases
from tests.support.postgres import PASSWORD, Postgres

QUICK_S = 2.0


@pytest.fixture
def config(postgres_databases: PostgresDatabases, tmp_path: Path) -> Iterator[StorageConfig]:
    yield postgres_databases.new(tmp_path / "data")
    postgres_databases.server.start()
    postgres_databases.give_back()


@pytest.fixture
async def store(config: StorageConfig, clock: Clock) -> AsyncIterator[Storage]:
    opened = await Storage.open(config, clock=clock)
    yield opened
    await opened.close()


async def _never() -> AsyncIterator[Shared]:
    raise NotImplementedError
    yield


@pytest.fixture
async def shared(config: StorageConfig) -> AsyncIterator[Shared]:
    assert config.database_url is not None
    clock = Clock()
    db = PostgresDatabase(config.database_url)
    events = SqlEventLog(db)
    events.start()
    yield Shared(
        db=db,
        bus=InProcessBus(),
        leases=InProcessLeases(clock, clock.ms()),
        directory=InProcessDirectory(NodeReport(NodeId("own"), "", 0.0, 0), clock),
        events=events,
        blobs=cast(BlobStore, None),  # not on the database
        outbox=SqlOutbox(db, Audit(db, Secrets(config.data_dir / "secrets"))),
        limiter=InProcessLimiter(clock),
        clock=clock,
        reopened=_never,
    )
    await events.close()
    await db.close()


class TestPostgres(EventLogContract, OutboxContract):
    """What lasts means the same here."""


async def test_a_server_that_is_gone_is_told_quickly_and_comes_back_by_itself(
    store: Storage, postgres: Postgres
) -> None:
    await store.users.add("Olga")
    await asyncio.gather(*(store.users.all() for _ in range(READERS)))  # every connection is open
    postgres.stop()
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await store.users.all()
        with pytest.raises(Unavailable):
            await store.users.add("Otto")
    assert not await store.healthy()
    assert time.monotonic() - began < QUICK_S
    postgres.start()
    results = await asyncio.gather(*(store.users.all() for _ in range(2 * READERS)))
    assert all([user.name for user in result] == ["Olga"] for result in results)
    await asyncio.gather(*(store.users.add(f"P{n}") for n in range(2 * WRITERS)))
    assert await store.healthy()


async def test_a_server_that_dies_under_a_statement_is_unavailable(store: Storage, postgres: Postgres) -> None:
    async def slow() -> None:
        async with store.db.write() as session:
            await session.execute(text("INSERT INTO users (id, name, created_ms) VALUES ('half', 'half', 1)"))
            await session.execute(text("SELECT pg_sleep(20)"))

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.3)
    await asyncio.to_thread(postgres.stop)
    with pytest.raises(Unavailable):
        async with asyncio.timeout(QUICK_S):
            await task
    postgres.start()
    assert await store.users.all() == []


async def test_a_slow_statement_ends_and_a_slow_reader_cannot_write(store: Storage) -> None:
    with pytest.raises(Unavailable):
        async with store.db.read() as session:
            await session.execute(text("SET LOCAL statement_timeout = '50ms'"))
            await session.execute(text("SELECT pg_sleep(20)"))
    with pytest.raises(Unavailable):
        async with store.db.read() as session:
            await session.execute(text("DELETE FROM users"))


async def test_events_come_back_after_an_outage_in_one_piece(store: Storage, postgres: Postgres) -> None:
    """As the journal of a room does it: what was not stored comes again with what is new."""
    await store.events.append("c", [(1, 1, "e", "{}")])
    postgres.stop()
    with pytest.raises(Unavailable):
        await store.events.append("c", [(2, 2, "e", "{}")])
    with pytest.raises(Unavailable):
        await store.events.append("c", [(2, 2, "e", "{}"), (3, 3, "e", "{}")])
    postgres.start()
    await store.events.append("c", [(2, 2, "e", '{"new":1}'), (3, 3, "e", "{}"), (4, 4, "e", "{}")])
    assert [tuple(event) for event in await store.events.since("c", 0)] == [
        (1, 1, "e", "{}"),
        (2, 2, "e", '{"new":1}'),
        (3, 3, "e", "{}"),
        (4, 4, "e", "{}"),
    ]


class _LosesAnswers:
    """Commits, and then says that it is gone: the moment that nobody can avoid."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.losing = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)

    def write(self) -> object:
        return _Lost(self) if self.losing else self._db.write()


class _Lost:
    def __init__(self, outer: _LosesAnswers) -> None:
        self._block = outer._db.write()

    async def __aenter__(self) -> object:
        return await self._block.__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await self._block.__aexit__(*failure)  # type: ignore[arg-type]
        raise Unavailable("gone")


async def test_a_commit_whose_answer_was_lost_does_not_block_its_room(store: Storage) -> None:
    """Its events are there, the room does not know, and comes again with the same numbers."""
    db = _LosesAnswers(store.db)
    events = SqlEventLog(cast(Database, db))
    events.start()
    db.losing = True
    with pytest.raises(Unavailable):
        await events.append("c", [(1, 1, "chat", '{"text":"no"}')])
    assert await events.last_seq("c") == 1
    db.losing = False
    await store.events.append("c", [(3, 9, "foreign", "{}")])  # somebody else's stays
    await events.append("c", [(1, 1, "chat", '{"text":""}'), (2, 2, "e", "{}")])
    assert [(event.seq, event.json) for event in await events.since("c", 0)] == [
        (1, '{"text":""}'),
        (2, "{}"),
        (3, "{}"),
    ]
    await events.close()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("plenum:", "nobody:"), "password authentication failed"),
        ((PASSWORD, "wrong"), "password authentication failed"),
        (("/t", "/nothing-"), "does not exist"),
        ((":" + "{port}/", ":1/"), "Connection refused"),
        (("127.0.0.1", "no-such-host.invalid"), "Name or service not known"),
    ],
)
async def test_a_url_that_leads_nowhere_is_one_sentence_without_the_password(
    postgres: Postgres, tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    old, new = (part.format(port=postgres.port) for part in change)
    url = postgres.url("template1", tcp=True).replace(old, new, 1)
    with pytest.raises(Unavailable) as error:
        await Storage.open(StorageConfig(tmp_path / "data", url))
    assert sentence in str(error.value) and "\n" not in str(error.value)
    assert PASSWORD not in str(error.value) and PASSWORD not in repr(StorageConfig(tmp_path, url))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://u:p@h/n", "must begin with postgresql://"),
        ("postgresql://u:secret@h", "must name the database"),
        ("postgresql://u:se/cret@h/n", "written as %xx"),
        ("postgresql://u:se#cret@h/n", "written as %xx"),
        ("postgresql://u:se@cret@h/n", "written as %xx"),
        ("postgresql://u:secret@[h/n", "written as %xx"),
    ],
)
def test_a_wrong_url_is_refused_without_a_quotation(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        checked(url)
    assert "cret" not in str(error.value)


def test_a_url_is_shown_without_password_and_options() -> None:
    assert shown("postgresql://u:p@h:5433/n?sslmode=require") == "postgresql://u@h:5433/n"
    assert shown("postgresql:///n?host=/run/postgresql&password=p") == "postgresql:///n"
    assert shown("postgresql://u:p@[h/n") == "postgresql://..."
    for fine in ("postgresql:///n?host=/run/postgresql", "postgres://u:p%40@h/n"):
        assert checked(fine) == fine
