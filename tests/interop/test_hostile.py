"""Clients that ignore every message and strangers that know the port: nothing of theirs is forwarded, nobody else
is disturbed."""

import asyncio
import contextlib
import itertools
import socket
import statistics
from collections.abc import AsyncIterator

import pytest
from aiortc.rtcdtlstransport import RTCCertificate

from sfu.types import PeerNumber, Purpose, Tile
from tests.interop.foreign import until
from tests.interop.raw_client import OPUS, UPLINKS, RawClient
from tests.interop.scene import ALL, Scene, open_scene

ONE, TWO, THREE = PeerNumber(1), PeerNumber(2), PeerNumber(3)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        yield scene


async def talking(scene: Scene) -> tuple[RawClient, RawClient]:
    """1 sends sound and picture, 2 receives both."""
    sender, receiver = await scene.join(1), await scene.join(2)
    scene.keep(lambda: (sender.send_audio(), sender.send_video(), None)[-1])
    await until(lambda: len(receiver.received_on("slot_audio")) > 5, 5, "sound arrives")
    await until(lambda: len(receiver.received_on("slot_video")) > 5, 5, "pictures arrive")
    return sender, receiver


async def undisturbed(receiver: RawClient, seconds: float = 1.0) -> None:
    """Sound and picture go on without a hole."""
    before = {word: len(receiver.received_on(word)) for word in ("slot_audio", "slot_video")}
    await asyncio.sleep(seconds)
    for word, count in before.items():
        fresh = receiver.received_on(word)[count:]
        assert len(fresh) > seconds * 50 * 0.5, f"{word}: only {len(fresh)} packets"
        by_ssrc: dict[int, list[int]] = {}
        for packet in fresh:
            by_ssrc.setdefault(packet.ssrc, []).append(packet.seq)
        for seqs in by_ssrc.values():
            steps = {(b - a) & 0xFFFF for a, b in itertools.pairwise(seqs)}
            assert steps <= {1}, f"{word}: {steps}"


async def sharing(scene: Scene) -> tuple[RawClient, RawClient]:
    """1 sends all that it can, a screen with its sound too; 2 receives it."""
    lines = (*UPLINKS, "slot_audio", "slot_video", "slot_screen", "slot_screen_audio")
    sender, receiver = await scene.join(1, RawClient(lines)), await scene.join(2, RawClient(lines))
    scene.room.set_view(TWO, [Tile(ONE, Purpose.CAMERA, 180), Tile(ONE, Purpose.SCREEN, 720)])

    def send() -> None:
        for word in ("mic", "screen_audio"):
            sender.send_audio(word=word)
        for word in ("camera", "screen"):
            sender.send_video(word=word)

    scene.keep(send)
    for word in SLOT_OF.values():
        await until(lambda w=word: len(receiver.received_on(w)) > 5, 5, f"{word} receives")  # type: ignore[misc]
    return sender, receiver


SLOT_OF = {
    Purpose.MIC: "slot_audio",
    Purpose.CAMERA: "slot_video",
    Purpose.SCREEN: "slot_screen",
    Purpose.SCREEN_AUDIO: "slot_screen_audio",
}


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_closed_gate_stops_a_sender_that_ignores_it(scene: Scene, purpose: Purpose) -> None:
    """Section 5 of the design: enforced in the core within 100 ms, median of five. A screen takes its sound along;
    everything else goes on."""
    _, receiver = await sharing(scene)
    stopped = {SLOT_OF[purpose]} | ({"slot_screen_audio"} if purpose is Purpose.SCREEN else set())
    loop, lags = asyncio.get_running_loop(), []
    for _ in range(5):
        before = {word: len(receiver.received_on(word)) for word in SLOT_OF.values()}
        for word, count in before.items():
            await until(lambda w=word, c=count: len(receiver.received_on(w)) > c + 3, 5, f"{word} flows")  # type: ignore[misc]
        closed = loop.time()
        scene.room.set_gates(ONE, ALL - {purpose})
        await asyncio.sleep(0.4)
        last = {word: receiver.received_on(word)[-1].at - closed for word in before}
        lags.append(max(last[word] for word in stopped))
        assert {word for word, lag in last.items() if lag < 0.2} == stopped, last
        scene.room.set_gates(ONE, ALL)
    assert statistics.median(lags) < 0.1


