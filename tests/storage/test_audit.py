"""The audit log: whole rows in a chain, and what shows when somebody was at the table."""

import asyncio

import pytest
from sqlalchemy import delete, select, update

from storage.audit import Act, Audit, Verified, by_user
from storage.errors import WrongState
from storage.secrets import Secrets
from storage.service import Storage
from storage.tables_accounts import AuditEntry, AuditHead
from tests.storage.contract import Clock


async def written(storage: Storage, count: int = 6) -> None:
    for number in range(count):
        act = Act("operator", "tested", "thing", str(number), {"n": number, "word": "Ελλάδα"})
        await storage.audit.record(act, at_ms=1000 + number)


async def faults(storage: Storage, since: str | None = None) -> tuple[str, ...]:
    return (await storage.audit.verify(since)).faults


async def test_a_log_that_nobody_touched_is_whole(storage: Storage) -> None:
    assert await storage.audit.verify() == Verified((await storage.audit.verify()).head, ())
    await written(storage)
    found = await storage.audit.verify()
    assert (found.head.seq, found.faults) == (6, ())


async def test_many_rows_are_read_in_pieces(storage: Storage) -> None:
    await storage.audit.record(*(Act("server", "tested", "thing", str(n)) for n in range(2500)), at_ms=1)
    found = await storage.audit.verify()
    assert (found.head.seq, found.faults) == (2500, ())


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "user:somebody"},
        {"action": "nothing"},
        {"object_id": "9"},
        {"object_kind": "other"},
        {"details": '{"n":3}'},
        {"at_ms": 1},
        {"hash": b"x" * 32},
    ],
)
async def test_an_edited_row_shows(storage: Storage, values: dict[str, object]) -> None:
    await written(storage)
    async with storage.db.write() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.seq == 3).values(**values))
    assert any("row 3" in fault for fault in await faults(storage))


@pytest.mark.parametrize("gone", [1, 3, 6])
async def test_a_removed_row_shows(storage: Storage, gone: int) -> None:
    """Also the first and the last one."""
    await written(storage)
    async with storage.db.write() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.seq == gone))
    assert await faults(storage)


async def test_a_removed_row_shows_when_the_rest_moves_up(storage: Storage) -> None:
    await written(storage)
    async with storage.db.write() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.seq == 3))
        for seq in (4, 5, 6):
            await session.execute(update(AuditEntry).where(AuditEntry.seq == seq).values(seq=seq - 1))
    assert await faults(storage)


async def test_two_rows_in_the_other_order_show(storage: Storage) -> None:
    await written(storage)
    async with storage.db.write() as session:
        for before, after in ((3, 99), (4, 3), (99, 4)):
            await session.execute(update(AuditEntry).where(AuditEntry.seq == before).values(seq=after))
    assert {"row 3" in fault or "row 4" in fault or "row 5" in fault for fault in await faults(storage)} == {True}


async def test_an_added_row_shows(storage: Storage) -> None:
    await written(storage)
    fake = {"at_ms": 1, "actor": "x", "action": "x", "object_kind": "x", "object_id": "x", "details": "{}"}
    async with storage.db.write() as session:
        session.add(AuditEntry(seq=7, hash=b"y" * 32, **fake))
    assert await faults(storage)


async def test_a_head_that_was_turned_back_needs_a_hash_that_nobody_can_make(storage: Storage) -> None:
    await written(storage)
    async with storage.db.write() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.seq > 4))
        await session.execute(update(AuditHead).values(seq=4, hash=b"z" * 32))
    assert await faults(storage)


async def test_another_installations_key_makes_another_chain(storage: Storage, tmp_path_factory: object) -> None:
    """Whoever has the tables but not the keys cannot write rows that fit."""
    await written(storage, 2)
    forger = Audit(storage.db, Secrets(tmp_path_factory.mktemp("other")))  # type: ignore[attr-defined]
    await forger.record(Act("operator", "forged", "thing", "1"), at_ms=5)
    assert await faults(storage) == ("row 3 was changed or moved, or the row before it",)


async def test_an_old_copy_of_the_database_shows_against_a_noted_head(storage: Storage) -> None:
    await written(storage, 2)
    async with storage.db.read() as session:
        old = (await session.scalars(select(AuditHead))).one()
    early = (await storage.audit.verify()).head.text
    await written(storage, 3)
    late = (await storage.audit.verify()).head.text
    assert await faults(storage, early) == () == await faults(storage, late)
    async with storage.db.write() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.seq > 2))
        await session.execute(update(AuditHead).values(seq=old.seq, hash=old.hash))
    assert await faults(storage) == ()
    assert await faults(storage, early) == ()
    assert await faults(storage, late) == (f"the noted head {late} is not part of the log",)
    with pytest.raises(ValueError):
        await storage.audit.verify("yesterday")


async def test_writers_at_once_make_one_chain(storage: Storage) -> None:
    acts = [Act("server", "tested", "thing", str(number)) for number in range(30)]
    await asyncio.gather(*(storage.audit.record(act, at_ms=1) for act in acts))
    found = await storage.audit.verify()
    assert (found.head.seq, found.faults) == (30, ())
    rows, total = await storage.audit.page(offset=0, limit=100)
    assert total == 30 and {row.object for row in rows} == {str(number) for number in range(30)}


async def test_what_was_undone_left_no_row(storage: Storage) -> None:
    """The row is in the transaction of the act."""
    await written(storage, 1)
    with pytest.raises(WrongState):
        async with storage.db.write() as session:
            await storage.audit.record_in(session, Act("server", "undone", "thing", "1"), at_ms=1)
            raise WrongState("no")
    await written(storage, 1)
    found = await storage.audit.verify()
    assert (found.head.seq, found.faults) == (2, ())


async def test_rows_page_by_page(storage: Storage, clock: Clock) -> None:
    user = await storage.users.add("Anna")
    await storage.audit.record(Act(by_user(user.id), "tested", "thing", "1"), at_ms=clock.ms())
    await written(storage)
    rows, total = await storage.audit.page(offset=5, limit=10)
    assert (total, [row.seq for row in rows]) == (7, [2, 1])
