"""Decision 5, rule by rule, through the real process and the real tables."""

import time
from pathlib import Path

from recorder.retention import sweep
from sfu.types import PeerNumber, Purpose
from tests.recorder.playing import played
from tests.recorder.studio import Studio, person

DAY_MS = 24 * 3600 * 1000


def all_files(studio: Studio) -> list[Path]:
    return sorted(studio.folder.joinpath("recordings").rglob("*.webm"))


async def test_never_marked_everything_is_kept_for_14_days(studio: Studio) -> None:
    """S-45, S-46: ticked but never started: all of it is archived; day 14 deletes it and leaves a receipt."""
    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    studio.publish(1, Purpose.CAMERA)
    await studio.play(3.0)
    ended_ms = studio.now_ms()
    began = time.monotonic()
    await session.close(ended_ms)
    assert time.monotonic() - began < 1.0  # ready within a second of the stop

    record = await studio.storage.recordings.get(session.recording.id)
    assert record is not None
    assert (record.state, record.ended_ms, record.expires_ms) == ("ready", ended_ms, ended_ms + 14 * DAY_MS)
    manifest = await studio.storage.recordings.manifest(record.id)
    assert manifest is not None
    assert sorted(part.purpose for part in manifest.parts) == ["camera", "mic"]
    assert 2500 < manifest.duration_ms < 3600
    assert [one.name for one in manifest.people] == ["Person 1"]
    for part in manifest.parts:
        assert not part.open
        assert studio.media_file(part.id).stat().st_size == part.bytes
        assert played(studio.media_file(part.id)).frames > 60

    await sweep(studio.storage, studio.folder, ended_ms + 14 * DAY_MS - 1)
    assert len(all_files(studio)) == 2
    await sweep(studio.storage, studio.folder, ended_ms + 14 * DAY_MS)
    assert all_files(studio) == []
    gone = await studio.storage.recordings.get(record.id)
    assert gone is not None and gone.receipt is not None
    assert (gone.state, gone.receipt.cause, gone.receipt.bytes) == ("deleted", "retention", record.bytes)


async def test_marked_fragments_are_kept_and_the_rest_destroyed_with_a_receipt(studio: Studio) -> None:
    """S-41, S-42: start and stop, twice: only what was captured in between stays."""
    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    studio.publish(1, Purpose.CAMERA)
    spans = []
    for _ in range(2):
        await studio.play(1.2)
        start_ms = studio.now_ms()
        session.mark(True, start_ms)
        session.chat(start_ms + 10, "Ana", "on the record")
        session.chat(start_ms + 20, "Ana", "taken back")
        session.chat_deleted(start_ms + 20, "Ana")
        await studio.play(1.6)
        stop_ms = studio.now_ms()
        session.mark(False, stop_ms)
        session.chat(stop_ms + 10, "Ana", "off the record")
        spans.append((start_ms - session.recording.started_ms, stop_ms - session.recording.started_ms))
    await studio.play(1.0)
    before = {part.id for part in await studio.storage.recordings.parts(session.recording.id)}
    await session.close(studio.now_ms())

    manifest = await studio.storage.recordings.manifest(session.recording.id)
    assert manifest is not None
    assert [(one.start_ms, one.end_ms) for one in manifest.fragments] == spans
    assert sorted((one.fragment, one.purpose) for one in manifest.parts) == [
        (number, purpose) for number in (1, 2) for purpose in ("camera", "mic")
    ]
    for part in manifest.parts:
        start_ms, end_ms = spans[part.fragment - 1]
        assert start_ms <= part.start_ms < start_ms + 1200  # a camera begins with its next keyframe
        assert part.start_ms + part.duration_ms <= end_ms + 40
        assert played(studio.media_file(part.id)).warnings == ""
    assert {one.stem for one in all_files(studio)} == {part.id for part in manifest.parts} < before
    assert [one.text for one in manifest.chat] == ["on the record"] * 2
    (receipt,) = await studio.storage.recordings.receipts(session.recording.id)
    assert receipt.cause == "unmarked" and receipt.parts >= 5 and receipt.bytes > 0
    assert (1, Purpose.CAMERA) in studio.room.keyframes  # asked for at each mark


async def test_who_refuses_consent_is_not_written(studio: Studio) -> None:
    """S-44: without a yes no tap is opened; a no in mid session closes it; a later yes opens it."""
    session = await studio.begin()
    session.participant(person(1, "no"))
    session.participant(person(2, None))
    session.participant(person(3, "yes"))
    for number in (1, 2, 3):
        studio.publish(number, Purpose.MIC)
    assert list(studio.room.taps) == [(3, Purpose.MIC)]
    await studio.play(1.2)
    session.participant(person(3, "no"))
    session.participant(person(2, "yes"))
    assert list(studio.room.taps) == [(2, Purpose.MIC)]
    await studio.play(1.2)
    await session.close(studio.now_ms())
    parts = await studio.storage.recordings.parts(session.recording.id)
    assert [one.participant for one in parts] == ["p3", "p2"]
    assert all(800 < one.duration_ms < 1500 for one in parts)


async def test_a_mute_keeps_the_tap_and_a_reconnect_makes_a_new_part(studio: Studio) -> None:
    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    await studio.play(1.0)
    studio.unpublish(1, Purpose.MIC)
    await studio.play(0.6)
    studio.publish(1, Purpose.MIC)
    assert studio.room.opened == 1
    await studio.play(0.6)
    session.transport_closed(PeerNumber(1))
    assert studio.room.taps == {}
    studio.publish(1, Purpose.MIC)
    await studio.play(1.0)
    await session.close(studio.now_ms())
    parts = await studio.storage.recordings.parts(session.recording.id)
    assert len(parts) == 2
    assert parts[0].duration_ms > 2000  # the mute is silence inside it
    assert parts[0].start_ms + parts[0].duration_ms <= parts[1].start_ms + 40


async def test_speech_and_people_are_in_the_manifest(studio: Studio) -> None:
    session = await studio.begin()
    start_ms = session.recording.started_ms
    session.participant(person(1))
    session.participant(person(2, "no"))
    session.speakers([PeerNumber(1), PeerNumber(2)], start_ms + 1000)
    session.speakers([], start_ms + 3000)
    session.speakers([PeerNumber(1)], start_ms + 4000)  # a breath
    await session.close(start_ms + 6000)
    manifest = await studio.storage.recordings.manifest(session.recording.id)
    assert manifest is not None
    assert [(one.participant, one.start_ms, one.end_ms) for one in manifest.speech] == [("p1", 1000, 6000)]


async def test_an_open_fragment_ends_with_the_session(studio: Studio) -> None:
    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    session.mark(True, studio.now_ms())
    session.mark(True, studio.now_ms())
    await studio.play(1.5)
    await session.close(studio.now_ms())
    (fragment,) = await studio.storage.recordings.fragments(session.recording.id)
    assert fragment.end_ms is not None and 1400 < fragment.end_ms - fragment.start_ms < 2500
    record = await studio.storage.recordings.get(session.recording.id)
    assert record is not None and record.duration_ms == fragment.end_ms - fragment.start_ms
