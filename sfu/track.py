"""A published track as Python sees it: whose it is, whether its gate is open, which layers flow. No media here."""

from typing import Final, Protocol

from sfu.allocator import Layer
from sfu.selection import Source
from sfu.types import PeerNumber, Purpose

SILENCE_S: Final = 0.5


class TrackOwner(Protocol):
    def layers_changed(self, track: "PublishedTrack", *, structure: bool) -> None:
        """`structure`: a layer came, went or changed its size; else only a bit rate."""

    def gated_voice(self, track: "PublishedTrack") -> None: ...


class PublishedTrack:
    """One uplink line. The gate starts closed, as in the core."""

    def __init__(self, track: int, peer: PeerNumber, purpose: Purpose, declared: int, owner: TrackOwner) -> None:
        self.id = track
        self.peer = peer
        self.purpose = purpose
        self.declared = max(1, declared)
        self.gate = False
        self.reported = False
        self._layers: dict[int, Layer] = {}
        self._owner = owner

    @property
    def source(self) -> Source:
        return (self.peer, self.purpose)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that flow, lowest first."""
        return tuple(self._layers[index] for index in sorted(self._layers))

    @property
    def flowing(self) -> bool:
        return self.gate and bool(self._layers)

    def on_layer(self, layer: int, height: int, bitrate_bps: int, active: bool) -> None:
        before = self._layers.get(layer)
        if active:
            self._layers[layer] = Layer(layer, height, bitrate_bps)
            structure = before is None or before.height != height
        else:
            structure = self._layers.pop(layer, None) is not None
        self._owner.layers_changed(self, structure=structure)

    def on_gated_voice(self) -> None:
        self._owner.gated_voice(self)
