"""When a conference may be: the rules of kinds, grids, lengths and leads, as values in and values out.

instant: now, at most 24 h (decision 3). scheduled: on quarter hours, 15 minutes to 24 h (E2-2, E2-112). reservation: a
room with one number for up to 14 days, begun 10 minutes to 30 days from now, with sessions inside (H-14 to H-17,
decision 4). What is not changed is not judged again: a conference that runs may still get another title.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
QUARTER_MS = 15 * MINUTE_MS

SHORTEST_MS = QUARTER_MS
LONGEST_MS = DAY_MS
RESERVATION_LEAD_MS = 10 * MINUTE_MS
RESERVATION_AHEAD_MS = 30 * DAY_MS
RESERVATION_LONGEST_MS = 14 * DAY_MS
AHEAD_MS = 731 * DAY_MS
MAX_SESSIONS = 60
PHONE_ROOM_MOST = 30  # H-42


class Kind(StrEnum):
    INSTANT = "instant"
    SCHEDULED = "scheduled"
    RESERVATION = "reservation"


@dataclass(frozen=True, slots=True)
class Span:
    """Unix ms; the end is not part of it."""

    starts_ms: int
    ends_ms: int

    @property
    def length_ms(self) -> int:
        return self.ends_ms - self.starts_ms


@dataclass(frozen=True, slots=True)
class Dates:
    """A conference's time. `sessions`: of a reservation, in order, without overlap."""

    kind: Kind
    span: Span
    sessions: tuple[Span, ...] = ()


class BadDates(Exception):
    """`reason` is stable; `field` names what to mend."""

    code = "bad_dates"

    def __init__(self, reason: str, field: str, message: str) -> None:
        self.reason, self.field, self.message = reason, field, message
        super().__init__(f"{reason}: {message}")


def this_quarter(now_ms: int) -> int:
    """The quarter hour that runs."""
    return now_ms // QUARTER_MS * QUARTER_MS


def decide(
    kind: Kind,
    starts_ms: int | None,
    ends_ms: int | None,
    sessions: Sequence[Span],
    now_ms: int,
    *,
    before: Dates | None = None,
) -> Dates:
    """The dates that follow from what was asked. `before`: of the conference that is edited. Raises BadDates."""
    if kind is not Kind.RESERVATION and sessions:
        raise BadDates("no_sessions", "sessions", "Only a reservation has sessions.")
    match kind:
        case Kind.INSTANT:
            span = _instant(starts_ms, ends_ms, now_ms, before)
        case Kind.SCHEDULED:
            span = _scheduled(starts_ms, ends_ms, now_ms, before)
        case Kind.RESERVATION:
            span = _reservation(starts_ms, ends_ms, now_ms, before)
    return Dates(kind, span, _sessions(span, sessions))


def extended(dates: Dates, minutes: int, now_ms: int) -> Dates:
    """A later end (decision 2): a meeting that runs goes on. Raises BadDates."""
    span = Span(dates.span.starts_ms, max(dates.span.ends_ms, now_ms) + minutes * MINUTE_MS)
    longest = RESERVATION_LONGEST_MS if dates.kind is Kind.RESERVATION else LONGEST_MS
    if span.length_ms > longest:
        raise BadDates("too_long", "ends_at", _too_long(longest))
    return Dates(dates.kind, span, dates.sessions)


def _instant(starts_ms: int | None, ends_ms: int | None, now_ms: int, before: Dates | None) -> Span:
    start = before.span.starts_ms if before is not None else now_ms
    if starts_ms is not None and starts_ms != start:
        raise BadDates("starts_now", "starts_at", "An instant conference starts now; schedule one for another time.")
    end = ends_ms if ends_ms is not None else (before.span.ends_ms if before is not None else start + LONGEST_MS)
    return _measured(Span(start, end), now_ms, LONGEST_MS)


