"""What the words of storage/interfaces.py mean, as tests that every form must pass.

A form brings a `Shared` (how to open it, with a clock that the test moves) and subclasses `Contract`; the
embedded form is in test_embedded.py, the distributed ones will stand beside it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from storage.base import Database
from storage.errors import AlreadyResponding, BadPath, NoAnswer, NoSuchBlob, SequenceTaken
from storage.ids import NodeId
from storage.interfaces import (
    BlobStore,
    Bus,
    EventLog,
    JsonValue,
    LeaseStore,
    Limit,
    Limiter,
    NodeDirectory,
    Outbox,
)
from storage.records import NodeReport

ONE, TWO = NodeId("one"), NodeId("two")


class Clock:
    """Seconds, moved by the test."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def ms(self) -> int:
        return int(self.now * 1000)


@dataclass
class Shared:
    """One opened form."""

    db: Database
    bus: Bus
    leases: LeaseStore
    directory: NodeDirectory
    events: EventLog
    blobs: BlobStore
    outbox: Outbox
    limiter: Limiter
    clock: Clock
    reopened: Callable[[], AsyncIterator["Shared"]]


class Got:
    """Collects what a subscriber hears."""

    def __init__(self) -> None:
        self.messages: list[JsonValue] = []
        self._changed = asyncio.Event()

    async def __call__(self, message: JsonValue) -> None:
        self.messages.append(message)
        self._changed.set()

    async def count(self, number: int) -> None:
        async with asyncio.timeout(5):
            while len(self.messages) < number:
                self._changed.clear()
                await self._changed.wait()


class EventLogContract:
    async def test_events_come_back_in_order(self, shared: Shared) -> None:
        await shared.events.append("c", [(1, 10, "a", "{}"), (2, 20, "b", '{"x":1}')])
        await shared.events.append("c", [(3, 30, "c", "{}")])
        assert [tuple(e) for e in await shared.events.since("c", 0)] == [
            (1, 10, "a", "{}"),
            (2, 20, "b", '{"x":1}'),
            (3, 30, "c", "{}"),
        ]
        assert [e.seq for e in await shared.events.since("c", 2)] == [3]
        assert await shared.events.since("c", 3) == []
        assert await shared.events.last_seq("c") == 3

    async def test_conferences_do_not_see_each_other(self, shared: Shared) -> None:
        await shared.events.append("c", [(1, 1, "a", "{}")])
        await shared.events.append("d", [(1, 1, "b", "{}")])
        assert [e.type for e in await shared.events.since("d", 0)] == ["b"]
        assert await shared.events.last_seq("e") == 0

    async def test_taken_number_stores_nothing_of_its_call_and_spares_the_others(self, shared: Shared) -> None:
        await shared.events.append("c", [(2, 1, "first", "{}")])
        results = await asyncio.gather(
            shared.events.append("c", [(1, 1, "again", "{}"), (2, 1, "again", "{}")]),
            shared.events.append("d", [(1, 1, "fine", "{}")]),
            return_exceptions=True,
        )
        assert isinstance(results[0], SequenceTaken)
        assert results[1] is None
        assert [e.type for e in await shared.events.since("c", 0)] == ["first"]
        assert [e.type for e in await shared.events.since("d", 0)] == ["fine"]

    async def test_redacting_keeps_number_and_time(self, shared: Shared) -> None:
        await shared.events.append("c", [(1, 77, "chat_message", '{"text":"no"}')])
        await shared.events.redact("c", 1, '{"text":""}')
        assert [tuple(e) for e in await shared.events.since("c", 0)] == [(1, 77, "chat_message", '{"text":""}')]

    async def test_many_rooms_at_once_lose_nothing(self, shared: Shared) -> None:
        calls = [
            shared.events.append(f"room{room}", [(seq, seq, "e", "{}")]) for seq in range(1, 31) for room in range(20)
        ]
        await asyncio.gather(*calls)
        for room in range(20):
            assert [e.seq for e in await shared.events.since(f"room{room}", 0)] == list(range(1, 31))

    async def test_nothing_to_append_is_fine(self, shared: Shared) -> None:
        await shared.events.append("c", [])
        assert await shared.events.last_seq("c") == 0


