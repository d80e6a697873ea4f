"""The pages of users, bodies and collaborators in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_account_pages import axe, fits
from tests.support.server import Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("people") / "data") as server:
        yield server


@pytest.fixture
async def page(browser: Browser, served: Server) -> AsyncIterator[Page]:
    """The administrator of the first body, signed in."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    opened.set_default_timeout(20_000)
    assert served.sign_in_url is not None
    await opened.goto(served.sign_in_url)
    await expect(opened).to_have_url(re.compile("/home"))
    yield opened
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
    await expect(page.get_by_role("button", name="View Jan Nowak")).to_be_visible()
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
