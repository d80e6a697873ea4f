"""Who gets in, by code; many at once; what the portal asks (S-38, H-38)."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from rooms.commands import Join
from rooms.errors import RoomError
from rooms.ids import ParticipantId, SessionId
from rooms.model import Role
from signaling.running import RunningSession
from tests.signaling.client import ClientError
from tests.signaling.support import Served, serving, until


async def admission(served: Served, conference: str, **who: object) -> str:
    """The code that the portal gets, or "in"."""
    arguments = {"device": "device-new", "moderator": False, **who}
    try:
        await served.signaling.admission(conference, **arguments)  # type: ignore[arg-type]
    except RoomError as error:
        return error.code
    return "in"


async def test_each_refusal_has_its_code(served: Served) -> None:
    """S-38: full, locked, banned, kicked, ended, expired: at the portal and at the socket."""
    small = (await served.conference(max_participants=3)).id
    olga = await served.organiser(small)
    assert await admission(served, small) == "in"
    await served.enter(small, "pest")
    await served.enter(small, "kim")
    assert await admission(served, small) == "full"
    late = await served.connect(small, "late")
    with pytest.raises(ClientError) as refused:
        await late.join()
    assert refused.value.code == "full"
    await olga.call("moderate", {"action": "ban", "target": "pest"})
    await olga.call("moderate", {"action": "kick", "target": "kim"})
    assert await admission(served, small, device="device-pest") == "banned"
    assert await admission(served, small, device="device-kim") == "kicked"
    assert await admission(served, small, device="device-kim", organiser=True) == "in"
    await olga.call("lock", {"locked": True})
    assert await admission(served, small) == "locked"
    assert await admission(served, small, moderator=True) == "in"
    with pytest.raises(ClientError) as refused:
        await late.join()
    assert refused.value.code == "locked"
    await olga.call("end")
    await olga.closed.wait()
    await until(lambda: _ended(served, small))
    assert await admission(served, small) == "ended"
    with pytest.raises(ClientError) as refused:
        await served.connect(small, "again")
    assert refused.value.code == "ended"
    assert await admission(served, "nowhere") == "ended"


@pytest.mark.parametrize("code", ["postponed", "cancelled"])
async def test_a_conference_that_is_not_held_says_so_at_the_portal_and_at_the_socket(served: Served, code: str) -> None:
    record = await served.conference()
    conferences = served.storage.conferences
    await (conferences.postpone if code == "postponed" else conferences.cancel)(record.id, now_ms=record.created_ms)
    assert await admission(served, record.id) == code
    with pytest.raises(ClientError) as refused:
        await served.connect(record.id, "ana")
    assert refused.value.code == code
    served.clock.ahead = 15 * 86400
    assert await admission(served, (await served.conference()).id) == "in"
    short = await served.conference()
    served.clock.ahead += 15 * 86400
    assert await admission(served, short.id) == "expired"


async def _ended(served: Served, conference: str) -> bool:
    record = await served.storage.conferences.get(conference)
    return record is not None and record.ended_ms is not None


async def test_end_for_all_tells_and_closes_everyone(served: Served) -> None:
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    await bob.call("offer", {"connection": 1, "sdp": "v=0\r\n", "lines": {}})
    room = served.media.room
    await olga.call("end")
    assert room.connected == set()
    assert (await bob.wait_event("session_ended"))["reason"] == "ended"
    assert (await bob.wait_push("closing"))["actor_name"] == "Olga"
    await until(lambda: room.closed)
    await until(served.no_open_session)
    assert served.signaling.participants_now(conference) == 0


async def test_the_portal_ends_a_conference(served: Served) -> None:
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    await served.signaling.end_conference(conference)
    assert (await bob.wait_push("closing"))["code"] == "ended"
    await served.signaling.end_conference(conference)
    assert await admission(served, conference) == "ended"


async def test_leaving_is_said_and_makes_room(served: Served) -> None:
    """S-35"""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    assert await bob.call("leave") == {"ok": True}
    await bob.closed.wait()
    assert bob.code() == "left"
    assert (await olga.wait_event("participant_left"))["reason"] == "left"


async def test_settings_changed_by_the_organiser_hold_for_the_next_to_enter(served: Served) -> None:
    record = await served.conference(max_participants=2)
    await served.organiser(record.id)
    await served.enter(record.id, "bob")
    assert await admission(served, record.id) == "full"
    settings = replace(record.settings, max_participants=3)
    await served.storage.conferences.update(record.id, settings, now_ms=int(served.clock() * 1000))
    await served.signaling.settings_changed(record.id)
    assert await admission(served, record.id) == "in"
    await served.enter(record.id, "eve")


async def test_a_hundred_join_at_once_and_everyone_hears_of_everyone(served: Served) -> None:
    """U-1: 100 joins in a few seconds; every client ends with the same room."""
    conference = (await served.conference()).id
    clients = [await served.connect(conference, f"p{index}") for index in range(100)]
    began = time.perf_counter()
    await asyncio.gather(*(client.join() for client in clients))
    joined = time.perf_counter() - began
    await until(lambda: all(_people(client) == 100 for client in clients))
    took = time.perf_counter() - began
    print(f"100 joins: {joined:.2f} s, all told after {took:.2f} s, {served.storage.events.commits} commits")
    assert took < 10
    for client in clients:
        seen = [event["seq"] for event in client.events()]
        assert seen == sorted(set(seen)) and min(seen, default=10**9) > client.joined["seq"]


def _people(client: object) -> int:
    joined = {one["id"] for one in client.joined["room"]["participants"]}  # type: ignore[attr-defined]
    return len(joined | {event["participant"]["id"] for event in client.events("participant_joined")})  # type: ignore[attr-defined]


async def test_three_hundred_fit_and_one_more_does_not(served: Served) -> None:
    """E2-3 by S-38: the default maximum."""
    conference = (await served.conference()).id
    await served.enter(conference, "p0")
    room = served.signaling._rooms[conference]  # type: ignore[index]
    for index in range(1, 300):
        command = Join(session=SessionId("s"), name="x", role=Role.SPEAKER)
        room.room.command(ParticipantId(f"p{index}"), command, room.now_ms)
    assert await admission(served, conference) == "full"


async def test_an_idle_room_is_forgotten_and_comes_back_from_its_log(tmp_path: Path) -> None:
    async with serving(tmp_path, empty_after_s=1) as served:
        conference = (await served.conference()).id
        olga = await served.organiser(conference)
        await olga.call("chat_send", {"text": "kept"})
        await olga.call("leave")
        await until(served.no_open_session)

        async def forgotten() -> bool:
            for _ in range(70):  # ticks count only while nothing of the room waits to be written or told
                await served.signaling._tick_once()
            return served.signaling.stats()["rooms"] == 0

        await until(forgotten)
        bob = await served.enter(conference, "bob")
        assert [message["text"] for message in bob.joined["room"]["chat"]] == ["kept"]
        assert bob.joined["number"] == 2


async def test_sessions_people_and_consents_are_written_down(served: Served) -> None:
    """S-39: consent is logged, each answer; participations carry the last role."""
    conference = (await served.conference(record=True)).id
    olga = await served.organiser(conference, consent="yes")
    bob = await served.enter(conference, "bob", {"consent": "yes"}, role="speaker")
    await bob.call("consent", {"consent": "no"})
    await olga.call("moderate", {"action": "make_moderator", "target": "bob"})
    await bob.call("leave")
    session = olga.joined["room"]["session"]

    async def written() -> bool:
        rows = await served.storage.participations.of_session(session)
        return len(rows) == 2 and rows[1].left_ms is not None and rows[1].moderator

    await until(written)
    log = await served.storage.consents.of_conference(conference)
    assert [(one.participant, one.consent) for one in log] == [("olga", "yes"), ("bob", "yes"), ("bob", "no")]


async def test_a_first_join_whose_socket_ends_meanwhile_leaves_no_ghost(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-38: the session is opened in storage first; who is gone by then takes no seat, and no session stays open."""
    conference = (await served.conference()).id
    opening, go_on = asyncio.Event(), asyncio.Event()
    open_session = RunningSession.open_session

    async def slowly(self: RunningSession, now_ms: int) -> SessionId:
        opening.set()
        await go_on.wait()
        return await open_session(self, now_ms)

    monkeypatch.setattr(RunningSession, "open_session", slowly)
    ghost = await served.connect(conference, "ghost")
    await ghost.send_raw('421["join",{}]')
    async with asyncio.timeout(5):
        await opening.wait()
    await ghost.vanish()
    await until(lambda: served.signaling.stats()["sockets"] == 0)
    go_on.set()
    await until(served.no_open_session)
    assert served.signaling.participants_now(conference) == 0
    olga = await served.organiser(conference)
    assert [one["id"] for one in olga.joined["room"]["participants"]] == ["olga"]


async def test_a_stranger_gets_nothing_of_what_was_before(served: Served) -> None:
    """U-1: `since` is for those who come back; somebody new learns of earlier people and acts nothing."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    eve = await served.enter(conference, "eve")
    await eve.call("leave")
    await olga.wait_event("participant_left", id="eve")
    late = await served.enter(conference, "late", {"since": 0})
    assert late.joined["missed"] == []


async def test_a_request_that_never_becomes_a_websocket_is_kept_nowhere(served: Served) -> None:
    """Upgrades without a key, with half a Connection header, or cut at once: no fault of ours, nothing left behind."""
    server = served.signaling._sockets._server
    before = len(server.environ), len(server.eio.sockets)
    head = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    port = served.server.port
    with capture_logs() as logs:
        for rest in ("Connection: close\r\n", f"{key}Connection: close, upgrades\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{head}{rest}\r\n".encode())
            assert (await reader.readline()).split()[1] == b"400"
            writer.close()
        for _ in range(30):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{head}{key}Connection: Upgrade\r\n\r\n".encode())
            await asyncio.sleep(0)
            writer.transport.abort()
        await until(lambda: (len(server.environ), len(server.eio.sockets)) == before)
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
