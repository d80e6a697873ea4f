"""Every page and state of the portal, and how to get there: one table for whatever must hold on all of them; a second
one is for what lies behind a link, with the room (room_states.py).

Each state is opened in English, by its names, in a browser of its own person; afterwards it may be shown in another
language or look (`speak`, `look`) without being opened again. The room is joined once and kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.e2e.accounts import SIGN_IN, at_provider, mailed
from tests.e2e.room import in_the_room
from tests.e2e.world import World
from tests.portal.accounts_support import GOOD
from tests.support.browser import participant_context
from tests.support.pages import DESKTOP, at_rest, drawn
from tests.support.people import Person

LONG_NAME = "Αλεξάνδρα Κωνσταντινοπούλου-Παπαδημητρίου"


@dataclass
class Stage:
    """Opens pages; the room's page stays until the end."""

    world: World
    browser: Browser
    rooms: dict[str, Page] = field(default_factory=dict)
    beside: list[Page] = field(default_factory=list)  # other people's pages, needed for one state
    moderators: dict[str, Person] = field(default_factory=dict)

    async def context(self, person: str | None = None, **options: Any) -> BrowserContext:
        options = {"timezone_id": "Europe/Athens", "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = await participant_context(self.browser, **options)
        await context.grant_permissions(["clipboard-read", "clipboard-write", "camera", "microphone"])
        if person is not None:
            await context.add_cookies(self.world.people[person].cookies())
        return context

    async def page(self, path: str, person: str | None = None, **options: Any) -> Page:
        page = await (await self.context(person, **options)).new_page()
        page.set_default_timeout(10_000)
        await page.goto(path if path.startswith("http") else self.world.url + path)
        return page

    async def room(self, which: str) -> Page:
        """In the conference, joined once."""
        if which not in self.rooms:
            self.rooms[which] = await self.join(await self.page(self.world.links[which]))
        return self.rooms[which]

    async def inside(
        self, conference: str, door: str = "participant_url", *, name: str = LONG_NAME, script: str = ""
    ) -> Page:
        """In the conference, on a page of its own; `script` runs before the page's own."""
        context = await self.context()
        await context.add_init_script(script)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(self.world.conferences[conference][door])
        return await self.join(page, name)

    async def join(self, page: Page, name: str = LONG_NAME) -> Page:
        await page.get_by_label("Your name").fill(name)
        await page.get_by_test_id("join").click()
        await in_the_room(page)
        await expect(page.get_by_test_id("leave")).to_be_visible()
        return page

    async def moderator(self, conference: str) -> Person:
        """Somebody without a page, there until the end."""
        if conference not in self.moderators:
            self.moderators[conference] = await self.world.arrive("Μαρία Ιωάννου", conference, door="moderator_url")
        return self.moderators[conference]

    async def close(self) -> None:
        for page in self.rooms.values():
            await page.context.close()


Open = Callable[[Stage], Awaitable[Page]]


@dataclass(frozen=True)
class State:
    """`route` as router.ts calls it; `code` of a status page; `kept`: the page stays for the next state; `shows`:
    selectors of what must be seen then (room_states.py)."""

    name: str
    route: str
    open: Open
    code: str | None = None
    kept: bool = False
    shows: tuple[str, ...] = ()


TABLE: list[State] = []


def state(
    route: str, name: str, *, kept: bool = False, shows: Sequence[str] = (), table: list[State] = TABLE
) -> Callable[[Open], Open]:
    def add(opener: Open) -> Open:
        table.append(State(name, route, opener, None, kept, tuple(shows)))
        return opener

    return add


async def look(page: Page, **choices: Any) -> None:
    """As the accessibility menu does it, told by another window of the browser; nothing given: the usual look."""
    await _elsewhere(page, "plenum.appearance", json.dumps(choices))


async def speak(page: Page, language: str) -> None:
    """Another language without a reload."""
    await _elsewhere(page, "plenum.language", language)
    await page.wait_for_function("(tag) => document.documentElement.lang === tag", arg=language)


async def _elsewhere(page: Page, key: str, value: str) -> None:
    await page.evaluate(
        """([key, newValue]) => {
          localStorage.setItem(key, newValue);
          dispatchEvent(new StorageEvent('storage', { key, newValue }));
        }""",
        [key, value],
    )
    await drawn(page)


async def done_with(stage: Stage, one: State, page: Page) -> None:
    """Away with it, or with what it has opened."""
    for other in stage.beside:
        await gone(other)
    stage.beside.clear()
    if not one.kept:
        stage.rooms = {name: room for name, room in stage.rooms.items() if room is not page}
        await gone(page)
        return
    await page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    for _ in range(3):
        await page.keyboard.press("Escape")
    await look(page)
    await speak(page, "en")


async def gone(page: Page) -> None:
    """Out of the room, if it is in one: nobody is left behind there as somebody whose connection is lost."""
    await page.evaluate(
        """() => Promise.race([
          Promise.resolve(window.__plenum?.call?.('leave', {})).catch(() => undefined),
          new Promise((later) => setTimeout(later, 1000)),
        ])"""
    )
    await page.context.close()


# -- words ----------------------------------------------------------------------------------------------------------


def button(at: Page | Locator, name: str, **options: Any) -> Locator:
    return at.get_by_role("button", name=name, **options).first


async def opened(page: Page, at: Locator | None = None) -> Page:
    """Once it is there, and at rest."""
    await expect(at if at is not None else page.locator("h1").first).to_be_visible()
    await at_rest(page)
    return page


async def dialog(page: Page) -> Page:
    return await opened(page, page.locator("dialog[open]"))


def simple(path: str, person: str | None = None, heading: str | None = None, tab: str | None = None) -> Open:
    """A page by its address, perhaps with another of its tabs."""

    async def go(stage: Stage) -> Page:
        page = await stage.page(path, person)
        if heading is not None:
            await expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        if tab is not None:
            await page.get_by_role("tab", name=tab).click()
        await expect(page.locator("h1").first).to_be_visible()
        await expect(page.locator(".ui-spinner-page")).to_have_count(0)
        return await opened(page)

    return go


def plainly(
    route: str, name: str, path: str, person: str | None = None, *, table: list[State] = TABLE, **options: Any
) -> None:
    table.append(State(name, route, simple(path, person, **options)))


# -- the front page, number and PIN, signing in ---------------------------------------------------------------------

plainly("landing", "landing", "/", heading="Enter a conference")
plainly("landing", "landing-signed-in", "/", "admin", heading="Enter a conference")
plainly("pin", "pin", "/pin")
plainly("sign-in", "sign-in", "/sign-in")
plainly("sign-in", "sign-in-problem", "/sign-in?problem=provider_unreachable")
plainly("unknown", "not-found", "/nowhere")
plainly("help", "help", "/help")
for topic in ("account", "computer", "android", "iphone", "room"):
    plainly("help", f"help-{topic}", f"/help/{topic}")
for about in ("contact", "terms", "privacy", "security"):
    plainly(about, about, f"/{about}")


@state("landing", "appearance")
async def _(stage: Stage) -> Page:
    page = await stage.page("/")
    await button(page, "Accessibility").click()
    return await dialog(page)


@state("landing", "landing-errors")
async def _(stage: Stage) -> Page:
    page = await stage.page("/")
    await button(page, "Continue").click()
    return await opened(page, page.get_by_text("Type the conference number from your invitation."))


@state("pin", "pin-wrong")
async def _(stage: Stage) -> Page:
    page = await stage.page("/pin")
    await page.get_by_label("Conference number or link").fill(stage.world.conferences["plain"]["number"])
    await page.get_by_label("PIN", exact=True).fill("123")
    await page.keyboard.press("Enter")
    return await opened(page, page.get_by_text("Number and PIN do not belong together"))


@state("sign-in", "sign-in-wrong")
async def _(stage: Stage) -> Page:
    page = await stage.page("/sign-in")
    await page.get_by_label("E-mail address").fill("nobody@example.org")
    await page.get_by_label("Password", exact=True).fill("not this one")
    await page.keyboard.press("Enter")
    return await opened(page, page.get_by_role("alert").filter(has_text="is wrong"))


@state("sign-in", "second-step")
async def _(stage: Stage) -> Page:
    page = await stage.page("/sign-in")
    await page.get_by_label("E-mail address").fill("two@example.org")
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.keyboard.press("Enter")
    await page.get_by_label("Code").fill("000000")
    await page.keyboard.press("Enter")
    return await opened(page, page.get_by_text("This code is not right"))


@state("sign-in-confirm", "requirements")
async def _(stage: Stage) -> Page:
    page = await stage.page("/sign-in")
    await page.get_by_role("link", name=SIGN_IN).click()
    await button(page, "maria-1").click()
    return await opened(page, page.get_by_role("heading", name="What you need"))


@state("sign-in-confirm", "is-this-you")
async def _(stage: Stage) -> Page:
    page = await stage.page("/sign-in")
    await at_provider(page, stage.world.server, "maria-1")
    return await opened(page)


plainly("sign-in-confirm", "sign-in-too-late", "/sign-in/confirm", heading="Signing in did not work")
plainly("activate", "activate", "/activate", "unfinished", heading="Activate your account")
plainly("activate", "activate-sent", "/activate", "sent", heading="Confirm your address")


@state("activate", "activate-errors")
async def _(stage: Stage) -> Page:
    page = await stage.page("/activate", "unfinished")
    await page.get_by_label("Primary e-mail address").fill("no address")
    await button(page, "Send confirmation").click()
    return await opened(page, page.get_by_text("Both squares must be ticked."))


@state("activate", "activate-terms")
async def _(stage: Stage) -> Page:
    page = await stage.page("/activate", "unfinished")
    await button(page, "Read the terms of use").click()
    return await dialog(page)


@state("confirm", "confirm")
async def _(stage: Stage) -> Page:
    page = await stage.page(mailed(stage.world.server, "eleni.home@example.gr", "/confirm"))
    return await opened(page, button(page, "Yes, confirm"))


@state("confirm", "confirm-no")
async def _(stage: Stage) -> Page:
    page = await stage.page(mailed(stage.world.server, "sent@example.org", "/confirm"))
    await button(page, "No, that was not me").click()
    return await opened(page, page.get_by_role("heading", name="Nothing was confirmed"))


plainly("confirm", "confirm-bad-link", "/confirm#nothing")
plainly("forgot", "forgot", "/forgot")


@state("forgot", "forgot-sent")
async def _(stage: Stage) -> Page:
    page = await stage.page("/forgot")
    await page.get_by_label("E-mail address").fill("unit1@example.org")
    await page.keyboard.press("Enter")
    return await opened(page, page.get_by_role("heading", name="Look into your mailbox"))


@state("reset", "reset-weak")
async def _(stage: Stage) -> Page:
    page = await stage.page("/forgot")
    await page.get_by_label("E-mail address").fill("unit2@example.org")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Look into your mailbox").wait_for()
    await page.goto(mailed(stage.world.server, "unit2@example.org", "/reset"))
    await page.get_by_label("New password").fill("short")
    await page.keyboard.press("Enter")
    return await opened(page, page.locator(".ui-field-error").first)


@state("reset", "reset-invited")
async def _(stage: Stage) -> Page:
    page = await stage.page(mailed(stage.world.server, "alexandra@example.gr", "/reset"))
    await button(page, "Continue").click()
    return await opened(page, page.get_by_role("heading", name="Set up your account"))


plainly("reset", "reset-bad-link", "/reset#nothing")

# -- my account -----------------------------------------------------------------------------------------------------

for part, whose in {
    "details": "admin",
    "emails": "admin",
    "role": "unit1",
    "collaborators": "unit0",
    "security": "admin",
}.items():
    plainly("account", f"account-{part}", f"/account#{part}", whose)
plainly("account", "account-role-user", "/account#role", "simple")
plainly("account", "account-role-waiting", "/account#role", "asks")
plainly("account", "account-role-rejected", "/account#role", "asked")
plainly("account", "account-collaborators-empty", "/account#collaborators", "fresh")


@state("account", "account-menu")
async def _(stage: Stage) -> Page:
    page = await stage.page("/account", "admin")
    await button(page, "Account of").click()
    return await opened(page, page.get_by_role("menu"))


@state("account", "account-delete")
async def _(stage: Stage) -> Page:
    page = await stage.page("/account#details", "admin")
    await button(page, "Delete account").click()
    await page.get_by_label("To confirm, type").fill("somebody@example.org")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("That is not what stands in your account.")).to_be_visible()
    return await dialog(page)


