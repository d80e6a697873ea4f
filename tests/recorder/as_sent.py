"""What a browser sends, without our server between: a stock aiortc peer hears and sees the same tracks over a
connection of their own, on the clock of the browser's sender reports. How a busy browser stamps sound and picture is
in both; what the product adds is the difference."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpSrPacket
from playwright.async_api import Page

from tests.recorder.playing import bars_of, loud_from

CONNECT = """async () => {
  const peer = (window.__asSent = new RTCPeerConnection());
  for (const kind of ['audio', 'video']) {
    peer.addTrack(window.__tracks.findLast((one) => one.kind === kind && one.readyState === 'live'));
  }
  await peer.setLocalDescription(await peer.createOffer());
  return peer.localDescription.sdp;
}"""


class AsSent:
    """`heard`: pictures and beeps as test_product.py reads them from files, in s of the sender's clock."""

    def __init__(self) -> None:
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._reports: dict[str, list[tuple[int, float]]] = {"audio": [], "video": []}
        self._bars: list[tuple[int, float]] = []
        self._sound: list[tuple[int, int | None]] = []  # RTP time, first loud sample of the frame
        self._tasks: list[asyncio.Task[None]] = []
        self._peer.on("track", lambda track: self._tasks.append(asyncio.ensure_future(self._read(track))))

    async def connect(self, page: Page) -> None:
        offer = await page.evaluate(CONNECT)
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for each in self._peer.getReceivers():
            self._listen(each)
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        answer = self._peer.localDescription.sdp
        await page.evaluate("(sdp) => window.__asSent.setRemoteDescription({ type: 'answer', sdp })", answer)

    def _listen(self, receiver: Any) -> None:
        handle, reports = receiver._handle_rtcp_packet, self._reports[receiver.track.kind]

        async def handle_and_note(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket):
                reports.append((packet.sender_info.rtp_timestamp, packet.sender_info.ntp_timestamp / 2**32))
            await handle(packet)

        receiver._handle_rtcp_packet = handle_and_note

    async def _read(self, track: Any) -> None:
        while True:
            frame = await track.recv()
            if track.kind == "video":
                shown = bars_of(frame.to_ndarray(format="gray"))
                if shown is not None:
                    self._bars.append((frame.pts, shown))
            else:
                self._sound.append((frame.pts, loud_from(frame)))

    async def __aenter__(self) -> AsSent:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peer.close()
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended

    def heard(self) -> tuple[list[tuple[float, float]], list[float]]:
        """(sent at, shown) of each picture, and the beginning of each beep."""
        # it counts the frames of a track from its first one, as its sender's reports do not
        first = {one.track.kind: one._RTCRtpReceiver__timestamp_mapper._origin for one in self._peer.getReceivers()}
        pictures = [(self._sent_s("video", first["video"] + pts, 90_000), shown) for pts, shown in self._bars]
        beeps, quiet = [], True
        for pts, loud in self._sound:
            if loud is not None and quiet:
                beeps.append(self._sent_s("audio", first["audio"] + pts + loud, 48_000))
            quiet = loud is None
        return pictures, beeps

    def _sent_s(self, kind: str, pts: int, rate: int) -> float:
        """By the report nearest to it. RTP time wraps."""
        away = [((pts - rtp + 2**31) % 2**32 - 2**31, ntp) for rtp, ntp in self._reports[kind]]
        distance, ntp = min(away, key=lambda one: abs(one[0]))
        return ntp + distance / rate
