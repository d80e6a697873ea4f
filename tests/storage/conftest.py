"""`storage`: an opened Storage with a clock that tests move, on SQLite and on Postgres."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.service import Storage
from tests.storage.contract import Clock
from tests.support.databases import Databases


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def storage(databases: Databases, tmp_path: Path, clock: Clock) -> AsyncIterator[Storage]:
    opened = await Storage.open(databases.new(tmp_path / "data"), clock=clock)
    yield opened
    await opened.close()
