"""Links that prove an address, once each. The table has the keyed hash of the token; the mail has the token, sealed
in the outbox until it is sent.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.errors import LinkExpired, LinkUsed, NotFound
from storage.ids import UserId
from storage.interfaces import JsonValue
from storage.outbox import put_in, sealed
from storage.secrets import Secrets
from storage.tables_accounts import EmailToken

HOUR_MS: Final = 3600 * 1000


class Purpose(StrEnum):
    CONFIRM = "confirm"
    CONFIRM_EXTRA = "confirm_extra"
    ACTIVATE = "activate"
    RESET = "reset"


LIFETIME_MS: Final = {
    Purpose.CONFIRM: 48 * HOUR_MS,
    Purpose.CONFIRM_EXTRA: 48 * HOUR_MS,
    Purpose.ACTIVATE: 14 * 24 * HOUR_MS,
    Purpose.RESET: HOUR_MS,
}
_MAIL: Final = {
    Purpose.CONFIRM: "confirm_email",
    Purpose.CONFIRM_EXTRA: "confirm_email",
    Purpose.ACTIVATE: "activation",
    Purpose.RESET: "reset_password",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a good link says."""

    user: UserId
    purpose: Purpose
    email: str
    used: bool


class EmailTokens:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def look(self, token: str, *purposes: Purpose, now_ms: int) -> Proof:
        """Without using it up. Raises NotFound, LinkExpired, LinkUsed."""
        async with self._db.read() as session:
            return await self.read_in(session, token, *purposes, now_ms=now_ms)

    async def read_in(
        self, session: AsyncSession, token: str, *purposes: Purpose, now_ms: int, also_used: bool = False
    ) -> Proof:
        row = await session.get(EmailToken, self.hashed(token))
        if row is None or Purpose(row.purpose) not in purposes:
            raise NotFound("no such link")
        if row.used_ms is not None and not also_used:
            raise LinkUsed("this link has been used")
        if now_ms >= row.expires_ms:
            raise LinkExpired("this link has expired")
        return Proof(UserId(row.user_id), Purpose(row.purpose), row.email, row.used_ms is not None)

    async def use_in(self, session: AsyncSession, token: str, *, now_ms: int) -> None:
        row = await session.get(EmailToken, self.hashed(token), with_for_update=True)
        if row is None:
            raise NotFound("no such link")
        if row.used_ms is not None:
            raise LinkUsed("this link has been used")
        row.used_ms = now_ms

    async def send_in(
        self,
        session: AsyncSession,
        user: str,
        purpose: Purpose,
        email: str,
        *,
        now_ms: int,
        by: str | None = None,
        letter: str | None = None,
    ) -> str:
        """A new link, and the mail that brings it; former ones of this purpose and address work no more. `letter`:
        another text than the purpose's own."""
        token = secrets.token_urlsafe(24)
        await session.execute(
            delete(EmailToken).where(
                EmailToken.user_id == user,
                EmailToken.purpose == purpose,
                EmailToken.email == email,
                EmailToken.used_ms.is_(None),
            )
        )
        digest, until_ms = self.hashed(token), now_ms + LIFETIME_MS[purpose]
        session.add(
            EmailToken(
                token_hash=digest,
                user_id=user,
                purpose=purpose,
                email=email,
                created_ms=now_ms,
                expires_ms=until_ms,
            )
        )
        cause = f"{purpose.value}/{user}/{digest.hex()[:24]}"
        payload: dict[str, JsonValue] = {"token": sealed(self._keys, cause, token), "until_ms": until_ms}
        if purpose in (Purpose.CONFIRM, Purpose.CONFIRM_EXTRA):
            payload["email"] = email
        extra = {"extra": True} if purpose is Purpose.CONFIRM_EXTRA else {}
        told = {} if by is None else {"by": by}
        await put_in(
            session,
            cause,
            letter or _MAIL[purpose],
            {**payload, **extra, **told},
            due_ms=now_ms,
            recipient=f"user:{user}",
        )
        return token

    def hashed(self, token: str) -> bytes:
        return self._keys.keyed_hash("email-token", token)
