"""A real server on loopback for signaling tests: real storage, real sockets; media and recorder are recording fakes."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from rooms.claims import ParticipantClaims
from sfu.errors import OfferError
from sfu.types import PeerNumber, Purpose, RoomListener, Tile
from signaling.app import Signaling, SignalingSettings
from signaling.auth import TokenMint
from signaling.ports import Holds, MediaRoom, ParticipantFacts
from storage.entries import EntryRecord
from storage.records import ConferenceRecord, ConferenceSettings
from storage.service import Storage, StorageConfig
from tests.signaling.client import Client


class FakeMediaRoom:
    """Implements the media room's interface and keeps what it was told, in order."""

    def __init__(self, name: str, listener: RoomListener) -> None:
        self.name = name
        self.listener = listener
        self.calls: list[tuple[Any, ...]] = []
        self.gates: dict[PeerNumber, frozenset[Purpose]] = {}
        self.connected: set[PeerNumber] = set()
        self.priority: frozenset[PeerNumber] = frozenset()
        self.views: dict[PeerNumber, list[Tile]] = {}
        self.closed = False

    async def connect(self, peer: PeerNumber, connection: int, offer: str, lines: Mapping[str, str]) -> str:
        self.calls.append(("connect", peer, connection))
        if not offer.startswith("v=0"):
            raise OfferError("The offer is no SDP.")
        self.connected.add(peer)
        return "v=0\r\nanswer"

    def disconnect(self, peer: PeerNumber) -> None:
        self.calls.append(("disconnect", peer))
        self.connected.discard(peer)

    def set_gates(self, peer: PeerNumber, open: frozenset[Purpose]) -> None:
        self.calls.append(("gates", peer, open))
        self.gates[peer] = open

    def set_view(self, peer: PeerNumber, tiles: Sequence[Tile]) -> None:
        self.views[peer] = list(tiles)

    def set_priority(self, peers: frozenset[PeerNumber]) -> None:
        self.priority = peers

    def open_tap(self, tap: int, peer: PeerNumber, purpose: Purpose) -> bool:
        return True

    def close_tap(self, tap: int) -> None: ...

    def close(self) -> None:
        self.closed = True


class FakeMedia:
    def __init__(self) -> None:
        self.rooms: list[FakeMediaRoom] = []

    def open_room(self, name: str, listener: RoomListener) -> FakeMediaRoom:
        room = FakeMediaRoom(name, listener)
        self.rooms.append(room)
        return room

    @property
    def room(self) -> FakeMediaRoom:
        return self.rooms[-1]


@dataclass
class FakeRecorder:
    """The recorder's port and its sessions in one, keeping facts in order."""

    facts: list[tuple[Any, ...]] = field(default_factory=list)

    async def open(
        self, *, conference: str, session: str, title: str, owner: str, started_ms: int, media: MediaRoom
    ) -> "FakeRecorder":
        self.facts.append(("open", session, title))
        return self

    def participant(self, facts: ParticipantFacts) -> None:
        self.facts.append(("participant", facts.number, facts.consent))

    def left(self, number: PeerNumber) -> None:
        self.facts.append(("left", number))

    def track(self, number: PeerNumber, purpose: Purpose, active: bool) -> None:
        self.facts.append(("track", number, purpose, active))

    def transport_closed(self, number: PeerNumber) -> None:
        self.facts.append(("transport_closed", number))

    def mark(self, start: bool, at_ms: int) -> None:
        self.facts.append(("mark", start))

    def speakers(self, active: Sequence[PeerNumber], at_ms: int) -> None:
        self.facts.append(("speakers", tuple(active)))

    def chat(self, at_ms: int, from_name: str, text: str) -> None:
        self.facts.append(("chat", from_name, text))

    def chat_deleted(self, at_ms: int, from_name: str) -> None:
        self.facts.append(("chat_deleted", from_name))

    def tap_dropped(self, tap: int, count: int) -> None:
        self.facts.append(("tap_dropped", tap, count))

    async def close(self, at_ms: int) -> None:
        self.facts.append(("close",))


