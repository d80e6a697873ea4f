"""The end of an account: the person goes, the figures stay (E2-36). What named the person in rows that are kept for
statistics says `GONE` from then on; the audit log has ids alone and stays as it is.

A future date of the person is called off, and the invited are told. Recordings stay until their 14 days are over.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import notices
from storage.account_states import Step, after
from storage.audit import Act, Audit, by_user
from storage.base import Database
from storage.conferences import LINK_BYTES
from storage.credentials import forget_second_factor_in
from storage.errors import NotFound
from storage.outbox import forget_in
from storage.own_roles import keep_an_administrator_in
from storage.secrets import Secrets
from storage.tables import Conference, Consent, Entry, Invitee, Participation, RoomEvent, Session, SignInLink, User
from storage.tables_accounts import (
    Collaboration,
    EmailToken,
    ExternalIdentity,
    ExtraEmail,
    Group,
    GroupMember,
    RoleRequest,
)
from storage.tables_recordings import Recording, RecordingChat, RecordingPerson
from storage.web_sessions import end_sessions_in

GONE: Final = "Deleted account"
_OWNED: Final = (SignInLink, EmailToken, ExternalIdentity, ExtraEmail, RoleRequest, GroupMember)


@dataclass(frozen=True, slots=True)
class Stay:
    """One participant id that was the person's, and where."""

    participant: str
    conference: str


class Deletion:
    def __init__(self, db: Database, keys: Secrets, audit: Audit) -> None:
        self._db = db
        self._keys = keys
        self._audit = audit

    async def delete(self, user: str, *, now_ms: int) -> list[str]:
        """For good. The conferences that were called off, for whoever ends what runs. Raises LastAdministrator."""
        async with self._db.write() as session:
            row = await session.get(User, user, with_for_update=True)
            if row is None:
                raise NotFound("no such account")
            await keep_an_administrator_in(session, row)
            called_off = await _call_off(session, user, now_ms)
            invitees = await self._forget_invitations(session, row, now_ms)
            await _forget_stays(session, await _stays(session, user, invitees))
            for table in _OWNED:
                await session.execute(delete(table).where(table.user_id == user))
            await session.execute(delete(Group).where(Group.owner_id == user))
            both = or_(Collaboration.owner_id == user, Collaboration.collaborator_id == user)
            await session.execute(delete(Collaboration).where(both))
            await forget_second_factor_in(session, user)
            await end_sessions_in(session, user)
            await forget_in(session, f"user:{user}", now_ms)
            _empty(row, now_ms)
            who = by_user(user)
            ended = [Act(who, "conference_ended", "conference", each) for each in called_off]
            await self._audit.record_in(session, *ended, Act(who, "account_deleted", "user", user), at_ms=now_ms)
            return called_off

    async def _forget_invitations(self, session: AsyncSession, row: User, now_ms: int) -> list[str]:
        """What the person was invited to: counted still, but nobody's, and the links lead nowhere."""
        theirs = [Invitee.user_id == row.id]
        if row.email_key is not None:
            theirs.append(Invitee.email_key == row.email_key)
        found = (await session.scalars(select(Invitee).where(or_(*theirs)))).all()
        for each in found:
            link = secrets.token_urlsafe(LINK_BYTES)
            each.sealed = self._keys.seal(f"{each.conference_id}/{each.id}", link)
            each.lookup = self._keys.keyed_hash("link", link)
            each.name, each.user_id, each.email, each.email_key = GONE, None, None, None
            each.telephone, each.devices, each.language = None, "[]", ""
            await forget_in(session, f"invitee:{each.id}", now_ms)
        return [each.id for each in found]


async def _call_off(session: AsyncSession, user: str, now_ms: int) -> list[str]:
    query = select(Conference).where(
        Conference.owner_id == user,
        Conference.deleted_ms.is_(None),
        Conference.ended_ms.is_(None),
        Conference.cancelled_ms.is_(None),
        Conference.expires_ms > now_ms,
    )
    found = (await session.scalars(query)).all()
    for each in found:
        if each.kind != "instant":
            each.cancelled_ms = now_ms
            await session.flush()
            await notices.cancelled(session, each.id, now_ms)
        each.ended_ms = now_ms
    return [each.id for each in found]


async def _stays(session: AsyncSession, user: str, invitees: list[str]) -> list[Stay]:
    """By the account, or by a personal link of theirs."""
    asked = select(Entry.participant, Entry.conference_id)
    conferences = select(Invitee.conference_id).where(Invitee.id.in_(invitees))
    queries = [asked.where(Entry.user_id == user)]  # two queries: an index for each, and none for both in one
    if invitees:
        queries.append(asked.where(Entry.conference_id.in_(conferences), Entry.invitee_id.in_(invitees)))
    rows = {tuple(row) for query in queries for row in await session.execute(query)}
    found = [Stay(participant, conference) for participant, conference in sorted(rows)]
    await session.execute(delete(Entry).where(Entry.participant.in_([each.participant for each in found])))
    return found


async def _forget_stays(session: AsyncSession, stays: list[Stay]) -> None:
    for each in stays:
        sessions = select(Session.id).where(Session.conference_id == each.conference)
        await session.execute(
            update(Participation)
            .where(Participation.session_id.in_(sessions), Participation.participant == each.participant)
            .values(name=GONE)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            update(Consent)
            .where(Consent.conference_id == each.conference, Consent.participant == each.participant)
            .values(name=GONE)
            .execution_options(synchronize_session=False)
        )
        await _forget_in_recordings(session, each)
        await _forget_in_log(session, each)


async def _forget_in_recordings(session: AsyncSession, stay: Stay) -> None:
    """Chat lines of a recording have a name alone: those of a namesake in the same meeting stay as they are."""
    recordings = select(Recording.id).where(Recording.conference_id == stay.conference)
    query = select(RecordingPerson).where(
        RecordingPerson.recording_id.in_(recordings), RecordingPerson.participant == stay.participant
    )
    for person in (await session.scalars(query)).all():
        same = select(func.count()).where(
            RecordingPerson.recording_id == person.recording_id, RecordingPerson.name == person.name
        )
        if (await session.execute(same)).scalar_one() == 1:
            await session.execute(
                update(RecordingChat)
                .where(RecordingChat.recording_id == person.recording_id, RecordingChat.from_name == person.name)
                .values(from_name=GONE)
            )
        person.name = GONE


async def _forget_in_log(session: AsyncSession, stay: Stay) -> None:
    query = select(RoomEvent).where(RoomEvent.conference_id == stay.conference)
    for event in (await session.scalars(query)).all():
        if stay.participant in event.json:
            event.json = json.dumps(unnamed(json.loads(event.json), stay.participant), separators=(",", ":"))


def unnamed(value: Any, participant: str) -> Any:
    """A room's event (rooms/codec.py) in which this participant has no name any more."""
    if isinstance(value, list):
        return [unnamed(each, participant) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: unnamed(each, participant) for key, each in value.items()}
    if found.get("id") == participant and "name" in found:
        found["name"] = GONE
    if found.get("from") == participant and "from_name" in found:
        found["from_name"] = GONE
    return found


def _empty(row: User, now_ms: int) -> None:
    """What is left says only that there was an account, of which body and unit, from when to when."""
    row.state, row.deleted_ms, row.role, row.name = after(row.state, Step.DELETED), now_ms, "user", GONE
    row.surname = row.given_name = row.search_key = row.telephone = row.contact = ""
    row.description = row.comments = row.language = row.time_zone = row.employment_body = ""
    row.email = row.email_key = row.password_hash = None
    row.employment = "unknown"
