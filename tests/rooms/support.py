"""A room in plain values: people by short names, a clock that is a number."""

from dataclasses import dataclass, field
from typing import Any

from rooms import codec
from rooms.commands import Command, Join, Moderate
from rooms.errors import RoomError
from rooms.events import Event
from rooms.ids import DeviceId, ParticipantId, SessionId
from rooms.model import Consent, Participant, Role, RoomSettings
from rooms.rights import Act
from rooms.room import Room
from rooms.state import RoomState


@dataclass
class Stage:
    """A room with everything that happened in it. `do` acts, `refused` gives the code of what must be refused."""

    settings: RoomSettings = field(default_factory=lambda: RoomSettings(title="Council"))
    now: int = 1_000_000

    def __post_init__(self) -> None:
        self.room = Room(self.settings)
        self.events: list[Event] = []
        self.sessions = 0

    @property
    def state(self) -> RoomState:
        return self.room.state

    def do(self, actor: str | None, command: Command) -> list[Event]:
        events = self.room.command(ParticipantId(actor) if actor else None, command, self.now)
        self.events += events
        return events

    def refused(self, actor: str | None, command: Command) -> str:
        before = self.state.seq
        try:
            self.do(actor, command)
        except RoomError as error:
            assert self.state.seq == before
            return error.code
        raise AssertionError(f"{command} by {actor} was served")

    def join(self, id: str, role: Role = Role.PRESENTER, **fields: Any) -> Participant:
        self.sessions += 1
        fields.setdefault("device", DeviceId(f"device-{id}"))
        fields.setdefault("name", id.capitalize())
        self.do(id, Join(session=SessionId(f"s{self.sessions}"), role=role, **fields))
        return self[id]

    def organiser(self, id: str = "olga", **fields: Any) -> Participant:
        return self.join(id, moderator=True, organiser=True, **fields)

    def moderate(self, actor: str, act: Act, target: str | None = None, hold: bool = False) -> list[Event]:
        return self.do(actor, Moderate(act, ParticipantId(target) if target else None, hold))

    def __getitem__(self, id: str) -> Participant:
        return self.state.participants[ParticipantId(id)]

    def __contains__(self, id: str) -> bool:
        return ParticipantId(id) in self.state.participants

    def replayed(self) -> RoomState:
        """What the log alone makes."""
        room = Room(self.settings)
        for event in self.events:
            room.apply(codec.restore(*codec.store(event)))
        return room.state


YES, NO = Consent.YES, Consent.NO
