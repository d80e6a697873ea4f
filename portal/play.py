"""What a player needs, for whoever holds a signed link: manifest, media and cluster index by byte ranges."""

import re
from urllib.parse import quote

import structlog
from aiohttp import web

from portal.context import REQUEST_ID, parts
from portal.errors import ApiError
from portal.queries import PlayQuery, parse_query
from portal.ranges import BadRange, Span, parse_range
from portal.recordings import GONE, described
from portal.signing import verify
from storage.recording_records import PartRecord, PersonRecord, RecordingRecord

_UNSAFE = re.compile(r"[^\w .()\-]+")
log = structlog.get_logger()


async def manifest(request: web.Request) -> web.StreamResponse:
    recording = await _recording(request)
    found = await parts(request).storage.recordings.manifest(recording.id)
    if found is None:
        raise ApiError("not_found")
    return web.json_response(
        {
            "recording": described(found.recording, parts(request).now_ms()),
            "participants": [_person(person) for person in found.people],
            "parts": [_part(part) for part in found.parts],
            "fragments": [{"start_ms": each.start_ms, "end_ms": each.end_ms} for each in found.fragments],
            "speech": [
                {"participant": each.participant, "start_ms": each.start_ms, "end_ms": each.end_ms}
                for each in found.speech
            ],
            "chat": [{"at_ms": each.at_ms, "from_name": each.from_name, "text": each.text} for each in found.chat],
            "duration_ms": found.duration_ms,
        }
    )


async def media(request: web.Request) -> web.StreamResponse:
    """The WebM of one part; `download=NAME` makes it an attachment."""
    part = await _asked_part(request)
    headers = {"Content-Type": part.mime.partition(";")[0]}
    name = parse_query(request, PlayQuery).download
    if name is not None:
        headers["Content-Disposition"] = _attachment(name)
    return await _file(request, f"{part.recording}/{part.id}.webm", headers)


async def index(request: web.Request) -> web.StreamResponse:
    part = await _asked_part(request)
    return await _file(request, f"{part.recording}/{part.id}.idx", {"Content-Type": "application/octet-stream"})


def _person(person: PersonRecord) -> dict[str, object]:
    return {
        "id": person.participant,
        "number": person.number,
        "name": person.name,
        "role": person.role,
        "moderator": person.moderator,
        "consent": person.consent,
    }


def _part(part: PartRecord) -> dict[str, object]:
    return {
        "id": part.id,
        "participant": part.participant,
        "purpose": part.purpose,
        "mime": part.mime,
        "start_ms": part.start_ms,
        "duration_ms": part.duration_ms,
        "bytes": part.bytes,
        "width": part.width,
        "height": part.height,
    }


async def _recording(request: web.Request) -> RecordingRecord:
    """Checks the signature before anything is looked up."""
    its, link = parts(request), parse_query(request, PlayQuery)
    recording_id = request.match_info["recording"]
    problem = verify(await its.storage.secrets.link_key(), recording_id, link.e, link.s, its.now_ms())
    if problem == "expired":
        raise ApiError("expired", "This link has expired; ask the organiser for another.")
    if problem is not None:
        raise ApiError("wrong_signature", "This link is not valid.")
    recording = await its.storage.recordings.get(recording_id)
    if recording is None or recording.state in GONE:
        raise ApiError("not_found", "This recording has been deleted.")
    return recording


async def _asked_part(request: web.Request) -> PartRecord:
    """As in the manifest: with fragments marked, nothing outside of them can be had."""
    recording = await _recording(request)
    part = await parts(request).storage.recordings.part(recording.id, request.match_info["part"])
    if part is None or (recording.fragments and part.fragment is None):
        raise ApiError("not_found")
    return part


async def _file(request: web.Request, path: str, headers: dict[str, str]) -> web.StreamResponse:
    blob = await parts(request).storage.blobs.head(path)
    if blob is None:
        raise ApiError("not_found")
    headers |= {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    try:
        span = parse_range(request.headers.get("Range"), blob.size)
    except BadRange:
        return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{blob.size}"})
    if span is None:
        span, status = Span(0, blob.size), 200
    else:
        status = 206
        headers["Content-Range"] = span.content_range(blob.size)
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = span.end - span.start
    await response.prepare(request)
    if request.method != "HEAD":
        await _send(request, response, path, span)
    return response


async def _send(request: web.Request, response: web.StreamResponse, path: str, span: Span) -> None:
    """In pieces; when the file goes away half-way (deleted), the connection ends, for the head is out."""
    try:
        async for piece in parts(request).storage.blobs.stream(path, span.start, span.end):
            await response.write(piece)
        await response.write_eof()
    except ConnectionError:
        return  # the viewer went on to another place
    except Exception:
        log.exception("playback broke off", request=request.get(REQUEST_ID))
        if request.transport is not None:
            request.transport.abort()


def _attachment(name: str) -> str:
    """RFC 6266, with nothing in it that could end the header or name a folder."""
    clean = (_UNSAFE.sub("_", name).strip(". ") or "recording")[:100]
    if not clean.endswith(".webm"):
        clean += ".webm"
    plain = clean.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean)}"
