"""Stock aiortc peers exchange decoded sound and picture through slots of the real media server on loopback."""

import asyncio
import statistics
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


async def test_a_closed_microphone_gate_silences_within_100_ms(room: MediaRoom) -> None:
    """Enforced in the core: a stock client goes on sending, nobody hears it. Median of five."""
    peers = await join(room, 1, 2)
    await until(lambda: hears(peers[1], 1), 15, "2 hears 1")
    loop, lags = asyncio.get_running_loop(), []
    arrivals: list[float] = []
    seen = peers[1].pc.getTransceivers()[2:]
    for transceiver in seen:
        if transceiver.kind == "audio":
            watch(transceiver.receiver, arrivals)
    for _ in range(5):
        before = len(arrivals)
        await until(lambda b=before: len(arrivals) > b + 5, 5, "sound flows")  # type: ignore[misc]
        closed = loop.time()
        room.set_gates(peers[0].number, ALL - {Purpose.MIC})
        await asyncio.sleep(0.4)
        lags.append(max(0.0, arrivals[-1] - closed))
        assert arrivals[-1] < closed + 0.3
        room.set_gates(peers[0].number, ALL)
    assert statistics.median(lags) < 0.1
    await leave(peers)


async def test_a_disconnected_peer_is_gone_for_everybody(room: MediaRoom, listener: Listener) -> None:
    """A kick stops what the peer sends and what it receives, and the client notices."""
    peers = await join(room, 1, 2)
    await until(lambda: shows(peers[0], 2) and shows(peers[1], 1), 15, "both see")
    room.disconnect(peers[0].number)
    await asyncio.sleep(0.3)
    frames = [sink.frames for peer in peers for sink in peer.video()]
    await asyncio.sleep(0.7)
    assert [sink.frames for peer in peers for sink in peer.video()] == frames
    await until(lambda: peers[0].pc.connectionState in ("closed", "failed"), 5, "the close alert arrives")
    await until(lambda: all(s.peer is None for s in listener.slots[peers[1].number].values()), 2, "the slot is empty")
    await leave(peers)


async def test_three_peers_are_rebound_without_a_foreign_face(room: MediaRoom, listener: Listener) -> None:
    """One offer each; views change the picture in the slots, never to somebody who was not asked for."""
    peers = await join(room, 1, 2, 3)
    viewer = peers[0]
    await until(lambda: shows(viewer, 2) and shows(viewer, 3), 20, "1 sees both")
    for target in (2, 3, 2):
        room.set_view(viewer.number, [camera(target)])
        state = listener.slots[viewer.number]
        await until(
            lambda t=target, s=state: [x.peer for x in s.values() if x.state == "live"] == [t],  # type: ignore[misc]
            5,
            f"{target} alone is live",
        )
        mid = next(slot.mid for slot in state.values() if slot.peer == target)
        await asyncio.sleep(0.5)
        since, before = asyncio.get_running_loop().time(), viewer.sinks[mid].frames
        await until(lambda m=mid, b=before: viewer.sinks[m].frames > b + 5, 5, f"{target} moves")  # type: ignore[misc]
        fresh = [value for at, value in viewer.sinks[mid].history if at > since]
        assert fresh and all(abs(value - luma(target)) < 12 for value in fresh)
    await leave(peers)


async def test_a_new_connection_takes_over(room: MediaRoom, listener: Listener) -> None:
    """A client that comes back with another RTCPeerConnection is seen again, with the same gates and view."""
    peers = await join(room, 1, 2)
    await until(lambda: shows(peers[1], 1), 15, "2 sees 1")
    again = ForeignPeer(room, 1)
    await again.join(connection=2)
    await until(lambda: shows(again, 2), 15, "the new connection sees 2")
    frames = sum(sink.frames for sink in peers[1].video())
    await until(lambda: sum(sink.frames for sink in peers[1].video()) > frames + 5, 5, "2 still sees 1")
    await leave([again, *peers])


def watch(receiver: object, arrivals: list[float]) -> None:
    """Note when RTP reaches a stock receiver: decoding adds a jitter buffer."""
    handle = receiver._handle_rtp_packet  # type: ignore[attr-defined]

    async def noted(packet: object, arrival_time_ms: int) -> None:
        arrivals.append(asyncio.get_running_loop().time())
        await handle(packet, arrival_time_ms=arrival_time_ms)

    receiver._handle_rtp_packet = noted  # type: ignore[attr-defined]
