"""Collaborators: a directed edge, asked for by one side and accepted by the other."""

from typing import Any

from tests.portal.accounts_support import mails
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import home, items

K = "/api/collaborators"


async def edges(browser: Browser) -> dict[str, list[str]]:
    """Names by state."""
    found: dict[str, Any] = await (await browser.get(K)).json()
    return {name: [each["name"] for each in rows] for name, rows in found.items() if rows}


async def test_a_collaborator_edits_after_accepting_and_only_that_way_round(site: Site) -> None:
    """E2-51 to E2-55, E2-58, E2-59, E2-61, E2-62."""
    here = await home(site)
    theirs, own = await here.unit_head.conference(), await here.head.conference()
    del own
    third = await here.person("Tina Third", "unit_coordinator")
    mine = await third.conference()
    answer = await here.unit_head.post(K, {"users": [third.user]})
    assert (answer.status, await answer.json()) == (201, {"sent": 1})
    [mail] = await mails(site, "collaboration_asked")
    assert (mail["recipient"], mail["by"]) == (f"user:{third.user}", here.unit_head.user)
    assert await edges(here.unit_head) == {"sent": ["Tina Third"]}
    assert await edges(third) == {"incoming": ["Uwe Unit"]}
    path = f"/api/conferences/{theirs['id']}"
    assert (await third.send("PATCH", path, {"title": "Not yet"})).status == 404
    assert (await third.post(f"{K}/{here.unit_head.user}/accept")).status == 200
    assert await edges(here.unit_head) == {"active": ["Tina Third"]}
    assert await edges(third) == {"mine": ["Uwe Unit"]}
    changed = await third.send("PATCH", path, {"title": "Better"})
    assert (changed.status, (await changed.json())["title"]) == (200, "Better")
    assert (await here.unit_head.send("PATCH", f"/api/conferences/{mine['id']}", {"title": "No"})).status == 404
    assert "Better" in [each["title"] for each in await items(third, "/api/conferences")]


async def test_either_side_ends_it(site: Site) -> None:
    """E2-60, E2-63: rejecting needs no accepting first."""
    here = await home(site)
    third = await here.person("Tina Third", "unit_coordinator")
    conference = await here.unit_head.conference()

    async def ask() -> None:
        assert await (await here.unit_head.post(K, {"users": [third.user]})).json() == {"sent": 1}

    await ask()
    assert (await here.unit_head.send("DELETE", f"{K}/{third.user}?direction=sent")).status == 204
    assert await edges(third) == {}
    await ask()
    assert (await third.post(f"{K}/{here.unit_head.user}/reject")).status == 200
    assert await edges(here.unit_head) == {}
    await ask()
    await third.post(f"{K}/{here.unit_head.user}/accept")
    assert (await third.send("DELETE", f"{K}/{here.unit_head.user}?direction=incoming")).status == 204
    assert (await third.get(f"/api/conferences/{conference['id']}")).status == 404
    for answer in (
        await third.post(f"{K}/{here.unit_head.user}/accept"),
        await third.send("DELETE", f"{K}/{here.head.user}"),
    ):
        assert (answer.status, await code(answer)) == (404, "not_found")


async def test_available_are_coordinators_of_the_body_who_were_not_asked(site: Site) -> None:
    """E2-51, E2-56, E2-57."""
    here = await home(site)
    unit = (await (await here.head.post(f"/api/bodies/{here.body}/units", {"name": "Finance"})).json())["id"]
    third = await here.person("Tina Third", "unit_coordinator")
    await third.send("PATCH", "/api/account", {"unit": unit})
    await here.person("Sofia Simple")
    other = (await (await here.administrator.post("/api/bodies", {"name": "Other"})).json())["id"]
    far = await here.person("Farah Far", "unit_coordinator", body=other)
    found = await items(here.unit_head, f"{K}/available")
    assert [(each["name"], each["unit"]) for each in found] == [("Beata Head", None), ("Tina Third", "Finance")]
    assert [each["name"] for each in await items(here.unit_head, f"{K}/available?q=tina")] == ["Tina Third"]
    assert [each["name"] for each in await items(here.unit_head, f"{K}/available?unit={unit}")] == ["Tina Third"]
    every = [each["id"] for each in found]
    assert await (await here.unit_head.post(K, {"users": every})).json() == {"sent": 2}
    assert await items(here.unit_head, f"{K}/available") == []
    assert await (await here.unit_head.post(K, {"users": every})).json() == {"sent": 0}
    assert len(await mails(site, "collaboration_asked")) == 2
    for nobody in (far.user, here.unit_head.user, "A" * 22):
        assert await code(await here.unit_head.post(K, {"users": [nobody]})) == "not_found"


async def test_whoever_loses_the_role_collaborates_no_more(site: Site) -> None:
    here = await home(site)
    third = await here.person("Tina Third", "unit_coordinator")
    await here.unit_head.post(K, {"users": [third.user]})
    await third.post(f"{K}/{here.unit_head.user}/accept")
    await here.head.post(f"/api/users/{third.user}/convert")
    assert await edges(here.unit_head) == {}
