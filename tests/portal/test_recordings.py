"""Recordings of an organiser, and playback by signed links."""

import os
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from portal.play import _attachment
from portal.signing import LINK_MS, sign, verify
from storage.recording_records import ChatRecord, FragmentRecord, PartRecord, PersonRecord, SpeechRecord
from tests.portal.conftest import Browser, Site, code
from tests.support.altered import altered

DAY_MS = 24 * 3600 * 1000
MEDIA = bytes(range(256)) * 4000
INDEX = os.urandom(160)


@dataclass
class Film:
    """One finished recording of one microphone and one camera."""

    organiser: Browser
    conference: dict[str, Any]
    id: str
    path: str


@pytest.fixture
async def film(site: Site) -> Film:
    organiser = await site.organiser()
    conference = await organiser.conference(record=True)
    assert organiser.user is not None
    made = site.storage.recordings
    now_ms = site.clock.ms()
    session = await site.storage.sessions.open(conference["id"], now_ms)
    recording = await made.open(
        conference=conference["id"],
        session_id=session,
        owner=organiser.user,
        title="Council",
        started_ms=now_ms,
        retention_ms=14 * DAY_MS,
    )
    await made.person(recording.id, PersonRecord("p1", 1, "Anna", "presenter", True, "yes"))
    await made.person(recording.id, PersonRecord("p2", 2, "Ben", "speaker", False, "no"))
    for part, purpose in (("mic1", "mic"), ("cam1", "camera")):
        await made.part_opened(PartRecord(part, recording.id, "p1", purpose, None, 500, width=640, height=360))
        await made.part_closed(part, size=len(MEDIA), duration_ms=9000)
        await site.storage.blobs.put(f"{recording.id}/{part}.webm", MEDIA)
        await site.storage.blobs.put(f"{recording.id}/{part}.idx", INDEX)
    await made.speech(recording.id, [SpeechRecord("p1", 600, 900)])
    await made.chat(recording.id, ChatRecord(700, "Anna", "Hello"))
    return Film(organiser, conference, recording.id, f"/api/recordings/{recording.id}")


async def finish(site: Site, film: Film) -> None:
    await site.storage.recordings.finish(
        film.id, ended_ms=site.clock.ms() + 10_000, at_ms=site.clock.ms() + 10_000, destroyed=[], kept=[]
    )


async def signed(film: Film) -> str:
    """The query of a fresh link."""
    response = await film.organiser.post(f"{film.path}/link")
    assert response.status == 200
    url = (await response.json())["url"]
    assert url.startswith(f"/play/{film.id}?e=")
    return str(url.partition("?")[2])


async def test_list_shows_state_size_and_days_left(site: Site, film: Film) -> None:
    """S-46: 14 days, with a visible countdown."""
    [running] = (await (await film.organiser.get("/api/recordings")).json())["recordings"]
    assert (running["state"], running["days_left"], running["ended_at"]) == ("capturing", None, None)
    await finish(site, film)
    path = f"/api/conferences/{film.conference['id']}/recordings"
    [listed] = (await (await film.organiser.get(path)).json())["recordings"]
    assert listed["state"] == "ready" and listed["bytes"] == 2 * len(MEDIA)
    assert listed["days_left"] == 15 or listed["days_left"] == 14
    assert listed["expires_at"] == listed["ended_at"] + 14 * DAY_MS
    site.clock.now += 13 * 86_400 + 3600
    [later] = (await (await film.organiser.get(path)).json())["recordings"]
    assert later["days_left"] == 1


async def test_deleting_leaves_a_receipt_and_no_file(site: Site, film: Film) -> None:
    response = await film.organiser.send("DELETE", film.path)
    assert (response.status, await code(response)) == (409, "wrong_state")  # still running
    await finish(site, film)
    query = await signed(film)
    response = await film.organiser.send("DELETE", film.path)
    assert response.status == 200
    deleted = await response.json()
    assert deleted["state"] == "deleted"
    assert deleted["receipt"] == {"deleted_at": site.clock.ms(), "cause": "owner", "bytes": 2 * len(MEDIA)}
    assert await site.storage.blobs.list(film.id) == []
    assert (await film.organiser.send("DELETE", film.path)).status == 200
    viewer = await site.browser()
    for path in ("manifest", "mic1/media", "mic1/index"):
        assert (await viewer.get(f"/api/play/{film.id}/{path}?{query}")).status == 404
    response = await film.organiser.post(f"{film.path}/link")
    assert (response.status, await code(response)) == (409, "wrong_state")


async def test_manifest_has_all_a_player_needs(site: Site, film: Film) -> None:
    await finish(site, film)
    viewer = await site.browser()  # nobody signed in: the link is enough
    response = await viewer.get(f"/api/play/{film.id}/manifest?{await signed(film)}")
    assert response.status == 200
    manifest = await response.json()
    assert manifest["recording"]["id"] == film.id
    assert manifest["participants"] == [
        {"id": "p1", "number": 1, "name": "Anna", "role": "presenter", "moderator": True, "consent": "yes"},
        {"id": "p2", "number": 2, "name": "Ben", "role": "speaker", "moderator": False, "consent": "no"},
    ]
    parts = {part["id"]: part for part in manifest["parts"]}
    assert set(parts) == {"mic1", "cam1"}
    assert parts["cam1"] == {
        "id": "cam1",
        "participant": "p1",
        "purpose": "camera",
        "mime": 'video/webm; codecs="vp8"',
        "start_ms": 500,
        "duration_ms": 9000,
        "bytes": len(MEDIA),
        "width": 640,
        "height": 360,
    }
    assert manifest["speech"] == [{"participant": "p1", "start_ms": 600, "end_ms": 900}]
    assert manifest["chat"] == [{"at_ms": 700, "from_name": "Anna", "text": "Hello"}]
    assert manifest["duration_ms"] == 9500


