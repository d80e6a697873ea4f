"""The lobby over real sockets: who waits is told the place and the outcome, and nothing else, whatever is asked."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from signaling.messages import CALLS
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
        room = served.signaling._rooms[conference].room  # type: ignore[index]
        assert list(room.state.participants) == ["olga"]


async def test_admitted_people_join_on_the_same_socket(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await wait(served, conference, "ben")
        await ana.call("lobby_message", {"text": "press\x00"})
        knocks = await olga.wait_event("knock_message")
        assert (knocks["id"], knocks["text"]) == ("ana", "press")
        assert (await olga.ask("admit", {"target": "ana"}))["ok"]
        await ana.wait_push("admitted", lambda _: True, timeout_s=5)
        answer = await ana.ask("join", WISHES)
        assert answer["ok"] and [one["name"] for one in answer["room"]["participants"]]
        place = await _last_place(served, conference, "ben")
        assert (place["position"], place["of"]) == (1, 1)


async def _last_place(served: Served, conference: str, id: str) -> dict[str, Any]:
    lobby = served.signaling._rooms[conference].lobby  # type: ignore[index]
    found: dict[str, Any] = lobby._place(id)  # type: ignore[arg-type]
    return found


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
    """Decision 2."""
    async with serving(tmp_path) as served:
        record = await served.conference()
        olga = await served.organiser(record.id)
        shorter = record.expires_ms - 3_600_000
        served_settings = served.signaling._rooms[record.id].room.settings  # type: ignore[index]
        from dataclasses import replace

        served.signaling._rooms[record.id].room.settings = replace(served_settings, expires_at=shorter)  # type: ignore[index]
        assert (await olga.ask("extend", {"minutes": 60}))["ok"]
        moved = await olga.wait_event("end_moved")
        assert moved["ends_at"] == shorter + 3_600_000
        for minutes in (14, 61, "15"):
            assert await olga.refusal("extend", {"minutes": minutes}) == "bad_request"


@pytest.mark.parametrize("text", ["x" * 301, 7, None])
async def test_odd_words_are_refused(tmp_path: Path, text: object) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        assert await ana.refusal("lobby_message", {"text": text}) in ("bad_request", "too_large")


async def test_ending_for_all_ends_waiting_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        conference = (await served.conference(lobby=True)).id
        olga = await served.organiser(conference)
        ana = await wait(served, conference, "ana")
        await olga.call("end", {})
        closing = await ana.wait_push("closing", lambda _: True, timeout_s=5)
        assert closing["code"] == "ended"
        await until(lambda: not served.signaling._rooms[conference].lobby.sessions)  # type: ignore[index]
