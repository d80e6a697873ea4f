"""The fold: what a room is after its events. Only `apply` changes it; it asks nobody and refuses nothing."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from rooms.events import (
    AllHeldChanged,
    BannedChanged,
    ChatClosed,
    ChatDeleted,
    ChatSent,
    Ending,
    Event,
    HandsChanged,
    Knocked,
    KnockMessage,
    LobbyChanged,
    Locked,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    RecordingChanged,
    Restarted,
    SessionEnded,
    SessionStarted,
    SpotlightChanged,
    WaitingLeft,
)
from rooms.ids import DeviceId, MessageId, ParticipantId, ParticipantNumber
from rooms.model import (
    Banned,
    ChatMessage,
    Device,
    EndReason,
    KnockOutcome,
    LeftReason,
    Participant,
    Recording,
    RecordingPhase,
    Session,
    Waiting,
)

CHAT_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was in this conference. `last`: as they left this session; `before`: as seen in earlier ones."""

    number: ParticipantNumber
    name: str
    device: DeviceId
    last: Participant | None
    before: Participant | None = None


@dataclass(slots=True)
class RoomState:
    """Session things are reset when a session starts; chat, bans and numbers last as long as the conference."""

    seq: int = 0
    session: Session | None = None
    over: EndReason | None = None
    participants: dict[ParticipantId, Participant] = field(default_factory=dict)
    disconnected_at: dict[ParticipantId, int] = field(default_factory=dict)
    empty_since: int | None = None
    hands: tuple[ParticipantId, ...] = ()
    spotlight: ParticipantId | None = None
    locked: bool = False
    chat_closed: bool = False
    all_held: frozenset[Device] = frozenset()
    recording: Recording = field(default_factory=Recording)
    removed: dict[ParticipantId, DeviceId] = field(default_factory=dict)
    chat: OrderedDict[MessageId, ChatMessage] = field(default_factory=OrderedDict)
    banned: dict[ParticipantId, Banned] = field(default_factory=dict)
    known: dict[ParticipantId, Known] = field(default_factory=dict)
    last_number: int = 0
    waiting: dict[ParticipantId, Waiting] = field(default_factory=dict)
    knocked_from: dict[ParticipantId, DeviceId] = field(default_factory=dict)
    admitted: set[ParticipantId] = field(default_factory=set)
    refused: dict[ParticipantId, DeviceId] = field(default_factory=dict)
    lobby: bool | None = None  # as set in the room this session; None: as the conference says
    warned_of: int | None = None

    def apply(self, event: Event) -> None:
        """Take in the next event. Total: any event of the log applies."""
        self.seq = event.seq
        match event.fact:
            case SessionStarted(session, wanted):
                self._start(Session(session, event.at_ms), wanted)
            case ParticipantJoined(participant, device):
                self._join(participant, device)
            case ParticipantLeft(id, reason):
                self._leave(id, reason, event.at_ms)
            case ParticipantChanged(id, changes):
                self._change(id, dict(changes), event.at_ms)
            case HandsChanged(hands):
                self.hands = hands
            case ChatSent(message):
                self.chat[message.id] = message
                while len(self.chat) > CHAT_KEPT:
                    self.chat.popitem(last=False)
            case ChatDeleted(id, by):
                if id in self.chat:
                    self.chat[id] = replace(self.chat[id], text="", deleted_by=by)
            case ChatClosed(closed):
                self.chat_closed = closed
            case Knocked(waiting, device):
                self.waiting[waiting.id] = waiting
                self.knocked_from[waiting.id] = device
            case KnockMessage(id, text):
                if id in self.waiting:
                    self.waiting[id] = replace(self.waiting[id], message=text)
            case WaitingLeft(ids, outcome):
                self._stop_waiting(ids, outcome)
            case LobbyChanged(on):
                self.lobby = on
            case Ending(ends_at):
                self.warned_of = ends_at
            case Locked(locked):
                self.locked = locked
            case AllHeldChanged(held):
                self.all_held = held
            case SpotlightChanged(id):
                self.spotlight = id
            case RecordingChanged(recording):
                self.recording = recording
            case BannedChanged(banned):
                now = {one.id: one for one in banned}
                for id in self.banned.keys() - now.keys():
                    self.removed.pop(id, None)
                self.banned = now
            case SessionEnded(reason):
                self._end(reason)
            case Restarted():
                self._restart(event.at_ms)
            case _:
                pass  # asked, reacted, consent asked: told, not kept

    def _start(self, session: Session, wanted: bool) -> None:
        self._clear()
        self.session = session
        self.empty_since = session.started_at
        phase = RecordingPhase.ARMED if wanted else RecordingPhase.OFF
        self.recording = Recording(wanted=wanted, state=phase)

    def _clear(self) -> None:
        self.known = {
            id: replace(one, last=None, before=self.participants.get(id) or one.last or one.before)
            for id, one in self.known.items()
        }
        self.participants = {}
        self.disconnected_at = {}
        self.removed = {}
        self.hands = ()
        self.spotlight = None
        self.locked = self.chat_closed = False
        self.all_held = frozenset()
        self.recording = Recording()
        self.session = None
        self.empty_since = None
        self.admitted = set()
        self.refused = {}
        self.lobby = None
        self.warned_of = None

    def _stop_waiting(self, ids: tuple[ParticipantId, ...], outcome: KnockOutcome) -> None:
        for id in ids:
            self.waiting.pop(id, None)
            device = self.knocked_from.pop(id, DeviceId(""))
            if outcome is KnockOutcome.ADMITTED:
                self.admitted.add(id)
            elif outcome is KnockOutcome.REFUSED:
                self.refused[id] = device

    def _join(self, participant: Participant, device: DeviceId) -> None:
        id = participant.id
        self.participants[id] = participant
        self.waiting.pop(id, None)
        self.knocked_from.pop(id, None)
        self.known[id] = Known(participant.number, participant.name, device, None)
        self.last_number = max(self.last_number, participant.number)
        self.empty_since = None

    def _leave(self, id: ParticipantId, reason: LeftReason, at_ms: int) -> None:
        gone = self.participants.pop(id, None)
        self.disconnected_at.pop(id, None)
        known = self.known.get(id)
        if gone is not None and known is not None:
            self.known[id] = replace(known, last=gone)
        if reason in (LeftReason.KICKED, LeftReason.BANNED):
            self.removed[id] = known.device if known else DeviceId("")
        if not self.participants:
            self.empty_since = at_ms

    def _change(self, id: ParticipantId, changes: dict[str, object], at_ms: int) -> None:
        before = self.participants.get(id)
        if before is None:
            return
        after = replace(before, **changes)  # type: ignore[arg-type]
        self.participants[id] = after
        if before.connected and not after.connected:
            self.disconnected_at[id] = at_ms
        elif after.connected:
            self.disconnected_at.pop(id, None)

    def _end(self, reason: EndReason) -> None:
        self._clear()
        if reason in (EndReason.ENDED, EndReason.EXPIRED):
            self.over = reason
            self.waiting = {}
            self.knocked_from = {}

    def _restart(self, at_ms: int) -> None:
        self.waiting = {}  # their sockets are gone; they knock again
        self.knocked_from = {}
        for id, participant in self.participants.items():
            self.participants[id] = replace(participant, connected=False)
            self.disconnected_at[id] = at_ms
        if self.session is not None and not self.participants:
            self.empty_since = at_ms
