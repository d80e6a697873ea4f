"""Which account or invitation a participant id was given to: written when a join token is minted."""

from dataclasses import dataclass

from sqlalchemy import delete, or_, select

from storage.base import Database, insert_into
from storage.tables import Conference, Entry

KEPT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """Whom the participant is: an account, an invitation, both, or (by a shared link) neither."""

    user: str | None
    invitee: str | None


class Entries:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(
        self, participant: str, conference: str, *, user: str | None, invitee: str | None, at_ms: int
    ) -> None:
        row = {"participant": participant, "conference_id": conference, "at_ms": at_ms}
        async with self._db.write() as session:
            await session.execute(
                insert_into(session, Entry)
                .values(**row, user_id=user, invitee_id=invitee)
                .on_conflict_do_nothing(index_elements=["participant"])
            )

    async def get(self, participant: str) -> EntryRecord | None:
        """None: never given out, or forgotten with the account."""
        async with self._db.read() as session:
            row = await session.get(Entry, participant)
            return None if row is None else EntryRecord(row.user_id, row.invitee_id)

    async def account_of(self, participant: str) -> str | None:
        async with self._db.read() as session:
            row = await session.get(Entry, participant)
            return None if row is None else row.user_id

    async def sweep(self, now_ms: int) -> int:
        """Those without an account go a day after nobody may be in the conference any more. How many."""
        late = now_ms - KEPT_MS
        gone = (Conference.expires_ms < late, Conference.ended_ms < late, Conference.cancelled_ms < late)
        statement = delete(Entry).where(
            Entry.user_id.is_(None), Entry.conference_id.in_(select(Conference.id).where(or_(*gone)))
        )
        async with self._db.write() as session:
            return len((await session.execute(statement.returning(Entry.participant))).all())
