"""The account's pages in a real Chromium, against a real provider and the mails that the server wrote."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator

import pyotp
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import update

from storage.service import Storage, StorageConfig
from storage.tables import WebSession
from tests.e2e.accounts import SIGN_IN, at_provider, mailed, provider_env
from tests.portal.accounts_support import GOOD, provider
from tests.support.pages import axe, fits
from tests.support.server import Organiser, Server, running

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a provider beside it; mails are files in its folder."""
    folder = tmp_path_factory.mktemp("accounts") / "data"
    with provider() as oidc, running(folder, env=provider_env(oidc)) as server:
        yield server


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    await context.close()


def watched(page: Page, server: Server) -> list[str]:
    """What should never happen in a page of ours; the provider's pages are its own business."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on(
        "console",
        lambda said: (
            problems.append(said.text) if said.type == "error" and said.location["url"].startswith(server.url) else None
        ),
    )
    return problems


async def tab_to(page: Page, target: Locator) -> None:
    """By keyboard alone."""
    for _ in range(60):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError("not reached by Tab")


async def test_a_citizens_way_to_a_finished_account_by_keyboard(served: Server, page: Page, browser: Browser) -> None:
    """E0-4 to E0-18, E1-6 to E1-9, E2-22 to E2-28: provider, confirmation screen, activation, the link in the mail."""
    problems = watched(page, served)
    await page.goto(served.url + "/")
    await page.get_by_role("link", name="Sign in").click()
    to_provider = page.get_by_role("link", name=SIGN_IN)
    await expect(to_provider).to_be_visible()
    await axe(page)
    await fits(page)
    await tab_to(page, to_provider)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="maria-1").click()

    await expect(page.get_by_role("heading", name="What you need")).to_be_visible()  # E0-5 to E0-7
    for text in ("A device with a current browser", "Internet access", "A camera", "Microphone and headphones"):
        await expect(page.get_by_text(text, exact=True)).to_be_visible()
    await expect(page.get_by_text("This computer:")).to_be_visible()  # E0-6
    await expect(page.get_by_text("Found", exact=True).nth(1)).to_be_visible()  # this browser, and the network
    await axe(page)
    await fits(page)
    await tab_to(page, page.get_by_role("button", name="Continue"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()
    for text in ("Παπαδοπούλου", "Μαρία", "maria@example.gr", "another browser or a private window"):
        await expect(page.get_by_text(text)).to_be_visible()
    await axe(page)
    await fits(page)
    enter = page.get_by_role("button", name="Enter")
    colours = [
        await page.get_by_role("button", name=name).evaluate("button => getComputedStyle(button).backgroundColor")
        for name in ("Cancel", "Enter")
    ]
    (r1, g1, _), (r2, g2, _) = (map(int, re.findall(r"\d+", colour)[:3]) for colour in colours)
    assert r1 > g1 and g2 > r2, colours  # E2-26: red and green
    assert await enter.locator("svg").count() == 1
    await tab_to(page, enter)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Activate your account")).to_be_visible()
    await axe(page)
    await fits(page)
    assert await page.get_by_label("Surname").input_value() == "Παπαδοπούλου"
    await page.goto(served.url + "/home")  # the gate: nothing else is possible
    await expect(page.get_by_role("heading", name="Activate your account")).to_be_visible()
    await tab_to(page, page.get_by_label("Primary e-mail address"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Both squares must be ticked.")).to_be_visible()
    await expect(page.get_by_label("Primary e-mail address")).to_be_focused()
    await page.keyboard.type("maria@example.gr")
    for square in ("I accept the terms of use", "I accept the privacy statement"):
        await tab_to(page, page.get_by_label(square))
        await page.keyboard.press(" ")
    await tab_to(page, page.get_by_role("button", name="Send confirmation"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    await axe(page)

    telephone = await (await browser.new_context()).new_page()
    await telephone.goto(mailed(served, "maria@example.gr", "/confirm"))
    await expect(telephone.get_by_text("Μαρία Παπαδοπούλου wants to use maria@example.gr")).to_be_visible()
    await axe(telephone)
    await telephone.get_by_role("button", name="Yes, confirm").click()
    await expect(telephone.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    assert "#" not in telephone.url
    await telephone.context.close()

    await expect(page.get_by_text("Your account is active.").first).to_be_attached(timeout=15_000)
    assert page.url == served.url + "/home"
    assert problems == []


async def test_cancel_and_trouble_at_the_provider_are_told(served: Server, page: Page) -> None:
    """E2-24: Cancel leads home, signed in as nobody."""
    await at_provider(page, served, "afm-123456789")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("heading", name="Enter a conference")).to_be_visible()
    assert (await (await page.request.get(served.url + "/api/me")).json())["user"] is None
    await page.goto(served.url + "/sign-in")
    await page.get_by_role("link", name=SIGN_IN).click()
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("alert").filter(has_text="You cancelled at the provider")).to_be_visible()
    await page.goto(served.url + "/sign-in/confirm")
    await expect(page.get_by_role("heading", name="Signing in did not work")).to_be_visible()
    await axe(page)


async def active(page: Page, server: Server, sub: str, address: str, name: str | None = None) -> None:
    """A finished account, the page at home."""
    await at_provider(page, server, sub)
    await page.get_by_role("button", name="Enter").click()
    await expect(page.get_by_role("heading", name=re.compile("Activate your account|My conferences"))).to_be_visible()
    if page.url.endswith("/home"):
        return
    if name is not None:
        await page.get_by_label("Surname").fill(name)
    await page.get_by_label("Primary e-mail address").fill(address)
    await page.get_by_label("I accept the terms of use").check()
    await page.get_by_label("I accept the privacy statement").check()
    await page.get_by_role("button", name="Send confirmation").click()
    await expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    await page.goto(mailed(server, address, "/confirm"))
    await page.get_by_role("button", name="Yes, confirm").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible()


async def open_account(page: Page, tab: str) -> None:
    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("menuitem", name="My account").click()
    await page.get_by_role("tab", name=tab).click()


async def test_my_account_has_its_tabs_and_saves_what_may_be_changed(served: Server, page: Page) -> None:
    """E2-29 to E2-34, E2-41 to E2-49: four tabs for a simple user, a role asked for and withdrawn."""
    problems = watched(page, served)
    await active(page, served, "nikos-1", "nikos@example.gr")
    await open_account(page, "Edit details")
    names = await page.get_by_role("tab").all_inner_texts()
    assert names == ["Edit details", "E-mail addresses", "Role request", "Two-factor and sign-in"]  # E2-31
    await axe(page)
    await fits(page)
    await page.get_by_label("Telephone").fill("call me")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("This is not a telephone number.")).to_be_visible()
    await page.get_by_label("Telephone").fill("+30 210 1234567")
    await page.get_by_label("Time zone").select_option("Europe/Athens")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    saved = await (await page.request.get(served.url + "/api/account")).json()
    assert (saved["telephone"], saved["time_zone"]) == ("+30 210 1234567", "Europe/Athens")

    await page.get_by_role("tab", name="Edit details").press("ArrowRight")
    await expect(page.get_by_text("Free slots: 3")).to_be_visible()
    await page.get_by_label("New address").fill("nikos.home@example.gr")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Free slots: 2")).to_be_visible()
    await axe(page)
    await fits(page)
    await page.get_by_role("button", name="Remove nikos.home@example.gr").click()
    await expect(page.get_by_text("Free slots: 3")).to_be_visible()

    await page.get_by_role("tab", name="Role request").click()
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_label("Name of your body")).to_be_focused()
    await axe(page)
    await fits(page)
    await page.get_by_label("Name of your body").fill("Δήμος Αθηναίων")
    await page.get_by_label("What do you need it for?").fill("Meetings of the council")
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_text("Your request is waiting")).to_be_visible()
    await page.get_by_role("button", name="Withdraw request").click()
    await expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible()
    assert [
        each for each in problems if "400" not in each
    ] == []  # the refused telephone number is an answer, not a fault


async def test_two_factor_from_the_picture_to_the_recovery_code(served: Server, page: Page, browser: Browser) -> None:
    """E2-64 to E2-66: set up, asked for at the next sign-in, a recovery code instead, turned off."""
    await active(page, served, "nikos-1", "nikos@example.gr")
    await open_account(page, "Two-factor and sign-in")
    await expect(page.get_by_text("Inactive", exact=True)).to_be_visible()
    await axe(page)
    await page.get_by_role("button", name="Set up 2FA").click()
    picture = page.get_by_role("img", name="QR code for the authenticator app")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")  # the policy lets it show
    await axe(page)
    await fits(page)
    app = pyotp.TOTP((await page.get_by_role("status", name="Or type this key").inner_text()).replace(" ", ""))
    await page.get_by_label("Verification code").fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("This code is not right")).to_be_visible()
    await page.get_by_label("Verification code").fill(app.now())
    await page.keyboard.press("Enter")
    codes = page.get_by_role("dialog", name="Your recovery codes")
    await expect(codes).to_be_visible()
    await axe(page)
    kept = await codes.get_by_role("listitem").all_inner_texts()
    assert len(kept) == 10
    await codes.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("Active", exact=True)).to_be_visible()

    other = await (await browser.new_context()).new_page()
    await at_provider(other, served, "nikos-1")
    await other.get_by_role("button", name="Enter").click()
    await expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    await expect(other.get_by_label("Code")).to_be_focused()
    await axe(other)
    await other.keyboard.type(kept[0])
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("heading", name="My conferences")).to_be_visible()
    await other.context.close()

    await page.reload()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(page.get_by_text(re.compile("other browsers? (was|were) signed out")).first).to_be_attached()
    await page.get_by_role("button", name="Turn off").click()
    await page.get_by_role("dialog").get_by_label("Code").fill(kept[1])
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Inactive", exact=True)).to_be_visible()


async def test_what_opens_the_account_asks_once_who_it_is(served: Server, page: Page) -> None:
    """Fresh proof: a dialog, then the call goes again; cancelled, nothing was changed; a second act asks no more."""
    storage = await Storage.open(StorageConfig(served.data_dir))
    user = await storage.users.add("Olga Nowak", email="olga@example.org")
    token = await storage.sign_in_links.create(user.id, now_ms=int(time.time() * 1000))
    olga = Organiser(served.url, f"{served.url}/sign-in#{token}")
    olga.call("POST", "/api/account/password", {"new": GOOD})
    async with storage.db.write() as session:
        await session.execute(update(WebSession).where(WebSession.user_id == user.id).values(proved_ms=0))
    await storage.close()
    await page.context.add_cookies(olga.cookies())
    await page.goto(served.url + "/account#emails")
    asked = page.get_by_role("dialog", name="Is it still you?")
    new = page.get_by_label("New address")
    await new.fill("olga.home@example.org")
    await page.keyboard.press("Enter")
    await expect(asked.get_by_label("Password", exact=True)).to_be_focused()
    await axe(page)
    await fits(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Nothing was changed: first confirm that it is you.")).to_be_visible()
    await expect(new).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(asked.get_by_label("Password", exact=True)).to_be_focused()
    await page.keyboard.type("not the password")
    await page.keyboard.press("Enter")
    await expect(asked.get_by_text("This is not your current password.")).to_be_visible()
    await asked.get_by_label("Password", exact=True).fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(asked).to_have_count(0)
    await expect(page.get_by_text("Free slots: 2")).to_be_visible()
    await page.get_by_role("button", name="Remove olga.home@example.org").click()
    await expect(page.get_by_text("Free slots: 3")).to_be_visible()
    await expect(asked).to_have_count(0)


async def test_password_forgotten_and_set_by_the_link(served: Server, page: Page) -> None:
    """Local accounts: set by link, sign in with it, a wrong one is told in place."""
    await active(page, served, "afm-123456789", "local@example.gr", "Τοπικός")
    await page.context.clear_cookies()
    await page.goto(served.url + "/sign-in")
    await page.get_by_role("link", name="Forgot your password?").click()
    await axe(page)
    await page.get_by_label("E-mail address").fill("local@example.gr")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    await page.goto(mailed(served, "local@example.gr", "/reset"))
    await axe(page)
    await fits(page)
    await page.get_by_label("New password").fill("local@example.gr")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your name or address is the first thing people try")).to_be_visible()
    await page.get_by_label("New password").fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible()
    await page.context.clear_cookies()
    await page.goto(served.url + "/sign-in?return_to=%2Faccount")
    await page.get_by_label("E-mail address").fill("local@example.gr")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="E-mail address or password is wrong.")).to_be_visible()
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My account")).to_be_visible()


async def test_deletion_asks_for_the_address_and_ends_at_home(served: Server, page: Page) -> None:
    """E2-35 to E2-40."""
    await active(page, served, "maria-1", "maria@example.gr")
    await open_account(page, "Edit details")
    delete = page.get_by_role("button", name="Delete account")
    save = page.get_by_role("button", name="Save")
    places = [await one.bounding_box() for one in (save, delete)]
    assert places[0] is not None and places[1] is not None and places[0]["x"] < places[1]["x"]  # E2-35
    await delete.click()
    dialog = page.get_by_role("dialog", name="Delete your account?")
    await expect(dialog.get_by_text("A deleted account cannot be recovered.")).to_be_visible()
    await axe(page)
    await page.keyboard.press("Escape")  # E2-40
    await expect(dialog).not_to_be_attached()
    await delete.click()
    await expect(dialog.get_by_label("To confirm, type")).to_be_focused()
    await page.keyboard.type("nikos@example.gr")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("That is not what stands in your account.")).to_be_visible()
    await dialog.get_by_label("To confirm, type").fill("maria@example.gr")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Enter a conference")).to_be_visible()  # E2-39
    assert page.url == served.url + "/"
    assert (await (await page.request.get(served.url + "/api/me")).json())["user"] is None
