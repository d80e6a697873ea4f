"""A real portal: SQLite and Postgres in turn, aiohttp on a socket, a clock that tests move, rooms that they command."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from portal.app import Portal, PortalSettings
from rooms.claims import ParticipantClaims
from rooms.errors import RoomError
from storage.ids import UserId
from storage.service import Storage
from tests.storage.contract import Clock
from tests.support.databases import Databases


class Rooms:
    """The live rooms as a test wants them."""

    def __init__(self) -> None:
        self.refuse: str | None = None
        self.banned_devices: set[str] = set()
        self.present: dict[str, int] = {}
        self.ended: list[str] = []
        self.changed: list[str] = []
        self.asked: list[tuple[str, str, bool]] = []
        self.organisers = 0
        self.rechecked: list[str] = []
        self.lobbies: dict[str, bool] = {}

    async def admission(self, conference_id: str, *, device: str, moderator: bool, organiser: bool = False) -> None:
        self.organisers += organiser
        self.asked.append((conference_id, device, moderator))
        if device in self.banned_devices:
            raise RoomError("banned")
        if self.refuse is not None:
            raise RoomError(self.refuse)

    def lobby(self, conference_id: str) -> bool | None:
        return self.lobbies.get(conference_id)

    def participants_now(self, conference_id: str) -> int:
        return self.present.get(conference_id, 0)

    async def settings_changed(self, conference_id: str) -> None:
        self.changed.append(conference_id)

    async def rights_changed(self, *, user: str | None = None, invitee: str | None = None) -> None:
        self.rechecked.append(str(user or invitee))

    async def end_conference(self, conference_id: str) -> None:
        self.ended.append(conference_id)


class Minted:
    """Remembers the claims of each token; the token is its number."""

    def __init__(self, clock: Clock) -> None:
        self.claims: list[ParticipantClaims] = []
        self._clock = clock

    def __call__(self, claims: ParticipantClaims) -> tuple[str, int]:
        self.claims.append(claims)
        return f"token{len(self.claims)}", self._clock.ms() + 900_000


@dataclass
class Site:
    """One running portal."""

    storage: Storage
    rooms: Rooms
    minted: Minted
    clock: Clock
    app: web.Application
    server: TestServer
    clients: list[TestClient[Any, Any]] = field(default_factory=list)

    async def browser(self) -> "Browser":
        client: TestClient[Any, Any] = TestClient(self.server)
        self.clients.append(client)
        return Browser(self, client)

    async def organiser(self, name: str = "Olga") -> "Browser":
        """A browser in which an organiser has signed in."""
        user = await self.storage.users.add(name)
        token = await self.storage.sign_in_links.create(user.id, now_ms=self.clock.ms())
        browser = await self.browser()
        response = await browser.post("/api/sign-in", {"token": token})
        assert response.status == 200
        browser.user = user.id
        return browser


class Browser:
    """Sends what the client would send; `origin` and `headers` let it misbehave."""

    def __init__(self, site: Site, client: TestClient[Any, Any]) -> None:
        self.site = site
        self.client = client
        self.user: UserId | None = None

    async def get(self, path: str, **kwargs: Any) -> ClientResponse:
        return await self.client.get(path, **kwargs)

    async def post(self, path: str, body: object = None, **kwargs: Any) -> ClientResponse:
        return await self.client.post(path, json={} if body is None else body, **kwargs)

    async def send(self, method: str, path: str, body: object = None, **kwargs: Any) -> ClientResponse:
        if method in ("GET", "HEAD"):
            return await self.client.request(method, path, **kwargs)
        return await self.client.request(method, path, json={} if body is None else body, **kwargs)

    async def conference(self, **fields: object) -> dict[str, Any]:
        response = await self.post("/api/conferences", {"title": "Council", **fields})
        assert response.status == 201, await response.text()
        made: dict[str, Any] = await response.json()
        return made

    async def join_pin(self, conference: dict[str, Any], pin: str, name: str = "Anna", **kwargs: Any) -> ClientResponse:
        body = {"number": conference["number"], "pin": pin, "name": name}
        return await self.post("/api/join", body, **kwargs)


async def code(response: ClientResponse) -> str:
    body = await response.json()
    assert set(body) == {"error"} and body["error"]["message"], body
    return str(body["error"]["code"])


def secret_of(url: str) -> str:
    return url.rsplit("/j/", 1)[1]


@pytest.fixture
def static_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Plenum</title>")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "assets" / "index-BtLed6xy.js").write_text("export {};")
    (folder / "assets" / "page-1.css").write_text("body{}")
    (folder / "secret.key").write_text("no")
    return folder


Open = Callable[..., Awaitable[Site]]


@pytest.fixture
async def open_site(tmp_path: Path, static_dir: Path, databases: Databases) -> AsyncIterator[Open]:
    """Starts portals with settings of the test's own."""
    opened: list[Site] = []

    async def start(**settings: Any) -> Site:
        clock = Clock()
        storage = await Storage.open(databases.new(tmp_path / f"data{len(opened)}"), clock=clock)
        rooms, minted = Rooms(), Minted(clock)
        app = web.Application()
        Portal(
            storage=storage,
            mint=minted,
            rooms=rooms,
            settings=PortalSettings(**{"version": "0.1", **settings}),
            static_dir=static_dir,
            clock=clock,
        ).attach(app)
        server = TestServer(app)
        await server.start_server()
        site = Site(storage, rooms, minted, clock, app, server)
        opened.append(site)
        return site

    yield start
    for site in opened:
        for client in site.clients:
            await client.close()
        await site.server.close()
        await site.storage.close()


@pytest.fixture
async def site(open_site: Open) -> Site:
    return await open_site()
