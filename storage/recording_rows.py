"""From rows of recordings to the facts that the repository gives out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables_recordings as t
from storage.ids import ConferenceId, RecordingId, SessionId, UserId
from storage.recording_records import FragmentRecord, PartRecord, PersonRecord, ReceiptRecord, RecordingRecord


@dataclass(frozen=True, slots=True)
class _Totals:
    size: int = 0
    first_ms: int = 0
    last_ms: int = 0


_NO_PARTS = _Totals()


async def _totals(db: AsyncSession, recordings: Select[str]) -> dict[str, _Totals]:
    part = t.RecordingPart
    query = select(
        part.recording_id,
        cast(func.sum(part.bytes), BigInteger),
        func.min(part.start_ms),
        func.max(part.start_ms + part.duration_ms),
    )
    found = await db.execute(query.where(part.recording_id.in_(recordings)).group_by(part.recording_id))
    return {recording: _Totals(*values) for recording, *values in found}


async def _last_receipts(db: AsyncSession, recordings: Select[str]) -> dict[str, ReceiptRecord]:
    """Of a whole recording's end, not of what was not marked."""
    receipt = t.RecordingReceipt
    query = select(receipt).where(receipt.recording_id.in_(recordings), receipt.cause != "unmarked")
    return {row.recording_id: receipt_record(row) for row in await db.scalars(query.order_by(receipt.id))}


def _recording(
    row: t.Recording, totals: _Totals, fragments: Sequence[FragmentRecord], receipt: ReceiptRecord | None
) -> RecordingRecord:
    duration_ms = totals.last_ms - totals.first_ms
    if fragments:
        duration_ms = sum(max(0, (one.end_ms or totals.last_ms) - one.start_ms) for one in fragments)
    return RecordingRecord(
        id=RecordingId(row.id),
        conference=ConferenceId(row.conference_id),
        session=SessionId(row.session_id),
        owner=UserId(row.owner_id),
        title=row.title,
        state=row.state,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        expires_ms=row.expires_ms,
        bytes=totals.size,
        duration_ms=duration_ms,
        fragments=len(fragments),
        receipt=receipt,
    )


async def parts_of(db: AsyncSession, recording: str) -> list[PartRecord]:
    part = t.RecordingPart
    query = select(part).where(part.recording_id == recording).order_by(part.start_ms, part.id)
    return [part_record(row) for row in await db.scalars(query)]


async def _fragments(db: AsyncSession, recordings: Select[str]) -> dict[str, list[FragmentRecord]]:
    table = t.RecordingFragment
    query = select(table).where(table.recording_id.in_(recordings)).order_by(table.number)
    found: dict[str, list[FragmentRecord]] = {}
    for row in await db.scalars(query):
        found.setdefault(row.recording_id, []).append(FragmentRecord(row.number, row.start_ms, row.end_ms))
    return found


async def fragments_of(db: AsyncSession, recording: str) -> list[FragmentRecord]:
    only = select(t.Recording.id).where(t.Recording.id == recording)
    return (await _fragments(db, only)).get(recording, [])


def extent(parts: Sequence[PartRecord]) -> int:
    if not parts:
        return 0
    return max(one.start_ms + one.duration_ms for one in parts) - min(one.start_ms for one in parts)


def part_record(row: t.RecordingPart) -> PartRecord:
    return PartRecord(
        id=row.id,
        recording=RecordingId(row.recording_id),
        participant=row.participant,
        purpose=row.purpose,
        fragment=row.fragment,
        start_ms=row.start_ms,
        duration_ms=row.duration_ms,
        bytes=row.bytes,
        width=row.width,
        height=row.height,
        open=row.open,
    )


def person_record(row: t.RecordingPerson) -> PersonRecord:
    return PersonRecord(
        participant=row.participant,
        number=row.number,
        name=row.name,
        role=row.role,
        moderator=row.moderator,
        consent=row.consent,
        joined_ms=row.joined_ms,
        left_ms=row.left_ms,
    )


def receipt_record(row: t.RecordingReceipt) -> ReceiptRecord:
    return ReceiptRecord(row.at_ms, row.cause, row.parts, row.bytes, row.duration_ms)


async def records(db: AsyncSession, *where: ColumnElement[bool]) -> list[RecordingRecord]:
    """Newest first; four queries, however many there are."""
    rows = list(await db.scalars(select(t.Recording).where(*where).order_by(t.Recording.started_ms.desc())))
    which = select(t.Recording.id).where(*where)
    totals = await _totals(db, which)
    fragments = await _fragments(db, which)
    receipts = await _last_receipts(db, which)
    return [
        _recording(row, totals.get(row.id, _NO_PARTS), fragments.get(row.id, []), receipts.get(row.id)) for row in rows
    ]
