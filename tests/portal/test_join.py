"""Ways in: links, number with PIN or ADMIN PIN, the organiser's own, and every reason to be refused."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from signaling.auth import TokenMint
from storage.tables import Entry
from tests.portal.conftest import Browser, Open, Site, code, secret_of

DAY_MS = 24 * 3600 * 1000


async def joined(browser: Browser, body: dict[str, Any]) -> dict[str, Any]:
    response = await browser.post("/api/join", body)
    assert response.status == 200, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def test_participant_link_opens_the_door(site: Site) -> None:
    """S-1: a link and a name are enough."""
    conference = await (await site.organiser()).conference(record=True)
    guest = await site.browser()
    answer = await joined(guest, {"link": secret_of(conference["participant_url"]), "name": "  Anna   Nowak "})
    [claims] = site.minted.claims
    assert answer["token"] == "token1"
    assert answer["expires_at"] == site.clock.ms() + 900_000
    assert answer["participant"] == claims.participant
    assert answer["conference"]["title"] == "Council" and answer["conference"]["record"] is True
    assert (claims.conference, claims.name, claims.role) == (conference["id"], "Anna Nowak", "presenter")
    assert (claims.moderator, claims.organiser, claims.guest) == (False, False, True)


async def test_moderator_link_makes_a_moderator(site: Site) -> None:
    """S-14: the moderator's square comes with the link."""
    conference = await (await site.organiser()).conference(start_as="listener")
    await joined(await site.browser(), {"link": secret_of(conference["moderator_url"]), "name": "Mod"})
    [claims] = site.minted.claims
    assert (claims.moderator, claims.organiser, claims.role) == (True, False, "presenter")


async def test_number_and_pin_open_the_door_and_admin_pin_makes_a_moderator(site: Site) -> None:
    """H-13, H-38: PIN gives a participant, ADMIN PIN a moderator; blanks between digits do not matter."""
    conference = await (await site.organiser()).conference()
    guest = await site.browser()
    pin = conference["pin"]
    assert (await guest.join_pin(conference, f"{pin[:3]} {pin[3:6]}-{pin[6:]}")).status == 200
    assert (await guest.join_pin(conference, conference["admin_pin"])).status == 200
    assert [claims.moderator for claims in site.minted.claims] == [False, True]


async def test_lengths_are_six_and_nine_digits(site: Site) -> None:
    """Decision 11: number 6 digits, PIN and ADMIN PIN 9."""
    conference = await (await site.organiser()).conference()
    for field, length in (("number", 6), ("pin", 9), ("admin_pin", 9)):
        assert conference[field].isdigit() and len(conference[field]) == length
    assert conference["pin"] != conference["admin_pin"]
    assert len(secret_of(conference["participant_url"])) >= 22  # 128 bits and more


@pytest.mark.parametrize(
    ("start_as", "who_presents", "role"),
    [
        ("speaker", "everyone", "presenter"),
        ("speaker", "promoted", "speaker"),
        ("listener", "everyone", "listener"),
        ("listener", "promoted", "listener"),
    ],
)
async def test_role_follows_the_conference(site: Site, start_as: str, who_presents: str, role: str) -> None:
    """S-17, S-47."""
    conference = await (await site.organiser()).conference(start_as=start_as, who_presents=who_presents)
    await joined(await site.browser(), {"link": secret_of(conference["participant_url"]), "name": "Anna"})
    assert site.minted.claims[0].role == role


async def test_organiser_enters_with_all_rights(site: Site) -> None:
    """S-11, H-45: the profile's owner is organiser and moderator."""
    organiser = await site.organiser("Olga")
    conference = await organiser.conference(start_as="listener")
    response = await organiser.post(f"/api/conferences/{conference['id']}/enter")
    assert response.status == 200
    [claims] = site.minted.claims
    assert (claims.name, claims.moderator, claims.organiser, claims.guest) == ("Olga", True, True, False)
    assert claims.role == "presenter"
    assert site.rooms.organisers == 1


