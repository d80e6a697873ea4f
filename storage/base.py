"""The database: declarative base, SQLite with one writer and several readers, and what differs between dialects.

SQLite takes one writer at a time, so all writes go through one connection behind a lock and begin with
BEGIN IMMEDIATE; readers have connections of their own that refuse to write. WAL with synchronous NORMAL
survives the death of the process (kill -9) at every commit. Postgres is in storage/postgres.py.

For both: `session.get` in a writing block keeps the row to itself until the end; what is decided by a look at several
rows (a limit, a free number, a chain) takes `one_at_a_time` first; INSERT ... ON CONFLICT comes from `insert_into`; a
method that is one writing block and nothing else may be `repeatable`.
"""

import asyncio
import functools
import hashlib
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import MetaData, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from storage.errors import Conflict, Unavailable, Unstorable

BUSY_TIMEOUT_MS = 5000
READERS = 3
REPEATS = 4

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Base(DeclarativeBase):
    """Every table of the product hangs on this metadata."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database(Protocol):
    """Transactions. `write()` commits at the end of its block and rolls back on an exception."""

    def read(self) -> AbstractAsyncContextManager[AsyncSession]: ...
    def write(self) -> AbstractAsyncContextManager[AsyncSession]: ...
    async def ping(self) -> None: ...
    async def close(self) -> None: ...


class SqliteDatabase:
    """The embedded form of `Database`: one file, WAL. The schema must be there already (storage.migrate)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, pool_size=1, read_only=False)
        self._readers = _engine(path, pool_size=READERS, read_only=True)
        self._write_sessions = async_sessionmaker(self._writer, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(self._readers, expire_on_commit=False)
        self._write_lock = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        with _translated():
            async with self._read_sessions() as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        with _translated():
            async with self._write_lock, self._write_sessions() as session, session.begin():
                yield session

    async def ping(self) -> None:
        """Raises if the database cannot be read (for readiness checks)."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._readers.dispose()
        await self._writer.dispose()


def insert_into(session: AsyncSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


async def one_at_a_time(session: AsyncSession, name: str) -> None:
    """From here to the end of the transaction nobody else is past this line with the same name. Take it before rows,
    and if two, in alphabetical order. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest, signed=True))))


def repeatable(method: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """For a method whose only effect is one writing block: when another transaction was in its way (deadlock,
    serialization), nothing was written, and it runs again."""

    @functools.wraps(method)
    async def repeated(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        for tries in range(REPEATS):
            try:
                return await method(*args, **kwargs)
            except Conflict:
                await asyncio.sleep(random.uniform(0, 0.02 * 2**tries))
        return await method(*args, **kwargs)

    return repeated


@contextmanager
def _translated() -> Iterator[None]:
    """The packages above know no SQLAlchemy; integrity errors are the repositories' own business."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable(str(error.__cause__ or error)) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise Unstorable("this value cannot be stored") from error


def set_pragmas(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """The pragmas of every connection, also of the one that migrates."""
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"query_only = {'ON' if read_only else 'OFF'}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _engine(path: Path, *, pool_size: int, read_only: bool) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=pool_size, max_overflow=0, pool_timeout=10)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own is too late and deferred
        set_pragmas(connection, read_only=read_only)

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
