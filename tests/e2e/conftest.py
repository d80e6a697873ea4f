"""End to end: a served product and real Chromium pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.browser import chromium
from tests.support.server import Organiser, Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A fresh server with short waits at its ends."""
    with running(tmp_path / "data", env={"PLENUM_EMPTY_AFTER_S": "5"}) as served:
        yield served


@pytest.fixture
def organiser(server: Server) -> Organiser:
    """Its organiser, signed in."""
    return Organiser(server.url, server.sign_in_url)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; participants get contexts of their own in it."""
    async with chromium() as started:
        yield started
