"""Enforced, not asked: clients that ignore every message keep sending, and nobody hears or sees them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from signaling.client import ClientError
from tests.e2e.conftest import Crowd
from tests.e2e.room import median_of_five_below
from tests.interop.foreign import until
from tests.interop.raw_client import RawClient
from tests.support.people import Person
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e


async def meeting(organiser: Organiser, crowd: Crowd, count: int) -> list[Person]:
    """A moderator and `count` participants, all connected; nobody sends yet."""
    conference = organiser.conference()
    people = [await crowd.arrive("Moderator", conference["moderator_url"])]
    for index in range(count):
        people.append(await crowd.arrive(f"Person {index}", conference["participant_url"]))
    return people


async def silent_within(listener: Person, *, limit_s: float = 1.0) -> float:
    """Seconds until nothing arrives any more (no packet for 150 ms)."""
    began = time.monotonic()
    last, last_change = listener.peer.stats()["received"], began
    while time.monotonic() - began < limit_s:
        await asyncio.sleep(0.005)
        now = listener.peer.stats()["received"]
        if now != last:
            last, last_change = now, time.monotonic()
        elif time.monotonic() - last_change > 0.15:
            return last_change - began
    raise AssertionError("packets still arrive")


async def test_mute_reaches_every_ear_within_100_ms_whatever_the_client_sends(
    organiser: Organiser, crowd: Crowd
) -> None:
    """S-16, U-2: median of five; then an hour of raw RTP would change nothing, a second shows it."""
    moderator, rogue, listener = await meeting(organiser, crowd, 2)
    rogue.peer.speak()

    async def mute() -> float:
        assert await listener.received(0.5) > 10
        began = time.monotonic()
        await moderator.client.call("moderate", {"action": "mute", "target": rogue.id, "hold": True})
        acked = time.monotonic() - began
        took = acked + await silent_within(listener)
        assert await listener.received(0.5) == 0
        await moderator.client.call("moderate", {"action": "release", "target": rogue.id, "hold": False})
        await rogue.client.call("mic", {"on": True})
        return 1000 * took

    await median_of_five_below(100, mute, what="mute to silence, ms")


async def test_a_held_microphone_cannot_be_switched_on(organiser: Organiser, crowd: Crowd) -> None:
    """S-16: the held person asks; nothing is forwarded."""
    moderator, rogue, listener = await meeting(organiser, crowd, 2)
    rogue.peer.speak()
    await moderator.client.call("moderate", {"action": "mute", "target": rogue.id, "hold": True})
    with pytest.raises(ClientError) as refused:
        await rogue.client.call("mic", {"on": True})
    assert refused.value.code == "held"
    await asyncio.sleep(0.2)
    assert await listener.received(0.5) == 0


async def test_stop_camera_stops_the_packets(organiser: Organiser, crowd: Crowd) -> None:
    """U-2: the camera of somebody who goes on sending is not forwarded."""
    moderator, rogue, viewer = await meeting(organiser, crowd, 2)
    rogue.peer.show()
    await viewer.show(rogue)
    assert await viewer.received(1.5) > 30
    await moderator.client.call("moderate", {"action": "stop_camera", "target": rogue.id, "hold": True})
    await asyncio.sleep(0.1)
    assert await viewer.received(0.7) == 0


async def test_stop_share_stops_the_screen_and_its_sound(organiser: Organiser, crowd: Crowd) -> None:
    """S-17, U-2: nothing of a share that is sent on regardless reaches anybody, and while it is held it cannot begin
    again."""
    conference = organiser.conference()
    moderator = await crowd.arrive("Moderator", conference["moderator_url"], connect_media=False)
    rogue = await crowd.arrive("Rogue", conference["participant_url"], connect_media=False)
    viewer = await crowd.arrive("Viewer", conference["participant_url"], connect_media=False)
    async with sharing(rogue, viewer) as seen:
        began = time.monotonic()
        await moderator.client.call("moderate", {"action": "stop_share", "target": rogue.id, "hold": True})
        acked = time.monotonic() - began
        await asyncio.sleep(1.0)
        last = {word: max(packet.at for packet in seen.received_on(word)) - began for word in SHARE}
        print(
            f"answered after {1000 * acked:.0f} ms, last packets, ms:", {w: round(1000 * at) for w, at in last.items()}
        )
        assert all(-0.5 < at < acked + 0.1 for at in last.values()), last
        with pytest.raises(ClientError) as refused:
            await rogue.client.call("screen", {"on": True, "audio": True})
        assert refused.value.code == "held"
        count = len(seen.rtp)
        await asyncio.sleep(0.5)
        assert len(seen.rtp) == count


SHARE = ("slot_screen", "slot_screen_audio")


@asynccontextmanager
async def sharing(rogue: Person, viewer: Person) -> AsyncIterator[RawClient]:
    """`rogue` shares a screen with sound, without an end; the client of `viewer`, who receives it."""
    sends = RawClient(("screen", "screen_audio"), toward="127.0.0.1")
    sees = RawClient(SHARE, toward="127.0.0.1")
    for person, client in ((rogue, sends), (viewer, sees)):

        async def offer(sdp: str, lines: dict[str, str], person: Person = person) -> str:
            answer = await person.client.call("offer", {"connection": 1, "sdp": sdp, "lines": lines})
            return str(answer["sdp"])

        await client.connect(offer)

    async def send() -> None:
        while True:
            sends.send_video(word="screen")
            sends.send_audio(word="screen_audio")
            await asyncio.sleep(0.02)

    sending = asyncio.create_task(send())
    try:
        await rogue.client.call("screen", {"on": True, "audio": True})
        await viewer.client.call("view", {"tiles": [{"source": f"{rogue.number}/screen", "height": 720}]})
        for word in SHARE:
            await until(lambda word=word: len(sees.received_on(word)) > 20, 5, f"{word} receives")  # type: ignore[misc]
        yield sees
        assert not sending.done(), "the client has stopped by itself"
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await sends.close()
        await sees.close()


async def test_demotion_to_listener_closes_microphone_and_camera(
    server: Server, organiser: Organiser, crowd: Crowd
) -> None:
    """S-17, S-47: a listener sends nothing."""
    moderator, rogue, other = await meeting(organiser, crowd, 2)
    rogue.peer.speak()
    rogue.peer.show()
    await other.show(rogue)
    assert await other.received(1.0) > 30
    await moderator.client.call("moderate", {"action": "demote_listener", "target": rogue.id, "hold": False})
    await asyncio.sleep(0.1)
    assert await other.received(0.7) == 0


async def test_kick_closes_transport_and_token(organiser: Organiser, crowd: Crowd) -> None:
    """S-15, U-2: nothing goes in or out any more, and neither token nor link lets the person back."""
    moderator, rogue, other = await meeting(organiser, crowd, 2)
    rogue.peer.speak()
    other.peer.speak()
    assert await rogue.received(0.5) > 5
    await moderator.client.call("moderate", {"action": "kick", "target": rogue.id, "hold": False})
    closing = await rogue.client.wait_push("closing")
    assert closing["code"] == "kicked"
    await asyncio.sleep(0.15)
    assert await rogue.received(0.5) == 0
    heard = other.peer.stats()["received"]
    await asyncio.sleep(0.5)
    assert other.peer.stats()["received"] == heard
    with pytest.raises(ClientError) as refused:
        await rogue.return_(within_s=0.5)
    assert refused.value.code == "kicked"


async def test_the_meeting_goes_on_undisturbed(organiser: Organiser, crowd: Crowd) -> None:
    """U-2: while one is muted, stopped and kicked, another's sound has no gap."""
    moderator, rogue, speaker = await meeting(organiser, crowd, 2)
    rogue.peer.speak()
    speaker.peer.speak()
    await asyncio.sleep(1)
    lost_before = moderator.peer.stats()["lost"]
    for action in ("mute", "stop_camera", "demote_listener", "kick"):
        await moderator.client.call("moderate", {"action": action, "target": rogue.id, "hold": True})
        assert await moderator.received(0.4) > 10
    assert moderator.peer.stats()["lost"] == lost_before