async def test_moderators_are_given_the_invitation_and_participants_are_not(site: Site) -> None:
    organiser = await site.organiser()
    conference = await organiser.conference()
    entered = await (await organiser.post(f"/api/conferences/{conference['id']}/enter")).json()
    guest = await site.browser()
    moderator = await joined(guest, {"link": secret_of(conference["moderator_url"]), "name": "Mod"})
    participant = await joined(guest, {"link": secret_of(conference["participant_url"]), "name": "Anna"})
    for answer in (entered, moderator):
        assert answer["conference"]["invitation"] == {
            "url": conference["participant_url"],
            "number": conference["number"],
            "pin": conference["pin"],
        }
    assert "invitation" not in participant["conference"]
    path = f"/api/conferences/{conference['id']}/invitees"
    personal = await (await organiser.post(path, {"name": "Maria", "email": "maria@example.gr"})).json()
    invited = await joined(await site.browser(), {"link": secret_of(personal["url"]), "name": "Maria"})
    assert invited["conference"]["invitation"] is None, "a personal link is not one to pass on"
    for answer in (moderator, participant):
        assert conference["admin_pin"] not in str(answer)
        assert secret_of(conference["moderator_url"]) not in str(answer)


async def test_token_is_what_signaling_takes(site: Site) -> None:
    """Both ends of the seam: the portal's claims come out of the signed token unchanged."""
    mint = TokenMint(await site.storage.secrets.signing_key(), clock=site.clock)
    conference = await (await site.organiser()).conference()
    await joined(await site.browser(), {"link": secret_of(conference["participant_url"]), "name": "Zoë Ł."})
    [claims] = site.minted.claims
    token, expires_ms = mint.mint(claims)
    assert mint.check(token) == claims and expires_ms == site.clock.ms() + 900_000


async def test_check_tells_title_and_record_before_the_name(site: Site) -> None:
    """S-39: who comes in knows that it is recorded."""
    conference = await (await site.organiser()).conference(record=True, description="Budget")
    guest = await site.browser()
    response = await guest.post("/api/join/check", {"link": secret_of(conference["moderator_url"])})
    assert response.status == 200
    body = await response.json()
    assert body == {
        "conference": {
            "id": conference["id"],
            "title": "Council",
            "description": "Budget",
            "record": True,
            "start_as": "speaker",
            "who_presents": "everyone",
        },
        "moderator": True,
        "name": None,
        "lobby": False,
    }
    assert site.minted.claims == []
    by_pin = await guest.post("/api/join/check", {"number": conference["number"], "pin": conference["pin"]})
    assert by_pin.status == 200


async def test_who_will_wait_is_told_before_and_with_the_token(site: Site) -> None:
    """As the conference says, or as a moderator has said since in the room; moderators never wait."""
    organiser = await site.organiser()
    conference = await organiser.conference(lobby=True)
    link = {"link": secret_of(conference["participant_url"])}
    moderators = {"link": secret_of(conference["moderator_url"])}
    guest = await site.browser()

    async def told(body: dict[str, str]) -> tuple[bool, bool]:
        checked = await (await guest.post("/api/join/check", body)).json()
        return checked["lobby"], (await joined(guest, {**body, "name": "Anna"}))["lobby"]

    assert await told(link) == (True, True)
    assert await told(moderators) == (False, False)
    site.rooms.lobbies[conference["id"]] = False
    assert await told(link) == (False, False)
    open_door = await organiser.conference()
    link = {"link": secret_of(open_door["participant_url"])}
    assert await told(link) == (False, False)
    site.rooms.lobbies[open_door["id"]] = True
    assert await told(link) == (True, True)
    assert (await (await organiser.post(f"/api/conferences/{open_door['id']}/enter", {})).json())["lobby"] is False


async def test_wrong_link_and_wrong_pin_have_their_codes(site: Site) -> None:
    conference = await (await site.organiser()).conference()
    guest = await site.browser()
    for path in ("/api/join", "/api/join/check"):
        name = {"name": "Anna"} if path == "/api/join" else {}
        response = await guest.post(path, {"link": "A" * 24, **name})
        assert (response.status, await code(response)) == (404, "wrong_link")
        response = await guest.post(path, {"number": conference["number"], "pin": "000000000", **name})
        assert (response.status, await code(response)) == (404, "wrong_pin")


