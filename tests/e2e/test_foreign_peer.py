"""Stock aiortc joins through PROTOCOL.md and meets Chromium (U-1, U-4, S-3 as far as it is here)."""

from __future__ import annotations

import av
import pytest
from playwright.async_api import Browser

from tests.e2e.room import Participant, eventually, is_colour
from tests.support.foreign import ForeignPeer, gather_on_loopback
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e


async def test_stock_aiortc_and_chromium_exchange_audio_and_video(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """U-1, U-4: a client that shares no code with ours is a full participant."""
    gather_on_loopback()
    url = organiser.conference()["participant_url"]
    page = await Participant.arrive(browser, url, "Chromium", colour="#2040c0")
    peer = ForeignPeer(server.url, "aiortc", rgb=(200, 30, 30))
    try:
        await peer.join(link=url.rsplit("/", 1)[1])
        source = f"{await page.number()}/camera"
        await peer.show(source)

        async def chromium_sees() -> bool:
            return is_colour(await page.sees(f"{peer.number}/camera"), "#c81e1e")

        await eventually(chromium_sees, within_s=20, what="Chromium sees aiortc's red")

        async def aiortc_sees() -> bool:
            frames = [sink.last for sink in peer.sinks.values() if isinstance(sink.last, av.VideoFrame)]
            if not frames:
                return False
            red, _, blue = frames[0].to_ndarray(format="rgb24")[40, 40]
            return bool(blue > 120 and red < 100)

        await eventually(aiortc_sees, within_s=20, what="aiortc decodes Chromium's blue")

        async def aiortc_hears() -> bool:
            return any(isinstance(s.last, av.AudioFrame) and s.loudness > 100 for s in peer.sinks.values())

        await eventually(aiortc_hears, within_s=20, what="aiortc hears Chromium")

        async def chromium_hears() -> bool:
            return any(row.get("totalAudioEnergy", 0) > 0.001 for row in await page.inbound("audio"))

        await eventually(chromium_hears, within_s=20, what="Chromium hears aiortc")
        assert page.problems == []
    finally:
        await peer.close()
