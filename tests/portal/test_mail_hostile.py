"""A thousand hostile names, titles and texts through every message: whatever people type ends no header, opens no tag,
adds no calendar line and turns no text around. What is compared is the shape of the same message with harmless words.
"""

import csv
import email
import email.policy
import io
import itertools
import random
import re
import unicodedata
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest

from portal import csv_text
from portal.mail import account_letters, conference_letters, sms
from portal.mail.envelope import sealed_letter
from portal.mail.letter import Message
from storage.addressees import AskedRole, GivenRole
from storage.notice_rules import Kind
from tests.portal.mail_samples import DATE, HOUSE, NOW, meeting, occasion, person
from tests.portal.test_calendar import strict
from tests.support.server import ROOT

COUNT = 1000
SEEDS = [
    "Anna\r\nBcc: all@example.org",
    "Anna\nX-Injected: yes\n\nbody",
    "Anna\rReply-To: evil@example.org",
    "=?utf-8?q?Anna=0D=0ABcc:_x@y.z?=",
    "=cmd|'/C calc'!A0",
    "+1+1", "-2+3", "@SUM(1)", "\t=1+1",
    "Anna;ATTACH=http://evil.example/x",
    "Anna\nBEGIN:VEVENT\nUID:evil\nEND:VEVENT",
    "Anna\r\n ATTENDEE:mailto:evil@example.org",
    "Anna\\nEND:VCALENDAR\\n",
    'Anna"; X-PARAM="1":mailto:evil@example.org',
    "Anna^nEND:VEVENT", "a,b;c:d\\e",
    "\u202egnp.annA\u202c", "\u2066\u2067\u2068x\u2069", "\u200f\u200eAnna",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><b>", "&lt;b&gt;&#60;i&#62;",
    "{{ 7*7 }}", "{% include '/etc/passwd' %}", "{0.__class__}", "%(name)s", "{name}",
    "javascript:alert(1)", '" onmouseover="x', "' style='x",
    "x" * 5000, "ß" * 999, "=" * 300, "é" * 77, " " * 50 + "x",
    "\x00Anna\x00", "\x1b[31mAnna", "\x7f\x85\u2028\u2029Anna", "\ufeffAnna", "\ud800broken",
    "👩‍👩‍👧‍👦 family", "e\u0301\u0301\u0301\u0301", "🏴‍☠️" * 40, "\u1f600", "日本語", "Ζωγράφου", "שלום",
    ".", "..", "\n.\n", "-- ", "From anna", "--===============", "a@b@c", "<a@b>", "Anna <evil@example.org>",
    "Anna, Bert <evil@example.org>", '"Anna" <x@y>', "Anna (comment)", "group: a@b, c@d;", "",
]  # fmt: skip


def hostile() -> list[str]:
    """Seeds, seeds glued together, and seeds with control characters between their letters; always the same ones."""
    dice = random.Random(7)
    found = list(SEEDS)
    for one, other in itertools.product(SEEDS, SEEDS):
        found.append(one + dice.choice(["", "\r\n", "\n", "\r", "\t", " ", "\u2028", "\x0b", "\x00"]) + other)
    return [*SEEDS, *dice.sample(found[len(SEEDS) :], COUNT - len(SEEDS))]


