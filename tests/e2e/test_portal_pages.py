"""The organiser's pages in a real Chromium, by keyboard and by the names that assistive technology hears."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import watch
from tests.support.server import Organiser, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = await context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    await context.close()


async def sign_in(page: Page, server: Server) -> None:
    assert server.sign_in_url is not None
    await page.goto(server.sign_in_url)
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible(timeout=20_000)
    assert "#" not in page.url


async def test_an_organiser_creates_edits_and_ends_a_conference(server: Server, page: Page) -> None:
    """S-36, S-37, S-38, S-39, H-13: the whole life of a conference on the organiser's pages, created by keyboard."""
    problems: list[str] = []
    watch(page, problems)
    await sign_in(page, server)
    await page.get_by_role("button", name="New conference").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Title", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Give the conference a title")).to_be_visible()
    await expect(page.get_by_label("Title", exact=True)).to_be_focused()
    await page.keyboard.type("Town council")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Budget")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press(" ")
    await page.get_by_label("Most participants").fill("25")
    await page.keyboard.press("Enter")

    ready = page.get_by_role("dialog", name="Your conference is ready")
    await expect(ready).to_be_visible()
    await ready.get_by_role("button", name="Copy invitation").click()
    invitation = await page.evaluate("navigator.clipboard.readText()")
    listed = (await (await page.request.get(server.url + "/api/conferences")).json())["items"][0]
    made = await (await page.request.get(f"{server.url}/api/conferences/{listed['id']}")).json()
    assert (made["title"], made["description"], made["record"], made["max_participants"]) == (
        "Town council",
        "Budget",
        True,
        25,
    )
    assert made["participant_url"] in invitation
    digits = invitation.replace(" ", "")
    assert made["number"] in digits and made["pin"] in digits and "recorded" in invitation
    assert made["admin_pin"] not in digits and made["moderator_url"] not in invitation
    await page.keyboard.press("Escape")
    await expect(ready).not_to_be_attached()

    await page.get_by_role("button", name="More for Town council").press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_label("Title", exact=True).fill("County council")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("heading", name="County council")).to_be_visible()

    await page.get_by_role("button", name="More for County council").click()
    await page.get_by_role("menuitem", name="End for everyone").click()
    await page.get_by_role("dialog").get_by_role("button", name="End for everyone").click()
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("Ended", exact=True)).to_be_visible()
    await page.get_by_role("button", name="More for County council").click()
    await page.get_by_role("menuitem", name="Delete from the list").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete from the list").click()
    await expect(page.get_by_text("Nothing has been held yet")).to_be_visible()
    await page.get_by_role("tab", name="Conferences").click()
    await expect(page.get_by_text("No conference planned")).to_be_visible()
    assert problems == []


async def test_personal_invitations_have_links_of_their_own(server: Server, page: Page) -> None:
    """S-7: a tick makes that person a moderator."""
    await sign_in(page, server)
    await page.get_by_role("button", name="Create a conference").click()
    await page.get_by_label("Title", exact=True).fill("Council")
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Access and people").click()
    await page.get_by_label("Name", exact=True).fill("Ioana Popescu")
    await page.get_by_role("checkbox", name="Moderator").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_role("button", name="Copy link for Ioana Popescu").click()
    await expect(page.get_by_text("Link for Ioana Popescu copied.").first).to_be_attached()
    link = await page.evaluate("navigator.clipboard.readText()")
    answer = await page.request.post(server.url + "/api/join/check", data={"link": link.rsplit("/", 1)[1]})
    assert (await answer.json())["name"] == "Ioana Popescu"
    await page.get_by_role("button", name="More for Ioana Popescu").click()
    await page.get_by_role("menuitem", name="Remove Ioana Popescu").click()
    await expect(page.get_by_role("button", name="More for Ioana Popescu")).not_to_be_attached()
    again = await page.request.post(server.url + "/api/join/check", data={"link": link.rsplit("/", 1)[1]})
    assert again.status == 404


async def test_number_and_pin_lead_to_the_door_and_wrong_ones_are_told_in_place(server: Server, page: Page) -> None:
    """H-13, H-38: typed on the landing page, in groups or not; the ADMIN PIN in the same field."""
    conference = Organiser(server.url, server.sign_in_url).conference(title="Council")
    await page.goto(server.url)
    await page.get_by_label("Conference number or link").fill(conference["number"])
    await page.get_by_label("PIN", exact=True).fill("1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Number and PIN do not belong together")).to_be_visible()
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await page.get_by_label("PIN", exact=True).fill(f"{conference['admin_pin'][:3]} {conference['admin_pin'][3:]}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Council")).to_be_visible()
    assert page.url == server.url + "/room"


