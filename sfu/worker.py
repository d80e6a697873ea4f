"""One media worker: the native thread, its ids, and the events it sends, handed to whom they concern.

The only module that touches native event classes. Everything native is non-blocking; events come in batches
through one file descriptor on the event loop. Unknown ids are of things just closed and are dropped.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from sfu import _native

log = structlog.get_logger()


class TransportSink(Protocol):
    def on_dtls(self, data: bytes) -> None: ...
    def on_nominated(self) -> None: ...
    def on_liveness(self, state: str) -> None: ...
    def on_bandwidth(self, bitrate_bps: int) -> None: ...
    def on_quality_report(self, loss_down: float, loss_up: float, rtt_ms: float) -> None: ...


class TrackSink(Protocol):
    def on_layer(self, layer: int, height: int, bitrate_bps: int, active: bool) -> None: ...
    def on_gated_voice(self) -> None: ...


class SlotSink(Protocol):
    def on_layer_changed(self, slot: int, track: int, layer: int) -> None: ...


class RoomSink(Protocol):
    def on_speakers(self, active: list[tuple[int, int]], dominant: int) -> None: ...
    def on_levels(self, levels: list[tuple[int, int]]) -> None: ...


class TapSink(Protocol):
    def on_tap_dropped(self, tap: int, count: int) -> None: ...


class MediaWorker:
    """Owns the native worker. Register sinks before the command that makes events possible."""

    def __init__(self, native: _native.Worker) -> None:
        self.native = native
        self.transports: dict[int, TransportSink] = {}
        self.tracks: dict[int, TrackSink] = {}
        self.slots: dict[int, SlotSink] = {}
        self.rooms: dict[int, RoomSink] = {}
        self.taps: dict[int, TapSink] = {}
        self._next_id = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def port(self) -> int:
        return self.native.port

    @property
    def load(self) -> int:
        """For placing rooms."""
        return len(self.transports)

    def new_id(self) -> int:
        """Unique for this worker, for transports, tracks, slots and rooms alike."""
        self._next_id += 1
        return self._next_id

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to hand out events on this loop."""
        self._loop = loop
        loop.add_reader(self.native.fileno(), self._drain)

    def close(self) -> None:
        """Stop the thread; everything on it ends. Idempotent."""
        if self._loop is not None:
            self._loop.remove_reader(self.native.fileno())
            self._loop = None
        self.native.close()

    def stats(self) -> Mapping[str, int | float]:
        return self.native.stats()

    def _drain(self) -> None:
        for event in self.native.events():
            try:
                self._dispatch(event)
            except Exception:
                # A bug in one handler must not cost the others their events.
                log.exception("media event handler failed", event_type=type(event).__name__)

    def _dispatch(self, event: _native.Event) -> None:
        if isinstance(event, _native.DtlsReceived):
            if transport := self.transports.get(event.transport):
                transport.on_dtls(event.data)
        elif isinstance(event, _native.LayerChanged):
            if slot := self.slots.get(event.slot):
                slot.on_layer_changed(event.slot, event.track, event.layer)
        elif isinstance(event, _native.LayerSeen):
            if track := self.tracks.get(event.track):
                track.on_layer(event.layer, event.height, event.bitrate_bps, event.active)
        elif isinstance(event, _native.AudioLevels):
            if room := self.rooms.get(event.room):
                room.on_levels(event.levels)
        elif isinstance(event, _native.SpeakersChanged):
            if room := self.rooms.get(event.room):
                room.on_speakers(event.active, event.dominant)
        elif isinstance(event, _native.TapDropped):
            if tap := self.taps.get(event.tap):
                tap.on_tap_dropped(event.tap, event.count)
        elif isinstance(event, _native.GatedVoice):
            if track := self.tracks.get(event.track):
                track.on_gated_voice()
        else:
            self._dispatch_transport(event)

    def _dispatch_transport(
        self,
        event: _native.TransportNominated | _native.TransportState | _native.Bandwidth | _native.Quality,
    ) -> None:
        transport = self.transports.get(event.transport)
        if transport is None:
            return
        if isinstance(event, _native.TransportNominated):
            transport.on_nominated()
        elif isinstance(event, _native.TransportState):
            transport.on_liveness(event.state)
        elif isinstance(event, _native.Bandwidth):
            transport.on_bandwidth(event.bitrate_bps)
        else:
            transport.on_quality_report(event.loss_down, event.loss_up, event.rtt_ms)
