"""Postgres goes away in the middle of a meeting and comes back: the meeting does not notice, and nothing is lost."""

import json
import signal
from pathlib import Path

import pytest

from tests.signaling.support import serving, until
from tests.support.databases import PostgresDatabases


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_meeting_outlives_its_database(
    postgres_databases: PostgresDatabases, tmp_path: Path, number: signal.Signals
) -> None:
    server = postgres_databases.server
    url = postgres_databases.new(tmp_path).database_url
    try:
        async with serving(tmp_path, database_url=url) as served:
            conference = (await served.conference()).id
            olga = await served.organiser(conference)
            bob = await served.enter(conference, "bob")
            await olga.call("chat_send", {"text": "before", "to": None})
            server.stop(number)
            for text in ("first", "second"):
                await olga.call("chat_send", {"text": text, "to": None})
                await bob.call("chat_send", {"text": f"{text} answer", "to": None})
            await olga.call("moderate", {"action": "kick", "target": "bob"})
            await until(lambda: bob.code() == "kicked")
            server.start()
            await olga.call("chat_send", {"text": "after", "to": None})
            stored = await served.storage.events.since(conference, 0)
            assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
            texts = ("before", "first", "first answer", "second", "second answer", "after")
            said = [event.json for event in stored if event.type == "chat_message"]
            assert len(said) == len(texts) and all(text in row for text, row in zip(texts, said, strict=True))
            await served.restart()
            again = await served.organiser(conference, "olga2")
            assert "second answer" in json.dumps(again.joined)
            assert not await served.no_open_session()
            [meeting] = await served.storage.sessions.of_conference(conference)
            stays = await served.storage.participations.of_session(meeting.id)
            assert [stay.participant for stay in stays] == ["olga", "bob", "olga2"]
            assert stays[1].left_ms is not None, "the books were written afterwards"
    finally:
        server.start()
        postgres_databases.give_back()


async def test_a_meeting_that_ends_meanwhile_has_ended_afterwards(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    """Its last events and its end are written once the database is back, though nobody does anything any more."""
    server = postgres_databases.server
    url = postgres_databases.new(tmp_path).database_url
    try:
        async with serving(tmp_path, database_url=url) as served:
            conference = (await served.conference()).id
            olga = await served.organiser(conference)
            server.stop()
            await olga.call("end", {})
            await until(lambda: olga.code() == "ended")
            server.start()
            await until(served.no_open_session)

            async def ended() -> bool:
                found = await served.storage.conferences.get(conference)
                events = await served.storage.events.since(conference, 0)
                return found is not None and found.ended_ms is not None and events[-1].type == "session_ended"

            await until(ended)
    finally:
        server.start()
        postgres_databases.give_back()
