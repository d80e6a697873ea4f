"""Signaling over the real media server: what the room decides is what flows (S-15, S-16, U-2, U-4)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sfu.load import LoadMedia, LoadPeer
from sfu.service import MediaConfig, MediaServer
from signaling.app import SignalingSettings
from tests.signaling.client import Client
from tests.signaling.support import Clock, Served, until

REAL_MUTES = 5


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[Served]:
    media = await MediaServer.start(MediaConfig(host="127.0.0.1", port=0))
    served = Served(tmp_path, Clock(), SignalingSettings(), media=media)  # type: ignore[arg-type]
    await served.start()
    yield served
    for client in served.clients:
        await client.close()
    await served.stop()
    await media.close()


async def connect_media(client: Client, pool: LoadMedia) -> LoadPeer:
    peer = pool.peer()
    sdp, lines = peer.offer()
    answer = await client.call("offer", {"connection": 1, "sdp": sdp, "lines": lines})
    async with asyncio.timeout(20):
        await peer.connect(answer["sdp"])
    return peer


async def received(peer: LoadPeer, during_s: float) -> int:
    before = peer.stats()["received"]
    await asyncio.sleep(during_s)
    return peer.stats()["received"] - before


async def test_mute_hold_release_and_kick_are_enforced_in_the_core(real: Served) -> None:
    """S-15, S-16: Mallory keeps sending whatever she is told; within 100 ms nothing of it arrives."""
    pool = LoadMedia()
    conference = (await real.conference()).id
    olga = await real.organiser(conference)
    mallory = await real.enter(conference, "mallory", {"mic": True, "camera": True})
    ear, voice = await connect_media(olga, pool), await connect_media(mallory, pool)
    voice.speak(level=20)
    await until(lambda: ear.stats()["received"] > 20)
    assert await olga.wait_push("speakers", lambda p: p["active"] == [2])
    leaked = []
    for _ in range(REAL_MUTES):
        await olga.call("moderate", {"action": "mute", "target": "mallory", "hold": True})
        await asyncio.sleep(0.1)
        leaked.append(await received(ear, 0.3))
        assert await mallory.refusal("mic", {"on": True}) == "held"
        await olga.call("moderate", {"action": "release", "target": "mallory"})
        await mallory.call("mic", {"on": True})
        heard = ear.stats()["received"]
        await until(lambda heard=heard: ear.stats()["received"] > heard + 5)  # type: ignore[misc]
    assert sorted(leaked)[REAL_MUTES // 2] == 0, leaked
    await mallory.wait_push("you_speak_muted")
    await olga.call("moderate", {"action": "kick", "target": "mallory"})
    await asyncio.sleep(0.1)
    assert await received(ear, 0.5) == 0
    pool.close()


async def test_a_view_fills_a_slot_and_a_stopped_camera_empties_it(real: Served) -> None:
    """U-4: the slot's source is pushed; the picture flows; stopped by a moderator, it does not."""
    pool = LoadMedia()
    conference = (await real.conference()).id
    olga = await real.organiser(conference)
    bob = await real.enter(conference, "bob", {"camera": True})
    eye, face = await connect_media(olga, pool), await connect_media(bob, pool)
    face.show(200_000)
    await olga.call("view", {"tiles": [{"source": "2/camera", "height": 360}]})
    slot = await olga.wait_push(
        "slots", lambda p: any(s["source"] == "2/camera" and s["state"] == "live" for s in p["slots"]), timeout_s=10
    )
    assert slot
    await until(lambda: eye.stats()["received"] > 20)
    await olga.call("moderate", {"action": "stop_camera", "target": "bob", "hold": True})
    await asyncio.sleep(0.1)
    assert await received(eye, 0.5) == 0
    pool.close()