def _scheduled(starts_ms: int | None, ends_ms: int | None, now_ms: int, before: Dates | None) -> Span:
    start = starts_ms if starts_ms is not None else _start_of(before)
    if before is None or before.span.starts_ms != start:
        _on_grid(start, "starts_at", QUARTER_MS, "Times lie on quarter hours.")
        _not_begun(before, now_ms)
        if start < this_quarter(now_ms):
            raise BadDates("in_the_past", "starts_at", "The start is in the past.")
        if start > now_ms + AHEAD_MS:
            raise BadDates("too_late", "starts_at", "At most two years ahead.")
    end = ends_ms if ends_ms is not None else (before.span.ends_ms if before is not None else start + SHORTEST_MS)
    if before is None or before.span.ends_ms != end:
        _on_grid(end, "ends_at", QUARTER_MS, "Times lie on quarter hours.")
    return _measured(Span(start, end), now_ms, LONGEST_MS)


def _reservation(starts_ms: int | None, ends_ms: int | None, now_ms: int, before: Dates | None) -> Span:
    start = starts_ms if starts_ms is not None else _start_of(before)
    if before is None or before.span.starts_ms != start:
        _on_grid(start, "starts_at", MINUTE_MS, "Times are whole minutes.")
        _not_begun(before, now_ms)
        if start < now_ms + RESERVATION_LEAD_MS:
            raise BadDates("too_soon", "starts_at", "A room is reserved at least 10 minutes ahead.")
        if start > now_ms + RESERVATION_AHEAD_MS:
            raise BadDates("too_late", "starts_at", "A room is reserved at most 30 days ahead.")
    end = ends_ms if ends_ms is not None else (before.span.ends_ms if before is not None else start + HOUR_MS)
    if before is None or before.span.ends_ms != end:
        _on_grid(end, "ends_at", MINUTE_MS, "Times are whole minutes.")
    return _measured(Span(start, end), now_ms, RESERVATION_LONGEST_MS)


def _start_of(before: Dates | None) -> int:
    if before is None:
        raise BadDates("missing", "starts_at", "Say when it starts.")
    return before.span.starts_ms


def _not_begun(before: Dates | None, now_ms: int) -> None:
    if before is not None and before.span.starts_ms <= now_ms:
        raise BadDates("begun", "starts_at", "It has begun; its start stays.")


def _on_grid(at_ms: int, field: str, grid_ms: int, message: str) -> None:
    if at_ms % grid_ms:
        raise BadDates("off_grid", field, message)


def _measured(span: Span, now_ms: int, longest_ms: int) -> Span:
    if span.length_ms < SHORTEST_MS:
        raise BadDates("too_short", "ends_at", "At least 15 minutes long.")
    if span.length_ms > longest_ms:
        raise BadDates("too_long", "ends_at", _too_long(longest_ms))
    if span.ends_ms <= now_ms:
        raise BadDates("in_the_past", "ends_at", "The end is in the past.")
    return span


def _too_long(longest_ms: int) -> str:
    days = longest_ms // DAY_MS
    return f"At most {days} days long." if days > 1 else "At most 24 hours long."


def _sessions(room: Span, sessions: Sequence[Span]) -> tuple[Span, ...]:
    if len(sessions) > MAX_SESSIONS:
        raise BadDates("too_many", "sessions", f"At most {MAX_SESSIONS} sessions.")
    ordered = tuple(sorted(sessions, key=lambda span: span.starts_ms))
    for session in ordered:
        if session.starts_ms % MINUTE_MS or session.ends_ms % MINUTE_MS:
            raise BadDates("off_grid", "sessions", "Times are whole minutes.")
        if session.length_ms < SHORTEST_MS:
            raise BadDates("too_short", "sessions", "A session is at least 15 minutes long.")
        if session.length_ms > LONGEST_MS:
            raise BadDates("too_long", "sessions", "A session is at most 24 hours long.")
        if session.starts_ms < room.starts_ms or session.ends_ms > room.ends_ms:
            raise BadDates("outside", "sessions", "Every session lies within the reservation.")
    for one, next_one in itertools.pairwise(ordered):
        if one.ends_ms > next_one.starts_ms:
            raise BadDates("overlap", "sessions", "Sessions do not overlap.")
    return ordered
