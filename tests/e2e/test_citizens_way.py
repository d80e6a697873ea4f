"""One story, everything in it real: a provider, a mail server, the server's own clock and Chromium. A citizen signs in,
becomes a coordinator, schedules a conference and invites a colleague, a stranger and a guest; they meet in it.

The date moves by the product's own dialogs. Only for the planned end the server is started again three hours later
(tests/support/later.py).
"""

from __future__ import annotations

import asyncio
import datetime
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from oidc_provider_mock import User
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.accounts import SIGN_IN, provider_env
from tests.e2e.room import Participant, eventually, in_the_room, is_colour
from tests.portal.accounts_support import provider
from tests.support.browser import participant_context
from tests.support.later import later
from tests.support.mail_server import Delivery, MailServer
from tests.support.pages import shot
from tests.support.server import Organiser, Server, plenum

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

ATHENS = ZoneInfo("Europe/Athens")
QUARTER_S = 900
SERVICE, SENDER = "e:Presence.gov.gr", "no-reply@presence.example"
TITLE = "Συμβούλιο προϋπολογισμού"
INVITED = ("nikos@example.gr", "sven@example.com", "gosia@example.pl")
COLOURS = {"Nikos": "#20a040", "Sven": "#a02040", "Gosia": "#8040c0"}


def person(sub: str, given: str, surname: str) -> User:
    return User(sub=sub, claims={"given_name": given, "family_name": surname, "name": f"{given} {surname}"})


@dataclass
class Post:
    """The mail server, read by people: each letter once, in order."""

    server: MailServer
    read: dict[str, int] = field(default_factory=dict)

    async def next(self, to: str) -> Delivery:
        """The next letter that somebody has not read yet."""
        at = self.read.get(to, 0)

        async def come() -> Delivery | None:
            found = [each for each in self.server.taken if each.to == to]
            return found[at] if len(found) > at else None

        letter: Delivery = await eventually(come, within_s=30, what=f"a letter to {to}")
        self.read[to] = at + 1
        return letter

    def unread(self) -> list[tuple[str, str]]:
        """What came and nobody expected."""
        left = dict(self.read)
        found = []
        for each in self.server.taken:
            left[each.to] = left.get(each.to, 0) - 1
            if left[each.to] < 0:
                found.append((each.to, str(each.mail["Subject"])))
        return found


@dataclass
class Office:
    server: Server
    post: Post
    administrator: Organiser
    body: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A body with one unit; its registry says who works there. Whoever it does not know needs an invitation."""
    registry = tmp_path / "registry.csv"
    registry.write_text("maria-1,Δήμος Αθηναίων\nnikos-1,Δήμος Αθηναίων\n")
    people = [
        person("maria-1", "Μαρία", "Παπαδοπούλου"),
        person("nikos-1", "Nikos", "Nikou"),
        person("sven-1", "Sven", "Stranger"),
    ]
    mail = MailServer().start()
    with provider(*people) as oidc:
        env = {
            **provider_env(oidc),
            "PLENUM_REGISTRATION": "employed",
            "PLENUM_EMPLOYMENT_LIST": str(registry),
            "PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "PLENUM_MAIL_NAME": SERVICE,
            "PLENUM_MAIL_FROM": SENDER,
        }
        server = Server(tmp_path / "data", env=env).start()
        try:
            root = Organiser(server.url, server.sign_in_url)
            body = root.call("GET", "/api/bodies")["items"][0]["id"]
            root.call("PATCH", f"/api/bodies/{body}", {"name": "Δήμος Αθηναίων"})
            root.call("POST", f"/api/bodies/{body}/units", {"name": "Οικονομικά"})
            yield Office(server, Post(mail), root, body)
        finally:
            server.stop()
            mail.stop()


@pytest.fixture
async def everybody(browser: Browser, office: Office) -> AsyncIterator[People]:
    people = People(browser, office.server.url)
    expect.set_options(timeout=30_000)  # a long story, and cores are shared
    yield people
    expect.set_options(timeout=5_000)
    for page in people.pages:
        await page.context.close()


class People:
    """Each person a browser of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self.pages: list[Page] = []
        self.problems: list[str] = []

    async def page(self, colour: str = "#2060c0", tone: int = 440, **options: Any) -> Page:
        context = await participant_context(self._browser, colour=colour, tone=tone, size=(320, 180), fps=10, **options)
        opened = await context.new_page()
        opened.set_default_timeout(30_000)
        opened.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        opened.on("console", lambda said: self._said(said.type, said.location["url"], said.text))
        self.pages.append(opened)
        return opened

    def _said(self, kind: str, where: str, text: str) -> None:
        """Refusals that the story wants are answers, not faults; the provider's pages are its own business."""
        if kind == "error" and where.startswith(self._url) and "status of 4" not in text:
            self.problems.append(f"console: {text}")


