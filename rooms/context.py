"""What a decider sees: the state, who acts and when, and the checks that nearly all of them need.

A decider is a generator of steps: it raises RoomError before its first step or not at all, and each step is applied
to the state before the decider goes on.
"""

from dataclasses import dataclass

from rooms.errors import RoomError
from rooms.events import Change, Fact, ParticipantChanged
from rooms.ids import ParticipantId
from rooms.model import Participant, RoomSettings
from rooms.rights import Act, refusal
from rooms.state import RoomState


@dataclass(frozen=True, slots=True)
class Step:
    """One fact to be, and the act that caused it. `actor` overrides who did it."""

    action: str
    fact: Fact
    actor: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Context:
    state: RoomState
    settings: RoomSettings
    actor_id: ParticipantId | None
    now_ms: int

    @property
    def actor(self) -> Participant:
        """The acting participant. Raises `not_joined`."""
        found = self.state.participants.get(self.actor_id) if self.actor_id is not None else None
        if found is None:
            raise RoomError("not_joined")
        return found

    def participant(self, id: ParticipantId) -> Participant:
        found = self.state.participants.get(id)
        if found is None:
            raise RoomError("no_such_participant")
        return found

    def require(self, act: Act, target: Participant | None = None) -> Participant:
        """The actor, who may do `act` (to `target`); otherwise RoomError."""
        actor = self.actor
        found = refusal(act, actor, target)
        if found is not None:
            raise RoomError.refused(found)
        return actor


def changed(action: str, id: ParticipantId, **changes: Change) -> Step:
    return Step(action, ParticipantChanged(id, changes))
