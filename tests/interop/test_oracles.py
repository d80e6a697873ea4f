"""Foreign libraries judge what the core writes: libsrtp decrypts it, aiortc reads its RTCP, and the rewritten
streams are what a receiver may expect."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpSdesPacket, RtcpSrPacket

from sfu.types import PeerNumber, Purpose, Tile
from tests.interop.foreign import until
from tests.interop.raw_client import OPUS, VP8, RawClient, Received
from tests.interop.scene import Scene, open_scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        yield scene


def read_rtcp(data: bytes) -> list[Any]:
    """aiortc's view of a compound packet; transport-wide feedback (205, format 15), which it does not know and whose
    padding it refuses, as (205, 15, media SSRC)."""
    found: list[Any] = []
    while data:
        size = 4 * (int.from_bytes(data[2:4], "big") + 1)
        packet, data = data[:size], data[size:]
        if packet[1] == 205 and packet[0] & 0x1F == 15:
            found.append((205, 15, int.from_bytes(packet[8:12], "big")))
        else:
            found += RtcpPacket.parse(packet)
    return found


@pytest.mark.parametrize("aes_cm", [False, True], ids=["AEAD_AES_128_GCM", "AES128_CM_SHA1_80"])
async def test_libsrtp_decrypts_every_packet(scene: Scene, aes_cm: bool) -> None:
    """RFC 7714 and RFC 3711: RTP and RTCP both ways, payloads unchanged."""
    sender, receiver = await scene.join(1, RawClient(aes_cm=aes_cm)), await scene.join(2, RawClient(aes_cm=aes_cm))
    scene.keep(lambda: (sender.send_audio(), sender.send_video(), None)[-1])
    await until(lambda: len(receiver.received_on("slot_video")) > 40, 5, "pictures arrive")
    await until(lambda: len(receiver.received_on("slot_audio")) > 40, 5, "sound arrives")
    await until(lambda: len(receiver.rtcp) > 2 and len(sender.rtcp) > 2, 5, "reports arrive")
    assert receiver.srtp_errors == sender.srtp_errors == 0
    assert {p.pt for p in receiver.received_on("slot_audio")} == {OPUS}
    assert {p.pt for p in receiver.received_on("slot_video")} == {VP8}
    assert all(len(p.payload) == 80 for p in receiver.received_on("slot_audio"))


async def test_mixed_profiles_in_one_room_understand_each_other(scene: Scene) -> None:
    sender, receiver = await scene.join(1, RawClient(aes_cm=True)), await scene.join(2)
    scene.keep(lambda: (sender.send_audio(), sender.send_video(), None)[-1])
    await until(lambda: len(receiver.received_on("slot_video")) > 20, 5, "pictures arrive")
    assert receiver.srtp_errors == 0


async def test_aiortc_reads_the_rtcp_that_the_core_writes(scene: Scene) -> None:
    """Sender reports to the subscriber; receiver reports, keyframe requests, congestion feedback to the publisher."""
    sender, receiver = await scene.join(1), await scene.join(2)

    def asked() -> bool:
        camera = sender.ssrcs["camera"]
        packets = [packet for data in sender.rtcp for packet in read_rtcp(data)]
        return any(isinstance(p, RtcpPsfbPacket) and p.media_ssrc == camera for p in packets)

    # Keyframes only once somebody has asked for one.
    scene.keep(lambda: (sender.send_audio(), sender.send_video(key=asked()), None)[-1])
    await asyncio.sleep(3.0)
    down = [packet for data in receiver.rtcp for packet in read_rtcp(data)]
    up = [packet for data in sender.rtcp for packet in read_rtcp(data)]
    reports = [p for p in down if isinstance(p, RtcpSrPacket)]
    slots = set(receiver.slot_ssrcs.values())
    assert reports and {r.ssrc for r in reports} <= slots
    bound = {p.ssrc for p in receiver.rtp}
    assert {r.ssrc for r in reports} == bound
    last = max(
        (r for r in reports if r.ssrc == receiver.received_on("slot_video")[0].ssrc),
        key=lambda r: r.sender_info.packet_count,
    )
    assert 0 < last.sender_info.packet_count <= len(receiver.received_on("slot_video"))
    assert any(isinstance(p, RtcpSdesPacket) for p in down)
    about = {b.ssrc for p in up if isinstance(p, RtcpRrPacket | RtcpSrPacket) for b in p.reports}
    assert about >= {sender.ssrcs["mic"], sender.ssrcs["camera"]}
    assert asked()
    feedback = [p for p in up if isinstance(p, tuple)]
    assert feedback and all(media_ssrc in sender.ssrcs.values() for _, _, media_ssrc in feedback)


def check_stream(packets: list[Received]) -> None:
    """One unbroken stream: sequence without holes, timestamps never backwards."""
    for before, after in itertools.pairwise(packets):
        assert (after.seq - before.seq) & 0xFFFF == 1
        assert (after.timestamp - before.timestamp) & 0xFFFFFFFF < 1 << 31


async def test_a_slot_stays_one_stream_over_rebinds(scene: Scene) -> None:
    """U-5 of the media model: sequence, timestamp, picture id and TL0PICIDX run on when the publisher changes."""
    first, second = await scene.join(1), await scene.join(2)
    viewer = await scene.join(3, RawClient(["mic", "slot_audio", "slot_video"]))
    scene.keep(lambda: first.send_video())
    scene.keep(lambda: second.send_video())
    for round_ in range(10):
        shown = PeerNumber(1 + round_ % 2)
        before = len(viewer.received_on("slot_video"))
        scene.room.set_view(PeerNumber(3), [Tile(shown, Purpose.CAMERA, 180)])
        await until(
            lambda s=shown, b=before: sum(p.csrcs == (s,) for p in viewer.received_on("slot_video")[b:]) > 5,  # type: ignore[misc]
            5,
            f"peer {shown} is shown",
        )
    packets = viewer.received_on("slot_video")
    check_stream(packets)
    pictures = [int.from_bytes(p.payload[2:4], "big") & 0x7FFF for p in packets]
    assert all((b - a) & 0x7FFF == 1 for a, b in itertools.pairwise(pictures))
    levels = [p.payload[4] for p in packets]
    assert all((b - a) & 0xFF == 1 for a, b in itertools.pairwise(levels))


async def test_after_a_rebind_the_first_packet_is_a_keyframe(scene: Scene) -> None:
    """The subscriber can always decode what begins; the core asks the publisher for it itself."""
    sender = await scene.join(1)
    viewer = await scene.join(3, RawClient(["mic", "slot_audio", "slot_video"]))
    scene.room.set_view(PeerNumber(3), [])
    requests = 0

    def send() -> None:
        nonlocal requests
        fresh = sum(isinstance(p, RtcpPsfbPacket) and p.fmt in (1, 4) for data in sender.rtcp for p in read_rtcp(data))
        sender.send_video(key=fresh > requests)
        requests = fresh

    scene.keep(send)
    await asyncio.sleep(0.3)
    for _ in range(3):
        before = len(viewer.received_on("slot_video"))
        scene.room.set_view(PeerNumber(3), [Tile(PeerNumber(1), Purpose.CAMERA, 180)])
        await until(lambda b=before: len(viewer.received_on("slot_video")) > b + 3, 5, "it is shown")  # type: ignore[misc]
        first = viewer.received_on("slot_video")[before]
        assert first.payload[5] & 0x01 == 0, "the first packet begins a keyframe"
        scene.room.set_view(PeerNumber(3), [])
        await asyncio.sleep(0.6)


async def test_nobody_hears_himself(scene: Scene) -> None:
    """One's own audio is never in one's own slots."""
    alone, other = await scene.join(1), await scene.join(2)
    scene.keep(lambda: alone.send_audio(level=10))
    await until(lambda: len(other.received_on("slot_audio")) > 20, 5, "the other hears")
    assert alone.received_on("slot_audio") == []


async def test_a_lost_packet_is_resent_on_the_rtx_stream(scene: Scene) -> None:
    """RFC 4588: the subscriber's NACK is answered from the core's cache."""
    sender, receiver = await scene.join(1), await scene.join(2)
    scene.keep(lambda: sender.send_video())
    await until(lambda: len(receiver.received_on("slot_video")) > 20, 5, "pictures arrive")
    wanted = receiver.received_on("slot_video")[10]
    mid = next(m for m, ssrc in receiver.slot_ssrcs.items() if ssrc == wanted.ssrc)
    nack = b"\x81\xcd\x00\x03" + (7).to_bytes(4, "big") + wanted.ssrc.to_bytes(4, "big")
    receiver.send_rtcp(b"\x80\xc9\x00\x01" + (7).to_bytes(4, "big") + nack + wanted.seq.to_bytes(2, "big") + b"\0\0")
    await until(lambda: any(p.ssrc == receiver.slot_rtx[mid] for p in receiver.rtp), 3, "it is resent")
    resent = next(p for p in receiver.rtp if p.ssrc == receiver.slot_rtx[mid])
    assert int.from_bytes(resent.payload[:2], "big") == wanted.seq
    assert resent.payload[2:] == wanted.payload and resent.timestamp == wanted.timestamp
    assert resent.csrcs == wanted.csrcs