async def at_provider(page: Page, office: Office, sub: str) -> None:
    """From the sign-in page past the provider and the confirmation screen."""
    await page.get_by_role("link", name=SIGN_IN).click()
    await page.get_by_role("button", name=sub).click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()


async def activates(page: Page, address: str) -> None:
    """The activation page as far as the button."""
    await expect(page.get_by_role("heading", name="Activate your account")).to_be_visible()
    await page.get_by_label("Primary e-mail address").fill(address)
    await page.get_by_label("I accept the terms of use").check()
    await page.get_by_label("I accept the privacy statement").check()
    await page.get_by_role("button", name="Send confirmation").click()


async def confirms(page: Page, office: Office, address: str) -> None:
    """The link of the mail that arrived, in the same browser."""
    await expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    letter = await office.post.next(address)
    assert letter.mail["Subject"] == f"{SERVICE}: Please confirm your e-mail address"
    await page.goto(letter.link_to("/confirm#"))
    await page.get_by_role("button", name="Yes, confirm").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="My conferences")).to_be_visible()


def link_of_a_body_coordinator(office: Office) -> str:
    """Named by whoever runs the server."""
    person = ("Eleni Zografou", "--email", "eleni@example.gr", "--role", "body_coordinator")
    added = plenum("user", "add", *person, data_dir=office.server.data_dir)
    assert added.returncode == 0, added.stderr
    return added.stdout.strip()


async def maria_becomes_a_citizen_with_an_account(page: Page, office: Office) -> None:
    await page.goto(office.server.url + "/sign-in")
    await at_provider(page, office, "maria-1")
    await expect(page.get_by_text("Παπαδοπούλου")).to_be_visible()
    await shot(page, "citizen-1-is-this-you")
    await page.get_by_role("button", name="Enter").click()
    await activates(page, "maria@example.gr")
    await confirms(page, office, "maria@example.gr")
    await expect(page.get_by_role("button", name="New conference")).to_have_count(0)


async def she_asks_for_a_role_and_gets_it(page: Page, eleni: Page, office: Office) -> None:
    """E2-44 to E2-50, E2-121 to E2-124: the letters lead both of them."""
    await page.goto(office.server.url + "/account#role")
    await expect(page.get_by_label("Body", exact=True)).to_have_value("Δήμος Αθηναίων")
    await page.get_by_label("Unit", exact=True).select_option("Οικονομικά")
    await page.get_by_label("Telephone").fill("+30 210 1234567")
    await page.get_by_label("What do you need it for?").fill("Meetings on the budget")
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_text("Your request is waiting")).to_be_visible()
    await shot(page, "citizen-2-role-asked")

    letter = await office.post.next("eleni@example.gr")
    assert "Μαρία Παπαδοπούλου" in letter.text and "Meetings on the budget" in letter.text
    await eleni.goto(letter.link_to("/users#approval"))
    await expect(eleni.get_by_role("tab", name="Pending approval")).to_have_attribute("aria-selected", "true")
    await eleni.get_by_role("button", name="Details of Μαρία Παπαδοπούλου").click()
    await expect(eleni.get_by_text("Meetings on the budget")).to_be_visible()
    await shot(eleni, "citizen-3-approval")
    await eleni.get_by_role("button", name="Accept Μαρία Παπαδοπούλου").click()
    await expect(eleni.get_by_text("Nothing awaits approval")).to_be_visible()
    await eleni.get_by_role("tab", name="Administrators").click()
    await expect(eleni.get_by_role("row").filter(has_text="Μαρία Παπαδοπούλου")).to_contain_text("Οικονομικά")

    letter = await office.post.next("maria@example.gr")
    assert letter.mail["Subject"] == f"{SERVICE}: Your request was accepted" and "Unit Coordinator" in letter.text
    await page.goto(letter.link_to("/sign-in"))
    await expect(page.get_by_role("button", name="New conference")).to_be_visible()


