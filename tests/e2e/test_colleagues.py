"""Coordinators of one body in Chromium, with a real mail server: a conference from a group, saved and mailed, and
collaborators who are asked, accept, reject and edit."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.async_api import Browser, Locator, Page, Route, expect

from storage.service import Storage, StorageConfig
from tests.e2e.room import eventually
from tests.support.browser import watch
from tests.support.mail_server import Delivery, MailServer
from tests.support.pages import shot
from tests.support.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MINUTE = 60_000
NAMES = {"alfa": "Alfa Adamou", "beta": "Beata Bielska", "gamma": "Gavril Georgescu"}


@pytest.fixture
def server(tmp_path: Path, mail: MailServer) -> Iterator[Server]:
    started = Server(tmp_path / "data", env={"PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}"}).start()
    yield started
    started.stop()


async def sign_in_links(data: Path) -> dict[str, str]:
    """Three Unit Coordinators of the one body, made by whoever runs the server."""
    storage = await Storage.open(StorageConfig(data))
    body, found = await storage.users.only_body(), {}
    for who, name in NAMES.items():
        made = await storage.users.add(name, role="unit_coordinator", email=f"{who}@example.org", body=body)
        found[who] = await storage.sign_in_links.create(made.id, now_ms=int(time.time() * 1000))
    await storage.close()
    return found


class Colleagues:
    """A page for each, signed in."""

    def __init__(self, browser: Browser, server: Server, links: dict[str, str]) -> None:
        self._browser, self._url, self._links = browser, server.url, links
        self.opened: list[Page] = []
        self.problems: list[str] = []

    async def page(self, who: str) -> Page:
        context = await self._browser.new_context(
            viewport={"width": 1280, "height": 800}, timezone_id="Europe/Bucharest"
        )
        page = await context.new_page()
        watch(page, self.problems)
        self.opened.append(page)
        await page.goto(f"{self._url}/sign-in#{self._links[who]}")
        await expect(page.get_by_role("heading", name="My conferences")).to_be_visible()
        return page


@pytest.fixture
async def colleagues(browser: Browser, server: Server) -> AsyncIterator[Colleagues]:
    made = Colleagues(browser, server, await sign_in_links(server.data_dir))
    expect.set_options(timeout=12_000)  # lists are looked for every 8 s
    yield made
    expect.set_options(timeout=5_000)
    for page in made.opened:
        await page.context.close()


async def letters(mail: MailServer, count: int) -> list[Delivery]:
    async def come() -> bool:
        return len(mail.taken) >= count

    await eventually(come, within_s=15, what=f"{count} letters")
    return sorted(mail.taken[-count:], key=lambda each: each.to)


async def test_a_group_becomes_a_conference_that_is_saved_and_mailed(
    server: Server, mail: MailServer, colleagues: Colleagues
) -> None:
    """E2-86, E2-94, E2-95, E2-98, E2-100 to E2-104."""
    page = await colleagues.page("alfa")
    await page.goto(server.url + "/users#groups")
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Name", exact=True).fill("Council")
    await page.get_by_label("Description").fill("Weekly council of the town")
    await page.get_by_role("button", name="Save").click()
    for who in ("beta", "gamma"):
        await page.get_by_label("Add a member by e-mail").fill(f"{who}@example.org")
        await page.get_by_role("button", name="Find").click()
        await page.get_by_role("button", name=f"Add {NAMES[who]}").click()
        await expect(page.get_by_role("button", name=f"Remove {NAMES[who]}")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("row").filter(has_text="Weekly council of the town")).to_contain_text("2")

    pressed = time.time() * 1000
    await page.get_by_role("button", name="Create a conference with Council").click()
    form = page.get_by_role("dialog", name="New conference")
    await expect(form.get_by_label("Title", exact=True)).to_have_value("Weekly council of the town")
    await expect(form.get_by_text("The 2 members of “Council” are invited.")).to_be_visible()
    await expect(form.get_by_role("radio", name="At a date")).to_be_checked()
    await expect(form.get_by_text(re.compile("^15 mins? long"))).to_be_visible()
    await shot(page, "colleagues-group-form")
    starts = await page.evaluate(
        """() => {
          const start = document.querySelector('.portal-moment');
          const [date, time] = [start.querySelector('input[type=date]'), start.querySelector('select')];
          return new Date(`${date.value}T${time.value}`).getTime();
        }"""
    )
    assert starts % (15 * MINUTE) == 0 and -MINUTE < starts - pressed <= 16 * MINUTE  # the next quarter hour
    await form.get_by_label("Title", exact=True).fill("Council, once more")
    end = form.get_by_role("group", name="End").get_by_label("Time")
    later = await page.evaluate("(ms) => new Date(ms).toTimeString().slice(0, 5)", starts + 45 * MINUTE)
    await end.select_option(later)
    if later < "00:45":
        await (
            form.get_by_role("group", name="End")
            .get_by_label("Date")
            .fill(await page.evaluate("(ms) => new Date(ms).toLocaleDateString('sv')", starts + 45 * MINUTE))
        )

    async def unavailable(route: Route) -> None:
        await route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "Try again."}})

    await page.route("**/invitees/group", unavailable, times=1)
    await form.get_by_role("button", name="Create conference").click()
    await expect(form.get_by_role("alert").last).to_be_in_viewport()
    await form.get_by_role("button", name="Create conference").click()
    await page.get_by_role("dialog", name="Your conference is ready").get_by_role("button", name="Done").click()
    await expect(page.get_by_text("2 people invited")).to_be_visible()
    await expect(page.get_by_role("heading", name="Council, once more")).to_have_count(1)  # not one for each press
    came = await letters(mail, 2)
    assert [each.to for each in came] == ["beta@example.org", "gamma@example.org"]
    for each in came:
        [event] = Calendar.from_ical(each.calendar).walk("VEVENT")
        assert int(event["DTSTART"].dt.timestamp() * 1000) == starts
        assert (event["DTEND"].dt - event["DTSTART"].dt).total_seconds() == 45 * 60
        assert str(event["SUMMARY"]) == "Council, once more" and "Alfa Adamou" in each.text
    await page.get_by_role("button", name="Access and people").click()
    people = page.locator(".portal-people").get_by_role("listitem")
    await expect(people).to_have_count(2)
    await expect(people.filter(has_text=NAMES["beta"])).to_contain_text("has an account")
    assert [each for each in colleagues.problems if "503" not in each] == []


def half(page: Page, heading: str) -> Locator:
    """Upper or lower half of the tab (E2-54, E2-55)."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading))


