"""What the mails say, in which language, and when there is no reason left to send one (E0-22 to E0-31, decision 5)."""

import re
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.mail import account_letters, conference_letters, moments
from portal.mail.catalogue import LANGUAGES, choose, words
from portal.mail.clean import line, lines
from portal.mail.clean import person as name_of
from portal.mail.envelope import address, message_id, sealed_letter
from portal.mail.letter import Message, as_html, as_text
from storage.addressees import AskedRole, GivenRole
from storage.notice_rules import Date, Kind
from tests.portal.mail_samples import (
    ADMIN_PIN,
    DATE,
    DAY,
    HOUR,
    HOUSE,
    MODERATOR_LINK,
    NOW,
    START,
    meeting,
    occasion,
    person,
    reminder,
)

CLIENT = Path(__file__).resolve().parent.parent.parent / "static_client"


def composed(of: conference_letters.Occasion) -> Message:
    message = conference_letters.compose(of)
    assert message is not None
    return message


def text_of(of: conference_letters.Occasion) -> str:
    """Both parts say the same; this is the plain one, after the HTML was seen to hold its links."""
    letter = composed(of).letter
    page = as_html(letter)
    for link in (*letter.answers, *letter.links, *([letter.button] if letter.button else [])):
        assert f'href="{link.url}"' in page
    return as_text(letter)


def test_catalogues_have_the_same_keys_and_places() -> None:
    def places(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    english = words("en").keys()
    for language in LANGUAGES:
        other = words(language).keys()
        plurals = {key.rpartition(".")[0] for key in other if key.endswith(".other")}
        flat = {key for key in other if key.rpartition(".")[0] not in plurals}
        assert flat == {key for key in english if key.rpartition(".")[0] not in plurals}, language
        for key in flat:
            assert places(other[key]) == places(english[key]), f"{language} {key}"
        for key in plurals:
            locale = words(language).locale
            needed = {locale.plural_form(n) for n in range(0, 200)}
            assert needed <= {each.rpartition(".")[2] for each in other if each.startswith(f"{key}.")}, (language, key)


def test_plurals_follow_the_language() -> None:
    def minutes(language: str, n: int) -> str:
        return words(language).plural("conference.window", n)

    assert "1 minute before" in minutes("en", 1) and "5 minutes before" in minutes("en", 5)
    assert "1 λεπτό" in minutes("el", 1) and "5 λεπτά" in minutes("el", 5)
    assert "1 minuty" in minutes("pl", 1) and "2 minut " in minutes("pl", 2) and "5 minut " in minutes("pl", 5)
    assert "1 minut " in minutes("ro", 1) and "5 minute" in minutes("ro", 5) and "20 de minute" in minutes("ro", 20)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [(("el-GR", "pl"), "el"), (("", "pl"), "pl"), (("de", "ro"), "ro"), ((), "en"), (("EL",), "el"), (("x",), "en")],
)
def test_the_first_language_that_we_speak(wishes: tuple[str, ...], language: str) -> None:
    assert choose(*wishes) == language


@pytest.mark.parametrize(
    ("reader", "conference", "expected"),
    [
        ("el", "el", "e:Presence.gov.gr: Πρόσκληση σε τηλεδιάσκεψη (Teleconference Invitation)"),
        ("pl", "el", "e:Presence.gov.gr: Zaproszenie na konferencję (Teleconference Invitation)"),
        ("en", "el", "e:Presence.gov.gr: Teleconference Invitation (Πρόσκληση σε τηλεδιάσκεψη)"),
        ("en", "en", "e:Presence.gov.gr: Teleconference Invitation"),
        ("", "el", "e:Presence.gov.gr: Πρόσκληση σε τηλεδιάσκεψη (Teleconference Invitation)"),
    ],
)
def test_subject_of_an_invitation_is_bilingual(reader: str, conference: str, expected: str) -> None:
    """(E0-22)"""
    of = occasion(to=person(language=reader), meeting=meeting(language=conference))
    assert composed(of).letter.subject == expected
    mail = sealed_letter(composed(of), "c", HOUSE, NOW)
    assert mail["Subject"] == expected