async def test_media_and_index_come_whole_and_in_ranges(site: Site, film: Film) -> None:
    viewer = await site.browser()
    query = await signed(film)
    media = f"/api/play/{film.id}/cam1/media?{query}"
    whole = await viewer.get(media)
    assert (whole.status, whole.headers["Content-Type"]) == (200, "video/webm")
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert await whole.read() == MEDIA
    for header, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=-7", len(MEDIA) - 7, len(MEDIA)),
        ("bytes=500000-", 500_000, len(MEDIA)),
    ):
        piece = await viewer.get(media, headers={"Range": header})
        assert piece.status == 206
        assert piece.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(MEDIA)}"
        assert piece.headers["Content-Length"] == str(end - start)
        assert await piece.read() == MEDIA[start:end]
    beyond = await viewer.get(media, headers={"Range": f"bytes={len(MEDIA)}-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(MEDIA)}")
    several = await viewer.get(media, headers={"Range": "bytes=0-1,5-6"})
    assert several.status == 200 and len(await several.read()) == len(MEDIA)
    head = await viewer.send("HEAD", media)
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(MEDIA)))
    index = await viewer.get(f"/api/play/{film.id}/cam1/index?{query}", headers={"Range": "bytes=16-31"})
    assert (index.status, await index.read()) == (206, INDEX[16:32])
    sound = await viewer.get(f"/api/play/{film.id}/mic1/media?{query}", headers={"Range": "bytes=0-0"})
    assert sound.headers["Content-Type"] == "audio/webm"


async def test_link_dies_after_four_hours_and_works_for_one_recording_only(site: Site, film: Film) -> None:
    """T14: guess, expiry, other recording."""
    viewer = await site.browser()
    query = await signed(film)
    for path in ("manifest", "cam1/media", "cam1/index"):
        url = f"/api/play/{film.id}/{path}"
        assert (await viewer.get(f"{url}?{query}")).status == 200
        for bad in ("", "e=1&s=A", altered(query, -1), query.replace("e=1", "e=2", 1)):
            response = await viewer.get(f"{url}?{bad}")
            assert (response.status, await code(response)) == (403, "wrong_signature")
        response = await viewer.get(f"/api/play/{'B' * 22}/{path}?{query}")
        assert (response.status, await code(response)) == (403, "wrong_signature")
        response = await film.organiser.get(url)  # the owner's cookie is no signature
        assert response.status == 403
    site.clock.now += 4 * 3600
    response = await viewer.get(f"/api/play/{film.id}/manifest?{query}")
    assert (response.status, await code(response)) == (410, "expired")


@pytest.mark.parametrize("part", ["..", "%2e%2e", "..%2f..%2fplenum.db", "cam1.webm", "mic2", "%00", "a%5cb"])
async def test_part_names_reach_no_other_file(site: Site, film: Film, part: str) -> None:
    viewer = await site.browser()
    url = URL(f"/api/play/{film.id}/{part}/media?{await signed(film)}", encoded=True)
    response = await viewer.client.get(url)
    assert response.status in (400, 404)
    assert b"SQLite" not in await response.read()


async def test_outside_of_marked_fragments_nothing_can_be_had(site: Site, film: Film) -> None:
    """Decision 5: with a fragment marked, the rest is not for anybody, also before it is destroyed."""
    made = site.storage.recordings
    await made.fragment(film.id, FragmentRecord(1, 9600, 12_000))
    viewer = await site.browser()
    query = await signed(film)
    assert (await viewer.get(f"/api/play/{film.id}/cam1/media?{query}")).status == 404
    assert (await (await viewer.get(f"/api/play/{film.id}/manifest?{query}")).json())["parts"] == []


async def test_download_has_a_name(site: Site, film: Film) -> None:
    viewer = await site.browser()
    query = await signed(film)
    response = await viewer.get(f"/api/play/{film.id}/cam1/media?{query}&download=Anna%20%E2%80%93%20camera")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["Content-Security-Policy"]


@given(st.text(max_size=200))
def test_download_name_cannot_leave_its_header(name: str) -> None:
    """T15: no line, quote or folder in the header, whatever the name."""
    header = _attachment(name)
    assert header.isascii() and header.isprintable()
    plain = header.split('"')[1]
    assert header.count('"') == 2 and "/" not in plain and "\\" not in plain and plain.endswith(".webm")


def test_signature_covers_recording_and_expiry() -> None:
    key = b"k" * 32
    good = sign(key, "r", 1000)
    assert verify(key, "r", "1000", good, 999) is None
    assert verify(key, "r", "1000", good, 1000) == "expired"
    assert verify(key, "q", "1000", good, 0) == "wrong_signature"
    assert verify(key, "r", "1001", good, 0) == "wrong_signature"
    assert verify(b"x" * 32, "r", "1000", good, 0) == "wrong_signature"
    assert LINK_MS == 4 * 3600 * 1000


@given(st.text(max_size=30), st.text(max_size=60))
def test_no_text_passes_as_a_signature(expiry: str, signature: str) -> None:
    assert verify(b"k" * 32, "r", expiry, signature, 0) == "wrong_signature"
