"""HaloNet's way through the API, minute by minute: a room is reserved, people hear of it by a real mail server and a
file sink for SMS, they get in, the room lapses and its slot is free again. The clock is moved (decisions 1, 2, 4)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal.mail.folder import SmsFolder
from portal.mail.house import House
from portal.mail.links import Links
from portal.mail.sender import Sender, Ways
from portal.mail.smtp import SmtpDelivery, relay
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import home
from tests.portal.test_schedule import listed, reserved
from tests.support.mail_server import MailServer

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
HOUSE = House("HaloNet", "no-reply@halonet.example", Links("https://halonet.example"), call="+48 22 123 45 67")


@dataclass
class Panel:
    """The customer's panel, and the letter boxes of everybody."""

    site: Site
    owner: Browser
    body: str
    server: MailServer
    sender: Sender
    sms_folder: Path
    _sms: set[str] = field(default_factory=set)

    async def until(self, at_ms: int) -> list[tuple[int, str, str, str]]:
        """Lets time pass, from one moment at which something is due to the next. What came: Unix ms, the way, who got
        it, its text."""
        came: list[tuple[int, str, str, str]] = []
        clock = self.site.clock
        while True:
            before = len(self.server.taken)
            await self.sender.send_due(HOUSE)
            for delivery in self.server.taken[before:]:
                said = f"{delivery.mail['Subject']}\n{delivery.text}"
                came.append((clock.ms(), "mail", delivery.to, said.replace("\u00a0", "")))
            came += [(clock.ms(), "sms", each["to"], each["text"]) for each in self._new_sms()]
            due = await self.site.storage.outbox.next_due(clock.ms())
            if due is None or due > at_ms:
                clock.now = at_ms / 1000
                return came
            clock.now = max(due / 1000, clock.now)

    def _new_sms(self) -> list[dict[str, str]]:
        files = [each for each in sorted(self.sms_folder.glob("*.json")) if each.name not in self._sms]
        self._sms |= {each.name for each in files}
        return [json.loads(each.read_text()) for each in files]

    async def invite(self, room: dict[str, Any], name: str, **ways: str) -> None:
        body = {"name": name, "kind": "guest", **ways}
        answer = await self.owner.post(f"/api/conferences/{room['id']}/invitees", body)
        assert answer.status == 201, await answer.text()


@pytest.fixture
async def panel(site: Site, tmp_path: Path) -> AsyncIterator[Panel]:
    site.clock.now = site.clock.now // 60 * 60  # reservations lie on whole minutes
    here = await home(site)
    server = MailServer().start()
    folder = tmp_path / "sms"
    ways = Ways(
        [SmtpDelivery(relay(f"smtp://localhost:{server.port}"), HOUSE.address, site.clock)],
        SmsFolder(folder, "HaloNet"),
    )
    yield Panel(site, here.head, here.body, server, Sender(site.storage, ways, site.clock), folder)
    for mail in ways.mails:
        await mail.close()
    server.stop()