def test_sender_is_one_address_with_a_name_that_asks_for_no_answer() -> None:
    """(E0-23)"""
    mail = sealed_letter(composed(occasion()), "c", HOUSE, NOW)
    assert str(mail["From"]) == '"e:Presence.gov.gr" <no-reply@meet.example.org>'
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Reply-To"] is None
    assert "do not reply" in as_text(composed(occasion()).letter)


def test_invitation_of_an_account_says_everything() -> None:
    """(E0-24, E0-25, E0-26, E0-28, E0-30, E0-31, H-18, S-2)"""
    of = occasion(to=person(kind="account", language="en"), meeting=meeting(description="Agenda:\n1. Budget"))
    text = text_of(of)
    for expected in (
        "https://meet.example.org/",  # the service
        "* Regional council *",
        "Tuesday, 1 December 2026, 10:00–11:00 (Athens, UTC+2)",
        "Coordinator: Eleni Zografou",
        "Log in with: anna@example.org",
        "https://meet.example.org/sign-in",
        "https://meet.example.org/conferences",
        "https://meet.example.org/rsvp/accept#i1.token",
        "https://meet.example.org/rsvp/decline#i1.token",
        "https://meet.example.org/help",
        "Conference number: 123\u00a0456",
        "PIN: 987\u00a0654\u00a0321",
        "> Agenda:\n> 1. Budget",
        "from 5 minutes before the start",
    ):
        assert expected in text, expected
    assert "annas-own-link" not in text, "an account logs in"


def test_a_guest_gets_a_link_of_their_own_and_needs_no_account() -> None:
    """(E0-27)"""
    text = text_of(occasion(to=person(kind="guest")))
    assert "https://meet.example.org/j/annas-own-link" in text and "need no account" in text
    assert "/sign-in" not in text and "Log in with" not in text


def test_an_outsider_is_told_that_the_invitation_entitles_to_an_account() -> None:
    """(E0-20, E0-21)"""
    text = text_of(occasion(to=person(kind="person")))
    assert "This invitation entitles you" in text and "anna@example.org" in text and "annas-own-link" not in text


def test_where_nobody_can_open_an_account_no_letter_asks_for_one() -> None:
    """(E0-27) Without a provider an outsider comes in by the personal link; who has an account still logs in."""
    house = replace(HOUSE, links=replace(HOUSE.links, sign_up=False))
    text = text_of(occasion(to=person(kind="person"), house=house))
    assert "https://meet.example.org/j/annas-own-link" in text and "need no account" in text
    assert "/sign-in" not in text and "Log in with" not in text and "entitles" not in text
    assert "annas-own-link" not in text_of(occasion(to=person(kind="account"), house=house))


@pytest.mark.parametrize("moderator", [False, True])
def test_nobody_is_sent_the_admin_pin_or_the_moderators_link(moderator: bool) -> None:
    """(E0-27, H-38) The values that a letter is made of do not even hold them."""
    of = occasion(to=person(moderator=moderator))
    assert not {"admin_pin", "moderator_link"} & set(type(of.meeting).__slots__)
    everything = sealed_letter(composed(of), "c", HOUSE, NOW).as_string() + text_of(of)
    assert ADMIN_PIN not in everything and MODERATOR_LINK not in everything
    assert ("You are a moderator" in text_of(of)) == moderator


def test_a_recorded_conference_says_so_in_every_language() -> None:
    """Decision 5 (S-39)."""
    for language, sentence in (
        ("en", "This conference is recorded."),
        ("el", "Η τηλεδιάσκεψη καταγράφεται."),
        ("pl", "Ta konferencja jest nagrywana."),
        ("ro", "Această conferință este înregistrată."),
    ):
        for record in (True, False):
            of = occasion(to=person(language=language), meeting=meeting(record=record))
            assert (sentence in text_of(of)) == record
            assert (sentence in as_html(composed(of).letter)) == record


