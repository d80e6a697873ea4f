"""Dates as people read them: in words, 24 hours, always with the place whose clock is meant."""

import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, get_timezone_location

_UTC = "UTC"


def zone(name: str) -> ZoneInfo:
    """UTC where the name is unknown."""
    try:
        return ZoneInfo(name or _UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(_UTC)


def at(ms: int, time_zone: str) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms / 1000, zone(time_zone))


def span(starts_ms: int, ends_ms: int, time_zone: str, locale: Locale) -> str:
    """Such as "Tuesday, 1 December 2026, 10:00–11:00"; say `place` beside it."""
    start, end = at(starts_ms, time_zone), at(ends_ms, time_zone)
    if start.date() == end.date():
        return f"{_day(start, locale)}, {_clock(start)}–{_clock(end)}"
    return f"{_day(start, locale)}, {_clock(start)} – {_day(end, locale)}, {_clock(end)}"


def moment(ms: int, time_zone: str, locale: Locale) -> str:
    """Such as "Tuesday, 1 December 2026, 10:00 (Athens, UTC+2)"."""
    when = at(ms, time_zone)
    return f"{_day(when, locale)}, {_clock(when)} ({place(ms, time_zone, locale)})"


def day(ms: int, time_zone: str, locale: Locale) -> str:
    """Short, for SMS: "01.12.2026", and with strokes where that is the custom."""
    return f"{at(ms, time_zone):%d/%m/%Y}" if locale.language in ("el", "en") else f"{at(ms, time_zone):%d.%m.%Y}"


def clock(ms: int, time_zone: str) -> str:
    return _clock(at(ms, time_zone))


def same_clock(one: str, other: str, ms: int) -> bool:
    """Do two zones show the same time then?"""
    return at(ms, one).utcoffset() == at(ms, other).utcoffset()


def place(ms: int, time_zone: str, locale: Locale) -> str:
    if zone(time_zone).key == _UTC:
        return _UTC
    city = get_timezone_location(zone(time_zone), locale=locale, return_city=True)
    return f"{city}, {_offset(at(ms, time_zone))}"


def _offset(moment: datetime.datetime) -> str:
    minutes = int((moment.utcoffset() or datetime.timedelta()).total_seconds()) // 60
    sign, (hours, rest) = "+" if minutes >= 0 else "−", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def _day(moment: datetime.datetime, locale: Locale) -> str:
    return format_date(moment.date(), "full", locale=locale)


def _clock(moment: datetime.datetime) -> str:
    return f"{moment:%H:%M}"
