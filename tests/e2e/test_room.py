"""The room as people meet it: what is where, which signs show, what moderators and organisers press."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.room import Participant, eventually, in_the_room, is_colour, organiser_in_browser
from tests.support.pages import shot, shots
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e


async def middle(locator: Locator) -> tuple[float, float]:
    box = await locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row(person: Participant, name: str) -> Locator:
    """Somebody's line in the list of people."""
    return person.page.locator(f'[data-name="{name}"]')


async def menu(person: Participant, name: str, act: str) -> None:
    """Choose an act in somebody's menu."""
    await row(person, name).get_by_role("button", name=f"Actions for {name}").click()
    await person.page.get_by_role("menuitem", name=act, exact=True).click()


async def test_layout_of_the_room(server: Server, organiser: Organiser, browser: Browser) -> None:
    """S-12 people left; S-13 chat at the bottom of the dock; S-40 recording top centre; S-34 and S-35 three dots."""
    organiser.conference(title="Budget")
    olga = await organiser_in_browser(browser, server, organiser, "Budget")
    page = olga.page
    people_x, people_y = await middle(page.get_by_role("heading", name="People"))
    chat_x, chat_y = await middle(page.get_by_role("heading", name="Chat"))
    assert people_x < 1280 * 0.3
    assert chat_x < 1280 * 0.3
    assert chat_y > people_y
    sign_x, sign_y = await middle(page.get_by_role("group", name="Recording"))
    assert abs(sign_x - 640) < 60
    assert sign_y < 80
    dots = page.get_by_role("banner").get_by_role("button").last
    dots_x, dots_y = await middle(dots)
    assert dots_x > 1200
    assert dots_y < 80
    await dots.click()
    await expect(page.get_by_role("menuitem", name="Full screen")).to_be_visible()
    await shot(olga.page, "room-menu")
    await page.get_by_role("menuitem", name="Full screen").click()
    await page.wait_for_function("() => document.fullscreenElement !== null")
    await page.evaluate("() => document.exitFullscreen()")
    await dots.click()
    await page.get_by_role("menuitem", name="Leave").click()
    await page.locator('[data-testid="leave-now"]').click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("left")
    await shot(olga.page, "left")
    assert olga.problems == []


async def in_mode(person: Participant, mode: str) -> bool:
    """By the own page, which may hear of it after the others."""
    return bool((await person.me())["mode"] == mode)