def test_the_reader_s_zone_is_shown_beside_the_conference_s_where_clocks_differ() -> None:
    same = text_of(occasion(to=person(time_zone="Europe/Bucharest")))
    assert "In your time zone" not in same, "Athens and Bucharest show the same time"
    other = text_of(occasion(to=person(time_zone="America/New_York")))
    assert "In your time zone: Tuesday, 1 December 2026, 03:00–04:00 (New York, UTC−5)" in other


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        (1_774_746_000_000, "Europe/Athens", "04:00"),  # 29 March 2026, 01:00 UTC: summer time begins
        (1_792_890_000_000, "Europe/Athens", "03:00"),  # 25 October 2026, 01:00 UTC: it ends
        (START, "Asia/Kathmandu", "UTC+5:45"),
        (START, "no/such/zone", "UTC"),
        (START, "../../etc/passwd", "UTC"),
    ],
)
def test_times_are_those_of_the_place(start: int, zone: str, expected: str) -> None:
    date = Date("x", start, start + HOUR)
    of = occasion(meeting=meeting(time_zone=zone, dates=(date,)), now_ms=start - DAY)
    assert expected in text_of(of)


def test_a_meeting_over_midnight_names_both_days() -> None:
    night = Date("x", START + 13 * HOUR, START + 17 * HOUR)
    text = text_of(occasion(meeting=meeting(dates=(night,))))
    assert "Tuesday, 1 December 2026, 23:00 – Wednesday, 2 December 2026, 03:00" in text


def test_sessions_of_a_reservation_are_all_listed() -> None:
    """(H-17)"""
    dates = tuple(Date(f"s{n}", START + n * DAY, START + n * DAY + HOUR) for n in range(3))
    message = composed(occasion(meeting=meeting(dates=dates)))
    text = as_text(message.letter)
    assert all(f"{day} December 2026, 10:00–11:00\n" in text for day in (1, 2, 3))
    assert text.count("Athens, UTC+2") == 1
    across = (Date("a", START - 60 * DAY, START - 60 * DAY + HOUR), Date("b", START, START + HOUR))
    text = text_of(occasion(meeting=meeting(dates=across), now_ms=START - 90 * DAY))
    assert "11:00–12:00 (Athens, UTC+3)" in text and "10:00–11:00 (Athens, UTC+2)" in text
    assert [each.name for each in message.attachments] == ["invite.ics", "invite-2.ics", "invite-3.ics"]


def test_a_reminder_carries_start_and_access_data() -> None:
    """(H-18, H-20)"""
    of = reminder(Kind.REMINDER_HOUR, now_ms=START - HOUR)
    message = composed(of)
    assert message.letter.subject == "e:Presence.gov.gr: Reminder: Regional council, 10:00"
    assert "10:00–11:00" in text_of(of) and "987\u00a0654\u00a0321" in text_of(of)
    assert message.calendar is None and not message.letter.answers
    assert message.answers_cause == "mail/invitation/c1/i1"


def test_the_single_message_at_the_start_is_a_whole_invitation() -> None:
    """(H-21, E0-22)"""
    message = composed(reminder(Kind.REMINDER_START, first=True, now_ms=START))
    assert "Teleconference Invitation" in message.letter.subject
    assert message.calendar is not None and message.letter.answers and message.answers_cause is None


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({}, True),
        ({"now_ms": START + HOUR}, False),  # over
        ({"meeting": meeting(dates=())}, False),  # postponed, cancelled or ended
        ({"meeting": meeting(dates=(Date("c1@plenum", START + DAY, START + DAY + HOUR),))}, False),  # moved
        ({"to": person(rsvp="declined")}, False),
        ({"to": person(rsvp="tentative")}, True),
        ({"to": person(email=None)}, False),
    ],
)
def test_a_reminder_without_a_reason_is_not_sent(changes: dict[str, Any], sent: bool) -> None:
    of = reminder(Kind.REMINDER_HOUR, **({"now_ms": START - HOUR} | changes))
    assert (conference_letters.compose(of) is not None) == sent


def test_an_invitation_to_what_is_over_is_not_sent() -> None:
    assert conference_letters.compose(occasion(now_ms=START + HOUR)) is None
    assert conference_letters.compose(occasion(meeting=meeting(dates=()))) is None


