"""RTP (RFC 3550) as the recorder needs it: header, 64-bit counters, and the order of packets.

Pure: times are arguments, in microseconds of the arrival clock.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from recorder.errors import BadPacket

_FIXED = struct.Struct("!BBHII")
RESEND_WAIT_US = 300_000


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """`payload` is without padding. `arrival_us` is set by whoever received it."""

    seq: int
    timestamp: int
    marker: bool
    payload: bytes
    arrival_us: int = 0


def parse_rtp(data: bytes, arrival_us: int = 0) -> RtpPacket:
    """Raises BadPacket."""
    if len(data) < _FIXED.size:
        raise BadPacket(f"RTP packet of {len(data)} bytes")
    first, second, seq, timestamp, _ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        raise BadPacket(f"RTP version {first >> 6}")
    start = _FIXED.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            raise BadPacket("RTP header extension cut off")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data)
    if first & 0x20 and end > start:
        end -= data[-1]
    if start > end:
        raise BadPacket("RTP header longer than the packet")
    return RtpPacket(seq, timestamp, bool(second & 0x80), data[start:end], arrival_us)


class Unwrapper:
    """A counter of `bits` bits becomes one that never wraps; steps back of less than half the range are steps back."""

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._last: int | None = None

    def peek(self, value: int) -> int:
        if self._last is None:
            return value + self._modulus  # room for late values from before the first
        half = self._modulus // 2
        return self._last + (value - self._last + half) % self._modulus - half

    def unwrap(self, value: int) -> int:
        extended = self.peek(value)
        if self._last is None or extended > self._last:
            self._last = extended
        return extended


@dataclass(frozen=True, slots=True)
class Gap:
    """`count` packets that never came, just before the next one."""

    count: int


@dataclass(slots=True)
class ReorderBuffer:
    """Packets in order of sequence, each once. A hole is waited for until the packets behind it are `wait_us` old
    (a resend may come), or until `capacity` packets wait; then it is a Gap."""

    wait_us: int = RESEND_WAIT_US
    capacity: int = 2048
    _unwrapper: Unwrapper = field(default_factory=lambda: Unwrapper(16))
    _waiting: dict[int, RtpPacket] = field(default_factory=dict)
    _next: int | None = None
    late: int = 0

    def push(self, packet: RtpPacket) -> None:
        ext_seq = self._unwrapper.unwrap(packet.seq)
        if self._next is None:
            self._next = ext_seq
        if ext_seq < self._next or ext_seq in self._waiting:
            self.late += 1
            return
        self._waiting[ext_seq] = packet

    def pop(self, now_us: int) -> Iterator[RtpPacket | Gap]:
        """What is due at `now_us`, in order."""
        while self._waiting and self._next is not None:
            packet = self._waiting.pop(self._next, None)
            if packet is not None:
                self._next += 1
                yield packet
                continue
            first = min(self._waiting)
            overdue = self._waiting[first].arrival_us + self.wait_us <= now_us
            if not overdue and len(self._waiting) < self.capacity:
                return
            gap = Gap(first - self._next)
            self._next = first
            yield gap

    def flush(self) -> Iterator[RtpPacket | Gap]:
        """Everything left: nothing more will come."""
        return self.pop(2**63)