async def she_schedules_a_conference(page: Page) -> datetime.datetime:
    """On the form, in Greek for those who have chosen no language, with the lobby."""
    start = (datetime.datetime.now(ATHENS) + datetime.timedelta(days=2)).replace(hour=10, minute=15)
    start = start.replace(second=0, microsecond=0)
    await page.get_by_role("button", name="New conference").click()
    await page.get_by_label("Title", exact=True).fill(TITLE)
    await page.get_by_label("Description").fill("1. Έσοδα\n2. Έξοδα")
    await page.get_by_role("radio", name="At a date").check()
    await page.get_by_role("group", name="Start").get_by_label("Date").fill(start.date().isoformat())
    await page.get_by_role("group", name="Start").get_by_label("Time").select_option("10:15")
    await page.get_by_label("People wait to be let in").check()
    await page.get_by_label("Language of the invitations").select_option("Ελληνικά")
    await page.get_by_role("button", name="Create conference").click()
    ready = page.get_by_role("dialog", name="Your conference is ready")
    await expect(ready.get_by_text("ADMIN PIN", exact=True)).to_be_visible()
    await ready.get_by_role("button", name="Done").click()
    return start


async def she_invites(page: Page, name: str, address: str, how: str) -> None:
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("E-mail").fill(address)
    await page.get_by_label("Comes in").select_option(how)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("")
    await expect(invited(page, name)).to_contain_text(address)


def invited(page: Page, name: str) -> Locator:
    """Somebody's line among the people of the conference."""
    return page.locator(".portal-people").get_by_role("listitem").filter(has_text=name)


def event_of(letter: Delivery) -> dict[str, Any]:
    """The calendar part, by a foreign parser."""
    calendar = Calendar.from_ical(letter.calendar)
    [event] = calendar.walk("VEVENT")
    [inline] = [part for part in letter.mail.walk() if part.get_content_type() == "text/calendar"]
    assert inline.get_param("method") == str(calendar["METHOD"])
    starts = event["DTSTART"].dt
    return {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "starts": starts,
        "length": event["DTEND"].dt - starts,
        "status": str(event["STATUS"]),
        "attendee": str(event["ATTENDEE"]).removeprefix("mailto:"),
    }


def says_everything(letter: Delivery, office: Office, *, subject: str, when: str, language: str) -> None:
    """E0-22 to E0-28, E0-30, E0-31."""
    base, text = office.server.url, letter.text.replace("\u00a0", " ")
    assert letter.mail["Subject"] == f"{SERVICE}: {subject}"
    [sender] = letter.mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (SERVICE, SENDER)
    assert letter.mail["Content-Language"] == language
    assert TITLE in text and "Μαρία Παπαδοπούλου" in text and "Έσοδα" in text
    assert when in text, text
    assert f"{base}/help" in text.split() and f"{base}/" in text.split()
    for answer in ("accept", "decline", "tentative"):
        assert f"{base}/rsvp/{answer}#" in text
    html = letter.mail.get_body(("html",))
    assert html is not None and TITLE in html.get_content()


