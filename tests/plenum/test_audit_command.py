"""`plenum audit verify`, as an operator meets it."""

import asyncio
from pathlib import Path

from sqlalchemy import delete, update

from storage.audit import Act
from storage.service import Storage, StorageConfig
from storage.tables_accounts import AuditEntry
from tests.support.server import plenum


def at_the_table(data_dir: Path, *statements: object, acts: int = 0) -> None:
    async def work() -> None:
        storage = await Storage.open(StorageConfig(data_dir))
        for number in range(acts):
            await storage.audit.record(Act("server", "tested", "thing", str(number)), at_ms=1)
        async with storage.db.write() as session:
            for statement in statements:
                await session.execute(statement)  # type: ignore[call-overload]
        await storage.close()

    asyncio.run(work())


def test_a_whole_log_is_confirmed_and_a_touched_one_is_not(tmp_path: Path) -> None:
    at_the_table(tmp_path, acts=3)
    assert plenum("user", "add", "Anna", data_dir=tmp_path).returncode == 0
    good = plenum("audit", "verify", data_dir=tmp_path)
    assert good.returncode == 0 and good.stdout.startswith("4 rows, none edited")
    head = good.stdout.split("Head: ")[1].strip()
    assert plenum("audit", "verify", "--since", head, data_dir=tmp_path).returncode == 0
    at_the_table(tmp_path, update(AuditEntry).where(AuditEntry.seq == 2).values(actor="nobody"))
    edited = plenum("audit", "verify", data_dir=tmp_path)
    assert edited.returncode == 1 and "row 2 was changed" in edited.stderr
    at_the_table(tmp_path, delete(AuditEntry).where(AuditEntry.seq == 2))
    removed = plenum("audit", "verify", data_dir=tmp_path)
    assert removed.returncode == 1 and "rows 2 to 2 are missing" in removed.stderr
    wrong = plenum("audit", "verify", "--since", "yesterday", data_dir=tmp_path)
    assert wrong.returncode == 2 and "is no head" in wrong.stderr


def test_two_rows_that_changed_places_are_found(tmp_path: Path) -> None:
    """Their words and numbers all there, one after another: only the order of what happened is another."""
    at_the_table(tmp_path, acts=4)
    assert plenum("audit", "verify", data_dir=tmp_path).returncode == 0
    move = [update(AuditEntry).where(AuditEntry.seq == old).values(seq=new) for old, new in ((2, 99), (3, 2), (99, 3))]
    at_the_table(tmp_path, *move)
    moved = plenum("audit", "verify", data_dir=tmp_path)
    assert moved.returncode == 1
    assert "row 2 was changed or moved" in moved.stderr and "row 3 was changed or moved" in moved.stderr
    at_the_table(tmp_path, *move)
    assert plenum("audit", "verify", data_dir=tmp_path).returncode == 0
