"""The running session of a room: its media, its recording feed and its books (sessions, participations, consents).

Open from the first join until the session ends. `enforce` is called for each event in order, on the event loop.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from rooms import events as e
from rooms.ids import ConferenceId, ParticipantId, SessionId
from rooms.model import EndReason, Participant
from rooms.room import Room
from rooms.state import RoomState
from sfu.types import PeerNumber
from signaling.audited import audited
from signaling.media import Audience, MediaGlue
from signaling.ports import AuditPort, MediaServer, RecorderPort
from signaling.recording import RecordedSession, RecordingFeed
from storage.errors import Unavailable

log = structlog.get_logger()
WAITING_ENTRIES = 10_000
RETRY_S = 0.2
MAX_RETRY_S = 5.0

Entry = Callable[[], Awaitable[None]]


class Books(Protocol):
    """The repositories of storage that a session is written down in."""

    async def open_session(self, conference: str, at_ms: int) -> str: ...
    async def close_session(self, session: str, at_ms: int) -> None: ...
    async def joined(self, session: str, participant: Participant, at_ms: int) -> None: ...
    async def changed(self, session: str, participant: Participant) -> None: ...
    async def left(self, session: str, participant: str, at_ms: int) -> None: ...
    async def consent(self, conference: str, session: str, participant: Participant, at_ms: int) -> None: ...
    async def recording_wanted(self, conference: str) -> None: ...
    async def end_conference(self, conference: str, at_ms: int) -> None: ...
    async def extend(self, conference: str, ends_ms: int, at_ms: int) -> None: ...


class RunningSession:
    """`media` is None while no session runs."""

    def __init__(
        self,
        conference: ConferenceId,
        owner: str,
        server: MediaServer,
        recorder: RecorderPort,
        books: Books,
        audit: AuditPort,
        clock: Callable[[], float],
    ) -> None:
        self._conference = conference
        self._owner = owner
        self._server = server
        self._recorder = recorder
        self._books = books
        self._audit = audit
        self._clock = clock
        self.reload: Entry | None = None
        """Reads the conference's row again: asked for whenever something of the room was written into it."""
        self.audience: Audience | None = None
        self.media: MediaGlue | None = None
        self._feed = RecordingFeed(recorder)
        self._session_id: SessionId | None = None
        self._peers: dict[PeerNumber, ParticipantId] = {}
        self._entries: asyncio.Queue[Entry | None] = asyncio.Queue(WAITING_ENTRIES)
        self._clerk: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()  # hurry
        self._writing = False
        self._ends: set[asyncio.Task[None]] = set()
        self._extensions = 0

    async def open_session(self, at_ms: int) -> SessionId:
        return SessionId(await self._books.open_session(self._conference, at_ms))

    async def drop_session(self, session: SessionId) -> None:
        """The join that opened it was refused after all."""
        if session:
            await self._books.close_session(session, int(self._clock() * 1000))

    def participant_of(self, peer: PeerNumber, state: RoomState) -> Participant | None:
        id = self._peers.get(peer)
        return state.participants.get(id) if id is not None else None

    def connection_of(self, participant: Participant) -> int | None:
        """Number of the media connection that is held for this participant."""
        return self.media.connection(PeerNumber(participant.number)) if self.media is not None else None

    def resume(self, room: Room) -> None:
        """A room that was rebuilt from its log goes on."""
        state = room.state
        if state.session is None:
            return
        self._begin()
        self._session_id = state.session.id
        for participant in state.participants.values():
            self._peers[PeerNumber(participant.number)] = participant.id
            self._enforce_one(participant, room)
        self.settle(room)

    def enforce(self, event: e.Event, room: Room, before: Mapping[ParticipantId, Participant]) -> None:
        """Media first, then the recorder, then the books."""
        state = room.state
        number: PeerNumber | None = None
        match event.fact:
            case e.SessionStarted(session):
                log.info("room.session_started", room=self._conference, session=session)
                self._begin()
            case e.ParticipantJoined(participant, _):
                log.info("room.joined", room=self._conference, participant=participant.id, number=participant.number)
                self._peers[PeerNumber(participant.number)] = participant.id
                self._enforce_one(participant, room)
            case e.ParticipantChanged(id, _) if id in state.participants:
                self._enforce_one(state.participants[id], room)
            case e.ParticipantLeft(id, reason) if id in before:
                log.info("room.left", room=self._conference, participant=id, reason=reason.value)
                number = PeerNumber(before[id].number)
                if self.media is not None:
                    self.media.remove(before[id].number)
                self._peers.pop(number, None)
            case _:
                pass
        self._feed.event(event, state, number)
        self._write_down(event, state)
        if isinstance(event.fact, e.SessionEnded):
            self._end(event)

    def settle(self, room: Room) -> None:
        """After the events of one command: is recording wanted by now?"""
        if room.state.recording.wanted:
            self._record(room)

    def _begin(self) -> None:
        assert self.audience is not None
        self._feed = RecordingFeed(self._recorder)
        self._peers = {}
        self.media = MediaGlue(
            self._server, self._conference, self.audience, self._feed, lambda: int(self._clock() * 1000)
        )

    def _enforce_one(self, participant: Participant, room: Room) -> None:
        if self.media is not None:
            self.media.enforce(participant, room.settings.who_presents)

    def _record(self, room: Room) -> None:
        session = room.state.session
        if self._feed.started or session is None or self.media is None:
            return
        about = RecordedSession(self._conference, session.id, room.settings.title, self._owner, session.started_at)
        self._feed.start(about, self.media.room, room.state)

    def _end(self, event: e.Event) -> None:
        """Transports first, so that nothing flows while the recorder closes its files."""
        log.info("room.session_ended", room=self._conference, session=self._session_id, action=event.action)
        media, feed, self.media = self.media, self._feed, None
        if media is None:
            return
        for peer in list(self._peers):
            media.room.disconnect(peer)
        self._peers = {}
        task = asyncio.create_task(_finish(media, feed, event.at_ms), name="session end")
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    def _write_down(self, event: e.Event, state: RoomState) -> None:
        books, at, session = self._books, event.at_ms, state.session
        match event.fact:
            case e.SessionStarted(id, _):
                self._session_id = id
            case e.ParticipantJoined(participant, _) if session is not None:
                self._entry(partial(books.joined, session.id, participant, at))
                if participant.consent is not None:
                    self._entry(partial(books.consent, self._conference, session.id, participant, at))
            case e.ParticipantChanged(id, changes) if session is not None and id in state.participants:
                participant = state.participants[id]
                if changes.keys() & {"role", "moderator"}:
                    self._entry(partial(books.changed, session.id, participant))
                if "consent" in changes:
                    self._entry(partial(books.consent, self._conference, session.id, participant, at))
            case e.ParticipantLeft(id, _) if session is not None:
                self._entry(partial(books.left, session.id, id, at))
            case e.RecordingChanged() if event.action == "recording_request":
                self._entry(partial(books.recording_wanted, self._conference))
            case e.EndMoved(ends_at):
                self._extensions += self._entry(partial(self._extend, ends_at, at))
                self._entry(self._reload)
            case e.SessionEnded(reason):
                if self._session_id is not None:
                    self._entry(partial(books.close_session, self._session_id, at))
                if reason is EndReason.ENDED:
                    self._entry(partial(books.end_conference, self._conference, at))
            case _:
                pass

    def note(self, events: Sequence[e.Event]) -> None:
        """Into the audit log: what one command of a participant led to."""
        for act in audited(events):
            details = {"session": self._session_id, **act.details}
            record = partial(self._audit.record, act.actor, act.action, self._conference, details, at_ms=act.at_ms)
            self._entry(record)

    @property
    def extending(self) -> bool:
        """Does the conference's row still say an end that was moved since?"""
        return self._extensions > 0

    async def _extend(self, ends_ms: int, at_ms: int) -> None:
        try:
            await self._books.extend(self._conference, ends_ms, at_ms)
        except Unavailable:
            raise  # it comes again
        except Exception:
            log.exception("books.failed", room=self._conference)
        self._extensions -= 1

    async def _reload(self) -> None:
        if self.reload is not None:
            await self.reload()

    async def reloaded(self) -> None:
        """Reads the conference's row again after everything that is to be written into it; waits for that."""
        done = asyncio.Event()

        async def entry() -> None:
            try:
                await self._reload()
            finally:
                done.set()

        self._entry(entry)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), MAX_RETRY_S)

    def _entry(self, entry: Entry) -> bool:
        """False: it is lost."""
        if self._clerk is None or self._clerk.done():
            self._clerk = asyncio.create_task(self._write(), name="session books")
        try:
            self._entries.put_nowait(entry)
        except asyncio.QueueFull:
            log.error("books.full", room=self._conference)
            return False
        return True

    @property
    def writing(self) -> bool:
        """Is there anything that is not in the books yet?"""
        return self._writing or not self._entries.empty()

    async def _write(self) -> None:
        while (entry := await self._entries.get()) is not None:
            self._writing = True
            try:
                await self._written(entry)
            except Exception:
                log.exception("books.failed", room=self._conference)
            self._writing = False

    async def _written(self, entry: Entry) -> None:
        """While the database is away, entries wait in their order."""
        wait_s = RETRY_S
        while True:
            try:
                return await entry()
            except Unavailable as error:
                log.warning("books.waiting", room=self._conference, error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait_s)
                    await asyncio.sleep(RETRY_S)
                wait_s = min(2 * wait_s, MAX_RETRY_S)

    async def close(self) -> None:
        """The server stops or the room is forgotten: nothing ends, everything goes on when it is back."""
        self._feed.abandon()
        if self._ends:
            await asyncio.wait(self._ends, timeout=10)
        if self._clerk is not None and not self._clerk.done():
            self._closing.set()
            with contextlib.suppress(asyncio.QueueFull):
                self._entries.put_nowait(None)
            await asyncio.wait([self._clerk], timeout=5)
            self._clerk.cancel()
        if self.media is not None:
            self.media.close()
            self.media = None


async def _finish(media: MediaGlue, feed: RecordingFeed, at_ms: int) -> None:
    try:
        await feed.close(at_ms)
    finally:
        media.close()
