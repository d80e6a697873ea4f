"""One tap from packets to parts: order, frames, capture times, files. No sockets, no clock of its own."""

from collections.abc import Callable
from pathlib import Path

from recorder.clockmap import ClockMap
from recorder.depacketize import Depacketizer, Frame, Need, OpusDepacketizer, Vp8Depacketizer
from recorder.messages import Fact, KeyframeWanted, OpenTap
from recorder.parts import PartSeries
from recorder.rtp import Gap, ReorderBuffer, RtpPacket, parse_rtp
from recorder.tap import Kind, TapMessage

MAPPING_WAIT_US = 3_000_000
MAX_HELD = 4000
# A seek decodes at most this much. At a fixed bit rate a keyframe costs a camera no bytes that could be measured (it
# costs a moment of sharpness); a still 720p screen sends little else than these 30 KB, and has few frames to decode.
KEYFRAME_EVERY_US = {"camera": 5_000_000, "screen": 10_000_000}
ASK_AGAIN_US = 1_000_000


class TapTrack:
    """Feed it `receive`, let time pass with `tick`, end it with `close`. All times in µs of the arrival clock."""

    def __init__(self, tap: OpenTap, folder: Path, report: Callable[[Fact], None]) -> None:
        self.tap = tap
        self.parts = PartSeries(tap, folder, report)
        self._report = report
        self._order = ReorderBuffer()
        self._frames: Depacketizer = Vp8Depacketizer() if tap.video else OpusDepacketizer()
        self._clock = ClockMap(90_000 if tap.video else 48_000)
        self._held: list[Frame] = []
        self._asked_us = 0
        self._keyframe_us: int | None = None

    def receive(self, message: TapMessage) -> None:
        """Raises BadPacket."""
        if message.kind is Kind.PACKET:
            self._order.push(parse_rtp(message.body, message.arrival_us))
            self._drain(message.arrival_us)
        elif message.kind is Kind.MAPPING:
            self._clock.mapping(message.rtp, message.capture_us, guess=message.guess)
        elif message.kind is Kind.LOSS:
            self._frames.interrupt()
            self._ask(message.arrival_us)

    def tick(self, now_us: int) -> None:
        self._drain(now_us)
        if self._held and not self._clock.ready and now_us - self._held[0].arrival_us >= MAPPING_WAIT_US:
            self._release(now_us)
        self.parts.idle(now_us)

    def cut(self, at_us: int, fragment: int | None, now_us: int) -> None:
        self.parts.cut(at_us, fragment)
        self._asked_us = 0  # what was asked for before may have been captured before
        self._ask(now_us)

    def close(self, now_us: int) -> None:
        """Nothing more will come: write what is there."""
        for item in self._order.flush():
            self._feed(item, now_us)
        self._release(now_us)
        self.parts.close()

    def _drain(self, now_us: int) -> None:
        for item in self._order.pop(now_us):
            self._feed(item, now_us)

    def _feed(self, item: RtpPacket | Gap, now_us: int) -> None:
        got = self._frames.feed(item)
        if isinstance(got, Frame):
            self._held.append(got)
            if self._clock.ready or len(self._held) > MAX_HELD:
                self._release(now_us)
        elif got is Need.KEYFRAME:
            self._ask(now_us)

    def _release(self, now_us: int) -> None:
        if not self._held:
            return
        if not self._clock.ready:
            self._clock.assume_arrival(self._held[0].timestamp, self._held[0].arrival_us)
        held, self._held = self._held, []
        for frame in held:
            self._write(frame, now_us)

    def _write(self, frame: Frame, now_us: int) -> None:
        capture_us = self._clock.capture_us(frame.timestamp, frame.arrival_us)
        if not self.parts.write(frame, capture_us):
            self._ask(now_us)
        elif self.tap.video:
            if frame.keyframe or self._keyframe_us is None:
                self._keyframe_us = capture_us
            elif capture_us - self._keyframe_us >= KEYFRAME_EVERY_US[self.tap.purpose]:
                self._ask(now_us)

    def _ask(self, now_us: int) -> None:
        if self.tap.video and now_us - self._asked_us >= ASK_AGAIN_US:
            self._asked_us = now_us
            self._report(KeyframeWanted(self.tap.tap))
