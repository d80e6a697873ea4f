"""A real `plenum serve` and a real mail server: killed between the states of a mail, started again, nothing is lost and
nobody gets anything twice (S-8, H-19)."""

import asyncio
import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

import plenum.sending
from plenum.sending import sender_of, sending
from plenum.settings import Settings
from storage.outbox import LEASE_MS, Effect, put_all, sealed
from storage.service import Storage, StorageConfig
from storage.tables import OutboxRow, User
from tests.support.databases import PostgresDatabases
from tests.support.mail_server import PASSWORD, USER, MailServer, certificate
from tests.support.server import Organiser, Server


@pytest.fixture
def mail() -> Iterator[MailServer]:
    started = MailServer().start()
    yield started
    started.stop()


def server(data: Path, mail: MailServer, **env: str) -> Server:
    return Server(data, env={"PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}", **env})


async def _written(data: Path | StorageConfig, count: int) -> None:
    """Accounts, each with a letter that is due."""
    storage = await _open(data)
    effects = []
    for number in range(count):
        user = await storage.users.add(f"Person {number}")
        cause = f"confirm/{user.id}"
        token = sealed(storage.secrets, cause, f"token{number}")
        effects.append(Effect(cause, "confirm_email", {"token": token}, 0, recipient=f"user:{user.id}"))
    async with storage.db.write() as session:
        for number, row in enumerate(await session.scalars(select(User).where(User.email.is_(None)))):
            row.email = f"p{number}@d{number % 5}.example"
        await put_all(session, effects)
    await storage.close()


async def _open(data: Path | StorageConfig) -> Storage:
    return await Storage.open(data if isinstance(data, StorageConfig) else StorageConfig(data))


async def _states(data: Path | StorageConfig) -> dict[str, int]:
    storage = await _open(data)
    async with storage.db.read() as session:
        found: dict[str, int] = {}
        for state in await session.scalars(select(OutboxRow.state)):
            found[state] = found.get(state, 0) + 1
    await storage.close()
    return found


def all_sent(data: Path | StorageConfig, count: int) -> None:
    deadline = time.monotonic() + 20
    while (found := asyncio.run(_states(data))) != {"sent": count}:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@pytest.mark.parametrize("after", [0, 7])
def test_killed_between_claim_and_content_the_rest_goes_out_and_nothing_twice(
    tmp_path: Path, mail: MailServer, after: int
) -> None:
    """kill -9 while some are sent, four are claimed and the others wait."""
    asyncio.run(_written(tmp_path, 20))
    mail.gate_after = after
    process = server(tmp_path, mail).start()
    try:
        mail.wait(after)
        deadline = time.monotonic() + 20
        while len(mail.asked) < min(20, len(mail.taken) + 1):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)  # the commits of what was taken
        process.kill()
        left = asyncio.run(_states(tmp_path))
        assert left.get("sent", 0) == len(mail.taken) < 20 and left.get("sending", 0) >= 1
        mail.gate_after = None
        mail.gate.set()
        process.start()
        mail.wait(20)
        all_sent(tmp_path, 20)
    finally:
        process.kill()
    assert set(mail.by_person().values()) == {1} and len(mail.taken) == 20


def test_on_postgres_what_a_killed_server_had_claimed_goes_out_when_its_lease_has_lapsed(
    tmp_path: Path, mail: MailServer, postgres_databases: PostgresDatabases
) -> None:
    """Other servers may be sending there: nobody takes a claim away before its time, which here is moved."""
    config = postgres_databases.new(tmp_path)
    asyncio.run(_written(config, 12))
    mail.gate_after = 3
    process = server(tmp_path, mail, PLENUM_DATABASE_URL=config.database_url or "").start()
    try:
        mail.wait(3)
        time.sleep(0.5)
        process.kill()
        left = asyncio.run(_states(config))
        claimed = left.pop("sending")
        assert left.get("sent", 0) == len(mail.taken) < 12 and claimed >= 1
        mail.gate_after = None
        mail.gate.set()
        process.start()
        mail.wait(12 - claimed)
        time.sleep(0.5)
        assert len(mail.taken) == 12 - claimed, "not before the lease has lapsed"
        asyncio.run(_two_minutes_later(config))
        mail.wait(12)
        all_sent(config, 12)
    finally:
        process.kill()
        postgres_databases.give_back()
    assert set(mail.by_person().values()) == {1}