async def answers(page: Page, letter: Delivery, answer: str, heading: str) -> None:
    """By the link of the mail (E0-30, S-9), in a page beside what is open."""
    beside = await page.context.new_page()
    await beside.goto(letter.link_to(f"/rsvp/{answer}#"))
    await expect(beside.get_by_role("heading", name=heading)).to_be_visible()
    await beside.close()


async def each_gets_the_right_letter(office: Office, starts: datetime.datetime) -> dict[str, Delivery]:
    """The colleague's in Polish, which is the account's language; the others' in Greek, the conference's."""
    greek, polish = (
        f"{say} (Teleconference Invitation)" for say in ("Πρόσκληση σε τηλεδιάσκεψη", "Zaproszenie na konferencję")
    )
    nikos, sven, gosia = [await office.post.next(to) for to in INVITED]
    base = office.server.url
    says_everything(nikos, office, subject=polish, when="10:15–11:15", language="pl")
    assert "Zaloguj się adresem: nikos@example.gr" in nikos.text and f"{base}/sign-in" in nikos.text.split()
    says_everything(sven, office, subject=greek, when="10:15–11:15", language="el")
    assert "sven@example.com" in sven.text and "Χρειάζεστε λογαριασμό" in sven.text, sven.text
    says_everything(gosia, office, subject=greek, when="10:15–11:15", language="el")
    assert f"{base}/j/" in gosia.text and f"{base}/sign-in" not in gosia.text and "/j/" not in nikos.text + sven.text
    for letter in (nikos, sven, gosia):
        event = event_of(letter)
        assert (event["method"], event["sequence"], event["status"]) == ("REQUEST", 0, "CONFIRMED")
        assert (event["starts"], event["length"]) == (starts, datetime.timedelta(hours=1))
        assert event["attendee"] == letter.to
    assert len({event_of(letter)["uid"] for letter in (nikos, sven, gosia)}) == 1
    return {"nikos": nikos, "sven": sven, "gosia": gosia}


async def refusal(page: Page, act: str) -> str:
    """What the server says to whoever presses past the page's own buttons."""
    code: str = await page.evaluate(
        """async (act) => {
          const headers = { 'Content-Type': 'application/json' };
          const ask = async (list) => (await (await fetch(`/api/conferences?list=${list}`)).json()).items;
          const [item] = [...await ask('current'), ...await ask('future'), ...await ask('history')];
          const answer = await fetch(`/api/conferences/${item.id}/${act}`, { method: 'POST', headers, body: '{}' });
          return (await answer.json()).error?.code ?? 'none';
        }""",
        act,
    )
    return code


async def nobody_comes_in_before(office: Office, nikos: Page, sven: Page, gosia: Page, link: str) -> None:
    """E0-32: the green button says when it opens, the guest's link counts down; and the server holds to it."""
    await nikos.reload()
    await expect(nikos.get_by_role("button", name=f"Otwarcie 5 min przed rozpoczęciem: {TITLE}")).to_be_disabled()
    await expect(sven.get_by_role("button", name=f"Opens 5 min before the start: {TITLE}")).to_be_disabled()
    await shot(nikos, "citizen-6-too-early-colleague")
    for page in (nikos, sven):
        assert await refusal(page, "connect") == "not_open_yet"
    await gosia.goto(link)
    await expect(gosia.get_by_test_id("early")).to_contain_text(f"Konferencja „{TITLE}” nie jest jeszcze otwarta")
    await expect(gosia.get_by_test_id("join")).to_be_disabled()
    countdown = gosia.get_by_role("timer")
    first = await countdown.inner_text()
    assert re.fullmatch(r"\d dni \d?\d:\d\d:\d\d|1 dzień \d?\d:\d\d:\d\d", first), first
    await expect(countdown).not_to_have_text(first)
    await shot(gosia, "citizen-7-too-early-guest")