async def test_ended_and_expired_have_their_codes_for_every_way_in(site: Site) -> None:
    """E2-2: an instant conference lasts a day, then the door is shut."""
    organiser = await site.organiser()
    guest = await site.browser()
    ended, expired = await organiser.conference(), await organiser.conference()
    assert expired["expires_at"] == expired["created_at"] + DAY_MS
    await organiser.post(f"/api/conferences/{ended['id']}/end")
    for conference, expected in ((ended, "ended"), (expired, "expired")):
        if expected == "expired":
            site.clock.now += 86_400
        for body in (
            {"link": secret_of(conference["participant_url"])},
            {"link": secret_of(conference["moderator_url"])},
            {"number": conference["number"], "pin": conference["pin"]},
        ):
            response = await guest.post("/api/join", {**body, "name": "Anna"})
            assert (response.status, await code(response)) == (410, expected)
            response = await guest.post("/api/join/check", body)
            assert (response.status, await code(response)) == (410, expected)
        response = await organiser.post(f"/api/conferences/{conference['id']}/enter")
        assert (response.status, await code(response)) == (410, expected)


@pytest.mark.parametrize(
    ("refusal", "status"),
    [("full", 409), ("locked", 423), ("kicked", 403), ("banned", 403), ("ended", 410), ("expired", 410)],
)
async def test_room_refuses_with_its_own_codes(site: Site, refusal: str, status: int) -> None:
    conference = await (await site.organiser()).conference()
    site.rooms.refuse = refusal
    guest = await site.browser()
    response = await guest.post("/api/join", {"link": secret_of(conference["participant_url"]), "name": "Anna"})
    assert (response.status, await code(response)) == (status, refusal)
    response = await guest.post("/api/join/check", {"link": secret_of(conference["participant_url"])})
    assert (response.status, await code(response)) == (status, refusal)
    assert site.minted.claims == []


async def test_device_is_the_browsers_and_cannot_be_chosen(site: Site) -> None:
    conference = await (await site.organiser()).conference()
    body = {"link": secret_of(conference["participant_url"]), "name": "Anna"}
    guest = await site.browser()
    await guest.post("/api/join/check", {"link": body["link"]})
    await joined(guest, body)
    await joined(guest, body)
    first, second = (claims.device for claims in site.minted.claims)
    assert first == second and len(first) >= 22
    forged = await site.browser()
    await forged.client.post("/api/join", json=body, cookies={"plenum_device": f"{first}.AAAAAAAAAAAAAAAAAAAAAAAA"})
    assert site.minted.claims[-1].device != first
    assert site.rooms.asked[-1] == (conference["id"], site.minted.claims[-1].device, False)


async def test_personal_link_fixes_name_and_square(site: Site) -> None:
    """S-7: a checkbox per invited person makes that person a moderator."""
    organiser = await site.organiser()
    conference = await organiser.conference()
    path = f"/api/conferences/{conference['id']}/invitees"
    response = await organiser.post(path, {"name": "Maria", "moderator": True})
    assert response.status == 201
    invitee = await response.json()
    shown = await (await organiser.get(f"/api/conferences/{conference['id']}")).json()
    assert shown["invitees"] == [invitee]
    guest = await site.browser()
    link = secret_of(invitee["url"])
    check = await (await guest.post("/api/join/check", {"link": link})).json()
    assert (check["name"], check["moderator"]) == ("Maria", True)
    await joined(guest, {"link": link, "name": "Maria"})
    assert site.minted.claims[-1].moderator is True
    assert (await organiser.send("DELETE", f"{path}/{invitee['id']}")).status == 204
    response = await guest.post("/api/join", {"link": link, "name": "Maria"})
    assert await code(response) == "wrong_link"
    assert (await organiser.send("DELETE", f"{path}/{invitee['id']}")).status == 404


async def test_ban_holds_on_a_personal_link_in_another_browser(site: Site) -> None:
    """S-15: the link of a banned person stops working."""
    organiser = await site.organiser()
    conference = await organiser.conference()
    path = f"/api/conferences/{conference['id']}/invitees"
    invitee = await (await organiser.post(path, {"name": "Maria"})).json()
    body = {"link": secret_of(invitee["url"]), "name": "Maria"}
    await joined(await site.browser(), body)
    site.rooms.banned_devices.add(site.minted.claims[-1].device)
    response = await (await site.browser()).post("/api/join", body)
    assert (response.status, await code(response)) == (403, "banned")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Anna"},
        {"link": "x"},
        {"link": "x", "name": ""},
        {"link": "x", "name": " \u200b\u202e "},
        {"link": "x", "name": "\u3164\u2800 \u115f"},
        {"link": "x", "name": "a" * 61},
        {"link": "x", "name": 5},
        {"link": "x", "number": "123456", "pin": "123456789", "name": "Anna"},
        {"number": "123456", "name": "Anna"},
        {"pin": "123456789", "name": "Anna"},
        {"number": 123456, "pin": 123456789, "name": "Anna"},
        {"link": "x", "name": "Anna", "moderator": True},
        {"link": "x" * 129, "name": "Anna"},
        [],
        "join",
    ],
)
async def test_malformed_join_is_a_bad_request(site: Site, body: object) -> None:
    response = await (await site.browser()).post("/api/join", body)
    assert (response.status, await code(response)) == (400, "bad_request")


