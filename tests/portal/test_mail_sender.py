"""Mails leave by a real SMTP server: delivery, TLS and login, retries, refusals, pauses, and never twice (S-2, S-8)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from portal.mail import smtp
from portal.mail.delivery import Handing, NotNow
from portal.mail.folder import MailFolder
from portal.mail.house import House
from portal.mail.links import Links
from portal.mail.sender import Sender, Ways
from portal.mail.smtp import SmtpDelivery, relay
from storage.outbox import cancel_in, put_in, sealed
from storage.records import OutboxState
from storage.service import Storage
from storage.tables import OutboxRow, User
from tests.storage.contract import Clock
from tests.support.databases import Databases
from tests.support.mail_server import PASSWORD, USER, MailServer, certificate

HOUSE = House("Plenum", "no-reply@meet.example.org", Links("https://meet.example.org"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def storage(databases: Databases, tmp_path: Path, clock: Clock) -> AsyncIterator[Storage]:
    opened = await Storage.open(databases.new(tmp_path / "data"), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    started = MailServer().start()
    yield started
    started.stop()


def sender(storage: Storage, url: str, clock: Clock, *, ca: Path | None = None, connections: int = 1) -> Sender:
    mails = [SmtpDelivery(relay(url, ca), HOUSE.address, clock) for _ in range(connections)]
    return Sender(storage, Ways(mails), clock)


async def account(storage: Storage, address: str, name: str = "Anna") -> str:
    user = await storage.users.add(name)
    async with storage.db.write() as session:
        row = await session.get(User, user.id)
        assert row is not None
        row.email = address
    return user.id


async def write(storage: Storage, clock: Clock, *addresses: str) -> None:
    """One letter to a new account at each address."""
    for address in addresses:
        user = await account(storage, address)
        async with storage.db.write() as session:
            cause = f"confirm/{user}"
            payload = {"token": sealed(storage.secrets, cause, f"token-of-{address}"), "until_ms": 1}
            await put_in(session, cause, "confirm_email", payload, due_ms=clock.ms(), recipient=f"user:{user}")


async def states(storage: Storage) -> list[tuple[str, str | None]]:
    from sqlalchemy import select

    async with storage.db.read() as session:
        rows = await session.execute(select(OutboxRow.state, OutboxRow.error).order_by(OutboxRow.id))
        return [(state, error) for state, error in rows]


async def test_a_mail_arrives_with_starttls_login_and_a_reused_connection(
    storage: Storage, clock: Clock, tmp_path: Path
) -> None:
    context, ca = certificate(tmp_path)
    server = MailServer(tls=context, auth=True).start()
    try:
        await write(storage, clock, "a@one.example", "b@two.example", "c@one.example")
        url = f"smtp+starttls://{USER}:{quote(PASSWORD, safe='')}@localhost:{server.port}"
        assert await sender(storage, url, clock, ca=ca).send_due(HOUSE) == 3
        assert [delivery.to for delivery in server.taken] == ["a@one.example", "b@two.example", "c@one.example"]
        assert len(server.passwords) == 1, "one connection, one login"
        mail = server.taken[0].mail
        assert mail["From"] == "Plenum <no-reply@meet.example.org>" and mail["To"] == "Anna <a@one.example>"
        assert "https://meet.example.org/confirm#token-of-a@one.example" in server.taken[0].text
        assert await states(storage) == [("sent", None)] * 3
    finally:
        server.stop()


async def test_implicit_tls_works_and_a_stranger_s_certificate_does_not(
    storage: Storage, clock: Clock, tmp_path: Path
) -> None:
    context, ca = certificate(tmp_path)
    server = MailServer(tls=context, implicit_tls=True).start()
    try:
        await write(storage, clock, "a@one.example")
        (tmp_path / "other").mkdir()
        _, other = certificate(tmp_path / "other")
        await sender(storage, f"smtps://localhost:{server.port}", clock, ca=other).send_due(HOUSE)
        assert await states(storage) == [("waiting", "smtp_connect")] and server.seen == []
        clock.now += 3600
        await sender(storage, f"smtps://localhost:{server.port}", clock, ca=ca).send_due(HOUSE)
        assert await states(storage) == [("sent", None)]
    finally:
        server.stop()


async def test_no_password_crosses_without_tls_and_insisting_on_starttls_means_it(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, "a@one.example")
    await sender(storage, f"smtp+starttls://{USER}:x@localhost:{server.port}", clock).send_due(HOUSE)
    assert await states(storage) == [("waiting", "smtp_no_tls")]
    assert server.passwords == [] and server.asked == []


async def test_a_wrong_password_is_nobody_s_fault_but_ours(storage: Storage, clock: Clock, tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    server = MailServer(tls=context, auth=True).start()
    try:
        await write(storage, clock, "a@one.example", "b@one.example")
        await sender(storage, f"smtp://{USER}:wrong@localhost:{server.port}", clock, ca=ca).send_due(HOUSE)
        assert [state for state, _ in await states(storage)] == ["waiting"] * 2
        assert (await states(storage))[0][1] == "smtp_login 535"
        assert server.connections == 1, "the second mail waits for the end of the pause"
    finally:
        server.stop()


async def test_busy_comes_again_with_back_off_and_a_refusal_is_final(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, "busy@one.example", "nobody@two.example", "fine@three.example")
    server.answers["rcpt"]["busy@one.example"] = ["451 4.7.1 greylisted, ask 203.0.113.9"] * 2
    server.answers["rcpt"]["nobody@two.example"] = ["550 5.1.1 no such user at 203.0.113.9"]
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    await sends.send_due(HOUSE)
    assert await states(storage) == [("waiting", "smtp 451 4.7.1"), ("failed", "smtp 550 5.1.1"), ("sent", None)]
    for wait_s, state in ((59, "waiting"), (2, "waiting"), (119, "waiting"), (2, "sent")):
        clock.now += wait_s
        await sends.send_due(HOUSE)
        assert (await states(storage))[0][0] == state, "after one minute, then after two"
    assert server.by_person() == {"busy@one.example": 1, "fine@three.example": 1}
    assert sends.numbers() == {"sent": 2, "retried": 2, "failed": 1, "dropped": 0, "sms_parts": 0, "overdue": 0}


async def test_a_domain_that_says_later_is_left_alone_and_others_are_served(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, "a@slow.example", "b@slow.example", "c@slow.example", "d@quick.example")
    server.answers["rcpt"]["a@slow.example"] = ["450 4.2.1 too many"]
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    await sends.send_due(HOUSE)
    assert server.asked == ["a@slow.example", "d@quick.example"]
    clock.now += 61
    await sends.send_due(HOUSE)
    assert sum(server.by_person().values()) == 4 and max(server.by_person().values()) == 1


async def test_rejected_content_is_final_and_busy_after_the_content_is_not(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, "spam@one.example", "full@two.example")
    server.answers["data"]["spam@one.example"] = ["554 5.7.1 looks like spam"]
    server.answers["data"]["full@two.example"] = ["452 4.3.1 disk full"]
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    await sends.send_due(HOUSE)
    assert await states(storage) == [("failed", "smtp 554 5.7.1"), ("waiting", "smtp 452 4.3.1")]
    clock.now += 61
    await sends.send_due(HOUSE)
    assert server.by_person() == {"full@two.example": 1}


async def test_a_connection_that_dies_is_replaced_and_the_same_message_is_known_by_its_id(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    """After the content nobody knows: it goes again under one Message-ID."""
    await write(storage, clock, "a@one.example", "b@two.example")
    server.answers["rcpt"]["a@one.example"] = ["drop"]
    server.answers["data"]["b@two.example"] = ["drop"]
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    for _ in range(3):
        await sends.send_due(HOUSE)
        clock.now += 120
    assert await states(storage) == [("sent", None)] * 2
    assert server.by_person() == {"a@one.example": 1, "b@two.example": 1}
    assert len({delivery.id for delivery in server.seen if delivery.to == "b@two.example"}) == 1
    assert len([delivery for delivery in server.seen if delivery.to == "b@two.example"]) == 2


async def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    storage: Storage, clock: Clock, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the content the server is at fault; after it, the message goes again under its id."""
    monkeypatch.setattr(smtp, "COMMAND_S", 0.2)
    monkeypatch.setattr(smtp, "DATA_S", 0.2)
    await write(storage, clock, "a@one.example")
    server.answers["rcpt"]["a@one.example"] = ["2"]
    server.answers["data"]["a@one.example"] = ["2"]
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    await sends.send_due(HOUSE)
    assert await states(storage) == [("waiting", "smtp_lost timeout")] and server.seen == []
    clock.now += 60
    await sends.send_due(HOUSE)
    assert await states(storage) == [("waiting", "smtp_lost timeout")] and len(server.seen) == 1
    clock.now += 600
    await sends.send_due(HOUSE)
    assert await states(storage) == [("sent", None)]
    assert len({delivery.id for delivery in server.seen}) == 1


