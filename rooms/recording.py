"""The recording's course (decision 5): wanted -> armed -> recording <-> armed; and who may be recorded.

Whether bytes are kept is the recorder's business; here is only what everyone in the room is told.
"""

from collections.abc import Iterator
from dataclasses import replace

from rooms.commands import Record, RecordingAction, SetConsent
from rooms.context import Context, Step, changed
from rooms.errors import RoomError
from rooms.events import ConsentAsked, RecordingChanged
from rooms.model import Recording, RecordingPhase
from rooms.rights import Act


def record(context: Context, command: Record) -> Iterator[Step]:
    actor = context.require(Act.RECORDING)
    now = context.state.recording
    armed = replace(now, wanted=True, state=RecordingPhase.ARMED, since=None, by=actor.id)
    if command.action is RecordingAction.REQUEST:
        if now.wanted:
            return
        yield from _tick(context, armed)
    elif command.action is RecordingAction.START:
        if now.state is RecordingPhase.RECORDING:
            raise RoomError("wrong_state", "It is being recorded already.")
        if not now.wanted:
            yield from _tick(context, armed)
        marking = replace(armed, state=RecordingPhase.RECORDING, since=context.now_ms, fragments=armed.fragments + 1)
        yield Step("recording_start", RecordingChanged(marking))
    else:
        if now.state is not RecordingPhase.RECORDING:
            raise RoomError("wrong_state", "No fragment is being recorded.")
        yield Step("recording_stop", RecordingChanged(armed))


def _tick(context: Context, armed: Recording) -> Iterator[Step]:
    """Recording is ticked in the room: everyone without an answer is asked."""
    yield Step("recording_request", RecordingChanged(armed))
    silent = frozenset(one.id for one in context.state.participants.values() if one.consent is None)
    if silent:
        yield Step("recording_request", ConsentAsked(silent))


def set_consent(context: Context, command: SetConsent) -> Iterator[Step]:
    actor = context.require(Act.CONSENT)
    if actor.consent is not command.consent:
        yield changed("consent", actor.id, consent=command.consent)
