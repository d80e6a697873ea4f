"""Letters about a conference: invitation, reminders, changes, postponement, cancellation (E0-22 to E0-31, H-18, S-8).

Values in, a message out, or None when there is no reason left to send it (the date has moved, the person has declined,
the conference is over). Nobody is ever sent an ADMIN PIN or the moderators' link: a moderator's own link is enough.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.mail import moments
from portal.mail.calendar import Entry, Method, calendar
from portal.mail.catalogue import Words, choose, words
from portal.mail.clean import line, lines, person
from portal.mail.house import House
from portal.mail.letter import Attachment, Fact, Letter, Link, Message
from storage.addressees import Addressee, Meeting
from storage.notice_rules import REMINDERS, Date, Kind, upcoming

MAX_DATES: Final = 40
_WITH_CALENDAR: Final = (Kind.INVITATION, Kind.UPDATE)
_INVITATION: Final = "invitation.subject"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One message to one person: everything that its words depend on."""

    kind: Kind
    payload: Mapping[str, Any]
    to: Addressee
    meeting: Meeting
    house: House
    rsvp_token: str
    now_ms: int

    @property
    def dates(self) -> list[Date]:
        """The ones it is about."""
        if self.kind in REMINDERS:
            return [self.reminded]
        if self.kind in (Kind.CANCEL, Kind.POSTPONEMENT):
            return self.gone
        return upcoming(self.meeting.dates, self.now_ms)

    @property
    def reminded(self) -> Date:
        return Date(*self.payload["date"])

    @property
    def gone(self) -> list[Date]:
        return [Date(*each) for each in self.payload.get("gone", ())]

    @property
    def first(self) -> bool:
        """Nothing was said before."""
        return self.kind is Kind.INVITATION or bool(self.payload.get("first"))

    @property
    def words(self) -> Words:
        return words(choose(self.to.language, self.meeting.language, self.house.language))


def wanted(of: Occasion) -> bool:
    """Is there still a reason to send it?"""
    match of.kind:
        case Kind.REMINDER_HOUR | Kind.REMINDER_START:
            there = of.reminded in of.meeting.dates and of.reminded.ends_ms > of.now_ms
            return there and of.to.rsvp != "declined"
        case Kind.INVITATION | Kind.UPDATE:
            return bool(of.dates)
        case Kind.POSTPONEMENT:
            return not of.meeting.dates
        case Kind.CANCEL:
            return True


def compose(of: Occasion) -> Message | None:
    if not of.to.email or not wanted(of):
        return None
    calendars = _calendars(of)
    return Message(
        letter=_letter(of),
        to_name=of.to.name,
        to_address=of.to.email,
        answers_cause=None if of.first else f"mail/{Kind.INVITATION}/{of.meeting.id}/{of.to.invitee}",
        calendar=calendars[0][1:] if calendars else None,
        attachments=tuple(Attachment(name, content) for name, _, content in calendars),
    )


def _letter(of: Occasion) -> Letter:
    say, links = of.words, of.house.links
    open_ = of.kind not in (Kind.CANCEL, Kind.POSTPONEMENT)
    return Letter(
        language=say.language,
        product=of.house.product,
        subject=_subject(of),
        greeting=greeting(say, of.to.name),
        paragraphs=(_intro(of),),
        heading=line(of.meeting.title),
        notice=say("conference.recorded") if of.meeting.record and open_ else "",
        facts=tuple(_facts(of)),
        quoted=tuple(lines(of.meeting.description)) if of.first or of.kind is Kind.UPDATE else (),
        quoted_label=say("conference.description"),
        button=_button(of) if open_ else None,
        link_hint=say("link_hint"),
        question=say("conference.rsvp"),
        answers=_answers(of) if (open_ and of.kind not in REMINDERS) or of.first else (),
        remarks=tuple(_remarks(of)) if open_ else (),
        links=tuple(_links(of, say)) if open_ else (Link(say("service", product=of.house.product), links.service()),),
        closing=say("closing", product=of.house.product),
    )


def greeting(say: Words, name: str) -> str:
    shown = person(name)
    return say("greeting", name=shown) if shown else say("greeting_nobody")


def subject(product: str, text: str) -> str:
    return f"{product}: {line(text)}"


def _subject(of: Occasion) -> str:
    """An invitation's is in two languages: the reader's, and English or the conference's (E0-22)."""
    say = of.words
    if of.first:
        other = words("en" if say.language != "en" else choose(of.meeting.language))
        text = say(_INVITATION) if other.language == say.language else f"{say(_INVITATION)} ({other(_INVITATION)})"
        return subject(of.house.product, text)
    title = line(of.meeting.title, 90)
    if of.kind is Kind.REMINDER_HOUR:
        time = moments.clock(of.reminded.starts_ms, of.meeting.time_zone)
        return subject(of.house.product, say("reminder_hour.subject", title=title, time=time))
    return subject(of.house.product, say(f"{of.kind}.subject", title=title))


def _intro(of: Occasion) -> str:
    say = of.words
    coordinator = line(of.meeting.coordinator, 80)
    if of.first:
        return say("invitation.intro", coordinator=coordinator) if coordinator else say("invitation.intro_nobody")
    if of.kind is Kind.UPDATE and of.payload.get("moved"):
        return f"{say('update.intro_moved')} {say('update.answer_again')}"
    if of.kind is Kind.CANCEL and of.payload.get("removed"):
        return say("cancel.intro_removed")
    return say(f"{of.kind}.intro")


