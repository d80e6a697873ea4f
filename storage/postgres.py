"""The networked form of `Database`: Postgres through asyncpg, many writers at a time.

A reading block sees one state of everything (REPEATABLE READ, READ ONLY), as it does in SQLite. A writing block is READ
COMMITTED, and `get` in it locks the row to the end, so that what is decided on a row stays true until it is written.
Whatever else must not change between a look and a write takes `storage.base.one_at_a_time` or a unique constraint.

A server that is gone is `Unavailable` at once; every later block tries anew, so nothing has to be restarted.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import asyncpg
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from storage.database_url import shown
from storage.errors import Conflict, StorageError, Unavailable, Unstorable

READERS: Final = 8
WRITERS: Final = 8
"""Connections that one node may hold; Postgres allows 100 in all unless told otherwise."""
POOL_WAIT_S: Final = 10
CONNECT_S: Final = 5
COMMAND_S: Final = 30
_SETTINGS: Final = {
    "application_name": "plenum",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # every query here is short
    "random_page_cost": "1.1",  # in memory or on an SSD, an index is worth its use
}
_CONFLICTS: Final = ("40001", "40P01", "55P03")  # serialization, deadlock, lock not to be had in time
_BUGS: Final = ("42", "23")  # SQL that is wrong, constraints: not the server's state


class _LockingSession(Session):
    """`get` locks the row (not against foreign keys that point to it): read, decide, write is safe. What a `select`
    has found before is read again, unless it has been changed since."""

    def get(self, entity: Any, ident: Any, **given: Any) -> Any:
        key = inspect(entity).identity_key_from_primary_key(ident if isinstance(ident, tuple) else (ident,))
        locked = self.info.setdefault("locked", set())
        if given.get("with_for_update") is None and key not in locked:
            given["with_for_update"] = {"key_share": True}
        if given.get("with_for_update") is not None and key not in locked:
            known = self.identity_map.get(key)
            given["populate_existing"] = known is not None and not self.is_modified(known)
            locked.add(key)
        return super().get(entity, ident, **given)


class PostgresDatabase:
    """`url`: postgresql://user:password@host/name, with the options that libpq knows (sslmode, host=/run/...)."""

    def __init__(self, url: str) -> None:
        self._name = shown(url)
        self._readers = engine_for(url, pool_size=READERS).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._writers = engine_for(url, pool_size=WRITERS).execution_options(isolation_level="READ COMMITTED")
        self._read_sessions = async_sessionmaker(self._readers, expire_on_commit=False)
        self._write_sessions = async_sessionmaker(
            self._writers, expire_on_commit=False, sync_session_class=_LockingSession
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        with _translated(self._name):
            async with self._read_sessions() as session:
                await _connected(session, self._name)
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        with _translated(self._name):
            async with self._write_sessions() as session, session.begin():
                await _connected(session, self._name)
                yield session

    async def ping(self) -> None:
        """Raises if the database cannot be read (for readiness checks)."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._readers.dispose()
        await self._writers.dispose()


def engine_for(url: str, *, pool_size: int = 0) -> AsyncEngine:
    """0: every connection is closed after its use."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url, timeout=CONNECT_S, command_timeout=COMMAND_S, server_settings=_SETTINGS)

    url_of_kind = "postgresql+asyncpg://"
    if not pool_size:
        return create_async_engine(url_of_kind, async_creator=connect, poolclass=NullPool)
    engine = create_async_engine(
        url_of_kind, async_creator=connect, pool_size=pool_size, max_overflow=0, pool_timeout=POOL_WAIT_S
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def _on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        if connection.driver_connection.is_closed():  # the server has restarted meanwhile: a new one takes its place
            raise DisconnectionError

    return engine


async def _connected(session: AsyncSession, name: str) -> None:
    """Connecting fails in more ways than a statement can; whatever comes from here is about the connection."""
    try:
        await session.connection()
    except ValueError as error:  # its words may hold a piece of the password
        raise Unavailable(f"{name}: this URL cannot be understood") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"{name}: {reason(error)}") from error


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """The packages above know no SQLAlchemy; integrity errors are the repositories' own business."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        known = _translation(error, name)
        if known is None:
            raise
        raise known from error
    except (TimeoutError, PoolTimeout, ConnectionError) as error:
        raise Unavailable(f"{name}: {reason(error)}") from error


def _translation(error: DBAPIError, name: str) -> StorageError | None:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    sentence = f"{name}: {reason(error)}"
    if state in _CONFLICTS:
        return Conflict(sentence)
    if state.startswith("22") or (not state and isinstance(error.__cause__, asyncpg.DataError)):
        return Unstorable("this value cannot be stored")
    if state.startswith(_BUGS) and not error.connection_invalidated:
        return None
    return Unavailable(sentence)


def reason(error: BaseException) -> str:
    """One line in the words of whoever failed."""
    inner = error.orig.__cause__ or error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(inner, OSError) and inner.errno is not None and inner.errno > 0:
        return os.strerror(inner.errno)
    words = str(inner).strip().splitlines()
    return words[0] if words else type(inner).__name__