def test_a_moved_conference_says_that_answers_are_void() -> None:
    """Decision 9 (S-9)"""
    moved = composed(occasion(Kind.UPDATE, payload={"sequence": 1, "moved": True, "gone": []}))
    assert "please answer again" in as_text(moved.letter) and moved.letter.answers
    renamed = composed(occasion(Kind.UPDATE, payload={"sequence": 1, "moved": False, "gone": []}))
    assert "please answer again" not in as_text(renamed.letter)


def test_postponed_says_when_it_was_and_that_the_access_data_stay() -> None:
    """Decision 9 (E2-105)"""
    payload = {"sequence": 1, "gone": [[DATE.uid, DATE.starts_ms, DATE.ends_ms]]}
    text = text_of(occasion(Kind.POSTPONEMENT, payload=payload, meeting=meeting(dates=())))
    assert "It was planned for: Tuesday, 1 December 2026" in text and "PIN stay valid" in text
    assert "987" not in text
    back = occasion(Kind.POSTPONEMENT, payload=payload)
    assert conference_letters.compose(back) is None, "a new date was set before this left"


@pytest.mark.parametrize("removed", [True, False])
def test_cancelled_and_removed_are_two_sentences(removed: bool) -> None:
    payload = {"sequence": 1, "gone": [[DATE.uid, DATE.starts_ms, DATE.ends_ms]], "removed": removed}
    text = text_of(occasion(Kind.CANCEL, payload=payload, meeting=meeting(dates=())))
    assert ("no longer among those invited" in text) == removed
    assert ("has been cancelled" in text) == (not removed)
    assert "987" not in text and "/j/" not in text


def test_messages_about_one_conference_make_a_thread() -> None:
    first = sealed_letter(composed(occasion()), "mail/invitation/c1/i1", HOUSE, NOW)
    payload = {"sequence": 1, "moved": True, "gone": []}
    second = sealed_letter(composed(occasion(Kind.UPDATE, payload=payload)), "mail/update/c1/i1/1", HOUSE, NOW)
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
    assert message_id("a", HOUSE) == message_id("a", HOUSE) != message_id("b", HOUSE)


ACCOUNT_KINDS = list(account_letters.KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ACCOUNT_KINDS)
def test_every_letter_about_accounts_can_be_written(kind: str, language: str) -> None:
    """(E0-12, E0-18, E1-15, E2-16, E2-50, E2-71, E2-75, E2-124, E2-126)"""
    case = account_letters.Case(
        kind=kind,
        payload={
            "subject": "Maintenance",
            "text": "On Saturday\nfrom 8 to 10",
            "until_ms": NOW + 2 * DAY,
            "at_ms": NOW,
        },
        to=person(kind="account", language=language, name="Ion Popescu"),
        house=HOUSE,
        now_ms=NOW,
        token="the-token",
        by="Maria Ionescu",
        role=AskedRole("Ewa Nowak", "unit_coordinator", "Unit 7", "+48 22 000", "Trainings"),
        given=GivenRole("unit_coordinator", "City of Example", "Roads"),
        meeting=meeting(),
    )
    message = account_letters.compose(case)
    assert message is not None
    mail = sealed_letter(message, "c", HOUSE, NOW).as_string()
    assert "{" not in message.letter.subject and mail
    text = as_text(message.letter)
    assert "Ion Popescu" in text and "{" not in text
    if kind in ("confirm_email", "reset_password", "activation", "account_invitation"):
        page = "confirm" if kind == "confirm_email" else "reset"
        assert f"https://meet.example.org/{page}#the-token" in text
        assert ("City of Example" in text) == (kind in account_letters.MAKE_ACCOUNTS)
    if kind.startswith("role_"):
        assert "Unit 7" in text
    if kind == "role_request_new":
        assert "Ewa Nowak" in text and "Trainings" in text
    if kind == "coordinator_message":
        assert "> On Saturday\n> from 8 to 10" in text and message.letter.subject.endswith(": Maintenance")
    if kind in ("activation", "account_invitation", "collaboration_asked", "coordinator_message"):
        assert "Maria Ionescu" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["Role: Unit Coordinator", "Body: City of Example", "Unit: Roads", "until Tuesday, 1 December 2026, 10:00"],
        ),
        ("el", ["Ρόλος: Συντονιστής μονάδας", "Φορέας: City of Example", "Τρίτη 1 Δεκεμβρίου 2026, 10:00"]),
        ("pl", ["Rola: Koordynator jednostki", "Instytucja: City of Example", "wtorek, 1 grudnia 2026, 10:00"]),
        ("ro", ["Rol: Coordonator de unitate", "Instituție: City of Example", "marți, 1 decembrie 2026, 10:00"]),
    ],
)
@pytest.mark.parametrize("kind", account_letters.MAKE_ACCOUNTS)
def test_who_gets_an_account_reads_with_which_role_and_until_when_the_link_works(
    kind: str, language: str, said: list[str]
) -> None:
    to = person(kind="account", language=language, time_zone="Europe/Athens")
    case = account_letters.Case(kind, {"until_ms": START}, to, HOUSE, NOW, token="t", by="Maria Ionescu")
    full = replace(case, given=GivenRole("unit_coordinator", "City of Example", "Roads"))
    message, bare = account_letters.compose(full), account_letters.compose(replace(case, payload={}))
    assert message is not None and bare is not None
    text = " ".join(as_text(message.letter).split())
    assert [each for each in said if each not in text] == []
    assert "UTC+2)" in text
    assert "2026" not in as_text(bare.letter) and bare.letter.facts == (), "a row of an older version"


