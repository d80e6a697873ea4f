"""Does this person work for one of the bodies (E0-10, E2-22, decision 7)? Asked invisibly after each sign-in at the
provider. Two drivers: a registry over HTTP, and a list in a file. Whatever goes wrong means "unknown".

The list is a CSV file: e-mail address or the provider's subject, a comma, the body's name; one person a line.
"""

import asyncio
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import aiohttp
import structlog

from portal.settings import EmploymentSettings
from storage.text import email_key

TIMEOUT: Final = aiohttp.ClientTimeout(total=4)
MAX_BYTES: Final = 16_384
MAX_BODY_NAME: Final = 120

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Employment:
    employed: Literal["yes", "no", "unknown"] = "unknown"
    body: str = ""


UNKNOWN = Employment()


class EmploymentCheck(Protocol):
    """`email`: as the provider verified it, or None."""

    async def ask(self, issuer: str, subject: str, email: str | None) -> Employment: ...
    async def close(self) -> None: ...


class NobodyKnows:
    async def ask(self, issuer: str, subject: str, email: str | None) -> Employment:
        return UNKNOWN

    async def close(self) -> None:
        """Nothing is open."""


class HttpCheck:
    """GET url?issuer&subject&email, with a bearer token; the answer: {"employed": "yes|no|unknown", "body": name}."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http: aiohttp.ClientSession | None = None

    async def ask(self, issuer: str, subject: str, email: str | None) -> Employment:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        asked = {"issuer": issuer, "subject": subject, **({} if email is None else {"email": email})}
        try:
            async with self._http.get(
                self._url, params=asked, headers=self._headers, allow_redirects=False
            ) as response:
                raw = await _all_of(response.content)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("employment check failed", why=type(error).__name__)
            return UNKNOWN
        if status != 200 or len(raw) > MAX_BYTES:
            log.warning("employment check failed", status=status)
            return UNKNOWN
        return answered(raw)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


class ListCheck:
    """A file; read again when it has changed. Who is not in it is not employed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[float, dict[str, str]] | None = None

    async def ask(self, issuer: str, subject: str, email: str | None) -> Employment:
        try:
            known = await asyncio.to_thread(self._known)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            log.warning("employment list cannot be read", why=type(error).__name__)
            return UNKNOWN
        keys = [email_key(each) for each in (email, subject) if each]
        body = next((known[key] for key in keys if key in known), None)
        return Employment("no") if body is None else Employment("yes", body)

    async def close(self) -> None:
        """Nothing is open."""

    def _known(self) -> dict[str, str]:
        changed = self._path.stat().st_mtime
        if self._read is None or self._read[0] != changed:
            self._read = (changed, listed(self._path.read_text(encoding="utf-8-sig")))
        return self._read[1]


def answered(raw: bytes) -> Employment:
    """A registry's answer; anything else is "unknown"."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return UNKNOWN
    employed = found.get("employed") if isinstance(found, dict) else None
    if employed not in ("yes", "no"):
        return UNKNOWN
    body = found.get("body")
    return Employment(employed, _one_line(body) if employed == "yes" and isinstance(body, str) else "")


def listed(text: str) -> dict[str, str]:
    """Key of address or subject -> name of the body. Empty lines and lines with # are left out."""
    found: dict[str, str] = {}
    for line in csv.reader(text.splitlines(), skipinitialspace=True):
        if line and line[0].strip() and not line[0].lstrip().startswith("#"):
            found[email_key(line[0])] = _one_line(line[1]) if len(line) > 1 else ""
    return found


def check_of(settings: EmploymentSettings) -> EmploymentCheck:
    if settings.url is not None:
        return HttpCheck(settings.url, settings.token)
    return NobodyKnows() if settings.list is None else ListCheck(settings.list)


async def _all_of(content: aiohttp.StreamReader) -> bytes:
    """In however many pieces it comes; what is beyond the limit is left."""
    raw = b""
    while len(raw) <= MAX_BYTES and (piece := await content.read(MAX_BYTES + 1 - len(raw))):
        raw += piece
    return raw


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_BODY_NAME]
