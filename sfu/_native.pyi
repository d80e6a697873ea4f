"""The contract of the native core (`sfu/native/bindings`), held to the built module by stubtest.

One `Worker` is one OS thread with one UDP port. Python says what may flow (commands below, non-blocking,
applied in order); the core moves packets and reports in batches (`events()`), readable through `fileno()`.
Numbers are plain ints here: `peer` is the participant's number in its room (1..2^32-1, also the CSRC on
egress), `transport`, `track`, `slot`, `tap` and `room` are ids chosen by Python, unique per worker.
"""

from collections.abc import Sequence
from typing import Final, Self, final

__all__ = [
    "KIND_AUDIO",
    "KIND_VIDEO",
    "PROFILE_AEAD_AES_128_GCM",
    "PROFILE_AES128_CM_SHA1_80",
    "AudioLevels",
    "Bandwidth",
    "DtlsReceived",
    "Event",
    "GatedVoice",
    "LayerChanged",
    "LayerSeen",
    "LoadPool",
    "Quality",
    "SpeakersChanged",
    "TapDropped",
    "TransportNominated",
    "TransportState",
    "Worker",
]

KIND_AUDIO: Final[int]  # 0
KIND_VIDEO: Final[int]  # 1

PROFILE_AES128_CM_SHA1_80: Final[int]  # 1, RFC 5764
PROFILE_AEAD_AES_128_GCM: Final[int]  # 7, RFC 7714

@final
class DtlsReceived:
    """A DTLS datagram from an authenticated address of this transport."""

    transport: int
    data: bytes

@final
class TransportNominated:
    """The first authenticated STUN request arrived (again after each change of address)."""

    transport: int

@final
class TransportState:
    """Liveness of a transport: `interrupted` after 5 s without any authenticated packet, `alive` when
    packets are back, `timeout` after 30 s (the core has then closed it)."""

    transport: int
    state: str

@final
class LayerSeen:
    """A layer of a published track started, or changed its picture size or bit rate noticeably (max 1/s).

    `layer` is the index of its rid (0 = lowest). `width`/`height` are 0 for audio. `active` is False when the layer
    has fallen silent: for 1 s while other layers of the track flow, for 4 s where nothing else does (a screen that
    hardly changes sends a frame a second), for 2 s (audio); at once when the gate closes."""

    track: int
    layer: int
    width: int
    height: int
    bitrate_bps: int
    active: bool

@final
class LayerChanged:
    """What a slot now forwards: current layer index, or -1 while nothing flows."""

    slot: int
    track: int
    layer: int

@final
class SpeakersChanged:
    """The room's loudest speakers, loudest first, as (peer, level in -dBov 0..127), and the dominant peer or 0."""

    room: int
    active: list[tuple[int, int]]
    dominant: int

@final
class AudioLevels:
    """At most 5/s per room: (peer, level in -dBov) of tracks with sound, gated ones excluded."""

    room: int
    levels: list[tuple[int, int]]

@final
class GatedVoice:
    """Somebody speaks behind a closed gate (max 1/s per track): for "you are speaking while muted"."""

    track: int

@final
class Bandwidth:
    """Newest downlink estimate of a subscriber from its REMB, in bits per second (max 1/s or change > 10 %)."""

    transport: int
    bitrate_bps: int

@final
class Quality:
    """About every 2 s per transport: loss fractions 0..1 of what we sent it (its receiver reports) and of what it
    sent us, and round-trip time in ms (-1 unknown)."""

    transport: int
    loss_down: float
    loss_up: float
    rtt_ms: float

@final
class TapDropped:
    """The recorder's socket was full: `count` packets of this tap dropped, up to the next keyframe."""

    tap: int
    count: int

Event = (
    DtlsReceived
    | TransportNominated
    | TransportState
    | LayerSeen
    | LayerChanged
    | SpeakersChanged
    | AudioLevels
    | GatedVoice
    | Bandwidth
    | Quality
    | TapDropped
)

