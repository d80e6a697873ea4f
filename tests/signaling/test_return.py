"""Coming back: within the grace time, after a reload, after a restart of the server (U-1, U-3)."""

from pathlib import Path

import pytest

from sfu.types import PeerNumber, Purpose
from tests.signaling.client import Client, ClientError
from tests.signaling.support import FakeMedia, Served, serving, until


def me(client: Client) -> dict[str, object]:
    return next(one for one in client.joined["room"]["participants"] if one["id"] == client.joined["you"])


async def test_a_lost_socket_keeps_the_seat_and_replays_exactly_once(served: Served) -> None:
    """U-1: identity, role, hand and holds; the missed events come once, private ones of others never."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    eve = await served.enter(conference, "eve")
    bob = await served.enter(conference, "bob", {"mic": True})
    await bob.call("hand", {"raised": True})
    await bob.call("chat_send", {"text": "before"})
    await bob.wait_event("chat_message")
    since = max(event["seq"] for event in bob.events())
    await bob.vanish()
    await olga.wait_event("participant_changed", id="bob", action="disconnect")
    await olga.call("moderate", {"action": "mute", "target": "bob", "hold": True})
    await olga.call("chat_send", {"text": "missed"})
    await olga.call("chat_send", {"text": "for Eve", "to": "eve"})
    await olga.call("chat_send", {"text": "for Bob", "to": "bob"})
    again = served.client(bob.token)
    await again.connect()
    await again.join(since=since, mic=True)
    assert (again.joined["you"], again.joined["number"]) == ("bob", bob.joined["number"])
    assert me(again)["mic"] == {"on": False, "held": True, "by": "moderator"}
    assert again.joined["room"]["hands"] == ["bob"]
    texts = [event["message"]["text"] for event in again.joined["missed"] if event["type"] == "chat_message"]
    assert texts == ["missed", "for Bob"]
    assert all(event["seq"] > since for event in again.joined["missed"])
    await olga.call("chat_send", {"text": "after"})
    await again.wait_event("chat_message")
    seen = [event["seq"] for event in again.joined["missed"] + again.events()]
    assert seen == sorted(set(seen))
    assert [event["message"]["text"] for event in again.events("chat_message")] == ["after"]
    assert eve.code() is None


async def test_the_media_lives_through_a_lost_socket_but_not_through_a_reload(served: Served) -> None:
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    await bob.call("offer", {"connection": 3, "sdp": "v=0\r\n", "lines": {"0": "mic"}})
    await bob.vanish()
    again = served.client(bob.token)
    await again.connect()
    await again.join(since=bob.joined["seq"])
    assert again.joined["connection"] == 3 and served.media.room.connected == {1}
    reloaded = served.client(bob.token)
    await reloaded.connect()
    await reloaded.join()
    assert reloaded.joined["connection"] is None and served.media.room.connected == set()
    assert (await again.wait_push("closing"))["code"] == "replaced"
    await again.closed.wait()
    assert served.signaling.participants_now(conference) == 1


async def test_after_the_grace_time_the_seat_is_gone(tmp_path: Path) -> None:
    async with serving(tmp_path, grace_s=1) as served:
        conference = (await served.conference()).id
        olga = await served.organiser(conference)
        bob = await served.enter(conference, "bob")
        await bob.call("offer", {"connection": 1, "sdp": "v=0\r\n", "lines": {"0": "mic"}})
        await bob.vanish()
        left = await olga.wait_event("participant_left", id="bob")
        assert left["reason"] == "timeout"
        assert served.media.room.connected == set()
        again = served.client(bob.token)
        await again.connect()
        assert (await again.join())["number"] == bob.joined["number"]


async def test_a_client_that_answers_no_ping_is_noticed(served: Served) -> None:
    """The grace time runs from the server's noticing: about ten seconds of silence."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    bob.answer_pings = False
    await olga.wait_event("participant_changed", within_s=20, id="bob", action="disconnect")


