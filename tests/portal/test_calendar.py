"""The calendar part: read back by a parser and held to the grammar line by line (RFC 5545, RFC 5546, decision 9)."""

import re
from typing import Any

import pytest
from icalendar import Calendar

from portal.mail import conference_letters
from portal.mail.envelope import sealed_letter
from portal.mail.letter import Message
from storage.notice_rules import Date, Kind
from tests.portal.mail_samples import DATE, DAY, HOUR, HOUSE, NOW, START, meeting, occasion, person

GONE = {"gone": [[DATE.uid, DATE.starts_ms, DATE.ends_ms]]}


def strict(content: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Unfolded content lines as (name, parameters, value); fails on anything that RFC 5545 3.1 does not allow."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    for physical in content.split(b"\r\n"):
        assert len(physical) <= 75, physical
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", physical)
        physical.decode()  # no character is cut in two
    found = []
    for text in content.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        head = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=(?:\"[^\"]*\"|[^\";:,]*))*):(.*)", text)
        assert head is not None, text
        params = dict(re.findall(r";([A-Z-]+)=(\"[^\"]*\"|[^\";:,]*)", head[2]))
        found.append((head[1], {name: value.strip('"') for name, value in params.items()}, head[3]))
    return found


def parts(message: Message) -> dict[str, Any]:
    """What a mail reader finds."""
    mail = sealed_letter(message, "c", HOUSE, NOW)
    [inline] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    attached = [part for part in mail.walk() if part.get_content_type() == "application/ics"]
    assert message.calendar is not None
    assert inline.get_param("method") == message.calendar[0] and inline.get_content_charset() == "utf-8"
    assert mail.get_content_type() == "multipart/mixed"
    structure = [part.get_content_type() for part in mail.walk()][1:5]
    assert structure == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    return {"inline": inline.get_content(), "attached": [part.get_content() for part in attached]}


def composed(of: conference_letters.Occasion) -> Message:
    message = conference_letters.compose(of)
    assert message is not None
    return message


def event(of: conference_letters.Occasion) -> dict[str, Any]:
    message = composed(of)
    assert message.calendar is not None
    lines = strict(message.calendar[1])
    names = [name for name, _, _ in lines]
    for once in (
        "UID",
        "DTSTAMP",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "STATUS",
        "ORGANIZER",
        "METHOD",
        "VERSION",
    ):
        assert names.count(once) == 1, once
    assert names.count("BEGIN") == names.count("END") == 2
    return {name: (params, value) for name, params, value in lines} | {"lines": lines}


def test_an_invitation_is_a_request_in_utc_with_one_attendee() -> None:
    """(E0-30, H-19)"""
    found = event(occasion(to=person(name='Άννα, "η πρώτη"; ok'), meeting=meeting(coordinator="Ελένη")))
    assert found["METHOD"][1] == "REQUEST" and found["UID"][1] == "c1@plenum" and found["SEQUENCE"][1] == "0"
    assert (found["DTSTART"][1], found["DTEND"][1]) == ("20261201T080000Z", "20261201T090000Z")
    params, address = found["ATTENDEE"]
    assert address == "mailto:anna@example.org"
    assert params["CN"] == "Άννα, 'η πρώτη'; ok"
    assert (params["RSVP"], params["PARTSTAT"], params["ROLE"]) == ("TRUE", "NEEDS-ACTION", "REQ-PARTICIPANT")
    assert found["ORGANIZER"] == ({"CN": "Ελένη"}, "mailto:no-reply@meet.example.org")
    assert found["STATUS"][1] == "CONFIRMED" and found["TRANSP"][1] == "OPAQUE"
    assert found["URL"][1] == "https://meet.example.org/j/annas-own-link"


def test_the_mail_carries_it_inline_with_its_method_and_as_a_file() -> None:
    of = occasion()
    message = composed(of)
    found = parts(message)
    assert message.calendar is not None and message.calendar[0] == "REQUEST"
    assert found["attached"] == [message.calendar[1]]
    assert found["inline"].replace("\r\n", "\n").strip() == message.calendar[1].decode().replace("\r\n", "\n").strip()


def test_a_foreign_parser_reads_what_was_written() -> None:
    of = occasion(meeting=meeting(title="Budget; part 1, final\\draft", description="Line 1\nLine 2; x, y"))
    message = composed(of)
    assert message.calendar is not None
    [read] = Calendar.from_ical(message.calendar[1]).walk("VEVENT")
    assert str(read["SUMMARY"]) == "Budget; part 1, final\\draft"
    assert str(read["DESCRIPTION"]).endswith("Line 1\nLine 2; x, y")
    assert int(read["DTSTART"].dt.timestamp() * 1000) == START


def test_update_keeps_the_uid_and_grows_the_sequence() -> None:
    """Decision 9."""
    payload = {"sequence": 3, "moved": True, "gone": []}
    moved = Date(DATE.uid, START + DAY, START + DAY + HOUR)
    found = event(occasion(Kind.UPDATE, payload=payload, meeting=meeting(dates=(moved,), sequence=3)))
    assert (found["METHOD"][1], found["UID"][1], found["SEQUENCE"][1]) == ("REQUEST", DATE.uid, "3")
    assert found["DTSTART"][1] == "20261202T080000Z"


@pytest.mark.parametrize(
    ("rsvp", "partstat"), [("accepted", "ACCEPTED"), ("tentative", "TENTATIVE"), ("none", "NEEDS-ACTION")]
)
def test_an_answer_given_by_link_is_kept_in_the_calendar(rsvp: str, partstat: str) -> None:
    payload = {"sequence": 1, "moved": False, "gone": []}
    found = event(occasion(Kind.UPDATE, payload=payload, to=person(rsvp=rsvp)))
    assert found["ATTENDEE"][0]["PARTSTAT"] == partstat


def test_cancelled_takes_the_date_out_of_the_calendar() -> None:
    payload = {**GONE, "sequence": 4, "removed": False}
    found = event(occasion(Kind.CANCEL, payload=payload, meeting=meeting(dates=(), sequence=4)))
    assert (found["METHOD"][1], found["STATUS"][1], found["SEQUENCE"][1]) == ("CANCEL", "CANCELLED", "4")
    assert found["UID"][1] == DATE.uid and "RSVP" not in found["ATTENDEE"][0]


def test_postponed_takes_it_out_and_the_new_date_brings_it_back_under_the_same_uid() -> None:
    """Decision 9 (E2-105)."""
    out = event(occasion(Kind.POSTPONEMENT, payload={**GONE, "sequence": 1}, meeting=meeting(dates=(), sequence=1)))
    payload = {"sequence": 2, "moved": True, "gone": []}
    back = event(occasion(Kind.UPDATE, payload=payload, meeting=meeting(sequence=2)))
    assert (out["METHOD"][1], back["METHOD"][1]) == ("CANCEL", "REQUEST")
    assert out["UID"][1] == back["UID"][1]
    assert int(out["SEQUENCE"][1]) < int(back["SEQUENCE"][1])


def test_a_dropped_session_is_cancelled_beside_the_others() -> None:
    """(H-17)"""
    kept = Date("s1@plenum", START, START + HOUR)
    payload = {"sequence": 1, "moved": True, "gone": [["s2@plenum", START + DAY, START + DAY + HOUR]]}
    message = composed(occasion(Kind.UPDATE, payload=payload, meeting=meeting(dates=(kept,), sequence=1)))
    request, cancel = [strict(each.content) for each in message.attachments]
    assert ("UID", {}, "s1@plenum") in request and ("METHOD", {}, "REQUEST") in request
    assert ("UID", {}, "s2@plenum") in cancel and ("METHOD", {}, "CANCEL") in cancel


def test_a_reservation_of_days_makes_nobody_look_busy_for_days() -> None:
    """(H-16)"""
    long = Date(DATE.uid, START, START + 14 * DAY)
    assert event(occasion(meeting=meeting(dates=(long,))))["TRANSP"][1] == "TRANSPARENT"