class BusContract:
    async def test_every_subscriber_hears_in_order(self, shared: Shared) -> None:
        first, second = Got(), Got()
        await shared.bus.subscribe("t", first)
        await shared.bus.subscribe("t", second)
        for number in range(50):
            await shared.bus.publish("t", {"n": number})
        await first.count(50)
        await second.count(50)
        assert first.messages == second.messages == [{"n": number} for number in range(50)]

    async def test_other_topics_and_closed_subscriptions_stay_silent(self, shared: Shared) -> None:
        other, closed, live = Got(), Got(), Got()
        await shared.bus.subscribe("u", other)
        gone = await shared.bus.subscribe("t", closed)
        await shared.bus.subscribe("t", live)
        await gone.close()
        await gone.close()
        await shared.bus.publish("t", 1)
        await live.count(1)
        assert other.messages == closed.messages == []

    async def test_subscriber_gets_a_copy(self, shared: Shared) -> None:
        got = Got()
        await shared.bus.subscribe("t", got)
        message = {"list": [1]}
        await shared.bus.publish("t", message)
        message["list"].append(2)
        await got.count(1)
        assert got.messages == [{"list": [1]}]

    async def test_failing_handler_does_not_end_the_subscription(self, shared: Shared) -> None:
        got = Got()

        async def handler(message: JsonValue) -> None:
            if message == "bad":
                raise ValueError("as it happens")
            await got(message)

        await shared.bus.subscribe("t", handler)
        await shared.bus.publish("t", "bad")
        await shared.bus.publish("t", "good")
        await got.count(1)
        assert got.messages == ["good"]

    async def test_request_is_answered_once(self, shared: Shared) -> None:
        async def double(message: JsonValue) -> JsonValue:
            assert isinstance(message, int)
            return message * 2

        responder = await shared.bus.respond("double", double)
        assert await shared.bus.request("double", 21, timeout_s=2) == 42
        with pytest.raises(AlreadyResponding):
            await shared.bus.respond("double", double)
        await responder.close()
        with pytest.raises(NoAnswer):
            await shared.bus.request("double", 1, timeout_s=0.2)

    async def test_slow_or_failing_responder_is_no_answer(self, shared: Shared) -> None:
        async def never(_: JsonValue) -> JsonValue:
            await asyncio.Event().wait()

        async def fails(_: JsonValue) -> JsonValue:
            raise ValueError("as it happens")

        await shared.bus.respond("never", never)
        await shared.bus.respond("fails", fails)
        for topic in ("never", "fails", "nobody"):
            with pytest.raises(NoAnswer):
                await shared.bus.request(topic, None, timeout_s=0.1)


class LeaseContract:
    async def test_one_holder_at_a_time(self, shared: Shared) -> None:
        lease = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert lease is not None
        assert await shared.leases.acquire("room/1", TWO, ttl_s=15) is None
        assert await shared.leases.acquire("room/2", TWO, ttl_s=15) is not None
        current = await shared.leases.current("room/1")
        assert current is not None and current.holder == ONE

    async def test_lapsed_lease_goes_to_another_with_a_greater_epoch(self, shared: Shared) -> None:
        old = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert old is not None
        shared.clock.now += 16
        assert await shared.leases.current("room/1") is None
        new = await shared.leases.acquire("room/1", TWO, ttl_s=15)
        assert new is not None and new.epoch > old.epoch
        assert await shared.leases.renew(old, ttl_s=15) is None
        await shared.leases.release(old)  # too late: it must not take the new one away
        current = await shared.leases.current("room/1")
        assert current is not None and current.holder == TWO

    async def test_renewed_lease_lasts_and_keeps_its_epoch(self, shared: Shared) -> None:
        lease = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert lease is not None
        for _ in range(4):
            shared.clock.now += 10
            renewed = await shared.leases.renew(lease, ttl_s=15)
            assert renewed is not None and renewed.epoch == lease.epoch
            lease = renewed
        again = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert again is not None and again.epoch == lease.epoch

    async def test_released_lease_is_free_and_the_next_epoch_greater(self, shared: Shared) -> None:
        lease = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert lease is not None
        await shared.leases.release(lease)
        again = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert again is not None and again.epoch > lease.epoch

    async def test_epochs_grow_over_a_restart(self, shared: Shared) -> None:
        lease = await shared.leases.acquire("room/1", ONE, ttl_s=15)
        assert lease is not None
        shared.clock.now += 1
        async for later in shared.reopened():
            again = await later.leases.acquire("room/9", ONE, ttl_s=15)
            assert again is not None and again.epoch > lease.epoch


