"""Meetings, who took part, and what they answered when asked about recording."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.ids import ConferenceId, SessionId, new_id
from storage.records import ConsentRecord, ParticipationRecord, SessionRecord
from storage.tables import Conference, Consent, Participation, Session


class Sessions:
    """A session is open from the first join until the meeting ends or has stood empty."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def open(self, conference: str, started_ms: int) -> SessionId:
        session_id = SessionId(new_id())
        async with self._db.write() as session:
            session.add(Session(id=session_id, conference_id=conference, started_ms=started_ms))
            await session.execute(update(Conference).where(Conference.id == conference).values(held=True))
        return session_id

    async def close(self, session_id: str, ended_ms: int) -> None:
        """Idempotent: the first end counts. Whoever is still noted as present left then."""
        async with self._db.write() as session:
            await session.execute(
                update(Session).where(Session.id == session_id, Session.ended_ms.is_(None)).values(ended_ms=ended_ms)
            )
            await session.execute(
                update(Participation)
                .where(Participation.session_id == session_id, Participation.left_ms.is_(None))
                .values(left_ms=ended_ms)
            )

    async def get(self, session_id: str) -> SessionRecord | None:
        async with self._db.read() as session:
            row = await session.get(Session, session_id)
            return None if row is None else _session(row)

    async def open_sessions(self) -> list[SessionRecord]:
        """Those that a stopped server left open, oldest first."""
        async with self._db.read() as session:
            query = select(Session).where(Session.ended_ms.is_(None)).order_by(Session.started_ms)
            return [_session(row) for row in await session.scalars(query)]

    async def of_conference(self, conference: str) -> list[SessionRecord]:
        """Newest first."""
        async with self._db.read() as session:
            query = select(Session).where(Session.conference_id == conference).order_by(Session.started_ms.desc())
            return [_session(row) for row in await session.scalars(query)]


class Participations:
    """One row per stay: joining again after leaving makes another."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def joined(
        self,
        session_id: str,
        *,
        participant: str,
        number: int,
        name: str,
        role: str,
        moderator: bool,
        at_ms: int,
    ) -> None:
        """Nothing happens if this participant is noted as present already (a reconnect)."""
        async with self._db.write() as session:
            await session.get(Session, session_id)  # one joins at a time
            if await _present(session, session_id, participant) is None:
                session.add(
                    Participation(
                        session_id=session_id,
                        participant=participant,
                        number=number,
                        name=name,
                        role=role,
                        moderator=moderator,
                        joined_ms=at_ms,
                    )
                )

    async def changed(self, session_id: str, participant: str, *, role: str, moderator: bool) -> None:
        async with self._db.write() as session:
            row = await _present(session, session_id, participant)
            if row is not None:
                row.role, row.moderator = role, moderator

    async def left(self, session_id: str, participant: str, *, at_ms: int) -> None:
        async with self._db.write() as session:
            row = await _present(session, session_id, participant)
            if row is not None:
                row.left_ms = at_ms

    async def of_session(self, session_id: str) -> list[ParticipationRecord]:
        """In order of joining."""
        async with self._db.read() as session:
            query = select(Participation).where(Participation.session_id == session_id).order_by(Participation.id)
            return [_participation(row) for row in await session.scalars(query)]


class Consents:
    """Every answer is kept, also when it changes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def log(
        self, conference: str, session_id: str, participant: str, name: str, consent: str, at_ms: int
    ) -> None:
        async with self._db.write() as session:
            session.add(
                Consent(
                    conference_id=conference,
                    session_id=session_id,
                    participant=participant,
                    name=name,
                    consent=consent,
                    at_ms=at_ms,
                )
            )

    async def of_conference(self, conference: str) -> list[ConsentRecord]:
        async with self._db.read() as session:
            query = select(Consent).where(Consent.conference_id == conference).order_by(Consent.id)
            return [_consent(row) for row in await session.scalars(query)]


async def _present(session: AsyncSession, session_id: str, participant: str) -> Participation | None:
    query = select(Participation).where(
        Participation.session_id == session_id,
        Participation.participant == participant,
        Participation.left_ms.is_(None),
    )
    query = query.with_for_update()
    return (await session.scalars(query)).first()


def _session(row: Session) -> SessionRecord:
    return SessionRecord(SessionId(row.id), ConferenceId(row.conference_id), row.started_ms, row.ended_ms)


def _participation(row: Participation) -> ParticipationRecord:
    return ParticipationRecord(
        session=SessionId(row.session_id),
        participant=row.participant,
        number=row.number,
        name=row.name,
        role=row.role,
        moderator=row.moderator,
        joined_ms=row.joined_ms,
        left_ms=row.left_ms,
    )


def _consent(row: Consent) -> ConsentRecord:
    return ConsentRecord(
        conference=ConferenceId(row.conference_id),
        session=SessionId(row.session_id),
        participant=row.participant,
        name=row.name,
        consent=row.consent,
        at_ms=row.at_ms,
    )
