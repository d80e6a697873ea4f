"""What the recorder needs of others, as interfaces: of the media server, and the facts about people."""

from typing import Protocol

from sfu.types import PeerNumber, Purpose


class MediaRoom(Protocol):
    """One room of the media server (sfu/room.py)."""

    def open_tap(self, tap: int, peer: PeerNumber, purpose: Purpose) -> bool: ...
    def close_tap(self, tap: int) -> None: ...
    def request_keyframe(self, peer: PeerNumber, purpose: Purpose) -> None: ...


class MediaServer(Protocol):
    """The media server (sfu/service.py)."""

    def set_tap_socket(self, fd: int) -> None: ...


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
