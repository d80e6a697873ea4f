"""Accounts as the rest of the product sees them: who somebody is, and the accounts that whoever runs the server makes.

What people do with their own accounts is in storage/accounts.py and beside it.
"""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import OPERATOR, SERVER, Act, Audit
from storage.base import Database, one_at_a_time
from storage.errors import EmailTaken
from storage.ids import BodyId, UnitId, UserId, new_id
from storage.records import UserRecord
from storage.tables import User
from storage.tables_accounts import Body, Collaboration
from storage.text import email_key, search_key

FIRST_ORGANISER = "Organiser"
FIRST_BODY = "Organisation"
COORDINATING = ("unit_coordinator", "body_coordinator", "administrator")


class Links(Protocol):
    """storage.web_sessions.SignInLinks."""

    async def create(self, user: str, *, now_ms: int) -> str: ...


class Users:
    """Accounts. `clock` (Unix seconds) serves the command line, which has no time of its own."""

    def __init__(self, db: Database, links: Links, audit: Audit, clock: Callable[[], float]) -> None:
        self._db = db
        self._links = links
        self._audit = audit
        self._clock = clock

    async def add(
        self, name: str, *, role: str = "body_coordinator", email: str | None = None, body: str | None = None
    ) -> UserRecord:
        """An account made by whoever runs the server: nothing is left to confirm. Raises EmailTaken."""
        row = _by_operator(name, role, email, body, self._now_ms())
        try:
            async with self._db.write() as session:
                session.add(row)
                await session.flush()
                return as_record(row)
        except IntegrityError as error:
            raise EmailTaken("another account has this address") from error

    async def get(self, user: str) -> UserRecord | None:
        async with self._db.read() as session:
            row = await session.get(User, user)
            return None if row is None else as_record(row)

    async def all(self) -> list[UserRecord]:
        """Oldest first, without deleted ones."""
        async with self._db.read() as session:
            query = select(User).where(User.state != "deleted").order_by(User.created_ms, User.id)
            return [as_record(row) for row in await session.scalars(query)]

    async def set_by_operator(
        self, name: str, *, new_name: str | None = None, email: str | None = None, role: str | None = None
    ) -> bool:
        """Whoever runs the server vouches for name and address. False: not exactly one account is called so, by name
        or address. Raises EmailTaken."""
        found = [user for user in await self.all() if _called(user, name)]
        if len(found) != 1:
            return False
        try:
            async with self._db.write() as session:
                row = await session.get(User, found[0].id)
                assert row is not None, "accounts are emptied, never removed"
                if new_name is not None:
                    row.name = new_name.strip()
                    row.given_name, _, row.surname = row.name.rpartition(" ")
                if email is not None:
                    row.email, row.email_key = email, email_key(email)
                    row.confirmed_ms, row.confirmed_by = self._now_ms(), "operator"
                before, row.role = row.role, row.role if role is None else role
                if row.role == "user":
                    await end_collaborations_in(session, row.id)
                await session.flush()
                acts = []
                if new_name is not None or email is not None:
                    changed = [word for word, value in (("name", new_name), ("email", email)) if value is not None]
                    acts.append(Act(OPERATOR, "account_set", "user", row.id, {"changed": changed}))
                if row.role != before:
                    acts.append(Act(OPERATOR, "role_changed", "user", row.id, {"from": before, "to": row.role}))
                await self._audit.record_in(session, *acts, at_ms=self._now_ms())
        except IntegrityError as error:
            raise EmailTaken("another account has this address") from error
        return True

    async def ensure_first_organiser(self) -> str | None:
        """The very first start makes a body and its administrator: the token of a sign-in link. Later starts: None."""
        async with self._db.write() as session:
            await one_at_a_time(session, "first organiser")
            body = await self._ensure_body(session)
            if (await session.scalars(select(User.id).limit(1))).first() is not None:
                return None
            first = _by_operator(FIRST_ORGANISER, "administrator", None, body, self._now_ms())
            session.add(first)
            act = Act(SERVER, "account_made", "user", first.id, {"role": first.role})
            await self._audit.record_in(session, act, at_ms=first.created_ms)
        return await self._links.create(first.id, now_ms=self._now_ms())

    async def only_body(self) -> BodyId | None:
        """The body of an installation that has one."""
        async with self._db.read() as session:
            ids = (await session.scalars(select(Body.id).limit(2))).all()
            return BodyId(ids[0]) if len(ids) == 1 else None

    async def new_sign_in_link(self, name: str | None = None) -> str | None:
        """A link token for the organiser of that name or address, or for the oldest one. None: there is none, or
        several are called so (people choose their names; the link must not sign in a namesake)."""
        users = [user for user in await self.all() if name is None or _called(user, name)]
        if not users or (name is not None and len(users) > 1):
            return None
        await self._audit.record(Act(OPERATOR, "sign_in_link_made", "user", users[0].id), at_ms=self._now_ms())
        return await self._links.create(users[0].id, now_ms=self._now_ms())

    async def _ensure_body(self, session: AsyncSession) -> str:
        """Everything is held on behalf of a body; whoever coordinated before there was one belongs to the first."""
        known = (await session.scalars(select(Body.id).order_by(Body.created_ms, Body.id).limit(1))).first()
        if known is not None:
            return known
        body = Body(
            id=new_id(),
            name=FIRST_BODY,
            name_key=search_key(FIRST_BODY),
            time_zone="UTC",
            language="en",
            short_notice="invite_and_start",
            created_ms=self._now_ms(),
        )
        session.add(body)
        await session.flush()
        await session.execute(
            update(User)
            .where(User.body_id.is_(None), User.role.in_(COORDINATING), User.state != "deleted")
            .values(body_id=body.id)
        )
        return body.id

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


async def end_collaborations_in(session: AsyncSession, user: str) -> None:
    """Whoever coordinates nothing helps nobody, and needs no help."""
    both = or_(Collaboration.owner_id == user, Collaboration.collaborator_id == user)
    await session.execute(delete(Collaboration).where(both))


def _by_operator(name: str, role: str, email: str | None, body: str | None, now_ms: int) -> User:
    name = name.strip()
    given_name, _, surname = name.rpartition(" ")
    return User(
        id=new_id(),
        name=name,
        given_name=given_name,
        surname=surname,
        created_ms=now_ms,
        role=role,
        state="active",
        body_id=body,
        email=email,
        email_key=None if email is None else email_key(email),
        confirmed_ms=now_ms,
        confirmed_by="operator",
    )


def _called(user: UserRecord, name: str) -> bool:
    """By name or address; an address that is only claimed names nobody."""
    theirs = user.confirmed or user.state == "invited"
    return user.name == name or (theirs and user.email is not None and email_key(user.email) == email_key(name))


def as_record(row: User) -> UserRecord:
    return UserRecord(
        id=UserId(row.id),
        name=row.name,
        created_at=row.created_ms,
        role=row.role,
        state=row.state,
        body=None if row.body_id is None else BodyId(row.body_id),
        unit=None if row.unit_id is None else UnitId(row.unit_id),
        email=row.email,
        language=row.language,
        time_zone=row.time_zone,
        given_name=row.given_name,
        surname=row.surname,
        confirmed=row.confirmed_ms is not None,
        accepted=row.terms_ms is not None and row.privacy_ms is not None,
        two_factor=row.totp_ms is not None,
    )
