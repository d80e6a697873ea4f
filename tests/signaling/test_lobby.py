"""The lobby over real sockets: who waits is told the place and the outcome, and nothing else, whatever is asked."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rooms.ids import ConferenceId
from signaling.inbox import RoomInbox
from signaling.messages import CALLS
from storage.audit_look import Look
from storage.records import ConferencePlan, ConferenceRecord
from tests.signaling.client import Client
from tests.signaling.support import Served, serving, until

WISHES = {"consent": None, "mode": "speak", "mic": True, "camera": False, "since": None}
SAMPLES: dict[str, dict[str, Any]] = {
    "offer": {"connection": 1, "sdp": "v=0\r\n", "lines": {"0": "mic"}},
    "view": {"tiles": []},
    "mic": {"on": True},
    "camera": {"on": True},
    "screen": {"on": True},
    "mode": {"mode": "listen"},
    "hand": {"raised": True},
    "react": {"reaction": "clap"},
    "chat_send": {"text": "x"},
    "chat_delete": {"message": "m1"},
    "chat_close": {"closed": True},
    "moderate": {"action": "mute", "target": None},
    "promotion_answer": {"accept": True},
    "consent": {"consent": "yes"},
    "lock": {"locked": True},
    "recording": {"action": "start"},
    "end": {},
    "admit": {"target": None},
    "refuse": {"target": None},
    "lobby": {"on": False},
    "extend": {"minutes": 15},
}


async def wait(served: Served, conference: str, id: str, **claims: Any) -> Client:
    """Connected and before the door."""
    claims = {"moderator": False, "organiser": False, **claims}
    client = await served.connect(conference, id, **claims)
    answer = await client.ask("join", WISHES)
    assert answer["ok"] and "room" not in answer, answer
    assert answer["waiting"]["position"] >= 1
    return client


async def attended(client: Client, expected: bool) -> bool:
    """The next word about it, which must come; what was said before is forgotten."""
    place = await client.wait_push("lobby", lambda place: place["attended"] is expected, timeout_s=5)
    assert not any(name in str(client.pushes) for name in ("Olga", "Ben", "olga", "ben"))
    client.pushes.clear()
    return bool(place["position"] == 1)


async def test_who_waits_sees_nothing_and_may_nothing(tmp_path: Path) -> None:
    """A hostile client before the door: every call of the protocol is refused and nobody notices."""
    assert SAMPLES.keys() == CALLS.keys() - {"join", "leave", "lobby_message"}
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        before = len(ana.pushes)
        for name, payload in SAMPLES.items():
            answer = await ana.ask(name, payload)
            assert (answer["ok"], answer["error"]["code"]) == (False, "not_joined"), name
        await olga.call("chat_send", {"text": "secret", "to": None})
        await olga.call("hand", {"raised": True, "participant": None})
        await asyncio.sleep(0.2)
        assert {name for name, _, _ in ana.pushes[before:]} <= {"lobby"}
        assert not served.media.room.connected
        assert list(room_of(served, conference).room.state.participants) == ["olga"]


async def test_admitted_people_join_on_the_same_socket(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        ben = await wait(served, conference, "ben")
        await ana.call("lobby_message", {"text": "press\x00"})
        knocks = await olga.wait_event("knock_message")
        assert (knocks["id"], knocks["text"]) == ("ana", "press")
        assert (await olga.ask("admit", {"target": "ana"}))["ok"]
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        answer = await ana.ask("join", WISHES)
        assert answer["ok"] and [one["name"] for one in answer["room"]["participants"]]
        await ben.wait_push("lobby", lambda place: (place["position"], place["of"]) == (1, 1), timeout_s=5)


async def test_refused_people_are_closed_and_do_not_come_back(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await olga.call("refuse", {"target": "ana"})
        closing = await ana.wait_push("closing", lambda _: True, timeout_s=5)
        assert closing["code"] == "refused"
        again = await served.connect(conference, "ana", moderator=False, organiser=False)
        answer = await again.ask("join", WISHES)
        assert answer["error"]["code"] == "refused"


async def test_waiting_ends_with_the_socket(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await ana.close()
        left = await olga.wait_event("waiting_left")
        assert (left["ids"], left["outcome"]) == (["ana"], "gone")
        await wait(served, conference, "ana")


async def test_people_may_wait_before_anybody_is_in(tmp_path: Path) -> None:
    """No session, no recording, no books: only a queue."""
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        await wait(served, conference, "ana")
        assert await served.no_open_session()
        olga = await served.organiser(conference)
        snapshot = olga.joined["room"]
        assert [one["name"] for one in snapshot["waiting"]] == ["Ana"]


async def test_who_waits_is_told_whether_a_moderator_is_there(tmp_path: Path) -> None:
    """In the answer, and whenever one comes, goes, is made or loses the connection; nobody is named."""
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        ana = await wait(served, conference, "ana")
        assert await attended(ana, False)
        olga = await served.organiser(conference)
        assert await attended(ana, True)
        ben = await served.connect(conference, "ben", moderator=False, organiser=False)
        assert (await ben.ask("join", WISHES))["waiting"]["attended"] is True
        await olga.call("admit", {"target": "ben"})
        await ben.wait_push("admitted", lambda _: True, timeout_s=5)
        await ben.ask("join", WISHES)
        await olga.close()  # the place is kept, but nobody looks
        assert await attended(ana, False)
        olga = served.client(served.token(conference, "olga", moderator=True, organiser=True))
        await olga.connect()
        await olga.join(since=None)
        assert await attended(ana, True)
        await olga.call("moderate", {"action": "make_moderator", "target": "ben", "hold": False})
        await olga.call("leave", {})
        ana.pushes.clear()
        await ben.call("chat_send", {"text": "x", "to": None})
        await asyncio.sleep(0.2)
        assert ana.pushes == [], "ben sees who waits: nothing has changed for ana"
        await ben.call("leave", {})
        assert await attended(ana, False)


async def test_the_portal_learns_what_was_said_in_the_room(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference()).id
        assert served.signaling.lobby(conference) is None
        olga = await served.organiser(conference)
        assert served.signaling.lobby(conference) is None
        await olga.call("lobby", {"on": True})
        assert served.signaling.lobby(conference) is True


async def test_a_pin_under_attack_leads_to_the_lobby_of_an_open_room(tmp_path: Path) -> None:
    """Decision 11: the claim of the token says so."""
    async with serving(tmp_path) as served:
        conference = (await served.conference()).id
        await served.organiser(conference)
        await wait(served, conference, "ana", lobby=True)


async def test_new_moderators_are_told_who_waits(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await olga.call("admit", {"target": None})
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        await ana.ask("join", WISHES)
        await wait(served, conference, "ben")
        await olga.call("moderate", {"action": "make_moderator", "target": "ana", "hold": False})
        told = await ana.wait_push("waiting", lambda _: True, timeout_s=5)
        assert [one["name"] for one in told["waiting"]] == ["Ben"]


async def test_extension_reaches_everybody_and_the_conference(tmp_path: Path) -> None:
    """Decision 2: a moderator moves the planned end; the conference's row follows, and portal and room agree."""
    async with serving(tmp_path) as served:
        record = await served.conference()
        olga = await served.organiser(record.id)
        shorter = await ends_in(served, record, 2 * HOUR)
        ben = await served.enter(record.id, "ben")
        assert (await olga.ask("extend", {"minutes": 60}))["ok"]
        for client in (olga, ben):
            assert (await client.wait_event("end_moved"))["ends_at"] == shorter + HOUR
        await until(lambda: stored_end(served, record.id, shorter + HOUR))
        for minutes in (14, 61, "15"):
            assert await olga.refusal("extend", {"minutes": minutes}) == "bad_request"


