"""Several writers at a time, as two nodes on one Postgres (or a server and its command line on one file) are: what was
safe because there was one writer is safe with many."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

import storage.conferences
from storage.base import one_at_a_time, repeatable
from storage.errors import Conflict, LinkUsed, SequenceTaken, WrongState
from storage.outbox import Effect, put_all
from storage.own_roles import LastAdministrator
from storage.records import ConferenceSettings
from storage.service import Storage, StorageConfig
from storage.tables import Conference, OutboxRow, Participation, User
from storage.tables_accounts import Body
from tests.storage.contract import Clock
from tests.support.databases import Databases, PostgresDatabases


async def _both(config: StorageConfig, clock: Clock) -> AsyncIterator[tuple[Storage, Storage]]:
    one, two = await Storage.open(config, clock=clock), await Storage.open(config, clock=clock)
    yield one, two
    await one.close()
    await two.close()


@pytest.fixture
async def nodes(databases: Databases, tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[Storage, Storage]]:
    async for pair in _both(databases.new(tmp_path / "data"), clock):
        yield pair


@pytest.fixture
async def on_postgres(
    postgres_databases: PostgresDatabases, tmp_path: Path, clock: Clock
) -> AsyncIterator[tuple[Storage, Storage]]:
    async for pair in _both(postgres_databases.new(tmp_path / "data"), clock):
        yield pair
    postgres_databases.give_back()


async def test_read_decide_write_loses_nothing(nodes: tuple[Storage, Storage]) -> None:
    """`get` in a writing block keeps the row."""
    owner = await nodes[0].users.add("Olga")
    made = await nodes[0].conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000)

    async def count(store: Storage) -> None:
        async with store.db.write() as session:
            row = await session.get_one(Conference, made.id)
            seen = row.calendar_sequence
            await asyncio.sleep(0.002)
            row.calendar_sequence = seen + 1

    await asyncio.gather(*(count(nodes[n % 2]) for n in range(20)))
    after = await nodes[1].conferences.get(made.id)
    assert after is not None and after.calendar_sequence == 20


async def test_what_a_select_had_found_is_read_again_under_the_lock(nodes: tuple[Storage, Storage]) -> None:
    owner = await nodes[0].users.add("Olga")
    made = await nodes[0].conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000)

    async def count(store: Storage) -> None:
        async with store.db.write() as session:
            assert (await session.scalars(select(Conference).where(Conference.owner_id == owner.id))).all()
            row = await session.get_one(Conference, made.id)
            row.calendar_sequence += 1
            again = await session.get_one(Conference, made.id)
            assert again is row, "what was changed since is not read over"
            await asyncio.sleep(0.002)

    await asyncio.gather(*(count(nodes[n % 2]) for n in range(12)))
    after = await nodes[1].conferences.get(made.id)
    assert after is not None and after.calendar_sequence == 12


async def test_the_last_two_administrators_do_not_both_go(nodes: tuple[Storage, Storage]) -> None:
    """By stepping down, or by deleting the account."""
    one = await nodes[0].users.add("One", role="administrator")
    two = await nodes[0].users.add("Two", role="administrator")
    results = await asyncio.gather(
        nodes[0].own_roles.step_down(one.id, "user", now_ms=1),
        nodes[1].deletion.delete(two.id, now_ms=1),
        return_exceptions=True,
    )
    assert sum(isinstance(result, LastAdministrator) for result in results) == 1
    left = [user for user in await nodes[0].users.all() if user.role == "administrator"]
    assert len(left) == 1


async def test_numbers_are_given_once(nodes: tuple[Storage, Storage], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when they are short: every creation picks among ten."""
    monkeypatch.setattr(storage.conferences, "NUMBER_DIGITS", 1)
    monkeypatch.setattr(storage.conferences, "_NUMBER_TRIES", 400)
    owner = await nodes[0].users.add("Olga")
    made = await asyncio.gather(
        *(nodes[n % 2].conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000) for n in range(10))
    )
    assert sorted(one.number for one in made) == [str(n) for n in range(10)]


async def test_a_limit_holds(nodes: tuple[Storage, Storage], monkeypatch: pytest.MonkeyPatch) -> None:
    """S-7: not one invitee more, whoever adds them."""
    monkeypatch.setattr("storage.invitees.MAX_INVITEES", 5)
    owner = await nodes[0].users.add("Olga")
    made = await nodes[0].conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000)
    results = await asyncio.gather(
        *(nodes[n % 2].invitees.add(made.id, f"P{n}", moderator=False, now_ms=n) for n in range(16)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, WrongState) for result in results) == 11
    assert len(await nodes[0].invitees.of_conference(made.id)) == 5


