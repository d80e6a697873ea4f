"""My account: what can be edited, more addresses, sessions, a role asked for and laid down, the end."""

from typing import Any

import pytest

from portal.settings import EmploymentSettings
from storage.audit_look import Look
from storage.ids import new_id
from storage.tables import User
from storage.tables_accounts import Body, Unit
from tests.portal.accounts_support import GOOD, activated, confirmed, local, mails, me, provider, real_time, signed_in
from tests.portal.accounts_support import token_of as token
from tests.portal.conftest import Browser, Open, Site, code


async def placed(site: Site, browser: Browser, role: str = "user") -> tuple[str, str]:
    """The caller belongs to a body with one unit: their ids."""
    body, unit = new_id(), new_id()
    async with site.storage.db.write() as session:
        facts = {"time_zone": "Europe/Athens", "language": "el", "short_notice": "start_only", "created_ms": 1}
        session.add(Body(id=body, name="Υπουργείο", name_key="υπουργειο", **facts))
        await session.flush()
        session.add(Unit(id=unit, body_id=body, name="IT", name_key="it", created_ms=1))
        row = await session.get(User, browser.user)
        assert row is not None
        row.body_id, row.role = body, role
    return body, unit


async def test_profile_is_edited_where_it_may_be(site: Site) -> None:
    """E2-32, E2-34: telephone, other contact details, the unit."""
    browser = await signed_in(site)
    _, unit = await placed(site, browser)
    given = {"telephone": "+30 210 000 0000", "contact": "Room 7\nfloor 2", "unit": unit}
    changed = await (await browser.send("PATCH", "/api/account", given | {"time_zone": "Europe/Athens"})).json()
    assert (changed["telephone"], changed["contact"]) == ("+30 210 000 0000", "Room 7\nfloor 2")
    assert changed["unit"] == {"id": unit, "name": "IT"} and changed["units"] == [{"id": unit, "name": "IT"}]
    assert (await (await browser.get("/api/account")).json()) == changed
    assert (await (await browser.send("PATCH", "/api/account", {"unit": None})).json())["unit"] is None


@pytest.mark.parametrize("field", ["name", "surname", "given_name", "email", "role", "body", "state"])
async def test_name_address_and_role_cannot_be_edited(site: Site, field: str) -> None:
    """E2-33."""
    browser = await signed_in(site)
    before = await me(browser)
    answer = await browser.send("PATCH", "/api/account", {field: "administrator"})
    assert (answer.status, await code(answer)) == (400, "bad_request")
    assert await me(browser) == before


async def test_the_owner_changes_the_name_where_no_provider_says_it(site: Site) -> None:
    """(E2-33) Found by the new one at once; the same name again is no act."""
    browser = await signed_in(site)
    await placed(site, browser)
    assert (await (await browser.get("/api/account")).json())["names_fixed"] is False
    body = {"surname": "  Ζωγράφου ", "given_name": "Ελένη\u202e"}
    for _ in range(2):
        shown = await (await browser.post("/api/account/name", body)).json()
        assert (shown["name"], shown["given_name"], shown["surname"]) == ("Ελένη Ζωγράφου", "Ελένη", "Ζωγράφου")
    assert (await me(browser))["name"] == "Ελένη Ζωγράφου"
    async with site.storage.db.read() as session:
        assert (await session.get_one(User, browser.user)).search_key == "ελενη ζωγραφου"
    look = Look(object=("user", str(browser.user)))
    found = await site.storage.audit_look.find(look, offset=0, limit=10)
    assert [(row.action, row.actor, row.details) for row in found.rows] == [
        ("name_changed", f"user:{browser.user}", {})
    ]
    alone = await (await browser.post("/api/account/name", {"surname": "Kowalska"})).json()
    assert (alone["name"], alone["given_name"]) == ("Kowalska", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"given_name": "Anna"},
        {"surname": ""},
        {"surname": "\u3164 \u2800"},
        {"surname": "x" * 61},
        {"surname": "Nowak", "given_name": "x" * 61},
        {"surname": "Nowak", "given_name": " "},
        {"surname": 5},
        {"surname": "Nowak", "name": "Anna Nowak"},
    ],
)
async def test_what_is_no_name_is_refused(site: Site, wrong: dict[str, object]) -> None:
    browser = await signed_in(site)
    answer = await browser.post("/api/account/name", wrong)
    assert (answer.status, await code(answer)) == (400, "bad_request")
    assert (await me(browser))["name"] == "Anna Kowalska"


