"""Words shared with the callers of the media server: peers, purposes, tiles, slots, and what a room reports.

Plain values only. The room itself is in `room.py`, the server in `service.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from sfu.errors import MediaError, OfferError

__all__ = [
    "MediaError",
    "OfferError",
    "PeerNumber",
    "Purpose",
    "RoomListener",
    "SlotPurpose",
    "SlotState",
    "Tile",
]

PeerNumber = NewType("PeerNumber", int)
"""The participant's number in its room (1..2^32-1); the CSRC of everything forwarded from it."""


class Purpose(StrEnum):
    """What a sent line is for."""

    MIC = "mic"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"

    @property
    def kind(self) -> str:
        return "audio" if self in (Purpose.MIC, Purpose.SCREEN_AUDIO) else "video"


class SlotPurpose(StrEnum):
    """What a receive line is for."""

    AUDIO = "slot_audio"
    VIDEO = "slot_video"
    SCREEN = "slot_screen"
    SCREEN_AUDIO = "slot_screen_audio"

    @property
    def kind(self) -> str:
        return "audio" if self in (SlotPurpose.AUDIO, SlotPurpose.SCREEN_AUDIO) else "video"


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture that a subscriber shows, `height` in device pixels."""

    peer: PeerNumber
    purpose: Purpose
    height: int


@dataclass(frozen=True, slots=True)
class SlotState:
    """What one video or screen slot shows. `peer` and `purpose` are None while it is empty.

    `state`: `live`; `waiting` (no picture yet, also while empty); `paused` (not enough bandwidth);
    `undecodable` (the subscriber's line takes no codec of the room).
    """

    mid: str
    peer: PeerNumber | None
    purpose: Purpose | None
    state: str


class RoomListener(Protocol):
    """Facts about one room, called on the event loop. Must not block and must not raise."""

    def on_slots(self, peer: PeerNumber, slots: Sequence[SlotState]) -> None:
        """Slots of subscriber `peer` that changed since the last call."""

    def on_speakers(self, active: Sequence[PeerNumber], dominant: PeerNumber | None) -> None:
        """Loudest first: those in the audio slots."""

    def on_levels(self, levels: Mapping[PeerNumber, float]) -> None:
        """Loudness 0..1 of those with sound, at most 5/s."""

    def on_transport(self, peer: PeerNumber, state: str) -> None:
        """`connected`; `interrupted` after 5 s of silence and `alive` when it ends; `closed` when the transport
        ended by itself (never for `disconnect()` or for a replaced connection)."""

    def on_track(self, peer: PeerNumber, purpose: Purpose, active: bool) -> None:
        """Packets of an open track flow (True), or have stopped: gate closed, silence, transport gone (False)."""

    def on_quality(self, quality: Mapping[PeerNumber, int]) -> None:
        """0 lost, 1 poor, 2 fair, 3 good; only changes."""

    def on_gated_voice(self, peer: PeerNumber) -> None:
        """Somebody speaks into a closed microphone gate (at most 1/s)."""

    def on_tap_dropped(self, tap: int, count: int) -> None:
        """The recorder's socket was full: `count` packets of this tap were dropped."""
