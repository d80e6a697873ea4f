"""Bodies and their units (E1-21, E2-14), and what a body's new conferences begin with."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import Act, Audit, by_user
from storage.base import Database
from storage.errors import NameTaken, NotFound, UnitInUse
from storage.ids import BodyId, UnitId, new_id
from storage.tables import Conference, User
from storage.tables_accounts import Body, Unit
from storage.text import search_key


@dataclass(frozen=True, slots=True)
class BodyDefaults:
    """What a body's new conferences begin with."""

    language: str = "en"
    time_zone: str = "UTC"
    short_notice: str = "invite_and_start"


@dataclass(frozen=True, slots=True)
class BodyRecord:
    id: BodyId
    name: str
    telephone: str
    time_zone: str
    language: str
    short_notice: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class UnitRecord:
    id: UnitId
    body: BodyId
    name: str
    created_ms: int
    coordinators: int = 0


class Bodies:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

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

    async def get(self, body: str) -> BodyRecord | None:
        async with self._db.read() as session:
            row = await session.get(Body, body)
            return None if row is None else _body(row)

    async def page(self, words: str, *, offset: int, limit: int) -> tuple[list[BodyRecord], int]:
        """By name."""
        query = select(Body)
        for word in search_key(words).split():
            query = query.where(Body.name_key.contains(word, autoescape=True))
        async with self._db.read() as session:
            total = (await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
            rows = await session.scalars(query.order_by(Body.name_key, Body.id).offset(offset).limit(limit))
            return [_body(row) for row in rows], total

    async def create(
        self, name: str, *, time_zone: str, language: str, telephone: str = "", by: str, now_ms: int
    ) -> BodyRecord:
        """Raises NameTaken."""
        try:
            async with self._db.write() as session:
                row = new_body(name, time_zone=time_zone, language=language, telephone=telephone, now_ms=now_ms)
                session.add(row)
                await self._noted(session, by, "body_created", "body", row.id, now_ms)
                return _body(row)
        except IntegrityError as error:
            raise NameTaken("a body of this name is there") from error

    async def change(self, body: str, values: Mapping[str, str], *, by: str, now_ms: int) -> BodyRecord:
        """Of name, telephone, time_zone, language, short_notice. Raises NotFound, NameTaken."""
        assert values.keys() <= {"name", "telephone", "time_zone", "language", "short_notice"}
        try:
            async with self._db.write() as session:
                row = await session.get(Body, body)
                if row is None:
                    raise NotFound("no such body")
                for name, value in values.items():
                    setattr(row, name, value)
                row.name_key = search_key(row.name)
                await self._noted(session, by, "body_changed", "body", body, now_ms)
                return _body(row)
        except IntegrityError as error:
            raise NameTaken("a body of this name is there") from error

    async def units(self, body: str) -> list[UnitRecord]:
        """By name, with how many coordinate each."""
        leading = (
            select(User.unit_id, func.count())
            .where(User.body_id == body, User.role == "unit_coordinator", User.state != "deleted")
            .group_by(User.unit_id)
        )
        async with self._db.read() as session:
            counts = {str(unit): int(count) for unit, count in await session.execute(leading)}
            rows = await session.scalars(select(Unit).where(Unit.body_id == body).order_by(Unit.name_key))
            return [_unit(row, counts.get(row.id, 0)) for row in rows]

    async def unit(self, unit: str) -> UnitRecord | None:
        async with self._db.read() as session:
            row = await session.get(Unit, unit)
            return None if row is None else _unit(row)

    async def add_unit(self, body: str, name: str, *, by: str, now_ms: int) -> UnitRecord:
        """Raises NotFound, NameTaken."""
        try:
            async with self._db.write() as session:
                if await session.get(Body, body) is None:
                    raise NotFound("no such body")
                row = Unit(id=new_id(), body_id=body, name=name, name_key=search_key(name), created_ms=now_ms)
                session.add(row)
                await self._noted(session, by, "unit_created", "unit", row.id, now_ms)
                return _unit(row)
        except IntegrityError as error:
            raise NameTaken("a unit of this name is there") from error

    async def rename_unit(self, unit: str, name: str, *, by: str, now_ms: int) -> UnitRecord:
        """Raises NotFound, NameTaken."""
        try:
            async with self._db.write() as session:
                row = await session.get(Unit, unit)
                if row is None:
                    raise NotFound("no such unit")
                row.name, row.name_key = name, search_key(name)
                await self._noted(session, by, "unit_changed", "unit", unit, now_ms)
                return _unit(row)
        except IntegrityError as error:
            raise NameTaken("a unit of this name is there") from error

    async def delete_unit(self, unit: str, *, by: str, now_ms: int) -> None:
        """Its people and conferences stay, of the body alone. Raises NotFound; UnitInUse while somebody coordinates
        it."""
        async with self._db.write() as session:
            row = await session.get(Unit, unit)
            if row is None:
                raise NotFound("no such unit")
            of_it = (User.body_id == row.body_id, User.unit_id == unit, User.state != "deleted")
            leads = select(User.id).where(*of_it, User.role == "unit_coordinator").limit(1)
            if (await session.scalars(leads)).first() is not None:
                raise UnitInUse("somebody coordinates this unit")
            await session.execute(update(User).where(*of_it).values(unit_id=None))
            held = (Conference.body_id == row.body_id, Conference.unit_id == unit)
            await session.execute(update(Conference).where(*held).values(unit_id=None))
            await session.delete(row)
            await self._noted(session, by, "unit_deleted", "unit", unit, now_ms)

    async def _noted(self, session: AsyncSession, by: str, action: str, kind: str, id: str, now_ms: int) -> None:
        await self._audit.record_in(session, Act(by_user(by), action, kind, id), at_ms=now_ms)


def new_body(name: str, *, time_zone: str = "UTC", language: str = "en", telephone: str = "", now_ms: int) -> Body:
    return Body(
        id=new_id(),
        name=name,
        name_key=search_key(name),
        telephone=telephone,
        time_zone=time_zone,
        language=language,
        short_notice="invite_and_start",
        created_ms=now_ms,
    )


def _body(row: Body) -> BodyRecord:
    return BodyRecord(
        BodyId(row.id), row.name, row.telephone, row.time_zone, row.language, row.short_notice, row.created_ms
    )


def _unit(row: Unit, coordinators: int = 0) -> UnitRecord:
    return UnitRecord(UnitId(row.id), BodyId(row.body_id), row.name, row.created_ms, coordinators)
