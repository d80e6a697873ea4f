"""The DTLS handshake of one transport: aiortc's `RTCDtlsTransport` over our own ICE object, keys to the core.

Owns the certificate, the handshake and the close alert. Does not own the socket: datagrams come from and go to the
native core, which lets through only what an authenticated address sent. RFC 5763, RFC 5764 (DTLS-SRTP), RFC 7714.
We are always the DTLS server, because the server picks the SRTP profile.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
    State,
)
from OpenSSL import SSL

HANDSHAKE_TIMEOUT_S: Final = 15.0
QUEUE_LIMIT: Final = 64

# Order is our preference; AES-256 costs more and buys a conference nothing.
PROFILES: Final[list[SRTPProtectionProfile]] = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
# Numbers of RFC 5764 4.1.2 and RFC 7714 14.2, as the native core takes them.
_PROFILE_IDS: Final = {SRTP_AEAD_AES_128_GCM.openssl_profile: 7, SRTP_AES128_CM_SHA1_80.openssl_profile: 1}


class HandshakeError(Exception):
    """The DTLS handshake failed, timed out or was ended; no keys exist."""


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Key and salt of each direction, once. `profile` is the number of RFC 5764."""

    profile: int
    rx_key_salt: bytes = field(repr=False)
    tx_key_salt: bytes = field(repr=False)


class SharedCertificate(RTCCertificate):
    """ECDSA P-256, one per server, with one SSL context for all handshakes (about 25 KiB each otherwise)."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context

    def fingerprint(self) -> tuple[str, str]:
        """(algorithm, value) for the answer."""
        first = next(f for f in self.getFingerprints() if f.algorithm == "sha-256")
        return first.algorithm, first.value


class DatagramPipe:
    """What aiortc takes for its ICE transport: `role`, `_recv`, `_send`, nothing else (a test holds it to that)."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._transmit = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LIMIT)
        self._closed = False

    def feed(self, data: bytes) -> None:
        """A datagram from the peer. Dropped when it is not DTLS (RFC 7983), or the queue is full: DTLS resends."""
        if not self._closed and data and 20 <= data[0] <= 63 and not self._queue.full():
            self._queue.put_nowait(data)

    def close(self) -> None:
        """The pending and every later `_recv` raises ConnectionError."""
        self._closed = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        data = None if self._closed and self._queue.empty() else await self._queue.get()
        if data is None:
            raise ConnectionError("The transport has been closed.")
        return data

    async def _send(self, data: bytes) -> None:
        if self._closed:
            raise ConnectionError("The transport has been closed.")
        self._transmit(data)


class SfuDtls(RTCDtlsTransport):
    """One handshake. `handshake()` gives the keys; then `wait_closed()`; `close()` at any time."""

    def __init__(self, pipe: DatagramPipe, certificate: RTCCertificate, *, role: str = "server") -> None:
        stand_in: Any = pipe
        super().__init__(stand_in, [certificate])
        self._pipe = pipe
        self._srtp_profiles = PROFILES
        self._set_role(role)
        self._keys: SrtpKeys | None = None
        self._ended = asyncio.Event()
        self.on("statechange", self._note_state)

    def _note_state(self) -> None:
        if self._state in (State.CLOSED, State.FAILED):
            self._ended.set()

    async def handshake(self, fingerprints: Sequence[tuple[str, str]], *, timeout_s: float) -> SrtpKeys:
        """Run the handshake, check the peer's certificate, return the keys once. Raises HandshakeError."""
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints])
        try:
            async with asyncio.timeout(timeout_s):
                await self.start(parameters)
        except TimeoutError:
            raise HandshakeError("The DTLS handshake took too long.") from None
        keys, self._keys = self._keys, None
        if self._state is not State.CONNECTED or keys is None:
            raise HandshakeError("The DTLS handshake failed.")
        return keys

    async def wait_closed(self) -> None:
        """Until the peer's close alert, or our `close()`."""
        await self._ended.wait()

    def close(self) -> None:
        """Send a close alert if there is somebody to hear it, and end every wait. Idempotent, never blocks."""
        if self._ssl is not None and self._state is State.CONNECTED and not self._ended.is_set():
            try:
                self._ssl.shutdown()
                self._pipe._transmit(self._ssl.bio_read(1500))
            except SSL.Error:
                pass
        self._ended.set()
        self._pipe.close()

    def _setup_srtp(self) -> None:
        """Overrides aiortc: export the keys instead of building SRTP sessions (RFC 5764 section 4.2)."""
        assert self._ssl is not None
        name = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in self._srtp_profiles if p.openssl_profile == name), None)
        if profile is None:
            self._set_state(State.FAILED)
            return
        material = self._ssl.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length)
        )
        client, server = profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)
        rx, tx = (client, server) if self._role == "server" else (server, client)
        self._keys = SrtpKeys(_PROFILE_IDS[name], rx, tx)
