"""The twenty tasks that people come for, each by keyboard alone: keys are pressed and nothing else. What came of it is
read from the page or from the API."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from storage.service import Storage, StorageConfig
from tests.e2e.accounts import mailed
from tests.e2e.keys import choose, press, tab_to
from tests.e2e.room import Participant, in_the_room
from tests.e2e.world import unfinished
from tests.portal.accounts_support import GOOD
from tests.support.browser import participant_context
from tests.support.server import Organiser, Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NEXT_YEAR = datetime.datetime.now(datetime.UTC).year + 1
DAY = 86_400_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("tasks") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def people(served: Server) -> dict[str, Organiser]:
    """Sessions: the administrator, and users of the same body."""
    admin = Organiser(served.url, served.sign_in_url)
    body = admin.call("GET", "/api/me")["user"]["body"]["id"]

    async def tokens() -> dict[str, str]:
        storage = await Storage.open(StorageConfig(served.data_dir))
        found = {}
        for name in ("anna", "ben", "nina"):
            email = f"{name}@example.org"
            user = await storage.users.add(f"{name.title()} Example", role="user", email=email, body=body)
            found[name] = await storage.sign_in_links.create(user.id, now_ms=int(time.time() * 1000))
        await unfinished(storage, "nina@example.org")
        await storage.close()
        return found

    made = asyncio.run(tokens())
    return {"admin": admin} | {
        name: Organiser(served.url, f"{served.url}/sign-in#{token}") for name, token in made.items()
    }


class Opened:
    """Pages of one test, by their person."""

    def __init__(self, browser: Browser, served: Server, people: dict[str, Organiser]) -> None:
        self._browser, self._served, self._people = browser, served, people
        self._open: list[Page] = []

    async def __call__(self, path: str, person: str | None = None) -> Page:
        context = await participant_context(self._browser, locale="en-GB", timezone_id="Europe/Athens")
        await context.grant_permissions(["camera", "microphone", "clipboard-read", "clipboard-write"])
        if person is not None:
            await context.add_cookies(self._people[person].cookies())
        page = await context.new_page()
        page.set_default_timeout(20_000)
        self._open.append(page)
        await page.goto(path if path.startswith("http") else self._served.url + path)
        await page.locator("h1").first.wait_for()
        return page

    async def close(self) -> None:
        for page in self._open:
            await page.context.close()


@pytest.fixture
async def opened(browser: Browser, served: Server, people: dict[str, Organiser]) -> AsyncIterator[Opened]:
    pages = Opened(browser, served, people)
    yield pages
    await pages.close()


async def press_on(page: Page, name: str, **options: Any) -> None:
    await tab_to(page, name, **options)
    await page.keyboard.press("Enter")


async def write(page: Page, name: str, text: str, **options: Any) -> None:
    """Into the field of this name, instead of what is in it."""
    await tab_to(page, name, **options)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)


async def write_date(page: Page, day: str, time_of_day: str) -> None:
    """Month, day and year, as Chromium asks for them, then the time from its list."""
    await tab_to(page, "Date")
    await page.keyboard.type(day)
    await tab_to(page, "Time")
    await page.keyboard.type(time_of_day)


async def from_menu(page: Page, title: str, item: str) -> None:
    await press_on(page, f"More for {title}")
    await choose(page, item)


async def me(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(
        "() => { const room = __plenum.state(); return room.participants.find((one) => one.id === room.you); }"
    )
    return found


def item_of(organiser: Organiser, title: str, which: str = "future") -> dict[str, Any] | None:
    listed = organiser.call("GET", f"/api/conferences?list={which}&size=100")["items"]
    return next((one for one in listed if one["title"] == title), None)


async def test_join_by_number_and_pin_mute_raise_a_hand_and_write(
    opened: Opened, people: dict[str, Organiser], browser: Browser
) -> None:
    """Tasks 1, 15, 16, 17: number and PIN, the page before the room, microphone and hand, a word to everyone."""
    conference = people["admin"].conference(title="Budget")
    olga = await Participant.arrive(browser, conference["moderator_url"], "Olga", camera=False)
    page = await opened("/")
    await write(page, "Conference number or link", conference["number"])
    await write(page, "PIN", conference["pin"])
    await page.keyboard.press("Enter")
    await page.get_by_label("Your name").wait_for()
    await write(page, "Your name", "Anna")
    await tab_to(page, "Speak")
    await press(page, "ArrowDown", "ArrowUp")
    await press_on(page, "Join")
    await in_the_room(page)

    await tab_to(page, "Microphone", exact=True)
    on = (await me(page))["mic"]["on"]
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("mic")).to_have_attribute("aria-pressed", str(not on).lower())
    await press_on(page, "Raise hand")
    await expect(olga.page.locator('[data-name="Anna"]').get_by_role("img", name="Hand raised")).to_be_visible()
    await write(page, "Write to everyone", "Good morning")
    await page.keyboard.press("Enter")
    await expect(olga.page.get_by_text("Good morning").first).to_be_visible()
    await olga.close()


async def test_sign_in_with_a_password(opened: Opened, people: dict[str, Organiser]) -> None:
    """Task 2."""
    people["ben"].call("POST", "/api/account/password", {"new": GOOD})
    page = await opened("/")
    await press_on(page, "Sign in")
    await page.get_by_role("heading", name="Sign in").first.wait_for()
    await write(page, "E-mail address", "ben@example.org")
    await write(page, "Password", GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible()


async def test_activate_an_account_and_confirm_the_address(
    opened: Opened, served: Server, people: dict[str, Organiser]
) -> None:
    """Tasks 3 and 4: the form, then the link of the mail on another device."""
    page = await opened("/activate", "nina")
    await write(page, "Primary e-mail address", "nina@example.org")
    for square in ("I accept the terms of use", "I accept the privacy statement"):
        await tab_to(page, square)
        await page.keyboard.press("Space")
    await press_on(page, "Send confirmation")
    await expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    telephone = await opened(mailed(served, "nina@example.org", "/confirm"))
    await press_on(telephone, "Yes, confirm")
    await expect(telephone.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible(timeout=15_000)
    assert people["nina"].call("GET", "/api/me")["user"]["must"] == []


async def test_schedule_invite_move_postpone_and_cancel(opened: Opened, people: dict[str, Organiser]) -> None:
    """Tasks 5, 7 to 12: a date, one person, a list with an error mended, the invitation, another date, off and gone."""
    admin = people["admin"]
    page = await opened("/home", "admin")
    await press_on(page, "New conference")
    await expect(page.get_by_label("Title", exact=True)).to_be_focused()
    await page.keyboard.type("Council")
    await tab_to(page, "Now")
    await page.keyboard.press("ArrowDown")
    await write_date(page, f"0520{NEXT_YEAR}", "10:15")
    await write_date(page, f"0520{NEXT_YEAR}", "11:45")
    await press_on(page, "Create conference")
    await expect(page.get_by_role("dialog", name="Your conference is ready")).to_be_visible()
    made = item_of(admin, "Council")
    assert made is not None
    start = datetime.datetime(NEXT_YEAR, 5, 20, 7, 15, tzinfo=datetime.UTC)  # 10:15 in Athens
    assert (made["starts_at"], made["ends_at"] - made["starts_at"]) == (start.timestamp() * 1000, 90 * 60_000)
    await press_on(page, "Copy invitation")
    details = admin.call("GET", f"/api/conferences/{made['id']}")
    assert details["participant_url"] in await page.evaluate("navigator.clipboard.readText()")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Council")).to_be_focused()

    await press_on(page, "Access and people")
    await write(page, "Name", "Ioana Popescu", exact=True)
    await write(page, "E-mail", "ioana@example.org")
    await tab_to(page, "Moderator", exact=True)
    await page.keyboard.press("Space")
    await press_on(page, "Add", exact=True)
    await expect(page.get_by_text("ioana@example.org")).to_be_visible()

    await press_on(page, "Add many", back=True)
    await tab_to(page, "People, one per line")
    await page.keyboard.type("Ana <ana@example.org>\nBen;ben example.org")
    await press_on(page, "Check the list")
    await expect(page.get_by_text("Line 2: Ben")).to_be_visible()
    await tab_to(page, "People, one per line", back=True)
    await press(page, "Control+End", "Shift+Home", "Delete")
    await page.keyboard.type("Ben;ben@example.org")
    await press_on(page, "Check the list")
    await press_on(page, "Invite 2 people")
    await expect(page.get_by_text("3 people invited").first).to_be_visible()
    invited = admin.call("GET", f"/api/conferences/{made['id']}")["invitees"]
    assert {(one["name"], one["moderator"]) for one in invited} == {
        ("Ioana Popescu", True),
        ("Ana", False),
        ("Ben", False),
    }

    await from_menu(page, "Council", "Edit")
    await expect(page.get_by_label("Title", exact=True)).to_be_focused()
    await press(page, "Control+a")
    await page.keyboard.type("County council")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="County council")).to_be_visible()
    await from_menu(page, "County council", "Move to another date")
    await write_date(page, f"0521{NEXT_YEAR}", "10:15")
    await write_date(page, f"0521{NEXT_YEAR}", "11:45")
    await press_on(page, "Move", exact=True)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    moved = item_of(admin, "County council")
    assert moved is not None and moved["starts_at"] == made["starts_at"] + DAY

    await from_menu(page, "County council", "Postpone")
    await press_on(page, "Postpone", exact=True)
    await expect(page.get_by_role("heading", name="County council")).to_have_count(0)
    await tab_to(page, "Conferences", exact=True)
    while (await page.evaluate("document.activeElement.getAttribute('role')")) != "tab":
        await tab_to(page, "Conferences", exact=True)  # the place of the same name in the main menu comes first
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="County council")).to_be_visible()
    await from_menu(page, "County council", "Cancel conference")
    await press_on(page, "Cancel conference")
    await expect(page.get_by_role("heading", name="County council")).to_have_count(0)
    over = item_of(admin, "County council", "history")
    assert over is not None and over["state"] == "cancelled"


async def test_reserve_a_room(opened: Opened, people: dict[str, Organiser]) -> None:
    """Task 6."""
    page = await opened("/home", "admin")
    await press_on(page, "New conference")
    await expect(page.get_by_label("Title", exact=True)).to_be_focused()
    await page.keyboard.type("Project room")
    await tab_to(page, "Now")
    await press(page, "ArrowDown", "ArrowDown")
    await press_on(page, "Add a session")
    await press_on(page, "Create conference")
    ready = page.get_by_role("dialog", name="Your conference is ready")
    await expect(ready.get_by_text("ADMIN PIN", exact=True).first).to_be_visible()
    await press_on(page, "Done")
    await expect(page.get_by_role("heading", name="Project room")).to_be_visible()


async def test_search_the_list_change_the_day_and_connect(opened: Opened, people: dict[str, Organiser]) -> None:
    """Tasks 13 and 14: an invited user finds the conference and goes in from the list."""
    admin = people["admin"]
    start = int(datetime.datetime(NEXT_YEAR, 3, 2, 9, tzinfo=datetime.UTC).timestamp() * 1000)
    rows = [admin.conference(title="Assembly", kind="scheduled", starts_at=start, ends_at=start + 3_600_000)]
    rows.append(admin.conference(title="Open meeting"))
    for one in rows:
        person = {"name": "Anna Example", "email": "anna@example.org", "kind": "person", "moderator": False}
        admin.call("POST", f"/api/conferences/{one['id']}/invitees", person)
    page = await opened("/home", "anna")
    assembly, meeting = (page.get_by_role("heading", name=name) for name in ("Assembly", "Open meeting"))
    await expect(assembly).to_be_visible()
    await write(page, "Search by title", "open")
    await expect(assembly).to_have_count(0)
    await press_on(page, "Show all")
    await expect(assembly).to_be_visible()
    await tab_to(page, "Day")
    await page.keyboard.type(f"0302{NEXT_YEAR}")
    await expect(meeting).to_have_count(0)
    await expect(assembly).to_be_visible()
    await press_on(page, "Show all")
    await press_on(page, "Connect: Open meeting")
    await page.get_by_test_id("join").wait_for()
    await press_on(page, "Join")
    await in_the_room(page)
    assert (await me(page))["name"] == "Anna Example"


async def test_a_moderator_lets_somebody_in_and_mutes_them(
    opened: Opened, people: dict[str, Organiser], browser: Browser
) -> None:
    """Tasks 18 and 19."""
    conference = people["admin"].conference(title="Closed door", lobby=True)
    page = await opened(conference["moderator_url"])
    await write(page, "Your name", "Olga")
    await press_on(page, "Join")
    await in_the_room(page)
    guest = await Participant.arrive(browser, conference["participant_url"], "Guest", camera=False, join=False)
    await guest.page.get_by_test_id("join").click()
    await page.get_by_test_id("waiting").wait_for()
    await press_on(page, "Let in Guest")
    await in_the_room(guest.page)
    row = page.locator('[data-name="Guest"]')
    await expect(row).to_be_visible()
    await tab_to(page, "Actions for Guest")
    await page.keyboard.press("ArrowDown")
    await choose(page, "Mute")
    await expect(row.get_by_role("img", name="Muted by a moderator")).to_be_visible()
    assert (await me(guest.page))["mic"]["on"] is False
    await guest.close()


async def test_two_factor_sessions_requests_language_and_contrast(
    opened: Opened, served: Server, people: dict[str, Organiser]
) -> None:
    """Task 20, E2-5 to E2-8: an account's and a coordinator's own affairs, the language, how pages look."""

    async def token() -> str:
        storage = await Storage.open(StorageConfig(served.data_dir))
        user = next(one for one in await storage.users.all() if one.email == "anna@example.org")
        made: str = await storage.sign_in_links.create(user.id, now_ms=int(time.time() * 1000))
        await storage.close()
        return made

    people["anna"] = Organiser(served.url, f"{served.url}/sign-in#{await token()}")  # a sign-in of the last minutes
    page = await opened("/account#security", "anna")
    await press_on(page, "Set up 2FA")
    secret = await page.get_by_role("status", name="Or type this key").inner_text()
    await write(page, "Verification code", pyotp.TOTP(secret.replace(" ", "")).now())
    await page.keyboard.press("Enter")
    await press_on(page, "I have kept them")
    await expect(page.get_by_text("Active", exact=True)).to_be_visible()

    elsewhere = Organiser(served.url, f"{served.url}/sign-in#{await token()}")
    await page.reload()
    await press_on(page, "Sign out:")
    await expect(page.get_by_text("Signed out there.").first).to_be_attached()
    assert elsewhere.call("GET", "/api/me")["user"] is None

    wish = {"role": "body_coordinator", "telephone": "+48 600 100 200", "purpose": "Weekly council"}
    people["ben"].call("POST", "/api/account/role-requests", wish)
    desk = await opened("/users#approval", "admin")
    await press_on(desk, "Accept Ben Example")
    await expect(desk.get_by_text("Nothing awaits approval")).to_be_visible()
    assert people["ben"].call("GET", "/api/me")["user"]["role"] == "body_coordinator"

    await tab_to(desk, "Language")
    await desk.keyboard.type("Pol")
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Użytkownicy")
    await desk.keyboard.press("ArrowUp")
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Users")
    await press_on(desk, "Accessibility")
    await desk.get_by_role("dialog").wait_for()
    await tab_to(desk, "100")
    await desk.keyboard.press("ArrowRight")
    await tab_to(desk, "Brightness")
    await desk.keyboard.press("ArrowLeft")
    await tab_to(desk, "Normal")
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_role("dialog")).to_have_count(0)
    looks = "(({ style, dataset }) => [style.fontSize, style.getPropertyValue('--brightness'), dataset.contrast])"
    assert await desk.evaluate(f"{looks}(document.documentElement)") == ["115%", "0.95", "more"]
    other = await desk.context.new_page()
    await other.goto(served.url + "/help")
    assert await other.evaluate(f"{looks}(document.documentElement)") == ["115%", "0.95", "more"]
    await press_on(other, "Accessibility")
    await press_on(other, "Back to normal")
    await expect(desk.locator("html")).not_to_have_attribute("data-contrast", "more")  # the first window follows
