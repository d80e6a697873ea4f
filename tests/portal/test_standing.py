"""The rooms hear of every right that is taken: live tokens are judged again."""

from tests.portal.accounts_support import me
from tests.portal.conftest import Site
from tests.portal.people_support import home


async def test_a_withdrawn_invitation_and_a_taken_tick_reach_the_room(site: Site) -> None:
    olga = await site.organiser()
    made = await olga.conference()
    people = f"/api/conferences/{made['id']}/invitees"
    ivo = await (await olga.post(people, {"name": "Ivo", "moderator": True})).json()
    await olga.send("PATCH", f"{people}/{ivo['id']}", {"name": "Ivo K"})
    assert site.rooms.rechecked == []
    await olga.send("PATCH", f"{people}/{ivo['id']}", {"moderator": False})
    await olga.send("DELETE", f"{people}/{ivo['id']}")
    assert site.rooms.rechecked == [ivo["id"], ivo["id"]]


async def test_a_role_that_is_taken_or_laid_down_reaches_the_rooms(site: Site) -> None:
    its = await home(site)
    converted = (await me(its.unit_head))["id"]
    assert (await its.head.post(f"/api/users/{converted}/convert")).status == 200
    assert (await its.head.post("/api/account/step-down", {"role": "user"})).status == 200
    assert site.rooms.rechecked == [converted, (await me(its.head))["id"]]


async def test_a_collaboration_that_ends_reaches_the_rooms(site: Site) -> None:
    its = await home(site)
    owner, helper = (await me(its.head))["id"], (await me(its.unit_head))["id"]
    assert (await its.head.post("/api/collaborators", {"users": [helper]})).status == 201
    assert (await its.unit_head.post(f"/api/collaborators/{owner}/accept")).status == 200
    assert (await its.head.send("DELETE", f"/api/collaborators/{helper}?direction=sent")).status == 204
    assert site.rooms.rechecked == [helper]


async def test_a_deleted_account_reaches_the_rooms(site: Site) -> None:
    its = await home(site)
    gone = (await me(its.head))["id"]
    assert (await its.head.send("DELETE", "/api/account", {"email": "beata@example.org"})).status == 200
    assert site.rooms.rechecked == [gone]
