"""Brings a database to the schema of this version, at every start: a SQLite file, or a Postgres database by its URL.

What is already there is recognised by one read, without loading alembic: a second start is quick. Of several nodes that
start at once on Postgres one migrates, behind an advisory lock, and the others wait for it.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import one_at_a_time, set_pragmas
from storage.database_url import shown
from storage.errors import SchemaTooNew

HEAD = "0010"
"""The newest revision in storage/migrations/versions; a test holds it to the files."""

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(path: Path) -> bool:
    """Blocking. True if anything had to be done. Raises SchemaTooNew; safe to call again after a crash."""
    if _revision(path) == HEAD:
        return False
    _upgrade(path)
    return True


def migrate_postgres(url: str) -> bool:
    """The same for Postgres; blocking, with an event loop of its own. Raises Unavailable as well."""
    return asyncio.run(_migrate_postgres(url))


def made(path: Path) -> bool:
    """Is there a schema in this file?"""
    return _revision(path) is not None


def made_postgres(url: str) -> bool:
    """Is there a schema in this database? Raises Unavailable."""
    return asyncio.run(_revision_postgres(url)) is not None


def _revision(path: Path) -> str | None:
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as connection:
        table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        if table is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def _upgrade(path: Path) -> None:
    from sqlalchemy import create_engine, event

    path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        set_pragmas(connection, read_only=False)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    try:
        with engine.begin() as connection:
            _run_revisions(connection, str(path))
    finally:
        engine.dispose()


async def _revision_postgres(url: str) -> str | None:
    from storage.postgres import PostgresDatabase

    db = PostgresDatabase(url)
    try:
        async with db.read() as session:
            return await _stored_revision(session)
    finally:
        await db.close()


async def _migrate_postgres(url: str) -> bool:
    from storage.postgres import PostgresDatabase

    if await _revision_postgres(url) == HEAD:
        return False
    db = PostgresDatabase(url)
    try:
        async with db.write() as session:
            await session.execute(text("SET LOCAL lock_timeout = '60s'"))
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            await one_at_a_time(session, "migrations")
            if await _stored_revision(session) == HEAD:
                return False
            await (await session.connection()).run_sync(_run_revisions, shown(url))
            return True
    finally:
        await db.close()


async def _stored_revision(session: AsyncSession) -> str | None:
    if (await session.execute(text("SELECT to_regclass('alembic_version')"))).scalar_one() is None:
        return None
    row = (await session.execute(text("SELECT version_num FROM alembic_version"))).first()
    return None if row is None else str(row[0])


def _run_revisions(connection: Connection, name: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew(f"{name} was written by a newer version of Plenum ({error})") from error
