"""One-time sign-in links and the sessions of signed-in browsers. Tables hold keyed hashes of what opens either, the
kind of browser in words, and no address.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.errors import LinkExpired, LinkUsed, NotFound
from storage.ids import UserId, new_id
from storage.records import UserRecord, WebSessionRecord
from storage.secrets import Secrets
from storage.tables import SignInLink, User, WebSession
from storage.users import as_record

SIGN_IN_LINK_MS = 24 * 3600 * 1000
WEB_SESSION_MS = 30 * 24 * 3600 * 1000
SEEN_EVERY_MS = 10 * 60 * 1000
"""How exact "last seen" is: a request does not cost a write."""


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
            row = await session.get(SignInLink, digest, with_for_update=True)
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

    async def create(
        self, user: str, *, now_ms: int, agent: str = "", instead_of: str = "", proved_ms: int | None = None
    ) -> str:
        """The cookie's value, good for 30 days; the browser's former session (`instead_of`) ends. Sweeps what is
        over. `agent`: the kind of browser, such as "Firefox, Windows". `proved_ms`: when the person last proved who
        they are, if that was not now."""
        token = secrets.token_urlsafe(32)
        async with self._db.write() as session:
            await session.execute(delete(WebSession).where(WebSession.expires_ms <= now_ms))
            if instead_of:
                await session.execute(delete(WebSession).where(WebSession.token_hash == self._hash(instead_of)))
            session.add(
                WebSession(
                    token_hash=self._hash(token),
                    user_id=user,
                    created_ms=now_ms,
                    expires_ms=now_ms + WEB_SESSION_MS,
                    id=new_id(),
                    seen_ms=now_ms,
                    agent=agent,
                    proved_ms=now_ms if proved_ms is None else min(proved_ms, now_ms),
                )
            )
        return token

    async def user(self, token: str, *, now_ms: int) -> UserRecord | None:
        digest = self._hash(token)
        query = (
            select(User, WebSession.seen_ms)
            .join(WebSession, WebSession.user_id == User.id)
            .where(WebSession.token_hash == digest, WebSession.expires_ms > now_ms, User.state != "deleted")
        )
        async with self._db.read() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        row, seen_ms = found
        if seen_ms is None or now_ms - seen_ms >= SEEN_EVERY_MS:
            async with self._db.write() as session:
                await session.execute(update(WebSession).where(WebSession.token_hash == digest).values(seen_ms=now_ms))
        return as_record(row)

    async def proved(self, token: str) -> int | None:
        """When the person last proved who they are in this session, if that is known."""
        async with self._db.read() as session:
            row = await session.get(WebSession, self._hash(token))
            return None if row is None else row.proved_ms

    async def of(self, user: str, *, current: str, now_ms: int) -> list[WebSessionRecord]:
        """Those that are good now, the one with the cookie `current` first, then the last seen."""
        query = select(WebSession).where(WebSession.user_id == user, WebSession.expires_ms > now_ms)
        digest = self._hash(current)
        async with self._db.read() as session:
            rows = (await session.scalars(query)).all()
        found = [
            WebSessionRecord(
                row.id or "",
                row.created_ms,
                row.seen_ms or row.created_ms,
                row.agent,
                current=row.token_hash == digest,
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (not one.current, -one.seen_ms))

    async def end(self, token: str) -> None:
        async with self._db.write() as session:
            await session.execute(delete(WebSession).where(WebSession.token_hash == self._hash(token)))

    async def end_one(self, user: str, id: str) -> None:
        """Raises NotFound, also for a session of somebody else."""
        async with self._db.write() as session:
            gone = await session.scalars(
                delete(WebSession)
                .where(WebSession.user_id == user, WebSession.id == id)
                .returning(WebSession.token_hash)
            )
            if not gone.all():
                raise NotFound("no such session")

    async def end_others(self, user: str, *, current: str) -> int:
        """How many ended."""
        async with self._db.write() as session:
            return await end_sessions_in(session, user, keep=self._hash(current))

    def _hash(self, token: str) -> bytes:
        return self._keys.keyed_hash("session", token)


async def end_sessions_in(session: AsyncSession, user: str, *, keep: bytes = b"") -> int:
    """All sessions of `user` but the one with the hash `keep`."""
    gone: Sequence[bytes] = (
        await session.scalars(
            delete(WebSession)
            .where(WebSession.user_id == user, WebSession.token_hash != keep)
            .returning(WebSession.token_hash)
        )
    ).all()
    return len(gone)