async def test_microphone_and_headphones_camera_and_their_signs(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """S-18, S-19, S-20 the pair; S-21, S-22, S-23 visible states; S-26 off and listening on; S-27, S-28 camera."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", join=False, camera=False)
    await expect(anna.page.get_by_text("Your camera is off")).to_be_visible()
    await expect(anna.page.get_by_text("Check that it is plugged in")).to_be_visible()
    await shot(anna.page, "prejoin")
    await anna.press_join()
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    assert (await anna.me())["camera"]["on"] is False
    await expect(row(ben, "Anna").get_by_role("img", name="Microphone on")).to_be_visible()
    await anna.press("mic")
    await expect(row(ben, "Anna").get_by_role("img", name="Microphone off")).to_be_visible()
    for _ in range(2):
        await anna.press("listen")
        await expect(row(ben, "Anna").get_by_role("img", name="Only listening")).to_be_visible()
        await eventually(lambda: in_mode(anna, "listen"), what="Anna only listens")
        await anna.press("listen")
        await expect(row(ben, "Anna").get_by_role("img", name="Microphone")).to_be_visible()
        await eventually(lambda: in_mode(anna, "speak"), what="Anna may speak again")

    async def anna_hears() -> bool:
        return any(one.get("totalAudioEnergy", 0) > 0.001 for one in await anna.inbound("audio"))

    await eventually(anna_hears, what="Anna, muted, still hears Ben")
    await anna.press("camera")
    await expect(row(ben, "Anna").get_by_role("img", name="Camera on")).to_be_visible()
    await eventually(lambda: ben.sees("1/camera"), what="Ben sees Anna's camera")
    assert anna.problems == []
    assert ben.problems == []


async def test_moderators_mute_promote_and_remove(server: Server, organiser: Organiser, browser: Browser) -> None:
    """U-8, S-14, S-15, S-16, S-17, S-24, S-25: the menu of a person, and what the person is told."""
    conference = organiser.conference(start_as="listener", who_presents="promoted")
    mona = await Participant.arrive(browser, conference["moderator_url"], "Mona", camera=False)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False, join=False)
    await ben.page.get_by_role("button", name="Join").click()
    await in_the_room(ben.page)
    await expect(row(ben, "Mona").get_by_role("img", name="Moderator")).to_be_visible()
    await expect(mona.page.get_by_test_id("record")).to_have_count(0)
    await mona.page.get_by_role("button", name="Who can record?").click()
    whom = mona.page.get_by_role("dialog", name="Who can record?")
    await expect(whom).to_contain_text("No organiser is in the room at the moment.")
    await shot(mona.page, "who-records")
    await whom.get_by_role("button", name="Done").click()
    await expect(ben.page.get_by_role("button", name="Who can record?")).to_have_count(0)
    assert (await ben.me())["role"] == "listener"
    await menu(mona, "Ben", "Invite to present")
    dialog = ben.page.get_by_role("dialog", name="You are invited to present")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_text("your voice is clear, without interruptions")).to_be_visible()
    await expect(dialog.get_by_text("We hear you")).to_be_visible()
    await shot(ben.page, "promotion")
    await ben.page.locator('[data-testid="promotion-accept"]').click()
    await eventually(lambda: _has(mona, "Ben", "role", "presenter"), what="Ben is presenter")
    await ben.press("share")
    await eventually(lambda: mona.sees("2/screen"), what="Mona sees Ben's screen")
    await shot(mona.page, "room-share")
    await menu(mona, "Ben", "Mute and hold")
    await expect(ben.page.locator('[data-testid="mic"]')).to_be_disabled()
    await expect(ben.page.get_by_text("Mona").first).to_be_visible()
    await shot(ben.page, "room-held")
    await menu(mona, "Ben", "Remove from the room")
    await mona.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(ben.page.get_by_role("heading", level=1)).to_contain_text("removed")
    await expect(ben.page.get_by_text("Mona removed you")).to_be_visible()
    await shot(ben.page, "removed")
    assert mona.problems == []


async def _has(person: Participant, name: str, field: str, value: Any) -> bool:
    found = await person.person(name)
    return found is not None and found[field] == value


async def test_organiser_starts_and_stops_a_recording_that_plays(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """U-6, U-9, S-39, S-41, S-44: sign and toggle at the top; the fragment plays after the session."""
    conference = organiser.conference(title="Hearing", record=True)
    olga = await organiser_in_browser(browser, server, organiser, "Hearing")
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", colour="#2040c0", consent="yes")
    refuser = await Participant.arrive(browser, conference["participant_url"], "Rita", camera=False, consent="no")
    sign = ben.page.locator('[data-testid="recording-sign"]')
    await expect(sign).to_have_attribute("data-state", "armed")
    await expect(row(ben, "Rita").get_by_role("img", name="Not recorded")).to_be_visible()
    await shot(olga.page, "room-archived")
    started = time.monotonic()
    await olga.press("record")
    await expect(sign).to_have_attribute("data-state", "recording")
    await expect(sign).to_contain_text("REC")
    await shot(ben.page, "room-recording")
    await ben.call("chat_send", {"text": "agreed", "to": None})
    taken_back = await ben.call("chat_send", {"text": "taken back", "to": None})
    await refuser.call("chat_send", {"text": "not for the record", "to": None})
    assert taken_back["ok"]
    message = next(one["id"] for one in (await olga.state())["chat"] if one["text"] == "taken back")
    await olga.call("chat_delete", {"message": message})
    await ben.page.wait_for_timeout(4000)
    await olga.press("record")
    marked_ms = (time.monotonic() - started) * 1000
    await expect(sign).to_have_attribute("data-state", "armed")
    await olga.call("end", {})
    await expect(refuser.page.get_by_role("heading", level=1)).to_contain_text("ended")
    await shot(refuser.page, "ended")
    ready = await eventually(lambda: _ready(organiser, conference["id"]), within_s=10, what="the recording is ready")
    assert ready["fragments"] == 1
    assert ready["days_left"] == 14
    assert 3000 < ready["duration_ms"] < marked_ms + 1000
    link = organiser.call("POST", f"/api/recordings/{ready['id']}/link")
    path = link["url"].split("?")
    manifest = organiser.call("GET", f"/api{path[0]}/manifest?{path[1]}")
    names = {one["id"]: one["name"] for one in manifest["participants"]}
    recorded = {names[part["participant"]] for part in manifest["parts"]}
    assert "Ben" in recorded
    assert "Rita" not in recorded
    assert [one["text"] for one in manifest["chat"]] == ["agreed"]
    consents = {one["name"]: one["consent"] for one in manifest["participants"]}
    assert consents == {"Olga": "yes", "Ben": "yes", "Rita": "no"}
    await olga.page.goto(server.url + link["url"])
    lane = olga.page.locator("[data-lane]").filter(has_text="Rita")
    await expect(lane.get_by_role("button")).to_have_accessible_name(re.compile("Rita ?: Not recorded, as they wished"))
    await expect(lane.locator(".player-lane-remark")).to_be_visible()
    await shots(olga.page, "player-refused")
    await olga.page.get_by_role("link", name="My conferences").click()
    await expect(olga.page.get_by_role("heading", name="My conferences")).to_be_visible()


async def test_a_participant_reads_at_the_top_whether_the_conference_is_recorded(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """S-40, S-42, S-44: not recorded; archived unless parts are marked; red with the time since; no control of it."""
    conference = organiser.conference(title="Hearing", record=True)
    olga = await organiser_in_browser(browser, server, organiser, "Hearing")
    plain = await Participant.arrive(browser, organiser.conference()["participant_url"], "Ana", camera=False)
    await expect(plain.page.get_by_test_id("recording-sign")).to_have_text("Not recorded")
    await at_top_centre(plain)

    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False, consent="yes")
    sign = ben.page.get_by_test_id("recording-sign")
    await expect(sign).to_have_text("Being archived")
    await sign.hover()
    await expect(ben.page.get_by_text("Once a part is marked, only marked parts are kept.")).to_be_visible()
    await at_top_centre(ben)

    await olga.press("record")
    await expect(sign).to_have_attribute("data-state", "recording")
    red, green, blue = await sign.evaluate(
        "(one) => getComputedStyle(one).backgroundColor.match(/[0-9.]+/g).map(Number)"
    )
    assert red > 2 * max(green, blue)
    await at_top_centre(ben)
    seen = [await recorded_s(sign)]

    async def three() -> bool:
        if (now := await recorded_s(sign)) != seen[-1]:
            seen.append(now)
        return len(seen) > 2

    await eventually(three, within_s=20, what="the time goes on")
    assert seen == sorted(seen)
    since = (await ben.state())["recording"]["since"]
    passed = await ben.page.evaluate("(since) => (Date.now() - since) / 1000", since)
    assert abs(await recorded_s(sign) - passed) < 5

    await olga.press("record")
    await expect(sign).to_have_text("Being archived1 part marked")
    for person in (plain, ben):
        await expect(person.page.get_by_test_id("record")).to_have_count(0)
    assert plain.problems == olga.problems == ben.problems == []


async def at_top_centre(person: Participant) -> None:
    x, y = await middle(person.page.get_by_role("group", name="Recording"))
    assert abs(x - 640) < 60
    assert y < 80


async def recorded_s(sign: Locator) -> int:
    """The elapsed time that the sign shows, in seconds."""
    await expect(sign).to_have_text(re.compile(r"^REC\d+:\d\d$"))
    words = await sign.inner_text()
    minutes, seconds = re.findall(r"\d+", words)
    return int(minutes) * 60 + int(seconds)


async def _ready(organiser: Organiser, conference: str) -> dict[str, Any] | None:
    found = organiser.call("GET", f"/api/conferences/{conference}/recordings")["recordings"]
    return next((one for one in found if one["state"] == "ready"), None)


async def test_two_screens_at_once_are_both_seen(server: Server, organiser: Organiser, browser: Browser) -> None:
    """U-4: a second share does not end the first."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    cleo = await Participant.arrive(browser, url, "Cleo", camera=False)
    await anna.press("share")
    await eventually(lambda: cleo.sees("1/screen"), what="Cleo sees Anna's screen")
    await ben.press("share")
    await eventually(lambda: cleo.sees("2/screen"), within_s=15, what="Cleo sees Ben's screen")
    await eventually(lambda: cleo.sees("1/screen"), what="and still Anna's")
    await shot(cleo.page, "room-two-shares")


async def test_the_room_on_a_phone(server: Server, organiser: Organiser, browser: Browser) -> None:
    """S-3, U-7: portrait, thumb-reach toolbar, chat and people in a drawer."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", colour="#c02020")
    ben = await Participant.arrive(browser, url, "Ben", viewport=(390, 844), has_touch=True, is_mobile=True)

    async def sees_red() -> bool:
        return is_colour(await ben.sees("1/camera"), "#c02020")

    await eventually(sees_red, within_s=15, what="the phone sees Anna")
    await shot(ben.page, "room")
    await ben.press("chat")
    await ben.page.locator('[data-testid="chat-text"]').fill("from the phone https://example.org/a?b=1")
    await ben.page.locator('[data-testid="chat-send"]').click()
    await expect(anna.page.get_by_role("link", name="https://example.org/a?b=1")).to_be_visible()
    await shot(ben.page, "room-chat")
    overflow = await ben.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    assert ben.problems == []
