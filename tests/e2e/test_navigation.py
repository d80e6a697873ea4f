"""The main menu, help, the published texts and the page of a user in a real Chromium, by keyboard and on a phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from yarl import URL

from tests.portal.test_mail_links import links_of, messages
from tests.support.browser import watch
from tests.support.pages import axe, fits
from tests.support.server import Organiser, Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("navigation") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def administrator(served: Server) -> Organiser:
    """Of the first body, signed in by the one link that works once."""
    return Organiser(served.url, served.sign_in_url)


@pytest.fixture
async def context(browser: Browser, administrator: Organiser) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    opened.set_default_timeout(20_000)
    await opened.add_cookies(administrator.cookies())
    yield opened
    await opened.close()


async def by_keyboard(page: Page, name: str) -> None:
    """Tab until the focus is on what has this name, then Enter."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == name:
            ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring == "solid", f"no focus ring on {name}"
            return await page.keyboard.press("Enter")
    raise AssertionError(f"the keyboard does not reach {name}")


async def test_the_main_menu_leads_everywhere_by_keyboard(served: Server, context: BrowserContext) -> None:
    """E2-84."""
    page, problems = await context.new_page(), list[str]()
    watch(page, problems)
    await page.goto(served.url)
    menu = page.get_by_role("navigation", name="Main menu")
    places = ["Home", "Conferences", "Users", "Body", "Administration", "Help", "Contact"]
    await expect(menu.get_by_role("link")).to_have_text(places)
    headings = {"Conferences": "My conferences", "Users": "Users", "Administration": "Administration", "Help": "Help"}
    for name in (*places[1:], "Home"):
        await by_keyboard(page, name)
        await expect(menu.locator("[aria-current=page]")).to_have_text(name)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator("main:focus-within")).to_have_count(1)  # the focus is not lost
        if name in headings:
            await expect(page.get_by_role("heading", level=1)).to_have_text(headings[name])
    await axe(page)
    await page.get_by_role("button", name="Account of").press("Enter")
    await expect(page.get_by_role("menuitem")).to_have_text(["My account", "Sign out"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My account")).to_be_visible()
    assert problems == []


@pytest.mark.parametrize("language", ["en-GB", "el-GR", "pl-PL", "ro-RO"])
async def test_on_a_phone_one_button_holds_the_menu(
    served: Server, browser: Browser, administrator: Organiser, language: str
) -> None:
    """E2-84: by keyboard, and wherever the words and letters are too large for a line."""
    context = await browser.new_context(viewport=PHONE, locale=language)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    await context.add_cookies(administrator.cookies())
    page = await context.new_page()
    await page.goto(served.url + "/conferences")
    head = page.locator("header")
    button = head.get_by_role("button")
    await expect(button).to_have_count(1)
    await expect(head.get_by_role("navigation")).to_have_count(0)
    await button.press("Enter")
    items = page.get_by_role("menuitem")
    await expect(items).to_have_count(9)
    await expect(items.first).to_be_focused()
    await expect(page.locator("[role=menuitem][aria-current=page]")).to_have_attribute("href", "/conferences")
    await axe(page)
    box = await page.get_by_role("menu").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await button.press("ArrowDown")
    await expect(items.first).to_be_focused()
    for _ in range(5):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(served.url + "/help")
    await fits(page)
    await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await expect(head.get_by_role("navigation").get_by_role("link")).to_have_count(7)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await expect(head.get_by_role("navigation")).to_have_count(0)
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    await context.close()


async def test_help_begins_with_the_visitors_device(served: Server, browser: Browser) -> None:
    """E0-6, E0-19, E0-34, E0-35, H-43: for anybody, in the language of the page."""
    context = await browser.new_context(viewport=PHONE, user_agent=ANDROID)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = await context.new_page()
    await page.goto(served.url + "/help")
    await expect(page.get_by_role("heading", name="Android")).to_be_visible()
    await expect(page.get_by_role("heading", name="This device")).to_be_visible()
    topics = page.get_by_role("navigation", name="All topics")
    await expect(topics.get_by_role("link")).to_have_count(6)
    await expect(topics.locator("[aria-current=page]")).to_contain_text("your device")
    await axe(page)
    await fits(page)
    wanted = {
        "Your account": "Activating and managing",
        "With a computer": "with a computer",
        "With iPhone or iPad": "iPhone",
        "In the conference": "In the conference",
        "What moderators may do": "What a moderator may do",
    }
    for link, heading in wanted.items():
        await topics.get_by_role("link", name=link).press("Enter")
        await expect(page.get_by_role("heading", level=2, name=heading)).to_be_focused()
        await expect(page.get_by_role("heading", name="This device")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("heading", level=2, name="In the conference")).to_be_visible()
    await page.get_by_label("Language").select_option("el")
    await expect(page.get_by_role("heading", level=2, name="Μέσα στην τηλεδιάσκεψη")).to_be_visible()
    await page.goto(served.url + "/help/nothing")
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Όλα τα θέματα")).to_have_count(0)
    await context.close()


async def test_texts_of_the_installation_are_pages(served: Server, browser: Browser, administrator: Organiser) -> None:
    """E1-29: linked from the foot of every page, with the day of their last change; an administrator's text shows."""
    administrator.call("PUT", "/api/contents/contact", {"language": "en", "text": "# Town hall\n\nRoom 4"})
    context = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = await context.new_page()
    await page.goto(served.url)
    foot = page.locator("footer")
    for link, heading in (
        ("Terms of use", "Terms of use"),
        ("Privacy statement", "Privacy"),
        ("Security of communication", "Security of communication"),
        ("Contact", "Town hall"),
    ):
        await foot.get_by_role("link", name=link).press("Enter")
        await expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        await expect(page.get_by_text(re.compile(r"^Updated on \d+ \w+ 20\d\d$"))).to_be_visible()
        await axe(page)
    await expect(page.get_by_text("Room 4")).to_be_visible()
    await foot.get_by_role("link", name="Help").press("Enter")
    await expect(page.get_by_role("heading", level=1, name="Help")).to_be_visible()
    await context.close()


async def test_the_page_of_conferences_says_what_is_needed(served: Server, context: BrowserContext) -> None:
    """E0-5, E2-109, E2-110."""
    page = await context.new_page()
    await page.goto(served.url + "/conferences")
    notice = page.get_by_role("complementary", name="Before you connect")
    for words in ("internet access", "microphone and headphones", "camera", "Preferred browser"):
        await expect(notice).to_contain_text(words)
    await notice.get_by_role("link", name="Problem connecting? Press here").press("Enter")
    await expect(page.get_by_role("heading", name="with a computer")).to_be_visible()


async def test_the_page_of_a_user_leads_back_to_the_same_place(
    served: Server, context: BrowserContext, administrator: Organiser
) -> None:
    """E2-78 to E2-80: tab, search and page of the list, by the link, by the browser's own way, and after a reload."""
    for n in range(13):
        who = {"email": f"papa{n:02}@example.org", "given_name": f"Anna{n:02}", "surname": "Papadaki"}
        administrator.call("POST", "/api/users/invite", who)
    administrator.call("POST", "/api/users/invite", {"email": "other@example.org", "surname": "Other"})
    page, problems = await context.new_page(), list[str]()
    watch(page, problems)
    await page.goto(served.url + "/users#users")
    await expect(page.get_by_text("(1 – 10) of 14")).to_be_visible()
    await page.get_by_role("searchbox", name="Search users").fill("Papadaki")
    await expect(page.get_by_text("(1 – 10) of 13")).to_be_visible()
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text("(11 – 13) of 13")).to_be_visible()
    view = page.get_by_role("link", name=re.compile("^View Anna.. Papadaki"))
    await expect(view).to_have_count(3)
    name = (await view.nth(1).get_attribute("aria-label") or "").removeprefix("View ")
    await view.nth(1).press("Enter")
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    for label in (
        "Surname",
        "First name",
        "Confirmed",
        "E-mail",
        "Further e-mails",
        "Telephone",
        "Active",
        "Role",
        "Body",
        "Unit",
    ):
        await expect(page.get_by_role("term").get_by_text(label, exact=True)).to_be_visible()
    for label in ("Description", "Comments of the administrators"):
        await expect(page.get_by_role("term").get_by_text(label, exact=True)).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name="Edit notes").click()
    await expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_count(2)
    await page.get_by_label(re.compile("^Comments of the administrators")).fill("Calls back in the evening")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("definition").get_by_text("Calls back in the evening")).to_be_visible()

    async def in_the_same_place() -> None:
        await expect(page.get_by_role("tab", name="Users")).to_have_attribute("aria-selected", "true")
        await expect(page.get_by_role("searchbox", name="Search users")).to_have_value("Papadaki")
        await expect(page.get_by_text("(11 – 13) of 13")).to_be_visible()
        await expect(page.get_by_role("link", name=f"View {name}")).to_be_focused()

    await page.get_by_role("link", name="Back").press("Enter")
    await in_the_same_place()
    await page.keyboard.press("Enter")
    await page.reload()
    await page.get_by_role("link", name="Back").click()
    await in_the_same_place()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await page.go_back()
    await in_the_same_place()
    await page.get_by_role("tab", name="Administrators").click()
    await expect(page.get_by_role("searchbox", name="Search coordinators")).to_have_value("")
    assert problems == []
    await page.goto(served.url + "/users/nobody")
    await expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()


async def test_every_link_of_every_mail_opens_a_page_of_the_client(served: Server, context: BrowserContext) -> None:
    """E0-24, E0-28, E0-30, E0-31: none ends at "There is no page here"."""
    links = {URL(link) for message in messages("en") for link in links_of(message)}
    page = await context.new_page()
    for path in sorted({str(link.relative()) for link in links}):
        await page.goto("about:blank")
        await page.goto(served.url + path)
        await expect(page.get_by_role("heading").first).to_be_visible()
        await expect(page.get_by_role("heading", name="There is no page here")).to_have_count(0)