@final
class Worker:
    """One media thread. Raises OSError if the port cannot be bound."""

    def __new__(cls, *, host: str, port: int, cpu: int | None = None) -> Self:
        """`host`: "0.0.0.0" (IPv4 wildcard), "::" (dual stack) or one address; `port` 0 lets the OS choose."""

    @property
    def port(self) -> int: ...
    def fileno(self) -> int:
        """Readable when `events()` has something. Never read it yourself; `events()` clears it."""

    def events(self) -> list[Event]: ...
    def close(self) -> None:
        """Stop the thread, close the socket. Idempotent."""

    # transports
    def open_transport(self, transport: int, room: int, peer: int, local_ufrag: str, local_pwd: str) -> None: ...
    def close_transport(self, transport: int) -> None:
        """Ends it with everything it published and subscribed. Nothing is forwarded afterwards. Idempotent."""

    def send_dtls(self, transport: int, data: bytes) -> None: ...
    def set_srtp_keys(self, transport: int, profile: int, rx_key_salt: bytes, tx_key_salt: bytes) -> None: ...

    # uplink
    def publish(
        self,
        track: int,
        transport: int,
        kind: int,
        *,
        mid: str,
        rids: Sequence[str] = (),
        ssrc: int = 0,
        rtx_ssrc: int = 0,
        payload_types: Sequence[tuple[str, int, int]] = (),
        clock_rate: int,
        ext_mid: int = 0,
        ext_rid: int = 0,
        ext_repaired_rid: int = 0,
        ext_audio_level: int = 0,
        ext_abs_send_time: int = 0,
        ext_transport_cc: int = 0,
        voice: bool = False,
    ) -> None:
        """Expect one m-line of a publisher. `payload_types`: (codec "opus" | "vp8", pt, rtx pt or 0). Streams bind
        by `ssrc` if known, else by MID (+ RID). The gate starts closed. `voice`: takes part in loudest-N
        (microphone yes; screen audio no)."""

    def unpublish(self, track: int) -> None: ...
    def set_gate(self, track: int, open: bool) -> None:
        """Closed: every packet of the track is dropped on arrival, before levels, slots, cache and taps."""

    # downlink
    def add_slot(
        self,
        slot: int,
        transport: int,
        kind: int,
        *,
        ssrc: int,
        rtx_ssrc: int = 0,
        payload_types: Sequence[tuple[str, int, int]] = (),
        ext_abs_send_time: int = 0,
        auto_audio: bool = False,
        pair: int = -1,
    ) -> None:
        """A receive line of a subscriber. `auto_audio` slots are bound by the core to the room's loudest speakers,
        never to the subscriber's own voice. `pair`: index k; audio slot k prefers the participant whose video is in
        video slot k (lip sync)."""

    def bind(self, slot: int, track: int, target_layer: int) -> None:
        """Show `track` in `slot` (not for auto_audio). Same track: changes only the target layer. The best layer seen
        that is <= target flows; the switch waits for a keyframe, which the core asks for and repeats."""

    def unbind(self, slot: int) -> None: ...
    def set_audio_policy(self, room: int, slots: int, always: Sequence[int]) -> None:
        """Loudest-N of a room: N = `slots` (3), and the peers that always get a slot when they speak."""

    # recorder
    def set_tap_socket(self, fd: int) -> None:
        """Unix SOCK_SEQPACKET the taps write to (framing: recorder/TAP.md). The core duplicates fd. -1 detaches."""

    def open_tap(self, tap: int, track: int) -> None:
        """Stream the best layer of `track` as one unbroken stream; asks for a keyframe now."""

    def close_tap(self, tap: int) -> None: ...
    def request_keyframe(self, track: int) -> None:
        """Coalesced with the others: at most one per layer and 500 ms, deferred not dropped."""

    def stats(self) -> dict[str, int | float]:
        """Counters since start: packets_in, packets_out, bytes_in, bytes_out, dropped_<reason>, nack_in, nack_out,
        rtx_in, rtx_out, pli_in, pli_out, transports, tracks, slots, taps, gso_messages, gso_segments, and
        forwarding latency `latency_p50_us`, `latency_p99_us`."""

@final
class LoadPool:
    """The core in the client role, for `plenum bench load`: many participants over plain UDP sockets in one thread."""

    def __init__(self) -> None: ...
    def fileno(self) -> int: ...
    def events(self) -> list[DtlsReceived | TransportNominated]: ...
    def add(
        self,
        client: int,
        remote_host: str,
        remote_port: int,
        local_ufrag: str,
        remote_ufrag: str,
        remote_pwd: str,
    ) -> None:
        """Opens a socket and starts connectivity checks with USE-CANDIDATE (repeated every 2.5 s)."""

    def send_dtls(self, client: int, data: bytes) -> None: ...
    def set_srtp_keys(self, client: int, profile: int, rx_key_salt: bytes, tx_key_salt: bytes) -> None: ...
    def send_audio(
        self, client: int, *, ssrc: int, pt: int, mid: str, ext_mid: int, ext_audio_level: int, level: int
    ) -> None:
        """From now on 50 packets/s of 160-byte Opus-sized payload at -`level` dBov."""

    def send_video(self, client: int, *, ssrc: int, pt: int, mid: str, ext_mid: int, bitrate_bps: int) -> None:
        """From now on 30 frames/s of VP8 with valid descriptors; answers PLI/FIR with a keyframe."""

    def stop_sending(self, client: int) -> None: ...
    def remove(self, client: int) -> None: ...
    def stats(self, client: int) -> dict[str, int]:
        """sent, received, lost (sequence gaps over all SSRCs), bytes_received, srtp_errors, streams."""

    def close(self) -> None: ...
