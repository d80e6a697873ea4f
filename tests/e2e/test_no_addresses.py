"""No IP address in any log or table (decision 10): a whole meeting from distinct addresses, then both are searched."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from pathlib import Path

import pytest

from sfu.load import LoadMedia
from signaling.client import ClientError, SignalingClient
from tests.support.people import Person
from tests.support.server import Organiser, running

pytestmark = pytest.mark.e2e

SMALL = 5_000_000
ADDRESSES = [f"127.0.7.{index}" for index in (11, 12, 13, 14)]


def everything_stored(data_dir: Path) -> str:
    """All rows of all tables of all databases, and every small file, as one text."""
    out = []
    for path in sorted(data_dir.rglob("*")):
        if path.suffix in (".db", ".sqlite", ".sqlite3"):
            with sqlite3.connect(path) as database:
                tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                for table in tables:
                    rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
                    out.append(json.dumps([table, rows], default=lambda value: bytes(value).decode("latin-1")))
        elif path.is_file() and path.stat().st_size < SMALL:
            out.append(path.read_bytes().decode("latin-1"))
    return "\n".join(out)


@pytest.mark.timeout(300)
async def test_a_meeting_leaves_no_address_in_logs_and_tables(tmp_path: Path) -> None:
    """E2-120, decision 10: joins, wrong PINs, hostile frames, media, kick and end, all at log level debug."""
    with running(tmp_path / "data", env={"PLENUM_LOG_LEVEL": "debug"}) as server:
        organiser = Organiser(server.url, server.sign_in_url)
        conference = organiser.conference(record=True)
        link = conference["participant_url"].rsplit("/", 1)[1]
        moderator_link = conference["moderator_url"].rsplit("/", 1)[1]
        media = LoadMedia()
        people = [
            await Person(server.url, media, local_address=address).arrive(
                f"Person {index}", consent="yes", link=moderator_link if index == 0 else link
            )
            for index, address in enumerate(ADDRESSES)
        ]
        for person in people:
            person.peer.speak()
            person.peer.show()
        await asyncio.sleep(1.5)
        await people[1].client.call("chat_send", {"text": "hello", "to": None})
        await people[0].client.call("moderate", {"action": "kick", "target": people[3].id, "hold": False})
        stranger = SignalingClient(server.url, local_address="127.0.7.99")
        with pytest.raises(ClientError):
            await stranger.get_token(name="X", number="000000", pin="000000000")
        status, _ = await stranger.request("GET", "/api/nowhere")
        assert status == 404
        await stranger.open(None)
        await stranger.send_raw("4999999-[garbage")
        await people[0].client.call("end", {})
        await asyncio.sleep(1.0)
        await stranger.close()
        media.close()
        for person in people:
            await person.close()
    log = server.log()
    assert "server.ready" in log
    stored = everything_stored(tmp_path / "data")
    assert "Person 1" in stored
    assert (tmp_path / "data/server.log").stat().st_size < SMALL, "the log is no longer among what is stored"
    for where, text in (("log", log), ("stored", stored)):
        found = {*re.findall(r"(?<![\d.])127\.0\.\d+\.\d+(?![\d.])", text)}
        found |= {address for address in (*ADDRESSES, "127.0.7.99") if address in text}
        assert found == set(), where
