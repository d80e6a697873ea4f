"""The end of an account: only its owner ends it, the figures stay without a name, nothing of the person is left."""

from typing import Any

import pytest
from sqlalchemy import func, select

from storage.account_deletion import GONE, unnamed
from storage.errors import NotFound
from storage.outbox import put_in
from storage.recording_records import ChatRecord, PersonRecord
from storage.tables import Conference, Entry, Invitee, OutboxRow, User
from storage.tables_accounts import (
    Collaboration,
    EmailToken,
    ExternalIdentity,
    ExtraEmail,
    Group,
    GroupMember,
    RecoveryCode,
    RoleRequest,
)
from tests.portal.accounts_support import local, me, signed_in
from tests.portal.conftest import Browser, Site, code, secret_of

ANNA = {"email": "anna@example.org"}


async def deleted(browser: Browser) -> None:
    assert (await browser.send("DELETE", "/api/account", ANNA)).status == 200


async def test_deletion_needs_the_first_address(site: Site) -> None:
    """E2-38: only a correct e-mail deletes; E2-39: signed out after it."""
    browser = await signed_in(site)
    for wrong in ("", "anna", "otto@example.org", "anna@example.org.evil"):
        answer = await browser.send("DELETE", "/api/account", {"email": wrong})
        assert (answer.status, await code(answer)) == (409, "wrong_email")
    assert await me(browser) is not None
    assert (await browser.send("DELETE", "/api/account", {"email": " Anna@Example.org"})).status == 200
    assert await me(browser) is None


async def test_an_account_without_an_address_is_deleted_by_its_name(site: Site) -> None:
    """One that was made at the command line."""
    browser = await signed_in(site, email=None)
    assert (await browser.send("DELETE", "/api/account", {"email": "anna kowalska"})).status == 200


async def test_meetings_recordings_and_invitations_keep_figures_without_the_name(site: Site) -> None:
    """E2-36: by the account and by a personal link of theirs; nobody else's name is touched."""
    owner, browser, guest = await site.organiser(), await signed_in(site), await site.browser()
    conference, storage, at = await owner.conference(), site.storage, site.clock.ms()
    link = await storage.invitees.add(conference["id"], "Anna K.", moderator=False, now_ms=1)
    async with storage.db.write() as session:
        row = await session.get(Invitee, link.id)
        assert row is not None
        row.kind, row.email, row.email_key, row.telephone = "user", "anna@example.org", "anna@example.org", "+30210"
    door = {"link": secret_of(conference["participant_url"]), "name": "Anna K."}
    first = (await (await browser.post("/api/join", door)).json())["participant"]
    second = (await (await guest.post("/api/join", {"link": link.link, "name": "Anna"})).json())["participant"]
    meeting = await storage.sessions.open(conference["id"], at)
    assert owner.user is not None
    recording = await storage.recordings.open(
        conference=conference["id"], session_id=meeting, owner=owner.user, title="T", started_ms=at, retention_ms=9
    )
    events = []
    for number, (participant, name) in enumerate(((first, "Anna K."), (second, "Anna"), ("x", "Otto"))):
        facts: dict[str, Any] = {"participant": participant, "number": number, "name": name, "role": "speaker"}
        await storage.participations.joined(meeting, **facts, moderator=False, at_ms=at)
        await storage.consents.log(conference["id"], meeting, participant, name, "yes", at)
        person = PersonRecord(participant, number, name, "speaker", False, "yes", at, None)
        await storage.recordings.person(recording.id, person)
        await storage.recordings.chat(recording.id, ChatRecord(number, name, "hello"))
        events.append((number + 1, at, "joined", f'{{"participant":{{"id":"{participant}","name":"{name}"}}}}'))
    await storage.events.append(conference["id"], events)

    await deleted(browser)
    expected = [GONE, GONE, "Otto"]
    assert [each.name for each in await storage.participations.of_session(meeting)] == expected
    assert [each.name for each in await storage.consents.of_conference(conference["id"])] == expected
    manifest = await storage.recordings.manifest(recording.id)
    assert manifest is not None
    assert sorted(each.name for each in manifest.people) == expected
    assert sorted(each.from_name for each in manifest.chat) == expected
    log = [each.json for each in await storage.events.since(conference["id"], 0)]
    assert [GONE in each for each in log] == [True, True, False] and "Anna" not in "".join(log)
    async with storage.db.read() as session:
        kept = await session.get(Invitee, link.id)
        assert kept is not None
        assert (kept.name, kept.email, kept.email_key, kept.telephone, kept.user_id) == (GONE, None, None, None, None)
        assert (await session.execute(select(func.count()).select_from(Entry))).scalar_one() == 0
    assert await code(await guest.post("/api/join/check", {"link": link.link})) == "wrong_link"


