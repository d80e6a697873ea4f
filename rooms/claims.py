"""What a join token says about its bearer: filled in by the portal, signed and checked by signaling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParticipantClaims:
    """One participant of one conference. `role` is listener, speaker or presenter; `device` is the random id of
    the browser (bans hold on it); `node` and `epoch` say which server holds the room."""

    conference: str
    participant: str
    name: str
    role: str
    moderator: bool
    organiser: bool
    guest: bool
    device: str
    node: str
    epoch: int
    lobby: bool = False  # this way in leads through the lobby