async def test_of_two_redeemers_one_gets_in(nodes: tuple[Storage, Storage]) -> None:
    owner = await nodes[0].users.add("Olga")
    token = await nodes[0].sign_in_links.create(owner.id, now_ms=0)
    results = await asyncio.gather(
        *(nodes[n % 2].sign_in_links.redeem(token, now_ms=1) for n in range(8)), return_exceptions=True
    )
    assert sum(result == owner.id for result in results) == 1
    assert sum(isinstance(result, LinkUsed) for result in results) == 7


async def test_somebody_is_present_once(nodes: tuple[Storage, Storage]) -> None:
    owner = await nodes[0].users.add("Olga")
    made = await nodes[0].conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000)
    meeting = await nodes[0].sessions.open(made.id, 1)
    anna = {"participant": "p", "number": 1, "name": "Anna", "role": "speaker", "moderator": False}
    await asyncio.gather(
        *(nodes[n % 2].participations.joined(meeting, **anna, at_ms=n) for n in range(8))  # type: ignore[arg-type]
    )
    async with nodes[0].db.read() as session:
        assert (await session.execute(select(func.count()).select_from(Participation))).scalar_one() == 1


async def test_the_first_start_of_two_nodes_makes_one_organiser(nodes: tuple[Storage, Storage]) -> None:
    tokens = await asyncio.gather(*(node.users.ensure_first_organiser() for node in (*nodes, *nodes)))
    assert sum(token is not None for token in tokens) == 1
    async with nodes[0].db.read() as session:
        for table in (User, Body):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 1


async def test_a_sequence_number_is_stored_once(nodes: tuple[Storage, Storage]) -> None:
    results = await asyncio.gather(
        *(nodes[n % 2].events.append("c", [(1, n, "e", "{}"), (2, n, "e", "{}")]) for n in range(10)),
        return_exceptions=True,
    )
    assert results.count(None) == 1 and sum(isinstance(result, SequenceTaken) for result in results) == 9
    assert len(await nodes[0].events.since("c", 0)) == 2


async def test_one_cause_is_one_row_whatever_the_order(nodes: tuple[Storage, Storage]) -> None:
    effects = [Effect(f"mail/{number:03d}", "mail", {}, 0) for number in range(300)]

    async def put(store: Storage, some: list[Effect]) -> int:
        async with store.db.write() as session:
            return await put_all(session, some)

    added = await asyncio.gather(*(put(nodes[n % 2], effects[:: 1 if n % 2 else -1]) for n in range(6)))
    assert sum(added) == 300
    claims = await asyncio.gather(*(nodes[n % 2].outbox.claim(1, limit=60) for n in range(10)))
    taken = [item.id for claim in claims for item in claim]
    assert len(taken) == len(set(taken)) == 300
    assert all(len(claim) <= 60 for claim in claims)


async def test_one_line_at_a_time_by_name(nodes: tuple[Storage, Storage]) -> None:
    async def make_if_none(store: Storage, name: str) -> None:
        async with store.db.write() as session:
            await one_at_a_time(session, f"user {name}")
            if (await session.scalars(select(User.id).where(User.name == name))).first() is None:
                await asyncio.sleep(0.01)
                session.add(User(id=f"{name}{id(session)}", name=name, created_ms=1))

    await asyncio.gather(*(make_if_none(nodes[n % 2], name) for n in range(4) for name in ("a", "b")))
    assert sorted(user.name for user in await nodes[0].users.all()) == ["a", "b"]


async def test_a_deadlock_is_a_conflict_and_repeatable_resolves_it(on_postgres: tuple[Storage, Storage]) -> None:
    for name in ("one", "two"):
        await on_postgres[0].outbox.put(name, "mail", {}, due_ms=0)
    first, second = (item.id for item in await on_postgres[0].outbox.due(1))
    met = asyncio.Barrier(2)
    tries = 0

    async def cross(store: Storage, ids: tuple[int, int], *, wait: bool = True) -> None:
        nonlocal tries
        tries += 1
        async with store.db.write() as session:
            row = await session.get_one(OutboxRow, ids[0])
            if wait and tries <= 2:
                await met.wait()
            await session.get_one(OutboxRow, ids[1])
            row.tries += 1

    crossing = (cross(on_postgres[0], (first, second)), cross(on_postgres[1], (second, first)))
    results = await asyncio.gather(*crossing, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [Conflict.__name__, "NoneType"]
    tries = 0
    again = repeatable(cross)
    await asyncio.gather(again(on_postgres[0], (first, second)), again(on_postgres[1], (second, first)))
    assert tries > 2
    assert sorted(item.tries for item in await on_postgres[0].outbox.due(1)) in ([1, 2], [0, 3])


async def test_readers_see_one_moment(nodes: tuple[Storage, Storage]) -> None:
    """Two looks in one reading block agree, whatever is written in between."""
    owner = await nodes[0].users.add("Olga")
    async with nodes[0].db.read() as session:
        assert (await session.scalars(select(User.id))).all() == [owner.id]
        await nodes[1].users.add("Otto")
        assert (await session.scalars(select(User.id))).all() == [owner.id]
    assert len(await nodes[0].users.all()) == 2
