"""PyAV muxes one cluster at a time: frames in, one initialisation segment and WebM Clusters out.

libavformat alone begins no cluster at a keyframe while the cluster holds less than 4 KiB (a still screen would never
get a seek point), and in DASH mode it keeps everything since the last keyframe in memory. So the frames of each
cluster go through a muxer of their own, with their absolute times; the header of the first is the file's, of the
others only the Cluster is kept. About 0.4 ms per cluster.
"""

import errno
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av

from recorder import ebml

_MS = Fraction(1, 1000)
_OPTIONS = {"cluster_time_limit": "30000", "cluster_size_limit": "500000000", "flush_packets": "1"}
SEEK_HEAD_BYTES = 48
DURATION_BYTES = 11


@dataclass(frozen=True, slots=True)
class Timed:
    """One coded frame at its time in the part."""

    time_ms: int
    lasts_ms: int
    keyframe: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The initialisation segment with room for what is known only at the end. Offsets are in bytes."""

    data: bytes
    segment_at: int  # where the Segment's content begins, and the room for a SeekHead
    duration_at: int


class _Sink:
    """Takes what the muxer writes; not seekable, so nothing is written twice."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def mux(frames: Sequence[Timed], size: tuple[int, int] | None) -> bytes:
    """A whole WebM file with these frames; `size` of the picture, or None for Opus. Raises OSError."""
    try:
        return _mux(frames, size)
    except av.FFmpegError as error:
        raise OSError(errno.EINVAL, f"libavformat: {error}") from error


def _mux(frames: Sequence[Timed], size: tuple[int, int] | None) -> bytes:
    sink = _Sink()
    with av.open(sink, "w", format="webm", options=_OPTIONS) as container:
        stream: av.stream.Stream
        if size is None:
            stream = container.add_stream_from_template(_opus_template())
        else:
            stream = container.add_mux_stream("vp8", width=size[0], height=size[1], time_base=_MS)
        for frame in frames:
            packet = av.Packet(frame.data)
            packet.stream, packet.time_base = stream, _MS
            packet.pts = packet.dts = frame.time_ms
            packet.duration, packet.is_keyframe = frame.lasts_ms, frame.keyframe
            container.mux_one(packet)
    return bytes(sink.data)


def clusters(produced: bytes) -> list[bytes]:
    """The Clusters of a file made by `mux`."""
    return [produced[start:end] for kind, start, _, end in _elements(produced) if kind == ebml.CLUSTER]


def head(produced: bytes) -> Head:
    """The initialisation segment of a file made by `mux`."""
    info = tracks = b""
    segment_at = 0
    for kind, start, content, end in _elements(produced):
        if kind == ebml.SEGMENT:
            segment_at = content
        elif kind == ebml.INFO:
            info = ebml.element(ebml.INFO, produced[content:end] + ebml.void(DURATION_BYTES))
        elif kind == ebml.TRACKS:
            tracks = produced[start:end]
    assert segment_at and info and tracks, "libavformat writes them"
    duration_at = segment_at + SEEK_HEAD_BYTES + len(info) - DURATION_BYTES
    return Head(produced[:segment_at] + ebml.void(SEEK_HEAD_BYTES) + info + tracks, segment_at, duration_at)


def _elements(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(id, start, content, end) of the Segment and of what lies in it; the Segment's end is its content."""
    at = 0
    while at < len(data):
        found = ebml.read_header(data, at)
        assert found is not None
        kind, size, content = found
        end = content if kind == ebml.SEGMENT else content + (size or 0)
        yield kind, at, content, end
        at = end


@cache
def _opus_template() -> "av.AudioStream":
    """A stream with a proper OpusHead (RFC 7845 5.1). Its pre-skip is taken out: a recording begins in mid stream,
    there is nothing to skip."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=48000, layout="stereo")
        silence = av.AudioFrame(format="flt", layout="stereo", samples=960)
        silence.sample_rate, silence.pts = 48000, 0
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux([*stream.encode(silence), *stream.encode(None)])
    data = bytearray(file.getvalue())
    pre_skip = data.index(b"OpusHead") + 10
    data[pre_skip : pre_skip + 2] = b"\0\0"
    delay = data.index(ebml.identifier(ebml.CODEC_DELAY)) + 3
    data[delay : delay + (data[delay - 1] & 0x7F)] = bytes(data[delay - 1] & 0x7F)
    return av.open(io.BytesIO(bytes(data))).streams.audio[0]