async def test_direction_marks_and_controls_leave_the_name(site: Site) -> None:
    conference = await (await site.organiser()).conference()
    link = secret_of(conference["participant_url"])
    await joined(await site.browser(), {"link": link, "name": "An\u202ena\u0007\r\nB"})
    assert site.minted.claims[0].name == "Anna B"


async def test_behind_a_proxy_links_carry_the_public_name(open_site: Open) -> None:
    site = await open_site(public_url="https://meet.example.org", behind_proxy=True, secure_cookies=True)
    user = await site.storage.users.add("Olga")
    token = await site.storage.sign_in_links.create(user.id, now_ms=site.clock.ms())
    browser = await site.browser()
    response = await browser.post("/api/sign-in", {"token": token}, headers={"Origin": "https://meet.example.org"})
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-plenum_session=") and "Path=/;" in cookie and "Domain" not in cookie
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    session = response.cookies["__Host-plenum_session"].value
    response = await browser.post("/api/conferences", {"title": "T"}, cookies={"__Host-plenum_session": session})
    assert (await response.json())["participant_url"].startswith("https://meet.example.org/j/")


async def rows_of_entries(site: Site) -> int:
    async with site.storage.db.read() as session:
        return (await session.execute(select(func.count()).select_from(Entry))).scalar_one()


async def test_one_caller_makes_no_more_tokens_than_a_conference_could_need(open_site: Open) -> None:
    """A right link or PIN, again and again: each would be a row, and could become a participant."""
    site = await open_site(behind_proxy=True)
    conference = await (await site.organiser()).conference(max_participants=2)
    body = {"link": secret_of(conference["participant_url"]), "name": "Mallory"}
    browser = await site.browser()

    async def come(address: str, body: dict[str, str]) -> int:
        return (await browser.post("/api/join", body, headers={"X-Forwarded-For": address})).status

    assert [await come("10.0.0.1", body) for _ in range(62)] == [200] * 60 + [429] * 2
    by_pin = {"number": conference["number"], "pin": conference["pin"], "name": "Mallory"}
    assert await come("10.0.0.1", by_pin) == 429
    assert await rows_of_entries(site) == 60
    assert await come("10.0.0.2", body) == 200  # nobody uses up what others have
    site.clock.now += 15 * 60 + 1
    assert await come("10.0.0.1", body) == 200


async def test_a_thousand_behind_one_address_come_in_at_once(site: Site) -> None:
    conference = await (await site.organiser()).conference(max_participants=1000)
    link = secret_of(conference["participant_url"])
    browser = await site.browser()
    for first in range(0, 1000, 20):
        names = [f"Person {number}" for number in range(first, first + 20)]
        answers = await asyncio.gather(*(browser.post("/api/join", {"link": link, "name": name}) for name in names))
        assert {answer.status for answer in answers} == {200}


async def test_who_came_without_account_is_forgotten_a_day_after_the_end(site: Site) -> None:
    organiser = await site.organiser()
    over, lasting = await organiser.conference(), await organiser.conference()
    for conference in (over, lasting):
        await joined(await site.browser(), {"link": secret_of(conference["participant_url"]), "name": "Anna"})
    own = (await (await organiser.post(f"/api/conferences/{over['id']}/enter")).json())["participant"]
    assert (await organiser.post(f"/api/conferences/{over['id']}/end")).status == 200
    assert await site.storage.entries.sweep(site.clock.ms() + DAY_MS) == 0
    assert await site.storage.entries.sweep(site.clock.ms() + DAY_MS + 1) == 1
    assert await site.storage.entries.account_of(own) == organiser.user
    assert await rows_of_entries(site) == 2
