"""Time's part of decision 5: 14 days after its end a recording's media goes and a receipt stays (S-46).

`sweep` is called every few minutes. Everything in it may be interrupted anywhere and is finished by the next.
"""

import asyncio
from pathlib import Path

import structlog

from recorder.finalise import adopt_recording, finalise
from storage.errors import StorageError
from storage.recording_files import RecordingFiles
from storage.recording_records import RecordingRecord
from storage.service import Storage

log = structlog.get_logger()

LEFT_OPEN_MS = 120_000  # an ended session's recording is closed by its own director within seconds


async def sweep(storage: Storage, data_dir: Path, now_ms: int) -> None:
    """Deletes what is due, finishes interrupted deletions and ends, removes what belongs to nothing."""
    files = RecordingFiles(data_dir / "recordings")
    for record in await storage.recordings.expired(now_ms):
        await _delete(storage, files, record, "retention", now_ms)
    for record in await storage.recordings.in_state("deleting"):
        await _delete(storage, files, record, "owner", now_ms)
    await finish_abandoned(storage, now_ms, left_open_ms=LEFT_OPEN_MS)
    await _remove_orphans(storage, files)


async def finish_abandoned(storage: Storage, now_ms: int, *, left_open_ms: int) -> None:
    """Recordings whose session ended without them (the server died in between)."""
    for record in await storage.recordings.in_state("capturing"):
        session = await storage.sessions.get(record.session)
        if session is None:
            ended_ms: int | None = record.started_ms + record.duration_ms
        else:
            ended_ms = session.ended_ms
        if ended_ms is not None and now_ms - ended_ms >= left_open_ms:
            await adopt_recording(storage, record.id)
            await finalise(storage, record.id, ended_ms=ended_ms, at_ms=now_ms)


async def _delete(storage: Storage, files: RecordingFiles, record: RecordingRecord, cause: str, now_ms: int) -> None:
    try:
        receipt = await storage.recordings.delete(record.id, cause=cause, at_ms=now_ms, files=files)
    except (OSError, StorageError):
        log.exception("recording not deleted; tried again later", recording=record.id)
        return
    log.info("recording deleted", recording=record.id, cause=receipt.cause, bytes=receipt.bytes)


async def _remove_orphans(storage: Storage, files: RecordingFiles) -> None:
    """Folders without a row or of deleted recordings; files of parts that were not kept."""
    for recording in await asyncio.to_thread(lambda: list(files.recordings())):
        record = await storage.recordings.get(recording)
        try:
            if record is None or record.state == "deleted":
                await asyncio.to_thread(files.remove, recording)
                log.info("orphaned recording removed", recording=recording)
            elif record.state == "ready":
                kept = {one.id for one in await storage.recordings.parts(recording)}
                stray = [part for part in await asyncio.to_thread(files.parts, recording) if part not in kept]
                if stray:
                    await asyncio.to_thread(files.remove_parts, recording, stray)
        except OSError:
            log.exception("orphan not removed", recording=recording)
