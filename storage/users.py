"""Organisers, their one-time sign-in links and their browser sessions."""

import secrets
from collections.abc import Callable

from sqlalchemy import delete, select, update

from storage.base import Database
from storage.errors import LinkExpired, LinkUsed, NotFound
from storage.ids import BodyId, UnitId, UserId, new_id
from storage.records import UserRecord
from storage.secrets import Secrets
from storage.tables import SignInLink, User, WebSession
from storage.text import search_key

SIGN_IN_LINK_MS = 24 * 3600 * 1000
WEB_SESSION_MS = 30 * 24 * 3600 * 1000
FIRST_ORGANISER = "Organiser"


class SignInLinks:
    """The token is given out once and stored as a keyed hash."""

    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def create(self, user: str, *, now_ms: int) -> str:
        """The token of a link that signs `user` in once, within 24 hours."""
        token = secrets.token_urlsafe(24)
        async with self._db.write() as session:
            session.add(
                SignInLink(
                    token_hash=self._hash(token),
                    user_id=user,
                    created_ms=now_ms,
                    expires_ms=now_ms + SIGN_IN_LINK_MS,
                )
            )
        return token

    async def redeem(self, token: str, *, now_ms: int) -> UserId:
        """Raises NotFound, LinkUsed or LinkExpired. Of two at the same time one gets it."""
        digest = self._hash(token)
        async with self._db.write() as session:
            row = await session.get(SignInLink, digest)
            if row is None:
                raise NotFound("no such sign-in link")
            if row.used_ms is not None:
                raise LinkUsed("this sign-in link has been used")
            if now_ms >= row.expires_ms:
                raise LinkExpired("this sign-in link has expired")
            row.used_ms = now_ms
            return UserId(row.user_id)

    def _hash(self, token: str) -> bytes:
        return self._keys.keyed_hash("sign-in", token)


class WebSessions:
    """Cookies of signed-in browsers."""

    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def create(self, user: str, *, now_ms: int) -> str:
        """The cookie's value, good for 30 days. Sweeps sessions that are over."""
        token = secrets.token_urlsafe(32)
        async with self._db.write() as session:
            await session.execute(delete(WebSession).where(WebSession.expires_ms <= now_ms))
            session.add(
                WebSession(
                    token_hash=self._hash(token),
                    user_id=user,
                    created_ms=now_ms,
                    expires_ms=now_ms + WEB_SESSION_MS,
                )
            )
        return token

    async def user(self, token: str, *, now_ms: int) -> UserRecord | None:
        query = (
            select(User)
            .join(WebSession, WebSession.user_id == User.id)
            .where(WebSession.token_hash == self._hash(token), WebSession.expires_ms > now_ms)
        )
        async with self._db.read() as session:
            row = (await session.execute(query)).scalar_one_or_none()
            return None if row is None else _record(row)

    async def end(self, token: str) -> None:
        async with self._db.write() as session:
            await session.execute(delete(WebSession).where(WebSession.token_hash == self._hash(token)))

    def _hash(self, token: str) -> bytes:
        return self._keys.keyed_hash("session", token)


class Users:
    """Accounts. `clock` (Unix seconds) serves the command line, which has no time of its own."""

    def __init__(self, db: Database, links: SignInLinks, clock: Callable[[], float]) -> None:
        self._db = db
        self._links = links
        self._clock = clock

    async def add(self, name: str, *, role: str = "body_coordinator") -> UserRecord:
        """An account made by whoever runs the server: nothing is left to confirm."""
        name = name.strip()
        now_ms = self._now_ms()
        row = User(
            id=new_id(),
            name=name,
            search_key=search_key(name),
            created_ms=now_ms,
            role=role,
            state="active",
            confirmed_ms=now_ms,
            confirmed_by="operator",
        )
        async with self._db.write() as session:
            session.add(row)
            return _record(row)

    async def get(self, user: str) -> UserRecord | None:
        async with self._db.read() as session:
            row = await session.get(User, user)
            return None if row is None else _record(row)

    async def all(self) -> list[UserRecord]:
        """Oldest first."""
        async with self._db.read() as session:
            rows = await session.scalars(select(User).order_by(User.created_ms, User.id))
            return [_record(row) for row in rows]

    async def rename(self, user: str, name: str) -> None:
        async with self._db.write() as session:
            await session.execute(update(User).where(User.id == user).values(name=name.strip()))

    async def ensure_first_organiser(self) -> str | None:
        """The very first start makes an organiser: the token of a sign-in link. Later starts: None."""
        if await self.all():
            return None
        first = await self.add(FIRST_ORGANISER, role="administrator")
        return await self._links.create(first.id, now_ms=self._now_ms())

    async def new_sign_in_link(self, name: str | None = None) -> str | None:
        """A link token for the organiser of that name (or the only or oldest one). None: there is none."""
        users = [user for user in await self.all() if name is None or user.name == name]
        return await self._links.create(users[0].id, now_ms=self._now_ms()) if users else None

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _record(row: User) -> UserRecord:
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
    )