async def _two_minutes_later(config: StorageConfig) -> None:
    storage = await _open(config)
    async with storage.db.write() as session:
        lapsed = OutboxRow.claimed_ms - LEASE_MS
        await session.execute(update(OutboxRow).where(OutboxRow.claimed_ms.is_not(None)).values(claimed_ms=lapsed))
    await storage.close()


def test_killed_while_the_answer_to_the_content_is_awaited_the_second_is_known_as_the_same(
    tmp_path: Path, mail: MailServer
) -> None:
    """The one window that nobody can close: the server has the content, we died before we heard so."""
    asyncio.run(_written(tmp_path, 1))
    mail.answers["data"]["*"] = ["30"]
    process = server(tmp_path, mail).start()
    try:
        mail.wait(1, seen=True)
        process.kill()
        assert asyncio.run(_states(tmp_path)) == {"handing": 1}
        process.start()
        mail.wait(1)
        all_sent(tmp_path, 1)
    finally:
        process.kill()
    assert len({delivery.id for delivery in mail.seen}) == 1


def test_stopped_and_started_again_while_it_sends_nothing_goes_twice(tmp_path: Path, mail: MailServer) -> None:
    """An ordinary restart lets what is on its way arrive."""
    asyncio.run(_written(tmp_path, 12))
    mail.answers["data"]["*"] = ["0.4"] * 12
    process = server(tmp_path, mail).start()
    try:
        for count in (2, 6):
            mail.wait(count, seen=True)
            process.stop()
            assert set(asyncio.run(_states(tmp_path))) <= {"sent", "waiting"}
            process.start()
        mail.wait(12)
        all_sent(tmp_path, 12)
    finally:
        process.kill()
    assert len(mail.seen) == 12 and set(mail.by_person().values()) == {1}


