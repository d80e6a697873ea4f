"""What a message is made of, read when it leaves: who gets it, and the conference as it is then. Read only.

Unlike `Conferences` and `Invitees` it also sees conferences that were deleted: their cancellations still go out.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.conferences import PIN
from storage.notice_rules import Date
from storage.notices import dates_of, sessions_of
from storage.secrets import Secrets
from storage.tables import Conference, ConferenceSecret, Invitee, User
from storage.tables_accounts import Body, RoleRequest, Unit


@dataclass(frozen=True, slots=True)
class Addressee:
    """kind: account | person | guest | name. `language`, `time_zone`: "" where nobody said."""

    name: str
    email: str | None
    telephone: str | None
    language: str
    time_zone: str
    kind: str = "account"
    moderator: bool = False
    rsvp: str = "none"
    link: str = ""  # the secret of a personal link
    invitee: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A conference as its messages show it: never an ADMIN PIN, never the moderators' link."""

    id: str
    owner: str
    coordinator: str
    title: str
    description: str
    kind: str
    time_zone: str
    language: str
    record: bool
    dates: tuple[Date, ...]  # none while it is postponed, cancelled or over
    number: str
    pin: str
    sequence: int
    opens_before_ms: int


@dataclass(frozen=True, slots=True)
class AskedRole:
    applicant: str
    role: str
    unit: str
    telephone: str
    purpose: str


@dataclass(frozen=True, slots=True)
class GivenRole:
    """What an account was made with: names of body and unit, "" where there is none."""

    role: str
    body: str
    unit: str


class Addressees:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def user(self, user: str) -> Addressee | None:
        async with self._db.read() as session:
            row = await session.get(User, user)
            if row is None or row.state == "deleted":
                return None
            body = None if row.body_id is None else await session.get(Body, row.body_id)
            language = row.language or ("" if body is None else body.language)
            zone = row.time_zone or ("" if body is None else body.time_zone)
            return Addressee(row.name, row.email, row.telephone or None, language, zone)

    async def invitee(self, invitee: str) -> Addressee | None:
        """An account is reached at its own first address (E0-17, E2-42)."""
        async with self._db.read() as session:
            row = await session.get(Invitee, invitee)
            if row is None:
                return None
            user = None if row.user_id is None else await session.get(User, row.user_id)
            return Addressee(
                name=row.name,
                email=row.email if user is None else user.email,
                telephone=row.telephone,
                language=row.language or ("" if user is None else user.language),
                time_zone="" if user is None else user.time_zone,
                kind="account" if user is not None else row.kind,
                moderator=row.moderator,
                rsvp=row.rsvp,
                link=self._keys.unseal(f"{row.conference_id}/{row.id}", row.sealed),
                invitee=row.id,
            )

    async def meeting(self, conference: str) -> Meeting | None:
        async with self._db.read() as session:
            row = await session.get(Conference, conference)
            if row is None:
                return None
            owner = await session.get(User, row.owner_id)
            sessions = (await session.scalars(sessions_of(conference))).all()
            return Meeting(
                id=row.id,
                owner=row.owner_id,
                coordinator="" if owner is None or owner.state == "deleted" else owner.name,
                title=row.title,
                description=row.description,
                kind=row.kind,
                time_zone=row.time_zone,
                language=row.language,
                record=row.record,
                dates=tuple(dates_of(row, sessions)),
                number=row.number or "",
                pin=await self._pin(session, conference),
                sequence=row.calendar_sequence,
                opens_before_ms=row.opens_before_ms,
            )

    async def asked_role(self, request: str) -> AskedRole | None:
        async with self._db.read() as session:
            row = await session.get(RoleRequest, request)
            if row is None:
                return None
            user = await session.get(User, row.user_id)
            unit = None if row.unit_id is None else await session.get(Unit, row.unit_id)
            applicant = "" if user is None else user.name
            return AskedRole(applicant, row.role, "" if unit is None else unit.name, row.telephone, row.purpose)

    async def given_role(self, user: str) -> GivenRole | None:
        """As it is when the letter is written."""
        query = (
            select(User.role, Body.name, Unit.name)
            .outerjoin(Body, Body.id == User.body_id)
            .outerjoin(Unit, Unit.id == User.unit_id)
            .where(User.id == user, User.state != "deleted")
        )
        async with self._db.read() as session:
            found = (await session.execute(query)).one_or_none()
        return None if found is None else GivenRole(found[0], found[1] or "", found[2] or "")

    async def _pin(self, session: AsyncSession, conference: str) -> str:
        query = select(ConferenceSecret).where(
            ConferenceSecret.conference_id == conference, ConferenceSecret.kind == PIN
        )
        row = (await session.scalars(query)).first()
        return "" if row is None else self._keys.unseal(f"{conference}/{PIN}", row.sealed)
