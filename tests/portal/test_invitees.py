"""People of a conference: added one by one, in bulk, by group; ticked, answered, removed."""

from typing import Any

import pytest

from storage.rsvp import rsvp_token
from tests.portal.conftest import Browser, Site, code, secret_of

HOUR = 3_600_000


async def meeting(organiser: Browser) -> tuple[dict[str, Any], str]:
    start = -(-(organiser.site.clock.ms() + HOUR) // 900_000) * 900_000
    made = await organiser.conference(kind="scheduled", starts_at=start, ends_at=start + HOUR)
    return made, f"/api/conferences/{made['id']}"


async def invite(organiser: Browser, path: str, **fields: object) -> dict[str, Any]:
    response = await organiser.post(f"{path}/invitees", {"name": "Ana", **fields})
    assert response.status == 201, await response.text()
    made: dict[str, Any] = await response.json()
    return made


async def account(site: Site, name: str, email: str) -> Browser:
    """A coordinator with a confirmed address."""
    from storage.tables import User
    from storage.text import email_key

    browser = await site.organiser(name)
    async with site.storage.db.write() as session:
        row = await session.get(User, browser.user)
        assert row is not None
        row.email, row.email_key = email, email_key(email)
    return browser


async def test_one_by_one_with_address_telephone_and_tick(site: Site) -> None:
    """S-5, S-6, S-7, S-10, H-10, H-11, E0-27."""
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    ana = await invite(organiser, path, email="Ana@Example.org", telephone="+48 600 100 200", moderator=True)
    assert (ana["kind"], ana["email"], ana["telephone"], ana["moderator"]) == (
        "guest",
        "Ana@Example.org",
        "+48600100200",
        True,
    )
    response = await organiser.post(f"{path}/invitees", {"name": "Other", "email": "ana@example.ORG"})
    assert (response.status, await code(response)) == (409, "invited_already")
    changed = await (await organiser.send("PATCH", f"{path}/invitees/{ana['id']}", {"moderator": False})).json()
    assert changed == {**ana, "moderator": False}


@pytest.mark.parametrize(
    "fields", [{"email": "a@b"}, {"email": "a@example.org\nBcc: b@example.org"}, {"telephone": "12"}]
)
async def test_odd_addresses_are_refused(site: Site, fields: dict[str, str]) -> None:
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    assert await code(await organiser.post(f"{path}/invitees", {"name": "Ana", **fields})) == "bad_request"


async def test_an_address_with_an_account_becomes_the_account(site: Site) -> None:
    """E1-18, E1-25: new or existing users, of any body."""
    organiser, ben = await site.organiser(), await account(site, "Ben", "ben@example.org")
    _, path = await meeting(organiser)
    assert (await invite(organiser, path, email="BEN@example.org"))["kind"] == "user"
    (item,) = (await (await ben.get("/api/conferences?size=100")).json())["items"]
    assert item["mine"] == "invited"


async def test_an_outsider_is_a_person_until_the_account_is_made(site: Site) -> None:
    """E0-20, E0-21: then the invitation is the account's."""
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    assert (await invite(organiser, path, email="cora@example.org", kind="person"))["kind"] == "person"
    cora = await account(site, "Cora", "cora@example.org")
    assert cora.user is not None
    await site.storage.invitees.claim(cora.user, "cora@example.org")
    (item,) = (await (await cora.get("/api/conferences?size=100")).json())["items"]
    assert item["mine"] == "invited"


async def test_bulk_is_previewed_and_then_added(site: Site) -> None:
    """E2-87: the right lines in, the wrong ones told; nothing is written by a preview."""
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    text = "Ana <ana@example.org>\nBen;ben@example.org;x\nnobody\nAna Two;ana@example.org"
    preview = await (await organiser.post(f"{path}/invitees/bulk", {"text": text, "preview": True})).json()
    assert [row["error"] for row in preview["rows"]] == [None, None, "nobody", "double"]
    assert (preview["good"], preview["added"]) == (2, 0)
    assert (await (await organiser.get(f"{path}/invitees")).json())["items"] == []
    added = await (await organiser.post(f"{path}/invitees/bulk", {"text": text})).json()
    assert added["added"] == 2
    again = await (await organiser.post(f"{path}/invitees/bulk", {"text": text})).json()
    assert again["added"] == 0
    people = (await (await organiser.get(f"{path}/invitees")).json())["items"]
    assert [(each["name"], each["moderator"]) for each in people] == [("Ana", False), ("Ben", True)]


async def test_a_thousand_at_once_and_no_more(site: Site) -> None:
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    lines = [f"Person {n} <p{n}@example.org>" for n in range(1001)]
    response = await organiser.post(f"{path}/invitees/bulk", {"text": "\n".join(lines)})
    assert await code(response) == "too_large"
    added = await (await organiser.post(f"{path}/invitees/bulk", {"text": "\n".join(lines[:1000])})).json()
    assert added["added"] == 1000
    response = await organiser.post(f"{path}/invitees", {"name": "One more"})
    assert await code(response) == "wrong_state"


async def test_answers_by_the_mails_links(site: Site) -> None:
    """E0-30, S-9: the token opens nothing; the last answer counts."""
    organiser, nobody = await site.organiser(), await site.browser()
    made, path = await meeting(organiser)
    ana = await invite(organiser, path, email="ana@example.org")
    token = rsvp_token(site.storage.secrets, ana["id"])
    for answer in ("declined", "accepted"):
        response = await nobody.post("/api/rsvp", {"token": token, "answer": answer})
        told = await response.json()
        assert (told["answer"], told["name"], told["conference"]["title"]) == (answer, "Ana", made["title"])
        assert not {"number", "pin", "participant_url"} & told["conference"].keys()
        (shown,) = (await (await organiser.get(f"{path}/invitees")).json())["items"]
        assert shown["rsvp"] == answer
    id, _, mac = token.partition(".")
    for wrong in (f"{id}.{mac[::-1]}", f"{id}.", id, "x", secret_of(ana["url"])):
        response = await nobody.post("/api/rsvp", {"token": wrong, "answer": "accepted"})
        assert await code(response) == "wrong_link"


async def test_answer_of_a_signed_in_person(site: Site) -> None:
    """S-9: accept in the list."""
    organiser, ben = await site.organiser(), await account(site, "Ben", "ben@example.org")
    _, path = await meeting(organiser)
    await invite(organiser, path, email="ben@example.org")
    assert (await ben.post(f"{path}/rsvp", {"answer": "accepted"})).status == 200
    (item,) = (await (await ben.get("/api/conferences?size=100")).json())["items"]
    assert item["rsvp"] == "accepted"
    assert (await organiser.post(f"{path}/rsvp", {"answer": "accepted"})).status == 404  # not invited: it is the own


async def test_groups_and_contacts(site: Site) -> None:
    """E2-86, E2-88, S-6: a group's members; contacts are those invited before and colleagues."""
    organiser, other = await site.organiser(), await site.organiser("Otto")
    ben = await account(site, "Ben Βήτα", "ben@example.org")
    _, path = await meeting(organiser)
    await invite(organiser, path, name="Ana Ągis", email="ana@example.org")
    found = (await (await organiser.get("/api/contacts?q=agis")).json())["items"]
    assert found == [{"name": "Ana Ągis", "email": "ana@example.org", "telephone": None}]
    assert (await (await other.get("/api/contacts?q=agis")).json())["items"] == []
    assert organiser.user is not None and ben.user is not None
    group = await _group(site, organiser.user, ben.user)
    _, second = await meeting(organiser)
    added = await (await organiser.post(f"{second}/invitees/group", {"group": group})).json()
    assert added == {"added": 1}
    _, foreign = await meeting(other)
    assert await code(await other.post(f"{foreign}/invitees/group", {"group": group})) == "bad_request"


async def _group(site: Site, owner: str, *members: str) -> str:
    from storage.tables_accounts import Group, GroupMember

    async with site.storage.db.write() as session:
        session.add(Group(id="g1", owner_id=owner, name="G", description="D", created_ms=1))
        await session.flush()
        session.add_all(GroupMember(group_id="g1", user_id=member, added_ms=1) for member in members)
    return "g1"


async def test_removed_people_have_no_way_in(site: Site) -> None:
    organiser, guest = await site.organiser(), await site.browser()
    made, path = await meeting(organiser)
    ana = await invite(organiser, path, email="ana@example.org")
    site.clock.now = made["starts_at"] / 1000
    link = {"link": secret_of(ana["url"]), "name": "Ana"}
    assert (await guest.post("/api/join", link)).status == 200
    assert (await organiser.send("DELETE", f"{path}/invitees/{ana['id']}")).status == 204
    assert await code(await guest.post("/api/join", link)) == "wrong_link"


async def test_nobody_is_added_to_what_is_over(site: Site) -> None:
    organiser = await site.organiser()
    _, path = await meeting(organiser)
    await organiser.post(f"{path}/cancel")
    assert await code(await organiser.post(f"{path}/invitees", {"name": "Ana"})) == "wrong_state"
