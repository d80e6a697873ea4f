"""A room on one media worker: peers, their tracks, who sees what. Media without policy: it does what it is told.

Gates and views are remembered per peer and hold across reconnects. Changes are collected and applied once per turn
of the event loop, only for the subscribers they concern.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final, Protocol

import structlog

from sfu.connection import Connection
from sfu.dtls import SharedCertificate
from sfu.errors import OfferError, RoomClosedError
from sfu.quality import QualityMeter, loudness
from sfu.sdp import parse_offer
from sfu.selection import Source
from sfu.track import SILENCE_S, PublishedTrack
from sfu.types import PeerNumber, Purpose, RoomListener, Tile
from sfu.worker import MediaWorker

log = structlog.get_logger()

AUDIO_SLOTS: Final = 3
MAX_TILES: Final = 128
FLUSH_LIMIT: Final = 50
RECOUNT_TICKS: Final = 5


class Server(Protocol):
    """What a room needs of the media server."""

    certificate: SharedCertificate

    def candidates(self) -> Sequence[str]: ...
    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None: ...
    def room_closed(self, room: "MediaRoom") -> None: ...


@dataclass(slots=True)
class _Peer:
    gates: frozenset[Purpose] = frozenset()
    tiles: tuple[Tile, ...] = ()
    connection: Connection | None = None
    quality: QualityMeter = field(default_factory=QualityMeter)
    told_quality: int | None = None


class MediaRoom:
    """Opened by `MediaServer.open_room`; every method must be called on the event loop."""

    def __init__(self, name: str, listener: RoomListener, worker: MediaWorker, server: Server) -> None:
        self.name = name
        self._listener = listener
        self._worker = worker
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._id = worker.new_id()
        self._peers: dict[PeerNumber, _Peer] = {}
        self._sources: dict[Source, PublishedTrack] = {}
        self._viewers: dict[Source, set[PeerNumber]] = {}
        self._to_update: set[PeerNumber] = set()
        self._to_tell: set[PeerNumber] = set()
        self._flush_due = False
        self._ticks = 0
        self._silences: dict[PublishedTrack, asyncio.TimerHandle] = {}
        self._taps: set[int] = set()
        self._closed = False
        worker.rooms[self._id] = self
        worker.native.set_audio_policy(self._id, AUDIO_SLOTS, [])

    # commands

    async def connect(self, peer: PeerNumber, connection: int, offer: str, lines: Mapping[str, str]) -> str:
        """The answer to an offer. A known connection grows, a new one replaces the old. Raises OfferError, and then
        nothing has changed."""
        if self._closed:
            raise RoomClosedError("The room has been closed.")
        parsed = parse_offer(offer)
        state = self._peer(peer)
        known = state.connection
        if known is not None and known.number == connection and known.is_of(parsed):
            answer, published = known.accept(parsed, lines, self._server.candidates())
            self._tracks_added(known, published)
            return answer
        fresh = Connection(
            worker=self._worker,
            room=self._id,
            peer=peer,
            number=connection,
            offer=parsed,
            certificate=self._server.certificate,
            owner=self,
        )
        try:
            answer, published = fresh.accept(parsed, lines, self._server.candidates())
        except OfferError:
            fresh.close()
            raise
        self._drop(state)
        state.connection = fresh
        state.quality = QualityMeter()
        self._tracks_added(fresh, published)
        self._server.spawn(fresh.run(parsed.fingerprints))
        return answer

    def disconnect(self, peer: PeerNumber) -> None:
        """Close the transport at once and forget the view. Gates stay as they are. Idempotent."""
        state = self._peers.get(peer)
        if state is not None:
            self.set_view(peer, ())
            self._drop(state)
            state.told_quality = None

    def set_gates(self, peer: PeerNumber, open: frozenset[Purpose]) -> None:
        """Which of the peer's tracks may flow; remembered, may come before `connect`. Takes effect at once."""
        state = self._peer(peer)
        state.gates = frozenset(open)
        if state.connection is not None:
            for track in state.connection.tracks.values():
                self._apply_gate(track, state.gates)

    def set_view(self, peer: PeerNumber, tiles: Sequence[Tile]) -> None:
        """What the peer shows, the most important first."""
        state = self._peer(peer)
        before = {(tile.peer, tile.purpose) for tile in state.tiles}
        state.tiles = tuple(tiles[:MAX_TILES])
        after = {(tile.peer, tile.purpose) for tile in state.tiles}
        for source in before - after:
            viewers = self._viewers[source]
            viewers.discard(peer)
            if not viewers:
                del self._viewers[source]
        for source in after - before:
            self._viewers.setdefault(source, set()).add(peer)
        self._mark([peer])

    def set_priority(self, peers: frozenset[PeerNumber]) -> None:
        """Who always gets an audio slot when speaking."""
        self._worker.native.set_audio_policy(self._id, AUDIO_SLOTS, sorted(peers))

    def open_tap(self, tap: int, peer: PeerNumber, purpose: Purpose) -> bool:
        """Stream a track to the recorder. False: no such track now. Ends with its track."""
        track = self._sources.get((peer, purpose))
        if track is None or self._closed:
            return False
        self._worker.taps[tap] = self
        self._taps.add(tap)
        self._worker.native.open_tap(tap, track.id)
        return True

    def close_tap(self, tap: int) -> None:
        """Idempotent."""
        if tap in self._taps:
            self._taps.discard(tap)
            self._worker.taps.pop(tap, None)
            self._worker.native.close_tap(tap)

    def request_keyframe(self, peer: PeerNumber, purpose: Purpose) -> None:
        """For the recorder. Coalesced with all others; nothing happens if there is no such track now."""
        track = self._sources.get((peer, purpose))
        if track is not None and not self._closed:
            self._worker.native.request_keyframe(track.id)

    def close(self) -> None:
        """End everybody's media. Idempotent."""
        if self._closed:
            return
        for peer in list(self._peers):
            self.disconnect(peer)
        for tap in list(self._taps):
            self.close_tap(tap)
        self._closed = True
        for timer in self._silences.values():
            timer.cancel()
        self._worker.rooms.pop(self._id, None)
        self._server.room_closed(self)

    def tick(self) -> None:
        """About once a second: layers that wait for time to pass, quality that has changed."""
        self._ticks += 1
        every = self._ticks % RECOUNT_TICKS == 0
        for number, peer in self._peers.items():
            if peer.connection is not None:
                allocator = peer.connection.subscription.allocator
                if allocator.restless or (every and allocator.limited):
                    self._to_update.add(number)
        self._schedule()
        changed = {}
        for number, peer in self._peers.items():
            step = peer.quality.step if peer.connection is not None else None
            if step is not None and step != peer.told_quality:
                peer.told_quality = changed[number] = step
        if changed:
            self._listener.on_quality(changed)

    # tracks

    def _peer(self, peer: PeerNumber) -> _Peer:
        return self._peers.setdefault(peer, _Peer())

    def _tracks_added(self, connection: Connection, published: Iterable[Purpose]) -> None:
        for purpose in published:
            track = connection.tracks[purpose]
            self._sources[track.source] = track
            self._apply_gate(track, self._peers[connection.peer].gates)
        self._mark([connection.peer])

    def _apply_gate(self, track: PublishedTrack, gates: frozenset[Purpose]) -> None:
        open_now = track.purpose in gates
        if open_now != track.gate:
            self._worker.native.set_gate(track.id, open_now)
            track.gate = open_now
            self._review(track)
            self._mark_viewers(track)

    def _drop(self, state: _Peer) -> None:
        """Take a connection out of the room and close it."""
        connection, state.connection = state.connection, None
        if connection is None:
            return
        connection.close()
        for track in connection.tracks.values():
            if self._sources.get(track.source) is track:
                del self._sources[track.source]
            track.gate = False
            self._review(track)
            self._mark_viewers(track)
        self._to_update.discard(connection.peer)
        self._to_tell.discard(connection.peer)

    def _review(self, track: PublishedTrack) -> None:
        """Tell whether packets flow: a start at once, a closed gate at once, a silence only when it lasts."""
        if timer := self._silences.pop(track, None):
            timer.cancel()
        if track.flowing == track.reported:
            return
        if track.gate and track.reported:
            self._silences[track] = self._loop.call_later(SILENCE_S, self._silence_lasted, track)
        else:
            self._report(track)

    def _silence_lasted(self, track: PublishedTrack) -> None:
        self._silences.pop(track, None)
        if track.flowing != track.reported:
            self._report(track)

    def _report(self, track: PublishedTrack) -> None:
        track.reported = track.flowing
        self._listener.on_track(track.peer, track.purpose, track.reported)

    # what subscribers get, once per turn of the loop

    def _mark_viewers(self, track: PublishedTrack) -> None:
        purpose = Purpose.SCREEN if track.purpose is Purpose.SCREEN_AUDIO else track.purpose
        self._mark(self._viewers.get((track.peer, purpose), ()))

    def _mark(self, peers: Iterable[PeerNumber]) -> None:
        self._to_update.update(peers)
        self._schedule()

    def _schedule(self) -> None:
        if not self._flush_due and (self._to_update or self._to_tell):
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        now = self._loop.time()
        # A large room's worth of updates is spread over several turns, so that nothing else waits for it.
        due = set(islice(chain(self._to_update, self._to_tell), FLUSH_LIMIT))
        update = self._to_update & due
        self._to_update -= due
        self._to_tell -= due
        self._schedule()
        for number in due:
            peer = self._peers.get(number)
            if peer is None or peer.connection is None:
                continue
            try:
                if number in update:
                    peer.connection.subscription.update(peer.tiles, self._sources, now)
                if changes := peer.connection.subscription.changes():
                    self._listener.on_slots(number, changes)
            except Exception:
                log.exception("slots not updated", room=self.name, participant=number)

    # from connections and tracks

    def connection_state(self, connection: Connection, state: str) -> None:
        peer = self._peers.get(connection.peer)
        if peer is None or peer.connection is not connection:
            return
        if state in ("interrupted", "alive"):
            peer.quality.set_lost(state == "interrupted")
        if state == "closed":
            self._drop(peer)
        self._listener.on_transport(connection.peer, state)

    def slot_state(self, connection: Connection) -> None:
        self._to_tell.add(connection.peer)
        self._schedule()

    def bandwidth(self, connection: Connection) -> None:
        self._mark([connection.peer])

    def quality_report(self, connection: Connection, loss_down: float, loss_up: float, rtt_ms: float) -> None:
        peer = self._peers.get(connection.peer)
        if peer is not None:
            peer.quality.on_report(loss_down, loss_up, rtt_ms)
            connection.subscription.allocator.on_loss(loss_down, self._loop.time())

    def layers_changed(self, track: PublishedTrack, *, structure: bool) -> None:
        if self._sources.get(track.source) is not track:
            return
        self._review(track)
        if structure:
            self._mark_viewers(track)

    def gated_voice(self, track: PublishedTrack) -> None:
        if track.purpose is Purpose.MIC:
            self._listener.on_gated_voice(track.peer)

    # from the worker

    def on_speakers(self, active: list[tuple[int, int]], dominant: int) -> None:
        speakers = [PeerNumber(peer) for peer, _ in active]
        self._listener.on_speakers(speakers, PeerNumber(dominant) if dominant else None)

    def on_levels(self, levels: list[tuple[int, int]]) -> None:
        self._listener.on_levels({PeerNumber(peer): loudness(level) for peer, level in levels})

    def on_tap_dropped(self, tap: int, count: int) -> None:
        self._listener.on_tap_dropped(tap, count)
