"""Rooms over a written-down core: gates, views, slots, tracks, reconnects."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sfu.errors import OfferError, RoomClosedError
from sfu.room import MediaRoom
from sfu.types import PeerNumber, Purpose, SlotState
from tests.sfu.fakes import FakeServer, Heard, camera, screen, settle
from tests.sfu.samples import LINES, read

ALL = frozenset(Purpose)
ONE, TWO, THREE = PeerNumber(1), PeerNumber(2), PeerNumber(3)


class Scene:
    def __init__(self) -> None:
        self.server = FakeServer()
        self.native = self.server.native
        self.worker = self.server.worker
        self.heard = Heard()
        self.room: MediaRoom = self.server.room(self.heard)

    async def join(self, peer: PeerNumber, connection: int = 1, offer: str = "chromium") -> str:
        return await self.room.connect(peer, connection, read(offer), LINES[offer])

    def track(self, peer: PeerNumber, purpose: Purpose) -> Any:
        return self.room._sources[(peer, purpose)]

    def slots(self, peer: PeerNumber, word: str) -> list[int]:
        connection = self.room._peers[peer].connection
        assert connection is not None
        return [slot.id for slot in connection.subscription._slots.values() if slot.purpose == word]

    def transport(self, peer: PeerNumber) -> Any:
        return self.room._peers[peer].connection


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    yield scene
    scene.room.close()
    await asyncio.gather(*scene.server.tasks)


async def test_an_offer_opens_transport_tracks_and_slots_and_is_answered(scene: Scene) -> None:
    answer = await scene.join(ONE)
    assert answer.startswith("v=0") and "a=candidate:1 1 udp 2130706431 192.0.2.1 4000 typ host" in answer
    names = [name for name, _, _ in scene.native.calls]
    assert names.count("open_transport") == 1 and names.count("publish") == 4 and names.count("add_slot") == 11
    assert [k["voice"] for k in scene.native.keywords("publish")] == [True, False, False, False]
    camera_line = scene.native.keywords("publish")[1]
    assert camera_line["rids"] == ("q", "h", "f") and camera_line["payload_types"] == (("vp8", 96, 97),)
    slots = scene.native.keywords("add_slot")
    assert [k["auto_audio"] for k in slots] == [True] * 3 + [False] * 8
    assert [k["pair"] for k in slots] == [0, 1, 2, 0, 1, 2, 3, 4, 5, -1, -1]
    assert len({k["ssrc"] for k in slots} | {k["rtx_ssrc"] for k in slots} - {0}) == 11 + 7


async def test_gates_hold_before_the_first_offer_and_across_connections(scene: Scene) -> None:
    scene.room.set_gates(ONE, frozenset({Purpose.MIC}))
    await scene.join(ONE)
    mic = scene.track(ONE, Purpose.MIC).id
    assert scene.native.take("set_gate") == [(mic, True)]
    scene.room.set_gates(ONE, frozenset())
    assert scene.native.take("set_gate") == [(mic, False)]
    scene.room.set_gates(ONE, frozenset())
    assert scene.native.take("set_gate") == []
    scene.room.set_gates(ONE, frozenset({Purpose.CAMERA}))
    scene.native.take()
    await scene.join(ONE, 2)
    assert scene.native.take("set_gate") == [(scene.track(ONE, Purpose.CAMERA).id, True)]


async def test_a_tile_is_bound_and_told(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    scene.room.set_view(ONE, [camera(2)])
    await settle()
    slot = scene.slots(ONE, "slot_video")[0]
    track = scene.track(TWO, Purpose.CAMERA).id
    assert scene.native.take("bind") == [(slot, track, 1)]
    assert scene.heard.take("slots") == [(ONE, SlotState("7", TWO, Purpose.CAMERA, "waiting"))]
    scene.transport(ONE).on_layer_changed(slot, track, 1)
    await settle()
    assert scene.heard.take("slots") == [(ONE, SlotState("7", TWO, Purpose.CAMERA, "live"))]
    scene.room.set_view(ONE, [])
    await settle()
    assert scene.native.take("unbind") == [(slot,)]
    assert scene.heard.take("slots") == [(ONE, SlotState("7", None, None, "waiting"))]


async def test_a_view_may_come_before_its_sources_and_before_the_offer(scene: Scene) -> None:
    scene.room.set_view(ONE, [camera(2)])
    await scene.join(ONE)
    await settle()
    assert scene.native.take("bind") == []
    scene.room.set_gates(TWO, ALL)
    await scene.join(TWO)
    await settle()
    assert len(scene.native.take("bind")) == 1


async def test_a_closed_gate_frees_the_slot_and_an_opened_one_takes_it_again(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    scene.room.set_view(ONE, [camera(2)])
    await settle()
    scene.native.take()
    scene.room.set_gates(TWO, frozenset())
    await settle()
    assert len(scene.native.take("unbind")) == 1
    scene.room.set_gates(TWO, ALL)
    await settle()
    assert len(scene.native.take("bind")) == 1


async def test_a_stale_report_about_another_track_changes_no_state(scene: Scene) -> None:
    for peer in (TWO, THREE):
        scene.room.set_gates(peer, ALL)
        await scene.join(peer)
    await scene.join(ONE)
    scene.room.set_view(ONE, [camera(2)])
    await settle()
    slot, old = scene.slots(ONE, "slot_video")[0], scene.track(TWO, Purpose.CAMERA).id
    scene.room.set_view(ONE, [camera(3)])
    await settle()
    scene.heard.take("slots")
    scene.transport(ONE).on_layer_changed(slot, old, 2)
    await settle()
    assert scene.heard.take("slots") == []


async def test_a_screen_brings_its_sound_into_the_screen_slots(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    scene.room.set_view(ONE, [camera(2), screen(2)])
    await settle()
    sound, picture = scene.slots(ONE, "slot_screen_audio")[0], scene.slots(ONE, "slot_screen")[0]
    bound = {args[0]: args[1] for args in scene.native.take("bind")}
    assert bound[picture] == scene.track(TWO, Purpose.SCREEN).id
    assert bound[sound] == scene.track(TWO, Purpose.SCREEN_AUDIO).id
    scene.room.set_gates(TWO, ALL - {Purpose.SCREEN_AUDIO})
    await settle()
    assert scene.native.take("unbind") == [(sound,)]
    scene.room.set_gates(TWO, frozenset())
    await settle()
    assert (picture,) in scene.native.take("unbind")


async def test_a_second_screen_is_shown_in_a_video_slot(scene: Scene) -> None:
    for peer in (TWO, THREE):
        scene.room.set_gates(peer, ALL)
        await scene.join(peer)
    await scene.join(ONE)
    scene.room.set_view(ONE, [screen(2), screen(3)])
    await settle()
    told = {state.mid: (state.peer, state.purpose) for _, state in scene.heard.take("slots")}
    assert told == {"13": (TWO, Purpose.SCREEN), "7": (THREE, Purpose.SCREEN)}


async def test_the_layer_follows_the_tile_and_what_flows(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    track = scene.track(TWO, Purpose.CAMERA)
    scene.room.set_view(ONE, [camera(2, 720)])
    for layer, height in enumerate((180, 360)):
        track.on_layer(layer, height, 100_000, True)
    await settle()
    assert [args[2] for args in scene.native.take("bind")] == [1]
    track.on_layer(2, 720, 1_500_000, True)
    await settle()
    assert [args[2] for args in scene.native.take("bind")] == [2]
    scene.room.set_view(ONE, [camera(2, 90)])
    await settle()
    assert [args[2] for args in scene.native.take("bind")] == [0]
    track.on_layer(1, 360, 120_000, True)
    await settle()
    assert scene.native.take("bind", "unbind") == []


async def test_a_narrow_line_pauses_the_last_tile_and_says_so(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    scene.room.set_gates(THREE, ALL)
    for peer in (ONE, TWO, THREE):
        await scene.join(peer)
    scene.room.set_view(ONE, [camera(2, 90), camera(3, 90)])
    await settle()
    scene.heard.take("slots")
    for estimate in (2_000_000, 200_000):
        scene.transport(ONE).on_bandwidth(estimate)
        await settle()
    assert scene.heard.take("slots") == [(ONE, SlotState("8", THREE, Purpose.CAMERA, "paused"))]


async def test_a_burst_of_changes_is_applied_once(scene: Scene) -> None:
    await scene.join(ONE)
    for number in range(2, 102):
        peer = PeerNumber(number)
        scene.room.set_gates(peer, ALL)
        await scene.join(peer, offer="aiortc")
        scene.room.set_view(ONE, [camera(n) for n in range(2, number + 1)])
        scene.room.set_view(peer, [camera(1)])
    scene.native.take()
    calls = 0
    update = scene.transport(ONE).subscription.update

    def counted(*args: Any) -> None:
        nonlocal calls
        calls += 1
        update(*args)

    scene.transport(ONE).subscription.update = counted
    await settle()
    assert calls == 1
    assert len(scene.native.take("bind")) == 6


async def test_a_change_concerns_only_those_who_look(scene: Scene) -> None:
    for peer in (ONE, TWO, THREE):
        scene.room.set_gates(peer, ALL)
        await scene.join(peer)
    scene.room.set_view(ONE, [camera(3)])
    await settle()
    scene.room.set_gates(THREE, frozenset())
    assert scene.room._to_update == {ONE}


async def test_tracks_are_told_when_packets_flow_and_when_a_gate_closes(scene: Scene) -> None:
    scene.room.set_gates(ONE, ALL)
    await scene.join(ONE)
    mic = scene.track(ONE, Purpose.MIC)
    mic.on_layer(0, 0, 40_000, True)
    assert scene.heard.take("track") == [(ONE, Purpose.MIC, True)]
    scene.room.set_gates(ONE, frozenset())
    assert scene.heard.take("track") == [(ONE, Purpose.MIC, False)]
    scene.room.set_gates(ONE, ALL)
    assert scene.heard.take("track") == [(ONE, Purpose.MIC, True)]


async def test_a_short_silence_is_not_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfu.room.SILENCE_S", 0.05)
    scene.room.set_gates(ONE, ALL)
    await scene.join(ONE)
    mic = scene.track(ONE, Purpose.MIC)
    mic.on_layer(0, 0, 40_000, True)
    scene.heard.take("track")
    mic.on_layer(0, 0, 0, False)
    mic.on_layer(0, 0, 40_000, True)
    await asyncio.sleep(0.1)
    assert scene.heard.take("track") == []
    mic.on_layer(0, 0, 0, False)
    await asyncio.sleep(0.1)
    assert scene.heard.take("track") == [(ONE, Purpose.MIC, False)]


async def test_disconnect_closes_at_once_and_twice_is_once(scene: Scene) -> None:
    scene.room.set_gates(ONE, ALL)
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    scene.room.set_view(TWO, [camera(1)])
    scene.track(ONE, Purpose.CAMERA).on_layer(0, 180, 1, True)
    await settle()
    scene.native.take()
    scene.room.disconnect(ONE)
    scene.room.disconnect(ONE)
    assert len(scene.native.take("close_transport")) == 1
    assert (ONE, Purpose.CAMERA, False) in scene.heard.take("track")
    assert scene.heard.take("transport") == []
    await settle()
    assert scene.heard.take("slots")[-1] == (TWO, SlotState("7", None, None, "waiting"))
    scene.room.disconnect(PeerNumber(99))


async def test_a_higher_connection_or_a_reloaded_page_replaces_the_transport(scene: Scene) -> None:
    await scene.join(ONE)
    first = scene.transport(ONE)
    await scene.join(ONE, 2)
    assert len(scene.native.take("close_transport")) == 1 and scene.transport(ONE) is not first
    reloaded = read("chromium").replace("a=ice-ufrag:O+oX", "a=ice-ufrag:NEW1")
    await scene.room.connect(ONE, 2, reloaded, LINES["chromium"])
    assert len(scene.native.take("close_transport")) == 1
    assert len(scene.worker.transports) == 1


async def test_the_same_connection_grows_and_keeps_its_slots(scene: Scene) -> None:
    text = read("chromium")
    cut = text.index("m=audio", text.index("a=mid:13"))
    small = text[:cut].replace(" 13 14\r\n", " 13\r\n")
    lines = {mid: word for mid, word in LINES["chromium"].items() if mid != "14"}
    first = await scene.room.connect(ONE, 1, small, lines)
    grown = await scene.room.connect(ONE, 1, text, LINES["chromium"])
    names = [name for name, _, _ in scene.native.calls]
    assert names.count("open_transport") == 1 and names.count("add_slot") == 11
    assert [line for line in first.splitlines() if line.startswith("a=ssrc")] == [
        line for line in grown.splitlines() if line.startswith("a=ssrc")
    ][:-1]
    assert " 1 IN IP4" in first.splitlines()[1] and " 2 IN IP4" in grown.splitlines()[1]


async def test_a_line_cannot_change_its_purpose_or_vanish(scene: Scene) -> None:
    await scene.join(ONE)
    with pytest.raises(OfferError, match="is not what it was"):
        await scene.room.connect(ONE, 1, read("chromium"), {**LINES["chromium"], "7": "slot_screen"})
    text = read("chromium")
    small = text[: text.index("m=audio", text.index("a=mid:13"))].replace(" 13 14\r\n", " 13\r\n")
    lines = {mid: word for mid, word in LINES["chromium"].items() if mid != "14"}
    with pytest.raises(OfferError, match="fewer"):
        await scene.room.connect(ONE, 1, small, lines)
    assert len(scene.worker.transports) == 1


async def test_a_bad_offer_leaves_everything_as_it_was(scene: Scene) -> None:
    await scene.join(ONE)
    before = scene.transport(ONE)
    for offer in ("", "v=0\r\n", read("chromium").replace("actpass", "passive")):
        with pytest.raises(OfferError):
            await scene.room.connect(ONE, 2, offer, LINES["chromium"])
    assert scene.transport(ONE) is before and len(scene.worker.transports) == 1


async def test_the_cores_timeout_is_told_as_closed(scene: Scene) -> None:
    await scene.join(ONE)
    connection = scene.transport(ONE)
    connection.on_liveness("interrupted")
    connection.on_liveness("alive")
    connection.on_liveness("timeout")
    assert scene.heard.take("transport") == [(ONE, "interrupted"), (ONE, "alive"), (ONE, "closed")]
    assert not scene.worker.transports


async def test_speakers_levels_and_gated_voice_reach_the_listener(scene: Scene) -> None:
    await scene.join(ONE)
    scene.room.on_speakers([(1, 30), (2, 40)], 1)
    scene.room.on_levels([(1, 10)])
    scene.track(ONE, Purpose.MIC).on_gated_voice()
    scene.track(ONE, Purpose.SCREEN_AUDIO).on_gated_voice()
    assert scene.heard.take("speakers") == [([1, 2], 1)]
    assert scene.heard.take("levels") == [({1: 1.0},)]
    assert scene.heard.take("gated") == [(ONE,)]


async def test_priority_peers_are_handed_to_the_core(scene: Scene) -> None:
    scene.room.set_priority(frozenset({TWO, ONE}))
    assert scene.native.take("set_audio_policy")[-1] == (scene.room._id, 3, [1, 2])


async def test_taps_open_on_tracks_only_and_close_once(scene: Scene) -> None:
    assert scene.room.open_tap(7, ONE, Purpose.MIC) is False
    await scene.join(ONE)
    assert scene.room.open_tap(7, ONE, Purpose.MIC) is True
    assert scene.native.take("open_tap") == [(7, scene.track(ONE, Purpose.MIC).id)]
    scene.worker.taps[7].on_tap_dropped(7, 3)
    assert scene.heard.take("dropped") == [(7, 3)]
    scene.room.close_tap(7)
    scene.room.close_tap(7)
    assert scene.native.take("close_tap") == [(7,)]


async def test_keyframes_are_asked_of_tracks_that_are_there(scene: Scene) -> None:
    scene.room.request_keyframe(ONE, Purpose.CAMERA)
    await scene.join(ONE)
    scene.room.request_keyframe(ONE, Purpose.CAMERA)
    assert scene.native.take("request_keyframe") == [(scene.track(ONE, Purpose.CAMERA).id,)]


async def test_quality_is_told_once_per_change(scene: Scene) -> None:
    await scene.join(ONE)
    scene.room.tick()
    assert scene.heard.take("quality") == []
    scene.transport(ONE).on_quality_report(0.0, 0.0, 20.0)
    scene.room.tick()
    scene.room.tick()
    assert scene.heard.take("quality") == [({ONE: 3},)]
    scene.transport(ONE).on_liveness("interrupted")
    scene.room.tick()
    assert scene.heard.take("quality") == [({ONE: 0},)]


async def test_a_subscriber_without_vp8_is_told_undecodable(scene: Scene) -> None:
    scene.room.set_gates(TWO, ALL)
    await scene.join(TWO)
    head, tail = read("firefox").rsplit("m=video", 1)
    text = head + "m=video" + tail.replace("VP8/90000", "VP9/90000")
    await scene.room.connect(ONE, 1, text, LINES["firefox"])
    scene.room.set_view(ONE, [camera(2)])
    await settle()
    assert scene.heard.take("slots") == [(ONE, SlotState("4", TWO, Purpose.CAMERA, "undecodable"))]
    assert scene.native.take("bind") == []


async def test_a_closed_room_takes_nobody(scene: Scene) -> None:
    await scene.join(ONE)
    scene.room.close()
    scene.room.close()
    assert scene.server.closed_rooms == [scene.room] and not scene.worker.transports and not scene.worker.rooms
    with pytest.raises(RoomClosedError):
        await scene.join(TWO)


async def test_a_speakers_picture_goes_into_the_slot_of_his_sound(scene: Scene) -> None:
    """Lip sync: browsers synchronise audio slot k with video slot k only."""
    scene.room.set_gates(TWO, ALL)
    await scene.join(ONE)
    await scene.join(TWO)
    audio, video = scene.slots(ONE, "slot_audio"), scene.slots(ONE, "slot_video")
    scene.transport(ONE).on_layer_changed(audio[2], scene.track(TWO, Purpose.MIC).id, 0)
    scene.room.set_view(ONE, [camera(2)])
    await settle()
    assert [args[0] for args in scene.native.take("bind")] == [video[2]]
