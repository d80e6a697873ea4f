"""The facts that the repository of recordings gives out. Times of a recording and a receipt are Unix ms, all
others are relative to the recording's start."""

from dataclasses import dataclass

from storage.ids import ConferenceId, RecordingId, SessionId, UserId


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """What was destroyed, when and why. cause: unmarked (outside the fragments), owner, retention."""

    at_ms: int
    cause: str
    parts: int
    bytes: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """state: capturing, ready, deleting (asked for, files not gone yet), deleted (then `receipt` is there).

    `duration_ms`: of the marked fragments if there are any, else of the whole. `bytes`: of what is kept."""

    id: RecordingId
    conference: ConferenceId
    session: SessionId
    owner: UserId
    title: str
    state: str
    started_ms: int
    ended_ms: int | None
    expires_ms: int | None
    bytes: int
    duration_ms: int
    fragments: int
    receipt: ReceiptRecord | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    participant: str
    number: int
    name: str
    role: str
    moderator: bool
    consent: str | None
    joined_ms: int = 0
    left_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One file with one track. `open`: still being written, or not yet adopted after a crash."""

    id: str
    recording: RecordingId
    participant: str
    purpose: str
    fragment: int | None
    start_ms: int
    duration_ms: int = 0
    bytes: int = 0
    width: int = 0
    height: int = 0
    open: bool = True

    @property
    def mime(self) -> str:
        if self.purpose in ("mic", "screen_audio"):
            return 'audio/webm; codecs="opus"'
        return 'video/webm; codecs="vp8"'


@dataclass(frozen=True, slots=True)
class FragmentRecord:
    number: int
    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class SpeechRecord:
    participant: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class ChatRecord:
    at_ms: int
    from_name: str
    text: str


@dataclass(frozen=True, slots=True)
class RecordingManifest:
    """Everything a player needs; `duration_ms` is the length of the timeline, gaps included."""

    recording: RecordingRecord
    people: tuple[PersonRecord, ...]
    parts: tuple[PartRecord, ...]
    fragments: tuple[FragmentRecord, ...]
    speech: tuple[SpeechRecord, ...]
    chat: tuple[ChatRecord, ...]
    duration_ms: int