@state("account", "account-step-down")
async def _(stage: Stage) -> Page:
    page = await stage.page("/account#role", "unit1")
    await button(page, "Lay down").click()
    return await dialog(page)


@state("account", "account-add-collaborators")
async def _(stage: Stage) -> Page:
    page = await stage.page("/account#collaborators", "unit0")
    await button(page, "Add", exact=True).click()
    return await dialog(page)


@state("account", "account-2fa-setup")
async def _(stage: Stage) -> Page:
    await stage.world.sign_in("simple")
    page = await stage.page("/account#security", "simple")
    await button(page, "Set up 2FA").click()
    return await opened(page, page.get_by_role("img", name="QR code"))


@state("account", "account-2fa-off")
async def _(stage: Stage) -> Page:
    page = await stage.page("/account#security", "two")
    await button(page, "Turn off").click()
    return await dialog(page)


async def asked_for_proof(stage: Stage, **has: bool) -> Page:
    """As after ten minutes."""
    ask = {"password": False, "code": False, "provider": False} | has

    async def late(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=403, json={"error": {"code": "proof_needed", "message": "-", "ask": ask}})
        else:
            await route.fallback()

    page = await stage.page("/account#emails", "two")
    await page.route("**/api/account/emails", late)
    await page.get_by_label("New address").fill("anna.home@example.org")
    await page.keyboard.press("Enter")
    return await dialog(page)