async def test_a_server_that_is_away_costs_one_try_a_pause_and_nothing_is_lost(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, *[f"p{number}@one.example" for number in range(20)])
    server.stop()
    sends = sender(storage, f"smtp://localhost:{server.port}", clock)
    await sends.send_due(HOUSE)
    tries = [error for _, error in await states(storage) if error]
    assert tries == ["smtp_connect"]
    back = MailServer(port=server.port).start()
    try:
        clock.now += 6
        await sends.send_due(HOUSE)
        assert len(back.taken) == 20 and set(back.by_person().values()) == {1}
    finally:
        back.stop()


async def test_two_senders_with_four_connections_each_send_every_mail_once(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    await write(storage, clock, *[f"p{number}@d{number % 7}.example" for number in range(60)])
    senders = [sender(storage, f"smtp://localhost:{server.port}", clock, connections=4) for _ in range(2)]
    running = [asyncio.create_task(each.run(HOUSE)) for each in senders]
    await asyncio.to_thread(server.wait, 60)
    for each in senders:
        each.stop()
    await asyncio.wait(running, timeout=10)
    assert set(server.by_person().values()) == {1} and len(server.taken) == 60
    assert server.connections <= 8
    assert await states(storage) == [("sent", None)] * 60


async def test_a_commit_wakes_the_sender_at_once_and_stopping_lets_a_mail_finish(
    storage: Storage, clock: Clock, server: MailServer
) -> None:
    sends = sender(storage, f"smtp://localhost:{server.port}", clock, connections=2)
    running = asyncio.create_task(sends.run(HOUSE))
    await asyncio.sleep(0.1)
    await write(storage, clock, "a@one.example")
    await asyncio.to_thread(server.wait, 1, 5)
    server.answers["data"]["b@one.example"] = ["0.5"]
    await write(storage, clock, "b@one.example")
    await asyncio.to_thread(server.wait, 2, 5, seen=True)
    sends.stop()
    await asyncio.wait_for(running, 5)
    assert await states(storage) == [("sent", None)] * 2


async def test_what_is_cancelled_at_the_last_moment_does_not_leave(storage: Storage, clock: Clock) -> None:
    """Between the claim and the content, somebody cancels."""
    left: list[bytes] = []

    class Slow:
        async def send(self, mail: bytes, to: str, *, key: str, handing: Handing) -> bool:
            async with storage.db.write() as session:
                await cancel_in(session, clock.ms(), OutboxRow.kind == "confirm_email")
            if not await handing():
                return False
            left.append(mail)
            return True

        async def close(self) -> None: ...

    await write(storage, clock, "a@one.example")
    await Sender(storage, Ways([Slow()]), clock).send_due(HOUSE)
    assert left == [] and await states(storage) == [("cancelled", None)]


async def test_a_fault_of_ours_stops_one_message_and_not_the_others(storage: Storage, clock: Clock) -> None:
    sent: list[str] = []

    class Picky:
        async def send(self, mail: bytes, to: str, *, key: str, handing: Handing) -> bool:
            await handing()
            if to.startswith("a@"):
                raise ZeroDivisionError
            if to.startswith("b@"):
                raise NotNow("later")
            sent.append(to)
            return True

        async def close(self) -> None: ...

    await write(storage, clock, "a@one.example", "b@two.example", "c@three.example")
    async with storage.db.write() as session:
        await put_in(session, "odd", "no_such_kind", {}, due_ms=clock.ms())
        await put_in(session, "nobody", "reset_password", {}, due_ms=clock.ms(), recipient="user:gone")
    await Sender(storage, Ways([Picky()]), clock).send_due(HOUSE)
    assert sent == ["c@three.example"]
    assert await states(storage) == [
        ("waiting", "internal"),
        ("waiting", "later"),
        ("sent", None),
        ("failed", "unknown_kind"),
        ("cancelled", None),
    ]


async def test_addresses_beyond_ascii(storage: Storage, clock: Clock, server: MailServer) -> None:
    """A domain is written in its ASCII form; a local part needs a server with SMTPUTF8."""
    await write(storage, clock, "anna@δοκιμή.example", "άννα@one.example", "not an address")
    await sender(storage, f"smtp://localhost:{server.port}", clock).send_due(HOUSE)
    assert [delivery.to for delivery in server.taken] == ["anna@xn--jxalpdlp.example", "άννα@one.example"]
    plain = MailServer(utf8=False).start()
    try:
        await write(storage, clock, "άννα@two.example")
        await sender(storage, f"smtp://localhost:{plain.port}", clock).send_due(HOUSE)
    finally:
        plain.stop()
    assert await states(storage) == [
        ("sent", None),
        ("sent", None),
        ("failed", "bad_address"),
        ("failed", "smtp_address"),
    ]


async def test_lines_with_a_dot_arrive_as_they_are(storage: Storage, clock: Clock, server: MailServer) -> None:
    user = await account(storage, "a@one.example")
    text = ".\n..\n.hidden\nend"
    async with storage.db.write() as session:
        payload = {"subject": "Dots", "text": text, "by": user}
        await put_in(session, "m", "coordinator_message", payload, due_ms=0, recipient=f"user:{user}")
    await sender(storage, f"smtp://localhost:{server.port}", clock).send_due(HOUSE)
    assert "> .\n> ..\n> .hidden\n> end" in server.taken[0].text


async def test_without_a_mail_server_mails_are_files_and_the_same_mail_is_the_same_file(
    storage: Storage, clock: Clock, tmp_path: Path
) -> None:
    await write(storage, clock, "a@one.example")
    folder = tmp_path / "mail"
    sends = Sender(storage, Ways([MailFolder(folder)]), clock)
    await sends.send_due(HOUSE)
    [file] = folder.iterdir()
    assert file.suffix == ".eml" and b"To: Anna <a@one.example>" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    async with storage.db.write() as session:  # as after a crash before the last commit
        row = (await session.get(OutboxRow, 1)) or pytest.fail("no row")
        assert row.state == OutboxState.SENT
        row.state, row.done_ms = OutboxState.WAITING, None
        row.payload = '{"until_ms": 1}'
    await sends.send_due(HOUSE)
    assert list(folder.iterdir()) == [file]


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://host/path", "smtp://host?x=1", "host:25"])
def test_a_wrong_url_is_an_error_at_start(url: str) -> None:
    with pytest.raises(ValueError):
        relay(url)


def test_a_relay_s_password_is_not_shown() -> None:
    assert "secret" not in repr(relay("smtp://me:secret@mail.example:25"))
    assert relay("smtps://u:p%40ss@mail.example").password == "p@ss" and relay("smtps://mail.example").port == 465
