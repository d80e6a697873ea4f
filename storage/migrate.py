"""Brings a database file to the schema of this version, at every start.

A file that is already there is recognised by one read, without loading alembic: a second start is quick.
"""

import contextlib
import sqlite3
from pathlib import Path

from storage.base import set_pragmas
from storage.errors import SchemaTooNew

HEAD = "0004"
"""The newest revision in storage/migrations/versions; a test holds it to the files."""

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(path: Path) -> bool:
    """Blocking. True if anything had to be done. Raises SchemaTooNew; safe to call again after a crash."""
    if _revision(path) == HEAD:
        return False
    _upgrade(path)
    return True


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
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
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

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew(f"{path} was written by a newer version of Plenum ({error})") from error
    finally:
        engine.dispose()