@state("account", "account-prove")
async def _(stage: Stage) -> Page:
    page = await asked_for_proof(stage, password=True, code=True)
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.get_by_label("Code").fill("123456")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("This is not your current password.")).to_be_visible()
    return page


@state("account", "account-prove-at-provider")
async def _(stage: Stage) -> Page:
    return await asked_for_proof(stage, provider=True)


@state("account", "account-prove-by-signing-in")
async def _(stage: Stage) -> Page:
    return await asked_for_proof(stage)


@state("account", "account-recovery-codes")
async def _(stage: Stage) -> Page:
    import pyotp

    await stage.world.sign_in("asked")
    page = await stage.page("/account#security", "asked")
    if await page.get_by_text("Inactive", exact=True).count() == 0:
        await page.get_by_text(re.compile("^(Inactive|Active)$")).first.wait_for()
    await button(page, "Set up 2FA").click()
    key = page.get_by_role("status", name="Or type this key")
    await page.get_by_label("Verification code").fill(pyotp.TOTP((await key.inner_text()).replace(" ", "")).now())
    await page.keyboard.press("Enter")
    return await dialog(page)


# -- conferences ----------------------------------------------------------------------------------------------------

plainly("home", "home-empty", "/home", "fresh", heading="No conference planned")
plainly("home", "home-empty-user", "/home", "asks", heading="No conference planned")
plainly("home", "home-invited", "/home", "simple", heading="Safety at work")
plainly("home", "home", "/home", "admin", heading="Safety at work")
for part in ("postponed", "history", "recordings"):
    plainly("home", f"home-{part}", f"/home#{part}", "admin")
    plainly("home", f"home-{part}-empty", f"/home#{part}", "fresh")


