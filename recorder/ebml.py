"""EBML (RFC 8794) and the Matroska ids (RFC 9559) that our files use: encoding, and bounded reading of headers."""

import struct

EBML = 0x1A45DFA3
SEGMENT = 0x18538067
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
VOID = 0xEC
INFO, DURATION, TRACKS, CODEC_DELAY = 0x1549A966, 0x4489, 0x1654AE6B, 0x56AA
TAGS = 0x1254C367
CLUSTER, TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
CUES, CUE_POINT, CUE_TIME, CUE_TRACK_POSITIONS, CUE_TRACK, CUE_CLUSTER_POSITION = (
    0x1C53BB6B,
    0xBB,
    0xB3,
    0xB7,
    0xF7,
    0xF1,
)


def identifier(element: int) -> bytes:
    return element.to_bytes((element.bit_length() + 7) // 8, "big")


def size(value: int, width: int = 0) -> bytes:
    """A data size in the least bytes, or in `width` bytes."""
    length = width or next(n for n in range(1, 9) if value < (1 << 7 * n) - 1)
    return (value | 1 << 7 * length).to_bytes(length, "big")


def element(kind: int, content: bytes) -> bytes:
    return identifier(kind) + size(len(content)) + content


def master(kind: int, *children: bytes) -> bytes:
    return element(kind, b"".join(children))


def uint(kind: int, value: int, width: int = 0) -> bytes:
    return element(kind, value.to_bytes(width or max(1, (value.bit_length() + 7) // 8), "big"))


def float64(kind: int, value: float) -> bytes:
    return element(kind, struct.pack(">d", value))


def void(total: int) -> bytes:
    """An element of `total` bytes (2..128) that means nothing."""
    return identifier(VOID) + size(total - 2, 1) + bytes(total - 2)


def read_header(data: bytes, at: int) -> tuple[int, int | None, int] | None:
    """(id, size or None if unknown, where the content begins); None if the data ends before. ValueError for what is
    no EBML."""
    found = _vint(data, at, 4, keep_marker=True)
    if found is None:
        return None
    kind, at = found
    found = _vint(data, at, 8, keep_marker=False)
    if found is None:
        return None
    value, end = found
    unknown = value == (1 << 7 * (end - at)) - 1
    return kind, None if unknown else value, end


def _vint(data: bytes, at: int, longest: int, *, keep_marker: bool) -> tuple[int, int] | None:
    if at >= len(data):
        return None
    length = 9 - data[at].bit_length()
    if length > longest:
        raise ValueError(f"no EBML at {at}")
    if at + length > len(data):
        return None
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_marker else value & ~(1 << 7 * length)), at + length
