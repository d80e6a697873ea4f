"""From an organiser's act to what people receive, through tables, sender, a real mail server and a real SMS gateway,
with a moved clock (decision 1, 9; H-4, H-18 to H-25, S-8 to S-10, E0-22 to E0-33)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from icalendar import Calendar
from sqlalchemy import delete

from portal.mail.house import House
from portal.mail.links import Links
from portal.mail.sender import Sender, Ways
from portal.mail.sms import parts
from portal.mail.sms_http import SmsHttp
from portal.mail.smtp import SmtpDelivery, relay
from storage import notices
from storage.ids import new_id
from storage.outbox import forget_in
from storage.records import ConferenceRecord, ConferenceSettings
from storage.rsvp import rsvp_invitee
from storage.service import Storage
from storage.tables import Conference, Invitee, User
from tests.storage.contract import Clock
from tests.support.databases import Databases
from tests.support.mail_server import Delivery, MailServer

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
HOUSE = House("e:Presence.gov.gr", "no-reply@meet.example.org", Links("https://meet.example.org"))


@dataclass
class Office:
    """One conference, its organiser's acts, and everybody's letter boxes."""

    storage: Storage
    clock: Clock
    server: MailServer
    sender: Sender
    conference: ConferenceRecord
    sms: list[dict[str, str]] = field(default_factory=list)

    async def plan(self, *, lead_s: int, **fields: object) -> None:
        start = self.clock.ms() + lead_s * 1000
        await self.edit(created_ms=self.clock.ms(), starts_ms=start, expires_ms=start + HOUR * 1000, **fields)

    async def edit(self, **fields: object) -> None:
        async with self.storage.db.write() as session:
            row = await session.get(Conference, self.conference.id)
            assert row is not None
            for name, value in fields.items():
                setattr(row, name, value)
            await notices.changed(session, self.conference.id, self.clock.ms())

    async def invite(self, name: str, **fields: object) -> str:
        invitee = new_id()
        given = {"email": f"{name.lower()}@example.org", "kind": "guest", "moderator": False} | fields
        async with self.storage.db.write() as session:
            session.add(
                Invitee(
                    id=invitee,
                    conference_id=self.conference.id,
                    name=name,
                    created_ms=self.clock.ms(),
                    sealed=self.storage.secrets.seal(f"{self.conference.id}/{invitee}", f"link-of-{name}"),
                    lookup=invitee.encode(),
                    devices="[]",
                    **given,
                )
            )
            await notices.invite(session, self.conference.id, [invitee], self.clock.ms())
        return invitee

    async def until(self, seconds: int) -> list[tuple[int, str, str]]:
        """Lets time pass, from one moment at which something is due to the next: (minute from now, receiver, subject)
        of each mail that came."""
        began, came = self.clock.now, []
        while True:
            before = len(self.server.taken)
            await self.sender.send_due(HOUSE)
            for delivery in self.server.taken[before:]:
                minute = round((self.clock.now - began) / 60)
                came.append((minute, delivery.to.partition("@")[0], str(delivery.mail["Subject"])))
            due = await self.storage.outbox.next_due(self.clock.ms())
            if due is None or due / 1000 > began + seconds:
                self.clock.now = began + seconds
                return came
            self.clock.now = max(due / 1000, self.clock.now)

    def last(self, name: str) -> Delivery:
        return [each for each in self.server.taken if each.to.startswith(name)][-1]


@pytest.fixture
async def office(databases: Databases, tmp_path: Path) -> AsyncIterator[Office]:
    clock = Clock(1_796_112_000.0 - 30 * DAY)
    storage = await Storage.open(databases.new(tmp_path / "data"), clock=clock)
    server = MailServer().start()
    sms: list[dict[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        sms.append(await request.json())
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/", take)
    gateway = TestServer(app)
    await gateway.start_server()
    ways = Ways(
        [SmtpDelivery(relay(f"smtp://localhost:{server.port}"), HOUSE.address, clock)],
        SmsHttp(str(gateway.make_url("/")), "t", "HaloNet"),
    )
    owner = await storage.users.add("Eleni Zografou")
    made = await storage.conferences.create(owner.id, ConferenceSettings("Council"), now_ms=clock.ms())
    opened = Office(storage, clock, server, Sender(storage, ways, clock), made, sms)
    await opened.edit(kind="scheduled", time_zone="Europe/Athens", language="en")
    yield opened
    for way in (*ways.mails, ways.sms):
        assert way is not None
        await way.close()
    server.stop()
    await gateway.close()
    await storage.close()


def calendar_of(delivery: Delivery) -> Calendar:
    return Calendar.from_ical(delivery.calendar)


async def test_a_mail_at_creation_and_one_exactly_an_hour_before(office: Office) -> None:
    """(H-18, H-19, H-20, S-8)"""
    await office.plan(lead_s=8 * HOUR)
    await office.invite("Anna")
    came = await office.until(9 * HOUR)
    assert [(minute, subject.split(": ", 1)[1]) for minute, _, subject in came] == [
        (0, "Teleconference Invitation"),
        (7 * 60, "Reminder: Council, 18:00"),
    ]
    text = office.server.taken[0].text
    assert "https://meet.example.org/j/link-of-Anna" in text
    assert office.conference.pin in text.replace("\u00a0", "")
    assert office.conference.admin_pin not in text.replace("\u00a0", "")
    [event] = calendar_of(office.server.taken[0]).walk("VEVENT")
    assert event["UID"] == f"{office.conference.id}@plenum"


@pytest.mark.parametrize("lead_min", [360, 90, 20])
async def test_at_short_notice_the_reminder_comes_at_the_start_and_none_an_hour_before(
    office: Office, lead_min: int
) -> None:
    """Decision 1."""
    await office.plan(lead_s=lead_min * 60)
    await office.invite("Anna")
    came = await office.until(lead_min * 60 + HOUR)
    assert [(minute, subject.split(": ", 1)[1]) for minute, _, subject in came] == [
        (0, "Teleconference Invitation"),
        (lead_min, "Starting: Council"),
    ]


async def test_to_the_letter_exactly_one_message_when_the_conference_starts(office: Office) -> None:
    """(H-21)"""
    await office.plan(lead_s=3 * HOUR, short_notice="start_only")
    await office.invite("Anna")
    came = await office.until(4 * HOUR)
    assert [(minute, subject.split(": ", 1)[1]) for minute, _, subject in came] == [(180, "Teleconference Invitation")]
    assert calendar_of(office.server.taken[0])["METHOD"] == "REQUEST"


async def test_sms_at_once_and_an_hour_before_without_the_organiser_s_data(office: Office) -> None:
    """(H-4, H-22, H-23, H-24, H-25, H-26, H-27) What the operator charges for is counted."""
    await office.plan(lead_s=8 * HOUR, sms_invite=True, sms_reminder=True)
    await office.invite("Bert", email=None, telephone="+48600000001", language="pl")
    await office.until(9 * HOUR)
    first, second = office.sms
    assert (first["from"], first["to"]) == ("HaloNet", "+48600000001")
    assert first["text"].startswith('e:Presence.gov.gr: zaproszenie na konferencje "Council", 01.11.2026, godz. 18:00.')
    assert "przypomnienie" in second["text"]
    for text in (first["text"], second["text"]):
        assert office.conference.number in text and office.conference.pin in text and "Eleni" not in text
    assert office.server.taken == []
    assert office.sender.numbers()["sms_parts"] == sum(parts(each["text"]) for each in office.sms)
    assert (len(office.conference.number), len(office.conference.pin)) == (6, 9)


async def test_sms_is_sent_only_where_it_was_chosen(office: Office) -> None:
    """(H-22, H-23) It costs money: neither is on by itself."""
    await office.plan(lead_s=8 * HOUR)
    await office.invite("Bert", telephone="+48600000001")
    await office.until(9 * HOUR)
    assert office.sms == [] and len(office.server.taken) == 2


async def test_each_reader_has_their_own_language_and_the_answer_link_is_theirs(office: Office) -> None:
    """(E0-22, E0-30, S-9)"""
    await office.plan(lead_s=2 * DAY)
    anna = await office.invite("Anna", language="el")
    await office.invite("Bert", language="ro")
    await office.sender.send_due(HOUSE)
    greek, romanian = office.last("anna"), office.last("bert")
    assert "Πρόσκληση σε τηλεδιάσκεψη (Teleconference Invitation)" in str(greek.mail["Subject"])
    assert "Invitație la conferință" in str(romanian.mail["Subject"]) and "Bună ziua, Bert" in romanian.text
    token = greek.text.split("https://meet.example.org/rsvp/accept#")[1].split()[0]
    assert rsvp_invitee(office.storage.secrets, token) == anna


async def test_moved_postponed_resumed_and_cancelled_speak_of_one_calendar_entry(office: Office) -> None:
    """Decision 9 (E2-105): one UID, a SEQUENCE that grows, and no reminder of a date that is gone."""
    await office.plan(lead_s=2 * DAY)
    await office.invite("Anna")
    await office.sender.send_due(HOUSE)
    start = office.clock.ms() + 3 * DAY * 1000
    await office.edit(starts_ms=start, expires_ms=start + HOUR * 1000)
    await office.until(MINUTE)
    async with office.storage.db.write() as session:
        row = await session.get(Conference, office.conference.id)
        assert row is not None
        row.postponed_ms = office.clock.ms()
        await notices.postponed(session, office.conference.id, office.clock.ms())
    assert [who for _, who, _ in await office.until(4 * DAY)] == ["anna"], "only the postponement"
    start = office.clock.ms() + 2 * DAY * 1000
    await office.edit(postponed_ms=None, starts_ms=start, expires_ms=start + HOUR * 1000)
    await office.until(MINUTE)
    async with office.storage.db.write() as session:
        row = await session.get(Conference, office.conference.id)
        assert row is not None
        row.cancelled_ms = office.clock.ms()
        await notices.cancelled(session, office.conference.id, office.clock.ms())
    assert len(await office.until(3 * DAY)) == 1, "the cancellation, and no reminder"
    calendars = [calendar_of(delivery) for delivery in office.server.taken]
    events = [each.walk("VEVENT")[0] for each in calendars]
    assert [str(each["METHOD"]) for each in calendars] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    assert [int(each["SEQUENCE"]) for each in events] == [0, 1, 2, 3, 4]
    assert {str(each["UID"]) for each in events} == {f"{office.conference.id}@plenum"}
    threads = {str(delivery.mail["In-Reply-To"]) for delivery in office.server.taken[1:]}
    assert threads == {office.server.taken[0].id}


async def test_who_is_removed_hears_so_and_the_others_do_not(office: Office) -> None:
    await office.plan(lead_s=2 * DAY)
    anna = await office.invite("Anna", language="el")
    await office.invite("Bert")
    await office.sender.send_due(HOUSE)
    async with office.storage.db.write() as session:
        await notices.removed(session, office.conference.id, [anna], office.clock.ms())
        await session.execute(delete(Invitee).where(Invitee.id == anna))
    came = await office.until(3 * DAY)
    assert [who for _, who, _ in came] == ["anna", "bert"], "a cancellation for one, the reminder for the other"
    assert "Δεν είστε πλέον μεταξύ των προσκεκλημένων" in office.last("anna").text
    assert calendar_of(office.last("anna"))["METHOD"] == "CANCEL"


async def test_who_declined_is_not_reminded_and_who_changes_their_mind_is(office: Office) -> None:
    """(S-9)"""
    await office.plan(lead_s=2 * DAY)
    for name, answer in (("Anna", "declined"), ("Bert", "accepted")):
        invitee = await office.invite(name)
        async with office.storage.db.write() as session:
            row = await session.get(Invitee, invitee)
            assert row is not None
            row.rsvp = answer
    assert [who for _, who, _ in await office.until(3 * DAY)] == ["anna", "bert", "bert"]


async def test_reminders_of_what_ended_early_are_not_sent(office: Office) -> None:
    await office.plan(lead_s=2 * DAY)
    await office.invite("Anna")
    await office.sender.send_due(HOUSE)
    await office.storage.conferences.end(office.conference.id, office.clock.ms())
    assert await office.until(3 * DAY) == []


async def test_an_account_is_written_to_at_its_first_address_in_its_language_and_zone(office: Office) -> None:
    """(E0-17, E0-26, E2-42)"""
    user = await office.storage.users.add("Ion Popescu")
    async with office.storage.db.write() as session:
        row = await session.get(User, user.id)
        assert row is not None
        row.email, row.language, row.time_zone = "ion@first.example", "ro", "America/New_York"
    await office.plan(lead_s=2 * DAY)
    await office.invite("Ion", email="ion@extra.example", kind="user", user_id=user.id)
    await office.sender.send_due(HOUSE)
    delivery = office.server.taken[0]
    assert delivery.to == "ion@first.example" and "Autentificare cu: ion@first.example" in delivery.text
    assert "În fusul dumneavoastră orar" in delivery.text and "New York" in delivery.text
    assert "/j/link-of" not in delivery.text


async def test_a_person_who_is_forgotten_gets_nothing_more(office: Office) -> None:
    await office.plan(lead_s=2 * DAY)
    anna = await office.invite("Anna")
    async with office.storage.db.write() as session:
        await forget_in(session, f"invitee:{anna}", office.clock.ms())
    assert await office.until(3 * DAY) == []


async def test_a_server_that_was_down_at_the_hour_sends_no_stale_reminder(office: Office) -> None:
    await office.plan(lead_s=2 * DAY)
    await office.invite("Anna")
    await office.sender.send_due(HOUSE)
    office.clock.now += 2 * DAY + 2 * HOUR
    assert await office.until(HOUR) == []


async def test_many_invitations_leave_over_one_connection_and_each_once(office: Office) -> None:
    await office.plan(lead_s=2 * DAY)
    for number in range(40):
        await office.invite(f"P{number}")
    await office.sender.send_due(HOUSE)
    assert set(office.server.by_person().values()) == {1} and len(office.server.taken) == 40
    assert office.server.connections == 1