@state("home", "home-none-found")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    await page.get_by_label("Search by title").fill("nothing like this")
    return await opened(page, page.get_by_text("No conference matches your search"))


@state("home", "home-details")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    card = page.locator(f'[data-conference="{stage.world.conferences["open"]["id"]}"]')
    await button(card, "Access and people").click()
    await card.locator("summary").click()
    await card.get_by_label("E-mail").fill("no address")
    await button(card, "Add", exact=True).click()
    return await opened(page, card.get_by_text("Invitation").first)


@state("home", "home-messages-failed")
async def _(stage: Stage) -> Page:
    """Refused, full, and waiting for a server that does not answer."""
    page = await stage.page("/home", "admin")
    codes = ("smtp 550 5.1.1", "smtp 552 5.2.2", "smtp 554 5.7.1", "smtp_connect timeout")

    async def answer(route: Route) -> None:
        found = await (await route.fetch()).json()
        for one, error in zip(found["items"], codes, strict=False):
            one.update(error=error, retry=True, tries=1, state="waiting" if error.startswith("smtp_") else "failed")
        await route.fulfill(json=found)

    await page.route("**/messages?*", answer)
    card = page.locator(f'[data-conference="{stage.world.conferences["open"]["id"]}"]')
    await button(card, "Access and people").click()
    await card.locator("summary").click()
    return await opened(page, card.get_by_text("The address does not exist"))


