"""Scheduling in Chromium: a date, a reserved room, people from a list, answers, moving, and the connect button."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from storage.rsvp import rsvp_token
from storage.secrets import Secrets
from tests.support.altered import altered
from tests.support.browser import watch
from tests.support.pages import DESKTOP, PHONE, TOO_WIDE, shot, shots
from tests.support.server import Organiser, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
async def page(browser: Browser, organiser: Organiser, server: Server) -> AsyncIterator[Page]:
    """The coordinator, signed in, in Athens."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Europe/Athens")
    await context.add_cookies(organiser.cookies())
    opened = await context.new_page()
    opened.set_default_timeout(20_000)
    problems: list[str] = []
    watch(opened, problems)
    await opened.goto(f"{server.url}/home")
    await expect(opened.get_by_role("heading", name="My conferences")).to_be_visible()
    yield opened
    assert [one for one in problems if "status of 4" not in one] == []
    await context.close()


def tomorrow() -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)).date().isoformat()


async def new(page: Page, title: str, kind: str) -> None:
    await page.get_by_role("button", name="New conference").click()
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_role("radio", name=kind).check()


async def details(organiser: Organiser, title: str) -> dict[str, Any]:
    for which in ("current", "future", "postponed", "history"):
        for item in organiser.call("GET", f"/api/conferences?list={which}&size=100")["items"]:
            if item["title"] == title:
                found: dict[str, Any] = organiser.call("GET", f"/api/conferences/{item['id']}")
                return found
    raise AssertionError(title)


async def test_a_date_in_the_organisers_zone_is_made_moved_postponed_and_cancelled(
    page: Page, organiser: Organiser
) -> None:
    """E2-102 to E2-108, E2-112, decision 9: list, form, dialogs."""
    await shots(page, "home-empty")
    await new(page, "Council of Warsaw", "At a date")
    await page.get_by_role("group", name="Start").get_by_label("Date").fill(tomorrow())
    await page.get_by_role("group", name="Start").get_by_label("Time").select_option("10:15")
    await page.get_by_role("group", name="End").get_by_label("Date").fill(tomorrow())
    await page.get_by_role("group", name="End").get_by_label("Time").select_option("10:15")
    await page.get_by_role("button", name="Create conference").click()
    await expect(page.get_by_text("The end must be after the start.")).to_be_visible()
    await page.get_by_role("group", name="End").get_by_label("Time").select_option("11:45")
    await page.get_by_label("Time zone").select_option("Europe/Warsaw")
    await shots(page, "form-scheduled")
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("button", name="Done").click()
    made = await details(organiser, "Council of Warsaw")
    start = datetime.datetime.fromtimestamp(made["starts_at"] / 1000, datetime.UTC)
    assert (made["time_zone"], made["ends_at"] - made["starts_at"]) == ("Europe/Warsaw", 90 * 60_000)
    assert start.date().isoformat() == tomorrow()
    assert start.minute == 15
    await expect(page.get_by_role("heading", name="Later")).to_be_visible()
    await expect(page.get_by_text("(Europe/Warsaw)")).to_be_visible()
    await shots(page, "home-planned")

    more = page.get_by_role("button", name="More for Council of Warsaw")
    await more.click()
    await page.get_by_role("menuitem", name="Postpone").click()
    await page.get_by_role("dialog").get_by_role("button", name="Postpone").click()
    await page.get_by_role("tab", name="Postponed").click()
    await expect(page.get_by_role("heading", name="Council of Warsaw")).to_be_visible()
    await shots(page, "postponed")
    await page.get_by_role("button", name="Set a new date").click()
    await page.get_by_role("dialog").get_by_role("button", name="Move").click()
    await page.get_by_role("tab", name="Conferences").click()
    await expect(page.get_by_role("heading", name="Council of Warsaw")).to_be_visible()
    moved = await details(organiser, "Council of Warsaw")
    assert (moved["number"], moved["pin"]) == (made["number"], made["pin"])
    await more.click()
    await page.get_by_role("menuitem", name="Cancel conference").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel conference").click()
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


