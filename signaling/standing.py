"""Whether what a seat was given out for still holds: an invitation may be withdrawn, a role taken, an account deleted,
while the token lives on. Asked when a socket connects, before a token is renewed, and when the portal says so.
"""

import structlog

from rooms.claims import ParticipantClaims
from rooms.commands import Leave
from signaling.errors import TokenError
from signaling.inbox import Asked, RoomInbox
from signaling.messages import RoomCall
from signaling.ports import Holds
from signaling.session import Session
from storage.entries import Entries, EntryRecord

log = structlog.get_logger()


class Standing:
    def __init__(self, entries: Entries, holds: Holds) -> None:
        self._entries = entries
        self._holds = holds

    async def entry(self, claims: ParticipantClaims) -> EntryRecord | None:
        """Whom the token was given to. Raises TokenError token_invalid when it is worth nothing any more."""
        entry = await self._entries.get(claims.participant)
        if not await self._holds(claims, entry):
            raise TokenError("token_invalid")
        return entry

    async def check(self, session: Session, room: RoomInbox | None) -> bool:
        """False, and out of the room with it, if its token is worth nothing. A database that is away ends nothing."""
        try:
            await self.entry(session.claims)
        except TokenError:
            session.connection.close("token_invalid")
            if room is not None:
                room.post(Asked(session, RoomCall(Leave()), None))
            return False
        except Exception as error:
            log.warning("standing.unknown", room=session.claims.conference, why=type(error).__name__)
        return True
