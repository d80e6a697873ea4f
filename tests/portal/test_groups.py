"""Groups of users."""

from typing import Any

from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import home, items

G = "/api/groups"


async def made(browser: Browser, **fields: Any) -> dict[str, Any]:
    answer = await browser.post(G, {"name": "Council", "description": "Weekly council", **fields})
    assert answer.status == 201, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_a_group_is_made_filled_changed_and_deleted(site: Site) -> None:
    """E2-85, E2-94 to E2-99: the name is shown before somebody is added."""
    here = await home(site)
    anna = await here.person("Anna Member")
    group = await made(here.unit_head)
    path = f"{G}/{group['id']}"
    found = await (await here.unit_head.get(f"{G}/lookup?email=ANNA.member@example.org")).json()
    assert found["user"]["name"] == "Anna Member"
    assert (await (await here.unit_head.get(f"{G}/lookup?email=no@example.org")).json()) == {"user": None}
    answer = await here.unit_head.post(f"{path}/members", {"email": "anna.member@example.org"})
    assert [each["name"] for each in (await answer.json())["people"]] == ["Anna Member"]
    assert (await here.unit_head.post(f"{path}/members", {"email": "anna.member@example.org"})).status == 200
    unknown = await here.unit_head.post(f"{path}/members", {"email": "no@example.org"})
    assert (unknown.status, await code(unknown)) == (404, "no_account")
    [listed] = await items(here.unit_head, G)
    assert (listed["name"], listed["description"], listed["members"]) == ("Council", "Weekly council", 1)
    changed = await (await here.unit_head.send("PATCH", path, {"name": "Board"})).json()
    assert (changed["name"], changed["description"]) == ("Board", "Weekly council")
    assert (await here.unit_head.send("DELETE", f"{path}/members/{anna.user}")).status == 204
    assert await code(await here.unit_head.send("DELETE", f"{path}/members/{anna.user}")) == "not_found"
    assert (await here.unit_head.send("DELETE", path)).status == 204
    assert await items(here.unit_head, G) == []


async def test_nobody_else_sees_a_group(site: Site) -> None:
    """E2-88: administrators and the body's coordinator neither."""
    here = await home(site)
    group = await made(here.unit_head)
    for browser in (here.head, here.administrator):
        assert await items(browser, G) == []
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/members")):
            assert (await browser.send(method, f"{G}/{group['id']}{path}")).status == 404
        conference = await browser.conference()
        answer = await browser.post(f"/api/conferences/{conference['id']}/invitees/group", {"group": group["id"]})
        assert await code(answer) == "bad_request"


async def test_a_completed_conference_gives_a_group_of_those_with_accounts(site: Site) -> None:
    """E2-89 to E2-93: invited or entered, without guests; only once it is over."""
    here = await home(site)
    anna, berta = await here.person("Anna Invited"), await here.person("Berta Came")
    conference = await here.unit_head.conference()
    path = f"/api/conferences/{conference['id']}"
    await here.unit_head.post(f"{path}/invitees", {"name": "Anna", "email": "anna.invited@example.org"})
    await here.unit_head.post(f"{path}/invitees", {"name": "Gast", "email": "guest@elsewhere.org", "kind": "guest"})
    await here.unit_head.post(f"{path}/invitees", {"name": "By hand"})
    await site.storage.entries.add("p1", conference["id"], user=str(berta.user), invitee=None, at_ms=site.clock.ms())
    await here.unit_head.post(f"{path}/enter")
    early = await here.unit_head.post(f"{path}/group", {"name": "Those", "description": "Again"})
    assert (early.status, await code(early)) == (409, "not_completed")
    await here.unit_head.post(f"{path}/end")
    answer = await here.unit_head.post(f"{path}/group", {"name": "Those", "description": "Again"})
    group = await answer.json()
    assert (answer.status, group["name"], group["description"]) == (201, "Those", "Again")
    assert [each["id"] for each in group["people"]] == [anna.user, berta.user]


async def test_the_members_of_a_group_become_participants(site: Site) -> None:
    """E2-86, E2-100."""
    here = await home(site)
    await here.person("Anna Member")
    group = await made(here.unit_head)
    await here.unit_head.post(f"{G}/{group['id']}/members", {"email": "anna.member@example.org"})
    conference = await here.unit_head.conference(title=group["description"])
    path = f"/api/conferences/{conference['id']}/invitees"
    assert await (await here.unit_head.post(f"{path}/group", {"group": group["id"]})).json() == {"added": 1}
    [invitee] = await items(here.unit_head, path)
    assert (invitee["name"], invitee["kind"]) == ("Anna Member", "user")


async def test_a_group_without_a_name_or_with_more_is_refused(site: Site) -> None:
    here = await home(site)
    for wrong in ({}, {"name": ""}, {"name": "x", "owner": "y"}, {"name": "x" * 121}):
        assert await code(await here.head.post(G, wrong)) == "bad_request"


async def test_a_group_tells_no_telephone_of_another_body(site: Site) -> None:
    """Whoever knows an address may put its account into a group and invite that: colleagues' numbers come along,
    strangers' do not."""
    here = await home(site)
    group = await made(here.unit_head)
    for name, body in (("Anna Near", "home"), ("Berta Far", None)):
        person = await here.person(name, body=body)
        assert (await person.send("PATCH", "/api/account", {"telephone": "+48600100200"})).status == 200
        email = f"{name.lower().replace(' ', '.')}@example.org"
        assert (await here.unit_head.post(f"{G}/{group['id']}/members", {"email": email})).status == 200
    path = f"/api/conferences/{(await here.unit_head.conference())['id']}/invitees"
    await here.unit_head.post(f"{path}/group", {"group": group["id"]})
    told = {each["name"]: each["telephone"] for each in await items(here.unit_head, path)}
    assert told == {"Anna Near": "+48600100200", "Berta Far": None}