async def test_halonets_way_from_the_reservation_to_the_free_slot(panel: Panel) -> None:
    """H-1, H-2, H-4, H-8 to H-20, H-22 to H-34, H-38, H-39, H-45."""
    site, owner = panel.site, panel.owner
    now = site.clock.ms()

    # Ten minutes to thirty days ahead, fourteen days at most (H-14 to H-16); refused in words that say which.
    for start, length, reason in (
        (now + 9 * MINUTE, HOUR, "too_soon"),
        (now + 30 * DAY + MINUTE, HOUR, "too_late"),
        (now + HOUR, 14 * DAY + MINUTE, "too_long"),
    ):
        refused = await reserved(owner, start, length=length)
        assert (refused.status, (await refused.json())["error"]["reason"]) == (400, reason)
    nearest = await reserved(owner, now + 10 * MINUTE, length=14 * DAY)
    farthest = await reserved(owner, now + 30 * DAY, length=HOUR)
    assert (nearest.status, farthest.status) == (201, 201)

    # The third: two sessions under one number, PIN and ADMIN PIN, with SMS at once and an hour before.
    start, end = now + 8 * HOUR, now + 12 * HOUR
    sessions = [{"starts_at": start, "ends_at": start + HOUR}, {"starts_at": start + 3 * HOUR, "ends_at": end}]
    wish = {"title": "Rada", "language": "pl", "time_zone": "Europe/Warsaw", "sms_invite": True, "sms_reminder": True}
    answer = await reserved(owner, start, length=end - start, sessions=sessions, **wish)
    room = await answer.json()
    assert answer.status == 201, room
    assert (len(room["number"]), len(room["pin"]), len(room["admin_pin"])) == (6, 9, 9)
    assert await code(await reserved(owner, start)) == "too_many_rooms"

    # To the addresses given (H-10, H-11): Ewa has both, Jan a telephone alone.
    await panel.invite(room, "Ewa", email="ewa@example.pl", telephone="+48600000001")
    await panel.invite(room, "Jan", telephone="+48600000002")
    ewa, ewas, jans = "ewa@example.pl", "+48600000001", "+48600000002"
    everybody = [("mail", ewa), ("sms", ewas), ("sms", jans)]
    came = await panel.until(start + HOUR)
    told = sorted((at - now, way, to) for at, way, to, _ in came)
    assert told == sorted((at, *each) for at in (0, 7 * HOUR) for each in everybody)
    for at, way, _, text in came:
        assert room["number"] in text and room["pin"] in text, "access data in each (H-18, H-25)"
        assert room["admin_pin"] not in text and room["moderator_url"].rsplit("/", 1)[1] not in text
        if way == "sms":  # H-24, H-25, H-27
            assert ("przypomnienie" in text) == (at > now) and HOUSE.call in text
            assert "Beata" not in text and "beata@example.org" not in text
    sms = [json.loads(each.read_text()) for each in panel.sms_folder.glob("*.json")]
    assert {each["from"] for each in sms} == {"HaloNet"}
    assert "HaloNet: zaproszenie na konferencj" in came[1][3] + came[2][3]

    # The second session has a reminder of its own, an hour before it.
    again = await panel.until(start + 3 * HOUR)
    assert sorted((at - start, way, to) for at, way, to, _ in again) == [(2 * HOUR, *each) for each in everybody]
    assert await panel.until(end) == []

    # An hour of grace (H-31, H-32): in sight, in its slot, and nobody comes in any more.
    guest = await site.browser()
    assert await code(await guest.join_pin(room, room["pin"])) == "expired"
    site.clock.now = (end + HOUR - MINUTE) / 1000
    assert room["id"] in [each["id"] for each in await listed(owner)]
    assert await code(await reserved(owner, site.clock.ms() + HOUR)) == "too_many_rooms"
    site.clock.now = (end + HOUR) / 1000
    assert room["id"] not in [each["id"] for each in await listed(owner)]
    taken = await reserved(owner, site.clock.ms() + HOUR)
    assert taken.status == 201
    assert await code(await reserved(owner, site.clock.ms() + HOUR)) == "too_many_rooms"

    # Deleting one frees its slot at once (H-30).
    assert (await owner.send("DELETE", f"/api/conferences/{(await taken.json())['id']}")).status == 204
    assert (await reserved(owner, site.clock.ms() + HOUR)).status == 201


async def test_number_and_pins_open_the_room_from_five_minutes_before_until_its_end(panel: Panel) -> None:
    """H-2, H-17, H-34, H-38, H-39, H-41, H-45: a participant by the PIN, a moderator by the ADMIN PIN, all day long."""
    site, guest = panel.site, await panel.site.browser()
    start = site.clock.ms() + HOUR
    room = await (await reserved(panel.owner, start, length=DAY)).json()
    for at, opens in (
        (start - 5 * MINUTE - 1000, "not_open_yet"),
        (start - 5 * MINUTE, None),
        (start + 12 * HOUR, None),
        (start + DAY - 1000, None),
        (start + DAY, "expired"),
    ):
        site.clock.now = at / 1000
        for pin, moderator in ((room["pin"], False), (room["admin_pin"], True)):
            answer = await guest.join_pin(room, pin)
            if opens is not None:
                assert await code(answer) == opens
                continue
            assert answer.status == 200
            assert site.minted.claims[-1].moderator is moderator


async def test_at_six_hours_or_less_exactly_one_message_at_the_start(panel: Panel) -> None:
    """H-21 to the letter, where the body chose it: six hours are short notice, a minute more is not."""
    patched = await panel.owner.send("PATCH", f"/api/bodies/{panel.body}", {"short_notice": "start_only"})
    assert patched.status == 200
    now = panel.site.clock.ms()
    short = await (await reserved(panel.owner, now + 6 * HOUR, length=HOUR)).json()
    usual = await (await reserved(panel.owner, now + 6 * HOUR + MINUTE, length=HOUR)).json()
    await panel.invite(short, "Ewa", email="ewa@example.pl")
    await panel.invite(usual, "Jan", email="jan@example.pl")
    came = await panel.until(now + 8 * HOUR)
    assert [((at - now) // MINUTE, to) for at, _, to, _ in came] == [
        (0, "jan@example.pl"),
        (5 * 60 + 1, "jan@example.pl"),
        (6 * 60, "ewa@example.pl"),
    ]
    assert short["number"] in came[-1][3] and short["pin"] in came[-1][3]
