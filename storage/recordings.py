"""Recordings and what belongs to them: written by the recorder's parent process, read by the portal.

Every write is idempotent, because the same fact may come twice: from the recorder, and from the file after a
crash. Deletion is two steps, so that a death in between is repaired by the next sweep: `deleting`, files, `deleted`.
"""

import asyncio
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables_recordings as t
from storage.audit import SERVER, Act, Audit
from storage.base import Database, insert_into
from storage.errors import NotFound, WrongState
from storage.ids import new_id
from storage.recording_files import RecordingFiles
from storage.recording_records import (
    ChatRecord,
    FragmentRecord,
    PartRecord,
    PersonRecord,
    ReceiptRecord,
    RecordingManifest,
    RecordingRecord,
    SpeechRecord,
)
from storage.recording_rows import extent, fragments_of, part_record, parts_of, person_record, receipt_record, records


class Recordings:
    """The repository. Lists are newest first, everything inside a recording is in order of time."""

    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    # what the portal asks

    async def get(self, recording: str) -> RecordingRecord | None:
        found = await self._records(t.Recording.id == recording)
        return found[0] if found else None

    async def of_session(self, session_id: str) -> RecordingRecord | None:
        found = await self._records(t.Recording.session_id == session_id)
        return found[0] if found else None

    async def of_conference(self, conference: str) -> list[RecordingRecord]:
        return await self._records(t.Recording.conference_id == conference)

    async def of_owner(self, owner: str) -> list[RecordingRecord]:
        return await self._records(t.Recording.owner_id == owner)

    async def in_state(self, *states: str) -> list[RecordingRecord]:
        return await self._records(t.Recording.state.in_(states))

    async def expired(self, now_ms: int) -> list[RecordingRecord]:
        """Those whose time is over and whose media is still there."""
        return await self._records(t.Recording.state == "ready", t.Recording.expires_ms <= now_ms)

    async def part(self, recording: str, part: str) -> PartRecord | None:
        async with self._db.read() as db:
            row = await db.get(t.RecordingPart, part)
            return None if row is None or row.recording_id != recording else part_record(row)

    async def parts(self, recording: str) -> list[PartRecord]:
        async with self._db.read() as db:
            return await parts_of(db, recording)

    async def receipts(self, recording: str) -> list[ReceiptRecord]:
        async with self._db.read() as db:
            query = select(t.RecordingReceipt).where(t.RecordingReceipt.recording_id == recording)
            return [receipt_record(row) for row in await db.scalars(query.order_by(t.RecordingReceipt.id))]

    async def fragments(self, recording: str) -> list[FragmentRecord]:
        async with self._db.read() as db:
            return await fragments_of(db, recording)

    async def manifest(self, recording: str) -> RecordingManifest | None:
        """None if there is no such recording. With fragments marked, only what lies in them."""
        record = await self.get(recording)
        if record is None:
            return None
        async with self._db.read() as db:
            people = await db.scalars(select(t.RecordingPerson).where(t.RecordingPerson.recording_id == recording))
            speech = await db.scalars(
                select(t.RecordingSpeech)
                .where(t.RecordingSpeech.recording_id == recording)
                .order_by(t.RecordingSpeech.start_ms)
            )
            chat = await db.scalars(
                select(t.RecordingChat).where(t.RecordingChat.recording_id == recording).order_by(t.RecordingChat.id)
            )
            fragments = tuple(await fragments_of(db, recording))
            parts = await parts_of(db, recording)
            if fragments:
                parts = [one for one in parts if one.fragment is not None]
            ends = [p.start_ms + p.duration_ms for p in parts] + [f.end_ms or 0 for f in fragments]
            return RecordingManifest(
                recording=record,
                people=tuple(sorted((person_record(row) for row in people), key=lambda one: one.number)),
                parts=tuple(parts),
                fragments=fragments,
                speech=tuple(SpeechRecord(row.participant, row.start_ms, row.end_ms) for row in speech),
                chat=tuple(ChatRecord(row.at_ms, row.from_name, row.text) for row in chat),
                duration_ms=max(ends, default=0),
            )

    async def delete(
        self, recording: str, *, cause: str, at_ms: int, files: RecordingFiles, by: str = SERVER
    ) -> ReceiptRecord:
        """Media and everything said are gone, a receipt stays. Again is fine. Raises NotFound, WrongState while it
        is being captured, and OSError (then it stays `deleting` and the next sweep tries again)."""
        async with self._db.write() as db:
            row = await db.get(t.Recording, recording)
            if row is None:
                raise NotFound("no such recording")
            if row.state == "capturing":
                raise WrongState("the session is still being captured")
            if row.state == "ready":
                row.state, row.delete_cause = "deleting", cause
                act = Act(by, "recording_deleted", "recording", recording, {"cause": cause})
                await self._audit.record_in(db, act, at_ms=at_ms)
        await asyncio.to_thread(files.remove, recording)
        async with self._db.write() as db:
            return await self._deleted(db, recording, at_ms)

    async def _deleted(self, db: AsyncSession, recording: str, at_ms: int) -> ReceiptRecord:
        row = await db.get_one(t.Recording, recording)
        if row.state != "deleted":
            parts = await parts_of(db, recording)
            db.add(
                t.RecordingReceipt(
                    recording_id=recording,
                    at_ms=at_ms,
                    cause=row.delete_cause or "owner",
                    parts=len(parts),
                    bytes=sum(one.bytes for one in parts),
                    duration_ms=extent(parts),
                )
            )
            row.state = "deleted"
            for table in (t.RecordingPart, t.RecordingSpeech, t.RecordingChat, t.RecordingPerson):
                await db.execute(delete(table).where(table.recording_id == recording))
            await db.flush()
        receipts = await db.scalars(
            select(t.RecordingReceipt)
            .where(t.RecordingReceipt.recording_id == recording)
            .order_by(t.RecordingReceipt.id.desc())
        )
        return receipt_record(receipts.first() or t.RecordingReceipt())

    # what the recorder writes

    async def open(
        self, *, conference: str, session_id: str, owner: str, title: str, started_ms: int, retention_ms: int
    ) -> RecordingRecord:
        """The recording of this session: a new one, or the same again after a restart."""
        async with self._db.write() as db:
            await db.execute(
                insert_into(db, t.Recording)
                .values(
                    id=new_id(),
                    conference_id=conference,
                    session_id=session_id,
                    owner_id=owner,
                    title=title,
                    state="capturing",
                    started_ms=started_ms,
                    retention_ms=retention_ms,
                )
                .on_conflict_do_nothing()
            )
        found = await self.of_session(session_id)
        assert found is not None
        return found

    async def person(self, recording: str, person: PersonRecord) -> None:
        """Joined, or changed: name, role and consent become the newest, the first joining stays."""
        values = {
            "number": person.number,
            "name": person.name,
            "role": person.role,
            "moderator": person.moderator,
            "consent": person.consent,
        }
        async with self._db.write() as db:
            await db.execute(
                insert_into(db, t.RecordingPerson)
                .values(recording_id=recording, participant=person.participant, joined_ms=person.joined_ms, **values)
                .on_conflict_do_update(index_elements=["recording_id", "participant"], set_={**values, "left_ms": None})
            )

    async def person_left(self, recording: str, participant: str, at_ms: int) -> None:
        async with self._db.write() as db:
            await db.execute(
                update(t.RecordingPerson)
                .where(t.RecordingPerson.recording_id == recording, t.RecordingPerson.participant == participant)
                .values(left_ms=at_ms)
            )

    async def part_opened(self, part: PartRecord) -> None:
        async with self._db.write() as db:
            await db.execute(
                insert_into(db, t.RecordingPart)
                .values(
                    id=part.id,
                    recording_id=part.recording,
                    participant=part.participant,
                    purpose=part.purpose,
                    fragment=part.fragment,
                    start_ms=part.start_ms,
                    duration_ms=part.duration_ms,
                    bytes=part.bytes,
                    width=part.width,
                    height=part.height,
                    open=part.open,
                )
                .on_conflict_do_nothing()
            )

    async def parts_grew(self, sizes: Sequence[tuple[str, int, int]]) -> None:
        """`(part, bytes, duration_ms)` each."""
        async with self._db.write() as db:
            for part, size, duration_ms in sizes:
                await db.execute(
                    update(t.RecordingPart)
                    .where(t.RecordingPart.id == part)
                    .values(bytes=size, duration_ms=duration_ms)
                )

    async def part_closed(self, part: str, *, size: int, duration_ms: int) -> None:
        async with self._db.write() as db:
            await db.execute(
                update(t.RecordingPart)
                .where(t.RecordingPart.id == part)
                .values(bytes=size, duration_ms=duration_ms, open=False)
            )

    async def parts_gone(self, parts: Collection[str]) -> None:
        """Rows of files that never came to be, or are not media."""
        async with self._db.write() as db:
            await db.execute(delete(t.RecordingPart).where(t.RecordingPart.id.in_(parts)))

    async def fragment(self, recording: str, fragment: FragmentRecord) -> None:
        """Started, or ended: the same number again."""
        async with self._db.write() as db:
            await db.execute(
                insert_into(db, t.RecordingFragment)
                .values(
                    recording_id=recording,
                    number=fragment.number,
                    start_ms=fragment.start_ms,
                    end_ms=fragment.end_ms,
                )
                .on_conflict_do_update(index_elements=["recording_id", "number"], set_={"end_ms": fragment.end_ms})
            )

    async def speech(self, recording: str, spoken: Sequence[SpeechRecord]) -> None:
        if spoken:
            async with self._db.write() as db:
                db.add_all(
                    t.RecordingSpeech(
                        recording_id=recording, participant=one.participant, start_ms=one.start_ms, end_ms=one.end_ms
                    )
                    for one in spoken
                )

    async def chat(self, recording: str, message: ChatRecord) -> None:
        async with self._db.write() as db:
            db.add(
                t.RecordingChat(
                    recording_id=recording, at_ms=message.at_ms, from_name=message.from_name, text=message.text
                )
            )

    async def unsay(self, recording: str, at_ms: int, from_name: str) -> None:
        """Remove what was said then by that name. Nothing there: nothing happens."""
        chat = t.RecordingChat
        async with self._db.write() as db:
            await db.execute(
                delete(chat).where(chat.recording_id == recording, chat.at_ms == at_ms, chat.from_name == from_name)
            )

    async def finish(
        self,
        recording: str,
        *,
        ended_ms: int,
        at_ms: int,
        destroyed: Sequence[PartRecord],
        kept: Sequence[tuple[int, int]],
    ) -> RecordingRecord:
        """Decision 5 becomes a fact: the recording is ready, `destroyed` parts (their files are gone) leave a
        receipt, and with `kept` spans given, speech and chat outside of them go too. Only the first call counts."""
        async with self._db.write() as db:
            row = await db.get(t.Recording, recording)
            if row is None:
                raise NotFound("no such recording")
            if row.state == "capturing":
                row.state, row.ended_ms, row.expires_ms = "ready", ended_ms, ended_ms + row.retention_ms
                await _destroy(db, recording, at_ms, destroyed)
                if kept:
                    await _keep_only(db, recording, kept)
                if destroyed:
                    act = Act(SERVER, "recording_cut", "recording", recording, {"parts": len(destroyed)})
                    await self._audit.record_in(db, act, at_ms=at_ms)
        found = await self.get(recording)
        assert found is not None
        return found

    async def _records(self, *where: ColumnElement[bool]) -> list[RecordingRecord]:
        async with self._db.read() as db:
            return await records(db, *where)


async def _destroy(db: AsyncSession, recording: str, at_ms: int, parts: Sequence[PartRecord]) -> None:
    if not parts:
        return
    db.add(
        t.RecordingReceipt(
            recording_id=recording,
            at_ms=at_ms,
            cause="unmarked",
            parts=len(parts),
            bytes=sum(one.bytes for one in parts),
            duration_ms=extent(parts),
        )
    )
    await db.execute(delete(t.RecordingPart).where(t.RecordingPart.id.in_([one.id for one in parts])))


async def _keep_only(db: AsyncSession, recording: str, kept: Sequence[tuple[int, int]]) -> None:
    chat, speech = t.RecordingChat, t.RecordingSpeech
    said = or_(*(chat.at_ms.between(start, end) for start, end in kept))
    await db.execute(delete(chat).where(chat.recording_id == recording, ~said))
    rows = list(await db.scalars(select(speech).where(speech.recording_id == recording)))
    for row in rows:
        for start, end in kept:
            if row.start_ms < end and row.end_ms > start:
                cut = (max(row.start_ms, start), min(row.end_ms, end))
                db.add(speech(recording_id=recording, participant=row.participant, start_ms=cut[0], end_ms=cut[1]))
        await db.delete(row)
