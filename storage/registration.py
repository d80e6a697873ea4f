"""How an account comes to life: made after a first sign-in or by a coordinator's invitation, completed with an address
and the acceptance of the terms, confirmed by the link in the mail (E0-11 to E0-18).

The states are in storage/account_states.py, the links in storage/email_tokens.py. An address that is only claimed
stands in `email` without a key; the key, by which people are found, comes with the proof.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State, Step, after, settled
from storage.accounts import account_in, set_name
from storage.audit import Act, Audit, by_user
from storage.base import Database, one_at_a_time
from storage.credentials import tell_owner_in
from storage.email_tokens import EmailTokens, Purpose
from storage.errors import EmailTaken, NotFound, OtherBrowser, WrongState
from storage.extra_emails import confirm_extra_in
from storage.ids import UserId, new_id
from storage.logins import link_in
from storage.records import UserRecord
from storage.tables import Invitee, User, WebSession
from storage.tables_accounts import Body, EmailToken, ExternalIdentity, ExtraEmail, RoleRequest
from storage.text import email_key, search_key
from storage.users import as_record


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whoever comes from the provider for the first time."""

    issuer: str
    subject: str
    given_name: str
    surname: str
    employment: str = "unknown"
    employment_body: str = ""
    email: str | None = None  # offered on the activation page; proves nothing


