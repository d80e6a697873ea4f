"""What moderators do to others. One decider per act, in a table; rights are checked first, in one place."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from rooms.commands import ACTS_FOR_ALL, MODERATION_ACTS, Lock, Moderate
from rooms.context import Context, Step, changed
from rooms.errors import RoomError
from rooms.events import AllHeldChanged, Asked, BannedChanged, Change, HandsChanged, Locked, SpotlightChanged
from rooms.ids import ParticipantId
from rooms.membership import out
from rooms.model import Banned, By, Device, LeftReason, Participant, Promotion, Role
from rooms.rights import Act, initial_role

DEVICE_OF = {Act.MUTE: Device.MIC, Act.STOP_CAMERA: Device.CAMERA, Act.STOP_SHARE: Device.SCREEN}
ROLE_OF = {
    Act.PROMOTE_SPEAKER: Role.SPEAKER,
    Act.PROMOTE_PRESENTER: Role.PRESENTER,
    Act.DEMOTE_LISTENER: Role.LISTENER,
    Act.DEMOTE_SPEAKER: Role.SPEAKER,
}


def moderate(context: Context, command: Moderate) -> Iterator[Step]:
    act = command.action
    if act not in MODERATION_ACTS:
        raise RoomError("bad_request")
    context.require(act)
    if act is Act.UNSPOTLIGHT:
        if context.state.spotlight is not None:
            yield Step(act.value, SpotlightChanged(None))
    elif act is Act.UNBAN:
        yield from _unban(context, command.target)
    elif act is Act.BAN and command.target not in context.state.participants:
        yield from _ban_absent(context, command.target)
    elif command.target is not None:
        target = context.participant(command.target)
        context.require(act, target)
        yield from ON_ONE[act](context, target, command)
    elif act in ACTS_FOR_ALL:
        yield from _for_all(context, command)
    else:
        raise RoomError("bad_request", "This needs a target.")


def lock(context: Context, command: Lock) -> Iterator[Step]:
    context.require(Act.LOCK)
    if context.state.locked != command.locked:
        yield Step(Act.LOCK.value, Locked(command.locked))


def _for_all(context: Context, command: Moderate) -> Iterator[Step]:
    act, state = command.action, context.state
    if act is Act.LOWER_HAND:
        if state.hands:
            yield Step(act.value, HandsChanged(()))
        return
    held = frozenset() if act is Act.RELEASE else state.all_held
    if command.hold and act in DEVICE_OF:
        held = held | {DEVICE_OF[act]}
    if held != state.all_held:
        yield Step(act.value, AllHeldChanged(held))
    for target in list(state.participants.values()):
        if not target.moderator and not target.organiser:
            if act is Act.ASK_UNMUTE and (target.role is Role.LISTENER or target.mic.on):
                continue
            yield from ON_ONE[act](context, target, command)


def _turn_off(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    device = DEVICE_OF[command.action]
    before = target.switch(device)
    held = before.held or command.hold
    if before.on or held != before.held:
        after = replace(before, on=False, held=held, by=By.MODERATOR, audio=False)
        yield changed(command.action.value, target.id, **{device.value: after})


def _release(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    changes: dict[str, Change] = {
        device.value: replace(target.switch(device), held=False) for device in Device if target.switch(device).held
    }
    if changes:
        yield changed(command.action.value, target.id, **changes)


def _ask_unmute(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    """Nobody is unmuted by somebody else. Asking lifts the hold, so that the asked one can."""
    if target.role is Role.LISTENER:
        raise RoomError("wrong_state", "A listener has no microphone; invite them to speak first.")
    if target.mic.held:
        yield changed(command.action.value, target.id, mic=replace(target.mic, held=False))
    yield Step(command.action.value, Asked(target.id, "unmute"))


def _lower_hand(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    if target.id in context.state.hands:
        hands = tuple(one for one in context.state.hands if one != target.id)
        yield Step(command.action.value, HandsChanged(hands))


def _promote(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    role = ROLE_OF[command.action]
    if target.role.rank >= role.rank:
        raise RoomError("wrong_state", "They have that role already.")
    promotion = Promotion(role, context.actor.id)
    if target.promotion != promotion:
        yield changed(command.action.value, target.id, promotion=promotion)


def _demote(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    role = ROLE_OF[command.action]
    if target.moderator:
        raise RoomError("wrong_state", "Remove the moderator's rights first.")
    if target.role.rank > role.rank:
        yield changed(command.action.value, target.id, **_lowered(target, role))
    elif target.promotion is not None and target.promotion.role.rank > role.rank:
        yield changed(command.action.value, target.id, promotion=None)  # the invitation is taken back


def _lowered(target: Participant, role: Role) -> dict[str, Change]:
    """The role, and off with everything that it does not allow."""
    changes: dict[str, Change] = {"role": role, "promotion": None}
    losing = list(Device) if role is Role.LISTENER else [Device.SCREEN] if role is Role.SPEAKER else []
    for device in losing:
        before = target.switch(device)
        if before.on:
            changes[device.value] = replace(before, on=False, by=By.MODERATOR, audio=False)
    return changes


def _make_moderator(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    if not target.moderator:
        yield changed(command.action.value, target.id, moderator=True, role=Role.PRESENTER, promotion=None)


def _remove_moderator(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    """Back to what the conference gives everyone."""
    if not target.moderator:
        raise RoomError("wrong_state", "They are no moderator.")
    role = initial_role(context.settings.start_as, context.settings.who_presents, moderator=False)
    yield changed(command.action.value, target.id, moderator=False, **_lowered(target, role))


def _spotlight(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    if context.state.spotlight != target.id:
        yield Step(command.action.value, SpotlightChanged(target.id))


def _kick(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    _not_self(context, target)
    for id in (target.id, *_beside(context, target.id)):
        yield from out(context, id, LeftReason.KICKED, command.action.value)


def _ban(context: Context, target: Participant, command: Moderate) -> Iterator[Step]:
    _not_self(context, target)
    yield from _ban_all(context, target.id, _beside(context, target.id))


def _ban_absent(context: Context, id: ParticipantId | None) -> Iterator[Step]:
    """Somebody who has gone may still be banned."""
    known = context.state.known.get(id) if id is not None else None
    if known is None or id is None:
        raise RoomError("no_such_participant")
    seen = known.last or known.before
    if seen is not None:
        context.require(Act.BAN, seen)
    yield from _ban_all(context, id, _beside(context, id))


def _ban_all(context: Context, id: ParticipantId, beside: list[ParticipantId]) -> Iterator[Step]:
    """Each under its name in the list, so that it can be seen who stays away until they are all taken from it."""
    state = context.state
    out_of_here = [one for one in (id, *beside) if one in state.participants]
    new = [one for one in (id, *beside) if one not in state.banned]
    if new:
        banned = (Banned(one, state.known[one].name, state.known[one].device) for one in new)
        yield Step(Act.BAN.value, BannedChanged((*state.banned.values(), *banned)))
    for one in out_of_here:
        yield from out(context, one, LeftReason.BANNED, Act.BAN.value)


def _beside(context: Context, id: ParticipantId) -> list[ParticipantId]:
    """Who else is here from the same browser, in a second tab: a kick or ban of one is of all (moderators excepted)."""
    state = context.state
    device = state.known[id].device
    return [
        other.id
        for other in state.participants.values()
        if device and other.id != id and state.known[other.id].device == device
        if not other.moderator and not other.organiser
    ]


def _unban(context: Context, id: ParticipantId | None) -> Iterator[Step]:
    banned = context.state.banned
    if id is None or id not in banned:
        raise RoomError("no_such_participant")
    yield Step(Act.UNBAN.value, BannedChanged(tuple(one for one in banned.values() if one.id != id)))


def _not_self(context: Context, target: Participant) -> None:
    if target.id == context.actor_id:
        raise RoomError("wrong_state", "Leave instead.")


ON_ONE: dict[Act, Callable[[Context, Participant, Moderate], Iterator[Step]]] = {
    Act.MUTE: _turn_off,
    Act.STOP_CAMERA: _turn_off,
    Act.STOP_SHARE: _turn_off,
    Act.RELEASE: _release,
    Act.ASK_UNMUTE: _ask_unmute,
    Act.LOWER_HAND: _lower_hand,
    Act.PROMOTE_SPEAKER: _promote,
    Act.PROMOTE_PRESENTER: _promote,
    Act.DEMOTE_LISTENER: _demote,
    Act.DEMOTE_SPEAKER: _demote,
    Act.MAKE_MODERATOR: _make_moderator,
    Act.REMOVE_MODERATOR: _remove_moderator,
    Act.SPOTLIGHT: _spotlight,
    Act.KICK: _kick,
    Act.BAN: _ban,
}
