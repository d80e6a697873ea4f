"""A stock aiortc peer that speaks to the media server, with sources that can be told apart and counting sinks."""

import asyncio
import fractions
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from av import AudioFrame, VideoFrame

from sfu.room import MediaRoom
from sfu.service import MediaConfig, MediaServer
from sfu.types import PeerNumber, Purpose, SlotState


class Listener:
    """A room listener that remembers everything."""

    def __init__(self) -> None:
        self.slots: dict[PeerNumber, dict[str, SlotState]] = {}
        self.speakers: list[PeerNumber] = []
        self.levels: dict[PeerNumber, float] = {}
        self.transport: dict[PeerNumber, str] = {}
        self.tracks: dict[tuple[PeerNumber, Purpose], bool] = {}
        self.quality: dict[PeerNumber, int] = {}
        self.gated: Counter[PeerNumber] = Counter()
        self.taps: Counter[int] = Counter()

    def on_slots(self, peer: PeerNumber, slots: Sequence[SlotState]) -> None:
        self.slots.setdefault(peer, {}).update({slot.mid: slot for slot in slots})

    def on_speakers(self, active: Sequence[PeerNumber], dominant: PeerNumber | None) -> None:
        self.speakers = list(active)

    def on_levels(self, levels: Mapping[PeerNumber, float]) -> None:
        self.levels = dict(levels)

    def on_transport(self, peer: PeerNumber, state: str) -> None:
        self.transport[peer] = state

    def on_track(self, peer: PeerNumber, purpose: Purpose, active: bool) -> None:
        self.tracks[(peer, purpose)] = active

    def on_quality(self, quality: Mapping[PeerNumber, int]) -> None:
        self.quality.update(quality)

    def on_gated_voice(self, peer: PeerNumber) -> None:
        self.gated[peer] += 1

    def on_tap_dropped(self, tap: int, count: int) -> None:
        self.taps[tap] += count


async def start_server() -> MediaServer:
    return await MediaServer.start(MediaConfig(host="127.0.0.1", port=0))


async def until(condition: Callable[[], bool], timeout_s: float = 10.0, what: str = "") -> None:
    """Wait for a condition that events bring about; fails with its name."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s} s: {what or condition}") from None


class Tone(MediaStreamTrack):
    """A sine wave, 20 ms per frame."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz, self._pts, self._start = hertz, 0, 0.0
        self.loud = True

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0.0, self._start + self._pts / 48000 - loop.time()))
        times = (np.arange(960) + self._pts) / 48000
        wave = np.sin(times * self._hertz * 2 * math.pi) * (12000 if self.loud else 0)
        frame = AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self._pts, fractions.Fraction(1, 48000)
        self._pts += 960
        return frame


class Colour(MediaStreamTrack):
    """A plain picture of one brightness, 20 per second."""

    kind = "video"

    def __init__(self, luma: int, width: int = 320, height: int = 240) -> None:
        super().__init__()
        self._luma, self._size, self._pts, self._start = luma, (height * 3 // 2, width), 0, 0.0

    async def recv(self) -> VideoFrame:
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0.0, self._start + self._pts / 90000 - loop.time()))
        picture = np.full(self._size, 128, np.uint8)
        picture[: self._size[0] * 2 // 3] = self._luma
        picture[:16, :16] = (self._pts // 4500) % 200
        frame = VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = self._pts, fractions.Fraction(1, 90000)
        self._pts += 4500
        return frame


@dataclass
class Sink:
    """What one slot decoded."""

    frames: int = 0
    luma: int = -1
    hertz: float = 0.0
    last_at: float = 0.0
    history: list[tuple[float, int]] = field(default_factory=list)

    async def consume(self, track: MediaStreamTrack) -> None:
        loop = asyncio.get_running_loop()
        while True:
            frame = await track.recv()
            self.frames += 1
            self.last_at = loop.time()
            if isinstance(frame, VideoFrame):
                pixels = frame.to_ndarray()
                self.luma = int(pixels[frame.height // 2, frame.width // 2])
                self.history.append((self.last_at, self.luma))
            elif isinstance(frame, AudioFrame):
                self.hertz = _pitch(frame)


def _pitch(frame: AudioFrame) -> float:
    samples = frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)].astype(np.int32)
    if int(np.abs(samples).max()) < 300:
        return 0.0
    crossings = int(np.count_nonzero(np.diff(np.signbit(samples))))
    return crossings / 2 / (len(samples) / frame.sample_rate)


class ForeignPeer:
    """One aiortc participant: microphone, camera, then slots."""

    def __init__(self, room: MediaRoom, number: int, *, audio_slots: int = 2, video_slots: int = 2) -> None:
        self.number = PeerNumber(number)
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.room = room
        self.tone = Tone(220.0 * number)
        self.colour = Colour(30 + 40 * number)
        self.sinks: dict[str, Sink] = {}
        self._words = ["mic", "camera"] + ["slot_audio"] * audio_slots + ["slot_video"] * video_slots
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, connection: int = 1) -> None:
        self.pc.addTransceiver(self.tone, direction="sendonly")
        self.pc.addTransceiver(self.colour, direction="sendonly")
        for word in self._words[2:]:
            self.pc.addTransceiver(word.removeprefix("slot_"), direction="recvonly")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        lines = {t.mid: word for t, word in zip(self.pc.getTransceivers(), self._words, strict=True)}
        answer = await self.room.connect(self.number, connection, self.pc.localDescription.sdp, lines)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        for transceiver in self.pc.getTransceivers()[2:]:
            sink = self.sinks[transceiver.mid] = Sink()
            self._tasks.append(asyncio.ensure_future(_quiet(sink.consume(transceiver.receiver.track))))

    def audio(self) -> list[Sink]:
        return [self.sinks[t.mid] for t in self.pc.getTransceivers()[2:] if t.kind == "audio"]

    def video(self) -> list[Sink]:
        return [self.sinks[t.mid] for t in self.pc.getTransceivers()[2:] if t.kind == "video"]

    async def leave(self) -> None:
        await self.pc.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _quiet(work: Awaitable[None]) -> None:
    from aiortc.mediastreams import MediaStreamError

    try:
        await work
    except MediaStreamError:
        return
