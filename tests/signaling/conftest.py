"""The served signaling of each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.signaling.support import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as running:
        yield running
