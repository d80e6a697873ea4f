"""The audit log: who changed whose rights, invited, admitted, moderated, recorded or deleted, by ids alone.

Append-only, in the transaction of the act. Each row's hash is keyed and covers the row and the hash before it; the head
(number and hash of the last row) is a row of its own, so that cutting the end off shows too. Whoever has the database
but not the keys of the data folder cannot make rows that fit. An old database put back as a whole shows only against a
head that was noted elsewhere (`plenum audit verify --since`).

`record_in` takes the head and holds it until the commit: call it last in a transaction.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database, one_at_a_time, repeatable
from storage.interfaces import JsonValue
from storage.secrets import Secrets
from storage.tables_accounts import AuditEntry, AuditHead

OPERATOR: Final = "operator"
"""Whoever runs the server, at the command line."""
SERVER: Final = "server"
ACTIONS: Final = frozenset(
    {
        *("account_made", "account_set", "account_invited", "account_invited_again", "account_taken_up"),
        *("account_deleted", "name_changed", "sign_in_link_made", "password_changed"),
        *("two_factor_on", "two_factor_off", "recovery_codes_made", "recovery_code_used", "extra_email_confirmed"),
        *("role_requested", "role_request_withdrawn", "role_changed", "role_refused"),
        *("collaborator_accepted", "collaborator_ended", "coordinators_written_to"),
        *("conference_created", "conference_changed", "record_changed", "conference_postponed", "conference_extended"),
        *("conference_cancelled", "conference_ended", "conference_deleted"),
        *("invited", "uninvited", "moderator_given", "moderator_taken", "message_sent_again"),
        *("recording_link_made", "recording_deleted", "recording_cut"),
        *("body_created", "body_changed", "unit_created", "unit_changed", "unit_deleted", "text_changed"),
    }
)
"""What is written down, beside the acts in rooms (`room.` and a name of signaling/audited.py)."""
OBJECTS: Final = frozenset({"user", "conference", "recording", "body", "unit", "content"})
_START: Final = b""
_CHUNK: Final = 1000
_MOST_FAULTS: Final = 20


def by_user(user: str) -> str:
    return f"user:{user}"


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to what. `actor`: user:ID, participant:ID (of a room), operator or server."""

    actor: str
    action: str
    kind: str  # of the object
    object: str
    details: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    seq: int
    at_ms: int
    actor: str
    action: str
    kind: str
    object: str
    details: dict[str, JsonValue]
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log goes: to be noted elsewhere, as `text`."""

    seq: int
    hash: bytes

    @property
    def text(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Verified:
    """`faults`: one sentence each, at most 20; none when the log is whole."""

    head: Head
    faults: tuple[str, ...]


class Audit:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    @repeatable
    async def record(self, *acts: Act, at_ms: int) -> None:
        """In a transaction of its own: for what happened elsewhere (in a room, in a folder)."""
        async with self._db.write() as session:
            await self.record_in(session, *acts, at_ms=at_ms)

    async def record_in(self, session: AsyncSession, *acts: Act, at_ms: int) -> None:
        await session.flush()
        await one_at_a_time(session, "audit")
        head = await session.get(AuditHead, 1)
        if head is None:
            head = AuditHead(id=1, seq=0, hash=_START)
            session.add(head)
        for act in acts:
            row = _row(act, head.seq + 1, at_ms)
            row.hash = self._hash(head.hash, row)
            session.add(row)
            head.seq, head.hash = row.seq, row.hash

    async def page(self, *, offset: int, limit: int) -> tuple[list[AuditRecord], int]:
        """Newest first. There are as many as the head's number says."""
        async with self._db.read() as session:
            last = await _head(session)
            query = select(AuditEntry).where(AuditEntry.seq <= last.seq - offset)
            rows = (await session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit))).all()
            return [as_record(row) for row in rows], last.seq

    async def verify(self, since: str | None = None) -> Verified:
        """Reads everything. `since`: a head that was noted before (its `text`); it must be part of the log still."""
        faults: list[str] = []
        noted = None if since is None else _noted(since)
        at, before, found = 0, _START, noted is None or noted.seq == 0
        async with self._db.read() as session:
            while True:
                after = select(AuditEntry).where(AuditEntry.seq > at).order_by(AuditEntry.seq).limit(_CHUNK)
                rows = (await session.scalars(after)).all()
                head = await _head(session)
                for row in rows:
                    if row.seq != at + 1:
                        faults.append(f"rows {at + 1} to {row.seq - 1} are missing")
                    if row.hash != self._hash(before, row):
                        faults.append(f"row {row.seq} was changed or moved, or the row before it")
                    found = found or (noted is not None and (row.seq, row.hash) == (noted.seq, noted.hash))
                    at, before = row.seq, row.hash
                session.expunge_all()
                if len(rows) < _CHUNK and at >= head.seq:
                    break
                if not rows:
                    faults.append(f"rows {at + 1} to {head.seq} are missing")
                    break
        if at > head.seq or (at == head.seq and before != head.hash):
            faults.append("the end of the log is not the one that was written last")
        if not found:
            faults.append(f"the noted head {since} is not part of the log")
        return Verified(Head(at, before), tuple(dict.fromkeys(faults))[:_MOST_FAULTS])

    def _hash(self, before: bytes, row: AuditEntry) -> bytes:
        facts = [row.seq, row.at_ms, row.actor, row.action, row.object_kind, row.object_id, row.details]
        return self._keys.keyed_hash("audit", before.hex() + json.dumps(facts, ensure_ascii=False))


async def _head(session: AsyncSession) -> Head:
    row = await session.get(AuditHead, 1, populate_existing=True)
    return Head(0, _START) if row is None else Head(row.seq, row.hash)


def _noted(text: str) -> Head:
    """Raises ValueError."""
    seq, _, digest = text.partition(":")
    return Head(int(seq), bytes.fromhex(digest))


def _row(act: Act, seq: int, at_ms: int) -> AuditEntry:
    details = json.dumps(act.details or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return AuditEntry(
        seq=seq,
        at_ms=at_ms,
        actor=act.actor,
        action=act.action,
        object_kind=act.kind,
        object_id=act.object,
        details=details,
    )


def as_record(row: AuditEntry) -> AuditRecord:
    return AuditRecord(
        seq=row.seq,
        at_ms=row.at_ms,
        actor=row.actor,
        action=row.action,
        kind=row.object_kind,
        object=row.object_id,
        details=json.loads(row.details),
        hash=row.hash.hex(),
    )
