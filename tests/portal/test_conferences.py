"""What an organiser does with conferences."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.portal.conftest import Site, code, secret_of


async def test_new_conference_has_everything_to_invite_with(site: Site) -> None:
    """H-13, S-36, S-37, S-38, S-39, E2-3: title, description, maximum, record tick; access data in return."""
    organiser = await site.organiser()
    made = await organiser.conference(description="Budget\nand votes")
    assert made == {
        "id": made["id"],
        "title": "Council",
        "description": "Budget\nand votes",
        "record": False,
        "start_as": "speaker",
        "who_presents": "everyone",
        "max_participants": 300,
        "kind": "instant",
        "starts_at": site.clock.ms(),
        "ends_at": site.clock.ms() + 86_400_000,
        "opens_at": site.clock.ms() - 300_000,
        "sessions": [],
        "time_zone": "UTC",
        "language": made["language"],
        "opens_before_min": 5,
        "lobby": False,
        "unit_id": None,
        "short_notice": "invite_and_start",
        "sms_invite": False,
        "sms_reminder": False,
        "created_at": site.clock.ms(),
        "expires_at": site.clock.ms() + 86_400_000,
        "ended_at": None,
        "state": "open",
        "mine": "owner",
        "coordinator": "Olga",
        "participants_now": 0,
        "participant_url": made["participant_url"],
        "moderator_url": made["moderator_url"],
        "number": made["number"],
        "pin": made["pin"],
        "admin_pin": made["admin_pin"],
        "invitees": [],
    }
    assert await (await organiser.get(f"/api/conferences/{made['id']}")).json() == made
    assert made["participant_url"].startswith("http://127.0.0.1:")


async def test_change_keeps_links_number_and_pins(site: Site) -> None:
    """H-2: constant access data for the whole reservation."""
    organiser = await site.organiser()
    made = await organiser.conference()
    path = f"/api/conferences/{made['id']}"
    response = await organiser.send("PATCH", path, {"title": "Board", "max_participants": 1000, "record": True})
    assert response.status == 200
    changed = await response.json()
    assert changed == {**made, "title": "Board", "max_participants": 1000, "record": True}


async def test_state_follows_the_room_and_the_clock(site: Site) -> None:
    organiser = await site.organiser()
    made = await organiser.conference()
    path = f"/api/conferences/{made['id']}"
    site.rooms.present[made["id"]] = 3
    shown = await (await organiser.get(path)).json()
    assert (shown["state"], shown["participants_now"]) == ("running", 3)
    site.rooms.present.clear()
    site.clock.now += 86_400
    assert (await (await organiser.get(path)).json())["state"] == "expired"


async def test_end_is_final_and_reaches_the_room(site: Site) -> None:
    """E2-116."""
    organiser = await site.organiser()
    made = await organiser.conference()
    path = f"/api/conferences/{made['id']}"
    for _ in range(2):
        response = await organiser.post(f"{path}/end")
        assert (response.status, (await response.json())["state"]) == (200, "ended")
    assert site.rooms.ended == [made["id"]] * 2
    response = await organiser.send("PATCH", path, {"title": "Again"})
    assert (response.status, await code(response)) == (409, "wrong_state")
    response = await organiser.post(f"{path}/invitees", {"name": "Maria"})
    assert (response.status, await code(response)) == (409, "wrong_state")


async def test_delete_only_when_over_or_never_held(site: Site) -> None:
    """H-30: deleting frees what it held: its links and number lead nowhere."""
    organiser = await site.organiser()
    unheld, held = await organiser.conference(), await organiser.conference()
    await site.storage.sessions.open(held["id"], site.clock.ms())
    assert (await organiser.send("DELETE", f"/api/conferences/{unheld['id']}")).status == 204
    response = await organiser.send("DELETE", f"/api/conferences/{held['id']}")
    assert (response.status, await code(response)) == (409, "wrong_state")
    await organiser.post(f"/api/conferences/{held['id']}/end")
    assert (await organiser.send("DELETE", f"/api/conferences/{held['id']}")).status == 204
    assert (await (await organiser.get("/api/conferences?list=history")).json())["items"] == []
    guest = await site.browser()
    for gone in (unheld, held):
        assert (await organiser.get(f"/api/conferences/{gone['id']}")).status == 404
        response = await guest.post("/api/join", {"link": secret_of(gone["participant_url"]), "name": "A"})
        assert await code(response) == "wrong_link"
        assert await code(await guest.join_pin(gone, gone["pin"])) == "wrong_pin"


async def test_running_conference_is_not_deleted(site: Site) -> None:
    organiser = await site.organiser()
    made = await organiser.conference()
    site.rooms.present[made["id"]] = 1
    response = await organiser.send("DELETE", f"/api/conferences/{made['id']}")
    assert (response.status, await code(response)) == (409, "wrong_state")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "\u202e"},
        {"title": "x" * 121},
        {"title": None},
        {"description": "x" * 2001},
        {"max_participants": 1},
        {"max_participants": 1001},
        {"max_participants": "300"},
        {"max_participants": 3.5},
        {"max_participants": True},
        {"record": 1},
        {"record": "yes"},
        {"start_as": "presenter"},
        {"who_presents": "nobody"},
        {"owner": "me"},
        {"expires_at": 1},
    ],
)
async def test_wrong_field_is_a_bad_request(site: Site, fields: dict[str, object]) -> None:
    organiser = await site.organiser()
    response = await organiser.post("/api/conferences", {"title": "Council", **fields})
    assert (response.status, await code(response)) == (400, "bad_request")


@pytest.mark.parametrize("maximum", [2, 300, 1000])
async def test_maximum_is_2_to_1000(site: Site, maximum: int) -> None:
    """E2-3, E2-4, S-38."""
    made = await (await site.organiser()).conference(max_participants=maximum)
    assert made["max_participants"] == maximum


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(
        [
            "title",
            "description",
            "record",
            "start_as",
            "who_presents",
            "max_participants",
            "name",
            "link",
            "pin",
            "number",
        ]
    ),
    JSON,
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_body_makes_a_server_error(site: Site, data: st.DataObject) -> None:
    """T3: whatever the body, the answer is 2xx or a refusal with a code."""
    organiser = (site.clients and site.bodies_browser) or await site.organiser()  # type: ignore[attr-defined]
    site.bodies_browser = organiser  # type: ignore[attr-defined]
    path = data.draw(st.sampled_from(["/api/conferences", "/api/join", "/api/join/check", "/api/sign-in"]))
    response = await organiser.post(path, data.draw(FIELDS | JSON))
    assert response.status < 500
    if response.status >= 400:
        assert await code(response)


async def test_numbers_are_unique_under_load(site: Site) -> None:
    organiser = await site.organiser()
    made = await asyncio.gather(*(organiser.conference() for _ in range(40)))
    assert len({each["number"] for each in made}) == 40
    assert len({each["participant_url"] for each in made}) == 40