async def test_nothing_of_the_person_is_left_in_the_account(site: Site) -> None:
    """E2-36, E2-37: the row stays for the figures of body and unit; it cannot be brought back."""
    browser, other = await local(site), await signed_in(site, "Otto", email="otto@example.org")
    user, storage, at = browser.user or "", site.storage, site.clock.ms()
    await browser.send("PATCH", "/api/account", {"telephone": "+30 2100000", "contact": "Room 7"})
    await browser.post("/api/account/emails", {"email": "more@example.org"})
    wish = {"role": "unit_coordinator", "telephone": "2100000000", "purpose": "x", "body_name": "Town"}
    assert (await browser.post("/api/account/role-requests", wish)).status == 201
    async with storage.db.write() as session:
        session.add(ExternalIdentity(issuer="i", subject="s", user_id=user, linked_ms=1))
        session.add(Group(id="g1", owner_id=user, name="G", description="", created_ms=1))
        session.add(Group(id="g2", owner_id=other.user, name="G", description="", created_ms=1))
        await session.flush()
        session.add(GroupMember(group_id="g2", user_id=user, added_ms=1))
        session.add(Collaboration(owner_id=other.user, collaborator_id=user, created_ms=1))
        session.add(RecoveryCode(user_id=user, code_hash=b"x"))
        await put_in(session, "c1", "coordinator_message", {"text": "Dear Anna"}, due_ms=at, recipient=f"user:{user}")
    await deleted(browser)
    async with storage.db.read() as session:
        row = await session.get(User, user)
        assert row is not None and (row.state, row.deleted_ms, row.name) == ("deleted", site.clock.ms(), GONE)
        words = (row.surname, row.given_name, row.search_key, row.telephone, row.contact, row.description)
        assert set(words) == {""}
        assert (row.email, row.email_key, row.password_hash, row.totp_sealed) == (None, None, None, None)
        for table in (ExternalIdentity, ExtraEmail, RoleRequest, EmailToken, GroupMember, Collaboration, RecoveryCode):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0, table
        assert (await session.scalars(select(Group.id))).all() == ["g2"]
        waiting = await session.scalars(select(OutboxRow).where(OutboxRow.recipient == f"user:{user}"))
        assert {(each.state, each.payload) for each in waiting} == {("cancelled", "{}")}
    assert await storage.accounts.by_email("anna@example.org") is None
    with pytest.raises(NotFound):
        await storage.accounts.profile(user)
    assert (await storage.users.add("Anna again", email="anna@example.org")).id != user


async def test_the_address_can_sign_in_no_more(site: Site) -> None:
    browser = await local(site)
    await deleted(browser)
    body = {"email": "anna@example.org", "password": "Blue-heron 42 over the mill"}
    assert await code(await (await site.browser()).post("/api/sign-in/password", body)) == "wrong_credentials"


async def test_what_was_planned_is_called_off_and_what_runs_ends(site: Site) -> None:
    browser = await local(site, role="unit_coordinator")
    running, planned, past = [await browser.conference(title=name) for name in ("Now", "Later", "Past")]
    at = site.clock.ms()
    async with site.storage.db.write() as session:
        row = await session.get(Conference, planned["id"])
        assert row is not None
        row.kind, row.starts_ms, row.expires_ms = "scheduled", at + 3_600_000, at + 7_200_000
        row = await session.get(Conference, past["id"])
        assert row is not None
        row.ended_ms = 5
    await deleted(browser)
    assert set(site.rooms.ended) == {running["id"], planned["id"]}
    async with site.storage.db.read() as session:
        rows = {each.title: each for each in await session.scalars(select(Conference))}
    assert (rows["Later"].cancelled_ms, rows["Later"].ended_ms) == (at, at)
    assert (rows["Now"].cancelled_ms, rows["Now"].ended_ms) == (None, at)
    assert rows["Past"].ended_ms == 5


async def test_the_last_administrator_stays(site: Site) -> None:
    root = await signed_in(site, role="administrator")
    assert await code(await root.send("DELETE", "/api/account", ANNA)) == "last_administrator"
    await signed_in(site, "Second", role="administrator", email="second@example.org")
    await deleted(root)


def test_only_the_persons_own_name_is_taken_out_of_an_event() -> None:
    event = {
        "people": [{"id": "a", "name": "Anna"}, {"id": "b", "name": "Anna"}],
        "message": {"id": "m1", "from": "a", "from_name": "Anna", "text": "Anna says"},
        "by": "a",
    }
    assert unnamed(event, "a") == {
        "people": [{"id": "a", "name": GONE}, {"id": "b", "name": "Anna"}],
        "message": {"id": "m1", "from": "a", "from_name": GONE, "text": "Anna says"},
        "by": "a",
    }
