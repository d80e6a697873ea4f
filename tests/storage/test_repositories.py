"""Users, conferences, invitees, sessions, participations, consents on the real database."""

import asyncio

import pytest

import storage.conferences
from storage.errors import LinkUsed, NotFound, NumbersExhausted, WrongState
from storage.records import ConferenceRecord, ConferenceSettings, UserRecord
from storage.service import Storage
from tests.storage.contract import Clock

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def store(storage: Storage) -> Storage:
    return storage


@pytest.fixture
async def owner(store: Storage) -> UserRecord:
    return await store.users.add("Olga")


@pytest.fixture
async def conference(store: Storage, owner: UserRecord) -> ConferenceRecord:
    return await store.conferences.create(owner.id, ConferenceSettings("Council"), now_ms=1000)


async def test_first_start_makes_one_organiser(store: Storage) -> None:
    token = await store.users.ensure_first_organiser()
    assert token is not None
    assert await store.users.ensure_first_organiser() is None
    [user] = await store.users.all()
    assert await store.sign_in_links.redeem(token, now_ms=Clock().ms()) == user.id


async def test_new_sign_in_link_is_for_the_named_organiser(store: Storage) -> None:
    assert await store.users.new_sign_in_link(None) is None
    await store.users.add("Olga")
    otto = await store.users.add(" Otto ")
    token = await store.users.new_sign_in_link("Otto")
    assert token is not None
    assert await store.sign_in_links.redeem(token, now_ms=Clock().ms()) == otto.id
    assert await store.users.new_sign_in_link("Nobody") is None
    assert {user.name for user in await store.users.all()} == {"Olga", "Otto"}


async def test_of_two_redeemers_one_gets_in(store: Storage, owner: UserRecord) -> None:
    token = await store.sign_in_links.create(owner.id, now_ms=0)
    results = await asyncio.gather(
        *(store.sign_in_links.redeem(token, now_ms=1) for _ in range(5)), return_exceptions=True
    )
    assert sum(result == owner.id for result in results) == 1
    assert sum(isinstance(result, LinkUsed) for result in results) == 4


async def test_doors_lead_to_the_conference(store: Storage, conference: ConferenceRecord) -> None:
    """H-13."""
    for secret, moderator in ((conference.participant_link, False), (conference.moderator_link, True)):
        door = await store.conferences.by_link(secret)
        assert door is not None and (door.conference, door.moderator) == (conference, moderator)
    for pin, moderator in ((conference.pin, False), (conference.admin_pin, True)):
        door = await store.conferences.by_number_and_pin(conference.number, pin)
        assert door is not None and (door.conference, door.moderator) == (conference, moderator)
    assert await store.conferences.by_number(conference.number) == conference
    assert await store.conferences.by_link(conference.pin) is None
    assert await store.conferences.by_number_and_pin("", conference.pin) is None


async def test_a_link_is_no_pin_and_a_pin_of_one_number_no_pin_of_another(
    store: Storage, owner: UserRecord, conference: ConferenceRecord
) -> None:
    other = await store.conferences.create(owner.id, ConferenceSettings("Other"), now_ms=1000)
    assert await store.conferences.by_number_and_pin(other.number, conference.pin) is None
    assert await store.conferences.by_number_and_pin(other.number, conference.participant_link) is None


async def test_changing_keeps_doors_and_stops_when_over(store: Storage, conference: ConferenceRecord) -> None:
    changed = await store.conferences.update(
        conference.id, ConferenceSettings("Board", max_participants=1000), now_ms=2000
    )
    assert changed.title == "Board" and changed.pin == conference.pin
    with pytest.raises(WrongState):
        await store.conferences.update(conference.id, changed.settings, now_ms=1000 + 14 * DAY_MS)
    assert await store.conferences.end(conference.id, 3000)
    assert not await store.conferences.end(conference.id, 4000)
    with pytest.raises(WrongState):
        await store.conferences.update(conference.id, changed.settings, now_ms=3500)
    ended = await store.conferences.get(conference.id)
    assert ended is not None and ended.ended_ms == 3000 and ended.over(0) == "ended"
    with pytest.raises(NotFound):
        await store.conferences.end("nothing", 1)


async def test_tick_made_in_the_room_is_kept(store: Storage, conference: ConferenceRecord) -> None:
    await store.conferences.set_record(conference.id, True)
    ticked = await store.conferences.get(conference.id)
    assert ticked is not None and ticked.settings.record


async def test_deleting_takes_doors_and_room_log_but_not_sessions(store: Storage, conference: ConferenceRecord) -> None:
    session = await store.sessions.open(conference.id, 1000)
    await store.events.append(conference.id, [(1, 1, "chat_message", "{}")])
    invitee = await store.invitees.add(conference.id, "Maria", moderator=True, now_ms=1)
    with pytest.raises(WrongState):
        await store.conferences.delete(conference.id, now_ms=2000)
    await store.conferences.end(conference.id, 2000)
    await store.conferences.delete(conference.id, now_ms=3000)
    assert await store.conferences.get(conference.id) is None
    assert await store.conferences.by_link(conference.participant_link) is None
    assert await store.conferences.by_link(invitee.link) is None
    assert await store.events.last_seq(conference.id) == 0
    assert await store.sessions.get(session) is not None
    with pytest.raises(NotFound):
        await store.conferences.delete(conference.id, now_ms=3000)


