"""RTP payloads become frames: VP8 (RFC 7741) and Opus (RFC 7587). Pure; fed in order with gaps made visible.

After a gap VP8 waits for the next keyframe, because every frame refers to the one before it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from recorder.rtp import Gap, RtpPacket

MAX_FRAME_BYTES = 8 * 1024 * 1024
_FRAME_US = (
    (10_000, 20_000, 40_000, 60_000),  # SILK
    (10_000, 20_000),  # hybrid
    (2_500, 5_000, 10_000, 20_000),  # CELT
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One coded picture, or one Opus packet. `width`/`height` are known at keyframes only."""

    timestamp: int
    data: bytes
    keyframe: bool
    arrival_us: int
    duration_us: int = 0
    width: int = 0
    height: int = 0


class Need(Enum):
    """What feeding a packet may answer besides a frame."""

    NOTHING = 0
    KEYFRAME = 1


class Depacketizer(Protocol):
    def feed(self, item: RtpPacket | Gap) -> Frame | Need: ...
    def interrupt(self) -> None:
        """Packets were lost before they had a number: wait for a keyframe."""
        ...


class OpusDepacketizer:
    """Each packet is a frame; a lost one is a hole in time, no more."""

    def feed(self, item: RtpPacket | Gap) -> Frame | Need:
        if isinstance(item, Gap) or not item.payload:
            return Need.NOTHING
        duration_us = opus_duration_us(item.payload)
        if duration_us == 0:
            return Need.NOTHING
        return Frame(item.timestamp, item.payload, True, item.arrival_us, duration_us)

    def interrupt(self) -> None:
        pass


def opus_duration_us(packet: bytes) -> int:
    """RFC 6716 3.1; 0 for what is no packet."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    row, column = (0, config & 3) if config < 12 else (1, config & 1) if config < 16 else (2, config & 3)
    if code == 3 and len(packet) < 2:
        return 0
    frames = (1, 2, 2)[code] if code < 3 else packet[1] & 0x3F
    total = frames * _FRAME_US[row][column]
    return total if total <= 120_000 else 0


class Vp8Depacketizer:
    """Assembles frames; whatever cannot be decoded is dropped up to the next keyframe, which is asked for."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp: int | None = None
        self._waits = True

    def interrupt(self) -> None:
        self._waits = True
        self._drop()

    def feed(self, item: RtpPacket | Gap) -> Frame | Need:
        if isinstance(item, Gap):
            self.interrupt()
            return Need.KEYFRAME
        if not item.payload:
            return Need.NOTHING
        split = vp8_payload(item.payload)
        if split is None:
            return self._broken()
        begins, data = split
        if begins and item.timestamp != self._timestamp:
            broken = self._timestamp is not None  # the frame before had no end
            self._drop()
            if broken and not self._waits:
                self._waits = True
            self._timestamp = item.timestamp
        elif self._timestamp != item.timestamp:
            return self._broken()
        self._parts.append(data)
        self._size += len(data)
        if self._size > MAX_FRAME_BYTES:
            return self._broken()
        if not item.marker:
            return Need.NOTHING
        frame = b"".join(self._parts)
        self._drop()
        return self._finished(frame, item)

    def _finished(self, data: bytes, last: RtpPacket) -> Frame | Need:
        size = vp8_keyframe_size(data)
        if size is not None:
            self._waits = False
            return Frame(last.timestamp, data, True, last.arrival_us, width=size[0], height=size[1])
        if self._waits or not data or not data[0] & 1:  # a keyframe without its start code is damage
            return self._broken()
        return Frame(last.timestamp, data, False, last.arrival_us)

    def _broken(self) -> Need:
        self.interrupt()
        return Need.KEYFRAME

    def _drop(self) -> None:
        self._parts, self._size, self._timestamp = [], 0, None


def vp8_payload(payload: bytes) -> tuple[bool, bytes] | None:
    """(begins a frame, VP8 data) of an RTP payload (RFC 7741 4.2); None if it is no VP8."""
    at = 1
    first = payload[0]
    if first & 0x80:
        if len(payload) < 2:
            return None
        flags = payload[1]
        at = 2
        if flags & 0x80:
            if len(payload) <= at:
                return None
            at += 2 if payload[at] & 0x80 else 1
        at += 1 if flags & 0x40 else 0
        at += 1 if flags & 0x30 else 0
    if len(payload) <= at:
        return None
    return first & 0x1F == 0x10, payload[at:]


def vp8_keyframe_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a keyframe (RFC 6386 9.1), None for any other frame."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width, height = int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF
    return (width, height) if width and height else None
