"""Personal invitations: one link per person, which fixes the name and the moderator's square (S-7)."""

import json
import secrets
from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.conferences import LINK_BYTES
from storage.errors import NotFound, WrongState
from storage.ids import ConferenceId, InviteeId, new_id
from storage.records import InviteeRecord
from storage.secrets import Secrets
from storage.tables import Conference, Invitee

MAX_INVITEES = 1000
MAX_DEVICES = 16


class Invitees:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def add(self, conference: str, name: str, *, moderator: bool, now_ms: int) -> InviteeRecord:
        """Raises NotFound; WrongState when there are too many."""
        link = secrets.token_urlsafe(LINK_BYTES)
        invitee = new_id()
        async with self._db.write() as session:
            row = await session.get(Conference, conference)
            if row is None or row.deleted_ms is not None:
                raise NotFound("no such conference")
            if await _count(session, conference) >= MAX_INVITEES:
                raise WrongState("too many invitees")
            session.add(
                Invitee(
                    id=invitee,
                    conference_id=conference,
                    name=name,
                    moderator=moderator,
                    created_ms=now_ms,
                    sealed=self._keys.seal(f"{conference}/{invitee}", link),
                    lookup=self._keys.keyed_hash("link", link),
                    devices="[]",
                )
            )
        return InviteeRecord(InviteeId(invitee), ConferenceId(conference), name, moderator, link)

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

    async def remove(self, conference: str, invitee: str) -> bool:
        """The link stops working at once. False if there is no such invitee."""
        async with self._db.write() as session:
            result = await session.execute(
                delete(Invitee).where(Invitee.id == invitee, Invitee.conference_id == conference).returning(Invitee.id)
            )
            return result.first() is not None

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

    def _record(self, row: Invitee) -> InviteeRecord:
        link = self._keys.unseal(f"{row.conference_id}/{row.id}", row.sealed)
        return InviteeRecord(InviteeId(row.id), ConferenceId(row.conference_id), row.name, row.moderator, link)


async def _count(session: AsyncSession, conference: str) -> int:
    query = select(func.count()).select_from(Invitee).where(Invitee.conference_id == conference)
    return (await session.execute(query)).scalar_one()
