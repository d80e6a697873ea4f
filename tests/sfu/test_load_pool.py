"""The native core in the client role against foreign implementations: aioice reads its STUN, pylibsrtp its SRTP."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import pytest
from aioice import stun
from pylibsrtp import Error, Policy, Session

from sfu import _native

PASSWORD = "a password of the server"
PROFILES = {
    _native.PROFILE_AEAD_AES_128_GCM: (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    _native.PROFILE_AES128_CM_SHA1_80: (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
}
TRIES = 2_000
BURST = 50
"""Packets sent before the core is seen to have them: a socket's default buffer holds about 150 such."""


def session(profile: int, key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILES[profile][0])
    policy.window_size = 1024
    policy.allow_repeat_tx = True
    return Session(policy=policy)


@dataclass
class Server(asyncio.DatagramProtocol):
    """Answers connectivity checks with aioice, keeps everything else."""

    requests: list[stun.Message] = field(default_factory=list)
    media: list[bytes] = field(default_factory=list)
    client: tuple[str, int] | None = None
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data[0] >= 128:
            self.media.append(data)
        elif data[0] < 4:
            request = stun.parse_message(data)
            self.requests.append(request)
            self.client = addr
            answer = stun.Message(
                message_method=stun.Method.BINDING,
                message_class=stun.Class.RESPONSE,
                transaction_id=request.transaction_id,
            )
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
            answer.add_message_integrity(PASSWORD.encode())
            self.send(bytes(answer))

    def send(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.sendto(data, self.client)


@dataclass
class Pair:
    pool: _native.LoadPool
    server: Server

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(TRIES):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise TimeoutError

    def received(self, packets: int) -> bool:
        return self.pool.stats(1)["received"] == packets


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0), family=socket.AF_INET)
    pool = _native.LoadPool()
    pool.add(1, "127.0.0.1", transport.get_extra_info("sockname")[1], "mine", "theirs", PASSWORD)
    yield Pair(pool, server)
    pool.close()
    transport.close()


async def test_connectivity_checks_are_read_by_another_stun(pair: Pair) -> None:
    """U-4: the check carries name, role, nomination and integrity; its answer nominates once."""
    events: list[object] = []

    def nominated() -> bool:
        events.extend(pair.pool.events())
        return bool(events)

    await pair.until(nominated)
    request = pair.server.requests[0]
    request.check_message_integrity(PASSWORD.encode())
    assert request.attributes["USERNAME"] == "theirs:mine"
    assert {"PRIORITY", "USE-CANDIDATE", "ICE-CONTROLLING", "FINGERPRINT"} <= request.attributes.keys()
    assert isinstance(events[0], _native.TransportNominated)


@pytest.mark.parametrize("profile", PROFILES)
async def test_what_the_core_protects_another_srtp_opens(pair: Pair, profile: int) -> None:
    """U-4: audio, video and reports of the core, with both profiles, over more packets than one frame."""
    rx, tx = (secrets.token_bytes(PROFILES[profile][1]) for _ in range(2))
    await pair.until(lambda: bool(pair.server.requests))
    pair.pool.set_srtp_keys(1, profile, rx, tx)
    pair.pool.send_audio(1, ssrc=11, pt=111, mid="0", ext_mid=1, ext_audio_level=2, level=30)
    pair.pool.send_video(1, ssrc=12, pt=96, mid="1", ext_mid=1, bitrate_bps=2_000_000)
    await pair.until(lambda: len(pair.server.media) > 120 and any(200 <= d[1] <= 206 for d in pair.server.media))
    pair.pool.stop_sending(1)
    opener = session(profile, tx, Policy.SSRC_ANY_INBOUND)
    seen = {11: 0, 12: 0}
    for datagram in pair.server.media:
        if 192 <= datagram[1] <= 223:
            assert opener.unprotect_rtcp(datagram)[1] in (200, 201)
        else:
            plain = opener.unprotect(datagram)
            seen[struct.unpack_from("!I", plain, 8)[0]] += 1
    assert seen[11] > 10
    assert seen[12] > 60


@pytest.mark.parametrize("profile", PROFILES)
async def test_what_another_srtp_protects_the_core_opens_across_the_wrap(pair: Pair, profile: int) -> None:
    """U-4: the rollover counter is followed, a copy and a forgery are refused, a gap is counted."""
    rx, tx = (secrets.token_bytes(PROFILES[profile][1]) for _ in range(2))
    await pair.until(lambda: bool(pair.server.requests))
    pair.pool.set_srtp_keys(1, profile, rx, tx)
    await asyncio.sleep(0.05)
    sender = session(profile, rx, Policy.SSRC_ANY_OUTBOUND)
    sent = []
    for number in range(65_400, 65_700):
        header = struct.pack("!BBHII", 0x80, 96, number & 0xFFFF, number * 960, 77)
        sent.append(sender.protect(header + bytes(100)))
    lost = {10, 20, 30}
    kept = [packet for index, packet in enumerate(sent) if index not in lost]
    good = len(kept)
    for index, packet in enumerate(kept, start=1):
        pair.server.send(packet)
        if index % BURST == 0 or index == good:
            await pair.until(partial(pair.received, index))
    pair.server.send(sent[200])
    pair.server.send(sent[10][:-1] + bytes([sent[10][-1] ^ 1]))
    pair.server.send(sender.protect_rtcp(struct.pack("!BBHII", 0x81, 206, 2, 1, 99)))
    await pair.until(lambda: pair.pool.stats(1)["srtp_errors"] == 2)
    stats = pair.pool.stats(1)
    assert (stats["received"], stats["lost"], stats["streams"]) == (good, len(lost), 1)
    with pytest.raises(Error):
        session(profile, tx, Policy.SSRC_ANY_INBOUND).unprotect(sent[0])


async def test_a_removed_client_falls_silent(pair: Pair) -> None:
    """U-4: nothing is sent after remove(); a client never added has no figures."""
    await pair.until(lambda: bool(pair.server.requests))
    pair.pool.remove(1)
    await asyncio.sleep(0.1)
    before = len(pair.server.requests)
    await asyncio.sleep(0.3)
    assert len(pair.server.requests) == before
    with pytest.raises(KeyError):
        pair.pool.stats(2)
