"""Scheduling through the API, with a moved clock: dates, windows, reservations and their slots, moving and copying."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.portal.conftest import Browser, Site, code, secret_of

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
QUARTER = 15 * MINUTE


def soon(site: Site, after_ms: int = HOUR) -> int:
    """A quarter hour at least that far from now."""
    return -(-(site.clock.ms() + after_ms) // QUARTER) * QUARTER


async def scheduled(browser: Browser, start: int, *, length: int = HOUR, **fields: Any) -> dict[str, Any]:
    return await browser.conference(kind="scheduled", starts_at=start, ends_at=start + length, **fields)


async def reserved(browser: Browser, start: int, *, length: int = DAY, **fields: Any) -> Any:
    body = {"title": "Room", "kind": "reservation", "starts_at": start, "ends_at": start + length, **fields}
    return await browser.post("/api/conferences", body)


async def listed(browser: Browser, which: str = "current", **query: object) -> list[dict[str, Any]]:
    extra = "".join(f"&{name}={value}" for name, value in query.items())
    answer = await (await browser.get(f"/api/conferences?list={which}{extra}")).json()
    items: list[dict[str, Any]] = answer["items"]
    return items


# the window


async def test_entry_opens_five_minutes_before_and_closes_at_the_end(site: Site) -> None:
    """E0-32, E1-16, H-34, decision 2: everybody, the organiser too; what a countdown needs is said."""
    organiser, guest = await site.organiser(), await site.browser()
    start = soon(site)
    made = await scheduled(organiser, start)
    link = {"link": secret_of(made["participant_url"])}
    ways = [
        lambda: guest.post("/api/join/check", link),
        lambda: guest.post("/api/join", {**link, "name": "Anna"}),
        lambda: guest.post("/api/join", {"link": secret_of(made["moderator_url"]), "name": "Anna"}),
        lambda: guest.join_pin(made, made["pin"]),
        lambda: organiser.post(f"/api/conferences/{made['id']}/enter"),
    ]
    site.clock.now = (start - 5 * MINUTE - 1000) / 1000
    for way in ways:
        refused = await way()
        assert refused.status == 425
        error = (await refused.json())["error"]
        assert error["code"] == "not_open_yet"
        assert (error["opens_at"], error["now"]) == (start - 5 * MINUTE, site.clock.ms())
    checked = (await (await ways[0]()).json())["error"]
    site.clock.now = (start - 5 * MINUTE) / 1000
    for way in ways:
        assert (await way()).status == 200
    opened = await (await ways[0]()).json()  # what the page was told while it counted down
    assert {name: checked[name] for name in opened} == opened and opened["conference"]["id"] == made["id"]
    site.clock.now = (start + HOUR) / 1000
    for way in ways:
        assert (await code(await way())) == "expired"


@pytest.mark.parametrize("minutes", [0, 60])
async def test_how_long_before_is_a_setting(site: Site, minutes: int) -> None:
    organiser = await site.organiser()
    start = soon(site, 3 * HOUR)
    made = await scheduled(organiser, start, opens_before_min=minutes)
    assert made["opens_at"] == start - minutes * MINUTE
    enter = f"/api/conferences/{made['id']}/enter"
    site.clock.now = (start - minutes * MINUTE - 1) / 1000 - 1
    assert await code(await organiser.post(enter)) == "not_open_yet"
    site.clock.now = (start - minutes * MINUTE) / 1000
    assert (await organiser.post(enter)).status == 200


@pytest.mark.parametrize("minutes", [-1, 61, 2.5])
async def test_the_window_opens_at_most_an_hour_before(site: Site, minutes: float) -> None:
    organiser = await site.organiser()
    response = await organiser.post("/api/conferences", {"title": "C", "opens_before_min": minutes})
    assert await code(response) == "bad_request"


async def test_refused_dates_name_field_and_reason(site: Site) -> None:
    organiser = await site.organiser()
    body = {"title": "C", "kind": "scheduled", "starts_at": soon(site) + 1}
    error = (await (await organiser.post("/api/conferences", body)).json())["error"]
    assert (error["code"], error["reason"], error["field"]) == ("bad_dates", "off_grid", "starts_at")


async def test_a_running_meeting_is_extended_up_to_a_day(site: Site) -> None:
    """Decision 2, E2-2: the room hears of it."""
    organiser = await site.organiser()
    start = soon(site)
    made = await scheduled(organiser, start, length=23 * HOUR + 45 * MINUTE)
    site.clock.now = (start + HOUR) / 1000
    path = f"/api/conferences/{made['id']}/extend"
    longer = await (await organiser.post(path, {"minutes": 15})).json()
    assert longer["ends_at"] == start + DAY
    assert site.rooms.changed == [made["id"]]
    assert await code(await organiser.post(path, {"minutes": 15})) == "bad_dates"


# HaloNet's reservations


async def test_a_reservation_keeps_its_number_and_pins_for_every_session(site: Site) -> None:
    """H-1, H-2, H-8, H-9, H-12, H-13, H-17, H-26, H-39, H-41, decision 4, decision 11."""
    organiser, guest = await site.organiser(), await site.browser()
    start = soon(site, DAY)
    sessions = [{"starts_at": start + n * DAY, "ends_at": start + n * DAY + HOUR} for n in range(3)]
    response = await reserved(organiser, start, length=5 * DAY, sessions=sessions)
    made = await response.json()
    assert (len(made["number"]), len(made["pin"]), len(made["admin_pin"])) == (6, 9, 9)
    assert [(each["starts_at"], each["ends_at"]) for each in made["sessions"]] == [
        (each["starts_at"], each["ends_at"]) for each in sessions
    ]
    for at in (start, start + DAY, start + 2 * DAY + 20 * HOUR, start + 5 * DAY - MINUTE):
        site.clock.now = at / 1000
        assert (await guest.join_pin(made, made["pin"])).status == 200
        assert (await guest.join_pin(made, made["admin_pin"])).status == 200
        assert site.minted.claims[-1].moderator
    site.clock.now = (start + 5 * DAY) / 1000
    assert await code(await guest.join_pin(made, made["pin"])) == "expired"


async def test_a_room_is_reserved_ten_minutes_to_thirty_days_ahead_for_fourteen_days(site: Site) -> None:
    """H-14, H-15, H-16."""
    organiser = await site.organiser()
    minute = -(-site.clock.ms() // MINUTE) * MINUTE
    wrong = {"too_soon": (minute + 9 * MINUTE, DAY), "too_late": (minute + 30 * DAY + MINUTE, DAY)}
    wrong["too_long"] = (minute + HOUR, 14 * DAY + MINUTE)
    for reason, (start, length) in wrong.items():
        response = await reserved(organiser, start, length=length)
        assert ((await response.json())["error"])["reason"] == reason
    assert (await reserved(organiser, minute + 10 * MINUTE, length=14 * DAY)).status == 201


async def test_three_rooms_an_hour_of_grace_and_deletion_frees_a_slot(site: Site) -> None:
    """H-29, H-30, H-31, H-32: per profile; instant and scheduled ones take no slot."""
    organiser, other = await site.organiser(), await site.organiser("Otto")
    start = soon(site)
    rooms = [await (await reserved(organiser, start, length=(n + 1) * HOUR)).json() for n in range(3)]
    assert await code(await reserved(organiser, start)) == "too_many_rooms"
    assert (await reserved(other, start)).status == 201
    await scheduled(organiser, start)
    await organiser.conference()
    assert (await organiser.send("DELETE", f"/api/conferences/{rooms[2]['id']}")).status == 204
    again = await (await reserved(organiser, start, length=30 * HOUR)).json()
    assert await code(await reserved(organiser, soon(site))) == "too_many_rooms"
    # the first lapses: in sight and in its slot for one more hour
    site.clock.now = (start + HOUR + 59 * MINUTE) / 1000
    assert rooms[0]["id"] in [each["id"] for each in await listed(organiser)]
    assert await code(await reserved(organiser, soon(site))) == "too_many_rooms"
    site.clock.now = (start + 2 * HOUR) / 1000
    assert rooms[0]["id"] not in [each["id"] for each in await listed(organiser)]
    assert rooms[0]["id"] in [each["id"] for each in await listed(organiser, "history")]
    assert (await reserved(organiser, soon(site))).status == 201
    # or sooner, by hand
    assert (await organiser.send("DELETE", f"/api/conferences/{again['id']}")).status == 204
    assert (await reserved(organiser, soon(site))).status == 201


async def test_slots_hold_against_requests_at_the_same_time(site: Site) -> None:
    """H-29."""
    import asyncio

    organiser = await site.organiser()
    start = soon(site)
    answers = await asyncio.gather(*(reserved(organiser, start) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [201] * 3 + [409] * 5


async def test_a_reserved_room_holds_thirty_people(site: Site) -> None:
    """H-42; others 300, up to 1000 (E2-3, E2-4)."""
    organiser = await site.organiser()
    made = await (await reserved(organiser, soon(site))).json()
    assert made["max_participants"] == 30
    assert await code(await reserved(organiser, soon(site), max_participants=31)) == "bad_request"
    path = f"/api/conferences/{made['id']}"
    assert await code(await organiser.send("PATCH", path, {"max_participants": 31})) == "bad_request"
    assert (await scheduled(organiser, soon(site), max_participants=1000))["max_participants"] == 1000


async def test_settings_of_a_reservation_are_seen_and_edited(site: Site) -> None:
    """H-3: sessions that stay keep their ids, for calendars."""
    organiser = await site.organiser()
    start = soon(site, DAY)
    sessions = [{"starts_at": start + n * DAY, "ends_at": start + n * DAY + HOUR} for n in range(2)]
    made = await (await reserved(organiser, start, length=5 * DAY, sessions=sessions)).json()
    moved = [sessions[0], {"starts_at": start + 3 * DAY, "ends_at": start + 3 * DAY + HOUR}]
    path = f"/api/conferences/{made['id']}"
    changed = await (await organiser.send("PATCH", path, {"title": "Board", "sessions": moved})).json()
    assert changed["title"] == "Board"
    assert [each["id"] for each in changed["sessions"]] == [each["id"] for each in made["sessions"]]
    assert changed["sessions"][1]["starts_at"] == start + 3 * DAY
    assert (changed["number"], changed["pin"]) == (made["number"], made["pin"])


# moving, cancelling, copying


async def test_postponed_keeps_everything_until_a_new_date_is_set(site: Site) -> None:
    """E2-105, decision 9."""
    organiser, guest = await site.organiser(), await site.browser()
    start = soon(site)
    made = await scheduled(organiser, start)
    path = f"/api/conferences/{made['id']}"
    postponed = await (await organiser.post(f"{path}/postpone")).json()
    assert postponed["state"] == "postponed"
    site.clock.now = start / 1000
    assert await code(await guest.join_pin(made, made["pin"])) == "postponed"
    assert [each["id"] for each in await listed(organiser, "postponed")] == [made["id"]]
    assert await listed(organiser) == await listed(organiser, "future") == []
    later = soon(site, 3 * DAY)
    moved = await (await organiser.post(f"{path}/reschedule", {"starts_at": later, "ends_at": later + HOUR})).json()
    assert (moved["state"], moved["starts_at"]) == ("planned", later)
    assert all(moved[fact] == made[fact] for fact in ("number", "pin", "admin_pin", "participant_url"))
    site.clock.now = later / 1000
    assert (await guest.join_pin(made, made["pin"])).status == 200


async def test_cancelled_is_final(site: Site) -> None:
    organiser, guest = await site.organiser(), await site.browser()
    made = await scheduled(organiser, soon(site))
    path = f"/api/conferences/{made['id']}"
    for _ in range(2):
        assert (await (await organiser.post(f"{path}/cancel")).json())["state"] == "cancelled"
    assert await code(await guest.join_pin(made, made["pin"])) == "cancelled"
    assert await code(await organiser.post(f"{path}/postpone")) == "wrong_state"
    later = soon(site, DAY)
    body = {"starts_at": later, "ends_at": later + HOUR}
    assert await code(await organiser.post(f"{path}/reschedule", body)) == "wrong_state"
    assert [each["state"] for each in await listed(organiser, "history")] == ["cancelled"]


async def test_a_copy_has_the_people_and_doors_of_its_own(site: Site) -> None:
    """E2-117: copy conference."""
    organiser = await site.organiser()
    made = await scheduled(organiser, soon(site), record=True, lobby=True)
    await organiser.post(f"/api/conferences/{made['id']}/invitees", {"name": "Ana", "email": "ana@example.org"})
    later = soon(site, 2 * DAY)
    body = {"starts_at": later, "ends_at": later + HOUR}
    copied = await (await organiser.post(f"/api/conferences/{made['id']}/copy", body)).json()
    assert (copied["record"], copied["lobby"], copied["starts_at"]) == (True, True, later)
    assert [each["email"] for each in copied["invitees"]] == ["ana@example.org"]
    for door in ("number", "participant_url", "moderator_url"):
        assert copied[door] != made[door]


# lists


async def test_today_first_then_other_days_by_date(site: Site) -> None:
    """E2-105 to E2-108: in the viewer's zone."""
    organiser = await site.organiser()
    zone = ZoneInfo("Europe/Athens")
    noon = datetime.datetime.fromtimestamp(site.clock.now, zone).replace(hour=8, minute=0, second=0, microsecond=0)
    site.clock.now = noon.timestamp()
    today = await scheduled(organiser, soon(site), title="Σήμερα")
    tomorrow = await scheduled(organiser, soon(site, DAY), title="Αύριο το πρωί")
    where = {"zone": "Europe/Athens"}
    assert [each["id"] for each in await listed(organiser, **where)] == [today["id"]]
    assert [each["id"] for each in await listed(organiser, "future", **where)] == [tomorrow["id"]]
    day = (noon + datetime.timedelta(days=1)).date().isoformat()
    assert [each["id"] for each in await listed(organiser, date=day, **where)] == [tomorrow["id"]]
    (item,) = await listed(organiser, "future", q="αυριο", **where)
    assert item["coordinator"] == "Olga"
    assert {"title", "starts_at", "ends_at", "coordinator", "participants", "rights"} <= item.keys()
    assert item["rights"] == ["manage", "enter"]


