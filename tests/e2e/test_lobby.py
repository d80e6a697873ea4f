"""The door in Chromium: waiting, letting in and refusing, the countdown before the window, and the end with its
extension."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.room import Participant, eventually, in_the_room, organiser_in_browser
from tests.support.browser import participant_context, watch
from tests.support.pages import shot, shots
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e

MINUTE = 60_000
# Counts tones of our own making; the sound itself is real.
TONES = """
window.__tones = 0;
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  window.__tones += 1;
  return make.call(this);
};
"""


async def knocks(browser: Browser, url: str, name: str, **options: Any) -> Participant:
    """At the door, having pressed Join."""
    person = await Participant.arrive(browser, url, name, join=False, **options)
    await expect(person.page.get_by_text("This conference has a lobby")).to_be_visible()
    await person.page.get_by_role("button", name="Join", exact=True).click()
    await expect(person.page.get_by_test_id("lobby")).to_be_visible()
    return person


async def test_two_knock_one_is_let_in_the_other_refused(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """Place, a word to the moderators, tones, one by one and all at once; nobody waits twice."""
    conference = organiser.conference(title="Budget", lobby=True)
    olga = await organiser_in_browser(browser, server, organiser, "Budget")
    await olga.page.evaluate(f"() => {{ {TONES} }}")
    anna = await knocks(browser, conference["participant_url"], "Anna")
    await expect(anna.page.get_by_test_id("lobby-place")).to_have_text("You are next.")
    await expect(anna.page.get_by_test_id("lobby-text")).to_contain_text("sees that you are waiting")
    await expect(olga.page.get_by_text("Anna wants to come in").last).to_be_visible()
    await eventually(lambda: olga.page.evaluate("window.__tones > 0"), what="a tone when somebody knocks")
    ben = await knocks(browser, conference["participant_url"], "Ben", viewport=(390, 844))
    await expect(ben.page.get_by_test_id("lobby-place")).to_contain_text("2 of 2")
    await expect(anna.page.get_by_test_id("lobby-place")).to_contain_text("1 of 2")
    await anna.page.get_by_label("A word to the moderators").fill("From the press")
    await anna.page.get_by_role("button", name="Send").click()
    await expect(anna.page.get_by_text("Your word to the moderators: From the press")).to_be_visible()
    waiting = olga.page.get_by_test_id("waiting")
    await expect(waiting.get_by_role("heading")).to_have_text("Waiting: 2")
    await expect(waiting).to_contain_text("From the press")
    await shot(olga.page, "lobby-moderator")
    await shot(anna.page, "lobby-waiting")
    await shot(ben.page, "lobby-waiting")
    assert await anna.page.evaluate("() => window.__plenum.state()") is None

    await anna.page.evaluate(f"() => {{ {TONES} }}")
    await waiting.get_by_role("button", name="Let in Anna").click()
    await in_the_room(anna.page)
    assert await anna.page.evaluate("window.__tones") >= 3
    source = f"{await anna.number()}/camera"
    await eventually(lambda: olga.sees(source), within_s=15, what="Anna's picture")
    await waiting.get_by_role("button", name="Refuse Ben").click()
    await expect(ben.page.get_by_role("heading", level=1)).to_have_text("You were not let in")
    await shot(ben.page, "lobby-refused")
    await expect(olga.page.get_by_test_id("waiting")).to_have_count(0)

    await anna.page.reload()
    await in_the_room(anna.page)
    cora = await knocks(browser, conference["participant_url"], "Cora", camera=False)
    dora = await knocks(browser, conference["participant_url"], "Dora", camera=False)
    await olga.page.get_by_role("button", name="Let everyone in").click()
    await in_the_room(cora.page)
    await in_the_room(dora.page)
    assert olga.problems == anna.problems == cora.problems == dora.problems == []


async def test_the_lobby_is_turned_on_and_off_in_the_room(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    conference = organiser.conference(title="Open door")
    olga = await organiser_in_browser(browser, server, organiser, "Open door")
    everyone = olga.page.get_by_role("button", name="Everyone")
    await everyone.click()
    await olga.page.get_by_role("menuitem", name="New people wait to be let in").click()
    anna = await knocks(browser, conference["participant_url"], "Anna", camera=False)
    await everyone.click()
    await olga.page.get_by_role("menuitem", name="Let new people in without waiting").click()
    await in_the_room(anna.page)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False, join=False)
    await expect(ben.page.get_by_text("This conference has a lobby")).to_have_count(0)
    await ben.press_join()


async def test_who_waits_learns_whether_a_moderator_is_there(organiser: Organiser, browser: Browser) -> None:
    """Before one comes, while one is in, and after all have gone; a moderator's link leads past the door."""
    conference = organiser.conference(title="Budget", lobby=True)
    anna = await knocks(browser, conference["participant_url"], "Anna", camera=False)
    said = anna.page.get_by_test_id("lobby-text")
    await expect(said).to_contain_text("No moderator is in Budget at the moment")
    await shots(anna.page, "lobby-alone")
    mona = await Participant.arrive(browser, conference["moderator_url"], "Mona", camera=False, join=False)
    await expect(mona.page.get_by_text("This conference has a lobby")).to_have_count(0)
    await mona.press_join()
    await expect(said).to_contain_text("A moderator is in Budget")
    await mona.press("leave")
    await mona.press("leave-now")
    await expect(said).to_contain_text("No moderator is in Budget at the moment")
    await expect(anna.page.get_by_test_id("lobby-place")).to_have_text("You are next.")
    assert anna.problems == mona.problems == []


