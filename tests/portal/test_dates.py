"""When a conference may be, rule by rule, with a moved clock."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.dates import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    QUARTER_MS,
    BadDates,
    Dates,
    Kind,
    Span,
    decide,
    extended,
    this_quarter,
)

NOW = 1_800_000_300_000  # five minutes past a quarter hour
NEXT = NOW + 10 * MINUTE_MS


def refused(*args: object, **kwargs: object) -> tuple[str, str]:
    with pytest.raises(BadDates) as caught:
        decide(*args, **kwargs)  # type: ignore[arg-type]
    assert caught.value.message
    return caught.value.reason, caught.value.field


def test_the_quarter_that_runs() -> None:
    assert this_quarter(NOW) == NOW - 5 * MINUTE_MS
    assert this_quarter(NEXT) == this_quarter(NEXT + QUARTER_MS - 1) == NEXT


# instant


def test_instant_starts_now_and_lasts_at_most_a_day() -> None:
    """Decision 3, E2-2."""
    assert decide(Kind.INSTANT, None, None, (), NOW).span == Span(NOW, NOW + DAY_MS)
    assert refused(Kind.INSTANT, None, NOW + DAY_MS + 1, (), NOW) == ("too_long", "ends_at")
    assert refused(Kind.INSTANT, NOW + HOUR_MS, None, (), NOW) == ("starts_now", "starts_at")


# scheduled


def test_scheduled_is_fifteen_minutes_long_unless_told() -> None:
    """E2-103: the default; E2-112: the shortest."""
    assert decide(Kind.SCHEDULED, NEXT, None, (), NOW).span == Span(NEXT, NEXT + QUARTER_MS)
    assert refused(Kind.SCHEDULED, NEXT, NEXT, (), NOW) == ("too_short", "ends_at")


@pytest.mark.parametrize("off", [1, MINUTE_MS, 14 * MINUTE_MS])
def test_scheduled_lies_on_quarter_hours(off: int) -> None:
    """E2-112."""
    assert refused(Kind.SCHEDULED, NEXT + off, None, (), NOW) == ("off_grid", "starts_at")
    assert refused(Kind.SCHEDULED, NEXT, NEXT + QUARTER_MS + off, (), NOW) == ("off_grid", "ends_at")


def test_scheduled_lasts_at_most_24_hours() -> None:
    """E2-2."""
    assert decide(Kind.SCHEDULED, NEXT, NEXT + DAY_MS, (), NOW).span.length_ms == DAY_MS
    assert refused(Kind.SCHEDULED, NEXT, NEXT + DAY_MS + QUARTER_MS, (), NOW) == ("too_long", "ends_at")


def test_scheduled_may_begin_in_the_running_quarter_but_not_before() -> None:
    """E2-102: the moment of pressing."""
    assert decide(Kind.SCHEDULED, this_quarter(NOW), NEXT + HOUR_MS, (), NOW)
    assert refused(Kind.SCHEDULED, this_quarter(NOW) - QUARTER_MS, NEXT, (), NOW) == ("in_the_past", "starts_at")
    assert refused(Kind.SCHEDULED, NEXT + 800 * DAY_MS, None, (), NOW) == ("too_late", "starts_at")
    assert refused(Kind.SCHEDULED, None, None, (), NOW) == ("missing", "starts_at")


@pytest.mark.parametrize("zone", ["Europe/Athens", "Europe/Warsaw", "Europe/Bucharest", "Asia/Kathmandu"])
def test_quarter_hours_of_every_zone_are_quarter_hours(zone: str) -> None:
    """E2-112: also over a change of the clocks, and where the offset is no whole hour."""
    for month, day in ((3, 28), (10, 31), (1, 1)):
        local = datetime.datetime(2027, month, day, 23, 45, tzinfo=ZoneInfo(zone))
        start = round(local.timestamp() * 1000)
        end = round((local + datetime.timedelta(hours=6)).timestamp() * 1000)
        assert decide(Kind.SCHEDULED, start, end, (), start - HOUR_MS).span == Span(start, end)


# reservation


def test_reservation_begins_ten_minutes_to_thirty_days_from_now() -> None:
    """H-14, H-15."""
    soonest, latest = NOW + 10 * MINUTE_MS, NOW + 30 * DAY_MS
    for start in (soonest, latest):
        assert decide(Kind.RESERVATION, start, start + HOUR_MS, (), NOW).span.starts_ms == start
    assert refused(Kind.RESERVATION, soonest - MINUTE_MS, None, (), NOW) == ("too_soon", "starts_at")
    assert refused(Kind.RESERVATION, latest + MINUTE_MS, None, (), NOW) == ("too_late", "starts_at")


def test_reservation_lasts_at_most_fourteen_days() -> None:
    """H-16."""
    start = NOW + HOUR_MS
    assert decide(Kind.RESERVATION, start, start + 14 * DAY_MS, (), NOW)
    assert refused(Kind.RESERVATION, start, start + 14 * DAY_MS + MINUTE_MS, (), NOW) == ("too_long", "ends_at")
    assert refused(Kind.RESERVATION, start, start + 14 * MINUTE_MS, (), NOW) == ("too_short", "ends_at")


def test_sessions_lie_inside_in_order_and_apart() -> None:
    """H-17, decision 4: several days and hours under one number, each at most 24 h."""
    start = NOW + HOUR_MS
    end = start + 5 * DAY_MS
    one, two = Span(start + DAY_MS, start + DAY_MS + HOUR_MS), Span(start, start + HOUR_MS)
    assert decide(Kind.RESERVATION, start, end, [one, two], NOW).sessions == (two, one)
    bad = {
        "overlap": [one, Span(one.starts_ms + QUARTER_MS, one.ends_ms + QUARTER_MS)],
        "outside": [Span(end - QUARTER_MS, end + QUARTER_MS)],
        "too_long": [Span(start, start + DAY_MS + MINUTE_MS)],
        "too_short": [Span(start, start + MINUTE_MS)],
        "off_grid": [Span(start + 1, start + HOUR_MS)],
        "too_many": [Span(start + n * HOUR_MS, start + (n + 1) * HOUR_MS) for n in range(61)],
    }
    for reason, sessions in bad.items():
        assert refused(Kind.RESERVATION, start, end, sessions, NOW) == (reason, "sessions")


def test_only_reservations_have_sessions() -> None:
    assert refused(Kind.SCHEDULED, NEXT, None, [Span(NEXT, NEXT + HOUR_MS)], NOW) == ("no_sessions", "sessions")


# edits


def test_what_is_not_changed_is_not_judged_again() -> None:
    """H-3: a room that runs may be edited; its start stays."""
    begun = Dates(Kind.RESERVATION, Span(NOW - DAY_MS, NOW + DAY_MS))
    assert decide(Kind.RESERVATION, None, None, (), NOW, before=begun) == begun
    longer = decide(Kind.RESERVATION, None, NOW + 2 * DAY_MS, (), NOW, before=begun)
    assert longer.span == Span(NOW - DAY_MS, NOW + 2 * DAY_MS)
    assert refused(Kind.RESERVATION, NOW + DAY_MS, None, (), NOW, before=begun) == ("begun", "starts_at")
    assert refused(Kind.RESERVATION, None, NOW - HOUR_MS, (), NOW, before=begun) == ("in_the_past", "ends_at")


def test_extension_moves_the_end_within_the_longest() -> None:
    """Decision 2."""
    running = Dates(Kind.SCHEDULED, Span(NOW - HOUR_MS, NOW + 5 * MINUTE_MS))
    assert extended(running, 15, NOW).span.ends_ms == NOW + 20 * MINUTE_MS
    with pytest.raises(BadDates, match="too_long"):
        extended(Dates(Kind.SCHEDULED, Span(NOW - DAY_MS + MINUTE_MS, NOW + MINUTE_MS)), 15, NOW)


@given(
    st.sampled_from(Kind),
    st.none() | st.integers(NOW - 40 * DAY_MS, NOW + 900 * DAY_MS),
    st.none() | st.integers(NOW - 40 * DAY_MS, NOW + 900 * DAY_MS),
    st.lists(st.tuples(st.integers(0, 40 * DAY_MS), st.integers(-DAY_MS, 2 * DAY_MS)), max_size=4),
)
def test_whatever_is_asked_the_answer_keeps_the_rules(
    kind: Kind, starts: int | None, ends: int | None, sessions: list[tuple[int, int]]
) -> None:
    spans = [Span(NOW + at, NOW + at + length) for at, length in sessions]
    try:
        dates = decide(kind, starts, ends, spans, NOW)
    except BadDates:
        return
    longest = 14 * DAY_MS if kind is Kind.RESERVATION else DAY_MS
    assert QUARTER_MS <= dates.span.length_ms <= longest
    assert dates.span.ends_ms > NOW
    assert all(dates.span.starts_ms <= one.starts_ms < one.ends_ms <= dates.span.ends_ms for one in dates.sessions)