async def test_pages_have_ten_rows_and_a_total(site: Site) -> None:
    organiser = await site.organiser()
    for n in range(12):
        await scheduled(organiser, soon(site) + n * 0, title=f"C{n:02}")
    answer = await (await organiser.get("/api/conferences?zone=UTC&date=" + _date(soon(site)))).json()
    assert (len(answer["items"]), answer["page"], answer["size"], answer["total"]) == (10, 1, 10, 12)
    second = await (await organiser.get("/api/conferences?page=2&zone=UTC&date=" + _date(soon(site)))).json()
    assert len(second["items"]) == 2
    assert not {each["id"] for each in answer["items"]} & {each["id"] for each in second["items"]}


def _date(at_ms: int) -> str:
    return datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC).date().isoformat()


@pytest.mark.parametrize(
    "query",
    [
        "list=all",
        "page=0",
        "page=x",
        "size=101",
        "date=yesterday",
        "date=10000-01-01",
        "zone=Mars/Base",
        "colour=red",
        "q=" + "x" * 101,
    ],
)
async def test_odd_questions_are_bad_requests(site: Site, query: str) -> None:
    organiser = await site.organiser()
    assert await code(await organiser.get(f"/api/conferences?{query}")) == "bad_request"


async def test_ends_of_the_calendar_are_no_fault(site: Site) -> None:
    organiser = await site.organiser()
    for day in ("0001-01-01", "9999-12-31"):
        assert (await organiser.get(f"/api/conferences?date={day}&zone=Pacific/Auckland")).status == 200