class Clock:
    """Wall time that a test may push forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


async def everything_holds(claims: ParticipantClaims, entry: EntryRecord | None) -> bool:
    return True


@dataclass
class Served:
    """A running signaling server. `enter` makes a token as the portal would."""

    folder: Path
    clock: Clock
    settings: SignalingSettings
    database_url: str | None = None
    media: FakeMedia = field(default_factory=FakeMedia)
    recorder: FakeRecorder = field(default_factory=FakeRecorder)
    clients: list[Client] = field(default_factory=list)
    holds: Holds = field(default=everything_holds)

    async def start(self) -> None:
        self.storage = await Storage.open(StorageConfig(self.folder, self.database_url), clock=self.clock)
        self.mint = TokenMint(await self.storage.secrets.signing_key(), clock=self.clock)
        self.signaling = Signaling(
            storage=self.storage,
            media=self.media,
            recorder=self.recorder,
            mint=self.mint,
            settings=self.settings,
            holds=self.holds,
            clock=self.clock,
        )
        await self.signaling.start()
        app = web.Application()
        self.signaling.attach(app)
        self.server = TestServer(app)
        await self.server.start_server()
        self.url = str(self.server.make_url("/")).rstrip("/")

    async def stop(self, *, restarting: bool = True) -> None:
        await self.signaling.close(restarting=restarting)
        await self.server.close()
        await self.storage.close()

    async def no_open_session(self) -> bool:
        return not await self.storage.sessions.open_sessions()

    async def restart(self) -> None:
        """As after a graceful stop; media and recorder are new too."""
        await self.stop()
        self.media = FakeMedia()
        await self.start()

    async def conference(self, **settings: Any) -> ConferenceRecord:
        owner = await self.owner()
        chosen = ConferenceSettings(**{"title": "Council", **settings})
        return await self.storage.conferences.create(owner, chosen, now_ms=int(self.clock() * 1000))

    async def owner(self) -> str:
        await self.storage.users.ensure_first_organiser()
        return (await self.storage.users.all())[0].id

    def token(self, conference: str, id: str, **claims: Any) -> str:
        fields: dict[str, Any] = {
            "conference": conference,
            "participant": id,
            "name": id.capitalize(),
            "role": "presenter",
            "moderator": False,
            "organiser": False,
            "guest": True,
            "device": f"device-{id}",
            "node": "local",
            "epoch": 1,
            **claims,
        }
        return self.mint.mint(ParticipantClaims(**fields))[0]

    def client(self, token: object) -> Client:
        client = Client(self.url, token)
        self.clients.append(client)
        return client

    async def connect(self, conference: str, id: str, **claims: Any) -> Client:
        client = self.client(self.token(conference, id, **claims))
        await client.connect()
        return client

    async def enter(self, conference: str, id: str, wishes: Mapping[str, Any] | None = None, **claims: Any) -> Client:
        """Connected and joined."""
        client = await self.connect(conference, id, **claims)
        await client.join(**(wishes or {}))
        return client

    async def organiser(self, conference: str, id: str = "olga", **wishes: Any) -> Client:
        return await self.enter(conference, id, wishes, moderator=True, organiser=True, guest=False)


async def until(happened: Callable[[], bool | Awaitable[bool]], *, within_s: float = 10) -> None:
    """Polls; for what announces itself to nobody. Raises AssertionError when time is up."""
    for _ in range(int(within_s / 0.05)):
        now = happened()
        if (await now) if isinstance(now, Awaitable) else now:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it has not happened")


@contextlib.asynccontextmanager
async def serving(folder: Path, *, database_url: str | None = None, **settings: Any) -> AsyncIterator[Served]:
    served = Served(folder, Clock(), SignalingSettings(**settings), database_url)
    await served.start()
    try:
        yield served
    finally:
        for client in served.clients:
            await client.close()
        await served.stop()
