"""What a Body Coordinator does with the people of the body."""

from typing import Any

from sqlalchemy import select

from portal.mail import moments
from portal.mail.builder import Builder
from portal.mail.catalogue import words
from portal.mail.house import House
from portal.mail.letter import Letter, Message
from portal.mail.links import Links
from storage.tables import OutboxRow
from tests.portal.accounts_support import GOOD, mails, me, token_of
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import Home, home, items, row

NEW = {"surname": "Nowak", "given_name": "Jan", "email": "jan@example.org", "telephone": "+48 600 100 200"}


async def added(here: Home, **fields: Any) -> dict[str, Any]:
    answer = await here.head.post("/api/coordinators", {**NEW, **fields})
    assert answer.status == 201, await answer.text()
    made: dict[str, Any] = await answer.json()
    return made


async def activated(site: Site, kind: str, **names: str) -> Browser:
    """By the link of the last mail: password, then terms and what is missing of the name."""
    browser = await site.browser()
    token = (await mails(site, kind))[-1]["token"]
    assert (await browser.post("/api/password/reset", {"token": token, "new": GOOD})).status == 200
    accepted = await browser.post("/api/account/activate", {"terms": True, "privacy": True, **names})
    assert accepted.status == 200, await accepted.text()
    return browser


async def letter_of(site: Site, kind: str) -> Letter:
    """The last mail of this kind, as it would leave now."""
    async with site.storage.db.read() as session:
        query = select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id.desc()).limit(1)
        row = (await session.scalars(query)).one()
    house = House("Plenum", "no-reply@meet.example.org", Links("https://meet.example.org"))
    [item] = [each for each in await site.storage.outbox.claim(site.clock.ms(), limit=100) if each.id == row.id]
    built = await Builder(site.storage).build(item, house, site.clock.ms())
    assert isinstance(built, Message)
    return built.letter


async def test_a_unit_coordinator_is_added_and_waits_for_confirmation(site: Site) -> None:
    """E1-22, E2-14, E2-67, E2-68, E2-73, E2-74; the state machine of accounts begins at "invited"."""
    here = await home(site)
    unit = (await (await here.head.post(f"/api/bodies/{here.body}/units", {"name": "Finance"})).json())["id"]
    made = await added(here, unit_id=unit)
    assert (made["role"], made["state"], made["confirmed"]) == ("unit_coordinator", "invited", False)
    assert made["unit"] == {"id": unit, "name": "Finance"} and made["body"]["id"] == here.body
    [mail] = await mails(site, "activation")
    assert (mail["recipient"], mail["by"]) == (f"user:{made['id']}", here.head.user)
    letter = await letter_of(site, "activation")
    facts = [(each.label, each.values) for each in letter.facts]
    assert facts == [("Role", ("Unit Coordinator",)), ("Body", ("City of Example",)), ("Unit", ("Finance",))]
    until = moments.moment(site.clock.ms() + 14 * 24 * 3_600_000, "Europe/Athens", words("en").locale)
    assert letter.remarks == (f"The link works once, until {until}.",)
    browser = await activated(site, "activation")
    found = await me(browser)
    assert (found["state"], found["role"], found["name"]) == ("active", "unit_coordinator", "Jan Nowak")
    assert (await browser.post("/api/conferences", {"title": "First"})).status == 201


async def test_an_account_invitation_makes_a_simple_user(site: Site) -> None:
    """E2-16: separate from any conference."""
    here = await home(site)
    answer = await here.head.post("/api/users/invite", {"email": "new@example.org", "given_name": "Nia"})
    made = await answer.json()
    assert (answer.status, made["role"], made["name"]) == (201, "user", "Nia")
    [mail] = await mails(site, "account_invitation")
    assert mail["by"] == here.head.user
    facts = [each.values for each in (await letter_of(site, "account_invitation")).facts]
    assert facts == [("User",), ("City of Example",)]
    assert [each["id"] for each in await items(here.head, "/api/users?q=nia")] == [made["id"]]
    browser = await activated(site, "account_invitation", surname="Newcomer")
    assert ((await me(browser))["role"], (await me(browser))["name"]) == ("user", "Nia Newcomer")


async def test_an_address_that_somebody_has_is_refused(site: Site) -> None:
    here = await home(site)
    await added(here)
    assert await code(await here.head.post("/api/coordinators", NEW | {"email": "JAN@example.org"})) == "email_taken"
    assert await code(await here.head.post("/api/users/invite", {"email": "uwe@example.org"})) == "email_taken"
    wrong = await here.head.post("/api/coordinators", NEW | {"email": "x@example.org\nBcc: y@example.org"})
    assert await code(wrong) == "bad_request"


