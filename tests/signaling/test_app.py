"""Signaling end to end over real sockets and real storage (U-1, U-2, U-3)."""

import pytest

from sfu.types import Purpose
from tests.signaling.client import ClientError
from tests.signaling.support import Served

MIC = frozenset({Purpose.MIC})


async def test_two_people_join_and_see_each_other(served: Served) -> None:
    """U-1: joining gives the whole room, and the others are told."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    assert olga.joined is not None and bob.joined is not None
    assert [one["name"] for one in bob.joined["room"]["participants"]] == ["Olga", "Bob"]
    assert bob.joined["number"] == 2
    event = await olga.wait_event("participant_joined")
    assert event["participant"]["id"] == "bob"
    assert event["seq"] == bob.joined["seq"]
    assert served.signaling.participants_now(conference) == 2


async def test_a_mute_closes_the_gate_and_tells_its_target(served: Served) -> None:
    """S-16: who and what reaches the target; the media gate is closed before anybody is told."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob", {"mic": True})
    assert served.media.room.gates[2] == MIC
    await olga.call("moderate", {"action": "mute", "target": "bob", "hold": True})
    assert served.media.room.gates[2] == frozenset()
    event = await bob.wait_event("participant_changed", action="mute")
    assert (event["actor"], event["id"]) == ("olga", "bob")
    assert event["set"]["mic"] == {"on": False, "held": True, "by": "moderator"}
    with pytest.raises(ClientError) as refused:
        await bob.call("mic", {"on": True})
    assert refused.value.code == "held"
    await olga.call("moderate", {"action": "release", "target": "bob"})
    await bob.call("mic", {"on": True})
    assert served.media.room.gates[2] == MIC


async def test_a_kick_closes_the_transport_and_the_socket_and_holds(served: Served) -> None:
    """S-15: media first, then `closing`; the token and the device are worth nothing afterwards."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    await bob.call("offer", {"connection": 1, "sdp": "v=0\r\n", "lines": {"0": "mic"}})
    assert served.media.room.connected == {2}
    await olga.call("moderate", {"action": "kick", "target": "bob"})
    assert served.media.room.connected == set()
    closing = await bob.wait_push("closing")
    assert (closing["code"], closing["actor_name"]) == ("kicked", "Olga")
    await bob.closed.wait()
    with pytest.raises(ClientError) as refused:
        await served.connect(conference, "bob")
    assert refused.value.code == "kicked"
    again = await served.connect(conference, "robert", device="device-bob")
    with pytest.raises(ClientError) as refused:
        await again.join()
    assert refused.value.code == "kicked"


async def test_chat_reaches_everyone_and_private_chat_only_two(served: Served) -> None:
    """U-3, S-13"""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    eve = await served.enter(conference, "eve")
    await bob.call("chat_send", {"text": "Hello", "to": None})
    assert (await eve.wait_event("chat_message"))["message"]["text"] == "Hello"
    await bob.call("chat_send", {"text": "secret", "to": "olga"})
    await bob.call("chat_send", {"text": "bye", "to": None})
    await eve.wait_push("event", lambda e: e["type"] == "chat_message" and e["message"]["text"] == "bye")
    assert [e["message"]["text"] for e in eve.events("chat_message")] == ["Hello", "bye"]
    assert [e["message"]["text"] for e in olga.events("chat_message")] == ["Hello", "secret", "bye"]
    late = await served.enter(conference, "late")
    assert late.joined is not None
    assert [m["text"] for m in late.joined["room"]["chat"]] == ["Hello", "bye"]


async def test_the_end_of_the_web_server_is_told_before_sockets_end(served: Served) -> None:
    """U-1: `restarting`, and no Socket.IO disconnect, so that clients come back by themselves."""
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    frames: list[str] = []
    take = bob._take

    async def keep(frame: str) -> None:
        frames.append(frame)
        await take(frame)

    bob._take = keep  # type: ignore[method-assign]
    await served.server.close()
    await bob.closed.wait()
    assert bob.code() == "restarting"
    assert "41" not in frames
