"""The audit log searched by person, act, object and days, taken as a whole, and what its ids are called now."""

from collections.abc import Iterable

import pytest

import storage.audit_look as audit_look
from storage.audit import Act, AuditRecord, by_user
from storage.audit_look import Look
from storage.ids import new_id
from storage.service import Storage
from storage.tables import Conference, Participation, Session, User
from storage.tables_accounts import Body
from tests.storage.contract import Clock

HOUR, DAY = 3_600_000, 24 * 3_600_000


async def seqs(storage: Storage, look: Look, *, offset: int = 0, limit: int = 100) -> list[int]:
    found = await storage.audit_look.find(look, offset=offset, limit=limit)
    return [row.seq for row in found.rows]


async def people(storage: Storage, *names: str) -> list[str]:
    return [(await storage.users.add(name, email=f"p{n}@example.org")).id for n, name in enumerate(names)]


async def test_nothing_asked_for_is_everything_newest_first(storage: Storage, clock: Clock) -> None:
    await storage.audit.record(*(Act("server", "tested", "thing", str(n)) for n in range(7)), at_ms=clock.ms())
    found = await storage.audit_look.find(Look(), offset=2, limit=3)
    assert ([row.seq for row in found.rows], found.total, found.more, found.crowd) == ([5, 4, 3], 7, False, False)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("eleni", [3, 2, 1]),  # her own act, and what was done to her account
        ("ΖΩΓΡ", [5]),
        ("zog", [3, 2, 1]),  # the surname, by its beginning
        ("Eleni Zog", [3, 2, 1]),
        ("grafou", []),  # not in the middle
        ("p0@example.org", [3, 2, 1]),
        ("p0@example", []),  # an address as a whole
        ("nobody", []),
        ("%", []),
        ("_leni", []),
    ],
)
async def test_a_person_is_found_by_the_beginning_of_name_or_surname_or_by_address(
    storage: Storage, clock: Clock, words: str, expected: list[int]
) -> None:
    """Accents and case aside, whatever the order of letters is in the database."""
    eleni, other, maria = await people(storage, "Eléni Zografou", "Otto Other", "Μαρία Ζωγράφου")
    acts = (
        Act(by_user(eleni), "tested", "thing", "1"),
        Act(by_user(other), "tested", "user", eleni),
        Act(by_user(eleni), "tested", "user", eleni),
        Act(by_user(other), "tested", "thing", eleni),  # an id of another kind
        Act(by_user(maria), "tested", "thing", "2"),
    )
    await storage.audit.record(*acts, at_ms=clock.ms())
    assert await seqs(storage, Look(words=words)) == expected


async def test_search_by_surname_follows_a_new_name(storage: Storage, clock: Clock) -> None:
    [user] = await people(storage, "Anna Kowalska")
    await storage.accounts.rename(user, "Anna", "Łęcka", now_ms=clock.ms())
    assert await seqs(storage, Look(words="lec")) == [1] and await seqs(storage, Look(words="kow")) == []


async def test_whoever_types_one_letter_means_nobody_yet(
    storage: Storage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_look, "MOST_PEOPLE", 3)
    users = await people(storage, "Anna A", "Anton B", "Antje C", "Anka D")
    await storage.audit.record(*(Act(by_user(each), "tested", "thing", "1") for each in users), at_ms=clock.ms())
    found = await storage.audit_look.find(Look(words="an"), offset=0, limit=10)
    assert (found.rows, found.total, found.crowd) == ([], 0, True)
    assert await seqs(storage, Look(words="ant")) == [3, 2]
    assert [rows async for rows in storage.audit_look.walk(Look(words="an"))] == []


async def test_act_actor_object_and_days_narrow_together(storage: Storage, clock: Clock) -> None:
    [anna] = await people(storage, "Anna A")
    start = clock.ms()
    for n in range(4):
        acts = (
            Act(by_user(anna), "invited", "conference", "one"),
            Act("server", "invited", "conference", "two"),
            Act(by_user(anna), "uninvited", "conference", "one"),
        )
        await storage.audit.record(*acts, at_ms=start + n * DAY)
    assert await seqs(storage, Look(action="uninvited")) == [12, 9, 6, 3]
    assert await seqs(storage, Look(actor="server")) == [11, 8, 5, 2]
    assert await seqs(storage, Look(object=("conference", "two"))) == [11, 8, 5, 2]
    assert await seqs(storage, Look(object=("recording", "two"))) == []
    second = (start + DAY, start + 2 * DAY)  # the end is not in it
    assert await seqs(storage, Look(span_ms=second)) == [6, 5, 4]
    assert await seqs(storage, Look(words="anna", action="invited", span_ms=second)) == [4]
    assert await seqs(storage, Look(words="anna", object=("conference", "two"))) == []
    assert await seqs(storage, Look(words="anna"), offset=2, limit=3) == [9, 7, 6]