async def test_of_two_senders_on_one_folder_one_sends_and_the_other_takes_over(
    tmp_path: Path, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both open the same tables; the lock file says who sends, and the system frees it."""
    monkeypatch.setattr(plenum.sending, "_LOCK_AGAIN_S", 0.05)
    await _written(tmp_path, 6)
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{mail.port}")
    async with contextlib.AsyncExitStack() as stack:
        senders = []
        for _ in range(2):
            storage = await Storage.open(StorageConfig(tmp_path))
            stack.push_async_callback(storage.close)
            senders.append((storage, sender_of(storage, settings, time.time)))
        first, second = [sending(sender, storage, settings, "http://localhost") for storage, sender in senders]
        await first.__aenter__()
        await asyncio.to_thread(mail.wait, 6)
        await second.__aenter__()
        await _written(tmp_path, 6)
        await asyncio.to_thread(mail.wait, 12)
        assert senders[1][1].numbers()["sent"] == 0
        await first.__aexit__(None, None, None)
        await _written(tmp_path, 6)
        await asyncio.to_thread(mail.wait, 18)
        await second.__aexit__(None, None, None)
        assert [sender.numbers()["sent"] for _, sender in senders] == [12, 6]
    assert len({delivery.id for delivery in mail.seen}) == len(mail.seen) == 18


def test_who_is_invited_over_http_gets_a_mail_whose_links_work_and_an_sms(tmp_path: Path) -> None:
    """(H-4, H-10, H-11, H-18, H-19, E0-27, E0-30, S-2, S-9) The commit wakes the sender; STARTTLS and a password."""
    context, ca = certificate(tmp_path)
    mail = MailServer(tls=context, auth=True).start()
    process = Server(
        tmp_path / "data",
        env={
            "PLENUM_SMTP_URL": f"smtp+starttls://{USER}:{quote(PASSWORD, safe='')}@localhost:{mail.port}",
            "PLENUM_SMTP_CA": str(ca),
            "PLENUM_SMS_DRIVER": "file",
            "PLENUM_MAIL_NAME": "e:Presence",
        },
    ).start()
    try:
        olga = Organiser(process.url, process.sign_in_url)
        start = (int(time.time()) // 900 + 200) * 900_000
        dates = {"starts_at": start, "ends_at": start + 3_600_000, "time_zone": "Europe/Athens"}
        made = olga.conference(title="Council", kind="scheduled", sms_invite=True, language="el", **dates)
        began = time.monotonic()
        guest = {"name": "Άννα", "email": "anna@example.org", "telephone": "+306900000000", "kind": "guest"}
        olga.call("POST", f"/api/conferences/{made['id']}/invitees", guest)
        mail.wait(1, within_s=10)
        assert time.monotonic() - began < 3
        delivery = mail.taken[0]
        assert str(delivery.mail["Subject"]) == "e:Presence: Πρόσκληση σε τηλεδιάσκεψη (Teleconference Invitation)"
        [link] = [word for word in delivery.text.split() if "/j/" in word]
        with pytest.raises(urllib.error.HTTPError) as early:
            _post(process.url, "/api/join/check", {"link": link.rsplit("/", 1)[1]})
        assert json.loads(early.value.read())["error"]["code"] == "not_open_yet", "the right door, before its time"
        token = delivery.text.split("/rsvp/accept#")[1].split()[0]
        assert _post(process.url, "/api/rsvp", {"token": token, "answer": "accepted"})["answer"] == "accepted"
        [event] = Calendar.from_ical(delivery.calendar).walk("VEVENT")
        assert int(event["DTSTART"].dt.timestamp() * 1000) == start
        sms = _text_of_sms(tmp_path / "data")
        assert made["number"] in sms and made["pin"] in sms and made["admin_pin"] not in sms
        listed = olga.call("GET", f"/api/conferences/{made['id']}/messages")
        assert {(each["channel"], each["kind"]) for each in listed["items"] if each["state"] == "sent"} == {
            ("mail", "invitation"),
            ("sms", "invitation"),
        }
        assert PASSWORD not in process.log()
    finally:
        process.kill()
        mail.stop()


def _text_of_sms(data: Path) -> str:
    deadline = time.monotonic() + 10
    while not (files := list((data / "sms").glob("*.json"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)  # its row is marked after the file
    return str(json.loads(files[0].read_text())["text"])


def _post(url: str, path: str, body: object) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def test_a_guessed_pin_warns_the_organiser_at_once(tmp_path: Path, mail: MailServer) -> None:
    """Decision 11, over HTTP alone: the commit wakes the sender."""
    process = server(tmp_path, mail, PLENUM_BEHIND_PROXY="true").start()
    try:
        olga = Organiser(process.url, process.sign_in_url)
        asyncio.run(_address(tmp_path, "olga@example.org"))
        conference = olga.conference(title="Guessed")
        for number in range(21):
            _guess(process.url, conference, caller=f"198.51.100.{number // 5}")
        began = time.monotonic()
        mail.wait(1, within_s=10)
        assert time.monotonic() - began < 3
    finally:
        process.kill()
    assert "Many wrong PINs: Guessed" in str(mail.taken[0].mail["Subject"]) and mail.taken[0].to == "olga@example.org"


def _guess(url: str, conference: dict[str, Any], *, caller: str) -> None:
    pin = next(each for each in ("000000000", "111111111", "222222222") if each not in str(conference))
    body = json.dumps({"number": conference["number"], "pin": pin, "name": "x"}).encode()
    headers = {"Content-Type": "application/json", "X-Forwarded-For": caller}
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/join", body, headers), timeout=10)


async def _address(data: Path, email: str) -> None:
    storage = await Storage.open(StorageConfig(data))
    async with storage.db.write() as session:
        await session.execute(update(User).values(email=email))
    await storage.close()
