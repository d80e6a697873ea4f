"""What only the tables know of the outbox: transactions, cancelling, forgetting, the organiser's list."""

import asyncio
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from storage.errors import NotFound, WrongState
from storage.outbox import Effect, cancel_in, forget_in, put_all, put_in, retry_wait_ms
from storage.records import ConferenceSettings, OutboxState
from storage.service import Storage, StorageConfig
from storage.tables import Conference, OutboxRow
from tests.storage.contract import OutboxContract


class TestOutbox(OutboxContract):
    """The contract again, on SQLite and on Postgres."""

    @pytest.fixture
    def shared(self, storage: Storage) -> SimpleNamespace:
        return SimpleNamespace(outbox=storage.outbox)


async def test_an_effect_lives_and_dies_with_its_transaction(storage: Storage) -> None:
    bell = storage.outbox.bell()
    with pytest.raises(ZeroDivisionError):
        async with storage.db.write() as session:
            await put_in(session, "mail/1", "mail", {}, due_ms=0)
            raise ZeroDivisionError
    assert await storage.outbox.due(1) == [] and not bell.is_set()
    async with storage.db.write() as session:
        assert await put_in(session, "mail/1", "mail", {}, due_ms=0, conference="c", recipient="user:u")
        assert not bell.is_set()
    assert bell.is_set()
    [item] = await storage.outbox.due(1)
    assert (item.conference, item.recipient, item.state) == ("c", "user:u", OutboxState.WAITING)


async def test_a_thousand_go_in_with_a_few_statements_and_only_once(storage: Storage) -> None:
    effects = [Effect(f"mail/{number}", "mail", {}, 0) for number in range(1000)]
    async with storage.db.write() as session:
        assert await put_all(session, effects) == 1000
        assert await put_all(session, [*effects, Effect("mail/new", "mail", {}, 0)]) == 1


async def test_what_is_cancelled_before_it_is_handed_over_never_leaves(storage: Storage) -> None:
    for name in ("waiting", "claimed", "handing"):
        await storage.outbox.put(name, "mail", {}, due_ms=0)
    claimed, handing = (await storage.outbox.claim(0))[1:]
    await storage.outbox.handing(handing)
    async with storage.db.write() as session:
        assert await cancel_in(session, 5, OutboxRow.kind == "mail") == 2
    assert not await storage.outbox.handing(claimed)
    assert await storage.outbox.done(handing, 6)


async def test_a_cancelled_effect_can_be_planned_again_and_a_sent_one_cannot(storage: Storage) -> None:
    async with storage.db.write() as session:
        await put_all(session, [Effect("a", "mail", {"n": 1}, 0), Effect("b", "mail", {}, 0)])
        await cancel_in(session, 1, OutboxRow.cause == "a")
    [b] = await storage.outbox.claim(1)
    await storage.outbox.done(b, 2)
    async with storage.db.write() as session:
        assert await put_all(session, [Effect("a", "mail", {"n": 2}, 9), Effect("b", "mail", {}, 9)], revive=True) == 1
    [again] = await storage.outbox.due(9)
    assert (again.cause, again.payload, again.tries) == ("a", '{"n": 2}', 0)


async def test_the_content_of_what_was_sent_is_not_kept(storage: Storage) -> None:
    await storage.outbox.put("confirm/1", "confirm_email", {"token": "sealed"}, due_ms=0)
    [item] = await storage.outbox.claim(0)
    await storage.outbox.done(item, 1)
    async with storage.db.read() as session:
        row = await session.get(OutboxRow, item.id)
        assert row is not None and row.payload == "{}"


async def test_a_forgotten_person_gets_nothing_and_leaves_no_name(storage: Storage) -> None:
    async with storage.db.write() as session:
        await put_in(session, "a", "mail", {"to": "Anna"}, due_ms=0, conference="c", recipient="invitee:i", name="Anna")
        await put_in(session, "b", "mail", {}, due_ms=0, conference="c", recipient="invitee:j", name="Berta")
    a, _ = await storage.outbox.claim(0)
    await storage.outbox.gave_up(a, 1, error="550")
    async with storage.db.write() as session:
        await forget_in(session, "invitee:i", 2)
    items, total = await storage.outbox.of_conference("c", offset=0, limit=10)
    assert ([item.recipient_name for item in items], total) == (["Berta"], 1)
    async with storage.db.read() as session:
        row = await session.get(OutboxRow, a.id)
        assert row is not None and (row.recipient_name, row.payload, row.state) == ("", "{}", "cancelled")


