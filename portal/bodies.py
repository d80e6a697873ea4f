"""What may be in the bodies of requests: sizes, alphabets, ranges. `parse` gives a value or `bad_request`."""

import asyncio
import re
import unicodedata
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from portal.errors import ApiError
from storage.text import has_ink, visible

MAX_BODY_BYTES = 16 * 1024
BODY_WITHIN_S = 60  # from the head on; a mebibyte at 140 kbit/s
MAX_NAME = 60
MAX_TITLE = 120
MAX_DESCRIPTION = 2000


def _one_line(text: str) -> str:
    """NFC, no control and no direction marks, inner white space as single blanks."""
    normal = unicodedata.normalize("NFC", text)
    seen = "".join(" " if c.isspace() else c for c in normal if c.isspace() or visible(c))
    line = " ".join(seen.split())
    if not has_ink(line):
        raise ValueError("must not be empty")
    return line


def _lines(text: str) -> str:
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in normal if c == "\n" or visible(c)).strip()


def _digits(text: str) -> str:
    """As people type them: `123 456 789`."""
    return "".join(c for c in text if c not in " -\u00a0\u202f")


_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")
_TELEPHONE = re.compile(r"\+?[0-9 ()./-]{5,32}")


def _email(text: str) -> str:
    """One mailbox and nothing else: no names, quotes, comments or lists (RFC 5321 dot-string; the domain may be
    international)."""
    address = unicodedata.normalize("NFC", text.strip())
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _DOMAIN.fullmatch(domain):
        raise ValueError("must be an e-mail address")
    return address


def _telephone(text: str) -> str:
    number = " ".join(text.split())
    if number and (not _TELEPHONE.fullmatch(number) or sum(c.isdigit() for c in number) < 5):
        raise ValueError("must be a telephone number")
    return number


Name = Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(_one_line)]
Title = Annotated[str, StringConstraints(max_length=MAX_TITLE), AfterValidator(_one_line)]
Description = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION), AfterValidator(_lines)]
_EMAIL = Field(json_schema_extra={"format": "email"})
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email), _EMAIL]
Telephone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_telephone)]  # or empty
Secret = Annotated[str, StringConstraints(max_length=128)]
Digits = Annotated[str, StringConstraints(max_length=32), AfterValidator(_digits)]


class Body(BaseModel):
    """Strict: no conversions, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Empty(Body):
    pass


class SignInBody(Body):
    token: Secret


class DoorBody(Body):
    """`link`, or `number` and `pin`."""

    link: Secret | None = None
    number: Digits | None = None
    pin: Digits | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "DoorBody":
        by_link = self.link is not None and self.number is None and self.pin is None
        by_pin = self.link is None and self.number is not None and self.pin is not None
        if not by_link and not by_pin:
            raise ValueError("give link, or number and pin")
        return self


class JoinBody(DoorBody):
    name: Name


class EnterBody(Body):
    name: Name | None = None


B = TypeVar("B", bound=Body)


async def parse(request: web.Request, model: type[B], *, most_bytes: int = MAX_BODY_BYTES) -> B:
    """The body as `model`. An absent body counts as `{}`."""
    raw = await _read(request, most_bytes)
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise ApiError("bad_request", sentence(error)) from None


async def _read(request: web.Request, most_bytes: int) -> bytes:
    """Refuses what is too large before holding it in memory, and what does not come to its end."""
    if (request.content_length or 0) > most_bytes:
        raise ApiError("too_large", "The request is too large.")
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for piece in request.content.iter_chunked(4096):
                raw += piece
                if len(raw) > most_bytes:
                    raise ApiError("too_large", "The request is too large.")
    except (TimeoutError, ConnectionError):  # too slow, or the caller went away half-way: no fault of ours
        raise ApiError("too_slow", "The request did not come to its end.") from None
    return bytes(raw)


def sentence(error: ValidationError) -> str:
    """Field and reason of the first fault; never the value (it may be a PIN)."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else first["msg"]
