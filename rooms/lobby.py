"""The lobby: who waits before the door, and who lets them in. Whoever waits is no participant: sees nothing of the room
and is seen by moderators alone. What waits is bound to its connection and lasts no longer than that.
"""

from collections.abc import Iterator

from rooms.commands import Admit, Extend, Knock, KnockOff, LobbyMessage, Refuse, SetLobby
from rooms.context import Context, Step
from rooms.errors import RoomError
from rooms.events import EndMoved, Knocked, KnockMessage, LobbyChanged, WaitingLeft
from rooms.ids import ParticipantId
from rooms.membership import admission
from rooms.model import KnockOutcome, RoomSettings, Waiting
from rooms.rights import Act
from rooms.state import RoomState

MOST_WAITING = 200
MINUTE_MS = 60_000


def must_wait(
    state: RoomState, settings: RoomSettings, id: ParticipantId, *, moderator: bool, organiser: bool, lobby: bool
) -> bool:
    """`lobby`: this way in leads through the lobby whatever the room says. Nobody waits twice in one session."""
    if moderator or organiser or id in state.participants or id in state.admitted:
        return False
    known = state.known.get(id)
    if known is not None and known.last is not None:
        return False
    return lobby or lobby_is_on(state, settings)


def lobby_is_on(state: RoomState, settings: RoomSettings) -> bool:
    return settings.lobby if state.lobby is None else state.lobby


def attended(state: RoomState) -> bool:
    """Is a moderator in the room who sees those who wait? Whose connection is lost sees nobody."""
    return any(one.moderator and one.connected for one in state.participants.values())


def knock(context: Context, command: Knock) -> Iterator[Step]:
    state, id = context.state, context.actor_id
    assert id is not None
    if id in state.participants:
        raise RoomError("wrong_state")
    admission(state, context.settings, device=command.device, moderator=False, id=id, now_ms=context.now_ms)
    if id in state.waiting:
        return
    if len(state.waiting) >= MOST_WAITING:
        raise RoomError("full")
    waiting = Waiting(id=id, name=command.name, guest=command.guest, since=context.now_ms)
    yield Step("knock", Knocked(waiting, command.device))


def knock_off(context: Context, command: KnockOff) -> Iterator[Step]:
    """The one who waited is gone."""
    if context.actor_id in context.state.waiting:
        assert context.actor_id is not None
        yield Step("knock_off", WaitingLeft((context.actor_id,), KnockOutcome.GONE))


def message(context: Context, command: LobbyMessage) -> Iterator[Step]:
    waiting = context.state.waiting.get(context.actor_id) if context.actor_id is not None else None
    if waiting is None:
        raise RoomError("not_joined")
    if waiting.message != command.text:
        yield Step("lobby_message", KnockMessage(waiting.id, command.text))


def admit(context: Context, command: Admit) -> Iterator[Step]:
    """As many as there are seats for, first come first; the others go on waiting."""
    context.require(Act.ADMIT)
    ids = _meant(context, command.target)
    if not ids:
        return
    if context.state.locked:
        raise RoomError("locked", "The room is locked; unlock it to let somebody in.")
    seats = context.settings.max_participants - len(context.state.participants)
    if seats <= 0:
        raise RoomError("full")
    yield Step("admit", WaitingLeft(ids[:seats], KnockOutcome.ADMITTED))


def refuse(context: Context, command: Refuse) -> Iterator[Step]:
    context.require(Act.REFUSE)
    ids = _meant(context, command.target)
    if ids:
        yield Step("refuse", WaitingLeft(ids, KnockOutcome.REFUSED))


def set_lobby(context: Context, command: SetLobby) -> Iterator[Step]:
    """Turning it off lets in everybody who waits."""
    context.require(Act.LOBBY)
    if command.on == lobby_is_on(context.state, context.settings):
        return
    yield from switched(context, command.on)


def switched(context: Context, on: bool) -> Iterator[Step]:
    yield Step("lobby", LobbyChanged(on))
    if not on and context.state.waiting:
        yield Step("admit", WaitingLeft(tuple(context.state.waiting), KnockOutcome.ADMITTED))


def extend(context: Context, command: Extend) -> Iterator[Step]:
    """Decision 2: a moderator makes the meeting longer."""
    context.require(Act.EXTEND)
    settings = context.settings
    if settings.expires_at is None:
        raise RoomError("wrong_state", "This conference has no end to move.")
    ends_at = settings.expires_at + command.minutes * MINUTE_MS
    if settings.longest_end is not None and ends_at > settings.longest_end:
        raise RoomError("wrong_state", "A conference cannot be longer than that.")
    yield Step("extend", EndMoved(ends_at))


def _meant(context: Context, target: ParticipantId | None) -> tuple[ParticipantId, ...]:
    if target is None:
        return tuple(context.state.waiting)
    if target not in context.state.waiting:
        raise RoomError("no_such_participant")
    return (target,)
