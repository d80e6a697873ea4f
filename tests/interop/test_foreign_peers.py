"""Stock aiortc peers exchange decoded sound and picture through slots of the real media server on loopback."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sfu.room import MediaRoom
from sfu.service import MediaServer
from sfu.types import PeerNumber, Purpose, Tile
from tests.interop.foreign import ForeignPeer, Listener, start_server, until

ALL = frozenset({Purpose.MIC, Purpose.CAMERA})


@pytest.fixture
async def server() -> AsyncIterator[MediaServer]:
    server = await start_server()
    yield server
    await server.close()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def room(server: MediaServer, listener: Listener) -> MediaRoom:
    return server.open_room("room", listener)


def camera(number: int, height: int = 240) -> Tile:
    return Tile(PeerNumber(number), Purpose.CAMERA, height)


async def join(room: MediaRoom, *numbers: int) -> list[ForeignPeer]:
    peers = [ForeignPeer(room, number) for number in numbers]
    for peer in peers:
        room.set_gates(peer.number, ALL)
        room.set_view(peer.number, [camera(n) for n in numbers if n != peer.number])
    await asyncio.gather(*(peer.join() for peer in peers))
    return peers


async def leave(peers: list[ForeignPeer]) -> None:
    await asyncio.gather(*(peer.leave() for peer in peers))


def luma(peer: int) -> int:
    return 30 + 40 * peer


def shows(peer: ForeignPeer, other: int) -> bool:
    return any(abs(sink.luma - luma(other)) < 12 for sink in peer.video())


def hears(peer: ForeignPeer, other: int) -> bool:
    return any(abs(sink.hertz - 220 * other) < 60 for sink in peer.audio())


async def test_two_foreign_peers_see_and_hear_each_other(room: MediaRoom, listener: Listener) -> None:
    """U-1, U-3: audio and video of a stock client, both ways, each in a slot that the server says is live."""
    peers = await join(room, 1, 2)
    await until(lambda: shows(peers[0], 2) and shows(peers[1], 1), 15, "each decodes the other's picture")
    await until(lambda: hears(peers[0], 2) and hears(peers[1], 1), 15, "each decodes the other's tone")
    assert listener.transport == {1: "connected", 2: "connected"}
    states = [slot for slot in listener.slots[PeerNumber(1)].values() if slot.peer == 2]
    assert [(slot.purpose, slot.state) for slot in states] == [(Purpose.CAMERA, "live")]
    assert listener.tracks[(PeerNumber(1), Purpose.MIC)] and listener.tracks[(PeerNumber(2), Purpose.CAMERA)]
    await leave(peers)
    await until(lambda: set(listener.transport.values()) == {"closed"}, 5, "close alerts are noticed")
