"""The facts a room consists of, as a log: an `Event` is one fact with its number, time, actor and act.

`rooms.codec` writes and reads them; `rooms.visibility` says who may see which; `rooms.state` folds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rooms.ids import DeviceId, MessageId, ParticipantId, SessionId
from rooms.model import (
    Banned,
    ChatMessage,
    Consent,
    Device,
    EndReason,
    KnockOutcome,
    LeftReason,
    Mode,
    Participant,
    Promotion,
    Recording,
    Role,
    Switch,
    Waiting,
)

Change = Switch | Role | bool | Mode | Consent | Promotion | None


@dataclass(frozen=True, slots=True)
class SessionStarted:
    session: SessionId
    recording_wanted: bool


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    participant: Participant
    device: DeviceId


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    id: ParticipantId
    reason: LeftReason


@dataclass(frozen=True, slots=True)
class ParticipantChanged:
    """`changes`: the fields of `Participant` that changed, by name, with their whole new value."""

    id: ParticipantId
    changes: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody is asked to unmute; only the target sees it."""

    id: ParticipantId
    what: str


@dataclass(frozen=True, slots=True)
class HandsChanged:
    hands: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class Reacted:
    id: ParticipantId
    reaction: str


@dataclass(frozen=True, slots=True)
class ChatSent:
    message: ChatMessage


@dataclass(frozen=True, slots=True)
class ChatDeleted:
    message: MessageId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class ChatClosed:
    closed: bool


@dataclass(frozen=True, slots=True)
class Locked:
    locked: bool


@dataclass(frozen=True, slots=True)
class AllHeldChanged:
    """What is held for everyone but moderators, late joiners too."""

    held: frozenset[Device]


@dataclass(frozen=True, slots=True)
class SpotlightChanged:
    id: ParticipantId | None


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    recording: Recording


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """These have not said whether they may be recorded."""

    ids: frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class BannedChanged:
    banned: tuple[Banned, ...]


@dataclass(frozen=True, slots=True)
class Knocked:
    waiting: Waiting
    device: DeviceId


@dataclass(frozen=True, slots=True)
class KnockMessage:
    id: ParticipantId
    text: str


@dataclass(frozen=True, slots=True)
class WaitingLeft:
    ids: tuple[ParticipantId, ...]
    outcome: KnockOutcome


@dataclass(frozen=True, slots=True)
class LobbyChanged:
    on: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """The planned end is near (decision 2)."""

    ends_at: int


@dataclass(frozen=True, slots=True)
class EndMoved:
    ends_at: int


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The conference was changed outside of the room: what people see of it."""

    title: str
    max_participants: int
    ends_at: int | None
    longest_end: int | None


@dataclass(frozen=True, slots=True)
class SessionEnded:
    reason: EndReason


@dataclass(frozen=True, slots=True)
class Restarted:
    """The server came back: everyone is disconnected, and the grace time runs from here."""


Fact = (
    SessionStarted
    | ParticipantJoined
    | ParticipantLeft
    | ParticipantChanged
    | Asked
    | HandsChanged
    | Reacted
    | ChatSent
    | ChatDeleted
    | ChatClosed
    | Locked
    | AllHeldChanged
    | SpotlightChanged
    | RecordingChanged
    | ConsentAsked
    | BannedChanged
    | Knocked
    | KnockMessage
    | WaitingLeft
    | LobbyChanged
    | Ending
    | EndMoved
    | SettingsChanged
    | SessionEnded
    | Restarted
)


@dataclass(frozen=True, slots=True)
class Event:
    """`actor` None: the server itself. `action`: the act that caused it (a value of rights.Act, or `join`,
    `disconnect`, `timeout`, ...)."""

    seq: int
    at_ms: int
    actor: ParticipantId | None
    action: str
    fact: Fact
