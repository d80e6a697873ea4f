"""A publisher as the recorder sees it: real VP8 and Opus in RTP, framed as recorder/TAP.md says, with exact times.

Every second of the picture begins with a white flash and every second of the sound with a beep of 100 ms, both at
the very same capture time. Nothing here sleeps: arrival times are made up, so an hour takes seconds.
"""

import math
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np

FPS = 30
SOUND_US = 20_000
FLASH_US = 100_000
MTU = 1100


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded frame, `at_us` after the start."""

    at_us: int
    data: bytes
    keyframe: bool


@cache
def pictures(
    seconds: float, width: int = 320, height: int = 180, keyframe_every: int = 30, noise: int = 0
) -> tuple[Coded, ...]:
    """VP8: grey, white for the first 100 ms of each second; `noise` makes it expensive."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 1_000_000)
    encoder.bit_rate = 400_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "g": str(keyframe_every), "lag-in-frames": "0"}
    rng = np.random.default_rng(1)
    out = []
    for n in range(int(seconds * FPS)):
        at_us = n * 1_000_000 // FPS
        luma = 235 if at_us % 1_000_000 < FLASH_US else 60
        y = np.full((height, width), luma, np.uint8)
        if noise:
            y[: height // 4] = rng.integers(16, 16 + noise, (height // 4, width), np.uint8)
        planes = np.concatenate([y.reshape(-1), np.full(width * height // 2, 128, np.uint8)])
        picture = av.VideoFrame.from_ndarray(planes.reshape(height * 3 // 2, width), format="yuv420p")
        picture.pts, picture.time_base = at_us, encoder.time_base
        out += [Coded(at_us, bytes(packet), bool(packet.is_keyframe)) for packet in encoder.encode(picture)]
    return tuple(out)


@cache
def sounds(seconds: float) -> tuple[Coded, ...]:
    """Opus, 20 ms, stereo: a 1 kHz beep for the first 100 ms of each second."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "stereo", "s16"
    encoder.bit_rate = 48_000
    encoder.options = {"application": "lowdelay"}
    encoder.open()
    out = []
    for n in range(int(seconds * 50)):
        index = np.arange(n * 960, (n + 1) * 960)
        wave = np.where(index % 48000 < 4800, np.sin(index * 2 * math.pi * 1000 / 48000) * 12000, 0).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
        sound.sample_rate, sound.pts, sound.time_base = 48000, n * 960, Fraction(1, 48000)
        for packet in encoder.encode(sound):
            out.append(Coded(len(out) * SOUND_US, bytes(packet), True))
    return tuple(out)


def rtp(seq: int, timestamp: int, payload: bytes, *, marker: bool, payload_type: int) -> bytes:
    head = struct.pack("!BBHII", 0x80, marker << 7 | payload_type, seq & 0xFFFF, timestamp & 0xFFFFFFFF, 0xCAFE)
    return head + payload


def message(tap: int, kind: int, arrival_us: int, body: bytes = b"", flags: int = 0) -> bytes:
    return struct.pack("<IBB2xQ", tap, kind, flags, arrival_us) + body


@dataclass
class Track:
    """One tap's stream. `base_us`: Unix time of capture of the first frame; packets arrive `delay_us` later."""

    tap: int
    video: bool
    base_us: int
    delay_us: int = 20_000
    first_seq: int = 65_500
    first_rtp: int = 0xFFFFFF00
    picture: int = 0x7FF0
    _seq: int = field(init=False)

    def __post_init__(self) -> None:
        self._seq = self.first_seq

    @property
    def rate(self) -> int:
        return 90_000 if self.video else 48_000

    def timestamp(self, at_us: int) -> int:
        return self.first_rtp + at_us * self.rate // 1_000_000

    def mapping(self, at_us: int = 0, *, shift_us: int = 0) -> bytes:
        body = struct.pack("<IQ", self.timestamp(at_us) & 0xFFFFFFFF, self.base_us + at_us + shift_us)
        return message(self.tap, 2, self.base_us + at_us + self.delay_us, body)

    def packets(self, coded: Coded, *, later_us: int = 0) -> list[bytes]:
        """The messages of one frame. `later_us`: captured that much later than the frame says (a pause before)."""
        at_us = coded.at_us + later_us
        arrival_us = self.base_us + at_us + self.delay_us
        pieces = [coded.data[n : n + MTU] for n in range(0, len(coded.data), MTU)] if self.video else [coded.data]
        out = []
        for n, piece in enumerate(pieces):
            payload = self._descriptor(n == 0) + piece if self.video else piece
            packet = rtp(
                self._seq,
                self.timestamp(at_us),
                payload,
                marker=self.video and n == len(pieces) - 1,
                payload_type=96 if self.video else 111,
            )
            out.append(message(self.tap, 1, arrival_us + 100 * n, packet, int(coded.keyframe and n == 0)))
            self._seq += 1
        self.picture += self.video
        return out

    def _descriptor(self, begins: bool) -> bytes:
        return struct.pack("!BBH", 0x80 | (0x10 if begins else 0), 0x80, 0x8000 | self.picture & 0x7FFF)

    def end(self, at_us: int) -> bytes:
        return message(self.tap, 3, self.base_us + at_us + self.delay_us)


def stream(track: Track, frames: tuple[Coded, ...], *, later_us: int = 0) -> Iterator[bytes]:
    """Everything in order, a mapping first and then each second."""
    reported = -1
    for coded in frames:
        if coded.at_us // 1_000_000 != reported:
            reported = coded.at_us // 1_000_000
            yield track.mapping(coded.at_us + later_us)
        yield from track.packets(coded, later_us=later_us)


def interleaved(*streams: Iterator[bytes]) -> Iterator[bytes]:
    """By arrival."""
    everything = [message for one in streams for message in one]
    yield from sorted(everything, key=lambda one: struct.unpack_from("<Q", one, 8)[0])


def shaken(messages: list[bytes], *, loss: float, resend_us: int, seed: int = 1) -> list[bytes]:
    """Packets are lost and come again `resend_us` later (never, if 0)."""
    rng = random.Random(seed)
    out = []
    for one in messages:
        if one[4] == 1 and rng.random() < loss:
            if resend_us:
                arrival_us = struct.unpack_from("<Q", one, 8)[0] + resend_us
                out.append(one[:8] + struct.pack("<Q", arrival_us) + one[16:])
        else:
            out.append(one)
    return sorted(out, key=lambda one: struct.unpack_from("<Q", one, 8)[0])