async def test_the_mail_is_sent_again_while_the_account_waits(site: Site) -> None:
    """E2-75: the former link works no more."""
    here = await home(site)
    made = await added(here)
    first = (await mails(site, "activation"))[0]["token"]
    assert (await here.head.post(f"/api/users/{made['id']}/resend-activation")).status == 200
    assert len(await mails(site, "activation")) == 2
    stale = await (await site.browser()).post("/api/password/reset", {"token": first, "new": GOOD})
    assert await code(stale) == "not_found"
    await activated(site, "activation")
    answer = await here.head.post(f"/api/users/{made['id']}/resend-activation")
    assert (answer.status, await code(answer)) == (409, "wrong_state")


async def test_lists_show_the_columns_search_and_count(site: Site) -> None:
    """E2-69, E2-70, E2-72: "(1 - 8) of 8"."""
    here = await home(site)
    for number in range(6):
        await added(here, email=f"c{number}@example.org", surname=f"Kowalska{number}", given_name="Żaneta")
    await here.person("Sofia Simple")
    await here.person("Elsewhere Coordinator", "unit_coordinator", body=None)
    answer = await (await here.head.get("/api/coordinators?page=1&size=10")).json()
    assert (answer["page"], answer["size"], answer["total"], len(answer["items"])) == (1, 10, 8, 8)
    assert set(answer["items"][0]) == {"id", "name", "email", "role", "state", "confirmed", "unit", "created_at"}
    assert [each["name"] for each in answer["items"][:2]] == ["Beata Head", "Uwe Unit"]
    assert [each["name"] for each in await items(here.head, "/api/coordinators?q=zaneta kowalska3")] == [
        "Żaneta Kowalska3"
    ]
    assert len(await items(here.head, "/api/coordinators?q=c4@example")) == 1
    assert len(await items(here.head, "/api/coordinators?page=2&size=5")) == 3
    assert [each["name"] for each in await items(here.head, "/api/users")] == ["Sofia Simple"]


async def test_nobody_looks_into_another_body_but_administrators(site: Site) -> None:
    here = await home(site)
    other = (await (await here.administrator.post("/api/bodies", {"name": "Other"})).json())["id"]
    far = await here.person("Farah Far", "unit_coordinator", body=other)
    assert (await here.head.get(f"/api/coordinators?body={other}")).status == 404
    assert (await here.head.get(f"/api/users/{far.user}")).status == 404
    assert [each["name"] for each in await items(here.administrator, f"/api/coordinators?body={other}")] == [
        "Farah Far"
    ]
    names = [each["name"] for each in await items(here.administrator, "/api/coordinators")]
    assert names == ["Ada Root", "Beata Head", "Farah Far", "Uwe Unit"]


async def test_the_view_shows_everything_and_changes_the_comments_alone(site: Site) -> None:
    """E2-76, E2-78, E2-79: also when terms and privacy statement were accepted."""
    here = await home(site)
    made = await added(here)
    browser = await activated(site, "activation")
    await browser.post("/api/account/emails", {"email": "more@example.org"})
    await browser.send("PATCH", "/api/account", {"contact": "Room 12"})
    path = f"/api/users/{made['id']}"
    shown = await (await here.head.get(path)).json()
    assert (shown["email"], shown["confirmed"], shown["contact"]) == ("jan@example.org", True, "Room 12")
    [further] = shown["emails"]
    assert (further["email"], further["confirmed_at"], further["confirmed_by"]) == ("more@example.org", None, None)
    assert shown["terms_at"] == shown["privacy_at"] == site.clock.ms()
    changed = await (await here.head.send("PATCH", path, {"comments": "Call first", "description": "Clerk"})).json()
    assert (changed["comments"], changed["description"]) == ("Call first", "Clerk")
    for fixed in ({"email": "x@example.org"}, {"role": "administrator"}, {"name": "X"}):
        assert await code(await here.head.send("PATCH", path, fixed)) == "bad_request"