async def test_too_early_counts_down_and_the_page_goes_on_by_itself(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """E0-32, decision 2: the start in the viewer's zone and the organiser's beside it."""
    quarter = 15 * MINUTE
    start = (int(time.time() * 1000) // quarter + 2) * quarter
    conference = organiser.conference(
        title="Later", kind="scheduled", starts_at=start, ends_at=start + quarter, time_zone="Asia/Tokyo"
    )
    page, problems = await opened(browser, conference["participant_url"], zone="Europe/Athens")
    await expect(page.get_by_test_id("early")).to_contain_text("Later is not open yet")
    await expect(page.get_by_text("Asia/Tokyo")).to_be_visible()
    await expect(page.get_by_test_id("join")).to_be_disabled()
    countdown = page.get_by_role("timer", name="Time left")
    first = await countdown.inner_text()
    await expect(countdown).not_to_have_text(first)
    await shot(page, "early")
    await page.set_viewport_size({"width": 390, "height": 844})
    await shot(page, "early")
    path = f"/api/conferences/{conference['id']}"
    soon = (start - int(time.time() * 1000)) // MINUTE
    organiser.call("PATCH", path, {"opens_before_min": min(60, soon + 1)})
    await page.reload()
    await expect(page.get_by_test_id("join")).to_be_enabled()
    await expect(page.get_by_test_id("early")).to_have_count(0)
    assert problems == []


async def test_the_door_opens_by_itself_and_who_is_ready_is_in(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """The pages' clocks are moved past the opening: who has given a name is in the room, who has not may join now."""
    quarter = 15 * MINUTE
    start = (int(time.time() * 1000) // quarter + 3) * quarter
    conference = organiser.conference(title="Later", kind="scheduled", starts_at=start, ends_at=start + quarter)
    pages = [await opened(browser, conference["participant_url"], clock=True) for _ in range(3)]
    (ready, _), (nameless, _), (reluctant, _) = pages
    for page, _ in pages:
        await expect(page.get_by_test_id("early")).to_be_visible()
        await page.get_by_text("Only listen").click()
    await ready.get_by_label("Your name").fill("Anna")
    await reluctant.get_by_label("Your name").fill("Rita")
    await reluctant.get_by_label("Take me in as soon as it opens").uncheck()
    organiser.call("PATCH", f"/api/conferences/{conference['id']}", {"opens_before_min": 60})
    for page, _ in pages:
        await page.clock.fast_forward(46 * MINUTE)
    await in_the_room(ready)
    for page in (nameless, reluctant):
        await expect(page.get_by_text("The conference is open now.").first).to_be_visible()
        await expect(page.get_by_test_id("join")).to_be_enabled()
        assert await page.evaluate("() => window.__plenum === undefined")
    await reluctant.get_by_test_id("join").click()
    await in_the_room(reluctant)
    assert [problems for _, problems in pages] == [[], [], []]


async def test_what_becomes_of_it_while_the_page_counts_down_is_seen_without_a_reload(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    quarter = 15 * MINUTE
    start = (int(time.time() * 1000) // quarter + 3) * quarter
    conference = organiser.conference(title="Later", kind="scheduled", starts_at=start, ends_at=start + quarter)
    page, _ = await opened(browser, conference["participant_url"], clock=True)
    await expect(page.get_by_test_id("early")).to_be_visible()
    for act, heading in (
        ("postpone", "The conference has been postponed"),
        ("cancel", "The conference has been cancelled"),
    ):
        organiser.call("POST", f"/api/conferences/{conference['id']}/{act}", {})
        await page.clock.fast_forward(MINUTE)
        if act == "cancel":
            await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await shots(page, act)


async def opened(browser: Browser, url: str, *, zone: str | None = None, clock: bool = False) -> tuple[Page, list[str]]:
    options = {} if zone is None else {"timezone_id": zone}
    context = await participant_context(browser, **options)
    page = await context.new_page()
    if clock:
        await page.clock.install()
    problems: list[str] = []
    watch(page, problems)
    await page.goto(url)
    return page, [one for one in problems if "425" not in one]


async def test_the_end_is_announced_and_moved_by_a_moderator(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """Decision 2: five minutes before the end everyone is told; extending moves it for all."""
    conference = organiser.conference(title="Short")
    olga = await organiser_in_browser(browser, server, organiser, "Short")
    anna = await Participant.arrive(browser, conference["participant_url"], "Anna", camera=False)
    for person in (olga, anna):
        await expect(person.page.get_by_test_id("ending")).to_have_count(0)
    near = int(time.time() * 1000) + 4 * MINUTE
    with sqlite3.connect(server.data_dir / "plenum.db") as database:  # nobody waits a day for it
        database.execute("UPDATE conferences SET expires_ms = ?", (near,))
    organiser.call("PATCH", f"/api/conferences/{conference['id']}", {"title": "Short one"})
    for person in (olga, anna):
        await expect(person.page.get_by_test_id("ending")).to_be_visible()
    await shot(olga.page, "ending")
    await expect(anna.page.get_by_role("button", name="Extend by 15 minutes")).to_have_count(0)
    await olga.page.get_by_role("button", name="Extend by 15 minutes").click()
    for person in (olga, anna):
        await expect(person.page.get_by_test_id("ending")).to_have_count(0)
    shown = organiser.call("GET", f"/api/conferences/{conference['id']}")
    assert shown["ends_at"] == near + 15 * MINUTE
    assert olga.problems == anna.problems == []
