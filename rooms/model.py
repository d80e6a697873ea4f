"""Facts about people and things in a room: frozen values, no behaviour beyond reading them."""

from dataclasses import dataclass, field
from enum import StrEnum

from rooms.ids import DeviceId, MessageId, ParticipantId, ParticipantNumber, SessionId


class Role(StrEnum):
    """A listener sends nothing, a speaker microphone and camera, a presenter also the screen."""

    LISTENER = "listener"
    SPEAKER = "speaker"
    PRESENTER = "presenter"

    @property
    def rank(self) -> int:
        return ("listener", "speaker", "presenter").index(self.value)


class Mode(StrEnum):
    """A speaker's own switch between headphones and microphone (S-18..S-20); it changes no right."""

    SPEAK = "speak"
    LISTEN = "listen"


class By(StrEnum):
    """Who turned it off (or on)."""

    SELF = "self"
    MODERATOR = "moderator"


class Consent(StrEnum):
    """The answer to "this conference is recorded". No answer is None, and counts as no for the recorder."""

    YES = "yes"
    NO = "no"


class Device(StrEnum):
    """What a moderator can turn off and hold."""

    MIC = "mic"
    CAMERA = "camera"
    SCREEN = "screen"


class RecordingPhase(StrEnum):
    """OFF: nothing is written. ARMED: captured as safety copy. RECORDING: a fragment is being marked."""

    OFF = "off"
    ARMED = "armed"
    RECORDING = "recording"


class LeftReason(StrEnum):
    LEFT = "left"
    TIMEOUT = "timeout"
    KICKED = "kicked"
    BANNED = "banned"


class EndReason(StrEnum):
    """ENDED and EXPIRED end the conference; EMPTY and LIMIT only this session."""

    ENDED = "ended"
    EMPTY = "empty"
    EXPIRED = "expired"
    LIMIT = "limit"  # a session lasts a day at most (E2-2)


class StartAs(StrEnum):
    SPEAKER = "speaker"
    LISTENER = "listener"


class WhoPresents(StrEnum):
    EVERYONE = "everyone"
    PROMOTED = "promoted"


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """What the organiser chose for the conference. Times in Unix ms."""

    title: str
    start_as: StartAs = StartAs.SPEAKER
    who_presents: WhoPresents = WhoPresents.EVERYONE
    record: bool = False
    max_participants: int = 300
    expires_at: int | None = None
    longest_end: int | None = None
    """How far a moderator may move `expires_at`."""
    lobby: bool = False
    session_max_ms: int = 24 * 3_600_000
    warn_before_ms: int = 5 * 60_000
    grace_ms: int = 30_000
    empty_after_ms: int = 120_000


@dataclass(frozen=True, slots=True)
class Switch:
    """A microphone, a camera or a shared screen (`audio`: with its sound)."""

    on: bool = False
    held: bool = False
    by: By = By.SELF
    audio: bool = False


@dataclass(frozen=True, slots=True)
class Promotion:
    """An invitation that waits for its answer (S-24)."""

    role: Role
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class Participant:
    id: ParticipantId
    number: ParticipantNumber
    name: str
    role: Role
    moderator: bool = False
    organiser: bool = False
    guest: bool = False
    phone: bool = False
    mode: Mode = Mode.SPEAK
    connected: bool = True
    consent: Consent | None = None
    joined_at: int = 0
    mic: Switch = field(default_factory=Switch)
    camera: Switch = field(default_factory=Switch)
    screen: Switch = field(default_factory=Switch)
    promotion: Promotion | None = None

    def switch(self, device: Device) -> Switch:
        return {Device.MIC: self.mic, Device.CAMERA: self.camera, Device.SCREEN: self.screen}[device]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """`to` None: everyone. A deleted message keeps its place and loses its text. `seq`: its event."""

    id: MessageId
    seq: int
    sender: ParticipantId
    sender_name: str
    to: ParticipantId | None
    text: str
    at: int
    deleted_by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Of the running session. `since`: start of the fragment being marked. `fragments`: begun so far."""

    wanted: bool = False
    state: RecordingPhase = RecordingPhase.OFF
    since: int | None = None
    fragments: int = 0
    by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Banned:
    id: ParticipantId
    name: str
    device: DeviceId


class KnockOutcome(StrEnum):
    """How waiting ends."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody before the door, with a word for the moderators. No participant yet."""

    id: ParticipantId
    name: str
    guest: bool
    since: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    id: SessionId
    started_at: int