async def test_invited_accounts_connect_without_the_mail(site: Site) -> None:
    """E0-33, E1-3, E1-20, S-11: the green button, inside the window; as moderator where ticked (S-7, S-14)."""
    organiser, invited = await site.organiser(), await site.organiser("Iris")
    assert invited.user is not None
    start = soon(site)
    made = await scheduled(organiser, start)
    path = f"/api/conferences/{made['id']}"
    added = await (await organiser.post(f"{path}/invitees", {"name": "Iris", "moderator": True})).json()
    await _give_to(site, added["id"], invited.user)
    (item,) = await listed(invited, zone="UTC", date=_date(start))
    assert (item["mine"], item["rights"]) == ("invited", ["connect"])
    assert await code(await invited.post(f"{path}/connect")) == "not_open_yet"
    site.clock.now = start / 1000
    assert (await invited.post(f"{path}/connect")).status == 200
    claims = site.minted.claims[-1]
    assert (claims.name, claims.moderator, claims.organiser, claims.guest) == ("Iris", True, False, False)
    for forbidden in ("", "/invitees"):
        assert (await invited.get(path + forbidden)).status == 404
    assert await site.storage.entries.account_of(claims.participant) == invited.user


async def _give_to(site: Site, invitee: str, user: str) -> None:
    from storage.tables import Invitee

    async with site.storage.db.write() as session:
        row = await session.get(Invitee, invitee)
        assert row is not None
        row.user_id = user


async def test_a_reserved_room_invites_a_hundred_people(site: Site) -> None:
    """Sixty dates to remind each of: what one request writes has an end."""
    organiser = await site.organiser()
    made = await (await reserved(organiser, soon(site))).json()
    path = f"/api/conferences/{made['id']}/invitees"
    people = [f"N{number} <n{number}@example.org>" for number in range(101)]
    many = await organiser.post(f"{path}/bulk", {"text": "\n".join(people), "kind": "guest"})
    assert (many.status, await code(many)) == (409, "wrong_state")
    fits = await organiser.post(f"{path}/bulk", {"text": "\n".join(people[1:]), "kind": "guest"})
    assert (await fits.json())["added"] == 100
    one = await organiser.post(path, {"name": "One", "email": "one@example.org"})
    assert (one.status, await code(one)) == (409, "wrong_state")
