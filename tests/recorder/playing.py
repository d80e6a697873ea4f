"""What plays, judged by ffprobe and FFmpeg's decoders; and where the flashes and beeps are."""

import json
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np


@dataclass(frozen=True)
class Played:
    codec: str
    frames: int
    warnings: str
    times_s: list[float]  # presentation time of each frame
    loud: list[float]  # luma or sound level of each frame


def played(media: Path) -> Played:
    """Decodes everything; raises if it cannot."""
    probe = subprocess.run(
        [
            "ffprobe",
            "-v",
            "warning",
            "-count_frames",
            "-show_entries",
            "stream=codec_name,nb_read_frames",
            "-of",
            "json",
            str(media),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    stream = json.loads(probe.stdout)["streams"][0]
    times, loud = [], []
    with av.open(str(media)) as container:
        for frame in container.decode():
            times.append(float(frame.time))
            data = frame.to_ndarray().astype(np.float64)
            if isinstance(frame, av.VideoFrame):
                loud.append(float(data[: frame.height].mean()))
            else:
                loud.append(float(np.abs(data).max()))
    return Played(stream["codec_name"], int(stream["nb_read_frames"]), probe.stderr, times, loud)


def flashes(video: Played, start_ms: int) -> list[float]:
    """Times (s, of the recording) at which the picture becomes white."""
    return _edges(video, 150.0, start_ms)


def beeps(media: Path, start_ms: int) -> list[float]:
    """Times at which the sound becomes loud, to the sample."""
    out, quiet = [], True
    with av.open(str(media)) as container:
        for frame in container.decode(audio=0):
            loud = loud_from(frame)
            if loud is not None and quiet:
                out.append(start_ms / 1000 + float(frame.time) + loud / 48000)
            quiet = loud is None
    return out


def loud_from(frame: av.AudioFrame) -> int | None:
    """The first loud sample of a frame at 48 kHz, whatever its format."""
    data = np.abs(frame.to_ndarray().astype(np.float64)).max(axis=0)
    if frame.format.name.startswith("s16"):
        data /= 32768
    if data.size > frame.samples:
        data = data[::2]
    found = np.flatnonzero(data > 0.08)
    return int(found[0]) if found.size else None


def bars_of(grey: np.ndarray) -> float | None:
    """The time in s that a picture of 16 black and white bars shows, if they are clear."""
    wide = grey.shape[1] / 16
    bars = [float(grey[:, int((n + 0.3) * wide) : int((n + 0.7) * wide)].mean()) for n in range(16)]
    if not all(one < 70 or one > 185 for one in bars):
        return None
    return sum(1 << n for n, one in enumerate(bars) if one > 128) / 1000


def _edges(media: Played, level: float, start_ms: int) -> list[float]:
    before = 0.0
    out = []
    for time_s, loud in zip(media.times_s, media.loud, strict=True):
        if loud > level >= before:
            out.append(start_ms / 1000 + time_s)
        before = loud
    return out


def skews_ms(flash: list[float], beep: list[float]) -> list[float]:
    """Sound against picture, each flash with its nearest beep within half a second."""
    out = []
    for one in flash:
        nearest = min(beep, key=lambda other: abs(other - one), default=None)
        if nearest is not None and abs(nearest - one) < 0.5:
            out.append((nearest - one) * 1000)
    return out


def index(path: Path) -> list[tuple[int, bool, int]]:
    """(time_ms, begins with a keyframe, offset) of each record."""
    data = path.read_bytes()
    assert len(data) % 16 == 0
    return [(t, bool(f & 1), o) for t, f, o in struct.iter_unpack("<IIQ", data)]
