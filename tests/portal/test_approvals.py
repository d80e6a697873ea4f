"""The way of a role request: asked, seen, decided once."""

import asyncio
from typing import Any

from tests.portal.accounts_support import mails, me, set_state
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import Home, home, items, row

WISH = {"role": "unit_coordinator", "telephone": "+48 600 100 200", "purpose": "Weekly council"}


async def asked(browser: Browser, **fields: Any) -> str:
    answer = await browser.post("/api/account/role-requests", {**WISH, **fields})
    assert answer.status == 201, await answer.text()
    return str((await answer.json())["id"])


async def decide(browser: Browser, request: str, how: str, **fields: Any) -> Any:
    return await browser.post(f"/api/role-requests/{request}/{how}", fields)


async def test_an_accepted_request_gives_the_role_and_a_mail(site: Site) -> None:
    """E1-15, E1-19, E2-50, E2-121 to E2-124."""
    here = await home(site)
    anna = await here.person("Anna Applicant")
    assert (await anna.post("/api/conferences", {"title": "Too early"})).status == 403
    request = await asked(anna)
    [told] = await mails(site, "role_request_new")
    assert told["recipient"] == f"user:{here.head.user}"
    [listed] = await items(here.head, "/api/role-requests")
    assert (listed["name"], listed["role"], listed["state"]) == ("Anna Applicant", "unit_coordinator", "new")
    assert (listed["purpose"], listed["telephone"], listed["confirmed"]) == (WISH["purpose"], WISH["telephone"], True)
    assert {"unit", "created_at", "changed_at", "email"} <= listed.keys()  # E2-127, E2-128
    answer = await decide(here.head, request, "accept")
    assert (answer.status, (await answer.json())["state"]) == (200, "accepted")
    [mail] = await mails(site, "role_accepted")
    assert (mail["recipient"], mail["request"]) == (f"user:{anna.user}", request)
    assert (await anna.post("/api/conferences", {"title": "Now"})).status == 201
    assert "Anna Applicant" in [each["name"] for each in await items(here.head, "/api/coordinators")]


async def test_a_rejected_request_gives_nothing_but_a_mail(site: Site) -> None:
    """E2-125, E2-126."""
    here = await home(site)
    anna = await here.person("Anna Applicant")
    request = await asked(anna)
    assert (await decide(here.head, request, "reject")).status == 200
    assert (await me(anna))["role"] == "user"
    assert [mail["recipient"] for mail in await mails(site, "role_rejected")] == [f"user:{anna.user}"]


async def test_the_list_shows_what_waits_and_on_request_the_history(site: Site) -> None:
    """E2-129, E2-130; decided rows cannot be decided again (E2-131)."""
    here = await home(site)
    states = {}
    for name, how in (("Anna A", "accept"), ("Berta B", "reject"), ("Carla C", None), ("Dora D", "withdraw")):
        browser = await here.person(name)
        request = states[name] = await asked(browser)
        if how == "withdraw":
            await browser.send("DELETE", f"/api/account/role-requests/{request}")
        elif how is not None:
            await decide(here.head, request, how)
        site.clock.now += 1
    assert [each["name"] for each in await items(here.head, "/api/role-requests")] == ["Carla C"]
    history = await items(here.head, "/api/role-requests?all=true")
    assert [(each["name"], each["state"]) for each in history] == [
        ("Dora D", "withdrawn"),
        ("Carla C", "new"),
        ("Berta B", "rejected"),
        ("Anna A", "accepted"),
    ]
    assert [each["name"] for each in await items(here.head, "/api/role-requests?all=true&q=berta")] == ["Berta B"]
    for name in ("Anna A", "Berta B", "Dora D"):
        for how in ("accept", "reject"):
            answer = await decide(here.head, states[name], how)
            assert (answer.status, await code(answer)) == (409, "wrong_state")
    assert len(await mails(site, "role_accepted")) == len(await mails(site, "role_rejected")) == 1


async def test_nobody_gets_a_role_before_the_address_is_confirmed(site: Site) -> None:
    """Decision 6: filed and shown, not approved."""
    here = await home(site)
    anna = await here.person("Anna Applicant")
    request = await asked(anna)
    await set_state(site, str(anna.user), "unconfirmed")
    [listed] = await items(here.head, "/api/role-requests")
    assert listed["confirmed"] is False
    answer = await decide(here.head, request, "accept")
    assert (answer.status, await code(answer)) == (409, "unconfirmed")
    assert (await row(site, anna.user)).role == "user"
    assert (await decide(here.head, request, "reject")).status == 200


async def test_somebody_of_another_body_decides_nothing(site: Site) -> None:
    """E2-121: of their own body."""
    here = await home(site)
    request = await asked(await here.person("Anna Applicant"))
    other = (await (await here.administrator.post("/api/bodies", {"name": "Other"})).json())["id"]
    far = await here.person("Farah Far", "body_coordinator", body=other)
    for browser in (far, here.unit_head):
        assert (await decide(browser, request, "accept")).status == 404
    assert await items(far, "/api/role-requests") == []
    assert (await decide(here.administrator, request, "accept")).status == 200


async def test_a_body_that_nobody_knows_is_named_by_an_administrator(site: Site) -> None:
    """E1-11: typed, because no registry supplied it."""
    here = await home(site)
    anna, otto = await here.person("Anna A", body=None), await here.person("Otto O", body=None)
    first = await asked(anna, body_name="Δήμος Νέος", role="body_coordinator")
    assert await items(here.head, "/api/role-requests") == []
    assert await code(await decide(here.administrator, first, "accept")) == "body_needed"
    assert (await decide(here.administrator, first, "accept", new_body=True)).status == 200
    found = await me(anna)
    assert (found["role"], found["body"]["name"]) == ("body_coordinator", "Δήμος Νέος")
    second = await asked(otto, body_name="City, I mean the Example one")
    assert (await decide(here.administrator, second, "accept", body=here.body)).status == 200
    assert (await me(otto))["body"]["id"] == here.body


async def test_two_who_decide_at_once_are_one_decision(site: Site) -> None:
    here = await home(site)
    second = await here.person("Bruno Second", "body_coordinator")
    anna = await here.person("Anna Applicant")
    request = await asked(anna)
    answers = await asyncio.gather(decide(here.head, request, "accept"), decide(second, request, "reject"))
    assert sorted(answer.status for answer in answers) == [200, 409]
    told = [*await mails(site, "role_accepted"), *await mails(site, "role_rejected")]
    assert len(told) == 1
    assert ((await row(site, anna.user)).role == "unit_coordinator") == (told[0]["kind"] == "role_accepted")


async def unit_of(here: Home) -> str:
    return str((await (await here.head.post(f"/api/bodies/{here.body}/units", {"name": "Finance"})).json())["id"])


async def test_the_unit_asked_for_becomes_the_applicants(site: Site) -> None:
    """E1-24, E2-48."""
    here = await home(site)
    unit = await unit_of(here)
    anna = await here.person("Anna Applicant")
    await decide(here.head, await asked(anna, unit_id=unit), "accept")
    assert (await me(anna))["unit"]["id"] == unit
