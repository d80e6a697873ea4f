"""What a dead recorder left behind: how much of a file is good, how long it plays, and its index made whole.

The media file is only read. Bounded: one cluster is in memory at a time, and only what the index does not know yet is
scanned. Any bytes are survived; what is no file of ours gives None.
"""

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recorder import ebml
from recorder.messages import PartOpened
from recorder.webm_writer import INDEX_RECORD, Cluster

MAX_CLUSTER = 64 * 1024 * 1024
_DEFAULT_MS = {True: 33, False: 20}
_REFERENCE_BLOCK, _BLOCK_DURATION = 0xFB, 0x9B
_SKIPPED = frozenset({ebml.SEEK_HEAD, ebml.VOID, ebml.INFO, ebml.TRACKS, ebml.CUES, ebml.TAGS})


@dataclass(frozen=True, slots=True)
class Adopted:
    """The first `size` bytes are complete and play for `duration_ms`."""

    size: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class _Block:
    time_ms: int
    lasts_ms: int
    keyframe: bool


def adopt(media: Path, index: Path, *, video: bool) -> Adopted | None:
    """None if nothing in it can be played. Raises OSError."""
    with media.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        known = _known(file, size, index)
        found: list[Cluster] = []
        good, duration_ms = 0, 0
        while duration_ms == 0:  # from the last cluster of the index that is whole, at worst from the file's start
            found, start = (known[:-1], known[-1].offset) if known else ([], 0)
            good, duration_ms = _scan(file, start, size, video, found)
            if not known:
                break
            known.pop()
    if duration_ms == 0:
        return None
    records = b"".join(one.pack() for one in found)
    if not index.exists() or index.read_bytes() != records:
        index.write_bytes(records)
    return Adopted(good, duration_ms)


def _scan(file: BinaryIO, start: int, size: int, video: bool, found: list[Cluster]) -> tuple[int, int]:
    """What is complete from `start` on: (end, duration in ms or 0); clusters are added to `found`."""
    good, duration_ms = 0, 0
    for kind, at, content, end in _top_level(file, start, size):
        if kind == ebml.CLUSTER:
            blocks = list(_blocks(file, content, end, video))
            if not blocks or (found and blocks[0].time_ms < found[-1].time_ms):
                break
            found.append(Cluster(blocks[0].time_ms, blocks[0].keyframe, at))
            duration_ms = max(one.time_ms + one.lasts_ms for one in blocks)
        good = end
    return good, duration_ms


def read_label(path: Path) -> PartOpened | None:
    """Whose file it is, as it was written down when it was begun."""
    try:
        fields = json.loads(path.read_text())
        label = PartOpened(**fields)
    except (OSError, ValueError, TypeError):
        return None
    texts = (label.part, label.recording, label.participant, label.purpose)
    numbers = (label.start_ms, label.width, label.height, label.fragment or 0)
    if not all(isinstance(one, str) for one in texts) or not all(isinstance(one, int) for one in numbers):
        return None
    return label


def _known(file: BinaryIO, size: int, index: Path) -> list[Cluster]:
    """The records of the index up to the last that points at a Cluster; those before it were written earlier and
    are believed as long as they rise."""
    data = index.read_bytes() if index.exists() else b""
    out: list[Cluster] = []
    last = (-1, 0)
    for time_ms, flags, offset in INDEX_RECORD.iter_unpack(data[: len(data) // INDEX_RECORD.size * INDEX_RECORD.size]):
        if offset >= size or time_ms < last[0] or offset <= last[1]:
            break
        last = (time_ms, offset)
        out.append(Cluster(time_ms, bool(flags & 1), offset))
    while out:
        file.seek(out[-1].offset)
        if file.read(4) == ebml.identifier(ebml.CLUSTER):
            break
        out.pop()
    return out


def _top_level(file: BinaryIO, start: int, size: int) -> Iterator[tuple[int, int, int, int]]:
    """(id, start, content, end) of the complete elements from `start` on; stops at the first that is not."""
    at = start
    while at < size:
        file.seek(at)
        try:
            found = ebml.read_header(file.read(12), 0)
        except ValueError:
            return
        if found is None:
            return
        kind, length, head = found
        content = at + head
        if kind == ebml.SEGMENT:
            end = content
        elif length is None or content + length > size or (at == 0 and kind != ebml.EBML):
            return
        else:
            end = content + length
        if kind not in _SKIPPED and kind not in (ebml.EBML, ebml.SEGMENT, ebml.CLUSTER):
            return
        yield kind, at, content, end
        at = end


def _blocks(file: BinaryIO, start: int, end: int, video: bool) -> Iterator[_Block]:
    if end - start > MAX_CLUSTER:
        return
    file.seek(start)
    data = file.read(end - start)
    cluster_ms = 0
    for kind, content, stop in _children(data, 0, len(data)):
        if kind == ebml.TIMESTAMP:
            cluster_ms = int.from_bytes(data[content:stop][:8], "big")
        elif kind == ebml.SIMPLE_BLOCK and stop - content >= 4:
            yield _Block(cluster_ms + _relative_ms(data, content), _DEFAULT_MS[video], bool(data[content + 3] & 0x80))
        elif kind == ebml.BLOCK_GROUP:
            yield from _group(data, content, stop, cluster_ms, video)


def _group(data: bytes, start: int, end: int, cluster_ms: int, video: bool) -> Iterator[_Block]:
    time_ms, lasts_ms, keyframe = None, _DEFAULT_MS[video], True
    for kind, content, stop in _children(data, start, end):
        if kind == ebml.BLOCK and stop - content >= 4:
            time_ms = cluster_ms + _relative_ms(data, content)
        elif kind == _BLOCK_DURATION:
            lasts_ms = int.from_bytes(data[content:stop][:4], "big")
        elif kind == _REFERENCE_BLOCK:
            keyframe = False
    if time_ms is not None:
        yield _Block(time_ms, lasts_ms, keyframe)


def _children(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    at = start
    while at < end:
        try:
            found = ebml.read_header(data, at)
        except ValueError:
            return
        if found is None:
            return
        kind, length, content = found
        if length is None or content + length > end:
            return
        yield kind, content, content + length
        at = content + length


def _relative_ms(data: bytes, content: int) -> int:
    """Of a block: after the track number, which is one byte in our files."""
    return int(struct.unpack_from(">h", data, content + 1)[0])
