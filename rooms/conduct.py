"""What a participant does about himself: microphone, camera, screen, mode, hand, reaction, answering an invitation."""

from collections.abc import Iterator
from dataclasses import replace

from rooms.commands import Hand, PromotionAnswer, React, SetCamera, SetMic, SetMode, SetScreen
from rooms.context import Context, Step, changed
from rooms.errors import RoomError
from rooms.events import HandsChanged, Reacted
from rooms.model import By, Switch
from rooms.rights import Act


def _switched(context: Context, before: Switch, act: Act, on: bool, *, audio: bool = False) -> Switch:
    """The new position; RoomError if it may not be turned on. Off is always allowed."""
    context.require(act if on else Act.SWITCH_OFF)
    if on and before.held:
        raise RoomError("held")
    if on == before.on and audio == before.audio:
        return before
    return replace(before, on=on, by=By.SELF, audio=audio)


def set_mic(context: Context, command: SetMic) -> Iterator[Step]:
    after = _switched(context, context.actor.mic, Act.MIC_ON, command.on)
    if after != context.actor.mic:
        yield changed("mic", context.actor.id, mic=after)


def set_camera(context: Context, command: SetCamera) -> Iterator[Step]:
    after = _switched(context, context.actor.camera, Act.CAMERA_ON, command.on)
    if after != context.actor.camera:
        yield changed("camera", context.actor.id, camera=after)


def set_screen(context: Context, command: SetScreen) -> Iterator[Step]:
    audio = command.on and command.audio
    after = _switched(context, context.actor.screen, Act.SCREEN_ON, command.on, audio=audio)
    if after != context.actor.screen:
        yield changed("screen", context.actor.id, screen=after)


def set_mode(context: Context, command: SetMode) -> Iterator[Step]:
    actor = context.require(Act.MODE)
    if actor.mode is not command.mode:
        yield changed("mode", actor.id, mode=command.mode)


def hand(context: Context, command: Hand) -> Iterator[Step]:
    actor = context.require(Act.HAND)
    target = command.participant or actor.id
    if target != actor.id:
        context.require(Act.LOWER_HAND)
        context.participant(target)
        if command.raised:
            raise RoomError("forbidden", "Nobody raises another's hand.")
    hands = context.state.hands
    if command.raised == (target in hands):
        return
    others = tuple(one for one in hands if one != target)
    action = "hand" if target == actor.id else Act.LOWER_HAND.value
    yield Step(action, HandsChanged((*others, target) if command.raised else others))


def react(context: Context, command: React) -> Iterator[Step]:
    actor = context.require(Act.REACT)
    yield Step("react", Reacted(actor.id, command.reaction.value))


def answer_promotion(context: Context, command: PromotionAnswer) -> Iterator[Step]:
    """S-24: the role changes only when its receiver accepts (after the microphone check of S-25)."""
    actor = context.require(Act.ANSWER)
    if actor.promotion is None:
        raise RoomError("wrong_state", "There is no invitation to answer.")
    if not command.accept:
        yield changed("decline_promotion", actor.id, promotion=None)
    else:
        yield changed("accept_promotion", actor.id, role=actor.promotion.role, promotion=None)
