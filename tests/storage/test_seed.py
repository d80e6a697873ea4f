"""The invented installation: as many rows as asked for, the same again, and one that the product can show."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from storage.base import Base
from storage.errors import WrongState
from storage.seed import Plan, Seeding, seed
from storage.service import Storage
from storage.tables import Conference, Participation, Session, User
from tests.storage.contract import Clock

PLAN = Plan(users=120, conferences=200, participations=1500, per_body=30)


async def _counts(storage: Storage) -> dict[str, int]:
    async with storage.db.read() as session:
        return {
            name: (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


async def test_as_many_as_asked_for_and_never_twice(storage: Storage, clock: Clock) -> None:
    said: list[tuple[str, int]] = []
    await seed(storage, PLAN, now_ms=clock.ms(), say=lambda table, rows, _: said.append((table, rows)))
    counts = await _counts(storage)
    assert (counts["users"], counts["conferences"], counts["participations"]) == (120, 200, 1500)
    assert dict(said) == {name: counts[name] for name, _ in said}
    assert all(counts[name] for name in ("invitees", "outbox", "sessions", "entries", "recordings", "group_members"))
    assert counts["audit"] == 100 and (await storage.audit.verify()).faults == ()
    with pytest.raises(WrongState):
        await seed(storage, PLAN, now_ms=clock.ms(), say=lambda *_: None)


async def test_a_seeded_conference_opens_by_every_door(storage: Storage, clock: Clock) -> None:
    await seed(storage, PLAN, now_ms=clock.ms(), say=lambda *_: None)
    query = select(Conference.id).where(Conference.deleted_ms.is_(None), Conference.number.is_not(None)).limit(5)
    async with storage.db.read() as session:
        ids = (await session.scalars(query)).all()
    assert len(ids) == 5
    for id in ids:
        made = await storage.conferences.get(id)
        assert made is not None
        doors = (
            await storage.conferences.by_link(made.participant_link),
            await storage.conferences.by_link(made.moderator_link),
            await storage.conferences.by_number_and_pin(made.number, made.pin),
            await storage.conferences.by_number_and_pin(made.number, made.admin_pin),
        )
        assert [(door.conference.id, door.moderator) for door in doors if door] == [(id, False), (id, True)] * 2
        for invitee in await storage.invitees.of_conference(id):
            door = await storage.conferences.by_link(invitee.link)
            assert door is not None and door.invitee == invitee.id


async def test_the_spread_is_uneven_as_it_is(storage: Storage, clock: Clock) -> None:
    """A few own much, most is past, a few meetings are large."""
    await seed(storage, PLAN, now_ms=clock.ms(), say=lambda *_: None)
    async with storage.db.read() as session:
        owners = Counter((await session.scalars(select(Conference.owner_id))).all())
        past = await session.scalar(select(func.count()).where(Conference.expires_ms < clock.ms()))
        sizes = Counter((await session.scalars(select(Participation.session_id))).all())
        meetings = await session.scalar(select(func.count()).select_from(Session))
        roles = Counter((await session.scalars(select(User.role))).all())
    assert max(owners.values()) > 4 * 200 / 120
    assert past is not None and 150 < past < 200
    assert meetings == len(sizes) and max(sizes.values()) > 3 * 1500 / len(sizes)
    assert roles["body_coordinator"] == 8 and roles["user"] > roles["unit_coordinator"] > 0


async def test_the_same_plan_gives_the_same_rows(storage: Storage, clock: Clock) -> None:
    """All but secrets: another run, in an order of rows that does not matter."""

    def rows() -> list[tuple[str, list[dict[str, object]]]]:
        hidden = {"sealed", "lookup"}
        return [
            (table.__tablename__, [{k: v for k, v in row.items() if k not in hidden} for row in found])
            for table, found in Seeding(storage, PLAN, clock.ms()).tables()
        ]

    assert rows() == rows()
