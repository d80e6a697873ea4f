"""A real SMTP server in a thread of its own, which a test can make slow, busy, hostile or dead."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.ports import free_port

USER, PASSWORD = "plenum", "a p@ss:word"


@dataclass
class Delivery:
    """One mail that was taken (answered with 250), or whose content came at least."""

    to: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain part."""
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    def link_to(self, path: str) -> str:
        """The one address in it that has this in it."""
        [found] = {word for word in self.text.split() if path in word and word.startswith("http")}
        return found

    @property
    def calendar(self) -> str:
        [part] = [each for each in self.mail.walk() if each.get_content_type() == "text/calendar"]
        return str(part.get_content())

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class MailServer:
    """`answers["rcpt"][address]` and `["data"]`: replies to give first, each once; "drop" closes the connection, a
    number of seconds waits and then takes it. `gate`: while it is set to an event, recipients wait for that event."""

    tls: ssl.SSLContext | None = None
    auth: bool = False
    implicit_tls: bool = False
    utf8: bool = True
    taken: list[Delivery] = field(default_factory=list)
    seen: list[Delivery] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    passwords: list[tuple[bytes, bytes]] = field(default_factory=list)
    answers: dict[str, defaultdict[str, list[str]]] = field(
        default_factory=lambda: {"rcpt": defaultdict(list), "data": defaultdict(list)}
    )
    gate_after: int | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    answered: Callable[[Delivery], None] | None = None
    port: int = 0

    def start(self) -> MailServer:
        self.port = self.port or free_port()
        options: dict[str, Any] = {"enable_SMTPUTF8": self.utf8, "decode_data": False}
        if self.tls is not None and not self.implicit_tls:
            options |= {"tls_context": self.tls, "require_starttls": True}
        if self.auth:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": True}
            options |= {"auth_require_tls": not self.implicit_tls}
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=self.tls if self.implicit_tls else None,
            **options,
        )
        self._controller.start()
        self._peers: set[object] = set()
        return self

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self._peers)

    def stop(self) -> None:
        self.gate.set()
        if self._controller.loop.is_running():
            self._controller.stop()

    def wait(self, count: int, within_s: float = 20, *, seen: bool = False) -> None:
        deadline = time.monotonic() + within_s
        while len(self.seen if seen else self.taken) < count:
            assert time.monotonic() < deadline, f"{len(self.taken)} of {count} mails came; asked: {self.asked}"
            time.sleep(0.02)

    def by_person(self) -> Counter[str]:
        return Counter(delivery.to for delivery in self.taken)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self._peers.add(session.peer)
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        if self.gate_after is not None and len(self.taken) >= self.gate_after:
            await _until(self.gate)
        if (answer := await self._answer(server, "rcpt", address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        delivery = Delivery(envelope.rcpt_tos[0], envelope.content)
        self.seen.append(delivery)
        if (answer := await self._answer(server, "data", delivery.to)) is not None:
            return answer
        self.taken.append(delivery)
        return "250 taken"

    async def _answer(self, server: SMTP, stage: str, address: str) -> str | None:
        queued = self.answers[stage][address] or self.answers[stage]["*"]
        if not queued:
            return None
        answer = queued.pop(0)
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if " " not in answer:
            await asyncio.sleep(float(answer))
            return None
        return answer

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.passwords.append((data.login, data.password))
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)


async def _until(gate: threading.Event) -> None:
    await asyncio.to_thread(gate.wait, 60)


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's context and the PEM file by which it is trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = folder / "mail.pem", folder / "mail.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    return context, pem
