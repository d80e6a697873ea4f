"""The media side of a load participant: writes an offer, reads the answer, shakes hands, then lets the core send.

One `LoadMedia` per run owns the native `LoadPool`; one `LoadPeer` per participant is its client. Used by
`plenum bench load` and by tests that need many peers; not part of a serving process.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sfu import _native
from sfu.dtls import DatagramPipe, SfuDtls, SharedCertificate

HANDSHAKE_TIMEOUT_S = 20.0
AUDIO_PT, VIDEO_PT, RTX_PT = 111, 96, 97
EXT_MID, EXT_LEVEL, EXT_SEND_TIME = 1, 2, 3


class LoadMedia:
    """The pool and its event reader. Must be made and closed inside a running loop."""

    def __init__(self) -> None:
        self.pool = _native.LoadPool()
        self.certificate = SharedCertificate.generateCertificate()
        self._peers: dict[int, LoadPeer] = {}
        self._ids = itertools.count(1)
        asyncio.get_running_loop().add_reader(self.pool.fileno(), self._dispatch)

    def peer(self) -> LoadPeer:
        """A new client."""
        made = LoadPeer(self, next(self._ids))
        self._peers[made.client] = made
        return made

    def _dispatch(self) -> None:
        for event in self.pool.events():
            peer = self._peers.get(event.transport)
            if peer is None:
                continue
            if isinstance(event, _native.DtlsReceived):
                peer.pipe.feed(event.data)
            else:
                peer.nominated.set()

    def close(self) -> None:
        """Stop everything that sends. Idempotent."""
        asyncio.get_running_loop().remove_reader(self.pool.fileno())
        for peer in self._peers.values():
            peer.dtls.close()
        self.pool.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client needs of the server's answer."""

    host: str
    port: int
    ufrag: str
    password: str
    fingerprint: tuple[str, str]


def read_answer(sdp: str) -> Answer:
    """The first candidate and the session's transport facts. Raises ValueError."""
    found = {}
    for name, pattern in {
        "candidate": r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host",
        "ufrag": r"^a=ice-ufrag:(\S+)",
        "pwd": r"^a=ice-pwd:(\S+)",
        "fingerprint": r"^a=fingerprint:(\S+) (\S+)",
    }.items():
        match = re.search(pattern, sdp, re.MULTILINE)
        if match is None:
            raise ValueError(f"the answer has no {name}")
        found[name] = match.groups()
    host, port = _loopback_first(sdp) or found["candidate"]
    algorithm, value = found["fingerprint"]
    return Answer(host, int(port), found["ufrag"][0], found["pwd"][0], (algorithm, value))


def _loopback_first(sdp: str) -> tuple[str, str] | None:
    match = re.search(r"^a=candidate:\S+ 1 udp \d+ (127\.\S+) (\d+) typ host", sdp, re.MULTILINE)
    return (match.group(1), match.group(2)) if match else None


class LoadPeer:
    """One participant's transport."""

    def __init__(self, media: LoadMedia, client: int) -> None:
        self.client = client
        self._media = media
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(12)
        self._ssrc = 1000 + client * 4
        self.nominated = asyncio.Event()
        self.pipe = DatagramPipe(lambda data: media.pool.send_dtls(client, data))
        self.dtls = SfuDtls(self.pipe, media.certificate, role="client")

    def offer(self, *, audio_slots: int = 3, video_slots: int = 2) -> tuple[str, dict[str, str]]:
        """(SDP, purposes by mid): microphone, camera, then slots."""
        purposes = ["mic", "camera"] + ["slot_audio"] * audio_slots + ["slot_video"] * video_slots
        lines = {str(mid): purpose for mid, purpose in enumerate(purposes)}
        fingerprint = next(f for f in self._media.certificate.getFingerprints() if f.algorithm == "sha-256")
        out = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(lines)}"]
        out += [f"a=ice-ufrag:{self._ufrag}", f"a=ice-pwd:{self._password}", "a=setup:actpass"]
        out += [f"a=fingerprint:{fingerprint.algorithm} {fingerprint.value}"]
        for mid, purpose in lines.items():
            out += self._line(mid, purpose)
        return "\r\n".join(out) + "\r\n", lines

    def _line(self, mid: str, purpose: str) -> list[str]:
        audio = purpose in ("mic", "slot_audio")
        sends = not purpose.startswith("slot_")
        pts = f"{AUDIO_PT}" if audio else f"{VIDEO_PT} {RTX_PT}"
        out = [f"m={'audio' if audio else 'video'} 9 UDP/TLS/RTP/SAVPF {pts}", "c=IN IP4 0.0.0.0", "a=rtcp-mux"]
        out += [f"a=mid:{mid}", "a=sendonly" if sends else "a=recvonly"]
        out += [f"a=extmap:{EXT_MID} urn:ietf:params:rtp-hdrext:sdes:mid"]
        if audio:
            out += [f"a=extmap:{EXT_LEVEL} urn:ietf:params:rtp-hdrext:ssrc-audio-level"]
            out += [f"a=rtpmap:{AUDIO_PT} opus/48000/2"]
        else:
            out += [f"a=extmap:{EXT_SEND_TIME} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"]
            out += [f"a=rtpmap:{VIDEO_PT} VP8/90000", f"a=rtpmap:{RTX_PT} rtx/90000", f"a=fmtp:{RTX_PT} apt={VIDEO_PT}"]
            out += [f"a=rtcp-fb:{VIDEO_PT} {kind}" for kind in ("nack", "nack pli", "ccm fir", "goog-remb")]
        if sends:
            out += [f"a=ssrc:{self._ssrc + (0 if audio else 1)} cname:load"]
        return out

    async def connect(self, answer: str) -> None:
        """Connectivity checks, handshake, keys. Raises ValueError, TimeoutError or sfu.dtls.HandshakeError."""
        facts = read_answer(answer)
        self._media.pool.add(self.client, facts.host, facts.port, self._ufrag, facts.ufrag, facts.password)
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
            await self.nominated.wait()
        keys = await self.dtls.handshake([facts.fingerprint], timeout_s=HANDSHAKE_TIMEOUT_S)
        self._media.pool.set_srtp_keys(self.client, keys.profile, keys.rx_key_salt, keys.tx_key_salt)

    def speak(self, level: int = 25) -> None:
        """50 audio packets a second at -`level` dBov from now on."""
        self._media.pool.send_audio(
            self.client,
            ssrc=self._ssrc,
            pt=AUDIO_PT,
            mid="0",
            ext_mid=EXT_MID,
            ext_audio_level=EXT_LEVEL,
            level=level,
        )

    def show(self, bitrate_bps: int = 600_000) -> None:
        """30 video frames a second from now on."""
        self._media.pool.send_video(
            self.client, ssrc=self._ssrc + 1, pt=VIDEO_PT, mid="1", ext_mid=EXT_MID, bitrate_bps=bitrate_bps
        )

    def stop(self) -> None:
        """Send no more media; the transport stays."""
        self._media.pool.stop_sending(self.client)

    def stats(self) -> Mapping[str, int]:
        """sent, received, lost, bytes_received, srtp_errors, streams."""
        return self._media.pool.stats(self.client)
