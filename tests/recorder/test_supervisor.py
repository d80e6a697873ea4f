"""Deaths of the recorder and of the server: what was recorded up to two seconds before plays, and it goes on."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recorder.process import RecorderProcess
from sfu.types import Purpose
from tests.recorder.playing import played
from tests.recorder.studio import Studio, person

LOST_MS = 2000


def process_of(studio: Studio) -> RecorderProcess:
    assert studio.service._process is not None
    return studio.service._process


async def test_killed_recorder_loses_two_seconds_at_most_and_goes_on_in_new_parts(studio: Studio) -> None:
    """S-42: `kill -9` of the recorder at any moment."""
    session = await studio.begin()
    session.participant(person(1))
    session.participant(person(2))
    for purpose in (Purpose.MIC, Purpose.CAMERA):
        studio.publish(1, purpose)
    studio.publish(2, Purpose.MIC)
    kills = []
    rng = random.Random(3)
    for _ in range(2):
        await studio.play(3.0 + rng.random() * 1.5)
        dead = process_of(studio)
        os.kill(dead.pid, signal.SIGKILL)
        kills.append(studio.now_ms() - session.recording.started_ms)
        for _ in range(200):
            await studio.play(0.05)
            if studio.service._process not in (None, dead):
                break
        assert await studio.service.healthy()
    await studio.play(2.5)
    await session.close(studio.now_ms())

    assert studio.service.stats()["process_restarts"] == 2
    parts = await studio.storage.recordings.parts(session.recording.id)
    assert len(parts) == 9  # three tracks, three runs
    assert not any(one.open for one in parts)
    for killed_ms in kills:
        ends = [p.start_ms + p.duration_ms for p in parts if p.start_ms + p.duration_ms <= killed_ms + 100]
        assert max(ends) >= killed_ms - LOST_MS
        before = [p for p in parts if p.start_ms + p.duration_ms <= killed_ms + 100]
        newest = {(p.participant, p.purpose): p.start_ms + p.duration_ms for p in before}
        assert len(newest) == 3 and min(newest.values()) >= killed_ms - LOST_MS
    for part in parts:
        assert played(studio.media_file(part.id)).frames >= 20


async def test_killed_server_is_adopted_and_the_recording_goes_on(tmp_path: Path) -> None:
    """S-42: `kill -9` of the server: the recorder closes its files by itself, the next start takes them over and the
    fragment goes on."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.recorder.live_server", str(tmp_path), "60"), stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    recording, session_id = "", ""
    while line := await server.stdout.readline():
        words = line.decode().split()
        if len(words) == 3 and words[0] == "recording":
            recording, session_id = words[1:]
            break
    await asyncio.sleep(3.2)
    server.kill()
    killed_ms = int(time.time() * 1000)
    await server.wait()

    studio = Studio(tmp_path)
    await studio.open()
    parts = await studio.storage.recordings.parts(recording)
    record = await studio.storage.recordings.get(recording)
    assert record is not None and record.state == "capturing"
    assert sorted(one.purpose for one in parts) == ["camera", "mic"]
    for part in parts:
        assert not part.open and part.fragment == 1
        assert record.started_ms + part.start_ms + part.duration_ms >= killed_ms - LOST_MS
        media = studio.storage.recording_files.media(recording, part.id)
        assert media.stat().st_size == part.bytes
        assert played(media).frames > 60

    session = await studio.begin(session_id)
    assert session.recording.id == recording
    (fragment,) = await studio.storage.recordings.fragments(recording)
    session.mark(True, record.started_ms + fragment.start_ms)
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    await studio.play(1.5)
    await session.close(studio.now_ms())
    manifest = await studio.storage.recordings.manifest(recording)
    assert manifest is not None
    assert len(manifest.fragments) == 1 and manifest.fragments[0].end_ms is not None
    assert [one.fragment for one in manifest.parts] == [1, 1, 1]
    await studio.close()


async def test_a_session_that_ended_while_the_server_was_down_is_finished_at_the_start(tmp_path: Path) -> None:
    """S-45: nobody has to come back for a recording to become ready."""
    studio = Studio(tmp_path)
    await studio.open()
    session_id = await studio.convene()
    session = await studio.begin(session_id)
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    await studio.play(1.5)
    await studio.storage.sessions.close(session_id, studio.now_ms())
    await studio.close()  # the session's recorder was never closed

    again = Studio(tmp_path)
    await again.open()
    record = await again.storage.recordings.get(session.recording.id)
    assert record is not None and record.state == "ready" and record.bytes > 0
    await again.close()


async def test_a_full_socket_costs_packets_and_not_the_recording(studio: Studio) -> None:
    """S-42: the media server drops to the next keyframe when the recorder does not keep up; a stopped recorder
    process goes on where it can."""
    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.CAMERA)
    studio.publish(1, Purpose.MIC)
    await studio.play(1.5)
    pid = process_of(studio).pid
    media = studio.media.socket
    assert media is not None
    media.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    os.kill(pid, signal.SIGSTOP)
    await studio.play(3.0)
    os.kill(pid, signal.SIGCONT)
    await studio.play(3.0)
    await session.close(studio.now_ms())
    parts = await studio.storage.recordings.parts(session.recording.id)
    assert {one.purpose for one in parts} == {"camera", "mic"}
    last = {one.purpose: one.start_ms + one.duration_ms for one in parts}
    assert min(last.values()) > 6500
    for part in parts:
        assert played(studio.media_file(part.id)).frames > 5


async def test_retention_finishes_interrupted_deletions_and_removes_orphans(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-46: a death between the mark and the files is repaired by the next sweep."""
    from recorder.retention import sweep

    session = await studio.begin()
    session.participant(person(1))
    studio.publish(1, Purpose.MIC)
    await studio.play(1.2)
    await session.close(studio.now_ms())
    files, repository = studio.storage.recording_files, studio.storage.recordings
    part = (await repository.parts(session.recording.id))[0]
    stray = files.media(session.recording.id, "stray")
    stray.write_bytes(b"left")
    unknown = files.of("unknown")
    unknown.mkdir()
    (unknown / "x.webm").write_bytes(b"left")
    await sweep(studio.storage, studio.folder, studio.now_ms())
    assert not stray.exists() and not unknown.exists()
    assert files.media(session.recording.id, part.id).exists()

    def no(self: object, recording: str) -> int:
        raise OSError("the disk is away")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr("storage.recording_files.RecordingFiles.remove", no)
        await repository.delete(session.recording.id, cause="owner", at_ms=1, files=files)
    record = await repository.get(session.recording.id)
    assert record is not None and record.state == "deleting"
    await sweep(studio.storage, studio.folder, studio.now_ms())
    record = await repository.get(session.recording.id)
    assert record is not None and record.receipt is not None
    assert (record.state, record.receipt.cause, record.receipt.bytes) == ("deleted", "owner", part.bytes)
    assert not files.of(session.recording.id).exists()