async def test_a_name_of_the_provider_is_changed_at_the_provider(open_site: Open) -> None:
    """E2-25, E2-33."""
    with provider() as settings:
        site = await open_site(oidc=settings)
        real_time(site)
        browser = await site.browser()
        await activated(site, browser)
        before = await (await browser.get("/api/account")).json()
        answer = await browser.post("/api/account/name", {"surname": "Other"})
        assert (answer.status, (await answer.json())["error"]["reason"]) == (409, "name_fixed")
        assert before["names_fixed"] is True and (await (await browser.get("/api/account")).json()) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"telephone": "call me"},
        {"telephone": "12"},
        {"time_zone": "Europe/Atlantis"},
        {"language": "xx"},
        {"contact": "x" * 2001},
        {"telephone": None},
    ],
)
async def test_what_is_no_telephone_zone_or_language_is_refused(site: Site, wrong: dict[str, object]) -> None:
    answer = await (await signed_in(site)).send("PATCH", "/api/account", wrong)
    assert (answer.status, await code(answer)) == (400, "bad_request")


async def test_a_unit_of_another_body_is_not_there(site: Site) -> None:
    browser, other = await signed_in(site), await signed_in(site, "Otto", email="otto@example.org")
    _, unit = await placed(site, other)
    answer = await browser.send("PATCH", "/api/account", {"unit": unit})
    assert (answer.status, await code(answer)) == (404, "not_found")


async def test_three_more_addresses_and_no_fourth(site: Site) -> None:
    """E2-41, E2-43: the free slots are told."""
    browser = await signed_in(site)
    for number, free in ((1, 2), (2, 1), (3, 0)):
        assert (await browser.post("/api/account/emails", {"email": f"a{number}@example.org"})).status == 201
        shown = await (await browser.get("/api/account/emails")).json()
        assert (len(shown["emails"]), shown["free"], shown["primary"]) == (number, free, "anna@example.org")
    answer = await browser.post("/api/account/emails", {"email": "a4@example.org"})
    assert (answer.status, await code(answer)) == (409, "wrong_state")
    assert (await browser.send("DELETE", f"/api/account/emails/{shown['emails'][0]['id']}")).status == 204
    assert (await browser.post("/api/account/emails", {"email": "a4@example.org"})).status == 201


async def test_a_further_address_is_confirmed_by_its_own_link(site: Site) -> None:
    """E0-17, E2-42: the first address stays the one that is written to."""
    browser = await signed_in(site)
    made = await (await browser.post("/api/account/emails", {"email": "More@example.org"})).json()
    assert made["confirmed_at"] is None
    [mail] = await mails(site, "confirm_email")
    assert (mail["email"], mail["extra"], mail["recipient"]) == ("More@example.org", True, f"user:{browser.user}")
    assert (await browser.post(f"/api/account/emails/{made['id']}/resend")).status == 200
    answer = await browser.post("/api/account/confirm-email", {"token": await token(site, "confirm_email")})
    assert (await answer.json())["extra"] is True
    [shown] = (await (await browser.get("/api/account/emails")).json())["emails"]
    assert shown["confirmed_at"] == site.clock.ms() and (await me(browser))["email"] == "anna@example.org"
    assert await code(await browser.post(f"/api/account/emails/{made['id']}/resend")) == "wrong_state"


