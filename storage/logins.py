"""Sign-ins on their way (at the provider, at the confirmation screen, before the second factor) and whom a provider
means by its subject. What is on its way is sealed, short-lived and taken once.
"""

import json
import secrets
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database, insert_into
from storage.records import UserRecord
from storage.secrets import Secrets
from storage.tables import User
from storage.tables_accounts import ExternalIdentity, PendingLogin
from storage.users import as_record

PENDING_MS = 15 * 60 * 1000


class PendingLogins:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def put(self, kind: str, data: dict[str, Any], *, now_ms: int) -> str:
        """The token that gives `data` back for a quarter of an hour. Sweeps what is over."""
        token = secrets.token_urlsafe(32)
        async with self._db.write() as session:
            await session.execute(delete(PendingLogin).where(PendingLogin.expires_ms <= now_ms))
            session.add(
                PendingLogin(
                    token_hash=self._hash(kind, token),
                    kind=kind,
                    sealed=self._keys.seal(f"pending/{kind}", json.dumps(data)),
                    expires_ms=now_ms + PENDING_MS,
                )
            )
        return token

    async def look(self, kind: str, token: str, *, now_ms: int) -> dict[str, Any] | None:
        async with self._db.read() as session:
            row = await session.get(PendingLogin, self._hash(kind, token))
        return None if row is None or row.expires_ms <= now_ms else self._opened(row)

    async def take(self, kind: str, token: str, *, now_ms: int) -> dict[str, Any] | None:
        """Of two at the same time one gets it."""
        async with self._db.write() as session:
            rows = await session.scalars(
                delete(PendingLogin).where(PendingLogin.token_hash == self._hash(kind, token)).returning(PendingLogin)
            )
            row = rows.first()
            return None if row is None or row.expires_ms <= now_ms else self._opened(row)

    def _opened(self, row: PendingLogin) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._keys.unseal(f"pending/{row.kind}", row.sealed))
        return found

    def _hash(self, kind: str, token: str) -> bytes:
        return self._keys.keyed_hash(f"pending/{kind}", token)


class Identities:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def user(self, issuer: str, subject: str) -> UserRecord | None:
        query = (
            select(User)
            .join(ExternalIdentity, ExternalIdentity.user_id == User.id)
            .where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject, User.state != "deleted")
        )
        async with self._db.read() as session:
            row = (await session.scalars(query)).one_or_none()
            return None if row is None else as_record(row)

    async def any(self, user: str) -> bool:
        async with self._db.read() as session:
            query = select(ExternalIdentity.subject).where(ExternalIdentity.user_id == user).limit(1)
            return (await session.scalars(query)).first() is not None


async def link_in(session: AsyncSession, issuer: str, subject: str, user: str, now_ms: int) -> None:
    """A subject belongs to one account; linking it again changes nothing."""
    await session.execute(
        insert_into(session, ExternalIdentity)
        .values(issuer=issuer, subject=subject, user_id=user, linked_ms=now_ms)
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
    )
