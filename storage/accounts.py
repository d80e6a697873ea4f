"""What people keep about themselves: profile, and place in the organisation.

How an account comes to life is in storage/registration.py, how it ends in storage/account_deletion.py.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State
from storage.audit import Act, Audit, by_user
from storage.base import Database
from storage.errors import NotFound
from storage.records import UserRecord
from storage.tables import User
from storage.tables_accounts import Body, Unit
from storage.text import email_key
from storage.users import as_record


@dataclass(frozen=True, slots=True)
class Named:
    """A body or a unit, by id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the organisation somebody is."""

    body: Named | None = None
    unit: Named | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What only the owner of an account (and the coordinators of the body) see."""

    user: UserRecord
    telephone: str
    contact: str
    confirmed_by: str | None
    terms_ms: int | None
    privacy_ms: int | None
    has_password: bool
    employment: str
    employment_body: str


class Accounts:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def place(self, user: UserRecord) -> Place:
        if user.body is None:
            return Place()
        query = (
            select(Body.id, Body.name, Unit.id, Unit.name)
            .outerjoin(Unit, (Unit.body_id == Body.id) & (Unit.id == user.unit))
            .where(Body.id == user.body)
        )
        async with self._db.read() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None:
            return Place()
        body, body_name, unit, unit_name = found
        return Place(Named(body, body_name), None if unit is None else Named(unit, unit_name))

    async def units(self, body: str | None) -> list[Named]:
        """Of a body, by name."""
        query = select(Unit.id, Unit.name).where(Unit.body_id == body).order_by(Unit.name_key)
        async with self._db.read() as session:
            return [Named(id, name) for id, name in await session.execute(query)] if body is not None else []

    async def profile(self, user: str) -> Profile:
        """Raises NotFound."""
        async with self._db.read() as session:
            row = await account_in(session, user)
            return Profile(
                as_record(row),
                row.telephone,
                row.contact,
                row.confirmed_by,
                row.terms_ms,
                row.privacy_ms,
                row.password_hash is not None,
                row.employment,
                row.employment_body,
            )

    async def change(self, user: str, **values: str | None) -> None:
        """Of telephone, contact, unit_id, language, time_zone (E2-32). Raises NotFound for a unit of another body."""
        assert values.keys() <= {"telephone", "contact", "unit_id", "language", "time_zone"}
        async with self._db.write() as session:
            row = await account_in(session, user)
            if values.get("unit_id") is not None:
                unit = await session.get(Unit, values["unit_id"])
                if unit is None or unit.body_id != row.body_id:
                    raise NotFound("no such unit")
            for name, value in values.items():
                setattr(row, name, value)

    async def rename(self, user: str, given_name: str, surname: str, *, now_ms: int) -> None:
        """By the owner, where no provider says what they are called. The log has no names: it stays when a person
        goes."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if (row.given_name, row.surname) == (given_name, surname):
                return
            set_name(row, given_name, surname)
            act = Act(by_user(user), "name_changed", "user", user)
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def by_email(self, email: str) -> UserRecord | None:
        """Whose first address this is, confirmed or named by a coordinator."""
        query = select(User).where(User.email_key == email_key(email), User.state != State.DELETED)
        async with self._db.read() as session:
            row = (await session.scalars(query)).one_or_none()
            return None if row is None else as_record(row)


async def account_in(session: AsyncSession, user: str) -> User:
    row = await session.get(User, user)
    if row is None or row.state == State.DELETED:
        raise NotFound("no such account")
    return row


def set_name(row: User, given_name: str, surname: str) -> None:
    row.given_name, row.surname = given_name, surname
    row.name = f"{given_name} {surname}".strip()


async def administrators_in(session: AsyncSession) -> int:
    """How many there are that can act."""
    query = select(func.count()).where(User.role == "administrator", User.state == State.ACTIVE)
    return (await session.execute(query)).scalar_one()