MINE, THEIRS = "Who may edit my conferences", "Whose conferences I may edit"


async def new_conference(page: Page, title: str) -> None:
    await page.get_by_role("button", name="New conference").click()
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_role("radio", name="At a date").check()
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("dialog", name="Your conference is ready").get_by_role("button", name="Done").click()


async def test_collaborators_from_the_request_to_the_edited_conference(
    server: Server, mail: MailServer, colleagues: Colleagues
) -> None:
    """E2-51 to E2-63."""
    alfa, beta, gamma = [await colleagues.page(who) for who in NAMES]
    await new_conference(alfa, "Budget of Alfa")
    await new_conference(beta, "Roads of Beata")

    # Asked: all at once, by the square in the head of the table; both are pending and have a letter.
    await alfa.goto(server.url + "/account#collaborators")
    await half(alfa, MINE).get_by_role("button", name="Add").click()
    dialog = alfa.get_by_role("dialog", name="Available coordinators")
    await dialog.get_by_role("checkbox", name="beta@example.org").check()
    await expect(dialog.get_by_role("button", name="Add (1)")).to_be_enabled()
    await dialog.get_by_role("checkbox", name="Select all").check()
    await expect(dialog.get_by_role("checkbox", name="gamma@example.org")).to_be_checked()
    await shot(alfa, "colleagues-available")
    await dialog.get_by_role("button", name=re.compile(r"^Add \(\d\)")).click()
    sent = half(alfa, MINE).get_by_role("listitem")
    for who in ("beta", "gamma"):
        await expect(sent.filter(has_text=NAMES[who])).to_contain_text("Pending")
    [to_administrator] = [each for each in await letters(mail, 2) if each.to == "beta@example.org"]
    assert "Alfa Adamou asks you to help" in to_administrator.text

    # Taken back and asked again: "Delete", then "Yes" (E2-60).
    await sent.filter(has_text=NAMES["gamma"]).get_by_role("button", name="Delete").click()
    await alfa.get_by_role("dialog").get_by_role("button", name="Yes").click()
    await expect(sent.filter(has_text=NAMES["gamma"])).to_have_count(0)
    await gamma.goto(server.url + "/account#collaborators")
    await expect(half(gamma, THEIRS).get_by_text("Nobody yet.")).to_be_visible()
    await half(alfa, MINE).get_by_role("button", name="Add").click()
    await expect(dialog.get_by_role("checkbox", name="beta@example.org")).to_have_count(0)
    await dialog.get_by_role("checkbox", name="gamma@example.org").check()
    await dialog.get_by_role("button", name="Add (1)").click()
    await expect(sent.filter(has_text=NAMES["gamma"])).to_contain_text("Pending")

    # One rejects, which needs no accepting first (E2-63); the other follows the letter and accepts.
    await gamma.reload()
    await half(gamma, THEIRS).get_by_role("button", name="Reject Alfa Adamou").click()
    await expect(half(gamma, THEIRS).get_by_text("Nobody yet.")).to_be_visible()
    await beta.goto(next(word for word in to_administrator.text.split() if "/account#collaborators" in word))
    incoming = half(beta, THEIRS).get_by_role("listitem").filter(has_text="Alfa Adamou")
    await expect(incoming).to_contain_text("Pending")
    await shot(beta, "colleagues-incoming")
    await incoming.get_by_role("button", name="Accept").click()
    await expect(incoming).to_contain_text("Active")
    await alfa.reload()
    await expect(sent.filter(has_text=NAMES["beta"])).to_contain_text("Active")
    await expect(sent.filter(has_text=NAMES["gamma"])).to_have_count(0)
    await shot(alfa, "colleagues-active")
    upper, lower = [await half(alfa, heading).bounding_box() for heading in (MINE, THEIRS)]
    assert upper is not None and lower is not None and upper["y"] + upper["height"] <= lower["y"]

    # Now Beata edits Alfa's conference, and Alfa sees nothing of Beata's (E2-52, E2-53).
    await beta.goto(server.url + "/home")
    await expect(beta.get_by_text("As collaborator")).to_be_visible()
    await beta.get_by_role("button", name="More for Budget of Alfa").click()
    await beta.get_by_role("menuitem", name="Edit").click()
    await beta.get_by_label("Title", exact=True).fill("Budget, edited by Beata")
    await beta.get_by_role("button", name="Save").click()
    await expect(beta.get_by_role("heading", name="Budget, edited by Beata")).to_be_visible()
    await alfa.goto(server.url + "/home")
    await expect(alfa.get_by_role("heading", name="Budget, edited by Beata")).to_be_visible()
    await expect(alfa.get_by_role("heading", name="Roads of Beata")).to_have_count(0)

    # Either side ends it: the conference is out of her hands.
    await beta.goto(server.url + "/account#collaborators")
    await incoming.get_by_role("button", name="Delete").click()
    await beta.get_by_role("dialog").get_by_role("button", name="Yes").click()
    await expect(incoming).to_have_count(0)
    await beta.goto(server.url + "/home")
    await expect(beta.get_by_role("heading", name="Roads of Beata")).to_be_visible()
    await expect(beta.get_by_role("heading", name="Budget, edited by Beata")).to_have_count(0)
    assert colleagues.problems == []