class DirectoryContract:
    async def test_room_goes_to_the_least_loaded_node_that_is_not_draining(self, shared: Shared) -> None:
        for node in list(await shared.directory.nodes()):
            await shared.directory.report(NodeReport(node.node, "", load=0.9, rooms=9))
        await shared.directory.report(NodeReport(ONE, "", load=0.5, rooms=2))
        await shared.directory.report(NodeReport(TWO, "", load=0.1, rooms=0, draining=True))
        assert await shared.directory.place("c") == ONE

    async def test_silent_node_is_gone_after_six_seconds(self, shared: Shared) -> None:
        await shared.directory.report(NodeReport(TWO, "", load=0.0, rooms=0))
        assert TWO in [node.node for node in await shared.directory.nodes()]
        shared.clock.now += 7
        assert TWO not in [node.node for node in await shared.directory.nodes()]

    async def test_forgotten_node_is_gone_at_once(self, shared: Shared) -> None:
        await shared.directory.report(NodeReport(TWO, "", load=0.0, rooms=0))
        await shared.directory.forget(TWO)
        assert TWO not in [node.node for node in await shared.directory.nodes()]


class BlobContract:
    async def test_blob_comes_back_whole_and_in_ranges(self, shared: Shared) -> None:
        data = bytes(range(256)) * 3000
        await shared.blobs.put("r/p.webm", data)
        assert await shared.blobs.get("r/p.webm") == data
        head = await shared.blobs.head("r/p.webm")
        assert head is not None and (head.path, head.size) == ("r/p.webm", len(data))
        assert await shared.blobs.get_range("r/p.webm", 10, 20) == data[10:20]
        assert await shared.blobs.get_range("r/p.webm", len(data) - 3, len(data) + 9) == data[-3:]
        assert await shared.blobs.get_range("r/p.webm", 5, 5) == b""
        pieces = [piece async for piece in shared.blobs.stream("r/p.webm", 1000, 700_000)]
        assert b"".join(pieces) == data[1000:700_000]
        assert max(map(len, pieces)) <= 256 * 1024

    async def test_missing_blob(self, shared: Shared) -> None:
        assert await shared.blobs.head("no/thing") is None
        await shared.blobs.delete("no/thing")
        with pytest.raises(NoSuchBlob):
            await shared.blobs.get("no/thing")
        with pytest.raises(NoSuchBlob):
            await shared.blobs.get_range("no/thing", 0, 1)

    async def test_prefix_is_a_folder_not_the_start_of_a_name(self, shared: Shared) -> None:
        for path in ("a/1", "a/b/2", "ab/3"):
            await shared.blobs.put(path, b"12345")
        assert [blob.path for blob in await shared.blobs.list("a")] == ["a/1", "a/b/2"]
        assert await shared.blobs.delete_prefix("a") == 10
        assert await shared.blobs.head("ab/3") is not None
        assert await shared.blobs.list("a") == []

    @pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "a\\b", "a\0b"])
    async def test_paths_cannot_leave_the_store(self, shared: Shared, path: str) -> None:
        with pytest.raises(BadPath):
            await shared.blobs.get(path)
        with pytest.raises(BadPath):
            await shared.blobs.put(path, b"")