async def card_menu(stage: Stage, which: str, item: str | None, path: str = "/home") -> Page:
    page = await stage.page(path, "admin")
    card = page.locator(f'[data-conference="{stage.world.conferences[which]["id"]}"]')
    await button(card, "More for").click()
    if item is None:
        return await opened(page, page.get_by_role("menu"))
    await page.get_by_role("menuitem", name=item, exact=True).click()
    return await dialog(page)


def by_card(name: str, which: str, item: str | None, path: str = "/home") -> None:
    async def go(stage: Stage) -> Page:
        return await card_menu(stage, which, item, path)

    TABLE.append(State(name, "home", go))


by_card("card-menu", "open", None)
by_card("card-menu-planned", "later", None)
by_card("card-edit", "later", "Edit")
by_card("card-move", "early", "Move to another date")
by_card("card-postpone", "later", "Postpone")
by_card("card-extend", "open", "Extend")
by_card("card-copy", "open", "Copy")
by_card("card-end", "meeting", "End for everyone")
by_card("card-cancel", "later", "Cancel conference")
by_card("card-delete", "ended", "Delete from the list", "/home#history")
by_card("card-group", "ended", "Create a group of the participants", "/home#history")


@state("home", "form-new-error")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    await button(page, "New conference").click()
    await button(page, "Create conference").click()
    await expect(page.get_by_text("Give the conference a title")).to_be_visible()
    return await dialog(page)


@state("home", "form-date-error")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    await button(page, "New conference").click()
    await page.get_by_label("Title", exact=True).fill("Council")
    await page.get_by_role("radio", name="At a date").check()
    for which in ("Start", "End"):
        group = page.get_by_role("group", name=which)
        await group.get_by_label("Date").fill("2031-05-20")
        await group.get_by_label("Time").select_option("10:15")
    await page.get_by_label("Most participants").fill("1")
    await button(page, "Create conference").click()
    await expect(page.get_by_text("The end must be after the start.")).to_be_visible()
    return await dialog(page)


@state("home", "form-reservation")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    await button(page, "New conference").click()
    await page.get_by_role("radio", name="Reserved room").check()
    await button(page, "Add a session").click()
    return await dialog(page)


@state("home", "conference-ready")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "unit1")
    await button(page, "New conference").click()
    await page.get_by_label("Title", exact=True).fill("Council")
    await button(page, "Create conference").click()
    return await opened(page, page.get_by_role("dialog", name="Your conference is ready"))


@state("home", "bulk")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home", "admin")
    card = page.locator(f'[data-conference="{stage.world.conferences["open"]["id"]}"]')
    await button(card, "Access and people").click()
    await button(page, "Add many").click()
    text = "Ana <ana@example.org>\nBeata;beata@example.org;+40 721 234 567\nnobody\nAna;ana@example.org"
    await page.get_by_label("People, one per line").fill(text)
    await button(page, "Check the list").click()
    await expect(page.get_by_text("Line 3: nobody")).to_be_visible()
    return await dialog(page)