@dataclass(frozen=True, slots=True)
class Completion:
    """The activation page (E2-28); None: as it is."""

    given_name: str | None
    surname: str | None
    email: str | None
    telephone: str | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose address was confirmed; `became`: the account that was waiting for this person."""

    user: UserId
    extra: bool
    already: bool = False
    became: UserId | None = None


class Registration:
    def __init__(self, db: Database, tokens: EmailTokens, audit: Audit) -> None:
        self._db = db
        self._tokens = tokens
        self._audit = audit

    async def invited(self, email: str) -> bool:
        """Was this person asked personally: to make an account (E2-16, E2-67), or to a conference (E0-20)?"""
        key = email_key(email)
        account = select(User.id).where(User.email_key == key, User.state == State.INVITED).limit(1)
        invitation = select(Invitee.id).where(Invitee.email_key == key, Invitee.kind.in_(("person", "user"))).limit(1)
        async with self._db.read() as session:
            for query in (account, invitation):
                if (await session.scalars(query)).first() is not None:
                    return True
        return False

    async def register(self, who: Newcomer, *, now_ms: int) -> UserId:
        """An account in which everything is left to do; the one that is there if this subject has one."""
        async with self._db.write() as session:
            await one_at_a_time(session, f"identity/{who.issuer}/{who.subject}")
            known = await session.get(ExternalIdentity, (who.issuer, who.subject))
            if known is not None:
                return UserId(known.user_id)
            row = User(id=new_id(), name="", created_ms=now_ms, role="user", state=State.UNCONFIRMED, email=who.email)
            set_name(row, who.given_name, who.surname)
            await _employ(session, row, who.employment, who.employment_body, now_ms)
            session.add(row)
            await session.flush()
            await link_in(session, who.issuer, who.subject, row.id, now_ms)
            return UserId(row.id)

    async def link(self, user: str, who: Newcomer, *, by: str, now_ms: int) -> None:
        """The subject is this account's from now on. An invited person takes it up with that: `by` says how the
        address was proved (link, provider)."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            await link_in(session, who.issuer, who.subject, user, now_ms)
            if row.state == State.INVITED:
                if who.given_name or who.surname:
                    set_name(row, who.given_name or row.given_name, who.surname or row.surname)
                await _take_up(session, row, by, now_ms)
                await self._taken_up(session, row, now_ms)

    async def came_again(
        self, user: str, *, name: tuple[str, str] | None, employment: str, employment_body: str, now_ms: int
    ) -> None:
        """Signed in at the provider: what is known of the employment, and the new (given name, surname) if the
        person ticked it (E2-25)."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if name is not None:
                set_name(row, *name)
            await _employ(session, row, employment, employment_body, now_ms)

    async def take_up(self, token: str, password_hash: str, *, now_ms: int) -> UserRecord:
        """A link for activation or for a forgotten password, and the new password; all sessions end. Raises NotFound,
        LinkUsed, LinkExpired."""
        async with self._db.write() as session:
            proof = await self._tokens.read_in(session, token, Purpose.ACTIVATE, Purpose.RESET, now_ms=now_ms)
            await self._tokens.use_in(session, token, now_ms=now_ms)
            row = await account_in(session, proof.user)
            if row.email is None or email_key(row.email) != email_key(proof.email):
                raise NotFound("this address is not the account's any more")
            row.password_hash = password_hash
            invited = row.state == State.INVITED
            if invited:
                await _take_up(session, row, "link", now_ms)
            await session.execute(delete(WebSession).where(WebSession.user_id == row.id))
            await (self._taken_up if invited else self._reset)(session, row, now_ms)
            return as_record(row)

    async def take_up_by_provider(self, token: str, who: Newcomer, *, now_ms: int) -> UserRecord:
        """The same by signing in at the provider instead of choosing a password: only for an activation."""
        async with self._db.write() as session:
            proof = await self._tokens.read_in(session, token, Purpose.ACTIVATE, now_ms=now_ms)
            await self._tokens.use_in(session, token, now_ms=now_ms)
            row = await account_in(session, proof.user)
            await link_in(session, who.issuer, who.subject, row.id, now_ms)
            if row.state == State.INVITED:
                set_name(row, who.given_name or row.given_name, who.surname or row.surname)
                await _take_up(session, row, "link", now_ms)
                await self._taken_up(session, row, now_ms)
            return as_record(row)

    async def complete(self, user: str, given: Completion, *, now_ms: int) -> UserRecord:
        """Terms and privacy statement are accepted now (E0-14, E0-15), and the link goes to the address if it needs
        proof (E0-18). Raises WrongState, EmailTaken."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if row.state != State.UNCONFIRMED:
                raise WrongState("nothing is left to do")
            if given.given_name is not None or given.surname is not None:
                set_name(row, given.given_name or "", given.surname or "")
            if given.telephone is not None:
                row.telephone = given.telephone
            row.terms_ms, row.privacy_ms = now_ms, now_ms
            if row.confirmed_ms is None:
                await self._claim(session, row, given.email, now_ms)
            row.state = settled(row.state, confirmed=row.confirmed_ms is not None, accepted=True)
            return as_record(row)

    async def resend(self, user: str, *, now_ms: int) -> None:
        """The mail with the link once more. Raises WrongState."""
        async with self._db.write() as session:
            row = await account_in(session, user)
            if row.state != State.UNCONFIRMED or row.confirmed_ms is not None or row.email is None:
                raise WrongState("nothing is left to confirm")
            await self._tokens.send_in(session, user, Purpose.CONFIRM, row.email, now_ms=now_ms)

    async def confirm(self, token: str, *, signed_in: str | None, now_ms: int) -> Confirmed:
        """The link of a confirmation mail was followed (E0-12), from any browser; only to become an account that a
        coordinator made for this address, it must be the browser that asked: else OtherBrowser. Raises NotFound,
        LinkExpired, EmailTaken."""
        async with self._db.write() as session:
            both = (Purpose.CONFIRM, Purpose.CONFIRM_EXTRA)
            proof = await self._tokens.read_in(session, token, *both, now_ms=now_ms, also_used=True)
            if proof.used:
                return Confirmed(proof.user, proof.purpose is Purpose.CONFIRM_EXTRA, already=True)
            if proof.purpose is Purpose.CONFIRM_EXTRA:
                await self._tokens.use_in(session, token, now_ms=now_ms)
                await confirm_extra_in(session, proof.user, proof.email, now_ms)
                return Confirmed(proof.user, extra=True)
            row = await account_in(session, proof.user)
            if row.confirmed_ms is not None or row.email is None or email_key(row.email) != email_key(proof.email):
                raise NotFound("this address is not asked about any more")
            await one_at_a_time(session, f"email/{email_key(proof.email)}")
            waiting = await _holder(session, proof.email, row.id)
            if waiting is not None and signed_in != row.id:
                raise OtherBrowser("open the link where you sign up")
            await self._tokens.use_in(session, token, now_ms=now_ms)
            if waiting is not None:
                await _become(session, row, waiting, now_ms)
                await self._taken_up(session, waiting, now_ms)
                return Confirmed(proof.user, extra=False, became=UserId(waiting.id))
            row.email_key = email_key(proof.email)
            await _proved(session, row, "link", now_ms)
            return Confirmed(proof.user, extra=False)

    async def _claim(self, session: AsyncSession, row: User, email: str | None, now_ms: int) -> None:
        if email is None:
            raise WrongState("an address is needed")
        await _holder(session, email, row.id)
        row.email = email
        await self._tokens.send_in(session, row.id, Purpose.CONFIRM, email, now_ms=now_ms)

    async def _taken_up(self, session: AsyncSession, row: User, now_ms: int) -> None:
        """The role that the account was made with is somebody's from now on."""
        act = Act(by_user(row.id), "account_taken_up", "user", row.id, {"role": row.role})
        await self._audit.record_in(session, act, at_ms=now_ms)

    async def _reset(self, session: AsyncSession, row: User, now_ms: int) -> None:
        act = Act(by_user(row.id), "password_changed", "user", row.id, {"by": "link"})
        await self._audit.record_in(session, act, at_ms=now_ms)
        await tell_owner_in(session, row.id, act.action, now_ms=now_ms)


