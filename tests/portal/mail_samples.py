"""People and meetings for the tests of messages: values alone."""

from typing import Any

from portal.mail.conference_letters import Occasion
from portal.mail.house import House
from portal.mail.links import Links
from storage.addressees import Addressee, Meeting
from storage.notice_rules import Date, Kind

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_796_112_000_000  # Tuesday, 1 December 2026, 08:00 UTC
NOW = START - 2 * DAY
ADMIN_PIN, MODERATOR_LINK = "111222333", "moderator-secret"
HOUSE = House("e:Presence.gov.gr", "no-reply@meet.example.org", Links("https://meet.example.org"))
DATE = Date("c1@plenum", START, START + HOUR)


def person(**fields: Any) -> Addressee:
    given: dict[str, Any] = {
        "name": "Anna Kowalska",
        "email": "anna@example.org",
        "telephone": "+48600000000",
        "language": "",
        "time_zone": "",
        "kind": "guest",
        "link": "annas-own-link",
        "invitee": "i1",
    }
    return Addressee(**(given | fields))


def meeting(**fields: Any) -> Meeting:
    given: dict[str, Any] = {
        "id": "c1",
        "owner": "u1",
        "coordinator": "Eleni Zografou",
        "title": "Regional council",
        "description": "",
        "kind": "scheduled",
        "time_zone": "Europe/Athens",
        "language": "en",
        "record": False,
        "dates": (DATE,),
        "number": "123456",
        "pin": "987654321",
        "sequence": 0,
        "opens_before_ms": 300_000,
    }
    return Meeting(**(given | fields))


def occasion(kind: Kind = Kind.INVITATION, **fields: Any) -> Occasion:
    """`to`, `meeting`, `payload`, `now_ms`, `house` may be given."""
    given: dict[str, Any] = {
        "payload": {},
        "to": person(),
        "meeting": meeting(),
        "house": HOUSE,
        "rsvp_token": "i1.token",
        "now_ms": NOW,
    }
    return Occasion(kind, **(given | fields))


def reminder(kind: Kind, date: Date = DATE, *, first: bool = False, **fields: Any) -> Occasion:
    payload = {"date": [date.uid, date.starts_ms, date.ends_ms], "first": first}
    return occasion(kind, payload=payload, **fields)
