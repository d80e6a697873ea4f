"""Messages of the tap (recorder/TAP.md): one header, one body. Parsing only."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from recorder.errors import BadPacket

HEADER = struct.Struct("<IBB2xQ")
_MAPPING = struct.Struct("<IQ")
_COUNT = struct.Struct("<I")
MAX_MESSAGE = 65536


class Kind(IntEnum):
    PACKET = 1
    MAPPING = 2
    END = 3
    LOSS = 4


@dataclass(frozen=True, slots=True)
class TapMessage:
    """`body` is the RTP packet of a PACKET; `rtp`, `capture_us` and `guess` belong to a MAPPING, `count` to a LOSS."""

    tap: int
    kind: Kind
    arrival_us: int
    body: bytes = b""
    rtp: int = 0
    capture_us: int = 0
    guess: bool = False
    count: int = 0


def parse_message(data: bytes) -> TapMessage:
    """Raises BadPacket."""
    if len(data) < HEADER.size:
        raise BadPacket(f"tap message of {len(data)} bytes is shorter than its header")
    tap, kind, flags, arrival_us = HEADER.unpack_from(data)
    body = data[HEADER.size :]
    if kind == Kind.PACKET:
        return TapMessage(tap, Kind.PACKET, arrival_us, body=body)
    if kind == Kind.MAPPING and len(body) >= _MAPPING.size:
        rtp, capture_us = _MAPPING.unpack_from(body)
        return TapMessage(tap, Kind.MAPPING, arrival_us, rtp=rtp, capture_us=capture_us, guess=bool(flags & 1))
    if kind == Kind.END:
        return TapMessage(tap, Kind.END, arrival_us)
    if kind == Kind.LOSS and len(body) >= _COUNT.size:
        return TapMessage(tap, Kind.LOSS, arrival_us, count=_COUNT.unpack_from(body)[0])
    raise BadPacket(f"tap message of kind {kind} with {len(body)} bytes")
