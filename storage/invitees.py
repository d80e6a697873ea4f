"""Who is invited: one personal link per person, which fixes the name and the moderator's square (S-7). What people are
told of it is written in the same transaction (storage/notices.py).
"""

import json
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import notices
from storage.audit import SERVER, Act, Audit
from storage.base import Database
from storage.conferences import LINK_BYTES
from storage.errors import NotFound, WrongState
from storage.ids import ConferenceId, InviteeId, UserId, new_id
from storage.records import InviteeDraft, InviteeRecord
from storage.secrets import Secrets
from storage.tables import Conference, Invitee, User
from storage.text import email_key

MAX_INVITEES = 1000
MAX_IN_RESERVATION = 100
"""30 have a seat (H-42); each of them may be reminded of 60 dates, and all that is one transaction."""
MAX_DEVICES = 16


class Invitees:
    def __init__(self, db: Database, keys: Secrets, audit: Audit) -> None:
        self._db = db
        self._keys = keys
        self._audit = audit

    async def add(
        self, conference: str, name: str, *, moderator: bool, now_ms: int, tell: bool = True
    ) -> InviteeRecord:
        """One person without an address. Raises NotFound; WrongState when there are too many."""
        return (await self.add_all(conference, [InviteeDraft(name, moderator=moderator)], now_ms=now_ms, tell=tell))[0]

    async def add_all(
        self, conference: str, drafts: Sequence[InviteeDraft], *, now_ms: int, tell: bool = True, by: str = SERVER
    ) -> list[InviteeRecord]:
        """Everybody who is not invited yet, by address; those get their invitation. Raises NotFound; WrongState."""
        async with self._db.write() as session:
            row = await session.get(Conference, conference, with_for_update=True)
            if row is None or row.deleted_ms is not None:
                raise NotFound("no such conference")
            known = await _known_keys(session, conference)
            drafts = _fresh(drafts, known)
            most = MAX_IN_RESERVATION if row.kind == "reservation" else MAX_INVITEES
            if await _count(session, conference) + len(drafts) > most:
                raise WrongState("too many invitees")
            accounts = await _accounts(session, [draft.email for draft in drafts if draft.email])
            made = [self._new(conference, draft, accounts, now_ms + at) for at, draft in enumerate(drafts)]
            session.add_all(each for each, _ in made)
            await session.flush()
            if tell:
                await notices.invite(session, conference, [each.id for each, _ in made], now_ms)
            if made:
                details = {"invitees": [each.id for each, _ in made]}
                await self._audit.record_in(
                    session, Act(by, "invited", "conference", conference, details), at_ms=now_ms
                )
            return [self._record(each, link) for each, link in made]

    async def of_conference(self, conference: str) -> list[InviteeRecord]:
        """In order of invitation."""
        return (await self.of_conferences([conference]))[conference]

    async def of_conferences(self, conferences: Collection[str]) -> dict[str, list[InviteeRecord]]:
        """The same for several at once."""
        found: dict[str, list[InviteeRecord]] = {conference: [] for conference in conferences}
        if found:
            query = select(Invitee).where(Invitee.conference_id.in_(found)).order_by(Invitee.created_ms, Invitee.id)
            async with self._db.read() as session:
                for row in await session.scalars(query):
                    found[row.conference_id].append(self._record(row))
        return found

    async def get(self, invitee: str) -> InviteeRecord | None:
        async with self._db.read() as session:
            row = await session.get(Invitee, invitee)
            return None if row is None else self._record(row)

    async def of_user(self, conference: str, user: str) -> InviteeRecord | None:
        """The invitation of an account to a conference (E0-33)."""
        query = select(Invitee).where(Invitee.user_id == user, Invitee.conference_id == conference)
        async with self._db.read() as session:
            row = (await session.scalars(query)).first()
            return None if row is None else self._record(row)

    async def change(
        self,
        conference: str,
        invitee: str,
        *,
        moderator: bool | None = None,
        name: str | None = None,
        now_ms: int = 0,
        by: str = SERVER,
    ) -> InviteeRecord | None:
        """None if there is no such invitee. Who gives or takes the moderator's square (S-7) is in the audit log."""
        async with self._db.write() as session:
            row = await session.get(Invitee, invitee)
            if row is None or row.conference_id != conference:
                return None
            before, row.moderator = row.moderator, row.moderator if moderator is None else moderator
            row.name = row.name if name is None else name
            if before != row.moderator:
                action = "moderator_given" if row.moderator else "moderator_taken"
                act = Act(by, action, "conference", conference, {"invitee": invitee})
                await self._audit.record_in(session, act, at_ms=now_ms)
            return self._record(row)

    async def answer(self, invitee: str, rsvp: str, *, now_ms: int) -> InviteeRecord | None:
        """accepted, declined or tentative (E0-30, S-9); the last one counts. None if there is no such invitee."""
        async with self._db.write() as session:
            row = await session.get(Invitee, invitee)
            if row is None:
                return None
            row.rsvp, row.rsvp_ms = rsvp, now_ms
            return self._record(row)

    async def remove(self, conference: str, invitee: str, *, now_ms: int, by: str = SERVER) -> bool:
        """The link stops working at once; who had an invitation is told. False if there is no such invitee."""
        async with self._db.write() as session:
            row = await session.get(Invitee, invitee)
            if row is None or row.conference_id != conference:
                return False
            await notices.removed(session, conference, [invitee], now_ms)
            await session.delete(row)
            act = Act(by, "uninvited", "conference", conference, {"invitee": invitee})
            await self._audit.record_in(session, act, at_ms=now_ms)
            return True

    async def claim(self, user: str, email: str) -> None:
        """Invitations to an address become the account's whose address it is now (E0-21)."""
        async with self._db.write() as session:
            for row in await session.scalars(select(Invitee).where(Invitee.email_key == email_key(email))):
                row.user_id = user

    async def devices(self, invitee: str) -> list[str]:
        """The browsers that this link has been used from, oldest first."""
        async with self._db.read() as session:
            row = await session.get(Invitee, invitee)
            return [] if row is None else [str(device) for device in json.loads(row.devices)]

    async def used_from(self, invitee: str, device: str) -> None:
        async with self._db.write() as session:
            row = await session.get(Invitee, invitee)
            if row is not None and device not in (known := json.loads(row.devices)):
                row.devices = json.dumps([*known, device][-MAX_DEVICES:])

    def _new(self, conference: str, draft: InviteeDraft, accounts: dict[str, str], now_ms: int) -> tuple[Invitee, str]:
        """Those of one list are a millisecond apart, so that they keep its order."""
        link = secrets.token_urlsafe(LINK_BYTES)
        invitee = new_id()
        key = email_key(draft.email) if draft.email else None
        user = accounts.get(key) if key is not None else None
        row = Invitee(
            id=invitee,
            conference_id=conference,
            name=draft.name,
            moderator=draft.moderator,
            created_ms=now_ms,
            sealed=self._keys.seal(f"{conference}/{invitee}", link),
            lookup=self._keys.keyed_hash("link", link),
            devices="[]",
            kind="user" if user is not None else draft.kind if key is not None else "name",
            user_id=user,
            email=draft.email,
            email_key=key,
            telephone=draft.telephone,
            language=draft.language,
            rsvp="none",
        )
        return row, link

    def _record(self, row: Invitee, link: str | None = None) -> InviteeRecord:
        link = link or self._keys.unseal(f"{row.conference_id}/{row.id}", row.sealed)
        return InviteeRecord(
            id=InviteeId(row.id),
            conference=ConferenceId(row.conference_id),
            name=row.name,
            moderator=row.moderator,
            link=link,
            kind=row.kind,
            user=None if row.user_id is None else UserId(row.user_id),
            email=row.email,
            telephone=row.telephone,
            language=row.language,
            rsvp=row.rsvp,
        )