async def test_nothing_is_recorded_past_the_act_of_clients_that_go_on_sending(
    organiser: Organiser, crowd: Crowd
) -> None:
    """S-16, S-17, S-45, U-2: what is recorded of who is muted, stopped, demoted or kicked ends at most 300 ms after the
    moderator's act (measured: 1 to 35 ms), though their clients send for three seconds more."""
    conference = organiser.conference(record=True)
    moderator = await crowd.arrive("Moderator", conference["moderator_url"], consent="yes")
    acts = {"mute": {"mic"}, "stop_camera": {"camera"}, "demote_listener": {"mic", "camera"}, "kick": {"mic"}}
    rogues = {act: await crowd.arrive(act, conference["participant_url"], consent="yes") for act in acts}
    for act, purposes in acts.items():
        for purpose in purposes:
            rogues[act].peer.speak() if purpose == "mic" else rogues[act].peer.show()
    await asyncio.sleep(2.0)
    done_ms = {}
    for act, rogue in rogues.items():
        done_ms[act] = int(time.time() * 1000)
        await moderator.client.call(
            "moderate", {"action": act, "target": rogue.id, "hold": act in ("mute", "stop_camera")}
        )
        await asyncio.sleep(0.3)
    sent = {act: rogue.peer.stats()["sent"] for act, rogue in rogues.items() if act != "kick"}
    await asyncio.sleep(3.0)
    for act, before in sent.items():
        assert rogues[act].peer.stats()["sent"] > before + 60, f"{act}: the client has stopped by itself"
    await moderator.client.call("end", {})
    manifest = await _manifest(organiser, conference["id"])
    names = {one["id"]: one["name"] for one in manifest["participants"]}
    started_ms = manifest["recording"]["started_at"]
    after_ms: dict[str, dict[str, int]] = {act: {} for act in acts}
    for part in manifest["parts"]:
        ends = started_ms + part["start_ms"] + part["duration_ms"]
        found = after_ms[names[part["participant"]]]
        found[part["purpose"]] = max(ends - done_ms[names[part["participant"]]], found.get(part["purpose"], -(10**9)))
    print("recorded past the act, ms:", after_ms)
    assert {act: set(found) for act, found in after_ms.items()} == acts
    for act, found in after_ms.items():
        for purpose, late_ms in found.items():
            assert -500 < late_ms <= 300, f"{act}, {purpose}: the record ends {late_ms} ms after the act"


async def _manifest(organiser: Organiser, conference: str) -> dict[str, Any]:
    """Of the conference's one recording, once it is ready."""
    for _ in range(100):
        recordings = organiser.call("GET", f"/api/conferences/{conference}/recordings")["recordings"]
        if recordings and recordings[0]["state"] == "ready":
            break
        await asyncio.sleep(0.1)
    path, query = organiser.call("POST", f"/api/recordings/{recordings[0]['id']}/link")["url"].split("?")
    found: dict[str, Any] = organiser.call("GET", f"/api{path}/manifest?{query}")
    return found