async def test_number_comes_back_only_from_conferences_that_are_over(
    store: Storage, owner: UserRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.conferences, "NUMBER_DIGITS", 1)
    monkeypatch.setattr(storage.conferences, "_NUMBER_TRIES", 400)
    made = [await store.conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000) for _ in range(10)]
    assert len({each.number for each in made}) == 10
    with pytest.raises(NumbersExhausted):
        await store.conferences.create(owner.id, ConferenceSettings("C"), now_ms=1000)
    await store.conferences.end(made[3].id, 2000)
    new = await store.conferences.create(owner.id, ConferenceSettings("C"), now_ms=3000)
    assert new.number == made[3].number
    assert await store.conferences.by_number_and_pin(made[3].number, made[3].pin) is None
    old = await store.conferences.get(made[3].id)
    assert old is not None and old.number == ""
    assert await store.conferences.by_link(made[3].participant_link) is not None


async def test_invitees_are_in_order_and_bounded(
    store: Storage, conference: ConferenceRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-7."""
    monkeypatch.setattr("storage.invitees.MAX_INVITEES", 2)
    first = await store.invitees.add(conference.id, "Maria", moderator=True, now_ms=1)
    second = await store.invitees.add(conference.id, "Jan", moderator=False, now_ms=2)
    assert await store.invitees.of_conference(conference.id) == [first, second]
    with pytest.raises(WrongState):
        await store.invitees.add(conference.id, "Third", moderator=False, now_ms=3)
    door = await store.conferences.by_link(first.link)
    assert door is not None and (door.moderator, door.name, door.invitee) == (True, "Maria", first.id)
    for device in [f"d{n}" for n in range(30)]:
        await store.invitees.used_from(first.id, device)
    await store.invitees.used_from(first.id, "d29")
    assert await store.invitees.devices(first.id) == [f"d{n}" for n in range(14, 30)]
    assert not await store.invitees.remove("another", first.id, now_ms=4)
    assert await store.invitees.remove(conference.id, first.id, now_ms=4)
    assert await store.conferences.by_link(first.link) is None


async def test_session_is_open_until_closed(store: Storage, conference: ConferenceRecord) -> None:
    first = await store.sessions.open(conference.id, 1000)
    await store.participations.joined(
        first, participant="p1", number=1, name="Anna", role="speaker", moderator=False, at_ms=1100
    )
    assert [each.id for each in await store.sessions.open_sessions()] == [first]
    await store.sessions.close(first, 5000)
    await store.sessions.close(first, 6000)
    closed = await store.sessions.get(first)
    assert closed is not None and closed.ended_ms == 5000
    assert await store.sessions.open_sessions() == []
    [stay] = await store.participations.of_session(first)
    assert stay.left_ms == 5000
    second = await store.sessions.open(conference.id, 7000)
    assert [each.id for each in await store.sessions.of_conference(conference.id)] == [second, first]
    held = await store.conferences.get(conference.id)
    assert held is not None and held.held


async def test_a_reconnect_is_one_stay_and_a_return_another(store: Storage, conference: ConferenceRecord) -> None:
    session = await store.sessions.open(conference.id, 1000)
    anna = {"participant": "p1", "number": 1, "name": "Anna", "role": "speaker", "moderator": False}
    await store.participations.joined(session, **anna, at_ms=1)  # type: ignore[arg-type]
    await store.participations.joined(session, **anna, at_ms=2)  # type: ignore[arg-type]
    await store.participations.changed(session, "p1", role="presenter", moderator=True)
    await store.participations.left(session, "p1", at_ms=3)
    await store.participations.left(session, "p1", at_ms=4)
    await store.participations.joined(session, **anna, at_ms=5)  # type: ignore[arg-type]
    stays = await store.participations.of_session(session)
    assert [(s.role, s.moderator, s.joined_ms, s.left_ms) for s in stays] == [
        ("presenter", True, 1, 3),
        ("speaker", False, 5, None),
    ]


async def test_every_consent_is_logged(store: Storage, conference: ConferenceRecord) -> None:
    """Decision 5: consent is logged, changes too."""
    for at_ms, answer in enumerate(("no", "yes", "no")):
        await store.consents.log(conference.id, "s1", "p1", "Anna", answer, at_ms)
    logged = await store.consents.of_conference(conference.id)
    assert [(each.consent, each.at_ms, each.name) for each in logged] == [
        ("no", 0, "Anna"),
        ("yes", 1, "Anna"),
        ("no", 2, "Anna"),
    ]