async def test_people_from_a_list_and_by_hand(
    page: Page, organiser: Organiser, server: Server, browser: Browser
) -> None:
    """S-7 to S-10, H-10, H-11, E2-87: people from a list and by hand, ticks, answers by the mail's link."""
    await new(page, "Safety at work", "At a date")
    await page.get_by_label("Record this conference").check()
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Access and people").click()
    await page.get_by_label("Name", exact=True).fill("Ioana Popescu")
    await page.get_by_label("E-mail").fill("ioana")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_label("E-mail")).to_have_accessible_description("This is not an e-mail address.")
    tops = "(all) => all.map((one) => Math.round(one.getBoundingClientRect().top))"
    fields = page.locator(".portal-people-add input:not([type=checkbox])")
    assert len(set(await fields.evaluate_all(tops))) == 1, "an error moves no field out of the line"
    await shots(page, "person-error")
    await page.get_by_label("E-mail").fill("ioana@example.org")
    await page.get_by_role("checkbox", name="Moderator").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("ioana@example.org")).to_be_visible()
    await page.get_by_role("button", name="Add many").click()
    text = "Ana <ana@example.org>\nBen;ben@example.org;+40 721 234 567\nnobody\nAna;ana@example.org"
    page.on("filechooser", lambda _: None)  # asked for now: with the press, the browser may learn of it too late
    chooser = page.get_by_label("Or read a CSV file")
    await expect(chooser).to_have_accessible_description("No file chosen")
    await page.get_by_label("People, one per line").focus()
    await page.keyboard.press("Tab")
    await expect(chooser).to_be_focused()
    async with page.expect_file_chooser() as opened:
        await page.keyboard.press("Enter")
    await (await opened.value).set_files({"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()})
    await expect(page.get_by_label("People, one per line")).to_have_value(text)
    await expect(chooser).to_have_accessible_description("people.csv")
    await page.get_by_role("button", name="Check the list").click()
    await expect(page.get_by_text("Line 3: nobody: neither e-mail address nor number")).to_be_visible()
    await expect(page.get_by_text("Line 4: Ana: twice in the list")).to_be_visible()
    await shots(page, "bulk")
    await page.get_by_role("button", name="Invite 2 people").click()
    await expect(page.get_by_text("+40721234567")).to_be_visible()
    await expect(page.get_by_text("3 people invited")).to_be_visible()

    made = await details(organiser, "Safety at work")
    ana = next(one for one in made["invitees"] if one["name"] == "Ana")
    token = rsvp_token(Secrets(server.data_dir / "secrets"), ana["id"])
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    phone = await context.new_page()
    await phone.goto(f"{server.url}/rsvp/accept#{token}")
    await expect(phone.get_by_role("heading", name="You have accepted")).to_be_visible()
    await shot(phone, "rsvp")
    await phone.get_by_role("button", name="I will not come").click()
    await expect(phone.get_by_role("heading", name="You have declined")).to_be_visible()
    await phone.goto("about:blank")
    await phone.goto(f"{server.url}/rsvp/accept#{altered(token, -1)}")
    await expect(phone.get_by_role("heading", name="This link leads nowhere")).to_be_visible()
    await expect(page.get_by_text("Declined")).to_be_visible(timeout=15_000)

    await page.get_by_role("heading", name="messages").click()
    await expect(page.get_by_text("This server sends no mail")).to_be_visible()
    await expect(page.get_by_text("Invitation · Ana")).to_be_visible()
    await expect(page.get_by_text("Written to the folder").first).to_be_visible()
    await expect(page.get_by_text("Sent", exact=True)).to_have_count(0)
    await shots(page, "people")
    assert [one["moderator"] for one in made["invitees"]] == [True, False, False]


async def test_search_and_day(page: Page, organiser: Organiser) -> None:
    """E2-107: other days through the date; E2-70-like search by title, without accents."""
    quarter = 15 * 60_000
    start = (int(datetime.datetime.now(datetime.UTC).timestamp() * 1000) // quarter + 4) * quarter
    day = 86_400_000
    for n, title in enumerate(("Συμβούλιο", "Board", "Assembly")):
        organiser.conference(
            title=title, kind="scheduled", starts_at=start + n * 3 * day, ends_at=start + n * 3 * day + quarter
        )
    await page.reload()
    await expect(page.get_by_role("heading", name="Assembly")).to_be_visible()
    await page.get_by_label("Search by title").fill("συμβουλιο")
    await expect(page.get_by_role("heading", name="Assembly")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Συμβούλιο")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    local = datetime.datetime.fromtimestamp((start + 3 * day) / 1000, datetime.UTC) + datetime.timedelta(hours=2)
    await page.get_by_label("Day", exact=True).fill(local.date().isoformat())
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()
    await expect(page.get_by_role("heading", name="Assembly")).to_have_count(0)


async def test_a_conference_is_held_on_behalf_of_a_unit_or_of_the_body(page: Page, organiser: Organiser) -> None:
    """E2-12, E2-18: chosen in the form and changed there; the card says for which unit."""
    body = organiser.call("GET", "/api/me")["user"]["body"]
    roads = "Διεύθυνση Οδοποιίας"
    for name in (roads, "Parks"):
        organiser.call("POST", f"/api/bodies/{body['id']}/units", {"name": name})
    await new(page, "Council of Roads", "Now")
    behalf = page.get_by_label("On behalf of")
    assert await behalf.locator("option").all_inner_texts() == [body["name"], *sorted(("Parks", roads))]
    await expect(behalf).to_have_value("")
    await behalf.select_option(roads)
    await behalf.focus()
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await behalf.scroll_into_view_if_needed()
        assert await page.evaluate(TOO_WIDE) == []
        await shot(page, "form-behalf")
    await page.get_by_role("button", name="Create conference").click()
    await page.get_by_role("button", name="Done").click()
    card = page.get_by_role("listitem").filter(has_text="Council of Roads")
    await expect(card.get_by_text(f"On behalf of: {roads}")).to_be_visible()
    await shots(page, "card-behalf")
    await card.get_by_role("button", name="More for Council of Roads").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await expect(behalf.locator("option:checked")).to_have_text(roads)
    await behalf.select_option(body["name"])
    await page.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("On behalf of")).to_have_count(0)
    assert (await details(organiser, "Council of Roads"))["unit_id"] is None
