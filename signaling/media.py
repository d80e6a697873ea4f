"""Between a room and its media: gates and priorities one way, slots, speakers, levels and quality the other.

`MediaGlue` is the media server's `RoomListener`; it runs on the event loop and never blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from rooms.ids import ParticipantNumber
from rooms.model import Participant, WhoPresents
from rooms.rights import gates, has_priority
from sfu.types import PeerNumber, Purpose, SlotState, Tile
from signaling.frames import encode, event_frame
from signaling.ports import MediaRoom, MediaServer
from signaling.recording import RecordingFeed


class Audience(Protocol):
    """Whom the glue talks to."""

    def to_peer(self, peer: PeerNumber, frame: str) -> None: ...
    def to_all(self, frame: str) -> None: ...
    def to_all_latest(self, key: str, frame: str) -> None: ...
    def participant_of(self, peer: PeerNumber) -> Participant | None: ...


class MediaGlue:
    """One room's media. Open from the session's start to its end."""

    def __init__(
        self, server: MediaServer, name: str, audience: Audience, feed: RecordingFeed, now_ms: Callable[[], int]
    ) -> None:
        self._audience = audience
        self._feed = feed
        self._now_ms = now_ms
        self._gates: dict[PeerNumber, frozenset[str]] = {}
        self._priority: frozenset[PeerNumber] = frozenset()
        self._quality: dict[PeerNumber, int] = {}
        self._slots: dict[PeerNumber, dict[str, dict[str, str | None]]] = {}
        self._held: dict[PeerNumber, int] = {}
        self._speakers = event_frame("speakers", encode({"active": [], "dominant": None}))
        self.room: MediaRoom = server.open_room(name, self)

    # the room's decisions

    def enforce(self, participant: Participant, who_presents: WhoPresents) -> None:
        """Make the media what the room says of this participant, now."""
        peer = PeerNumber(participant.number)
        wanted = gates(participant)
        if self._gates.get(peer) != wanted:
            self._gates[peer] = wanted
            self.room.set_gates(peer, frozenset(map(Purpose, wanted)))
        self._prioritise(peer, has_priority(participant, who_presents))

    def remove(self, number: ParticipantNumber) -> None:
        """Gone: the transport closes at once, nothing is forwarded any more."""
        peer = PeerNumber(number)
        self.room.disconnect(peer)
        self._held.pop(peer, None)
        self._gates.pop(peer, None)
        self._quality.pop(peer, None)
        self._slots.pop(peer, None)
        self._prioritise(peer, False)

    def _prioritise(self, peer: PeerNumber, wanted: bool) -> None:
        if wanted is not (peer in self._priority):
            self._priority = self._priority | {peer} if wanted else self._priority - {peer}
            self.room.set_priority(self._priority)

    def reset_connection(self, peer: PeerNumber) -> None:
        """A fresh client of a participant who was here already: what the earlier one had is closed."""
        self._slots.pop(peer, None)
        self._held.pop(peer, None)
        self.room.disconnect(peer)
        if peer in self._gates:
            self.room.set_gates(peer, frozenset(map(Purpose, self._gates[peer])))

    async def connect(self, peer: PeerNumber, connection: int, sdp: str, lines: Mapping[str, str]) -> str:
        """The answer to an offer. Raises the media server's OfferError."""
        answer = await self.room.connect(peer, connection, sdp, lines)
        if peer not in self._gates:  # gone meanwhile
            self.room.disconnect(peer)
        else:
            self._held[peer] = connection
        return answer

    def connection(self, peer: PeerNumber) -> int | None:
        """The client's number of the media connection that is there, if one is."""
        return self._held.get(peer)

    def set_view(self, peer: PeerNumber, tiles: Sequence[Tile]) -> None:
        self.room.set_view(peer, [tile for tile in tiles if tile.peer != peer])

    def welcome(self, peer: PeerNumber) -> list[str]:
        """What somebody who (re)joins must know at once, as frames."""
        frames = [self._speakers]
        if self._quality:
            frames.append(event_frame("quality", encode({str(p): q for p, q in self._quality.items()})))
        if self._slots.get(peer):
            frames.append(event_frame("slots", encode({"slots": list(self._slots[peer].values())})))
        return frames

    def close(self) -> None:
        self.room.close()

    # the media server's facts (RoomListener)

    def on_slots(self, peer: PeerNumber, slots: Sequence[SlotState]) -> None:
        told = [
            {
                "mid": slot.mid,
                "source": None if slot.peer is None or slot.purpose is None else f"{slot.peer}/{slot.purpose.value}",
                "state": slot.state,
            }
            for slot in slots
        ]
        if peer in self._gates:
            self._slots.setdefault(peer, {}).update({str(one["mid"]): one for one in told})
        self._audience.to_peer(peer, event_frame("slots", encode({"slots": told})))

    def on_speakers(self, active: Sequence[PeerNumber], dominant: PeerNumber | None) -> None:
        self._speakers = event_frame("speakers", encode({"active": list(active), "dominant": dominant}))
        self._audience.to_all_latest("speakers", self._speakers)
        self._feed.speakers(tuple(active), self._now_ms())

    def on_levels(self, levels: Mapping[PeerNumber, float]) -> None:
        told = {str(peer): round(level, 2) for peer, level in levels.items()}
        self._audience.to_all_latest("levels", event_frame("levels", encode(told)))

    def on_transport(self, peer: PeerNumber, state: str) -> None:
        if state == "closed":
            self._held.pop(peer, None)
            self._slots.pop(peer, None)
            self._feed.transport_closed(peer)

    def on_track(self, peer: PeerNumber, purpose: Purpose, active: bool) -> None:
        self._feed.track(peer, purpose, active)

    def on_quality(self, quality: Mapping[PeerNumber, int]) -> None:
        self._quality.update(quality)
        self._audience.to_all(event_frame("quality", encode({str(p): q for p, q in quality.items()})))

    def on_gated_voice(self, peer: PeerNumber) -> None:
        participant = self._audience.participant_of(peer)
        if participant is not None and "mic" not in gates(participant):
            self._audience.to_peer(peer, event_frame("you_speak_muted", "{}"))

    def on_tap_dropped(self, tap: int, count: int) -> None:
        self._feed.tap_dropped(tap, count)
