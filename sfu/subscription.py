"""What one peer receives: its slots, what it wants to see, and the bindings that follow from both.

`update()` compares what should be with what is and sends the core only the differences; `changes()` then gives
the slot states that the peer must be told. Audio slots are the core's own business (loudest speakers).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfu import _native
from sfu.allocator import Demand, LayerAllocator
from sfu.negotiation import SlotLine
from sfu.selection import Source, assign
from sfu.track import PublishedTrack
from sfu.types import PeerNumber, Purpose, SlotPurpose, SlotState, Tile


@dataclass(slots=True)
class Slot:
    """One receive line. `target` is None while unbound; `layer` is what the core says flows, -1 for nothing."""

    id: int
    mid: str
    purpose: SlotPurpose
    ordinal: int
    decodable: bool = True
    source: Source | None = None
    track: int = 0
    target: int | None = None
    layer: int = -1
    told: SlotState | None = None

    @classmethod
    def of(cls, slot: int, line: SlotLine) -> "Slot":
        return cls(slot, line.mid, line.purpose, line.ordinal)

    def state(self) -> SlotState:
        if self.source is None:
            return SlotState(self.mid, None, None, "waiting")
        if not self.decodable:
            word = "undecodable"
        elif self.target is None:
            word = "paused"
        else:
            word = "live" if self.layer >= 0 else "waiting"
        return SlotState(self.mid, self.source[0], self.source[1], word)


class Subscription:
    """The slots of one connection. Lives as long as the connection."""

    def __init__(self, native: _native.Worker, peer: PeerNumber) -> None:
        self.peer = peer
        self.allocator = LayerAllocator()
        self._native = native
        self._slots: dict[int, Slot] = {}
        self._of: dict[SlotPurpose, list[Slot]] = {purpose: [] for purpose in SlotPurpose}
        self._heard: dict[int, PeerNumber] = {}

    def add(self, slot: Slot) -> None:
        self._slots[slot.id] = slot
        self._of[slot.purpose].append(slot)

    def note_layer(self, slot_id: int, track: int, layer: int, peer: PeerNumber | None) -> bool:
        """The core reports what a slot forwards. True if a state may have changed."""
        slot = self._slots[slot_id]
        if slot.purpose is SlotPurpose.AUDIO:
            self._heard.pop(slot.ordinal, None)
            if peer is not None and layer >= 0:
                self._heard[slot.ordinal] = peer
            return False
        if slot.track != track:
            return False
        slot.layer = layer
        return True

    def update(self, tiles: Sequence[Tile], sources: Mapping[Source, PublishedTrack], now: float) -> None:
        """Bind, unbind and choose layers."""
        wanted: dict[Source, PublishedTrack] = {}
        heights: dict[Source, int] = {}
        for tile in tiles:
            source = (tile.peer, tile.purpose)
            track = sources.get(source)
            if track is not None and track.gate and tile.purpose.kind == "video":
                wanted[source] = track
                heights[source] = max(heights.get(source, 0), tile.height)
        self._place(list(wanted))
        in_order: dict[Source, Slot] = {
            slot.source: slot for slot in self._pictures() if slot.source is not None and slot.decodable
        }
        demands, current = [], {}
        for source in sorted(wanted, key=lambda s: s[1] is not Purpose.SCREEN):
            slot, track = in_order.get(source), wanted[source]
            if slot is not None:
                demands.append(Demand(slot.id, heights[source], track.layers, track.declared))
                if slot.track == track.id:
                    current[slot.id] = slot.target
        targets = self.allocator.decide(demands, current, now)
        for source, slot in in_order.items():
            self._bind(slot, wanted[source].id, targets[slot.id])
        self._follow_screens(sources)

    def _place(self, wanted: Sequence[Source]) -> None:
        video = self._of[SlotPurpose.VIDEO]
        by_ordinal = {slot.ordinal: slot.id for slot in video}
        # A speaker's picture belongs into the video slot with the number of the audio slot that carries him.
        preferred = {
            (peer, Purpose.CAMERA): by_ordinal[ordinal]
            for ordinal, peer in self._heard.items()
            if ordinal in by_ordinal
        }
        placed = assign(
            wanted,
            screen_slots=[slot.id for slot in self._of[SlotPurpose.SCREEN]],
            video_slots=[slot.id for slot in video],
            current={slot.id: slot.source for slot in self._pictures() if slot.source is not None},
            preferred=preferred,
        )
        for slot in self._pictures():
            source = placed.get(slot.id)
            if source != slot.source:
                slot.source = source
                if source is None:
                    self._bind(slot, 0, None)

    def _pictures(self) -> list[Slot]:
        return [*self._of[SlotPurpose.SCREEN], *self._of[SlotPurpose.VIDEO]]

    def _follow_screens(self, sources: Mapping[Source, PublishedTrack]) -> None:
        """The sound of a screen goes where its picture goes."""
        shown = {slot.ordinal: slot.source for slot in self._of[SlotPurpose.SCREEN]}
        for slot in self._of[SlotPurpose.SCREEN_AUDIO]:
            screen = shown.get(slot.ordinal)
            track = sources.get((screen[0], Purpose.SCREEN_AUDIO)) if screen else None
            audible = track is not None and track.gate
            slot.source = track.source if track is not None and audible else None
            self._bind(slot, track.id if track is not None else 0, 0 if audible else None)

    def _bind(self, slot: Slot, track: int, target: int | None) -> None:
        if target is None:
            if slot.target is not None:
                self._native.unbind(slot.id)
            slot.track, slot.target, slot.layer = track, None, -1
        elif (slot.track, slot.target) != (track, target):
            if slot.track != track or slot.target is None:
                slot.layer = -1
            self._native.bind(slot.id, track, target)
            slot.track, slot.target = track, target

    def changes(self) -> list[SlotState]:
        """Video and screen slots whose state is not the one last told."""
        changed = []
        for slot in self._pictures():
            state = slot.state()
            if state != (slot.told or SlotState(slot.mid, None, None, "waiting")):
                slot.told = state
                changed.append(state)
        return changed
