"""Signaling as the rest of the program sees it: rooms by conference, the socket endpoint, admission, start and stop.

`plenum` makes one, `portal` asks it who may enter. Rooms are built from their logs on first use and, where a session is
open, at the start; they are forgotten when nobody needs them.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from rooms.commands import ChangeSettings, End, Restart
from rooms.errors import RoomError
from rooms.ids import ConferenceId, DeviceId, ParticipantId
from rooms.membership import admission
from rooms.model import RoomSettings
from signaling.auth import TokenMint
from signaling.errors import SignalingError, to_wire
from signaling.inbox import Asked, Gone, RoomInbox
from signaling.loader import load, room_settings
from signaling.messages import parse
from signaling.ports import Holds, MediaServer, RecorderPort
from signaling.session import Session
from signaling.socket import Connection, ConnectRefused, SocketServer
from signaling.standing import Standing
from storage.records import ConferenceRecord
from storage.service import Storage

log = structlog.get_logger()

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class SignalingSettings:
    """Times in seconds. `public_url`: what people type, if it is not what the Host header says."""

    grace_s: float = 30
    empty_after_s: float = 120
    public_url: str | None = None


class Signaling:
    """`await start()`, `attach(app)`, and at the end `await close(restarting=...)`."""

    def __init__(
        self,
        *,
        storage: Storage,
        media: MediaServer,
        recorder: RecorderPort,
        mint: TokenMint,
        settings: SignalingSettings,
        holds: Holds,
        clock: Callable[[], float],
    ) -> None:
        self._storage = storage
        self._media = media
        self._recorder = recorder
        self._mint = mint
        self._settings = settings
        self._standing = Standing(storage.entries, holds)
        self._clock = clock
        self._rooms: dict[ConferenceId, RoomInbox] = {}
        self._loading: dict[ConferenceId, asyncio.Lock] = {}
        self._sockets = SocketServer(self, public_url=settings.public_url)
        self._ticker: asyncio.Task[None] | None = None
        self._closing = False
        self._connected: set[Session] = set()  # joined or not
        self._counters = {"calls": 0, "refused_calls": 0, "connects": 0, "refused_connects": 0}

    # life

    def attach(self, app: web.Application) -> None:
        """Mounts the socket endpoint. When the app shuts down, clients are told before their sockets end."""
        self._sockets.attach(app)

        async def shutdown(_: web.Application) -> None:
            await self.close(restarting=True)

        app.on_shutdown.append(shutdown)

    async def start(self) -> None:
        """Rooms that were open when the server stopped go on; their people have the grace time to return."""
        for session in await self._storage.sessions.open_sessions():
            room = await self._room(ConferenceId(session.conference))
            running = room.room.state.session if room is not None else None
            if running is None or running.id != session.id:
                await self._storage.sessions.close(session.id, self._now_ms)
        self._ticker = asyncio.create_task(self._tick(), name="signaling ticker")

    async def close(self, *, restarting: bool) -> None:
        """Idempotent. Sessions stay open in storage; with `restarting` the clients come back by themselves."""
        if self._closing:
            return
        self._closing = True
        if self._ticker is not None:
            self._ticker.cancel()
        code = "restarting" if restarting else "ended"
        await asyncio.gather(*(room.close(code) for room in self._rooms.values()), return_exceptions=True)
        self._rooms.clear()
        await self._sockets.close()

    def stats(self) -> dict[str, float]:
        return {
            "rooms": len(self._rooms),
            "participants": sum(len(room.room.state.participants) for room in self._rooms.values()),
            **self._sockets.counters,
            **self._counters,
        }

    # what the portal asks

    async def admission(self, conference_id: str, *, device: str, moderator: bool, organiser: bool = False) -> None:
        """May somebody new enter now? Raises RoomError: ended, expired, banned, kicked, locked, full."""
        record = await self._storage.conferences.get(conference_id)
        if record is None:
            raise RoomError("ended")
        over = record.over(self._now_ms)
        if over is not None:
            raise RoomError(over)
        room = await self._room(ConferenceId(conference_id), record)
        if room is None:
            raise RoomError("ended")
        admission(
            room.room.state,
            room.room.settings,
            device=DeviceId(device),
            moderator=moderator,
            organiser=organiser,
            now_ms=self._now_ms,
        )

    def lobby(self, conference_id: str) -> bool | None:
        """Do newcomers wait, as was said last in the running room? None: as the conference says."""
        room = self._rooms.get(ConferenceId(conference_id))
        return room.room.state.lobby if room is not None else None

    def participants_now(self, conference_id: str) -> int:
        room = self._rooms.get(ConferenceId(conference_id))
        return len(room.room.state.participants) if room is not None else 0

    async def settings_changed(self, conference_id: str) -> None:
        """A room that lives goes on with what the conference's row says now; everybody in it is told."""
        room = self._rooms.get(ConferenceId(conference_id))
        if room is not None:
            await room.running.reloaded()

    async def rights_changed(self, *, user: str | None = None, invitee: str | None = None) -> None:
        """An account or an invitation may do less from now on: whoever came in by it and may not any more is out."""
        for session in [each for each in self._connected if _came_by(each, user, invitee)]:
            await self._standing.check(session, self._rooms.get(ConferenceId(session.claims.conference)))

    async def end_conference(self, conference_id: str) -> None:
        """For all, now. Nothing happens if it has ended already."""
        room = await self._room(ConferenceId(conference_id))
        if room is not None and room.room.state.over is None:
            await room.tell(End())

    # sockets (signaling.socket.SocketHandler)

    async def on_connect(self, connection: Connection, auth: object) -> None:
        """Who is it, and is there such a room? The seat itself is taken by the `join` call."""
        try:
            if self._closing:
                raise SignalingError("internal", "The server is stopping.")
            token = auth.get("token") if isinstance(auth, dict) else None
            claims, expires_ms = self._mint.check_until(token)
            record = await self._storage.conferences.get(claims.conference)
            over = "ended" if record is None else record.over(self._now_ms)
            if over is not None:
                raise RoomError(over)
            room = await self._room(ConferenceId(claims.conference), record)
            if room is None:
                raise RoomError("ended")
            _refuse_removed(room, ParticipantId(claims.participant))
            entry = await self._standing.entry(claims)
        except Exception as error:
            self._counters["refused_connects"] += 1
            raise ConnectRefused(**to_wire(error)) from None
        self._counters["connects"] += 1
        connection.seat = Session(connection, claims, expires_ms, entry)
        if not connection.closing:  # else it went while we looked, and nobody would take it out
            self._connected.add(connection.seat)

    def on_call(self, connection: Connection, name: str, payload: object, ack: int | None) -> None:
        session = connection.seat
        if not isinstance(session, Session):
            return
        self._counters["calls"] += 1
        try:
            if not session.limits.take(name, asyncio.get_running_loop().time()):
                if session.limits.flooding:
                    connection.close("protocol_error")
                raise SignalingError("too_fast")
            call = parse(name, payload)
            room = self._rooms.get(ConferenceId(session.claims.conference))
            if room is None:
                raise SignalingError("not_joined")
            if not room.post(Asked(session, call, ack)):
                raise SignalingError("too_fast")
        except Exception as error:
            self._counters["refused_calls"] += 1
            connection.answer(ack, {"ok": False, "error": to_wire(error)})

    def on_gone(self, connection: Connection) -> None:
        session = connection.seat
        if not isinstance(session, Session):
            return
        self._connected.discard(session)
        room = self._rooms.get(ConferenceId(session.claims.conference))
        if room is not None and room.has(session) and not room.post(Gone(session)):
            asyncio.get_running_loop().call_later(TICK_S, self.on_gone, connection)

    # rooms

    @property
    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def _room_settings(self, record: ConferenceRecord) -> RoomSettings:
        return room_settings(record, grace_s=self._settings.grace_s, empty_after_s=self._settings.empty_after_s)

    async def _room(self, conference: ConferenceId, record: ConferenceRecord | None = None) -> RoomInbox | None:
        """The live room; built from its log if need be. None: no such conference, or we are stopping."""
        room = self._rooms.get(conference)
        if room is not None:
            room.touch()
            return room
        async with self._loading.setdefault(conference, asyncio.Lock()):
            room = self._rooms.get(conference)
            record = record or await self._storage.conferences.get(conference)
            if room is not None or record is None or self._closing:
                return room
            room = await load(
                record,
                self._room_settings(record),
                storage=self._storage,
                media=self._media,
                recorder=self._recorder,
                clock=self._clock,
            )
            room.running.reload = partial(self._reload, room)
            if room.room.state.session is not None or room.room.state.waiting:
                await room.tell(Restart())
                room.running.resume(room.room)
            self._rooms[conference] = room
        self._loading.pop(conference, None)
        return room

    async def _reload(self, room: RoomInbox) -> None:
        """An end that was moved meanwhile is read when that is written."""
        record = await self._storage.conferences.get(room.conference)
        if record is None or room.running.extending:
            return
        with contextlib.suppress(RoomError):  # it is closing, or has more to do than it can
            await room.tell(ChangeSettings(self._room_settings(record)))
        over = record.over(self._now_ms)
        if over in ("cancelled", "postponed"):
            room.lobby.turn_away(over)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self._tick_once()
            except Exception:
                log.exception("signaling.tick_failed")

    async def _tick_once(self) -> None:
        now_ms = self._now_ms
        for conference, room in list(self._rooms.items()):
            room.tick()
            for session in [*room.sessions.values(), *room.lobby.sessions.values()]:
                if session.renewable(now_ms) and await self._standing.check(session, room):
                    session.renew(self._mint)
            if room.forgettable():
                del self._rooms[conference]
                await room.close()


def _refuse_removed(room: RoomInbox, id: ParticipantId) -> None:
    """A token of somebody who was kicked or banned is worth nothing any more."""
    state = room.room.state
    if id in state.banned:
        raise RoomError("banned")
    if id in state.removed:
        raise RoomError("kicked")


def _came_by(session: Session, user: str | None, invitee: str | None) -> bool:
    """By that account or that invitation."""
    entry = session.entry
    return entry is not None and any(id is not None and id in (entry.user, entry.invitee) for id in (user, invitee))
