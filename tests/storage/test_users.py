"""Accounts that whoever runs the server makes, and the first body."""

import pytest

from storage.errors import EmailTaken
from storage.registration import Completion, Newcomer
from storage.service import Storage
from storage.tables import User
from storage.tables_accounts import Body


@pytest.fixture
def store(storage: Storage) -> Storage:
    return storage


async def test_first_start_makes_a_body_and_its_administrator(store: Storage) -> None:
    assert await store.users.ensure_first_organiser() is not None
    [first] = await store.users.all()
    place = await store.accounts.place(first)
    assert place.body is not None and (place.body.name, first.role) == ("Organisation", "administrator")
    assert first.must == ()
    assert await store.users.ensure_first_organiser() is None
    assert await store.users.only_body() == place.body.id


async def test_coordinators_from_before_there_were_bodies_belong_to_the_first(store: Storage) -> None:
    """An installation of the former version."""
    old = await store.users.add("Olga")
    plain = await store.users.add("Uwe", role="user")
    assert await store.users.ensure_first_organiser() is None
    kept, left = await store.users.get(old.id), await store.users.get(plain.id)
    assert kept is not None and kept.body == await store.users.only_body()
    assert left is not None and left.body is None


async def test_two_bodies_are_not_the_only_one(store: Storage) -> None:
    await store.users.ensure_first_organiser()
    async with store.db.write() as session:
        session.add(
            Body(
                id="b2",
                name="Town",
                name_key="town",
                time_zone="UTC",
                language="en",
                short_notice="start_only",
                created_ms=1,
            )
        )
    assert await store.users.only_body() is None


async def test_an_address_belongs_to_one_account_whatever_its_case(store: Storage) -> None:
    await store.users.add("Anna", email="Anna@Example.org")
    with pytest.raises(EmailTaken):
        await store.users.add("Other", email="anna@example.ORG")
    token = await store.users.new_sign_in_link("ANNA@example.org")
    assert token is not None


async def test_deleted_accounts_are_not_listed_and_their_sessions_open_nothing(store: Storage) -> None:
    user = await store.users.add("Anna")
    cookie = await store.web_sessions.create(user.id, now_ms=0)
    async with store.db.write() as session:
        row = await session.get(User, user.id)
        assert row is not None
        row.state = "deleted"
    assert await store.users.all() == []
    assert await store.web_sessions.user(cookie, now_ms=1) is None


async def test_the_operator_vouches_for_name_address_and_role(store: Storage) -> None:
    """The first organiser has no address until then; E2-78: "manually confirmed"."""
    await store.users.ensure_first_organiser()
    changed = await store.users.set_by_operator("Organiser", new_name="Anna Kowalska", email="anna@example.org")
    [user] = await store.users.all()
    assert changed and (user.name, user.surname, user.email, user.confirmed) == (
        "Anna Kowalska",
        "Kowalska",
        "anna@example.org",
        True,
    )
    assert (await store.accounts.profile(user.id)).confirmed_by == "operator"
    assert await store.users.set_by_operator("ANNA@example.org", role="body_coordinator")
    assert (await store.users.all())[0].role == "body_coordinator"
    assert not await store.users.set_by_operator("Nobody", role="user")
    await store.users.add("Otto", email="otto@example.org")
    with pytest.raises(EmailTaken):
        await store.users.set_by_operator("Otto", email="Anna@example.org")
    await store.users.add("Otto")
    assert not await store.users.set_by_operator("Otto", role="user")  # which one?


async def test_what_the_operator_changes_is_in_the_audit_log(store: Storage) -> None:
    """A role, an address, a link that needs no password: done at the command line, and seen."""
    await store.users.ensure_first_organiser()
    await store.users.set_by_operator("Organiser", email="anna@example.org")
    await store.users.set_by_operator("Organiser", role="user")
    await store.users.set_by_operator("Organiser", role="user")
    await store.users.new_sign_in_link("Organiser")
    await store.users.new_sign_in_link("Nobody")
    rows, _ = await store.audit.page(offset=0, limit=10)
    assert [(row.actor, row.action, row.details) for row in reversed(rows)] == [
        ("server", "account_made", {"role": "administrator"}),
        ("operator", "account_set", {"changed": ["email"]}),
        ("operator", "role_changed", {"from": "administrator", "to": "user"}),
        ("operator", "sign_in_link_made", {}),
    ]
    assert (await store.audit.verify()).faults == ()


async def test_a_sign_in_link_is_never_for_a_namesake(store: Storage) -> None:
    """Somebody who calls himself like the administrator, and asks the operator for a link, gets no administrator's."""
    await store.users.add("Ada Root", role="administrator", email="ada@example.org")
    await store.users.add("Ada Root", role="user", email="other@example.org")
    assert await store.users.new_sign_in_link("Ada Root") is None
    assert await store.users.new_sign_in_link("other@example.org") is not None


async def test_an_address_that_is_only_claimed_names_nobody_at_the_command_line(store: Storage) -> None:
    """Else whoever types the director's address into the sign-up form would get the director's role."""
    who = Newcomer("https://id", "thief", "T", "Hief")
    thief = await store.registration.register(who, now_ms=1)
    await store.registration.complete(thief, Completion(None, None, "boss@example.org", None), now_ms=1)
    assert not await store.users.set_by_operator("boss@example.org", role="administrator")
    assert await store.users.new_sign_in_link("boss@example.org") is None