async def test_an_extension_that_is_not_written_yet_is_not_taken_back(tmp_path: Path) -> None:
    """Somebody changes the title in the portal while the books are slow: the row says the old end for a moment."""
    async with serving(tmp_path) as served:
        record = await served.conference()
        olga = await served.organiser(record.id)
        shorter = await ends_in(served, record, 2 * HOUR)
        running = room_of(served, record.id).running
        slow, write = asyncio.Event(), running._books.extend

        async def slowly(conference: str, ends_ms: int, at_ms: int) -> None:
            await slow.wait()
            await write(conference, ends_ms, at_ms)

        running._books.extend = slowly  # type: ignore[method-assign]
        moved = len(olga.events())
        for _ in range(2):
            assert (await olga.ask("extend", {"minutes": 30}))["ok"]
        await served.storage.conferences.update(record.id, replace(record.settings, title="Board"), now_ms=ms(served))
        changing = asyncio.create_task(served.signaling.settings_changed(record.id))
        await asyncio.sleep(0.1)
        assert room_of(served, record.id).room.settings.expires_at == shorter + HOUR
        slow.set()
        await changing
        told = await olga.wait_event("settings_changed", title="Board")
        assert told["ends_at"] == shorter + HOUR
        ends = [event["ends_at"] for event in olga.events()[moved:] if "ends_at" in event]
        assert ends == sorted(ends)  # never back