@pytest.mark.parametrize("graceful", [True, False], ids=["graceful", "killed"])
async def test_a_restart_gives_everything_back(served: Served, graceful: bool) -> None:
    """U-1, U-3: role, holds, bans, hands, chat, spotlight and recording are rebuilt from the event log."""
    conference = (await served.conference(start_as="listener")).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob", role="listener")
    pest = await served.enter(conference, "pest", role="listener")
    await bob.call("hand", {"raised": True})
    await olga.call("moderate", {"action": "promote_presenter", "target": "bob"})
    await bob.call("promotion_answer", {"accept": True})
    await olga.call("moderate", {"action": "mute", "target": "bob", "hold": True})
    await olga.call("moderate", {"action": "spotlight", "target": "bob"})
    await olga.call("chat_send", {"text": "kept"})
    await olga.call("chat_send", {"text": "private", "to": "bob"})
    await olga.call("moderate", {"action": "ban", "target": "pest"})
    await olga.call("moderate", {"action": "kick", "target": (await served.enter(conference, "kim")).joined["you"]})
    await olga.call("recording", {"action": "start"})
    before = served.media.room
    if graceful:
        await served.restart()
        assert olga.code() == bob.code() == "restarting"
        assert not any(name == "closing" and p["code"] != "restarting" for name, p, _ in bob.pushes)
    else:
        await kill_and_start(served)
    back = served.client(bob.token)
    await back.connect()
    await back.join(since=bob.joined["seq"])
    room = back.joined["room"]
    assert (me(back)["role"], me(back)["mic"]) == ("presenter", {"on": False, "held": True, "by": "moderator"})
    assert room["hands"] == ["bob"] and room["spotlight"] == "bob"
    assert [message["text"] for message in room["chat"]] == ["kept", "private"]
    assert room["recording"]["state"] == "recording" and room["recording"]["fragments"] == 1
    assert room["session"] == bob.joined["room"]["session"]
    assert served.media.room is not before and back.joined["connection"] is None
    for id, code in (("pest", "banned"), ("kim", "kicked")):
        with pytest.raises(ClientError) as refused:
            await served.connect(conference, id)
        assert refused.value.code == code
    assert ("mark", True) in served.recorder.facts
    assert pest.code() == "banned"


async def kill_and_start(served: Served) -> None:
    """Nothing is said, closed or flushed: only what was stored before the ack is there."""
    first, storage, server = served.signaling, served.storage, served.server
    assert first._ticker is not None
    served.media = FakeMedia()
    first._ticker.cancel()
    await served.start()
    for room in first._rooms.values():
        for task in room._tasks:
            task.cancel()
    await server.close()
    await storage.close()


async def test_who_does_not_return_after_a_restart_times_out(tmp_path: Path) -> None:
    async with serving(tmp_path, grace_s=1, empty_after_s=1) as served:
        conference = (await served.conference()).id
        await served.organiser(conference)
        await served.enter(conference, "bob")
        await served.restart()
        assert served.signaling.participants_now(conference) == 2
        await until(served.no_open_session)
        rows = await served.storage.sessions.of_conference(conference)
        people = await served.storage.participations.of_session(rows[0].id)
        assert [one.left_ms is not None for one in people] == [True, True]


async def test_a_token_is_renewed_over_the_socket(served: Served) -> None:
    """A token that has less than five minutes left is replaced; the new one brings its owner back."""
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    served.clock.ahead += 11 * 60
    pushed = await bob.wait_push("token")
    await bob.vanish()
    served.clock.ahead += 10
    again = served.client(pushed["token"])
    await again.connect()
    await again.join()
    assert again.joined["you"] == "bob"
    served.clock.ahead += 16 * 60
    with pytest.raises(ClientError) as refused:
        await served.client(bob.token).connect()
    assert refused.value.code == "token_expired"


async def test_a_late_joiner_gets_the_chat_of_earlier_sessions(tmp_path: Path) -> None:
    """U-3: kept for the life of the conference, over sessions and restarts."""
    async with serving(tmp_path, empty_after_s=1) as served:
        conference = (await served.conference()).id
        olga = await served.organiser(conference)
        await olga.call("chat_send", {"text": "first session"})
        doomed = (await olga.call("chat_send", {"text": "UNSAID"})) and olga.events("chat_message")[-1]["message"]["id"]
        await olga.call("chat_delete", {"message": doomed})
        await olga.call("leave")
        await until(served.no_open_session)
        await served.restart()
        bob = await served.enter(conference, "bob")
        assert [message["text"] for message in bob.joined["room"]["chat"]] == ["first session", ""]
        assert bob.joined["room"]["session"] != olga.joined["room"]["session"]
        stored = await served.storage.events.since(conference, 0)
        assert "UNSAID" not in "".join(event.json for event in stored)


async def test_gates_are_set_again_for_who_returns_after_a_restart(served: Served) -> None:
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob", {"mic": True})
    assert served.media.room.gates[PeerNumber(1)] == {Purpose.MIC}
    await served.restart()
    back = served.client(bob.token)
    await back.connect()
    await back.join(since=bob.joined["seq"], mic=True)
    assert served.media.room.gates[PeerNumber(1)] == {Purpose.MIC}
