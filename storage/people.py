"""The people of a body as its coordinators see them: lists, one person with everything, naming and inviting (E2-16,
E2-67 to E2-83). Roles that people ask for are in storage/role_requests.py.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State
from storage.accounts import Named, account_in
from storage.audit import Act, Audit, by_user
from storage.base import Database, repeatable
from storage.email_tokens import EmailTokens, Purpose
from storage.errors import EmailTaken, NotFound, WrongState
from storage.extra_emails import ExtraEmailRecord, extra_emails_in
from storage.ids import UserId, new_id
from storage.outbox import put_in
from storage.records import UserRecord
from storage.tables import User
from storage.tables_accounts import Body, EmailToken, ExtraEmail, Unit
from storage.text import email_key, search_key
from storage.users import COORDINATING, as_record, end_collaborations_in

LEADING: Final = ("unit_coordinator", "body_coordinator")
MOST_MESSAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list (E2-72)."""

    id: UserId
    name: str
    email: str | None
    role: str
    state: str
    confirmed: bool
    unit: str | None
    created_ms: int


@dataclass(frozen=True, slots=True)
class Person:
    """What the expanded row and the view show (E2-76, E2-78)."""

    user: UserRecord
    body: Named | None
    unit: Named | None
    telephone: str
    contact: str
    description: str
    comments: str
    confirmed_by: str | None
    terms_ms: int | None
    privacy_ms: int | None
    extra: tuple[ExtraEmailRecord, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is asked to open an account. `role`, `body`, `unit`: what it will be."""

    email: str
    given_name: str
    surname: str
    telephone: str = ""
    role: str = "user"
    body: str | None = None
    unit: str | None = None


class People:
    def __init__(self, db: Database, tokens: EmailTokens, audit: Audit) -> None:
        self._db = db
        self._tokens = tokens
        self._audit = audit

    async def coordinators(self, body: str | None, words: str, *, offset: int, limit: int) -> tuple[list[Listed], int]:
        """Of a body, or of all. By name."""
        roles = LEADING if body is not None else COORDINATING
        return await self._page(_of(body).where(User.role.in_(roles)), words, offset, limit)

    async def users(self, body: str, words: str, *, offset: int, limit: int) -> tuple[list[Listed], int]:
        """Those of a body who coordinate nothing."""
        return await self._page(_of(body).where(User.role == "user"), words, offset, limit)

    async def person(self, user: str) -> Person:
        """Raises NotFound."""
        async with self._db.read() as session:
            row = await account_in(session, user)
            body = None if row.body_id is None else await session.get(Body, row.body_id)
            unit = None if row.unit_id is None else await session.get(Unit, row.unit_id)
            return Person(
                user=as_record(row),
                body=None if body is None else Named(body.id, body.name),
                unit=None if unit is None else Named(unit.id, unit.name),
                telephone=row.telephone,
                contact=row.contact,
                description=row.description,
                comments=row.comments,
                confirmed_by=row.confirmed_by,
                terms_ms=row.terms_ms,
                privacy_ms=row.privacy_ms,
                extra=tuple(await extra_emails_in(session, user)),
            )

    async def invite(self, who: Invited, *, by: str, now_ms: int) -> Person:
        """An account that waits for its owner (E2-16, E2-67, E2-74), and the mail with the link. An invitation that
        nobody took up in its time gives way: nobody keeps an address for a body by inviting it. Raises EmailTaken;
        NotFound for a body or a unit that is not there."""
        try:
            async with self._db.write() as session:
                forgotten = await _free(session, who.email, now_ms)
                await _placed(session, who.body, who.unit)
                row = _new(who, now_ms) if forgotten is None else _named_anew(forgotten, who, now_ms)
                session.add(row)
                await session.flush()
                await self._send_activation(session, row, by, now_ms)
                act = Act(by_user(by), "account_invited", "user", row.id, {"role": who.role})
                await self._audit.record_in(session, act, at_ms=now_ms)
        except IntegrityError as error:
            raise EmailTaken("another account has this address") from error
        return await self.person(row.id)

    async def resend(self, user: str, *, by: str, now_ms: int) -> None:
        """The mail that the account waits for, once more (E2-75). Raises NotFound, WrongState."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if row.state == State.INVITED:
                await self._send_activation(session, row, by, now_ms)
            elif row.state == State.UNCONFIRMED and row.confirmed_ms is None and row.email is not None:
                await self._tokens.send_in(session, user, Purpose.CONFIRM, row.email, now_ms=now_ms)
            else:
                raise WrongState("nothing is left to confirm")
            act = Act(by_user(by), "account_invited_again", "user", user)
            await self._audit.record_in(session, act, at_ms=now_ms)

    @repeatable
    async def convert(self, user: str, *, by: str, from_roles: tuple[str, ...], now_ms: int) -> None:
        """To a simple user (E2-77, E2-81). Raises NotFound; WrongState for a role that is not in `from_roles`
        (E2-83)."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if row.role not in from_roles:
                raise WrongState("this role is not yours to take")
            before, row.role = row.role, "user"
            await end_collaborations_in(session, user)
            act = Act(by_user(by), "role_changed", "user", user, {"from": before, "to": "user"})
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def describe(self, user: str, *, comments: str | None, description: str | None) -> None:
        """E2-78; the address cannot be changed here (E2-79). Raises NotFound."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            row.comments = row.comments if comments is None else comments
            row.description = row.description if description is None else description

    async def write_to_coordinators(self, body: str, subject: str, text: str, *, by: str, now_ms: int) -> int:
        """To all others of the body (E2-71), one message each. How many."""
        query = (
            _of(body)
            .where(User.role.in_(LEADING), User.state == State.ACTIVE, User.id != by, User.email.is_not(None))
            .with_only_columns(User.id)
            .order_by(User.search_key)
            .limit(MOST_MESSAGES)
        )
        letter = new_id()
        async with self._db.write() as session:
            users = (await session.scalars(query)).all()
            for user in users:
                payload = {"by": by, "subject": subject, "text": text}
                cause = f"coordinator_message/{letter}/{user}"
                await put_in(session, cause, "coordinator_message", payload, due_ms=now_ms, recipient=f"user:{user}")
            act = Act(by_user(by), "coordinators_written_to", "body", body, {"count": len(users)})
            await self._audit.record_in(session, act, at_ms=now_ms)
        return len(users)

    async def _send_activation(self, session: AsyncSession, row: User, by: str, now_ms: int) -> None:
        assert row.email is not None, "an invited account has an address"
        letter = "account_invitation" if row.role == "user" else None
        await self._tokens.send_in(session, row.id, Purpose.ACTIVATE, row.email, now_ms=now_ms, by=by, letter=letter)

    async def _page(self, query: Select[User], words: str, offset: int, limit: int) -> tuple[list[Listed], int]:
        for word in search_key(words).split():
            in_name = User.search_key.contains(word, autoescape=True)
            query = query.where(or_(in_name, User.email_key.contains(word, autoescape=True)))
        async with self._db.read() as session:
            counting = query.with_only_columns(func.count())
            total = (await session.execute(counting)).scalar_one()
            cut = query.order_by(User.search_key, User.id).offset(offset).limit(limit)
            rows = (await session.scalars(cut)).all()
            units = await _unit_names(session, {row.unit_id for row in rows if row.unit_id is not None})
            return [_listed(row, units) for row in rows], total


def _of(body: str | None) -> Select[User]:
    query = select(User).where(User.state != State.DELETED)
    return query if body is None else query.where(User.body_id == body)


async def _free(session: AsyncSession, email: str, now_ms: int) -> User | None:
    """None, or the account that was made for this address and whose links are over. Raises EmailTaken."""
    key = email_key(email)
    holder = (await session.scalars(select(User).where(User.email_key == key).with_for_update())).one_or_none()
    extra = select(ExtraEmail.id).where(ExtraEmail.email_key == key, ExtraEmail.confirmed_by == "link")
    if (await session.scalars(extra)).first() is not None:
        raise EmailTaken("another account has this address")
    if holder is None:
        return None
    good = (EmailToken.user_id == holder.id, EmailToken.used_ms.is_(None), EmailToken.expires_ms > now_ms)
    waits = (await session.scalars(select(EmailToken.token_hash).where(*good))).first() is not None
    if holder.state != State.INVITED or waits:
        raise EmailTaken("another account has this address")
    return holder


async def _placed(session: AsyncSession, body: str | None, unit: str | None) -> None:
    if body is not None and await session.get(Body, body) is None:
        raise NotFound("no such body")
    if unit is not None:
        row = await session.get(Unit, unit)
        if row is None or row.body_id != body:
            raise NotFound("no such unit")


async def _unit_names(session: AsyncSession, ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    return {
        str(id): str(name) for id, name in await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    }


def _named_anew(row: User, who: Invited, now_ms: int) -> User:
    """What the former inviter said of the person is gone."""
    fresh = _new(who, now_ms)
    row.name, row.given_name, row.surname = fresh.name, fresh.given_name, fresh.surname
    row.created_ms = now_ms
    row.role, row.body_id, row.unit_id = fresh.role, fresh.body_id, fresh.unit_id
    row.email, row.telephone = fresh.email, fresh.telephone
    row.contact = row.description = row.comments = ""
    return row


def _new(who: Invited, now_ms: int) -> User:
    name = " ".join(f"{who.given_name} {who.surname}".split()) or who.email
    return User(
        id=new_id(),
        name=name,
        given_name=who.given_name,
        surname=who.surname,
        created_ms=now_ms,
        role=who.role,
        state=State.INVITED,
        body_id=who.body,
        unit_id=who.unit,
        email=who.email,
        email_key=email_key(who.email),
        telephone=who.telephone,
    )


def _listed(row: User, units: dict[str, str]) -> Listed:
    return Listed(
        id=UserId(row.id),
        name=row.name,
        email=row.email,
        role=row.role,
        state=row.state,
        confirmed=row.confirmed_ms is not None,
        unit=None if row.unit_id is None else units.get(row.unit_id),
        created_ms=row.created_ms,
    )