async def test_changes_in_the_portal_reach_people_in_the_room_and_before_the_door(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        record = await served.conference(lobby=True)
        olga = await served.organiser(record.id)
        ana = await wait(served, record.id, "ana")
        chosen = replace(record.settings, title="Board", max_participants=7)
        await served.storage.conferences.update(record.id, chosen, now_ms=ms(served))
        await served.signaling.settings_changed(record.id)
        told = await olga.wait_event("settings_changed")
        assert (told["title"], told["max_participants"], told["actor"]) == ("Board", 7, None)
        assert (await ana.wait_push("lobby", lambda place: place["title"] == "Board", timeout_s=5))["position"] == 1
        await served.storage.conferences.update(record.id, replace(chosen, lobby=False), now_ms=ms(served))
        await served.signaling.settings_changed(record.id)
        assert (await olga.wait_event("lobby_changed"))["on"] is False
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        assert (await ana.ask("join", WISHES))["room"]["title"] == "Board"


@pytest.mark.parametrize("text", ["x" * 301, 7, None])
async def test_odd_words_are_refused(tmp_path: Path, text: object) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        assert await ana.refusal("lobby_message", {"text": text}) in ("bad_request", "too_large")


async def test_words_are_limited(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        answers = [await ana.ask("lobby_message", {"text": f"please {n}"}) for n in range(8)]
        assert [answer["ok"] for answer in answers] == [True] * 6 + [False] * 2
        assert answers[-1]["error"]["code"] == "too_fast"
        await olga.call("chat_send", {"text": "x", "to": None})
        assert len(olga.events("knock_message")) == 6


async def test_ending_for_all_ends_waiting_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await olga.call("end", {})
        closing = await ana.wait_push("closing", lambda _: True, timeout_s=5)
        assert closing["code"] == "ended"
        await until(lambda: not room_of(served, conference).lobby.sessions)


@pytest.mark.parametrize("open_session", [True, False])
async def test_who_waited_at_a_restart_knocks_again_and_leaves_no_ghost(tmp_path: Path, open_session: bool) -> None:
    """With a session running, and with nobody in yet."""
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference) if open_session else None
        await wait(served, conference, "ana")
        await wait(served, conference, "ben")
        await served.restart()
        if olga is not None:
            olga = served.client(served.token(conference, "olga", moderator=True, organiser=True))
            await olga.connect()
            await olga.join(since=None)
        place = await wait(served, conference, "ben")
        assert list(room_of(served, conference).room.state.waiting) == ["ben"]
        olga = olga or await served.organiser(conference)
        await olga.call("admit", {"target": "ben"})
        await place.wait_push("admitted", lambda _: True, timeout_s=5)
        assert (await place.ask("join", WISHES))["ok"]


async def test_admitted_before_the_restart_means_admitted_after_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await wait(served, conference, "ben")
        await olga.call("admit", {"target": "ana"})
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        await olga.call("refuse", {"target": "ben"})
        await served.restart()
        again = await served.connect(conference, "ana")
        assert "room" in await again.ask("join", WISHES)
        ben = await served.connect(conference, "ben")
        assert (await ben.ask("join", WISHES))["error"]["code"] == "refused"


async def test_waiting_ends_when_the_time_is_over_though_nobody_was_in(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        record = await served.conference(lobby=True)
        ana = await wait(served, record.id, "ana")
        served.clock.ahead = (record.expires_ms - ms(served)) / 1000 + 1
        assert (await ana.wait_push("closing", lambda _: True, timeout_s=5))["code"] == "expired"
        await until(lambda: not room_of(served, record.id).room.state.waiting)


@pytest.mark.parametrize("code", ["postponed", "cancelled"])
async def test_waiting_ends_with_the_conference(tmp_path: Path, code: str) -> None:
    async with serving(tmp_path) as served:
        record = await served.conference(lobby=True)
        ana = await wait(served, record.id, "ana")
        conferences = served.storage.conferences
        await (conferences.postpone if code == "postponed" else conferences.cancel)(record.id, now_ms=ms(served))
        await served.signaling.settings_changed(record.id)
        assert (await ana.wait_push("closing", lambda _: True, timeout_s=5))["code"] == code


async def test_acts_of_moderators_are_in_the_audit_log(tmp_path: Path) -> None:
    """By ids; the actor is the account where there is one."""
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        owner = await served.owner()
        await served.storage.entries.add("olga", conference, user=owner, invitee=None, at_ms=ms(served))
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await olga.call("admit", {"target": "ana"})
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        await ana.ask("join", WISHES)
        await olga.call("moderate", {"action": "make_moderator", "target": "ana", "hold": False})
        await ana.call("lock", {"locked": True})
        await olga.call("moderate", {"action": "kick", "target": "ana", "hold": False})
        await olga.call("recording", {"action": "start"})

        async def acts() -> list[tuple[str, str, object]]:
            found = (
                await served.storage.audit_look.find(Look(object=("conference", conference)), offset=0, limit=100)
            ).rows
            return [(one.actor, one.action, one.details.get("participants")) for one in reversed(found)]

        async def all_written() -> bool:
            return len([act for act in await acts() if act[1].startswith("room.")]) == 6

        await until(all_written)
        assert [act for act in await acts() if act[1].startswith("room.")] == [
            (f"user:{owner}", "room.admit", ["ana"]),
            (f"user:{owner}", "room.make_moderator", ["ana"]),
            ("participant:ana", "room.lock", None),
            (f"user:{owner}", "room.kick", ["ana"]),
            (f"user:{owner}", "room.recording_request", None),
            (f"user:{owner}", "room.recording_start", None),
        ]
        assert (await served.storage.audit.verify()).faults == ()


HOUR = 3_600_000


def ms(served: Served) -> int:
    return int(served.clock() * 1000)


def room_of(served: Served, conference: str) -> RoomInbox:
    return served.signaling._rooms[ConferenceId(conference)]


async def ends_in(served: Served, record: ConferenceRecord, later_ms: int) -> int:
    """The organiser makes it shorter."""
    ends_ms = ms(served) + later_ms
    plan = ConferencePlan("instant", record.starts_ms, ends_ms)
    await served.storage.conferences.update(record.id, record.settings, now_ms=ms(served), plan=plan)
    await served.signaling.settings_changed(record.id)
    assert room_of(served, record.id).room.settings.expires_at == ends_ms
    return ends_ms


async def stored_end(served: Served, conference: str, ends_ms: int) -> bool:
    record = await served.storage.conferences.get(conference)
    return record is not None and record.expires_ms == ends_ms
