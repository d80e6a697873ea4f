"""Live skew at a receiver: what is heard and what is seen at one moment were captured within 100 ms of each other.

The receiver says so itself: `estimatedPlayoutTimestamp` is the sender's capture time of what plays now, from the sender
reports that the core writes. (That those agree with the world is shown by the flash and beep of the recorder's tests.)
"""

from __future__ import annotations

import statistics

import pytest
from playwright.async_api import Browser

from tests.e2e.room import Participant, eventually
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e

SETTLE_MS = 6000
SAMPLES, EVERY_MS = 40, 500


async def skew_ms(viewer: Participant) -> float | None:
    """Sound after picture; None while either is not playing in a synchronised pair."""
    video = [row for row in await viewer.inbound("video") if row.get("packetsReceived")]
    audio = [row for row in await viewer.inbound("audio") if row.get("packetsReceived")]
    if not video or not audio or "estimatedPlayoutTimestamp" not in video[0]:
        return None
    return float(video[0]["estimatedPlayoutTimestamp"] - audio[0]["estimatedPlayoutTimestamp"])


async def test_sound_and_picture_of_a_speaker_play_in_step(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """U-4: a speaker's audio slot and video slot share one stream, so the browser synchronises them."""
    url = organiser.conference()["participant_url"]
    await Participant.arrive(browser, url, "Anna", colour="#c02020", size=(320, 180))
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    await ben.press("mic")
    await eventually(lambda: ben.sees("1/camera"), within_s=15, what="Ben sees Anna")
    await eventually(lambda: _paired(ben), within_s=20, what="audio and video slot are one synchronised pair")
    await ben.page.wait_for_timeout(SETTLE_MS)
    skews = []
    for _ in range(SAMPLES):
        skew = await skew_ms(ben)
        if skew is not None:
            skews.append(skew)
        await ben.page.wait_for_timeout(EVERY_MS)
    print("sound after picture, ms:", sorted(round(skew) for skew in skews))
    assert len(skews) >= SAMPLES * 0.9
    assert sum(abs(skew) <= 100 for skew in skews) / len(skews) >= 0.95, skews
    assert abs(statistics.median(skews)) < 60


async def _paired(viewer: Participant) -> bool:
    return await skew_ms(viewer) is not None
