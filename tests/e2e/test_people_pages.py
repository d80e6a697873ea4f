"""The pages of users, bodies and collaborators in a real Chromium."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from storage.service import Storage, StorageConfig
from tests.support.pages import axe, fits, shot
from tests.support.server import Organiser, Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("people") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def administrator(served: Server) -> Organiser:
    """Of the first body, signed in by the one link that works once."""
    return Organiser(served.url, served.sign_in_url)


@pytest.fixture
async def page(browser: Browser, administrator: Organiser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies(administrator.cookies())
    opened = await context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    await context.close()


async def with_a_further_address(server: Server, email: str) -> tuple[str, str]:
    """Somebody of the body, made by whoever runs the server: id, and a sign-in link."""
    storage = await Storage.open(StorageConfig(server.data_dir))
    body, now = await storage.users.only_body(), int(time.time() * 1000)
    made = await storage.users.add("Anastasia Papadopoulou", role="user", email="anastasia@example.org", body=body)
    await storage.extra_emails.add(made.id, email, now_ms=now)
    token = await storage.sign_in_links.create(made.id, now_ms=now)
    await storage.close()
    return made.id, f"{server.url}/sign-in#{token}"


async def test_a_further_address_is_confirmed_by_hand(served: Server, page: Page, browser: Browser) -> None:
    """E2-78: by keyboard in the view of the person, who sees it in the account, in Greek and on a phone too."""
    email = "anastasia.papadopoulou.of.the.department.of.citizens@example.org"
    person, link = await with_a_further_address(served, email)
    await page.goto(f"{served.url}/users/{person}")
    await expect(page.get_by_text(f"{email} (not confirmed)")).to_be_visible()
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name=f"Confirm {email} manually").press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(f"You vouch that {email} belongs to Anastasia Papadopoulou.")
    await axe(page)
    await fits(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    await shot(page, "vouch-en")
    await dialog.get_by_role("button", name="Confirm", exact=True).press("Enter")
    await expect(page.get_by_text(f"{email} (manually confirmed)")).to_be_visible()
    await expect(page.get_by_role("button", name="manually")).to_have_count(0)
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="el-GR")
    own = await context.new_page()
    await own.goto(link)
    await expect(own.get_by_role("heading", level=1)).to_be_visible()
    await own.goto(served.url + "/account#emails")
    await expect(own.get_by_text("Επιβεβαιωμένη από συντονιστή")).to_be_visible()
    await axe(own)
    await fits(own)
    await own.set_viewport_size({"width": 390, "height": 844})
    await shot(own, "vouched-el")
    await context.close()


async def test_units_coordinators_groups_and_approvals(served: Server, page: Page) -> None:
    """E1-21, E2-67 to E2-75, E2-78, E2-82, E2-85, E2-94 to E2-102, E2-130."""
    await page.goto(served.url + "/body")
    await page.get_by_label("New unit").fill("Finance")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_text("0 coordinators")).to_be_visible()
    await axe(page)
    await fits(page)
    await page.goto(served.url + "/users")
    await page.get_by_role("button", name="Add Unit Coordinator").click()
    await page.get_by_label("Surname").fill("Nowak")
    await page.get_by_label("First name").fill("Jan")
    await page.get_by_label("E-mail").fill("jan@example.org")
    await axe(page)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Details of Jan Nowak").click()
    await expect(page.get_by_text("Invited", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Send the activation e-mail again").click()
    await expect(page.get_by_role("region", name="Notices").get_by_text("once more")).to_be_visible()
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name="Convert Jan Nowak to a simple user").click()
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("button", name="Details of Jan Nowak")).to_have_count(0)
    await page.get_by_role("tab", name="Users").click()
    await expect(page.get_by_role("link", name="View Jan Nowak")).to_be_visible()
    await page.get_by_role("tab", name="Groups").click()
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Name").fill("Council")
    await page.get_by_label(re.compile("Description")).fill("Weekly council")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("0 members")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await axe(page)
    await fits(page)
    await page.get_by_role("tab", name="Pending approval").click()
    await expect(page.get_by_text("Nothing awaits approval")).to_be_visible()
    await page.get_by_role("tab", name="Groups").click()
    await page.get_by_role("button", name="Create a conference with Council").click()
    await expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("Weekly council")
    await page.goto(served.url + "/account#collaborators")
    await expect(page.get_by_role("heading", name="Who may edit my conferences")).to_be_visible()
    await axe(page)
    await fits(page)


async def test_texts_and_audit_log(served: Server, page: Page) -> None:
    """E1-29, decision 12; the audit log says who changed a text."""
    await page.goto(served.url + "/administration")
    await page.get_by_label("Text", exact=True).select_option("contact")
    await expect(page.get_by_text("As it comes with the product.")).to_be_visible()
    words = page.get_by_label("Contact", exact=True)
    await words.fill("# Contact\n\nTown hall <b>office</b>\n\n- by telephone\n- by mail")
    preview = page.get_by_role("region", name="What readers see")
    await expect(preview.get_by_role("heading", name="Contact")).to_be_visible()
    await expect(preview.get_by_text("Town hall <b>office</b>")).to_be_visible()
    await expect(preview.get_by_role("listitem")).to_have_count(2)
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text(re.compile("^Changed "))).to_be_visible()
    await page.reload()
    await page.get_by_label("Text", exact=True).select_option("contact")
    await expect(words).to_have_value(re.compile("Town hall"))
    await page.get_by_role("button", name="Restore the shipped text").click()
    await page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    await axe(page)
    await page.get_by_role("dialog").get_by_role("button", name="Restore the shipped text").click()
    await expect(page.get_by_text("As it comes with the product.")).to_be_visible()
    await page.get_by_role("tab", name="Audit log").click()
    said = page.get_by_role("cell", name="Organiser changed the text “Contact” (en)")
    await expect(said.first).to_be_visible()
    await page.get_by_role("button", name=re.compile("Details of entry")).first.click()
    await expect(page.get_by_text("contact/en", exact=True)).to_be_visible()
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name="Everything about this").click()
    await expect(page.get_by_text("Only: Text of the installation “Contact” (en)")).to_be_visible()
    await expect(page.get_by_role("row")).to_have_count(4)  # the head, two acts, and what the open one holds
    await page.get_by_role("button", name="Clear the search").click()
    await expect(page.get_by_text("Only: Text")).to_have_count(0)


async def test_the_audit_log_is_searched_and_taken_away(
    served: Server, administrator: Organiser, page: Page, tmp_path: Path
) -> None:
    """By person, act and days, on a phone too; the file holds what is found."""
    council = administrator.conference(title="=Council of the log")["id"]
    administrator.call("POST", f"/api/conferences/{council}/invitees", {"name": "Gast", "email": "gast@example.org"})
    await page.goto(served.url + "/administration#audit")
    log = page.get_by_role("table", name="Audit log")
    await expect(log.get_by_text("Organiser invited Gast to the conference “=Council of the log”")).to_be_visible()
    await page.get_by_label("Act", exact=True).select_option(label="Conference created")
    await expect(log.get_by_text("Organiser created the conference “=Council of the log”")).to_be_visible()
    await expect(log.get_by_text("invited")).to_have_count(0)
    await page.get_by_label("Person").fill("orga")
    today = await page.evaluate("() => new Date().toLocaleDateString('sv')")
    await page.get_by_label("From day").fill(today)
    await page.get_by_label("Until day").fill("2020-01-01")
    await expect(page.get_by_text("The last day is before the first.")).to_be_visible()
    await expect(page.get_by_text("Nothing matches the search.")).to_be_visible()
    await page.get_by_label("Until day").fill(today)
    await expect(log.get_by_text("Organiser created the conference “=Council of the log”")).to_be_visible()
    await axe(page)
    await shot(page, "audit-search")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Export as CSV").click()
    file = tmp_path / "audit.csv"
    await (await coming.value).save_as(file)
    head, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert {row["action"] for row in found} == {"conference_created"}
    assert "'=Council of the log" in {row["object_name"] for row in found}
    await fits(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    await shot(page, "audit-search")
    await page.get_by_label("Person").fill("nobody of this name")
    await expect(page.get_by_text("Nothing matches the search.")).to_be_visible()
    await page.get_by_role("button", name="Clear the search").click()
    await expect(page.get_by_label("Person")).to_have_value("")
    await expect(log.get_by_text("Organiser invited Gast to the conference “=Council of the log”")).to_be_visible()


async def test_the_own_name_is_changed_in_the_account(served: Server, browser: Browser) -> None:
    """(E2-33) By keyboard; the page follows. (What the log says: tests/portal/test_profile.py.)"""
    storage = await Storage.open(StorageConfig(served.data_dir))
    now = int(time.time() * 1000)
    made = await storage.users.add("Anna Kowalska", role="user", body=await storage.users.only_body())
    token = await storage.sign_in_links.create(made.id, now_ms=now)
    await storage.close()
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{served.url}/sign-in#{token}")
    await page.wait_for_url("**/home")
    await page.goto(served.url + "/account")
    surname = page.get_by_label("Surname")
    await expect(surname).to_have_value("Kowalska")
    await surname.fill("")
    await page.keyboard.press("Enter")
    await expect(surname).to_be_focused()
    await expect(surname).to_have_accessible_description(re.compile(".+"))
    await page.keyboard.type("Παπαδοπούλου-Κωνσταντινίδου")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The name is saved.").first).to_be_visible()
    await expect(page.get_by_text("Anna Παπαδοπούλου-Κωνσταντινίδου").first).to_be_visible()
    await axe(page)
    await shot(page, "own-name")
    await fits(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    await shot(page, "own-name")
    await context.close()


async def test_a_completed_conference_gives_a_group(served: Server, administrator: Organiser, page: Page) -> None:
    """E2-89 to E2-92."""
    conference = administrator.conference(title="Spring council")["id"]
    administrator.call("POST", f"/api/conferences/{conference}/end")
    await page.goto(served.url + "/conferences")
    await page.get_by_role("tab", name="History").click()
    await page.get_by_role("button", name=re.compile("Spring council")).click()
    await page.get_by_role("menuitem", name="Create a group of the participants").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Spring council")
    await axe(page)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Show groups").click()
    await expect(page.get_by_role("cell", name="Spring council", exact=True)).to_be_visible()