async def test_somebody_elses_address_is_not_to_be_had(site: Site) -> None:
    browser, other = await signed_in(site), await signed_in(site, "Otto", email="otto@example.org")
    assert await code(await browser.post("/api/account/emails", {"email": "OTTO@example.org"})) == "email_taken"
    made = await (await other.post("/api/account/emails", {"email": "more@example.org"})).json()
    assert (await browser.post("/api/account/emails", {"email": "more@example.org"})).status == 201  # a claim gives way
    assert (await other.get("/api/account/emails")).status == 200
    answer = await other.send("DELETE", f"/api/account/emails/{made['id']}")
    assert (answer.status, await code(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    "email",
    [
        *("", "x", "a@b", "a b@example.org", "a@example.org, b@example.org", "A <a@example.org>", "a@exa\nmple.org"),
        *("a@@example.org", ".a@example.org", "a@-example.org", "a\r\nBcc: x@example.org", "x" * 65 + "@example.org"),
    ],
)
async def test_what_is_no_single_address_is_refused(site: Site, email: str) -> None:
    answer = await (await signed_in(site)).post("/api/account/emails", {"email": email})
    assert (answer.status, await code(answer)) == (400, "bad_request")


async def test_sessions_are_listed_and_signed_out_one_or_all_others(site: Site) -> None:
    """Browser family and times; no address."""
    browser, second, third = await local(site), await site.browser(), await site.browser()
    body = {"email": "anna@example.org", "password": GOOD}
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    await second.post("/api/sign-in/password", body, headers={"User-Agent": agent})
    await third.post("/api/sign-in/password", body)
    listed = (await (await browser.get("/api/account/sessions")).json())["sessions"]
    assert len(listed) == 3 and listed[0]["current"] is True
    assert set(listed[0]) == {"id", "agent", "created_at", "seen_at", "current"}
    [phone] = [each for each in listed if each["agent"] == "Firefox, Android"]
    assert (await browser.send("DELETE", f"/api/account/sessions/{phone['id']}")).status == 204
    assert await me(second) is None and await me(third) is not None
    assert await (await browser.post("/api/account/sessions/end-others")).json() == {"ended": 1}
    assert await me(third) is None and await me(browser) is not None


WISH = {"role": "unit_coordinator", "telephone": "2100000000", "purpose": "Meetings of the council"}


async def test_a_role_is_asked_for_and_those_who_decide_are_told(site: Site) -> None:
    """E1-10 to E1-14, E2-44, E2-46 to E2-49."""
    boss = await signed_in(site, "Boss", email="boss@example.org")
    body, unit = await placed(site, boss, "body_coordinator")
    browser = await signed_in(site)
    async with site.storage.db.write() as session:
        row = await session.get(User, browser.user)
        assert row is not None
        row.body_id = body
    form = await (await browser.get("/api/account/role-requests")).json()
    assert (form["body"], form["units"], form["may_ask"]) == ("Υπουργείο", [{"id": unit, "name": "IT"}], True)
    assert await code(await browser.post("/api/account/role-requests", WISH)) == "unit_needed"  # E2-48
    for missing in ("telephone", "purpose"):
        assert (await browser.post("/api/account/role-requests", WISH | {missing: ""})).status == 400
    answer = await browser.post("/api/account/role-requests", WISH | {"unit_id": unit})
    filed = await answer.json()
    assert (answer.status, filed["state"], filed["unit_name"], filed["body_name"]) == (201, "new", "IT", "Υπουργείο")
    [mail] = await mails(site, "role_request_new")
    assert (mail["recipient"], mail["request"]) == (f"user:{boss.user}", filed["id"])
    assert await code(await browser.post("/api/account/role-requests", WISH | {"unit_id": unit})) == "wrong_state"
    assert (await browser.send("DELETE", f"/api/account/role-requests/{filed['id']}")).status == 204
    [kept] = (await (await browser.get("/api/account/role-requests")).json())["requests"]
    assert kept["state"] == "withdrawn"
    wish = WISH | {"role": "body_coordinator"}  # the unit is optional here
    assert (await browser.post("/api/account/role-requests", wish)).status == 201


async def test_the_body_is_typed_only_if_nobody_knows_it(site: Site) -> None:
    """E1-11; administrators decide about bodies that are not there yet."""
    admin = await signed_in(site, "Root", role="administrator", email="root@example.org")
    browser = await signed_in(site)
    assert await code(await browser.post("/api/account/role-requests", WISH)) == "body_needed"
    answer = await browser.post("/api/account/role-requests", WISH | {"body_name": "Δήμος"})
    assert (await answer.json())["body_name"] == "Δήμος"
    assert [mail["recipient"] for mail in await mails(site, "role_request_new")] == [f"user:{admin.user}"]


async def test_a_request_can_be_filed_before_the_address_is_confirmed(open_site: Open) -> None:
    """Decision 6: filed, not approved; but not before the terms are accepted."""
    with provider() as oidc:
        site = await open_site(oidc=oidc)
        real_time(site)
        browser = await site.browser()
        await confirmed(browser)
        wish = WISH | {"body_name": "Δήμος"}
        assert await code(await browser.post("/api/account/role-requests", wish)) == "account_incomplete"
        body = {"email": "maria@example.gr", "terms": True, "privacy": True}
        assert (await browser.post("/api/account/activate", body)).status == 200
        assert (await browser.post("/api/account/role-requests", wish)).status == 201
        assert (await me(browser))["state"] == "unconfirmed"


async def test_whom_the_registry_does_not_know_asks_for_no_role(open_site: Open, tmp_path: Any) -> None:
    """E2-21: an active relation to the public sector."""
    staff = tmp_path / "staff.csv"
    staff.write_text("nikos-1,Δήμος\n")
    with provider() as oidc:
        site = await open_site(oidc=oidc, employment=EmploymentSettings(list=staff))
        real_time(site)
        outsider, insider = await site.browser(), await site.browser()
        await activated(site, outsider)
        await activated(site, insider, "nikos@example.gr", "nikos-1")
        assert await code(await outsider.post("/api/account/role-requests", WISH)) == "not_employed"
        form = await (await insider.get("/api/account/role-requests")).json()
        assert (form["may_ask"], form["body_name"]) == (True, "Δήμος")  # E1-11: pre-filled by the registry
        answer = await insider.post("/api/account/role-requests", WISH)
        assert (await answer.json())["body_name"] == "Δήμος"


@pytest.mark.parametrize(("of", "to"), [("body_coordinator", "unit_coordinator"), ("unit_coordinator", "user")])
async def test_a_role_is_laid_down_at_once(site: Site, of: str, to: str) -> None:
    """E2-44, E2-45."""
    browser = await signed_in(site, role=of)
    assert (await browser.post("/api/account/step-down", {"role": to})).status == 200
    assert (await me(browser))["role"] == to


async def test_nobody_steps_up_and_the_last_administrator_stays(site: Site) -> None:
    browser = await signed_in(site, role="unit_coordinator")
    assert await code(await browser.post("/api/account/step-down", {"role": "body_coordinator"})) == "wrong_state"
    root = await signed_in(site, "Root", role="administrator", email="root@example.org")
    assert await code(await root.post("/api/account/step-down", {"role": "user"})) == "last_administrator"
    assert await code(await root.send("DELETE", "/api/account", {"email": "root@example.org"})) == "last_administrator"
    await signed_in(site, "Second", role="administrator", email="second@example.org")
    assert (await root.post("/api/account/step-down", {"role": "user"})).status == 200


async def test_nobody_is_flooded_with_confirmation_mails_of_many_accounts(site: Site) -> None:
    """However many accounts claim an address, it gets ten mails an hour; another address goes on."""
    sent = []
    for number in range(14):
        person = await signed_in(site, f"P {number}", email=f"p{number}@example.org")
        sent.append((await person.post("/api/account/emails", {"email": "victim@example.org"})).status)
    assert sent == [201] * 10 + [429] * 4
    assert len(await mails(site, "confirm_email")) == 10
    assert (await person.post("/api/account/emails", {"email": "own@example.org"})).status == 201
