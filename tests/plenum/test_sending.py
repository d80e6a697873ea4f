"""A real `plenum serve` and a real mail server: killed between the states of a mail, started again, nothing is lost and
nobody gets anything twice (S-8, H-19)."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.outbox import Effect, put_all, sealed
from storage.service import Storage, StorageConfig
from storage.tables import OutboxRow, User
from tests.support.mail_server import MailServer
from tests.support.server import Organiser, Server


@pytest.fixture
def mail() -> Iterator[MailServer]:
    started = MailServer().start()
    yield started
    started.stop()


def server(data: Path, mail: MailServer, **env: str) -> Server:
    return Server(data, env={"PLENUM_SMTP_URL": f"smtp://127.0.0.1:{mail.port}", **env})


async def _written(data: Path, count: int) -> None:
    """Accounts, each with a letter that is due."""
    storage = await Storage.open(StorageConfig(data))
    effects = []
    for number in range(count):
        user = await storage.users.add(f"Person {number}")
        cause = f"confirm/{user.id}"
        token = sealed(storage.secrets, cause, f"token{number}")
        effects.append(Effect(cause, "confirm_email", {"token": token}, 0, recipient=f"user:{user.id}"))
    async with storage.db.write() as session:
        for number, row in enumerate(await session.scalars(select(User).order_by(User.created_ms, User.id))):
            row.email = f"p{number}@d{number % 5}.example"
        await put_all(session, effects)
    await storage.close()


async def _states(data: Path) -> dict[str, int]:
    storage = await Storage.open(StorageConfig(data))
    async with storage.db.read() as session:
        found: dict[str, int] = {}
        for state in await session.scalars(select(OutboxRow.state)):
            found[state] = found.get(state, 0) + 1
    await storage.close()
    return found


def all_sent(data: Path, count: int) -> None:
    deadline = time.monotonic() + 20
    while (found := asyncio.run(_states(data))) != {"sent": count}:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@pytest.mark.parametrize("after", [0, 3, 17])
def test_killed_between_claim_and_content_the_rest_goes_out_and_nothing_twice(
    tmp_path: Path, mail: MailServer, after: int
) -> None:
    """kill -9 while some are sent, four are claimed and the others wait."""
    asyncio.run(_written(tmp_path, 20))
    mail.gate_after = after
    plenum = server(tmp_path, mail).start()
    try:
        mail.wait(after)
        deadline = time.monotonic() + 20
        while len(mail.asked) < min(20, len(mail.taken) + 1):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)  # the commits of what was taken
        plenum.kill()
        left = asyncio.run(_states(tmp_path))
        assert left.get("sent", 0) == len(mail.taken) < 20 and left.get("sending", 0) >= 1
        mail.gate_after = None
        mail.gate.set()
        plenum.start()
        mail.wait(20)
        all_sent(tmp_path, 20)
    finally:
        plenum.kill()
    assert set(mail.by_person().values()) == {1} and len(mail.taken) == 20


def test_killed_while_the_answer_to_the_content_is_awaited_the_second_is_known_as_the_same(
    tmp_path: Path, mail: MailServer
) -> None:
    """The one window that nobody can close: the server has the content, we died before we heard so."""
    asyncio.run(_written(tmp_path, 1))
    mail.answers["data"]["*"] = ["30"]
    plenum = server(tmp_path, mail).start()
    try:
        mail.wait(1, seen=True)
        plenum.kill()
        assert asyncio.run(_states(tmp_path)) == {"handing": 1}
        plenum.start()
        mail.wait(1)
        all_sent(tmp_path, 1)
    finally:
        plenum.kill()
    assert len({delivery.id for delivery in mail.seen}) == 1


def test_stopped_and_started_again_while_it_sends_nothing_goes_twice(tmp_path: Path, mail: MailServer) -> None:
    """An ordinary restart lets what is on its way arrive."""
    asyncio.run(_written(tmp_path, 12))
    mail.answers["data"]["*"] = ["0.4"] * 12
    plenum = server(tmp_path, mail).start()
    try:
        for count in (2, 6):
            mail.wait(count, seen=True)
            plenum.stop()
            assert set(asyncio.run(_states(tmp_path))) <= {"sent", "waiting"}
            plenum.start()
        mail.wait(12)
        all_sent(tmp_path, 12)
    finally:
        plenum.kill()
    assert len(mail.seen) == 12 and set(mail.by_person().values()) == {1}


def test_a_second_server_on_the_same_folder_does_not_send(tmp_path: Path, mail: MailServer) -> None:
    """Two processes share the tables: one has the lock; when it dies, the other goes on."""
    asyncio.run(_written(tmp_path, 6))
    mail.gate_after = 0
    first = server(tmp_path, mail).start()
    second = server(tmp_path, mail)
    second.log_path = tmp_path / "second.log"
    try:
        second.start()
        deadline = time.monotonic() + 20
        while "another_server_sends" not in second.log():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        first.kill()
        mail.gate_after = None
        mail.gate.set()
        mail.wait(6)
        all_sent(tmp_path, 6)
    finally:
        first.kill()
        second.kill()
    assert set(mail.by_person().values()) == {1}


def test_a_guessed_pin_warns_the_organiser_at_once(tmp_path: Path, mail: MailServer) -> None:
    """Decision 11, over HTTP alone: the commit wakes the sender."""
    plenum = server(tmp_path, mail, PLENUM_BEHIND_PROXY="true").start()
    try:
        olga = Organiser(plenum.url, plenum.sign_in_url)
        asyncio.run(_address(tmp_path, "olga@example.org"))
        conference = olga.conference(title="Guessed")
        for number in range(21):
            _guess(plenum.url, conference, caller=f"198.51.100.{number // 5}")
        began = time.monotonic()
        mail.wait(1, within_s=10)
        assert time.monotonic() - began < 3
    finally:
        plenum.kill()
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
