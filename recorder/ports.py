"""What the recorder needs of others, as interfaces: of the media server, and the facts about people."""

from typing import Protocol

from sfu.types import PeerNumber, Purpose


class MediaRoom(Protocol):
    """One room of the media server (sfu/room.py)."""

    def open_tap(self, tap: int, peer: PeerNumber, purpose: Purpose) -> bool:
        """Streams a track to the tap socket under the number `tap`. False: no such track now. Ends with its track."""
        ...

    def close_tap(self, tap: int) -> None:
        """Idempotent."""
        ...

    def request_keyframe(self, peer: PeerNumber, purpose: Purpose) -> None:
        """Coalesced with all others; nothing happens if there is no such track now."""
        ...


class MediaServer(Protocol):
    """The media server (sfu/service.py)."""

    def set_tap_socket(self, fd: int) -> None:
        """Where the packets of all taps go from now on (TAP.md); -1: nowhere. `fd` stays the caller's."""
        ...


class ParticipantFacts(Protocol):
    """Somebody in the room; `consent` is "yes", "no" or None (no answer counts as no)."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> PeerNumber: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def moderator(self) -> bool: ...
    @property
    def consent(self) -> str | None: ...
