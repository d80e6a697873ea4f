"""What the recorder process is told and what it reports: one JSON object per line over a Unix stream socket.

Commands go to the process, facts come back. Times are Unix µs; `*_ms` are relative to the recording's start.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from recorder.errors import RecorderError


class BadLine(RecorderError):
    """A line over the control socket is no message."""

    code = "bad_line"


@dataclass(frozen=True, slots=True)
class OpenTap:
    """Packets of `tap` are this track of this participant from now on. `fragment`: the mark it lies in, or None."""

    name: ClassVar[str] = "open_tap"
    tap: int
    recording: str
    participant: str
    purpose: str
    origin_us: int
    fragment: int | None = None

    @property
    def video(self) -> bool:
        return self.purpose in ("camera", "screen")


@dataclass(frozen=True, slots=True)
class CloseTap:
    """Nothing more of it is wanted: what was captured is written and its part closed."""

    name: ClassVar[str] = "close_tap"
    tap: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What was captured at `at_us` or later goes into new parts, marked with `fragment`."""

    name: ClassVar[str] = "cut"
    recording: str
    at_us: int
    fragment: int | None


@dataclass(frozen=True, slots=True)
class CloseRecording:
    """All its taps; answered by RecordingClosed when everything is on disk."""

    name: ClassVar[str] = "close_recording"
    recording: str


@dataclass(frozen=True, slots=True)
class Ready:
    name: ClassVar[str] = "ready"


@dataclass(frozen=True, slots=True)
class PartOpened:
    """Also the text of the label beside the media, from which a file is adopted after a crash."""

    name: ClassVar[str] = "part_opened"
    part: str
    recording: str
    participant: str
    purpose: str
    fragment: int | None
    start_ms: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`(part, bytes, duration_ms)` of the open parts that grew, about once a second."""

    name: ClassVar[str] = "progress"
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class PartClosed:
    name: ClassVar[str] = "part_closed"
    part: str
    bytes: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RecordingClosed:
    name: ClassVar[str] = "recording_closed"
    recording: str


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    name: ClassVar[str] = "keyframe_wanted"
    tap: int


@dataclass(frozen=True, slots=True)
class TapEnded:
    """The media server ended this tap (its track is gone)."""

    name: ClassVar[str] = "tap_ended"
    tap: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """code: disk_full, cannot_write, overload, bad_packet (the first). `count`: packets dropped for overload."""

    name: ClassVar[str] = "trouble"
    code: str
    recording: str
    detail: str
    count: int = 0


Command = OpenTap | CloseTap | Cut | CloseRecording
Fact = Ready | PartOpened | Progress | PartClosed | RecordingClosed | KeyframeWanted | TapEnded | Trouble

_COMMANDS: dict[str, type[Command]] = {kind.name: kind for kind in (OpenTap, CloseTap, Cut, CloseRecording)}
_FACTS: dict[str, type[Fact]] = {
    kind.name: kind
    for kind in (Ready, PartOpened, Progress, PartClosed, RecordingClosed, KeyframeWanted, TapEnded, Trouble)
}


def encode(message: Command | Fact) -> bytes:
    return json.dumps({"": message.name, **asdict(message)}, separators=(",", ":")).encode() + b"\n"


def decode_command(line: bytes) -> Command:
    """Raises BadLine."""
    name, fields = _fields(line)
    try:
        return _COMMANDS[name](**fields)
    except (KeyError, TypeError) as error:
        raise BadLine(f"no command: {line[:80]!r}") from error


def decode_fact(line: bytes) -> Fact:
    """Raises BadLine."""
    name, fields = _fields(line)
    try:
        fact = _FACTS[name](**fields)
        if isinstance(fact, Progress):
            return Progress(tuple((str(part), int(size), int(ms)) for part, size, ms in fact.parts))
        return fact
    except (KeyError, TypeError, ValueError) as error:
        raise BadLine(f"no fact: {line[:80]!r}") from error


def _fields(line: bytes) -> tuple[str, dict[str, Any]]:
    try:
        fields = json.loads(line)
        return fields.pop(""), fields
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadLine(f"not a message: {line[:80]!r}") from error