def test_confirmation_goes_to_the_address_that_is_confirmed_and_an_old_alarm_nowhere() -> None:
    case = account_letters.Case("confirm_email", {"email": "new@example.org"}, person(), HOUSE, NOW, token="t")
    message = account_letters.compose(case)
    assert message is not None and message.to_address == "new@example.org"
    alarm = replace(case, kind="pin_alert", payload={"at_ms": NOW - 2 * DAY}, meeting=meeting())
    assert account_letters.compose(alarm) is None


def test_a_name_that_is_an_advertisement_is_no_name() -> None:
    for text in ("WIN at http://evil.example", "www.evil.example", "a@b", "C:\\x"):
        assert name_of(text) == ""
    assert name_of("Ο' Μπράιαν-Παπαδόπουλος") == "Ο' Μπράιαν-Παπαδόπουλος"


def test_lines_are_cut_and_cleaned() -> None:
    assert line("a\r\nb\x00\u202ec\td") == "a bc d"
    assert line("x" * 300) == "x" * 159 + "…"
    assert lines("\n\n a\r\n\u2028b \n\n") == ["a", "", "b"]
    assert [len(each) for each in lines("y" * 100 + "\n" + "z" * 10_000, 300)] == [100, 199]


def test_short_dates() -> None:
    assert moments.day(START, "Europe/Athens", words("el").locale) == "01/12/2026"
    assert moments.day(START, "Europe/Warsaw", words("pl").locale) == "01.12.2026"
    assert moments.clock(START, "Europe/Warsaw") == "09:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_that_a_letter_names_is_called_so(language: str) -> None:
    """(E0-33) Without the mail's link one looks for that name."""
    said = words(language)("conference.account_how", email="a@b.example")
    texts = (CLIENT / "src" / "i18n" / f"{language}_portal.ts").read_text()
    name = re.search(r'"home\.tab\.conferences": "(.+)"', texts)
    assert name is not None and re.search(f"[“«„]{name[1]}[”»]", said), said


def test_international_domains_are_written_as_the_registries_do() -> None:
    """IDNA 2008: mail to straße.example does not reach strasse.example."""
    assert address("", "a@straße.example").addr_spec == "a@xn--strae-oqa.example"
    assert address("", "a@δήμος.gr").addr_spec == "a@xn--jxalzmp.gr"
    assert address("", "a@BÜCHER.example").addr_spec == "a@xn--bcher-kva.example"
    assert address("", "a@x_y.example").addr_spec == "a@x_y.example"
