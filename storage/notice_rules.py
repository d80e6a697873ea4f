"""Which messages a person gets about a conference, and when: values and `now` in, values out (decision 1, H-18..H-23).

An invitation at once, and one reminder per date: an hour before it, or at its start when there are 6 hours or less
left until then. `start_only` (H-21 to the letter): who is invited together with a conference that begins within 6
hours hears of it at the start and never before. SMS are two choices of their own (H-23): at once, an hour before.
A change waits a minute, so that whoever corrects a correction sends one mail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR_MS: Final = 3_600_000
SHORT_NOTICE_MS: Final = 6 * HOUR_MS
START_ONLY: Final = "start_only"
CHANGE_WAIT_MS: Final = 60_000
AT_ONCE_MS: Final = HOUR_MS // 4


class Kind(StrEnum):
    """What a message about a conference is for."""

    INVITATION = "invitation"
    REMINDER_HOUR = "reminder_hour"
    REMINDER_START = "reminder_start"
    UPDATE = "update"
    POSTPONEMENT = "postponement"
    CANCEL = "cancel"


REMINDERS: Final = (Kind.REMINDER_HOUR, Kind.REMINDER_START)


class Channel(StrEnum):
    MAIL = "mail"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Date:
    """One meeting to come. `uid` names it in calendars, whatever happens to its times."""

    uid: str
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """A conference as far as its messages go. `dates`: in order; none while it is postponed."""

    created_ms: int
    dates: Sequence[Date]
    short_notice: str = "invite_and_start"
    sms_invite: bool = False
    sms_reminder: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `date`: the one it reminds of. `first`: nothing was said before, so it must say everything."""

    kind: Kind
    channel: Channel
    due_ms: int
    date: Date | None = None
    first: bool = False


def upcoming(dates: Iterable[Date], now_ms: int) -> list[Date]:
    return [date for date in dates if date.ends_ms > now_ms]


def change_due_ms(dates: Iterable[Date], now_ms: int) -> int:
    """When people hear of a change. `dates`: the old ones and the new ones; at once where one is near or goes on."""
    near = any(date.starts_ms - now_ms <= AT_ONCE_MS for date in upcoming(dates, now_ms))
    return now_ms if near else now_ms + CHANGE_WAIT_MS


def mails(occasion: Occasion, now_ms: int, *, told: bool = False) -> list[Notice]:
    """To somebody who is invited now, or (`told`) who knows of it and now hears of other dates."""
    dates = upcoming(occasion.dates, now_ms)
    if not dates:
        return []
    invited = told or not _start_only(occasion, dates[0], now_ms)
    first = [] if told or not invited else [Notice(Kind.INVITATION, Channel.MAIL, now_ms)]
    return first + [
        notice
        for at, date in enumerate(dates)
        if (notice := _reminder(date, now_ms, first=at == 0 and not invited)) is not None
    ]


def messages(occasion: Occasion, now_ms: int, *, told: bool = False) -> list[Notice]:
    """The same by SMS: at once if chosen; an hour before each date if chosen (at its start when that is past)."""
    dates = upcoming(occasion.dates, now_ms)
    if not dates:
        return []
    invite = occasion.sms_invite and not told
    found = [Notice(Kind.INVITATION, Channel.SMS, now_ms)] if invite else []
    for at, date in enumerate(dates if occasion.sms_reminder else ()):
        hour_before = date.starts_ms - HOUR_MS
        if hour_before > now_ms:
            found.append(Notice(Kind.REMINDER_HOUR, Channel.SMS, hour_before, date))
        elif date.starts_ms > now_ms or (at == 0 and not invite and not told):
            found.append(Notice(Kind.REMINDER_START, Channel.SMS, max(date.starts_ms, now_ms), date))
    return found


def _start_only(occasion: Occasion, date: Date, now_ms: int) -> bool:
    """Only where the conference itself came at short notice: whoever is added late to one that was planned long
    before is told at once."""
    soon = date.starts_ms - now_ms <= SHORT_NOTICE_MS
    sudden = date.starts_ms - occasion.created_ms <= SHORT_NOTICE_MS
    return occasion.short_notice == START_ONLY and soon and sudden


def _reminder(date: Date, now_ms: int, *, first: bool) -> Notice | None:
    """One that has begun needs no reminder beside an invitation of this minute."""
    if date.starts_ms - now_ms > SHORT_NOTICE_MS:
        return Notice(Kind.REMINDER_HOUR, Channel.MAIL, date.starts_ms - HOUR_MS, date)
    if date.starts_ms > now_ms or first:
        return Notice(Kind.REMINDER_START, Channel.MAIL, max(date.starts_ms, now_ms), date, first)
    return None
