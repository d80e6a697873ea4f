"""Between room and media: what the media server reports reaches the right sockets, the recorder gets its facts."""

from sfu.types import PeerNumber, Purpose, SlotState
from tests.signaling.support import Served, until

P1, P2 = PeerNumber(1), PeerNumber(2)


async def test_slots_go_to_their_subscriber_only(served: Served) -> None:
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    listener = served.media.room.listener
    listener.on_slots(P2, [SlotState("7", P1, Purpose.CAMERA, "live"), SlotState("8", None, None, "waiting")])
    pushed = await bob.wait_push("slots")
    assert pushed == {
        "slots": [
            {"mid": "7", "source": "1/camera", "state": "live"},
            {"mid": "8", "source": None, "state": "waiting"},
        ]
    }
    listener.on_speakers([P2, P1], P2)
    assert await olga.wait_push("speakers", lambda p: p["active"]) == {"active": [2, 1], "dominant": 2}
    assert not [name for name, _, _ in olga.pushes if name == "slots"]


async def test_levels_quality_and_a_voice_behind_a_closed_gate(served: Served) -> None:
    conference = (await served.conference()).id
    olga = await served.organiser(conference, mic=True)
    bob = await served.enter(conference, "bob")
    listener = served.media.room.listener
    listener.on_levels({P1: 0.617, P2: 0.1})
    listener.on_quality({P1: 3})
    listener.on_quality({P2: 1})
    listener.on_gated_voice(P2)
    listener.on_gated_voice(P1)
    assert await bob.wait_push("levels") == {"1": 0.62, "2": 0.1}
    assert await olga.wait_push("quality", lambda p: "2" in p) == {"2": 1}
    await bob.wait_push("you_speak_muted")
    assert not [name for name, _, _ in olga.pushes if name == "you_speak_muted"]
    late = await served.enter(conference, "late")
    assert await late.wait_push("quality") == {"1": 3, "2": 1}


async def test_views_and_priorities_reach_the_media(served: Served) -> None:
    conference = (await served.conference(who_presents="promoted")).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob", role="speaker")
    tiles = [{"source": "1/camera", "height": 360}, {"source": "2/camera", "height": 90}]
    await bob.call("view", {"tiles": tiles})
    assert [tile.peer for tile in served.media.room.views[P2]] == [1], "nobody is sent to himself"
    assert served.media.room.priority == {1}
    await olga.call("moderate", {"action": "promote_presenter", "target": "bob"})
    await bob.call("promotion_answer", {"accept": True})
    assert served.media.room.priority == {1, 2}


async def test_an_unusable_offer_is_the_peers_fault(served: Served) -> None:
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    assert await bob.refusal("offer", {"connection": 1, "sdp": "nonsense", "lines": {}}) == "bad_offer"
    answer = await bob.call("offer", {"connection": 1, "sdp": "v=0\r\n", "lines": {"0": "mic"}})
    assert answer["sdp"].startswith("v=0")


async def test_nothing_reaches_the_recorder_where_recording_is_not_wanted(served: Served) -> None:
    """Decision 5: not ticked, nothing is written."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    served.media.room.listener.on_track(P1, Purpose.MIC, True)
    await olga.call("chat_send", {"text": "x"})
    await olga.call("end")
    await until(lambda: served.media.room.closed)
    assert served.recorder.facts == []


async def test_a_ticked_conference_is_captured_from_the_first_join(served: Served) -> None:
    """S-45: facts in order: who, tracks, marks, public chat only, and the end."""
    conference = (await served.conference(record=True)).id
    olga = await served.organiser(conference, consent="yes")
    bob = await served.enter(conference, "bob", {"consent": "no"})
    listener = served.media.room.listener
    listener.on_track(P1, Purpose.MIC, True)
    listener.on_speakers([P1], P1)
    await olga.call("chat_send", {"text": "public"})
    await olga.call("chat_send", {"text": "private", "to": "bob"})
    await olga.call("recording", {"action": "start"})
    await olga.call("recording", {"action": "stop"})
    await bob.call("consent", {"consent": "yes"})
    listener.on_transport(P2, "closed")
    await bob.call("leave")
    await olga.call("end")
    await until(lambda: ("close",) in served.recorder.facts)
    facts = served.recorder.facts
    assert [fact for fact in facts if fact[0] != "open"] == [
        ("participant", 1, "yes"),
        ("participant", 2, "no"),
        ("track", 1, Purpose.MIC, True),
        ("speakers", (1,)),
        ("chat", "Olga", "public"),
        ("mark", True),
        ("mark", False),
        ("participant", 2, "yes"),
        ("transport_closed", 2),
        ("left", 2),
        ("close",),
    ]
    assert facts[0][2] == "Council"


async def test_ticked_in_the_room_the_recorder_learns_who_is_there(served: Served) -> None:
    """S-39 in the room: everyone is asked, capture starts then, tracks that flow already are told."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    served.media.room.listener.on_track(P2, Purpose.MIC, True)
    await olga.call("recording", {"action": "request"})
    await bob.wait_event("consent_asked")
    assert (await bob.wait_event("recording_changed"))["recording"]["state"] == "armed"
    await until(lambda: len(served.recorder.facts) >= 4)
    assert served.recorder.facts[1:] == [
        ("participant", 1, None),
        ("participant", 2, None),
        ("track", 2, Purpose.MIC, True),
    ]

    async def ticked() -> bool:
        record = await served.storage.conferences.get(conference)
        return record is not None and record.settings.record

    await until(ticked)  # the books are written behind the meeting


async def test_a_restart_goes_on_with_the_same_recording(served: Served) -> None:
    conference = (await served.conference(record=True)).id
    olga = await served.organiser(conference)
    await olga.call("recording", {"action": "start"})
    await until(lambda: len(served.recorder.facts) >= 3)
    first = served.recorder.facts[0]
    served.recorder.facts.clear()
    await served.restart()
    await until(lambda: len(served.recorder.facts) >= 3)
    assert served.recorder.facts == [first, ("participant", 1, None), ("mark", True)]
    assert ("close",) not in served.recorder.facts
