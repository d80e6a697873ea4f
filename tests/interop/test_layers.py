"""Which layer flows: by the height of the tile and by the subscriber's own estimate, end to end through the core."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from sfu.types import PeerNumber, Purpose, Tile
from tests.interop.foreign import until
from tests.interop.raw_client import LAYERS, RawClient
from tests.interop.scene import Scene, open_scene

ONE, TWO, THREE = PeerNumber(1), PeerNumber(2), PeerNumber(3)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        yield scene


def height(client: RawClient, mid: str, since: float) -> int:
    """Of the newest keyframe in a slot, 0 if there was none."""
    ssrc = client.slot_ssrcs[mid]
    keys = [
        p.payload
        for p in client.rtp
        if p.ssrc == ssrc and p.at > since and p.payload[0] & 0x10 and not p.payload[5] & 1
    ]
    return int.from_bytes(keys[-1][13:15], "little") & 0x3FFF if keys else 0


async def publish(scene: Scene, number: int, *rids: str) -> RawClient:
    client = await scene.join(number, RawClient(simulcast=True))
    scene.keep(lambda: client.send_layers(*rids), 1 / 30)
    return client


def view(scene: Scene, viewer: PeerNumber, *tiles: tuple[PeerNumber, int]) -> float:
    scene.room.set_view(viewer, [Tile(peer, Purpose.CAMERA, pixels) for peer, pixels in tiles])
    return asyncio.get_running_loop().time()


async def test_the_layer_follows_the_height_of_the_tile(scene: Scene) -> None:
    """Layers are told apart by MID and RID; a switch begins with a keyframe of the new layer."""
    await publish(scene, 1, *LAYERS)
    viewer = await scene.join(3)
    for pixels, expected in ((180, 180), (720, 720), (360, 360), (90, 180)):
        since = view(scene, THREE, (ONE, pixels))
        await until(lambda s=since, e=expected: height(viewer, "7", s) == e, 8, f"{expected} lines for {pixels}")  # type: ignore[misc]
    packets = [p for p in viewer.rtp if p.ssrc == viewer.slot_ssrcs["7"]]
    assert all((b.seq - a.seq) & 0xFFFF == 1 for a, b in itertools.pairwise(packets))


async def test_the_best_layer_that_flows_is_taken(scene: Scene) -> None:
    """A layer that is announced and never sent is never waited for."""
    await publish(scene, 1, "q", "h")
    viewer = await scene.join(3)
    since = view(scene, THREE, (ONE, 1080))
    await until(lambda: height(viewer, "7", since) == 360, 8, "the middle layer is shown")


async def test_a_low_estimate_takes_layers_away_and_a_high_one_gives_them_back(scene: Scene) -> None:
    """Base layers first, then one step at a time; the last tile pauses when nothing fits."""
    await publish(scene, 1, *LAYERS)
    await publish(scene, 2, *LAYERS)
    viewer = await scene.join(3)
    view(scene, THREE, (ONE, 720), (TWO, 720))
    await until(lambda: height(viewer, "7", 0) == height(viewer, "8", 0) == 720, 8, "both in full")
    estimate = 50_000_000
    scene.keep(lambda: viewer.send_remb(estimate), 0.2)
    await asyncio.sleep(1.5)
    # As a share of what flows: a busy machine sends fewer frames.
    lowest = sum(scene.room._sources[(peer, Purpose.CAMERA)].layers[0].bitrate_bps for peer in (ONE, TWO))
    estimate = int(lowest * 1.2) + 60_000
    since = asyncio.get_running_loop().time()
    await until(lambda: height(viewer, "7", since) == height(viewer, "8", since) == 180, 8, "both in the lowest layer")
    estimate = int(lowest * 0.6) + 60_000
    await until(lambda: states(scene) == {"7": "live", "8": "paused"}, 8, "the second pauses")
    estimate = 50_000_000
    since = asyncio.get_running_loop().time()
    await until(lambda: height(viewer, "7", since) == height(viewer, "8", since) == 720, 40, "both in full again")
    assert states(scene) == {"7": "live", "8": "live"}


def states(scene: Scene) -> dict[str, str]:
    return {mid: slot.state for mid, slot in scene.listener.slots[THREE].items() if slot.peer is not None}


async def test_two_screens_at_once_and_the_sound_of_the_first(scene: Scene) -> None:
    """A screen and its sound share their slots; a second screen is shown in a video slot."""
    lines = ["mic", "slot_audio", "slot_video", "slot_screen", "slot_screen_audio"]
    first, second = await scene.join(1), await scene.join(2)
    viewer = await scene.join(3, RawClient(lines))
    for client in (first, second):
        scene.keep(lambda c=client: c.send_video(word="screen"))  # type: ignore[misc]
        scene.keep(lambda c=client: c.send_audio(word="screen_audio"))  # type: ignore[misc]
    scene.room.set_view(THREE, [Tile(ONE, Purpose.SCREEN, 720), Tile(TWO, Purpose.SCREEN, 720)])
    await until(lambda: len(viewer.received_on("slot_screen")) > 10, 5, "the first screen")
    await until(lambda: len(viewer.received_on("slot_video")) > 10, 5, "the second screen")
    await until(lambda: len(viewer.received_on("slot_screen_audio")) > 10, 5, "the sound of the first")
    assert {p.csrcs for p in viewer.received_on("slot_screen")} == {(1,)}
    assert {p.csrcs for p in viewer.received_on("slot_video")} == {(2,)}
    assert {p.csrcs for p in viewer.received_on("slot_screen_audio")} == {(1,)}
    assert viewer.received_on("slot_audio") == [], "screen sound takes no place among the voices"
    scene.room.set_gates(ONE, frozenset())
    await until(lambda: viewer.received_on("slot_screen")[-1].csrcs == (2,), 5, "the second moves up")
    await until(lambda: viewer.received_on("slot_screen_audio")[-1].csrcs == (2,), 5, "with its sound")


async def test_a_silence_of_the_camera_is_told_and_its_return_too(scene: Scene) -> None:
    sender = await scene.join(1)
    task = scene.keep(sender.send_video)
    await until(lambda: scene.listener.tracks.get((ONE, Purpose.CAMERA)) is True, 5, "it flows")
    task.cancel()
    await until(lambda: scene.listener.tracks[(ONE, Purpose.CAMERA)] is False, 5, "it is silent")
    scene.keep(sender.send_video)
    await until(lambda: scene.listener.tracks[(ONE, Purpose.CAMERA)] is True, 5, "it flows again")
