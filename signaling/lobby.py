"""The connections of those who wait before the door. They are told their place and what became of them, nothing else;
once admitted they call `join` again on the same socket.
"""

from collections.abc import Callable, Mapping

from rooms import codec
from rooms.commands import Knock, Leave, LobbyMessage
from rooms.events import Event, Knocked, KnockMessage, ParticipantChanged, SettingsChanged, WaitingLeft
from rooms.ids import ParticipantId
from rooms.lobby import attended, must_wait
from rooms.model import KnockOutcome
from rooms.room import Room
from signaling.frames import encode, event_frame
from signaling.messages import Call, RoomCall
from signaling.session import Session

After = list[Callable[[], None]]


def lobby_may(call: Call) -> bool:
    """All that somebody who waits may ask besides `join`."""
    return isinstance(call, RoomCall) and isinstance(call.command, LobbyMessage | Leave)


def knock_of(session: Session) -> Knock:
    return Knock(name=session.claims.name, guest=session.claims.guest, device=session.device)


class Lobby:
    """Passive: the room's inbox owns it and does what it returns once the facts are stored."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.sessions: dict[ParticipantId, Session] = {}
        self._attended = False  # as those who wait were told last

    def must_wait(self, session: Session) -> bool:
        claims = session.claims
        return must_wait(
            self._room.state,
            self._room.settings,
            session.id,
            moderator=claims.moderator,
            organiser=claims.organiser,
            lobby=claims.lobby,
        )

    def enter(self, session: Session, ack: int | None) -> After:
        """It waits from now on; a second connection of the same person takes the place of the first."""
        older = self.sessions.get(session.id)
        self.sessions[session.id] = session
        self._attended = attended(self._room.state)
        session.connection.joined()
        after: After = []
        if older is not None and older is not session:
            after.append(lambda: older.connection.close("replaced"))
        after.append(
            lambda: session.connection.answer(ack, {"ok": True, "you": session.id, "waiting": self._place(session.id)})
        )
        return after

    def follow(self, event: Event, seated: Mapping[ParticipantId, Session], actor_name: str | None) -> After:
        """What an event means to those who wait, and to whoever has just become a moderator."""
        before, self._attended = self._attended, attended(self._room.state)
        changed = self._attended != before
        match event.fact:
            case WaitingLeft(ids, outcome):
                return [*self._let_go(ids, outcome, actor_name), self._tell_places]
            case Knocked() | KnockMessage() | SettingsChanged():
                return [self._tell_places]
            case ParticipantChanged(id, changes) if changes.get("moderator") is True and id in seated:
                session = seated[id]
                more = [self._tell_places] if changed else []
                return [lambda: session.connection.push("waiting", {"waiting": self._list()}), *more]
            case _:
                return [self._tell_places] if changed else []

    def turn_away(self, code: str) -> None:
        """There is nothing to wait for any more. Their going off follows when the sockets are gone."""
        for session in self.sessions.values():
            session.connection.close(code)

    def _let_go(self, ids: tuple[ParticipantId, ...], outcome: KnockOutcome, actor_name: str | None) -> After:
        after: After = []
        for id in ids:
            session = self.sessions.get(id)
            if session is None:
                continue
            if outcome is KnockOutcome.ADMITTED:
                after.append(_admitted(session))
            elif outcome is KnockOutcome.REFUSED:
                del self.sessions[id]
                after.append(_closed(session, "refused", actor_name))
            else:
                del self.sessions[id]
                after.append(_closed(session, "left", None))
        return after

    def _tell_places(self) -> None:
        for id, session in self.sessions.items():
            if id in self._room.state.waiting:
                session.connection.send_latest("lobby", event_frame("lobby", encode(self._place(id))))

    def _place(self, id: ParticipantId) -> codec.Json:
        """Place from 1 in the order of coming, of how many; is a moderator there; one's own word to the moderators."""
        waiting = self._room.state.waiting
        mine = waiting.get(id)
        position = list(waiting).index(id) + 1 if mine is not None else 0
        return {
            "title": self._room.settings.title,
            "position": position,
            "of": len(waiting),
            "attended": attended(self._room.state),
            "message": mine.message if mine is not None else "",
        }

    def _list(self) -> list[codec.Json]:
        return [codec.waiting(one) for one in self._room.state.waiting.values()]


def _admitted(session: Session) -> Callable[[], None]:
    return lambda: session.connection.push("admitted", {})


def _closed(session: Session, code: str, actor_name: str | None) -> Callable[[], None]:
    return lambda: session.connection.close(code, actor_name=actor_name)
