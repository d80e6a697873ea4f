"""What may be in requests about conferences, their dates and their people."""

import datetime
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from portal.bodies import Body, Description, Name, Secret, Title
from portal.bulk import email_or_none, telephone_or_none
from portal.queries import Query, SearchQuery

MAX_BULK_CHARS = 200_000
_LATEST_MS = 32_503_680_000_000  # the year 3000


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError("no such time zone")
    return text


def _email(text: str) -> str:
    found = email_or_none(text)
    if found is None:
        raise ValueError("no e-mail address")
    return found


def _telephone(text: str) -> str:
    found = telephone_or_none(text)
    if found is None:
        raise ValueError("no telephone number; write it with + and the country's code")
    return found


At = Annotated[int, Field(ge=0, le=_LATEST_MS)]
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Telephone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_telephone)]
Language = Literal["el", "pl", "ro", "en"]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SessionBody(Body):
    starts_at: At
    ends_at: At


class ConferenceBody(Body):
    """S-36 to S-39, E2-102 to E2-104, H-8 to H-11. Times in Unix ms; the rules are portal/dates.py."""

    title: Title
    description: Description = ""
    kind: Literal["instant", "scheduled", "reservation"] = "instant"
    starts_at: At | None = None
    ends_at: At | None = None
    sessions: Annotated[tuple[SessionBody, ...], Field(max_length=60, strict=False)] = ()
    time_zone: Zone = "UTC"
    language: Language | None = None
    opens_before_min: Annotated[int, Field(ge=0, le=60)] = 5
    lobby: bool = False
    record: bool = False
    start_as: Literal["speaker", "listener"] = "speaker"
    who_presents: Literal["everyone", "promoted"] = "everyone"
    max_participants: Annotated[int, Field(ge=2, le=1000)] | None = None
    unit_id: Id | None = None
    short_notice: Literal["invite_and_start", "start_only"] | None = None
    sms_invite: bool = False
    sms_reminder: bool = False


class ConferencePatch(Body):
    """What is absent stays. The kind stays for good. `unit_id` null: on behalf of the body alone."""

    title: Title | None = None
    description: Description | None = None
    starts_at: At | None = None
    ends_at: At | None = None
    sessions: Annotated[tuple[SessionBody, ...], Field(max_length=60, strict=False)] | None = None
    time_zone: Zone | None = None
    language: Language | None = None
    opens_before_min: Annotated[int, Field(ge=0, le=60)] | None = None
    lobby: bool | None = None
    record: bool | None = None
    start_as: Literal["speaker", "listener"] | None = None
    who_presents: Literal["everyone", "promoted"] | None = None
    max_participants: Annotated[int, Field(ge=2, le=1000)] | None = None
    unit_id: Id | None = None
    short_notice: Literal["invite_and_start", "start_only"] | None = None
    sms_invite: bool | None = None
    sms_reminder: bool | None = None


class RescheduleBody(Body):
    starts_at: At
    ends_at: At


class CopyBody(Body):
    """`people`: the participants too. Without dates it is for now."""

    starts_at: At | None = None
    ends_at: At | None = None
    people: bool = True


class ExtendBody(Body):
    minutes: Annotated[int, Field(ge=15, le=60)] = 15


class InviteeBody(Body):
    """With an address somebody is told; without one the link is given by hand."""

    name: Name
    email: Email | None = None
    telephone: Telephone | None = None
    moderator: bool = False
    kind: Literal["person", "guest"] = "guest"
    language: Language | None = None


class InviteePatch(Body):
    name: Name | None = None
    moderator: bool | None = None


class BulkBody(Body):
    """`preview`: only say what would be added, and what is wrong in which line."""

    text: Annotated[str, StringConstraints(max_length=MAX_BULK_CHARS)]
    kind: Literal["person", "guest"] = "guest"
    language: Language | None = None
    preview: bool = False


class GroupInviteBody(Body):
    group: Id


class RsvpBody(Body):
    answer: Literal["accepted", "declined", "tentative"]


class RsvpTokenBody(RsvpBody):
    token: Secret


class ConferencesQuery(SearchQuery):
    """`date` in `zone`: that day instead of today."""

    list: Literal["current", "future", "postponed", "history"] = "current"
    date: datetime.date | None = None
    zone: Zone = "UTC"


class ContactsQuery(Query):
    q: Annotated[str, StringConstraints(max_length=100)] = ""