class Shape(HTMLParser):
    """Tags with their attributes; texts only as the places where they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[Any] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.seen.append("comment")


AFTERWARDS: dict[Kind, dict[str, Any]] = {
    Kind.UPDATE: {"moved": True},
    Kind.CANCEL: {"gone": [[DATE.uid, DATE.starts_ms, DATE.ends_ms]], "sequence": 3},
    Kind.POSTPONEMENT: {"gone": [[DATE.uid, DATE.starts_ms, DATE.ends_ms]], "sequence": 3},
    Kind.REMINDER_HOUR: {"date": [DATE.uid, DATE.starts_ms, DATE.ends_ms]},
    Kind.REMINDER_START: {"date": [DATE.uid, DATE.starts_ms, DATE.ends_ms]},
}
"""Every kind but the invitation, with what its payload must say."""


def about_conference(text: str, kind: Kind = Kind.INVITATION) -> Message:
    dates = () if kind is Kind.POSTPONEMENT else (DATE,)
    of = occasion(
        kind,
        payload=AFTERWARDS.get(kind, {}),
        to=person(name=text, language="el"),
        meeting=meeting(
            title=f"T{text}", coordinator=f"C{text}", description=f"D {text} end", record=True, dates=dates
        ),
    )
    message = conference_letters.compose(of)
    assert message is not None
    return message


def about_account(text: str) -> Message:
    case = account_letters.Case(
        kind="coordinator_message",
        payload={"subject": f"S{text}", "text": f"B {text} end"},
        to=person(name=text),
        house=HOUSE,
        now_ms=NOW,
        by=f"Y{text}",
        role=AskedRole(f"A{text}", "user", f"U{text}", f"1{text}", f"P{text}"),
    )
    message = account_letters.compose(case)
    assert message is not None
    return message


def about_new_account(text: str) -> Message:
    case = account_letters.Case(
        kind="activation",
        payload={"until_ms": NOW},
        to=person(name=text),
        house=HOUSE,
        now_ms=NOW,
        token="t",
        by=f"Y{text}",
        given=GivenRole(f"R{text}", f"B{text}", f"U{text}"),
    )
    message = account_letters.compose(case)
    assert message is not None
    return message


def shape_of(message: Message) -> tuple[list[str], list[Any], list[str]]:
    """Header names of the mail and of each part, the HTML's tags, the names of the calendar's lines."""
    raw = sealed_letter(message, "cause", HOUSE, NOW).as_bytes()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(physical) <= 998 for physical in raw.split(b"\r\n"))
    read = email.message_from_bytes(raw)
    parts = list(read.walk())
    assert not any(part.defects for part in parts)
    for name in ("From", "To", "Subject"):
        shown = email.policy.default.header_factory(name, read[name].replace("\r\n", ""))
        assert not shown.defects and not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in shown)
        if name != "Subject":
            [address] = shown.addresses  # type: ignore[attr-defined]
            assert address.addr_spec in ("anna@example.org", HOUSE.address)
    texts = {part.get_content_type(): _decoded(part) for part in parts if part.get_content_maintype() == "text"}
    for content in texts.values():
        odd = {c for c in content if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")} - set("\r\n\u200c\u200d")
        assert not odd, odd
    calendar = [name for each in message.attachments for name, _, _ in strict(each.content)]
    return [name for part in parts for name in part], Shape(texts["text/html"]).seen, calendar


def _decoded(part: Any) -> str:
    return str(part.get_payload(decode=True).decode())


def tags(seen: list[Any]) -> list[Any]:
    """A description of more lines has more line breaks, and a name that is none is left out of the greeting."""
    return [each for each in seen if each != ("br", [])]


def injects_nothing(compose: Callable[[str], Message], names: list[str]) -> None:
    headers, page, calendar = shape_of(compose("harmless"))
    for name in names:
        found = shape_of(compose(name))
        assert found[0] == headers, name
        assert tags(found[1]) == tags(page), name
        assert found[2] == calendar, name


def test_a_thousand_hostile_names_inject_nothing() -> None:
    names = hostile()
    assert len(names) == COUNT
    injects_nothing(about_conference, names)
    injects_nothing(about_account, names[::4])
    injects_nothing(about_new_account, names[::4])


def test_no_kind_of_message_is_left_out() -> None:
    assert {Kind.INVITATION, *AFTERWARDS} == set(Kind)


@pytest.mark.parametrize("kind", AFTERWARDS)
def test_two_hundred_hostile_names_inject_nothing_into_what_is_said_afterwards(kind: Kind) -> None:
    injects_nothing(partial(about_conference, kind=kind), hostile()[::5])


def test_a_thousand_hostile_titles_stay_one_line_of_an_sms() -> None:
    for title in hostile():
        of = occasion(Kind.INVITATION, to=person(name=title), meeting=meeting(title=title, coordinator=title))
        text = sms.compose(of)
        assert text is not None and sms.parts(text) <= sms.MAX_PARTS
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)
        assert text.startswith("e:Presence.gov.gr: ") and "PIN 987654321" in text


def test_a_spreadsheet_computes_none_of_a_thousand_hostile_names_and_titles() -> None:
    """A sign that begins a formula stands only after an apostrophe, whatever a program trims before it."""
    names = hostile()
    text = csv_text.lines([name, f"T{name}", f" {name}"] for name in names)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == COUNT
    guarded = 0
    for name, row in zip(names, rows, strict=True):
        for typed, cell in zip((name, f"T{name}", f" {name}"), row, strict=True):
            assert cell in (typed, f"'{typed}"), name
            assert unicodedata.normalize("NFKC", bare(cell))[:1] not in ("=", "+", "-", "@"), name
            guarded += cell != typed
    assert guarded > 100


def bare(cell: str) -> str:
    """Without what nobody sees at its beginning."""
    return next((cell[at:] for at, c in enumerate(cell) if not c.isspace() and unicodedata.category(c)[0] != "C"), "")


def test_the_client_puts_no_text_in_as_markup() -> None:
    sources = [path for path in (ROOT / "static_client/src").rglob("*") if path.suffix in (".ts", ".tsx")]
    assert len(sources) > 100
    asks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|srcdoc", re.I)
    assert [path.name for path in sources if asks.search(path.read_text(encoding="utf-8"))] == []