async def test_what_happened_later_comes_first_though_it_was_written_down_before(
    storage: Storage, clock: Clock
) -> None:
    """Acts in rooms may wait for the database."""
    for at in (3, 1, 2, 2):
        await storage.audit.record(Act("server", "tested", "thing", "1"), at_ms=clock.ms() + at)
    assert await seqs(storage, Look(action="tested")) == [1, 4, 3, 2]


async def test_a_search_stops_and_says_so_and_the_whole_of_it_can_be_taken(
    storage: Storage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_look, "MOST_FOUND", 20)
    monkeypatch.setattr(audit_look, "CHUNK", 7)
    [anna] = await people(storage, "Anna A")
    for n in range(25):
        acts = (Act(by_user(anna), "tested", "user", anna), Act("server", "other", "thing", "1"))
        await storage.audit.record(*acts, at_ms=clock.ms() + n // 4)
    for look in (Look(words="anna"), Look(action="tested"), Look(span_ms=(0, 1 << 62), action="tested")):
        found = await storage.audit_look.find(look, offset=15, limit=10)
        assert ([row.seq for row in found.rows], found.total, found.more) == ([19, 17, 15, 13, 11], 20, True)
        assert (await storage.audit_look.find(look, offset=20, limit=10)).rows == []
        chunks = [[row.seq for row in rows] async for rows in storage.audit_look.walk(look)]
        assert [seq for chunk in chunks for seq in chunk] == list(range(49, 0, -2)) and len(chunks[0]) == 7
    assert sorted(row.seq for row in await everything(storage)) == list(range(1, 51))


async def test_ids_are_called_what_they_are_called_now_and_what_is_gone_has_no_name(
    storage: Storage, clock: Clock
) -> None:
    anna, gone = await people(storage, "Anna A", "Gone G")
    body, room = new_id(), new_id()
    async with storage.db.write() as session:
        facts = {"time_zone": "UTC", "language": "en", "short_notice": "start_only", "created_ms": 1}
        session.add(Body(id=body, name="City", name_key="city", **facts))
        session.add(_conference(room, anna, deleted_ms=None))
        session.add(_conference("deleted", anna, deleted_ms=1))
        await session.flush()
        session.add(Session(id="s1", conference_id=room, started_ms=1))
        await session.flush()
        stay = {"session_id": "s1", "number": 1, "role": "speaker", "moderator": False, "left_ms": None}
        session.add(Participation(participant="p1", name="Bob", joined_ms=1, **stay))
        session.add(Participation(participant="p1", name="Bob", joined_ms=2, **stay))
    await storage.audit.record(
        Act(by_user(anna), "tested", "user", gone, {"of": anna}),
        Act(by_user(gone), "tested", "conference", room, {"participants": ["p1", "p2"]}),
        Act("participant:p1", "tested", "conference", room),
        Act("server", "tested", "conference", "deleted", {"participants": ["p1"]}),
        Act("operator", "tested", "body", body, {"invitees": ["i1"], "count": 2}),
        at_ms=clock.ms(),
    )
    await storage.deletion.delete(gone, now_ms=clock.ms())
    rows = await everything(storage)
    assert dict(await storage.audit_look.names(rows)) == {
        ("user", anna): "Anna A",
        ("conference", room): "Council",
        ("body", body): "City",
        ("participant", f"{room}/p1"): "Bob",
    }
    async with storage.db.write() as session:
        (await session.get_one(User, anna)).name = "Anna B"
    assert (await storage.audit_look.names(rows))["user", anna] == "Anna B"
    assert (await storage.audit.verify()).faults == ()


async def everything(storage: Storage) -> list[AuditRecord]:
    return [row async for rows in storage.audit_look.walk(Look()) for row in rows]


def _conference(id: str, owner: str, *, deleted_ms: int | None) -> Conference:
    return Conference(
        id=id,
        owner_id=owner,
        title="Council",
        description="",
        record=False,
        start_as="speaker",
        who_presents="everyone",
        max_participants=300,
        created_ms=1,
        expires_ms=1,
        deleted_ms=deleted_ms,
    )


def test_a_row_names_people_in_its_details_too() -> None:
    row = AuditRecord(1, 1, "participant:p1", "room.ban", "conference", "c", {"participants": ["p2", 3]}, "")
    assert set(_pairs(audit_look.named_in(row))) == {"conference c", "participant c/p1", "participant c/p2"}


def _pairs(found: Iterable[tuple[str, str]]) -> list[str]:
    return [" ".join(each) for each in found]
