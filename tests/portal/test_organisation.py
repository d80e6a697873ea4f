"""Bodies and units."""

from typing import Any

from tests.portal.accounts_support import me
from tests.portal.conftest import Browser, Site, code
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


async def on_behalf(browser: Browser, conference: dict[str, Any]) -> tuple[str | None, str | None]:
    """Id and, as the list has it, name."""
    shown = await (await browser.get(f"/api/conferences/{conference['id']}")).json()
    [row] = [each for each in await items(browser, "/api/conferences") if each["id"] == conference["id"]]
    return shown["unit_id"], row["unit"]


async def test_a_unit_coordinator_acts_for_the_body_or_the_own_unit_and_no_other(site: Site) -> None:
    """E2-18, E1-24: the unit unless told otherwise; chosen at any time, seen by whoever supervises (E2-15)."""
    here = await home(site)
    path = f"/api/bodies/{here.body}/units"
    own, other = [(await (await here.head.post(path, {"name": name})).json())["id"] for name in ("Roads", "Parks")]
    await here.unit_head.send("PATCH", "/api/account", {"unit": own})
    usual, chosen = await here.unit_head.conference(), await here.unit_head.conference(unit_id=own)
    of_body = await here.unit_head.conference(unit_id=None)
    for viewer in (here.unit_head, here.head):
        assert await on_behalf(viewer, usual) == await on_behalf(viewer, chosen) == (own, "Roads")
        assert await on_behalf(viewer, of_body) == (None, None)
    for unit in (other, "nothing"):
        refused = await here.unit_head.post("/api/conferences", {"title": "Council", "unit_id": unit})
        assert (refused.status, await code(refused)) == (400, "bad_request")
        refused = await here.unit_head.send("PATCH", f"/api/conferences/{usual['id']}", {"unit_id": unit})
        assert (refused.status, await code(refused)) == (400, "bad_request")
    assert await on_behalf(here.head, usual) == (own, "Roads")
    for unit, name in ((None, None), (own, "Roads")):
        changed = await here.unit_head.send("PATCH", f"/api/conferences/{usual['id']}", {"unit_id": unit})
        assert changed.status == 200 and await on_behalf(here.head, usual) == (unit, name)
    await here.unit_head.send("PATCH", f"/api/conferences/{usual['id']}", {"title": "Board"})
    assert await on_behalf(here.head, usual) == (own, "Roads")


async def test_a_body_coordinator_acts_for_the_body_and_each_of_its_units(site: Site) -> None:
    """E2-12, E1-23: and for no unit of another body, not in a conference of their Unit Coordinators either."""
    here = await home(site)
    away = (await (await here.administrator.post("/api/bodies", {"name": "Gmina", "time_zone": "UTC"})).json())["id"]
    unit = (await (await here.head.post(f"/api/bodies/{here.body}/units", {"name": "Roads"})).json())["id"]
    foreign = (await (await here.administrator.post(f"/api/bodies/{away}/units", {"name": "Drogi"})).json())["id"]
    assert await on_behalf(here.head, await here.head.conference()) == (None, None)
    assert await on_behalf(here.head, await here.head.conference(unit_id=unit)) == (unit, "Roads")
    supervised = await here.unit_head.conference()
    changed = await here.head.send("PATCH", f"/api/conferences/{supervised['id']}", {"unit_id": unit})
    assert changed.status == 200 and await on_behalf(here.unit_head, supervised) == (unit, "Roads")
    for method, path in (("POST", "/api/conferences"), ("PATCH", f"/api/conferences/{supervised['id']}")):
        refused = await here.head.send(method, path, {"title": "Council", "unit_id": foreign})
        assert (refused.status, await code(refused)) == (400, "bad_request")
    kept = await here.unit_head.send("PATCH", f"/api/conferences/{supervised['id']}", {"unit_id": unit, "title": "B"})
    assert kept.status == 200  # what a form sends back as it was is no choice


async def test_a_copy_is_for_a_unit_that_whoever_copies_may_act_for(site: Site) -> None:
    """E2-18: else for their own."""
    here = await home(site)
    path = f"/api/bodies/{here.body}/units"
    own, other = [(await (await here.head.post(path, {"name": name})).json())["id"] for name in ("Roads", "Parks")]
    await here.unit_head.send("PATCH", "/api/account", {"unit": own})
    made = await here.unit_head.conference()
    again = await (await here.head.post(f"/api/conferences/{made['id']}/copy")).json()
    assert again["unit_id"] == own
    await here.head.send("PATCH", f"/api/conferences/{made['id']}", {"unit_id": other})
    again = await (await here.unit_head.post(f"/api/conferences/{made['id']}/copy")).json()
    assert again["unit_id"] == own
