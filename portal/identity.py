"""What a provider's claims say about a person. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from portal.bodies import MAX_NAME, Email

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True, slots=True)
class Identity:
    """`identifier`: what the person knows the provider's account by; the third field of the confirmation screen.
    `email`: only if the provider says that it has checked it. `auth_s`: when the person proved it to the provider,
    if it says so (OpenID Connect Core 2, auth_time)."""

    issuer: str
    subject: str
    given_name: str
    surname: str
    identifier: str
    email: str | None
    auth_s: int | None = None

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def identity(issuer: str, claims: Mapping[str, Any]) -> Identity:
    given, surname = _word(claims.get("given_name")), _word(claims.get("family_name"))
    if not given and not surname:
        given, _, surname = _word(claims.get("name")).rpartition(" ")
    subject = str(claims["sub"])
    email = _address(claims.get("email"))
    identifier = email or _word(claims.get("preferred_username")) or subject
    checked = email if claims.get("email_verified") is True else None
    return Identity(issuer, subject, given, surname, identifier, checked, _moment(claims.get("auth_time")))


def _word(value: object) -> str:
    """One line of visible characters that fits a name."""
    if not isinstance(value, str):
        return ""
    normal = unicodedata.normalize("NFC", value)
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in normal)
    return " ".join(seen.split())[:MAX_NAME].strip()


def _moment(value: object) -> int | None:
    """Unix seconds; a wild figure is long ago."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        return 0
    return int(value)


def _address(value: object) -> str | None:
    try:
        return _EMAIL.validate_python(value, strict=True)
    except ValidationError:
        return None
