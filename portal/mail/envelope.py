"""A message as bytes on the wire (RFC 5322, RFC 2045, RFC 2047): headers that no text can end, both texts, calendar.

The Message-ID comes from the cause alone, so that the same message sent again after a crash is known as the same.
"""

import datetime
import hashlib
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import idna

from portal.mail.clean import line
from portal.mail.house import House
from portal.mail.letter import Message, as_html, as_text

MAX_HEADER: Final = 200


class BadAddress(Exception):
    """The address cannot be written into a mail; the message can never be sent."""

    code = "bad_address"


def message_id(cause: str, house: House) -> str:
    digest = hashlib.sha256(f"message-id\0{cause}".encode()).hexdigest()[:40]
    return f"<{digest}@{house.address.rpartition('@')[2]}>"


def sealed_letter(message: Message, cause: str, house: House, now_ms: int) -> EmailMessage:
    """Raises BadAddress."""
    mail = EmailMessage(policy=policy.SMTP.clone(utf8=needs_utf8(message.to_address)))
    mail["From"] = Address(header(house.product, 60), addr_spec=house.address)
    mail["To"] = address(message.to_name, message.to_address)
    mail["Subject"] = header(message.letter.subject, MAX_HEADER)
    mail["Date"] = format_datetime(datetime.datetime.fromtimestamp(now_ms // 1000, datetime.UTC))
    mail["Message-ID"] = message_id(cause, house)
    if message.answers_cause is not None:
        mail["In-Reply-To"] = mail["References"] = message_id(message.answers_cause, house)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(as_text(message.letter), cte="quoted-printable")
    mail.add_alternative(as_html(message.letter), subtype="html", cte="quoted-printable")
    if message.calendar is not None:
        method, content = message.calendar
        _add_calendar(mail, method, content)
    for each in message.attachments:
        mail.add_attachment(each.content, maintype="application", subtype="ics", filename=each.name)
    mail["Content-Language"] = message.letter.language
    return mail


def address(name: str, spec: str) -> Address:
    """Raises BadAddress."""
    local, _, domain = spec.strip().rpartition("@")
    try:
        found = Address(header(name, 60), username=local, domain=_ascii_domain(domain))
    except (ValueError, IndexError, UnicodeError) as error:
        raise BadAddress("not an e-mail address") from error
    if not local or not domain or any(c.isspace() or not c.isprintable() for c in spec) or len(spec) > 254:
        raise BadAddress("not an e-mail address")
    return found


def _ascii_domain(domain: str) -> str:
    """IDNA 2008 (the codec of the standard library is 2003's, and sends straße.example's mail to strasse.example).
    Raises UnicodeError."""
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")


def header(text: str, limit: int) -> str:
    """What looks like an encoded word (RFC 2047) is broken up: readers would decode it, line ends and all."""
    return line(text, limit).replace("=?", "= ?")


def needs_utf8(spec: str) -> bool:
    """Only a mail server with SMTPUTF8 takes a local part beyond ASCII."""
    return not spec.rpartition("@")[0].isascii()


def _add_calendar(mail: EmailMessage, method: str, content: bytes) -> None:
    """As an alternative of the texts: that is where calendars look for it (RFC 6047)."""
    params = {"method": method, "name": "invite.ics"}
    mail.add_alternative(content.decode(), subtype="calendar", cte="base64", params=params)
