"""Every link in every message leads to a page that is served; the client shows the same ones (router.test.ts)."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from yarl import URL

from portal.mail import account_letters, conference_letters, sms
from portal.mail.catalogue import LANGUAGES
from portal.mail.envelope import sealed_letter
from portal.mail.letter import Message
from portal.pages import PAGES
from storage.addressees import AskedRole, GivenRole
from storage.notice_rules import REMINDERS, Kind
from tests.portal.conftest import Site
from tests.portal.mail_samples import DATE, HOUR, HOUSE, NOW, START, meeting, occasion, person

BASE = HOUSE.links.base
_LINK = re.compile(re.escape(BASE) + r"[^\s\"'<>]*")
GONE = [DATE.uid, DATE.starts_ms, DATE.ends_ms]
ADDRESSES = {
    *("/", "/help", "/sign-in", "/conferences", "/users", "/account", "/confirm", "/reset"),
    *("/rsvp/{answer}", "/j/{secret}"),
}


def messages(language: str) -> Iterator[Message]:
    """One of each kind, to each kind of reader."""
    for kind in Kind:
        payload = {"date": GONE, "first": True, "sequence": 1, "moved": True, "gone": [GONE], "removed": False}
        for reader in ("account", "person", "guest", "name"):
            to = person(kind=reader, language=language)
            dates = () if kind in (Kind.CANCEL, Kind.POSTPONEMENT) else (DATE,)
            now = START - HOUR if kind in REMINDERS else NOW
            of = occasion(kind, payload=payload, to=to, meeting=meeting(record=True, dates=dates), now_ms=now)
            found = conference_letters.compose(of)
            assert found is not None, (kind, reader)
            yield found
    for account_kind in account_letters.KINDS:
        case = account_letters.Case(
            kind=account_kind,
            payload={"subject": "Maintenance", "text": "On Saturday", "until_ms": NOW, "at_ms": NOW},
            to=person(kind="account", language=language),
            house=HOUSE,
            now_ms=NOW,
            token="the-token",
            by="Maria Ionescu",
            role=AskedRole("Ewa Nowak", "unit_coordinator", "Unit 7", "+48 22 000", "Trainings"),
            given=GivenRole("unit_coordinator", "City of Example", "Roads"),
            meeting=meeting(),
        )
        written = account_letters.compose(case)
        assert written is not None, account_kind
        yield written


def links_of(message: Message) -> set[str]:
    """Out of all parts of the mail as it leaves: plain, HTML, calendar."""
    mail = sealed_letter(message, "c", HOUSE, NOW)
    parts = [part for part in mail.walk() if part.get_content_maintype() in ("text", "application")]
    texts = [part.get_payload(decode=True) for part in parts]
    joined = (
        "\n".join(text.decode() for text in texts if isinstance(text, bytes)).replace("\r\n ", "").replace("\\n", "\n")
    )
    assert len(texts) >= 2
    return set(_LINK.findall(joined))


def address_of(link: str) -> str:
    """The served address that a link belongs to, as portal/pages.py writes it."""
    path = URL(link).path
    found = [page for page in PAGES if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(page)), path)]
    assert len(found) == 1, link
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_every_mail_is_a_page_of_ours(language: str) -> None:
    """E0-24, E0-28, E0-30, E0-31: none is missing, and none leads elsewhere."""
    every = {link for message in messages(language) for link in links_of(message)}
    assert {address_of(link) for link in every} == ADDRESSES
    for link in every:
        assert URL(link).fragment or "the-token" not in link, "a secret that a server would log"


async def test_every_link_of_every_message_is_served(site: Site) -> None:
    """E0-24, E0-28, E0-30, E0-31, H-25."""
    browser = await site.browser()
    links = {link for message in messages("el") for link in links_of(message)}
    of = occasion(to=person(language="el"))
    for text in (sms.compose(of), sms.compose(replace(of, to=person(kind="account")))):
        links |= set(_LINK.findall(text or ""))
    assert len(links) >= len(ADDRESSES)
    for link in links:
        answer = await browser.get(URL(link).path)
        assert (answer.status, answer.content_type) == (200, "text/html"), link
    assert (await browser.get("/nothing")).status == 404
