"""Mail by SMTP (RFC 5321): one connection per sender, used again while it lasts; TLS before any password.

`smtp://` takes STARTTLS where it is offered, `smtp+starttls://` insists on it, `smtps://` begins with TLS. Certificates
are checked, except on this machine itself. A password never crosses a network without TLS.
"""

import asyncio
import contextlib
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from portal.mail.delivery import Handing, NotNow, Refused, Unreachable

COMMAND_S: Final = 30.0
DATA_S: Final = 60.0  # with everything else, well inside the lease of a row
IDLE_S: Final = 20.0
MAX_USES: Final = 100
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_STATUS: Final = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}")
_CLOSING: Final = 421


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes our mails."""

    host: str
    port: int
    scheme: str = "smtp"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None  # PEM; else the system's

    @property
    def local(self) -> bool:
        if self.host == "localhost":
            return True
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


def relay(url: str, ca: Path | None = None) -> Relay:
    """From `smtp://user:password@host:port`. Raises ValueError with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("must be smtp://, smtp+starttls:// or smtps:// with a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("nothing may follow the port")
    return Relay(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        scheme=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca=ca,
    )


class SmtpDelivery:
    """One at a time; give each sending task its own."""

    def __init__(self, to: Relay, sender: str, clock: Callable[[], float]) -> None:
        self._relay = to
        self._sender = sender
        self._clock = clock
        self._client: SMTP | None = None
        self._uses = 0
        self._used_at = 0.0

    async def send(self, mail: bytes, to: str, *, key: str, handing: Handing) -> bool:
        client = await self._ready()
        try:
            await self._address(client, to)
            if not await handing():
                await client.rset()
                return False
            await self._content(client, mail)
        except BaseException:
            self._drop()
            raise
        self._uses += 1
        self._used_at = self._clock()
        return True

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=2)

    async def _ready(self) -> SMTP:
        """A connection that answers: the last one if it is fresh and alive, else a new one."""
        client = self._client
        if client is not None and client.is_connected:
            if self._uses < MAX_USES and self._clock() - self._used_at < IDLE_S:
                with contextlib.suppress(SMTPException, OSError):
                    await client.rset()
                    return client
            await self.close()
        self._client, self._uses = await self._connected(), 0
        return self._client

    async def _connected(self) -> SMTP:
        client = SMTP(
            hostname=self._relay.host,
            port=self._relay.port,
            use_tls=self._relay.scheme == "smtps",
            start_tls=False,
            tls_context=self._context(),
            timeout=COMMAND_S,
        )
        async with _reached("smtp_connect"):
            await client.connect()
            await client.ehlo()
        try:
            await self._secured(client)
        except BaseException:
            client.close()
            raise
        return client

    async def _secured(self, client: SMTP) -> None:
        secure = self._relay.scheme == "smtps"
        if not secure and client.supports_extension("starttls"):
            async with _reached("smtp_tls"):
                await client.starttls(tls_context=self._context())
                await client.ehlo()
            secure = True
        if not secure and self._relay.scheme == "smtp+starttls":
            raise Unreachable("smtp_no_tls")
        if self._relay.user:
            if not secure and not self._relay.local:
                raise Unreachable("smtp_no_tls")
            async with _reached("smtp_login"):
                await client.login(self._relay.user, self._relay.password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=None if self._relay.ca is None else str(self._relay.ca))
        if self._relay.local and self._relay.ca is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    async def _address(self, client: SMTP, to: str) -> None:
        utf8 = not to.isascii()
        if utf8 and not client.supports_extension("smtputf8"):
            raise Refused("smtp_address")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        encoding = "utf-8" if utf8 else "ascii"
        async with _reached("smtp_sender"):
            await client.mail(self._sender, options=options, encoding=encoding)
        try:
            await client.rcpt(to, encoding=encoding)
        except SMTPResponseException as error:
            raise _judged(error) from None
        except (SMTPException, OSError, UnicodeError) as error:
            raise Unreachable(_named("smtp_lost", error)) from None

    async def _content(self, client: SMTP, content: bytes) -> None:
        """From here on the other side may have it, whatever we hear."""
        try:
            await client.data(content, timeout=DATA_S)
        except SMTPResponseException as error:
            raise _judged(error) from None
        except (SMTPException, OSError) as error:
            raise NotNow(_named("smtp_lost", error)) from None

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


@contextlib.asynccontextmanager
async def _reached(step: str) -> AsyncIterator[None]:
    """What fails before there is a recipient is no recipient's fault."""
    try:
        yield
    except SMTPResponseException as error:
        raise Unreachable(f"{step} {error.code}") from None
    except (SMTPException, OSError, asyncio.IncompleteReadError) as error:
        raise Unreachable(_named(step, error)) from None


def _judged(error: SMTPResponseException) -> Refused | NotNow | Unreachable:
    status = _STATUS.match(error.message or "")
    text = f"smtp {error.code}" + (f" {status.group()}" if status else "")
    if error.code == _CLOSING or isinstance(error, aiosmtplib.SMTPReadTimeoutError):
        return Unreachable(text)
    return Refused(text) if 500 <= error.code < 600 else NotNow(text)


def _named(step: str, error: BaseException) -> str:
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return f"{step} timeout"
    return f"{step} closed" if isinstance(error, SMTPServerDisconnected) else step
