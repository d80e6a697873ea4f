"""The transactional outbox: effects that follow a commit, at least once, one per cause."""

import json

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.interfaces import JsonValue
from storage.records import OutboxItem
from storage.tables import OutboxRow


class SqlOutbox:
    """`storage.interfaces.Outbox`. Use `put_in` to write the effect in the transaction that causes it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def put(self, cause: str, kind: str, payload: JsonValue, *, due_ms: int) -> bool:
        async with self._db.write() as session:
            return await put_in(session, cause, kind, payload, due_ms=due_ms)

    async def due(self, now_ms: int, *, limit: int = 100) -> list[OutboxItem]:
        query = (
            select(OutboxRow)
            .where(OutboxRow.done_ms.is_(None), OutboxRow.due_ms <= now_ms)
            .order_by(OutboxRow.due_ms, OutboxRow.id)
            .limit(limit)
        )
        async with self._db.read() as session:
            return [
                OutboxItem(row.id, row.cause, row.kind, row.payload, row.due_ms, row.tries)
                for row in await session.scalars(query)
            ]

    async def done(self, item: int, now_ms: int) -> None:
        async with self._db.write() as session:
            await session.execute(update(OutboxRow).where(OutboxRow.id == item).values(done_ms=now_ms, error=None))

    async def failed(self, item: int, *, retry_ms: int, error: str) -> None:
        async with self._db.write() as session:
            await session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == item)
                .values(due_ms=retry_ms, tries=OutboxRow.tries + 1, error=error[:500])
            )


async def put_in(session: AsyncSession, cause: str, kind: str, payload: JsonValue, *, due_ms: int) -> bool:
    """Within a transaction of the caller's; False if that cause is there already."""
    statement = (
        insert(OutboxRow)
        .values(cause=cause, kind=kind, payload=json.dumps(payload), due_ms=due_ms, tries=0)
        .on_conflict_do_nothing(index_elements=["cause"])
        .returning(OutboxRow.id)
    )
    return (await session.execute(statement)).first() is not None
