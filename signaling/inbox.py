"""One inbox per room: everything that can change a room goes through here, one after the other.

Two tasks. The *taker* asks the room, enforces its decision in the media at once and remembers the events; it waits for
nothing but the inbox. The *teller* stores what was decided, then tells everyone, then answers. Between them a bounded
queue; when it is full the taker waits, when the inbox is full the caller is told `too_fast`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from rooms import codec
from rooms.commands import Command, Disconnect, KnockOff, Tick
from rooms.errors import RoomError
from rooms.events import Event, ParticipantLeft, SessionEnded
from rooms.ids import ConferenceId, ParticipantId, SessionId
from rooms.membership import admission
from rooms.model import LeftReason, Participant
from rooms.room import Room
from rooms.visibility import audience, everyone, snapshot
from sfu.types import PeerNumber
from signaling.errors import CallError, to_wire
from signaling.frames import encode, event_frame
from signaling.journal import Journal
from signaling.lobby import Lobby, knock_of, lobby_may
from signaling.messages import Call, JoinCall, OfferCall, RoomCall, ViewCall
from signaling.offers import answer_offer
from signaling.running import RunningSession
from signaling.session import Session, join_command

log = structlog.get_logger()

INBOX_ITEMS = 2048
UNTOLD_BATCHES = 4096
MISSED_EVENTS = 2000
FORGET_AFTER_TICKS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a socket. `ack`: where its answer goes."""

    session: Session
    call: Call
    ack: int | None


@dataclass(frozen=True, slots=True)
class Gone:
    session: Session


@dataclass(frozen=True, slots=True)
class Told:
    """A command of the server itself."""

    command: Command
    done: "asyncio.Future[None] | None" = None


Item = Asked | Gone | Told