def _facts(of: Occasion) -> list[Fact]:
    say, meeting = of.words, of.meeting
    facts = _when(of)
    if meeting.coordinator:
        facts.append(Fact(say("facts.coordinator"), (line(meeting.coordinator, 80),)))
    if of.kind in (Kind.CANCEL, Kind.POSTPONEMENT):
        return facts
    if not _guest(of):
        facts.append(Fact(say("facts.login_with"), (line(of.to.email or ""),)))
    if meeting.number and meeting.pin:
        facts.append(Fact(say("facts.number"), (grouped(meeting.number),), strong=True))
        facts.append(Fact(say("facts.pin"), (grouped(meeting.pin),), strong=True))
    return facts


def _when(of: Occasion) -> list[Fact]:
    """In the conference's zone, and in the reader's where the clocks differ."""
    say, own, theirs = of.words, of.meeting.time_zone, of.to.time_zone
    dates = of.dates[:MAX_DATES]
    if not dates:
        return []
    label = "facts.when" if len(dates) == 1 else "facts.sessions"
    if of.kind is Kind.POSTPONEMENT:
        label = "postponement.was"
    facts = [_fact_of_dates(say(label), dates, own, say, strong=True)]
    if theirs and any(not moments.same_clock(own, theirs, date.starts_ms) for date in dates):
        facts.append(_fact_of_dates(say("facts.when_yours"), dates, theirs, say))
    return facts


def _fact_of_dates(label: str, dates: Sequence[Date], zone: str, say: Words, *, strong: bool = False) -> Fact:
    """The place beside each date; once for all of them if there are many and summer time does not begin between."""
    spans = [moments.span(date.starts_ms, date.ends_ms, zone, say.locale) for date in dates]
    places = [moments.place(date.starts_ms, zone, say.locale) for date in dates]
    if len(dates) > 1 and len(set(places)) == 1:
        return Fact(f"{label} ({places[0]})", tuple(spans), strong)
    return Fact(label, tuple(f"{span} ({place})" for span, place in zip(spans, places, strict=True)), strong)


def grouped(digits: str) -> str:
    """By threes, as one reads it aloud."""
    return "\u00a0".join(digits[at : at + 3] for at in range(0, len(digits), 3))


def _guest(of: Occasion) -> bool:
    return of.house.links.by_link(of.to)


def _button(of: Occasion) -> Link:
    label = "conference.join" if _guest(of) else "conference.log_in_and_join"
    return Link(of.words(label), of.house.links.entry(of.to))


def _answers(of: Occasion) -> tuple[Link, ...]:
    links = of.house.links
    return tuple(
        Link(of.words(f"conference.{answer}"), links.rsvp(answer, of.rsvp_token))
        for answer in ("accept", "decline", "tentative")
    )


def _remarks(of: Occasion) -> list[str]:
    say, email = of.words, line(of.to.email or "")
    minutes = of.meeting.opens_before_ms // 60_000
    found = [say("conference.moderator")] if of.to.moderator else []
    if _guest(of):
        found.append(say("conference.guest_how"))
    elif of.to.kind == "person":
        found.append(say("conference.person_how", email=email))
    else:
        found.append(say("conference.account_how", email=email))
    found.append(say.plural("conference.window", minutes) if minutes else say("conference.window_start"))
    return [*found, say("conference.calendar")] if _has_calendar(of) else found


def _links(of: Occasion, say: Words) -> list[Link]:
    links = of.house.links
    found = [] if _guest(of) else [Link(say("login"), links.log_in())]
    return [*found, Link(say("support"), links.help()), Link(say("service", product=of.house.product), links.service())]


def _has_calendar(of: Occasion) -> bool:
    return of.kind in _WITH_CALENDAR or of.first


def _calendars(of: Occasion) -> list[tuple[str, str, bytes]]:
    """(file name, method, content): the dates to come first, then those that are gone."""
    entry = _entry(of)
    asked = of.dates[:MAX_DATES] if _has_calendar(of) else []
    requests = [(Method.REQUEST, calendar(Method.REQUEST, entry, date)) for date in asked]
    cancels = [(Method.CANCEL, calendar(Method.CANCEL, entry, date)) for date in of.gone[:MAX_DATES]]
    names = itertools.chain(["invite.ics"], (f"invite-{n}.ics" for n in itertools.count(2)))
    return [(name, method.value, content) for name, (method, content) in zip(names, requests + cancels, strict=False)]


def _entry(of: Occasion) -> Entry:
    return Entry(
        product=of.house.product,
        title=of.meeting.title,
        description=_in_calendar(of),
        url=of.house.links.entry(of.to),
        organiser_name=of.meeting.coordinator or of.house.product,
        organiser_address=of.house.address,
        attendee_name=of.to.name,
        attendee_address=of.to.email or "",
        rsvp=of.to.rsvp,
        sequence=int(of.payload["sequence"]) if of.kind is Kind.CANCEL else of.meeting.sequence,
        now_ms=of.now_ms,
    )


def _in_calendar(of: Occasion) -> str:
    say, meeting = of.words, of.meeting
    found = [of.house.links.entry(of.to)]
    if meeting.number and meeting.pin:
        found.append(f"{say('facts.number')}: {grouped(meeting.number)}, {say('facts.pin')}: {grouped(meeting.pin)}")
    if meeting.record:
        found.append(say("conference.recorded"))
    return "\n".join([*found, *lines(meeting.description)])