async def test_a_failed_message_is_tried_again_by_hand_and_no_other(storage: Storage) -> None:
    async with storage.db.write() as session:
        for name in ("bad", "good"):
            await put_in(session, name, "mail", {}, due_ms=0, conference="c")
    bad, good = await storage.outbox.claim(0)
    await storage.outbox.gave_up(bad, 1, error="550")
    await storage.outbox.done(good, 1)
    with pytest.raises(WrongState):
        await storage.outbox.again("c", good.id, 5)
    with pytest.raises(NotFound):
        await storage.outbox.again("other", bad.id, 5)
    with pytest.raises(NotFound):
        await storage.outbox.again("c", 10**6, 5)
    assert (await storage.outbox.again("c", bad.id, 5)).tries == 0
    assert [item.cause for item in await storage.outbox.due(5)] == ["bad"]


async def test_the_bell_wakes_a_sender_at_once(storage: Storage) -> None:
    bell = storage.outbox.bell()
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    await storage.outbox.put("mail/1", "mail", {}, due_ms=0)
    async with asyncio.timeout(1):
        await waiting


def test_waits_grow_from_a_minute_to_six_hours() -> None:
    waits = [retry_wait_ms(tries) // 60_000 for tries in range(1, 14)]
    assert waits[:5] == [1, 2, 4, 8, 16] and waits == sorted(waits) and waits[-1] == 360


async def test_old_rows_go_but_not_those_that_say_who_was_told_of_a_conference_to_come(storage: Storage) -> None:
    owner = await storage.users.add("Olga")
    day = 86_400_000
    to_come = await storage.conferences.create(owner.id, ConferenceSettings("A"), now_ms=0)
    over = await storage.conferences.create(owner.id, ConferenceSettings("B"), now_ms=0)
    async with storage.db.write() as session:
        for conference, expires in ((to_come.id, 400 * day), (over.id, day)):
            row = await session.get(Conference, conference)
            assert row is not None
            row.expires_ms = expires
            await put_in(session, f"old/{conference}", "mail", {}, due_ms=0, conference=conference)
        await put_in(session, "old/account", "mail", {}, due_ms=0)
        await put_in(session, "waits", "mail", {}, due_ms=10**12)
    for item in await storage.outbox.claim(0):
        await storage.outbox.done(item, 0)
    assert await storage.outbox.sweep(90 * day) == 0
    assert await storage.outbox.sweep(91 * day) == 2
    assert (await storage.outbox.of_conference(to_come.id, offset=0, limit=5))[1] == 1
    assert await storage.outbox.next_due(0) == 10**12


async def test_no_question_of_the_sender_or_of_a_list_walks_through_the_whole_box(tmp_path: Path) -> None:
    """With a million planned reminders each look takes an index."""
    storage = await Storage.open(StorageConfig(tmp_path))
    plans: list[str] = []

    def explain(_: object, cursor: object, statement: str, parameters: object, *__: object) -> None:
        if "outbox" in statement and not statement.startswith(("EXPLAIN", "INSERT")):
            with sqlite3.connect(tmp_path / "plenum.db") as connection:
                plans.extend(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    for engine in (storage.db._readers, storage.db._writer):  # type: ignore[attr-defined]
        event.listen(engine.sync_engine, "before_cursor_execute", explain)
    await storage.outbox.put("a", "mail", {}, due_ms=0)
    [item] = await storage.outbox.claim(1)
    await storage.outbox.handing(item)
    await storage.outbox.done(item, 1)
    await storage.outbox.next_due(1)
    await storage.outbox.overdue(1)
    await storage.outbox.of_conference("c", offset=0, limit=10)
    async with storage.db.write() as session:
        await forget_in(session, "user:u", 1)
    await storage.close()
    assert len(plans) > 8
    assert not [plan for plan in plans if plan.startswith("SCAN outbox")], plans
