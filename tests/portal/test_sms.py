"""SMS: what it says, how long it is, and the gateway (H-4, H-24, H-25, H-27, H-28)."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from portal.mail import sms
from portal.mail.catalogue import LANGUAGES
from portal.mail.delivery import NotNow, Refused, Unreachable
from portal.mail.folder import SmsFolder
from portal.mail.sms_http import SmsHttp
from storage.notice_rules import Kind
from tests.portal.mail_samples import DATE, HOUR, HOUSE, START, meeting, occasion, person, reminder


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def text(of: Any) -> str:
    found = sms.compose(of)
    assert found is not None
    return found


def test_sms_carries_invitation_date_hour_number_to_call_conference_number_and_pin() -> None:
    """(H-25)"""
    of = occasion(house=replace(HOUSE, call="+30 210 000 0000"), to=person(language="en"))
    assert text(of) == (
        'e:Presence.gov.gr: invitation to a conference "Regional council", 01/12/2026 at 10:00. '
        "Call +30 210 000 0000, number 123456, PIN 987654321."
    )


def test_without_a_telephone_the_link_stands_for_the_number_to_call() -> None:
    found = text(occasion())
    assert found.endswith("Number 123456, PIN 987654321. https://meet.example.org/j/annas-own-link")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_no_sms_tells_anything_of_the_organiser_or_a_moderator(kind: Kind, language: str) -> None:
    """(H-27)"""
    payload = {
        "date": [DATE.uid, DATE.starts_ms, DATE.ends_ms],
        "sequence": 1,
        "gone": [[DATE.uid, START, START + HOUR]],
    }
    there = kind is not Kind.POSTPONEMENT
    of = occasion(
        kind,
        payload=payload,
        to=person(language=language, moderator=True, email="moderator@example.org"),
        meeting=meeting(dates=(DATE,) if there else ()),
    )
    found = text(of)
    assert "Eleni" not in found and "Zografou" not in found and "@" not in found
    assert "{" not in found and sms.parts(found) <= sms.MAX_PARTS


def test_greek_is_ucs2_and_polish_and_romanian_give_up_accents_to_fit_gsm7() -> None:
    polish = text(occasion(to=person(language="pl"), meeting=meeting(title="Żółta łódź")))
    assert sms.is_gsm7(polish) and '"Zolta lodz"' in polish
    romanian = text(occasion(to=person(language="ro"), meeting=meeting(title="Ședință")))
    assert sms.is_gsm7(romanian) and '"Sedinta"' in romanian
    greek = text(occasion(to=person(language="el"), meeting=meeting(title="Συνεδρίαση")))
    assert not sms.is_gsm7(greek) and "«" not in greek and "Συνεδρίαση" in greek
    mixed = text(occasion(to=person(language="pl"), meeting=meeting(title="Σ και Łódź")))
    assert "Łódź" in mixed, "as it is anyway UCS-2, nothing is lost"


@pytest.mark.parametrize(
    ("given_text", "units", "parts"),
    [
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("α" * 70, 70, 1),
        ("α" * 71, 71, 2),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
        ("ΔΦΓΛΩ", 5, 1),
    ],
)
def test_lengths_as_the_operator_counts(given_text: str, units: int, parts: int) -> None:
    """3GPP TS 23.038."""
    assert (sms.units(given_text), sms.parts(given_text)) == (units, parts)


@given(title=st.text(min_size=1, max_size=200), language=st.sampled_from(LANGUAGES))
def test_a_long_title_is_cut_and_the_access_data_never(title: str, language: str) -> None:
    found = text(occasion(to=person(language=language), meeting=meeting(title=title)))
    assert sms.parts(found) <= sms.MAX_PARTS
    assert "123456" in found and "987654321" in found and found.endswith("/j/annas-own-link")
    assert "\n" not in found and "\r" not in found


def test_a_reminder_of_a_moved_date_or_to_who_declined_is_not_sent() -> None:
    assert sms.compose(reminder(Kind.REMINDER_HOUR, now_ms=START - HOUR)) is not None
    assert sms.compose(reminder(Kind.REMINDER_HOUR, to=person(rsvp="declined"))) is None
    assert sms.compose(reminder(Kind.REMINDER_HOUR, meeting=meeting(dates=()))) is None
    assert sms.compose(occasion(to=person(telephone=None))) is None


async def test_file_sink_writes_one_file_per_cause(tmp_path: Path) -> None:
    """(H-24)"""
    sink = SmsFolder(tmp_path / "sms", "HaloNet")
    for _ in range(2):
        assert await sink.send("Cześć", "+48600", key="k", handing=yes)
    assert not await sink.send("x", "+48600", key="other", handing=no)
    [file] = (tmp_path / "sms").iterdir()
    assert json.loads(file.read_text()) == {"from": "HaloNet", "to": "+48600", "text": "Cześć"}


class Gateway:
    def __init__(self) -> None:
        self.got: list[tuple[dict[str, Any], str | None, str | None]] = []
        self.status = 202

    async def take(self, request: web.Request) -> web.Response:
        headers = request.headers
        self.got.append((await request.json(), headers.get("Authorization"), headers.get("Idempotency-Key")))
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Gateway, SmsHttp, TestServer]]:
    made = Gateway()
    app = web.Application()
    app.router.add_post("/sms", made.take)
    server = TestServer(app)
    await server.start_server()
    driver = SmsHttp(str(server.make_url("/sms")), "secret", "HaloNet")
    yield made, driver, server
    await driver.close()
    await server.close()


async def test_gateway_gets_sender_name_receiver_text_and_one_id_per_cause(
    gateway: tuple[Gateway, SmsHttp, TestServer],
) -> None:
    """(H-24, H-28) The sender is a name: there is no number to answer to."""
    made, driver, _ = gateway
    assert await driver.send("Hello", "+48600", key="k1", handing=yes)
    assert not await driver.send("Hello", "+48600", key="k2", handing=no)
    body = {"from": "HaloNet", "to": "+48600", "text": "Hello", "id": "k1"}
    assert made.got == [(body, "Bearer secret", "k1")]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (404, Refused),
        (302, Refused),
        (401, Unreachable),
        (403, Unreachable),
        (429, NotNow),
        (503, NotNow),
    ],
)
async def test_answers_of_the_gateway(
    gateway: tuple[Gateway, SmsHttp, TestServer], status: int, error: type[Exception]
) -> None:
    made, driver, _ = gateway
    made.status = status
    with pytest.raises(error, match=f"sms {status}"):
        await driver.send("Hello", "+48600", key="k", handing=yes)


async def test_a_gateway_that_is_away_is_unreachable(gateway: tuple[Gateway, SmsHttp, TestServer]) -> None:
    _, driver, server = gateway
    await server.close()
    with pytest.raises(Unreachable):
        await driver.send("Hello", "+48600", key="k", handing=yes)
