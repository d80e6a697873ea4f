"""The life of a connection over a written-down core: keyed by a real handshake, or ended by itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiortc.rtcdtlstransport import RTCCertificate

from sfu import connection as module
from sfu.connection import Connection
from sfu.dtls import DatagramPipe, HandshakeError, SfuDtls
from sfu.room import MediaRoom
from sfu.types import PeerNumber
from tests.sfu.fakes import CERTIFICATE, FakeServer, Heard
from tests.sfu.samples import LINES, read

ONE = PeerNumber(1)


class Scene:
    def __init__(self) -> None:
        self.server = FakeServer()
        self.heard = Heard()
        self.room: MediaRoom = self.server.room(self.heard)
        self.certificate = RTCCertificate.generateCertificate()

    async def join(self, certificate: RTCCertificate | None = None) -> Connection:
        prints = [f for f in (certificate or self.certificate).getFingerprints() if f.algorithm == "sha-256"]
        text = read("chromium")
        old = next(line for line in text.split("\r\n") if line.startswith("a=fingerprint"))
        await self.room.connect(
            ONE, 1, text.replace(old, f"a=fingerprint:sha-256 {prints[0].value}"), LINES["chromium"]
        )
        connection = self.room._peers[ONE].connection
        assert connection is not None
        return connection

    def far_end(self, connection: Connection) -> SfuDtls:
        """A DTLS client on the other side of the written-down core."""
        pipe = DatagramPipe(connection.on_dtls)
        self.server.native.__dict__["send_dtls"] = lambda _transport, data: pipe.feed(data)
        return SfuDtls(pipe, self.certificate, role="client")

    async def ended(self) -> None:
        await asyncio.wait_for(asyncio.gather(*self.server.tasks), 5)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    yield scene
    scene.room.close()
    await scene.ended()


async def test_a_handshake_hands_the_keys_to_the_core_and_is_told(scene: Scene) -> None:
    connection = await scene.join()
    client = scene.far_end(connection)
    connection.on_nominated()
    keys = await client.handshake([CERTIFICATE.fingerprint()], timeout_s=5)
    await asyncio.sleep(0.05)
    (given,) = scene.server.native.take("set_srtp_keys")
    assert given[1:] == (7, keys.tx_key_salt, keys.rx_key_salt)
    assert scene.heard.take("transport") == [(ONE, "connected")]
    client.close()
    await scene.ended()
    assert scene.heard.take("transport") == [(ONE, "closed")]
    assert not scene.server.worker.transports


async def test_the_handshake_waits_for_the_first_authenticated_check(scene: Scene) -> None:
    connection = await scene.join()
    client = scene.far_end(connection)
    with pytest.raises(HandshakeError):
        await client.handshake([CERTIFICATE.fingerprint()], timeout_s=0.2)
    assert connection._dtls.state == "new"


async def test_a_wrong_fingerprint_is_never_keyed(scene: Scene) -> None:
    connection = await scene.join(RTCCertificate.generateCertificate())
    client = scene.far_end(connection)
    connection.on_nominated()
    await asyncio.gather(client.handshake([CERTIFICATE.fingerprint()], timeout_s=1), return_exceptions=True)
    await scene.ended()
    assert scene.server.native.take("set_srtp_keys") == []
    assert scene.heard.take("transport") == [(ONE, "closed")]


async def test_no_connectivity_check_ends_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NOMINATION_TIMEOUT_S", 0.05)
    await scene.join()
    await scene.ended()
    assert scene.heard.take("transport") == [(ONE, "closed")]
    assert len(scene.server.native.take("close_transport")) == 1


async def test_a_peer_that_falls_silent_in_the_handshake_ends_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_TIMEOUT_S", 0.05)
    (await scene.join()).on_nominated()
    await scene.ended()
    assert scene.heard.take("transport") == [(ONE, "closed")]


async def test_closing_before_anything_happened_ends_the_task_in_silence(scene: Scene) -> None:
    await scene.join()
    scene.room.disconnect(ONE)
    await scene.ended()
    assert scene.heard.take("transport") == []


async def test_no_address_and_no_key_is_logged(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    connection = await scene.join()
    client = scene.far_end(connection)
    connection.on_nominated()
    keys = await client.handshake([CERTIFICATE.fingerprint()], timeout_s=5)
    client.close()
    await scene.ended()
    text = "".join(capsys.readouterr())
    assert "192.0.2" not in text and keys.rx_key_salt.hex() not in text


async def test_ssrcs_of_slots_are_never_those_of_the_peer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([0, 2728597022, 506569698, *range(1000, 2000)])
    monkeypatch.setattr(module.secrets, "randbits", lambda bits: next(numbers) if bits == 32 else 7)
    await scene.join()
    used: set[Any] = {k["ssrc"] for k in scene.server.native.keywords("add_slot")}
    assert used.isdisjoint({0, 2728597022, 506569698})
