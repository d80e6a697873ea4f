"""Texts that an administrator edits (decision 12). What nobody has written is shipped with the portal."""

from dataclasses import dataclass

from sqlalchemy import delete

from storage.audit import Act, Audit, by_user
from storage.base import Database, insert_into
from storage.tables_accounts import Content


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    changed_ms: int


class Contents:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def get(self, name: str, language: str) -> Written | None:
        async with self._db.read() as session:
            row = await session.get(Content, (name, language))
            return None if row is None else Written(row.text, row.changed_ms)

    async def put(self, name: str, language: str, text: str | None, *, by: str, now_ms: int) -> None:
        """None: the shipped one again."""
        async with self._db.write() as session:
            if text is None:
                await session.execute(delete(Content).where(Content.name == name, Content.language == language))
            else:
                values = {"text": text, "changed_ms": now_ms}
                insert = insert_into(session, Content).values(name=name, language=language, **values)
                await session.execute(insert.on_conflict_do_update(index_elements=["name", "language"], set_=values))
            act = Act(by_user(by), "text_changed", "content", f"{name}/{language}")
            await self._audit.record_in(session, act, at_ms=now_ms)