@dataclass(slots=True)
class Outcome:
    """What one item led to: events with their audience, then things to do once they are stored."""

    events: list[tuple[Event, frozenset[ParticipantId] | None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)


class RoomInbox:
    """A live room with its sockets, its media and its log."""

    def __init__(
        self,
        conference: ConferenceId,
        room: Room,
        journal: Journal,
        running: RunningSession,
        clock: Callable[[], float],
    ) -> None:
        self.conference = conference
        self.room = room
        self.journal = journal
        self.running = running
        self._clock = clock
        self.sessions: dict[ParticipantId, Session] = {}
        self.lobby = Lobby(room)
        self._inbox: asyncio.Queue[Item] = asyncio.Queue(INBOX_ITEMS)
        self._untold: asyncio.Queue[Outcome | None] = asyncio.Queue(UNTOLD_BATCHES)
        self._offers: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._idle_ticks = 0
        running.audience = self

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._take_all(), name=f"room {self.conference} taker"),
            asyncio.create_task(self._tell_all(), name=f"room {self.conference} teller"),
        ]

    @property
    def now_ms(self) -> int:
        return int(self._clock() * 1000)

    def touch(self) -> None:
        """Somebody is about to come."""
        self._idle_ticks = 0

    def forgettable(self) -> bool:
        """Nobody here, nothing running, nothing waiting since many ticks: the log has everything."""
        waiting = self.journal.waiting or self.running.writing or not self._inbox.empty() or not self._untold.empty()
        busy = self.sessions or self.lobby.sessions or self.room.state.session is not None or waiting
        self._idle_ticks = 0 if busy else self._idle_ticks + 1
        return self._idle_ticks > FORGET_AFTER_TICKS

    def has(self, session: Session) -> bool:
        """Does it sit here, or wait here?"""
        return self.sessions.get(session.id) is session or self.lobby.sessions.get(session.id) is session

    def post(self, item: Item) -> bool:
        """False: the inbox is full (or closing); nothing will happen."""
        if self._stopping:
            return False
        try:
            self._inbox.put_nowait(item)
        except asyncio.QueueFull:
            return False
        return True

    async def tell(self, command: Command) -> None:
        """A command of the server; returns when it is stored. Raises RoomError."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.post(Told(command, done)):
            raise RoomError("too_fast")
        await done

    async def close(self, code: str | None = None) -> None:
        """Stop. Everyone here is told `code`; what was decided is stored first."""
        self._stopping = True
        for task in (*self._tasks[:1], *self._offers):
            task.cancel()
        await self._untold.put(None)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        if code is not None:
            for session in [*self.sessions.values(), *self.lobby.sessions.values()]:
                session.connection.close(code)
        self.sessions.clear()
        self.lobby.sessions.clear()
        await self.running.close()

    # the taker

    async def _take_all(self) -> None:
        while True:
            item = await self._inbox.get()
            outcome = Outcome()
            try:
                await self._take(item, outcome)
            except Exception as error:
                self._refuse(item, outcome, error)
            if outcome.events or outcome.after:
                await self._untold.put(outcome)

    async def _take(self, item: Item, outcome: Outcome) -> None:
        match item:
            case Asked(session, JoinCall() as call, ack):
                await self._join(session, call, ack, outcome)
            case Asked(session, call, ack):
                waiting = self.lobby.sessions.get(session.id) is session and lobby_may(call)
                if self.sessions.get(session.id) is not session and not waiting:
                    raise CallError("not_joined")
                self._call(session, call, ack, outcome)
            case Gone(session):
                if self.sessions.get(session.id) is session:
                    del self.sessions[session.id]
                    self._decide(session.id, Disconnect(), outcome)
                elif self.lobby.sessions.get(session.id) is session:
                    del self.lobby.sessions[session.id]
                    self._decide(session.id, KnockOff(), outcome)
            case Told(command, done):
                self._decide(None, command, outcome)
                if done is not None:
                    outcome.after.append(lambda: _resolve(done))

    def _refuse(self, item: Item, outcome: Outcome, error: Exception) -> None:
        wire = to_wire(error)
        match item:
            case Asked(session, _, ack):
                outcome.after.append(lambda: session.connection.answer(ack, {"ok": False, "error": wire}))
            case Told(_, done) if done is not None and not done.done():
                done.set_exception(error)
            case _:
                pass

    async def _join(self, session: Session, call: JoinCall, ack: int | None, outcome: Outcome) -> None:
        if session.connection.closing:
            return
        state = self.room.state
        if self.lobby.must_wait(session):
            self._check_admission(session)
            self._decide(session.id, knock_of(session), outcome)
            outcome.after += self.lobby.enter(session, ack)
            return
        self.lobby.sessions.pop(session.id, None)
        before = state.participants.get(session.id)
        stranger = session.id not in state.known  # has missed nothing: what was before is not theirs to see
        session_id = SessionId("")
        if before is None and state.session is None:
            self._check_admission(session)
            session_id = await self.running.open_session(self.now_ms)
            if session.connection.closing:  # gone meanwhile; nobody will tell us again
                await self.running.drop_session(session_id)
                return
        try:
            self._decide(session.id, join_command(session, call, session_id), outcome)
        except RoomError:
            await self.running.drop_session(session_id)
            raise
        participant = state.participants[session.id]
        older = self.sessions.get(session.id)
        if older is not None and older is not session:
            outcome.after.append(lambda: older.connection.close("replaced"))
        self.sessions[session.id] = session
        session.told = state.seq
        session.connection.joined()
        if before is not None and call.since is None and self.running.media is not None:
            self.running.media.reset_connection(PeerNumber(participant.number))
        answer = self._join_answer(participant, None if stranger else call.since)
        outcome.after.append(lambda: self._welcome(session, participant, ack, answer))

    def _check_admission(self, session: Session) -> None:
        """Raises RoomError if this newcomer may not come in (asked before a session is opened for them)."""
        claims = session.claims
        admission(
            self.room.state,
            self.room.settings,
            device=session.device,
            moderator=claims.moderator,
            organiser=claims.organiser,
            id=session.id,
            now_ms=self.now_ms,
        )

    def _join_answer(self, participant: Participant, since: int | None) -> codec.Json:
        state = self.room.state
        missed: list[Event] = []
        if since is not None:
            missed = self.journal.since(since, lambda event: audience(event, state)(participant), MISSED_EVENTS)
        return {
            "ok": True,
            "you": participant.id,
            "number": participant.number,
            "seq": state.seq,
            "grace_s": self.room.settings.grace_ms // 1000,
            "connection": self.running.connection_of(participant),
            "missed": [codec.wire(event) for event in missed],
            "room": snapshot(self.conference, self.room, participant, self.now_ms),
        }

    def _welcome(self, session: Session, participant: Participant, ack: int | None, answer: codec.Json) -> None:
        session.connection.answer(ack, answer)
        session.live = True
        if self.running.media is not None:
            for frame in self.running.media.welcome(PeerNumber(participant.number)):
                session.connection.send(frame)

    def _call(self, session: Session, call: Call, ack: int | None, outcome: Outcome) -> None:
        match call:
            case RoomCall(command):
                outcome.after.append(lambda: session.connection.answer(ack, {"ok": True}))
                try:
                    self._decide(session.id, command, outcome)
                except RoomError:
                    outcome.after.clear()
                    raise
            case ViewCall(tiles):
                participant = self.room.state.participants[session.id]
                if self.running.media is not None:
                    self.running.media.set_view(PeerNumber(participant.number), tiles)
                outcome.after.append(lambda: session.connection.answer(ack, {"ok": True}))
            case OfferCall():
                if session.offering:
                    raise CallError("wrong_state", "The offer before this one is still being answered.")
                task = asyncio.create_task(answer_offer(self, session, call, ack), name="offer")
                self._offers.add(task)
                task.add_done_callback(self._offers.discard)
            case JoinCall():
                raise AssertionError("joins are taken before")

    def _decide(self, actor: ParticipantId | None, command: Command, outcome: Outcome) -> None:
        """Ask the room; make the media so; remember. Raises RoomError."""
        gone = dict(self.room.state.participants)
        events = self.room.command(actor, command, self.now_ms)
        for event in events:
            self._enforce(event, gone)
            self.journal.remember(event, self.room.state)
            outcome.events.append((event, self._audience(event)))
            self._farewell(event, outcome, gone)
            outcome.after += self.lobby.follow(event, self.sessions, name_of(event, gone))
        self.running.note(events)
        self.running.settle(self.room)

    def _enforce(self, event: Event, before: dict[ParticipantId, Participant]) -> None:
        try:
            self.running.enforce(event, self.room, before)
        except Exception:  # the room has decided; a bug of ours must not unsay it
            log.exception("room.enforce_failed", room=self.conference, event=event.seq)

    def _audience(self, event: Event) -> frozenset[ParticipantId] | None:
        """None: everyone."""
        concerns = audience(event, self.room.state)
        if concerns is everyone:
            return None
        return frozenset(one.id for one in self.room.state.participants.values() if concerns(one))

    def _farewell(self, event: Event, outcome: Outcome, before: dict[ParticipantId, Participant]) -> None:
        """Sockets of those who are out are closed once the fact is stored."""
        name = name_of(event, before)
        match event.fact:
            case ParticipantLeft(id, reason):
                session = self.sessions.pop(id, None)
                if session is not None:
                    code = "left" if reason in (LeftReason.LEFT, LeftReason.TIMEOUT) else reason.value
                    outcome.after.append(lambda: session.connection.close(code, actor_name=name))
            case SessionEnded(reason):
                leaving = list(self.sessions.values())
                self.sessions.clear()
                if self.room.state.over is not None:  # nobody will be let in any more
                    leaving += self.lobby.sessions.values()
                    self.lobby.sessions.clear()
                outcome.after.append(lambda: _close_all(leaving, reason.value, name, event))
            case _:
                pass

    # the teller

    async def _tell_all(self) -> None:
        stopping = False
        while not stopping:
            outcomes: list[Outcome] = []
            first = await self._untold.get()
            stopping = first is None
            if first is not None:
                outcomes.append(first)
            while not self._untold.empty():
                more = self._untold.get_nowait()
                stopping = stopping or more is None
                if more is not None:
                    outcomes.append(more)
            if self.journal.waiting:
                await self.journal.save()
            for outcome in outcomes:
                try:
                    self._tell_one(outcome)
                except Exception:
                    log.exception("room.telling_failed", room=self.conference)

    def _tell_one(self, outcome: Outcome) -> None:
        for event, ids in outcome.events:
            frame = event_frame("event", encode(codec.wire(event)))
            for session in self._present(ids):
                if session.live and event.seq > session.told:
                    session.connection.send(frame)
        for action in outcome.after:
            try:
                action()
            except Exception:
                log.exception("room.after_failed", room=self.conference)

    def _present(self, ids: frozenset[ParticipantId] | None) -> list[Session]:
        if ids is None:
            return list(self.sessions.values())
        return [self.sessions[id] for id in ids if id in self.sessions]

    # what the media glue asks (signaling.media.Audience)

    def participant_of(self, peer: PeerNumber) -> Participant | None:
        return self.running.participant_of(peer, self.room.state)

    def to_peer(self, peer: PeerNumber, frame: str) -> None:
        participant = self.participant_of(peer)
        session = self.sessions.get(participant.id) if participant is not None else None
        if session is not None and session.live:
            session.connection.send(frame)

    def to_all(self, frame: str) -> None:
        for session in self.sessions.values():
            if session.live:
                session.connection.send(frame)

    def to_all_latest(self, key: str, frame: str) -> None:
        for session in self.sessions.values():
            if session.live:
                session.connection.send_latest(key, frame)

    def tick(self) -> None:
        """Once a second: grace, empty room, end of the conference; what the store would not take before."""
        if self.journal.waiting and self._untold.empty():
            self._untold.put_nowait(Outcome())
        if self.room.state.session is not None:
            self.post(Told(Tick()))
        elif self.lobby.sessions and self._is_past():
            self.lobby.turn_away("expired")

    def _is_past(self) -> bool:
        ends_at = self.room.settings.expires_at
        return ends_at is not None and self.now_ms >= ends_at


def name_of(event: Event, before: dict[ParticipantId, Participant]) -> str | None:
    """Who did it, by name; None: the server, or somebody who is no participant."""
    actor = before.get(event.actor) if event.actor is not None else None
    return actor.name if actor is not None else None


def _resolve(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)


def _close_all(sessions: list[Session], code: str, actor_name: str | None, event: Event) -> None:
    frame = event_frame("event", encode(codec.wire(event)))
    for session in sessions:
        session.connection.send(frame)
        session.connection.close(code, actor_name=actor_name)
