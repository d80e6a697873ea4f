"""What can be asked of a room. Values are typed; untrusted payloads become commands in `signaling.messages`."""

from dataclasses import dataclass
from enum import StrEnum

from rooms.ids import NO_DEVICE, DeviceId, MessageId, ParticipantId, SessionId
from rooms.model import Consent, Mode, Role, RoomSettings
from rooms.rights import Act

CHAT_MAX_CHARS = 4000
LOBBY_MAX_CHARS = 300


class Reaction(StrEnum):
    THUMBS_UP = "thumbs_up"
    CLAP = "clap"
    HEART = "heart"
    LAUGH = "laugh"
    SURPRISE = "surprise"
    CELEBRATE = "celebrate"


class RecordingAction(StrEnum):
    REQUEST = "request"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Join:
    """The actor enters or comes back. `session`: id for the session that this join opens, if none is open."""

    session: SessionId
    name: str
    role: Role
    moderator: bool = False
    organiser: bool = False
    guest: bool = False
    phone: bool = False
    device: DeviceId = NO_DEVICE
    consent: Consent | None = None
    mode: Mode = Mode.SPEAK
    mic: bool = False
    camera: bool = False
    screen: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The actor's socket is gone; the seat stays for the grace time."""


@dataclass(frozen=True, slots=True)
class SetMic:
    on: bool


@dataclass(frozen=True, slots=True)
class SetCamera:
    on: bool


@dataclass(frozen=True, slots=True)
class SetScreen:
    on: bool
    audio: bool = False


@dataclass(frozen=True, slots=True)
class SetMode:
    mode: Mode


@dataclass(frozen=True, slots=True)
class SetConsent:
    consent: Consent


@dataclass(frozen=True, slots=True)
class Hand:
    """`participant` None: one's own."""

    raised: bool
    participant: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class React:
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class ChatSend:
    text: str
    to: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class ChatDelete:
    message: MessageId


@dataclass(frozen=True, slots=True)
class ChatClose:
    closed: bool


@dataclass(frozen=True, slots=True)
class Moderate:
    """`target` None: everyone but moderators (`for_all`), or nobody in particular (unspotlight). `hold` says
    something only with the acts that turn off."""

    action: Act
    target: ParticipantId | None = None
    hold: bool = False


@dataclass(frozen=True, slots=True)
class PromotionAnswer:
    accept: bool


@dataclass(frozen=True, slots=True)
class Lock:
    locked: bool


@dataclass(frozen=True, slots=True)
class Record:
    action: RecordingAction


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who has to wait comes to the door."""

    name: str
    guest: bool = False
    device: DeviceId = NO_DEVICE


@dataclass(frozen=True, slots=True)
class KnockOff:
    """The actor waits no longer (the socket is gone)."""


@dataclass(frozen=True, slots=True)
class LobbyMessage:
    """From who waits, to the moderators."""

    text: str


@dataclass(frozen=True, slots=True)
class Admit:
    """`target` None: everybody who waits."""

    target: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    target: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class SetLobby:
    on: bool


@dataclass(frozen=True, slots=True)
class Extend:
    minutes: int


@dataclass(frozen=True, slots=True)
class End:
    """End for all: the conference is over. The actor may be the server (None)."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: grace, empty room, the conference's own end. Only the server sends it."""


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """The conference was changed outside of the room. Only the server sends it; these are its `settings` then."""

    settings: RoomSettings


@dataclass(frozen=True, slots=True)
class Restart:
    """The server came back with this room. Only the server sends it."""


Command = (
    Join
    | Leave
    | Disconnect
    | SetMic
    | SetCamera
    | SetScreen
    | SetMode
    | SetConsent
    | Hand
    | React
    | ChatSend
    | ChatDelete
    | ChatClose
    | Moderate
    | PromotionAnswer
    | Lock
    | Record
    | Knock
    | KnockOff
    | LobbyMessage
    | Admit
    | Refuse
    | SetLobby
    | Extend
    | End
    | Tick
    | ChangeSettings
    | Restart
)

MODERATION_ACTS = frozenset(
    {
        Act.MUTE,
        Act.STOP_CAMERA,
        Act.STOP_SHARE,
        Act.RELEASE,
        Act.ASK_UNMUTE,
        Act.LOWER_HAND,
        Act.PROMOTE_SPEAKER,
        Act.PROMOTE_PRESENTER,
        Act.DEMOTE_LISTENER,
        Act.DEMOTE_SPEAKER,
        Act.MAKE_MODERATOR,
        Act.REMOVE_MODERATOR,
        Act.SPOTLIGHT,
        Act.UNSPOTLIGHT,
        Act.KICK,
        Act.BAN,
        Act.UNBAN,
    }
)
ACTS_FOR_ALL = frozenset(
    {Act.MUTE, Act.STOP_CAMERA, Act.STOP_SHARE, Act.RELEASE, Act.ASK_UNMUTE, Act.LOWER_HAND, Act.UNSPOTLIGHT}
)
