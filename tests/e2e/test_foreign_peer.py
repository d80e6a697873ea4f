"""Stock aiortc joins through PROTOCOL.md and meets Chromium (U-1, U-4)."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.e2e.room import Participant, eventually
from tests.support.foreign import ForeignParticipant
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e

BLUE = "#2040c0"
BLUE_LUMA = 76
"""Of BLUE in BT.601, limited range."""


async def test_stock_aiortc_and_chromium_exchange_audio_and_video(
    server: Server, organiser: Organiser, browser: Browser, loopback_only: None
) -> None:
    """U-1, U-4: a client that shares no code with ours is a full participant."""
    url = organiser.conference()["participant_url"]
    page = await Participant.arrive(browser, url, "Chromium", colour=BLUE)
    foreign = ForeignParticipant(server.url, "aiortc")
    try:
        await foreign.join(link=url.rsplit("/", 1)[1])
        await foreign.show(f"{await page.number()}/camera")

        async def chromium_sees() -> bool:
            seen = await page.sees(f"{foreign.number}/camera")
            return seen is not None and max(seen) - min(seen) < 20 and 70 < seen[0] < 150  # plain grey of luma 110

        await eventually(chromium_sees, within_s=20, what="Chromium sees aiortc's grey")

        async def aiortc_sees() -> bool:
            return any(abs(sink.luma - BLUE_LUMA) < 30 for sink in foreign.peer.video())

        await eventually(aiortc_sees, within_s=20, what="aiortc decodes Chromium's blue")

        async def aiortc_hears() -> bool:
            return any(abs(sink.hertz - 440) < 40 for sink in foreign.peer.audio())

        await eventually(aiortc_hears, within_s=20, what="aiortc hears Chromium's tone")

        async def chromium_hears() -> bool:
            return any(row.get("totalAudioEnergy", 0) > 0.001 for row in await page.inbound("audio"))

        await eventually(chromium_hears, within_s=20, what="Chromium hears aiortc")
        assert page.problems == []
    finally:
        await foreign.close()