async def test_a_listener_that_sends_anyway_is_not_heard(scene: Scene) -> None:
    """Gates start closed: whoever was never allowed is never forwarded, however loud he claims to be."""
    hostile, receiver = await scene.join(1, gates=frozenset()), await scene.join(2)
    scene.keep(lambda: (hostile.send_audio(level=0), hostile.send_video(), None)[-1])
    await asyncio.sleep(1.0)
    assert receiver.rtp == []
    assert scene.listener.speakers == [] and not scene.listener.tracks
    await until(lambda: scene.listener.gated[ONE] > 0, 3, "he is told that he speaks while muted")


async def test_after_disconnect_nothing_is_forwarded(scene: Scene) -> None:
    """A kick: the transport is gone at once, whatever is sent to it."""
    _, receiver = await talking(scene)
    loop, lags = asyncio.get_running_loop(), []
    closed = loop.time()
    scene.room.disconnect(ONE)
    await asyncio.sleep(0.5)
    lags = [p.at - closed for p in receiver.rtp if p.at > closed]
    assert all(lag < 0.1 for lag in lags)
    count = len(receiver.rtp)
    await asyncio.sleep(0.5)
    assert len(receiver.rtp) == count
    assert scene.listener.tracks[(ONE, Purpose.MIC)] is False


async def test_a_kicked_client_receives_nothing_more(scene: Scene) -> None:
    _, receiver = await talking(scene)
    scene.room.disconnect(TWO)
    await asyncio.sleep(0.2)
    count = len(receiver.rtp)
    await asyncio.sleep(0.5)
    assert len(receiver.rtp) == count


HELLO = bytes.fromhex("16fefd0000000000000000005a0100004e000000000000004e") + b"\xfe\xfd" + bytes(76)
ALERT = bytes.fromhex("15fefd000000000000000000020228")
STRANGERS: dict[str, list[bytes]] = {
    "an empty datagram": [b""],
    "a ClientHello": [HELLO] * 20,
    "a plaintext fatal alert": [ALERT] * 20,
    "random bytes": [bytes([n]) * size for n in range(0, 256, 5) for size in (1, 13, 60, 1400)],
}


@pytest.mark.parametrize("what", list(STRANGERS))
async def test_a_stranger_disturbs_nobody(scene: Scene, what: str) -> None:
    """Section 9 of the design, attacks 1 and 2."""
    sender, receiver = await talking(scene)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        for data in STRANGERS[what]:
            stranger.sendto(data, sender.remote)
        await undisturbed(receiver)
    assert set(scene.listener.transport.values()) == {"connected"}


@pytest.mark.parametrize("what", list(STRANGERS))
async def test_a_stranger_does_not_break_a_handshake(scene: Scene, what: str) -> None:
    client = RawClient()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        await client.negotiate(lambda sdp, lines: scene.room.connect(ONE, 1, sdp, lines))
        scene.clients[1] = client
        await client.check()

        def attack() -> None:
            for data in STRANGERS[what][:20]:
                stranger.sendto(data, client.remote)

        scene.keep(attack, 0.005)
        await client.handshake()
    await until(lambda: scene.listener.transport.get(ONE) == "connected", 5, "the handshake ends well")


async def test_an_alert_from_the_peers_own_address_ends_only_that_peer(scene: Scene) -> None:
    _, receiver = await talking(scene)
    third = await scene.join(3)
    third.send_raw(ALERT)
    third.send_raw(b"")
    third.send_raw(HELLO)
    await undisturbed(receiver)
    assert scene.listener.transport[ONE] == scene.listener.transport[TWO] == "connected"


async def test_replayed_packets_are_forwarded_once(scene: Scene) -> None:
    sender, receiver = await talking(scene)
    marked = sender.packet(sender.ssrcs["mic"], OPUS, b"\x78marked-once" + bytes(60), level=30, ticks=960)
    data = sender.send_rtp(marked)
    for _ in range(10):
        sender.send_raw(data)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(data, sender.remote)
    await undisturbed(receiver)
    assert sum(b"marked-once" in packet.payload for packet in receiver.rtp) == 1


async def test_forged_packets_are_dropped(scene: Scene) -> None:
    sender, receiver = await talking(scene)
    packet = sender.packet(sender.ssrcs["mic"], OPUS, b"\x78forged" + bytes(60), level=30, ticks=0)
    for position in (1, 3, 11, 14, 30, -1):
        data = bytearray(sender.dtls._tx_srtp.protect(packet))
        data[position] ^= 0x01
        sender.send_raw(bytes(data))
        packet = packet[:2] + ((int.from_bytes(packet[2:4], "big") + 7) & 0xFFFF).to_bytes(2, "big") + packet[4:]
    sender.send_raw(packet)
    await asyncio.sleep(0.3)
    assert not any(b"forged" in received.payload for received in receiver.rtp)
    assert scene.listener.transport[ONE] == "connected"