def _fresh(drafts: Sequence[InviteeDraft], known: set[str]) -> list[InviteeDraft]:
    """Without those whose address is invited already, or comes twice."""
    seen = set(known)
    found = []
    for draft in drafts:
        key = email_key(draft.email) if draft.email else None
        if key is None or key not in seen:
            found.append(draft)
        if key is not None:
            seen.add(key)
    return found


async def _known_keys(session: AsyncSession, conference: str) -> set[str]:
    query = select(Invitee.email_key).where(Invitee.conference_id == conference, Invitee.email_key.is_not(None))
    return {str(key) for key in await session.scalars(query)}


async def _accounts(session: AsyncSession, emails: Sequence[str]) -> dict[str, str]:
    """Address key -> account, for those that are confirmed."""
    keys = [email_key(email) for email in emails]
    found: dict[str, str] = {}
    for at in range(0, len(keys), 500):
        query = select(User.email_key, User.id).where(
            User.email_key.in_(keys[at : at + 500]), User.confirmed_ms.is_not(None), User.state != "deleted"
        )
        found.update({str(key): str(user) for key, user in await session.execute(query)})
    return found


async def _count(session: AsyncSession, conference: str) -> int:
    query = select(func.count()).select_from(Invitee).where(Invitee.conference_id == conference)
    return (await session.execute(query)).scalar_one()
