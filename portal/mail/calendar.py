"""The calendar part of a message (RFC 5545, RFC 5546): one date per object, a stable UID, a growing SEQUENCE.

Times are UTC, so that no zone table can be wrong. Only the one recipient is named as ATTENDEE: nobody learns from an
invitation who else is invited. Answers count through the message's links; the ORGANIZER's address reads nothing.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from portal.mail.clean import line
from storage.notice_rules import Date

_LONG_MS: Final = 24 * 3_600_000
_PARTSTAT: Final = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is the same for every date of one message."""

    product: str
    title: str
    description: str
    url: str
    organiser_name: str
    organiser_address: str
    attendee_name: str
    attendee_address: str
    rsvp: str
    sequence: int
    now_ms: int


def calendar(method: Method, entry: Entry, date: Date) -> bytes:
    """An iCalendar object with CRLF lines of at most 75 octets."""
    outer = Calendar()
    outer.add("prodid", f"-//{line(entry.product, 40).replace('//', ' ')}//Plenum//EN")
    outer.add("version", "2.0")
    outer.add("method", method.value)
    outer.add_component(_event(method, entry, date))
    return bytes(outer.to_ical())


def _event(method: Method, entry: Entry, date: Date) -> Event:
    event = Event()
    event.add("uid", date.uid)
    event.add("dtstamp", _utc(entry.now_ms))
    event.add("sequence", entry.sequence)
    event.add("dtstart", _utc(date.starts_ms))
    event.add("dtend", _utc(date.ends_ms))
    event.add("summary", vText(line(entry.title)))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", _address(entry.organiser_name, entry.organiser_address))
    event.add("attendee", _attendee(method, entry))
    if method is Method.REQUEST:
        event.add("description", vText(entry.description))
        event.add("location", vText(entry.url))
        event.add("url", vUri(entry.url))
        # a reservation of days must not make somebody look busy for days
        event.add("transp", "TRANSPARENT" if date.ends_ms - date.starts_ms > _LONG_MS else "OPAQUE")
    return event


def _attendee(method: Method, entry: Entry) -> vCalAddress:
    attendee = _address(entry.attendee_name, entry.attendee_address)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = _PARTSTAT.get(entry.rsvp, "NEEDS-ACTION")
    if method is Method.REQUEST:
        attendee.params["RSVP"] = "TRUE"
    return attendee


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    if shown := line(name).replace('"', "'").replace("^", " "):
        found.params["CN"] = shown
    return found


def _utc(ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.UTC)
