"""HaloNet's way in Chromium, with a real mail server and the file sink for SMS. For the hours between, the server is
started again at a later time of day (tests/support/later.py); the exact minutes are in tests/portal/test_halonet.py."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.async_api import Browser, Page, expect

from tests.e2e.room import Participant, eventually
from tests.support.browser import participant_context
from tests.support.later import later
from tests.support.mail_server import Delivery, MailServer
from tests.support.pages import shot
from tests.support.server import Organiser, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def server(tmp_path: Path, mail: MailServer) -> Iterator[Server]:
    env = {
        "PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "PLENUM_SMS_DRIVER": "file",
        "PLENUM_MAIL_NAME": "HaloNet",
        "PLENUM_TELEPHONE_NUMBER": "+48 22 123 45 67",
    }
    started = Server(tmp_path / "data", env=env).start()
    yield started
    started.stop()


@pytest.fixture
async def page(browser: Browser, server: Server) -> AsyncIterator[Page]:
    """The owner of the panel, in Warsaw."""
    organiser = Organiser(server.url, server.sign_in_url)
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Europe/Warsaw")
    await context.add_cookies(organiser.cookies())
    opened = await context.new_page()
    expect.set_options(timeout=12_000)  # lists are looked for every 8 s
    await opened.goto(f"{server.url}/home")
    yield opened
    expect.set_options(timeout=5_000)
    await context.close()


async def fill(page: Page, title: str, start: datetime.datetime, end: datetime.datetime) -> None:
    """The form as far as its button (H-7 to H-9)."""
    await page.get_by_role("button", name="New conference").click()
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_role("radio", name="Reserved room").check()
    await when(page, start, end)


async def when(page: Page, start: datetime.datetime, end: datetime.datetime) -> None:
    for name, at in (("Start", start), ("End", end)):
        group = page.get_by_role("group", name=name, exact=True)
        await group.get_by_label("Date").fill(at.date().isoformat())
        await group.get_by_label("Time").fill(f"{at:%H:%M}")


async def create(page: Page) -> None:
    await page.get_by_role("button", name="Create conference").click()


async def done(page: Page) -> dict[str, str]:
    """The access data as they are shown once (H-13): number, PIN and ADMIN PIN."""
    ready = page.get_by_role("dialog", name="Your conference is ready")
    shown = {}
    for label in ("Conference number", "PIN", "ADMIN PIN"):
        field = ready.get_by_label(label, exact=True)
        shown[label] = re.sub(r"\D", "", await field.inner_text())
    await ready.get_by_role("button", name="Done").click()
    return shown


async def at_the_door(browser: Browser, server: Server, number: str, pin: str, name: str) -> Participant:
    """On the landing page, with what the message says."""
    context = await participant_context(browser, size=(320, 180), fps=10)
    opened = await context.new_page()
    await opened.goto(server.url)
    await opened.get_by_label("Conference number or link").fill(number)
    await opened.get_by_label("PIN", exact=True).fill(pin)
    await opened.get_by_role("button", name="Continue").click()
    await opened.get_by_label("Your name").fill(name)
    return Participant(opened, name, "#2060c0")


def sms(server: Server) -> list[dict[str, Any]]:
    return [json.loads(each.read_text()) for each in (server.data_dir / "sms").glob("*.json")]


async def told(server: Server, mail: MailServer, count: int) -> tuple[Delivery, str]:
    """The newest mail and the newest SMS, once there are so many of each."""

    async def come() -> bool:
        return len(mail.taken) >= count and len(sms(server)) >= count

    await eventually(come, within_s=15, what=f"{count} mails and {count} SMS")
    newest = max((server.data_dir / "sms").glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    assert len(mail.taken) == len(sms(server)) == count
    return mail.taken[-1], str(json.loads(newest.read_text())["text"])


def at_a_later_time(server: Server, ahead: datetime.timedelta) -> None:
    server.stop()
    server.prefix = later(ahead.total_seconds())
    server.start()


async def test_halonets_way(server: Server, mail: MailServer, page: Page, browser: Browser) -> None:
    """H-5 to H-15, H-17 to H-20, H-22 to H-32, H-34, H-38, H-45."""
    began = datetime.datetime.now(WARSAW).replace(second=0, microsecond=0)

    # Not within ten minutes, not after thirty days; the form says so in its place.
    start = began + 8 * HOUR
    await fill(page, "Rada 0", began + 5 * MINUTE, began + HOUR)
    await expect(page.get_by_label("Most participants")).to_have_value("30")  # H-42
    await create(page)
    await expect(page.get_by_text("at least 10 minutes ahead").first).to_be_in_viewport()
    await when(page, began + 31 * 24 * HOUR, began + 31 * 24 * HOUR + HOUR)
    await create(page)
    await expect(page.get_by_text("for the next 30 days").first).to_be_in_viewport()
    await when(page, start, start + HOUR)
    await page.get_by_role("button", name="Add a session").click()
    await page.get_by_label("Opens before the start (minutes)").fill("60")
    await page.get_by_label("When they are invited").check()
    await page.get_by_label("One hour before the start").check()
    await shot(page, "halonet-form")
    await create(page)
    access = await done(page)
    assert [len(access[label]) for label in ("Conference number", "PIN", "ADMIN PIN")] == [6, 9, 9]

    # E-mail and SMS to the addresses given, at once (H-10, H-11, H-18, H-19, H-24 to H-27).
    await page.get_by_role("button", name="Access and people").click()
    await page.get_by_label("Name", exact=True).fill("Ewa")
    await page.get_by_label("E-mail").fill("ewa@example.pl")
    await page.get_by_label("Mobile number").fill("+48 600 000 001")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("ewa@example.pl")).to_be_visible()
    letter, text = await told(server, mail, 1)
    [event] = Calendar.from_ical(letter.calendar).walk("VEVENT")
    assert event["DTSTART"].dt == start and letter.to == "ewa@example.pl"
    said = letter.text.replace("\u00a0", "")
    for word in (access["Conference number"], access["PIN"], f"{start:%H:%M}"):
        assert word in said and word in text
    assert "+48 22 123 45 67" in text and sms(server)[0]["from"] == "HaloNet"
    for secret in (access["ADMIN PIN"], "Organiser"):
        assert secret not in text
    assert access["ADMIN PIN"] not in said

    # Two more fill the three places, the fourth is refused (H-29).
    for n in (1, 2):
        await fill(page, f"Rada {n}", start, start + (HOUR if n == 1 else 48 * HOUR))
        await create(page)
        await done(page)
    await fill(page, "Rada 3", start, start + HOUR)
    await create(page)
    await expect(page.get_by_text("You have three reserved rooms already.")).to_be_in_viewport()
    await shot(page, "halonet-fourth")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    early = await at_the_door(browser, server, access["Conference number"], access["PIN"], "Ewa")
    await expect(early.page.get_by_role("timer", name="Time left")).to_be_visible()
    await shot(early.page, "halonet-early")
    await early.close()

    # An hour before: the second message, and the room opens by PIN and ADMIN PIN (H-20, H-38, H-45).
    at_a_later_time(server, 7 * HOUR + MINUTE)
    letter, text = await told(server, mail, 2)
    assert str(letter.mail["Subject"]) == f"HaloNet: Reminder: Rada 0, {start:%H:%M}"
    assert access["PIN"] in letter.text.replace("\u00a0", "") and "reminder" in text and access["PIN"] in text
    inside = []
    for pin, name, moderates in ((access["PIN"], "Ewa", False), (access["ADMIN PIN"], "Adam", True)):
        person = await at_the_door(browser, server, access["Conference number"], pin, name)
        await person.press_join()
        assert (await person.me())["moderator"] is moderates
        inside.append(person)
    await eventually(lambda: inside[0].person("Adam"), what="Ewa sees Adam")
    for person in inside:
        await person.press("leave")
        await person.page.get_by_test_id("leave-now").click()
        await expect(person.page.locator(".status")).to_be_visible()
        await person.close()

    # It is over: an hour of grace in sight and in its place; deleted by hand it is free at once (H-30 to H-32).
    at_a_later_time(server, 9 * HOUR + 10 * MINUTE)
    tomorrow = start + 24 * HOUR
    await page.reload()
    await expect(page.get_by_role("heading", name="Rada 0")).to_be_visible()
    await expect(page.get_by_text("Expired", exact=True)).to_have_count(2)
    await shot(page, "halonet-grace")
    await fill(page, "Rada 4", tomorrow, tomorrow + HOUR)
    await create(page)
    await expect(page.get_by_text("a room that is over keeps its place for one hour")).to_be_in_viewport()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="More for Rada 0").click()
    await page.get_by_role("menuitem", name="Delete from the list").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete from the list").click()
    await expect(page.get_by_role("heading", name="Rada 0")).to_have_count(0)
    await fill(page, "Rada 4", tomorrow, tomorrow + HOUR)
    await create(page)
    await done(page)

    # After that hour the other one is history, and its place is free by itself.
    at_a_later_time(server, 10 * HOUR + 2 * MINUTE)
    await page.reload()
    await expect(page.get_by_role("heading", name="Rada 4")).to_be_visible()
    await expect(page.get_by_role("heading", name="Rada 1")).to_have_count(0)
    await fill(page, "Rada 5", tomorrow, tomorrow + HOUR)
    await create(page)
    await done(page)
    assert len(mail.taken) == len(sms(server)) == 2, "and nobody was written to any more"
