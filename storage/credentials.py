"""What accounts prove themselves by: the hash of a password, the sealed secret of one-time codes, recovery codes.

A one-time code works once: the step of the last one is kept, and only later ones count.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import Act, Audit, by_user
from storage.base import Database
from storage.email_tokens import Purpose
from storage.errors import NotFound, WrongState
from storage.outbox import put_in
from storage.secrets import Secrets
from storage.tables import User
from storage.tables_accounts import EmailToken, RecoveryCode

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is mistaken for something else
_CODE_LENGTH = 12  # 58 bits
TOLD = frozenset({"password_changed", "two_factor_on", "two_factor_off", "recovery_code_used"})
"""Acts that the owner is told by mail: whoever did it may be somebody else."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`secret`: base32, None when there is none. `since_ms`: None while it is being set up."""

    secret: str | None
    since_ms: int | None
    recovery_left: int


class Credentials:
    def __init__(self, db: Database, keys: Secrets, audit: Audit) -> None:
        self._db = db
        self._keys = keys
        self._audit = audit

    async def password_hash(self, user: str) -> str | None:
        async with self._db.read() as session:
            row = await session.get(User, user)
            return None if row is None else row.password_hash

    async def set_password(self, user: str, password_hash: str, *, now_ms: int) -> None:
        """Links that would set another are worth nothing from then on."""
        resets = delete(EmailToken).where(EmailToken.user_id == user, EmailToken.purpose == Purpose.RESET)
        async with self._db.write() as session:
            await session.execute(update(User).where(User.id == user).values(password_hash=password_hash))
            await session.execute(resets.where(EmailToken.used_ms.is_(None)))
            await self._noted(session, user, "password_changed", now_ms)

    async def rehash(self, user: str, better_hash: str, *, instead_of: str) -> None:
        """A better hash of the same password; not if that has been changed meanwhile."""
        statement = update(User).where(User.id == user, User.password_hash == instead_of)
        async with self._db.write() as session:
            await session.execute(statement.values(password_hash=better_hash))

    async def second_factor(self, user: str) -> SecondFactor:
        left = select(func.count()).where(RecoveryCode.user_id == user, RecoveryCode.used_ms.is_(None))
        async with self._db.read() as session:
            row = await session.get(User, user)
            if row is None:
                raise NotFound("no such account")
            secret = None if row.totp_sealed is None else self._keys.unseal(f"totp/{user}", row.totp_sealed)
            return SecondFactor(secret, row.totp_ms, (await session.execute(left)).scalar_one())

    async def propose_secret(self, user: str, secret: str) -> None:
        """Counts only after `enable`. Raises WrongState while one is in use."""
        async with self._db.write() as session:
            row = await _row(session, user)
            if row.totp_ms is not None:
                raise WrongState("two-factor authentication is on")
            row.totp_sealed, row.totp_step = self._keys.seal(f"totp/{user}", secret), None

    async def enable(self, user: str, step: int, *, now_ms: int) -> list[str]:
        """The recovery codes, told this once. `step`: of the code that was typed. Raises WrongState."""
        async with self._db.write() as session:
            row = await _row(session, user)
            if row.totp_sealed is None or row.totp_ms is not None:
                raise WrongState("nothing to switch on")
            row.totp_ms, row.totp_step = now_ms, step
            codes = await self._new_codes(session, user)
            await self._noted(session, user, "two_factor_on", now_ms)
            return codes

    async def disable(self, user: str, *, now_ms: int) -> None:
        async with self._db.write() as session:
            await forget_second_factor_in(session, user)
            await self._noted(session, user, "two_factor_off", now_ms)

    async def use_step(self, user: str, step: int) -> bool:
        """False: this code, or a later one, has been used."""
        fresh = or_(User.totp_step.is_(None), User.totp_step < step)
        async with self._db.write() as session:
            found = await session.scalars(
                update(User).where(User.id == user, fresh).values(totp_step=step).returning(User.id)
            )
            return found.first() is not None

    async def use_recovery_code(self, user: str, code: str, *, now_ms: int) -> bool:
        """Each once."""
        async with self._db.write() as session:
            found = await session.scalars(
                update(RecoveryCode)
                .where(
                    RecoveryCode.user_id == user,
                    RecoveryCode.code_hash == self._hash(user, code),
                    RecoveryCode.used_ms.is_(None),
                )
                .values(used_ms=now_ms)
                .returning(RecoveryCode.user_id)
            )
            if found.first() is None:
                return False
            await self._noted(session, user, "recovery_code_used", now_ms)
            return True

    async def new_recovery_codes(self, user: str, *, now_ms: int) -> list[str]:
        """The former ones work no more."""
        async with self._db.write() as session:
            codes = await self._new_codes(session, user)
            await self._noted(session, user, "recovery_codes_made", now_ms)
            return codes

    async def _noted(self, session: AsyncSession, user: str, action: str, now_ms: int) -> None:
        await self._audit.record_in(session, Act(by_user(user), action, "user", user), at_ms=now_ms)
        if action in TOLD:
            await tell_owner_in(session, user, action, now_ms=now_ms)

    async def _new_codes(self, session: AsyncSession, user: str) -> list[str]:
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
        await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
        session.add_all(RecoveryCode(user_id=user, code_hash=self._hash(user, code)) for code in codes)
        return ["-".join(code[i : i + 4] for i in range(0, _CODE_LENGTH, 4)) for code in codes]

    def _hash(self, user: str, code: str) -> bytes:
        plain = "".join(c for c in code.casefold() if c.isalnum())
        return self._keys.keyed_hash("recovery", f"{user}/{plain}")


async def tell_owner_in(session: AsyncSession, user: str, action: str, *, now_ms: int) -> None:
    """By mail to the account's address; not to one that is only claimed."""
    proved = select(User.id).where(User.id == user, User.email_key.is_not(None))
    if (await session.scalars(proved)).first() is not None:
        await put_in(session, f"{action}/{user}/{now_ms}", action, {}, due_ms=now_ms, recipient=f"user:{user}")


async def forget_second_factor_in(session: AsyncSession, user: str) -> None:
    await session.execute(update(User).where(User.id == user).values(totp_sealed=None, totp_ms=None, totp_step=None))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))


async def _row(session: AsyncSession, user: str) -> User:
    row = await session.get(User, user, with_for_update=True)
    if row is None:
        raise NotFound("no such account")
    return row
