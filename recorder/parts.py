"""One track becomes parts: when a file begins and ends, and at which times its frames stand.

A part has no gap longer than `AUDIO_GAP_MS` or `VIDEO_GAP_MS`: a player's buffer would stall on it. Shorter holes in
sound are filled with Opus silence; after longer ones (mute, camera off) a new part begins. A fragment mark cuts, too.
"""

import errno
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from json import dumps
from pathlib import Path

from recorder.cluster_muxer import Timed
from recorder.depacketize import Frame
from recorder.messages import Fact, OpenTap, PartClosed, PartOpened, Trouble
from recorder.webm_writer import CLUSTER_MS, PartFile

AUDIO_GAP_MS = 5000
VIDEO_GAP_MS = 3000
SILENCE = b"\xf8\xff\xfe"  # 20 ms of Opus silence (RFC 6716: CELT, full band, mono)
SILENCE_MS = 20
RETRY_MS = 5000
FRAME_MS = 33


@dataclass(slots=True)
class _Open:
    id: str
    file: PartFile
    start_us: int
    last_ms: int = -1
    end_ms: int = 0
    reported: int = 0


class PartSeries:
    """The files of one tap. `write` takes frames with rising capture times; facts go to `report`."""

    def __init__(self, tap: OpenTap, folder: Path, report: Callable[[Fact], None]) -> None:
        self._tap = tap
        self._folder = folder
        self._report = report
        self._open: _Open | None = None
        self._cuts: list[tuple[int, int | None]] = []
        self._fragment = tap.fragment
        self._floor_us = 0
        self._blocked_until_us = 0

    @property
    def id(self) -> str | None:
        return self._open.id if self._open else None

    def cut(self, at_us: int, fragment: int | None) -> None:
        """From capture time `at_us` on it is another fragment, or none."""
        self._cuts.append((at_us, fragment))

    def write(self, frame: Frame, capture_us: int) -> bool:
        """False: a keyframe is needed before anything more can be written."""
        while self._cuts and capture_us >= self._cuts[0][0]:
            self._apply_cut()
        if capture_us < self._floor_us:
            return True  # late for the part it belonged to
        part = self._open
        if part is not None and capture_us - part.start_us - part.end_ms * 1000 > self._longest_gap_us:
            self.close()
            part = None
        if part is None:
            if not frame.keyframe:
                return False
            if capture_us < self._blocked_until_us:
                return True
            part = self._begin(frame, capture_us)
        if part is not None:
            self._guarded(lambda: self._put(part, frame, capture_us), capture_us)
        return True

    def idle(self, now_us: int) -> None:
        """Time passes without frames: cuts and ends of parts happen all the same (with room for late packets)."""
        while self._cuts and now_us >= self._cuts[0][0] + 1_000_000:
            self._apply_cut()
        part = self._open
        if part is None:
            return
        silent_us = now_us - part.start_us - part.end_ms * 1000
        if silent_us > self._longest_gap_us + 1_500_000:
            self.close()
        elif silent_us > CLUSTER_MS * 1000:
            self._guarded(part.file.flush, now_us)

    def progress(self) -> tuple[str, int, int] | None:
        """(part, bytes, duration) if it grew since the last call."""
        part = self._open
        if part is None or part.file.written == part.reported:
            return None
        part.reported = part.file.written
        return part.id, part.file.written, part.file.written_ms

    def close(self) -> None:
        """The part is complete. Idempotent."""
        part = self._open
        if part is None:
            return
        self._guarded(part.file.close, part.start_us + part.end_ms * 1000)
        if self._open is not None:
            self._open = None
            self._report(PartClosed(part.id, part.file.written, part.file.written_ms))

    @property
    def _longest_gap_us(self) -> int:
        return 1000 * (VIDEO_GAP_MS if self._tap.video else AUDIO_GAP_MS)

    def _apply_cut(self) -> None:
        at_us, fragment = self._cuts.pop(0)
        self.close()
        self._floor_us, self._fragment = max(self._floor_us, at_us), fragment

    def _begin(self, frame: Frame, capture_us: int) -> _Open | None:
        part = secrets.token_hex(11)
        opened = PartOpened(
            part=part,
            recording=self._tap.recording,
            participant=self._tap.participant,
            purpose=self._tap.purpose,
            fragment=self._fragment,
            start_ms=max(0, (capture_us - self._tap.origin_us) // 1000),
            width=frame.width,
            height=frame.height,
        )
        try:
            folder = self._folder / self._tap.recording
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / f"{part}.json").write_text(dumps(asdict(opened)))
            size = (frame.width, frame.height) if self._tap.video else None
            file = PartFile(folder / f"{part}.webm", folder / f"{part}.idx", size=size)
        except OSError as error:
            self._trouble(error, capture_us)
            return None
        self._open = _Open(part, file, capture_us)
        self._report(opened)
        return self._open

    def _put(self, part: _Open, frame: Frame, capture_us: int) -> None:
        time_ms = max(round((capture_us - part.start_us) / 1000), part.last_ms + 1)
        if self._tap.video:
            lasts_ms = min(max(FRAME_MS, time_ms - part.last_ms), 100) if part.last_ms >= 0 else FRAME_MS
        else:
            lasts_ms = max(1, frame.duration_us // 1000)
            while time_ms - part.end_ms >= SILENCE_MS:
                part.file.write(Timed(part.end_ms, SILENCE_MS, True, SILENCE))
                part.last_ms, part.end_ms = part.end_ms, part.end_ms + SILENCE_MS
        part.file.write(Timed(time_ms, lasts_ms, frame.keyframe, frame.data))
        part.last_ms, part.end_ms = time_ms, time_ms + lasts_ms

    def _guarded(self, action: Callable[[], None], now_us: int) -> None:
        try:
            action()
        except OSError as error:
            self._trouble(error, now_us)

    def _trouble(self, error: OSError, now_us: int) -> None:
        """The disk says no: the part ends where it was good; another is tried a little later."""
        part, self._open = self._open, None
        self._blocked_until_us = now_us + RETRY_MS * 1000
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        self._report(
            Trouble("disk_full" if full else "cannot_write", self._tap.recording, error.strerror or str(error))
        )
        if part is not None:
            part.file.abandon()
            self._report(PartClosed(part.id, part.file.written, part.file.written_ms))