async def test_a_further_address_is_confirmed_by_hand_by_the_coordinators_of_the_body(site: Site) -> None:
    """E2-78: "manually confirmed", seen by both; never one's own, and by nobody of another body."""
    here = await home(site)
    anna = await here.person("Anna A")
    away = await (await here.administrator.post("/api/bodies", {"name": "Far away"})).json()
    stranger = await here.person("Stan S", "body_coordinator", away["id"])
    for browser in (anna, here.head):
        await browser.post("/api/account/emails", {"email": f"more.{browser.user}@example.org"})
    [own] = (await (await here.head.get("/api/account/emails")).json())["emails"]
    [further] = (await (await anna.get("/api/account/emails")).json())["emails"]
    path = f"/api/users/{anna.user}/emails/{further['id']}/confirm"
    assert await code(await stranger.post(path)) == "not_found"
    assert await code(await anna.post(path)) == "not_found"
    assert await code(await here.unit_head.post(path)) == "not_found"
    assert await code(await here.head.post(f"/api/users/{here.head.user}/emails/{own['id']}/confirm")) == "not_found"
    assert await code(await here.head.post(f"/api/users/{anna.user}/emails/{own['id']}/confirm")) == "not_found"
    answer = await here.head.post(path)
    assert answer.status == 200
    [shown] = (await answer.json())["emails"]
    assert (shown["confirmed_at"], shown["confirmed_by"]) == (site.clock.ms(), "coordinator")
    assert (await (await anna.get("/api/account/emails")).json())["emails"] == [shown]
    assert await code(await here.head.post(path)) == "wrong_state"
    token = await token_of(site, "confirm_email")  # the link says more than a coordinator
    assert (await here.head.post("/api/account/confirm-email", {"token": token})).status == 200
    [shown] = (await (await here.head.get("/api/account/emails")).json())["emails"]
    assert shown["confirmed_by"] == "link"


async def test_an_address_that_became_somebodys_first_is_not_confirmed_by_hand(site: Site) -> None:
    here = await home(site)
    anna = await here.person("Anna A")
    made = await (await anna.post("/api/account/emails", {"email": "more@example.org"})).json()
    await here.person("Other O", email="more@example.org")
    answer = await here.administrator.post(f"/api/users/{anna.user}/emails/{made['id']}/confirm")
    assert (answer.status, await code(answer)) == (409, "email_taken")


async def test_conversion_takes_the_role_and_the_place_in_the_list(site: Site) -> None:
    """E2-77, E2-81."""
    here = await home(site)
    conference = await here.unit_head.conference()
    shown = await (await here.head.post(f"/api/users/{here.unit_head.user}/convert")).json()
    assert shown["role"] == "user"
    assert [each["name"] for each in await items(here.head, "/api/coordinators")] == ["Beata Head"]
    assert (await here.unit_head.post("/api/conferences", {"title": "X"})).status == 403
    assert (await here.unit_head.get(f"/api/conferences/{conference['id']}")).status == 404
    assert await code(await here.head.post(f"/api/users/{here.unit_head.user}/convert")) == "wrong_state"


async def test_a_body_coordinator_converts_no_body_coordinator(site: Site) -> None:
    """E2-83; an administrator may, and nobody converts an administrator."""
    here = await home(site)
    second = await here.person("Bruno Second", "body_coordinator")
    assert await code(await here.head.post(f"/api/users/{second.user}/convert")) == "wrong_state"
    assert await code(await here.head.post(f"/api/users/{here.head.user}/convert")) == "wrong_state"
    assert (await row(site, second.user)).role == "body_coordinator"
    assert (await here.administrator.post(f"/api/users/{second.user}/convert")).status == 200
    boss = await here.person("Ben Boss", "administrator")
    assert await code(await here.administrator.post(f"/api/users/{boss.user}/convert")) == "wrong_state"


async def test_only_administrators_name_body_coordinators(site: Site) -> None:
    here = await home(site)
    named = NEW | {"role": "body_coordinator"}
    assert (await here.head.post("/api/coordinators", named)).status == 403
    assert (await here.administrator.post("/api/coordinators", named)).status == 409  # of which body?
    made = await (await here.administrator.post("/api/coordinators", named | {"body": here.body})).json()
    assert (made["role"], made["body"]["id"]) == ("body_coordinator", here.body)


async def test_a_message_goes_to_every_other_coordinator_once(site: Site) -> None:
    """E2-71: who has not confirmed the account gets none."""
    here = await home(site)
    await added(here)
    await here.person("Sofia Simple")
    second = await here.person("Bruno Second", "body_coordinator")
    body = {"subject": "Maintenance\r\nBcc: x@example.org", "text": "On Friday.\nAt 8."}
    assert await (await here.head.post("/api/coordinators/message", body)).json() == {"sent": 2}
    sent = await mails(site, "coordinator_message")
    assert {each["recipient"] for each in sent} == {f"user:{here.unit_head.user}", f"user:{second.user}"}
    assert sent[0]["subject"] == "Maintenance Bcc: x@example.org" and sent[0]["text"] == "On Friday.\nAt 8."
    assert (
        await code(await here.head.post("/api/coordinators/message", {"subject": "x", "text": "  "})) == "bad_request"
    )


async def test_nobody_is_flooded_with_activation_mails(site: Site) -> None:
    here = await home(site)
    made = await added(here)
    answers = [(await here.head.post(f"/api/users/{made['id']}/resend-activation")).status for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(await mails(site, "activation")) == 4
