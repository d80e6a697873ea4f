"""What the portal needs of packages beside it; `plenum` hands it over."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from rooms.claims import ParticipantClaims
from storage.entries import EntryRecord

Mint = Callable[[ParticipantClaims], tuple[str, int]]
"""Signs a join token: (token, expires_ms)."""
Holds = Callable[[ParticipantClaims, EntryRecord | None], Awaitable[bool]]
"""May whoever a token was given to still have what it says?"""


class RoomsPort(Protocol):
    """The live rooms."""

    async def admission(self, conference_id: str, *, device: str, moderator: bool, organiser: bool = False) -> None:
        """Raises rooms.errors.RoomError: full, locked, kicked, banned, ended, expired."""
        ...

    def lobby(self, conference_id: str) -> bool | None:
        """Do newcomers wait, as was said last in the running room? None: as the conference says."""
        ...

    def participants_now(self, conference_id: str) -> int:
        """How many are in its room; 0 if it does not live."""
        ...

    async def settings_changed(self, conference_id: str) -> None:
        """The conference's row says something new; the room, if it lives, follows."""
        ...

    async def end_conference(self, conference_id: str) -> None:
        """Its room, if it lives, ends for all."""
        ...

    async def rights_changed(self, *, user: str | None = None, invitee: str | None = None) -> None:
        """That account or invitation may do less from now on; who came in by it and may not any more is out."""
        ...
