"""One part on disk: `<part>.webm` and beside it `<part>.idx`, the index of its clusters (portal/API.md).

Clusters are at most 1 s long and begin at every keyframe, so that each keyframe is a seek point. Each is written as
a whole when it is complete, media before index. At a clean end the room in the header gets the duration and where
the Cues are, which are appended; a file without them plays as well.
"""

import contextlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from recorder import cluster_muxer, ebml
from recorder.cluster_muxer import Head, Timed

CLUSTER_MS = 1000
INDEX_RECORD = struct.Struct("<IIQ")
KEYFRAME_FLAG = 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """When (ms from the part's start), where (byte of the Cluster), and whether decoding may begin there."""

    time_ms: int
    keyframe: bool
    offset: int

    def pack(self) -> bytes:
        return INDEX_RECORD.pack(self.time_ms, KEYFRAME_FLAG if self.keyframe else 0, self.offset)


class PartFile:
    """Every method may raise OSError; after one call `abandon`."""

    def __init__(self, media: Path, index: Path, *, size: tuple[int, int] | None) -> None:
        """`size` of the picture, or None for Opus."""
        self._size = size
        self._media = os.open(media, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._index = os.open(index, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError:
            os.close(self._media)
            raise
        self._head: Head | None = None
        self._frames: list[Timed] = []
        self._clusters: list[Cluster] = []
        self.written = 0
        self.written_ms = 0

    def write(self, frame: Timed) -> None:
        """Times must rise."""
        if self._frames:
            age_ms = frame.time_ms - self._frames[0].time_ms
            if age_ms >= CLUSTER_MS or (self._size is not None and frame.keyframe):
                self.flush()
        self._frames.append(frame)

    def flush(self) -> None:
        """The open cluster ends here and is out of this process."""
        if not self._frames:
            return
        frames, self._frames = self._frames, []
        produced = cluster_muxer.mux(frames, self._size)
        out = b""
        if self._head is None:
            self._head = cluster_muxer.head(produced)
            out = self._head.data
        first = Cluster(frames[0].time_ms, frames[0].keyframe, self.written + len(out))
        out += b"".join(cluster_muxer.clusters(produced))
        _write_all(self._media, out)
        _write_all(self._index, first.pack())
        self._clusters.append(first)
        self.written += len(out)
        self.written_ms = frames[-1].time_ms + frames[-1].lasts_ms

    def close(self) -> None:
        self.flush()
        if self._head is not None:
            cues = self._cues(self._head)
            _write_all(self._media, cues)
            os.pwrite(self._media, self._seek_head(self._head), self._head.segment_at)
            self.written += len(cues)
            os.pwrite(self._media, ebml.float64(ebml.DURATION, float(self.written_ms)), self._head.duration_at)
        self._close()

    def abandon(self) -> None:
        """After an error: cut off what is not complete, and close; `written` bytes are good."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._media, self.written)
            os.ftruncate(self._index, len(self._clusters) * INDEX_RECORD.size)
        self._close()

    def _close(self) -> None:
        os.close(self._media)
        os.close(self._index)

    def _cues(self, head: Head) -> bytes:
        points = (
            ebml.master(
                ebml.CUE_POINT,
                ebml.uint(ebml.CUE_TIME, one.time_ms),
                ebml.master(
                    ebml.CUE_TRACK_POSITIONS,
                    ebml.uint(ebml.CUE_TRACK, 1),
                    ebml.uint(ebml.CUE_CLUSTER_POSITION, one.offset - head.segment_at),
                ),
            )
            for one in self._clusters
            if one.keyframe
        )
        return ebml.master(ebml.CUES, *points)

    def _seek_head(self, head: Head) -> bytes:
        """Says where the Cues begin: at what is the end of the file so far."""
        seek = ebml.master(
            ebml.SEEK,
            ebml.element(ebml.SEEK_ID, ebml.identifier(ebml.CUES)),
            ebml.uint(ebml.SEEK_POSITION, self.written - head.segment_at, 8),
        )
        made = ebml.master(ebml.SEEK_HEAD, seek)
        return made + ebml.void(cluster_muxer.SEEK_HEAD_BYTES - len(made))


def _write_all(fd: int, data: bytes) -> None:
    done = os.write(fd, data)
    while done < len(data):
        done += os.write(fd, memoryview(data)[done:])
