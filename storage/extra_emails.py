"""Up to three more addresses of an account (E2-41, E2-43). No notice and no invitation ever goes there (E0-17, E2-42);
they only say that the person owns them. That is so once the link in the mail was followed, or a coordinator vouches
for it (E2-78).
"""

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import Act, Audit, by_user
from storage.base import Database
from storage.email_tokens import EmailTokens, Purpose
from storage.errors import EmailTaken, NotFound, WrongState
from storage.ids import new_id
from storage.tables import User
from storage.tables_accounts import EmailToken, ExtraEmail
from storage.text import email_key

MAX_EXTRA = 3


@dataclass(frozen=True, slots=True)
class ExtraEmailRecord:
    id: str
    email: str
    created_ms: int
    confirmed_ms: int | None
    confirmed_by: str | None  # link | coordinator


class ExtraEmails:
    def __init__(self, db: Database, tokens: EmailTokens, audit: Audit) -> None:
        self._db = db
        self._tokens = tokens
        self._audit = audit

    async def of(self, user: str) -> list[ExtraEmailRecord]:
        """Oldest first."""
        async with self._db.read() as session:
            return await extra_emails_in(session, user)

    async def add(self, user: str, email: str, *, now_ms: int) -> ExtraEmailRecord:
        """Also sends the link that confirms it. Raises EmailTaken; WrongState when no slot is free."""
        key = email_key(email)
        try:
            async with self._db.write() as session:
                await session.get(User, user, with_for_update=True)  # two at the same time do not share a slot
                count = select(func.count()).where(ExtraEmail.user_id == user)
                if (await session.execute(count)).scalar_one() >= MAX_EXTRA:
                    raise WrongState("no slot is free")
                await _make_room(session, key)
                row = ExtraEmail(id=new_id(), user_id=user, email=email, email_key=key, created_ms=now_ms)
                session.add(row)
                await session.flush()
                await self._tokens.send_in(session, user, Purpose.CONFIRM_EXTRA, email, now_ms=now_ms)
                return _record(row)
        except IntegrityError as error:
            raise EmailTaken("somebody has this address") from error

    async def resend(self, user: str, id: str, *, now_ms: int) -> None:
        """Raises NotFound; WrongState when it is confirmed."""
        async with self._db.write() as session:
            row = await _own(session, user, id)
            if row.confirmed_ms is not None:
                raise WrongState("this address is confirmed")
            await self._tokens.send_in(session, user, Purpose.CONFIRM_EXTRA, row.email, now_ms=now_ms)

    async def vouch(self, user: str, id: str, *, by: str, now_ms: int) -> None:
        """A coordinator says that it is this person's. Raises NotFound; WrongState when it is confirmed; EmailTaken
        when it is somebody's first address meanwhile."""
        async with self._db.write() as session:
            row = await _own(session, user, id)
            if row.confirmed_ms is not None:
                raise WrongState("this address is confirmed")
            if (await session.scalars(select(User.id).where(User.email_key == row.email_key))).first() is not None:
                raise EmailTaken("somebody has this address")
            row.confirmed_ms, row.confirmed_by = now_ms, "coordinator"
            act = Act(by_user(by), "extra_email_confirmed", "user", user, {"email": id})
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def remove(self, user: str, id: str) -> None:
        """Raises NotFound."""
        async with self._db.write() as session:
            row = await _own(session, user, id)
            await session.execute(
                delete(EmailToken).where(
                    EmailToken.user_id == user,
                    EmailToken.purpose == Purpose.CONFIRM_EXTRA,
                    EmailToken.email == row.email,
                )
            )
            await session.delete(row)


async def extra_emails_in(session: AsyncSession, user: str) -> list[ExtraEmailRecord]:
    """Oldest first."""
    query = select(ExtraEmail).where(ExtraEmail.user_id == user).order_by(ExtraEmail.created_ms, ExtraEmail.id)
    return [_record(row) for row in await session.scalars(query)]


async def confirm_extra_in(session: AsyncSession, user: str, email: str, now_ms: int) -> None:
    """Raises NotFound when it was taken off meanwhile."""
    query = select(ExtraEmail).where(ExtraEmail.user_id == user, ExtraEmail.email_key == email_key(email))
    row = (await session.scalars(query)).one_or_none()
    if row is None:
        raise NotFound("no such address")
    row.confirmed_ms, row.confirmed_by = now_ms, "link"


async def _make_room(session: AsyncSession, key: str) -> None:
    """Somebody's first address, or an address that somebody proved, is not to be had; a mere claim gives way."""
    if (await session.scalars(select(User.id).where(User.email_key == key))).first() is not None:
        raise EmailTaken("somebody has this address")
    await session.execute(delete(ExtraEmail).where(ExtraEmail.email_key == key, ExtraEmail.confirmed_ms.is_(None)))


async def _own(session: AsyncSession, user: str, id: str) -> ExtraEmail:
    row = await session.get(ExtraEmail, id)
    if row is None or row.user_id != user:
        raise NotFound("no such address")
    return row


def _record(row: ExtraEmail) -> ExtraEmailRecord:
    return ExtraEmailRecord(row.id, row.email, row.created_ms, row.confirmed_ms, row.confirmed_by)