class OutboxContract:
    async def test_effect_is_due_until_done(self, shared: Shared) -> None:
        assert await shared.outbox.put("mail/1", "mail", {"to": "x"}, due_ms=100)
        assert await shared.outbox.due(99) == [] and await shared.outbox.overdue(99) == 0
        assert await shared.outbox.claim(99) == []
        [item] = await shared.outbox.claim(100)
        assert (item.cause, item.kind, item.payload, item.tries) == ("mail/1", "mail", '{"to": "x"}', 0)
        assert await shared.outbox.handing(item)
        assert await shared.outbox.done(item, 101)
        assert await shared.outbox.due(10**9) == []

    async def test_one_effect_per_cause_also_when_done(self, shared: Shared) -> None:
        assert await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        assert not await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        [item] = await shared.outbox.claim(0)
        await shared.outbox.done(item, 1)
        assert not await shared.outbox.put("mail/1", "mail", {}, due_ms=0)

    async def test_two_senders_never_have_one_row(self, shared: Shared) -> None:
        for number in range(30):
            await shared.outbox.put(f"mail/{number}", "mail", {}, due_ms=number)
        claims = await asyncio.gather(*(shared.outbox.claim(1000, limit=4) for _ in range(10)))
        taken = [item.id for claim in claims for item in claim]
        assert len(taken) == len(set(taken)) == 30 and max(map(len, claims)) == 4
        assert await shared.outbox.claim(1000) == []

    async def test_a_lapsed_claim_can_neither_hand_over_nor_report(self, shared: Shared) -> None:
        await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        [slow] = await shared.outbox.claim(0, lease_ms=100)
        assert await shared.outbox.claim(99) == []
        assert await shared.outbox.next_due(99) == 100
        [quick] = await shared.outbox.claim(100, lease_ms=100)
        assert not await shared.outbox.handing(slow)
        assert not await shared.outbox.done(slow, 101)
        assert not await shared.outbox.failed(slow, 101, error="late")
        assert await shared.outbox.handing(quick) and await shared.outbox.done(quick, 102)

    async def test_failed_effect_comes_again_later_and_is_given_up_after_three_days(self, shared: Shared) -> None:
        await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        now = 0
        for tries in range(20):
            [item] = await shared.outbox.claim(now)
            assert item.tries == tries
            assert await shared.outbox.failed(item, now, error="no answer")
            due = await shared.outbox.next_due(now)
            if due is None:
                break
            assert await shared.outbox.claim(due - 1) == []
            now = due
        assert tries == 19 and 2.5 * 86_400_000 < now < 3.5 * 86_400_000
        assert await shared.outbox.claim(10**12) == []

    async def test_a_sender_that_is_alone_takes_back_what_a_dead_one_had(self, shared: Shared) -> None:
        for name in ("a", "b", "c"):
            await shared.outbox.put(name, "mail", {}, due_ms=0)
        first, second, third = await shared.outbox.claim(0)
        await shared.outbox.handing(second)
        await shared.outbox.done(third, 1)
        assert await shared.outbox.release() == 2
        assert [item.cause for item in await shared.outbox.claim(1)] == ["a", "b"]
        assert not await shared.outbox.handing(first)

    async def test_a_commit_rings_and_what_was_there_does_not(self, shared: Shared) -> None:
        bell = shared.outbox.bell()
        await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        assert bell.is_set()
        bell.clear()
        await shared.outbox.put("mail/1", "mail", {}, due_ms=0)
        assert not bell.is_set()


class LimiterContract:
    async def test_window_slides(self, shared: Shared) -> None:
        limit = Limit("t", 3, 60)
        for _ in range(3):
            assert await shared.limiter.take((limit, "k")) is None
            shared.clock.now += 10
        wait = await shared.limiter.take((limit, "k"))
        assert wait is not None and 29 <= wait <= 31
        shared.clock.now += wait + 0.1
        assert await shared.limiter.take((limit, "k")) is None
        assert await shared.limiter.take((limit, "k")) is not None

    async def test_a_refused_try_counts_nowhere(self, shared: Shared) -> None:
        narrow, wide = Limit("narrow", 1, 60), Limit("wide", 2, 60)
        assert await shared.limiter.take((narrow, "a"), (wide, "all")) is None
        for _ in range(5):
            assert await shared.limiter.take((narrow, "a"), (wide, "all")) is not None
        assert await shared.limiter.take((narrow, "b"), (wide, "all")) is None

    async def test_refund_gives_the_try_back(self, shared: Shared) -> None:
        limit = Limit("t", 1, 60)
        for _ in range(10):
            assert await shared.limiter.take((limit, "k")) is None
            await shared.limiter.refund((limit, "k"))
        await shared.limiter.refund((limit, "never taken"))

    async def test_keys_and_limits_count_apart(self, shared: Shared) -> None:
        assert await shared.limiter.take((Limit("a", 1, 60), "k")) is None
        assert await shared.limiter.take((Limit("a", 1, 60), "l")) is None
        assert await shared.limiter.take((Limit("b", 1, 60), "k")) is None

    async def test_caller_is_a_hash_that_changes_every_day(self, shared: Shared) -> None:
        """Decision 10: a keyed hash of the address that rotates daily."""
        today = shared.limiter.caller("198.51.100.7")
        assert today == shared.limiter.caller("198.51.100.7")
        assert today != shared.limiter.caller("198.51.100.8")
        assert "198" not in today or len(today) == 32
        assert shared.limiter.caller("::ffff:198.51.100.7") == today
        assert shared.limiter.caller("2001:db8::1") == shared.limiter.caller("2001:db8::2")
        assert shared.limiter.caller("2001:db8:0:1::1") != shared.limiter.caller("2001:db8::1")
        shared.clock.now += 86_400
        assert shared.limiter.caller("198.51.100.7") != today


class Contract(
    EventLogContract,
    BusContract,
    LeaseContract,
    DirectoryContract,
    BlobContract,
    OutboxContract,
    LimiterContract,
):
    """Everything. Subclasses give a `shared` fixture."""
