"""Who is told which event, and what a newcomer is shown of the room (PROTOCOL.md sections 3 and 4)."""

from collections.abc import Callable

from rooms import chat, codec
from rooms.events import (
    Asked,
    BannedChanged,
    ChatDeleted,
    ChatSent,
    ConsentAsked,
    Event,
    Knocked,
    KnockMessage,
    Restarted,
    WaitingLeft,
)
from rooms.ids import ConferenceId
from rooms.lobby import lobby_is_on
from rooms.model import Participant
from rooms.room import Room
from rooms.state import RoomState

Audience = Callable[[Participant], bool]


def everyone(_: Participant) -> bool:
    return True


def audience(event: Event, state: RoomState) -> Audience:
    """Says of each participant whether the event is for them. `state`: the room after the event."""
    match event.fact:
        case Asked(id, _):
            return lambda one: one.id == id
        case ChatSent(message):
            return everyone if message.to is None else lambda one: chat.sees(message, one.id)
        case ChatDeleted(id, _):
            deleted = state.chat.get(id)
            return everyone if deleted is None else lambda one: chat.sees(deleted, one.id)
        case ConsentAsked(ids):
            return lambda one: one.id in ids
        case BannedChanged() | Knocked() | KnockMessage() | WaitingLeft():
            return lambda one: one.moderator or one.organiser
        case Restarted():
            return lambda one: False
        case _:
            return everyone


def snapshot(conference: ConferenceId, room: Room, viewer: Participant, now_ms: int) -> codec.Json:
    """The `room` object of the join answer, as `viewer` may see it."""
    state, settings = room.state, room.settings
    session = state.session
    privileged = viewer.moderator or viewer.organiser
    return {
        "id": conference,
        "title": settings.title,
        "session": session.id if session else None,
        "started_at": session.started_at if session else None,
        "now": now_ms,
        "locked": state.locked,
        "chat_closed": state.chat_closed,
        "all_held": sorted(state.all_held),
        "start_as": settings.start_as.value,
        "who_presents": settings.who_presents.value,
        "max_participants": settings.max_participants,
        "spotlight": state.spotlight,
        "hands": list(state.hands),
        "recording": codec.recording(state.recording),
        "participants": [codec.participant(one) for one in state.participants.values()],
        "chat": [codec.message(one) for one in chat.visible(state, viewer.id)],
        "ends_at": settings.expires_at,
        "longest_end": settings.longest_end,
        "lobby": lobby_is_on(state, settings),
        "waiting": [codec.waiting(one) for one in state.waiting.values()] if privileged else [],
        "banned": [{"id": one.id, "name": one.name} for one in state.banned.values()] if privileged else [],
    }
