"""Coming and going: join, return, leave, grace, kick's way out, the session's beginning and end."""

from collections.abc import Iterator
from dataclasses import replace

from rooms.commands import Disconnect, End, Join, Leave, Restart, Tick
from rooms.context import Context, Step, changed
from rooms.errors import RoomError
from rooms.events import (
    ConsentAsked,
    Ending,
    HandsChanged,
    ParticipantJoined,
    ParticipantLeft,
    Restarted,
    SessionEnded,
    SessionStarted,
    SpotlightChanged,
    WaitingLeft,
)
from rooms.ids import DeviceId, ParticipantId, ParticipantNumber
from rooms.model import By, Device, EndReason, KnockOutcome, LeftReason, Participant, RoomSettings, Switch
from rooms.rights import Act
from rooms.state import RoomState

LARGEST_NUMBER = 2**32 - 1


def admission(
    state: RoomState,
    settings: RoomSettings,
    *,
    device: DeviceId,
    moderator: bool,
    organiser: bool = False,
    id: ParticipantId | None = None,
    now_ms: int,
) -> None:
    """May somebody new come in? Raises RoomError with ended, expired, banned, kicked, locked or full."""
    if state.over is not None:
        raise RoomError(state.over.value)
    if settings.expires_at is not None and now_ms >= settings.expires_at:
        raise RoomError("expired")
    if organiser:
        return
    if id in state.banned or (device and any(one.device == device for one in state.banned.values())):
        raise RoomError("banned")
    if id in state.removed or (device and device in state.removed.values()):
        raise RoomError("kicked")
    if not moderator and (id in state.refused or (device and device in state.refused.values())):
        raise RoomError("refused")
    if state.locked and not moderator:
        raise RoomError("locked")
    if len(state.participants) >= settings.max_participants:
        raise RoomError("full")


def join(context: Context, command: Join) -> Iterator[Step]:
    state, id = context.state, context.actor_id
    assert id is not None
    present = state.participants.get(id)
    if present is not None:
        yield from _return(present, command)
        return
    admission(
        state,
        context.settings,
        device=command.device,
        moderator=command.moderator,
        organiser=command.organiser,
        id=id,
        now_ms=context.now_ms,
    )
    if state.session is None:
        yield Step("session", SessionStarted(command.session, context.settings.record))
    yield Step("join", ParticipantJoined(_newcomer(context, id, command), command.device))
    if state.recording.wanted and command.consent is None:
        yield Step("join", ConsentAsked(frozenset({id})))


def _return(present: Participant, command: Join) -> Iterator[Step]:
    """The same person on a new connection: seat, role, hand and holds stay; nothing is turned on by coming back."""
    changes: dict[str, object] = {}
    if not present.connected:
        changes["connected"] = True
    if present.mic.on and not command.mic:
        changes["mic"] = replace(present.mic, on=False, by=By.SELF)
    if present.camera.on and not command.camera:
        changes["camera"] = replace(present.camera, on=False, by=By.SELF)
    if present.screen.on and not command.screen:
        changes["screen"] = replace(present.screen, on=False, by=By.SELF, audio=False)
    if command.mode is not present.mode:
        changes["mode"] = command.mode
    if command.consent is not None and command.consent is not present.consent:
        changes["consent"] = command.consent
    if changes:
        yield changed("return", present.id, **changes)  # type: ignore[arg-type]


def _newcomer(context: Context, id: ParticipantId, command: Join) -> Participant:
    state = context.state
    known = state.known.get(id)
    last = known.last if known else None
    number = known.number if known else ParticipantNumber(state.last_number + 1)
    assert number <= LARGEST_NUMBER
    moderator = (last.moderator if last else command.moderator) or command.organiser
    others = [] if moderator else _of_browser(state, command.device)
    role = last.role if last else min([command.role, *(one.role for one in others)], key=lambda role: role.rank)
    held = set() if moderator else set(state.all_held) | _held_of([last, *others] if last else others)
    return Participant(
        id=id,
        number=number,
        name=command.name,
        role=role,
        moderator=moderator,
        organiser=command.organiser,
        guest=command.guest,
        phone=command.phone,
        mode=command.mode,
        consent=command.consent,
        joined_at=context.now_ms,
        mic=_first(command.mic and role.rank >= 1, Device.MIC in held),
        camera=_first(command.camera and role.rank >= 1, Device.CAMERA in held),
        screen=_first(False, Device.SCREEN in held),
    )


def _first(on: bool, held: bool) -> Switch:
    return Switch(on=on and not held, held=held, by=By.MODERATOR if held else By.SELF)


def _of_browser(state: RoomState, device: DeviceId) -> list[Participant]:
    """Plain participants of this session with the same browser, here or gone. Coming back under a new id, or beside
    oneself in a second tab, lifts no hold and undoes no demotion."""
    if not device:
        return []
    same = [state.participants.get(id, one.last) for id, one in state.known.items() if one.device == device]
    return [one for one in same if one is not None and not one.moderator and not one.organiser]


def _held_of(people: list[Participant]) -> set[Device]:
    return {switch for one in people for switch in Device if one.switch(switch).held}


def leave(context: Context, command: Leave) -> Iterator[Step]:
    if context.actor_id is not None and context.actor_id in context.state.waiting:
        yield Step("knock_off", WaitingLeft((context.actor_id,), KnockOutcome.GONE))
        return
    actor = context.require(Act.LEAVE)
    yield from out(context, actor.id, LeftReason.LEFT, "leave")


def disconnect(context: Context, command: Disconnect) -> Iterator[Step]:
    if context.actor.connected:
        yield changed("disconnect", context.actor.id, connected=False)


def out(context: Context, id: ParticipantId, reason: LeftReason, action: str) -> Iterator[Step]:
    """Everything that follows from somebody's going: the hand, the spotlight, invitations they had sent stay."""
    state = context.state
    if id in state.hands:
        yield Step(action, HandsChanged(tuple(one for one in state.hands if one != id)))
    if state.spotlight == id:
        yield Step(action, SpotlightChanged(None))
    yield Step(action, ParticipantLeft(id, reason))


def end(context: Context, command: End) -> Iterator[Step]:
    if context.actor_id is not None:
        context.require(Act.END)
    if context.state.over is not None:
        raise RoomError("wrong_state")
    yield Step("end", SessionEnded(EndReason.ENDED))


def tick(context: Context, command: Tick) -> Iterator[Step]:
    state, now = context.state, context.now_ms
    for id, since in list(state.disconnected_at.items()):
        if now - since >= context.settings.grace_ms:
            yield from out(context, id, LeftReason.TIMEOUT, "timeout")
    if state.session is None:
        return
    ends_at = context.settings.expires_at
    if ends_at is not None and now >= ends_at:
        yield Step("expired", SessionEnded(EndReason.EXPIRED))
    elif now - state.session.started_at >= context.settings.session_max_ms:
        yield Step("limit", SessionEnded(EndReason.LIMIT))
    elif (
        not state.participants
        and state.empty_since is not None
        and now - state.empty_since >= context.settings.empty_after_ms
    ):
        yield Step("empty", SessionEnded(EndReason.EMPTY))
    elif ends_at is not None and now >= ends_at - context.settings.warn_before_ms and state.warned_of != ends_at:
        yield Step("ending", Ending(ends_at))


def restart(context: Context, command: Restart) -> Iterator[Step]:
    if context.state.session is not None or context.state.waiting:
        yield Step("restart", Restarted())
