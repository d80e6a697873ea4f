"""5 % random loss both ways on a lossy loopback: video keeps decoding, freezes stay below 1 s per minute."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.room import Participant, eventually
from tests.support.browser import chromium
from tests.support.netns import Namespace, namespace
from tests.support.server import ROOT, Server

LOSS_PERCENT = 5.0
WATCHED_S = 60

pytestmark = [pytest.mark.e2e, pytest.mark.netns]


async def freezes(person: Participant) -> tuple[float, int]:
    """Seconds frozen and frames decoded so far, over all received videos that are shown."""
    rows = await person.inbound("video")
    return sum(row.get("totalFreezesDuration", 0) for row in rows), sum(row.get("framesDecoded", 0) for row in rows)


def conference_from_inside(server: Server, space: Namespace) -> dict[str, str]:
    """Create a conference by a process inside the namespace."""
    assert server.sign_in_url is not None
    made = space.run(sys.executable, str(ROOT / "tests/support/organise.py"), server.url, server.sign_in_url)
    found: dict[str, str] = json.loads(made)
    return found


@pytest.mark.timeout(400)
async def test_five_percent_loss_both_ways_costs_less_than_a_second_of_freezes_a_minute(tmp_path: Path) -> None:
    """U-4: NACK, RTX and keyframe requests repair what the network loses."""
    with namespace("loss") as space:
        served = Server(tmp_path / "data", prefix=space.prefix)
        served.start()
        try:
            executable = str(space.wrapper("/usr/bin/chromium", tmp_path))
            async with chromium("--allow-loopback-in-peer-connection", executable=executable) as browser:
                url = conference_from_inside(served, space)["participant_url"]
                anna = await Participant.arrive(browser, url, "Anna", colour="#c02020")
                ben = await Participant.arrive(browser, url, "Ben", colour="#2040c0")
                for person, other in ((anna, ben), (ben, anna)):
                    source = f"{await other.number()}/camera"
                    await eventually(lambda p=person, s=source: p.sees(s), within_s=20, what="picture before the loss")
                await anna.page.wait_for_timeout(3000)
                space.lose(LOSS_PERCENT)
                before = [await freezes(person) for person in (anna, ben)]
                await anna.page.wait_for_timeout(WATCHED_S * 1000)
                after = [await freezes(person) for person in (anna, ben)]
                space.lose(0)
        finally:
            served.stop()
    for (frozen_then, frames_then), (frozen, frames) in zip(before, after, strict=True):
        print(f"frozen {frozen - frozen_then:.2f} s, decoded {frames - frames_then} frames in {WATCHED_S} s")
        assert frames - frames_then > WATCHED_S * 8
        assert frozen - frozen_then < 1.0 * WATCHED_S / 60
