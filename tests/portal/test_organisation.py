"""Bodies and units."""

from tests.portal.accounts_support import me
from tests.portal.conftest import Site, code
from tests.portal.people_support import home, items, row


async def test_units_are_made_renamed_and_deleted(site: Site) -> None:
    """E1-21, E2-14."""
    here = await home(site)
    path = f"/api/bodies/{here.body}/units"
    made = await (await here.head.post(path, {"name": "Finance"})).json()
    assert (made["name"], made["coordinators"]) == ("Finance", 0)
    assert await code(await here.head.post(path, {"name": "FINANCE"})) == "name_taken"
    renamed = await here.head.send("PATCH", f"/api/units/{made['id']}", {"name": "Finances"})
    assert (await renamed.json())["name"] == "Finances"
    assert [each["name"] for each in await items(here.unit_head, path)] == ["Finances"]
    assert (await here.head.send("DELETE", f"/api/units/{made['id']}")).status == 204
    assert await items(here.head, path) == []


async def test_a_unit_that_somebody_coordinates_stays(site: Site) -> None:
    here = await home(site)
    unit = (await (await here.head.post(f"/api/bodies/{here.body}/units", {"name": "Finance"})).json())["id"]
    await here.unit_head.send("PATCH", "/api/account", {"unit": unit})
    simple = await here.person("Sofia Simple")
    await simple.send("PATCH", "/api/account", {"unit": unit})
    conference = await here.unit_head.conference(unit_id=unit)
    assert await code(await here.head.send("DELETE", f"/api/units/{unit}")) == "unit_in_use"
    assert (await here.head.post(f"/api/users/{here.unit_head.user}/convert")).status == 200
    assert (await here.head.send("DELETE", f"/api/units/{unit}")).status == 204
    assert (await row(site, simple.user)).unit_id is None
    shown = await (await here.head.get(f"/api/conferences/{conference['id']}")).json()
    assert shown["unit_id"] is None


async def test_what_a_body_coordinator_sets_is_what_its_conferences_begin_with(site: Site) -> None:
    """Decision 1: `short_notice` is the body's."""
    here = await home(site)
    given = {"telephone": "+30 210 1234567", "short_notice": "start_only", "language": "el"}
    changed = await here.head.send("PATCH", f"/api/bodies/{here.body}", given)
    shown = await changed.json()
    assert {name: shown[name] for name in given} == given and shown["name"] == "City of Example"
    conference = await here.unit_head.conference()
    assert (conference["short_notice"], conference["language"]) == ("start_only", "el")
    named = await here.head.send("PATCH", f"/api/bodies/{here.body}", {"name": "Mine"})
    assert (named.status, await code(named)) == (403, "forbidden")


async def test_administrators_make_and_rename_bodies(site: Site) -> None:
    here = await home(site)
    assert await code(await here.administrator.post("/api/bodies", {"name": "city of  EXAMPLE"})) == "name_taken"
    await here.administrator.post("/api/bodies", {"name": "Δήμος Παραδείγματος"})
    assert [each["name"] for each in await items(here.administrator, "/api/bodies?q=δημος")] == ["Δήμος Παραδείγματος"]
    await here.administrator.send("PATCH", f"/api/bodies/{here.body}", {"name": "Example City"})
    found = await me(here.head)
    assert found["body"] == {"id": here.body, "name": "Example City"}


async def test_what_is_no_zone_or_language_is_refused(site: Site) -> None:
    here = await home(site)
    for wrong in ({"time_zone": "Mars/Base"}, {"language": "xx"}, {"short_notice": "never"}, {"name": ""}, {"x": 1}):
        answer = await here.administrator.send("PATCH", f"/api/bodies/{here.body}", wrong)
        assert (answer.status, await code(answer)) == (400, "bad_request"), wrong
