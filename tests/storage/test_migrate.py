"""Schema history: what the revisions make is what the tables say, and a second start is quick."""

import asyncio
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

import storage.tables
import storage.tables_accounts
import storage.tables_recordings
from storage.base import Base
from storage.errors import SchemaTooNew
from storage.migrate import HEAD, migrate, migrate_postgres
from storage.postgres import engine_for
from storage.service import Storage, StorageConfig
from tests.support.postgres import Postgres

MIGRATIONS = Path(storage.tables.__file__).with_name("migrations")


def test_revisions_make_the_tables(tmp_path: Path) -> None:
    migrate(tmp_path / "db")
    with create_engine(f"sqlite:///{tmp_path / 'db'}").connect() as connection:
        assert _differences(connection) == []


async def test_revisions_make_the_tables_on_postgres(postgres: Postgres) -> None:
    name = postgres.create()
    assert await asyncio.to_thread(migrate_postgres, postgres.url(name))
    assert not await asyncio.to_thread(migrate_postgres, postgres.url(name))
    engine = engine_for(postgres.url(name))
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    postgres.drop(name)


async def test_of_nodes_that_start_at_once_one_migrates(postgres: Postgres) -> None:
    name = postgres.create()
    made = await asyncio.gather(*(asyncio.to_thread(migrate_postgres, postgres.url(name)) for _ in range(4)))
    assert sorted(made) == [False, False, False, True]
    postgres.drop(name)


async def test_newer_schema_is_refused_on_postgres(postgres: Postgres) -> None:
    name = postgres.create()
    await asyncio.to_thread(migrate_postgres, postgres.url(name))
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", name)
    with pytest.raises(SchemaTooNew):
        await asyncio.to_thread(migrate_postgres, postgres.url(name))
    postgres.drop(name)


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
    assert migrate(tmp_path / "db")
    assert not migrate(tmp_path / "db")


def test_unfinished_first_run_is_repeated(tmp_path: Path) -> None:
    """A start that died before its commit leaves an empty file."""
    (tmp_path / "db").touch()
    assert migrate(tmp_path / "db")


def test_newer_schema_is_refused(tmp_path: Path) -> None:
    migrate(tmp_path / "db")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew):
        migrate(tmp_path / "db")


async def test_second_start_is_quick_and_keeps_everything(tmp_path: Path) -> None:
    """A second start costs less than 0.3 s for this part (median of five)."""
    first = await Storage.open(StorageConfig(tmp_path / "data"))
    token = await first.users.ensure_first_organiser()
    assert token is not None
    keys = (await first.secrets.signing_key(), await first.secrets.link_key())
    await first.close()
    await first.close()
    times = []
    for _ in range(5):
        started = time.perf_counter()
        again = await Storage.open(StorageConfig(tmp_path / "data"))
        times.append(time.perf_counter() - started)
        assert await again.users.ensure_first_organiser() is None
        assert (await again.secrets.signing_key(), await again.secrets.link_key()) == keys
        assert await again.healthy()
        await again.close()
    assert sorted(times)[2] < 0.3


async def test_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    opened = await Storage.open(StorageConfig(tmp_path / "data"))
    await opened.users.add("Olga")
    for path in [tmp_path / "data", *(tmp_path / "data").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    await opened.close()


def test_no_column_is_for_an_address() -> None:
    """Decision 10."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not {"ip", "address", "addr", "host", "remote"} & set(column.name.split("_")), column
