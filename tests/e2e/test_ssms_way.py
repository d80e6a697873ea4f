"""SSM's way in Chromium, with a real mail server: an inspector adds a conference, chooses contacts, ticks a moderator
and the recording; they accept by the mail, on a telephone too, and enter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.room import Participant, eventually, is_colour
from tests.support.browser import participant_context
from tests.support.mail_server import Delivery, MailServer
from tests.support.pages import shot
from tests.support.server import Organiser, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

IOANA, ION = "ioana@example.ro", "ion@example.ro"


@pytest.fixture
def server(tmp_path: Path, mail: MailServer) -> Iterator[Server]:
    started = Server(tmp_path / "data", env={"PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}"}).start()
    yield started
    started.stop()


@pytest.fixture
async def page(browser: Browser, server: Server) -> AsyncIterator[Page]:
    """The inspector's account."""
    organiser = Organiser(server.url, server.sign_in_url)
    context = await participant_context(browser, colour="#806010", size=(320, 180), fps=10)
    await context.add_cookies(organiser.cookies())
    opened = await context.new_page()
    expect.set_options(timeout=12_000)  # lists are looked for every 8 s
    await opened.goto(f"{server.url}/home")
    yield opened
    expect.set_options(timeout=5_000)
    await context.close()


async def letter(mail: MailServer, to: str, count: int) -> Delivery:
    async def come() -> Delivery | None:
        found = [each for each in mail.taken if each.to == to]
        return found[-1] if len(found) == count else None

    found: Delivery = await eventually(come, within_s=15, what=f"letter {count} to {to}")
    return found


async def add_conference(page: Page, title: str, *, record: bool) -> None:
    """S-4, S-5, S-36 to S-39: name, description, most participants, the tick, saved."""
    await page.get_by_role("button", name="New conference").click()
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_label("Description").fill("New rules on ladders")
    await page.get_by_label("Most participants").fill("25")
    await page.get_by_label("Record this conference").set_checked(record)
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("dialog", name="Your conference is ready").get_by_role("button", name="Done").click()


async def test_ssms_way(server: Server, mail: MailServer, page: Page, browser: Browser) -> None:
    """S-1 to S-11, S-36 to S-39: contacts, the moderator's tick, invited, accepted, entered, recorded."""
    await add_conference(page, "Safety at work", record=False)
    await page.get_by_role("button", name="Access and people").click()
    for name, address in (("Ioana Popescu", IOANA), ("Ion Ionescu", ION)):  # not contacts yet (S-10)
        await page.get_by_label("Name", exact=True).fill(name)
        await page.get_by_label("E-mail").fill(address)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_text(address)).to_be_visible()
        await letter(mail, address, 1)
    await page.get_by_role("button", name="More for Safety at work").click()
    await page.get_by_role("menuitem", name="End for everyone").click()
    await page.get_by_role("dialog").get_by_role("button", name="End for everyone").click()
    await expect(page.get_by_role("heading", name="Safety at work")).to_have_count(0)

    # Now they are in one's own lists: a few letters bring the whole person (S-6), a square the moderator (S-7).
    await add_conference(page, "Ladders", record=True)
    await expect(page.get_by_text("Recorded", exact=False).first).to_be_visible()
    await page.get_by_role("button", name="Access and people").click()
    for name, address, moderator in (("Ioana Popescu", IOANA, True), ("Ion Ionescu", ION, False)):
        await page.get_by_label("Name", exact=True).fill(name[:3])
        offered = f"{name} <{address}>"
        await expect(page.locator(f'datalist option[value="{offered}"]')).to_be_attached()
        await page.get_by_label("Name", exact=True).fill(offered)  # as choosing from the list does
        await expect(page.get_by_label("Name", exact=True)).to_have_value(name)
        await expect(page.get_by_label("E-mail")).to_have_value(address)
        await page.get_by_role("checkbox", name="Moderator").set_checked(moderator)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_role("button", name=f"Copy link for {name}")).to_be_visible()
    people = page.locator(".portal-people").get_by_role("listitem")
    await expect(people.filter(has_text="Ioana").get_by_text("Moderator", exact=True)).to_be_visible()
    await expect(people.filter(has_text="Ion Ionescu").get_by_text("Moderator", exact=True)).to_have_count(0)

    # They are told by e-mail (S-2, S-8), that it is recorded too, and accept (S-9): one on a telephone (S-3).
    inside = []
    for name, address, colour, viewport in (
        ("Ioana Popescu", IOANA, "#20a040", (390, 844)),
        ("Ion Ionescu", ION, "#a02040", (820, 1180)),
    ):
        delivery = await letter(mail, address, 2)
        assert "Ladders" in delivery.text and "This conference is recorded." in delivery.text
        assert ("You are a moderator" in delivery.text) == (address == IOANA)
        context = await participant_context(browser, colour=colour, size=(320, 180), fps=10, viewport=viewport)
        theirs = await context.new_page()
        await theirs.goto(delivery.link_to("/rsvp/accept#"))
        await expect(theirs.get_by_role("heading", name="You have accepted")).to_be_visible()
        await shot(theirs, "ssm-accepted")
        await theirs.goto(delivery.link_to("/j/"))
        inside.append(Participant(theirs, name, colour))
    await expect(people.get_by_text("Accepted", exact=True)).to_have_count(2)
    await shot(page, "ssm-accepted")

    # They enter ("INTRA", S-11), asked whether they may be recorded; the inspector does, and sees them.
    await page.get_by_role("button", name="Enter: Ladders").click()
    host = Participant(page, "Organiser", "#806010")
    for person in (host, *inside):
        await person.page.get_by_text("Yes, record me", exact=True).click()
        if person is not host:
            await expect(person.page.get_by_test_id("name")).to_have_value(person.name)
            await person.page.get_by_test_id("prejoin-camera").click()
        await person.press_join()
    assert [(await person.me())["moderator"] for person in (host, *inside)] == [True, True, False]
    await expect(page.get_by_role("group", name="Recording")).to_contain_text("Being archived")
    for person in inside:
        number = await person.number()
        await eventually(
            lambda n=number, p=person: _seen(host, n, p.colour), within_s=30, what=f"the picture of {person.name}"
        )
    await shot(page, "ssm-room")
    await shot(inside[0].page, "ssm-room-moderator")
    for person in inside:
        await person.close()


async def _seen(host: Participant, number: int, colour: str) -> bool:
    return is_colour(await host.sees(f"{number}/camera"), colour)
