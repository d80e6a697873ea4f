"""Writes sessions, participations and consents down in storage: `signaling.running.Books` over `Storage`."""

import contextlib
from collections.abc import Mapping
from typing import cast

from rooms.model import Participant
from storage.audit import Act, by_user
from storage.errors import NotFound, WrongState
from storage.interfaces import JsonValue
from storage.service import Storage


class StorageBooks:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def open_session(self, conference: str, at_ms: int) -> str:
        return await self._storage.sessions.open(conference, at_ms)

    async def close_session(self, session: str, at_ms: int) -> None:
        await self._storage.sessions.close(session, at_ms)

    async def joined(self, session: str, participant: Participant, at_ms: int) -> None:
        await self._storage.participations.joined(
            session,
            participant=participant.id,
            number=participant.number,
            name=participant.name,
            role=participant.role.value,
            moderator=participant.moderator,
            at_ms=at_ms,
        )

    async def changed(self, session: str, participant: Participant) -> None:
        await self._storage.participations.changed(
            session, participant.id, role=participant.role.value, moderator=participant.moderator
        )

    async def left(self, session: str, participant: str, at_ms: int) -> None:
        await self._storage.participations.left(session, participant, at_ms=at_ms)

    async def consent(self, conference: str, session: str, participant: Participant, at_ms: int) -> None:
        if participant.consent is not None:
            await self._storage.consents.log(
                conference, session, participant.id, participant.name, participant.consent.value, at_ms
            )

    async def recording_wanted(self, conference: str) -> None:
        await self._storage.conferences.set_record(conference, True)

    async def extend(self, conference: str, ends_ms: int, at_ms: int) -> None:
        with contextlib.suppress(NotFound, WrongState):  # over meanwhile
            await self._storage.conferences.extend(conference, ends_ms, now_ms=at_ms)

    async def end_conference(self, conference: str, at_ms: int) -> None:
        with contextlib.suppress(NotFound):  # deleted meanwhile: it is over all the same
            await self._storage.conferences.end(conference, at_ms)


class StorageAudit:
    """`signaling.ports.AuditPort` over `Storage`. Who has an account is named by it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def record(self, actor: str, action: str, object: str, details: Mapping[str, object], *, at_ms: int) -> None:
        user = await self._storage.entries.account_of(actor)
        who = f"participant:{actor}" if user is None else by_user(user)
        facts = cast(Mapping[str, JsonValue], details)
        await self._storage.audit.record(Act(who, f"room.{action}", "conference", object, facts), at_ms=at_ms)
