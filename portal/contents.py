"""Texts that everybody may read and an administrator may write (decision 12): the shipped ones are files of this
package, `texts/NAME.LANGUAGE.txt`. Plain text: blank lines part paragraphs, `# ` begins a heading, `- ` an item.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from aiohttp import web

from portal.bodies import parse
from portal.bodies_people import MAX_TEXT, ContentBody, ContentQuery
from portal.context import USER, parts
from portal.errors import ApiError
from portal.queries import parse_query
from portal.settings import LANGUAGES

NAMES = (
    "terms",
    "privacy",
    "security",
    "contact",
    "moderator_rights",
    "help.account",
    "help.computer",
    "help.android",
    "help.iphone",
    "help.room",
)
# The day on which the shipped texts were last changed; readers see it (E1-29).
SHIPPED_MS = round(datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp() * 1000)
_FOLDER = Path(__file__).parent / "texts"
_ENGLISH = "en"


async def show(request: web.Request) -> web.StreamResponse:
    """In the language asked for, else in English."""
    asked = parse_query(request, ContentQuery)
    return web.json_response(await _content(request, _name(request), asked.language))


async def write(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ContentBody, most_bytes=6 * MAX_TEXT + 1024)
    its, name = parts(request), _name(request)
    text = None if body.text is None else body.text.replace("\r\n", "\n")
    await its.storage.contents.put(name, body.language, text, by=request[USER].id, now_ms=its.now_ms())
    return web.json_response(await _content(request, name, body.language))


async def _content(request: web.Request, name: str, language: str) -> dict[str, object]:
    language = language if language in LANGUAGES else _ENGLISH
    for each in dict.fromkeys((language, _ENGLISH)):
        written = await parts(request).storage.contents.get(name, each)
        if written is not None:
            return _described(name, each, written.text, written.changed_ms)
        ours = shipped(name, each)
        if ours is not None:
            return _described(name, each, ours, None)
    raise ApiError("not_found")


def _described(name: str, language: str, text: str, changed_ms: int | None) -> dict[str, object]:
    return {
        "name": name,
        "language": language,
        "text": text,
        "changed_at": changed_ms,
        "updated_at": changed_ms or SHIPPED_MS,
    }


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if name not in NAMES:
        raise ApiError("not_found")
    return name


@cache
def shipped(name: str, language: str) -> str | None:
    """The text that comes with the portal."""
    assert name in NAMES and language in LANGUAGES
    path = _FOLDER / f"{name}.{language}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else None
