"""A participant made of parts, for tests that must misbehave: own UDP socket, own STUN, aiortc's DTLS as client,
libsrtp for the packets. Nothing stops it from sending: no track, no mute, no congestion control.

    client = RawClient()
    await client.connect(lambda sdp, lines: room.connect(PeerNumber(1), 1, sdp, lines))
    client.send_audio(10); client.send_video(30)
    client.received_on("slot_audio")
"""

import asyncio
import secrets
import struct
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.sdp import SessionDescription
from pylibsrtp import Error as SrtpError

EXT_LEVEL, EXT_ABS, EXT_TWCC, EXT_MID, EXT_RID, EXT_REPAIRED_RID = 1, 2, 3, 4, 5, 6
OPUS, VP8, RTX = 111, 96, 97

_EXTENSIONS = [
    (EXT_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (EXT_ABS, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    (EXT_TWCC, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    (EXT_MID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    (EXT_RID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    (EXT_REPAIRED_RID, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
]
LAYERS = {"q": (320, 180, 1000), "h": (640, 360, 3000), "f": (1280, 720, 8000)}
"""rid -> width, height and bytes of a frame."""

UPLINKS = ("mic", "camera", "screen", "screen_audio")


@dataclass(frozen=True)
class Received:
    """One decrypted RTP packet."""

    at: float
    ssrc: int
    seq: int
    timestamp: int
    pt: int
    marker: bool
    csrcs: tuple[int, ...]
    payload: bytes


class _Ice:
    """What RTCDtlsTransport needs of ICE."""

    role = "controlling"

    def __init__(self, client: "RawClient") -> None:
        self._client = client
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def _recv(self) -> bytes:
        data = await self.queue.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._client.send_raw(data)


class RawClient(asyncio.DatagramProtocol):
    """`lines`: purposes in order; mids are their positions. `toward`: which of the server's addresses to use;
    `local`: the client's own."""

    def __init__(
        self,
        lines: Sequence[str] = (*UPLINKS, "slot_audio", "slot_audio", "slot_audio", "slot_video", "slot_video"),
        *,
        aes_cm: bool = False,
        transport_cc: bool = True,
        simulcast: bool = False,
        toward: str | None = None,
        local: str = "127.0.0.1",
    ) -> None:
        self.lines = {str(number): word for number, word in enumerate(lines)}
        self.ssrcs = {word: secrets.randbits(31) + 1 for word in lines if word in UPLINKS}
        self.rtx_ssrcs = {word: secrets.randbits(31) + 1 for word in ("camera", "screen")}
        self.certificate = RTCCertificate.generateCertificate()
        self.ufrag, self.pwd = secrets.token_hex(4), secrets.token_hex(12)
        self.rtp: list[Received] = []
        self.rtcp: list[bytes] = []
        self.slot_ssrcs: dict[str, int] = {}
        self.slot_rtx: dict[str, int] = {}
        self.level = 30
        self.srtp_errors = 0
        self.layer_ssrcs = {rid: secrets.randbits(31) + 1 for rid in LAYERS}
        self._toward, self._local = toward, local
        self.announced: list[str] = []
        self.sources: set[tuple[str, int]] = set()
        """Where datagrams came from."""
        self._aes_cm, self._transport_cc, self._simulcast = aes_cm, transport_cc, simulcast
        self._seq: dict[int, int] = {}
        self._timestamp: dict[int, int] = {}
        self._twcc = 0
        self._picture = 0
        self._checks: dict[bytes, asyncio.Future[None]] = {}
        self._udp: asyncio.DatagramTransport | None = None
        self._loop = asyncio.get_running_loop()
        self.ice = _Ice(self)
        self.dtls: Any = None

    # connecting

    def offer(self) -> str:
        algorithm, value = next(
            (f.algorithm, f.value) for f in self.certificate.getFingerprints() if f.algorithm == "sha-256"
        )
        head = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(self.lines)}"]
        head += [f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.pwd}", f"a=fingerprint:{algorithm} {value}"]
        out = [*head, "a=setup:actpass"]
        for mid, word in self.lines.items():
            out += self._line(mid, word)
        return "\r\n".join(out) + "\r\n"

    def _line(self, mid: str, word: str) -> list[str]:
        audio = word in ("mic", "screen_audio", "slot_audio", "slot_screen_audio")
        out = [f"m={'audio' if audio else 'video'} 9 UDP/TLS/RTP/SAVPF {OPUS if audio else f'{VP8} {RTX}'}"]
        out += ["c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=rtcp-mux", "a=rtcp-rsize"]
        out.append("a=sendonly" if word in UPLINKS else "a=recvonly")
        out += [f"a=extmap:{number} {uri}" for number, uri in _EXTENSIONS if self._transport_cc or number != EXT_TWCC]
        if audio:
            out += [f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} minptime=10;useinbandfec=1"]
        else:
            out += [f"a=rtpmap:{VP8} VP8/90000", f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}"]
            feedback = ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"]
            out += [f"a=rtcp-fb:{VP8} {f}" for f in feedback]
        if word == "camera" and self._simulcast:
            out += [f"a=rid:{rid} send" for rid in LAYERS] + [f"a=simulcast:send {';'.join(LAYERS)}"]
        elif word in self.ssrcs:
            ssrc, rtx = self.ssrcs[word], self.rtx_ssrcs.get(word)
            if rtx is not None:
                out += [f"a=ssrc-group:FID {ssrc} {rtx}", f"a=ssrc:{rtx} cname:raw"]
            out.append(f"a=ssrc:{ssrc} cname:raw")
        return out

    async def connect(self, send_offer: Callable[[str, dict[str, str]], Awaitable[str]]) -> None:
        """Offer, check connectivity, handshake. Ends connected, or raises AssertionError."""
        await self.negotiate(send_offer)
        await self.check()
        await self.handshake()

    async def negotiate(self, send_offer: Callable[[str, dict[str, str]], Awaitable[str]]) -> None:
        answer = SessionDescription.parse(await send_offer(self.offer(), self.lines))
        first = next(media for media in answer.media if media.ice_candidates)
        self.announced = [candidate.ip for candidate in first.ice_candidates]
        candidate = first.ice_candidates[-1]
        self.remote = (self._toward or candidate.ip, candidate.port)
        self.remote_ufrag, self.remote_pwd = first.ice.usernameFragment, first.ice.password
        self.fingerprints = first.dtls.fingerprints
        for media, (mid, word) in zip(answer.media, self.lines.items(), strict=True):
            if word not in UPLINKS:
                self.slot_ssrcs[mid] = media.ssrc[0].ssrc
                if media.ssrc_group:
                    self.slot_ssrcs[mid], self.slot_rtx[mid] = media.ssrc_group[0].items
        self._udp, _ = await self._loop.create_datagram_endpoint(lambda: self, local_addr=(self._local, 0))

    async def check(self) -> None:
        """One authenticated binding request with USE-CANDIDATE, repeated until answered."""
        for _ in range(20):
            request, done = self.binding_request(), self._loop.create_future()
            self._checks[request.transaction_id] = done
            self.send_raw(bytes(request))
            try:
                async with asyncio.timeout(0.25):
                    await done
                return
            except TimeoutError:
                continue
        raise AssertionError("no answer to connectivity checks")

    def binding_request(self, *, pwd: str | None = None, ufrag: str | None = None) -> stun.Message:
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{ufrag or self.remote_ufrag}:{self.ufrag}"
        message.attributes["PRIORITY"] = 1845501695
        message.attributes["ICE-CONTROLLING"] = 1
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((pwd or self.remote_pwd).encode())
        return message

    async def handshake(self) -> None:
        stand_in: Any = self.ice
        self.dtls = RTCDtlsTransport(stand_in, [self.certificate])
        self.dtls._srtp_profiles = [SRTP_AES128_CM_SHA1_80 if self._aes_cm else SRTP_AEAD_AES_128_GCM]
        self.dtls._set_role("client")
        async with asyncio.timeout(10):
            await self.dtls.start(
                RTCDtlsParameters([RTCDtlsFingerprint(f.algorithm, f.value) for f in self.fingerprints])
            )
        assert self.dtls.state == "connected", self.dtls.state

    async def close(self) -> None:
        if self.dtls is not None:
            await self.dtls.stop()
        self.ice.queue.put_nowait(None)
        if self._udp is not None:
            self._udp.close()

    # sending

    def send_raw(self, data: bytes) -> None:
        """Any datagram, from the client's own address."""
        assert self._udp is not None
        self._udp.sendto(data, self.remote)

    def packet(
        self,
        ssrc: int,
        pt: int,
        payload: bytes,
        *,
        mid: str | None = None,
        rid: str | None = None,
        level: int | None = None,
        marker: bool = False,
        ticks: int = 0,
    ) -> bytes:
        """The next plain RTP packet of a stream."""
        self._seq[ssrc] = (self._seq.get(ssrc, 100) + 1) & 0xFFFF
        self._timestamp[ssrc] = (self._timestamp.get(ssrc, 1000) + ticks) & 0xFFFFFFFF
        self._twcc = (self._twcc + 1) & 0xFFFF
        extension = b""
        if mid is not None:
            extension += bytes([EXT_MID << 4 | len(mid) - 1]) + mid.encode()
        if rid is not None:
            extension += bytes([EXT_RID << 4 | len(rid) - 1]) + rid.encode()
        if level is not None:
            extension += bytes([EXT_LEVEL << 4, 0x80 | level])
        if self._transport_cc:
            extension += bytes([EXT_TWCC << 4 | 1]) + struct.pack("!H", self._twcc)
        extension += bytes(-len(extension) % 4)
        first = 0x90 if extension else 0x80
        head = struct.pack("!BBHII", first, marker << 7 | pt, self._seq[ssrc], self._timestamp[ssrc], ssrc)
        if extension:
            head += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
        return head + payload

    def send_rtp(self, packet: bytes) -> bytes:
        """Encrypt and send; returns the datagram, for replays."""
        data: bytes = self.dtls._tx_srtp.protect(packet)
        self.send_raw(data)
        return data

    def send_rtcp(self, packet: bytes) -> None:
        self.send_raw(self.dtls._tx_srtp.protect_rtcp(packet))

    def send_audio(
        self, count: int = 1, *, word: str = "mic", ssrc: int | None = None, level: int | None = None
    ) -> None:
        """Opus-sized packets at once, 20 ms of media each."""
        for _ in range(count):
            self.send_rtp(
                self.packet(
                    ssrc or self.ssrcs[word],
                    OPUS,
                    secrets.token_bytes(80),
                    mid=self._mid(word),
                    level=self.level if level is None else level,
                    ticks=960,
                )
            )

    def send_video(self, count: int = 1, *, word: str = "camera", ssrc: int | None = None, key: bool = True) -> None:
        """One-packet VP8 frames, 1/30 s apart; each a keyframe of 320x180 unless told otherwise."""
        for _ in range(count):
            self.send_rtp(
                self.packet(
                    ssrc or self.ssrcs[word], VP8, self.vp8_payload(key), mid=self._mid(word), marker=True, ticks=3000
                )
            )

    def send_layers(self, *rids: str, key: bool = True) -> None:
        """One frame of each of these simulcast layers, in packets of at most 1000 bytes."""
        for rid in rids:
            width, height, size = LAYERS[rid]
            ssrc, chunks = self.layer_ssrcs[rid], range(0, size, 1000)
            for offset in chunks:
                payload = self.vp8_payload(key, min(1000, size - offset), width, height)
                if offset:
                    # A later packet of the frame: no S bit, the same picture id.
                    self._picture -= 1
                    payload = bytes([0x80]) + payload[1:2] + struct.pack("!H", 0x8000 | self._picture)
                    payload += bytes([self._picture & 0xFF]) + bytes(min(1000, size - offset))
                self.send_rtp(
                    self.packet(
                        ssrc,
                        VP8,
                        payload,
                        mid=self._mid("camera"),
                        rid=rid,
                        marker=offset == chunks[-1],
                        ticks=0 if offset else 3000,
                    )
                )

    def send_remb(self, bitrate_bps: int) -> None:
        """draft-alvestrand-rmcat-remb: what this receiver can take."""
        exponent = max(0, bitrate_bps.bit_length() - 18)
        value = exponent << 18 | bitrate_bps >> exponent
        ssrcs = [ssrc for mid, ssrc in self.slot_ssrcs.items() if self.lines[mid] == "slot_video"]
        body = struct.pack("!II", 7, 0) + b"REMB" + bytes([len(ssrcs)]) + value.to_bytes(3, "big")
        body += b"".join(struct.pack("!I", ssrc) for ssrc in ssrcs)
        self.send_rtcp(bytes([0x8F, 206]) + struct.pack("!H", len(body) // 4) + body)

    def vp8_payload(self, key: bool = True, size: int = 200, width: int = 320, height: int = 180) -> bytes:
        self._picture = (self._picture + 1) & 0x7FFF
        # RFC 7741 4.2: X, S; I and L; 15-bit picture id; TL0PICIDX.
        descriptor = bytes([0x90, 0xC0]) + struct.pack("!H", 0x8000 | self._picture) + bytes([self._picture & 0xFF])
        start = (
            bytes([0x10, 0, 0, 0x9D, 0x01, 0x2A]) + struct.pack("<HH", width, height) if key else bytes([0x11, 0, 0])
        )
        return descriptor + start + bytes(size)

    def _mid(self, word: str) -> str:
        return next(mid for mid, purpose in self.lines.items() if purpose == word)

    # receiving

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.sources.add((addr[0], addr[1]))
        if not data:
            return
        if data[0] < 4:
            self._on_stun(data)
        elif 20 <= data[0] <= 63:
            self.ice.queue.put_nowait(data)
        elif self.dtls is not None and self.dtls._rx_srtp is not None:
            self._on_srtp(data)

    def _on_stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        waiting = self._checks.pop(message.transaction_id, None)
        if waiting is not None and message.message_class is stun.Class.RESPONSE and not waiting.done():
            assert message.check_message_integrity(self.remote_pwd.encode())
            waiting.set_result(None)

    def _on_srtp(self, data: bytes) -> None:
        try:
            if 192 <= data[1] <= 223:
                self.rtcp.append(self.dtls._rx_srtp.unprotect_rtcp(data))
            else:
                self.rtp.append(parse_rtp(self.dtls._rx_srtp.unprotect(data), self._loop.time()))
        except SrtpError:
            self.srtp_errors += 1

    def received_on(self, word: str) -> list[Received]:
        """Packets of all slots of that purpose, RTX left out."""
        ssrcs = {self.slot_ssrcs[mid] for mid, purpose in self.lines.items() if purpose == word}
        return [packet for packet in self.rtp if packet.ssrc in ssrcs]


def parse_rtp(data: bytes, at: float = 0.0) -> Received:
    """A plain RTP packet without its extensions and padding."""
    first, second, seq, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    count = first & 0x0F
    csrcs = struct.unpack_from(f"!{count}I", data, 12)
    offset = 12 + 4 * count
    if first & 0x10:
        offset += 4 + 4 * struct.unpack_from("!H", data, offset + 2)[0]
    end = len(data) - (data[-1] if first & 0x20 else 0)
    return Received(at, ssrc, seq, timestamp, second & 0x7F, bool(second & 0x80), csrcs, data[offset:end])
