"""End to end: a served product and real Chromium pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from sfu.load import LoadMedia
from tests.e2e.states import Stage
from tests.e2e.world import made
from tests.support.browser import chromium
from tests.support.mail_server import MailServer
from tests.support.people import Person
from tests.support.server import Organiser, Server, running

collect_ignore = [] if "PICTURES" in os.environ else ["test_pictures.py"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A fresh server with short waits at its ends."""
    with running(tmp_path / "data", env={"PLENUM_EMPTY_AFTER_S": "5"}) as served:
        yield served


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server, for servers of a test's own: `PLENUM_SMTP_URL`."""
    started = MailServer().start()
    yield started
    started.stop()


@pytest.fixture
def organiser(server: Server) -> Organiser:
    """Its organiser, signed in."""
    return Organiser(server.url, server.sign_in_url)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; participants get contexts of their own in it."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One product and one browser for a whole table of states."""
    async with made(tmp_path_factory.mktemp("world")) as world, chromium() as browser:
        stage = Stage(world, browser)
        yield stage
        await stage.close()


class Crowd:
    """Participants without a browser, all gone at the end."""

    def __init__(self, server: Server) -> None:
        self._url = server.url
        self.media = LoadMedia()
        self.people: list[Person] = []

    async def arrive(self, name: str, url: str, *, local_address: str | None = None, **options: Any) -> Person:
        """Somebody comes in by a link."""
        person = Person(self._url, self.media, local_address=local_address)
        self.people.append(person)
        return await person.arrive(name, link=url.rsplit("/", 1)[1], **options)

    async def close(self) -> None:
        """Everybody vanishes."""
        self.media.close()
        for person in self.people:
            await person.close()


@pytest.fixture
async def crowd(server: Server) -> AsyncIterator[Crowd]:
    """Real signaling and real media of the native client role."""
    made = Crowd(server)
    yield made
    await made.close()
