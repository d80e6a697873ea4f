"""The end of a recording, and the repair of what a crash left: the rows agree with the files again."""

import asyncio
from collections.abc import Collection

import structlog

from recorder.adopt import Adopted, adopt, read_label
from recorder.decision import decide
from storage.ids import RecordingId
from storage.recording_files import RecordingFiles
from storage.recording_records import PartRecord
from storage.service import Storage

log = structlog.get_logger()


async def finalise(storage: Storage, recording: str, *, ended_ms: int, at_ms: int) -> None:
    """Decision 5: unmarked files go first, then the rows become final; a death in between is repaired by doing it
    again. Files that cannot be removed now are orphans for the next sweep."""
    repository, files = storage.recordings, storage.recording_files
    record = await repository.get(recording)
    if record is None or record.state != "capturing":
        return
    parts, fragments = await repository.parts(recording), await repository.fragments(recording)
    verdict = decide(parts, fragments, max(0, ended_ms - record.started_ms))
    try:
        await asyncio.to_thread(files.remove_parts, recording, [one.id for one in verdict.destroyed])
    except OSError:
        log.exception("unmarked parts not removed", recording=recording)
    await repository.finish(
        recording, ended_ms=ended_ms, at_ms=at_ms, destroyed=verdict.destroyed, kept=verdict.spans or ()
    )
    log.info("recording ready", recording=recording, parts=len(verdict.kept), destroyed=len(verdict.destroyed))


async def adopt_recording(storage: Storage, recording: str, *, only: Collection[str] | None = None) -> int:
    """Completes the parts that nobody closed (of `only`, if given): how many. Files without a row get one from their
    label; rows without a playable file go."""
    repository, files = storage.recordings, storage.recording_files
    rows = {one.id: one for one in await repository.parts(recording)}
    on_disk = set(await asyncio.to_thread(files.parts, recording))
    unfinished = [part for part, row in rows.items() if row.open] + [part for part in on_disk if part not in rows]
    adopted = 0
    for part in unfinished:
        if only is not None and part not in only:
            continue
        try:
            adopted += await _adopt_part(storage, files, recording, part, rows.get(part))
        except OSError:
            log.exception("part not adopted", recording=recording, part=part)
    return adopted


async def _adopt_part(
    storage: Storage, files: RecordingFiles, recording: str, part: str, row: PartRecord | None
) -> bool:
    row = row or await asyncio.to_thread(_from_label, files, recording, part)
    good: Adopted | None = None
    if row is not None:
        video = row.purpose in ("camera", "screen")
        try:
            good = await asyncio.to_thread(
                adopt, files.media(recording, part), files.index(recording, part), video=video
            )
        except FileNotFoundError:
            good = None
    if row is None or good is None:
        await asyncio.to_thread(files.remove_parts, recording, [part])
        await storage.recordings.parts_gone([part])
        return False
    await storage.recordings.part_opened(row)
    await storage.recordings.part_closed(part, size=good.size, duration_ms=good.duration_ms)
    log.info("part adopted", recording=recording, part=part, bytes=good.size, duration_ms=good.duration_ms)
    return True


def _from_label(files: RecordingFiles, recording: str, part: str) -> PartRecord | None:
    label = read_label(files.label(recording, part))
    if label is None or label.recording != recording or label.part != part:
        return None
    return PartRecord(
        id=part,
        recording=RecordingId(label.recording),
        participant=label.participant,
        purpose=label.purpose,
        fragment=label.fragment,
        start_ms=label.start_ms,
        width=label.width,
        height=label.height,
    )
