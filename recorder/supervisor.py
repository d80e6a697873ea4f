"""Keeps the recorder process alive, hands its facts to storage and to the sessions, and opens recordings.

A process that dies is replaced at once: its files are adopted, every session goes on with new parts.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from recorder import messages as m
from recorder.clerk import Clerk
from recorder.director import SessionDirector
from recorder.finalise import adopt_recording
from recorder.ports import MediaRoom, MediaServer
from recorder.process import RecorderProcess
from recorder.retention import finish_abandoned
from recorder.worker import LOCK
from storage.errors import WrongState
from storage.ids import RecordingId
from storage.lock_file import take
from storage.recording_records import PartRecord
from storage.service import Storage

log = structlog.get_logger()

DAY_MS = 24 * 3600 * 1000
CLOSE_S = 5.0
BACKOFF_S = (0.0, 0.2, 1.0, 5.0)
PREDECESSOR_S = 10.0


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """How long recordings are kept after their end (S-46)."""

    retention_days: float = 14.0


class RecorderService:
    """`await start()`, then `port` opens recordings; `await close()` at the end (sessions go on after a restart)."""

    def __init__(
        self,
        *,
        storage: Storage,
        media: MediaServer,
        data_dir: Path,
        settings: RecorderSettings,
        clock: Callable[[], float],
    ) -> None:
        self._storage = storage
        self._media = media
        self._folder = data_dir / "recordings"
        self._settings = settings
        self._clock = clock
        self._clerk = Clerk()
        self._process: RecorderProcess | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._sessions: dict[str, SessionDirector] = {}
        self._taps: dict[int, SessionDirector] = {}
        self._last_tap = 0
        self._open_parts: dict[str, str] = {}  # part -> recording
        self._closing: dict[str, asyncio.Event] = {}
        self._up = asyncio.Event()
        self._restarts = 0
        self._overload = 0
        self._troubles = 0

    @property
    def port(self) -> "RecorderService":
        """`signaling.ports.RecorderPort`."""
        return self

    async def start(self) -> None:
        """Adopts what a dead server left, then starts the process; without it the server runs on, and it is tried
        again."""
        await asyncio.to_thread(self._await_predecessor)
        self._clerk.start()
        for record in await self._storage.recordings.in_state("capturing"):
            await adopt_recording(self._storage, record.id)
        await finish_abandoned(self._storage, int(self._clock() * 1000), left_open_ms=0)
        self._tasks = [
            asyncio.create_task(self._keep_running(), name="recorder supervisor"),
            asyncio.create_task(self._tick(), name="recorder tick"),
        ]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), PREDECESSOR_S)

    async def open(
        self, *, conference: str, session: str, title: str, owner: str, started_ms: int, media: MediaRoom
    ) -> SessionDirector:
        """The recording of a session: new, or going on after a restart of the server."""
        record = await self._storage.recordings.open(
            conference=conference,
            session_id=session,
            owner=owner,
            title=title,
            started_ms=started_ms,
            retention_ms=int(self._settings.retention_days * DAY_MS),
        )
        if record.state != "capturing":
            raise WrongState("the recording of this session is closed")
        fragments = await self._storage.recordings.fragments(record.id)
        director = SessionDirector(record, fragments, media, self, self._clerk, self._storage, self._clock)
        self._sessions[record.id] = director
        return director

    async def healthy(self) -> bool:
        return self._process is not None

    def stats(self) -> dict[str, float]:
        """For /metrics."""
        return {
            "recordings": len(self._sessions),
            "taps": len(self._taps),
            "open_parts": len(self._open_parts),
            "process_restarts": self._restarts,
            "overload_dropped": self._overload,
            "troubles": self._troubles,
            "facts_dropped": self._clerk.dropped,
        }

    async def close(self) -> None:
        """Files are closed well; sessions that were not closed go on when the server is back. Idempotent."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        process, self._process = self._process, None
        if process is not None:
            self._media.set_tap_socket(-1)
            await process.stop()
        await self._clerk.close()

    # for the directors

    @property
    def up(self) -> bool:
        return self._process is not None

    def tell(self, command: m.Command) -> None:
        if self._process is not None:
            self._process.tell(command)

    def new_tap(self, owner: SessionDirector) -> int:
        self._last_tap += 1
        self._taps[self._last_tap] = owner
        return self._last_tap

    def drop_tap(self, tap: int) -> None:
        self._taps.pop(tap, None)

    async def recording_closed(self, recording: str) -> None:
        process = self._process
        if process is None:
            return
        closed = self._closing.setdefault(recording, asyncio.Event())
        process.tell(m.CloseRecording(recording))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), CLOSE_S)
        self._closing.pop(recording, None)
        if not closed.is_set():
            log.error("recorder process did not close a recording in time", recording=recording)

    def forget(self, director: SessionDirector) -> None:
        self._sessions.pop(director.recording.id, None)

    # the process

    async def _keep_running(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            began = time.monotonic()
            try:
                await self._run_once()
            except Exception:
                log.exception("recorder process does not start")
            failures = 0 if time.monotonic() - began > 10 else failures + 1

    async def _run_once(self) -> None:
        process = await RecorderProcess.start(self._folder, self._hear)
        self._process = process
        self._media.set_tap_socket(process.media.fileno())
        for director in list(self._sessions.values()):
            director.refresh()
        self._up.set()
        log.info("recorder process runs", pid=process.pid)
        await process.ended.wait()
        await self._after_death(process)

    async def _after_death(self, process: RecorderProcess) -> None:
        log.error("recorder process died, starting another", recordings=len(self._sessions))
        self._process = None
        self._restarts += 1
        self._media.set_tap_socket(-1)
        await process.kill()
        for director in list(self._sessions.values()):
            director.process_gone()
        self._taps.clear()
        orphans, self._open_parts = self._open_parts, {}
        await self._clerk.settled()
        for recording in {*orphans.values(), *self._sessions, *self._closing}:
            self._adopt_soon(recording)
        await self._clerk.settled()
        for closed in self._closing.values():
            closed.set()

    def _adopt_soon(self, recording: str) -> None:
        """Only files that are there now: the next process may begin others while this runs."""
        there = set(self._storage.recording_files.parts(recording))
        self._clerk.write(lambda: adopt_recording(self._storage, recording, only=there))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            for director in list(self._sessions.values()):
                try:
                    director.tick()
                except Exception:
                    log.exception("recording session failed", recording=director.recording.id)

    def _hear(self, fact: m.Fact) -> None:
        """A fact from the process."""
        repository = self._storage.recordings
        match fact:
            case m.PartOpened():
                self._open_parts[fact.part] = fact.recording
                part = _row(fact)
                self._clerk.write(lambda: repository.part_opened(part))
            case m.Progress(sizes):
                self._clerk.write(lambda: repository.parts_grew(sizes))
            case m.PartClosed(part_id, size, duration_ms):
                self._open_parts.pop(part_id, None)
                self._clerk.write(lambda: repository.part_closed(part_id, size=size, duration_ms=duration_ms))
            case m.RecordingClosed(recording):
                if recording in self._closing:
                    self._closing[recording].set()
            case m.KeyframeWanted(tap):
                if tap in self._taps:
                    self._taps[tap].keyframe_wanted(tap)
            case m.TapEnded(tap):
                if tap in self._taps:
                    self._taps[tap].tap_ended(tap)
            case m.Trouble(code, recording, detail, count):
                self._troubles += 1
                self._overload += count
                log.error("recorder in trouble", code=code, recording=recording, detail=detail, packets=count)
            case _:
                pass

    def _await_predecessor(self) -> None:
        """The process of a server that died may still be closing its files."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + PREDECESSOR_S
        while time.monotonic() < deadline:
            if (fd := take(self._folder / LOCK)) is not None:
                os.close(fd)
                return
            time.sleep(0.05)
        log.error("another recorder process holds the recordings", folder=str(self._folder))


def _row(opened: m.PartOpened) -> PartRecord:
    return PartRecord(
        id=opened.part,
        recording=RecordingId(opened.recording),
        participant=opened.participant,
        purpose=opened.purpose,
        fragment=opened.fragment,
        start_ms=opened.start_ms,
        width=opened.width,
        height=opened.height,
    )