@state("home", "recording-delete")
async def _(stage: Stage) -> Page:
    page = await stage.page("/home#recordings", "admin")
    await button(page, "Delete: Long council").click()
    return await dialog(page)


# -- users, body, administration ------------------------------------------------------------------------------------

for part in ("coordinators", "users", "groups", "approval"):
    plainly("users", f"users-{part}", f"/users#{part}", "admin")
    plainly("users", f"users-{part}-empty", f"/users#{part}", "fresh")
plainly("users", "users-not-yours", "/users", "simple")
plainly("body", "body", "/body", "admin", heading="Units")
plainly("body", "body-empty", "/body", "fresh", heading="Units")
plainly("body", "body-not-yours", "/body", "simple")
plainly("administration", "administration", "/administration", "admin", tab="Texts")
plainly("administration", "administration-not-yours", "/administration", "simple")


def by_button(name: str, route: str, path: str, *presses: str) -> None:
    """A dialog that opens by a button of the page."""

    async def go(stage: Stage) -> Page:
        page = await stage.page(path, "admin")
        for press in presses:
            inside = page.locator("dialog[open]")
            await button(inside if await inside.count() else page, press).click()
        return await dialog(page)

    TABLE.append(State(name, route, go))


by_button("users-add-coordinator", "users", "/users#coordinators", "Add Unit Coordinator", "Save")
by_button(
    "users-write",
    "users",
    "/users#coordinators",
    "Send e-mail",
    "Send",
)
by_button("users-convert", "users", "/users#coordinators", "Convert Jan Nowak")
by_button("users-invite", "users", "/users#users", "Invite user")
by_button("users-group-new", "users", "/users#groups", "New group")
by_button("users-group-edit", "users", "/users#groups", "Edit Council")
by_button("users-group-delete", "users", "/users#groups", "Delete Council")
by_button("body-new", "body", "/body", "New body")
by_button("body-unit-rename", "body", "/body", "Rename Finance")
by_button("body-unit-delete", "body", "/body", "Delete Finance")


@state("users", "users-details")
async def _(stage: Stage) -> Page:
    page = await stage.page("/users#coordinators", "admin")
    await button(page, "Details of Αλεξάνδρα").click()
    return await opened(page, button(page, "Send the activation e-mail again"))


@state("person", "person")
async def _(stage: Stage) -> Page:
    found = stage.world.admin.call("GET", "/api/users?q=Ioana")["items"]
    page = await stage.page(f"/users/{found[0]['id']}", "admin")
    return await opened(page, page.get_by_role("heading", name="Ioana Popescu").first)


@state("users", "users-approval-details")
async def _(stage: Stage) -> Page:
    page = await stage.page("/users#approval", "admin")
    await page.get_by_label("Pending approval only").uncheck()
    await button(page, "Details of Anna").click()
    return await opened(page, page.get_by_text("Weekly council").first)


@state("administration", "administration-restore")
async def _(stage: Stage) -> Page:
    page = await stage.page("/administration", "admin")
    await page.get_by_label("Text", exact=True).select_option("contact")
    await page.get_by_label("Contact", exact=True).fill("# Contact\n\nTown hall\n\n- by telephone\n- by mail")
    await button(page, "Save").click()
    await button(page, "Restore the shipped text").click()
    return await dialog(page)


@state("administration", "administration-audit")
async def _(stage: Stage) -> Page:
    page = await stage.page("/administration", "admin")
    await page.get_by_role("tab", name="Audit log").click()
    await page.get_by_role("button", name=re.compile("Details of entry")).first.click()
    return await opened(page, button(page, "Everything about this"))


@state("administration", "administration-audit-none")
async def _(stage: Stage) -> Page:
    page = await stage.page("/administration#audit", "admin")
    await page.get_by_label("Act", exact=True).select_option("unit_deleted")
    await page.get_by_label("From day").fill("2020-02-01")
    await page.get_by_label("Until day").fill("2020-01-01")
    return await opened(page, page.get_by_text("Nothing matches the search."))
