"""Bodies and their units, as far as conferences need them."""

from dataclasses import dataclass

from storage.base import Database
from storage.tables_accounts import Body, Unit


@dataclass(frozen=True, slots=True)
class BodyDefaults:
    """What a body's new conferences begin with."""

    language: str = "en"
    time_zone: str = "UTC"
    short_notice: str = "invite_and_start"


class Bodies:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def defaults(self, body: str | None) -> BodyDefaults:
        if body is None:
            return BodyDefaults()
        async with self._db.read() as session:
            row = await session.get(Body, body)
            return BodyDefaults() if row is None else BodyDefaults(row.language, row.time_zone, row.short_notice)

    async def has_unit(self, body: str, unit: str) -> bool:
        async with self._db.read() as session:
            row = await session.get(Unit, unit)
            return row is not None and row.body_id == body