async def test_a_sender_cannot_take_over_the_ssrc_of_another(scene: Scene) -> None:
    sender, receiver = await talking(scene)
    thief = await scene.join(3)
    scene.look(1)
    ssrc = sender.ssrcs["camera"]

    def steal() -> None:
        payload = thief.vp8_payload() + b"stolen"
        thief.send_rtp(thief.packet(ssrc, 96, payload, marker=True, ticks=3000))

    scene.keep(steal)
    await undisturbed(receiver, 1.5)
    assert not any(packet.payload.endswith(b"stolen") and 1 in packet.csrcs for packet in receiver.rtp)


async def test_every_packet_carries_its_publishers_number(scene: Scene) -> None:
    """No wrong face under a name: the CSRC is set by the core, never by the sender."""
    _, receiver = await talking(scene)
    third = await scene.join(3)

    def lie() -> None:
        packet = third.packet(third.ssrcs["mic"], OPUS, b"\x78liar" + bytes(40), ticks=960)
        third.send_rtp(bytes([packet[0] & 0xF0 | 1]) + packet[1:12] + (1).to_bytes(4, "big") + packet[12:])

    scene.keep(lie)
    await asyncio.sleep(1.0)
    for packet in receiver.rtp:
        assert packet.csrcs in ((1,), (3,))
        assert (b"liar" in packet.payload) <= (packet.csrcs == (3,))


async def test_a_wrong_password_nominates_nobody(scene: Scene) -> None:
    sender, receiver = await talking(scene)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.setblocking(False)
        for pwd, ufrag in (("x" * 32, None), (None, "nobody")):
            for _ in range(20):
                stranger.sendto(bytes(sender.binding_request(pwd=pwd, ufrag=ufrag)), sender.remote)
        await undisturbed(receiver)
        answers = []
        try:
            while True:
                answers.append(stranger.recv(1500))
        except BlockingIOError:
            pass
    # Silence or an error response; never success (class bits 0x0101).
    assert not [a for a in answers if a[:2] == b"\x01\x01"]


async def test_a_certificate_that_was_not_announced_is_never_keyed(scene: Scene) -> None:
    _, receiver = await talking(scene)
    client = RawClient()
    await client.negotiate(lambda sdp, lines: scene.room.connect(THREE, 1, sdp, lines))
    scene.clients[3] = client
    client.certificate = RTCCertificate.generateCertificate()
    await client.check()
    with contextlib.suppress(AssertionError, TimeoutError):
        await client.handshake()
    await until(lambda: scene.listener.transport.get(THREE) == "closed", 5, "the transport is closed")
    if client.dtls._tx_srtp is not None:
        client.send_audio(20, level=0)
    await undisturbed(receiver)
    assert not any(3 in packet.csrcs for packet in receiver.rtp)


async def test_a_flood_of_rtcp_from_a_participant_disturbs_nobody(scene: Scene) -> None:
    sender, receiver = await talking(scene)
    third = await scene.join(3)
    empty_report = bytes.fromhex("80c90001") + (7).to_bytes(4, "big")
    pli = bytes.fromhex("81ce0002") + (7).to_bytes(4, "big")

    def flood() -> None:
        for _ in range(50):
            third.send_rtcp(empty_report)
            third.send_rtcp(pli + third.slot_ssrcs["7"].to_bytes(4, "big"))
            third.send_rtcp(pli + sender.ssrcs["camera"].to_bytes(4, "big"))
        for size in (4, 8, 12, 28):
            third.send_rtcp(b"\x9f\xcd" + (size // 4).to_bytes(2, "big") + b"\xff" * size)

    scene.keep(flood)
    await undisturbed(receiver, 1.5)


async def test_levels_are_read_from_the_negotiated_extension_only(scene: Scene) -> None:
    """A claimed level moves no closed gate and no silent track into the speakers of others."""
    _, receiver = await talking(scene)
    hostile = await scene.join(3, gates=frozenset({Purpose.CAMERA}))
    scene.keep(lambda: hostile.send_audio(level=0))
    await asyncio.sleep(1.0)
    assert THREE not in scene.listener.speakers and THREE not in scene.listener.levels
    await undisturbed(receiver)
