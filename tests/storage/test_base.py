"""Readers that cannot write, transactions that end well, on both databases; SQLite's one writer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.base import Database, SqliteDatabase
from storage.errors import Unavailable, Unstorable
from storage.migrate import migrate
from storage.service import Storage
from storage.tables import RoomEvent, User


@pytest.fixture
def db(storage: Storage) -> Database:
    return storage.db


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    migrate(tmp_path / "db")
    opened = SqliteDatabase(tmp_path / "db")
    yield opened
    await opened.close()


async def names(db: Database) -> list[str]:
    async with db.read() as session:
        return [row[0] for row in await session.execute(text("SELECT name FROM users ORDER BY name"))]


async def test_pragmas_hold_on_every_connection(file: SqliteDatabase) -> None:
    expected = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 5000}
    for block, query_only in ((file.read, 1), (file.write, 0)):
        async with block() as session:
            for pragma, value in {**expected, "query_only": query_only}.items():
                assert (await session.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value


async def test_reader_cannot_write(db: Database) -> None:
    with pytest.raises(Unavailable):
        async with db.read() as session:
            await session.execute(text("INSERT INTO users (id, name, created_ms) VALUES ('a', 'b', 1)"))


async def test_what_no_column_can_hold_is_the_callers_fault(db: Database) -> None:
    for value in (2**70, -(2**70)):
        with pytest.raises(Unstorable):
            async with db.read() as session:
                await session.execute(select(RoomEvent).where(RoomEvent.seq == value))
    with pytest.raises(Unstorable):
        async with db.read() as session:
            await session.execute(select(User).where(User.id == "\ud800"))


async def test_exception_rolls_back(db: Database) -> None:
    with pytest.raises(ValueError, match="as it happens"):
        async with db.write() as session:
            session.add(User(id="a", name="a", created_ms=1))
            await session.flush()
            raise ValueError("as it happens")
    assert await names(db) == []


async def test_cancelled_writer_leaves_the_lock(db: Database) -> None:
    async def slow() -> None:
        async with db.write() as session:
            session.add(User(id="a", name="a", created_ms=1))
            await session.flush()
            await asyncio.sleep(60)

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(5), db.write() as session:
        session.add(User(id="b", name="b", created_ms=1))
    assert await names(db) == ["b"]


async def test_readers_go_on_while_somebody_writes(db: Database) -> None:
    async with db.write() as session:
        session.add(User(id="a", name="a", created_ms=1))
        await session.flush()
        async with asyncio.timeout(2):
            assert await names(db) == []
    assert await names(db) == ["a"]


async def test_many_writers_queue(db: Database) -> None:
    async def add(number: int) -> None:
        async with db.write() as session:
            session.add(User(id=str(number), name=f"{number:03d}", created_ms=1))

    await asyncio.gather(*(add(number) for number in range(100)))
    assert len(await names(db)) == 100


async def test_two_processes_worth_of_writers_wait_for_each_other(file: SqliteDatabase) -> None:
    """The command line writes (`plenum user link`) while the server runs."""
    other = SqliteDatabase(file.path)

    async def add(target: SqliteDatabase, number: int) -> None:
        async with target.write() as session:
            session.add(User(id=str(number), name=f"{number:03d}", created_ms=1))

    await asyncio.gather(*(add(file if n % 2 else other, n) for n in range(60)))
    await other.close()
    assert len(await names(file)) == 60
