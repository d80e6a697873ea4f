"""The handshake over a pipe: our server against aiortc's own DTLS client."""

import asyncio
from collections.abc import Callable

import pytest
from aiortc.rtcdtlstransport import (
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)

from sfu.dtls import QUEUE_LIMIT, DatagramPipe, HandshakeError, SfuDtls, SharedCertificate, SrtpKeys

SERVER = SharedCertificate.generateCertificate()


class ClientDtls(SfuDtls):
    """The same class in the other role, as the far end."""

    def __init__(self, pipe: DatagramPipe, certificate: RTCCertificate) -> None:
        super().__init__(pipe, certificate, role="client")


def join() -> tuple[DatagramPipe, DatagramPipe]:
    """Two pipes, each sending into the other on the next turn of the loop."""
    loop = asyncio.get_running_loop()
    ends: list[DatagramPipe] = []

    def to(index: int) -> Callable[[bytes], None]:
        return lambda data: void(loop.call_soon(lambda: ends[index].feed(data)))

    ends.extend([DatagramPipe(to(1)), DatagramPipe(to(0))])
    return ends[0], ends[1]


def void(_: object) -> None:
    return None


def prints(certificate: RTCCertificate) -> list[tuple[str, str]]:
    return [(f.algorithm, f.value) for f in certificate.getFingerprints()]


async def connect(server: SfuDtls, client: SfuDtls, client_certificate: RTCCertificate) -> tuple[SrtpKeys, SrtpKeys]:
    return await asyncio.gather(
        server.handshake(prints(client_certificate), timeout_s=5),
        client.handshake(prints(SERVER), timeout_s=5),
    )


async def test_both_ends_hold_mirrored_keys_of_the_preferred_profile() -> None:
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    server, client = SfuDtls(near, SERVER), ClientDtls(far, certificate)
    ours, theirs = await connect(server, client, certificate)
    assert ours.profile == 7 and len(ours.rx_key_salt) == 28
    assert (ours.rx_key_salt, ours.tx_key_salt) == (theirs.tx_key_salt, theirs.rx_key_salt)
    assert "key_salt" not in repr(ours)
    server.close(), client.close()


async def test_the_older_profile_is_taken_when_the_client_knows_no_other() -> None:
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    server, client = SfuDtls(near, SERVER), ClientDtls(far, certificate)
    client._srtp_profiles = [SRTP_AES128_CM_SHA1_80]
    ours, theirs = await connect(server, client, certificate)
    assert ours.profile == 1 and len(ours.rx_key_salt) == 30
    assert ours.rx_key_salt == theirs.tx_key_salt
    server.close(), client.close()


async def test_a_foreign_certificate_is_never_keyed() -> None:
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    server, client = SfuDtls(near, SERVER), ClientDtls(far, certificate)
    stranger = RTCCertificate.generateCertificate()
    hearing = asyncio.create_task(client.handshake(prints(SERVER), timeout_s=5))
    with pytest.raises(HandshakeError):
        await server.handshake(prints(stranger), timeout_s=5)
    assert server.state == "failed" and server._keys is None
    server.close(), client.close()
    await asyncio.gather(hearing, return_exceptions=True)


async def test_a_silent_peer_is_given_up_in_bounded_time() -> None:
    server = SfuDtls(DatagramPipe(void), SERVER)
    with pytest.raises(HandshakeError, match="too long"):
        await server.handshake([("sha-256", "00")], timeout_s=0.05)


async def test_closing_ends_a_pending_handshake() -> None:
    server = SfuDtls(DatagramPipe(void), SERVER)
    task = asyncio.create_task(server.handshake([("sha-256", "00")], timeout_s=5))
    await asyncio.sleep(0)
    server.close()
    with pytest.raises(HandshakeError):
        await asyncio.wait_for(task, 1)


async def test_closing_tells_the_peer_and_is_idempotent() -> None:
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    server, client = SfuDtls(near, SERVER), ClientDtls(far, certificate)
    await connect(server, client, certificate)
    server.close()
    server.close()
    await asyncio.wait_for(client.wait_closed(), 1)
    await asyncio.wait_for(server.wait_closed(), 1)


async def test_what_is_not_dtls_never_reaches_aiortc_and_the_queue_is_bounded() -> None:
    pipe = DatagramPipe(void)
    for data in (b"", b"\x00\x01", b"\x80\x60", b"\x13", b"\x40"):
        pipe.feed(data)
    assert pipe._queue.qsize() == 0
    for _ in range(QUEUE_LIMIT * 2):
        pipe.feed(b"\x16\xfe\xfd")
    assert pipe._queue.qsize() == QUEUE_LIMIT
    pipe.close()
    with pytest.raises(ConnectionError):
        await pipe._recv()
    with pytest.raises(ConnectionError):
        await pipe._recv()
    with pytest.raises(ConnectionError):
        await pipe._send(b"late")


async def test_garbage_during_a_handshake_does_not_end_it() -> None:
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    server, client = SfuDtls(near, SERVER), ClientDtls(far, certificate)
    for junk in (b"\x16", b"\x17\xfe\xfd" + bytes(40), b"\x3f" * 1500):
        near.feed(junk)
    ours, theirs = await connect(server, client, certificate)
    assert ours.rx_key_salt == theirs.tx_key_salt
    server.close(), client.close()


async def test_all_handshakes_share_one_context() -> None:
    assert SERVER._create_ssl_context([]) is SERVER._create_ssl_context([])
    assert SERVER.fingerprint()[0] == "sha-256"


class Traced(DatagramPipe):
    """Notes every attribute that aiortc asks of its ICE object."""

    touched: set[str]

    def __getattribute__(self, name: str) -> object:
        if not name.startswith("__"):
            object.__getattribute__(self, "__dict__").setdefault("touched", set()).add(name)
        return object.__getattribute__(self, name)


async def test_aiortc_touches_only_role_recv_and_send_of_our_ice_object() -> None:
    """The contract behind `DatagramPipe`: a new aiortc that asks for more fails here, not in a meeting."""
    near, far = join()
    certificate = RTCCertificate.generateCertificate()
    plain, other = RTCDtlsTransport.__new__(RTCDtlsTransport), SfuDtls(near, SERVER)
    traced = Traced(far._transmit)
    far.feed = traced.feed  # type: ignore[method-assign]
    RTCDtlsTransport.__init__(plain, traced, [certificate])  # type: ignore[arg-type]
    traced.__dict__["touched"] = set()
    plain._set_role("client")
    parameters = RTCDtlsParameters([RTCDtlsFingerprint(*SERVER.fingerprint())])
    keys, _ = await asyncio.gather(other.handshake(prints(certificate), timeout_s=5), plain.start(parameters))
    assert plain.state == "connected" and keys.profile == 7
    plain._get_stats()
    await plain.stop()
    ours = {"feed", "_transmit", "_queue", "_closed"}
    assert traced.__dict__["touched"] - ours == {"role", "_recv", "_send"}
    other.close()