async def _employ(session: AsyncSession, row: User, employment: str, body: str, now_ms: int) -> None:
    """What the registry said (E0-10, decision 7); that it does not know takes back nothing that it said before (it may
    be out of reach). A body that we know becomes the account's, if it has none."""
    if employment == "unknown" and row.employment in ("yes", "no"):
        return
    row.employment, row.employment_body, row.employment_ms = employment, body, now_ms
    if body and row.body_id is None:
        row.body_id = (await session.scalars(select(Body.id).where(Body.name_key == search_key(body)))).one_or_none()


async def _holder(session: AsyncSession, email: str, user: str) -> User | None:
    """The account that a coordinator made for this address, if any. Raises EmailTaken when it is somebody's: as first
    address, or as a further one that a link proved. What a coordinator vouched for gives way to whoever proves it."""
    key = email_key(email)
    query = select(User).where(User.email_key == key, User.id != user).with_for_update()
    found = (await session.scalars(query)).one_or_none()
    extra = select(ExtraEmail.id).where(
        ExtraEmail.email_key == key, ExtraEmail.user_id != user, ExtraEmail.confirmed_by == "link"
    )
    if (found is not None and found.state != State.INVITED) or (await session.scalars(extra)).first() is not None:
        raise EmailTaken("another account has this address")
    return found


async def _take_up(session: AsyncSession, row: User, by: str, now_ms: int) -> None:
    row.state = after(row.state, Step.TAKEN_UP)
    unused = (EmailToken.user_id == row.id, EmailToken.purpose == Purpose.ACTIVATE, EmailToken.used_ms.is_(None))
    await session.execute(update(EmailToken).where(*unused).values(used_ms=now_ms))
    await _proved(session, row, by, now_ms)


async def _proved(session: AsyncSession, row: User, by: str, now_ms: int) -> None:
    """The address is the account's: what it was invited to by this address is now theirs to see (E0-33), and nobody
    else has it among the further ones."""
    row.confirmed_ms, row.confirmed_by = now_ms, by
    accepted = row.terms_ms is not None and row.privacy_ms is not None
    row.state = settled(row.state, confirmed=True, accepted=accepted)
    others = (ExtraEmail.email_key == row.email_key, ExtraEmail.user_id != row.id)
    await session.execute(delete(ExtraEmail).where(*others))
    await session.execute(
        update(Invitee)
        .where(Invitee.email_key == row.email_key, Invitee.user_id.is_(None), Invitee.kind.in_(("person", "user")))
        .values(user_id=row.id)
    )


async def _become(session: AsyncSession, fresh: User, waiting: User, now_ms: int) -> None:
    """Whoever signed up anew is the person that a coordinator had named: that account, with its role, is theirs."""
    set_name(waiting, fresh.given_name, fresh.surname)
    waiting.telephone = fresh.telephone or waiting.telephone
    waiting.terms_ms, waiting.privacy_ms = fresh.terms_ms, fresh.privacy_ms
    waiting.language, waiting.time_zone = fresh.language, fresh.time_zone
    await _employ(session, waiting, fresh.employment, fresh.employment_body, now_ms)
    for table in (ExternalIdentity, WebSession, RoleRequest):
        await session.execute(update(table).where(table.user_id == fresh.id).values(user_id=waiting.id))
    await session.execute(delete(EmailToken).where(EmailToken.user_id.in_((fresh.id, waiting.id))))
    await _take_up(session, waiting, "link", now_ms)
    await session.flush()
    await session.delete(fresh)