async def she_moves_it_to_now(page: Page) -> datetime.datetime:
    """The quarter of an hour that runs: what has begun sends no letter of its start. One that ends is waited for."""
    left_s = QUARTER_S - time.time() % QUARTER_S
    if left_s < 30:
        await asyncio.sleep(left_s + 1)
    start_s = int(time.time() // QUARTER_S) * QUARTER_S
    start = datetime.datetime.fromtimestamp(start_s, ATHENS)
    await page.get_by_role("button", name=f"More for {TITLE}").click()
    await page.get_by_role("menuitem", name="Move to another date").click()
    dialog = page.get_by_role("dialog", name=f"Move “{TITLE}”")
    await dialog.get_by_role("group", name="Start").get_by_label("Date").fill(start.date().isoformat())
    await dialog.get_by_role("group", name="Start").get_by_label("Time").select_option(f"{start:%H:%M}")
    await shot(page, "citizen-8-move")
    await dialog.get_by_role("button", name="Move").click()
    await expect(dialog).to_have_count(0)
    return start


async def they_meet(office: Office, maria: Page, nikos: Page, sven: Page, gosia: Page, link: str) -> None:
    """E0-32, E0-33: each by their own way, all through the lobby; then everybody is seen and heard."""
    await maria.get_by_role("button", name=f"Enter: {TITLE}").click()
    host = Participant(maria, "Μαρία Παπαδοπούλου", "#806010")
    await host.press_join()
    for page, press in ((nikos, f"Połącz: {TITLE}"), (sven, f"Connect: {TITLE}")):
        await page.goto(office.server.url + "/home")
        connect = page.get_by_role("button", name=press)
        colour = await connect.evaluate("button => getComputedStyle(button).backgroundColor")
        red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
        assert green > red and green > blue, colour
        await connect.click()
    await gosia.goto(link)
    guests = [
        Participant(nikos, "Nikos Nikou", COLOURS["Nikos"]),
        Participant(sven, "Sven Stranger", COLOURS["Sven"]),
        Participant(gosia, "Gosia Gość", COLOURS["Gosia"]),
    ]
    for guest in guests:
        await expect(guest.page.get_by_test_id("name")).to_have_value(guest.name)
        await guest.page.get_by_test_id("prejoin-camera").click()
        await guest.page.get_by_test_id("join").click()
        await expect(guest.page.get_by_test_id("lobby")).to_be_visible(timeout=30_000)
    waiting = maria.get_by_test_id("waiting")
    await expect(waiting.get_by_role("heading")).to_have_text("Waiting: 3")
    await shot(maria, "citizen-9-lobby-moderator")
    await shot(gosia, "citizen-9-lobby-guest")
    await waiting.get_by_role("button", name="Let in Nikos Nikou").click()
    await in_the_room(guests[0].page)
    await expect(waiting.get_by_role("heading")).to_have_text("Waiting: 2")
    for guest in guests[1:]:
        assert await guest.page.evaluate("() => window.__plenum.state()") is None
    await maria.get_by_role("button", name="Let everyone in").click()
    for guest in guests[1:]:
        await in_the_room(guest.page)
    await expect(waiting).to_have_count(0)

    async def seen(guest: Participant) -> bool:
        found = await host.person(guest.name)
        return found is not None and is_colour(await host.sees(f"{found['number']}/camera"), guest.colour)

    async def heard() -> bool:
        rows = await host.inbound("audio")
        return len([row for row in rows if row.get("totalAudioEnergy", 0) > 0]) >= len(guests)

    for guest in guests:
        await eventually(lambda g=guest: seen(g), within_s=30, what=f"the picture of {guest.name}")
    await eventually(heard, within_s=30, what="the sound of all three")
    frames = await host.frames_decoded()
    await eventually(lambda: grown(host, frames + 30), within_s=30, what="pictures that move")
    await shot(maria, "citizen-10-room")
    await shot(gosia, "citizen-10-room-guest")


async def grown(person: Participant, to: int) -> bool:
    return await person.frames_decoded() >= to


async def nobody_comes_in_after(office: Office, nikos: Page, sven: Page, gosia: Page, link: str) -> None:
    for page, history in ((nikos, "Historia"), (sven, "History")):
        await page.goto(office.server.url + "/home")
        await page.get_by_role("tab", name=history).click()
        await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        await expect(page.get_by_role("button", name=re.compile(TITLE))).to_have_count(0)
        assert await refusal(page, "connect") == "expired"
    await gosia.goto(link)
    await expect(gosia.get_by_role("heading", name="Ta konferencja już minęła")).to_be_visible()
    await shot(gosia, "citizen-11-over")


async def she_copies_and_cancels_it(page: Page, office: Office, uid: str) -> None:
    """A CANCEL under the UID that the REQUEST had."""
    day = (datetime.datetime.now(ATHENS) + datetime.timedelta(days=3)).date()
    await page.goto(office.server.url + "/home")
    await page.get_by_role("tab", name="History").click()
    await page.get_by_role("button", name=f"More for {TITLE}").click()
    await page.get_by_role("menuitem", name="Copy").click()
    dialog = page.get_by_role("dialog", name=f"Copy “{TITLE}”")
    await dialog.get_by_role("group", name="Start").get_by_label("Date").fill(day.isoformat())
    await dialog.get_by_role("group", name="Start").get_by_label("Time").select_option("09:30")
    await expect(dialog.get_by_label("Invite the 3 people of this one too")).to_be_checked()
    await dialog.get_by_role("button", name="Create copy").click()
    await page.get_by_role("tab", name="Conferences").click()
    asked = [event_of(await office.post.next(to)) for to in INVITED]
    [again] = {event["uid"] for event in asked}
    assert again != uid and {(event["method"], event["sequence"]) for event in asked} == {("REQUEST", 0)}
    assert {event["starts"] for event in asked} == {datetime.datetime.combine(day, datetime.time(9, 30), ATHENS)}
    await page.get_by_role("button", name=f"More for {TITLE}").click()
    await page.get_by_role("menuitem", name="Cancel conference").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel conference").click()
    for to, subject in zip(INVITED, ("Odwołana", "Ακύρωση", "Ακύρωση"), strict=True):
        letter = await office.post.next(to)
        assert letter.mail["Subject"] == f"{SERVICE}: {subject}: {TITLE}"
        event = event_of(letter)
        assert (event["method"], event["uid"], event["status"]) == ("CANCEL", again, "CANCELLED")
        assert event["sequence"] == 1 and event["attendee"] == to
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    await shot(page, "citizen-12-cancelled")


async def test_a_citizens_way(office: Office, everybody: People) -> None:
    """E0-8 to E0-18, E0-20 to E0-28, E0-30 to E0-33, E2-23, E2-44 to E2-50, E2-121 to E2-124, S-9; decisions 2, 9."""
    began = time.monotonic()
    post, url = office.post, office.server.url
    maria = await everybody.page(colour="#806010", timezone_id="Europe/Athens")
    eleni = await everybody.page()
    nikos = await everybody.page(COLOURS["Nikos"], 500, timezone_id="Europe/Warsaw")
    sven = await everybody.page(COLOURS["Sven"], 600)
    gosia = await everybody.page(COLOURS["Gosia"], 700, viewport=(390, 844), locale="pl-PL")

    await eleni.goto(await asyncio.to_thread(link_of_a_body_coordinator, office))
    await maria_becomes_a_citizen_with_an_account(maria, office)
    await she_asks_for_a_role_and_gets_it(maria, eleni, office)

    # A colleague of the same body, who reads Polish; a stranger, who is not let in without an invitation.
    await nikos.goto(url + "/sign-in")
    await at_provider(nikos, office, "nikos-1")
    await nikos.get_by_role("button", name="Enter").click()
    await activates(nikos, "nikos@example.gr")
    await confirms(nikos, office, "nikos@example.gr")
    await nikos.goto(url + "/account")
    await nikos.get_by_label("Language of mails and pages").select_option("Polski")
    await nikos.get_by_role("button", name="Save").click()
    await expect(nikos.locator("html")).to_have_attribute("lang", "pl")
    await nikos.goto(url + "/home")
    await sven.goto(url + "/sign-in")
    await at_provider(sven, office, "sven-1")
    await sven.get_by_role("button", name="Enter").click()
    await activates(sven, "sven@example.com")
    await expect(sven.get_by_text("for those who were invited personally")).to_be_visible()
    await shot(sven, "citizen-4-not-invited")

    starts = await she_schedules_a_conference(maria)
    await maria.get_by_role("button", name="Access and people").click()
    await she_invites(maria, "Nikos Nikou", "nikos@example.gr", "with an account")
    await she_invites(maria, "Sven Stranger", "sven@example.com", "with an account")
    await she_invites(maria, "Gosia Gość", "gosia@example.pl", "as guest, by the link")
    await expect(invited(maria, "Nikos")).to_contain_text("has an account")
    letters = await each_gets_the_right_letter(office, starts)
    print(f"invited after {time.monotonic() - began:.1f} s")

    # Each answers, by the mail; the stranger registers by the invitation; nobody comes in two days early.
    await answers(nikos, letters["nikos"], "accept", "Twój udział jest potwierdzony")
    await answers(sven, letters["sven"], "tentative", "You have answered “maybe”")
    await answers(gosia, letters["gosia"], "decline", "Twoja odmowa jest zapisana")
    for name, answer in (("Nikos", "Accepted"), ("Sven", "Maybe"), ("Gosia", "Declined")):
        await expect(invited(maria, name)).to_contain_text(answer)
    await shot(maria, "citizen-5-answers")
    await sven.goto(letters["sven"].link_to("/conferences"))
    await activates(sven, "sven@example.com")
    await confirms(sven, office, "sven@example.com")
    await expect(sven.get_by_text("You are invited")).to_be_visible()
    await nobody_comes_in_before(office, nikos, sven, gosia, letters["gosia"].link_to("/j/"))

    # Moved to this very quarter of an hour: the calendars follow, the answers are asked for again.
    uid = event_of(letters["nikos"])["uid"]
    begins = await she_moves_it_to_now(maria)
    for to, subject in zip(INVITED, ("Zmiana", "Αλλαγή", "Αλλαγή"), strict=True):
        letter = await post.next(to)
        assert letter.mail["Subject"] == f"{SERVICE}: {subject}: {TITLE}"
        event = event_of(letter)
        assert (event["method"], event["uid"], event["sequence"]) == ("REQUEST", uid, 1)
        assert (event["starts"], event["attendee"]) == (begins, to)
        letters[to.split("@")[0]] = letter
    # It stands under "Today" now, as open as it was.
    await expect(invited(maria, "Nikos")).to_contain_text("has an account")
    await expect(invited(maria, "Nikos")).not_to_contain_text("Accepted")
    await answers(gosia, letters["gosia"], "accept", "Twój udział jest potwierdzony")
    await expect(invited(maria, "Gosia")).to_contain_text("Accepted")
    print(f"moved after {time.monotonic() - began:.1f} s")

    await they_meet(office, maria, nikos, sven, gosia, letters["gosia"].link_to("/j/"))
    print(f"met after {time.monotonic() - began:.1f} s")

    # Three hours later it is over.
    for page in (gosia, sven, nikos, maria):
        await page.get_by_test_id("leave").first.click()
        await page.get_by_test_id("leave-now").click()
        await expect(page.locator(".status")).to_be_visible()
    office.server.stop()
    office.server.prefix = later(3 * 3600)
    office.server.start()
    await nobody_comes_in_after(office, nikos, sven, gosia, letters["gosia"].link_to("/j/"))

    # The same people another day, which is called off: out of the calendars again.
    await she_copies_and_cancels_it(maria, office, uid)
    assert post.unread() == []
    assert everybody.problems == []
    print(f"the whole way: {time.monotonic() - began:.1f} s")
