"""Which messages when, with a moved clock (decision 1, H-18 to H-23)."""

from hypothesis import given
from hypothesis import strategies as st

from storage.notice_rules import HOUR_MS, Channel, Date, Kind, Occasion, mails, messages

START = 1_800_000_000_000
DATE = Date("c@plenum", START, START + HOUR_MS)
MINUTE = 60_000


def times(occasion: Occasion, now: int, **how: bool) -> list[tuple[str, int]]:
    """(kind, minutes from the start)."""
    return [(notice.kind.value, (notice.due_ms - START) // MINUTE) for notice in mails(occasion, now, **how)]


def planned(lead_ms: int, short_notice: str = "invite_and_start", dates: tuple[Date, ...] = (DATE,)) -> Occasion:
    return Occasion(START - lead_ms, dates, short_notice)


def test_invitation_at_creation_and_a_second_mail_an_hour_before() -> None:
    """(H-19, H-20)"""
    lead = 24 * HOUR_MS
    assert times(planned(lead), START - lead) == [("invitation", -24 * 60), ("reminder_hour", -60)]


def test_with_six_hours_or_less_one_reminder_at_the_start_and_none_an_hour_before() -> None:
    """Decision 1; the border itself is short (H-21)."""
    for lead in (6 * HOUR_MS, 3 * HOUR_MS, 61 * MINUTE, 30 * MINUTE, MINUTE):
        assert times(planned(lead), START - lead) == [("invitation", -lead // MINUTE), ("reminder_start", 0)]
    lead = 6 * HOUR_MS + 1
    assert [kind for kind, _ in times(planned(lead), START - lead)] == ["invitation", "reminder_hour"]


def test_start_only_is_exactly_one_message_at_the_start_not_at_creation() -> None:
    """(H-21)"""
    for lead in (6 * HOUR_MS, HOUR_MS, MINUTE):
        [notice] = mails(planned(lead, "start_only"), START - lead)
        assert (notice.kind, notice.due_ms, notice.first) == (Kind.REMINDER_START, START, True)
    lead = 7 * HOUR_MS
    assert len(mails(planned(lead, "start_only"), START - lead)) == 2


def test_who_is_added_late_to_a_conference_planned_long_before_is_told_at_once() -> None:
    for short_notice in ("start_only", "invite_and_start"):
        occasion = planned(7 * 24 * HOUR_MS, short_notice)
        assert times(occasion, START - 2 * HOUR_MS) == [("invitation", -120), ("reminder_start", 0)]


def test_an_instant_conference_sends_one_mail() -> None:
    for short_notice in ("start_only", "invite_and_start"):
        [notice] = mails(Occasion(START, (DATE,), short_notice), START)
        assert notice.due_ms == START
        assert (notice.kind is Kind.INVITATION) == (short_notice == "invite_and_start")


def test_nobody_hears_of_a_conference_that_is_over_or_has_no_date() -> None:
    assert mails(planned(HOUR_MS), DATE.ends_ms) == []
    assert mails(planned(HOUR_MS, dates=()), START) == []
    assert messages(Occasion(0, (DATE,), sms_invite=True, sms_reminder=True), DATE.ends_ms) == []


def test_each_session_of_a_reservation_has_its_own_reminder() -> None:
    """(H-17, H-20) One invitation; the near session is reminded of at its start, the far one an hour before."""
    day = 24 * HOUR_MS
    dates = (DATE, Date("s2@plenum", START + day, START + day + HOUR_MS))
    found = times(planned(3 * HOUR_MS, dates=dates), START - 3 * HOUR_MS)
    assert found == [("invitation", -180), ("reminder_start", 0), ("reminder_hour", 24 * 60 - 60)]


def test_who_knows_of_it_hears_only_the_reminders_of_a_new_date() -> None:
    assert times(planned(24 * HOUR_MS), START - 24 * HOUR_MS, told=True) == [("reminder_hour", -60)]
    assert times(planned(24 * HOUR_MS), START - 2 * HOUR_MS, told=True) == [("reminder_start", 0)]


def sms(lead_ms: int, *, invite: bool, reminder: bool) -> list[tuple[str, int]]:
    occasion = Occasion(START - lead_ms, (DATE,), sms_invite=invite, sms_reminder=reminder)
    found = messages(occasion, START - lead_ms)
    assert all(notice.channel is Channel.SMS for notice in found)
    return [(notice.kind.value, (notice.due_ms - START) // MINUTE) for notice in found]


def test_sms_after_the_reservation_and_an_hour_before_are_two_choices() -> None:
    """(H-4, H-23)"""
    day = 24 * HOUR_MS
    assert sms(day, invite=False, reminder=False) == []
    assert sms(day, invite=True, reminder=False) == [("invitation", -24 * 60)]
    assert sms(day, invite=False, reminder=True) == [("reminder_hour", -60)]
    assert sms(day, invite=True, reminder=True) == [("invitation", -24 * 60), ("reminder_hour", -60)]


def test_sms_reminder_chosen_in_the_last_hour_comes_at_the_start() -> None:
    assert sms(30 * MINUTE, invite=False, reminder=True) == [("reminder_start", 0)]


@given(
    lead=st.integers(-2 * HOUR_MS, 40 * 24 * HOUR_MS),
    added=st.integers(0, 40 * 24 * HOUR_MS),
    gaps=st.lists(st.integers(HOUR_MS, 3 * 24 * HOUR_MS), max_size=5),
    short_notice=st.sampled_from(["invite_and_start", "start_only"]),
    sms_invite=st.booleans(),
    sms_reminder=st.booleans(),
)
def test_at_most_one_invitation_and_one_reminder_per_date_none_in_the_past(
    lead: int, added: int, gaps: list[int], short_notice: str, sms_invite: bool, sms_reminder: bool
) -> None:
    now, dates = START - lead, [DATE]
    for gap in gaps:
        dates.append(Date(f"{len(dates)}", dates[-1].starts_ms + gap, dates[-1].ends_ms + gap))
    occasion = Occasion(now - added, dates, short_notice, sms_invite, sms_reminder)
    for found in (mails(occasion, now), messages(occasion, now)):
        reminded = [notice.date for notice in found if notice.kind is not Kind.INVITATION]
        assert len(reminded) == len(set(reminded))
        assert len(found) - len(reminded) <= 1
        assert all(notice.due_ms >= now for notice in found)
        assert all(notice.date is None or notice.due_ms < notice.date.ends_ms for notice in found)
    if dates[-1].ends_ms > now:
        assert mails(occasion, now), "whoever is invited hears something"