async def test_dead_ends_say_what_to_do_next(server: Server, page: Page) -> None:
    """Each its own page: a used sign-in link, an unknown address, an unsigned playback link, a wrong link."""
    await sign_in(page, server)
    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Enter a conference")).to_be_visible()
    dead_ends = {
        str(server.sign_in_url): "This sign-in link was used already",
        server.url + "/nowhere": "There is no page here",
        server.url + "/play/none?e=1&s=x": "This playback link is no longer valid",
        server.url + "/j/nobody": "This link leads nowhere",
    }
    for address, words in dead_ends.items():
        await page.goto("about:blank")
        await page.goto(address)
        heading = page.get_by_role("heading", name=words)
        await expect(heading).to_be_visible(timeout=20_000)
        assert await page.locator(".status-steps a, .status-steps button").count() > 0


async def test_pages_fit_a_narrow_phone_and_double_zoom(server: Server, page: Page) -> None:
    """Nothing sticks out sideways at 320 px (400 % zoom of 1280) nor at 640 px (200 %)."""
    await sign_in(page, server)
    await page.get_by_role("button", name="Create a conference").click()
    await page.get_by_label("Title", exact=True).fill("A conference with a long name " * 4)
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("button", name="Done").click()
    for width, height in ((320, 640), (640, 400)):
        await page.set_viewport_size({"width": width, "height": height})
        for path in ("/", "/home", "/pin", "/nowhere"):
            await page.goto(server.url + path)
            await expect(page.get_by_role("heading").first).to_be_visible(timeout=20_000)
            if path == "/home":
                await page.get_by_role("button", name="Access and people").click()
            over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (path, width, over)


async def test_the_list_of_conferences_has_pages(server: Server, organiser: Organiser, page: Page) -> None:
    """E2-105 to E2-108: on by key and back, the focus stays on the button; a search begins at its first page."""
    for n in range(13):
        organiser.conference(title=f"Plan {n:02}")
    await page.context.add_cookies(organiser.cookies())
    await page.goto(server.url + "/home")
    cards = page.locator("[data-conference]")
    on, back = page.get_by_role("button", name="Next page"), page.get_by_role("button", name="Previous page")
    await expect(page.get_by_text("(1 – 10) of 13")).to_be_visible()
    await expect(cards).to_have_count(10)
    await expect(back).to_be_disabled()
    first = await cards.all_inner_texts()
    await on.press("Enter")
    await expect(page.get_by_text("(11 – 13) of 13")).to_be_visible()
    await expect(cards).to_have_count(3)
    assert not set(await cards.all_inner_texts()) & set(first)
    await expect(on).to_be_focused()
    await expect(on).to_be_disabled()
    await on.press("Enter")
    await expect(page.get_by_text("(11 – 13) of 13")).to_be_visible()
    await page.get_by_label("Search by title").fill("Plan 12")
    await expect(page.get_by_text("(1 – 1) of 1")).to_be_visible()
    await expect(on).to_have_count(0)
    await page.get_by_label("Search by title").fill("")
    await expect(page.get_by_text("(1 – 10) of 13")).to_be_visible()
    await on.press("Enter")
    await expect(page.get_by_text("(11 – 13) of 13")).to_be_visible()
    await back.press("Enter")
    await expect(page.get_by_text("(1 – 10) of 13")).to_be_visible()
    await expect(back).to_be_focused()
    await expect(cards).to_have_count(10)


async def test_the_accessibility_button_is_at_the_bottom_left(server: Server, organiser: Organiser, page: Page) -> None:
    """E2-5: of the window where that is wide, else of the page; in the room it is in the menu of the three dots."""
    await page.context.add_cookies(organiser.cookies())
    opener = page.get_by_role("button", name="Accessibility", exact=True)
    for path in ("/", "/home", "/help", "/terms", "/account"):
        await page.goto(server.url + path)
        await expect(page.locator("h1").first).to_be_visible()
        for width, height in ((1280, 800), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            await opener.scroll_into_view_if_needed()
            box = await opener.bounding_box()
            assert box is not None
            assert box["x"] < 40, (path, box)
            beneath = height - box["y"] - box["height"]
            assert 0 <= beneath < 40, (path, width, box)
    await page.goto(organiser.conference()["participant_url"])
    await page.get_by_label("Your name").fill("Anna")
    await page.get_by_test_id("join").click()
    await expect(page.get_by_test_id("leave")).to_be_visible()
    await expect(opener).to_have_count(0)
    await page.get_by_role("button", name="Conference menu").click()
    await page.get_by_role("menuitem", name="Accessibility", exact=True).click()
    await expect(page.get_by_role("dialog", name="Accessibility")).to_be_visible()
