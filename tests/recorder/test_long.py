"""Two hours of twenty tracks: ready at once, seekable anywhere within a second, also when cut off."""

import io
import random
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from recorder.finalise import adopt_recording, finalise
from storage.ids import RecordingId
from storage.recording_records import RecordingRecord
from storage.service import Storage, StorageConfig
from tests.recorder.long_recording import make_long
from tests.recorder.playing import index

START_MS = 1_800_000_000_000
TWO_HOURS_MS = 7_200_000


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    storage = await Storage.open(StorageConfig(tmp_path))
    yield storage
    await storage.close()


@pytest.fixture
async def recording(storage: Storage) -> RecordingRecord:
    return await make_long(storage, conference="c1", session="s1", owner="u1", started_ms=START_MS)


def picture_at(media: Path, records: list[tuple[int, bool, int]], at_ms: int) -> tuple[float, float]:
    """As a player does it: the head, then the clusters from the last keyframe on. (time of the picture shown at
    `at_ms`, seconds it took)."""
    began = time.monotonic()
    first = max(n for n, (time_ms, keyframe, _) in enumerate(records) if keyframe and time_ms <= at_ms)
    last = max(n for n, (time_ms, _, _) in enumerate(records) if time_ms <= at_ms)
    with media.open("rb") as file:
        data = file.read(records[0][2])
        file.seek(records[first][2])
        data += file.read(
            (records[last + 1][2] if last + 1 < len(records) else media.stat().st_size) - records[first][2]
        )
    with av.open(io.BytesIO(data)) as container:
        shown = max(float(frame.time) for frame in container.decode() if frame.time * 1000 <= at_ms)
    return shown, time.monotonic() - began


async def test_stop_to_ready_takes_less_than_a_second(storage: Storage, recording: RecordingRecord) -> None:
    """S-42: nothing is rewritten at the end, whatever the length."""
    files = {path: path.stat().st_mtime_ns for path in storage.recording_files.of(recording.id).iterdir()}
    began = time.monotonic()
    await adopt_recording(storage, recording.id)
    await finalise(storage, recording.id, ended_ms=START_MS + TWO_HOURS_MS, at_ms=START_MS + TWO_HOURS_MS)
    manifest = await storage.recordings.manifest(recording.id)
    assert time.monotonic() - began < 1.0
    assert manifest is not None
    assert (len(manifest.parts), manifest.duration_ms, manifest.recording.state) == (20, TWO_HOURS_MS, "ready")
    assert {path: path.stat().st_mtime_ns for path in storage.recording_files.of(recording.id).iterdir()} == files


async def median_of_seeks(storage: Storage, recording: RecordingId, until_ms: int) -> float:
    rng = random.Random(5)
    took = []
    for _ in range(25):
        part = f"{rng.choice(('camera', 'mic'))}{rng.randrange(1, 11)}"
        at_ms = rng.randrange(until_ms)
        files = storage.recording_files
        shown, seconds = picture_at(files.media(recording, part), index(files.index(recording, part)), at_ms)
        assert at_ms - 40 <= shown * 1000 <= at_ms
        took.append(seconds)
    print("seeks, ms: median", round(1000 * statistics.median(took), 1), "most", round(1000 * max(took), 1))
    return statistics.median(took)


async def test_any_moment_is_shown_within_a_second(storage: Storage, recording: RecordingRecord) -> None:
    """S-42: median of the seeks, whatever the moment and the track."""
    assert await median_of_seeks(storage, recording.id, TWO_HOURS_MS) < 1.0


async def test_cut_off_files_are_adopted_in_a_moment_and_play_to_the_end(
    storage: Storage, recording: RecordingRecord
) -> None:
    """S-42: `kill -9` after two hours: all twenty files torn in their last cluster."""
    files = storage.recording_files
    parts = await storage.recordings.parts(recording.id)
    await storage.recordings.parts_gone([one.id for one in parts])
    for part in parts:
        media = files.media(recording.id, part.id)
        with media.open("rb+") as file:
            file.truncate(index(files.index(recording.id, part.id))[-1][2] + 20)
        await storage.recordings.part_opened(replace(part, open=True, bytes=0, duration_ms=0))
    began = time.monotonic()
    assert await adopt_recording(storage, recording.id) == 20
    assert time.monotonic() - began < 5.0  # 0.4 s alone; only the ends of the files are read
    for part in await storage.recordings.parts(recording.id):
        assert not part.open
        assert TWO_HOURS_MS - 1100 < part.duration_ms <= TWO_HOURS_MS
    assert await median_of_seeks(storage, recording.id, TWO_HOURS_MS - 1500) < 1.0
    camera = next(one for one in parts if one.purpose == "camera")
    records = index(files.index(recording.id, camera.id))
    shown, _ = picture_at(files.media(recording.id, camera.id), records, TWO_HOURS_MS - 1500)
    assert shown * 1000 > TWO_HOURS_MS - 1600
