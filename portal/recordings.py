"""An organiser's recordings: list, delete with a receipt, make playback links."""

import structlog
from aiohttp import web

from portal.bodies import Empty, parse
from portal.context import CONFERENCE, RECORDING, USER, parts
from portal.errors import ApiError
from portal.signing import LINK_MS, sign
from storage.audit import Act, by_user
from storage.recording_records import RecordingRecord

DAY_MS = 24 * 3600 * 1000
GONE = ("deleting", "deleted")
log = structlog.get_logger()


async def list_own(request: web.Request) -> web.StreamResponse:
    return _listed(request, await parts(request).storage.recordings.of_owner(request[USER].id))


async def list_of_conference(request: web.Request) -> web.StreamResponse:
    return _listed(request, await parts(request).storage.recordings.of_conference(request[CONFERENCE].id))


async def delete(request: web.Request) -> web.StreamResponse:
    """Media go, the receipt stays. Deleting twice is no error."""
    await parse(request, Empty)
    recording = request[RECORDING]
    if recording.state == "capturing":
        raise ApiError("wrong_state", "The recording is still running.", reason="capturing")
    its = parts(request)
    try:
        await its.storage.recordings.delete(
            recording.id,
            cause="owner",
            at_ms=its.now_ms(),
            files=its.storage.recording_files,
            by=by_user(request[USER].id),
        )
    except OSError:  # it stays marked; the next sweep of the retention job tries again
        log.exception("recording's files could not be deleted", recording=recording.id)
    gone = await its.storage.recordings.get(recording.id)
    return web.json_response(described(gone or recording, its.now_ms()))


async def link(request: web.Request) -> web.StreamResponse:
    """Good for four hours, for whoever has it."""
    await parse(request, Empty)
    recording = request[RECORDING]
    if recording.state in GONE:
        raise ApiError("wrong_state", "This recording has been deleted.", reason="deleted")
    its = parts(request)
    expires_ms = its.now_ms() + LINK_MS
    act = Act(by_user(request[USER].id), "recording_link_made", "recording", recording.id, {"expires_at": expires_ms})
    await its.storage.audit.record(act, at_ms=its.now_ms())
    signature = sign(await its.storage.secrets.link_key(), recording.id, expires_ms)
    url = f"/play/{recording.id}?e={expires_ms}&s={signature}"
    return web.json_response({"url": url, "expires_at": expires_ms})


def described(recording: RecordingRecord, now_ms: int) -> dict[str, object]:
    left_ms = None if recording.expires_ms is None else max(0, recording.expires_ms - now_ms)
    receipt = recording.receipt
    return {
        "id": recording.id,
        "conference_id": recording.conference,
        "title": recording.title,
        "started_at": recording.started_ms,
        "ended_at": recording.ended_ms,
        "state": "deleted" if recording.state in GONE else recording.state,
        "bytes": recording.bytes,
        "duration_ms": recording.duration_ms,
        "fragments": recording.fragments,
        "days_left": None if left_ms is None else -(-left_ms // DAY_MS),
        "expires_at": recording.expires_ms,
        "receipt": None
        if receipt is None
        else {"deleted_at": receipt.at_ms, "cause": receipt.cause, "bytes": receipt.bytes},
    }


def _listed(request: web.Request, recordings: list[RecordingRecord]) -> web.Response:
    now_ms = parts(request).now_ms()
    return web.json_response({"recordings": [described(each, now_ms) for each in recordings]})
