"""Greek, Polish, Romanian and English in Chromium: as the browser says, as somebody chooses, remembered, also during a
meeting; and nothing that is too long for its place."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.room import Participant, in_the_room
from tests.support.browser import participant_context, watch
from tests.support.pages import DESKTOP, PHONE, TOO_WIDE, shot
from tests.support.server import Organiser, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

# Locale of the browser, lang of the page, heading of the landing page's form, and before the room: name and join.
SPOKEN = [
    ("el-GR", "el", "Σύνδεση σε τηλεδιάσκεψη", "Το όνομά σας", "Σύνδεση"),
    ("pl-PL", "pl", "Dołącz do konferencji", "Imię i nazwisko", "Dołącz"),
    ("ro-RO", "ro", "Intrare în conferință", "Numele dumneavoastră", "Intrare"),
    ("en-US", "en", "Enter a conference", "Your name", "Join"),
]
SIZES = [DESKTOP, PHONE]


async def opened(browser: Browser, url: str, locale: str, viewport: tuple[int, int] = (1280, 800)) -> Participant:
    context = await participant_context(browser, viewport=viewport, locale=locale)
    page = await context.new_page()
    page.set_default_timeout(20_000)
    person = Participant(page, "Άννα Șerban-Żółć", "#2060c0")
    watch(page, person.problems)
    await page.goto(url)
    return person


async def language_of(page: Page) -> Any:
    return await page.evaluate("document.documentElement.lang")


async def test_pages_speak_the_language_of_the_browser_and_nothing_is_too_long(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """The landing page, the page before the room, the room and the page after it, at two sizes, with their pictures."""
    url = organiser.conference(title="Budget")["participant_url"]
    for locale, lang, *words in SPOKEN:
        for size in SIZES:
            person = await opened(browser, server.url, locale, size)
            await whole_way(person, url, lang, *words)
            assert person.problems == [], lang
            await person.page.context.close()


async def whole_way(person: Participant, url: str, lang: str, enter: str, name: str, join: str) -> None:
    page = person.page
    await expect(page.get_by_role("heading", name=enter, exact=True)).to_be_visible()
    assert await language_of(page) == lang
    await fits(person, lang, "landing")
    await page.goto(url)
    await page.get_by_label(name).fill(person.name)
    await fits(person, lang, "prejoin")
    await page.get_by_role("button", name=join, exact=True).click()
    await in_the_room(page)
    await expect(page.locator('[data-testid="leave"]')).to_be_visible()
    await fits(person, lang, "room")
    await person.press("leave")
    await page.locator('[data-testid="leave-now"]').click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await fits(person, lang, "left")


async def fits(person: Participant, lang: str, where: str) -> None:
    await shot(person.page, f"language-{lang}-{where}")
    assert await person.page.evaluate(TOO_WIDE) == [], f"{lang}, {where}"


async def test_a_choice_is_shown_at_once_and_stays(server: Server, browser: Browser) -> None:
    """In the foot of the page, by keyboard, without a reload; it is still there after one and on other pages."""
    person = await opened(browser, server.url, "de-AT")
    page = person.page
    picker = page.get_by_role("contentinfo").get_by_label("Language")
    await expect(picker).to_have_value("en")
    assert await picker.locator("option").all_inner_texts() == ["Ελληνικά", "English", "Polski", "Română"]
    await page.evaluate("window.__same = true")
    await picker.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("heading", name="Dołącz do konferencji")).to_be_visible()
    assert await language_of(page) == "pl"
    assert await page.title() == "Wideokonferencje · Plenum"
    assert await page.evaluate("window.__same") is True
    await page.reload()
    await expect(page.get_by_role("heading", name="Dołącz do konferencji")).to_be_visible()
    await page.goto(f"{server.url}/j/nowhere")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ten link donikąd nie prowadzi")
    assert await language_of(page) == "pl"


async def test_a_language_is_changed_during_a_meeting_without_leaving_it(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """The room's settings: all of the room speaks Greek at once; the person stays who they are."""
    url = organiser.conference(title="Budget")["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna")
    page = anna.page
    before = (await anna.me())["id"]
    await page.get_by_role("banner").get_by_role("button").last.click()
    await page.get_by_role("menuitem", name="Settings").click()
    await page.get_by_role("dialog").get_by_label("Language").select_option("el")
    await expect(page.get_by_role("dialog", name="Ρυθμίσεις")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Συμμετέχοντες")).to_be_visible()
    await expect(page.get_by_role("button", name="Αποχώρηση", exact=True)).to_be_visible()
    assert await language_of(page) == "el"
    me = await anna.me()
    assert (me["id"], me["camera"]["on"], me["connected"]) == (before, True, True)
    assert anna.problems == []
