"""Empty, migrated databases for tests, on SQLite and on Postgres, quickly.

    async def test_x(databases: Databases, tmp_path: Path) -> None:
        storage = await Storage.open(databases.new(tmp_path / "data"))      # and the same config again reopens it

`databases` runs its test twice, once per kind. The tests of storage and portal have `storage` and `site` fixtures on
top of it. A SQLite file is a copy of one that was migrated once; a Postgres database is copied from a template the
first time and emptied and used again afterwards.
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from storage.migrate import migrate, migrate_postgres
from storage.service import DATABASE_FILE, StorageConfig
from tests.support.postgres import Postgres

KINDS: Final = ("sqlite", "postgres")
_EMPTY: Final = """
DO $$ DECLARE one text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', one);
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one);
  END LOOP;
END $$
"""


class Databases(ABC):
    """Hands out databases of one kind; what was handed out comes back with `give_back`."""

    kind: str

    @abstractmethod
    def new(self, folder: Path) -> StorageConfig:
        """A database of its own for the data folder `folder`."""

    @abstractmethod
    def give_back(self) -> None:
        """Call it once everything that used them is closed."""

    @abstractmethod
    def dump(self) -> bytes:
        """Everything that the databases of this test hold, to look for what must not be there."""


class SqliteDatabases(Databases):
    kind = "sqlite"

    def __init__(self, template: Path) -> None:
        self._template = template
        self._given: list[Path] = []

    def new(self, folder: Path) -> StorageConfig:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(self._template, folder / DATABASE_FILE)
        (folder / DATABASE_FILE).chmod(0o600)
        self._given.append(folder)
        return StorageConfig(folder)

    def give_back(self) -> None:
        self._given.clear()

    def dump(self) -> bytes:
        return b"".join(path.read_bytes() for folder in self._given for path in folder.glob(f"{DATABASE_FILE}*"))


class PostgresDatabases(Databases):
    kind = "postgres"

    def __init__(self, server: Postgres, template: str) -> None:
        self.server = server
        self._template = template
        self._free: list[str] = []
        self._given: list[str] = []

    def new(self, folder: Path) -> StorageConfig:
        name = self._free.pop() if self._free else self.server.create(self._template)
        self._given.append(name)
        return StorageConfig(folder, self.server.url(name))

    def give_back(self) -> None:
        while self._given:
            name = self._given.pop()
            self.server.sql(_EMPTY, name)
            self._free.append(name)

    def dump(self) -> bytes:
        return b"".join(self.server.dump(name) for name in self._given)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server. A test that stops it starts it again."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgres_databases(postgres: Postgres) -> PostgresDatabases:
    template = postgres.create()
    migrate_postgres(postgres.url(template))
    return PostgresDatabases(postgres, template)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    template = tmp_path_factory.mktemp("template") / DATABASE_FILE
    migrate(template)
    return SqliteDatabases(template)


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Runs the test once on SQLite and once on Postgres."""
    given: Databases = request.getfixturevalue(f"{request.param}_databases")
    yield given
    given.give_back()
