"""A participant that is none of our code: stock aiortc, joined by PROTOCOL.md alone."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import time
from typing import Any

import aioice.ice
import av
import numpy as np
from aiortc import AudioStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamTrack

from signaling.client import SignalingClient


def gather_on_loopback() -> None:
    """aioice leaves 127.0.0.1 out when gathering; these tests need nothing else."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Tone(AudioStreamTrack):
    """A sine that swells like speech, 48 kHz mono, 20 ms frames."""

    def __init__(self, hertz: float = 440) -> None:
        super().__init__()
        self._hertz, self._sample = hertz, 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        """The next frame, in real time."""
        self._began = self._began or time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self._sample / 48000 - time.monotonic()))
        n = np.arange(self._sample, self._sample + 960) / 48000
        wave = np.sin(2 * np.pi * self._hertz * n) * (0.25 + 0.2 * np.sin(2 * np.pi * 0.7 * n))
        frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self._sample, fractions.Fraction(1, 48000)
        self._sample += 960
        return frame


class Colour(VideoStreamTrack):
    """One colour, 320x180."""

    def __init__(self, rgb: tuple[int, int, int]) -> None:
        super().__init__()
        self._picture = np.full((180, 320, 3), rgb, np.uint8)

    async def recv(self) -> av.VideoFrame:
        """The next frame at 30/s."""
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(self._picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Sink:
    """Counts what arrives on one track and keeps the newest frame."""

    def __init__(self, track: MediaStreamTrack) -> None:
        self.frames, self.last = 0, None
        self.loudness = 0.0
        self._task = asyncio.create_task(self._run(track))

    async def _run(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):  # aiortc ends a track by MediaStreamError
            while True:
                self.last = await track.recv()
                self.frames += 1
                if isinstance(self.last, av.AudioFrame):
                    self.loudness = float(np.abs(self.last.to_ndarray()).mean())

    async def stop(self) -> None:
        """End the reading."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class ForeignPeer:
    """Join, send a tone and a colour, receive through two audio and two video slots."""

    def __init__(self, url: str, name: str, *, hertz: float = 440, rgb: tuple[int, int, int] = (200, 30, 30)) -> None:
        self.client = SignalingClient(url)
        self.name = name
        self._hertz, self._rgb = hertz, rgb
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sinks: dict[str, Sink] = {}
        self.number = 0
        self.id = ""

    async def join(self, *, camera: bool = True, **door: Any) -> None:
        """From the link (or number and PIN) to connected media."""
        token = await self.client.get_token(name=self.name, **door)
        await self.client.open({"token": token})
        payload = {"consent": None, "mode": "speak", "mic": True, "camera": camera, "since": None}
        joined = await self.client.call("join", payload)
        self.number, self.id = joined["number"], joined["you"]
        purposes = {}
        senders = [("mic", Tone(self._hertz)), ("camera", Colour(self._rgb))]
        for purpose, track in senders:
            purposes[self.pc.addTransceiver(track, direction="sendonly")] = purpose
        for purpose in ("slot_audio", "slot_audio", "slot_video", "slot_video"):
            purposes[self.pc.addTransceiver(purpose.removeprefix("slot_"), direction="recvonly")] = purpose
        self.pc.on("track", self._on_track)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        lines = {transceiver.mid: purpose for transceiver, purpose in purposes.items()}
        self._mids = {transceiver.receiver.track: transceiver.mid for transceiver in purposes}
        offer = {"connection": 1, "sdp": self.pc.localDescription.sdp, "lines": lines}
        answer = await self.client.call("offer", offer)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))

    def _on_track(self, track: MediaStreamTrack) -> None:
        mid = next(t.mid for t in self.pc.getTransceivers() if t.receiver.track is track)
        self.sinks[mid] = Sink(track)

    async def show(self, *sources: str) -> None:
        """Ask for these sources."""
        await self.client.call("view", {"tiles": [{"source": source, "height": 180} for source in sources]})

    async def close(self) -> None:
        """Leave without a word."""
        for sink in self.sinks.values():
            await sink.stop()
        await self.pc.close()
        await self.client.close()
