"""Who names an address that has no account yet gains nothing over it: whoever proves the address has it."""

from typing import Any

from storage.email_tokens import LIFETIME_MS, Purpose
from tests.portal.accounts_support import GOOD, mails, me, token_of
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import Home, home, items, row

VICTIM = "olga@elsewhere.gr"
LINK_S = LIFETIME_MS[Purpose.ACTIVATE] // 1000


async def second_body(here: Home) -> tuple[str, Browser]:
    made = await here.administrator.post("/api/bodies", {"name": "Port Authority", "time_zone": "Europe/Athens"})
    body = (await made.json())["id"]
    return body, await here.person("Petra Port", "body_coordinator", body=body)


def named(**fields: Any) -> dict[str, Any]:
    return {"email": VICTIM, "given_name": "Rude", "surname": "Name", **fields}


async def test_an_invitation_that_nobody_took_up_keeps_no_address(site: Site) -> None:
    here = await home(site)
    body, petra = await second_body(here)
    squatted = await (await here.head.post("/api/users/invite", named())).json()
    await here.head.send("PATCH", f"/api/users/{squatted['id']}", {"comments": "mine", "description": "mine"})
    honest = {"email": VICTIM, "given_name": "Olga", "surname": "Nowak"}
    site.clock.now += LINK_S - 1
    assert await code(await petra.post("/api/users/invite", honest)) == "email_taken"
    site.clock.now += 1
    answer = await petra.post("/api/users/invite", honest)
    assert answer.status == 201
    person = await answer.json()
    assert (person["name"], person["body"]["id"]) == ("Olga Nowak", body)
    assert (person["comments"], person["description"]) == ("", "")
    assert await code(await here.head.get(f"/api/users/{squatted['id']}")) == "not_found"
    assert not [each for each in await items(here.head, "/api/users") if each["email"] == VICTIM]
    first, second = [each["token"] for each in await mails(site) if each["recipient"] == f"user:{person['id']}"]
    olga = await site.browser()
    assert await code(await olga.post("/api/password/reset", {"token": first, "new": GOOD})) == "not_found"
    assert (await olga.post("/api/password/reset", {"token": second, "new": GOOD})).status == 200
    assert (await me(olga))["name"] == "Olga Nowak"


async def test_a_role_that_was_offered_does_not_outlive_its_offer(site: Site) -> None:
    here = await home(site)
    _, petra = await second_body(here)
    offered = await here.head.post("/api/coordinators", named(telephone="2100000000"))
    assert (await offered.json())["role"] == "unit_coordinator"
    site.clock.now += LINK_S
    assert (await (await petra.post("/api/users/invite", named())).json())["role"] == "user"


async def test_an_account_that_somebody_has_never_gives_way(site: Site) -> None:
    here = await home(site)
    _, petra = await second_body(here)
    invited = await (await here.head.post("/api/users/invite", named())).json()
    olga = await site.browser()
    token = await token_of(site, "account_invitation")
    assert (await olga.post("/api/password/reset", {"token": token, "new": GOOD})).status == 200
    site.clock.now += LINK_S + 1
    assert await code(await petra.post("/api/users/invite", named())) == "email_taken"
    assert (await row(site, invited["id"])).body_id == here.body


async def test_an_address_that_was_only_vouched_for_is_whose_owner_proves_it(site: Site) -> None:
    """E2-78: a Body Coordinator and a helper of the body could otherwise keep anybody from having an account."""
    here = await home(site)
    _, petra = await second_body(here)
    helper = await here.person("Hugo Helper")
    claimed = await (await helper.post("/api/account/emails", {"email": VICTIM})).json()
    vouched = await here.head.post(f"/api/users/{helper.user}/emails/{claimed['id']}/confirm")
    assert vouched.status == 200
    assert (await petra.post("/api/users/invite", named())).status == 201
    olga = await site.browser()
    token = await token_of(site, "account_invitation")
    assert (await olga.post("/api/password/reset", {"token": token, "new": GOOD})).status == 200
    assert (await (await helper.get("/api/account/emails")).json())["emails"] == []


async def test_a_further_address_that_a_link_proved_stays(site: Site) -> None:
    here = await home(site)
    _, petra = await second_body(here)
    owner = await here.person("Olga Owner")
    await owner.post("/api/account/emails", {"email": VICTIM})
    token = await token_of(site, "confirm_email")
    assert (await owner.post("/api/account/confirm-email", {"token": token})).status == 200
    assert await code(await petra.post("/api/users/invite", named())) == "email_taken"
